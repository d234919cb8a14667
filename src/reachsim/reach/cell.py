"""A cell of the matrix: what gets from one endpoint to another, whatever their addresses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from reachsim.calls import made_by
from reachsim.faces import Carded, face, for_engines
from reachsim.flow.ports import Choices
from reachsim.net.box import OF_IPV4, OF_IPV6
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.reach.flow_answer import SILENT, Crossing
from reachsim.rules.nat import NAT_LOSS_BELOW


@for_engines("below", "trips", "ways")
@made_by("net.matrix()[source, destination]")
@dataclass(frozen=True, slots=True)
class Cell(Carded):
    """What gets from one endpoint to another.

    `ways`: one for each address family in which anything is delivered. `undecided`: why reachsim cannot say. `below`: the
    share of choices of NAT devices of which less may be lost of what is `reachable` (NAT-PORT). One cell serves all pairs of
    two classes, so it has no addresses; `Reach` has them.
    """

    source: str
    destination: str
    ways: tuple[Crossing, ...]
    undecided: str = ""
    below: Fraction = NAT_LOSS_BELOW

    @property
    def delivered(self) -> Traffic:
        """Traffic that arrives, in any address family."""
        return Traffic.union_of(span for way in self.ways for span in way.forward.spans)

    @property
    def reachable(self) -> Traffic:
        """Traffic whose answer comes back too, at least to some port of the client."""
        found = (trip.traffic for way in self.ways for trip in way.trips() if trip.choices.counts(self.below))
        return Traffic.union_of(span for traffic in found for span in traffic.spans)

    @property
    def partial(self) -> Traffic:
        """Traffic whose answer comes back for some choices of NAT devices, but for too few to count as reachable."""
        found = (trip.traffic for way in self.ways for trip in way.trips() if not trip.choices.counts(self.below))
        return Traffic.union_of(span for traffic in found for span in traffic.spans)

    @property
    def answerless(self) -> bool:
        """Whether all that is reachable is ICMP that has no answer, while every answer to what else is delivered is lost:
        the pair is reachable in part alone, as `Reach.answerless` has it."""
        reachable = self.reachable
        return bool(reachable) and not reachable - SILENT and not self.partial and bool(self.delivered - reachable)

    @property
    def losses(self) -> dict[Choices, Traffic]:
        """What comes back sometimes, by what NAT devices lose of it, the greatest loss first."""
        found: dict[Choices, Traffic] = {}
        for way in self.ways:
            for traffic, _, choices in way.trips():
                if choices:
                    found[choices] = found.get(choices, Traffic.nothing()) | traffic
        return {choices: found[choices] for choices in sorted(found, key=lambda choices: -choices.loss)}

    def trips(self) -> list[tuple[HeaderSpace, Choices]]:
        """What comes back for some choice of NAT devices, with ports and the fate of these choices, of any addresses of the
        right family."""
        out: list[tuple[HeaderSpace, Choices]] = []
        for way in self.ways:
            line = (EVERY_IPV6 if way.ipv6 else EVERY_IPV4).addresses
            out += [(HeaderSpace.box(traffic, line, line, ports), choices) for traffic, ports, choices in way.trips()]
        return out

    def space(self) -> HeaderSpace:
        """The round trip with ports, of any addresses of the right family."""
        return HeaderSpace.union(space for space, choices in self.trips() if choices.counts(self.below))

    def __bool__(self) -> bool:
        return any(trip.choices.counts(self.below) for way in self.ways for trip in way.trips())

    def __str__(self) -> str:
        return f"undecided: {self.undecided}" if self.undecided else self.words(Traffic.everything())

    def words(self, traffic: Traffic) -> str:
        """What of some traffic is reachable, in words, with the client ports where not every one will do."""
        line = AddressSet.everything()
        families = {way.ipv6 for way in self.ways}
        if len(families) == 1:  # what goes without saying for two addresses of one family
            line = (EVERY_IPV6 if families.pop() else EVERY_IPV4).addresses
        return self.space().restrict(traffic=traffic).describe(known_sources=line, known_destinations=line)

    def __repr__(self) -> str:
        return face("Cell", f"{self.source} -> {self.destination}: {self}")

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: as an entry of `Matrix.to_dict`, with what was asked and what is undecided."""
        known = replace(self, undecided="") if self.undecided else self
        return {"from": self.source, "to": self.destination, **told(known, str(known)), "undecided": self.undecided}


def loss_in_words(losses: dict[Choices, Traffic]) -> str:
    """What NAT devices lose, by traffic where it differs."""
    if len(losses) == 1:
        return str(next(iter(losses)))
    return "; ".join(f"{traffic}: {choices}" for choices, traffic in losses.items())


def told(cell: Cell, text: str) -> dict[str, Any]:
    """What a cell says, as plain data."""
    losses = [{"traffic": str(traffic), **choices.to_dict()} for choices, traffic in cell.losses.items()]
    return {"traffic": text, "partial": str(cell.partial or ""), "nat": losses}


@lru_cache(maxsize=8192)
def say(traffic: Traffic) -> str:
    """Traffic in words, between addresses of a family that has it: all that IPv4 has is "all".

    >>> say(Traffic.parse("tcp/1-65535")), say(OF_IPV4), say(OF_IPV4 - Traffic.parse("icmp"))
    ('tcp/1-65535', 'all', 'all except icmp')
    """
    family = EVERY_IPV4 if traffic <= OF_IPV4 else EVERY_IPV6 if traffic <= OF_IPV6 else None
    known = AddressSet.everything() if family is None else family.addresses
    return HeaderSpace.box(traffic, known, known).describe(known, known)


def in_columns(traffic: Traffic, partial: Traffic, losses: dict[Choices, Traffic]) -> tuple[str, str, str]:
    """What passes, what passes in part and what NAT devices lose, as the columns of a table."""
    return say(traffic), say(partial) if partial else "", loss_in_words(losses)
