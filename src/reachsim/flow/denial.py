"""Why a filter does not let traffic through: the causes, made once for traces and for exact answers, and what is to be said
beside them of one packet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.ends import Flow
from reachsim.dataplane.filters import Direction, Filter, Query
from reachsim.dataplane.site import NetworkInterface
from reachsim.dataplane.walk import Visit, Walk
from reachsim.net.address import format_address
from reachsim.net.traffic import Traffic, protocol_of
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import SOME_GROUP, Clause, GroupId
from reachsim.rules.codes import Code

STALE = "SG-16"


def denials(
    visit: Visit,
    query: Query,
    filter: Filter,
    peer: int,
    sender: NetworkInterface | None,
    receiver: NetworkInterface | None,
) -> Iterator[tuple[Cause, Traffic]]:
    """What a filter does not let through between its owner and a peer, cause by cause; the parts are disjoint.

    `filter`: what stands in the query's place now. `sender`: the interface that sent the packet first, whose groups a rule
    may name without matching, since the address is no longer its own; `receiver`: the one that it is sent to, whose groups
    a rule may name that cannot match them. Of a query about one service, what it denies is all.
    """
    if query.service is not None:
        for cause, traffic in denials(visit, query._replace(service=None), filter, peer, sender, receiver):
            if query.service in traffic:
                yield cause, Traffic.everything()
        return
    inbound = filter.direction is Direction.INGRESS
    sent_to = receiver if receiver is not None and peer in receiver.places else None  # not a device before it
    other, why = (sender, _why_lost) if inbound else (sent_to, _why_not_named)
    for clause, traffic in filter.denied(peer, query.groups):
        lost = traffic & _by_lost_reference(filter, peer, other)
        if lost and other is not None:
            yield _lost_reference(visit, filter, *why(visit, peer, other)), lost
        if traffic - lost:
            yield _cause(visit, filter, clause), traffic - lost


def receiver_of(flow: Flow, there: Walk) -> NetworkInterface | None:
    """The interface that a flow is for: the one that is meant by name; of an address, the one that has it at the walk's
    end."""
    return getattr(there.end, "interface", None) if flow.target is None else flow.target


def not_known(query: Query, filter: Filter, service: int | None = None) -> str:
    """Why it is not decided what a filter lets through, of one service if that is asked; empty where it is."""
    rule = filter.doubtful(query.peer, service)
    if rule is not None:
        return rule.doubt or f"{filter}: {rule.not_known}"
    if SOME_GROUP in query.groups and filter.named_groups:
        return f"{filter}: the security groups of {format_address(query.peer)} are not known"
    return ""


def passing(query: Query, filter: Filter, peer: int) -> tuple[Traffic, Traffic]:
    """What a filter lets through to or from a peer for certain, and at most; one set twice where all is known."""
    groups = query.groups
    sure = query.of(filter.allowed(peer, groups))
    if filter.unknown is None and SOME_GROUP not in groups:
        return sure, sure
    return sure, query.of(filter.possible(peer, groups))


def _by_lost_reference(filter: Filter, peer: int, other: NetworkInterface | None) -> Traffic:
    """What the other end's groups would have opened, had they not been lost on the way (SG-12, SG-13)."""
    if other is None or not other.groups or other.groups.isdisjoint(filter.named_groups):
        return Traffic.nothing()
    return filter.allowed(peer, other.groups)


def _lost_reference(visit: Visit, filter: Filter, rule: str, why: str) -> Cause:
    """A rule that names the other end's group and does not match, by a rule of AWS's and in words."""
    code = filter.code if rule == STALE else Code.SG_REFERENCES_NOT_PRESERVED
    at = visit.checkpoint
    decided = _no_match(filter)
    return Cause(code, rule, f"{decided}; {why}", at.component, at.role, filter.path, decided)


def _why_not_named(visit: Visit, peer: int, receiver: NetworkInterface) -> tuple[str, str]:
    """Why a rule for what goes out that names the receiver's group does not match: the packet is sent to its public address
    (SG-12), or it is in a VPC whose groups such rules cannot name."""
    if peer in receiver.publics:
        return "SG-12", "a rule that names the receiver's group does not match a public address"
    sender: NetworkInterface | None = getattr(visit.checkpoint, "interface", None)
    only = "only groups of its own VPC and of actively peered VPCs in the same Region"
    return _between(sender, receiver, "receiver", f"a rule for what goes out can name {only}")


def _between(home: NetworkInterface | None, other: NetworkInterface, end: str, otherwise: str) -> tuple[str, str]:
    """Why a rule of one VPC cannot name a group of another one: it is in another Region (SG-11), the peering with it is not
    active (SG-16), only a transit gateway may lead there (TGW-14), or nothing does by which groups can be named (SG-11)."""
    if home is not None and home.vpc.region != other.vpc.region:
        return "SG-11", f"a rule that names the {end}'s group does not match between Regions"
    if home is not None and other.vpc in home.vpc.stale:
        return STALE, f"the rule that names the {end}'s group is stale: the peering is not active"
    attached = home is not None and home.vpc.doors and other.vpc.doors
    return "TGW-14" if attached else "SG-11", otherwise


def _why_lost(visit: Visit, peer: int, sender: NetworkInterface) -> tuple[str, str]:
    """Why a rule that names the sender's group does not match: of a public address (SG-12), of a translated one (SG-13),
    after a load balancer or a middlebox that keeps it (LB-4, SG-14), over a transit gateway (TGW-14), over a peering that is
    not active (SG-16), into another Region or over none at all (SG-11)."""
    names = "a rule that names the sender's group does not match"
    if peer not in sender.addresses:
        if peer in PUBLIC:
            return "SG-12", f"{names} a public address"
        return "SG-13", f"{names} an address that was translated"
    receiver: NetworkInterface | None = getattr(visit.checkpoint, "interface", None)
    if visit.header.direct:
        return _between(receiver, sender, "sender", f"{names} an address of a VPC that is not peered")
    if visit.header.carried is not None:
        return "LB-4", f"{names} what a load balancer passes on"
    if receiver is not None and receiver.vpc is not sender.vpc:
        without = "over a transit gateway without security group referencing"
        return "TGW-14", f"{names} {without}, nor what a middlebox forwards"
    return "SG-14", f"{names} what a middlebox forwards"


def _cause(visit: Visit, filter: Filter, clause: Clause | None) -> Cause:
    decided = _no_match(filter) if clause is None else clause.text
    path = filter.path if clause is None else clause.path
    at = visit.checkpoint
    return Cause(at.blame or filter.code, filter.rule, decided, at.component, at.role, path, decided)


_WITH_RULES = frozenset({Code.SUBNET_ACL_RESTRICTION, Code.ENI_SG_RULES_MISMATCH, Code.SG_HAS_NO_RULES})


def has_rules(filter: Filter) -> bool:
    """Whether a filter's clauses are rules that somebody wrote, not what a kind of component carries."""
    return filter.code in _WITH_RULES


def _no_match(filter: Filter) -> str:
    if not has_rules(filter):
        return f"{filter.clauses[0].text} only"
    direction = filter.direction.value
    return f"no {direction} rule matches" if filter.clauses else f"there is no {direction} rule"


def nearest_miss(filter: Filter, peer: int, groups: frozenset[GroupId], service: int, who: str, *, sends: bool) -> str:
    """The rule that comes closest to letting a packet through that no rule matches, or that would have, and why it does not;
    empty where none comes close.

    `who`: the peer, in words. `sends`: whether the peer is the sender. One that names the packet's traffic comes before one
    that names its peer; of several, that which names least.
    """
    clause = filter.decide(peer, groups, service)
    if clause is not None:
        index = filter.clauses.index(clause)
        later = next((c for c in filter.clauses[index + 1 :] if c.permits and _matches(c, peer, groups, service)), None)
        return "" if later is None else f"{later.text} would let it through, but comes later"
    permitting = [clause for clause in filter.clauses if clause.permits]
    found = _least(clause for clause in permitting if service in clause.traffic)
    if found is not None:
        part = "sender" if sends else "receiver"
        misses = f"of which the {part} is not a member" if found.groups else f"which does not name {who}"
        return f"{_closest(found)}, {misses}"
    mine = [clause for clause in permitting if clause.names_peer(peer, groups)]
    protocol = Traffic.protocol(protocol_of(service))
    found = _least(clause for clause in mine if not clause.traffic.isdisjoint(protocol)) or _least(mine)
    traffic = Traffic.of((service, service))
    return "" if found is None else f"{_closest(found)}, which does not cover {traffic}"


def _closest(clause: Clause) -> str:
    """A rule as a person reads it; those of an ACL begin with the word."""
    return f"closest {clause.text}" if clause.text.startswith("rule ") else f"closest rule: {clause.text}"


def _matches(clause: Clause, peer: int, groups: frozenset[GroupId], service: int) -> bool:
    return service in clause.traffic and clause.names_peer(peer, groups)


def _least(clauses: Iterable[Clause]) -> Clause | None:
    return min(clauses, key=lambda clause: (clause.traffic.count, clause.peers.count), default=None)
