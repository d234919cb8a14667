"""What something that was put nowhere cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from reachsim.importing.builder.nature import as_interface, nature
from reachsim.importing.inventory import Inventory, Item, Origin, Unknown

HOST, PRIVATE = {"kind": "host"}, {"public": False}


@pytest.mark.parametrize(
    ("kind", "attributes", "expected"),
    [
        ("Instances", {"SourceDestCheck": True}, HOST),
        ("Instances", {"SourceDestCheck": False}, {}),  # a router, or a NAT instance
        ("Instances", {"SourceDestCheck": Unknown("a parameter")}, {}),
        ("PossibleInterfaces", {}, HOST),
        ("PossibleInterfaces", {"SourceDestCheck": False}, {}),
        ("PossibleInterfaces", {"SendsForOthers": False}, HOST),
        ("PossibleInterfaces", {"SendsForOthers": True}, {}),  # an endpoint of Instance Connect
        ("PossibleInterfaces", {"SendsForOthers": Unknown("a parameter")}, {}),
        ("Functions", {}, HOST | PRIVATE),
        ("VpcEndpoints", {}, PRIVATE),
        ("LoadBalancers", {"Type": "application", "Scheme": "internet-facing"}, HOST),
        ("LoadBalancers", {"Type": "network", "Scheme": "internet-facing"}, {}),
        ("LoadBalancers", {"Type": "network", "Scheme": "internal"}, PRIVATE),
        ("LoadBalancers", {"Type": Unknown("a parameter"), "Scheme": Unknown("a parameter")}, {}),
        ("LoadBalancerDescriptions", {"Scheme": "internal"}, HOST | PRIVATE),
        ("NetworkInterfaces", {}, {}),
    ],
)
def test_what_it_cannot_be(kind: str, attributes: dict[str, Any], expected: dict[str, Any]) -> None:
    item = Item("x", attributes, Origin("file", "x"))
    assert nature(Inventory({kind: {"x": item}}), item) == expected


@pytest.mark.rule("NATI-1")
@pytest.mark.parametrize(("check", "expected"), [(True, HOST), (False, {}), (Unknown("a variable"), {})])
def test_an_instance_is_what_its_interfaces_are(check: Any, expected: dict[str, Any]) -> None:
    """Terraform's reader tells the check of the interface that an instance makes."""
    item, own = Item("x", {}, Origin("file", "x")), Item("e", {"SourceDestCheck": check}, Origin("file", "e"))
    assert nature(Inventory({"Instances": {"x": item}}), item, [own]) == expected
    inside = Item("x", {"NetworkInterfaces": [own.attributes]}, Origin("file", "x"))
    assert nature(Inventory({"Instances": {"x": inside}}), inside) == expected


UNKNOWN = Unknown("a variable")
IPV6 = {"Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/64"}]}


@pytest.mark.parametrize(
    ("attributes", "members", "subnet", "expected"),
    [
        ({"SecurityGroups": ["sg-1"]}, [], {}, {"security_groups": ["g"], "ipv6": False}),
        ({}, [{"Groups": ["sg-1"]}], {}, {"security_groups": ["g"], "ipv6": False}),
        ({}, [{"Groups": [{"GroupId": "sg-1"}, "sg-2"]}], {}, {"security_groups": ["g", "unknown"], "ipv6": False}),
        ({}, [{"Groups": ["sg-1", UNKNOWN]}], {}, {"security_groups": ["g", "unknown"], "ipv6": False}),
        ({}, [{"Groups": UNKNOWN}], {}, {"security_groups": ["unknown"], "ipv6": False}),
        ({}, [{"Groups": ["sg-of-another-vpc"]}], {}, {"security_groups": ["unknown"], "ipv6": False}),
        ({}, [{"Groups": ["sg-1"]}], IPV6, {"security_groups": ["g"]}),
        ({}, [{"Groups": ["sg-1"]}], {"Ipv6CidrBlockAssociationSet": UNKNOWN}, {"security_groups": ["g"]}),
        ({}, [{"Groups": ["sg-1"]}, {"Groups": ["sg-1"]}], {}, {}),  # it is in two places
        ({"NetworkInterfaces": [{}]}, [{"Groups": ["sg-1"]}], {}, {}),
        ({}, [{}], {}, {}),  # nothing tells its groups
    ],
)  # fmt: skip
def test_what_is_known_of_an_instance_whose_subnet_is_not(
    attributes: dict[str, Any], members: list[dict[str, Any]], subnet: dict[str, Any], expected: dict[str, Any]
) -> None:
    item, place = Item("x", attributes, Origin("file", "x")), Item("subnet-1", subnet, Origin("file", "s"))
    own = [Item(f"e{n}", each, Origin("file", "e")) for n, each in enumerate(members)]
    homes = {"sg-1": "vpc-1", "sg-of-another-vpc": "vpc-2", "subnet-1": "vpc-1"}
    names = {"sg-1": "g", "sg-of-another-vpc": "h", "subnet-1": "s"}
    assert (
        as_interface(Inventory({"Subnets": {"subnet-1": place}}), item, own, "vpc-1", homes, names, ["s"]) == expected
    )
