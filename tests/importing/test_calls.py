"""What is told of calls as a whole: pages left over, objects of kinds that are not read, one thing seen by two accounts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.importing.accounts import account, imported, notes

from reachsim.importing import import_files
from reachsim.importing.inventory import IDS, Inventory, Item, Origin
from reachsim.importing.kinds import MARKS, kind_of


def test_kinds_that_other_readers_make_have_the_ids_that_calls_tell() -> None:
    told = {(mark.kind, mark.id) for mark in MARKS}
    assert {(kind, id) for kind, id in IDS.items() if kind != "ManagedPrefixLists"} <= told


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"TaskArn": "arn:task", "Attachments": []}, ("Tasks", "arn:task")),
        ({"TransitGatewayAttachmentId": "a", "SubnetIds": []}, ("TransitGatewayVpcAttachments", "a")),
        (
            {"AwsAccountId": "1", "AwsRegion": "r", "InternetGatewayBlockMode": "off"},
            ("VpcBlockPublicAccessOptions", "1:r"),
        ),
        ({"SubnetId": None, "CidrBlock": "10.0.0.0/24"}, None),
        ({"SnapshotId": "snap-1"}, None),
    ],
)
def test_an_object_is_known_by_its_keys(value: dict[str, Any], kind: tuple[str, str] | None) -> None:
    assert kind_of(value) == kind


def read(folder: Path, **files: Any) -> list[str]:
    for name, data in files.items():
        (folder / f"{name}.json").write_text(json.dumps(data))
    return [str(note) for note in import_files([folder]).notes]


def test_a_page_that_is_left_over_makes_its_kind_partial(tmp_path: Path) -> None:
    first = {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}], "NextToken": "more"}
    assert any("there are more pages of them" in note for note in read(tmp_path, page_1=first))
    last = {"Vpcs": [{"VpcId": "vpc-2", "CidrBlock": "10.1.0.0/16"}]}
    assert not any("there are more pages of them" in note for note in read(tmp_path, page_1=first, page_2=last))


def test_a_last_page_of_another_folder_ends_nothing(tmp_path: Path) -> None:
    first = {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}], "NextToken": "more"}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "vpcs.json").write_text(json.dumps({"Vpcs": []}))
    assert any("there are more pages of them" in note for note in read(tmp_path, page_1=first))


def test_objects_of_no_kind_that_is_read_are_counted() -> None:
    more = {"CarrierGateways": [{"CarrierGatewayId": "cagw-1", "VpcId": "vpc-1"}, {"CarrierGatewayId": "cagw-2"}]}
    found = imported(account(**more, Volumes=[{"VolumeId": "vol-1"}]))
    assert notes(found, "not read") == ["CarrierGateways: 2 objects of a kind that is not read"]


def test_an_answer_of_another_account_adds_and_one_of_the_same_replaces() -> None:
    found = Inventory()
    for file, attributes in (("a/1.json", {"x": 1, "y": 1}), ("a/2.json", {"x": 2}), ("b/1.json", {"z": 3})):
        found.add("TransitGateways", Item("tgw-1", attributes, Origin(file, "")))
    (item,) = found.of("TransitGateways")
    assert item.attributes == {"x": 2, "z": 3}
    assert len(found.differing) == 1
