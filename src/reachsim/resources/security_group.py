"""Security groups (chapter SG)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from sys import intern
from typing import Annotated

from pydantic import Field

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Forward, Header, Leg, Step
from reachsim.dataplane.filters import Direction, Filter, Query
from reachsim.dataplane.scope import ANY, Scope
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.cidr import AddressSet, Cidr, address_set, blocks_of
from reachsim.net.traffic import EVERYTHING, PROTOCOL_NAMES, Traffic
from reachsim.resources.fields import (
    OR_UNKNOWN,
    Boolean,
    PeersField,
    ReadOnly,
    References,
    RuleTrafficField,
    Schema,
    Tags,
    Unknown,
    or_unknown,
    traffic_of,
)
from reachsim.resources.mending import Case, Edit, KeyChange, LeakyRule, closes, mends, tokens_of
from reachsim.resources.reference import UNKNOWN
from reachsim.rules.clauses import Clause, GroupId, KeyPath
from reachsim.rules.codes import Code

ResolvePeer = Callable[[str, str], tuple[AddressSet, frozenset[GroupId]]]
"""From a VPC's name and a name that a rule there writes, what it names: a prefix list's addresses or a group."""
Perhaps = Callable[[str, frozenset[GroupId]], AddressSet]
"""From a VPC's name and groups that a rule there names, where it may mean interfaces, or not."""

EVERYONE = AddressSet.everything()


class IngressRule(Schema):
    """A rule that lets traffic in."""

    allow: RuleTrafficField
    """The traffic that may come in: protocol and destination port, or ICMP type and code; `unknown`."""
    from_: PeersField = Field(alias="from")
    """From whom: a block, an address, a security group (`name`, `vpc.name`), a prefix list, or a list of these;
    `unknown`."""
    perhaps: Boolean = False
    """Whether it is not known that it is there."""
    description: str = ""
    """For the reader."""

    @property
    def peers(self) -> tuple[Cidr | str, ...]:
        """Who is named."""
        return self.from_

    @property
    def known(self) -> bool:
        """Whether everything in it is known, and that it is there."""
        return not self.perhaps and self.allow is not Unknown.UNKNOWN and UNKNOWN not in self.from_

    def text(self) -> str:
        """The rule as a person writes it."""
        return f"{self.allow} from {', '.join(map(str, self.from_))}{', perhaps' if self.perhaps else ''}"


class EgressRule(Schema):
    """A rule that lets traffic out."""

    allow: RuleTrafficField
    """The traffic that may go out: protocol and destination port, or ICMP type and code; `unknown`."""
    to: PeersField
    """To whom: a block, an address, a security group (`name`, `vpc.name`), a prefix list, or a list of these;
    `unknown`."""
    perhaps: Boolean = False
    """Whether it is not known that it is there."""
    description: str = ""
    """For the reader."""

    @property
    def peers(self) -> tuple[Cidr | str, ...]:
        """Who is named."""
        return self.to

    @property
    def known(self) -> bool:
        """Whether everything in it is known, and that it is there."""
        return not self.perhaps and self.allow is not Unknown.UNKNOWN and UNKNOWN not in self.to

    def text(self) -> str:
        """The rule as a person writes it."""
        return f"{self.allow} to {', '.join(map(str, self.to))}{', perhaps' if self.perhaps else ''}"


class SecurityGroup(Schema):
    """A security group: rules that allow, none that deny (SG-1).

    A new group has no ingress rule and one egress rule that lets everything out, so that is what a missing `egress`
    means. `egress: []` lets nothing start.
    """

    ingress: Annotated[tuple[IngressRule, ...], or_unknown({"allow": UNKNOWN, "from": UNKNOWN}), OR_UNKNOWN] = ()
    """What may come in; left out: nothing; `unknown`."""
    egress: Annotated[tuple[EgressRule, ...] | None, or_unknown({"allow": UNKNOWN, "to": UNKNOWN}), OR_UNKNOWN] = None
    """What may go out; left out: everything; `[]`: nothing; `unknown`."""
    associated_vpcs: References = ()
    """Other VPCs of the Region whose interfaces may have it too (SG-17)."""
    description: str = ""
    """For the reader."""
    tags: Tags = Field(default_factory=ReadOnly)


def unknown_group() -> SecurityGroup:
    """The group `unknown`, in place of groups of which a design knows nothing."""
    return SecurityGroup.model_validate({"ingress": UNKNOWN, "egress": UNKNOWN})


@cache
def default_group() -> SecurityGroup:
    """The group `default` of a VPC whose file does not write one: everything from itself, everything out (**SG-3**)."""
    return SecurityGroup.model_validate({"ingress": [{"allow": "all", "from": "default"}]})


def group_clauses(
    group: SecurityGroup, identity: GroupId, direction: Direction, path: KeyPath, resolve: ResolvePeer, perhaps: Perhaps
) -> list[Clause]:
    """The clauses of one group in one direction; each peer of a rule is named by the rule's clause (**SG-18**, **SG-19**).

    A reference to another group matches the private addresses of that group's interfaces and inherits none of its
    rules (SG-10); a group that names itself is no exception, and sharing a group alone allows nothing (**SG-15**). A rule
    with `unknown` in it may be about anybody, one with a group of a VPC that is peered perhaps about anybody there. A group
    that writes no egress rules has the one that lets everything out
    (**SG-2**).
    """
    if direction is Direction.EGRESS and group.egress is None:
        text = f"default egress rule of {identity[1]}: all to everyone"
        return [Clause(True, EVERYONE, EVERYTHING, text, path)]
    rules: Sequence[IngressRule | EgressRule] = group.ingress if direction is Direction.INGRESS else group.egress or ()
    clauses: list[Clause] = []
    for index, rule in enumerate(rules):
        spans: list[tuple[int, int]] = []
        found: set[GroupId] = set()
        for peer in rule.peers:
            if peer == UNKNOWN:
                continue
            if isinstance(peer, Cidr):
                spans.append(peer.span)
            else:
                addresses, named = resolve(identity[0], peer)
                spans += addresses.spans
                found |= named
        groups = frozenset(found)
        at, token = (*path, direction.value, index), traffic_of(rule.allow)
        whole = not rule.perhaps and not isinstance(rule.allow, Unknown)
        if spans or groups or rule.known:
            clauses.append(Clause(True, AddressSet.union_of(spans), token, rule.text(), at, groups, whole))
        unsure = EVERYONE if UNKNOWN in rule.peers else perhaps(identity[0], groups)
        if unsure:
            clauses.append(Clause(True, unsure, token, rule.text(), at, known=False))
    return clauses


def group_filter(names: tuple[str, ...], direction: Direction, clauses: tuple[Clause, ...], path: KeyPath) -> Filter:
    """All groups of an interface as one filter: any rule of any group lets a packet pass (**SG-1**)."""
    name = f"security group{'s' if len(names) > 1 else ''} {', '.join(names)}"
    code = Code.ENI_SG_RULES_MISMATCH if clauses else Code.SG_HAS_NO_RULES
    at = (*path, direction.value) if path else ()
    return Filter(name, direction, clauses, stateful=True, code=code, rule="SG-1", path=at)


def tracked(interface: NetworkInterface, direction: Direction, header: Header, leg: Leg) -> bool:
    """Whether an answer passes the groups of an interface unasked (**SG-4**, **WALK-16**).

    It does when the packet that it answers crossed the same interface the other way, with these addresses swapped.
    """
    other = Direction.INGRESS if direction is Direction.EGRESS else Direction.EGRESS
    return leg.reply and (interface, other.value, header.destination, header.source) in leg.crossed


class SecurityGroupCheckpoint(Checkpoint, is_a=CheckpointType.SECURITY_GROUPS, cuts=False, asks=True):
    """The security groups of one interface in one direction. They judge every packet of the interface, also to and
    from its own subnet (SG-22), and see the addresses that the packet has there (**SG-21**)."""

    __slots__ = ("direction", "filter", "interface", "next")

    def __init__(
        self, interface: NetworkInterface, direction: Direction, filter: Filter, path: KeyPath, next: Checkpoint
    ) -> None:
        # One text for all interfaces with the same groups: there may be a hundred thousand.
        super().__init__(interface.name, intern(f"{filter.name} {direction.value}"), path)
        self.interface = interface
        self.direction = direction
        self.filter = filter
        self.next = next

    def step(self, header: Header, leg: Leg) -> Step:
        """Ask the groups, then go on."""
        return self.judged(self.next, header, leg, ANY)

    def judged(self, next: Checkpoint, header: Header, leg: Leg, scope: Scope) -> Forward:
        """On to `next`, if the groups let it: asked of everything on the way there, and on the way back of what they do not
        track. A reference names the interface that sends: what a middlebox forwards comes from none (**SG-14**)."""
        peer = header.destination if self.direction is Direction.EGRESS else header.source
        known = tracked(self.interface, self.direction, header, leg)
        if not leg.reply:
            leg.crossed.add((self.interface, self.direction.value, header.source, header.destination))
        # Outbound, the address that the packet is sent to decides.
        direct = header.direct or self.direction is Direction.EGRESS
        carried = header.carried if self.direction is Direction.INGRESS else None  # LB-4
        query = Query(self.filter, peer, self.interface.vpc if direct else None, known, carried)
        return Forward(next, header, scope=scope, asks=query)

    def filters(self) -> Iterable[Filter]:
        """The groups."""
        return (self.filter,)

    @property
    def owner(self) -> NetworkInterface:
        """The interface."""
        return self.interface

    def successors(self) -> Sequence[Checkpoint]:
        """The next checkpoint of the interface."""
        return (self.next,)


GROUP_CODES = frozenset({Code.ENI_SG_RULES_MISMATCH, Code.SG_HAS_NO_RULES, Code.SG_REFERENCES_NOT_PRESERVED})
"""What stops a packet for want of a rule of a group."""


@mends
def rules_of_groups(case: Case) -> Iterator[Edit]:
    """A rule for just what is asked, in that group of the interface which the fewest carry: by the peer's group where it can
    be named there, by its address, by its subnet's block (SG-1, SG-10)."""
    interface = case.view.interface(case.cause.component)
    word = case.cause.checkpoint.rpartition(" ")[2]
    group_id = None if interface is None else narrowest(case, interface)
    if case.cause.code not in GROUP_CODES or group_id is None or word not in ("ingress", "egress"):
        return
    vpc, name = group_id
    key = "from" if word == "ingress" else "to"
    for peer, cost in _peers(case, vpc, word == "ingress"):
        rule = {"allow": tokens_of(case.wanted), key: peer}
        text = f"add to security group {name} the {word} rule {case.wanted} {key} {peer}"
        group = ("vpcs", vpc, "security_groups", name)
        if case.view.written(group) is None and name == "default":  # SG-3: as AWS makes it, and one rule more
            whole = {"ingress": [{"allow": "all", "from": "default"}]}
            yield Edit((KeyChange(group, whole), KeyChange((*group, word), rule, "add")), text, cost)
        else:
            yield Edit.adding((*group, word), rule, text, cost)


def narrowest(case: Case, interface: NetworkInterface) -> GroupId | None:
    """The group of an interface that the fewest carry: a rule in another one opens more; None where it has none."""
    return min(interface.groups or (), key=lambda group: (case.view.carriers(group), group), default=None)


def _peers(case: Case, vpc: str, inbound: bool) -> Iterator[tuple[str, int]]:
    """How a rule may name the peer, what is open least first."""
    for owner, name in sorted(case.groups, key=lambda group: (case.view.carriers(group), group)):
        yield (name if owner == vpc else f"{owner}.{name}"), 1
    blocks = case.sources if inbound else case.destinations
    address = case.source if inbound else case.destination
    for block in blocks or ((Cidr.single(address),) if case.view.fixed(address) else ()):
        yield str(block), 1 if len(blocks) > 1 else 2
    peer = case.view.owner(address)
    if peer is not None and not blocks:
        yield from ((str(block), 3) for block in peer.subnet.blocks if address in block)


_MANY_TOKENS = 6
"""A rule of more tokens is nothing that a person would write."""
_MANY_BLOCKS = 8
"""Nor one that names more blocks in place of one."""


@closes
def rules_taken_away(leak: LeakyRule) -> Iterator[Edit]:
    """The rule that lets it through, without what is forbidden of one peer, of all of them, or taken away (SG-1)."""
    path = leak.path
    if len(path) != 6 or path[2] != "security_groups":
        return
    group = leak.view.design.vpcs[str(path[1])].security_groups[str(path[3])]
    rule: IngressRule | EgressRule = getattr(group, str(path[4]))[int(path[5])]
    assert isinstance(rule.allow, Traffic)  # what an unknown rule lets through is undecided, and no leak
    rest = rule.allow - leak.forbidden
    if len(rest.tokens()) > _MANY_TOKENS:  # of "all", what has a name is kept
        rest &= Traffic.union_of(span for protocol in PROTOCOL_NAMES for span in Traffic.protocol(protocol).spans)
    yield from _apart(leak, rule, rest)
    if rest:
        text = f"narrow the {path[4]} rule {rule.text()} of security group {path[3]} to {rest}"
        yield Edit.setting((*path, "allow"), tokens_of(rest), text)
    text = f"take the {path[4]} rule {rule.text()} out of security group {path[3]}"
    yield Edit((KeyChange(path, action="remove"),), text, 2)


def _apart(leak: LeakyRule, rule: IngressRule | EgressRule, rest: Traffic) -> Iterator[Edit]:
    """The rule for its other peers alone: those that do not name who must not pass, and what is left of a block that does.
    What else that one may, it may by a rule of its own."""
    vpc, name, word = str(leak.path[1]), str(leak.path[3]), str(leak.path[4])
    key, address, blocks = (
        ("from", leak.source, leak.sources) if word == "ingress" else ("to", leak.destination, leak.destinations)
    )
    shut = address_set(blocks or (Cidr.single(address),))
    kept: list[str] = []
    cut: list[str] = []
    for peer in rule.peers:
        found = peer.addresses if isinstance(peer, Cidr) else _named(leak, vpc, peer, address)
        left = blocks_of(found - shut)
        if found.isdisjoint(shut):
            kept.append(str(peer))
        elif isinstance(peer, Cidr) and len(left) <= _MANY_BLOCKS:
            kept += map(str, left)
            cut += map(str, blocks_of(found & shut))
        else:
            cut.append(str(peer))
    if not kept:
        return
    changes = [KeyChange((*leak.path, key), kept[0] if len(kept) == 1 else kept)]
    text = f"let the {word} rule {rule.text()} of security group {name} name {', '.join(kept)} alone"
    if rest:
        own = {"allow": tokens_of(rest), key: cut[0] if len(cut) == 1 else cut}
        changes.append(KeyChange(leak.path[:5], own, "add"))
        text = f"{text}, and add the rule {rest} {key} {', '.join(cut)}"
    yield Edit(tuple(changes), text)


def _named(leak: LeakyRule, vpc: str, peer: str, address: int) -> AddressSet:
    """What a name in a rule means there: the blocks of a prefix list; of a group, the address in question or nothing."""
    lists = leak.view.design.prefix_lists
    owner, _, name = peer.rpartition(".")
    group = owner or vpc, name
    interface = leak.view.owner(address, group[0])
    if interface is not None and group in (interface.groups or ()):
        return AddressSet.of((address, address))
    known = owner or name in leak.view.design.vpcs[vpc].security_groups or name == "default"
    return AddressSet.nothing() if known or peer not in lists else lists[peer].addresses
