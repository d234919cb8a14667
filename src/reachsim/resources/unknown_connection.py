"""Connections of which it is not known what they join (a peering whose other side nobody knows)."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.errors import shown
from reachsim.resources.fields import References
from reachsim.resources.resource import At, Checks, Entrance, Resource, Wiring, resource
from reachsim.resources.unmodelled import Door, UnmodelledCheckpoint
from reachsim.rules.clauses import KeyPath


@resource("unknown_connections", "connection of which too little is known", "design")
class UnknownConnection(Resource):
    """A peering, or an attachment, of which it is not known which VPCs it joins. What a route leads to it is undecided, and
    between VPCs that it may join a name means a public address as well as a private one."""

    vpcs: References = ()
    """The VPCs that it joins for certain, at most two; others may be any."""
    why: str = ""
    """The reason that answers tell."""

    def linked(self, at: At) -> Iterator[KeyPath]:
        """The VPCs that are known."""
        yield from (("vpcs", vpc) for vpc in self.vpcs)

    def check(self, at: At, checks: Checks) -> None:
        """Its VPCs are there."""
        for index, vpc in enumerate(self.vpcs):
            if vpc not in checks.design.vpcs:
                checks.report((*at.path, "vpcs", index), f"there is no VPC {shown(vpc)}")

    def build(self, at: At, wiring: Wiring) -> None:
        """It may join each pair of VPCs that has all that are known."""
        wiring.perhaps_join(self.vpcs)

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Something that nobody knows."""
        why = self.why or f"what {at.name} joins is not known"
        return Entrance(UnmodelledCheckpoint(Door(at.name, self.noun, at.path, why=why)))
