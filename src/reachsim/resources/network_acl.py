"""Network ACLs (chapter NACL)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final

from pydantic import Field, PlainValidator, model_validator

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Forward, Header, Leg, Step
from reachsim.dataplane.filters import Direction, Filter, Query
from reachsim.dataplane.scope import ANY, to_run
from reachsim.dataplane.site import SubnetSite
from reachsim.errors import HintedError, shown
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet, Cidr
from reachsim.net.traffic import EVERYTHING, Traffic
from reachsim.resources.fields import (
    OR_UNKNOWN,
    Boolean,
    Integer,
    PeerBlockField,
    ReadOnly,
    RuleTrafficField,
    Schema,
    Tags,
    Unknown,
    looks_like_address,
    or_unknown,
    traffic_of,
)
from reachsim.resources.mending import Case, Edit, LeakyRule, closes, mends, tokens_of
from reachsim.resources.reference import UNKNOWN
from reachsim.rules.clauses import Clause, KeyPath
from reachsim.rules.codes import Code


def _acl_block(value: Any) -> Cidr | Unknown:
    """An ACL names blocks and nothing else (**NACL-10**)."""
    if isinstance(value, Cidr | Unknown):
        return value
    if value == UNKNOWN:
        return Unknown.UNKNOWN
    if isinstance(value, str) and looks_like_address(value):
        return Cidr.parse_peer(value)
    raise HintedError(
        f"a network ACL rule names one block, got {shown(value)}",
        hint="write a CIDR such as 10.0.0.0/16; security groups and prefix lists cannot be used here",
        code="NACL-10",
    )


AclBlock = Annotated[Cidr | Unknown, PlainValidator(_acl_block), PeerBlockField]
RuleNumber = Annotated[Integer, Field(ge=1, le=32766)]


class AclRule(Schema):
    """One numbered rule of an ACL; exactly one of `allow` and `deny`."""

    rule: RuleNumber
    """1 to 32766; the lowest number that matches decides (NACL-2)."""
    allow: RuleTrafficField | None = None
    """The traffic that it lets through; `unknown`."""
    deny: RuleTrafficField | None = None
    """The traffic that it stops; `unknown`."""
    perhaps: Boolean = False
    """Whether it is not known that it is there."""
    description: str = ""
    """For the reader."""

    @model_validator(mode="after")
    def _one_action(self) -> AclRule:
        if (self.allow is None) == (self.deny is None):
            raise HintedError("a rule either allows or denies", hint="write one of 'allow' and 'deny'")
        return self

    @property
    def block(self) -> Cidr | Unknown:
        """The peer's block."""
        raise NotImplementedError

    @property
    def action(self) -> str:
        """What it does, as it is written."""
        verb, what = ("deny", self.deny) if self.allow is None else ("allow", self.allow)
        return f"{verb} {what}"

    @property
    def traffic(self) -> Traffic:
        """What it allows or denies, or may: all where that is not known."""
        what = self.deny if self.allow is None else self.allow
        return Traffic.nothing() if what is None else traffic_of(what)

    @property
    def peers(self) -> AddressSet:
        """The addresses that it is about, or may be; those of the other family are never among them (**NACL-11**)."""
        return AddressSet.everything() if isinstance(self.block, Unknown) else self.block.addresses

    @property
    def known(self) -> bool:
        """Whether everything in it is known, and that it is there."""
        return not self.perhaps and Unknown.UNKNOWN not in (self.allow, self.deny, self.block)

    @property
    def is_default(self) -> bool:
        """Whether it is a rule that AWS puts into a default ACL (NACL-3)."""
        everything = self.allow is not None and self.traffic == EVERYTHING
        return self.known and everything and (self.rule, self.block) in DEFAULT_RULES


DEFAULT_RULES: Final = ((100, EVERY_IPV4), (101, EVERY_IPV6))
"""What a default ACL allows as AWS makes it: the number of the rule, and of whom it allows everything (**NACL-3**)."""


class AclIngressRule(AclRule):
    """A rule for packets that enter the subnet, by their source."""

    from_: AclBlock = Field(alias="from")
    """The block or address of the sender."""

    @property
    def block(self) -> Cidr | Unknown:
        """The sources."""
        return self.from_


class AclEgressRule(AclRule):
    """A rule for packets that leave the subnet, by their destination."""

    to: AclBlock
    """The block or address of the receiver."""

    @property
    def block(self) -> Cidr | Unknown:
        """The destinations."""
        return self.to


class NetworkAcl(Schema):
    """A network ACL. What no rule matches is denied (NACL-2, NACL-3).

    A missing direction is empty in an ACL of one's own, and as AWS makes it, all allowed, in the ACL `default`.
    """

    ingress: Annotated[
        tuple[AclIngressRule, ...] | None, or_unknown({"rule": 1, "allow": UNKNOWN, "from": UNKNOWN}), OR_UNKNOWN
    ] = None
    """Rules for packets that enter the subnet; `unknown`."""
    egress: Annotated[
        tuple[AclEgressRule, ...] | None, or_unknown({"rule": 1, "allow": UNKNOWN, "to": UNKNOWN}), OR_UNKNOWN
    ] = None
    """Rules for packets that leave it; `unknown`."""
    tags: Tags = Field(default_factory=ReadOnly)


def unknown_acl() -> NetworkAcl:
    """The ACL `unknown`, in place of one of which a design knows nothing."""
    return NetworkAcl.model_validate({"ingress": UNKNOWN, "egress": UNKNOWN})


DEFAULT_CLAUSES = tuple(
    Clause(True, block.addresses, EVERYTHING, f"rule {number} (default ACL): allow all")
    for number, block in DEFAULT_RULES
)
"""The default ACL as AWS makes it, in both directions (NACL-3)."""


def acl_clauses(acl: NetworkAcl | None, direction: Direction, path: KeyPath, *, default: bool) -> tuple[Clause, ...]:
    """The clauses of an ACL in one direction, in the order of their numbers, not of the file (**NACL-2**).

    `acl` None: the VPC's default ACL, not written. `default`: it is the default ACL; a direction that it does not
    write was not edited (**NACL-3**), one that it writes has just the rules written, for IPv6 too (**NACL-4**).
    """
    rules = None if acl is None else acl.ingress if direction is Direction.INGRESS else acl.egress
    if rules is None:
        return DEFAULT_CLAUSES if default else ()
    word = "from" if direction is Direction.INGRESS else "to"
    numbered = sorted(enumerate(rules), key=lambda item: item[1].rule)
    return tuple(
        Clause(
            rule.allow is not None,
            rule.peers,
            rule.traffic,
            f"rule {rule.rule}: {rule.action} {word} {rule.block}{', perhaps' if rule.perhaps else ''}",
            (*path, direction.value, index),
            known=rule.known,
        )
        for index, rule in numbered
    )


def within_subnet(clauses: tuple[Clause, ...], path: KeyPath) -> tuple[Clause, ...]:
    """The clauses of an ACL for what a route leads to an interface of the sender's own subnet. AWS says that an ACL is not
    asked about what is "routed within a subnet", and yet that it is, both ways, on the way to a transit gateway's attachment
    in the sender's subnet (TGW-12). So what it admits passes, and what it denies may pass (**NACL-6**)."""
    doubt = (
        "AWS does not say whether an ACL is asked about what a route leads to an interface of the sender's own subnet"
    )
    return (Clause(True, AddressSet.everything(), EVERYTHING, doubt, path, known=False, doubt=doubt), *clauses)


def acl_filter(name: str, direction: Direction, clauses: tuple[Clause, ...], path: KeyPath) -> Filter:
    """An ACL in one direction as a filter: stateless, so answers need rules of their own (**NACL-5**)."""
    return Filter(
        f"network ACL {name}",
        direction,
        clauses,
        stateful=False,
        code=Code.SUBNET_ACL_RESTRICTION,
        rule="NACL-2",
        path=(*path, direction.value) if path else (),
    )


class AclCheckpoint(Checkpoint, is_a=CheckpointType.NETWORK_ACL, cuts=False, asks=True):
    """A subnet's ACL in one direction. It judges what enters or leaves the subnet, every packet alone (NACL-5, **NACL-6**,
    WALK-16), by the other end's address, protocol and destination port (**NACL-7**), with the addresses that the packet has
    inside the VPC (NACL-14).

    `within`: the same ACL for what a route leads to an interface of this very subnet; `turned`: the destinations of such
    routes. None, and no destinations, where no route does.
    """

    __slots__ = ("direction", "filter", "next", "subnet", "turned", "within")

    def __init__(
        self, subnet: SubnetSite, direction: Direction, filter: Filter, path: KeyPath, next: Checkpoint
    ) -> None:
        super().__init__(subnet.full_name, f"{filter.name} {direction.value}", path)
        self.subnet = subnet
        self.direction = direction
        self.filter = filter
        self.next = next
        self.within: Filter | None = None
        self.turned = AddressSet.nothing()

    def turn(self, within: Filter, turned: AddressSet) -> None:
        """Set what is asked of packets to destinations that a route leads to an interface of the subnet."""
        self.within, self.turned = within, turned

    def step(self, header: Header, leg: Leg) -> Step:
        """Ask the ACL, on the way there and on the way back alike."""
        peer = header.destination if self.direction is Direction.EGRESS else header.source
        if self.within is None:
            return Forward(self.next, header, scope=ANY, asks=Query(self.filter, peer))
        filter = self.within if self._turns(header) else self.filter
        return Forward(
            self.next, header, scope=to_run(self.turned.run_around(header.destination)), asks=Query(filter, peer)
        )

    def _turns(self, header: Header) -> bool:
        """Whether a packet comes from an interface of the subnet, and a route leads it to another one there."""
        if self.direction is Direction.EGRESS:
            return header.destination in self.turned
        ends = header.sender, header.toward
        return all(end is not None and end.subnet is self.subnet for end in ends)

    def filters(self) -> Iterable[Filter]:
        """The ACL."""
        return (self.filter,) if self.within is None else (self.filter, self.within)

    @property
    def owner(self) -> SubnetSite:
        """The subnet."""
        return self.subnet

    def successors(self) -> tuple[Checkpoint, ...]:
        """The subnet's route table, or its link."""
        return (self.next,)


_STEP = 10
"""Between the numbers of rules, so that another fits in between."""


@mends
def rules_of_acls(case: Case) -> Iterator[Edit]:
    """A rule for just what is asked, numbered behind all others, or before the one that denies (NACL-2); where a rule that
    comes too late allows it, that one's number."""
    path = case.cause.path
    if case.code != Code.SUBNET_ACL_RESTRICTION or not case.at("network_acls") or len(path) < 5:
        return
    acl, word = path[:4], str(path[4])
    rules = case.view.written((*acl, word)) or []
    numbers = sorted(rule["rule"] for rule in rules)
    limit = None if len(path) < 6 else int(rules[int(path[5])]["rule"])
    number = _free_number(numbers, limit)
    if number is None:
        return
    key = "from" if word == "ingress" else "to"
    address = case.source if word == "ingress" else case.destination
    body = getattr(case.view.design.vpcs[str(path[1])].network_acls[str(path[3])], word) or ()
    for index, rule in enumerate(body):
        late = limit is not None and rule.rule > limit and rule.known and rule.allow is not None
        if late and address in rule.block and not case.wanted - rule.allow:
            text = f"give rule {rule.rule} of network ACL {path[3]} the number {number}, before rule {limit}"
            yield Edit.setting((*acl, word, index, "rule"), number, text)
    for block, cost in _blocks(case, word == "ingress"):
        text = f"add to network ACL {path[3]} the {word} rule {number}: allow {case.wanted} {key} {block}"
        yield Edit.adding((*acl, word), {"rule": number, "allow": tokens_of(case.wanted), key: str(block)}, text, cost)


@mends
def acls_of_subnets(case: Case) -> Iterator[Edit]:
    """Another ACL of the VPC for the subnet whose ACL stops the packet (NACL-1): the one of other subnets, say."""
    path = case.cause.path
    if case.code != Code.SUBNET_ACL_RESTRICTION or path[2:3] != ("network_acls",):
        return
    vpc, acl = str(path[1]), str(path[3])
    subnets = case.view.design.vpcs[vpc].subnets
    name = case.cause.component.removeprefix(f"{vpc}.")
    others = {body.network_acl for body in subnets.values()} - {None, UNKNOWN, acl}
    if name in subnets and subnets[name].acl_name == acl:
        for other in sorted(others):
            text = f"associate subnet {name} of {vpc} with network ACL {other}, not {acl}"
            yield Edit.setting(("vpcs", vpc, "subnets", name, "network_acl"), other, text, 3)


def _free_number(numbers: list[int], limit: int | None) -> int | None:
    """A number behind all rules, or before one of them."""
    if limit is None:
        last = numbers[-1] if numbers else 90
        number = min((last // _STEP + 1) * _STEP, 32766)
        return number if number not in numbers else None
    round_ones = range((limit - 1) // _STEP * _STEP, 0, -_STEP)
    return next((n for n in (*round_ones, *range(limit - 1, 0, -1)) if n not in numbers), None)


def _blocks(case: Case, inbound: bool) -> Iterator[tuple[Cidr, int]]:
    """How a rule may name the peer: the blocks that are asked for, its address, its subnet."""
    blocks = case.sources if inbound else case.destinations
    address = case.source if inbound else case.destination
    yield from ((block, 1) for block in blocks or ((Cidr.single(address),) if case.view.fixed(address) else ()))
    peer = case.view.owner(address)
    if peer is not None and not blocks:
        yield from ((block, 2) for block in peer.subnet.blocks if address in block)


@closes
def denials(leak: LeakyRule) -> Iterator[Edit]:
    """A rule that denies it before the one that allows it (NACL-2)."""
    path = leak.path
    if len(path) != 6 or path[2] != "network_acls":
        return
    acl, word = path[:4], str(path[4])
    rules = leak.view.written((*acl, word)) or []
    number = _free_number(sorted(rule["rule"] for rule in rules), int(rules[int(path[5])]["rule"]))
    if number is None:
        return
    inbound = word == "ingress"
    key, blocks = ("from", leak.sources) if inbound else ("to", leak.destinations)
    for block in blocks or (Cidr.single(leak.source if inbound else leak.destination),):
        text = f"add to network ACL {path[3]} the {word} rule {number}: deny {leak.forbidden} {key} {block}"
        yield Edit.adding((*acl, word), {"rule": number, "deny": tokens_of(leak.forbidden), key: str(block)}, text, 2)
