"""Walks shared between VPCs of a transit gateway: by those alone that are attached alike and hear the same of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.designs import edited

import reachsim
from reachsim.reach.template_book import TemplateBook

T = TypeVar("T")
Pick = Callable[[Sequence[T]], T]
ANY = "0.0.0.0/0"
Body = dict[str, Any]


def mostly(pick: Pick[Any], habits: list[int]) -> Pick[Any]:
    """Picks what was picked before at the same place, most of the time."""
    places = count()

    def again(of: Sequence[Any]) -> Any:
        place = next(places)
        if place == len(habits):
            habits.append(pick(range(len(of))))
        return of[habits[place] % len(of)] if pick(range(60)) else pick(of)

    return again


def numbered(*rules: tuple[str, str, str], side: str = "from") -> list[Body]:
    """The rules of an ACL."""
    return [{"rule": n, verb: traffic, side: block} for n, (verb, traffic, block) in enumerate(rules, 100)]


def vpc_of(number: int, pick: Pick[Any]) -> Body:
    """A VPC with workloads in two zones and a gateway's subnets, any of which may be somewhat different from others."""
    base = f"10.{number}"
    usual = [{"allow": "tcp/80", "from": "10.0.0.0/8"}, {"allow": "tcp/81", "from": f"10.{(number + 1) % 5}.0.0/16"}]
    rules = pick([usual, usual, [{"allow": "all", "from": ANY}], [{"allow": "tcp/82", "from": "v0.g"}]])
    acl = {
        "ingress": numbered(("allow", "all", f"10.{pick([0, 1, 2])}.0.0/16"), ("allow", "tcp/80", "10.0.0.0/8")),
        "egress": numbered(("allow", "all", ANY), side="to"),
    }
    odd = pick([("allow", "tcp/1024-65535", "10.0.0.0/9"), ("deny", "all", f"10.{number}.1.0/25")])
    low = {"ingress": numbered(("allow", "all", ANY)), "egress": numbered(odd, ("allow", "tcp/80", ANY), side="to")}
    each = {f"10.{n}.0.0/16": "tgw" for n in range(5) if n != number}
    hole = {"10.0.0.0/9": "tgw", f"10.{(number + 2) % 5}.0.0/16": "blackhole"}
    tables: Body = {
        "main": pick([{"10.0.0.0/8": "tgw"}, {"10.0.0.0/8": "tgw"}, {ANY: "tgw"}, each]),
        "other": pick([{"10.0.0.0/8": "tgw"}, hole, {}]),
    }
    subnets: Body = {
        "a": {"cidr": f"{base}.1.0/24", "az": "a", "route_table": pick(["main", "main", "other"])},
        "b": {"cidr": f"{base}.2.0/24", "az": pick(["b", "b", "a", "c"]), "route_table": "main"},
        "ta": {"cidr": f"{base}.9.0/28", "az": "a", "route_table": pick(["main", "other"])},
        "tb": {"cidr": f"{base}.9.16/28", "az": "b", "route_table": "main"},
    }
    for name in ("a", "ta", "tb"):
        chosen = pick([None, None, None, "acl", "low"])
        if chosen:
            subnets[name]["network_acl"] = chosen
    instances: Body = {
        "x": {"subnet": "a", "security_groups": ["g"]},
        "y": {"subnet": "b", "security_groups": ["g"]},
    }
    if pick([False, False, True]):
        instances["z"] = {"subnet": pick(["ta", "tb", "a"]), "security_groups": ["h"]}
    if pick([False, False, False, True]):  # what leaves by a device of its own
        instances["fw"] = {
            "subnet": "b", "security_groups": ["h"], "source_dest_check": False,
            "nat": {"ip_forward": True, "masquerade": pick([True, False])},
        }  # fmt: skip
        tables[pick(["main", "other"])][f"10.{(number + pick(range(1, 5))) % 5}.0.0/17"] = "fw"
    groups = {"g": {"ingress": rules}, "h": {"ingress": [{"allow": "all", "from": ANY}]}}
    if number == 0:
        groups["g"] = {"ingress": usual}
    return {
        "cidrs": [f"{base}.0.0/16"],
        "subnets": subnets,
        "route_tables": tables,
        "network_acls": {"acl": acl, "low": low},
        "security_groups": groups,
        "instances": instances,
    }


def attachment(vpc: str, pick: Pick[Any]) -> Body:
    """How a VPC is attached."""
    return {
        "vpc": vpc,
        "subnets": pick([["ta", "tb"], ["ta", "tb"], ["ta", "tb"], ["tb", "ta"], ["ta"]]),
        "appliance_mode": pick([False, False, True]),
        "security_group_referencing": pick([True, True, False]),
        "state": pick(["available"] * 9 + ["pending"]),
    }


def hub(pick: Pick[Any]) -> Body:
    """A VPC in the middle, with a device that inspects."""
    return {
        "cidrs": ["10.100.0.0/16"],
        "subnets": {
            "ta": {"cidr": "10.100.0.0/28", "az": "a", "route_table": "in"},
            "tb": {"cidr": "10.100.0.16/28", "az": "b", "route_table": pick(["in", "in", "in-b"])},
            "fw": {"cidr": "10.100.1.0/24", "az": "a", "route_table": "out"},
        },
        "route_tables": {
            "in": {ANY: "fw"},
            "in-b": {"10.0.0.0/9": "fw", **pick([{}, {"10.1.0.0/16": "tgw"}])},
            "out": pick([{"10.0.0.0/8": "tgw"}, {f"10.{n}.0.0/16": "tgw" for n in range(4)}]),
        },
        "security_groups": {
            "fw": {"ingress": [{"allow": "all", "from": pick([ANY, "10.0.0.0/15"])}]},
        },
        "instances": {
            "fw": {
                "subnet": "fw", "security_groups": ["fw"], "source_dest_check": False,
                "nat": {"ip_forward": True, "masquerade": pick([False, False, True])},
            }
        },
    }  # fmt: skip


def connected(pick: Pick[Any]) -> Body:
    """Five VPCs of one transit gateway, perhaps with one in the middle, with tables of any kind."""
    habits: list[int] = []
    vpcs: Body = {f"v{n}": vpc_of(n, mostly(pick, habits)) for n in range(5)}
    names = [*vpcs]
    attached: list[int] = []
    attachments: Body = {name: attachment(name, mostly(pick, attached)) for name in names}
    gateway: Body = {"attachments": attachments, "security_group_referencing": pick([True, False])}
    middle = pick([None, "inspected", "segments"])
    if middle == "inspected":
        vpcs["hub"] = hub(pick)
        attachments["hub"] = {"vpc": "hub", "subnets": ["ta", "tb"], "appliance_mode": pick([True, False])}
        narrower = pick([{}, {"10.1.0.0/16": "v1"}, {"10.2.1.0/24": "blackhole"}])
        back = {"propagations": pick([names, names[:-1]]), "routes": pick([{}, {"10.3.0.0/17": "v3"}])}
        gateway["route_tables"] = {
            "spokes": {"associations": names, "routes": {ANY: "hub", **narrower}},
            "hub": {"associations": ["hub"], **back},
        }
    elif middle == "segments":
        cut = pick([2, 3])
        hole = pick([{}, {"10.4.0.0/16": "blackhole"}])
        known = [*names[: pick([1, cut])], *names[cut:]]
        gateway["route_tables"] = {
            "one": {"associations": names[:cut], "propagations": names, "routes": hole},
            "two": {"associations": names[cut : pick([4, 5])], "propagations": known},
        }
    design: Body = {"version": 1, "vpcs": vpcs, "transit_gateways": {"tgw": gateway}}
    if pick([False, False, False, True]):
        design["peering_connections"] = {"p": {"requester": "v0", "accepter": "v1"}}
        vpcs["v0"]["route_tables"]["main"]["10.1.0.0/16"] = "p"
        vpcs["v1"]["route_tables"]["main"]["10.0.0.0/16"] = pick(["p", "tgw"])
    return design


def apart(net: reachsim.Network) -> reachsim.Matrix:
    """The matrix with walks of their own for each two VPCs."""
    with patch.object(TemplateBook, "_between_spokes", lambda *_: (None, None)):
        return net.matrix()


@pytest.mark.rule("TGW-2")
@settings(max_examples=3, deadline=None)
@given(st.data())
def test_walks_that_are_shared_are_those_of_each_two_vpcs(data: st.DataObject) -> None:
    text = json.dumps(connected(lambda of: data.draw(st.sampled_from(list(of)))))
    assert reachsim.loads(text).matrix() == apart(reachsim.loads(text))


def first(of: Sequence[T]) -> T:
    """Picks what is usual."""
    return of[0]


def kinds_walked(design: Body) -> int:
    """How many walks stand for all that lead from one VPC to another."""
    net = reachsim.loads(json.dumps(design))
    pairs: set[Any] = set()
    ask = TemplateBook._between_spokes

    def asked(book: TemplateBook, *ends: Any) -> Any:
        pairs.add(book)
        return ask(book, *ends)

    with patch.object(TemplateBook, "_between_spokes", asked):
        assert net.matrix() == apart(reachsim.loads(json.dumps(design)))
    (book,) = pairs
    assert None not in book._spokes.values()
    return len(book._spokes)


def test_one_walk_for_each_two_kinds_of_ends() -> None:
    """All are of one kind, since both zones are served alike, however many VPCs there are."""
    assert kinds_walked(connected(first)) == 1


@pytest.mark.rule("TGW-12")
def test_workloads_in_attached_subnets_share_walks_too() -> None:
    """What comes to them there passes no ACL of the subnet, from whichever VPC."""
    inside = {f"vpcs v{number} instances {name} subnet": "ta" for number in range(5) for name in "xy"}
    assert kinds_walked(edited(connected(first), inside)) == 1


def inspected() -> Body:
    """Five VPCs of one kind, and one in the middle that all that is between them passes."""
    design = connected(first)
    names = [*design["vpcs"]]
    design["vpcs"]["hub"] = hub(first)
    gateway = design["transit_gateways"]["tgw"]
    gateway["attachments"]["hub"] = {"vpc": "hub", "subnets": ["ta", "tb"], "appliance_mode": True}
    gateway["route_tables"] = {
        "spokes": {"associations": names, "routes": {ANY: "hub"}},
        "hub": {"associations": ["hub"], "propagations": names},
    }
    return design


def test_a_vpc_in_the_middle_does_not_tell_spokes_apart() -> None:
    assert kinds_walked(inspected()) == 1
    assert "tcp/80" in str(reachsim.loads(json.dumps(inspected())).matrix()["v2.x", "v3.y"])


@pytest.mark.rule("TGW-11")
def test_each_attachment_has_the_acl_of_its_own_subnet() -> None:
    """What `v0` sends to any VPC is stopped at its own attachment; what others send is not."""
    design = connected(first)
    design["vpcs"]["v0"]["subnets"]["ta"]["network_acl"] = "none"
    design["vpcs"]["v0"]["network_acls"]["none"] = {"egress": numbered(("allow", "all", ANY), side="to")}
    matrix = reachsim.loads(json.dumps(design)).matrix()
    assert not matrix["v0.x", "v1.x"].reachable
    assert matrix["v0.y", "v1.x"].reachable
    assert matrix["v2.x", "v1.x"].reachable
    assert not matrix["v2.x", "v0.x"].reachable  # the answer is stopped
    assert matrix["v2.x", "v0.x"].delivered


def odd_one_out(deviation: Body) -> Body:
    """Five VPCs of one kind, whose two attachment subnets have ACLs that differ, and whose groups name each other; and what
    is different about the last one."""
    design = connected(first)
    for number, vpc in enumerate(design["vpcs"].values()):
        vpc["subnets"]["tb"]["network_acl"] = "low"
        vpc["network_acls"]["low"]["egress"] = numbered(("allow", "tcp/80", ANY), ("allow", "icmp", ANY), side="to")
        named = {"allow": "udp", "from": f"v{(number + 1) % 5}.g"}
        vpc["security_groups"]["g"]["ingress"] = [{"allow": "all", "from": ANY}] if number % 2 else [named]
        vpc["subnets"]["ta"]["route_table"] = "other"
    return edited(design, deviation)


FORWARDS = {"ip_forward": True, "masquerade": False}
ALL = {"associations": ["v0", "v1", "v2", "v3", "v4"], "propagations": ["v0", "v1", "v2", "v3", "v4"]}
ATTACHED = "transit_gateways tgw attachments ODD"


@pytest.mark.parametrize(
    "deviation",
    [
        {},
        {f"{ATTACHED} appliance_mode": True},
        {f"{ATTACHED} subnets": ["ta"]},
        {f"{ATTACHED} subnets": ["tb", "ta"]},
        {f"{ATTACHED} state": "pending"},
        {f"{ATTACHED} security_group_referencing": False},
        {"vpcs ODD subnets ta az": "b", "vpcs ODD subnets tb az": "a"},
        {"vpcs ODD subnets tb network_acl": "default"},
        {"vpcs ODD subnets ta network_acl": "low"},
        {"vpcs ODD subnets ta route_table": "other", "vpcs ODD route_tables other": {"10.0.0.0/9": "tgw"}},
        {"vpcs ODD subnets b az": "c"},
        {"vpcs ODD route_tables main": {"10.0.0.0/8": "blackhole"}},
        {"vpcs ODD route_tables main": {"10.0.0.0/8": "tgw", "10.1.0.0/16": "blackhole"}},
        {"vpcs ODD instances x subnet": "ta"},
        {"vpcs ODD instances y subnet": "tb"},
        {"vpcs ODD cidrs": ["10.N.0.0/16", "10.50.0.0/16"], "vpcs ODD subnets a cidr": "10.50.1.0/24"},
        {
            "vpcs ODD subnets b route_table": "main",
            "vpcs ODD route_tables other": {"10.0.0.0/8": "tgw", "10.N.1.0/24": "fw"},
            "vpcs ODD instances fw": {
                "subnet": "b",
                "security_groups": ["h"],
                "source_dest_check": False,
                "nat": FORWARDS,
            },
        },
        {"transit_gateways tgw route_tables": {"all": {**ALL, "routes": {"10.N.1.0/24": "blackhole"}}}},
        {"transit_gateways tgw route_tables": {"all": {**ALL, "routes": {"10.3.1.0/24": "ODD"}}}},
        {
            "transit_gateways tgw route_tables": {
                "all": {**ALL, "associations": ["v1", "v2", "v3"]},
                "other": {"associations": ["ODD"], "propagations": ["v1"]},
            }
        },
        {
            "transit_gateways tgw route_tables": {
                "all": {**ALL, "associations": ["v1", "v2", "v3"]},
                "other": {"associations": ["ODD"], "routes": {"10.0.0.0/8": "blackhole"}},
            }
        },
    ],
    ids=str,
)
@pytest.mark.rule("TGW-2", "TGW-8", "TGW-11")
@pytest.mark.parametrize("odd", ["v0", "v4"])
def test_what_is_different_about_one_vpc_is_different_for_it_alone(deviation: Body, odd: str) -> None:
    text = json.dumps(deviation).replace("ODD", odd).replace("10.N.", f"10.{odd[1:]}.")
    design = json.dumps(odd_one_out(json.loads(text)))
    assert reachsim.loads(design).matrix() == apart(reachsim.loads(design))


@pytest.mark.parametrize(
    "deviation",
    [
        {},
        {"vpcs hub route_tables out": {"10.0.0.0/8": "tgw", "10.N.0.0/16": "blackhole"}},
        {"vpcs hub instances fw local_networks": ["10.N.1.0/24"]},
        {"vpcs hub security_groups fw ingress": [{"allow": "all", "from": "10.N.0.0/16"}]},
        {"vpcs hub instances fw nat masquerade": True, "vpcs ODD route_tables main": {"10.0.0.0/10": "tgw"}},
        {"transit_gateways tgw route_tables hub routes": {"10.N.0.0/16": "blackhole"}},
        {"transit_gateways tgw route_tables spokes routes": {"0.0.0.0/0": "hub", "10.N.0.0/16": "ODD"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("odd", ["v0", "v4"])
@pytest.mark.rule("TGW-13")
def test_what_the_middle_does_to_one_vpc_it_does_to_it_alone(deviation: Body, odd: str) -> None:
    text = json.dumps(deviation).replace("ODD", odd).replace("10.N.", f"10.{odd[1:]}.")
    design = json.dumps(edited(inspected(), json.loads(text)))
    assert reachsim.loads(design).matrix() == apart(reachsim.loads(design))
