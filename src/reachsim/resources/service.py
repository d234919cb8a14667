"""AWS's own services inside every VPC: the resolver, instance metadata, time (WALK-20)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Deliver, Header, Leg, Step
from reachsim.dataplane.filters import Direction, Filter, Query
from reachsim.dataplane.scope import to_one
from reachsim.dataplane.site import VpcSite, wired
from reachsim.net.cidr import AddressSet
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import Clause, KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss


@lru_cache(maxsize=64)
def _answers(name: str, traffic: Traffic) -> tuple[Clause, ...]:
    """What a service answers, in every VPC."""
    return (Clause(True, AddressSet.everything(), traffic, f"{name} answers {traffic}"),)


class AmazonService(Checkpoint, is_a=CheckpointType.OUTSIDE, cuts=False, asks=True):
    """A service that interfaces reach past groups and ACLs, at an address of its own (WALK-20, SG-24, NACL-19)."""

    __slots__ = ("filter", "off", "vpc")

    def __init__(self, vpc: VpcSite, name: str, traffic: Traffic, off: Loss | None = None, path: KeyPath = ()) -> None:
        super().__init__(vpc.name, name, path)
        self.vpc = vpc
        self.off = off
        self.filter = Filter(
            name,
            Direction.INGRESS,
            _answers(name, traffic),
            stateful=True,
            code=Code.NO_POSSIBLE_DESTINATION,
            rule="WALK-20",
        )

    def step(self, header: Header, leg: Leg) -> Step:
        """Take the service's own traffic; nothing else is there. A resolver that is off takes none (DNS-2)."""
        query = Query(self.filter, header.source)
        if self.off is not None:
            return self.drop(self.off, header, to_one(header.destination))
        return Deliver(header, "delivered", "WALK-20", scope=to_one(header.destination), asks=query)

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """The answer goes straight back to the interface that asked; to what the design does not tell, to its subnet."""
        asker, back = arrived.sender, Header(arrived.destination, arrived.source)
        if asker is not None:
            return wired(asker).host, back
        subnet = self.vpc.subnet_runs[arrived.source]
        assert subnet is not None
        return subnet.link, back

    def filters(self) -> Iterable[Filter]:
        """What the service answers."""
        return (self.filter,)

    def successors(self) -> list[Checkpoint]:
        """The links of subnets in which something may be that the design does not tell; other answers go straight back."""
        return [subnet.link for subnet in self.vpc.subnets.values() if subnet.hidden]
