"""An edit of what something unknown may be is undecided, and an edit of what it cannot be is not."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import reachsim

ANY = "0.0.0.0/0"
ACL = {"ingress": [{"rule": 1, "allow": "all", "from": ANY}], "egress": [{"rule": 1, "allow": "all", "to": ANY}]}
SHUT = {"ingress": [], "egress": []}
DESIGN: dict[str, Any] = {
    "version": 1,
    "vpcs": {
        name: {
            "cidrs": [f"10.{number}.0.0/16"],
            "subnets": {
                "a": {"cidr": f"10.{number}.0.0/24", "route_table": "t", "network_acl": "used"},
                "b": {"cidr": f"10.{number}.1.0/24", "route_table": "t", "network_acl": "used"},
            },
            "route_tables": {"t": {"10.9.0.0/16": "router"}, "spare": {"10.9.0.0/16": "router"}},
            "network_acls": {"used": ACL, "spare": ACL},
            "security_groups": {
                "open": {"ingress": [{"allow": "all", "from": ANY}]},
                "spare": {"ingress": [{"allow": "all", "from": ANY}]},
            },
            "instances": {
                "web": {"subnet": "a", "security_groups": ["open"]},
                "router": {"subnet": "b", "security_groups": ["open"], "source_dest_check": False},
            },
        }
        for number, name in enumerate(("one", "two"), 1)
    },
}


def edited(design: dict[str, Any], way: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy with a value set."""
    out = copy.deepcopy(design)
    at = out["vpcs"]["one"]
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = value
    return out


NO_EDIT_OF_THESE = (
    (("network_acls", "spare"), SHUT),
    (("security_groups", "spare"), {}),
    (("route_tables", "spare"), {}),
)
"""Nothing uses these."""


@pytest.mark.parametrize(
    ("unknown", "matters"),
    [
        (("subnets", "a", "network_acl"), {"network_acls"}),
        (("instances", "web", "security_groups"), {"security_groups"}),
        (("subnets", "a", "route_table"), {"network_acls", "security_groups", "route_tables"}),  # leads anywhere
        (("route_tables", "t", "10.9.0.0/16"), {"network_acls", "security_groups", "route_tables"}),
    ],
)
def test_what_is_not_known_may_be_what_is_edited(unknown: tuple[str, ...], matters: set[str]) -> None:
    given = edited(DESIGN, unknown, "unknown")
    for way, value in NO_EDIT_OF_THESE:
        told = reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (DESIGN, edited(DESIGN, way, value))))
        assert not told.undecided
        assert not told
        found = reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (given, edited(given, way, value))))
        assert bool(found.undecided) == (way[0] in matters), (way, found.undecided)
        assert not found


def test_what_is_in_another_vpc_is_not_what_is_edited() -> None:
    given = edited(DESIGN, ("subnets", "a", "network_acl"), "unknown")
    other = copy.deepcopy(given)
    other["vpcs"]["two"]["network_acls"]["spare"] = SHUT
    assert not reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (given, other))).undecided


def differ(given: dict[str, Any], *edits: tuple[tuple[str, ...], Any]) -> reachsim.Difference:
    """What edits of VPC two open and close."""
    after = json.loads(json.dumps(given))
    for way, value in edits:
        at = after["vpcs"]["two"]
        for key in way[:-1]:
            at = at[key]
        at[way[-1]] = value
    return reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (given, after)))


JOINED = {**DESIGN, "peering_connections": {"pcx": {"requester": "one", "accepter": "two"}}}
CLOSED = ("security_groups", "open", "ingress"), [{"allow": "tcp/22", "from": ANY}]


def reached(way: tuple[str, ...], value: Any, *, there: bool, back: bool) -> dict[str, Any]:
    """The two VPCs, joined, with something of the first one set, and routes from the one to the other."""
    out = edited(JOINED, way, value)
    for vpc, far, routed in (("one", "10.2.0.0/16", there), ("two", "10.1.0.0/16", back)):
        if routed:
            out["vpcs"][vpc]["route_tables"]["t"][far] = "pcx"
    return out


@pytest.mark.rule("PEER-10", "SG-2")
@pytest.mark.parametrize(("there", "back"), [(True, False), (False, True), (True, True)])
def test_an_edit_matters_to_what_is_not_told_where_there_is_a_way(there: bool, back: bool) -> None:
    """The groups of the other VPC, which something in a subnet of this one may reach, or be reached from."""
    given = reached(("subnets", "b", "interfaces"), "unknown", there=there, back=back)
    assert differ(given, CLOSED).undecided


@pytest.mark.rule("PEER-10", "NACL-2")
def test_an_edit_of_an_acl_too() -> None:
    given = reached(("subnets", "b", "interfaces"), "unknown", there=True, back=False)
    assert differ(given, (("network_acls", "used", "ingress"), [])).undecided


@pytest.mark.rule("ROUTE-4")
def test_a_route_that_leads_elsewhere_matters() -> None:
    given = edited(DESIGN, ("unknown_components",), {"u": {"subnets": ["b"], "kind": "host"}})
    after = edited(given, ("route_tables", "t", "10.9.0.0/16"), "blackhole")
    assert reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (given, after))).undecided


@pytest.mark.rule("PEER-4")
@pytest.mark.parametrize(("vpcs", "matters"), [(["two"], True), ([], True), (["one"], False), (["one", "two"], False)])
def test_an_edit_matters_to_networks_that_a_connection_may_lead_to(vpcs: list[str], matters: bool) -> None:
    """A connection with a side that is not known may bring what nobody described into a VPC that is."""
    given = {**DESIGN, "unknown_connections": {"pcx": {"vpcs": vpcs}}}
    assert bool(differ(given, CLOSED).undecided) == matters


@pytest.mark.rule("PEER-10")
def test_a_way_that_is_opened_or_closed_matters() -> None:
    """The way back alone, which leads from the other VPC to something that is not told."""
    without, having = (
        reached(("subnets", "b", "interfaces"), "unknown", there=False, back=back) for back in (False, True)
    )
    for one, other in ((without, having), (having, without)):
        assert reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (one, other))).undecided


@pytest.mark.rule("SG-2", "NACL-2")
@pytest.mark.parametrize(
    ("way", "value"), [(("security_groups", "spare"), {}), (("network_acls", "used", "ingress"), [])]
)
def test_an_edit_in_its_own_vpc_matters_though_nothing_else_is_there(way: tuple[str, ...], value: Any) -> None:
    """It may have the group, and its subnet has the ACL."""
    given = json.loads(json.dumps(edited(DESIGN, ("subnets", "b", "interfaces"), "unknown")))
    given["vpcs"]["one"] |= {"instances": {}, "route_tables": {"t": {}}, "internet_gateway": "igw"}
    found = reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (given, edited(given, way, value))))
    assert found.undecided
