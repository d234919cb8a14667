"""What passes in each of two networks between the same ends, how that differs, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from reachsim.answers.collected import Content
from reachsim.answers.difference import ChangeKind
from reachsim.flow.ports import Choices
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.rules.nat import NAT_LOSS_BELOW


@dataclass(frozen=True)
class Passing:
    """What passes in one of the two networks: round trips by what NAT devices lose of them, and all that is delivered."""

    trips: dict[Choices, HeaderSpace]
    delivered: HeaderSpace
    below: Fraction

    @classmethod
    def of(cls, trips: Iterable[tuple[Choices, HeaderSpace]], delivered: HeaderSpace, below: Fraction) -> Passing:
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

    def without(self, unknown: HeaderSpace) -> Passing:
        """What passes of the packets outside a set."""
        trips = {choices: space - unknown for choices, space in self.trips.items()}
        return Passing(trips, self.delivered - unknown, self.below)


NOTHING = Passing({}, HeaderSpace.nothing(), NAT_LOSS_BELOW)


def contents_between(was: Passing, now: Passing) -> list[Content]:
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
    kinds: tuple[tuple[ChangeKind, Passing, Passing], ...] = (
        ("opened", now, was),
        ("closed", was, now),
        ("changed", NOTHING, NOTHING),
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


def in_words(space: HeaderSpace, world: AddressSet | None = None, called: str = "") -> str:
    """A set in words; addresses only where they are not all of their family, or of a far end (`world`, `called`)."""

    def universe(addresses: AddressSet) -> AddressSet:
        for known in (world, EVERY_IPV4.addresses, EVERY_IPV6.addresses):
            if known is not None and addresses <= known:
                return known & EVERY_IPV4.addresses if addresses <= EVERY_IPV4.addresses else known
        return addresses

    def name(addresses: AddressSet) -> str:
        return called if world is not None and addresses <= world else ""

    sources, destinations = space.sources(), space.destinations()
    return space.describe(
        universe(sources), universe(destinations), sources_name=name(sources), destinations_name=name(destinations)
    )
