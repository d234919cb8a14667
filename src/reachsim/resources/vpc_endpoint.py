"""VPC endpoints (chapter EP): gateway endpoints, interface endpoints, Gateway Load Balancer endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import format_address
from reachsim.resources.balancer_node import Node
from reachsim.resources.endpoint_checkpoint import (
    AMAZON_PROTOCOLS,
    CUSTOMER_PROTOCOLS,
    GatewayEndpoint,
    InterfaceEndpoint,
)
from reachsim.resources.fields import (
    READ_ONLY,
    Boolean,
    Ipv4Field,
    Ipv6Field,
    ReadOnly,
    Reference,
    RouteTableNames,
    SecurityGroupNames,
    SubnetName,
    SubnetNames,
    Tags,
)
from reachsim.resources.host import put_behind_groups
from reachsim.resources.inspection import INSPECTION, InspectionEndpoint
from reachsim.resources.network_interface import interface_for
from reachsim.resources.private_link import PrivateLink
from reachsim.resources.public_service import Published, published, region_of, unless_private
from reachsim.resources.resource import At, Checks, Ends, Entrance, InterfaceNeed, Resource, RouteMade, Wiring, resource
from reachsim.resources.route_table import destinations_to
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.dns import attribute_key, attribute_missing, private_names, public_instead, resolver_off
from reachsim.rules.load_balancer import DUALSTACK, GATEWAY, IPV4, NETWORK
from reachsim.rules.refusal import Refusal
from reachsim.rules.route import RouteOrigin
from reachsim.rules.services import (
    GATEWAY_SERVICES,
    is_amazons,
    may_be_name,
    public_name,
    public_name_region,
    region_named,
    short_name,
)
from reachsim.rules.verdict import Loss
from reachsim.rules.vpc_endpoint import (
    AVAILABLE,
    INSPECTION_SILENCE,
    INTERFACE_SILENCE,
    EndpointState,
    not_in_zone,
    zones_unwritten,
)

SERVICE = "service:"
"""What the public name of a service starts with as an end of a question."""
_BELONGS = {
    "route_tables": ("gateway",),
    "prefix_list": ("gateway",),
    "subnets": ("interface", "gateway_load_balancer"),
    "private_ips": ("interface", "gateway_load_balancer"),
    "ip_address_type": ("interface",),
    "ipv6_addresses": ("interface",),
    "security_groups": ("interface",),
    "private_dns": ("interface",),
}
_WORDS = {
    "gateway": "a gateway endpoint",
    "interface": "an interface endpoint",
    "gateway_load_balancer": "a Gateway Load Balancer endpoint",
}


@resource("vpc_endpoints", "VPC endpoint")
class VpcEndpoint(Resource):
    """A VPC endpoint. Which keys it takes depends on its type."""

    order: ClassVar[int] = 3

    type: Literal["gateway", "interface", "gateway_load_balancer"] = "gateway"
    """As AWS: a gateway endpoint unless it says otherwise."""
    service: Reference
    """The service: AWS's short name (`ssm`, `ecr.dkr`), its full one, or a name under `endpoint_services`."""
    route_tables: RouteTableNames = ()
    """Of a gateway endpoint: the tables into which AWS writes the route to it (EP-1)."""
    prefix_list: Reference | None = None
    """Of a gateway endpoint: the list of the service's addresses; left out: the one that is named like the service."""
    subnets: SubnetNames = ()
    """Of an interface endpoint: the subnets in which it has an interface (EP-6); of the third type: one."""
    security_groups: SecurityGroupNames | None = None
    """Of an interface endpoint: its groups; left out: the VPC's default group (EP-6)."""
    private_ips: Annotated[dict[SubnetName, Ipv4Field], READ_ONLY] = Field(default_factory=ReadOnly)
    """Its addresses by subnet; left out: the lowest free ones."""
    ip_address_type: Literal["ipv4", "dualstack"] | None = None
    """Of an interface endpoint: the families of its addresses; left out: `ipv4`."""
    ipv6_addresses: Annotated[dict[SubnetName, Ipv6Field], READ_ONLY] = Field(default_factory=ReadOnly)
    """Its IPv6 addresses by subnet, where it is dual-stack; left out: the lowest free ones."""
    private_dns: Boolean | None = None
    """Whether the service's name means it in its VPC; left out: yes for services of AWS's own (EP-8)."""
    state: EndpointState = "available"
    """Only `available` carries traffic (EP-10)."""
    tags: Tags = Field(default_factory=ReadOnly)

    @property
    def short(self) -> str:
        """The short name of its service."""
        return short_name(self.service)

    def interface_name(self, at: At, subnet: str) -> str:
        """The name of its interface in a subnet: its own where it has one alone."""
        return at.name if len(self.subnets) == 1 else f"{at.name}/{subnet}"

    def linked(self, at: At) -> Iterator[KeyPath]:
        """The service, where it is one of the design."""
        yield "endpoint_services", self.service

    def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
        """One in each subnet (**EP-6**)."""
        if self.type == "gateway":
            return
        groups = self.security_groups if self.type == "interface" else ()
        for subnet in self.subnets:
            need = InterfaceNeed(self.interface_name(at, subnet), at.path, subnet, groups, self.private_ips.get(subnet))
            ipv6 = self.ipv6_addresses.get(subnet)
            yield need._replace(ipv6_address=ipv6, assign_ipv6=self.dual and ipv6 is None)

    @property
    def dual(self) -> bool:
        """Whether its interfaces have IPv6 addresses too."""
        return self.ip_address_type == DUALSTACK

    def check(self, at: At, checks: Checks) -> None:
        """Keys that its type does not have, and what AWS would refuse."""
        for key, types in _BELONGS.items():
            if key in self.model_fields_set and self.type not in types:
                checks.report(
                    (*at.path, key), f"{_WORDS[self.type]} has no {key}", "remove it, or write its type", key=True
                )
        if self.type == "gateway":
            self.check_gateway(at, checks)
            return
        if not self.subnets:
            checks.report(at.path, f"{_WORDS[self.type]} needs subnets", "write subnets: [NAME]", "EP-6", key=True)
        if self.type == "gateway_load_balancer" and len(self.subnets) > 1:
            text = "a Gateway Load Balancer endpoint is in one subnet"
            checks.report((*at.path, "subnets"), text, "write an endpoint for each", "EP-11")
        if len({*self.subnets}) < len(self.subnets):
            checks.report(
                (*at.path, "subnets"), "a subnet is listed twice", "an endpoint has one interface in each", "EP-6"
            )
        for key in ("private_ips", "ipv6_addresses"):
            for subnet in getattr(self, key):
                if subnet not in self.subnets:
                    checks.report((*at.path, key, subnet), "it has no interface in this subnet", "add it to subnets")
        self.check_service(at, checks)

    def route_refusal(self, at: At, vpc: str) -> Refusal | None:
        """No route leads to an interface endpoint (**ROUTE-10**)."""
        text = f"no route leads to an interface endpoint, and {at.name} is one"
        reached = Refusal("ROUTE-10", text, "endpoints are reached by their addresses")
        return reached if self.type == "interface" else None

    def check_service(self, at: At, checks: Checks) -> None:
        """A service of one's own stands before what its endpoints' type needs, and speaks their families (EP-10, EP-11)."""
        mine = checks.design.endpoint_services.get(self.service)
        balancer = None if mine is None else mine.balancer(checks.design)
        if self.ipv6_addresses and not self.dual:
            text = f"{at.name} has IPv4 alone"
            checks.report((*at.path, "ipv6_addresses"), text, f"write ip_address_type: {DUALSTACK}", "LB-11")
        for index, subnet in enumerate(self.subnets if self.dual else ()):
            blocks = checks.blocks_of(at.vpc, subnet)
            if blocks and not any(block.version == 6 for block in blocks):
                text = f"subnet {subnet} has no IPv6 block, which a dual-stack endpoint needs"
                checks.report((*at.path, "subnets", index), text, None, "LB-11")
        if balancer is None:
            return
        body = checks.design.vpcs[balancer.vpc].load_balancers[balancer.name]
        needed = NETWORK if self.type == "interface" else GATEWAY
        if body.type in (NETWORK, GATEWAY) and body.type != needed:
            text = f"{self.service} stands before {balancer.full_name}, a {body.type} load balancer"
            hint = "write type: gateway_load_balancer" if body.type == GATEWAY else "write type: interface"
            checks.report((*at.path, "service"), text, hint, "EP-10" if needed == NETWORK else "EP-11")
        elif self.dual and body.ip_address_type == IPV4:
            text = f"{balancer.full_name}, behind {self.service}, has IPv4 alone"
            checks.report((*at.path, "ip_address_type"), text, f"write {DUALSTACK} there too", "LB-11")

    def check_gateway(self, at: At, checks: Checks) -> None:
        """A gateway endpoint: its service, its tables, its list; one for each (**EP-1**, **EP-3**, **EP-4**)."""
        vpc = checks.design.vpcs[at.vpc]
        if self.short not in GATEWAY_SERVICES:
            text = f"{self.service} has no gateway endpoints; only s3 and dynamodb do"
            checks.report((*at.path, "service"), text, "write type: interface", "EP-1")
        here, there = region_of(checks.design, at.vpc), region_named(self.service)
        if here and there and here != there:
            text = f"{self.service} is in {there}, and VPC {at.vpc} is in {here}"
            checks.report((*at.path, "service"), text, "a gateway endpoint serves its own Region", "EP-4")
        for index, table in enumerate(self.route_tables):
            path = (*at.path, "route_tables", index)
            checks.route_table(path, at.vpc, table)
            for name, other in vpc.vpc_endpoints.items():
                same = other.type == "gateway" and other.short == self.short and name < at.name
                if same and table in other.route_tables:
                    text = f"route table {table} has a route to {self.short} by {name} already"
                    checks.report(path, text, "a table has one endpoint for each service", "EP-3")
        if self.prefix_list is not None and self.prefix_list not in checks.design.prefix_lists:
            text = f"there is no prefix list '{self.prefix_list}'"
            checks.report((*at.path, "prefix_list"), text, "write it under prefix_lists")

    # -- topology -----------------------------------------------------------------------------------------------

    def build(self, at: At, wiring: Wiring) -> None:
        """Its interfaces, or the gateway."""
        if self.type == "gateway":
            known = self.published(at, wiring.design)
            wiring.note(at.path, GatewayEndpoint(at, wiring.vpc(at.vpc), self.short, known))
            wiring.never_calls(known.addresses | known.maybe)
            return
        for need in self.interfaces(at):
            kind = type(self).noun if self.type == "interface" else INSPECTION
            if self.type == "interface":
                groups = wiring.groups(at.vpc, self.security_groups)
                interface = interface_for(need, kind, self.tags, at, wiring, groups, silent=INTERFACE_SILENCE)
                interface.host = self.host(at, interface, wiring.design)
                put_behind_groups(interface)
            else:
                interface = interface_for(
                    need, kind, self.tags, at, wiring,
                    source_dest_check=False, takes=False, silent=INSPECTION_SILENCE,
                )  # fmt: skip
                interface.host = interface.inbound = InspectionEndpoint(interface)
                interface.outbound = interface.subnet.exit
            wiring.place(interface)
        if len(self.subnets) > 1:
            wiring.add_group(at, [f"{at.vpc}.{need.name}" for need in self.interfaces(at)])

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Where a route to it leads; to one that is not available, or not accepted, it is a blackhole (**ROUTE-12**)."""
        closed = self.closed(at, wiring.design)
        inactive, switch = ("", ()) if closed is None else (closed.text, closed.path)
        if self.type == "gateway":
            return Entrance(wiring.noted(at.path), None, inactive, switch=switch)
        return super().entrance(at, wiring, vpc)._replace(inactive=inactive, switch=switch)

    def routes(self, at: At, wiring: Wiring) -> Iterator[RouteMade]:
        """The route of a gateway endpoint, from the service's prefixes into each of its tables (**EP-1**, **EP-2**)."""
        gateway = wiring.noted(at.path) if self.type == "gateway" else None
        if isinstance(gateway, GatewayEndpoint):
            for index, table in enumerate(self.route_tables):
                path = (*at.path, "route_tables", index)
                for block in gateway.published.blocks:
                    yield RouteMade(table, block, RouteOrigin.PREFIX_LIST, path, gateway.published.name)

    def join(self, at: At, wiring: Wiring) -> None:
        """Its tables hear of what may be addresses of its service; its interfaces, of the load balancer behind it."""
        if self.type != "gateway":
            for need in self.interfaces(at):
                self.link(at, wiring.interface(at.vpc, need.name), wiring)
            return
        gateway = wiring.noted(at.path)
        if not isinstance(gateway, GatewayEndpoint) or not gateway.published.maybe:
            return
        always = not region_of(wiring.design, at.vpc)
        for table in self.route_tables:
            # In a Region that the table does not have, any address may be the service's. A default route goes before
            # that: what it delivers of TCP, the endpoint would deliver too.
            wiring.add_unwritten(at.vpc, table, gateway.unsure, gateway.published.maybe, always=always, target=at.name)

    def published(self, at: At, design: Any) -> Published:
        """The addresses of its service: the list that it names, or that a route to it names, goes first."""
        lists = [] if self.prefix_list is None else [self.prefix_list]
        lists += [to for to in destinations_to(design.vpcs[at.vpc], at) if isinstance(to, str)]
        return published(design, at.vpc, self.short, tuple(lists))

    def host(self, at: At, interface: NetworkInterface, design: Any) -> InterfaceEndpoint:
        """What stands behind one of its interfaces."""
        mine = design.endpoint_services.get(self.service)
        filter = AMAZON_PROTOCOLS if mine is None and is_amazons(self.service) else CUSTOMER_PROTOCOLS
        return InterfaceEndpoint(interface, self.service, filter, self.closed(at, design))

    def link(self, at: At, interface: NetworkInterface, wiring: Wiring) -> None:
        """Lead one of its interfaces to those of the load balancer behind a service of one's own: in its own zone, or in any
        from another Region, of which AWS picks one (**EP-10**)."""
        mine = wiring.design.endpoint_services.get(self.service)
        balancer = None if mine is None else mine.balancer(wiring.design)
        host = interface.host
        if balancer is None:
            return
        body = wiring.design.vpcs[balancer.vpc].load_balancers[balancer.name]
        nodes = [(node, node.host) for node in body.nodes(balancer, wiring)]
        here, there = region_of(wiring.design, at.vpc), region_of(wiring.design, balancer.vpc)
        near = nodes if here != there else [(node, end) for node, end in nodes if node.subnet.az == interface.subnet.az]
        loss, unknown = None, ""
        if here != there and not (here and there):
            unknown = f"the Regions of VPC {at.vpc} and of VPC {balancer.vpc} decide, and one of them is not written"
        elif here == there and zones_unwritten(interface.subnet.az, frozenset(node.subnet.az for node, _ in nodes)):
            unknown = (
                f"the zones of {interface.name} and of all subnets of {balancer.full_name} decide, and are not written"
            )
        elif not near:
            loss = not_in_zone(self.service, interface.subnet.az, interface.name)
        ends = tuple(end for _, end in near if isinstance(end, Node))
        if isinstance(host, InspectionEndpoint):
            host.join(ends, loss, unknown)
        elif isinstance(host, InterfaceEndpoint):
            judged = body.enforce_inbound_on_private_link
            host.join(tuple(PrivateLink(interface, end, judged=judged) for end in ends), loss, unknown)

    def down(self) -> str:
        """Its state, where it carries nothing (EP-10)."""
        return "" if self.state == AVAILABLE else self.state

    def closed(self, at: At, design: Any) -> Loss | None:
        """Why it carries nothing: its state (EP-10), or that the owner of the service has not accepted it."""
        if self.state != AVAILABLE:
            text = f"endpoint {at.name} is {self.state}"
            return Loss(Code.BAD_STATE, "EP-10", text, path=(*at.path, "state"))
        mine = design.endpoint_services.get(self.service)
        if mine is not None and not mine.accepts(at.vpc, design):
            text = f"endpoint service {self.service} does not accept VPC {at.vpc}, so endpoint {at.name} is pending"
            return Loss(Code.BAD_STATE, "EP-10", text, path=("endpoint_services", self.service, "accepted"))
        return None

    @property
    def no_end(self) -> str:
        """A gateway endpoint is a route's target and nothing else."""
        return "a gateway endpoint and cannot be an endpoint; write 'service:s3'" if self.type == "gateway" else ""

    # -- names --------------------------------------------------------------------------------------------------

    def names(self, at: At) -> Iterator[str]:
        """The word for its service."""
        yield f"{SERVICE}{self.short}"

    def speaks_for(self, at: At, host: str, design: Any) -> bool:
        """Whether a host name is that of its service (EP-8): AWS's public one in its Region, or one's own."""
        if self.type != "interface":
            return False
        mine = design.endpoint_services.get(self.service)
        if mine is not None:
            return bool(mine.private_dns_name == host)
        found = public_name_region(self.short, host)
        if found is None:
            return may_be_name(self.short, host)
        return self.region(at.vpc, design) in ("", found)

    def namespace(self, at: At, design: Any) -> str:
        """The zone that AWS makes for its private DNS, which is its service's name (EP-8)."""
        mine = design.endpoint_services.get(self.service)
        if mine is not None:
            return str(mine.private_dns_name or "")
        return public_name(self.short, self.region(at.vpc, design))

    def region(self, vpc: str, design: Any) -> str:
        """The Region of its service: that of its full name, else that of its VPC; empty where neither is known (EP-6)."""
        named = region_named(self.service) if is_amazons(self.service) else ""
        return named or region_of(design, vpc)

    def resolves(self, at: At, host: str, vpc: str, ends: Ends) -> Endpoint | Loss:
        """Its addresses, in its own VPC and nowhere else (**EP-8**, **EP-9**)."""
        if vpc != at.vpc:
            text = f"the private DNS of {at.full_name} is for VPC {at.vpc} alone"
            return Loss(Code.NAME_NOT_RESOLVED, "EP-9", text)
        off = self.private_dns_off(at, ends.design)
        if off is not None:
            return off
        if may_be_name(self.short, host):
            text = f"{host} may be a name of {self.short}, which the private DNS of {at.full_name} has or has not"
            return Endpoint(host, "name", unknown=text)
        same = [at]
        for name, other in ends.design.vpcs[vpc].vpc_endpoints.items():
            there = At(vpc, at.section, name)
            if name != at.name and other.speaks_for(there, host, ends.design) and other.short == self.short:
                same += [] if other.without_private_dns(there, ends.design) else [there]
        return self.meant(host, same, ends)

    def would_mean(self, at: At, host: str, vpc: str, ends: Ends) -> Endpoint | None:
        """Its addresses, in its own VPC."""
        return self.meant(host, [at], ends) if vpc == at.vpc else None

    def in_public(self, at: At, host: str, vpc: str, ends: Ends) -> Endpoint | None:
        """The public addresses of a service of AWS's own: its name is in the public DNS too (EP-8)."""
        if self.service in ends.design.endpoint_services or not is_amazons(self.service):
            return None
        region = public_name_region(self.short, host)
        if region is None or region_of(ends.design, vpc) not in ("", region):
            return Endpoint(host, "name", unknown=f"what {host} is in the public DNS is not in the design")
        return self.service_in(host, self.short, vpc, ends)

    def lists_of_services(self) -> Iterator[str]:
        """Of a gateway endpoint the list of its service."""
        if self.type == "gateway":
            yield self.prefix_list or self.short

    def without_private_dns(self, at: At, design: Any) -> str:
        """Why the service's name does not mean it in its VPC; empty where it does (**EP-8**)."""
        off = self.private_dns_off(at, design)
        return "" if off is None else off.text

    def private_dns_off(self, at: At, design: Any) -> Loss | None:
        """The loss of the service's name where it does not mean it in its VPC, with the key to edit (EP-8)."""
        mine = self.service in design.endpoint_services or not is_amazons(self.service)
        vpc = design.vpcs[at.vpc]
        path: KeyPath = (*at.path, "private_dns")
        text = f"private DNS of {at.full_name} is off: "
        loss = self.closed(at, design)
        if not (not mine if self.private_dns is None else self.private_dns):
            text = f"endpoint {at.full_name} has no private DNS (private_dns)"
        elif not private_names(vpc.enable_dns_support, vpc.enable_dns_hostnames):
            text += attribute_missing(at.vpc, vpc.enable_dns_support)
            path = attribute_key(at.vpc, vpc.enable_dns_support)
        elif loss is not None:
            text, path = text + loss.text, loss.path
        else:
            return None
        return Loss(Code.NAME_NOT_RESOLVED, "EP-8", text, path=path)

    @staticmethod
    def meant(host: str, places: list[At], ends: Ends) -> Endpoint:
        """The end that the interfaces of some endpoints are, by private DNS."""
        interfaces: list[NetworkInterface] = []
        for at in places:
            body: VpcEndpoint = ends.design.vpcs[at.vpc].vpc_endpoints[at.name]
            interfaces += [ends.interface(f"{at.vpc}.{need.name}") for need in body.interfaces(at)]
        addresses = ", ".join(format_address(address) for interface in interfaces for address in interface.addresses)
        note = f"{host} is {addresses}: private DNS of {', '.join(at.full_name for at in places)} (EP-8)"
        return Endpoint(host, "VPC endpoint", (), tuple(interfaces), note=note)

    @classmethod
    def special(cls, asked: str, ends: Ends) -> Iterator[Endpoint]:
        """``service:NAME``: what the public name of a service means where the client stands (**EP-5**, **EP-8**, EP-9)."""
        name = short_name(asked.removeprefix(SERVICE))
        if not asked.startswith(SERVICE) or not name:
            return
        found: dict[str, Endpoint] = {}

        def means(origin: Origin) -> Endpoint:
            vpc = origin.vpc
            if vpc not in found:
                found[vpc] = cls.service_in(asked, name, vpc, ends)
            return found[vpc]

        yield Endpoint(asked, "service", resolve=means)

    @classmethod
    def service_in(cls, asked: str, name: str, vpc: str, ends: Ends) -> Endpoint:
        """What the public name of a service means in a VPC ("": outside all): an address of an endpoint with private DNS, or
        else the service's public addresses."""
        design = ends.design
        places: list[At] = []
        asleep: list[At] = []
        why: list[Loss] = []
        lists: list[str] = []
        for owner, body in design.vpcs.items():
            for each, endpoint in body.vpc_endpoints.items():
                if (owner != vpc and endpoint.type != "gateway") or endpoint.short != name:
                    continue
                at = At(owner, "vpc_endpoints", each)
                if endpoint.type == "gateway":
                    own = [endpoint.prefix_list or ""]
                    lists = [*lists, *own] if owner != vpc else [*own, *lists]
                elif endpoint.type == "interface":
                    if region_of(design, vpc) not in ("", endpoint.region(vpc, design)):
                        continue  # the name in one's own Region is another service's
                    off = endpoint.private_dns_off(at, design)
                    places += [at] if off is None else []
                    why += [] if off is None else [off]
                    asleep += [] if off is None else [at]
        if vpc and not design.vpcs[vpc].enable_dns_support:
            return Endpoint(asked, "service", loss=resolver_off(vpc, asked))
        if places:
            return cls.meant(asked, places, ends)
        if name in design.endpoint_services:
            text = f"{asked} does not resolve here: {why[0].text if why else f'VPC {vpc} has no endpoint of it'}"
            path = why[0].path if why else ("endpoint_services", name)
            return Endpoint(asked, "service", loss=Loss(Code.NAME_NOT_RESOLVED, "EP-8", text, path=path))
        known = published(design, vpc, name, tuple(lists))
        if not known.blocks:
            return Endpoint(asked, "service", unknown=known.note, unwritten=known.unwritten)
        note = f"{asked} is its public addresses ({known.note})" + "".join(f"; {off.text}" for off in why)
        otherwise = (public_instead(why[0]), cls.meant(asked, asleep[:1], ends)) if why else None
        public = Endpoint(
            asked, "service", outside=known.addresses, note=note, unwritten=known.unwritten, otherwise=otherwise
        )
        return unless_private(public, vpc, ends)
