"""Flows whose two ways pass different appliances, each of which sees one half of the conversation."""

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

_SERVICE: Final = "icmp/8"
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
