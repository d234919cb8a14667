"""Which clauses of one rule set match, together, all that another one matches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, product
from operator import or_
from typing import Final

from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace, whole_protocols
from reachsim.net.intervals import Span
from reachsim.net.traffic import ICMP, ICMPV6
from reachsim.rules.clauses import Clause, GroupId

ANYBODY: Final = AddressSet.everything()


def space_of(clause: Clause) -> HeaderSpace:
    """What a clause matches by address, as packets from its peers."""
    return HeaderSpace.box(clause.traffic, clause.peers, ANYBODY)


def numbers(members: int) -> Iterator[int]:
    """The members of a set of small numbers that is kept as bits, ascending.

    >>> list(numbers(0b1101))
    [0, 2, 3]
    """
    while members:
        lowest = members & -members
        yield lowest.bit_length() - 1
        members ^= lowest


class Spans:
    """Numbered spans, of which those that meet a span are found without looking at each. Sets of numbers are bits: AWS
    takes a thousand rules at most, so such a set is short."""

    def __init__(self, spans: Sequence[Span | None]) -> None:
        there = [(span, 1 << number) for number, span in enumerate(spans) if span is not None]
        first = sorted((low, bit) for (low, _), bit in there)
        last = sorted((high, bit) for (_, high), bit in there)
        self._lows = [low for low, _ in first]
        self._highs = [high for high, _ in last]
        self._begun = list(accumulate((bit for _, bit in first), or_, initial=0))
        self._ended = list(accumulate((bit for _, bit in last), or_, initial=0))

    def meeting(self, low: int, high: int) -> int:
        """The numbers of those that have something in common with `low`..`high`: they began, and had not ended before."""
        return self._begun[bisect_right(self._lows, high)] & ~self._ended[bisect_left(self._highs, low)]


def _hull(spans: tuple[Span, ...]) -> Span | None:
    return (spans[0][0], spans[-1][1]) if spans else None


class ClauseBook:
    """The clauses of one rule set by number. Only those are held against a clause that can have a packet in common with it:
    the spans from the first to the last of their addresses and of their traffic meet. Others take nothing out of what it
    matches, so leaving them out changes no answer.
    """

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self.clauses = clauses
        self.every = (1 << len(clauses)) - 1
        self._spaces: dict[int, HeaderSpace] = {}
        self._addresses = Spans([_hull(clause.peers.spans) for clause in clauses])
        self._traffic = Spans([_hull(whole_protocols(clause.traffic).spans) for clause in clauses])
        self._named: dict[GroupId, int] = {}
        self._by_address = 0
        for number, clause in enumerate(clauses):
            self._by_address |= bool(clause.peers) << number
            for group in clause.groups:
                self._named[group] = self._named.get(group, 0) | 1 << number

    def space(self, number: int) -> HeaderSpace:
        """What a clause matches by address."""
        space = self._spaces.get(number)
        if space is None:
            space = self._spaces[number] = space_of(self.clauses[number])
        return space

    def meeting(self, number: int) -> int:
        """The clauses that can match a packet that a clause matches by address, itself among them."""
        addresses = _hull(self.clauses[number].peers.spans)
        return self._same_traffic(number) & self._addresses.meeting(*addresses) if addresses else 0

    def _same_traffic(self, number: int) -> int:
        traffic = _hull(whole_protocols(self.clauses[number].traffic).spans)
        return self._traffic.meeting(*traffic) if traffic else 0

    def covering(self, number: int, others: int) -> list[int] | None:
        """Clauses out of `others` that together match all that a clause matches, as few as a greedy pass finds; None where
        they do not.

        A reference to a group is covered only by a reference to the same group: who its members are is not a rule's matter.
        """
        clause = self.clauses[number]
        if self._sticks_out(clause, others):
            return None
        evidence: list[int] = []
        rest = self.space(number)
        for other in numbers(self.meeting(number) & others):
            if not rest:
                break
            hit = rest & self.space(other)
            if hit:
                evidence.append(other)
                rest -= hit
        if rest:
            return None
        for group in clause.groups:
            named = self._named[group]
            left = HeaderSpace.box(clause.traffic, ANYBODY, ANYBODY)
            for other in numbers(self._same_traffic(number) & (named | self._by_address) & others):
                box = HeaderSpace.box(self.clauses[other].traffic, ANYBODY, ANYBODY)
                hit = left & (box if named >> other & 1 else self.space(other))
                if hit:
                    left -= hit
                    if other not in evidence:
                        evidence.append(other)
            if left:
                return None
        return evidence

    def _sticks_out(self, clause: Clause, others: int) -> bool:
        """Whether a corner of what a clause matches is surely matched by no other: most clauses are told by that.

        ICMP is left out, since there are no packets of it in the other family: such a corner may be in no set at all.
        """
        services = [s for span in clause.traffic.spans[:1] for s in span if s >> 16 not in (ICMP, ICMPV6)]
        addresses = [address for span in (*clause.peers.spans[:1], *clause.peers.spans[-1:]) for address in span]
        return any(
            not self._traffic.meeting(service, service) & self._addresses.meeting(address, address) & others
            for service, address in product(services, addresses)
        )


def covering(clause: Clause, others: Sequence[Clause]) -> list[Clause] | None:
    """Clauses that together match all that a clause matches: `ClauseBook.covering`, for one that stands in no rule set."""
    book = ClauseBook((*others, clause))
    evidence = book.covering(len(others), (1 << len(others)) - 1)
    return None if evidence is None else [others[number] for number in evidence]
