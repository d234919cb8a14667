"""What an edit opened and closed: exactly which traffic between whom, grouped for a reviewer."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from reachsim.answers.collected import Collected, Content
from reachsim.answers.difference import ChangeKind, Difference
from reachsim.answers.renames import changed_functions, renamed, renamed_functions
from reachsim.dataplane.filters import Filter
from reachsim.engine import Engine
from reachsim.errors import summary
from reachsim.flow.ports import NO_LOSS, Choices
from reachsim.net.box import ALL_PORTS
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.reach.cell import Cell
from reachsim.reach.classes import Classes
from reachsim.reach.flow_answer import FlowAnswer, filters_of, round_trips_of
from reachsim.reach.likeness import Likeness, Likenesses
from reachsim.reach.matrix import Matrix, Progress
from reachsim.reach.numbered import Numbered
from reachsim.reach.pair import Reach
from reachsim.reach.rows import Rows
from reachsim.reach.touched import Touched, touched, touched_by_structure
from reachsim.resources.unmodelled import Door
from reachsim.rules.clauses import KeyPath
from reachsim.rules.nat import NAT_LOSS_BELOW
from reachsim.topology.edit import network_of
from reachsim.topology.flows import flows

Key = tuple[int, int]
"""Classes of one endpoint in the two networks; -1 where it is not."""


class Before:
    """What is asked of one network, kept for comparing it with several."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.reaches: dict[tuple[str, str], Reach] = {}

    @cached_property
    def matrix(self) -> Matrix:
        """Its matrix."""
        return self.engine.matrix()

    def reach(self, source: str, destination: str) -> Reach:
        """What gets from one end to another."""
        known = self.reaches.get((source, destination))
        if known is None:
            known = self.reaches[source, destination] = self.engine.reach(source, destination)
        return known


def diff(before: Engine, after: Engine, progress: Progress | None = None, kept: Before | None = None) -> Difference:
    """What flows in one network and not in the other: between interfaces, functions and the internet.

    Named hosts are part of the internet. `progress(done, total)` hears how far each of the two matrices is. `kept`: what was
    asked of the first network already. Only what can differ is computed (`reachsim.reach.touched`), and only that can be
    undecided.
    """
    places = {name: place for place, name in enumerate({**before.topology.interfaces, **after.topology.interfaces})}
    collected = Collected(places)
    names = renamed(before, after)
    functions = renamed_functions(before, after, names)
    may = None if names else _touched(before, after)
    if may is None:
        old = before.matrix(progress=progress) if kept is None else kept.matrix
        new = after.matrix(progress=progress)
        groups = outside = _joint_classes(old.classes, new.classes, names)
        undecided = _compare_interfaces(old, new, groups, collected)
    else:
        groups = _joint_classes(before.classes, after.classes, {})
        undecided = _compare_touched(before, after, groups, may.ends, collected, progress)
        outside = {key: group for key, group in groups.items() if not may.outside.isdisjoint(group)}
    undecided += _compare_outside(before, after, outside, groups, collected, kept or Before(before), names, functions)
    undecided += _around_doors(before, after)
    if network_of(before.source) == network_of(after.source):  # whatever cannot be decided is the same in both
        undecided = []
    names_old, names_new = set(before.topology.interfaces), set(after.topology.interfaces)
    return Difference(
        before.source.file,
        after.source.file,
        tuple(collected.changes()),
        tuple(name for name in after.topology.interfaces if name not in names_old and name not in names.values()),
        tuple(name for name in before.topology.interfaces if name not in names_new and name not in names),
        tuple(dict.fromkeys(undecided)),
        tuple({**names, **functions}.items()),
    )


def _around_doors(before: Engine, after: Engine) -> Iterator[str]:
    """What is not modelled and may let other traffic through than before: it, or something around it, was edited."""
    doors = {door.name: door for network in (before, after) for door in network.not_modelled}
    for door in doors.values():
        if any(_around(before, place) != _around(after, place) for place in _places(door)):
            yield f"what goes to and from {door.name}, which may differ: {door.reason}"


def _places(door: Door) -> Iterator[KeyPath]:
    """Where an edit may change what passes through a door: itself, its VPCs, and what these name."""
    yield door.path
    yield from (("vpcs", vpc) for vpc in dict.fromkeys(vpc for vpc, _ in sorted(door.subnets)))
    yield from ((section,) for section in ("peering_connections", "prefix_lists"))


def _around(network: Engine, path: KeyPath) -> Any:
    """What is written at a place, None where nothing is."""
    value: Any = network.source.document.data
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def _joint_classes(old: Classes, new: Classes, names: Mapping[str, str]) -> dict[Key, list[str]]:
    """Interfaces by their classes in both networks: those of one group have the same difference to everybody.

    `names`: of those that were renamed, before to after; they are called as they are now.
    """
    index_old = {names.get(interface.name, interface.name): c.index for interface, c in old.of.items()}
    index_new = {interface.name: c.index for interface, c in new.of.items()}
    out: dict[Key, list[str]] = {}
    for name in dict.fromkeys([*index_old, *index_new]):
        out.setdefault((index_old.get(name, -1), index_new.get(name, -1)), []).append(name)
    return out


@dataclass(frozen=True)
class _Side:
    """What passes in one of the two networks: round trips by what NAT devices lose of them, and all that is delivered."""

    trips: dict[Choices, HeaderSpace]
    delivered: HeaderSpace
    below: Fraction

    @classmethod
    def of(cls, trips: Iterable[tuple[Choices, HeaderSpace]], delivered: HeaderSpace, below: Fraction) -> _Side:
        """Of any round trips; a packet with more than one way back has the best."""
        spaces: dict[Choices, list[HeaderSpace]] = {}
        for choices, space in trips:
            spaces.setdefault(choices, []).append(space)
        best: dict[Choices, HeaderSpace] = {}
        for choices in sorted(spaces, key=lambda choices: choices.loss):
            space = HeaderSpace.union(spaces[choices]) - HeaderSpace.union(best.values())
            if space:
                best[choices] = space
        return cls(best, delivered, below)

    @property
    def ever(self) -> HeaderSpace:
        """All packets whose answer comes back for some choice."""
        return HeaderSpace.union(self.trips.values())

    def without(self, unknown: HeaderSpace) -> _Side:
        """What passes of the packets outside a set."""
        trips = {choices: space - unknown for choices, space in self.trips.items()}
        return _Side(trips, self.delivered - unknown, self.below)


_NOTHING = _Side({}, HeaderSpace.nothing(), NAT_LOSS_BELOW)


def _contents(was: _Side, now: _Side) -> list[Content]:
    """How two sides differ: round trips first, then what is only delivered."""
    found: dict[tuple[ChangeKind, str], list[HeaderSpace]] = {}
    for choices, space in now.trips.items():
        found.setdefault(("opened", str(choices) if choices else ""), []).append(space - was.ever)
    for space in was.trips.values():
        found.setdefault(("closed", ""), []).append(space - now.ever)
    for before, one in was.trips.items():
        for after, other in now.trips.items():
            if before != after:
                counted, counts = before.counts(was.below), after.counts(now.below)
                kind: ChangeKind = "changed" if counted == counts else "opened" if counts else "closed"
                found.setdefault((kind, f"{after}; before: {before}"), []).append(one & other)
    out: list[Content] = []
    kinds: tuple[tuple[ChangeKind, _Side, _Side], ...] = (
        ("opened", now, was),
        ("closed", was, now),
        ("changed", _NOTHING, _NOTHING),
    )
    for way, more, less in kinds:
        trips = [(nat, HeaderSpace.union(spaces)) for (kind, nat), spaces in found.items() if kind == way]
        out += [(way, space, False, nat) for nat, space in trips if space]
        space = more.delivered - less.delivered - _any_ports(HeaderSpace.union(space for _, space in trips))
        if space:
            out.append((way, space, True, ""))
    return out


def _any_ports(space: HeaderSpace) -> HeaderSpace:
    """A set of packets freed of client ports."""
    return HeaderSpace.union(HeaderSpace.box(box.traffic, box.sources, box.destinations) for box in space.boxes())


def _side_of(cell: Cell, unknown: frozenset[bool]) -> _Side:
    """A side of interfaces, without the address families of which nothing is known."""
    lines = {False: EVERY_IPV4.addresses, True: EVERY_IPV6.addresses}
    known = replace(cell, ways=tuple(way for way in cell.ways if way.ipv6 not in unknown))
    there = HeaderSpace.union(HeaderSpace.box(w.forward, lines[w.ipv6], lines[w.ipv6]) for w in known.ways)
    return _Side.of(((choices, space) for space, choices in known.trips()), there, cell.below)


def _say(space: HeaderSpace, world: AddressSet | None = None) -> str:
    """A set in words; addresses only where they are not all of their family, or of the internet."""

    def universe(addresses: AddressSet) -> AddressSet:
        for known in (world, EVERY_IPV4.addresses, EVERY_IPV6.addresses):
            if known is not None and addresses <= known:
                return known & EVERY_IPV4.addresses if addresses <= EVERY_IPV4.addresses else known
        return addresses

    def name(addresses: AddressSet) -> str:
        return "the internet" if world is not None and addresses <= world else ""

    sources, destinations = space.sources(), space.destinations()
    return space.describe(
        universe(sources), universe(destinations), sources_name=name(sources), destinations_name=name(destinations)
    )


_Group = tuple[Key, tuple[str, ...]]
"""Interfaces of one class in each of the two networks."""
_Row = Sequence[int] | None
"""Numbers of answers from a class, by the place of the destination's class; None where nobody is there to send."""


def _compare_interfaces(old: Matrix, new: Matrix, groups: dict[Key, list[str]], out: Collected) -> list[str]:
    """All pairs of interfaces."""
    pairs = _Pairs(old, new, out)
    items: list[_Group] = [(key, tuple(names)) for key, names in groups.items()]
    for (a_old, a_new), sources in items:
        row_old = old.rows[a_old] if a_old >= 0 else None
        row_new = new.rows[a_new] if a_new >= 0 else None
        pairs.compare(sources, row_old, row_new, items)
    return pairs.undecided


def _compare_touched(
    before: Engine,
    after: Engine,
    groups: dict[Key, list[str]],
    ends: frozenset[str],
    out: Collected,
    progress: Progress | None,
) -> list[str]:
    """The pairs of interfaces of which one end at least may be touched; nothing differs between others."""
    items: list[_Group] = [(key, tuple(names)) for key, names in groups.items()]
    of_ends = [item for item in items if not ends.isdisjoint(item[1])]
    others = [item for item in items if ends.isdisjoint(item[1])]
    networks = before, after
    from_old, from_new = (_rows(network, of_ends, items, progress) for network in networks)
    to_old, to_new = (_rows(network, others, of_ends, progress) for network in networks)
    pairs = _Pairs(to_old, to_new, out)  # made last, so they know the answers of all
    all_columns = _in_columns(items, from_old, from_new)
    columns = _in_columns(of_ends, to_old, to_new)
    for item in items:
        (a_old, a_new), sources = item
        if not ends.isdisjoint(sources):
            pairs.compare(sources, from_old.rows.get(a_old), from_new.rows.get(a_new), all_columns)
        elif columns:
            pairs.compare(sources, to_old.rows.get(a_old), to_new.rows.get(a_new), columns)
    return pairs.undecided


def _rows(
    network: Engine, sources: Sequence[_Group], destinations: Sequence[_Group], progress: Progress | None
) -> Rows:
    """The answers between the groups that are in a network."""
    there = network.topology.interfaces
    one, other = ([there[names[0]] for _, names in each if names[0] in there] for each in (sources, destinations))
    return network.rows_between(one, other, progress)


def _in_columns(items: Iterable[_Group], old: Rows, new: Rows) -> list[_Group]:
    """Groups by their columns in rows in place of their classes."""
    return [((_column(old, b_old), _column(new, b_new)), names) for (b_old, b_new), names in items]


def _column(rows: Rows, index: int) -> int:
    """The column of a class; -1 where it has none."""
    return rows.columns[index] if index in rows.columns else -1  # noqa: SIM401 (a range has no get)


class _Pairs:
    """Compares pairs of groups of interfaces; equal pairs of answers once."""

    def __init__(self, old: Numbered, new: Numbered, out: Collected) -> None:
        self.old = old
        self.new = new
        self.out = out
        self.undecided: list[str] = []
        self.known: dict[tuple[int, int], list[tuple[Content, str]]] = {}
        self.same = {(0, 0)}
        """Numbers of answers that are known to be the same."""

    def compare(self, sources: tuple[str, ...], row_old: _Row, row_new: _Row, items: Sequence[_Group]) -> None:
        """Compare the rows of one group; `items`: the destinations, by their places in the rows, -1 where one is not."""
        olds = _numbers(row_old, (b_old for (b_old, _), _ in items))
        news = _numbers(row_new, (b_new for (_, b_new), _ in items))
        if self.same.issuperset(zip(olds, news, strict=True)):
            return
        for (_, destinations), n_old, n_new in zip(items, olds, news, strict=True):
            if (n_old, n_new) in self.same:
                continue
            why = self.old.undecided(n_old) or self.new.undecided(n_new)
            if why:
                self.undecided.append(f"{summary(sources)} -> {summary(destinations)}: {why}")
            contents = self.contents(n_old, n_new)
            if not contents and not why:
                self.same.add((n_old, n_new))
            if sources == destinations and len(sources) == 1:
                continue  # an interface and itself is no pair
            for content, text in contents:
                self.out.add(content, sources, destinations, text)

    def contents(self, n_old: int, n_new: int) -> list[tuple[Content, str]]:
        """How two answers differ, with the packets in words."""
        found = self.known.get((n_old, n_new))
        if found is None:
            old, new = self.old.cell_of(n_old), self.new.cell_of(n_new)
            found = [] if (old.ways, old.below) == (new.ways, new.below) else self._differ(n_old, n_new)
            self.known[n_old, n_new] = found
        return found

    def _differ(self, n_old: int, n_new: int) -> list[tuple[Content, str]]:
        unknown = self.old.unknown(n_old) | self.new.unknown(n_new)
        was, now = _side_of(self.old.cell_of(n_old), unknown), _side_of(self.new.cell_of(n_new), unknown)
        return [(content, _say(content[1])) for content in _contents(was, now)]


def _numbers(row: _Row, places: Iterable[int]) -> list[int]:
    """The numbers at some places of a row; 0, for nothing, where there is no row or no place (-1)."""
    if row is None:
        return [0 for _ in places]
    numbers = (*row, 0)  # the last one is at place -1
    return [numbers[place] for place in places]


def _touched(before: Engine, after: Engine) -> Touched | None:
    """What may differ between two networks; None where anything may."""
    if before.topology is not after.topology:
        return touched_by_structure(before.topology, after.topology, (before.book, after.book))
    ends = touched(before.topology, before.book, after.book)
    if ends is None:
        return None
    names = frozenset(interface.name for interface in ends)
    return Touched(names, names)


def _compare_outside(
    before: Engine,
    after: Engine,
    outside: dict[Key, list[str]],
    groups: dict[Key, list[str]],
    out: Collected,
    kept: Before,
    names: Mapping[str, str],
    functions: Mapping[str, str],
) -> list[str]:
    """Between the internet and some interfaces (`outside`); from functions whose interfaces changed to all (`groups`).

    `names`, `functions`: what was renamed.
    """
    undecided: list[str] = []
    old_names = {new: old for old, new in names.items()}
    same_walks = before.topology is after.topology
    changed = {f for f in before.topology.filters if before.book[f] is not after.book[f]} if same_walks else set()
    # Not addresses that the edit gave to an interface, or took.
    world, callers = before.ends.world & after.ends.world, before.ends.callers & after.ends.callers
    likenesses, known = Likenesses(), dict[Hashable, list[Content]]()

    def called_before(source: str, destination: str) -> tuple[str, str]:
        return old_names.get(source, source), old_names.get(destination, destination)

    def compare(source: str, destination: str, sources: tuple[str, ...], destinations: tuple[str, ...]) -> None:
        for content in contents(source, destination):
            out.add(content, sources, destinations, _say(content[1], callers if source == "internet" else world))

    def contents(source: str, destination: str) -> list[Content]:
        """How two ends differ; where filters on known ways decide, once for all that are alike: a side says nothing of the
        address of an interface."""
        keep = "sources" if source == "internet" else "destinations" if destination == "internet" else ""
        alike = (
            _likeness(before, *called_before(source, destination), likenesses),
            _likeness(after, source, destination, likenesses),
        )
        if None in alike or not keep:
            return evaluated(source, destination, keep)
        if alike[0] == alike[1]:
            return []
        if (keep, alike) not in known:
            known[keep, alike] = evaluated(source, destination, keep)
        return known[keep, alike]

    def evaluated(source: str, destination: str, keep: str) -> list[Content]:
        far = callers if keep == "sources" else world
        sides: list[_Side] = []
        unknown = HeaderSpace.nothing()
        both = (before, kept, called_before(source, destination)), (after, after, (source, destination))
        answers = [
            asked.reach(*ends) if all(_exists(network, end) for end in ends) else None for network, asked, ends in both
        ]
        if answers[0] is not None and answers[1] is not None and _alike(answers[0], answers[1]):
            return []
        for answer in answers:
            if answer is None:
                sides.append(_NOTHING)
                continue
            if answer.undecided:
                undecided.append(f"{source} -> {destination}: {answer.undecided}")
                for part in answer.parts:
                    if part.undecided and part.found is None:  # not even its addresses are known
                        unknown = ~HeaderSpace.nothing()
                    elif part.undecided:
                        unknown |= _free(part.asked(part.family, ALL_PORTS), keep, far)
            trips = {NO_LOSS: answer.always, **answer.losses}
            freed = ((choices, _free(space, keep, far)) for choices, space in trips.items())
            sides.append(_Side.of(freed, _free(answer.delivered, keep, far), answer.below))
        was, now = (side.without(unknown) for side in sides)
        return _contents(was, now)

    for group in outside.values():
        first = group[0]
        for pair in ((first, "internet"), ("internet", first)):
            if same_walks and _untouched(before, *pair, changed):
                continue
            sources, destinations = (tuple(group), pair[1:]) if pair[0] == first else (pair[:1], tuple(group))
            compare(*pair, sources, destinations)
    for name in changed_functions(before, after, names, functions):
        for group in groups.values():
            compare(name, group[0], (name,), tuple(group))
        compare(name, "internet", (name,), ("internet",))
    return undecided


def _likeness(network: Engine, source: str, destination: str, likenesses: Likenesses) -> Likeness | None:
    """What the answer between two ends depends on; of ends that are not there nothing gets through."""
    if not (_exists(network, source) and _exists(network, destination)):
        return ()
    return likenesses.of(network.endpoint(source), network.endpoint(destination), network.ends, network.book)


def _alike(one: Reach, other: Reach) -> bool:
    """Whether two answers are the same part by part, so that the sets that are made of them need not be made."""
    if one.below != other.below or one.undecided or other.undecided:
        return False

    def content(part: FlowAnswer) -> tuple[object, ...]:
        return part.sources, part.destinations, part.forward, part.back, part.lost

    if any(part.flow.pick is not None for part in (*one.parts, *other.parts)):
        return False  # of what AWS picks, all has to be seen together
    return len(one.parts) == len(other.parts) and all(
        content(a) == content(b) for a, b in zip(one.parts, other.parts, strict=True)
    )


def _untouched(network: Engine, source: str, destination: str, changed: set[Filter]) -> bool:
    """Whether no round trip between two endpoints meets a filter that was edited, so that nothing can differ."""
    asked = flows(network.endpoint(source), network.endpoint(destination), network.ends)
    return not any(
        query.filter in changed
        for flow in asked
        for found in round_trips_of(flow, network.ends)
        for walk in (found.forward, found.reply)
        for query, _, _ in filters_of(walk, network.book)
    )


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
    return name == "internet" or name in network.topology.interfaces or name in network.ends.known
