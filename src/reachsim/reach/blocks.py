"""The work of a matrix: the answers of one source routing class to all others, as ints.

One walk there and back serves every pair of classes between which walks are alike (`reachsim.reach.template_book`); all
that it serves from one routing class are computed side by side, and each pair is then a handful of `&`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import reduce
from itertools import groupby, repeat
from operator import and_, or_
from threading import Lock
from typing import Any

from reachsim.dataplane.filters import Direction, Filter, FilterBook, Viewpoint
from reachsim.dataplane.site import VpcSite
from reachsim.flow.ports import Back, choices_of
from reachsim.net.traffic import TCP, UDP
from reachsim.reach.atoms import Atoms
from reachsim.reach.classes import Classes, InterfaceClass, RoutingClass
from reachsim.reach.destinations import DestinationSides
from reachsim.reach.flow_answer import perhaps
from reachsim.reach.row import Row, rows_of
from reachsim.reach.side import OwnFilters, Side
from reachsim.reach.template import Own, Template, Term
from reachsim.reach.template_book import TemplateBook, Ways
from reachsim.rules.clauses import ANYONE
from reachsim.stages import going_over
from reachsim.topology.endpoints import Endpoints

FamilyAnswer = tuple[bool, int, int, tuple[int, ...]]
"""The answer in one address family: whether it is IPv6, services delivered, services of answers that come back, and what
NAT devices lose of them (`reachsim.flow.ports.Back`)."""
ClassAnswer = tuple[FamilyAnswer, ...]
"""The answer for a pair of classes: one entry for each family in which anything is delivered."""
NO_ANSWER: ClassAnswer = ()
UNDECIDED_SERVICES = -1
"""In place of services in an entry: reachsim cannot decide the answer in this address family."""


@dataclass(slots=True)
class ClassAnswers:
    """Distinct answers, by number: 0 is nothing. `known`: the answers in the order of their numbers; it grows."""

    numbers: dict[ClassAnswer, int] = field(default_factory=lambda: {NO_ANSWER: 0})
    known: list[ClassAnswer] = field(default_factory=lambda: [NO_ANSWER])

    def number(self, answer: ClassAnswer) -> int:
        """The number of an answer."""
        found = self.numbers.get(answer)
        if found is None:
            with _NUMBERING:  # two threads of an executor must not give one number twice
                found = self.numbers.get(answer)
                if found is None:
                    found = len(self.known)
                    self.known.append(answer)
                    self.numbers[answer] = found
        return found


_NUMBERING = Lock()
_BYTES = 1 << 28
"""Memory that masks of rows which are put together at once may take, if no two are equal: with a thousand groups of sixty
rules each, of ports of their own, one mask takes 8 kB."""
ANSWERS_KEPT = 200_000
_TEMPLATES_KEPT = 500_000
_CELLS_KEPT = 2_000_000
"""What a worker remembers while blocks of rows go by: of each about 100 MB at the most."""
Masks = list[list[int]]
"""A mask for each pair of classes of two sides: by source class, then by destination class."""
Losses = list[list[tuple[int, ...]]]
"""What NAT devices lose (`reachsim.flow.ports.Back`), for each pair of classes in the same order."""
_Found = tuple[bool, Masks, Masks, Losses | None]
"""The answers of one flow: IPv6 or not, services delivered, services of answers that come back, and what NAT devices lose of
these; None for nothing."""


PairAnswer = tuple[int, int, tuple[int, ...]]
"""The same of one pair of classes."""


class BlockWorker:
    """Computes rows of the matrix. One for each process."""

    def __init__(
        self, endpoints: Endpoints, book: FilterBook, classes: Classes, atoms: Atoms, templates: TemplateBook
    ) -> None:
        self.endpoints = endpoints
        self.book = book
        self.classes = classes
        self.atoms = atoms
        self.answers = ClassAnswers()
        self.templates = templates
        self.cells: dict[tuple[tuple[bool, bool], ...], _Cells] = {}
        self.known_backs = _Backs(atoms)
        self.known_worse: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[int, ...]] = {}

    def asking(self, book: FilterBook) -> BlockWorker:
        """The same, with what is known so far, looking filters up in a book that records it. Every filter is looked up
        before what it lets through is, known or not, so the record is whole."""
        out = copy(self)
        out.book = book
        return out

    def remembering_less(self) -> BlockWorker:
        """The same, without what was remembered, once that is much: for work without end."""
        out = copy(self)
        if len(out.answers.known) > ANSWERS_KEPT:
            out.answers, out.cells = ClassAnswers(), {}
        if sum(map(len, out.cells.values())) > _CELLS_KEPT:
            out.cells = {}
        if len(out.templates) > _TEMPLATES_KEPT:
            out.templates = TemplateBook()
        if len(out.known_backs) + len(out.known_worse) > ANSWERS_KEPT:
            out.known_backs, out.known_worse = _Backs(out.atoms), {}
        return out

    def rows_to(self, whole: RoutingClass, source: RoutingClass, destinations: DestinationSides) -> dict[int, Row]:
        """Rows of some classes (`source`) of one routing class (`whole`), to some destinations."""
        blocks = destinations.blocks(whole, self.templates, self.endpoints)
        mask = self.atoms.everything.bit_length() // 8 + 1
        together = max(1, _BYTES // (mask * max(1, len(destinations.places))))
        rows: dict[int, Row] = {}
        for first in range(0, len(source.classes), together):
            rows |= self._rows_of(source.classes[first : first + together], blocks, destinations.places)
        return rows

    def _rows_of(
        self, classes: list[InterfaceClass], blocks: list[tuple[Ways, Side]], places: Mapping[int, int]
    ) -> dict[int, Row]:
        """Rows of classes that walk alike, which are put together at once."""
        a = Side(classes)
        columns: list[int] = []
        numbers: list[list[int]] = [[] for _ in classes]
        for ways, b in blocks:
            columns += [places[each.index] for each in b.classes]
            each_row = going_over("rows of the matrix", numbers)
            for row, found in zip(each_row, self.numbers(self.answers_of(ways.templates, a, b)), strict=True):
                row += found
        told = {column: at for at, column in enumerate(columns)}
        for row, each in zip(numbers, classes, strict=True):
            at = told.get(places.get(each.index, -1)) if len(each.members) == 1 else None
            if at is not None:
                row[at] = 0  # an interface and itself
        rows = rows_of(len(places), told, numbers, len(self.answers.known) - 1)
        return {each.index: row for each, row in zip(classes, rows, strict=True)}

    def answers_of(self, templates: tuple[Template, ...], source: Side, destination: Side) -> list[_Found]:
        """The answers of all flows; of those of which AWS takes one, what all of them let through."""
        out: dict[Hashable, _Found] = {}
        for index, ways in groupby(templates, key=lambda template: template.flow):
            each = [(template, self.answer(template, source, destination)) for template in ways]
            found, key = each[0][1], index if each[0][0].pick is None else each[0][0].pick
            if len(each) > 1:
                found, out["chosen", index] = self.whichever([answer for _, answer in each])
            known = out.get(key)
            out[key] = found if known is None else self.both(known, found)
            for number, (template, answer) in enumerate(() if self.atoms.known else each):
                best = self.answer(template, source, destination, at_best=True)
                out["not known", index, number] = _where_they_differ(answer, best)
        return list(out.values())

    def whichever(self, each: Sequence[_Found]) -> tuple[_Found, _Found]:
        """Of answers of which AWS chooses one: what holds for every one, and marks where they do not say the same."""
        ipv6, *_ = each[0]
        rows = [list(zip(*ways, strict=True)) for ways in zip(*map(_by_pair, each), strict=True)]
        found = [[self.in_all(ways) for ways in row] for row in rows]
        there, back = [[pair[0] for pair in row] for row in found], [[pair[1] for pair in row] for row in found]
        lost, marks = [[pair[2] for pair in row] for row in found], [[pair[3] for pair in row] for row in found]
        return (ipv6, there, back, lost if any(map(any, lost)) else None), (ipv6, marks, marks, None)

    def in_all(self, ways: tuple[PairAnswer, ...]) -> tuple[int, int, tuple[int, ...], int]:
        """Of one pair's answers, as `reachsim.reach.flow_answer` says it of a flow: services delivered with each, answers
        that come back with each, what NAT devices lose of these, and a mark if some of it is undecided."""
        first = ways[0]
        if all(way == first for way in ways):
            return *first, 0
        theres, backs = [way[0] for way in ways], [way[1] for way in ways]
        if UNDECIDED_SERVICES in theres:
            return 0, 0, (), UNDECIDED_SERVICES
        there, lost = reduce(and_, theres), first[2]
        back = 0 if UNDECIDED_SERVICES in backs else reduce(and_, backs)
        if any(way[2] != lost for way in ways):
            back &= ~(self.atoms.tcp | self.atoms.udp)
        maybe = reduce(or_, backs) & self.atoms.everything & ~back
        unsure = there != reduce(or_, theres) or self.perhaps(there, maybe)
        return there, back, lost, UNDECIDED_SERVICES if unsure else 0

    def perhaps(self, there: int, maybe: int) -> bool:
        """Whether of what is delivered something may come back, where some answers may."""
        return bool(maybe and there and perhaps(self.atoms.traffic(there), self.atoms.traffic(maybe)))

    def both(self, one: _Found, other: _Found) -> _Found:
        """What is in both of two answers; what cannot be decided in one of them cannot: AWS may take that way. Of what NAT
        devices lose, the worse counts."""
        there, back = _each(_meet, one[1], other[1]), _each(_meet, one[2], other[2])
        if one[3] == other[3]:
            return one[0], there, back, one[3]
        nothing: Losses = [[()] * len(row) for row in there]
        pairs = zip(one[3] or nothing, other[3] or nothing, strict=True)
        return one[0], there, back, [[self.worse(x, y) for x, y in zip(*rows, strict=True)] for rows in pairs]

    def worse(self, one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
        """Of two losses the greater one, for TCP and for UDP."""
        if one == other:
            return one
        known = self.known_worse.get((one, other))
        if known is None:
            out = [0] * max(len(one), len(other))
            for protocol, whole in ((TCP, self.atoms.tcp), (UDP, self.atoms.udp)):
                mine, theirs = (choices_of(map(self.atoms.traffic, lost), protocol).loss for lost in (one, other))
                for index, mask in enumerate(one if mine >= theirs else other):
                    out[index] |= mask & whole
            known = self.known_worse[one, other] = tuple(mask for mask in out if mask)
        return known

    def answer(self, template: Template, source: Side, destination: Side, *, at_best: bool = False) -> _Found:
        """The answers of one flow for all pairs of classes; `at_best`: whatever the rules say that are not known."""
        family = self.atoms.families[template.ipv6]
        if template.never:
            none = [[0] * len(destination.classes)] * len(source.classes)
            return template.ipv6, none, none, None
        about = family if template.about is None else family & self.atoms.mask(template.about)
        there = self.product(template.forward, source, destination, about, at_best)
        if template.undecided:  # what filters stop before the unknown is decided
            if template.anyway:
                anyway = self.product(template.anyway, source, destination, about, at_best=True)
                there = _each(and_, there, anyway)
            unknown = [[UNDECIDED_SERVICES if mask else 0 for mask in row] for row in there]
            return template.ipv6, unknown if template.undecided == "there" else there, unknown, None
        if not template.answered or not any(map(any, there)):
            return template.ipv6, there, [[0] * len(destination.classes)] * len(source.classes), None
        inner = self.product(template.inner, source, destination, family, at_best)
        if not template.beyond:
            return template.ipv6, there, inner, None
        everything = self.atoms.everything
        beyond = [self.product(terms, source, destination, everything, at_best) for terms in template.beyond]
        back = self.known_backs.__getitem__
        backs = [list(map(back, zip(*rows, strict=True))) for rows in zip(inner, *beyond, strict=True)]
        losses = [[back.lost for back in row] for row in backs]
        return template.ipv6, there, [[back.ever for back in row] for row in backs], losses

    def product(self, terms: tuple[Term, ...], a: Side, b: Side, start: int, at_best: bool) -> Masks:
        """The intersection of `start` and some terms, for all pairs of classes.

        Terms that look at one end only are computed once for each class, not for each pair.
        """
        for_a: list[int] = [start] * len(a.classes)
        for_b: list[int] | None = None
        by_both: list[list[list[int]]] = []
        for term in terms:
            side, values = self.by_one(term, a, b, at_best)
            if side == "both":
                by_both.append(self.by_pair(term, a, b, at_best))
            elif values and side == "a":
                for_a = list(map(and_, for_a, values))
            elif values:
                for_b = values if for_b is None else list(map(and_, for_b, values))
        width = len(b.classes)
        out = [[x] * width if for_b is None else [x & y for y in for_b] for x in for_a]
        for rows in by_both:
            out = [list(map(and_, row, values)) for row, values in zip(out, rows, strict=True)]
        return out

    def by_one(self, term: Term, a: Side, b: Side, at_best: bool) -> tuple[str, list[int]]:
        """Of a term that depends on one end alone, which that is and the mask of each of its classes, none of them where
        everything passes; "both" for one that depends on both."""
        owner, end = term.owner, term.end
        if not owner:
            return end or "a", self.fixed_values(term, b if end == "b" else a, at_best)
        mine, other = (a, b) if owner == "a" else (b, a)
        own = mine.own(term, self.book, self.atoms, at_best)
        if own.open:
            return owner, []
        if not end:
            anyone = term.groups == ANYONE
            peer = term.peer, (term.groups,) * len(own.viewers)
            return owner, own.of_anyone(term.peer) if anyone else own.row(*peer, term.service)
        if end == owner:
            columns = [self.column(filter, term, mine, at_best, vpc) for filter, vpc in own.filters]
            return owner, [columns[k][i] for i, k in enumerate(own.index)]
        if len(other.classes) == 1:
            return owner, self.to_peers(term, own, other)[0]
        if len(own.filters) == 1:
            ((filter, vpc),) = own.filters
            return end, self.column(filter, term, other, at_best, vpc)
        return "both", []

    def by_pair(self, term: Term, a: Side, b: Side, at_best: bool) -> list[list[int]]:
        """Of a term about one end's own filters and the other end's addresses, the mask of each pair of classes."""
        if term.owner == "b":
            return self.to_peers(term, b.own(term, self.book, self.atoms, at_best), a)
        own = a.own(term, self.book, self.atoms, at_best)
        columns = [self.column(filter, term, b, at_best, vpc) for filter, vpc in own.filters]
        return list(map(columns.__getitem__, own.index))

    def to_peers(self, term: Term, own: OwnFilters, peers: Side) -> list[list[int]]:
        """For each class of a side what filters of the other side's own let through between it and each of theirs."""
        addresses = peers.addresses(term.which)
        if term.carried is not None:
            carried = (term.carried,) * len(own.viewers)
            return [own.row(address, carried, term.service) for address in addresses]
        inbound = term.direction is Direction.INGRESS
        viewers = own.viewers if isinstance(term.vpc, Own) else (term.vpc,) * len(own.viewers)
        seen = [peers.seen(term.which, viewer, inbound=inbound) for viewer in viewers]
        each = zip(*seen, strict=True) if seen else repeat((), len(addresses))
        pairs = zip(addresses, each, strict=True)
        rows = going_over("interfaces asked about", pairs, len(addresses))
        return [own.row(address, groups, term.service) for address, groups in rows]

    def fixed_values(self, term: Term, side: Side, at_best: bool) -> list[int]:
        """What a filter that is no end's lets through for each class of a side; nothing where it is open."""
        assert term.filter is not None
        filter = self.book[term.filter]
        if filter.open:
            return []
        if term.end:
            return self.column(filter, term, side, at_best)
        mask = self.asked(term, self.atoms.row(filter, term.peer, term.groups, at_best=at_best))
        return [mask] * len(side.classes)

    def column(self, filter: Filter, term: Term, side: Side, at_best: bool, owner: VpcSite | None = None) -> list[int]:
        """What a filter lets through to or from each class of a side, by one of its addresses. `owner`: the VPC of whose
        filter it is."""
        filter = self.atoms.first_alike(filter)
        viewpoint = None
        if filter.named_groups:
            viewpoint = owner if isinstance(term.vpc, Own) else term.vpc
        key = filter, term.which, viewpoint, term.service, term.carried, at_best
        column = side.columns.get(key)
        if column is None:
            column = self.passing(filter, term, side, viewpoint, at_best)
            if term.service is not None:
                column = [self.asked(term, mask) for mask in column]
            side.remember(key, column)
        return column

    def passing(self, filter: Filter, term: Term, side: Side, viewpoint: Viewpoint | None, at_best: bool) -> list[int]:
        """What a filter lets through to or from each class of a side."""
        starts, carried, addresses = filter.starts, term.carried, side.addresses(term.which)
        if not filter.named_groups:
            runs = self.atoms.by_run(filter, at_best=at_best)
            return [runs[bisect_right(starts, address)] for address in addresses]
        members = self.atoms.by_member(filter, at_best=at_best)
        if carried is not None:
            return [members[bisect_right(starts, address), carried] for address in addresses]
        seen = side.seen(term.which, viewpoint, inbound=filter.direction is Direction.INGRESS)
        return [members[bisect_right(starts, address), groups] for address, groups in zip(addresses, seen, strict=True)]

    def asked(self, term: Term, passing: int) -> int:
        """What passes of the traffic as the client sends it: all or nothing where a filter is asked about one service."""
        return passing if term.service is None else self.atoms.whether(term.service, passing)

    def numbers(self, answers: list[_Found]) -> Iterator[Iterator[int]]:
        """The numbers of answers between all classes of two sides: by source class, then by destination class."""
        kind = tuple((ipv6, lost is not None) for ipv6, _, _, lost in answers)
        cells = self.cells.setdefault(kind, _Cells(kind, self.answers))
        parts: list[Iterable[Sequence[Hashable]]] = []
        for _, there, back, lost in answers:
            parts += (there, back) if lost is None else (there, back, lost)
        return (map(cells.__getitem__, zip(*each, strict=True)) for each in zip(*parts, strict=True))


class _Backs(dict[tuple[int, ...], Back[int]]):
    """What comes back, of what passes at each depth. Few pairs differ in it."""

    def __init__(self, atoms: Atoms) -> None:
        super().__init__()
        self._atoms = atoms

    def __missing__(self, passing: tuple[int, ...]) -> Back[int]:
        self[passing] = found = self._atoms.way_back.back(passing[0], passing[1:])
        return found


class _Cells(dict[tuple[Any, ...], int]):
    """Numbers of answers by the masks and losses that they are made of; `kind`: of each flow, whether it is IPv6 and whether
    it has losses."""

    def __init__(self, kind: tuple[tuple[bool, bool], ...], answers: ClassAnswers) -> None:
        super().__init__()
        self._kind = kind
        self._answers = answers

    def __missing__(self, cell: tuple[Any, ...]) -> int:
        rest = iter(cell)
        entries = [(ipv6, next(rest), next(rest), next(rest) if losing else ()) for ipv6, losing in self._kind]
        number = self[cell] = self._answers.number(tuple(entry for entry in entries if entry[1]))
        return number


def _where_they_differ(sure: _Found, best: _Found) -> _Found:
    """That nothing is decided between the pairs whose answer hangs on rules that are not known."""
    marks = [
        [UNDECIDED_SERVICES if x != y else 0 for x, y in zip(*rows, strict=True)]
        for rows in zip(map(_told, *sure[1:3], _losses(sure)), map(_told, *best[1:3], _losses(best)), strict=True)
    ]
    return sure[0], marks, marks, None


def _by_pair(found: _Found) -> Iterator[Iterator[PairAnswer]]:
    """What an answer says of each pair, by source class and destination class."""
    rows = zip(found[1], found[2], _losses(found), strict=True)
    return (zip(*row, strict=True) for row in rows)


def _losses(found: _Found) -> Losses:
    return [[()] * len(row) for row in found[1]] if found[3] is None else found[3]


def _told(there: list[int], back: list[int], lost: list[tuple[int, ...]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """What a row says of each pair, with nothing of what comes back where nothing is delivered."""
    rows = zip(there, back, lost, strict=True)
    return [(masks[0], masks[1], masks[2]) if masks[0] else (0, 0, ()) for masks in rows]


def _each(operate: Callable[[int, int], int], one: Masks, other: Masks) -> Masks:
    return [[operate(x, y) for x, y in zip(*rows, strict=True)] for rows in zip(one, other, strict=True)]


def _meet(one: int, other: int) -> int:
    return UNDECIDED_SERVICES if UNDECIDED_SERVICES in (one, other) else one & other
