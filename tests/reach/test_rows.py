"""Rows: the part of a matrix that a question names says what the whole says; an edit touches nothing else."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given
from tests.designs import ALL, NAT_INSTANCE, acl_of, group, load
from tests.networks import laws, network, rule_edit, seeds

import reachsim
from reachsim.dataplane.site import NetworkInterface
from reachsim.reach.stream import RowMaker, RowTask
from reachsim.reach.touched import touched


@laws(6)
@given(seeds)
def test_rows_say_what_the_matrix_says(seed: int) -> None:
    rng, _, net = network(seed, crowd=True)
    matrix, interfaces = net.matrix(), list(net.topology.interfaces.values())
    sources, destinations = (rng.sample(interfaces, rng.randint(1, len(interfaces))) for _ in range(2))
    rows = net.rows_between(sources, destinations)
    for source in sources:
        for destination in destinations:
            if source is not destination:
                number, theirs = rows.number(source, destination), matrix.number(source, destination)
                assert rows.cell_of(number) == matrix.cell_of(theirs)
                assert rows.unknown(number) == matrix.unknown(theirs)
    assert len(rows.rows) == len({net.classes.of[each].index for each in sources})
    assert all(len(row) == len({net.classes.of[each].index for each in destinations}) for row in rows.rows.values())


@laws(6)
@given(seeds)
@example(82)  # a destination by its address, and again behind a device that others in its subnet are lost at
def test_no_class_is_sent_to_twice(seed: int) -> None:
    _, _, net = network(seed, crowd=True)
    worker = net.new_worker()
    to = RowMaker(worker).sides(None)
    for source in worker.classes.routing:
        blocks = to.blocks(source, worker.templates, worker.endpoints)
        met = [each.index for _, side in blocks for each in side.classes]
        assert len(set(met)) == len(met)


@laws(4)
@given(seeds)
def test_what_is_remembered_is_counted(seed: int) -> None:
    _, _, net = network(seed, crowd=True)
    worker = net.new_worker()
    maker = RowMaker(worker, kept=True)
    maker.rows(RowTask(tuple(range(len(worker.classes.classes))), None, 1))
    to = maker.sides(None)
    alike = [
        side for group in to._alike.values() for side in (*(side for _, side in group.each), *group._outside.values())
    ]
    sides = {*alike, *to._joined.values()}
    columns = sum(len(column) for side in sides for column in side.columns.values())
    filters = [own for side in sides for own, _ in side._own.values()]
    kept = [each for own in filters for table in (own._rows, own._by_run, own._of_group) for each in table.values()]
    assert to.remembered() == columns + sum(map(len, kept))


@laws(9)
@given(seeds)
def test_an_edit_of_rules_changes_nothing_that_it_cannot_touch(seed: int) -> None:
    rng, design, net = network(seed)
    copy = net.with_(dict([rule_edit(rng, design)]))
    part = reachsim.diff(net, copy)
    with patch.object(reachsim.Network, "touched_since", return_value=None):
        whole = reachsim.diff(net, copy)
    assert part.changes == whole.changes
    assert set(part.undecided) <= set(whole.undecided)


NOTHING: list[Any] = []


def names(net: reachsim.Network, edits: dict[Any, Any]) -> set[str] | None:
    """What an edit of rules can touch."""
    found: frozenset[NetworkInterface] | None = touched(net.topology, net.book, net.with_(edits).book)
    return None if found is None else {interface.name for interface in found}


@pytest.mark.rule("SG-1")
def test_a_group_touches_its_members() -> None:
    net = load(group("extra", ("tcp/1", "10.0.0.0/8")), {"vpcs app instances db security_groups": ["extra"]})
    assert names(net, {"vpcs.app.security_groups.extra.ingress[0].allow": "tcp/2"}) == {"app.db"}


@pytest.mark.rule("NACL-1")
def test_an_acl_touches_what_is_in_its_subnets() -> None:
    subnet = load().topology.interfaces["app.db"].subnet.name
    net = load(acl_of(subnet, [ALL], [ALL]))
    inside = {each.name for each in net.topology.interfaces.values() if each.subnet.name == subnet}
    assert names(net, {f"vpcs.app.network_acls.{subnet}-acl.ingress": NOTHING}) == inside


def test_an_edit_of_what_others_pass_may_touch_all() -> None:
    """The rules of a NAT device decide on traffic of which it is no end (NATI-1)."""
    edits: dict[Any, Any] = {"vpcs.app.security_groups.extra.ingress": NOTHING}
    extra = group("extra", ("tcp/1", "10.0.0.0/8")), {"vpcs app instances nat security_groups": ["extra"]}
    assert names(load(*extra), edits) == {"app.nat"}
    assert names(load(*extra, NAT_INSTANCE), edits) is None


def test_an_edit_of_what_a_host_sends_by_from_another_interface_may_touch_all() -> None:
    """What the second interface sends out of the VPC leaves by the first (IGW-9)."""
    first = {"subnet": "public", "public_ip": "198.51.100.20", "security_groups": ["extra"]}
    second = {"subnet": "private", "security_groups": ["open"]}
    host = {"external_snat": False, "network_interfaces": {"eth0": first, "eth1": second}}
    net = load(group("extra", ("tcp/1", "10.0.0.0/8")), {"vpcs app instances web": host})
    assert names(net, {"vpcs.app.security_groups.extra.ingress": NOTHING}) is None


def test_an_edit_never_leaves_out_what_stands_before_targets() -> None:
    """What is sent to a load balancer ends at its targets, so it may differ whatever was edited there."""
    extra = group("extra", ("tcp/80", "10.0.0.0/8")), {"vpcs app instances db security_groups": ["extra"]}
    targets = {"servers": {"targets": ["db"], "port": "tcp/80"}}
    nlb = {"type": "network", "subnets": ["public"], "listeners": {"tcp/80": "servers"}, "target_groups": targets}
    balancer = {"vpcs app load_balancers nlb": nlb}
    found = names(load(*extra, balancer), {"vpcs.app.security_groups.extra.ingress": NOTHING})
    assert found == {"app.db", "app.nlb/public"}


def test_no_edit_touches_nothing() -> None:
    net = load()
    assert touched(net.topology, net.book, net.book) == frozenset()
