"""Questions about the whole network: what the internet reaches, who is isolated from whom, where packets die."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reachsim.answers.deciding import few_of_each
from reachsim.answers.listed import Answers
from reachsim.answers.rowwise import addresses_between, pairs_to_ask, reach_between
from reachsim.dataplane.checkpoint import CheckpointType, Drop, Forward, Header
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.walk import Walk, walk
from reachsim.engine import Asked, Engine
from reachsim.errors import counted
from reachsim.faces import Carded, Faced, ToldOf, record
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic
from reachsim.reach.likeness import Likeness, Likenesses
from reachsim.reach.pair import Progress, Reach, reach
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.topology.flows import may_be_called_from_outside, publics_left_out

NO_PACKET = HeaderSpace.nothing()
EVERYTHING = Traffic.everything()


@dataclass(frozen=True, repr=False)
class Exposed(Faced, Carded):
    """What the internet reaches of some interfaces: `traffic` in words with the sources, `space` as a set of packets to
    any of them.

    `answered`: packets of it whose answer gets back, or that have none (some ICMP). `lost`: packets from a client's port
    whose answer surely does not. `reachable`: everything that has an answer gets it back. `undecided`: why some of this
    cannot be told, or empty.
    """

    interfaces: tuple[str, ...]
    space: HeaderSpace
    text: str
    reachable: bool
    undecided: str = ""
    answered: HeaderSpace = NO_PACKET
    lost: HeaderSpace = NO_PACKET

    def __str__(self) -> str:
        return f"{', '.join(self.interfaces)}: {self.text}" + (
            f"; undecided: {self.undecided}" if self.undecided else ""
        )

    def of(self, space: HeaderSpace) -> str:
        """A part of the set in words, without the addresses that go without saying; empty for nothing."""
        return space.describe(known_sources=self.space.sources()) if space else ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "interfaces": list(self.interfaces),
            "traffic": self.text,
            "reachable": self.reachable,
            "answered": self.of(self.answered),
            "lost": self.of(self.lost),
            "undecided": self.undecided,
        }


class Exposure(Answers[Exposed]):
    """What the internet reaches, by groups of interfaces treated alike; false where it reaches nothing."""

    key = "exposed"

    @property
    def title(self) -> str:
        """How many interfaces are exposed."""
        sure = sum(len(each.interfaces) for each in self if each.space)
        unsure = sum(len(each.interfaces) for each in self if not each.space)
        text = f"{counted(sure, 'interface')} {'takes' if sure == 1 else 'take'} packets from the internet"
        return f"{text}, {unsure:,} cannot be decided" if unsure else text


ToldLeak = tuple[HeaderSpace, HeaderSpace, HeaderSpace, str]
"""What is delivered from the internet, what of it is answered, what is lost, and what cannot be decided, to any address."""


def exposure(network: Engine, progress: Progress | None = None) -> Exposure:
    """What packets from the internet are delivered, and to which interfaces. Whether answers get back is told too."""
    out: dict[ToldLeak, list[str]] = {}
    words: dict[ToldLeak, str] = {}
    internet = network.endpoint("internet")
    classes = network.classes.classes
    likenesses, known = Likenesses(), dict[Likeness, ToldLeak | None]()
    for index, interface_class in enumerate(classes):
        if progress is not None:
            progress(index, len(classes))
        first = interface_class.first
        unreachable = not first.publics and all(address <= IPV4_LAST for address in first.addresses)
        if unreachable and not may_be_called_from_outside(first, network.ends):
            continue
        asked = network.ends.of_every_address(first)
        like = likenesses.of(internet, asked, network.ends, network.book)
        if like is None or like not in known:
            answer = reach(internet, asked, network.ends, network.book)
            key = _told(answer)
            if key is not None:
                words.setdefault(key, describe_far(answer, answer.perhaps_delivered))
            if like is not None:
                known[like] = key
        else:
            key = known[like]  # nothing of it says which address the interface has
        if key is not None:
            out.setdefault(key, []).extend(interface.name for interface in interface_class.members)
    found = [
        Exposed(
            tuple(names),
            space,
            words[key],
            space.restrict(source_ports=UNKNOWN_CLIENT) <= answered,
            why,
            answered,
            lost,
        )
        for key, names in out.items()
        for space, answered, lost, why in [key]
    ]
    return Exposure([*found, *_perhaps_public(network)])


def _perhaps_public(network: Engine) -> Iterator[Exposed]:
    """What is not modelled, or not told, and may have a public address."""
    for door in network.topology.doors.values():
        if network.ends.perhaps_public(door):
            reason = f"{door.reason}, and something there may have a public address"
            yield Exposed((door.name,), NO_PACKET, "", False, reason)


def _told(answer: Reach) -> ToldLeak | None:
    """What is told of an interface that the internet sends to; None for nothing."""
    delivered = answer.perhaps_delivered
    if not delivered and not answer.undecided:
        return None
    unsure = HeaderSpace.union(part.unsure_of(one_way=False) for part in answer.parts)
    lost = (answer.delivered - answer.reachable - unsure).restrict(source_ports=UNKNOWN_CLIENT)
    spaces = (delivered, answer.reachable, lost)
    space, answered, lost = (space.replace_destinations(AddressSet.everything()) for space in spaces)
    return space, answered, lost, answer.undecided


def describe_far(answer: Reach, space: HeaderSpace) -> str:
    """A set of packets between the internet and an interface, with the internet's addresses where they are not all."""
    return space.describe(answer.sources, answer.destinations, sources_name="the internet")


@dataclass(frozen=True, repr=False)
class Leak(Faced):
    """Traffic that is delivered between two endpoints that should be isolated, and one such packet.

    `via`: by way of what it goes from network to network, in order ("the internet", "peering pcx"); empty inside a VPC.
    """

    source: str
    destination: str
    text: str
    witness: Packet | None
    traffic: Traffic = Traffic.nothing()
    via: tuple[str, ...] = ()

    def __str__(self) -> str:
        via = f", via {', '.join(self.via)}" if self.via else ""
        return f"{self.source} -> {self.destination}: {self.text}{via}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        witness = None if self.witness is None else self.witness.to_dict()
        return {
            "source": self.source,
            "destination": self.destination,
            "traffic": self.text,
            "via": list(self.via),
            "witness": witness,
        }


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
            "leaks": [leak.to_dict() for leak in self.leaks],
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

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each leak, such as ``pandas.DataFrame(...)`` takes."""
        return [record(leak.to_dict(), witness=str(leak.witness or "")) for leak in self.leaks]

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
    leaks: list[Leak] = []
    undecided: list[str] = []
    for source, destination in (there, back):
        for leak, unknown in _leaks(network, source, destination, progress):
            if leak is not None:
                leaks.append(leak)
            if unknown:
                undecided.append(unknown)
    sides = tuple(tuple(interface.name for interface in end.interfaces) for end in ends)
    left_out = (*publics_left_out(*ends, network.ends), *publics_left_out(*ends[::-1], network.ends))
    public = tuple(dict.fromkeys(interface.name for interface in left_out))
    return Isolation(ends[0].name, ends[1].name, tuple(leaks), tuple(dict.fromkeys(undecided)), sides, public)


def _leaks(
    network: Engine, source: Endpoint, destination: Endpoint, progress: Progress | None
) -> Iterator[tuple[Leak | None, str]]:
    pairs = pairs_to_ask(network, source, destination, EVERYTHING, network.book, links=True)
    answer = reach_between(network, source, destination, pairs, network.book, progress)
    known = (answer.sources, answer.destinations)
    if pairs is not None:  # of all pairs, not of those alone that were asked
        known = addresses_between(source, destination, network.ends)
    for part in answer.parts:
        if part.aside:
            yield None, part.why_aside
        if part.undecided and (part.unsure or part.found is None):
            yield None, part.undecided
        if part.forward:
            space = part.delivered()
            origin = part.flow.origin
            sender = origin.interface.name if origin.interface is not None else source.name
            receiver = part.receiver or destination.name
            via = via_of(part.found.forward) if part.found is not None else ()
            yield Leak(sender, receiver, space.describe(*known), space.witness(), part.forward, via), ""


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


@dataclass(frozen=True, repr=False)
class DeadEnd(Faced):
    """Destinations that a route table sends into a blackhole or round in a circle.

    `table`: the route table; `route`: the route taken; `code`: BAD_STATE_ROUTE or FORWARDING_LOOP; `where`: ``file:line``;
    `path`: the key of the route.
    """

    table: str
    route: str
    destinations: AddressSet
    code: str
    text: str
    where: str
    path: KeyPath = ()

    def __str__(self) -> str:
        return f"{self.table}: {self.destinations}: {self.text} [{self.code}]"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "table": self.table,
            "route": self.route,
            "destinations": str(self.destinations),
            "code": self.code,
            "text": self.text,
            "where": self.where,
        }


class DeadEnds(Answers[DeadEnd]):
    """Forwarding loops and blackholes; false where there are none."""

    key = "dead_ends"

    @property
    def title(self) -> str:
        """How many of each there are."""
        loops = sum(end.code == Code.FORWARDING_LOOP for end in self)
        parts = [counted(loops, "loop")] if loops else []
        parts += [counted(len(self) - loops, "blackhole")] if loops < len(self) else []
        return ", ".join(parts) or "no loop, no blackhole"


_DEAD = {Code.BAD_STATE_ROUTE, Code.FORWARDING_LOOP}


def dead_ends(network: Engine, progress: Progress | None = None) -> DeadEnds:
    """Forwarding loops and blackholes over all destinations, for every route table that a subnet uses."""
    out: list[DeadEnd] = []
    vpcs = list(network.topology.vpcs.values())
    for index, vpc in enumerate(vpcs):
        if progress is not None:
            progress(index, len(vpcs))
        for table, subnet in {network.topology.table_of(subnet): subnet for subnet in vpc.subnets.values()}.items():
            # the first that hosts have
            sources = {block.version == 6: block.network + 4 for block in subnet.blocks}
            for interface in subnet.interfaces[:1]:
                sources |= {address > IPV4_LAST: address for address in interface.addresses}
            out += _dead_ends_of(network, table, sources)
    return DeadEnds(out)


def _dead_ends_of(network: Engine, table: RouteTableCheckpoint, sources: dict[bool, int]) -> Iterator[DeadEnd]:
    found: dict[tuple[str, str, str, str], list[tuple[int, int]]] = {}
    paths: dict[str, KeyPath] = {}
    for low, high, route in table.table.runs():
        # Only what is forwarded by a device in the VPC can come round; a blackhole is one at once.
        if route is None or route.local or (route.toward is None and not route.inactive):
            continue
        at = low
        while at <= high:
            source = sources.get(at > IPV4_LAST)
            if source is None:
                if not route.inactive:
                    break
                source = next(iter(sources.values()))
            there = walk(table, Header(source, at))
            end = min(high, (there.lost_run or there.destination_run)[1])
            for visit in there.visits:
                if isinstance(visit.step, Drop):
                    cause = visit.step.cause
                    if cause.code in _DEAD:
                        key = str(route), cause.code, cause.text, network.locate(route.path)
                        found.setdefault(key, []).append((at, end))
                        paths.setdefault(str(route), route.path)
                    break
            at = end + 1
    for (text, code, why, where), spans in found.items():
        yield DeadEnd(str(table), text, AddressSet.union_of(spans), code, why, where, paths[text])
