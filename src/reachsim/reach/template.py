"""Templates: one walk there and back, made to serve every pair of interfaces that walks alike.

What differs between such pairs is only which groups' filters stand at the two ends, which ACLs stand at their subnets, and
which addresses the filters on the way see. So a walk becomes a list of terms that name these by the end they belong to. A
template says nothing of what filters let through: it outlives every edit of a rule.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.ends import Flow
from reachsim.dataplane.filters import Direction, Filter, Viewpoint
from reachsim.dataplane.place import InterfacePlace, SubnetPlace
from reachsim.dataplane.relay import Choice
from reachsim.dataplane.site import NetworkInterface
from reachsim.dataplane.walk import Visit, Walk
from reachsim.net.address import IPV4_LAST
from reachsim.net.traffic import Traffic
from reachsim.reach.flow_answer import every_choice
from reachsim.rules.clauses import NO_GROUPS, GroupId
from reachsim.topology.round_trip import RoundTrip, come_back, go


class Own(Enum):
    """In place of a VPC: the one that the filter's owner is in."""

    VPC = "own"


class Term(NamedTuple):
    """One filter that a walk meets.

    `owner`: whose it is ("a" the source's, "b" the destination's): of its own groups, or of the ACL of its subnet (`acl`),
    or of a subnet by which its VPC is attached to a transit gateway (`door`: which of them); "" for the fixed `filter`,
    which is None otherwise. `direction`: which of the two. `end`: whose address it sees ("a" or
    "b"), or "" for the fixed `peer`, which is 0 otherwise; `which`: the index of that address among all of its interface's.
    `vpc`: the VPC whose groups can be referenced at that address, `Own.VPC` for that of the owner, None where no reference
    matches; `groups`: those of a
    fixed peer. `service`: the one service that it is asked about, None for the packet's own. `carried`: groups that count
    whatever the peer's are (LB-4).
    """

    filter: Filter | None
    owner: str
    acl: bool
    direction: Direction
    end: str
    which: int
    peer: int
    groups: frozenset[GroupId]
    vpc: Viewpoint | Own | None
    service: int | None = None
    carried: frozenset[GroupId] | None = None
    door: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """What decides between two ends. `forward`: on the way there; `anyway`: at its end, from whomever, where it is not known
    how a packet comes there. `inner`: on the way back, between the client and the first
    device that translates; `beyond`: the same beyond each device in turn; `answered`: whether an answer can come back at
    all. `undecided`: on which way the walk meets what is not modelled ("there", "back"), "" for none. `alone`: no other ends
    may use it, whichever they are; `at_home`: of the ends' own subnets the walk says nothing but their ACLs, once each.
    Those in a subnet that is `passed` may not use it either; `relayed`: the destination passes it on and is like no other,
    so that this holds of sources alone; `asked`: the addresses that the route table of the
    destination's subnet was asked about, for which theirs has to send the same. `about`: the traffic that it is about, None
    for all; templates of one `pick` are the ways of which AWS takes one. `never`: nothing is delivered that way; `lost`: nor
    by any other of the flow. `flow`: which of its pair's flows it is of; of several templates of one flow AWS chooses one
    (TGW-8)."""

    ipv6: bool
    forward: tuple[Term, ...] = ()
    inner: tuple[Term, ...] = ()
    beyond: tuple[tuple[Term, ...], ...] = ()
    answered: bool = False
    undecided: str = ""
    alone: bool = False
    at_home: bool = True
    passed: frozenset[SubnetPlace] = frozenset()
    relayed: bool = False
    asked: tuple[int, ...] = field(default=(), compare=False)
    about: Traffic | None = None
    pick: Hashable = None
    never: bool = False
    lost: bool = False
    flow: int = 0
    anyway: tuple[Term, ...] = ()

    @property
    def shared(self) -> bool:
        """Whether other ends in the same VPCs that walk alike may use it."""
        return self.at_home and not self.alone


class LostRun(NamedTuple):
    """Destinations that are lost on the way from a source, and from all that are alike. The run is of these alone: what is
    like them, but not in it, is lost too if it is in no subnet of a device that the packet comes by (`passed`)."""

    low: int
    high: int
    passed: frozenset[SubnetPlace]


def templates_of(flow: Flow, lost: list[LostRun], number: int, walks: list[Walk]) -> Iterator[Template]:
    """Walk one flow, the `number`-th of its pair: one template, or where AWS chooses on its way one for each choice. Where
    nothing is delivered, whatever the filters say: none, or one that says for whom that does not hold (`lost`). `lost`: what
    is lost on the way from this source, found so far and added to. `walks`: takes down the walks."""
    if flow.loss is not None:
        return
    ipv6 = flow.destination > IPV4_LAST
    known = next((run for run in lost if run.low <= flow.destination <= run.high), None)
    if known is not None:
        if known.passed:
            yield Template(ipv6, at_home=True, passed=known.passed, lost=True, flow=number)
        return
    made = list(_walked(flow, [] if flow.relays else lost, walks))
    if flow.relays:  # what one target does not get, another may
        never = Template(ipv6, alone=_to_itself(flow), about=flow.about, pick=flow.pick, never=True)
        made = [never if each.never else each for each in made]
    elif all(each.never for each in made):
        passed = frozenset[SubnetPlace]().union(*(each.passed for each in made))
        made = [Template(ipv6, at_home=True, passed=passed, lost=True)] if passed else []
    for each in made:
        yield replace(each, flow=number)


def _to_itself(flow: Flow) -> bool:
    """Whether a flow is passed on to the host that it comes from, which is like no other source then (LB-5)."""
    targets = (choice.target for _, choice in flow.relays if isinstance(choice, Choice))
    source = flow.origin.interface
    return source is not None and any(target is not None and target.same_machine(source) for target in targets)


def _walked(flow: Flow, lost: list[LostRun], walks: list[Walk]) -> Iterator[Template]:
    origin = flow.origin
    relays = (*flow.relays, *flow.chosen)
    found = go(origin.start, origin.interface, flow.source, flow.destination, flow.target, relays)
    walks.append(found.forward)
    if found.forward.lost_run is not None or found.stray is not None:
        never = _never(flow, found)
        if found.forward.lost_run is not None:
            lost.append(LostRun(*found.forward.lost_run, never.passed))
        yield never
        return
    found = come_back(found, origin.start, origin.interface)
    walks += () if found.reply is None else (found.reply,)
    choices = every_choice(flow, found)
    for choice in choices:
        yield from _walked(choice, [], walks)
    if not choices:
        yield _template(flow, found)


def _never(flow: Flow, found: RoundTrip) -> Template:
    """Of what is lost on the way there."""
    a, b = flow.origin.interface, flow.target
    assert a is not None
    assert b is not None
    passed, about, pick = _passed(found, a, b), flow.about, flow.pick
    return Template(flow.destination > IPV4_LAST, at_home=True, passed=passed, about=about, pick=pick, never=True)


def _template(flow: Flow, found: RoundTrip) -> Template:
    ipv6 = flow.destination > IPV4_LAST
    a, b = flow.origin.interface, flow.target
    assert a is not None
    assert b is not None
    if found.unknown or flow.perhaps:
        way = "there" if found.forward.unknown or flow.perhaps else "back"
        anyway = tuple(map(_in_any_case, found.forward.anyway))
        terms, about = _terms(found.forward, a, b), flow.about
        return Template(ipv6, terms, undecided=way, alone=True, about=about, pick=flow.pick, anyway=anyway)
    forward = _terms(found.forward, a, b)
    passed = _passed(found, a, b)
    # What passes packets on is like no other destination, so that they are shared among sources alone.
    ends = (a,) if flow.relays else (a, b)
    there = [a.subnet.exit] if flow.relays else [a.subnet.exit, b.subnet.entry]
    alone = not passed.isdisjoint(end.subnet for end in ends) or _led_to(b, found)
    at_home = _at_home(found.forward, ends) == there
    asked = _asked_at(b.subnet.table, found)
    if found.reply is None or found.reply.lost or found.reply_stray is not None:
        return Template(
            ipv6,
            forward,
            alone=alone,
            at_home=at_home,
            passed=passed,
            relayed=bool(flow.relays),
            asked=asked,
            about=flow.about,
            pick=flow.pick,
        )
    back = [a.subnet.entry] if flow.relays else [b.subnet.exit, a.subnet.entry]
    by_depth: dict[int, list[Term]] = {}
    for visit in _judging(found.reply):
        by_depth.setdefault(visit.depth, []).append(_term(visit, a, b))
    inner, *beyond = (tuple(by_depth.get(depth, ())) for depth in range(max(by_depth, default=0) + 1))
    return Template(
        ipv6,
        forward,
        inner,
        tuple(beyond),
        answered=True,
        alone=alone,
        at_home=at_home and _at_home(found.reply, ends) == back,
        passed=passed,
        relayed=bool(flow.relays),
        asked=asked,
        about=flow.about,
        pick=flow.pick,
    )


def _at_home(walk: Walk, ends: Sequence[NetworkInterface]) -> list[Checkpoint]:
    """The ACLs of the ends' own subnets on a walk: once on the way out of the one and once on the way into the other, if the
    walk says nothing else of these subnets."""
    own = {acl for end in ends for acl in (end.subnet.exit, end.subnet.entry)}
    return [visit.checkpoint for visit in walk.visits if visit.checkpoint in own]


def _asked_at(table: Checkpoint, found: RoundTrip) -> tuple[int, ...]:
    """The destinations that a route table was asked about."""
    walks = (found.forward, *(() if found.reply is None else (found.reply,)))
    return tuple(visit.header.destination for walk in walks for visit in walk.visits if visit.checkpoint is table)


def _passed(found: RoundTrip, a: NetworkInterface, b: NetworkInterface) -> frozenset[SubnetPlace]:
    """The subnets of devices that forward on the way. With an end in one of them a device is on the link, and with others
    behind ACLs and a route table, so no walk of the one serves the other."""
    visits = (*found.forward.visits, *(() if found.reply is None else found.reply.visits))
    places = (place for visit in visits for place in (visit.header.sender, visit.header.toward))
    return frozenset(place.subnet for place in places if place is not None and place is not a and place is not b)


def _led_to(end: NetworkInterface, found: RoundTrip) -> bool:
    """Whether a route leads to an end on the way: what is to another that is like it would be passed on there."""
    walks = (found.forward, *(() if found.reply is None else (found.reply,)))
    return any(visit.header.toward is end for walk in walks for visit in walk.visits)


def _judging(walk: Walk) -> list[Visit]:
    return [visit for visit in walk.visits if visit.step.asks is not None and not visit.step.asks.tracked]


def _in_any_case(visit: Visit) -> Term:
    """The destination's groups, asked about anybody."""
    query = visit.step.asks
    assert query is not None
    return Term(None, "b", False, query.filter.direction, "", 0, query.peer, query.groups, None)


def _terms(walk: Walk, a: NetworkInterface, b: NetworkInterface) -> tuple[Term, ...]:
    return tuple(_term(visit, a, b) for visit in _judging(walk))


def _term(visit: Visit, a: NetworkInterface, b: NetworkInterface) -> Term:
    """What a visit's filter depends on."""
    query, checkpoint = visit.step.asks, visit.checkpoint
    assert query is not None
    direction = query.filter.direction
    owner, acl, door = "", False, None
    vpc: Viewpoint | Own | None = query.viewpoint
    here = None
    place = checkpoint.owner
    if isinstance(place, InterfacePlace):
        owner = "a" if place is a else "b" if place is b else ""
        here = place.subnet.vpc
        if owner and query.viewpoint is (a.vpc if owner == "a" else b.vpc):
            vpc = Own.VPC
    elif place is not None:
        acl = query.filter in (place.egress, place.ingress)
        owner = "" if not acl else "a" if place is a.subnet else "b" if place is b.subnet else ""
        here = place.vpc
    elif checkpoint.doors and a.vpc is not b.vpc:
        owner, door = _door(query.filter, checkpoint.doors, a, b)
        acl = bool(owner)
    end, which = "", 0
    ends = (("a", a), ("b", b)) if here is not b.vpc else (("b", b), ("a", a))
    # Where blocks overlap, an address is that of the VPC in which it is looked at. Beyond a device that translates nobody
    # sees the client, and its address may be somebody else's there (PrivateLink).
    for name, interface in () if query.abroad else ends:
        if query.peer in interface.places and not (name == "a" and visit.depth):
            end, which = name, interface.places.index(query.peer)
            vpc = None if query.peer in interface.publics else vpc
            break
    groups = NO_GROUPS if end else query.groups
    filter, acl = (None, acl) if owner else (query.filter, False)
    peer = 0 if end else query.peer
    return Term(filter, owner, acl, direction, end, which, peer, groups, vpc, query.service, query.carried, door)


def _door(
    filter: Filter, doors: Sequence[SubnetPlace], a: NetworkInterface, b: NetworkInterface
) -> tuple[str, int | None]:
    """Whose VPC an attachment is of, and which of the subnets of attachments there has the ACL that is asked."""
    for name, end in (("a", a), ("b", b)):
        if doors[0].vpc is end.vpc:
            return name, next(i for i, door in enumerate(end.vpc.doors) if filter in (door.ingress, door.egress))
    return "", None
