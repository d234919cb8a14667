"""The work of a matrix: the answers of one source routing class to all others, as ints.

One walk there and back serves every pair of classes between which walks are alike (`reachsim.reach.template`); each pair
is then a handful of `&`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import reduce
from itertools import groupby
from operator import and_, or_
from threading import Lock

from reachsim.dataplane.filters import Direction, Filter, FilterBook
from reachsim.flow.ports import Back, choices_of
from reachsim.net.traffic import TCP, UDP
from reachsim.reach.atoms import Atoms
from reachsim.reach.classes import Classes, InterfaceClass, RoutingClass
from reachsim.reach.flow_answer import perhaps
from reachsim.reach.template import Template, Term, templates_of
from reachsim.rules.clauses import NO_GROUPS
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.flows import flows

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
ANSWERS_KEPT = 200_000
_TEMPLATES_KEPT = 500_000
_VALUES_KEPT = 2_000_000
"""What a worker remembers while blocks of rows go by: of each about 100 MB at the most."""
Templates = dict[tuple[Hashable, Hashable], tuple[Template, ...]]
"""Templates by the keys of source and destination. They say nothing of rules, so edited copies share them."""
Masks = list[list[int]]
"""A mask for each pair of classes of two routing classes: by source class, then by destination class."""
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
        self, endpoints: Endpoints, book: FilterBook, classes: Classes, atoms: Atoms, templates: Templates
    ) -> None:
        self.endpoints = endpoints
        self.book = book
        self.classes = classes
        self.atoms = atoms
        self.answers = ClassAnswers()
        self.templates = templates
        self.lost: dict[Hashable, list[tuple[int, int]]] = {}
        self.known_backs: dict[tuple[int, ...], Back[int]] = {}
        self.known_worse: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[int, ...]] = {}
        self.columns: dict[Hashable, list[int]] = {}

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
            out.answers = ClassAnswers()
        if len(out.templates) > _TEMPLATES_KEPT:
            out.templates, out.lost = {}, {}
        if sum(map(len, out.columns.values())) > _VALUES_KEPT:
            out.columns = {}
        if len(out.known_backs) + len(out.known_worse) > ANSWERS_KEPT:
            out.known_backs, out.known_worse = {}, {}
        return out

    def rows_to(
        self,
        whole: RoutingClass,
        source: RoutingClass,
        destinations: Iterable[tuple[RoutingClass, RoutingClass]],
        columns: Sequence[int] | Mapping[int, int],
    ) -> dict[int, array[int]]:
        """Rows of some classes (`source`) of one routing class (`whole`), to such parts of others. `columns`: where in a row
        the number for each class stands, by the class's index."""
        rows = {a.index: array("I", bytes(4 * len(columns))) for a in source.classes}
        for whole_b, destination in destinations:
            if not whole_b.first.takes or (whole is whole_b and whole.second() is None):
                continue
            templates = self.templates_between(whole, whole_b)
            if templates:
                self.write(rows, columns, source, destination, self.answers_of(templates, source, destination))
        return rows

    def templates_between(self, source: RoutingClass, destination: RoutingClass) -> tuple[Template, ...]:
        """The templates of all flows between two routing classes; those of sources that walk alike are made once.

        A destination in the source's own subnet is reached on the link, so there each source has its own.
        """
        neighbours = source.first.subnet is destination.first.subnet
        key = (source.key if neighbours else (source.broad, routes_from(source, destination))), destination.key
        found = self.templates.get(key)
        if found is None or not (neighbours or all(template.serves(source.first) for template in found)):
            target = source.second() if source is destination else destination.first
            assert target is not None
            lost = self.lost.setdefault(source.key if neighbours else source.alike, [])
            ends = self.endpoints
            asked = flows(ends.of_interface(source.first), ends.of_interface(target), ends)
            found = tuple(one for number, flow in enumerate(asked) for one in templates_of(flow, lost, number))
            self.templates[key] = found
        return found

    def answers_of(
        self, templates: tuple[Template, ...], source: RoutingClass, destination: RoutingClass
    ) -> list[_Found]:
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
        """What is in both of two answers; what cannot be decided in one of them cannot where the other has something. Of
        what NAT devices lose, the worse counts."""
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

    def answer(
        self, template: Template, source: RoutingClass, destination: RoutingClass, *, at_best: bool = False
    ) -> _Found:
        """The answers of one flow for all pairs of classes; `at_best`: whatever the rules say that are not known."""
        family = self.atoms.families[template.ipv6]
        if template.never:
            none = [[0] * len(destination.classes)] * len(source.classes)
            return template.ipv6, none, none, None
        about = family if template.about is None else family & self.atoms.mask(template.about)
        there = self.product(template.forward, source, destination, about, at_best)
        if template.undecided:  # what filters stop before the unknown is decided
            unknown = [[UNDECIDED_SERVICES if mask else 0 for mask in row] for row in there]
            return template.ipv6, unknown if template.undecided == "there" else there, unknown, None
        if not template.answered or not any(map(any, there)):
            return template.ipv6, there, [[0] * len(destination.classes)] * len(source.classes), None
        inner = self.product(template.inner, source, destination, family, at_best)
        if not template.beyond:
            return template.ipv6, there, inner, None
        everything = self.atoms.everything
        beyond = [self.product(terms, source, destination, everything, at_best) for terms in template.beyond]
        backs = [[self.back(key) for key in zip(*rows, strict=True)] for rows in zip(inner, *beyond, strict=True)]
        losses = [[back.lost for back in row] for row in backs]
        return template.ipv6, there, [[back.ever for back in row] for row in backs], losses

    def back(self, passing: tuple[int, ...]) -> Back[int]:
        """What comes back, of what passes at each depth. Few pairs differ in it."""
        found = self.known_backs.get(passing)
        if found is None:
            found = self.known_backs[passing] = self.atoms.way_back.back(passing[0], passing[1:])
        return found

    def product(
        self, terms: tuple[Term, ...], source: RoutingClass, destination: RoutingClass, start: int, at_best: bool
    ) -> Masks:
        """The intersection of `start` and some terms, for all pairs of classes.

        Terms that look at one end only are computed once for each class, not for each pair.
        """
        for_a: list[int] = [start] * len(source.classes)
        for_b: list[int] | None = None
        by_both: list[Term] = []
        for term in terms:
            if term.owner in ("a", "b"):
                if term.end and term.end != term.owner:
                    by_both.append(term)
                    continue
                own = [self.own_value(term, c, at_best) for c in (source if term.owner == "a" else destination).classes]
                if term.owner == "a":
                    for_a = [x & y for x, y in zip(for_a, own, strict=True)]
                else:
                    for_b = own if for_b is None else [x & y for x, y in zip(for_b, own, strict=True)]
                continue
            filter = self.book[self.subnet_filter(term, source) if term.owner else term.filter]
            if filter.open:
                continue
            if not term.end:
                mask = self.asked(term, self.atoms.row(filter, term.peer, term.groups, at_best=at_best))
                for_a = [x & mask for x in for_a]
            elif term.end == "a":
                column = self.column(filter, term, source, at_best)
                for_a = [x & y for x, y in zip(for_a, column, strict=True)]
            else:
                column = self.column(filter, term, destination, at_best)
                for_b = column if for_b is None else [x & y for x, y in zip(for_b, column, strict=True)]
        if for_b is None:
            width = len(destination.classes)
            out = [[x] * width for x in for_a]
        else:
            out = [[x & y for y in for_b] for x in for_a]
        for term in by_both:
            if term.owner == "a":
                for i, c in enumerate(source.classes):
                    filter = self.own_filter(term, c)
                    if not filter.open:
                        column = self.column(filter, term, destination, at_best)
                        out[i] = [x & y for x, y in zip(out[i], column, strict=True)]
            else:
                columns = [self.column(self.own_filter(term, c), term, source, at_best) for c in destination.classes]
                out = [[x & column[i] for x, column in zip(row, columns, strict=True)] for i, row in enumerate(out)]
        return out

    def subnet_filter(self, term: Term, source: RoutingClass) -> Filter:
        """The filter of the ACL of a source's own subnet that a term means, as it was built."""
        subnet = source.first.subnet
        return subnet.egress if term.direction is Direction.EGRESS else subnet.ingress

    def column(self, filter: Filter, term: Term, outer: RoutingClass, at_best: bool) -> list[int]:
        """What a filter lets through to or from each class of a routing class, by one of its addresses."""
        key = filter, term.which, term.vpc, term.service, term.carried, outer, at_best
        column = self.columns.get(key)
        if column is None:
            column = self.columns[key] = [self.value(filter, term, c, at_best) for c in outer.classes]
        return column

    def value(self, filter: Filter, term: Term, end: InterfaceClass, at_best: bool) -> int:
        """What a filter lets through to or from a class, by one of its addresses."""
        address = end.first.places[term.which]
        if term.carried is not None:
            groups = term.carried
        elif term.vpc is None:
            groups = NO_GROUPS
        else:
            groups = term.vpc.groups_at(address, inbound=filter.direction is Direction.INGRESS)
        return self.asked(term, self.atoms.row(filter, address, groups, at_best=at_best))

    def asked(self, term: Term, passing: int) -> int:
        """What passes of the traffic as the client sends it: all or nothing where a filter is asked about one service."""
        if term.service is None:
            return passing
        return self.atoms.everything if passing & self.atoms.mask_of(term.service) else 0

    def own_filter(self, term: Term, owner: InterfaceClass) -> Filter:
        """The filter of a class's own groups that a term means."""
        own = owner.first.egress if term.direction is Direction.EGRESS else owner.first.ingress
        assert own is not None
        return self.book[own]

    def own_value(self, term: Term, owner: InterfaceClass, at_best: bool) -> int:
        """What a class's own groups let through to a fixed peer, or to its own other address."""
        filter = self.own_filter(term, owner)
        if term.end:
            return self.value(filter, term, owner, at_best)
        return self.asked(term, self.atoms.row(filter, term.peer, term.groups, at_best=at_best))

    def write(
        self,
        rows: dict[int, array[int]],
        columns: Sequence[int] | Mapping[int, int],
        source: RoutingClass,
        destination: RoutingClass,
        answers: list[_Found],
    ) -> None:
        """Fill in the answers between all classes of two routing classes."""
        number = self.answers.number
        for i, ca in enumerate(source.classes if answers else ()):
            row = rows[ca.index]
            for j, cb in enumerate(destination.classes):
                if ca is cb and len(ca.members) == 1:
                    continue  # an interface and itself
                entries = tuple(
                    (ipv6, there[i][j], back[i][j], lost[i][j] if lost is not None else ())
                    for ipv6, there, back, lost in answers
                    if there[i][j]
                )
                if entries:
                    row[columns[cb.index]] = number(entries)


def routes_from(source: RoutingClass, destination: RoutingClass) -> Hashable:
    """What becomes of packets to a class at the route table of another one, as far as walks can tell."""
    return tuple(source.first.subnet.table.sends(address) for address in destination.first.places)


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
    if UNDECIDED_SERVICES in (one, other):
        return UNDECIDED_SERVICES if one and other else 0
    return one & other
