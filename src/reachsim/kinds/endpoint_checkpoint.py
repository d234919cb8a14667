"""What VPC endpoints do with packets (chapter EP): the checkpoints of the three types."""

from __future__ import annotations

from reachsim.fabric.checkpoint import Checkpoint, Leg, Transit
from reachsim.fabric.filters import Filter, protocol_limit
from reachsim.fabric.site import Nic, VpcSite
from reachsim.fabric.steps import (
    EVERYWHERE,
    Deliver,
    Forward,
    Query,
    Scope,
    Step,
    Undecided,
    intersect,
    to_one,
    to_run,
)
from reachsim.kinds.network_interface import leave, own
from reachsim.kinds.public_service import Published
from reachsim.kinds.resource import At
from reachsim.kinds.subnet import enter_subnet
from reachsim.net.address import format_address
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss
from reachsim.rules.vpc_endpoint import AMAZON_TRAFFIC, CUSTOMER_TRAFFIC, GATEWAY_TRAFFIC, gateway_loss

INSPECTION = "inspection endpoint"
"""The kind of the interface of a Gateway Load Balancer endpoint."""


GATEWAY_PROTOCOLS = protocol_limit(
    "gateway endpoint protocols",
    GATEWAY_TRAFFIC,
    "a gateway endpoint carries TCP and ICMP echo",
    "EP-4",
    Code.VPCE_GATEWAY_PROTOCOL_RESTRICTION,
)
AMAZON_PROTOCOLS = protocol_limit(
    "endpoint protocols", AMAZON_TRAFFIC, "an interface endpoint of AWS's carries TCP", "EP-10"
)
CUSTOMER_PROTOCOLS = protocol_limit(
    "endpoint service protocols", CUSTOMER_TRAFFIC, "an endpoint service carries TCP and UDP", "EP-10"
)
PROTOCOLS = (GATEWAY_PROTOCOLS, AMAZON_PROTOCOLS, CUSTOMER_PROTOCOLS)
"""What the kinds of endpoints carry, for the list of all filters."""


class GatewayEndpoint(Checkpoint):
    """A gateway endpoint: takes packets to its service's public addresses, from interfaces of its VPC, whose private
    addresses the service sees (EP-3), and lets the answers back in."""

    __slots__ = ("addresses", "published", "service", "unsure", "vpc")

    def __init__(self, at: At, vpc: VpcSite, service: str, known: Published) -> None:
        super().__init__(at.full_name, "gateway endpoint", at.path)
        self.vpc = vpc
        self.service = service
        self.published = known
        self.addresses = known.addresses
        self.unsure = (
            f"{at.full_name} is a gateway endpoint for {service}, and the design tells neither its prefix list nor a Region "
            "whose list is known"
        )

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Deliver to the service; on the way back, into the subnet of the interface that asked."""
        if leg.reply and transit.destination in self.vpc.blocks:
            scope = Scope(EVERYWHERE, self.vpc.blocks.run_around(transit.destination))
            return enter_subnet(self, self.vpc, transit, f"{self.service} answers", "EP-3", self.path, scope)
        scope = Scope((transit.source, transit.source), self.addresses.run_around(transit.destination))
        if transit.destination not in self.addresses:
            if transit.destination in self.published.maybe:
                run = self.published.maybe.run_around(transit.destination)
                return Undecided(self.unsure, transit, path=self.path, scope=to_run(run))
            text = f"{format_address(transit.destination)} is no address of {self.service}"
            return self.drop(Loss(Code.NO_POSSIBLE_DESTINATION, "EP-1", text), transit, scope)
        loss = gateway_loss(transit.source, owned=transit.source in self.vpc.owners, vpc=self.vpc.name)
        if loss is not None:
            return self.drop(loss, transit, scope)
        text = f"delivered to {self.service} ({self.published.note})"
        return Deliver(transit, text, "EP-3", self.path, scope, Query(GATEWAY_PROTOCOLS, 0))

    def answer(self, arrived: Transit) -> tuple[Checkpoint, Transit]:
        """The service answers through the endpoint."""
        return self, Transit(arrived.destination, arrived.source)

    def successors(self) -> list[Checkpoint]:
        """The ACL of every subnet, for answers."""
        return [subnet.entry for subnet in self.vpc.subnets.values()]


class InterfaceEndpoint(Checkpoint):
    """What stands behind an interface of an interface endpoint: the service, which takes connections and starts none (EP-6).

    `loss`: why it carries nothing. `behind`: why reachsim cannot say what becomes of what it carries.
    """

    __slots__ = ("behind", "filter", "loss", "nic", "service")

    def __init__(self, nic: Nic, service: str, filter: Filter, loss: Loss | None, behind: str) -> None:
        super().__init__(nic.name, nic.kind, nic.path)
        self.nic = nic
        self.service = service
        self.filter = filter
        self.loss = loss
        self.behind = behind

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Deliver what is to the interface (EP-7); whatever else comes here is nobody's."""
        scope = to_one(transit.destination)
        if not own(self.nic, transit.destination):
            text = f"{format_address(transit.destination)} is not an address of {self.nic.name}"
            return self.drop(Loss(Code.NO_POSSIBLE_DESTINATION, "EP-7", text), transit, scope)
        if self.loss is not None:
            return self.drop(self.loss, transit, scope, path=(*self.path, "state"))
        if self.behind:
            return Undecided(self.behind, transit, path=self.path, scope=scope)
        return Deliver(transit, f"delivered to {self.service}", "EP-7", scope=scope, asks=Query(self.filter, 0))

    def answer(self, arrived: Transit) -> tuple[Checkpoint, Transit]:
        """The service answers from the interface."""
        return self.nic.outbound, Transit(arrived.destination, arrived.source, self.nic)

    def successors(self) -> tuple[Checkpoint, ...]:
        """None: it forwards nothing."""
        return ()


class InspectionEndpoint(Checkpoint):
    """A Gateway Load Balancer endpoint: what a route leads to it comes out again as it was, after an inspection that is
    taken as transparent, and goes on by its subnet's route table (EP-11). It has no groups (SG-23)."""

    __slots__ = ("nic",)

    def __init__(self, nic: Nic) -> None:
        super().__init__(nic.name, "Gateway Load Balancer endpoint", nic.path)
        self.nic = nic

    def step(self, transit: Transit, leg: Leg) -> Step:
        """On, unchanged."""
        destination = transit.destination
        run = intersect(self.nic.run_around(destination), self.nic.subnet.run_around(destination))
        if own(self.nic, destination):
            text = "a Gateway Load Balancer endpoint takes no packets of its own"
            loss = Loss(Code.NO_POSSIBLE_DESTINATION, "EP-11", text)
            return self.drop(loss, transit, to_one(destination))
        onward = Transit(transit.source, destination, self.nic, direct=False)
        return Forward(
            leave(self.nic, onward), onward, "inspected, which is taken as transparent", "EP-11", self.path, to_run(run)
        )

    def successors(self) -> list[Checkpoint]:
        """The way out of its subnet, or its link."""
        return [self.nic.subnet.exit, self.nic.subnet.link]
