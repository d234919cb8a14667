"""What lint says is true of networks that nobody wrote: held against exact answers, and against copies with the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from unittest.mock import patch

from hypothesis import given
from tests.networks import laws, loaded, network, seeds

import reachsim
from reachsim.answers.lint import answers
from reachsim.answers.lint.registry import Subject
from reachsim.answers.lint.routes import Lost, lost_routes
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import format_address
from reachsim.reach.cell import Cell
from reachsim.reach.classes import InterfaceClass
from reachsim.resources.route_table import RouteTableCheckpoint

MAY_GO = ("ROUTE_NEVER_USED", "ROUTE_TABLE_UNUSED", "ACL_UNUSED", "GROUP_UNUSED", "RULE_SHADOWED", "RULE_REDUNDANT")
"""Findings whose cure is to remove what they are about."""


def users(net: reachsim.Network, lost: Lost) -> Iterator[NetworkInterface]:
    """Every host that may take a route: with its table, in its zone, and not what the table leads to."""
    place = lost.sender.subnet
    table = place.table
    assert isinstance(table, RouteTableCheckpoint)
    for interface in net.topology.interfaces.values():
        here = interface.subnet.table is table and interface.subnet.az == place.az
        if (
            here
            and interface.silent is None
            and not interface.shared
            and interface not in {route.toward for route in table.routes}
        ):
            yield interface


@laws(6)
@given(seeds)
def test_nothing_gets_through_by_a_route_that_leads_nowhere(seed: int) -> None:
    _, _, net = network(seed)
    for lost in lost_routes(Subject(net)):
        table = lost.sender.subnet.table
        assert isinstance(table, RouteTableCheckpoint)
        runs = [(low, high) for low, high, route in table.table.runs() if route is lost.route]
        for interface in list(users(net, lost))[:3]:
            for address in {lost.destination, runs[0][0], runs[-1][1]}:
                assert not net.reach(interface.name, format_address(address)).delivered, (
                    str(lost.route),
                    interface.name,
                )


@laws(4)
@given(seeds)
def test_what_may_go_changes_nothing_when_it_goes(seed: int) -> None:
    rng, _, net = network(seed)
    found = [finding for finding in net.lint(*MAY_GO) if finding.code in MAY_GO]
    for finding in rng.sample(found, min(2, len(found))):
        change = reachsim.diff(net, net.with_({finding.path: None}))
        assert not change, (str(finding), str(change))


@laws(3)
@given(seeds)
def test_every_finding_stands_somewhere_and_comes_again(seed: int) -> None:
    _, _, net = network(seed)
    lint = net.lint()
    assert lint == loaded(net.source.document.data).lint()
    for finding in lint:
        assert finding.where
        assert finding.text
        assert finding.evidence
        assert finding.cure


@laws(4)
@given(seeds)
def test_only_an_acl_that_was_looked_at_keeps_an_answer_out(seed: int) -> None:
    """Between all pairs of classes no ACL is found to keep an answer out that is not found among the suspects."""
    _, _, net = network(seed)
    matrix = net.matrix()

    def everybody(_: Subject) -> tuple[Iterator[tuple[InterfaceClass, InterfaceClass, int]], Callable[[int], Cell]]:
        return matrix.class_pairs(), matrix.cell_of

    some = {found.path for found in answers.answers_kept_out(Subject(net))}
    with patch.object(answers, "_suspects", everybody):
        assert {found.path for found in answers.answers_kept_out(Subject(net))} <= some
