"""What lint says of the benchmarks' designs and of the repaired models, held against a second reading of the design."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest
from tests.benchmarks.components import connected
from tests.benchmarks.organisation import organisation
from tests.oracle.findings import DIRECTIONS, IDLE, SAYS, Reading, Rules, judged, read

MODELS = [path for path in sorted((Path(__file__).parents[2] / "models").glob("*.yaml")) if "as-found" not in path.stem]


def not_confirmed(reading: Reading) -> list[str]:
    """Findings that the second reading does not share."""
    return [str(finding) for finding, true in judged(reading) if not true]


@pytest.mark.parametrize("design", [organisation, connected])
def test_every_finding_on_an_organisation_is_true(design: Callable[[int], str]) -> None:
    reading = read(design(100))
    assert {finding.code for finding in reading.findings} <= SAYS.keys()
    assert len(reading.findings) > 50
    assert not not_confirmed(reading)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_finding_on_a_repaired_model_is_true(path: Path) -> None:
    assert not not_confirmed(read(path.read_text(encoding="utf-8")))


def test_no_rule_of_an_organisation_is_idle_but_those_that_are_found() -> None:
    """Beside what is found, no rule can go without changing what is let through."""
    reading = read(organisation(100))
    asked = 0
    for vpc, body in reading.world.vpcs.items():
        for section in ("network_acls", "security_groups"):
            for name, each in body[section].items():
                for direction in DIRECTIONS.keys() & each.keys():
                    path = ("vpcs", vpc, section, name, direction)
                    idle = {f.path[-1] for f in reading.findings if f.code in IDLE and f.path[:-1] == path}
                    rules = Rules(reading, path)
                    whole = rules.without(set())
                    for number in range(len(each[direction])):
                        if number not in idle:
                            assert rules.without({*map(int, idle), number}) != whole, (path, number)
                            asked += 1
    assert asked > 200


SAID: dict[str, tuple[str, dict[str | int, str | int]]] = {
    "GROUP_UNUSED": ("path", {"backup": "base"}),
    "REFERENCE_NEVER_MATCHES": ("path", {"bastion": "base", 3: 0}),
    "RULE_REDUNDANT": ("path", {"ingress": "egress", 2: 0}),
    "RULE_SHADOWED": ("path", {"egress": "ingress", 9: 2}),
    "QUOTA_NEAR": ("text", {"17 rules": "18 rules"}),
    "ALIAS_OUTSIDE_VPC": ("path", {"old": "prod"}),
    "ANSWERS_CLOSED": ("evidence", {"client ports 3389": "client ports 3390"}),
    "TARGET_CLOSED": ("evidence", {":5432 (payments-test": ":8301 (payments-test"}),
    "ROUTE_LEADS_NOWHERE": ("text", {"10.0.0.0/8 ->": "0.0.0.0/0 ->"}),
    "ROUTE_BLACKHOLE": ("text", {"13.107.42.14/32 ->": "0.0.0.0/0 ->"}),
}
"""Of a finding of each code, what is turned into something that is not so."""


@pytest.mark.parametrize("code", SAID)
def test_what_is_not_so_is_not_confirmed(code: str) -> None:
    reading = read((connected if code in ("TARGET_CLOSED", "ROUTE_LEADS_NOWHERE") else organisation)(100))
    where, turned = SAID[code]
    for finding in reading.findings:
        said = getattr(finding, where)
        if finding.code == code and all(old in said for old in turned):
            if where == "path":
                other = tuple(turned.get(key, key) for key in said)
            else:
                other = reduce(lambda text, old: text.replace(old, turned[old]), turned, said)
            assert SAYS[code](reading, finding)
            assert not SAYS[code](reading, replace(finding, **{where: other}))
            return
    raise AssertionError(code)
