"""The shipped models: what is as found fails as it says, what is repaired holds, and nothing else is
blamed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from tests.models import shared

import reachsim

MODELS = Path(__file__).parents[1] / "models"
FILES = sorted(MODELS.glob("*.yaml"))
REPAIRED = [path for path in FILES if "as-found" not in path.stem]
PAIRS = [path for path in FILES if path.stem.endswith("-as-found")]
decidable = pytest.mark.skipif(
    importlib.util.find_spec("reachsim.net.headerspace") is None,
    reason="all packets at once are not decided yet",
)


WARNED = {"24-inspection-in-two-zones-as-found"}
"""Models whose fault is told as soon as they are loaded."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_loads_without_a_warning(path: Path) -> None:
    net = shared(path)
    assert bool(net.warnings) == (path.stem in WARNED)
    assert net.design.expect


@decidable
@pytest.mark.parametrize(
    "path", [path for path in FILES if path.stem != "vpc-lambda-as-found"], ids=lambda path: path.stem
)
def test_every_expectation_is_as_marked(path: Path) -> None:
    check = shared(path).check()
    assert len(check) > 0
    for result in check:
        assert result.as_marked, (
            result.question,
            result.verdict,
            result.reason,
            [str(b) for b in result.blockers],
        )


@decidable
@pytest.mark.parametrize("path", REPAIRED, ids=lambda path: path.stem)
def test_what_is_repaired_holds(path: Path) -> None:
    check = shared(path).check()
    assert check.ok
    assert not any(result.expectation.fails for result in check)


@decidable
@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_what_is_as_found_fails_and_has_a_repaired_twin_with_the_same_expectations(path: Path) -> None:
    found = shared(path)
    repaired = shared(path.with_name(path.name.replace("as-found", "repaired")))
    assert not found.check().ok

    def promises(net: reachsim.Network) -> list[tuple[str, str, str]]:
        return [(str(e.from_), str(e.to), str(e.traffic)) for e in net.design.expect]

    assert promises(found) == promises(repaired)


@decidable
def test_the_two_causes_of_the_first_example() -> None:
    """Its file carries no marks: it is what an engineer would have written."""
    check = shared(MODELS / "vpc-lambda-as-found.yaml").check()
    assert [result.holds for result in check] == [False, True, True, False, False, True, True]
    causes = {result.number: [(b.code, b.component) for b in result.blockers] for result in check.failures}
    assert causes[1] == [("LAMBDA_OUTSIDE_VPC", "fetch:1")]
    assert causes[4] == causes[5] == [("ENI_SOURCE_DEST_CHECK_RESTRICTION", "app.nat")]
    assert shared(MODELS / "vpc-lambda-repaired.yaml").check().ok


def test_the_two_causes_by_trace() -> None:
    net = shared(MODELS / "vpc-lambda-as-found.yaml")
    stale = net.trace("front", "partner.api", "tcp/80")
    assert [(b.code, b.component) for b in stale.blockers] == [("LAMBDA_OUTSIDE_VPC", "fetch:1")]
    for source, traffic in (("fetch", "tcp/443"), ("probe", "icmp/8")):
        blockers = net.trace(source, "www.google.com", traffic).blockers
        assert [(b.code, b.component) for b in blockers] == [("ENI_SOURCE_DEST_CHECK_RESTRICTION", "app.nat")]
