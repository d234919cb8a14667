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

    def perhaps_peers(self) -> Iterator[frozenset[str]]:
        """Its VPCs, with any other where these are fewer than two."""
        yield frozenset(self.vpcs)

    def build(self, at: At, wiring: Wiring) -> None:
        """It may join each pair of VPCs that has all that are known, or one of them with a VPC that the design does not have
        (PEER-4)."""
        wiring.perhaps_join(self.vpcs)
        if len(self.vpcs) < _BOTH:
            wiring.add_stranger(self._door(at, frozenset(self.vpcs or wiring.design.vpcs)))

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Something that nobody knows."""
        return Entrance(UnmodelledCheckpoint(self._door(at)))

    def _door(self, at: At, enters: frozenset[str] = frozenset()) -> Door:
        why = self.why or f"what {at.name} joins is not known"
        return Door(at.name, self.noun, at.path, why=why, enters=enters)


_BOTH = 2
"""The sides of a connection."""
