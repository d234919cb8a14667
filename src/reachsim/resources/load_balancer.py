"""Load balancers (chapter LB): their schema, and the interfaces and targets that they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.relay import Choice
from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.errors import shown, with_article
from reachsim.net.address import IPV4_LAST, format_address, parse_address
from reachsim.net.traffic import PROTOCOL_NAMES, UDP, Traffic, service
from reachsim.resources.balancer_node import Node, place_node
from reachsim.resources.fields import (
    EMPTY_BODIES,
    READ_ONLY,
    Boolean,
    HostNameField,
    Ipv4Field,
    Ipv6Field,
    Name,
    ReadOnly,
    References,
    SecurityGroupNames,
    SubnetNames,
    Tags,
    looks_like_address,
)
from reachsim.resources.mending import Case, Edit
from reachsim.resources.network_interface import ElasticInterface, interface_for, public_and_untold
from reachsim.resources.resource import At, Checks, Ends, Entrance, InterfaceNeed, Resource, Wiring, resource
from reachsim.resources.target_group import ListenerField, RegisteredTarget, Spoken, TargetGroup, bodies, peered_with
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.load_balancer import (
    APPLICATION,
    CLASSIC,
    DUALSTACK,
    GATEWAY,
    GENEVE,
    IPV4,
    IPV6,
    NETWORK,
    TAKEN,
    WITHOUT_PUBLIC_IPV4,
    NodeAddress,
    crosses_unless_told,
    keeps_client,
    kept_over_peering,
    may_get,
    nobody,
    zones_written,
)
from reachsim.rules.refusal import Refusal


@resource("load_balancers", "load balancer")
class LoadBalancer(Resource):
    """A load balancer: an interface in each of its subnets, listeners and target groups."""

    also_called: ClassVar[str] = r"albs?|nlbs?|elbs?|elbv2|gwlbs?"

    type: Literal["application", "network", "gateway", "classic"] = "application"
    """What it is. An Application or Classic Load Balancer ends the client's connection, a Network Load Balancer
    passes it on, a Gateway Load Balancer sends everything to appliances (LB-9)."""
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """`internal`: one without public addresses. A Gateway Load Balancer never has any."""
    ip_address_type: Literal["ipv4", "dualstack", "dualstack-without-public-ipv4"] = "ipv4"
    """The families by which it is called (LB-11); the third is an internet-facing Application Load Balancer's alone."""
    ipv6_deny_all_igw_traffic: Boolean | None = None
    """Whether internet gateways bring nothing to its IPv6 addresses; left out: so of an internal one (LB-11)."""
    subnets: Annotated[SubnetNames, Field(min_length=1)]
    """The subnets that it has an interface in; their zones are those that are enabled (LB-8)."""
    security_groups: SecurityGroupNames | None = None
    """Its groups; left out: none of a Network or Gateway Load Balancer (LB-3, LB-9), else the VPC's default group."""
    cross_zone: Boolean | None = None
    """Whether its nodes pick targets in other zones too; left out: an Application Load Balancer's do (LB-8)."""
    private_ips: Annotated[dict[Name, Ipv4Field], READ_ONLY] = Field(default_factory=ReadOnly)
    """Its private address by subnet; left out: the lowest free one."""
    public_ips: Annotated[dict[Name, Ipv4Field | Literal["existing"]], READ_ONLY] = Field(default_factory=ReadOnly)
    """Its public address by subnet, where it is internet-facing; `existing`: one that exists and is not told; left out: one
    that AWS will choose."""
    ipv6_addresses: Annotated[dict[Name, Ipv6Field], READ_ONLY] = Field(default_factory=ReadOnly)
    """Its IPv6 address by subnet, where it is dual-stack; left out: the lowest free one."""
    listeners: Annotated[dict[ListenerField, References], READ_ONLY] = Field(default_factory=ReadOnly)
    """By protocol and port (`tcp/443`, `https/443`, `tcp_udp/53`; `all` of a Gateway Load Balancer) the target group, or
    several of which AWS picks one."""
    target_groups: Annotated[dict[Name, TargetGroup], EMPTY_BODIES, BeforeValidator(bodies), READ_ONLY] = Field(
        default_factory=ReadOnly
    )
    """Its target groups by name."""
    enforce_inbound_on_private_link: Boolean = True
    """Whether the rules of its groups judge what comes by PrivateLink (LB-3)."""
    public_dns_name: HostNameField | None = None
    """A host name that means its private addresses inside its VPC and its public ones outside (DNS-3)."""
    tags: Tags = Field(default_factory=ReadOnly)

    # -- addresses ----------------------------------------------------------------------------------------------

    def mend(self, at: At, case: Case) -> Iterator[Edit]:
        """Client addresses that are not kept (LB-6), and targets in every zone (LB-8)."""
        path = case.cause.path
        mine = path[: len(at.path)] == at.path
        if mine and case.cause.code is Code.NLB_HAIRPIN and path[-1] == "preserve_client_ip":
            text = f"let targets of {at.name}/{path[-2]} see the load balancer's address (preserve_client_ip: false)"
            yield Edit.setting(path, False, text, 2)
        if case.cause.code is Code.ELB_NOT_CROSSZONE and (mine or _behind(path, case.view.design) == at):
            yield Edit.setting((*at.path, "cross_zone"), True, f"let {at.name} send to targets in every zone", 2)

    def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
        """One in each subnet. A Network or Gateway Load Balancer for which no group is written has none (**LB-3**, LB-9)."""
        facing = self.scheme == "internet-facing" and self.type != GATEWAY
        facing = facing and self.ip_address_type != WITHOUT_PUBLIC_IPV4
        for subnet in self.subnets:
            public, untold = public_and_untold((self.public_ips.get(subnet) or True) if facing else None)
            groups = self.security_groups
            if self.type in (NETWORK, GATEWAY):
                groups = groups or ()
            yield InterfaceNeed(
                f"{at.name}/{subnet}", at.path, subnet, groups, self.private_ips.get(subnet),
                self.ipv6_addresses.get(subnet), public, implied=public is True,
                assign_ipv6=self.dual and self.ipv6_addresses.get(subnet) is None, untold=untold,
            )  # fmt: skip

    @property
    def dual(self) -> bool:
        """Whether its interfaces have IPv6 addresses. What a Gateway Load Balancer sends goes over IPv4."""
        return self.ip_address_type != IPV4 and self.type != GATEWAY

    @property
    def shuns_internet(self) -> bool:
        """Whether internet gateways bring nothing to its IPv6 addresses (LB-11)."""
        written = self.ipv6_deny_all_igw_traffic
        return self.scheme == "internal" if written is None else written

    # -- checks -------------------------------------------------------------------------------------------------

    def check(self, at: At, checks: Checks) -> None:
        """What AWS would refuse: listeners that its type does not have, targets that it cannot have."""
        own = {*self.subnets}
        for key in ("private_ips", "public_ips", "ipv6_addresses"):
            for subnet in getattr(self, key):
                if subnet not in own:
                    text = f"{at.name} has no interface in {shown(subnet)}"
                    checks.report((*at.path, key, subnet), text, "name one of its subnets", key=True)
        if len(own) != len(self.subnets):
            checks.report((*at.path, "subnets"), "a subnet is listed twice", "name each once")
        for index, reference in enumerate(self.subnets):
            blocks = checks.blocks_of(at.vpc, reference)
            for version in (4, 6) if self.dual else (4,):
                if blocks and not any(block.version == version for block in blocks):
                    what = "a load balancer" if version == 4 else "a dual-stack load balancer"
                    text = f"subnet {reference} has no IPv{version} block, which {what} needs"
                    checks.report((*at.path, "subnets", index), text, None, None if version == 4 else "LB-11")
        self._check_family(at, checks)
        if self.public_ips and (self.scheme == "internal" or self.type == GATEWAY):
            what = "a Gateway Load Balancer" if self.type == GATEWAY else "internal"
            text = f"{at.name} is {what}: it has no public addresses"
            checks.report((*at.path, "public_ips"), text, "remove public_ips")
        if self.type == GATEWAY and self.security_groups:
            text = "a Gateway Load Balancer has no security groups"
            checks.report((*at.path, "security_groups"), text, "remove security_groups", "LB-9")
        self._check_listeners(at, checks)
        for name, group in self.target_groups.items():
            self._check_targets(at, (*at.path, "target_groups", name), group, checks)

    def route_refusal(self, at: At, vpc: str) -> Refusal:
        """No route leads to one (**ROUTE-10**)."""
        text = f"{shown(at.name)} is a load balancer, which no route leads to"
        return Refusal("ROUTE-10", text, "route to what stands behind it")

    def _check_family(self, at: At, checks: Checks) -> None:
        here = (*at.path, "ip_address_type")
        if self.type == CLASSIC and self.ip_address_type != IPV4:
            checks.report(here, "a Classic Load Balancer in a VPC has IPv4 alone", "write type: application", "LB-11")
        facing = self.type == APPLICATION and self.scheme == "internet-facing"
        if self.ip_address_type == WITHOUT_PUBLIC_IPV4 and not facing:
            text = f"only an internet-facing Application Load Balancer is {WITHOUT_PUBLIC_IPV4}"
            checks.report(here, text, f"write {DUALSTACK}", "LB-11")
        if self.ip_address_type == WITHOUT_PUBLIC_IPV4 and self.public_ips:
            checks.report((*at.path, "public_ips"), f"{at.name} has no public IPv4", "remove public_ips", "LB-11")
        if self.ipv6_addresses and not self.dual:
            checks.report((*at.path, "ipv6_addresses"), f"{at.name} has IPv4 alone", f"write {DUALSTACK}", "LB-11")

    def _check_listeners(self, at: At, checks: Checks) -> None:
        for listener, groups in self.listeners.items():
            path = (*at.path, "listeners", str(listener))
            if listener.protocol not in TAKEN[self.type]:
                able = ", ".join(sorted(TAKEN[self.type]))
                text = f"a listener of {with_article(self.type)} load balancer is not {listener.protocol}"
                checks.report(path, text, f"it is one of: {able}", key=True)
            for name in groups:
                group = self.target_groups.get(name)
                if group is None:
                    checks.report(path, f"{at.name} has no target group {shown(name)}", "write it under target_groups")
                elif (
                    group.port is not None and not set(group.port.protocols) & set(listener.protocols) and listener.port
                ):
                    text = f"the listener is {listener.protocol}, and the targets of {name} are {group.port.protocol}"
                    checks.report(path, text, "a target group has its listener's protocol", "LB-1")

    def _check_targets(self, at: At, path: KeyPath, group: TargetGroup, checks: Checks) -> None:
        design = checks.design
        vpc = design.vpcs[at.vpc]
        if group.family == IPV6 and not self.dual:
            text = f"the targets are called by IPv6, and {at.name} has IPv4 alone"
            checks.report(path, text, f"write ip_address_type: {DUALSTACK} for {at.name}", "LB-11")
        for index, each in enumerate(group.targets):
            here = (*path, "targets", index)
            if looks_like_address(each):
                self._check_address(at, here, each, group, checks)
                continue
            owner, _, name = each.rpartition(".")
            if owner and owner != at.vpc:
                text = f"{shown(each)} is not in VPC {at.vpc}"
                checks.report(here, text, "a target in another VPC is written by its address", "LB-8")
            elif self.type == APPLICATION and each in design.lambda_functions:
                continue
            elif name in vpc.load_balancers:
                if self.type != NETWORK or vpc.load_balancers[name].type != APPLICATION:
                    text = f"{shown(each)} is a load balancer that {at.name} cannot have as a target"
                    checks.report(here, text, "a network load balancer may have an application load balancer as target")
            elif name not in vpc.instances and name not in vpc.interfaces:
                text = f"{shown(each)} names nothing in VPC {at.vpc} that can be a target"
                checks.report(here, text, "name an instance, an interface or an address")
            else:
                self._check_has_family(at, here, name, group, checks)

    def _check_has_family(self, at: At, path: KeyPath, name: str, group: TargetGroup, checks: Checks) -> None:
        """A target by name has an address of its group's family (LB-11)."""
        vpc = checks.design.vpcs[at.vpc]
        section = "instances" if name in vpc.instances else "interfaces"
        needs = list(getattr(vpc, section)[name].interfaces(At(at.vpc, section, name)))
        for need in needs[:1] if section == "instances" else needs:
            versions = {block.version for block in checks.blocks_of(at.vpc, need.subnet)}
            ipv6 = need.ipv6_address is not None or versions == {6}
            if versions and not (ipv6 if group.family == IPV6 else 4 in versions):
                text = f"{need.name} has no address of the group's family, {group.family}"
                checks.report(path, text, "give it one, or write ip_address_type", "LB-11")

    def _check_address(self, at: At, path: KeyPath, text: str, group: TargetGroup, checks: Checks) -> None:
        try:
            address = parse_address(text)
        except ValueError as error:
            checks.report(path, str(error), "write one address, such as 10.0.0.10")
            return
        inside = any(address in block for block in checks.design.vpcs[at.vpc].cidrs)
        if (address > IPV4_LAST) != (group.family == IPV6):
            text = f"{text} is of another family than its target group, {group.family}"
            checks.report(path, text, "a target group has one family", "LB-11")
            return
        if address > IPV4_LAST and not inside:
            text = f"{text} is outside VPC {at.vpc}, where targets by IPv6 have to be"
            checks.report(path, text, "write an address of the VPC", "LB-11")
            return
        kept = self.type == NETWORK and not inside and self._keeps_any(group)
        if kept and peered_with(checks.design, at.vpc, address) is None:
            text = (
                f"{text} is neither in VPC {at.vpc} nor in a peered one of its Region, and the client's address is kept"
            )
            hint = "write preserve_client_ip: false; with UDP a target has to be in one of these VPCs"
            checks.report(path, text, hint, "LB-5")

    def _keeps_any(self, group: TargetGroup) -> bool:
        spoken = {
            protocol
            for listener, names in self.listeners.items()
            for protocol in listener.protocols
            if any(self.target_groups.get(name) is group for name in names)
        }
        return any(keeps_client(each, group.preserve_client_ip, by_address=group.by_address) for each in spoken)

    # -- topology -----------------------------------------------------------------------------------------------

    def build(self, at: At, wiring: Wiring) -> None:
        """Its interfaces."""
        for need in self.interfaces(at):
            groups = None if need.security_groups == () else wiring.groups(at.vpc, need.security_groups)
            interface = interface_for(
                need, type(self).noun, self.tags, at, wiring, groups,
                client_ports=UNKNOWN_CLIENT,
                from_internet=not self.shuns_internet,
            )  # fmt: skip
            place_node(interface, self.type, self.spoken(), self.checked(), wiring)

    def spoken(self) -> tuple[tuple[str, Traffic], ...]:
        """What its listeners take, as they are written and as packets."""
        return tuple((str(listener), listener.traffic) for listener in self.listeners)

    def checked(self) -> Traffic:
        """What its health checks are."""
        spans = [each.health_check.traffic for each in self.target_groups.values() if each.health_check is not None]
        spans += [
            Traffic.of((service(6, each.port.port), service(6, each.port.port)))
            for each in self.target_groups.values()
            if each.health_check is None and each.port is not None and each.port.port
        ]
        return Traffic.union_of(span for traffic in spans for span in traffic.spans)

    def join(self, at: At, wiring: Wiring) -> None:
        """Its targets, when all of them are there."""
        nodes = self.nodes(at, wiring)
        enabled = frozenset(interface.subnet.az for interface in nodes)
        for interface in nodes:
            assert isinstance(interface.host, Node)
            choices = [
                choice
                for listener, names in self.forwards()
                for protocol in (listener.protocols if self.type != GATEWAY else (UDP,))
                for choice in self._choices(at, wiring, interface, enabled, listener, protocol, names)
            ]
            interface.host.join(tuple(choices), relays=self.type == NETWORK)

    def forwards(self) -> Iterator[tuple[Spoken, tuple[str, ...]]]:
        """Its listeners with their target groups. A Gateway Load Balancer has one, which needs no writing (LB-9)."""
        yield from self.listeners.items()
        if self.type == GATEWAY and not self.listeners and self.target_groups:
            yield Spoken("all"), tuple(self.target_groups)

    def nodes(self, at: At, wiring: Wiring) -> list[NetworkInterface]:
        """Its interfaces, placed."""
        return [wiring.interface(at.vpc, need.name) for need in self.interfaces(at)]

    def _choices(
        self,
        at: At,
        wiring: Wiring,
        node: NetworkInterface,
        enabled: frozenset[str | None],
        listener: Spoken,
        protocol: int,
        names: tuple[str, ...],
    ) -> Iterator[Choice]:
        """What one node may do with the packets of one listener and protocol."""
        about = Traffic.of((service(protocol, listener.port), service(protocol, listener.port)))
        if self.type == GATEWAY:  # to its targets whatever comes goes inside GENEVE (LB-9)
            about = GENEVE
        families = {self.target_groups[name].family for name in names}
        lost: list[Choice] = []
        for name in names:
            group = self.target_groups[name]
            # Groups of both families: rules by the client's family choose between them (LB-11).
            clients = group.family == IPV6 if len(families) > 1 and self.type == NETWORK else None
            forward = Choice(f"to {name}", about, path=(*at.path, "target_groups", name), ipv6=clients)
            targets = [found for each in group.targets for found in self._targets(at, wiring, each, group)]
            picked = list(self._picked(at, node, enabled, group, targets, protocol, forward)) if group.healthy else []
            yield from picked
            if not picked and not self._invoked(wiring, group):
                loss = nobody(name, [t.place for t in targets], enabled, healthy=group.healthy)
                lost.append(replace(forward, loss=loss))
        # A group of several that nobody of may be picked fails what is sent to it (LB-8).
        yield from lost

    def _picked(
        self,
        at: At,
        node: NetworkInterface,
        enabled: frozenset[str | None],
        group: TargetGroup,
        targets: Sequence[RegisteredTarget],
        protocol: int,
        forward: Choice,
    ) -> Iterator[Choice]:
        """The targets of a group that a node may forward to: first those of which it is not known whether it may."""
        written = group.cross_zone if group.cross_zone is not None else self.cross_zone
        crosses = written if written is not None else crosses_unless_told(self.type)
        zone = node.subnet.az
        keeps = self.type == NETWORK and keeps_client(protocol, group.preserve_client_ip, by_address=group.by_address)
        port = service(protocol, group.port.port) if group.port is not None and group.port.port else None
        asked = forward.about.first if port is None else port
        health = None if self.type == GATEWAY else service(6, asked & 0xFFFF)
        if group.health_check is not None:
            health = group.health_check.traffic.first
        able: list[Choice] = []
        for target in targets:
            to = replace(forward, target=target.interface, address=target.address, keeps=keeps, service=port)
            text = ""
            if may_get(target.place, zone, enabled, crosses=crosses):
                if keeps and not target.place.inside:
                    text = kept_over_peering(target.name)
                else:
                    label = f"to {target.name} {PROTOCOL_NAMES[protocol]}/{asked & 0xFFFF}"
                    able.append(replace(to, label=label, health=health))
            elif not zones_written(target.place, zone, enabled):
                text = f"the zones of {target.name} and of all subnets of {at.name} decide, and are not written"
            if text:
                yield replace(to, label=f"to {target.name}", unknown=text)
        yield from able

    def _invoked(self, wiring: Wiring, group: TargetGroup) -> bool:
        """Whether its targets are functions, which are invoked and reached by no packet."""
        return bool(group.targets) and all(each in wiring.design.lambda_functions for each in group.targets)

    def _targets(self, at: At, wiring: Wiring, each: str, group: TargetGroup) -> Iterator[RegisteredTarget]:
        """The interfaces that a target means, by the called address of its group's family: an instance's first, every
        one of a fleet."""
        vpc = wiring.vpc(at.vpc)
        if looks_like_address(each):
            address = int(parse_address(each))
            subnet: SubnetSite | None = vpc.subnet_runs[address]
            there = None if address in vpc.blocks else peered_with(wiring.design, at.vpc, address)
            owner = (wiring.vpc(there) if there else vpc).owners.get(address)
            name = owner.name if owner is not None else format_address(address)
            place = NodeAddress(None if subnet is None else subnet.az, address in vpc.blocks)
            yield RegisteredTarget(name, owner, address, place)
            return
        design = wiring.design
        for section in ("instances", "interfaces", "load_balancers"):
            body = getattr(design.vpcs[at.vpc], section).get(each)
            if body is None:
                continue
            needs = list(body.interfaces(At(at.vpc, section, each)))
            for need in needs[:1] if isinstance(body, ElasticInterface) and not body.alike else needs:
                interface = wiring.interface(at.vpc, need.name)
                address = next(a for a in interface.addresses if (a > IPV4_LAST) == (group.family == IPV6))
                yield RegisteredTarget(
                    interface.name, interface, address, NodeAddress(interface.subnet.az, inside=True)
                )
            return

    def endpoint(self, at: At, ends: Ends) -> Endpoint | None:
        """All of its interfaces: where it is called, and where it calls its targets from."""
        interfaces = tuple(ends.interface(f"{at.vpc}.{need.name}") for need in self.interfaces(at))
        many = len(interfaces) > 1
        origins = tuple(
            replace(origin, label=interface.name if many else "")
            for interface in interfaces
            for origin in ends.of_interface(interface).origins
        )
        return Endpoint(at.full_name, type(self).noun, origins, interfaces)

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """No route leads to one."""
        return Entrance(None, None, f"{at.name} is a load balancer", "ROUTE-10")


def _behind(path: KeyPath, design: Any) -> At | None:
    """The load balancer behind the endpoint that is written at a path; None where there is no such endpoint."""
    if path[2:3] != ("vpc_endpoints",):
        return None
    endpoint = design.vpcs[str(path[1])].vpc_endpoints[str(path[3])]
    service = design.endpoint_services.get(endpoint.service)
    found: At | None = None if service is None else service.balancer(design)
    return found
