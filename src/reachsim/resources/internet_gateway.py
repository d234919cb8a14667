"""Internet gateways (chapter IGW) and egress-only internet gateways (chapter IPV6)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

from reachsim.dataplane.checkpoint import (
    Checkpoint,
    CheckpointType,
    Drop,
    Forward,
    Header,
    Leg,
    Session,
    Step,
    Undecided,
)
from reachsim.dataplane.filters import Direction, Filter, Query, in_doubt
from reachsim.dataplane.place import InterfacePlace
from reachsim.dataplane.scope import EVERYWHERE, Scope, intersect
from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.net.address import IPV4_LAST, IPV6_FIRST, family_run, format_address
from reachsim.net.intervals import Span
from reachsim.net.prefixes import IntervalMap
from reachsim.resources.mending import Case, KeyChange, RouteOffer, offers
from reachsim.resources.route_table import Route, route_lookup, targets, to_target
from reachsim.resources.subnet import enter_subnet
from reachsim.rules.addresses import PUBLIC, RFC1918, RFC6598
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import MISROUTED, Code
from reachsim.rules.internet_gateway import PublicAccess, access_loss, egress_loss, ingress_loss, is_private_ipv6
from reachsim.rules.load_balancer import not_for_internet
from reachsim.rules.nat import never_seen
from reachsim.rules.route import default_for
from reachsim.rules.verdict import Loss

_STARTS = sorted(
    {
        0,
        IPV6_FIRST,
        *(edge for part in (RFC1918, RFC6598, PUBLIC) for low, high in part.spans for edge in (low, high + 1)),
    }
)


def private_run(address: int) -> Span:
    """The run of addresses around this one that are all of one private range, or all of none (IGW-5, IGW-6)."""
    index = bisect_right(_STARTS, address)
    return _STARTS[index - 1], _STARTS[index] - 1 if index < len(_STARTS) else EVERYWHERE[1]


def senders_around(vpc: VpcSite, source: int) -> Span:
    """Sources around one that are all of no interface of a VPC, in one subnet or in none, and all public, or all private; or
    that one alone."""
    return intersect(vpc.unowned_around(source), intersect(private_run(source), family_run(source)))


def destinations_around(vpc: VpcSite, destination: int) -> Span:
    """Destinations around one that a gateway treats like it: IPv6 addresses of one subnet that no interface has, or that one
    alone."""
    one = destination, destination
    return intersect(vpc.unowned_around(destination), private_run(destination)) if destination > IPV4_LAST else one


def subnet_around(vpc: VpcSite, address: int) -> SubnetSite | None:
    """The subnet that a private address is in, whose Block Public Access counts for it (IGW-14)."""
    owner = vpc.owners.get(address)
    return vpc.subnet_runs[address] if owner is None else owner.subnet


def blocked(vpc: VpcSite, address: int, leg: Leg, *, outward: bool, translated: bool = False) -> Loss | None:
    """Why Block Public Access stops a packet of a private address at a gateway (IGW-14). `outward`: it leaves the VPC."""
    owner = vpc.owners.get(address)
    subnet = subnet_around(vpc, address)
    if subnet is None or subnet.access is PublicAccess.OPEN:
        return None
    translated = translated or (owner is not None and owner.kind == "nat gateway")
    loss = access_loss(
        subnet.access, f"subnet {subnet.full_name}", translated=translated, outbound=outward is not leg.reply
    )
    return None if loss is None else replace(loss, path=vpc.access_path)


def inspected_in_excluded(vpc: VpcSite, address: int, by: NetworkInterface | InterfacePlace | None) -> str:
    """Why it is not decided whether Block Public Access stops what goes by a Gateway Load Balancer endpoint between the
    internet and a subnet that is excluded by itself: AWS says that it does even if the endpoint's subnet is excluded, and
    not whose exclusion spares it (IGW-14). Empty where that does not matter."""
    subnet = subnet_around(vpc, address)
    inspects = isinstance(by, NetworkInterface) and by.host.inspects
    if not inspects or subnet is None or subnet.access is not PublicAccess.OPEN or vpc.access is PublicAccess.OPEN:
        return ""
    return f"whether Block Public Access stops what is inspected on its way to excluded {subnet.full_name} is not said"


class _Doubt:
    """What may stop a packet at an internet gateway: it may not be attached, Block Public Access may stop it, the address
    inside may have no public one, or be of IPAM's private scope."""

    __slots__ = ("access", "address", "attachment", "private", "vpc")

    def __init__(self, name: str, direction: Direction, vpc: VpcSite, *, attached: bool) -> None:
        text = f"whether internet gateway {name} is attached is not known"
        self.vpc = vpc
        self.attachment = None if attached else _doubt(text, direction)
        self.access = access_doubt(name, direction, vpc)
        self.private = private_doubt(vpc, direction)
        owners = {each.name for each in vpc.owners.values() if any(pair.perhaps for pair in each.pairs)}
        what = next(iter(owners)) if len(owners) == 1 else "an interface"
        self.address = _doubt(f"whether {what} has a public address is not known", direction) if owners else None

    def on(self, step: Forward, owner: NetworkInterface | None, private: int, peer: int) -> Forward:
        """A step that the gateway takes if what is in doubt is so."""
        if self.attachment is not None:
            return step._replace(asks=Query(self.attachment, peer))
        if self.access is not None and is_access_unknown(self.vpc, private):
            return step._replace(asks=Query(self.access, peer), path=self.vpc.access_path)
        if self.private is not None and is_perhaps_private(self.vpc, private):
            return step._replace(asks=Query(self.private, peer), path=(*self.vpc.path, "private_ipv6"))
        if self.address is None or owner is None or not owner.perhaps_public(private):
            return step
        return step._replace(asks=Query(self.address, peer), path=(*owner.path, "public_ip"))

    def filters(self) -> Iterator[Filter]:
        """The filters that it asks."""
        yield from (each for each in (self.attachment, self.access, self.private, self.address) if each is not None)


def is_access_unknown(vpc: VpcSite, private: int) -> bool:
    """Whether it is not known what Block Public Access leaves to an address (IGW-14)."""
    subnet = subnet_around(vpc, private)
    return subnet is not None and subnet.access is PublicAccess.UNKNOWN


def access_doubt(name: str, direction: Direction, vpc: VpcSite) -> Filter | None:
    """What stands for Block Public Access where it is not known what it leaves to some subnet; None where it is."""
    if PublicAccess.UNKNOWN not in (vpc.access, *(subnet.access for subnet in vpc.subnets.values())):
        return None
    text = f"what Block Public Access stops at gateway {name} is not known"
    return in_doubt("internet gateway", direction, text, Code.VPC_BLOCK_PUBLIC_ACCESS_ENABLED, "IGW-14")


def is_perhaps_private(vpc: VpcSite, address: int) -> bool:
    """Whether it is not known if an address of a VPC is of IPAM's private scope (IGW-15)."""
    return address in vpc.perhaps_private and not is_private_ipv6(address, vpc.private_ipv6)


def private_doubt(vpc: VpcSite, direction: Direction) -> Filter | None:
    """What stops the private ones of a VPC's IPv6 blocks where it is not known which these are; None where it is."""
    if not vpc.perhaps_private:
        return None
    return _doubt(f"whether the IPv6 blocks of VPC {vpc.name} are private is not known", direction, "IGW-15")


def _doubt(text: str, direction: Direction, rule: str = "IGW-3") -> Filter:
    egress = direction is Direction.EGRESS
    code = Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS if egress else Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS
    return in_doubt("internet gateway", direction, text, code, rule)


class InternetGatewayOut(Checkpoint, is_a=CheckpointType.INTERNET_GATEWAY, cuts=True, asks=True):
    """An internet gateway for what leaves the VPC: puts the public address of the source in (**WALK-11**, **IGW-3**)."""

    __slots__ = ("doubt", "internet", "redirected", "vpc")

    def __init__(self, vpc: VpcSite, name: str, path: KeyPath, internet: Checkpoint, *, attached: bool = True) -> None:
        super().__init__(f"{vpc.name}.{name}", "internet gateway", path)
        self.vpc = vpc
        self.doubt = _Doubt(self.component, Direction.EGRESS, vpc, attached=attached)
        self.internet = internet
        self.redirected: IntervalMap[Route | None] = route_lookup([])

    def step(self, header: Header, leg: Leg) -> Step:
        """Translate 1:1 (IPv4), or pass an IPv6 address of an interface as it is (**IGW-8**); drop the rest (IGW-4, IGW-7).

        What an appliance forwards unchanged is carried as if the interface that owns its source had sent it (IGW-7).
        """
        source, destination = header.source, header.destination
        owner = self.vpc.owners.get(source)
        scope = Scope(self.senders_around(source), private_run(destination))
        public = source if source > IPV4_LAST else None if owner is None else owner.public_of(source)
        loss = egress_loss(
            source, destination, owned=self.vpc.may_own(source), public=public, held=self.vpc.private_ipv6
        )
        text = "IPv6 is not translated" if source > IPV4_LAST else ""
        onward = Header(source if public is None else public, destination)
        step = Forward(self.internet, onward, text, "IGW-8" if source > IPV4_LAST else "IGW-3", self.path, scope)
        if loss is None:
            loss = blocked(self.vpc, source, leg, outward=True) or self.past_the_appliance(header)
            redirected = self.redirected[source]
            # It may be past the appliance (ROUTE-23).
            if loss is None and redirected is not None and redirected.unknown:
                return Undecided(redirected.unknown, header, rule="ROUTE-23", path=redirected.path, scope=scope)
            if loss is None:
                inspected = inspected_in_excluded(self.vpc, source, header.sender)
                if inspected:
                    return Undecided(inspected, header, rule="IGW-14", path=self.vpc.access_path, scope=scope)
                return self.doubt.on(step, owner, source, destination)
            return self.drop(loss, header, scope, onward=step, path=loss.path or None)
        if loss.code in MISROUTED:  # mended, it would go another way
            return self.drop(loss, header, scope)
        path = self.path
        if owner is not None and loss.code is Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS:
            loss, path = no_public_address(owner, header, loss)
        return self.drop(loss, header, scope, onward=step, path=path)

    def filters(self) -> Iterable[Filter]:
        """What is in doubt."""
        return self.doubt.filters()

    def senders_around(self, source: int) -> Span:
        """Sources around one that the gateway treats like it: those of no interface, or that one alone."""
        _, low, high = self.redirected.lookup(source)
        return intersect(senders_around(self.vpc, source), (low, high))

    def past_the_appliance(self, header: Header) -> Loss | None:
        """The loss of what leaves a redirected block other than through its appliance (**ROUTE-23**)."""
        route = self.redirected[header.source]
        if route is None or route.toward is None or header.sender is route.toward:
            return None
        text = f"what comes in for {route.destination} goes through {route.toward.name}; what leaves must go there too"
        return Loss(Code.INGRESS_RTB_TRAFFIC_REDIRECTION, "ROUTE-23", text)

    def cuts(self) -> Iterable[int]:
        """Where the gateway's route table changes."""
        return self.redirected.starts

    def successors(self) -> tuple[Checkpoint, ...]:
        """The internet."""
        return (self.internet,)


_ADDRESS_KEYS = {
    "instances": ("public_ip",), "interfaces": ("public_ip",), "load_balancers": ("scheme",),
    "nat_gateways": ("connectivity",),
}  # fmt: skip


def address_key(interface: NetworkInterface, address: int) -> KeyPath:
    """The key that decides whether an address of an interface has a public one (IGW-9); of one that never has any, where it
    is written."""
    path = interface.path
    section = str(path[2]) if len(path) > 2 else ""
    has_ipv6 = any(each > IPV4_LAST for each in interface.addresses)
    if section == "load_balancers" and has_ipv6 and interface.from_internet:  # public, but for IPv4 (LB-11)
        return (*path, "ip_address_type")
    further = secondary_addresses(interface)
    if section in ("instances", "interfaces") and address in further:
        return (*path, "secondary_private_ips", further.index(address))
    return (*path, *_ADDRESS_KEYS.get(section, ()))


def secondary_addresses(interface: NetworkInterface) -> tuple[int, ...]:
    """The further private IPv4 addresses of an interface, as they are written."""
    return tuple(each for each in interface.addresses if each <= IPV4_LAST and each not in interface.primary)


def without_public(interface: NetworkInterface, address: int) -> str:
    """Whose an address is that has no public one."""
    if address in secondary_addresses(interface):
        return (
            f"{format_address(address)} is a secondary address of {interface.name} and has no public address of its own"
        )
    return f"{format_address(address)} is {interface.name}, which has no public address"


def no_public_address(owner: NetworkInterface, header: Header, loss: Loss) -> tuple[Loss, KeyPath]:
    """The loss of a packet whose source has no public address (IGW-4, IGW-15), whose address it is, and the key to edit:
    of the interface, or of the host that forwards its packets as they came (NATI-5)."""
    text = without_public(owner, header.source)
    if header.source > IPV4_LAST:
        text = f"{format_address(header.source)} ({owner.name}) is private IPv6, which is not on the internet"
    forwarder = header.sender
    if header.direct or forwarder is None:
        return Loss(loss.code, loss.rule, text), address_key(owner, header.source)
    text += f"; {forwarder.name} forwards its packets without putting its own address in (no masquerade)"
    return Loss(loss.code, loss.rule, text), (*forwarder.path, "nat", "masquerade")


class InternetGatewayIn(Checkpoint, is_a=CheckpointType.INTERNET_GATEWAY, cuts=True, asks=True):
    """An internet gateway for what enters the VPC: puts the private address of the destination in (**WALK-12**,
    **IGW-3**)."""

    __slots__ = ("doubt", "public", "redirected", "vpc")

    heading: ClassVar[str] = "inward"

    def __init__(
        self, vpc: VpcSite, name: str, path: KeyPath, public: dict[int, int], *, attached: bool = True
    ) -> None:
        super().__init__(f"{vpc.name}.{name}", "internet gateway", path)
        self.vpc = vpc
        self.doubt = _Doubt(self.component, Direction.INGRESS, vpc, attached=attached)
        self.public = public
        self.redirected: IntervalMap[Route | None] = route_lookup([])

    def step(self, header: Header, leg: Leg) -> Step:
        """Translate and deliver; drop what comes from a private address (IGW-6)."""
        private = self.public.get(header.destination, header.destination)
        text = "1:1 translation" if private != header.destination else ""
        _, low, high = self.redirected.lookup(header.destination)
        around = intersect(destinations_around(self.vpc, header.destination), (low, high))
        scope = Scope(private_run(header.source), around)
        inside = Header(header.source, private)
        owner = self.vpc.owners.get(private)
        step: Forward | Drop
        if owner is not None and owner.subnet.regional:
            step = Forward(owner.inbound, inside, "to the NAT gateway", "NATGW-17", self.path, scope)
        else:
            step = enter_subnet(self, self.vpc, inside, text, "IGW-3", self.path)._replace(scope=scope)
        loss = ingress_loss(header.source) or blocked(self.vpc, private, leg, outward=False)
        if private > IPV4_LAST and owner is not None and not owner.from_internet:
            loss = loss or not_for_internet(private)
        route = self.redirected[private]
        if route is not None and route.unknown and loss is None and isinstance(step, Forward):
            return Undecided(route.unknown, header, rule="ROUTE-21", path=route.path, scope=scope)
        inspected = inspected_in_excluded(self.vpc, private, route.toward) if route is not None and loss is None else ""
        if inspected:
            return Undecided(inspected, header, rule="IGW-14", path=self.vpc.access_path, scope=scope)
        if route is not None and not route.local and not route.unknown and isinstance(step, Forward):
            step, unusable = self.to_appliance(route, inside, step)
            loss = loss or unusable
        if loss is None:
            return step if isinstance(step, Drop) else self.doubt.on(step, owner, private, header.source)
        onward = step if isinstance(step, Forward) else None
        return self.drop(loss, header, scope, onward=onward, path=loss.path or None)

    def filters(self) -> Iterable[Filter]:
        """What is in doubt."""
        return self.doubt.filters()

    def to_appliance(self, route: Route, inside: Header, step: Forward) -> tuple[Forward, Loss | None]:
        """On to the target of the gateway's route table in place of the destination's subnet (WALK-3, ROUTE-21); an
        appliance without a public address takes nothing (**ROUTE-22**); an inspection endpoint needs none (EP-11)."""
        loss = None
        if route.inactive:
            loss = route.blackhole
        elif route.toward is not None and not _able(route.toward) and inside.destination <= IPV4_LAST:
            text = f"{route.toward.name} has no public address, which the target of a gateway's route table needs"
            loss = Loss(Code.INGRESS_RTB_NO_PUBLIC_IP, "ROUTE-22", text, path=(*route.toward.path, "public_ip"))
        text = f"{step.text}; {route.text}".lstrip("; ")
        return to_target(route, inside, step)._replace(text=text), loss

    def cuts(self) -> Iterable[int]:
        """Where the gateway's route table changes."""
        return self.redirected.starts

    def successors(self) -> list[Checkpoint]:
        """The ACL of every subnet, the targets of the gateway's route table, and regional NAT gateways."""
        regional = [interface.inbound for interface in self.vpc.owners.values() if interface.subnet.regional]
        return [*(subnet.entry for subnet in self.vpc.subnets.values()), *targets(self.redirected), *regional]


def _able(target: NetworkInterface) -> bool:
    """Whether the target of a gateway's route has a public address, or is an inspection endpoint, which needs none."""
    return bool(target.publics) or target.groups is None


class EgressOnlyGatewayOut(Checkpoint, is_a=CheckpointType.INTERNET_GATEWAY, cuts=False, asks=True):
    """An egress-only internet gateway for what leaves: IPv6 only; it remembers the flow (**IPV6-4**)."""

    __slots__ = ("doubt", "internet", "private", "vpc")

    def __init__(self, vpc: VpcSite, name: str, path: KeyPath, internet: Checkpoint) -> None:
        super().__init__(f"{vpc.name}.{name}", "egress-only internet gateway", path)
        self.vpc = vpc
        self.doubt = access_doubt(self.component, Direction.EGRESS, vpc)
        self.private = private_doubt(vpc, Direction.EGRESS)
        self.internet = internet

    def step(self, header: Header, leg: Leg) -> Step:
        """Pass IPv6 out. An answer to a flow that came in another way is not one of its flows (WALK-19)."""
        source, destination = header.source, header.destination
        scope = Scope(senders_around(self.vpc, source), intersect(private_run(destination), family_run(destination)))
        if destination <= IPV4_LAST:
            text = "an egress-only internet gateway carries IPv6 alone"
            return self.drop(Loss(Code.IPV6_ONLY, "IPV6-4", text), header, scope)
        if leg.reply:
            return self.drop(never_seen(self.component), header, scope)
        owner = self.vpc.owners.get(source)
        loss = egress_loss(
            source, destination, owned=self.vpc.may_own(source), public=source, held=self.vpc.private_ipv6
        )
        leg.sessions.append(Session(self, source, source, destination))
        loss = loss or blocked(self.vpc, source, leg, outward=True, translated=True)
        step = Forward(self.internet, Header(source, destination), "outbound IPv6", "IPV6-4", self.path, scope)
        if loss is None and self.doubt is not None and is_access_unknown(self.vpc, source):
            return step._replace(asks=Query(self.doubt, destination), path=self.vpc.access_path)
        if loss is None and self.private is not None and is_perhaps_private(self.vpc, source):
            return step._replace(asks=Query(self.private, destination), path=(*self.vpc.path, "private_ipv6"))
        if loss is None:
            inspected = inspected_in_excluded(self.vpc, source, header.sender)
            if inspected:
                return Undecided(inspected, header, rule="IGW-14", path=self.vpc.access_path, scope=scope)
            return step
        path = loss.path or self.path
        if owner is not None and loss.rule == "IGW-15":
            text = f"{format_address(source)} ({owner.name}) is private IPv6, which is not on the internet"
            loss, path = Loss(loss.code, loss.rule, text), (*owner.path, "ipv6_address")
        return self.drop(loss, header, scope, onward=step, path=path)

    def filters(self) -> Iterable[Filter]:
        """What is in doubt."""
        return [each for each in (self.doubt, self.private) if each is not None]

    def successors(self) -> tuple[Checkpoint, ...]:
        """The internet."""
        return (self.internet,)


class EgressOnlyGatewayIn(Checkpoint, is_a=CheckpointType.INTERNET_GATEWAY, cuts=False, asks=False):
    """An egress-only internet gateway for what comes in: answers to its own flows and nothing else (**IPV6-4**)."""

    __slots__ = ("outward", "vpc")

    heading: ClassVar[str] = "inward"

    def __init__(self, vpc: VpcSite, outward: EgressOnlyGatewayOut) -> None:
        super().__init__(outward.component, outward.role, outward.path)
        self.vpc = vpc
        self.outward = outward

    def knows(self, header: Header, leg: Leg) -> bool:
        """Whether a packet answers a flow that went out here."""
        return leg.answered(self.outward, header) is not None

    def step(self, header: Header, leg: Leg) -> Step:
        """Pass an answer in; drop what somebody outside starts."""
        inside = Header(header.source, header.destination)
        text = "an answer to outbound IPv6"
        scope = Scope(private_run(header.source), destinations_around(self.vpc, header.destination))
        step = enter_subnet(self, self.vpc, inside, text, "IPV6-4", self.path)._replace(scope=scope)
        if self.knows(header, leg):
            return step
        text = "an egress-only internet gateway lets nobody outside start a connection"
        loss = Loss(Code.EIGW_OUTBOUND_ONLY, "IPV6-4", text)
        return self.drop(loss, header, scope, onward=step if isinstance(step, Forward) else None)

    def successors(self) -> list[Checkpoint]:
        """The ACL of every subnet."""
        return [subnet.entry for subnet in self.vpc.subnets.values()]


@offers
def route_out(case: Case, vpc: str) -> Iterator[RouteOffer]:
    """The default route to the VPC's internet gateway, or to a new one; of IPv6 to the egress-only one too."""
    if case.destination not in PUBLIC:
        return
    body = case.view.design.vpcs[vpc]
    block = default_for(case.destination)
    if body.egress_only_internet_gateway is not None and case.destination > IPV4_LAST and not case.reply:
        name = body.egress_only_internet_gateway
        yield RouteOffer(block, name, f"egress-only internet gateway {name}")
    if body.internet_gateway is not None:
        yield RouteOffer(block, body.internet_gateway, f"internet gateway {body.internet_gateway}", 3)
    else:
        also = (KeyChange(("vpcs", vpc, "internet_gateway"), "igw"),)
        yield RouteOffer(block, "igw", f"a new internet gateway igw of {vpc}", 6, also)
