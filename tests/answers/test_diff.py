"""Differences: what is told is true of every pair, and all that differs is told."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from tests.designs import ANY, GONE, design, group, load
from tests.networks import (
    NOWHERE,
    any_edit,
    applied,
    closing,
    freed,
    laws,
    loaded,
    network,
    opening,
    rule_edit,
    seeds,
    some_pairs,
)

import reachsim
from reachsim.answers.diff import diff  # of networks that share nothing, whatever the edit
from reachsim.errors import DesignError
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic

Told = dict[tuple[str, str, str, bool], HeaderSpace]


def told(difference: Any) -> Told:
    """A difference, pair by pair."""
    out: Told = {}
    for change in difference.changes:
        for source in change.sources:
            for destination in change.destinations:
                if source != destination:
                    key = change.kind, source, destination, change.one_way
                    out[key] = out.get(key, NOWHERE) | change.space
    return out


def any_ports(space: HeaderSpace) -> HeaderSpace:
    """A set freed of source ports."""
    return HeaderSpace.union(HeaderSpace.box(b.traffic, b.sources, b.destinations) for b in space.boxes())


def compared(before: reachsim.Network, after: reachsim.Network, source: str, destination: str) -> Told:
    """The difference of one pair, from what `reach` says of both networks."""
    keep = "sources" if source == "internet" else "destinations" if destination == "internet" else ""
    world = before.ends.world & after.ends.world
    one, other = (
        [freed(space, keep, world) for space in (answer.reachable, answer.delivered)]
        for answer in (before.reach(source, destination), after.reach(source, destination))
    )
    out: Told = {}
    for kind, more, less in (("opened", other, one), ("closed", one, other)):
        trips = more[0] - less[0]
        delivered = more[1] - less[1] - any_ports(trips)
        out |= {(kind, source, destination, False): trips} if trips else {}
        out |= {(kind, source, destination, True): delivered} if delivered else {}
    return out


def edited(seed: int, edits: int = 1, kind: Any = any_edit) -> tuple[random.Random, reachsim.Network, reachsim.Network]:
    """A network and one that differs from it by some edits."""
    rng, data, net = network(seed, crowd=True)
    for _ in range(20):
        changes, after = [], data
        for _ in range(edits):
            changes.append(kind(rng, after))
            if changes[-1] is None:
                return rng, net, net
            after = applied(after, [changes[-1]])
        try:
            return rng, net, loaded(after)
        except DesignError:
            continue
    return rng, net, net


@laws(5)
@given(seeds)
def test_nothing_differs_from_itself(seed: int) -> None:
    _, data, net = network(seed, crowd=True)
    assert not diff(net, net)
    again = diff(net, loaded(data))
    assert (again.changes, again.added, again.removed, again.undecided) == ((), (), (), ())


@laws(3)
@given(seeds)
def test_each_change_is_true_and_each_difference_is_told(seed: int) -> None:
    rng, before, after = edited(seed, rng_count(seed))
    difference = diff(before, after)
    if difference.undecided:
        return
    found = told(difference)
    names = [*before.topology.interfaces, "internet"]
    pairs = some_pairs(rng, before, 10, inside=True)
    pairs += [(rng.choice(names[:-1]), "internet"), ("internet", rng.choice(names[:-1]))]
    pairs += [(source, destination) for _, source, destination, _ in rng.sample(sorted(found), min(6, len(found)))]
    for source, destination in pairs:
        if source not in names or destination not in names or not known(after, source, destination):
            continue
        expected = compared(before, after, source, destination)
        assert {key: space for key, space in found.items() if key[1:3] == (source, destination)} == expected


def known(net: reachsim.Network, *names: str) -> bool:
    """Whether a network has them all."""
    return all(name == "internet" or name in net.topology.interfaces for name in names)


def rng_count(seed: int) -> int:
    """One to three edits."""
    return 1 + seed % 3


@laws(2)
@given(seeds)
def test_the_difference_the_other_way_is_the_mirror(seed: int) -> None:
    _, before, after = edited(seed, 2)
    there, back = diff(before, after), diff(after, before)
    other = {"opened": "closed", "closed": "opened"}
    assert {(other[kind], *rest): space for (kind, *rest), space in told(there).items()} == told(back)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert set(there.undecided) == set(back.undecided)
    assert len(there.opened) + len(there.closed) == len(there.changes)


@laws(2)
@given(seeds)
def test_closing_a_rule_never_opens_anything(seed: int) -> None:
    _, before, after = edited(seed, kind=closing)
    assert diff(before, after).opened == ()


@laws(2)
@given(seeds)
def test_one_rule_more_in_a_group_never_closes_anything(seed: int) -> None:
    _, before, after = edited(seed, kind=opening)
    assert diff(before, after).closed == ()


@laws(2)
@given(seeds)
def test_an_edited_copy_differs_as_the_edited_file_does(seed: int) -> None:
    rng, data, net = network(seed, crowd=True)
    edit = rule_edit(rng, data)
    copy, fresh = net.with_(dict([edit])), loaded(applied(data, [edit]))
    assert told(diff(net, copy)) == told(diff(net, fresh))
    assert not diff(copy, fresh)


@laws(4)
@given(seeds)
def test_two_files_that_differ_in_rules_are_compared_as_an_edited_copy(seed: int) -> None:
    rng, data, net = network(seed, crowd=True)
    after = data
    for _ in range(rng_count(seed)):
        after = applied(after, [rule_edit(rng, after)])
    fresh = loaded(after)
    assert fresh._seen_from(net).topology is net.topology
    part, whole = reachsim.diff(net, fresh), diff(net, fresh)
    assert told(part) == told(whole)
    assert (part.changes, part.before, part.after) == (whole.changes, whole.before, whole.after)
    assert set(part.undecided) <= set(whole.undecided)


# --- by hand ------------------------------------------------------------------------------------------------

SSH = group("client", ("tcp/22", "10.0.0.0/16"))


def test_a_reviewer_reads_lines() -> None:
    difference = diff(load(), load(SSH))
    assert list(map(str, difference.opened)) == [
        "opened: tcp/22 from app.web, app.nat, app.twin, app.db to app.probe",
        "opened: tcp/22 from app.ngw to app.probe",
    ] or all("tcp/22" in str(change) for change in difference.opened)
    assert difference.closed == ()
    assert difference.not_allowed([Traffic.parse("tcp/22")]) == ()
    assert difference.not_allowed([Traffic.parse("tcp/23"), Traffic.parse("udp")]) == difference.opened
    assert repr(difference) == f"<Difference: {len(difference.opened)} opened, 0 closed>"
    plain = difference.to_dict()
    assert {each["traffic"] for each in plain["changes"]} == {"tcp/22"}
    assert {name for each in plain["changes"] for name in each["to"]} == {"app.probe"}


def test_many_alike_are_told_in_one_line() -> None:
    """Among N members of one class there are N (N - 1) pairs, and one change."""
    crowd = {f"vpcs app instances c{n}": {"subnet": "private", "security_groups": ["crowd"]} for n in range(30)}
    before = load(group("crowd", ("tcp/80", "crowd")), crowd)
    for after in (
        load(group("crowd", ("tcp/80", "crowd"), ("tcp/81", "crowd")), crowd),
        before.with_({"vpcs.app.security_groups.crowd.ingress[1]": {"allow": "tcp/81", "from": "crowd"}}),
    ):
        (change,) = diff(before, after).changes
        names = tuple(f"app.c{n}" for n in range(30))
        assert (change.sources, change.destinations) == (names, names)
        assert str(change) == "opened: tcp/81 among app.c0, app.c1, app.c2 and 27 more"
        assert not [*change.between(names[:1], names[:1])]
        (part,) = change.between(names[:1], names[:2])
        assert (part.sources, part.destinations) == (names[:1], names[1:2])
        (part,) = change.between(names[:2], names[:1])
        assert (part.sources, part.destinations) == (names[1:2], names[:1])
        (part,) = change.between(names[:2], names[:2])
        assert (part.sources, part.destinations) == (names[:2], names[:2])


def test_ends_that_each_leave_themselves_out_are_told_together() -> None:
    """Each has a group of its own, so it is alone in its class and has other destinations than the next one."""
    names = [f"c{n}" for n in range(12)]
    own = [group(f"own-{name}", (f"tcp/{9000 + n}", "10.0.2.20/32")) for n, name in enumerate(names)]
    crowd = {f"vpcs app instances {n}": {"subnet": "private", "security_groups": ["crowd", f"own-{n}"]} for n in names}
    before = load(group("crowd", ("tcp/80", "crowd")), crowd, *own)
    after = before.with_({"vpcs.app.security_groups.crowd.ingress[1]": {"allow": "tcp/81", "from": "crowd"}})
    assert len(before.classes.classes) >= len(names)
    for difference in (reachsim.diff(before, after), diff(before, after)):
        (change,) = difference.changes
        assert str(change) == "opened: tcp/81 among app.c0, app.c1, app.c2 and 9 more"
        assert change.sources == change.destinations == tuple(f"app.{name}" for name in names)


def test_ends_that_leave_out_one_another_are_told_apart() -> None:
    """`c0` and `c1` to `c2` and back, and nothing between `c0` and `c1`: no one set of ends is that."""
    peers = {"c0": ["c2"], "c1": ["c2"], "c2": ["c0", "c1"]}
    crowd = {f"vpcs app instances {name}": {"subnet": "private", "security_groups": [name]} for name in peers}
    rules = [group(name, *[("tcp/80", other) for other in others]) for name, others in peers.items()]
    closed = [group(name, ("tcp/81", "10.9.0.0/16")) for name in peers]
    changes = reachsim.diff(load(crowd, *closed), load(crowd, *rules)).changes
    pairs = {(a, b) for change in changes for a in change.sources for b in change.destinations if a != b}
    assert pairs == {(f"app.{b}", f"app.{a}") for a, others in peers.items() for b in others}


def test_what_is_delivered_and_no_longer_answered_is_no_one_way_change() -> None:
    """Delivery stays; the answer is lost."""
    closed = load({"vpcs data route_tables api 10.0.0.0/16": GONE})
    difference = diff(load(), closed)
    there = [c for c in difference.closed if "app.probe" in c.sources and "data.api" in c.destinations]
    assert [change.one_way for change in there] == [False]
    back = [c for c in difference.closed if c.sources == ("data.api",)]
    assert all("app.probe" not in c.destinations or c.one_way for c in back)


def test_a_new_interface_closes_nothing() -> None:
    new = {"subnet": "public", "private_ip": "10.0.0.99", "public_ip": "198.51.100.99", "security_groups": ["open"]}
    difference = diff(load(), load({"vpcs app instances new": new}))
    assert difference.added == ("app.new",)
    assert difference.closed == ()
    assert all("app.new" in change.sources + change.destinations for change in difference.opened)
    assert {str(change) for change in difference.opened if "internet" in change.sources + change.destinations} == {
        "opened: all from app.new to internet",
        "opened: all from internet to app.new",
    }


@pytest.mark.parametrize(
    "table", ["vpcs app route_tables private 10.1.0.0/16", "vpcs app route_tables private 0.0.0.0/0"]
)
def test_what_cannot_be_decided_is_told_and_neither_opened_nor_closed(table: str) -> None:
    firewall = {"vpcs app network_firewalls": {"fw": {}}}
    before, after = load(firewall), load({**firewall, table: "fw"})
    difference = diff(before, after)
    assert difference.changes == ()
    assert any("app.probe ->" in line for line in difference.undecided)
    assert difference.to_dict()["undecided"] == list(difference.undecided)


TWO_VPCS = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24, az: x, route_table: r}}
    route_tables: {r: {10.1.0.0/16: way}}
    network_firewalls: {fw: {subnets: [a]}}
  other:
    cidrs: [10.1.0.0/16]
    subnets: {b: {cidr: 10.1.0.0/24, az: x, route_table: s}}
    route_tables: {s: {10.0.0.0/16: way}}
    instances: {db: {subnet: b}}
  alone:
    cidrs: [10.2.0.0/16]
    subnets: {c: {cidr: 10.2.0.0/24, az: x, route_table: t}}
    route_tables: {t: {10.3.0.0/16: blackhole}}
    instances: {one: {subnet: c}}
"""
PEERED = "peering_connections: {way: {requester: app, accepter: other}}"
ATTACHED = "transit_gateways: {way: {attachments: {x: {vpc: app, subnets: [a]}, y: {vpc: other, subnets: [b]}}}}"


@pytest.mark.parametrize(
    ("joined", "edit", "differs"),
    [
        (PEERED, {"peering_connections.way.status": "failed"}, True),
        (PEERED, {"vpcs.other.route_tables.s": {}}, True),  # what is in `other` sends nothing to the firewall any more
        (ATTACHED, {"transit_gateways.way.attachments.y.state": "pending"}, True),
        (ATTACHED, {"vpcs.other.route_tables.s": {}}, True),
        (PEERED, {"vpcs.alone.route_tables.t": {}}, False),
        (ATTACHED, {"vpcs.alone.route_tables.t": {}}, False),
    ],
)
def test_what_is_not_modelled_may_differ_by_an_edit_of_what_is_joined_with_it(
    joined: str, edit: dict[str, Any], differs: bool
) -> None:
    before = reachsim.loads(TWO_VPCS + joined)
    told = diff(before, before.with_(edit)).undecided
    assert any(line.startswith("what goes to and from app.fw, which may differ") for line in told) == differs


def test_a_function_that_moves() -> None:
    def net(subnet: str) -> reachsim.Network:
        body = {"latest": {"vpc": "app", "subnets": [subnet], "security_groups": ["open"]}}
        return loaded(design({"lambda_functions": {"f": body}}))

    difference = diff(net("private"), net("isolated"))
    assert any(change.kind == "closed" and "f" in change.sources for change in difference.changes)
    assert ("internet",) in [change.destinations for change in difference.closed if "f" in change.sources]
    assert not diff(net("private"), net("private"))


def test_public_sources_are_part_of_what_is_told() -> None:
    difference = diff(load(group("open", ("tcp/22", "203.0.113.0/24"))), load(group("open", ("tcp/22", ANY))))
    from_world = [change for change in difference.opened if change.sources == ("internet",)]
    assert [change.text for change in from_world] == ["tcp/22 from internet except 203.0.113.0/24"] or (
        from_world
        and all(
            change.space.sources().isdisjoint(load().reach("203.0.113.0/24", "web").sources) for change in from_world
        )
    )


@pytest.mark.rule("SG-3")
def test_a_network_without_interfaces_is_compared_whole() -> None:
    """Where anything may differ (`nat_loss_below` does), the rows of all are compared; one side has none."""
    vpc: dict[str, Any] = {"cidrs": ["10.0.0.0/16"], "subnets": {"s": {"cidr": "10.0.0.0/24"}}}
    instances = {"one": {"subnet": "s"}, "two": {"subnet": "s"}}  # of the default group, which admits its members
    empty = loaded({"version": 1, "vpcs": {"v": vpc}, "nat_loss_below": "2%"})
    full = loaded({"version": 1, "vpcs": {"v": vpc | {"instances": instances}}})
    assert [str(change) for change in diff(empty, full).changes] == ["opened: all among v.one, v.two"]
    assert [str(change) for change in diff(full, empty).changes] == ["closed: all among v.one, v.two"]
    assert empty.matrix() == empty.matrix()
    assert empty.matrix().pairs == 0
