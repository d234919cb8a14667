"""Network interfaces, and what every host behind one has in common (chapter WALK).

A bare interface (`interfaces.NAME`) is a database, a container task, anything with an address and groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, TypedDict, Unpack

from pydantic import BeforeValidator, Field

from reachsim.dataplane.place import GroupSet, InterfacePlace
from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import HintedError, shown
from reachsim.net.address import IPV4_LAST
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import Traffic
from reachsim.resources.fields import (
    IPV4_FORM,
    Boolean,
    HostNameField,
    Integer,
    Ipv4Field,
    Ipv6Field,
    PortsField,
    ReadOnly,
    Schema,
    SecurityGroupNames,
    SubnetName,
    SubnetNames,
    Tags,
    TrafficField,
    also,
)
from reachsim.resources.host import Host, put_behind_groups
from reachsim.resources.mending import Case, RouteOffer
from reachsim.resources.reference import EXISTING, NEVER, UNKNOWN
from reachsim.resources.resource import At, Checks, Entrance, InterfaceNeed, Resource, Wiring, resource
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.route import DEFAULT
from reachsim.rules.verdict import Silence


class NatSettings(Schema):
    """What the operating system of a NAT instance does (NATI-5). Source/dest check is set apart from it (NATI-1)."""

    ip_forward: Boolean = True
    """It forwards packets that are not to itself."""
    masquerade: Boolean = True
    """It puts its own address into what it forwards."""


def _nat(value: Any) -> Any:
    """`nat: true` forwards and masquerades, as a NAT image does; `nat: false` does neither."""
    if value is True:
        return NatSettings()
    if value is False:
        return None
    if isinstance(value, (dict, NatSettings)) or value is None:
        return value
    raise HintedError(
        f"expected true or false, got {shown(value)}", hint="write true, or {ip_forward: true, masquerade: false}"
    )


class SecondaryAddress(Schema):
    """A further private IPv4 address of an interface, with a public one of its own or none (IGW-9)."""

    private_ip: Ipv4Field
    """The private address."""
    public_ip: Ipv4Field | None = None
    """Its public address; left out: none."""


def _secondary(value: Any) -> Any:
    return {"private_ip": value} if isinstance(value, str) else value


class InterfaceSettings(Schema):
    """The keys of one network interface."""

    subnet: SubnetName | None = None
    """The subnet it is in."""
    security_groups: SecurityGroupNames | None = None
    """Its groups; left out: the VPC's default group (SG-3)."""
    private_ip: Ipv4Field | None = None
    """Its private IPv4 address; left out: the lowest free address of its subnet, the same on every load."""
    secondary_private_ips: tuple[Annotated[SecondaryAddress, BeforeValidator(_secondary), also(IPV4_FORM)], ...] = ()
    """Further private addresses; an entry is an address, or `{private_ip: ..., public_ip: ...}`."""
    ipv6_address: Ipv6Field | None = None
    """Its IPv6 address, where its subnet has an IPv6 block."""
    public_ip: Ipv4Field | Boolean | Literal["unknown", "existing", "never"] | None = None
    """Its public address (Elastic IP or auto-assigned), or `true` for one that AWS will choose; `existing`: an Elastic IP
    that exists and is not told; `unknown`: whether it has one, and which; `never`: it is of a service whose interfaces have
    none (IGW-16)."""
    source_dest_check: Boolean = True
    """Whether it drops what is neither from nor to one of its own addresses (WALK-23)."""

    def need(self, name: str, path: KeyPath, subnet: str, launched: bool) -> InterfaceNeed:
        """The interface, in a subnet; `launched`: with an instance, so that its subnet may give it a public address."""
        secondary = tuple((int(each.private_ip), each.public_ip) for each in self.secondary_private_ips)
        public = self.public_ip != NEVER if isinstance(self.public_ip, str) else self.public_ip
        return InterfaceNeed(
            name, path, subnet, self.security_groups, self.private_ip, self.ipv6_address, public,
            secondary=secondary, launched=launched, perhaps_public=self.public_ip == UNKNOWN,
            untold=self.public_ip in (UNKNOWN, EXISTING),
        )  # fmt: skip


def public_and_untold(written: int | bool | str | None) -> tuple[int | bool | None, bool]:
    """What a public address that is written is for an `InterfaceNeed`, and whether it stands for one that is not told."""
    return (True, written == EXISTING) if isinstance(written, str) else (written, False)


@resource("interfaces", "interface")
class ElasticInterface(InterfaceSettings, Resource):
    """An elastic network interface, or several that are alike."""

    also_called: ClassVar[str] = r"enis?|network_interfaces?|elastic_network_interfaces?"

    order: ClassVar[int] = 1

    subnets: SubnetNames = ()
    """In place of `subnet`, for several that are alike: the subnets that they are spread over."""
    count: Annotated[Integer, Field(ge=1, le=1000)] | None = None
    """How many there are; left out: one in each subnet."""
    nat: Annotated[NatSettings | None, BeforeValidator(_nat), also({"type": "boolean"})] = None
    """`true`: its system forwards and masquerades. Long form: `{ip_forward: true, masquerade: false}`."""
    listens: TrafficField | None = None
    """Traffic that a process there answers; left out: everything. Never changes what is delivered."""
    client_ports: PortsField | None = None
    """Source ports that it uses as a client; left out: what its `ami` tells, else 1024-65535 (NACL-12)."""
    public_dns_name: HostNameField | None = None
    """A host name that means its private address inside its VPC and its public one outside (DNS-3, PEER-11)."""
    tags: Tags = Field(default_factory=ReadOnly)

    def settings(self, at: At) -> Sequence[tuple[str, KeyPath, InterfaceSettings]]:
        """Its interfaces, each by name, with where its keys are written."""
        path = at.path
        if not self.alike:
            return ((at.name, path, self),)
        return [(f"{at.name}/{n}", path, self) for n in range(1, (self.count or len(self.subnets)) + 1)]

    @property
    def alike(self) -> bool:
        """Whether it stands for several."""
        return bool(self.subnets) or self.count is not None

    @property
    def several(self) -> bool:
        """Whether it has interfaces with names of their own."""
        return self.alike

    def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
        """Those that it has; several that are alike are spread over their subnets in turn."""
        launched = type(self).noun == "instance"
        every = self.settings(at)
        # Launched with several at once, an instance gets no public address by its subnet; one that got a second one later
        # has kept it. Nothing tells which (IGW-9).
        either = launched and not self.alike and len(every) > 1
        for index, (name, path, settings) in enumerate(every):
            subnet = settings.subnet or (self.subnets[index % len(self.subnets)] if self.subnets else "")
            need = settings.need(name, path, subnet, launched and (self.alike or not index))
            yield need._replace(perhaps_public=True) if either and settings.public_ip is None else need

    def check(self, at: At, checks: Checks) -> None:
        """An interface is in a subnet, and several that are alike have no addresses of their own."""
        for _, path, settings in self.settings(at):
            if settings.subnet is None and not self.subnets:
                checks.report(path, "missing key 'subnet'", "write subnet: NAME", key=True)
        fixed = self.private_ip or self.secondary_private_ips or self.ipv6_address
        if self.alike and (fixed or not isinstance(self.public_ip, bool | str | None)):
            checks.report(
                at.path, "interfaces that are alike have no addresses of their own", "leave them out", key=True
            )
        if self.subnets and self.subnet is not None:
            checks.report((*at.path, "subnets"), "'subnets' stands in place of 'subnet'", "write one of the two")

    def build(self, at: At, wiring: Wiring) -> None:
        """Its interfaces, their groups, and the host behind them."""
        settings = self.settings(at)
        ports = self.client_ports if self.client_ports is not None else self.usual_client_ports()
        for need, (_, _, body) in zip(self.interfaces(at), settings, strict=True):
            interface = interface_for(
                need, type(self).noun, self.tags, at, wiring, wiring.groups(at.vpc, body.security_groups),
                source_dest_check=body.source_dest_check,
                listens=self.listens,
                client_ports=ports,
                machine=at.path if len(settings) > 1 and not self.alike else (),
            )  # fmt: skip
            interface.host = host = self.host(interface)
            put_behind_groups(interface)
            wiring.place(interface)
            if host.clients and need.name == settings[0][0]:
                wiring.add_sender(host.clients, host.behind, interface.name)
                wiring.join_places(interface.owner, (at.vpc, interface.name))
                interface.vpc.behind |= host.clients - interface.vpc.blocks
        if need.name != at.name:
            wiring.add_group(at, [f"{at.vpc}.{name}" for name, _, _ in settings])

    def usual_client_ports(self) -> PortSet:
        """Source ports of its clients where the file does not say."""
        return UNKNOWN_CLIENT

    def forwarding(self) -> NatSettings | None:
        """What its system does with others' packets; None where it drops them."""
        return self.nat

    def host(self, interface: NetworkInterface) -> Host:
        """The checkpoint behind an interface: its operating system."""
        forwarding = self.forwarding()
        if forwarding is None:
            return Host(interface)
        return Host(interface, ip_forward=forwarding.ip_forward, masquerade=forwarding.masquerade)

    def remarks(self, interface: InterfacePlace) -> Iterator[str]:
        """What its system does with others' packets too."""
        yield from super().remarks(interface)
        if self.nat is not None:
            yield from (
                word for word, on in (("forwards", self.nat.ip_forward), ("masquerades", self.nat.masquerade)) if on
            )

    def route_for(self, at: At, case: Case, vpc: str) -> Iterator[RouteOffer]:
        """The default route to a host that forwards and masquerades (NATI-1); it need not do so yet as it should."""
        if vpc == at.vpc and self.nat is not None and not self.alike and _public_ipv4(case.destination):
            noun = "NAT instance" if self.nat.masquerade else "instance"
            yield from (RouteOffer(DEFAULT, name, f"{noun} {name}") for name, _, _ in self.settings(at))

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """A route leads to one interface (ROUTE-10)."""
        name = next(name for name, _, _ in self.settings(at))
        interface = wiring.interface(at.vpc, name)
        return Entrance(interface.subnet.entry, interface)


class Facts(TypedDict, total=False):
    """What else an interface is (`dataplane.place.InterfacePlace`)."""

    source_dest_check: bool
    client_ports: PortSet
    listens: Traffic | None
    takes: bool
    silent: Silence | None
    from_internet: bool
    machine: KeyPath


def _public_ipv4(address: int) -> bool:
    return address <= IPV4_LAST and address in PUBLIC


def interface_for(
    need: InterfaceNeed,
    kind: str,
    tags: Mapping[str, str],
    at: At,
    wiring: Wiring,
    groups: GroupSet | None = None,
    **facts: Unpack[Facts],
) -> NetworkInterface:
    """An interface that a resource needs, in its subnet and with its addresses; what is behind it is still to be wired.

    `groups`: None where it cannot have any (**SG-23**).
    """
    subnet, pairs = wiring.subnet(at.vpc, need.subnet), wiring.pairs(at.vpc, need)
    labels = tuple(sorted(tags.items()))
    return NetworkInterface(f"{at.vpc}.{need.name}", kind, subnet, pairs, need.path, groups, tags=labels, **facts)
