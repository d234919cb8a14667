"""Ordered clauses: the one form in which network ACLs and security groups are asked, packet by packet or all at once.

A clause looks at the peer's address (source inbound, destination outbound) and at protocol and destination port. The
source port and the other address are never looked at (NACL-7; the same holds for security groups).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reachsim.faces import Faced
from reachsim.net.cidr import AddressSet
from reachsim.net.traffic import Traffic

KeyPath = tuple[str | int, ...]
"""Keys from the top of a file down to what is meant: ``("vpcs", "app", "cidrs", 0)``."""

GroupId = tuple[str, str]
"""A security group: VPC and name."""

NO_GROUPS: frozenset[GroupId] = frozenset()
SOME_GROUP: GroupId = ("", "unknown")
"""In place of the groups of an interface of which they are not known: any group may be among them."""
ANYONE: frozenset[GroupId] = frozenset({SOME_GROUP, ("", "anyone")})
"""In place of the groups of a peer of which nothing is known, not even its address: every rule may be about it."""


@dataclass(frozen=True, slots=True, repr=False)
class Clause(Faced):
    """One rule of an ACL or a security group.

    `peers`: addresses it names; `groups`: security groups it names (SG-10); `traffic`: what it lets through or stops.
    `text` is what a person reads, `path` where it is written (empty for AWS's own defaults). `known`: False where the design
    says that part of the rule is not known, so that it may apply to what it matches, or not. `doubt`: what is not known of
    it, in a sentence, where it is no rule that somebody wrote. `because`: what the reader of the file found that is not
    known of what the rule is in.
    """

    permits: bool
    peers: AddressSet
    traffic: Traffic
    text: str
    path: KeyPath = ()
    groups: frozenset[GroupId] = NO_GROUPS
    known: bool = True
    doubt: str = ""
    because: str = ""

    @property
    def not_known(self) -> str:
        """Of a rule that somebody wrote: that it is not known, and what that hangs on."""
        return f"what {self.text!r} means is not known{self.because and f' ({self.because})'}"

    def names_peer(self, peer: int, groups: frozenset[GroupId]) -> bool:
        """Whether the clause speaks of that address, or of a group that its interface carries."""
        return peer in self.peers or not self.groups.isdisjoint(groups)

    def may_name_peer(self, peer: int, groups: frozenset[GroupId]) -> bool:
        """Whether it may speak of an address, of whose interface perhaps not all groups are known."""
        return self.names_peer(peer, groups) or (SOME_GROUP in groups and (bool(self.groups) or groups == ANYONE))

    def surely_names_peer(self, peer: int, groups: frozenset[GroupId]) -> bool:
        """Whether it speaks of an address for certain."""
        return self.known and self.names_peer(peer, groups)

    def __str__(self) -> str:
        return self.text


def first_match(clauses: Iterable[Clause], peer: int, groups: frozenset[GroupId], service: int) -> Clause | None:
    """The clause that decides on one packet: the first that matches (**NACL-2**); None when none does.

    In a security group every clause permits, so the first match is as good as any (SG-1). Of rules that are not known the
    worst is taken: one that permits is passed over, one that denies decides.
    """
    for clause in clauses:
        if service in clause.traffic and _counts(clause, peer, groups, at_best=False):
            return clause
    return None


def _counts(clause: Clause, peer: int, groups: frozenset[GroupId], *, at_best: bool) -> bool:
    """Whether a clause is taken to speak of a peer: at best, where it permits, if it may; else if it surely does."""
    if clause.permits is at_best:
        return clause.may_name_peer(peer, groups)
    return clause.surely_names_peer(peer, groups)


def permitted(clauses: Iterable[Clause], peer: int, groups: frozenset[GroupId], *, at_best: bool = False) -> Traffic:
    """All traffic that the clauses let through between their owner and one peer: the same decision, for all packets.

    What they surely let through; `at_best`: what they may let through, whatever the rules say that are not known. More is
    let through the more a rule permits and the less a rule denies, so that these two are the ends of all that may be.
    """
    allowed = rest = None
    sure = SOME_GROUP not in groups
    for clause in clauses:
        plain = sure and clause.known
        if not (clause.names_peer(peer, groups) if plain else _counts(clause, peer, groups, at_best=at_best)):
            continue
        hit = clause.traffic if rest is None else clause.traffic & rest
        if clause.permits:
            allowed = hit if allowed is None else allowed | hit
        else:  # first match wins: what this clause stops, no later clause sees
            rest = ~clause.traffic if rest is None else rest - clause.traffic
    return Traffic.nothing() if allowed is None else allowed


def peer_starts(clauses: Iterable[Clause]) -> list[int]:
    """Places on the address line where the answer for a peer may change, ascending, from 0."""
    starts = {0}
    for clause in clauses:
        for low, high in clause.peers.spans:
            starts.add(low)
            starts.add(high + 1)
    return sorted(starts)
