"""What an edit of structure can touch: the difference of what it can touch is the whole difference."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from tests.designs import GONE, NAT_INSTANCE, Changes, acl, load
from tests.networks import any_edit, laws, network, seeds, structure_edit

import reachsim
from reachsim.errors import ReachsimError
from reachsim.reach.touched import touched_by_structure

Edits = dict[Any, Any]
TRIED = 12
"""Edits of one network, at most; most that are drawn give no design, or change rules alone."""


@laws(6)
@given(seeds)
def test_an_edit_of_structure_changes_nothing_that_it_cannot_touch(seed: int) -> None:
    rng, design, net = network(seed)
    for _ in range(TRIED):
        edits = dict(
            rng.choice([structure_edit, structure_edit, any_edit])(rng, design) for _ in range(rng.choice([1, 1, 2]))
        )
        try:
            copy = net.with_(edits)
        except ReachsimError:
            continue
        if copy.topology is not net.topology:
            one, other = rng.sample([net, copy], 2)
            same_as_whole(one, other)
            return


def same_as_whole(before: reachsim.Network, after: reachsim.Network) -> None:
    part = reachsim.diff(before, after)
    with patch.object(reachsim.Network, "touched_since", return_value=None):
        whole = reachsim.diff(before, after)
    assert part.changes == whole.changes
    assert (part.added, part.removed) == (whole.added, whole.removed)
    assert set(part.undecided) <= set(whole.undecided)


def ends(net: reachsim.Network, edits: Edits) -> set[str] | None:
    """What an edit of structure can touch."""
    copy = net.with_(edits)
    assert copy.topology is not net.topology
    found = touched_by_structure(net.topology, copy.topology, (net.book, copy.book))
    if found is not None:
        same_as_whole(net, copy)
    return None if found is None else set(found.ends)


PRIVATE = {"app.probe", "app.twin"}


@pytest.mark.rule("WALK-16")
def test_a_route_touches_the_subnets_of_its_table() -> None:
    """Together with whose addresses it leads to: of both, the fewer, so that one end of each pair is among them."""
    assert ends(load(), {("vpcs", "app", "route_tables", "private", "10.1.0.0/16"): None}) == {"data.api"}
    assert ends(load(), {("vpcs", "app", "route_tables", "private", "0.0.0.0/0"): None}) == PRIVATE
    assert ends(load(), {("vpcs", "data", "route_tables", "api", "10.0.0.0/16"): None}) == {"data.api"}


@pytest.mark.rule("NATGW-3")
def test_a_route_of_a_nat_devices_table_touches_those_behind_it() -> None:
    default = ("vpcs", "app", "route_tables", "public", "0.0.0.0/0")
    public = {"app.web", "app.nat", "app.ngw"}
    assert ends(load(), {default: None}) == public | PRIVATE
    assert ends(load({"vpcs app route_tables private 0.0.0.0/0": "blackhole"}), {default: None}) == public


@pytest.mark.rule("ROUTE-2")
def test_an_association_touches_the_subnet() -> None:
    assert ends(load(), {("vpcs", "app", "subnets", "isolated", "route_table"): "private"}) == {"app.db"}


@pytest.mark.rule("NATI-1")
def test_a_check_touches_the_interface_and_those_whose_routes_lead_to_it() -> None:
    check = {("vpcs", "app", "instances", "nat", "source_dest_check"): True}
    assert ends(load(), check) == {"app.nat"}
    assert ends(load(NAT_INSTANCE), check) == {"app.nat"} | PRIVATE


@pytest.mark.rule("IGW-9")
def test_a_public_address_touches_its_interface() -> None:
    assert ends(load(), {("vpcs", "app", "instances", "db", "public_ip"): "198.51.100.30"}) == {"app.db"}


@pytest.mark.rule("SG-1")
def test_other_groups_touch_their_interface() -> None:
    assert ends(load(), {("vpcs", "app", "instances", "twin", "security_groups"): ["client"]}) == {"app.twin"}


@pytest.mark.rule("NACL-1")
def test_another_acl_touches_its_subnet() -> None:
    tight = acl("tight", ["allow tcp/80 0.0.0.0/0"], ["allow all 0.0.0.0/0"])
    assert ends(load(tight), {("vpcs", "app", "subnets", "isolated", "network_acl"): "tight"}) == {"app.db"}


@pytest.mark.rule("SG-11")
def test_a_peering_touches_one_of_its_vpcs_and_whoever_has_a_route_to_it() -> None:
    """Rules of each may then name groups of the other (SG-11); the tables `private` and `api` have a route (ROUTE-15), and
    what the first sends by it is all to `data.api`."""
    found = ends(load(), {("peering_connections", "pcx", "status"): "pending-acceptance"})
    assert found == {"data.api"}


@pytest.mark.rule("SG-11")
def test_a_peering_without_routes_touches_the_vpc_with_fewer_interfaces() -> None:
    """Whose groups the rules of both may name hangs on no route."""
    no_routes: Changes = {
        "vpcs app route_tables private 10.1.0.0/16": GONE,
        "vpcs data route_tables api 10.0.0.0/16": GONE,
    }
    assert ends(load(no_routes), {("peering_connections", "pcx", "status"): "pending-acceptance"}) == {"data.api"}


OTHER: Changes = {
    "vpcs other": {
        "cidrs": ["10.0.0.0/16"],
        "subnets": {"s": {"cidr": "10.0.0.0/24", "az": "a"}},
        "security_groups": {"member": {}, "stranger": {}},
        "instances": {"twin": {"subnet": "s", "private_ip": "10.0.0.10", "security_groups": ["member"]}},
    },
    "peering_connections other-data": {"requester": "other", "accepter": "data"},
}
"""A VPC with the addresses of `app`, also peered with `data`; its `twin` has the address of the NAT instance."""


@pytest.mark.rule("NATI-5", "SG-10", "SG-11")
def test_an_interface_touches_those_behind_a_device_with_its_address() -> None:
    """The NAT instance puts 10.0.0.10 into what `probe` sends (NATI-5). A rule that names a group means the addresses of its
    members in all VPCs that are peered (SG-10, SG-11), and `twin`, a member, has that address too."""
    through_nat: Changes = {
        "vpcs app route_tables private 10.1.0.0/16": "nat",
        "vpcs app route_tables public 10.1.0.0/16": "pcx",
        "vpcs data security_groups open ingress": [{"allow": "all", "from": "other.member"}],
    }
    net = load(OTHER, through_nat)
    edits = {("vpcs", "other", "instances", "twin", "security_groups"): ["stranger"]}
    copy = net.with_(edits)
    assert net.reach("app.probe", "data.api").reachable
    assert not copy.reach("app.probe", "data.api").reachable
    assert ends(net, edits) == {
        "other.twin",
        "app.nat",
        "data.api",
    }  # the one that PRIVATE sends to through the NAT instance
    (change,) = reachsim.diff(net, copy).changes
    assert change.kind == "closed"
    assert "app.probe" in change.sources


@pytest.mark.rule("WALK-24")
@pytest.mark.parametrize("added", [True, False])
def test_a_subnet_touches_all_whose_addresses_it_has(added: bool) -> None:
    """`data` sends 10.0.2.20 to `other`, where it is in no subnet; and then in one of which nobody knows what is in it."""
    elsewhere = OTHER | {"vpcs data route_tables api 10.0.2.0/24": "other-data"}
    with_promise = elsewhere | {"expect": [{"from": "data.api", "to": "app.db", "deny": "tcp/22"}]}
    unknown = {"cidr": "10.0.2.0/24", "az": "a", "interfaces": "unknown"}
    before = load(with_promise) if added else load(with_promise, {"vpcs other subnets t": unknown})
    edits = {("vpcs", "other", "subnets", "t"): unknown if added else None}
    assert bool(before.reach("data.api", "app.db").undecided) is not added
    assert bool(before.with_(edits).reach("data.api", "app.db").undecided) is added
    assert ends(before, edits) == {"app.db"}
    said = "data.api -> app.db: the way leads to something that is not modelled, or not known"
    assert said in reachsim.diff(before, before.with_(edits)).undecided
    assert before.check().ok is added
    assert before.with_(edits).check().ok is not added


def test_an_interface_more_touches_itself() -> None:
    more = {("vpcs", "app", "instances", "more"): {"subnet": "isolated", "security_groups": ["open"]}}
    assert ends(load(), more) == {"app.more"}
    net = load({"vpcs app instances more": {"subnet": "isolated", "security_groups": ["open"]}})
    assert ends(net, {("vpcs", "app", "instances", "more"): None}) == {"app.more"}


def test_what_is_said_about_a_network_touches_nothing() -> None:
    net = load()
    promise = {"from": "app.web", "to": "app.db", "allow": "tcp/22"}
    other = net.with_({("name",): "other", ("expect",): [promise]})
    found = touched_by_structure(net.topology, other.topology, (net.book, other.book))
    assert found is not None
    assert not found.ends
    assert not found.outside


def test_a_rule_that_was_edited_before_is_no_difference() -> None:
    """What a filter says is looked up where edits of rules put it, not where the network was built."""
    net = load().with_(
        {("vpcs", "app", "security_groups", "open", "ingress"): [{"allow": "tcp/22", "from": "10.0.0.0/8"}]}
    )
    assert ends(net, {("vpcs", "app", "instances", "db", "public_ip"): "198.51.100.30"}) == {"app.db"}


def test_a_rule_and_a_route_touch_both() -> None:
    rule = {("vpcs", "app", "security_groups", "client", "ingress"): [{"allow": "tcp/22", "from": "10.0.0.0/8"}]}
    route = {("vpcs", "data", "route_tables", "api", "10.0.0.0/16"): None}
    assert ends(load(), rule | route) == {"app.probe", "data.api"}
