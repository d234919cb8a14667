"""Names: what a bare name or ``vpc.name`` stands for, from where it is written."""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

from reachsim.errors import did_you_mean, shown, with_article
from reachsim.net.cidr import AddressSet
from reachsim.resources.design import Design
from reachsim.resources.network_interface import ElasticInterface
from reachsim.resources.public_service import region_of
from reachsim.resources.reference import BLACKHOLE as BLACKHOLE
from reachsim.resources.reference import UNKNOWN as UNKNOWN
from reachsim.resources.resource import At, Resource, resources
from reachsim.resources.vpc import UNMODELLED_IN_VPC, Vpc
from reachsim.rules.clauses import NO_GROUPS, GroupId, KeyPath
from reachsim.rules.services import GATEWAY_SERVICES, short_name

LOCAL = "local"
INTERNET = "internet"
RESERVED = frozenset({LOCAL, BLACKHOLE, UNKNOWN, INTERNET})
"""Names that mean something of their own."""

_EVERYBODY: Final = frozenset({"any", "anywhere", "all", "everyone", "everybody", "internet", "world", "public", "*"})
"""What people write for every address."""


class RouteTarget(NamedTuple):
    """Something that a route or an expectation can name.

    `kind`: ``instance``, ``interface``, ``nat gateway``, ``internet gateway``, ``egress-only internet gateway``,
    ``peering connection``, or the word of what is not modelled. `vpc`: its VPC, "" for a connection. `routable`: whether a
    route may lead to it. `no_end`: what it is, where its name is no end of a question, and what to write instead.
    """

    kind: str
    vpc: str
    name: str
    path: KeyPath
    modelled: bool = True
    routable: bool = True
    no_end: str = ""

    @property
    def full_name(self) -> str:
        """``vpc.name``, or the bare name of what is in no VPC."""
        return f"{self.vpc}.{self.name}" if self.vpc else self.name


class UnknownName(ValueError):
    """A reference that names nothing; `hint` says what may have been meant."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Names:
    """The names of one design."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self._peers: dict[tuple[str, str], tuple[AddressSet, frozenset[GroupId]]] = {}
        self.connections: dict[str, RouteTarget] = {
            at.name: RouteTarget(body.noun, "", at.name, at.path, routable=type(body).entrance is not Resource.entrance)
            for at, body in resources("design", design)
        }

    @cached_property
    def targets(self) -> dict[str, dict[str, RouteTarget]]:
        """By VPC, everything in it that can be named. Made when first asked: an edit of a rule never does."""
        out: dict[str, dict[str, RouteTarget]] = {}
        for name, targets in self.all_targets.items():
            here = out[name] = {}
            for target in targets:
                here.setdefault(target.name, target)  # of two with one name the first is taken
        return out

    @cached_property
    def all_targets(self) -> dict[str, list[RouteTarget]]:
        """Like `targets`, with those that share a name, in the order of the file."""
        return {name: all_targets_of(name, vpc) for name, vpc in self.design.vpcs.items()}

    def resource(self, target: RouteTarget) -> tuple[At, Resource] | None:
        """The resource that a target is, or is part of; None for gateways of a VPC, and for what is not modelled."""
        if not target.modelled or len(target.path) == len(("vpcs", "VPC", "internet_gateway")):
            return None
        at = At(target.vpc, str(target.path[-2]), str(target.path[-1]))
        holder = self.design.vpcs[target.vpc] if target.vpc else self.design
        return at, getattr(holder, at.section)[at.name]

    def split(self, vpc: str, reference: str) -> tuple[str, str]:
        """VPC and name that a reference written in `vpc` means: ``vpc.name``, or a bare name there."""
        head, dot, tail = reference.partition(".")
        return (head, tail) if dot else (vpc, reference)

    def target(self, vpc: str, reference: str) -> RouteTarget:
        """What a route in `vpc` leads to. Raises UnknownName."""
        owner, name = self.split(vpc, reference)
        found = self.targets.get(owner, {}).get(name)
        if found is None and "." not in reference:
            found = self.connections.get(reference)
        if found is None:
            connections = [name for name, target in self.connections.items() if target.routable]
            known = [*self.targets.get(vpc, {}), *connections, LOCAL, BLACKHOLE]
            raise UnknownName(
                f"{shown(reference)} is not a route target in VPC {vpc}",
                did_you_mean(reference, known)
                or "a route leads to what the file has: a gateway is written in its VPC, as in internet_gateway: igw",
            )
        if not found.routable and found.vpc and found.modelled:
            message = f"{shown(reference)} has several interfaces, and a route leads to one"
            raise UnknownName(message, f"write {reference}/NAME, the name of one of them")
        if not found.routable:
            message = f"{shown(reference)} is {with_article(found.kind)}, which no route leads to"
            raise UnknownName(message, "route to a gateway, a connection between VPCs, or an interface")
        if found.vpc and found.vpc != vpc:
            raise UnknownName(
                f"{shown(reference)} is in VPC {found.vpc}: a route leads to something in its own VPC, or to a connection",
                "route to a peering connection",
            )
        return found

    def member(self, vpc: str, section: str, reference: str, what: str) -> str:
        """The bare name of a member of a section of the same VPC. Raises UnknownName."""
        owner, name = self.split(vpc, reference)
        members = getattr(self.design.vpcs[vpc], section)
        if owner != vpc:
            raise UnknownName(f"{shown(reference)} is not in VPC {vpc}", f"name a {what} of the same VPC")
        if name not in members and name not in IMPLIED.get(section, ()):
            near = did_you_mean(name, [*members, *IMPLIED.get(section, ())])
            kind = self.kind(vpc, name)
            hint = near if kind is None or near is not None else f"{shown(name)} is {with_article(kind)}"
            raise UnknownName(f"VPC {vpc} has no {what} {shown(name)}", hint)
        return name

    def group(self, vpc: str, reference: str) -> GroupId:
        """The group that an interface of a VPC names: one of its own, or one of another VPC that is associated with it
        (**SG-17**). Raises UnknownName."""
        owner, name = self.split(vpc, reference)
        if owner == vpc or owner not in self.design.vpcs:
            if owner != vpc:
                near = did_you_mean(owner, self.design.vpcs)
                raise UnknownName(f"{shown(reference)}: there is no VPC {shown(owner)}", near)
            return vpc, self.member(vpc, "security_groups", reference, "security group")
        groups = self.design.vpcs[owner].security_groups
        if name not in groups:
            raise UnknownName(f"VPC {owner} has no security group {shown(name)}", did_you_mean(name, groups))
        if vpc not in groups[name].associated_vpcs:
            message = f"{shown(reference)} is not in VPC {vpc}, and not associated with it"
            raise UnknownName(
                message, f"name a security group of the same VPC, or write associated_vpcs: [{vpc}] there"
            )
        return owner, name

    def peer(self, vpc: str, reference: str) -> tuple[AddressSet, frozenset[GroupId]]:
        """What a security group rule written in `vpc` names: a prefix list or a group (SG-18). Raises UnknownName."""
        known = self._peers.get((vpc, reference))
        if known is None:
            known = self._peers[vpc, reference] = self._peer(vpc, reference)
        return known

    def _peer(self, vpc: str, reference: str) -> tuple[AddressSet, frozenset[GroupId]]:
        lists = self.design.prefix_lists
        if reference == UNKNOWN:
            return AddressSet.everything(), NO_GROUPS
        owner, name = self.split(vpc, reference)
        body = self.design.vpcs.get(owner)
        if body is not None and (name in body.security_groups or name == "default"):
            return AddressSet.nothing(), frozenset({(owner, name)})
        if reference in lists:
            return lists[reference].addresses, NO_GROUPS
        if reference.startswith("pl-") or short_name(reference) in GATEWAY_SERVICES:
            text = f"{shown(reference)} is neither a security group of VPC {vpc} nor a prefix list"
            short = "s3" if reference.startswith("pl-") else short_name(reference)
            raise UnknownName(text, f"AWS's own lists are written in the file too: prefix_lists: {{{short}: [...]}}")
        if body is None:
            near = did_you_mean(owner, self.design.vpcs)
            raise UnknownName(f"{shown(reference)}: there is no VPC {shown(owner)}", near)
        known = [*body.security_groups, *lists]
        raise UnknownName(
            f"{shown(reference)} is neither a security group of VPC {owner} nor a prefix list",
            self._what_a_rule_names(owner, name) or did_you_mean(name, known),
        )

    @cached_property
    def _perhaps_peered(self) -> list[frozenset[str]]:
        return [vpcs for _, body in resources("design", self.design) for vpcs in body.perhaps_peers()]

    def perhaps_peered(self, one: str, other: str) -> bool:
        """Whether rules of two VPCs may name each other's groups for all that is known: something may be a peering of the
        two, of which not both sides are known, in one Region (SG-11)."""
        may = any(vpcs <= {one, other} for vpcs in self._perhaps_peered)
        return may and one != other and region_of(self.design, one) == region_of(self.design, other)

    def perhaps_named(self, vpc: str, groups: frozenset[GroupId]) -> AddressSet:
        """Where interfaces may be that a rule of a VPC names by a group, and perhaps does not: in a VPC that it may be
        peered with, or not."""
        if not self._perhaps_peered:
            return AddressSet.nothing()
        homes = {owner for owner, _ in groups}
        for owner, name in groups:
            body = self.design.vpcs[owner].security_groups.get(name)
            homes |= set() if body is None else set(body.associated_vpcs)
        blocks = (self.design.vpcs[home].cidrs for home in sorted(homes) if self.perhaps_peered(vpc, home))
        return AddressSet.union_of(block.span for several in blocks for block in several)

    def kind(self, vpc: str, name: str) -> str | None:
        """What has a name in a VPC, whatever it is; None where nothing has it."""
        body = self.design.vpcs[vpc]
        sections = {"subnets": "subnet", "security_groups": "security group"}
        sections |= {"route_tables": "route table", "network_acls": "network ACL"}
        found = next((noun for section, noun in sections.items() if name in getattr(body, section)), None)
        if found is None and name in self.targets.get(vpc, {}):
            return self.targets[vpc][name].kind
        return found

    def _what_a_rule_names(self, vpc: str, name: str) -> str | None:
        """What to write in a rule of a group in place of something that no rule can name."""
        subnet = self.design.vpcs[vpc].subnets.get(name)
        if subnet is not None:
            blocks = [str(block) for block in (subnet.cidr, subnet.ipv6_cidr) if block is not None]
            return f"{shown(name)} is a subnet; write its block, {' or '.join(blocks)}"
        kind = self.kind(vpc, name)
        if kind is None:
            return "write 0.0.0.0/0, and ::/0 for IPv6" if name.casefold() in _EVERYBODY else None
        return f"{shown(name)} is {with_article(kind)}; write its security group, or its address"


def group_of(vpc: str, name: str) -> GroupId:
    """The group that such a name means: of the VPC, or of another one that shares it (SG-17)."""
    owner, dot, bare_name = name.partition(".")
    return (owner, bare_name) if dot else (vpc, name)


IMPLIED = {
    "security_groups": ("default", UNKNOWN),
    "network_acls": ("default", UNKNOWN),
    "route_tables": ("main", UNKNOWN),
}
"""Members that every VPC has, written or not (SG-3, NACL-3, ROUTE-2)."""


_A_GATEWAY = "a gateway, which cannot be an endpoint; write 'internet'"


def all_targets_of(name: str, vpc: Vpc) -> list[RouteTarget]:
    """Everything in one VPC that a route or an expectation can name, with those that share a name."""
    here: KeyPath = ("vpcs", name)
    out: list[RouteTarget] = []
    if vpc.internet_gateway is not None:
        path = (*here, "internet_gateway")
        out.append(RouteTarget("internet gateway", name, vpc.internet_gateway, path, no_end=_A_GATEWAY))
    if vpc.egress_only_internet_gateway is not None:
        path = (*here, "egress_only_internet_gateway")
        out.append(
            RouteTarget("egress-only internet gateway", name, vpc.egress_only_internet_gateway, path, no_end=_A_GATEWAY)
        )
    for at, body in resources("vpc", vpc, name):
        several = body.settings(at) if isinstance(body, ElasticInterface) and body.several else ()
        out.append(RouteTarget(body.noun, name, at.name, at.path, True, len(several) < 2, body.no_end))
        # One of several is named by itself: `instance/eth1`.
        out += [RouteTarget(body.noun, name, each, at.path) for each, _, _ in several]
    for section, member in vpc.unmodelled():
        path, routable = (*here, section, member), section != "capacity_providers"
        out.append(RouteTarget(UNMODELLED_IN_VPC[section], name, member, path, modelled=False, routable=routable))
    return out
