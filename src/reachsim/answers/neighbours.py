"""Who reaches an end, and what an end reaches: its column and row of the matrix, with the ends that are no interfaces."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from reachsim.answers.listed import Listing
from reachsim.answers.reach import ReachAnswer, reach_answer
from reachsim.calls import made_by
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Asked, Engine, some_traffic
from reachsim.errors import EndpointError, counted
from reachsim.faces import Faced
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.reach.pair import Progress, reach
from reachsim.resources.resource import At, resources, unnamed_blocks
from reachsim.resources.unmodelled import Door
from reachsim.stages import going_over
from reachsim.topology.hidden import told_where

Asking = Literal["who", "what"]
"""Whether the others send to the end that was asked about, or it sends to them."""
NeighbourVerdict = Literal["passes", "partial", "no reply", "undecided"]
"""The best that is known: something passes and its answer comes back; in part; is delivered alone; nothing is known."""
_NONE = HeaderSpace.nothing()
_WORLD = frozenset({"internet", "internet host"})


@made_by("net.who_reaches(to)")
@dataclass(frozen=True, repr=False)
class Neighbour(Faced):
    """Ends of which the same is to be said: interfaces, or functions, networks, services, the internet.

    `names`: their full names. `kind`: what they are. `traffic`: what passes and whose answer comes back; `partial`: what
    does so for too few choices of NAT devices (NAT-PORT); `one_way`: what is delivered, and whose answer comes back to no
    port; all in words, empty for nothing. `nat`: what NAT devices lose. `undecided`: why some of it
    cannot be told, or empty. `space`: what `traffic` says, of one of the ends; `own`: which addresses in it are this one's.
    """

    names: tuple[str, ...]
    kind: str
    traffic: str
    partial: str
    one_way: str
    nat: tuple[str, ...]
    undecided: str
    space: HeaderSpace = field(default=_NONE, compare=False)
    own: Literal["sources", "destinations", ""] = field(default="", compare=False)

    @property
    def verdict(self) -> NeighbourVerdict:
        """The best that is known."""
        if self.traffic:
            return "passes"
        return "partial" if self.partial else "no reply" if self.one_way else "undecided"

    def __str__(self) -> str:
        parts = [self.traffic] if self.traffic else []
        parts += [f"in part {self.partial}"] if self.partial else []
        parts += [f"no reply to {self.one_way}"] if self.one_way else []
        parts += [f"undecided: {self.undecided}"] if self.undecided else []
        return f"{', '.join(self.names)}: {'; '.join(parts) or 'nothing'}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        own = dict.fromkeys([self.own] if self.own else [])
        boxes = [box.to_dict() | own for box in self.space.boxes()]
        return {"names": list(self.names), **self._said(), "boxes": boxes, "nat": list(self.nat)}

    def _said(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "traffic": self.traffic,
            "partial": self.partial,
            "one_way": self.one_way,
            "undecided": self.undecided,
        }


@made_by("net.who_reaches(to)")
@dataclass(frozen=True, repr=False)
class Neighbours(Listing[Neighbour]):
    """Who reaches an end (`direction` "who"), or what it reaches ("what"): those with anything delivered or undecided.

    `end`: its name. `traffic`: what was asked about, None for all. `asked`: how many other ends there are. True where
    anything is delivered to any of them.
    """

    direction: Asking
    end: str
    traffic: Traffic | None
    rows: tuple[Neighbour, ...]
    asked: int

    @property
    def _listed(self) -> tuple[Neighbour, ...]:
        return self.rows

    def __bool__(self) -> bool:
        return bool(self.found)

    @property
    def found(self) -> tuple[Neighbour, ...]:
        """Those of which something is delivered for certain."""
        return tuple(row for row in self.rows if row.traffic or row.partial or row.one_way)

    @property
    def undecided(self) -> tuple[Neighbour, ...]:
        """Those of which some cannot be told."""
        return tuple(row for row in self.rows if row.undecided)

    @property
    def title(self) -> str:
        """How many there are, in one line."""
        count = sum(len(row.names) for row in self.found)
        what = "" if self.traffic is None else f" with {self.traffic}"
        if self.direction == "what":
            text = f"{self.end} reaches {count:,} of {counted(self.asked, 'other end')}{what}"
        else:
            verb = "reaches" if count == 1 else "reach"
            text = f"{count:,} of {counted(self.asked, 'other end')} {verb} {self.end}{what}"
        unsure = sum(len(row.names) for row in self.undecided)
        return f"{text}, {unsure:,} undecided" if unsure else text

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "direction": self.direction,
            "end": self.end,
            "traffic": None if self.traffic is None else str(self.traffic),
            "asked": self.asked,
            "rows": [row.to_dict() for row in self.rows],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each end, such as ``pandas.DataFrame(...)`` takes."""
        pairs = (
            ((name, self.end) if self.direction == "who" else (self.end, name), row)
            for row in self.rows
            for name in row.names
        )
        return [{"from": ends[0], "to": ends[1], **row._said(), "nat": "; ".join(row.nat)} for ends, row in pairs]


def neighbours(
    network: Engine,
    direction: Asking,
    asked: Asked,
    traffic: str | Traffic | None,
    progress: Progress | None = None,
) -> Neighbours:
    """Ask each class of interfaces, and every other end, about one end. Raises EndpointError, UsageError."""
    wanted = None if traffic is None else some_traffic(traffic)
    end = network.endpoint(asked)
    if direction == "what" and end.candidates:
        raise EndpointError.ambiguous(end.name, end.candidates)
    groups = [*_classes(network, end), *_others(network, end, direction)]
    found: dict[Neighbour, list[str]] = {}
    for done, group in enumerate(going_over("ends asked", groups), 1):
        ends = (group.end, end) if direction == "who" else (end, group.end)
        answer = reach_answer(reach(*ends, network.ends, network.book), None)
        row = _row(group, answer, direction, wanted or Traffic.everything())
        if row.traffic or row.partial or row.one_way or row.undecided:
            found.setdefault(row, []).extend(group.names)
        if progress is not None:
            progress(done, len(groups))
    rows = tuple(replace(row, names=tuple(names)) for row, names in found.items())
    return Neighbours(direction, end.name, wanted, rows, sum(len(group.names) for group in groups))


@dataclass(frozen=True)
class _Group:
    """Ends of which one, `end`, speaks for all. `interfaces`: whether they are interfaces."""

    names: tuple[str, ...]
    kind: str
    end: Endpoint
    interfaces: bool


def _classes(network: Engine, end: Endpoint) -> Iterator[_Group]:
    """The interfaces by class; apart from the rest those that are the end, or part of it, since what one sends to itself
    never leaves it, and those with other client ports. A name that means different things from different places is asked
    from each. A function's interface is told as the function."""
    for interface_class in network.classes.classes:
        groups: dict[Hashable, list[NetworkInterface]] = {}
        for interface in interface_class.members:
            inside = _is_part(interface, end)
            if interface.shared or (inside and len(end.interfaces) == 1 and end.within is None):
                continue
            alone = interface.name if end.resolve is not None else ""
            groups.setdefault((interface.client_ports, interface.kind, inside, alone), []).append(interface)
        for members in groups.values():
            one = network.ends.of_interface(members[0])
            yield _Group(tuple(each.name for each in members), members[0].kind, one, interfaces=True)


def _is_part(interface: NetworkInterface, end: Endpoint) -> bool:
    return interface in end.interfaces or any(
        address == end.literal or (end.within is not None and address in end.within) for address in interface.places
    )


def _others(network: Engine, end: Endpoint, direction: Asking) -> Iterator[_Group]:
    """The ends that are no interfaces, each by itself."""
    for name in other_names(network, direction):
        other = network.endpoint(name)
        if name == end.name or (other.kind in _WORLD and end.kind in _WORLD):
            continue
        yield _Group((name,), other.kind, other, interfaces=False)
    for door in network.topology.doors.values():
        if door.host and door.name != end.name:
            yield _Group((door.name,), door.noun.rstrip(","), _of_door(network, door, end), interfaces=False)


def _of_door(network: Engine, door: Door, end: Endpoint) -> Endpoint:
    """What is not modelled, as an end: it may have any address that is nobody's in its subnets, where these are told."""
    named = network.ends.of_door(door)
    if named.component is None and told_where(door, end, network.ends):
        return Endpoint(door.name, door.noun, hidden=(door,))
    return named


def other_names(network: Engine, direction: Asking) -> Iterator[str]:
    """Names of the ends that are no interfaces, as those of whom or of what is asked."""
    ends, design = network.ends, network.design
    yield "internet"
    yield from design.internet.hosts
    if direction == "who":
        yield from ends.function_names()
    for at, body in resources("design", design):
        if at.name not in ends.known and _is_end(network, at, body):
            yield at.name
    yield from map(str, unnamed_blocks(design))
    if direction == "what":
        inside = (each for name, vpc in design.vpcs.items() for each in resources("vpc", vpc, name))
        yield from dict.fromkeys(name for at, body in inside for name in body.names(at))


def _is_end(network: Engine, at: At, body: Any) -> bool:
    found = body.endpoint(at, network.ends)
    return found is not None and not found.interfaces


def _row(group: _Group, answer: ReachAnswer, direction: Asking, wanted: Traffic) -> Neighbour:
    """What an answer says of some traffic, from every port. The own addresses of an interface that speaks for others go
    without saying."""

    def words(space: HeaderSpace) -> str:
        if group.interfaces and direction == "who":
            space = space.replace_sources(answer.reach.sources)
        elif group.interfaces:
            space = space.replace_destinations(answer.reach.destinations)
        return answer.describe(space) if space else ""

    passing, partial, one_way = (
        space.restrict(traffic=wanted) for space in (answer.passing, answer.partial, answer.one_way)
    )
    return Neighbour(
        (),
        group.kind,
        words(passing),
        words(partial),
        words(one_way - _from_any_port(passing | partial)),
        tuple(str(choices) for choices, space in answer.nat if space.restrict(traffic=wanted)),
        answer.reach.undecided_about(wanted),
        passing,
        "" if not group.interfaces else "sources" if direction == "who" else "destinations",
    )


def _from_any_port(space: HeaderSpace) -> HeaderSpace:
    return HeaderSpace.union(HeaderSpace.box(box.traffic, box.sources, box.destinations) for box in space.boxes())
