"""The ways that a trace tries: one for each family, and for each set of addresses outside the VPCs that fare alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reachsim.dataplane.ends import Flow
from reachsim.dataplane.filters import FilterBook
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import Traffic
from reachsim.reach.flow_answer import FlowAnswer, flow_answers, rectangles
from reachsim.topology.addressed import representative
from reachsim.topology.endpoints import Endpoints


def by_family(flows: list[Flow]) -> list[Flow]:
    """The flows, with the family in the label where an origin and a destination have both: a name means both."""
    families: dict[tuple[int, int], set[bool]] = {}
    for flow in flows:
        families.setdefault(_ends(flow), set()).add(flow.destination > IPV4_LAST)
    return [
        _labelled(flow, "IPv6" if flow.destination > IPV4_LAST else "IPv4") if len(families[_ends(flow)]) > 1 else flow
        for flow in flows
    ]


def _ends(flow: Flow) -> tuple[int, int]:
    return id(flow.origin), id(flow.target)


def by_fate(
    flow: Flow, names: tuple[str, str], service: int, source_port: int | None, endpoints: Endpoints, book: FilterBook
) -> Iterable[Flow]:
    """A flow to or from many addresses, cut into those that fare alike: delivered or not, and answered to which ports.

    `names`: of the two ends.
    Where AWS picks the address, all are one: what does not hold for all of them is undecided.
    """
    region = flow.region
    if region is None or region.count == 1 or flow.alike is not None or not flow.origin.certain:
        return [flow]
    outside = flow.from_region
    asked = flow.origin.client_ports if source_port is None else PortSet.of((source_port, source_port))
    fates: dict[object, list[tuple[int, int]]] = {}
    for part in flow_answers(flow, endpoints, book):
        addresses = part.sources if outside else part.destinations
        fates.setdefault(_fate(part, service, asked), []).extend(addresses.spans)
    if len(fates) < 2:
        return [flow]
    out: list[Flow] = []
    for spans in fates.values():
        alike = AddressSet.union_of(spans)
        word = "from" if outside else "to"
        one = _labelled(flow, f"{word} {_say(alike, region, names[0] if outside else names[1])}")
        far = representative(alike)
        one = replace(one, region=alike)
        out.append(replace(one, source=far) if outside else replace(one, destination=far))
    return out


def _fate(part: FlowAnswer, service: int, asked: PortSet) -> object:
    """What happens to one service between a part's addresses, as far as a trace tells it."""
    if part.undecided_for(service, asked):
        return part.undecided
    if service not in part.forward:
        return False
    one = Traffic.of((service, service))
    return tuple(answered & asked for _, answered in rectangles(one, part.back))


def _say(alike: AddressSet, region: AddressSet, name: str) -> str:
    """Some of the addresses of a region in words."""
    name = "the internet" if name == "internet" else name
    anything = HeaderSpace.box(Traffic.everything(), alike, AddressSet.everything())
    return anything.describe(known_sources=region, sources_name=name, max_parts=4).removeprefix("all from ")


def _labelled(flow: Flow, what: str) -> Flow:
    label = f"{flow.origin.label}, {what}" if flow.origin.label else what
    return replace(flow, origin=replace(flow.origin, label=label))
