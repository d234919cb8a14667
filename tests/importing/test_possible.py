"""Interfaces of services, and the defaults of VPCs that a file creates."""

from __future__ import annotations

from typing import Any

import pytest

import reachsim
from reachsim.importing.builder import build
from reachsim.importing.defaults import created_vpc, default_id
from reachsim.importing.imported import Imported
from reachsim.importing.inventory import Inventory, Item, Origin, Unknown
from reachsim.importing.terraform.snapshot import Open
from reachsim.importing.writing import written

HERE = Origin("template.yaml", "Resources")


def inventory(**kinds: dict[str, dict[str, Any]]) -> Inventory:
    found = Inventory()
    for kind, members in kinds.items():
        for id, attributes in members.items():
            found.add(kind, Item(id, attributes, HERE))
    return found


def template(**more: dict[str, dict[str, Any]]) -> Inventory:
    """What a template says that creates a VPC with two subnets and nothing else."""
    subnets = {id: {"VpcId": "Vpc", "CidrBlock": f"10.0.{n}.0/24"} for n, id in enumerate(("A", "B"), 1)}
    return inventory(Vpcs={"Vpc": {"CidrBlock": "10.0.0.0/16"}}, Subnets=subnets, **more)


def loaded(found: Inventory) -> tuple[Imported, reachsim.Network]:
    out = build(found)
    return out, reachsim.loads(written(out))


ONE = {"One": {"VpcId": "Vpc", "SubnetId": "A"}}
TWO = {"Two": {"VpcId": "Vpc", "SubnetId": "B"}}


def test_a_vpc_that_is_created_has_the_defaults_of_aws() -> None:
    found = template(Instances={**ONE, **TWO})
    created_vpc(found, "Vpc")
    out, net = loaded(found)
    assert not [note for note in out.notes if note.kind == "unknown"]
    assert net.trace("One", "Two", "tcp/22").verdict == "reachable"  # both are members of the default group
    assert net.trace("One", "8.8.8.8", "tcp/443").verdict == "blocked"  # the main table has only its local routes
    assert out.design["vpcs"]["Vpc"]["route_tables"] == {"main": {}}


def test_of_a_vpc_that_is_only_named_nothing_more_is_known() -> None:
    found = template(Instances={**ONE, **TWO})
    _, net = loaded(found)
    assert net.trace("One", "Two", "tcp/22").verdict == "undecided"
    assert net.trace("One", "8.8.8.8", "tcp/443").verdict == "undecided"


def test_what_a_template_makes_in_a_vpc_that_it_names_does_not_say_what_else_is_there() -> None:
    acl = {"Acl": {"VpcId": "Vpc", "Associations": [{"SubnetId": "A"}], "Entries": []}}
    table = {"Table": {"VpcId": "Vpc", "Associations": [{"SubnetId": "A"}], "Routes": []}}
    out, _ = loaded(template(NetworkAcls=acl, RouteTables=table))
    subnets = out.design["vpcs"]["Vpc"]["subnets"]
    assert (subnets["A"]["network_acl"], subnets["A"]["route_table"]) == ("Acl", "Table")
    assert subnets["B"]["network_acl"] == subnets["B"]["route_table"] == "unknown"


def test_a_default_that_the_file_has_itself_is_not_added() -> None:
    group = {"Mine": {"VpcId": "Vpc", "GroupName": "default", "IpPermissions": [], "IpPermissionsEgress": []}}
    table = {"Main": {"VpcId": "Vpc", "Associations": [{"Main": True}], "Routes": []}}
    acl = {"Acl": {"VpcId": "Vpc", "IsDefault": True, "Entries": []}}
    found = template(SecurityGroups=group, RouteTables=table, NetworkAcls=acl, Instances={**ONE, **TWO})
    created_vpc(found, "Vpc")
    assert [len(found.items[kind]) for kind in ("SecurityGroups", "RouteTables", "NetworkAcls")] == [1, 1, 1]
    assert loaded(found)[1].trace("One", "Two", "tcp/22").verdict == "blocked"


def test_a_group_of_a_default_that_is_referred_to() -> None:
    groups = [{"GroupId": default_id("Vpc", "SecurityGroups")}]
    found = template(Instances={"One": {**ONE["One"], "SecurityGroups": groups}, **TWO})
    created_vpc(found, "Vpc")
    assert loaded(found)[1].trace("One", "Two", "tcp/22").verdict == "reachable"
    found = template(Instances={"One": {**ONE["One"], "SecurityGroups": groups}, **TWO})
    assert loaded(found)[1].trace("One", "Two", "tcp/22").verdict == "undecided"


DB_GROUP = {
    "Db": {
        "VpcId": "Vpc", "GroupName": "db", "IpPermissionsEgress": [],
        "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}],
    }
}  # fmt: skip
DATABASE = {"SubnetIds": ["A", "B"], "SecurityGroupIds": ["Db"], "Kind": "RDS instance", "Count": 1}


def test_a_database_is_in_each_of_its_subnets() -> None:
    found = template(Instances=ONE, SecurityGroups=DB_GROUP, PossibleInterfaces={"Database": DATABASE})
    created_vpc(found, "Vpc")
    out, net = loaded(found)
    assert out.names["Database"] == "Vpc.Database"
    assert out.design["vpcs"]["Vpc"]["interfaces"]["Database"]["subnets"] == ["A", "B"]
    assert net.expect("One", "Database", allow="tcp/5432").holds
    assert net.expect("One", "Database", deny="tcp/22").holds
    assert net.expect("Database", "One", deny="tcp").holds


def test_it_must_be_reached_wherever_aws_puts_it() -> None:
    table = {"T": {"VpcId": "Vpc", "Routes": []}}
    acl = {"Acl": {"VpcId": "Vpc", "Associations": [{"SubnetId": "B"}], "Entries": []}}
    possible = {"Database": DATABASE}
    found = template(
        Instances=ONE, SecurityGroups=DB_GROUP, PossibleInterfaces=possible, NetworkAcls=acl, RouteTables=table
    )
    created_vpc(found, "Vpc")
    net = loaded(found)[1]
    assert not net.expect("One", "Database", allow="tcp/5432").holds
    assert not net.expect("One", "Database", deny="tcp/5432").holds


def test_tasks_meet_others_of_their_kind() -> None:
    tasks = {"SubnetIds": ["A"], "SecurityGroupIds": ["Db"], "Count": Unknown("a parameter without default")}
    found = template(SecurityGroups=DB_GROUP, PossibleInterfaces={"Tasks": tasks})
    created_vpc(found, "Vpc")
    assert loaded(found)[0].design["vpcs"]["Vpc"]["interfaces"]["Tasks"]["count"] == 2


@pytest.mark.parametrize(
    "change",
    [
        {"SubnetIds": Unknown("a parameter without default")},
        {"SubnetIds": ["A", Unknown("an import")]},
        {"SecurityGroupIds": Unknown("a parameter without default")},
    ],
)
def test_what_is_not_known_of_it_is_undecided(change: dict[str, Any]) -> None:
    possible = {"Database": {"VpcId": "Vpc", **DATABASE, **change}}
    found = template(Instances=ONE, SecurityGroups=DB_GROUP, PossibleInterfaces=possible)
    created_vpc(found, "Vpc")
    out, net = loaded(found)
    told = net.trace("One", "Database", "tcp/5432")
    assert told.verdict == "undecided"
    assert any("not known: a" in note.text for note in out.notes if note.kind == "unknown")


def test_a_public_address_that_may_be_there() -> None:
    tasks = {"SubnetIds": ["A"], "SecurityGroupIds": ["Db"], "Count": 1, "Public": Unknown("a condition")}
    gateway = {"Igw": {"Attachments": [{"VpcId": "Vpc", "State": "available"}]}}
    routes = [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "Igw"}]
    table = {"Main": {"VpcId": "Vpc", "Associations": [{"Main": True}], "Routes": routes}}
    web = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    group = {"Db": {**DB_GROUP["Db"], "IpPermissions": [web]}}
    found = template(SecurityGroups=group, PossibleInterfaces={"T": tasks}, InternetGateways=gateway, RouteTables=table)
    created_vpc(found, "Vpc")
    net = loaded(found)[1]
    assert net.trace("internet", "T/1", "tcp/80").verdict == "undecided"
    assert net.trace("internet", "T/1", "tcp/22").verdict == "blocked"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "reachable"),
        ({"NetworkAcls": {"Acl": {"VpcId": "Vpc", "Associations": [{"SubnetId": "B"}], "Entries": []}}}, "undecided"),
        ({"RouteTables": {"T": {"VpcId": "Vpc", "Associations": [{"SubnetId": "B"}], "Routes": []}}}, "undecided"),
        ({"PrefixLists": {"pl-1": {"PrefixListName": "part", "Cidrs": ["10.0.2.0/24"]}}}, "undecided"),
        ({"PrefixLists": {"pl-1": {"PrefixListName": "both", "Cidrs": ["10.0.0.0/22"]}}}, "reachable"),
        ({"TransitGatewayAttachments": {"att": {"TransitGatewayId": "tgw-1", "ResourceType": "connect"}}}, "undecided"),
    ],
)
def test_what_is_in_some_of_several_subnets_is_in_all_if_nothing_tells_them_apart(
    more: dict[str, Any], expected: str
) -> None:
    db = {"Db": {"SubnetIds": Open("one of two", ("A", "B")), "SecurityGroupIds": ["default"], "Count": 1}}
    found = template(Instances=ONE, PossibleInterfaces=db, **more)
    found.items["PossibleInterfaces"]["Db"].attributes["SecurityGroupIds"] = [default_id("Vpc", "SecurityGroups")]
    for zone, id in (("a", "A"), ("b", "B")):
        found.items["Subnets"][id].attributes["AvailabilityZone"] = f"eu-west-1{zone}"
    created_vpc(found, "Vpc")
    out, net = loaded(found)
    assert net.trace("One", out.names["Db"], "tcp/22").verdict == expected
    assert any("nothing tells these apart" in note.text for note in out.notes) == (expected == "reachable")
