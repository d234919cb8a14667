"""Building the topology: every kind's checkpoints, wired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reachsim.fabric.checkpoint import Checkpoint
from reachsim.fabric.filters import Direction, Filter
from reachsim.fabric.site import Nic, SubnetSite, VpcSite
from reachsim.garbage import collector_paused
from reachsim.kinds import lambda_function, nat_gateway
from reachsim.kinds.design import UNMODELLED_OUTSIDE
from reachsim.kinds.instance import Instance, instance_host
from reachsim.kinds.internet import InternetCheckpoint
from reachsim.kinds.internet_gateway import (
    EgressOnlyGatewayIn,
    EgressOnlyGatewayOut,
    InternetGatewayIn,
    InternetGatewayOut,
)
from reachsim.kinds.lambda_function import HyperplaneIn, HyperplaneOut
from reachsim.kinds.nat_gateway import NatGatewayCheckpoint
from reachsim.kinds.network_acl import AclCheckpoint, acl_clauses, acl_filter
from reachsim.kinds.network_interface import Host, Inbound, Outbound
from reachsim.kinds.peering_connection import PeeringCheckpoint
from reachsim.kinds.route_table import Route, RouteTableCheckpoint, Unwritten
from reachsim.kinds.security_group import default_group, group_clauses, group_filter
from reachsim.kinds.service import AmazonService, ResolverOff
from reachsim.kinds.subnet import Link
from reachsim.kinds.unmodelled import (
    Door,
    Surroundings,
    UnmodelledCheckpoint,
    door_in_vpc,
    door_outside,
)
from reachsim.kinds.vpc import UNMODELLED_IN_VPC, Vpc
from reachsim.loading.load import Source
from reachsim.loading.names import BLACKHOLE, INTERFACE_SECTIONS, LOCAL
from reachsim.net.address import Address
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.net.prefixes import prefix_table
from reachsim.rules.addresses import LINK_LOCAL_SERVICES, PUBLIC, RESOLVER_OFFSET, resolver_service
from reachsim.rules.clauses import Clause, GroupId, KeyPath
from reachsim.rules.ephemeral import UNKNOWN, client_ports
from reachsim.rules.route import Origin

COMPONENT_FILTERS = (nat_gateway.PROTOCOLS, lambda_function.PROTOCOLS)
"""Filters that belong to a kind of component, not to a design."""


@dataclass(eq=False)
class Topology:
    """The checkpoints of a design, and the places they stand in.

    `nics`: by full name, functions' shared interfaces included. `functions`: the shared interface of each subnet and set
    of groups. `internet`: the checkpoint between the gateways and the world. `doors`: what is not modelled, by full name.
    """

    source: Source
    internet: InternetCheckpoint
    vpcs: dict[str, VpcSite] = field(default_factory=dict)
    nics: dict[str, Nic] = field(default_factory=dict)
    functions: dict[tuple[str, str, frozenset[str]], Nic] = field(default_factory=dict)
    tables: dict[tuple[str, str], RouteTableCheckpoint] = field(default_factory=dict)
    group_filters: dict[tuple[str, tuple[str, ...], Direction], Filter] = field(default_factory=dict)
    acl_filters: dict[tuple[str, str, Direction], Filter] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)

    @property
    def filters(self) -> list[Filter]:
        """Every filter that a walk may meet."""
        return [*self.group_filters.values(), *self.acl_filters.values(), *COMPONENT_FILTERS]

    def starts(self) -> Iterator[Checkpoint]:
        """Checkpoints from which every other one is found: what interfaces send, and the internet."""
        yield self.internet
        for nic in self.nics.values():
            yield nic.outbound


class Builder:
    """One building of one topology."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.design = source.design
        self.addresses = source.addresses
        self.topology = Topology(source, InternetCheckpoint())
        self.gateways: dict[tuple[str, str], Checkpoint] = {}
        self.ways_in: dict[str, tuple[InternetGatewayIn | None, EgressOnlyGatewayIn | None]] = {}
        self.peerings: dict[tuple[str, str], PeeringCheckpoint] = {}
        self.clauses: dict[tuple[GroupId, Direction], list[Clause]] = {}
        self.group_sets: dict[tuple[str, tuple[str, ...]], tuple[frozenset[GroupId], Filter, Filter]] = {}
        self.filters = self.topology.group_filters
        self.acls = self.topology.acl_filters
        self.doors: dict[KeyPath, UnmodelledCheckpoint] = {}

    def build(self) -> Topology:
        """Places first, then interfaces, then what joins them, then routes."""
        for name, vpc in self.design.vpcs.items():
            self.add_vpc(name, vpc)
        self.add_doors()
        for name, vpc in self.design.vpcs.items():
            self.add_interfaces(name, vpc)
        self.add_function_interfaces()
        for name, vpc in self.design.vpcs.items():
            self.add_gateways(name, vpc)
        self.add_peerings()
        self.topology.internet.fill(
            {name: (self.topology.vpcs[name], *self.ways_in[name]) for name in self.design.vpcs}
        )
        for name, vpc in self.design.vpcs.items():
            self.add_routes(name, vpc)
        self.open_doors()
        return self.topology

    # -- places -------------------------------------------------------------------------------------------------

    def add_vpc(self, name: str, vpc: Vpc) -> None:
        """The VPC's site, its subnets with their ACLs, and its route tables, still empty."""
        here: KeyPath = ("vpcs", name)
        site = VpcSite(name, address_set(vpc.cidrs), here)
        self.topology.vpcs[name] = site
        for table_name in {"main": None, **vpc.route_tables}:
            path = (*here, "route_tables", table_name) if table_name in vpc.route_tables else ()
            self.topology.tables[name, table_name] = RouteTableCheckpoint(site, table_name, path)
        for subnet_name, body in vpc.subnets.items():
            subnet = SubnetSite(subnet_name, site, body.blocks, body.az, (*here, "subnets", subnet_name))
            site.subnets[subnet_name] = subnet
            table = self.topology.tables[name, bare(body.route_table) or "main"]
            subnet.link = Link(subnet)
            acl = bare(body.network_acl) or "default"
            subnet.exit = self.acl_checkpoint(vpc, subnet, acl, Direction.EGRESS, table)
            subnet.entry = self.acl_checkpoint(vpc, subnet, acl, Direction.INGRESS, subnet.link)
        blocks = [(block, subnet) for subnet in site.subnets.values() for block in subnet.blocks]
        site.subnet_runs = prefix_table(blocks)
        self.add_services(site, vpc)

    def add_services(self, site: VpcSite, vpc: Vpc) -> None:
        """AWS's own services, the resolver at base + 2 of the primary block among them (WALK-20, SUBNET-3)."""
        services = dict(LINK_LOCAL_SERVICES)
        places = [Address(block.network + RESOLVER_OFFSET) for block in vpc.cidrs if block.version == 4]
        if places:
            services[places[0]] = resolver_service()
            site.resolver = int(places[0])
            site.kept_for_dns = tuple(sorted(map(int, places[1:])))
        resolver = resolver_service()[0]
        for address, (service, traffic) in services.items():
            if service == resolver and not vpc.enable_dns_support:
                site.services[int(address)] = ResolverOff(site.name, service, (*site.path, "enable_dns_support"))
            else:
                site.services[int(address)] = AmazonService(site.name, service, traffic)
        site.service_places = tuple(sorted(site.services))

    def acl_checkpoint(
        self, vpc: Vpc, subnet: SubnetSite, acl: str, direction: Direction, next: Checkpoint
    ) -> AclCheckpoint:
        """The checkpoint of a subnet's ACL in one direction; subnets that share an ACL share its filter (NACL-1)."""
        written = vpc.network_acls.get(acl)
        path: KeyPath = ("vpcs", subnet.vpc.name, "network_acls", acl) if written is not None else ()
        key = subnet.vpc.name, acl, direction
        if key not in self.acls:
            clauses = acl_clauses(written, direction, path, default=acl == "default")
            self.acls[key] = acl_filter(acl, direction, clauses, path)
        return AclCheckpoint(subnet, direction, self.acls[key], path, next)

    # -- what is not modelled -----------------------------------------------------------------------------------

    def add_doors(self) -> None:
        """A door for each component that is not modelled."""
        around = Surroundings(
            {name: tuple(vpc.subnets) for name, vpc in self.design.vpcs.items()},
            {name: tuple({"main": None, **vpc.route_tables}) for name, vpc in self.design.vpcs.items()},
            {name: site.blocks for name, site in self.topology.vpcs.items()},
            (*self.design.vpn_connections.values(), *self.design.direct_connect_gateways.values()),
        )
        for name, vpc in self.design.vpcs.items():
            for section, member in vpc.unmodelled():
                body = getattr(vpc, section)[member]
                self.add_door(door_in_vpc(section, UNMODELLED_IN_VPC[section], name, member, body, around))
        gateways = {name.rpartition(".")[2] for name in self.topology.doors}
        for section, name in self.design.unmodelled():
            body = getattr(self.design, section)[name]
            known = gateways | set(self.design.transit_gateways)
            self.add_door(door_outside(section, UNMODELLED_OUTSIDE[section], name, body, known))

    def add_door(self, door: Door) -> None:
        """Put a door where it may have addresses and may write routes."""
        self.topology.doors[door.name] = door
        self.doors[door.path] = UnmodelledCheckpoint(door)
        for vpc, subnet in door.subnets:
            site = self.topology.vpcs[vpc].subnets[subnet]
            site.hidden = site.hidden or door.reason
        for key in door.tables:
            # A gateway endpoint's routes are the service's, which no other address needs; a gateway's may be any.
            always = door.routed != PUBLIC
            self.topology.tables[key].unwritten.append(Unwritten(door.reason, door.routed, always))
            named = [host.ip for name, host in self.design.internet.hosts.items() if door.answers_for(name)]
            if not always and named:
                exact = AddressSet.union_of((int(ip), int(ip)) for ip in named)
                self.topology.tables[key].unwritten.append(Unwritten(door.reason, exact, True))

    def open_doors(self) -> None:
        """Tell each door to which interfaces it may send."""
        for checkpoint in self.doors.values():
            door = checkpoint.door
            if door.brings or door.calls:
                nics = self.topology.nics.values()
                checkpoint.inward = tuple(nic.inbound for nic in nics if door.into(nic.vpc.name))

    # -- interfaces ---------------------------------------------------------------------------------------------

    def add_interfaces(self, name: str, vpc: Vpc) -> None:
        """Instances, bare interfaces and NAT gateways."""
        site = self.topology.vpcs[name]
        for section, kind in INTERFACE_SECTIONS.items():
            for member, body in getattr(vpc, section).items():
                path: KeyPath = ("vpcs", name, section, member)
                nic = Nic(
                    f"{name}.{member}",
                    kind,
                    site.subnets[bare(body.subnet) or ""],
                    self.addresses.private[name, member],
                    path,
                    public=self.addresses.public.get((name, member)),
                    tags=tuple(sorted(body.tags.items())),
                )
                if section == "nat_gateways":
                    nic.source_dest_check = False
                    nic.client_ports = UNKNOWN
                    nic.host = nic.inbound = NatGatewayCheckpoint(nic, body.state)
                    nic.outbound = nic.subnet.exit
                else:
                    self.add_host(name, nic, body)
                self.place(nic)

    def add_host(self, vpc: str, nic: Nic, body: Any) -> None:
        """What an interface with security groups has: its groups, and the host behind it."""
        nic.source_dest_check = body.source_dest_check
        nic.listens = body.listens
        ami = body.ami if isinstance(body, Instance) else None
        nic.client_ports = body.client_ports if body.client_ports is not None else client_ports(ami)
        nic.host = instance_host(nic, body) if isinstance(body, Instance) else Host(nic)
        self.add_groups(vpc, nic, names_of(body.security_groups))
        outbound = Outbound(nic, Direction.EGRESS, checked(nic.egress), nic.path, nic.subnet.exit)
        inbound = Inbound(nic, Direction.INGRESS, checked(nic.ingress), nic.path, nic.host)
        nic.outbound, nic.inbound = outbound, inbound

    def add_groups(self, vpc: str, nic: Nic, groups: tuple[str, ...]) -> None:
        """The groups of an interface and their filters, shared by all interfaces with the same set."""
        key = vpc, groups
        if key not in self.group_sets:
            self.group_sets[key] = (
                frozenset((vpc, group) for group in groups),
                self.group_filter(vpc, groups, Direction.EGRESS),
                self.group_filter(vpc, groups, Direction.INGRESS),
            )
        nic.groups, nic.egress, nic.ingress = self.group_sets[key]

    def group_filter(self, vpc: str, groups: tuple[str, ...], direction: Direction) -> Filter:
        """The filter of a set of groups in one direction; the order of the set does not matter (SG-1)."""
        key = vpc, tuple(sorted(set(groups))), direction
        if key not in self.filters:
            clauses = [clause for group in dict.fromkeys(groups) for clause in self.clauses_of((vpc, group), direction)]
            path: KeyPath = ("vpcs", vpc, "security_groups", groups[0]) if groups else ()
            self.filters[key] = group_filter(tuple(dict.fromkeys(groups)), direction, tuple(clauses), path)
        return self.filters[key]

    def clauses_of(self, group: GroupId, direction: Direction) -> list[Clause]:
        """The clauses of one group in one direction."""
        key = group, direction
        if key not in self.clauses:
            vpc, name = group
            written = self.design.vpcs[vpc].security_groups.get(name)
            path: KeyPath = ("vpcs", vpc, "security_groups", name) if written is not None else ()
            body = written if written is not None else default_group()
            self.clauses[key] = group_clauses(body, group, direction, path, self.source.names.peer)
        return self.clauses[key]

    def add_function_interfaces(self) -> None:
        """One shared interface for each subnet and set of groups that a function uses (LAMBDA-3)."""
        for (vpc, subnet, groups), addresses in self.addresses.functions.items():
            site = self.topology.vpcs[vpc].subnets[subnet]
            name = f"{vpc}.lambda({subnet}; {', '.join(sorted(groups))})"
            nic = Nic(name, "function", site, addresses, ("lambda_functions",), client_ports=UNKNOWN)
            nic.host = Host(nic)
            self.add_groups(vpc, nic, tuple(sorted(bare(group) or "" for group in groups)))
            outbound = Outbound(nic, Direction.EGRESS, checked(nic.egress), nic.path, site.exit)
            nic.outbound = HyperplaneOut(nic, outbound)
            inbound = Inbound(nic, Direction.INGRESS, checked(nic.ingress), nic.path, nic.host)
            nic.inbound = HyperplaneIn(nic, inbound)
            self.place(nic)
            self.topology.functions[vpc, subnet, groups] = nic

    def place(self, nic: Nic) -> None:
        """Put an interface into its subnet and under its addresses."""
        self.topology.nics[nic.name] = nic
        nic.subnet.nics.append(nic)
        for address in nic.addresses:
            nic.vpc.owners[address] = nic

    # -- what joins VPCs and the world --------------------------------------------------------------------------

    def add_gateways(self, name: str, vpc: Vpc) -> None:
        """Internet gateways in both directions, and components that are not modelled."""
        site = self.topology.vpcs[name]
        internet = self.topology.internet
        egress_only_in = None
        if vpc.egress_only_internet_gateway is not None:
            path: KeyPath = ("vpcs", name, "egress_only_internet_gateway")
            outward = EgressOnlyGatewayOut(site, vpc.egress_only_internet_gateway, path, internet)
            self.gateways[name, vpc.egress_only_internet_gateway] = outward
            egress_only_in = EgressOnlyGatewayIn(site, outward)
        gateway_in = None
        if vpc.internet_gateway is not None:
            path = ("vpcs", name, "internet_gateway")
            self.gateways[name, vpc.internet_gateway] = InternetGatewayOut(site, vpc.internet_gateway, path, internet)
            public = {nic.public: nic.addresses[0] for nic in site.owners.values() if nic.public is not None}
            gateway_in = InternetGatewayIn(site, vpc.internet_gateway, path, public)
        self.ways_in[name] = gateway_in, egress_only_in

    def add_peerings(self) -> None:
        """Both directions of every peering; an active one lets rules name the other side's groups (SG-11)."""
        vpcs = self.topology.vpcs
        for name, connection in self.design.peering_connections.items():
            path: KeyPath = ("peering_connections", name)
            one, other = vpcs[connection.requester], vpcs[connection.accepter]
            self.peerings[name, one.name] = PeeringCheckpoint(name, one, other, path)
            self.peerings[name, other.name] = PeeringCheckpoint(name, other, one, path)
            if connection.active:
                one.neighbours.append(other)
                other.neighbours.append(one)

    # -- routes -------------------------------------------------------------------------------------------------

    def add_routes(self, name: str, vpc: Vpc) -> None:
        """Fill the route tables: local routes for every block (ROUTE-1), then what is written."""
        for (owner, table_name), checkpoint in self.topology.tables.items():
            if owner != name:
                continue
            routes = [Route(block, LOCAL, Origin.LOCAL, None, (), local=True) for block in vpc.cidrs]
            for destination, reference in vpc.route_tables.get(table_name, {}).items():
                path: KeyPath = ("vpcs", name, "route_tables", table_name, str(destination))
                if isinstance(destination, Cidr):
                    routes.append(self.route(name, destination, reference, path, Origin.STATIC))
                    continue
                routes += [
                    self.route(name, block, reference, path, Origin.PREFIX_LIST, destination)
                    for block in self.design.prefix_lists[destination].entries
                ]
            # A written route for a whole block of the VPC replaces its local route (ROUTE-9); a prefix list's does not.
            written = {route.destination for route in routes if route.origin is Origin.STATIC}
            checkpoint.fill([route for route in routes if not (route.local and route.destination in written)])

    def route(
        self, vpc: str, block: Cidr, reference: str, path: KeyPath, origin: Origin, prefix_list: str = ""
    ) -> Route:
        """One written route. It is a blackhole where its target is gone (ROUTE-12, ROUTE-14, ROUTE-15)."""
        if reference == LOCAL:  # the local route written out, or restored (ROUTE-9)
            return Route(block, LOCAL, Origin.LOCAL, None, path, local=True)
        if reference == BLACKHOLE:
            return Route(block, BLACKHOLE, origin, None, path, inactive="its target is gone", prefix_list=prefix_list)
        target = self.source.names.target(vpc, reference)
        if not target.modelled:
            return Route(block, reference, origin, self.doors[target.path], path, prefix_list=prefix_list)
        if target.kind == "peering connection":
            status = self.design.peering_connections[target.name].status
            inactive = "" if status == "active" else f"peering {target.name} is {status}"
            peering = self.peerings[target.name, vpc]
            return Route(
                block,
                reference,
                origin,
                peering,
                path,
                inactive=inactive,
                inactive_rule="PEER-12" if status == "deleted" else "ROUTE-15",
                switch=(*target.path, "status"),
                prefix_list=prefix_list,
            )
        gateway = self.gateways.get((vpc, target.name))
        if gateway is not None:
            return Route(block, reference, origin, gateway, path, prefix_list=prefix_list)
        nic = self.topology.nics[target.full_name]
        inactive, rule = self.interface_inactive(vpc, target.kind, target.name)
        return Route(
            block,
            reference,
            origin,
            nic.subnet.entry,
            path,
            nic,
            inactive=inactive,
            inactive_rule=rule,
            switch=(*target.path, "state"),
            prefix_list=prefix_list,
        )

    def interface_inactive(self, vpc: str, kind: str, name: str) -> tuple[str, str]:
        """Why a route to an interface is a blackhole, and the rule; empty where it is active."""
        body = self.design.vpcs[vpc]
        if kind == "nat gateway" and body.nat_gateways[name].state in ("deleted", "failed"):
            return f"NAT gateway {name} is {body.nat_gateways[name].state}", "ROUTE-12"
        if kind == "instance" and body.instances[name].state == "stopped":
            return f"instance {name} is stopped", "ROUTE-14"
        return "", "ROUTE-12"


def bare(reference: str | None) -> str | None:
    """The name behind ``vpc.name``."""
    return None if reference is None else reference.rpartition(".")[2]


def names_of(groups: tuple[str, ...] | None) -> tuple[str, ...]:
    """The bare names of an interface's groups; left out, the default group (SG-3)."""
    return ("default",) if groups is None else tuple(bare(group) or "" for group in groups)


def checked(filter: Filter | None) -> Filter:
    """The filter of an interface that has groups."""
    if filter is None:  # pragma: no cover - only interfaces without groups have none
        raise ValueError("the interface has no security groups")
    return filter


def build(source: Source) -> Topology:
    """The topology of a loaded design."""
    with collector_paused():
        return Builder(source).build()
