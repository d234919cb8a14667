"""What is told of calls as a whole: pages left over, objects of kinds that are not read, one thing seen by two accounts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.importing.accounts import account, group, imported, interface, loaded, notes

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


def test_nothing_is_left_out_in_silence() -> None:
    more = {
        "InternetGateways": [
            {"InternetGatewayId": "igw-9", "Attachments": [{"VpcId": "vpc-far", "State": "available"}]}
        ],
        "PrefixLists": [{"PrefixListId": "pl-9", "PrefixListName": "x"}],
        "NatGateways": [{"NatGatewayId": "nat-9", "State": "deleted", "NatGatewayAddresses": []}],
    }
    told = notes(imported(account(RouteTables=[], **more)), "left out")
    assert any(text.startswith("igw-9: ") for text in told)
    assert any(text.startswith("pl-9: its entries") for text in told)
    assert not any(text.startswith("nat-9: ") for text in told)


def test_entries_by_the_id_of_their_list() -> None:
    told = {"EntriesByPrefixList": {"pl-0a": [{"Cidr": "192.0.2.0/24"}], "pl-0b": []}}
    found = imported(account(PrefixLists=[{"PrefixListId": "pl-0a", "PrefixListName": "offices"}], Entries=[told]))
    assert found.design["prefix_lists"] == {"offices": {"entries": ["192.0.2.0/24"]}, "pl-0b": {"entries": []}}


def test_a_call_of_one_region_says_nothing_of_another() -> None:
    far = {"Vpcs": [{"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"}],
           "Subnets": [{"SubnetId": "subnet-2", "VpcId": "vpc-2", "CidrBlock": "10.2.1.0/24"}]}  # fmt: skip
    vpcs = imported(account(), far).design["vpcs"]
    assert vpcs["vpc-2"]["subnets"]["subnet-2"]["interfaces"] == "unknown"
    assert "interfaces" not in vpcs["vpc-1"]["subnets"]["subnet-a"]


def test_who_shares_a_vpc_sees_only_what_is_its_own() -> None:
    def seen_by(*owners: str) -> Any:
        groups = [{**group(f"sg-{owner}"), "OwnerId": owner} for owner in owners]
        held = [interface("eni-web", "10.0.1.10", f"sg-{owners[0]}")]
        return loaded(account(SecurityGroups=groups, NetworkInterfaces=held)).trace("eni-web", "10.0.2.99", "tcp/443")

    assert seen_by("111122223333").verdict == "blocked"
    assert seen_by("444455556666").verdict == "undecided"
    assert seen_by("444455556666", "111122223333").verdict == "blocked"


def test_accounts_have_names_of_their_own_for_zones() -> None:
    given = account()
    for subnet, id in zip(given["Subnets"], ("euw1-az1", "euw1-az2"), strict=True):
        subnet["AvailabilityZoneId"] = id
    third = {"SubnetId": "subnet-c", "VpcId": "vpc-1", "CidrBlock": "10.0.3.0/24"}
    other = {"Subnets": [{**third, "AvailabilityZone": "eu-west-1c", "AvailabilityZoneId": "euw1-az2"}]}
    subnets = imported(given, other).design["vpcs"]["vpc-1"]["subnets"]
    assert [subnet["az"] for subnet in subnets.values()] == ["eu-west-1a", "eu-west-1b", "eu-west-1b"]


def test_rules_of_a_group_that_was_not_collected_are_told() -> None:
    rules = [
        {"SecurityGroupRuleId": f"sgr-{n}", "GroupId": id, "IsEgress": False} for n, id in ((1, "sg-web"), (2, "sg-x"))
    ]
    told = notes(imported(account(SecurityGroupRules=rules)), "left out")
    assert told == ["sgr-2: group sg-x, which it is of, was not collected"]


def test_a_file_in_the_working_folder_is_a_collection_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("all.json").write_text(json.dumps(account()))
    found = import_files(["all.json"])
    assert "interfaces" not in found.design["vpcs"]["vpc-1"]["subnets"]["subnet-a"]
