"""Why a filter does not let traffic through: the causes, made once for traces and for exact answers."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.fabric.cause import Cause
from reachsim.fabric.filters import Direction, Filter
from reachsim.fabric.site import Nic
from reachsim.fabric.steps import Query
from reachsim.fabric.walk import Visit
from reachsim.net.traffic import Traffic
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import Clause
from reachsim.rules.codes import Code


def denials(
    visit: Visit, query: Query, filter: Filter, peer: int, sender: Nic | None
) -> Iterator[tuple[Cause, Traffic]]:
    """What a filter does not let through between its owner and a peer, cause by cause; the parts are disjoint.

    `filter`: what stands in the query's place now. `sender`: the interface that sent the packet first, whose groups a rule
    may name without matching, since the address is no longer its own. Of a query about one service, what it denies is all.
    """
    if query.service is not None:
        for cause, traffic in denials(visit, query._replace(service=None), filter, peer, sender):
            if query.service in traffic:
                yield cause, Traffic.everything()
        return
    for clause, traffic in filter.denied(peer, query.groups):
        lost = traffic & _by_lost_reference(filter, peer, sender)
        if lost:
            yield _cause(visit, filter, clause, *_why_lost(visit, peer, sender)), lost
        if traffic - lost:
            yield _cause(visit, filter, clause), traffic - lost


def _by_lost_reference(filter: Filter, peer: int, sender: Nic | None) -> Traffic:
    """What the sender's own groups would have opened, had they not been lost on the way (SG-12, SG-13)."""
    if sender is None or not sender.groups or filter.direction is not Direction.INGRESS:
        return Traffic.nothing()
    return filter.allowed(peer, sender.groups)


def _why_lost(visit: Visit, peer: int, sender: Nic | None) -> tuple[str, str]:
    """The rule by which a reference to the sender's group does not match, and what to say: a public address (SG-12), a
    translated one (SG-13), a load balancer or a middlebox that keeps it (LB-4, SG-14), a peering that is not active
    (SG-16)."""
    does_not = "the rule that names the sender's group does not match this address"
    if sender is None or peer not in sender.addresses:
        return ("SG-12" if peer in PUBLIC else "SG-13"), does_not
    if visit.transit.direct:
        return "SG-16", "the rule that names the sender's group is stale: the peering is not active"
    return ("SG-14" if visit.transit.carried is None else "LB-4"), does_not


def _cause(visit: Visit, filter: Filter, clause: Clause | None, rule: str = "", note: str = "") -> Cause:
    decided = f"no {filter.direction.value} rule matches" if clause is None else clause.text
    code = Code.SG_REFERENCES_NOT_PRESERVED if rule and rule != "SG-16" else visit.checkpoint.blame or filter.code
    path = filter.path if clause is None else clause.path
    at = visit.checkpoint
    return Cause(code, rule or filter.rule, decided, at.component, at.role, path, decided, note)
