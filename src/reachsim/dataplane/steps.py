"""What a checkpoint may do with a packet: pass it on, deliver it, drop it, or be unable to say. Four values, immutable.

Each tells how far it speaks: for which addresses in place of the packet's it would be the same (`Scope`). A step that does
not say speaks for the packet's own addresses alone, so forgetting can make an answer slow, but never wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.filters import Direction, Filter
from reachsim.faces import face
from reachsim.net.address import LINE_LAST, format_address
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import Span
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import NO_GROUPS, GroupId, KeyPath

if TYPE_CHECKING:
    from reachsim.dataplane.checkpoint import Checkpoint, Header
    from reachsim.dataplane.site import VpcSite

EVERYWHERE: Span = (0, LINE_LAST)


class Scope(NamedTuple):
    """Runs of addresses around a packet's source and destination for which a step is the same, other things being equal."""

    sources: Span
    destinations: Span

    def __repr__(self) -> str:
        return face("Scope", f"{AddressSet((self.sources,))} -> {AddressSet((self.destinations,))}")


ANY = Scope(EVERYWHERE, EVERYWHERE)
"""The step is the same for all packets (what its filter says is asked afterwards)."""


def to_run(span: Span) -> Scope:
    """The same for every source, and for destinations of one run."""
    return Scope(EVERYWHERE, span)


def to_one(destination: int) -> Scope:
    """The same for every source, and for this destination alone."""
    return Scope(EVERYWHERE, (destination, destination))


class Query(NamedTuple):
    """A filter to be asked about ports too, about `peer`, unless `tracked` (an answer that passes unasked, SG-4).

    `viewpoint`: the VPC whose rules may name the groups of the peer's interface, None where no reference can match.
    `carried`: groups that count in place of those (LB-4). `service`: the one service that it is asked about, None for the
    packet's own: whoever passed the packet on has put another port in (LB-1). `abroad`: it is about another packet than the
    one that passes, which is inside that one (LB-9).
    """

    filter: Filter
    peer: int
    viewpoint: VpcSite | None = None
    tracked: bool = False
    carried: frozenset[GroupId] | None = None
    service: int | None = None
    abroad: bool = False

    @property
    def groups(self) -> frozenset[GroupId]:
        """The groups that the peer's interface carries, as far as the filter's rules can name them."""
        if self.carried is not None:
            return self.carried
        if self.viewpoint is None:
            return NO_GROUPS
        return self.viewpoint.groups_at(self.peer, inbound=self.filter.direction is Direction.INGRESS)

    def of(self, answer: Traffic) -> Traffic:
        """What passes of the traffic as the client sent it, where a filter lets `answer` through: all or nothing of it where
        it is about one other service."""
        if self.service is None:
            return answer
        return Traffic.everything() if self.service in answer else Traffic.nothing()

    def __repr__(self) -> str:
        return face("Query", f"{self.filter}: {format_address(self.peer)}{' (tracked)' if self.tracked else ''}")


class Forward(NamedTuple):
    """The packet goes on to `next`, with the addresses of `header`.

    `text`, `rule`, `path`: what was done, by which rule of AWS, and where that is written. `asks`: a filter that decides on
    its ports. `translated`: +1 where the source port is chosen anew, -1 where an answer gets the client's port back.
    """

    next: Checkpoint
    header: Header
    text: str = ""
    rule: str = ""
    path: KeyPath = ()
    scope: Scope | None = None
    asks: Query | None = None
    translated: int = 0

    def __repr__(self) -> str:
        return face("Forward", f"to {self.next}: {self.header}")


class Deliver(NamedTuple):
    """The packet is at its end."""

    header: Header
    text: str = "delivered"
    rule: str = ""
    path: KeyPath = ()
    scope: Scope | None = None
    asks: Query | None = None

    def __repr__(self) -> str:
        return face("Deliver", f"{self.text}: {self.header}")


class Drop(NamedTuple):
    """The packet is lost. `onward`: what would have been done with it otherwise, so that whatever else stands in the way can
    be told too (WALK-4); None where nothing would."""

    cause: Cause
    header: Header
    scope: Scope | None = None
    onward: Forward | Deliver | None = None

    @property
    def text(self) -> str:
        """What would have been done."""
        return "" if self.onward is None else self.onward.text

    @property
    def rule(self) -> str:
        """The rule of AWS."""
        return self.cause.rule

    @property
    def path(self) -> KeyPath:
        """Where the cause is written."""
        return self.cause.path

    @property
    def asks(self) -> Query | None:
        """The filter that would have been asked."""
        return None if self.onward is None else self.onward.asks

    def __repr__(self) -> str:
        return face("Drop", str(self.cause))


class Undecided(NamedTuple):
    """reachsim cannot say what happens to the packet. `reason`: why, in one sentence.

    `choices`: where AWS chooses, what it chooses from: the step with one of them on the leg's `relays` is decided.
    """

    reason: str
    header: Header
    text: str = ""
    rule: str = ""
    path: KeyPath = ()
    scope: Scope | None = None
    choices: tuple[object, ...] = ()

    @property
    def asks(self) -> None:
        """Nothing is asked."""
        return

    def __repr__(self) -> str:
        return face("Undecided", self.reason)


Step = Forward | Deliver | Drop | Undecided


def about(step: Step, service: int | None) -> Step:
    """A step whose filter is asked about one service, in place of the packet's own."""
    if service is None:
        return step
    if isinstance(step, Drop):
        return step if step.onward is None else step._replace(onward=_about(step.onward, service))
    if isinstance(step, Undecided) or step.asks is None:
        return step
    return step._replace(asks=step.asks._replace(service=service))


def _about(step: Forward | Deliver, service: int) -> Forward | Deliver:
    return step if step.asks is None else step._replace(asks=step.asks._replace(service=service))


def narrowed(step: Step, scope: Scope) -> Step:
    """A step that speaks for no more than `scope` as well."""
    own = step.scope
    if own is None:
        return step
    return step._replace(
        scope=Scope(intersect(own.sources, scope.sources), intersect(own.destinations, scope.destinations))
    )


def intersect(one: Span, other: Span) -> Span:
    """The run that two runs share."""
    return max(one[0], other[0]), min(one[1], other[1])
