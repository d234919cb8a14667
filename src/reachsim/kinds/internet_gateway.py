"""Internet gateways (chapter IGW) and egress-only internet gateways (chapter IPV6)."""

from __future__ import annotations

from bisect import bisect_right

from reachsim.fabric.checkpoint import EVERYWHERE, Checkpoint, Leg, Session, Step, Transit
from reachsim.fabric.site import VpcSite
from reachsim.kinds.subnet import enter_subnet
from reachsim.net.address import IPV4_LAST, IPV6_FIRST, format_address
from reachsim.net.intervals import Span
from reachsim.rules.addresses import RFC1918, RFC6598
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.internet_gateway import egress_loss, ingress_loss
from reachsim.rules.verdict import Loss

_STARTS = sorted({0, IPV6_FIRST, *(edge for low, high in (RFC1918 | RFC6598).spans for edge in (low, high + 1))})


def private_run(address: int) -> Span:
    """The run of addresses around this one that are all of one private range, or all of none (IGW-5, IGW-6)."""
    index = bisect_right(_STARTS, address)
    return _STARTS[index - 1], _STARTS[index] - 1 if index < len(_STARTS) else EVERYWHERE[1]


class InternetGatewayOut(Checkpoint):
    """An internet gateway for what leaves the VPC: puts the public address of the source in (WALK-11, IGW-3)."""

    __slots__ = ("internet", "vpc")

    def __init__(self, vpc: VpcSite, name: str, path: KeyPath, internet: Checkpoint) -> None:
        super().__init__(f"{vpc.name}.{name}", "internet gateway", path)
        self.vpc = vpc
        self.internet = internet

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Translate 1:1 (IPv4), or pass an IPv6 address of an interface as it is (IGW-8); drop the rest (IGW-4, IGW-7)."""
        owner = self.vpc.owners.get(transit.source)
        ipv6 = transit.source > IPV4_LAST
        mapped = owner is not None and (ipv6 or owner.public is not None)
        loss = egress_loss(transit.source, transit.destination, mapped=mapped, spoofed=not transit.direct)
        run = private_run(transit.destination)
        if loss is not None or ipv6 or owner is None or owner.public is None:
            text = "IPv6 is not translated" if ipv6 else ""
            return Step(self.internet, transit, text, "IGW-8", self.path, loss, destination_run=run)
        onward = Transit(owner.public, transit.destination)
        return Step(self.internet, onward, "", "IGW-3", self.path, destination_run=run)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The internet."""
        return (self.internet,)


class InternetGatewayIn(Checkpoint):
    """An internet gateway for what enters the VPC: puts the private address of the destination in (WALK-12, IGW-3)."""

    __slots__ = ("public", "vpc")

    def __init__(self, vpc: VpcSite, name: str, path: KeyPath, public: dict[int, int]) -> None:
        super().__init__(f"{vpc.name}.{name}", "internet gateway", path)
        self.vpc = vpc
        self.public = public

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Translate and deliver; drop what comes from a private address (IGW-6)."""
        loss = ingress_loss(transit.source)
        private = self.public.get(transit.destination, transit.destination)
        step = enter_subnet(self.vpc, Transit(transit.source, private), "", "IGW-3", self.path)
        if private != transit.destination:
            step.text = "1:1 translation"
        step.loss = loss or step.loss
        step.source_run = private_run(transit.source)
        step.destination_run = transit.destination, transit.destination
        return step

    def successors(self) -> list[Checkpoint]:
        """The ACL of every subnet."""
        return [subnet.entry for subnet in self.vpc.subnets.values()]


class EgressOnlyGatewayOut(Checkpoint):
    """An egress-only internet gateway for what leaves: IPv6 only; it remembers the flow (IPV6-4)."""

    __slots__ = ("internet", "vpc")

    def __init__(self, vpc: VpcSite, name: str, path: KeyPath, internet: Checkpoint) -> None:
        super().__init__(f"{vpc.name}.{name}", "egress-only internet gateway", path)
        self.vpc = vpc
        self.internet = internet

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Pass IPv6 out. An answer to a flow that came in another way is not one of its flows (WALK-19)."""
        run = (0, IPV4_LAST) if transit.destination <= IPV4_LAST else (IPV6_FIRST, EVERYWHERE[1])
        loss = None
        if transit.destination <= IPV4_LAST:
            loss = Loss(Code.IPV6_ONLY, "IPV6-4", "an egress-only internet gateway carries IPv6 alone")
        elif leg.reply:
            text = f"{self.component} never saw the packet that this one answers"
            loss = Loss(Code.ASYMMETRIC_RETURN, "WALK-19", text)
        elif not transit.direct or transit.source not in self.vpc.owners:
            text = f"the source {format_address(transit.source)} is not an address of the interface that sends"
            loss = Loss(Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC, "IGW-7", text)
        if loss is not None and loss.code is not Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC:
            return Step(None, transit, "", "IPV6-4", self.path, loss, destination_run=run)
        leg.sessions.append(Session(self, transit.source, transit.source, transit.destination))
        text = "outbound IPv6"
        return Step(
            self.internet,
            Transit(transit.source, transit.destination),
            text,
            "IPV6-4",
            self.path,
            loss,
            destination_run=run,
        )

    def successors(self) -> tuple[Checkpoint, ...]:
        """The internet."""
        return (self.internet,)


class EgressOnlyGatewayIn(Checkpoint):
    """An egress-only internet gateway for what comes in: answers to its own flows and nothing else (IPV6-4)."""

    __slots__ = ("outward", "vpc")

    def __init__(self, vpc: VpcSite, outward: EgressOnlyGatewayOut) -> None:
        super().__init__(outward.component, outward.role, outward.path)
        self.vpc = vpc
        self.outward = outward

    def knows(self, transit: Transit, leg: Leg) -> bool:
        """Whether a packet answers a flow that went out here."""
        return leg.reply and any(
            session.device is self.outward and (session.client, session.peer) == (transit.destination, transit.source)
            for session in leg.sessions
        )

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Pass an answer in; drop what somebody outside starts."""
        here = transit.destination, transit.destination
        loss = None
        if not self.knows(transit, leg):
            text = "an egress-only internet gateway lets nobody outside start a connection"
            loss = Loss(Code.EIGW_OUTBOUND_ONLY, "IPV6-4", text)
        step = enter_subnet(
            self.vpc, Transit(transit.source, transit.destination), "an answer to outbound IPv6", "IPV6-4", self.path
        )
        step.loss = loss or step.loss
        step.destination_run = here
        return step

    def successors(self) -> list[Checkpoint]:
        """The ACL of every subnet."""
        return [subnet.entry for subnet in self.vpc.subnets.values()]
