"""Plans and states of others with verdicts, derived by hand; and plans of which the true links are known."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.importing.verdicts import ABSENT, DATA, Record, answered, meets, records, wanted

from reachsim.importing import Imported, import_files
from reachsim.importing.inventory import Inventory, Unknown
from reachsim.importing.options import Options
from reachsim.importing.sources import read_source
from reachsim.importing.terraform.documents import document, inside
from reachsim.importing.terraform.links import Links
from reachsim.importing.terraform.reader import READ, read
from reachsim.importing.terraform.types import matters

FORMS = ("plan.json", "state.json", "terraform.tfstate", "state.tfstate")
RECORDS = tuple(records("terraform", "terraform-plans"))
NOT_AS_ASSERTED = {
    "tfsgr-02": "undecided",
    "tfsgr-04": "undecided",
    "tfsgr-06": "undecided",
    "tf171-08": "undecided",
}
"""Groups of which the state has some rules and not the groups: others may allow what these do not. A load balancer of
which a plan of Terraform 0.12 does not tell the subnets."""
NO_SUCH_END = ("tfv3-08",)
"""An instance in a subnet and a VPC that the state does not have."""


def files_of(record: Record) -> list[list[Path]]:
    """The sets of files that a record is about: a plan and a state of one network are one each."""
    folder = DATA / record.case
    found = [file for file in sorted(folder.rglob("*")) if file.suffix in (".json", ".tfstate")]
    if record.case.startswith("terraform-plans/"):
        return [[file] for file in found if file.parent == folder and file.name in FORMS]
    return [found]


@cache
def imported(files: tuple[Path, ...]) -> Imported:
    return import_files(files)


@pytest.mark.skipif(not RECORDS, reason=ABSENT)
@pytest.mark.parametrize(
    "record", [each for each in RECORDS if each.id not in NO_SUCH_END], ids=lambda record: record.id
)
def test_a_verdict_is_met_or_left_open(record: Record) -> None:
    for files in files_of(record):
        answer = answered(record, imported(tuple(files)))
        of_plan = files[0].name == "plan.json"
        open = "undecided" in answer and of_plan and record.fields.get("plan_only") == "undecided"
        expected = NOT_AS_ASSERTED.get(record.id)
        met = answer == expected if expected else meets(record, answer) or open
        assert met, f"{record.case}/{files[0].name}: {answer}, not {wanted(record)}"


@pytest.mark.skipif(not RECORDS, reason=ABSENT)
@pytest.mark.parametrize("record", [each for each in RECORDS if each.id in NO_SUCH_END], ids=lambda record: record.id)
def test_what_cannot_be_placed_is_undecided_and_told(record: Record) -> None:
    (files,) = files_of(record)
    found = imported(tuple(files))
    assert "undecided" in answered(record, found)
    address = record.fields["to"]["address"]
    assert address in {note.what for note in found.notes} | {note.origin.rpartition(": ")[2] for note in found.notes}


# -- links -------------------------------------------------------------------------------------------------------

_TRUTHS = sorted((DATA / "terraform-plans").glob("*/links.json"))


@pytest.mark.skipif(not _TRUTHS, reason=ABSENT)
@pytest.mark.parametrize("strict", [False, True], ids=["inferring", "strict"])
@pytest.mark.parametrize("file", _TRUTHS, ids=lambda file: file.parent.name)
def test_no_link_is_wrong(file: Path, strict: bool) -> None:
    truth = json.loads(file.read_text(encoding="utf-8"))
    found = document(json.loads((file.parent / "plan.json").read_text(encoding="utf-8")), "plan.json").after
    Links(found, strict).resolve()
    resources = {str(each.address): each for each in found.managed}
    named = {each.id: str(each.address) for each in found.managed}
    counts = {"right": 0, "wrong": [], "open": 0}
    for address, links in truth.items():
        for key, targets in links.items():
            _count(counts, f"{address}.{key}", resources[address].values.get(key), targets, named)
    # A list that may have more than its expression names is open where nothing may be inferred.
    assert counts["wrong"] == []
    assert counts["right"] >= (60 if strict else 80) * sum(map(len, truth.values())) // 100


def _count(counts: Any, where: str, value: Any, targets: list[Any], named: dict[str, str]) -> None:
    if targets and isinstance(targets[0], dict):
        for block in targets:
            fixed = {key[1:]: each for key, each in block.items() if key.startswith("_")}
            like = [one for one in value or [] if all(str(one.get(key)) == str(each) for key, each in fixed.items())]
            for key, each in block.items():
                if not key.startswith("_") and len(like) == 1:
                    _count(counts, f"{where}.{key}", like[0].get(key), each, named)
        return
    members = value if isinstance(value, list) else [] if value is None else [value]
    if any(isinstance(each, Unknown) for each in members):
        counts["open"] += 1
    elif {named.get(each, each) for each in members} == set(targets):
        counts["right"] += 1
    else:
        counts["wrong"].append((where, members, targets))


# -- every file --------------------------------------------------------------------------------------------------

_FILES = sorted(
    file
    for folder in ("terraform", "terraform-plans")
    for file in (DATA / folder).rglob("*")
    if file.suffix in (".json", ".tfstate") and file.name != "links.json" and "describe" not in file.parts
)


@pytest.mark.skipif(not _FILES, reason=ABSENT)
@pytest.mark.parametrize("file", _FILES, ids=lambda file: "/".join(file.parts[-2:]))
def test_every_resource_of_every_file_is_accounted_for(file: Path) -> None:
    source = read_source(file)
    for data in inside(source.data):
        found = document(data, file.name)
        inventory = Inventory()
        read(inventory, found, Options())
        told = set(inventory.aliases) | {what for what, _, _ in (*inventory.not_read, *inventory.assumed)}
        told |= {item.origin.path for items in inventory.items.values() for item in items.values()}
        for each in found.after.managed:
            kind = each.address.type
            assert kind in READ or not matters(kind) or each.origin.path in told
