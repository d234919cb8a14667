"""Templates of others with verdicts derived by hand from AWS's rules (`../shared/data/cloudformation`)."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from tests.importing.verdicts import ABSENT, DATA, Record, answered, meets, records, wanted

from reachsim.importing import Imported, import_files
from reachsim.importing.cloudformation.template import template_of
from reachsim.importing.options import read_options
from reachsim.importing.sources import decoded

RECORDS = tuple(records("cloudformation"))
FOLDER = DATA / "cloudformation"
TEMPLATES = sorted(
    file
    for file in FOLDER.rglob("*")
    if file.suffix in (".yaml", ".yml", ".json", ".template") and file.name != "expected.yaml"
)
NOT_AS_ASSERTED = {"cfwid-05": "reachable"}
"""The way in by the VPC's internet gateway delivers; the answer by the egress-only one is lost (WALK-19)."""


@cache
def imported(case: str, assumed: str) -> Imported:
    """A case with what its records assume."""
    folder = DATA / case
    if "widdix" in case:
        stacks = {"vpc": folder / "vpc" / "vpc-2azs.yaml", "nat": folder / "vpc" / "vpc-nat-instance.yaml"}
        return import_files(stacks.values(), read_options({"ParentVPCStack": "vpc"}, (), stacks))
    parameters: dict[str, str] = {}
    if "copilot" in case:
        (file,) = folder.glob("*.yml")
        declared = template_of(decoded(file.read_text(encoding="utf-8"), "t")).section("Parameters")
        parameters = dict.fromkeys(declared, "")
        if "api" in assumed:
            parameters |= {"NATWorkloads": "api", "ALBWorkloads": "web", "CreateHTTPSListener": "false"}
    files = [file for file in TEMPLATES if folder in file.parents and "no-igw" not in file.name]
    return import_files(files, read_options(parameters))


def as_written(record: Record) -> Record:
    """A record with its ids as this importer writes them: STACK.ID in place of STACK/ID."""

    def end(value: Any) -> Any:
        return {key: each.replace("/", ".") if isinstance(each, str) else each for key, each in value.items()}

    return Record(record.case, {**record.fields, "from": end(record.fields["from"]), "to": end(record.fields["to"])})


@pytest.mark.skipif(not RECORDS, reason=ABSENT)
@pytest.mark.parametrize("record", RECORDS, ids=[record.id for record in RECORDS])
def test_a_verdict_is_met(record: Record) -> None:
    found = imported(record.case, str(record.assume))
    answer = answered(as_written(record), found)
    expected = NOT_AS_ASSERTED.get(record.id)
    assert answer == expected if expected else meets(record, answer), f"{record.case}: {answer}, not {wanted(record)}"


@pytest.mark.skipif(not TEMPLATES, reason=ABSENT)
@pytest.mark.parametrize("file", TEMPLATES, ids=[str(file.relative_to(FOLDER)) for file in TEMPLATES])
def test_a_template_is_imported_alone(file: Any) -> None:
    import_files([file])
