"""Flows of which an appliance sees one half of the conversation: the two ways pass different ones, or one passes none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Final

from reachsim.answers.lint.registry import Found, Subject, finds
from reachsim.dataplane.site import NetworkInterface
from reachsim.resources.resource import resources
from reachsim.resources.transit_gateway import Attachment, TransitGateway
from reachsim.rules.lint import LintCode
from reachsim.trace.result import Hop, Trace
from reachsim.trace.words import inspecting

_SERVICE: Final = "icmp/8"
_HTTPS: Final = "tcp/443"
_FAR: Final = "8.8.8.8"
"""An address outside, whose answers come back by the internet gateway."""
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


@finds(LintCode.INSPECTION_BYPASSED)
def bypassed_inspection(subject: Subject) -> Iterator[Found]:
    """An inspection endpoint that sees what goes out of a subnet, and not what comes back (WALK-19)."""
    if not any(
        endpoint.type == "gateway_load_balancer"
        for body in subject.design.vpcs.values()
        for endpoint in getattr(body, "vpc_endpoints", {}).values()
    ):
        return
    for interface in _one_of_each_subnet(subject):
        trace = subject.network.trace(interface.name, _FAR, _HTTPS)
        way = trace.shown
        missed = sorted({*inspecting(way.forward)}.difference(inspecting(way.reply)))
        if not way.reply or trace.undecided or not missed:
            continue
        sent = next(hop for hop in way.forward if hop.checkpoint.startswith("route table "))
        yield Found(
            LintCode.INSPECTION_BYPASSED,
            interface.subnet.full_name,
            sent.path,
            f"{' and '.join(missed)} sees what goes out, and not the answers",
            f"{trace.packet} ({trace.source} to {_FAR}) passes {' and '.join(missed)}, and its answer does not",
            f"route {', '.join(map(str, interface.subnet.blocks))} to it where answers come in: in the table of the NAT"
            " gateway's subnet, or in that of the internet gateway",
            "WALK-19",
        )


def _one_of_each_subnet(subject: Subject) -> Iterable[NetworkInterface]:
    """An interface of each subnet that sends something itself."""
    found: dict[str, NetworkInterface] = {}
    for interface in subject.topology.interfaces.values():
        if interface.silent is None and not interface.shared and interface.kind in ("instance", "interface"):
            found.setdefault(interface.subnet.full_name, interface)
    return found.values()
