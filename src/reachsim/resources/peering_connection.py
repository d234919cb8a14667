"""VPC peering connections (chapter PEER)."""

from __future__ import annotations

from collections.abc import Iterable

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Header, Leg, Step
from reachsim.dataplane.scope import Scope, edges, intersect
from reachsim.dataplane.site import VpcSite
from reachsim.net.address import LINE_LAST
from reachsim.net.intervals import gap_around
from reachsim.resources.fields import Boolean, Reference, Tags
from reachsim.resources.public_service import region_of
from reachsim.resources.resource import At, Entrance, Resource, Wiring, resource
from reachsim.resources.subnet import enter_subnet
from reachsim.rules.clauses import KeyPath
from reachsim.rules.dns import no_resolver_there
from reachsim.rules.peering import ACTIVE, Status, carrying_loss


@resource("peering_connections", "peering connection", "design")
class PeeringConnection(Resource):
    """A peering connection between two VPCs."""

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
    tags: Tags = {}

    @property
    def active(self) -> bool:
        """Whether it carries traffic."""
        return self.status == ACTIVE

    def build(self, at: At, wiring: Wiring) -> None:
        """Both directions; an active one in one Region lets rules name the other side's groups (SG-11, PEER-10)."""
        one, other = wiring.vpc(self.requester), wiring.vpc(self.accepter)
        ways = {a.name: PeeringCheckpoint(at.name, a, b, at.path) for a, b in ((one, other), (other, one))}
        regions = {region_of(wiring.design, vpc) for vpc in (self.requester, self.accepter)}
        wiring.add_peering(at, ways, groups_known=self.active and len(regions) == 1)

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Into the other VPC; a route to a peering that is not active is a blackhole (ROUTE-15)."""
        inactive = "" if self.active else f"peering {at.name} is {self.status}"
        rule = "PEER-12" if self.status == "deleted" else "ROUTE-15"
        return Entrance(wiring.peering(at, vpc), None, inactive, rule, (*at.path, "status"))


class PeeringCheckpoint(Checkpoint, is_a=CheckpointType.PEERING, cuts=True, asks=False):
    """A peering in one direction: into the far VPC, and nowhere beyond (WALK-9). No route table is read on arrival."""

    __slots__ = ("far", "near", "text")

    def __init__(self, name: str, near: VpcSite, far: VpcSite, path: KeyPath) -> None:
        super().__init__(name, f"peering {near.name} -> {far.name}", path)
        self.near = near
        self.far = far
        self.text = f"into VPC {far.name}"

    def step(self, header: Header, leg: Leg) -> Step:
        """Carry what is from the near and to the far VPC, each way by its own routes (WALK-10, PEER-3, PEER-9)."""
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
