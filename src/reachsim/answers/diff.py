"""What an edit opened and closed: exactly which traffic between whom, grouped for a reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reachsim.answers.before import Before
from reachsim.answers.collected import Collected, Content
from reachsim.answers.diff_around import around
from reachsim.answers.diff_names import other_meanings
from reachsim.answers.diff_outside import compare_outside
from reachsim.answers.difference import Difference
from reachsim.answers.renames import renamed, renamed_functions
from reachsim.answers.sides import Passing, contents_between, in_words
from reachsim.engine import Engine
from reachsim.errors import summary
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6
from reachsim.net.headerspace import HeaderSpace
from reachsim.reach.cell import Cell
from reachsim.reach.classes import Classes
from reachsim.reach.matrix import Matrix, Progress
from reachsim.reach.numbered import Numbered
from reachsim.reach.row import Row
from reachsim.reach.rows import Rows
from reachsim.stages import going_over
from reachsim.topology.edit import network_of

Key = tuple[int, int]
"""Classes of one endpoint in the two networks; -1 where it is not."""


def diff(before: Engine, after: Engine, progress: Progress | None = None, kept: Before | None = None) -> Difference:
    """What flows in one network and not in the other: between interfaces, functions, the internet and networks outside AWS,
    and to names that mean something else.

    Named hosts are part of the internet. `progress(done, total)` hears how far each of the two matrices is. `kept`: what was
    asked of the first network already. Only what can differ is computed (`reachsim.reach.touched`), and only that can be
    undecided.
    """
    kept = kept or Before(before)
    places = {name: place for place, name in enumerate({**before.topology.interfaces, **after.topology.interfaces})}
    collected = Collected(places)
    names = renamed(before, after)
    functions = renamed_functions(before, after, names)
    may = None if names else after.touched_since(before.topology, before.book)
    if may is None:
        old = kept.matrix(progress)
        new = after.matrix(progress=progress)
        groups = outside = _joint_classes(old.classes, new.classes, names)
        undecided = _compare_interfaces(old, new, groups, collected)
    else:
        groups = _joint_classes(before.classes, after.classes, {})
        undecided = _compare_touched(kept, after, groups, may.ends, collected, progress)
        outside = {key: group for key, group in groups.items() if not may.outside.isdisjoint(group)}
    meanings = other_meanings(before, after, names)
    undecided += compare_outside(before, after, outside, groups, collected, kept, names, functions, meanings)
    undecided += around(before, after)
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
        tuple(meanings),
    )


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


def _side_of(cell: Cell, unknown: frozenset[bool]) -> Passing:
    """A side of interfaces, without the address families of which nothing is known."""
    lines = {False: EVERY_IPV4.addresses, True: EVERY_IPV6.addresses}
    known = replace(cell, ways=tuple(way for way in cell.ways if way.ipv6 not in unknown))
    there = HeaderSpace.union(HeaderSpace.box(w.forward, lines[w.ipv6], lines[w.ipv6]) for w in known.ways)
    return Passing.of(((choices, space) for space, choices in known.trips()), there, cell.below)


_Group = tuple[Key, tuple[str, ...]]
"""Interfaces of one class in each of the two networks."""
_Row = Row | None
"""Numbers of answers from a class, by the place of the destination's class; None where nobody is there to send."""


def _compare_interfaces(old: Matrix, new: Matrix, groups: dict[Key, list[str]], out: Collected) -> list[str]:
    """All pairs of interfaces."""
    pairs = _Pairs(old, new, out)
    items: list[_Group] = [(key, tuple(names)) for key, names in groups.items()]
    for (a_old, a_new), sources in going_over("classes compared", items):
        row_old = old.rows[a_old] if a_old >= 0 else None
        row_new = new.rows[a_new] if a_new >= 0 else None
        pairs.compare(sources, row_old, row_new, items)
    return pairs.undecided


def _compare_touched(
    kept: Before,
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
    networks = kept, Before(after)
    from_old, from_new = (_rows(network, of_ends, items, progress) for network in networks)
    to_old, to_new = (_rows(network, others, of_ends, progress) for network in networks)
    pairs = _Pairs(to_old, to_new, out)  # made last, so they know the answers of all
    all_columns = _in_columns(items, from_old, from_new)
    columns = _in_columns(of_ends, to_old, to_new)
    for item in going_over("classes compared", items):
        (a_old, a_new), sources = item
        if not ends.isdisjoint(sources):
            pairs.compare(sources, from_old.rows.get(a_old), from_new.rows.get(a_new), all_columns)
        elif columns:
            pairs.compare(sources, to_old.rows.get(a_old), to_new.rows.get(a_new), columns)
    return pairs.undecided


def _rows(
    network: Before, sources: Sequence[_Group], destinations: Sequence[_Group], progress: Progress | None
) -> Rows:
    """The answers between the groups that are in a network."""
    there = network.engine.topology.interfaces
    one, other = ([there[names[0]] for _, names in each if names[0] in there] for each in (sources, destinations))
    return network.rows(one, other, progress)


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
        return [(content, in_words(content[1])) for content in contents_between(was, now)]


def _numbers(row: _Row, places: Iterable[int]) -> list[int]:
    """The numbers at some places of a row; 0, for nothing, where there is no row or no place (-1)."""
    if row is None:
        return [0 for _ in places]
    numbers = (*row, 0)  # the last one is at place -1
    return [numbers[place] for place in places]
