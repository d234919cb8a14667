"""Flows of which appliances see one half: the two ways pass different ones, or one way passes none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Final

from reachsim.answers.lint.registry import SOMEBODY_OUT_THERE, Found, Subject, finds
from reachsim.answers.lint.routes import senders
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.cidr import Cidr
from reachsim.resources.inspection import INSPECTION
from reachsim.resources.resource import resources
from reachsim.resources.transit_gateway import Attachment, TransitGateway
from reachsim.rules.lint import LintCode
from reachsim.trace.result import Hop, Trace
from reachsim.trace.words import inspected_one_way

_SERVICE: Final = "icmp/8"
_SERVICES: Final = ("tcp/443", "tcp/80", "icmp/8")
"""Of which one that passes is the evidence."""
_PAIRS: Final = 50
"""Pairs of places that are tried for each attachment: which zones they are in decides, and there are few of them."""


@finds(LintCode.INSPECTION_SPLIT)
def split_inspection(subject: Subject) -> Iterator[Found]:
    """A VPC behind a transit gateway that gets the two ways of a flow in different zones, without appliance mode (TGW-9)."""
    for at, gateway in resources("design", subject.design):
        if not isinstance(gateway, TransitGateway):
            continue
        for attachment, body in gateway.attachments.items():
            if body.vpc is None or body.appliance_mode or len(body.subnets) < 2:
                continue
            found = next(_split(subject, gateway, body), None)
            if found is None:
                continue
            trace, there, back = found
            yield Found(
                LintCode.INSPECTION_SPLIT,
                f"{at.name}.{attachment}",
                (*at.path, "attachments", attachment),
                "the two ways of a flow come to different zones of its VPC, and so to different appliances",
                f"{trace.packet} ({trace.source} to {trace.destination}) passes {there}, its answer {back}",
                "switch appliance_mode on: a flow then keeps to one zone",
                "TGW-9",
            )


def _split(subject: Subject, gateway: TransitGateway, body: Attachment) -> Iterator[tuple[Trace, str, str]]:
    """A trace whose way there passes other appliances than its way back, and who they are."""
    vpc = str(body.vpc)
    pairs = [pair for pair in permutations(_places(subject, gateway, vpc), 2) if _zone(pair[0]) != _zone(pair[1])]
    for one, other in pairs[:_PAIRS]:
        trace = subject.network.trace(one.name, other.name, _SERVICE)
        way = trace.shown
        there, back = (_appliances(subject, vpc, hops) for hops in (way.forward, way.reply))
        if there and back and not there & back:
            yield trace, " and ".join(sorted(there)), " and ".join(sorted(back))


@finds(LintCode.INSPECTION_BYPASSED)
def bypassed_inspection(subject: Subject) -> Iterator[Found]:
    """An inspection endpoint that sees one way of a flow, and nothing the other way (WALK-19)."""
    known: set[str] = set()
    for endpoint, one, other in _led_through(subject):
        if endpoint.name in known:
            continue
        traces = (subject.network.trace(one, other, service) for service in _SERVICES)
        found = next(
            ((trace, text) for trace in traces if trace.reachable and (text := inspected_one_way(trace.shown))), None
        )
        if found is not None:
            known.add(endpoint.name)
            trace, text = found
            yield Found(
                LintCode.INSPECTION_BYPASSED,
                endpoint.name,
                endpoint.path,
                "it sees one way of a flow, and the other way goes past it: an appliance that keeps state drops that",
                f"of {trace.packet} ({trace.source} to {trace.destination}) {text}",
                "lead the other way through it as well, by a route of the table that takes it past",
                "WALK-19",
            )


def _led_through(subject: Subject) -> Iterator[tuple[NetworkInterface, str, str]]:
    """Inspection endpoints with the ends of flows that routes lead through them: of subnets' tables, then of gateways'."""
    for table, sender in senders(subject):
        for route in table.routes:
            ends = (sender.interface, _end_in(subject, route.destination))
            if route.toward is not None and route.toward.kind == INSPECTION and ends[0] and ends[1]:
                yield route.toward, ends[0].name, ends[1]
    for vpc, body in subject.design.vpcs.items():
        for edge in body.route_tables.values():
            for block, target in edge.routes.items() if edge.gateway is not None else ():
                endpoint = subject.topology.interfaces.get(f"{vpc}.{target}")
                inside = (
                    [each for each in _interfaces_in(subject, block) if each.publics] if isinstance(block, Cidr) else []
                )
                if endpoint is not None and endpoint.kind == INSPECTION and inside:
                    yield endpoint, "internet", inside[0].name


def _end_in(subject: Subject, block: Cidr) -> str:
    """An end in a block: the internet, or an interface; empty where there is none."""
    if SOMEBODY_OUT_THERE in block:
        return "internet"
    return next((interface.name for interface in _interfaces_in(subject, block)), "")


def _interfaces_in(subject: Subject, block: Cidr) -> Iterator[NetworkInterface]:
    """The interfaces with an address in a block, which packets may be for."""
    for interface in subject.topology.interfaces.values():
        if interface.silent is None and not interface.shared and any(a in block for a in interface.addresses):
            yield interface


def _places(subject: Subject, gateway: TransitGateway, inspecting: str) -> Iterable[NetworkInterface]:
    """An interface of each zone of each other VPC of a transit gateway."""
    attached = {body.vpc for body in gateway.attachments.values()} - {inspecting}
    found: dict[tuple[str, str | None], NetworkInterface] = {}
    for interface in subject.topology.interfaces.values():
        if interface.vpc.name in attached and interface.silent is None and not interface.shared:
            found.setdefault((interface.vpc.name, _zone(interface)), interface)
    return found.values()


def _zone(interface: NetworkInterface) -> str | None:
    return interface.subnet.az


def _appliances(subject: Subject, vpc: str, hops: Iterable[Hop]) -> set[str]:
    """The interfaces of a VPC that packets pass."""
    interfaces = subject.topology.interfaces
    return {hop.component for hop in hops if hop.component in interfaces and interfaces[hop.component].vpc.name == vpc}
