"""What VPC endpoints do with packets (chapter EP): the checkpoints of the three types."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace

from reachsim.dataplane.checkpoint import (
    Checkpoint,
    CheckpointType,
    Deliver,
    Forward,
    Header,
    Leg,
    Relays,
    Step,
    Undecided,
)
from reachsim.dataplane.filters import Filter, Query, protocol_limit
from reachsim.dataplane.relay import LISTENER, Choice, Relay
from reachsim.dataplane.scope import EVERYWHERE, Scope, edges, to_one, to_run
from reachsim.dataplane.site import NetworkInterface, VpcSite
from reachsim.net.address import format_address
from reachsim.net.traffic import Traffic
from reachsim.resources.host import own
from reachsim.resources.private_link import PrivateLink
from reachsim.resources.public_service import Published
from reachsim.resources.resource import At
from reachsim.resources.subnet import enter_subnet
from reachsim.rules.codes import Code
from reachsim.rules.load_balancer import same_family
from reachsim.rules.verdict import Loss
from reachsim.rules.vpc_endpoint import AMAZON_TRAFFIC, CUSTOMER_TRAFFIC, GATEWAY_TRAFFIC, gateway_loss

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
        """Deliver to the service, at its own addresses (EP-1); on the way back, into the subnet of who asked (**EP-3**)."""
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
        loss = gateway_loss(header.source, owned=self.vpc.may_own(header.source), vpc=self.vpc.name)
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


class InterfaceEndpoint(Relay, asks=True):
    """What stands behind an interface of an interface endpoint: the service, which takes connections and starts none (EP-6).

    `loss`: why it carries nothing. `links`: the interfaces of the load balancer behind a service of one's own, of which AWS
    picks one; none of a service that is somebody else's. `unknown`: why reachsim cannot tell which.
    """

    __slots__ = ("filter", "interface", "links", "loss", "service", "unknown")

    def __init__(self, interface: NetworkInterface, service: str, filter: Filter, loss: Loss | None) -> None:
        super().__init__(interface.name, interface.kind, interface.path)
        self.interface = interface
        self.service = service
        self.filter = filter
        self.loss = loss
        self.links: tuple[PrivateLink, ...] = ()
        self.unknown = ""

    def join(self, links: tuple[PrivateLink, ...], loss: Loss | None, unknown: str) -> None:
        """Tell it of the load balancer behind its service. `loss`: why none of its interfaces is for this one."""
        self.links = links
        self.loss = self.loss or loss
        self.unknown = unknown

    def ways(self, destination: int) -> Iterator[tuple[Relays, Choice]]:
        """Every choice of every interface of the load balancer that it may lead to."""
        for link in self.links:
            for choice in link.node.choices:
                if choice.is_for(destination):
                    told = replace(choice, label=f"by {link.component} {choice.label}")
                    yield ((self, link), (link, choice)), told

    def to_itself(self) -> Iterator[Relays]:
        """To the listener of each of the load balancer's interfaces."""
        for link in self.links:
            yield ((self, link), (link, LISTENER))

    @property
    def passes_on(self) -> bool:
        """Whether it leads to a load balancer, as far as that is known."""
        return bool(self.links) and self.loss is None and not self.unknown

    @property
    def untaken(self) -> Traffic:
        """What the load balancer passes on to nobody; its interfaces have one set of listeners."""
        return self.links[0].node.untaken if self.links else Traffic.everything()

    def nodes(self) -> Iterator[NetworkInterface]:
        """The load balancer's interfaces."""
        return (link.node.interface for link in self.links)

    def step(self, header: Header, leg: Leg) -> Step:
        """Deliver what is to the interface (**EP-7**); whatever else comes here is nobody's."""
        scope = to_one(header.destination)
        if not own(self.interface, header.destination):
            text = f"{format_address(header.destination)} is not an address of {self.interface.name}"
            return self.drop(Loss(Code.NO_POSSIBLE_DESTINATION, "EP-7", text), header, scope)
        if self.loss is not None:
            return self.drop(self.loss, header, scope, path=self.loss.path or (*self.path, "subnets"))
        if self.unknown:
            return Undecided(self.unknown, header, path=self.path, scope=scope)
        if self.links:
            return self._to_load_balancer(header, leg, scope)
        return Deliver(header, f"delivered to {self.service}", "EP-7", scope=scope, asks=Query(self.filter, 0))

    def _to_load_balancer(self, header: Header, leg: Leg, scope: Scope) -> Step:
        """To the load balancer's interface that the flow is about (EP-10), whose groups know no group of the client."""
        link = next((link for at, link in leg.relays if at is self and isinstance(link, PrivateLink)), None)
        if link is None and not any(link.node.choices for link in self.links):
            link = self.links[0]  # there is no listener whichever it is
        if link is None:
            text = f"which target of {self.service} {self.interface.name} leads to is not asked"
            return Undecided(text, header, path=self.path, scope=scope)
        node = link.node.interface
        mine = next((a for a in node.addresses if same_family(header.source, a)), None)
        if mine is None:
            text = f"{node.name}, to which {self.interface.name} leads, has no address of the client's family"
            return self.drop(Loss(Code.NO_POSSIBLE_DESTINATION, "LB-11", text), header, scope)
        onward = Header(header.source, mine, self.interface, direct=False)
        text = f"by PrivateLink to {node.name}"
        return Forward(link.entrance, onward, text, "EP-10", self.path, scope, Query(self.filter, 0))

    @property
    def alike_as_server(self) -> Hashable:
        """Those of services of AWS's, as far as they work, take the same traffic."""
        return None if self.links or self.loss is not None or self.unknown else ("endpoint", self.filter)

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """The service answers from the interface."""
        return self.interface.outbound, Header(arrived.destination, arrived.source, self.interface)

    def filters(self) -> Iterable[Filter]:
        """The protocols that it carries."""
        return (self.filter,)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The load balancer of a service of one's own; else none: it forwards nothing."""
        return tuple(link.entrance for link in self.links)
