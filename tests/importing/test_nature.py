"""What something that was put nowhere cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from reachsim.importing.builder.nature import nature
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
