"""Answers of describe calls for networks with verdicts of others: Batfish's traces, NP-Guard's reports, hand derivations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.importing.verdicts import ABSENT, DATA, Record, answered, meets, records, wanted

from reachsim.importing import Imported, import_files

RECORDS = tuple(records("aws", "describe"))
NOT_AS_ASSERTED = {"pub-02": "reachable"}
"""What is answered in place of a verdict; docs/importing.md says why."""
ASSUMES_DEFAULT_ACLS = ("tgwacct-01", "tgwacct-02")
"""The records of a case without ACLs that take them to be as AWS makes them."""


def files_of(record: Record) -> list[Path]:
    """The files that a record is about: upstream's own expectations lie beside them."""
    folder = DATA / record.case / record.assume.get("folder", "")
    return [file for file in sorted(folder.rglob("*.json")) if "expected-original" not in file.parts]


@cache
def imported(files: tuple[Path, ...]) -> tuple[Imported, dict[str, str]]:
    """A case, and which subnet has which table."""
    tables = {
        str(each["SubnetId"]): str(each["RouteTableId"])
        for file in files
        for each in objects(json.loads(file.read_text(encoding="utf-8")))
        if each.get("SubnetId") and "Main" in each and each.get("RouteTableId")
    }
    return import_files(files), tables


def objects(data: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(data, dict):
        yield data
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from objects(each)


def the_one_of(record: Record, folder: Path) -> list[Path]:
    """The files of a record; where it means the nth of several groups, some of one id, a file with that alone."""
    files = files_of(record)
    ends = [record.fields[side]["index"] for side in ("from", "to") if "index" in record.fields[side]]
    if not ends:
        return files
    (file,) = files
    groups = json.loads(file.read_text(encoding="utf-8"))["SecurityGroups"]
    (folder / "SecurityGroups.json").write_text(json.dumps({"SecurityGroups": [groups[ends[0]]]}), encoding="utf-8")
    return [folder / "SecurityGroups.json"]


def with_what_is_assumed(record: Record, folder: Path) -> list[Path]:
    """The files of a record; with default ACLs as AWS makes them where none was collected and the verdict takes them so."""
    files = the_one_of(record, folder)
    if record.id not in ASSUMES_DEFAULT_ACLS:
        return files
    told = (each for file in files if file.name == "Vpcs.json" for each in objects(json.loads(file.read_text())))
    vpcs = {str(each["VpcId"]) for each in told if "VpcId" in each}
    entries = [
        {"RuleNumber": 100, "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "Egress": egress, "RuleAction": "allow"}
        for egress in (False, True)
    ]
    acls = [{"NetworkAclId": f"acl-{vpc}", "VpcId": vpc, "IsDefault": True, "Entries": entries} for vpc in sorted(vpcs)]
    (folder / "NetworkAcls.json").write_text(json.dumps({"NetworkAcls": acls}))
    return [*files, folder / "NetworkAcls.json"]


@pytest.mark.skipif(not RECORDS, reason=ABSENT)
@pytest.mark.parametrize("id", ASSUMES_DEFAULT_ACLS)
def test_an_acl_that_was_not_collected_leaves_a_verdict_open(id: str) -> None:
    (record,) = (record for record in RECORDS if record.id == id)
    found, tables = imported(tuple(files_of(record)))
    assert answered(record, found, tables) == "undecided"


@pytest.mark.skipif(not RECORDS, reason=ABSENT)
@pytest.mark.parametrize("record", RECORDS, ids=[record.id for record in RECORDS])
def test_a_verdict_is_met(record: Record, tmp_path: Path) -> None:
    found, tables = imported(tuple(with_what_is_assumed(record, tmp_path)))
    answer = answered(record, found, tables)
    expected = NOT_AS_ASSERTED.get(record.id)
    assert answer == expected if expected else meets(record, answer), f"{record.case}: {answer}, not {wanted(record)}"
