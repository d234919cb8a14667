"""What VPC endpoints do with packets (chapter EP): the checkpoints of the three types."""

from __future__ import annotations

from collections.abc import Iterable

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Deliver, Forward, Header, Leg, Step, Undecided
from reachsim.dataplane.filters import Filter, Query, protocol_limit
from reachsim.dataplane.scope import EVERYWHERE, Scope, edges, intersect, to_one, to_run
from reachsim.dataplane.site import NetworkInterface, VpcSite
from reachsim.net.address import format_address
from reachsim.resources.host import leave, own
from reachsim.resources.public_service import Published
from reachsim.resources.resource import At
from reachsim.resources.subnet import enter_subnet
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
ENDPOINT_FILTERS = (GATEWAY_PROTOCOLS, AMAZON_PROTOCOLS, CUSTOMER_PROTOCOLS)
"""What the kinds of endpoints carry, for the list of all filters."""


class GatewayEndpoint(Checkpoint, is_a=CheckpointType.GATEWAY, cuts=True, asks=True):
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

    def step(self, header: Header, leg: Leg) -> Step:
        """Deliver to the service; on the way back, into the subnet of the interface that asked."""
        if leg.reply and header.destination in self.vpc.blocks:
            scope = Scope(EVERYWHERE, self.vpc.blocks.run_around(header.destination))
            return enter_subnet(self, self.vpc, header, f"{self.service} answers", "EP-3", self.path, scope)
        scope = Scope((header.source, header.source), self.addresses.run_around(header.destination))
        if header.destination not in self.addresses:
            if header.destination in self.published.maybe:
                run = self.published.maybe.run_around(header.destination)
                return Undecided(self.unsure, header, path=self.path, scope=to_run(run))
            text = f"{format_address(header.destination)} is not an address of {self.service}"
            return self.drop(Loss(Code.NO_POSSIBLE_DESTINATION, "EP-1", text), header, scope)
        loss = gateway_loss(header.source, owned=header.source in self.vpc.owners, vpc=self.vpc.name)
        if loss is not None:
            return self.drop(loss, header, scope)
        text = f"delivered to {self.service} ({self.published.note})"
        return Deliver(header, text, "EP-3", self.path, scope, Query(GATEWAY_PROTOCOLS, 0))

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """The service answers through the endpoint."""
        return self, Header(arrived.destination, arrived.source)

    def cuts(self) -> Iterable[int]:
        """At the borders of the service's addresses."""
        return edges(self.addresses, self.published.maybe)

    def filters(self) -> Iterable[Filter]:
        """The protocols that it carries."""
        return (GATEWAY_PROTOCOLS,)

    def successors(self) -> list[Checkpoint]:
        """The ACL of every subnet, for answers."""
        return [subnet.entry for subnet in self.vpc.subnets.values()]


class InterfaceEndpoint(Checkpoint, is_a=CheckpointType.HOST, cuts=False, asks=True):
    """What stands behind an interface of an interface endpoint: the service, which takes connections and starts none (EP-6).

    `loss`: why it carries nothing. `behind`: why reachsim cannot say what becomes of what it carries.
    """

    __slots__ = ("behind", "filter", "interface", "loss", "service")

    def __init__(
        self, interface: NetworkInterface, service: str, filter: Filter, loss: Loss | None, behind: str
    ) -> None:
        super().__init__(interface.name, interface.kind, interface.path)
        self.interface = interface
        self.service = service
        self.filter = filter
        self.loss = loss
        self.behind = behind

    def step(self, header: Header, leg: Leg) -> Step:
        """Deliver what is to the interface (EP-7); whatever else comes here is nobody's."""
        scope = to_one(header.destination)
        if not own(self.interface, header.destination):
            text = f"{format_address(header.destination)} is not an address of {self.interface.name}"
            return self.drop(Loss(Code.NO_POSSIBLE_DESTINATION, "EP-7", text), header, scope)
        if self.loss is not None:
            return self.drop(self.loss, header, scope, path=(*self.path, "state"))
        if self.behind:
            return Undecided(self.behind, header, path=self.path, scope=scope)
        return Deliver(header, f"delivered to {self.service}", "EP-7", scope=scope, asks=Query(self.filter, 0))

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """The service answers from the interface."""
        return self.interface.outbound, Header(arrived.destination, arrived.source, self.interface)

    def filters(self) -> Iterable[Filter]:
        """The protocols that it carries."""
        return (self.filter,)

    def successors(self) -> tuple[Checkpoint, ...]:
        """None: it forwards nothing."""
        return ()


class InspectionEndpoint(Checkpoint, is_a=CheckpointType.HOST, cuts=False, asks=False):
    """A Gateway Load Balancer endpoint: what a route leads to it comes out again as it was, after an inspection that is
    taken as transparent, and goes on by its subnet's route table (EP-11). It has no groups (SG-23)."""

    __slots__ = ("interface",)

    def __init__(self, interface: NetworkInterface) -> None:
        super().__init__(interface.name, "Gateway Load Balancer endpoint", interface.path)
        self.interface = interface

    def step(self, header: Header, leg: Leg) -> Step:
        """On, unchanged."""
        destination = header.destination
        run = intersect(self.interface.run_around(destination), self.interface.subnet.run_around(destination))
        if own(self.interface, destination):
            text = "a Gateway Load Balancer endpoint takes no packets of its own"
            loss = Loss(Code.NO_POSSIBLE_DESTINATION, "EP-11", text)
            return self.drop(loss, header, to_one(destination))
        onward = Header(header.source, destination, self.interface, direct=False)
        return Forward(
            leave(self.interface, onward),
            onward,
            "inspected, which is taken as transparent",
            "EP-11",
            self.path,
            to_run(run),
        )

    def successors(self) -> list[Checkpoint]:
        """The way out of its subnet, or its link."""
        return [self.interface.subnet.exit, self.interface.subnet.link]
