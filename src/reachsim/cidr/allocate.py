"""Placing aligned blocks: what fits, where, and with how much room.

Why best fit in file order is enough. All blocks are powers of two and aligned, so free space is a set of
largest aligned free blocks, two of which never make a half of each other. Put the first demand, of size s,
into the smallest free block X that holds it. If all demands fit somehow, they still do: let the demand lie
elsewhere, inside some free block Z, which is at least as large as X. Then Z has an aligned part W of X's
size around the demand, and nothing in that solution is cut by the border of W or of X. Exchange what lies
in W with what lies in X: a solution with the demand in X, and inside X every place of size s is like any
other (exchange halves). So best fit, one after the other in any order, fits whenever anything fits, and
never moves what it placed before. `tests/cidr/test_allocate.py` holds both against brute force.

That is for demands that look at the same space and must all be apart. Where some may lie on each other, or
have regions of their own, the order matters and the question is as hard as colouring a graph: then
`_Search` tries every place that is different from the others, and gives up after `MOST_STEPS`, which the
caller tells as "cannot decide".

Room to grow is the opposite wish: blocks apart rather than together. It is given first and taken back where
the blocks would not fit otherwise, so that it never costs a fit.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from reachsim.cidr.blocks import smallest_around
from reachsim.cidr.freelist import FreeList
from reachsim.net.cidr import AddressSet, Cidr, address_set, blocks_of, blocks_of_span

_HOME_BITS: Final = 4
"""A family's home is 16 times as large as what its first member holds, where nobody said how large."""
MOST_STEPS: Final = 20_000
"""Places that the exact search tries before it gives up."""


class Apart:
    """Who must be apart: everybody, but for those who share a group that may overlap and no group that
    never may.

    `never`, `may`: groups of owners. `sharing`: owners that may lie on some other owner.
    """

    __slots__ = ("_may", "_never", "sharing")

    def __init__(self, never: Iterable[Iterable[str]] = (), may: Iterable[Iterable[str]] = ()) -> None:
        self._never: dict[str, set[int]] = {}
        self._may: dict[str, set[int]] = {}
        may = [tuple(group) for group in may]
        for table, groups in ((self._never, never), (self._may, may)):
            for index, group in enumerate(groups):
                for owner in group:
                    table.setdefault(owner, set()).add(index)
        self.sharing: frozenset[str] = frozenset(
            one for group in may for one in group if any(one != other and not self(one, other) for other in group)
        )

    def __call__(self, one: str, other: str) -> bool:
        """Whether blocks of these two owners must be apart. Two blocks of one owner always must."""
        if one == other or not self._may.get(one, set()) & self._may.get(other, set()):
            return True
        return bool(self._never.get(one, set()) & self._never.get(other, set()))


class Family(NamedTuple):
    """Those that want to lie beside each other. `home`: prefix length of the block that they would like to
    have for themselves, 0 where nobody said."""

    name: str
    home: int = 0


@dataclass(frozen=True, slots=True)
class Demand:
    """One block that is asked for.

    `name`: unique among the demands. `owner`: whose it is. `region`: the blocks in one of which it must
    lie. `room`: prefix length of the aligned block that it would like to have for itself and its growth;
    its own prefix length where it asks for none. `families`: beside whom it wants to lie, the closest first.
    `smallest`: the longest prefix length that would do in need.
    """

    name: str
    owner: str
    prefix_length: int
    region: AddressSet
    room: int
    families: tuple[Family, ...] = ()
    smallest: int = 128

    @property
    def without_room(self) -> Demand:
        """The same demand, asking for its block alone."""
        return replace(self, room=self.prefix_length)


@dataclass(frozen=True, slots=True)
class TakenSpace:
    """A block that stands. `room`: the block around it that is held for its growth, if one is."""

    block: Cidr
    owner: str
    families: tuple[Family, ...] = ()
    room: Cidr | None = None


@dataclass(slots=True)
class Placement:
    """Where everything lies. `blocks` and `rooms` by demand.

    `relaxed`: not everything fits with the room that was wished, or in file order, so that the blocks lie
    closer together than they would otherwise.
    """

    blocks: dict[str, Cidr] = field(default_factory=dict)
    rooms: dict[str, Cidr] = field(default_factory=dict)
    relaxed: bool = False


class SearchGaveUp(Exception):
    """The search gave up before it knew whether the demands fit."""


class Space:
    """What is taken and what is held, as it fills up. Free space is kept for each region, and split as it
    is taken."""

    def __init__(self, taken: Iterable[TakenSpace], apart: Apart) -> None:
        self.apart = apart
        self.taken: list[TakenSpace] = list(taken)
        self.rooms: dict[str, tuple[str, Cidr]] = {}  # demand -> owner and room
        self.owned: dict[str, list[Cidr]] = {}
        self._standing_rooms = [(t.owner, t.room) for t in self.taken if t.room is not None]
        self._free: dict[tuple[AddressSet, bool], FreeList] = {}
        self._hulls: dict[AddressSet, dict[str, Cidr]] = {}
        for item in self.taken:
            self.owned.setdefault(item.owner, []).append(item.block)

    def free(self, demand: Demand, open_: bool) -> FreeList:
        """Where the demand may lie; with `open_` without the rooms that are held for others."""
        if demand.owner in self.apart.sharing:
            return FreeList(blocks_of(self._available(demand, open_)))
        key = (demand.region, open_)
        if key not in self._free:
            self._free[key] = FreeList(blocks_of(self._available(demand, open_)))
        return self._free[key]

    def _available(self, demand: Demand, open_: bool) -> AddressSet:
        used = [t.block for t in self.taken if self.apart(t.owner, demand.owner)]
        if open_:
            used += [room for _, room in (*self._standing_rooms, *self.rooms.values())]
        return demand.region - address_set(used)

    def release(self, demand: Demand) -> None:
        """Stop holding the rooms of the demand's owner where it is about to grow into them."""
        if demand.owner not in self.owned:
            return

        def stays(owner: str, room: Cidr) -> bool:
            return owner != demand.owner or not room.addresses & demand.region

        kept = [(owner, room) for owner, room in self._standing_rooms if stays(owner, room)]
        gone = [key for key, held in self.rooms.items() if not stays(*held)]
        if len(kept) < len(self._standing_rooms) or gone:
            self._standing_rooms = kept
            for key in gone:
                del self.rooms[key]
            self._free = {key: free for key, free in self._free.items() if not key[1]}

    def put(self, demand: Demand, block: Cidr, room: Cidr | None) -> None:
        """Take a block, and hold a room around it."""
        item = TakenSpace(block, demand.owner, demand.families, room)
        self.taken.append(item)
        self.owned.setdefault(demand.owner, []).append(block)
        for (_, open_), free in self._free.items():
            free.take(room if room is not None and open_ else block)
        for region, hulls in self._hulls.items():
            _stretch(hulls, region, item)
        if room is not None:
            self.rooms[demand.name] = (demand.owner, room)

    def settle(self, family: str, region: AddressSet, home: Cidr) -> None:
        """Let a family have a block as its home: the others look elsewhere first."""
        self.hulls(region)[family] = home

    def hulls(self, region: AddressSet) -> dict[str, Cidr]:
        """For each family the smallest block around its home and what it has in a region, rooms included."""
        if region not in self._hulls:
            self._hulls[region] = {}
            for item in self.taken:
                _stretch(self._hulls[region], region, item)
            self._widen(self._hulls[region])
        return self._hulls[region]

    def _widen(self, hulls: dict[str, Cidr]) -> None:
        """Give what stands of a family the home around it, where nobody else is in it."""
        homes = {family for item in self.taken for family in item.families if family.home}
        for name, home in sorted(homes):
            if name in hulls and hulls[name].prefix_length > home:
                wide = hulls[name].supernet(home)
                if not any(t.block.overlaps(wide) and all(f.name != name for f in t.families) for t in self.taken):
                    hulls[name] = wide


def _stretch(hulls: dict[str, Cidr], region: AddressSet, item: TakenSpace) -> None:
    if item.block.network in region:
        block = item.room or item.block
        for family, _ in item.families:
            hulls[family] = smallest_around([block, hulls[family]]) if family in hulls else block


def allocate(
    demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart, *, generous: bool = True
) -> Placement | None:
    """Place every demand, or return None where they do not fit. Raises SearchGaveUp.

    `generous`: look for room to grow and for space next to the family first; without it, pack by best fit
    at once. In the order of `demands`: more demands at the end leave the earlier blocks where they are,
    always without `generous`, and with it as long as the whole fits that way (`Placement.relaxed` says
    where it did not).
    """
    rooms = sum(demand.room < demand.prefix_length for demand in demands)
    passes = [rooms >> shift for shift in range(rooms.bit_length())] or [0]
    for index, kept in enumerate(passes if generous else ()):
        placement = _place(demands, taken, apart, kept, compact=False)
        if placement is not None:
            placement.relaxed = index > 0
            return placement
    placement = _place(demands, taken, apart, 0, compact=True)
    if placement is not None:
        placement.relaxed = generous
        return placement
    if is_plain(demands, apart):
        return None  # best fit fits whenever anything does
    blocks = _Search(demands, taken, apart).run()
    if blocks is None:
        return None
    return Placement({demand.name: blocks[demand.name] for demand in demands}, {}, relaxed=True)


def unplaced(demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart) -> list[Demand]:
    """The demands that find no place when all others are placed in order, without room."""
    space = Space(taken, apart)
    out: list[Demand] = []
    for demand in demands:
        found = _slot_compact(space, demand)
        if found is None:
            out.append(demand)
        else:
            space.put(demand, *found)
    return out


def is_plain(demands: Sequence[Demand], apart: Apart) -> bool:
    """Whether all demands must be apart and look at spaces that are equal or apart: then best fit is
    exact."""
    if any(demand.owner in apart.sharing for demand in demands):
        return False
    regions = list(dict.fromkeys(demand.region for demand in demands))
    return all(one.isdisjoint(other) for i, one in enumerate(regions) for other in regions[i + 1 :])


def _place(
    demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart, rooms: int, *, compact: bool
) -> Placement | None:
    """One pass in order. The first `rooms` demands that ask for room may have it; `compact`: pure best
    fit."""
    space = Space(taken, apart)
    placement = Placement()
    for demand in demands:
        wants = demand.room < demand.prefix_length and rooms > 0
        rooms -= wants
        space.release(demand)
        found = _slot_compact(space, demand) if compact else _slot(space, demand, wants)
        if found is None:
            return None
        block, room = found
        space.put(demand, block, room)
        placement.blocks[demand.name] = block
        if room is not None:
            placement.rooms[demand.name] = room
    # A room counts only where nobody had to be put into it, and the block's owner did not grow out of it.
    placement.rooms = {
        name: room
        for name, room in placement.rooms.items()
        if name in space.rooms
        and not any(t.block.overlaps(room) and t.owner != space.rooms[name][0] for t in space.taken)
    }
    return placement


def _slot_compact(space: Space, demand: Demand) -> tuple[Cidr, None] | None:
    width = _width(demand.region)
    best = space.free(demand, open_=False).best_fit(width, demand.prefix_length)
    return (Cidr(best.network, demand.prefix_length), None) if best else None


def _slot(space: Space, demand: Demand, wants: bool) -> tuple[Cidr, Cidr | None] | None:
    """Room and block if there is both, else the block, in space that nobody holds or at last in somebody's
    room."""
    width = _width(demand.region)
    if wants:
        room = _beside_family(space, demand, demand.room, width, open_=True)
        if room is not None:
            return Cidr(room.network, demand.prefix_length), room
    for open_ in (True, False):
        block = _beside_family(space, demand, demand.prefix_length, width, open_=open_)
        if block is not None:
            return block, None
    return None


def _beside_family(space: Space, demand: Demand, length: int, width: int, *, open_: bool) -> Cidr | None:
    """A free block of that length: as near to the family as can be, and out of the way of other families."""
    free = space.free(demand, open_)
    if free.best_fit(width, length) is None:
        return None
    hulls = space.hulls(demand.region)
    own = [block for block in space.owned.get(demand.owner, ()) if block.network in demand.region]
    names = {family.name for family in demand.families}
    others = FreeList(free.blocks())
    for family, hull in hulls.items():
        if family not in names:
            others.take(hull)
    found = _near(smallest_around(own), 0, length, width, (free,)) if own else None
    if found is not None:
        return found
    _settle(space, demand, length, width, hulls, others)
    found = _near_families(demand, length, width, hulls, others, free)
    if found is not None:
        return found
    best = others.best_fit(width, length) or free.best_fit(width, length)
    return Cidr(best.network, length) if best else None


def _settle(space: Space, demand: Demand, length: int, width: int, hulls: Mapping[str, Cidr], others: FreeList) -> None:
    """The first of a family settles: with space around it, so that those who follow come under one route with it.

    How much may not depend on those who follow, or one more of them would move all. The home of an inner family lies in
    that of the outer one.
    """
    around: Cidr | None = None
    for name, home in reversed(demand.families):
        if name not in hulls:
            lengths = [home] if home else range(max(length - _HOME_BITS, 1), length)
            wide, best = _home(lengths, length, width, around, others)
            if best is not None:
                space.settle(name, demand.region, Cidr(best.network, wide))
        around = hulls.get(name, around)


def _home(
    lengths: Iterable[int], length: int, width: int, around: Cidr | None, others: FreeList
) -> tuple[int, Cidr | None]:
    """The widest room for a family, inside the home of the family around it if that has any."""
    for wide in lengths:
        if wide > length:
            continue
        best = others.best_fit(width, wide, around)
        if best is None and around is not None:
            best = others.best_fit(width, wide)
        if best is not None:
            return wide, best
    return length, None


def _near_families(
    demand: Demand, length: int, width: int, hulls: Mapping[str, Cidr], others: FreeList, free: FreeList
) -> Cidr | None:
    """A free block near a family that has settled: inside its home first, the innermost family first."""
    settled = [family for family in demand.families if family.name in hulls]
    inside = 0  # what an inner family found nothing near is looked for from there on
    for name, home in settled:
        found = _near(hulls[name], home or inside, length, width, (others, free) if home else (free,))
        if found is not None:
            return found
    for name, _ in settled:
        found = _near(hulls[name], 0, length, width, (others, free))
        if found is not None:
            return found
    return None


def _near(hull: Cidr, widest: int, length: int, width: int, spaces: Sequence[FreeList]) -> Cidr | None:
    """A free block as near to `hull` as can be, inside the block of prefix length `widest` around it."""
    for free in spaces:
        for around in range(min(hull.prefix_length, length), widest - 1, -1):
            best = free.best_fit(width, length, hull.supernet(around))
            if best is not None:
                return Cidr(best.network, length)
    return None


def _width(region: AddressSet) -> int:
    return 32 if not region.spans or region.first < 1 << 32 else 128


class _Search:
    """Every placement that is different, the largest demands first.

    Two places are alike where the same owners and the same regions cover them: blocks that come later are
    no larger, so what lies in one can be exchanged with what lies in the other, and of places in unequal
    free blocks the one in the smaller free block is as good (see the top of this file). What is left to try
    are the kinds of covered places, and the places that lie over more than one kind.
    """

    def __init__(self, demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart) -> None:
        self.demands = sorted(demands, key=lambda demand: demand.prefix_length)
        self.taken = list(taken)
        self.apart = apart
        self.regions = list(dict.fromkeys(demand.region for demand in demands))
        self.steps = 0

    def run(self) -> dict[str, Cidr] | None:
        """Where everything lies, or None where nothing fits. Raises SearchGaveUp."""
        found: dict[str, Cidr] = {}
        return found if self._from(0, found) else None

    def _from(self, index: int, found: dict[str, Cidr]) -> bool:
        if index == len(self.demands):
            return True
        demand = self.demands[index]
        for block in self._places(demand):
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise SearchGaveUp
            found[demand.name] = block
            self.taken.append(TakenSpace(block, demand.owner))
            if self._from(index + 1, found):
                return True
            self.taken.pop()
            del found[demand.name]
        return False

    def _places(self, demand: Demand) -> list[Cidr]:
        apart = [t.block for t in self.taken if self.apart(t.owner, demand.owner)]
        available = demand.region - address_set(apart)
        borders = sorted(
            {low for t in self.taken for low in (t.block.span[0], t.block.span[1] + 1)}
            | {low for region in self.regions for span in region.spans for low in (span[0], span[1] + 1)}
        )
        alike: dict[tuple[frozenset[str], frozenset[int]], Cidr] = {}
        over: set[Cidr] = set()
        for low, high in available.spans:
            starts = [low, *borders[bisect_left(borders, low + 1) : bisect_left(borders, high + 1)], high + 1]
            for start, end in itertools.pairwise(starts):
                for atom in blocks_of_span(start, end - 1):
                    if atom.prefix_length > demand.prefix_length:
                        over.add(atom.supernet(demand.prefix_length))
                        continue
                    kind = (
                        frozenset(t.owner for t in self.taken if atom.network in t.block),
                        frozenset(i for i, region in enumerate(self.regions) if atom.network in region),
                    )
                    if kind not in alike or atom.prefix_length > alike[kind].prefix_length:
                        alike[kind] = atom
        places = [Cidr(atom.network, demand.prefix_length) for atom in alike.values()]
        places += [block for block in over if block.addresses <= available]
        # On what its fellows have already first, since that costs nothing new.
        return sorted(set(places), key=lambda block: (-self._covered(block), block))

    def _covered(self, block: Cidr) -> int:
        return (block.addresses & address_set(t.block for t in self.taken)).count
