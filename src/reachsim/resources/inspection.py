"""Gateway Load Balancer endpoints, and the appliances of one's own behind them (EP-11, LB-9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Drop, Forward, Header, Leg, Step, Undecided
from reachsim.dataplane.filters import Filter, Query
from reachsim.dataplane.relay import Choice
from reachsim.dataplane.scope import ANY, EVERYWHERE, Scope, intersect, to_one, to_run
from reachsim.dataplane.site import NetworkInterface
from reachsim.dataplane.walk import Walk, walk
from reachsim.net.address import format_address
from reachsim.resources.balancer_node import Node
from reachsim.resources.host import leave, own
from reachsim.rules.codes import Code
from reachsim.rules.load_balancer import GENEVE
from reachsim.rules.verdict import Loss

INSPECTION = "inspection endpoint"
"""The kind of the interface of a Gateway Load Balancer endpoint."""


class Tunnel(Checkpoint, is_a=CheckpointType.LIMIT, cuts=False, asks=True):
    """One filter on the way of GENEVE from a Gateway Load Balancer to an appliance, which packets pass inside (LB-9).

    What it looks at is the outer packet, so its addresses are none of those that it passes.
    """

    __slots__ = ("next", "query")

    def __init__(self, at: Checkpoint, query: Query, next: Checkpoint) -> None:
        super().__init__(at.component, at.role, at.path)
        self.query = query._replace(service=GENEVE.first, abroad=True)
        self.next = next

    def step(self, header: Header, leg: Leg) -> Step:
        """Ask about the outer packet."""
        return Forward(self.next, header, "inside GENEVE, to the appliance", "LB-9", (), ANY, self.query)

    def filters(self) -> Iterable[Filter]:
        """The filter."""
        return (self.query.filter,)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The next one."""
        return (self.next,)


class Emerging(Checkpoint, is_a=CheckpointType.LINK, cuts=False, asks=False):
    """What an endpoint sends on after the inspection, as it came (EP-11)."""

    __slots__ = ("interface",)

    def __init__(self, interface: NetworkInterface) -> None:
        super().__init__(interface.name, "after the inspection", interface.path)
        self.interface = interface

    def step(self, header: Header, leg: Leg) -> Step:
        """On, by its subnet's route table."""
        scope = to_run(self.interface.subnet.run_around(header.destination))
        return Forward(leave(self.interface, header), header, "", "EP-11", (), scope)

    def successors(self) -> list[Checkpoint]:
        """The way out of its subnet, or its link."""
        return [self.interface.subnet.exit, self.interface.subnet.link]


class InspectionEndpoint(Checkpoint, is_a=CheckpointType.HOST, cuts=False, asks=False):
    """A Gateway Load Balancer endpoint: what a route leads to it comes out again as it was, after an inspection that is
    taken as transparent, and goes on by its subnet's route table (**EP-11**). It has no groups (SG-23).

    `nodes`: the interfaces of the load balancer behind a service of one's own, none of a service that is somebody else's.
    Whatever appliance they pick must get what they send (**LB-9**). `loss`, `unknown`: why there is none, or which is not
    known.
    """

    __slots__ = ("_entrance", "interface", "loss", "nodes", "unknown")
    inspects = True

    def __init__(self, interface: NetworkInterface) -> None:
        super().__init__(interface.name, "Gateway Load Balancer endpoint", interface.path)
        self.interface = interface
        self.nodes: tuple[Node, ...] = ()
        self.loss: Loss | None = None
        self.unknown = ""
        self._entrance: Checkpoint | Loss | str | None = None

    def join(self, nodes: tuple[Node, ...], loss: Loss | None, unknown: str) -> None:
        """Tell it of the load balancer behind its service."""
        self.nodes, self.loss, self.unknown = nodes, loss, unknown

    def step(self, header: Header, leg: Leg) -> Step:
        """On, unchanged, past the appliances."""
        destination = header.destination
        run = intersect(self.interface.run_around(destination), self.interface.subnet.run_around(destination))
        if own(self.interface, destination):
            text = "a Gateway Load Balancer endpoint takes no packets of its own"
            loss = Loss(Code.NO_POSSIBLE_DESTINATION, "EP-11", text)
            return self.drop(loss, header, to_one(destination))
        onward = Header(header.source, destination, self.interface, direct=False)
        scope = to_run(run)
        step = Forward(
            leave(self.interface, onward), onward, "inspected, which is taken as transparent", "EP-11", self.path, scope
        )
        found = self.entrance() if self.nodes or self.loss or self.unknown else None
        if isinstance(found, Loss):
            return self.drop(found, header, scope, onward=step)
        if isinstance(found, str):
            return Undecided(found, header, path=self.path, scope=Scope(EVERYWHERE, run))
        return step if found is None else step._replace(next=found)

    def entrance(self) -> Checkpoint | Loss | str:
        """The first checkpoint of the way past all appliances that may be picked; why there is no way, or none is known."""
        if self._entrance is None:
            self._entrance = self.loss or self.unknown or self._past_appliances()
        return self._entrance

    def _past_appliances(self) -> Checkpoint | Loss | str:
        way: Checkpoint = Emerging(self.interface)
        for node in reversed(self.nodes):
            if not node.targets:
                text = f"{node.interface.name} has no target group, so nobody inspects"
                return Loss(Code.ELBV2_LISTENER_HAS_NO_TG, "LB-8", text)
            for choice in reversed(node.targets):
                if choice.loss is not None or choice.unknown:
                    return choice.loss or choice.unknown
                found = _geneve(node, choice)
                if found.unknown:
                    return found.unknown
                arrived = found.arrived is not None and not found.lost and _is_at(found, choice)
                if not arrived:
                    return _not_reached(node, choice, found)
                for visit in reversed(found.visits):
                    if visit.step.asks is not None:
                        way = Tunnel(visit.checkpoint, visit.step.asks, way)
        return way

    def successors(self) -> Iterator[Checkpoint]:
        """The way past the appliances; the way out of its subnet, or its link."""
        found = self.entrance() if self.nodes or self.loss or self.unknown else None
        if isinstance(found, Checkpoint):
            yield found
        yield from (self.interface.subnet.exit, self.interface.subnet.link)


def _geneve(node: Node, choice: Choice) -> Walk:
    """The way of GENEVE from a load balancer to an appliance."""
    mine = node.interface.address_for(choice.address)
    return walk(node.interface.outbound, Header(mine, choice.address, node.interface))


def _is_at(found: Walk, choice: Choice) -> bool:
    return choice.target is None or found.end is choice.target.host


def _not_reached(node: Node, choice: Choice, found: Walk) -> Loss:
    """The loss of what an appliance does not get, by what stops it first."""
    name = choice.target.name if choice.target is not None else format_address(choice.address)
    cause = next((visit.step.cause for visit in found.visits if isinstance(visit.step, Drop)), None)
    if cause is None:
        text = f"{node.interface.name} sends to {name}, and somebody else gets it"
        return Loss(Code.DELIVERED_ELSEWHERE, "LB-9", text)
    return Loss(cause.code, cause.rule, f"{node.interface.name} does not reach its appliance {name}: {cause.sentence}")
