"""What an edit opened and closed: exactly which traffic between whom, grouped for a reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from reachsim.engine import Engine
from reachsim.fabric.filters import Filter
from reachsim.kinds.unmodelled import Door
from reachsim.markup import card
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.reach.matrix import Cell, Matrix, Progress
from reachsim.reach.part import ALL_PORTS
from reachsim.rules.clauses import KeyPath

Kind = Literal["opened", "closed"]
SHOWN_NAMES = 3
"""Endpoints that a line names before it counts the rest."""


@dataclass(frozen=True)
class Change:
    """One group of equal changes: the same traffic opened or closed from each of some endpoints to each of others.

    `space`: the packets, of any addresses. `one_way`: only delivery changed, not the round trip. `sources`,
    `destinations`: full names, in the order of the file.
    """

    kind: Kind
    space: HeaderSpace
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    one_way: bool
    text: str

    @property
    def traffic(self) -> Traffic:
        """The traffic, without ports of clients."""
        return self.space.traffic()

    def __str__(self) -> str:
        way = ", one way" if self.one_way else ""
        return f"{self.kind}: {self.text} from {summary(self.sources)} to {summary(self.destinations)}{way}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "kind": self.kind,
            "traffic": self.text,
            "one_way": self.one_way,
            "from": list(self.sources),
            "to": list(self.destinations),
        }


@dataclass(frozen=True)
class Difference:
    """Everything that differs between two networks. False when nothing does."""

    before: str
    after: str
    changes: tuple[Change, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    undecided: tuple[str, ...] = field(default=())

    @property
    def opened(self) -> tuple[Change, ...]:
        """What flows after and did not before."""
        return tuple(change for change in self.changes if change.kind == "opened")

    @property
    def closed(self) -> tuple[Change, ...]:
        """What flowed before and does not after."""
        return tuple(change for change in self.changes if change.kind == "closed")

    def not_allowed(self, allowed: Iterable[Traffic]) -> tuple[Change, ...]:
        """What was opened beyond some allowed traffic."""
        fine = Traffic.union_of(span for traffic in allowed for span in traffic.spans)
        return tuple(change for change in self.opened if change.traffic - fine)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __str__(self) -> str:
        return "\n".join(map(str, self.changes)) or "nothing differs"

    def __repr__(self) -> str:
        return f"<Difference: {len(self.opened)} opened, {len(self.closed)} closed>"

    def _repr_html_(self) -> str:
        mood, verdict = (
            ("bad", "opened") if self.opened else ("unknown", "undecided") if self.undecided else ("good", "")
        )
        rows = [
            (c.kind, c.text + (", one way" if c.one_way else ""), summary(c.sources), summary(c.destinations))
            for c in (*self.opened, *self.closed)
        ]
        title = f"{len(self.opened)} opened, {len(self.closed)} closed: {self.before} → {self.after}"
        text = "; ".join(self.undecided)
        return card(mood, verdict or "nothing opened", title, rows, header=("", "traffic", "from", "to"), text=text)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "before": self.before,
            "after": self.after,
            "added": list(self.added),
            "removed": list(self.removed),
            "undecided": list(self.undecided),
            "changes": [change.to_dict() for change in self.changes],
        }


def summary(names: tuple[str, ...]) -> str:
    """Names in few words."""
    if len(names) <= SHOWN_NAMES + 1:
        return ", ".join(names)
    return f"{', '.join(names[:SHOWN_NAMES])} and {len(names) - SHOWN_NAMES} more"


Key = tuple[int, int]
"""Classes of one endpoint in the two networks; -1 where it is not."""


def diff(before: Engine, after: Engine, progress: Progress | None = None) -> Difference:
    """What flows in one network and not in the other: between interfaces, functions and the internet.

    Named hosts are part of the internet. `progress(done, total)` hears how far each of the two matrices is.
    """
    old, new = before.matrix(progress=progress), after.matrix(progress=progress)
    groups = _joint_classes(old, new)
    collected = _Collected()
    undecided = _compare_interfaces(old, new, groups, collected)
    undecided += _compare_outside(before, after, groups, collected)
    undecided += _around_doors(before, after)
    if _built(before) == _built(after):  # whatever cannot be decided is the same in both
        undecided = []
    names_old, names_new = set(before.topology.nics), set(after.topology.nics)
    return Difference(
        before.source.file,
        after.source.file,
        tuple(collected.changes()),
        tuple(name for name in after.topology.nics if name not in names_old),
        tuple(name for name in before.topology.nics if name not in names_new),
        tuple(dict.fromkeys(undecided)),
    )


def _built(network: Engine) -> dict[Any, Any]:
    """What a design says of the network: all but what is said about it."""
    data = network.source.document.data
    return (
        {key: value for key, value in data.items() if key not in ("name", "expect")} if isinstance(data, dict) else {}
    )


def _around_doors(before: Engine, after: Engine) -> Iterator[str]:
    """What is not modelled and may let other traffic through than before: it, or something around it, was edited."""
    doors = {door.name: door for network in (before, after) for door in network.not_modelled}
    for door in doors.values():
        if any(_around(before, place) != _around(after, place) for place in _places(door, before, after)):
            yield f"what goes to and from {door.name}, which may differ: {door.reason}"


def _places(door: Door, before: Engine, after: Engine) -> Iterator[KeyPath]:
    """Where an edit may change what passes through a door: the door itself, and the VPCs that it is in or sends into."""
    yield door.path
    names = {vpc for vpc, _ in door.subnets | door.tables}
    everywhere = dict.fromkeys([*before.design.vpcs, *after.design.vpcs])
    yield from (("vpcs", vpc) for vpc in everywhere if vpc in names or door.into(vpc))
    if names or door.brings or door.calls:
        yield from ((section,) for section in ("peering_connections", "prefix_lists", "vpn_connections"))


def _around(network: Engine, path: KeyPath) -> Any:
    """What is written at a place, None where nothing is."""
    value: Any = network.source.document.data
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def _joint_classes(old: Matrix, new: Matrix) -> dict[Key, list[str]]:
    """Interfaces by their classes in both networks: those of one group have the same difference to everybody."""
    index_old = {nic.name: c.index for nic, c in old.classes.of.items()}
    index_new = {nic.name: c.index for nic, c in new.classes.of.items()}
    out: dict[Key, list[str]] = {}
    for name in dict.fromkeys([*index_old, *index_new]):
        out.setdefault((index_old.get(name, -1), index_new.get(name, -1)), []).append(name)
    return out


Content = tuple[Kind, HeaderSpace, bool]


class _Collected:
    """Changes by what they are, then by source, to be merged into groups."""

    def __init__(self) -> None:
        self.found: dict[Content, dict[tuple[str, ...], list[tuple[str, ...]]]] = {}
        self.texts: dict[Content, str] = {}

    def add(self, content: Content, sources: tuple[str, ...], destinations: tuple[str, ...], text: str) -> None:
        """Note one change between two groups of endpoints."""
        self.found.setdefault(content, {}).setdefault(sources, []).append(destinations)
        self.texts.setdefault(content, text)

    def changes(self) -> Iterator[Change]:
        """Groups as large as they can be: sources with the same destinations are told together."""
        for content, by_source in self.found.items():
            kind, space, one_way = content
            by_destinations: dict[tuple[str, ...], list[str]] = {}
            for sources, parts in by_source.items():
                destinations = tuple(dict.fromkeys(name for part in parts for name in part))
                by_destinations.setdefault(destinations, []).extend(sources)
            for destinations, sources_of in by_destinations.items():
                yield Change(kind, space, tuple(sources_of), destinations, one_way, self.texts[content])


def _contents(was: Cell, now: Cell) -> list[tuple[Content, str]]:
    """How two cells differ: round trips first, then what is only delivered."""
    out: list[tuple[Content, str]] = []
    for kind, more, less in (("opened", now, was), ("closed", was, now)):
        trips = more.space() - less.space()
        if trips:
            out.append(((kind, trips, False), _say(trips)))  # type: ignore[arg-type]
        space = _delivered(more) - _delivered(less) - _any_ports(trips)
        if space:
            out.append(((kind, space, True), _say(space)))  # type: ignore[arg-type]
    return out


def _any_ports(space: HeaderSpace) -> HeaderSpace:
    """A set of packets freed of client ports."""
    return HeaderSpace.union(HeaderSpace.box(box.traffic, box.sources, box.destinations) for box in space.boxes())


def _delivered(cell: Cell) -> HeaderSpace:
    lines = {False: EVERY_IPV4.addresses, True: EVERY_IPV6.addresses}
    return HeaderSpace.union(HeaderSpace.box(there, lines[ipv6], lines[ipv6]) for ipv6, there, _ in cell.ways)


def _say(space: HeaderSpace, world: AddressSet | None = None) -> str:
    """A set in words; addresses only where they are not all of their family, or of the internet."""

    def universe(addresses: AddressSet) -> AddressSet:
        for known in (world, EVERY_IPV4.addresses, EVERY_IPV6.addresses):
            if known is not None and addresses <= known:
                return known & EVERY_IPV4.addresses if addresses <= EVERY_IPV4.addresses else known
        return addresses

    return space.describe(known_sources=universe(space.sources()), known_destinations=universe(space.destinations()))


def _compare_interfaces(old: Matrix, new: Matrix, groups: dict[Key, list[str]], out: _Collected) -> list[str]:
    undecided: list[str] = []
    known: dict[tuple[int, int], list[tuple[Content, str]]] = {}
    items = [(key, tuple(names)) for key, names in groups.items()]
    for (a_old, a_new), sources in items:
        row_old = old.rows[a_old] if a_old >= 0 else None
        row_new = new.rows[a_new] if a_new >= 0 else None
        for (b_old, b_new), destinations in items:
            n_old = row_old[b_old] if row_old is not None and b_old >= 0 else 0
            n_new = row_new[b_new] if row_new is not None and b_new >= 0 else 0
            if not n_old and not n_new:
                continue
            pair = n_old, n_new
            contents = known.get(pair)
            if contents is None:
                unknown = old.unknown(n_old) | new.unknown(n_new)
                was, now = (
                    Cell("", "", tuple(way for way in matrix._ways(number) if way[0] not in unknown))
                    for matrix, number in ((old, n_old), (new, n_new))
                )
                contents = known[pair] = _contents(was, now)
            why = old.undecided(n_old) or new.undecided(n_new)
            if why:
                undecided.append(f"{summary(sources)} -> {summary(destinations)}: {why}")
            for content, text in contents:
                if sources == destinations:  # an interface and itself is no pair
                    for name in sources:
                        others = tuple(other for other in destinations if other != name)
                        if others:
                            out.add(content, (name,), others, text)
                else:
                    out.add(content, sources, destinations, text)
    return undecided


def _compare_outside(before: Engine, after: Engine, groups: dict[Key, list[str]], out: _Collected) -> list[str]:
    """Between interfaces and what is outside the VPCs, and from functions whose interfaces changed."""
    undecided: list[str] = []
    same_walks = before.topology is after.topology
    changed = {f for f in before.topology.filters if before.book[f] is not after.book[f]} if same_walks else set()
    world = before.endpoints.world & after.endpoints.world  # not addresses that the edit gave to an interface, or took

    def compare(source: str, destination: str, sources: tuple[str, ...], destinations: tuple[str, ...]) -> None:
        keep = "sources" if source == "internet" else "destinations" if destination == "internet" else ""
        spaces = []
        unknown = HeaderSpace.nothing()
        for network in (before, after):
            if not (_exists(network, source) and _exists(network, destination)):
                spaces.append((HeaderSpace.nothing(), HeaderSpace.nothing()))
                continue
            answer = network.reach(source, destination)
            if answer.undecided:
                undecided.append(f"{source} -> {destination}: {answer.undecided}")
                parts = (part.asked(part.family, ALL_PORTS) for part in answer.parts if part.undecided)
                unknown |= _free(HeaderSpace.union(parts), keep, world)
            spaces.append((_free(answer.reachable, keep, world), _free(answer.delivered, keep, world)))
        for kind, more, less in (("opened", 1, 0), ("closed", 0, 1)):
            trips = spaces[more][0] - spaces[less][0] - unknown
            if trips:
                out.add((kind, trips, False), sources, destinations, _say(trips, world))  # type: ignore[arg-type]
            space = spaces[more][1] - spaces[less][1] - _any_ports(trips) - unknown
            if space:
                out.add((kind, space, True), sources, destinations, _say(space, world))  # type: ignore[arg-type]

    for names in groups.values():
        first = names[0]
        for pair in ((first, "internet"), ("internet", first)):
            if same_walks and _untouched(before, *pair, changed):
                continue
            sources, destinations = (tuple(names), pair[1:]) if pair[0] == first else (pair[:1], tuple(names))
            compare(*pair, sources, destinations)
    for name in _changed_functions(before, after):
        for names in groups.values():
            compare(name, names[0], (name,), tuple(names))
        compare(name, "internet", (name,), ("internet",))
    return undecided


def _untouched(network: Engine, source: str, destination: str, changed: set[Filter]) -> bool:
    """Whether no walk between two endpoints meets a filter that was edited, so that nothing can differ."""
    flows = network.endpoints.flows(network.endpoint(source), network.endpoint(destination))
    for flow in flows:
        for found, _ in network.endpoints.pieces(flow) if flow.loss is None and not flow.unknown else ():
            for walk in (found.forward, found.reply):
                if walk is not None and any(
                    visit.step.asks is not None and visit.step.asks.filter in changed for visit in walk.visits
                ):
                    return False
    return True


def _free(space: HeaderSpace, keep: str, world: AddressSet) -> HeaderSpace:
    """A set freed of the addresses that go without saying, so that groups of endpoints share the rest."""
    parts: list[HeaderSpace] = []
    for block in (EVERY_IPV4, EVERY_IPV6):
        inside = space.restrict(sources=block.addresses)
        if inside:
            freed = inside.restrict(sources=world) if keep == "sources" else inside.replace_sources(block.addresses)
            if keep == "destinations":
                parts.append(freed.restrict(destinations=world))
            else:
                parts.append(freed.replace_destinations(block.addresses))
    return HeaderSpace.union(parts)


def _exists(network: Engine, name: str) -> bool:
    return name == "internet" or name in network.topology.nics or name in network.endpoints.known


def _changed_functions(before: Engine, after: Engine) -> list[str]:
    """Names of functions, aliases and APIs that run on other interfaces than before."""
    names = dict.fromkeys([*before.endpoints.function_names(), *after.endpoints.function_names()])
    return [name for name in names if _runs_on(before, name) != _runs_on(after, name)]


def _runs_on(network: Engine, name: str) -> list[tuple[str, str]]:
    if name not in network.endpoints.known:
        return []
    return [(o.nic.name if o.nic is not None else "outside", str(o.share)) for o in network.endpoint(name).origins]
