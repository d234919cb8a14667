"""The templates of a topology: one walk for all pairs of ends that walk alike, on both sides."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.place import SubnetPlace
from reachsim.dataplane.scope import intersect
from reachsim.dataplane.site import NetworkInterface
from reachsim.dataplane.walk import Walk
from reachsim.net.address import LINE_LAST
from reachsim.net.intervals import Span
from reachsim.reach.classes import RoutingClass
from reachsim.reach.template import LostRun, Template, templates_of
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.flows import flows
from reachsim.topology.public_sides import StandsFor

_FEW = 8
"""Runs of public addresses to which one source has ways of their own; where there are more, each pair is walked and known by
itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The templates of all flows between two ends; `not_from`, `not_to`: subnets in which the source and the destination may
    not be for them to hold. One object for all that are equal, so that ends with one can be answered together."""

    templates: tuple[Template, ...]
    not_from: frozenset[SubnetPlace]
    not_to: frozenset[SubnetPlace]


@dataclass(frozen=True, slots=True, eq=False)
class PublicRun:
    """Public addresses to which a source has one way by the internet (`ways`), where their route table answers as it has
    to."""

    addresses: Span
    reached: StandsFor
    ways: Ways

    def holds(self, address: int, destination: NetworkInterface) -> bool:
        """Whether it leads to a destination of the kind, by its public address."""
        low, high = self.addresses
        return low <= address <= high and self.reached.answered_by(destination.subnet.table)


_Public = list[tuple[StandsFor, Ways]]
"""Ways by the internet, and for which destinations each stand."""


class TemplateBook:
    """Every template found so far. They say nothing of rules, so edited copies of a network share them.

    Why walks may be shared. What a walk depends on of its ends is what `WalkedKind.broad` stands for (checked by laws
    against asking pair by pair), the route tables of their subnets, and the subnets themselves. The table of the source is
    asked about the destination, and that of the destination about the address that it saw: where two tables send these to
    the same place, both walks go on alike. The subnet shows in its ACLs, each of which a template names by its end, and in
    the link, on which both ends may be (they are neighbours, whose walks stand for those of neighbours in that subnet), or
    a device on the way (`Ways.not_from`). An end to which a route leads on the way is like no other there.
    """

    def __init__(self) -> None:
        self._alike: dict[tuple[int, int, int], Ways | None] = {}
        self._broad: dict[tuple[int, int, int], list[tuple[tuple[int, ...], tuple[Hashable, ...], Ways]]] = {}
        self._pairs: dict[tuple[int, int], Ways] = {}
        self._neighbours: dict[tuple[SubnetPlace, int, int], Ways] = {}
        self._lost: dict[tuple[bool, int], list[LostRun]] = {}
        self._lost_but: dict[frozenset[SubnetPlace], Ways] = {}
        self._sent: dict[tuple[Checkpoint, int], int] = {}
        self._sendings: dict[Hashable, int] = {}
        self._same: dict[tuple[Template, ...], Ways] = {}
        self._spokes: dict[Hashable, Ways | None] = {}
        self._public: dict[tuple[int, int, int], _Public] = {}

    def __len__(self) -> int:
        return len(self._alike) + len(self._pairs) + len(self._neighbours) + len(self._spokes) + len(self._public)

    def between_alike(self, source: RoutingClass, destination: RoutingClass, ends: Endpoints) -> Ways | None:
        """What holds between all routing classes that are alike with these two (`WalkedKind.alike`), in different subnets
        that are not passed; None where each pair has its own."""
        lost_but = _lost_but(destination.first, self._lost.get((False, source.client.alike), ()))
        if lost_but is not None:
            return self._lost_but.setdefault(lost_but, Ways((), frozenset(), lost_but))
        public = self._by_internet(source, destination, ends)
        for reached, ways in public or ():
            if reached.holds(destination.first):
                return ways
        sent = self._sent_to(source, destination)
        key = source.client.broad, sent, destination.server.alike
        if key in self._alike:
            return self._alike[key]
        if public is None:
            found, made = self._between_spokes(source, destination, ends)
        else:
            found, made = self._walked_by_internet(source, destination, public, ends)
        if found is not None:
            return found
        table = destination.first.subnet.table
        seen_alike = self._broad.setdefault((source.client.broad, sent, destination.server.broad), [])
        for asked, sends, ways in seen_alike:
            if tuple(map(table.sends, asked)) == sends:
                self._alike[key] = ways
                return ways
        if made is None:
            made = self._walked(source, destination, ends)
        ways = self._pairs[source.index, destination.index] = self._as_known(made)
        if not all(template.shared for template in made):
            self._alike[key] = None
            return None
        asked = tuple(dict.fromkeys(address for template in made for address in template.asked))
        seen_alike.append((asked, tuple(map(table.sends, asked)), ways))
        self._alike[key] = ways
        return ways

    def run_by_internet(self, source: RoutingClass, destination: RoutingClass, ends: Endpoints) -> PublicRun | None:
        """A run of public addresses around a destination's to which one known way leads by the internet; None where none is
        known that stands for others."""
        known = self._by_internet(source, destination, ends)
        found = next((each for each in known or () if each[0].holds(destination.first)), None)
        if found is None:
            return None
        reached, ways = found
        address, cuts = destination.first.publics[0], tuple(source.first.subnet.table.cuts())
        at = bisect_right(cuts, address)
        routed = cuts[at - 1] if at else 0, cuts[at] - 1 if at < len(cuts) else LINE_LAST
        return PublicRun(intersect(reached.addresses, routed), reached, ways)

    def lost_around(self, source: RoutingClass, address: int) -> LostRun | None:
        """A run of addresses with one in it that are lost in other subnets on the way from all that are alike with a source;
        None where none is known."""
        lost = self._lost.get((False, source.client.alike), ())
        return next((run for run in lost if run.low <= address <= run.high), None)

    def shared_by(
        self, source: RoutingClass, destination: RoutingClass, ends: Endpoints
    ) -> tuple[Ways | None, Hashable]:
        """What holds between all routing classes that are alike with these two, as `between_alike`; and what is equal for
        all between which one walk tells of the components that are passed."""
        key = source.client.broad, self._sent_to(source, destination), destination.server.alike
        return self.between_alike(source, destination, ends), key

    def between(self, source: RoutingClass, destination: RoutingClass, ends: Endpoints) -> Ways:
        """What holds between two routing classes, which may be one."""
        pair = source.index, destination.index
        found = self._pairs.get(pair)
        if found is not None:
            return found
        subnet = source.first.subnet
        if source is destination or subnet is not destination.first.subnet:
            return self._pairs.setdefault(pair, self._as_known(self._walked(source, destination, ends)))
        key = subnet, source.client.broad, destination.server.broad
        found = self._neighbours.get(key)
        if found is None:
            made = self._walked(source, destination, ends)
            found = self._pairs[pair] = self._as_known(made)
            if not any(template.alone for template in made):
                self._neighbours[key] = found
        return found

    def of_pair(self, source: RoutingClass, destination: RoutingClass, ends: Endpoints) -> Ways:
        """What holds between two routing classes in different subnets, by a walk of others where that stands for theirs."""
        one, other = source.first.subnet, destination.first.subnet
        ways = self.between_alike(source, destination, ends)
        if ways is None or one in ways.not_from or other in ways.not_to:
            return self.between(source, destination, ends)
        return ways

    def _between_spokes(
        self, source: RoutingClass, destination: RoutingClass, ends: Endpoints
    ) -> tuple[Ways | None, tuple[Template, ...] | None]:
        """What holds between all of these kinds, whichever two VPCs of a transit gateway they are in; None where that may
        differ, or the two are in one. Then the templates of these two themselves, if they were walked to find that out."""
        one, other = source.first, destination.first
        kinds = source.client.spoke, destination.server.spoke
        if None in kinds or one.vpc is other.vpc:
            return None, None
        spokes = ends.topology.spokes
        key = kinds, spokes.sent(one.subnet, other.places), spokes.sent(other.subnet, one.places)
        if key in self._spokes:
            return self._spokes[key], None
        made, walks = _afresh(one, other, ends)
        # Kinds tell where in an attached subnet an end is: what comes to it there has passed none of its ACLs (TGW-12).
        alike = not any(each.alone or each.pick is not None for each in made)
        shared = alike and spokes.only(walks, one, other)
        self._spokes[key] = self._as_known(made) if shared else None
        return self._spokes[key], made  # not as known: each is asked about its own addresses

    def _by_internet(self, source: RoutingClass, destination: RoutingClass, ends: Endpoints) -> _Public | None:
        """What is known to hold from all that walk alike to public addresses in other VPCs (`PublicSides`), of those that
        walks come to like this one; None where they come to it by its private address too. Of the route table of the source
        that counts which the packets ask: about the public address."""
        one, other = source.first, destination.first
        if destination.server.public is None or one.vpc is other.vpc:
            return None
        if ends.topology.are_joined(one.vpc.name, other.vpc.name):  # a name means private addresses there
            return None
        sent = self._numbered((one.subnet.table.sends(other.publics[0]),))
        return self._public.setdefault((source.client.broad, sent, destination.server.public), [])

    def _walked_by_internet(
        self, source: RoutingClass, destination: RoutingClass, known: _Public, ends: Endpoints
    ) -> tuple[Ways | None, tuple[Template, ...]]:
        """What holds to this destination and all that it stands for, which is known from then on; None where it stands for
        itself alone, or much is known. And the templates of these two."""
        one, other = source.first, destination.first
        made, walks = _afresh(one, other, ends)
        alike = all(each.shared and each.pick is None for each in made)
        found = ends.topology.public_sides.reached(walks, other) if alike else None
        if found is None or len(known) >= _FEW:
            return None, made
        ways = self._as_known(made)
        known.append((found, ways))
        return ways, made

    def _walked(self, source: RoutingClass, destination: RoutingClass, ends: Endpoints) -> tuple[Template, ...]:
        """The templates of all flows of a pair. What is surely lost on the way from those that are alike is lost here."""
        neighbours = source.first.subnet is destination.first.subnet
        lost = self._lost.setdefault((neighbours, source.index if neighbours else source.client.alike), [])
        target = source.second() if source is destination else destination.first
        assert target is not None
        asked = flows(ends.of_interface(source.first), ends.of_interface(target), ends)
        return tuple(one for number, flow in enumerate(asked) for one in templates_of(flow, lost, number, []))

    def _as_known(self, made: tuple[Template, ...]) -> Ways:
        known = self._same.get(made)
        if known is None:
            ways = tuple(each for each in made if not each.lost)
            not_from = frozenset(subnet for each in ways for subnet in each.passed)
            not_to = frozenset(subnet for each in made if not each.relayed for subnet in each.passed)
            known = self._same.setdefault(made, Ways(ways, not_from, not_to))
        return known

    def _sent_to(self, source: RoutingClass, destination: RoutingClass) -> int:
        """What becomes of packets to a destination at the route table of a source, as far as walks can tell, as a number.
        All that walk alike are in the same runs of every table."""
        table = source.first.subnet.table
        known = self._sent.get((table, destination.server.broad))
        if known is None:
            sends = tuple(map(table.sends, destination.first.places))
            known = self._sent[table, destination.server.broad] = self._numbered(sends)
        return known

    def _numbered(self, sends: tuple[Hashable, ...]) -> int:
        """What becomes of packets to some addresses at a route table, as a number."""
        return self._sendings.setdefault(sends, len(self._sendings))


def _lost_but(target: NetworkInterface, lost: Sequence[LostRun]) -> frozenset[SubnetPlace] | None:
    """In which subnets those may be that are like an interface, to whichever address of which all is lost, that they get it
    all the same; None where not all is lost."""
    passed = frozenset[SubnetPlace]()
    for address in target.places:
        for run in lost:
            if run.low <= address <= run.high:
                passed |= run.passed
                break
        else:
            return None
    return passed


def _afresh(
    source: NetworkInterface, destination: NetworkInterface, ends: Endpoints
) -> tuple[tuple[Template, ...], list[Walk]]:
    """The templates of all flows of a pair, and every walk that they were made of."""
    walks: list[Walk] = []
    asked = flows(ends.of_interface(source), ends.of_interface(destination), ends)
    made = tuple(each for number, flow in enumerate(asked) for each in templates_of(flow, [], number, walks))
    return made, walks
