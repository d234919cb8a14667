"""What others have: import, write, load again, and load directly, is one network."""

from __future__ import annotations

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
