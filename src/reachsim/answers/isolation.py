"""Whether two endpoints, or two sets of them, are apart: what is delivered between them, by way of what."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from reachsim.answers.between import addresses_between
from reachsim.answers.deciding import few_of_each
from reachsim.answers.rowwise import Delivery, by_rows, delivers
from reachsim.calls import made_by, says_how_to_call
from reachsim.dataplane.checkpoint import CheckpointType, Forward, Header
from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.site import NetworkInterface
from reachsim.dataplane.walk import Walk, walk
from reachsim.engine import Asked, Engine
from reachsim.faces import ToldOf, face, record
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.packet import Packet
from reachsim.net.traffic import EVERYTHING, Traffic
from reachsim.reach.flow_answer import FlowAnswer
from reachsim.reach.pair import Progress, reach
from reachsim.reach.template_book import Ways
from reachsim.stages import going_over
from reachsim.topology.addressed import publics_left_out


@says_how_to_call
class Leak(NamedTuple):  # there may be a million of them
    """Traffic that is delivered between two endpoints that should be isolated.

    `sources`, `destinations`: the addresses between which it is; `between`: those of the whole question. `via`: by way of
    what it goes from network to network, in order ("the internet", "peering pcx"); empty inside a VPC.
    """

    source: str
    destination: str
    traffic: Traffic
    sources: AddressSet
    destinations: AddressSet
    between: tuple[AddressSet, AddressSet]
    via: tuple[str, ...] = ()

    @property
    def space(self) -> HeaderSpace:
        """Its packets."""
        return HeaderSpace.box(self.traffic, self.sources, self.destinations)

    @property
    def such_as(self) -> str:
        """One of its packets in words; empty where it has none."""
        packet = self.witness
        return "" if packet is None else str(packet)

    @property
    def text(self) -> str:
        """Its packets in words."""
        return self.space.describe(*self.between)

    @property
    def witness(self) -> Packet | None:
        """One of its packets, one that a person would try."""
        return self.space.witness()

    def __repr__(self) -> str:
        return face("Leak", str(self))

    def __str__(self) -> str:
        via = f", via {', '.join(self.via)}" if self.via else ""
        return f"{self.source} -> {self.destination}: {self.text}{via}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return next(told_leaks((self,)))


def told_leaks(leaks: Iterable[Leak]) -> Iterator[dict[str, Any]]:
    """Plain data of each leak. Leaks of the same traffic between single addresses differ in these alone, so their words and
    their witness are found once."""
    known: dict[Hashable, tuple[str, Packet | None]] = {}
    for leak in leaks:
        source, destination = leak.sources.first, leak.destinations.first
        sources, destinations = str(leak.sources), str(leak.destinations)
        places = f" from {sources} to {destinations}"
        key = leak.traffic, destination > IPV4_LAST, id(leak.between)
        single = leak.sources.count == leak.destinations.count == 1
        if single and key in known:
            words, like = known[key]
            text = words.replace(_BETWEEN, places)
            witness = like and Packet(source, destination, like.service, like.source_port)
        else:
            text, witness = leak.text, leak.witness
            words = text.replace(places, _BETWEEN)
            if single and _BETWEEN in words and sources not in words and destinations not in words:
                known[key] = words, witness
        yield {
            "source": leak.source,
            "destination": leak.destination,
            "traffic": text,
            "boxes": [
                {"traffic": str(leak.traffic), "sources": sources, "destinations": destinations, "client_ports": None}
            ],
            "via": list(leak.via),
            "witness": None if witness is None else witness.to_dict(),
        }


_BETWEEN = "\0"
"""Stands in words for the addresses of a leak."""


@made_by("net.isolated(one, other)")
@dataclass(frozen=True, repr=False)
class Isolation(ToldOf):
    """Whether no packet is delivered between two sets of endpoints, in either direction. True when none is.

    `sides`: the interfaces of each. `public`: interfaces with a public address that was not asked for, since between these
    ends a name means private ones.
    """

    one: str
    other: str
    leaks: tuple[Leak, ...]
    undecided: tuple[str, ...] = ()
    sides: tuple[tuple[str, ...], ...] = field(default=((), ()), compare=False)
    public: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.leaks and not self.undecided

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "one": self.one,
            "other": self.other,
            "isolated": bool(self),
            "leaks": list(told_leaks(self.leaks)),
            "undecided": list(self.undecided),
            "public": list(self.public),
        }

    @property
    def remark(self) -> str:
        """What was not asked, in words; empty for nothing."""
        if not self.public:
            return ""
        some = (
            f"{self.public[0]} and {len(self.public) - 1:,} more have" if self.public[1:] else f"{self.public[0]} has"
        )
        return f"asked by private addresses: {some} a public one as well, which this says nothing of"

    def told(self) -> dict[str, Any]:
        """The same with an iterator of leaks in place of the list, of which there may be a million."""
        return {**replace(self, leaks=()).to_dict(), "isolated": bool(self), "leaks": told_leaks(self.leaks)}

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each leak, such as ``pandas.DataFrame(...)`` takes."""
        return [record(leak.to_dict(), witness=leak.such_as) for leak in self.leaks]

    @property
    def title(self) -> str:
        """The verdict in one line."""
        if self:
            return f"{self.one} and {self.other} are isolated"
        return f"{self.one} and {self.other}: {'not isolated' if self.leaks else 'undecided'}"


def isolated(network: Engine, one: Asked, other: Asked, progress: Progress | None = None) -> Isolation:
    """Whether two endpoints, or two sets of them (selectors, blocks), are apart: nothing is delivered either way."""
    ends = network.endpoint(one), network.endpoint(other)
    there = few_of_each(*ends, network.classes)
    back = few_of_each(*ends[::-1], network.classes)
    found = list(_leaks(network, *there, progress))
    if back != there:  # between an end and itself both ways are one question
        found += _leaks(network, *back, progress)
    leaks = tuple(leak for leak, _ in found if leak is not None)
    undecided = dict.fromkeys(unknown for _, unknown in found if unknown)
    sides = tuple(tuple(interface.name for interface in end.interfaces) for end in ends)
    left_out = (*publics_left_out(*ends, network.ends), *publics_left_out(*ends[::-1], network.ends))
    public = tuple(dict.fromkeys(interface.name for interface in left_out))
    return Isolation(ends[0].name, ends[1].name, leaks, tuple(undecided), sides, public)


ToldOfPair = tuple[Leak | None, str]
"""What leaks between a pair, and what cannot be decided there."""


def _leaks(network: Engine, source: Endpoint, destination: Endpoint, progress: Progress | None) -> Iterator[ToldOfPair]:
    rows = by_rows(network, source, destination, delivers(EVERYTHING), network.book, progress, links=True)
    if rows is None:
        answer = reach(source, destination, network.ends, network.book, progress, links=True)
        for part in answer.parts:
            yield from _of_part(part, source, destination, (answer.sources, answer.destinations))
        return
    between = addresses_between(source, destination, network.ends)
    vias = Vias(network)
    width = len(destination.interfaces)
    for done, origin in enumerate(going_over("senders", source.origins)):
        if progress is not None and rows.ask:
            progress(done * width, len(source.origins) * width)
        sure = (
            (
                each.destination,
                Leak(
                    each.source.name,
                    each.destination.name,
                    each.traffic,
                    each.sources,
                    each.destinations,
                    between,
                    vias.via(origin, each),
                ),
            )
            for each in rows.of(origin)
        )
        asked = rows.asked_from(origin)
        if not asked:
            yield from ((leak, "") for _, leak in sure)
            continue
        leaks: dict[NetworkInterface, list[ToldOfPair]] = {}
        for interface, leak in sure:
            leaks.setdefault(interface, []).append((leak, ""))
        for part in asked:
            assert part.flow.target is not None
            leaks.setdefault(part.flow.target, []).extend(_of_part(part, source, destination, between))
        for interface in destination.interfaces:  # in the order of the question
            yield from leaks.get(interface, ())


def _of_part(
    part: FlowAnswer, source: Endpoint, destination: Endpoint, between: tuple[AddressSet, AddressSet]
) -> Iterator[ToldOfPair]:
    if part.aside:
        yield None, part.why_aside
    if part.undecided and (part.unsure or part.found is None):
        yield None, part.undecided
    if part.forward:
        origin = part.flow.origin
        sender = origin.interface.name if origin.interface is not None else source.name
        receiver = part.receiver or destination.name
        via = via_of(part.found.forward) if part.found is not None else ()
        yield Leak(sender, receiver, part.forward, part.sources, part.destinations, between, via), ""


class Vias:
    """By way of what deliveries go, with one walk for all that pass by the same."""

    def __init__(self, network: Engine) -> None:
        self.network = network
        self._of = {interface: each.routing for interface, each in network.classes.of.items()}
        self._shared: dict[tuple[int, int], tuple[Ways | None, Hashable]] = {}
        self._known: dict[Hashable, tuple[str, ...]] = {}

    def via(self, origin: Origin, delivery: Delivery) -> tuple[str, ...]:
        """By way of what one goes."""
        source, destination = self._of[delivery.source], self._of[delivery.destination]
        kinds = source.client.alike, destination.server.alike
        shared = self._shared.get(kinds)
        if shared is None:
            ends = self.network.ends
            shared = self._shared[kinds] = self.network.templates.shared_by(source, destination, ends)
        ways, key = shared
        subnet, other = delivery.source.subnet, delivery.destination.subnet
        if ways is None or subnet is other or subnet in ways.not_from or other in ways.not_to:
            key = source.index, destination.index
        ipv6 = delivery.destinations.first > IPV4_LAST
        known = self._known.get((key, ipv6))
        if known is None:
            header = Header(delivery.sources.first, delivery.destinations.first, delivery.source)
            known = self._known[key, ipv6] = via_of(walk(origin.start, header))
        return known


def via_of(forward: Walk) -> tuple[str, ...]:
    """By way of what a walk goes on: devices that translate, peerings, the internet; each once, in order."""
    out: dict[str, None] = {}
    first = forward.visits[0].checkpoint
    for visit in forward.visits:
        is_a, component = visit.checkpoint.is_a, visit.checkpoint.component
        if is_a is CheckpointType.INTERNET:
            if visit.checkpoint not in (first, forward.end):  # where an end is outside, that goes without saying
                out["the internet"] = None
        elif is_a is CheckpointType.PEERING:
            out[f"peering {component}"] = None
        elif isinstance(visit.step, Forward) and visit.step.translated > 0:
            out[component] = None
    return tuple(out)
