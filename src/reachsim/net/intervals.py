"""Sets of integers as sorted, disjoint, non-touching spans: canonical by construction, so ``==`` is set
equality.

`IntSet` carries its universe as a class attribute, which makes ``~`` total. Subclasses give the lines that
the package counts on: `PortSet` here (0 to 65535), `AddressSet` in `reachsim.net.cidr` (the address line) and
`Traffic` in `reachsim.net.traffic` (protocol and destination port).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, ClassVar, Self

from reachsim.errors import NoValueError, UsageError, shown
from reachsim.faces import one_line
from reachsim.net.address import LINE_LAST

Span = tuple[int, int]
"""First and last member of a run, both included."""


_PORT = re.compile("[0-9]{1,5}", re.ASCII)


def gap_around(points: Sequence[int], place: int, last: int) -> Span:
    """The run around `place` in 0..`last` that holds no other of some ascending points: a point alone, or a gap.

    >>> gap_around([5, 9], 7, 20), gap_around([5, 9], 9, 20)
    ((6, 8), (9, 9))
    """
    index = bisect_left(points, place)
    if index < len(points) and points[index] == place:
        return place, place
    return points[index - 1] + 1 if index else 0, points[index] - 1 if index < len(points) else last


def _within(span: Span, others: tuple[Span, ...]) -> tuple[Span, ...]:
    """The parts of sorted, disjoint spans that lie in one span: most of them as they are."""
    low, high = span
    start = bisect_left(others, low, key=_last_of)
    end = bisect_right(others, high, key=_first_of)
    inside = others[start:end]
    if inside and inside[0][0] < low:
        inside = ((low, inside[0][1]), *inside[1:])
    if inside and inside[-1][1] > high:
        inside = (*inside[:-1], (inside[-1][0], high))
    return inside


_first_of, _last_of = itemgetter(0), itemgetter(1)


class IntSet:
    """An immutable set of ints inside `FIRST`..`LAST`. Operators: ``| & - ^ ~ in == <= bool``.

    >>> PortSet.of((1, 2), (3, 5), (9, 9))
    PortSet('1-5,9')
    >>> 4 in PortSet.of((1, 5)) - PortSet.of((4, 4))
    False
    """

    __slots__ = ("_hash", "spans")
    FIRST: ClassVar[int] = 0
    LAST: ClassVar[int] = LINE_LAST
    WRITTEN: ClassVar[str] = ".of((1, 5), (9, 9))"
    """What follows the name where one is made by hand."""

    spans: tuple[Span, ...]
    _hash: int

    def __init__(self, spans: tuple[Span, ...] | str | list[str] = ()) -> None:
        """Wrap spans that are already canonical (sorted, disjoint, not touching); `of` makes any spans so.

        What a set of this kind can be read from, such as its own text, will do too.
        """
        self.spans = spans if isinstance(spans, tuple) else self._given(spans)

    @classmethod
    def _given(cls, members: object) -> tuple[Span, ...]:
        try:
            return cls._read(members).spans
        except TypeError as error:
            raise UsageError(f"{error}; write {cls.__name__}{cls.WRITTEN}") from None

    @classmethod
    def of(cls, *spans: Span) -> Self:
        """The union of any spans, in any order; a span whose first is after its last is empty."""
        return cls.union_of(spans)

    @classmethod
    def union_of(cls, spans: Iterable[Span]) -> Self:
        """Like `of`, from an iterable."""
        merged: list[Span] = []
        for low, high in sorted(spans):
            if low > high:
                continue
            if low < cls.FIRST or high > cls.LAST:
                raise NoValueError(f"{low}-{high} is outside {cls.FIRST}-{cls.LAST}")
            # 1-2 and 3-5 touch: unmerged, equal sets would compare unequal.
            if merged and low <= merged[-1][1] + 1:
                if high > merged[-1][1]:
                    merged[-1] = (merged[-1][0], high)
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    @classmethod
    def everything(cls) -> Self:
        """The whole universe."""
        return cls(((cls.FIRST, cls.LAST),))

    @classmethod
    def nothing(cls) -> Self:
        """The empty set."""
        return cls(())

    def __contains__(self, member: object) -> bool:
        """Whether a member is in the set, or a whole set of its kind; None, which stands for no member, never is.

        Raises TypeError for anything else: a False would say that it is not in the set.
        """
        if not isinstance(member, int):
            return member is not None and self._read(member) <= self
        index = bisect_right(self.spans, (member, self.LAST + 1)) - 1
        return index >= 0 and self.spans[index][1] >= member

    @classmethod
    def _of_text(cls, text: str) -> Self:
        """What `str` wrote. Raises NoValueError."""
        if text.strip() in ("all", "nothing"):
            return cls.everything() if text.strip() == "all" else cls.nothing()
        return cls.union_of(cls._span(part.strip()) for part in text.split(","))

    @classmethod
    def _span(cls, text: str) -> Span:
        """A part of such a text, between its commas."""
        raise NotImplementedError

    @classmethod
    def _read(cls, members: object) -> Self:
        """What `in` was asked about, as a set of this kind. Raises TypeError."""
        if isinstance(members, cls):
            return members
        raise TypeError(f"a {cls.__name__} has whole numbers or a {cls.__name__} in it, not {type(members).__name__}")

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IntSet):
            return NotImplemented
        return self.spans == other.spans and type(self) is type(other)

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:  # sets are keys of many tables, and most are never hashed: so once, when asked
            self._hash = hash(self.spans)
            return self._hash

    def __or__(self, other: Self) -> Self:
        try:
            theirs = other.spans
        except AttributeError:
            return NotImplemented
        if not theirs or self is other:
            return self
        if not self.spans:
            return other
        return type(self).union_of(self.spans + theirs)

    def __and__(self, other: Self) -> Self:
        try:
            mine, theirs = self.spans, other.spans
        except AttributeError:
            return NotImplemented
        if mine == ((self.FIRST, self.LAST),):
            return other
        if theirs == ((self.FIRST, self.LAST),) or self is other:
            return self
        if len(mine) < 2 or len(theirs) < 2:
            one, others = (mine, theirs) if len(mine) < 2 else (theirs, mine)
            return type(self)(_within(one[0], others) if one else ())
        out: list[Span] = []
        i = j = 0
        (low, high), (first, last) = mine[0], theirs[0]
        while True:
            start = low if low > first else first
            if high < last:
                if start <= high:
                    out.append((start, high))
                i += 1
                if i == len(mine):
                    break
                low, high = mine[i]
            else:
                if start <= last:
                    out.append((start, last))
                j += 1
                if j == len(theirs):
                    break
                first, last = theirs[j]
        return type(self)(tuple(out))

    def __invert__(self) -> Self:
        out: list[Span] = []
        at = self.FIRST
        for low, high in self.spans:
            if at < low:
                out.append((at, low - 1))
            at = high + 1
        if at <= self.LAST:
            out.append((at, self.LAST))
        return type(self)(tuple(out))

    def __sub__(self, other: Self) -> Self:
        try:
            nothing = not self.spans or not other.spans
        except AttributeError:
            return NotImplemented
        return self if nothing else self & ~other

    def __xor__(self, other: Self) -> Self:
        return (self - other) | (other - self)

    def __le__(self, other: Self) -> bool:
        return not self - other

    def run_around(self, place: int) -> Span:
        """The run around a place that is wholly inside the set, or wholly outside it.

        >>> PortSet.of((5, 9)).run_around(7), PortSet.of((5, 9)).run_around(3)
        ((5, 9), (0, 4))
        """
        index = bisect_right(self.spans, (place, self.LAST))
        before = self.spans[index - 1] if index else None
        if before is not None and place <= before[1]:
            return before
        after = self.spans[index][0] - 1 if index < len(self.spans) else self.LAST
        return (self.FIRST if before is None else before[1] + 1), after

    def isdisjoint(self, other: Self) -> bool:
        """Whether no int is in both."""
        return not self & other

    @property
    def count(self) -> int:
        """How many ints are members. Not ``len``, which cannot give more than 2**63."""
        return sum(high - low + 1 for low, high in self.spans)

    @property
    def first(self) -> int:
        """The least member. Raises IndexError on the empty set."""
        return self.spans[0][0]

    def __iter__(self) -> Iterator[int]:
        for low, high in self.spans:
            yield from range(low, high + 1)

    def _name(self, low: int, high: int) -> str:
        return str(low) if low == high else f"{low}-{high}"

    def __str__(self) -> str:
        if not self.spans:
            return "nothing"
        if self.spans == ((self.FIRST, self.LAST),):
            return "all"
        return ",".join(self._name(low, high) for low, high in self.spans)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({one_line(str(self), 100)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.spans,)


class PortSet(IntSet):
    """A set of TCP or UDP ports.

    >>> 443 in PortSet("22,400-500")
    True
    """

    __slots__ = ()
    LAST = 65535
    WRITTEN = "('22,1024-65535')"

    @classmethod
    def _read(cls, members: object) -> Self:
        return cls._of_text(members) if isinstance(members, str) else super()._read(members)

    @classmethod
    def _span(cls, text: str) -> Span:
        first, dash, last = text.partition("-")
        low, high = (
            int(each) if _PORT.fullmatch(each.strip()) else cls.LAST + 1 for each in (first, last if dash else first)
        )
        if not low <= high <= cls.LAST:
            raise NoValueError(f"{shown(text)} is no port and no range of ports; write PortSet('22,1024-65535')")
        return low, high
