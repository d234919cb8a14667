"""Questions about the whole network: what the internet reaches, who is isolated from whom, where packets die."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reachsim.answers.listed import Answers
from reachsim.calls import made_by
from reachsim.dataplane.checkpoint import Drop, Header
from reachsim.dataplane.walk import walk
from reachsim.engine import Engine
from reachsim.errors import counted
from reachsim.faces import Carded, Faced
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.reach.likeness import Likeness, Likenesses
from reachsim.reach.pair import Progress, Reach, reach
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.stages import going_over
from reachsim.topology.flows import may_be_called_from_outside

NO_PACKET = HeaderSpace.nothing()


@made_by("net.exposure()")
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


@made_by("net.exposure()")
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
    for index, interface_class in enumerate(going_over("classes of interfaces", classes)):
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


@made_by("net.dead_ends()")
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


@made_by("net.dead_ends()")
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
    of = network.topology.table_of
    tables = [
        found
        for vpc in network.topology.vpcs.values()
        for found in {of(subnet): subnet for subnet in vpc.subnets.values()}.items()
    ]
    for index, (table, subnet) in enumerate(going_over("route tables", tables)):
        if progress is not None:
            progress(index, len(tables))
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
