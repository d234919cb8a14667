"""Walks by the internet shared between destinations of several VPCs: of those alone that are reached alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.designs import Changes, edited

import reachsim
from reachsim.reach.template_book import TemplateBook

T = TypeVar("T")
Pick = Callable[[Sequence[T]], T]
ANY = "0.0.0.0/0"
Body = dict[str, Any]


def numbered(*rules: tuple[str, str, str], side: str = "from") -> list[Body]:
    """The rules of an ACL."""
    return [{"rule": n, verb: traffic, side: block} for n, (verb, traffic, block) in enumerate(rules, 100)]


def vpc_of(number: int, pick: Pick[Any]) -> Body:
    """A VPC with public hosts, and others behind a NAT gateway; what walks may tell apart is drawn."""
    base, ipv6 = f"10.{number}", f"2600:1f18:0:{number}00"
    to_other = f"203.0.113.{(number + 1) % 4 * 16}/28"
    routes = pick([{ANY: "igw"}, {ANY: "igw"}, {ANY: "igw", to_other: "blackhole"}, {"203.0.112.0/20": "igw"}, {}])
    incoming = [{"allow": "tcp/80", "from": pick([ANY, ANY, to_other])}]
    acl = {
        "ingress": numbered((pick(["deny", "allow"]), "tcp/80", to_other), ("allow", "all", ANY)),
        "egress": numbered(
            (pick(["deny", "allow"]), "tcp/80", to_other),
            ("allow", pick(["all", "all", "tcp/1-40000"]), ANY),
            side="to",
        ),
    }
    hosts: Body = {
        "web": {"subnet": "front", "security_groups": ["g"], "public_ip": f"203.0.113.{number * 16 + 3}"},
        "two": {
            "subnet": pick(["front", "side"]),
            "security_groups": ["g"],
            "public_ip": pick([True, "unknown", f"203.0.113.{number * 16 + 6}"]),
        },
        "in": {"subnet": "back", "security_groups": ["g"]},
    }
    if pick([False, False, True]):
        hosts["web"]["secondary_private_ips"] = [f"{base}.0.77"]
    if pick([False, False, True]):  # by an appliance, which may be the way in alone
        hosts["box"] = {
            "subnet": "side", "security_groups": ["g"], "source_dest_check": False,
            "nat": {"masquerade": pick([False, True])}, "public_ip": f"203.0.113.{number * 16 + 4}",
        }  # fmt: skip
    tables: Body = {"main": routes, "side": {ANY: "igw", **pick([{}, {to_other: "blackhole"}])}, "back": {ANY: "nat"}}
    body: Body = {
        "cidrs": [f"{base}.0.0/16"],
        "internet_gateway": "igw",
        "subnets": {
            "front": {"cidr": f"{base}.0.0/24", "network_acl": pick(["n", "default"])},
            "side": {"cidr": f"{base}.1.0/24", "route_table": "side"},
            "back": {"cidr": f"{base}.2.0/24", "route_table": "back"},
        },
        "route_tables": tables,
        "network_acls": {"n": acl},
        "security_groups": {"g": {"ingress": incoming}},
        "nat_gateways": {"nat": {"subnet": "side", "public_ip": f"203.0.113.{number * 16 + 5}"}},
        "instances": hosts,
    }
    if pick([False, False, True]):
        body["cidrs"] += [f"{ipv6}::/56"]
        body["subnets"]["front"]["ipv6_cidr"] = f"{ipv6}::/64"
        hosts["web"]["ipv6_address"] = f"{ipv6}::5"
        tables["main"] = {**tables["main"], "::/0": "igw"}
    return body


def published(pick: Pick[Any]) -> Body:
    """Four VPCs on the internet, two of which may be peered, and one may let nothing in."""
    design: Body = {"version": 1, "vpcs": {f"v{number}": vpc_of(number, pick) for number in range(4)}}
    vpcs = design["vpcs"]
    for number, vpc in enumerate(vpcs.values()):
        if "box" in vpc["instances"] and pick([True, False]):
            vpc["route_tables"]["back"] = {ANY: pick(["nat", "box"])}
        if "box" in vpc["instances"] and pick([True, False]):
            vpc["route_tables"]["edge"] = {"gateway": "igw", "routes": {f"10.{number}.0.0/24": "box"}}
    if pick([False, True]):
        design["peering_connections"] = {"p": {"requester": "v0", "accepter": "v1"}}
        vpcs["v0"]["route_tables"]["main"]["10.1.0.0/16"] = "p"
        vpcs["v1"]["route_tables"]["main"]["10.0.0.0/16"] = "p"
    if pick([False, False, True]):
        shut = pick([{}, {"v2.front": "allow-bidirectional"}])
        vpcs["v2"]["block_public_access"] = {"mode": pick(["ingress", "bidirectional"]), "exclusions": shut}
    if pick([False, False, True]):
        del vpcs["v3"]["internet_gateway"]
        vpcs["v3"]["route_tables"] = {"main": {}, "side": {}, "back": {ANY: "nat"}}
        vpcs["v3"]["nat_gateways"]["nat"]["connectivity"] = "private"
        del vpcs["v3"]["nat_gateways"]["nat"]["public_ip"]
    return design


def apart(net: reachsim.Network) -> reachsim.Matrix:
    """The matrix with walks of their own to each VPC."""
    with patch.object(TemplateBook, "_by_internet", lambda *_: None):
        return net.matrix()


@pytest.mark.rule("WALK-25")
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_walks_that_are_shared_are_those_to_each_vpc(data: st.DataObject) -> None:
    text = json.dumps(published(lambda of: data.draw(st.sampled_from(list(of)))))
    own = apart(reachsim.loads(text))
    assert reachsim.loads(text).matrix() == own
    with patch("reachsim.reach.template_book._FEW", 1):  # the others are walked and known by themselves
        assert reachsim.loads(text).matrix() == own


def first(of: Sequence[T]) -> T:
    """Picks what is usual."""
    return of[0]


def test_one_walk_for_all_vpcs_that_are_reached_alike() -> None:
    """Two hosts of each VPC, with one route for answers: a walk from each kind of source stands for all of them."""
    books: set[Any] = set()
    ask = TemplateBook._by_internet

    def asked(book: TemplateBook, *ends: Any) -> Any:
        books.add(book)
        return ask(book, *ends)

    text = json.dumps(edited(published(first), {f"vpcs v{n} instances two subnet": "side" for n in range(4)}))
    with patch.object(TemplateBook, "_by_internet", asked):
        assert reachsim.loads(text).matrix() == apart(reachsim.loads(text))
    (book,) = books
    assert {len(known) for known in book._public.values()} == {1}
    assert len({source for source, _, _ in book._public}) == len(book._public)


OTHERS = "203.0.113.0/28"
"""The public addresses of v0."""
TOLD_APART: dict[str, Changes] = {
    "a table without a way out": {"vpcs v0 instances two subnet": "side", "vpcs v0 route_tables side": {}},
    "addresses that a table has a route of their own for": {
        "vpcs v0 route_tables main": {ANY: "igw", "203.0.113.48/28": "blackhole"},
    },
    "addresses that one of two tables has a route of its own for": {
        "vpcs v0 instances two subnet": "side",
        "vpcs v0 route_tables side": {ANY: "igw", "203.0.113.48/28": "blackhole"},
    },
    "a peering, over which a name means a private address": {
        "peering_connections": {"p": {"requester": "v0", "accepter": "v3"}},
        "vpcs v0 route_tables main": {ANY: "igw", "10.3.0.0/16": "p"},
    },
    "a host that keeps a network to itself": {"vpcs v2 instances two local_networks": [OTHERS]},
    "a host with clients": {
        "vpcs v2 instances two": {
            "subnet": "front", "security_groups": ["g"], "public_ip": "203.0.113.40", "source_dest_check": False,
            "nat": {"masquerade": False}, "client_networks": [OTHERS],
        },
    },
    "a second public address that is not let out": {
        "vpcs v1 instances web secondary_private_ips": [{"private_ip": "10.1.0.78", "public_ip": "198.51.100.1"}],
        "vpcs v2 instances web secondary_private_ips": [{"private_ip": "10.2.0.78", "public_ip": "198.51.100.2"}],
        "vpcs v0 route_tables main": {ANY: "igw", "198.51.100.2/32": "blackhole"},
    },
}  # fmt: skip


@pytest.mark.parametrize("case", TOLD_APART)
def test_what_walks_tell_apart_has_walks_of_its_own(case: str) -> None:
    text = json.dumps(edited(published(first), TOLD_APART[case]))
    assert reachsim.loads(text).matrix() == apart(reachsim.loads(text))


def test_hosts_that_forward_are_reached_like_others() -> None:
    """What is to a NAT instance itself it takes, whatever it does with the rest: no walk of its own from elsewhere."""
    box = {
        "subnet": "side", "security_groups": ["g"], "source_dest_check": False, "nat": {"masquerade": True},
        "public_ip": True,
    }  # fmt: skip
    text = json.dumps(edited(published(first), {f"vpcs v{n} instances box": box for n in range(4)}))
    net = reachsim.loads(text)
    kinds = {each.server.public for each in net.classes.routing if each.first.name.endswith((".box", ".two"))}
    assert len(kinds) == 1
    assert net.matrix() == apart(reachsim.loads(text))
