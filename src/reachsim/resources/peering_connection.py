"""VPC peering connections (chapter PEER)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from pydantic import Field

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Header, Leg, Step
from reachsim.dataplane.scope import Scope, edges, intersect
from reachsim.dataplane.site import VpcSite
from reachsim.errors import did_you_mean, shown
from reachsim.net.address import LINE_LAST
from reachsim.net.intervals import gap_around
from reachsim.resources.fields import Boolean, ReadOnly, Reference, Tags
from reachsim.resources.mending import Case, Edit, KeyChange, RouteOffer, advises, offers
from reachsim.resources.public_service import region_of
from reachsim.resources.resource import At, Checks, Entrance, Resource, Wiring, resource
from reachsim.resources.subnet import enter_subnet
from reachsim.rules.cidr import peering_refusal
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.dns import no_resolver_there
from reachsim.rules.peering import ACTIVE, Status, carrying_loss, groups_nameable, private_name_option
from reachsim.rules.refusal import Refusal

_ENDED = ("failed", "deleted", "rejected", "expired")
"""Statuses of what is no peering any more, or never became one."""


@resource("peering_connections", "peering connection", "design")
class PeeringConnection(Resource):
    """A peering connection between two VPCs."""

    also_called: ClassVar[str] = r"(vpc_)?peerings?(_connections?)?|pcx"

    requester: Reference
    """The VPC that asked for it."""
    accepter: Reference
    """The VPC that accepts it."""
    status: Status = "active"
    """Only `active` carries traffic (PEER-1)."""
    requester_dns: Boolean = False
    """Whether public host names of the requester's interfaces mean their private addresses to the accepter (PEER-11)."""
    accepter_dns: Boolean = False
    """The same of the accepter's interfaces, to the requester."""
    tags: Tags = Field(default_factory=ReadOnly)

    @property
    def active(self) -> bool:
        """Whether it carries traffic."""
        return self.status == ACTIVE

    @property
    def stands(self) -> bool:
        """Whether it is a peering, or may become one."""
        return self.status not in _ENDED

    def check(self, at: At, checks: Checks) -> None:
        """Its two VPCs are in the design, are two (PEER-2), and do not overlap (PEER-7)."""
        vpcs = checks.design.vpcs
        ends = {"requester": self.requester, "accepter": self.accepter}
        missing = {key: end for key, end in ends.items() if end not in vpcs}
        for key, end in missing.items():
            checks.report((*at.path, key), f"there is no VPC {shown(end)}", did_you_mean(end, vpcs))
        if missing:
            return
        if self.requester == self.accepter:
            checks.report(at.path, "a peering joins two VPCs", "name another VPC as accepter", "PEER-2", key=True)
        elif self.stands:
            checks.refuse(at.path, peering_refusal(vpcs[self.requester].cidrs, vpcs[self.accepter].cidrs), key=True)

    def route_refusal(self, at: At, vpc: str) -> Refusal | None:
        """A route leads to a peering of its own VPC (**ROUTE-10**)."""
        if self.other(vpc) is not None:
            return None
        text = f"peering {at.name} joins {self.requester} and {self.accepter}, not {vpc}"
        return Refusal("ROUTE-10", text, "a route leads to a peering of its own VPC")

    @classmethod
    def check_all(cls, members: Iterable[tuple[At, Any]], checks: Checks) -> None:
        """At most one peering for two VPCs (**PEER-2**)."""
        pairs: dict[frozenset[str], str] = {}
        for at, body in members:
            pair = frozenset({body.requester, body.accepter})
            if not body.stands or len(pair) < 2 or not pair <= checks.design.vpcs.keys():
                continue
            if pair in pairs:
                text = f"VPCs {body.requester} and {body.accepter} are joined by {pairs[pair]} already"
                checks.report(at.path, text, "remove one of the two", "PEER-2", key=True)
            pairs[pair] = at.name

    def down(self) -> str:
        """Its status, where it carries nothing (PEER-1)."""
        return "" if self.active else self.status

    @classmethod
    def overlap(cls, *, both_vpcs: bool) -> tuple[str, str]:
        """Any is refused."""
        return "PEER-7", "AWS refuses a peering of VPCs any of whose blocks overlap"

    def linked(self, at: At) -> Iterator[KeyPath]:
        """Its two VPCs."""
        yield from (("vpcs", self.requester), ("vpcs", self.accepter))

    def build(self, at: At, wiring: Wiring) -> None:
        """Both directions, and whether rules may name the other side's groups."""
        one, other = wiring.vpc(self.requester), wiring.vpc(self.accepter)
        ways = {a.name: PeeringCheckpoint(at.name, a, b, at.path) for a, b in ((one, other), (other, one))}
        regions = region_of(wiring.design, self.requester), region_of(wiring.design, self.accepter)
        wiring.add_peering(at, ways, groups_known=groups_nameable(self.status, *regions))

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Into the other VPC; a route to a peering that is not active is a blackhole (**ROUTE-15**, **PEER-12**)."""
        inactive = "" if self.active else f"peering {at.name} is {self.status}"
        rule = "PEER-12" if self.status == "deleted" else "ROUTE-15"
        return Entrance(wiring.peering(at, vpc), None, inactive, rule, (*at.path, "status"))

    def other(self, vpc: str) -> str | None:
        """The VPC at the other end; None for a VPC that is at neither."""
        return {self.requester: self.accepter, self.accepter: self.requester}.get(vpc)

    def mend(self, at: At, case: Case) -> Iterator[Edit]:
        """Its status (PEER-1), unless AWS would refuse that too (PEER-7), and its DNS options (PEER-11)."""
        if case.cause.path == (*at.path, "status") and not overlaps(case, self.requester, self.accepter):
            waits = self.status in _WAITING
            text = f"accept peering {at.name}" if waits else f"request peering {at.name} anew, and accept it"
            yield Edit.setting(case.cause.path, ACTIVE, text, 2 if waits else 5)
        sender, meant = case.sender, case.view.owner(case.first_destination)
        if sender is None or meant is None or case.first_destination not in meant.publics or case.literal:
            return
        if self.active and self.other(sender.vpc.name) == meant.vpc.name:
            option = private_name_option(meant.vpc.name, self.requester)
            text = f"let {case.asked_to} resolve to its private address over peering {at.name} ({option})"
            yield Edit.setting((*at.path, option), True, text)

    def route_for(self, at: At, case: Case, vpc: str) -> Iterator[RouteOffer]:
        """The block of the far VPC (PEER-3)."""
        far = self.other(vpc)
        if far is not None:
            for block in case.view.design.vpcs[far].cidrs:
                if case.destination in block:
                    yield RouteOffer(str(block), at.name, f"peering {at.name}")


_WAITING = ("pending-acceptance", "initiating-request", "provisioning")


def overlaps(case: Case, one: str, other: str) -> tuple[str, str] | None:
    """Blocks of two VPCs that share addresses, which forbids a peering (PEER-7); None where none do."""
    vpcs = case.view.design.vpcs
    pairs = ((a, b) for a in vpcs[one].cidrs for b in vpcs[other].cidrs if a.version == b.version and a.overlaps(b))
    return next(((str(a), str(b)) for a, b in pairs), None)


def _far(case: Case, vpc: str) -> Iterator[str]:
    """The other VPCs that have the packet's destination in a block."""
    for name, body in case.view.design.vpcs.items():
        if name != vpc and any(case.destination in block for block in body.cidrs):
            yield name


def _joined(case: Case, one: str, other: str) -> bool:
    return any(body.other(one) == other for body in case.view.design.peering_connections.values())


@offers
def new_peering(case: Case, vpc: str) -> Iterator[RouteOffer]:
    """A peering with the VPC that has the destination, where there is none and no blocks overlap (PEER-4, PEER-7)."""
    taken = case.view.names()
    for far in _far(case, vpc):
        name = f"{vpc}-{far}"
        if not _joined(case, vpc, far) and overlaps(case, vpc, far) is None and name not in taken:
            block = next(block for block in case.view.design.vpcs[far].cidrs if case.destination in block)
            also = (KeyChange(("peering_connections", name), {"requester": vpc, "accepter": far}),)
            yield RouteOffer(str(block), name, f"a new peering {name}", 5, also)


@advises
def why_no_peering(case: Case) -> Iterator[str]:
    """What no edit of a peering helps: overlapping blocks, and transit."""
    code = case.cause.code
    path = case.cause.path
    if len(path) > 2 and path[0] == "peering_connections":
        body = case.view.design.peering_connections[str(path[1])]
        shared = overlaps(case, body.requester, body.accepter)
        if shared is not None:
            yield (
                f"{body.requester} has {shared[0]} and {body.accepter} has {shared[1]}: AWS refuses a peering of VPCs of "
                "which any blocks overlap (PEER-7). Give one of them another block (reachsim cidr plans one), or put what "
                "is asked for behind a Network Load Balancer and an endpoint service (PrivateLink), which needs no routes"
            )
    if code is Code.PCX_REQUIRES_ADDRESS_IN_VPC_CIDR:
        yield (
            "a peering leads into the far VPC and nowhere beyond it (PEER-4, PEER-5). For another VPC: peer with it, "
            "or attach all to one transit gateway. For the internet: a NAT gateway in the VPC itself, or central egress "
            "over a transit gateway"
        )


class PeeringCheckpoint(Checkpoint, is_a=CheckpointType.PEERING, cuts=True, asks=False):
    """A peering in one direction: into the far VPC, and nowhere beyond (**WALK-9**). No route table is read on arrival."""

    __slots__ = ("far", "near", "text")

    def __init__(self, name: str, near: VpcSite, far: VpcSite, path: KeyPath) -> None:
        super().__init__(name, f"peering {near.name} -> {far.name}", path)
        self.near = near
        self.far = far
        self.text = f"into VPC {far.name}"

    def step(self, header: Header, leg: Leg) -> Step:
        """Carry what is from the near and to the far VPC, each way by its own routes (**WALK-10**, **PEER-3**, PEER-9)."""
        near, far = self.near.blocks, self.far.blocks
        loss = carrying_loss(header.source, header.destination, near, far)
        scope = Scope(near.run_around(header.source), far.run_around(header.destination))
        if loss is not None:
            return self.drop(loss, header, scope)
        if self.far.resolver is not None:
            gap = gap_around([self.far.resolver], header.destination, LINE_LAST)
            scope = Scope(scope.sources, intersect(scope.destinations, gap))
            if header.destination == self.far.resolver:
                return self.drop(no_resolver_there(self.far.name), header, scope)
        onward = Header(header.source, header.destination, header.sender, header.direct)
        return enter_subnet(self, self.far, onward, self.text, "WALK-9", self.path, scope)

    def cuts(self) -> Iterable[int]:
        """At the borders of the two VPCs."""
        return edges(self.near.blocks, self.far.blocks)

    def successors(self) -> list[Checkpoint]:
        """The ACL of every subnet of the far VPC."""
        return [subnet.entry for subnet in self.far.subnets.values()]
