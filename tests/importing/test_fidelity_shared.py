"""What others have: import, write, load again, and load directly, is one network."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

import reachsim
from reachsim.errors import ReachsimError
from reachsim.importing import import_files
from reachsim.importing.writing import written

DATA = Path(__file__).parents[2].parent / "shared" / "data"
SORTS = ("aws", "describe", "terraform", "terraform-plans", "cloudformation")
SUFFIXES = (".json", ".yaml", ".yml", ".template", ".tfstate")
EACH = 12
"""Of the single files, one of so many; of the cases, all."""


def given(sort: str) -> list[Path]:
    """The cases of a sort, and some of their files."""
    cases = sorted(path for path in (DATA / sort).iterdir() if path.is_dir())
    files = sorted(path for case in cases for path in case.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    return [*cases, *files[::EACH]]


@pytest.mark.parametrize("sort", SORTS)
def test_what_is_written_is_what_is_loaded(sort: str) -> None:
    if not (DATA / sort).is_dir():
        pytest.skip("the data that others have is not beside the repository")
    told = 0
    for path in given(sort):
        try:
            found = import_files([path])
        except ReachsimError:  # nothing in it can be imported, such as a file of expectations
            continue
        again = reachsim.loads(written(found))
        assert again == reachsim.load(path), path
        told += 1
    assert told > 10


def both() -> list[str]:
    """The networks that there are as a state of Terraform and as answers of describe calls."""
    return sorted(
        {path.name for path in (DATA / "terraform").glob("*/")} & {path.name for path in (DATA / "describe").glob("*/")}
    )


@pytest.mark.parametrize("case", both() or [pytest.param("", marks=pytest.mark.skip("the data is not here"))])
def test_a_network_in_two_formats_gives_the_same_answers(case: str) -> None:
    """What a partial collection does not know is undecided, and never otherwise."""
    state, told = (import_files([DATA / sort / case]) for sort in ("terraform", "describe"))
    nets = [reachsim.loads(written(found)) for found in (state, told)]
    hosts = sorted(id for id in state.names if id.startswith("i-") and id in told.names and "/" not in id)
    assert len(hosts) > 1
    decided = 0
    for source, destination in permutations([*hosts, "8.8.8.8"], 2):
        for traffic in ("tcp/22", "tcp/443", "icmp/8"):
            first, second = (
                net.expect(
                    found.names.get(source, source), found.names.get(destination, destination), allow=traffic
                ).verdict
                for net, found in zip(nets, (state, told), strict=True)
            )
            assert second in (first, "undecided"), (source, destination, traffic)
            decided += second == first
    assert decided
