"""Building the topology: every kind's checkpoints, wired."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.filters import Direction, Filter
from reachsim.dataplane.place import AddressPair, GroupSet, pairs_of
from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.garbage import collector_paused
from reachsim.loading.names import BLACKHOLE, LOCAL, UNKNOWN, group_of
from reachsim.net.address import Address
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.net.prefixes import prefix_table
from reachsim.net.traffic import Traffic
from reachsim.policy.filters import Policy, RuleSet
from reachsim.resources.block_public_access import switch_of
from reachsim.resources.host import Host, Inbound, Outbound
from reachsim.resources.internet import InternetCheckpoint
from reachsim.resources.internet_gateway import (
    EgressOnlyGatewayIn,
    EgressOnlyGatewayOut,
    InternetGatewayIn,
    InternetGatewayOut,
)
from reachsim.resources.lambda_function import HyperplaneIn, HyperplaneOut
from reachsim.resources.network_acl import AclCheckpoint
from reachsim.resources.public_service import region_of
from reachsim.resources.reference import DEFAULT_GROUP
from reachsim.resources.resource import At, InterfaceNeed, Resource, RouteMade, all_resources, resources
from reachsim.resources.route_table import Route, RouteTable, RouteTableCheckpoint, Unwritten, route_lookup
from reachsim.resources.service import AmazonService
from reachsim.resources.subnet import SubnetLink
from reachsim.resources.unmodelled import Door, HiddenGroups, UnmodelledCheckpoint, door_in_vpc, unknown_interfaces
from reachsim.resources.vpc import UNMODELLED_IN_VPC, Vpc
from reachsim.resources.vpn_gateway import VpnGatewayIn
from reachsim.rules.addresses import LINK_LOCAL_SERVICES, RESOLVER_OFFSET, resolver_service
from reachsim.rules.clauses import SOME_GROUP, KeyPath
from reachsim.rules.dns import support_off
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.route import RouteOrigin, local_routes, propagates
from reachsim.topology.topology import Topology

UNKNOWN_TABLE = "the route table of a subnet is not known"
_NO_ROUTES = RouteTable.model_construct()


class TopologyBuilder:
    """One building of one topology."""

    def __init__(self, policy: Policy) -> None:
        source = policy.source
        self.policy = policy
        self.source = source
        self.design = source.design
        self.addresses = source.addresses
        self.topology = Topology(source, InternetCheckpoint())
        self.gateways: dict[tuple[str, str], Checkpoint] = {}
        self.ways_in: dict[str, tuple[InternetGatewayIn | None, EgressOnlyGatewayIn | None]] = {}
        self.peerings: dict[tuple[str, str], Checkpoint] = {}
        self.group_sets: dict[tuple[str, tuple[str, ...]], GroupSet] = {}
        self.hidden: dict[tuple[str, str], str] = {}
        self.doors: dict[KeyPath, UnmodelledCheckpoint] = {}
        self.implied: dict[tuple[str, str], RouteTable] = {}

    def build(self) -> Topology:
        """Places first, then interfaces, then what joins them, then routes."""
        self.add_doors()
        for name, vpc in self.design.vpcs.items():
            self.add_vpc(name, vpc)
        self.add_hidden_groups()
        self.add_resources()
        self.add_function_interfaces()
        for name, vpc in self.design.vpcs.items():
            self.add_gateways(name, vpc)
        self.add_connections()
        self.topology.internet.fill(
            {name: (self.topology.vpcs[name], *self.ways_in[name]) for name in self.design.vpcs}
        )
        tables: dict[str, list[tuple[str, RouteTableCheckpoint]]] = {name: [] for name in self.design.vpcs}
        for (name, table), checkpoint in self.topology.tables.items():
            tables[name].append((table, checkpoint))
        for name, vpc in self.design.vpcs.items():
            self.add_routes(name, vpc, tables[name])
        for name, vpc in self.design.vpcs.items():
            self.turn_acls(name, vpc)
        return self.topology

    # -- places -------------------------------------------------------------------------------------------------

    def add_vpc(self, name: str, vpc: Vpc) -> None:
        """The VPC's site, its subnets with their ACLs, and its route tables, still empty."""
        here: KeyPath = ("vpcs", name)
        places = [block.network + RESOLVER_OFFSET for block in vpc.cidrs if block.version == 4]
        access, access_path, own = switch_of(self.design, name)
        site = VpcSite(
            name, address_set(vpc.cidrs), here, next(iter(places), None), tuple(sorted(places[1:])),
            access.of(name), access_path, region_of(self.design, name), address_set(vpc.known_private_ipv6),
            address_set(vpc.perhaps_private_ipv6),
        )  # fmt: skip
        self.topology.vpcs[name] = site
        unknown = {UNKNOWN: None} if any(each.route_table == UNKNOWN for each in vpc.subnets.values()) else {}
        for table_name in {"main": None, **vpc.route_tables, **unknown}:
            path = (*here, "route_tables", table_name) if table_name in vpc.route_tables else ()
            self.topology.tables[name, table_name] = RouteTableCheckpoint(site, table_name, path)
        for subnet_name, body in vpc.subnets.items():
            egress, ingress = (
                self.filter(self.policy.acl(name, body.acl_name, d)) for d in (Direction.EGRESS, Direction.INGRESS)
            )
            subnet = SubnetSite(
                subnet_name, site, body.blocks, body.az, (*here, "subnets", subnet_name),
                egress, ingress, self.hidden.get((name, subnet_name), ""),
                access=access.of(name, subnet_name, own=own),
            )  # fmt: skip
            site.subnets[subnet_name] = subnet
            table = self.topology.table_of(subnet)
            subnet.link = SubnetLink(subnet)
            path = self.policy.path("network_acls", name, body.acl_name)
            subnet.exit = AclCheckpoint(subnet, Direction.EGRESS, subnet.egress, path, table)
            subnet.entry = AclCheckpoint(subnet, Direction.INGRESS, subnet.ingress, path, subnet.link)
            subnet.table = table
        blocks = [(block, subnet) for subnet in site.subnets.values() for block in subnet.blocks]
        site.subnet_runs = prefix_table(blocks)
        self.add_services(site, vpc)

    def add_services(self, site: VpcSite, vpc: Vpc) -> None:
        """AWS's own services, the resolver at base + 2 of the primary block among them (WALK-20, **SUBNET-3**)."""
        services = dict(LINK_LOCAL_SERVICES)
        if site.resolver is not None:
            services[Address(site.resolver)] = resolver_service()
        resolver = resolver_service()[0]
        off = None if vpc.enable_dns_support else support_off(site.name)
        made: dict[tuple[str, Traffic], AmazonService] = {}  # one may have several addresses
        for address, (service, traffic) in services.items():
            why, path = (off, (*site.path, "enable_dns_support")) if service == resolver and off else (None, ())
            if (service, traffic) not in made:
                made[service, traffic] = AmazonService(site, service, traffic, why, path)
            site.services[int(address)] = made[service, traffic]
        site.service_places = tuple(sorted(site.services))

    # -- what is not modelled -----------------------------------------------------------------------------------

    def add_doors(self) -> None:
        """A door for each component that is not modelled, where it may have addresses."""
        for name, vpc in self.design.vpcs.items():
            for section, member in vpc.unmodelled():
                body = dict(getattr(vpc, section)[member])
                noun = UNMODELLED_IN_VPC[section]
                door = door_in_vpc(section, noun, name, member, body, vpc.subnets, vpc.security_groups)
                self.topology.doors[door.name] = door
                self.doors[door.path] = UnmodelledCheckpoint(door)
                for place in door.subnets:
                    self.hidden.setdefault(place, door.reason)
            for subnet, written in vpc.subnets.items():
                if written.interfaces == UNKNOWN:
                    door = unknown_interfaces(name, subnet)
                    self.topology.doors[door.name] = door
                    self.hidden.setdefault((name, subnet), door.reason)

    def add_hidden_groups(self) -> None:
        """The groups of hosts whose place is not known, in each subnet where they may be."""
        for door in self.topology.doors.values():
            if door.groups is not None:
                site, groups = self.topology.vpcs[door.vpc], self.groups(door.vpc, door.groups)
                inward = HiddenGroups(door, site, groups, Direction.INGRESS, self.doors[door.path])
                self.topology.inward[door.name] = inward
                for _, name in sorted(door.subnets):
                    subnet = site.subnets[name]
                    link = subnet.link
                    assert isinstance(link, SubnetLink)
                    link.hosts.append(inward)
                    for start in (subnet.exit, link):
                        outward = HiddenGroups(door, site, groups, Direction.EGRESS, start)
                        self.topology.outward[door.name, start] = outward

    # -- interfaces ---------------------------------------------------------------------------------------------

    def add_resources(self) -> None:
        """What every resource adds itself; in the order in which their kinds are built."""
        for name, vpc in self.design.vpcs.items():
            for at, body in resources("vpc", vpc, name):
                body.build(at, self)

    def add_connections(self) -> None:
        """What joins VPCs, and whatever a resource connects when all are there."""
        for at, body in resources("design", self.design):
            body.build(at, self)
        for at, body in all_resources(self.design):
            body.join(at, self)

    # What resources use of the builder (`reachsim.resources.resource.Wiring`).

    @property
    def internet(self) -> Checkpoint:
        """The internet."""
        return self.topology.internet

    def vpc(self, name: str) -> VpcSite:
        """A VPC."""
        return self.topology.vpcs[name]

    def subnet(self, vpc: str, reference: str) -> SubnetSite:
        """A subnet of a VPC."""
        return self.topology.vpcs[vpc].subnets[reference]

    def pairs(self, vpc: str, need: InterfaceNeed) -> tuple[AddressPair, ...]:
        """The addresses of an interface, assigned ones included."""
        key = vpc, need.name
        public = self.addresses.public.get(key)
        first = pairs_of(self.addresses.private[key], public, perhaps=need.perhaps_public and public is not None)
        return (*first, *[AddressPair(private, public) for private, public in need.secondary])

    def public(self, vpc: str, need: InterfaceNeed) -> int | None:
        """The public address of a need, an assigned one included."""
        return self.addresses.public.get((vpc, need.name))

    def table(self, vpc: str, name: str, implied: Mapping[Cidr, str] | None = None) -> RouteTableCheckpoint:
        """A route table of a VPC; `implied`: the routes of one that AWS makes and the design does not write."""
        if implied is not None:
            self.implied[vpc, name] = RouteTable(routes=dict(implied))
            self.topology.tables[vpc, name] = RouteTableCheckpoint(self.topology.vpcs[vpc], name, ())
        return self.topology.tables[vpc, name]

    def add_group(self, at: At, members: list[str]) -> None:
        """Let the name of a resource mean several interfaces, by full name."""
        self.topology.groups[at.full_name] = tuple(members)

    def join_places(self, path: KeyPath, places: Iterable[str]) -> None:
        """Say that VPCs or networks are joined by a resource, so that names mean private addresses between them."""
        for place in places:
            self.topology.joined.setdefault(place, set()).add(path)

    def perhaps_join(self, vpcs: Iterable[str]) -> None:
        """Say that nobody knows whether two VPCs are joined, of each pair that has all of some."""
        self.topology.perhaps_joined.append(frozenset(vpcs))

    def add_stranger(self, door: Door) -> None:
        """Something that may bring packets of networks that the design does not tell."""
        self.topology.strangers.append(door)

    def add_sender(self, addresses: AddressSet, start: Checkpoint, label: str) -> None:
        """Addresses outside the VPCs whose packets come in somewhere else than from the internet."""
        self.topology.senders.append((addresses, start, label))

    def never_calls(self, addresses: AddressSet) -> None:
        """Public addresses of a service, which start no connection."""
        self.topology.never_call |= addresses

    def note(self, path: KeyPath, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint by the path of what it belongs to, for others to find."""
        self.topology.noted[path] = checkpoint

    def noted(self, path: KeyPath) -> Checkpoint:
        """A checkpoint that was noted."""
        return self.topology.noted[path]

    def interface(self, vpc: str, name: str) -> NetworkInterface:
        """An interface that was placed."""
        return self.topology.interfaces[f"{vpc}.{name}"]

    def add_peering(self, at: At, checkpoints: Mapping[str, Checkpoint], *, groups_known: bool) -> None:
        """Join two VPCs: by the name of each, what a route there leads to; whether rules may name the other's groups."""
        one, other = (self.topology.vpcs[name] for name in checkpoints)
        self.peerings |= {(at.name, name): checkpoint for name, checkpoint in checkpoints.items()}
        self.join_places(at.path, (one.name, other.name))
        for here, there in ((one, other), (other, one)):
            (here.neighbours if groups_known else here.stale).append(there)

    def peering(self, at: At, vpc: str) -> Checkpoint:
        """What a route of a VPC to a peering leads to."""
        return self.peerings[at.name, vpc]

    def add_unwritten(
        self, vpc: str, table: str, reason: str, destinations: AddressSet, *, always: bool, target: str
    ) -> None:
        """Tell a route table that AWS may have put routes into it that the design does not tell."""
        self.topology.tables[vpc, table].unwritten.append(Unwritten(reason, destinations, always, target))

    def groups(self, vpc: str, names: tuple[str, ...] | None) -> GroupSet:
        """Groups of a VPC (None: the default group, SG-3) and their filters, shared by all interfaces with the same set."""
        key = vpc, DEFAULT_GROUP if names is None else names
        if key not in self.group_sets:
            self.group_sets[key] = GroupSet(
                frozenset(SOME_GROUP if group == UNKNOWN else group_of(vpc, group) for group in key[1]),
                self.filter(self.policy.groups(vpc, names, Direction.EGRESS)),
                self.filter(self.policy.groups(vpc, names, Direction.INGRESS)),
            )
        return self.group_sets[key]

    def filter(self, rules: RuleSet) -> Filter:
        """The filter of a rule set that is in use; all with the same set share it (SG-1, NACL-1)."""
        return self.topology.rules.setdefault(rules, self.policy.filter(rules))

    def add_function_interfaces(self) -> None:
        """One shared interface for each subnet and set of groups that a function uses (LAMBDA-3). It never has a public
        address (**LAMBDA-7**)."""
        for (vpc, subnet, groups), addresses in self.addresses.functions.items():
            site = self.topology.vpcs[vpc].subnets[subnet]
            name = f"{vpc}.lambda({subnet}; {', '.join(sorted(groups))})"
            interface = NetworkInterface(
                name, "function", site, pairs_of(addresses, None), ("lambda_functions",),
                self.groups(vpc, tuple(sorted(groups))),
                client_ports=UNKNOWN_CLIENT, takes=False, shared=True,
            )  # fmt: skip
            interface.host = Host(interface)
            outbound = Outbound(
                interface, Direction.EGRESS, interface.filter(Direction.EGRESS), interface.path, site.exit
            )
            interface.outbound = HyperplaneOut(interface, outbound)
            inbound = Inbound(
                interface, Direction.INGRESS, interface.filter(Direction.INGRESS), interface.path, interface.host
            )
            interface.inbound = HyperplaneIn(interface, inbound)
            self.place(interface)
            self.topology.functions[vpc, subnet, groups] = interface

    def place(self, interface: NetworkInterface) -> None:
        """Put an interface into its subnet and under its addresses."""
        self.topology.interfaces[interface.name] = interface
        interface.subnet.interfaces.append(interface)
        for address in interface.addresses:
            interface.vpc.owners[address] = interface

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
            attached = vpc.gateway_attachment != UNKNOWN
            way_out = InternetGatewayOut(site, vpc.internet_gateway, path, internet, attached=attached)
            self.gateways[name, vpc.internet_gateway] = way_out
            public = {
                pair.public: pair.private
                for interface in site.owners.values()
                for pair in interface.pairs
                if pair.public is not None
            }
            gateway_in = InternetGatewayIn(site, vpc.internet_gateway, path, public, attached=attached)
        self.ways_in[name] = gateway_in, egress_only_in

    # -- routes -------------------------------------------------------------------------------------------------

    def add_routes(self, name: str, vpc: Vpc, tables: Iterable[tuple[str, RouteTableCheckpoint]]) -> None:
        """Fill the route tables: local routes, then what is written, then what AWS makes."""
        made = [
            (at, each)
            for at, body in resources("vpc", vpc, name)
            if makes_routes(body)
            for each in body.routes(at, self)
        ]
        for table_name, checkpoint in tables:
            routes: list[Route] = []
            written = vpc.route_tables.get(table_name) or self.implied.get((name, table_name), _NO_ROUTES)
            if table_name == UNKNOWN:
                self.add_unwritten(name, UNKNOWN, UNKNOWN_TABLE, AddressSet.everything(), always=True, target=UNKNOWN)
            at: KeyPath = ("vpcs", name, "route_tables", table_name)
            for destination, reference in written.routes.items():
                path = written.path_of(at, destination)
                if destination == UNKNOWN:
                    reason = self.unknown_destination(name, table_name, reference, path)
                    every = AddressSet.everything()
                    self.add_unwritten(name, table_name, reason, every, always=True, target=reference)
                    continue
                if isinstance(destination, Cidr):
                    routes.append(self.route(name, destination, reference, path, RouteOrigin.STATIC))
                    continue
                routes += [
                    self.route(name, block, reference, path, RouteOrigin.PREFIX_LIST, destination)
                    for block in self.design.prefix_lists[destination].entries
                ]
            routes += self.routes_made(name, vpc, table_name, written.propagate, made)
            # A prefix list's route for a block of the VPC does not replace its local route.
            static = {route.destination for route in routes if route.origin is RouteOrigin.STATIC}
            local = (
                Route(block, LOCAL, RouteOrigin.LOCAL, None, (), local=True)
                for block in local_routes(vpc.cidrs, static)
            )
            routes = [*local, *routes]
            if written.gateway is not None:
                self.redirect(name, written.gateway, [*routes, *self.anywhere(name, vpc, table_name, written)])
            checkpoint.fill(routes)
            untold = self.policy.untold  # what is sent there takes any of the routes that tell such addresses apart
            if untold and any(untold.parts(route.destination.addresses) for route in routes):
                reason = f"which public address {untold.whose} has is not told, nor which route of {table_name} is its"
                self.add_unwritten(name, table_name, reason, untold.stands, always=True, target=UNKNOWN)

    def turn_acls(self, name: str, vpc: Vpc) -> None:
        """Tell the ACLs of a subnet what routes lead to interfaces in it (NACL-6)."""
        subnets: dict[RouteTableCheckpoint, set[SubnetSite]] = {}
        for site in self.topology.vpcs[name].subnets.values():
            table = self.topology.table_of(site)
            if table not in subnets:
                subnets[table] = {route.toward.subnet for route in table.routes if route.toward is not None}
            turned = table.destinations_toward(site) if site in subnets[table] else AddressSet.nothing()
            if not turned:
                continue
            site.turns = True
            for checkpoint in (site.exit, site.entry):
                assert isinstance(checkpoint, AclCheckpoint)
                rules = self.policy.acl(name, vpc.subnets[site.name].acl_name, checkpoint.direction)
                checkpoint.turn(self.filter(replace(rules, within=True)), turned)

    def routes_made(
        self, name: str, vpc: Vpc, table: str, propagating: Container[str], all_made: Iterable[tuple[At, RouteMade]]
    ) -> Iterator[Route]:
        """The routes of a table that AWS makes: of endpoints, and those that gateways propagate to it (EP-1, ROUTE-6).

        `all_made`: those of the VPC, with the resource that makes each.
        """
        for at, made in all_made:
            if made.table is None and (at.name not in propagating or not propagates(made.destination, vpc.cidrs)):
                continue
            if made.table is None or made.table == table:
                yield self.route(name, made.destination, at.name, made.path, made.origin, made.prefix_list)

    def anywhere(self, name: str, vpc: Vpc, table: str, written: RouteTable) -> Iterator[Route]:
        """Of a gateway's table with a route whose destination is not known: it may be for any subnet (ROUTE-21)."""
        if written.routes.get(UNKNOWN, LOCAL) == LOCAL:
            return
        path = written.path_of(("vpcs", name, "route_tables", table), UNKNOWN)
        reason = self.unknown_destination(name, table, written.routes[UNKNOWN], path)
        for subnet in vpc.subnets.values():
            for block in filter(None, (subnet.cidr, subnet.ipv6_cidr)):
                yield Route(block, UNKNOWN, RouteOrigin.STATIC, None, path, unknown=reason)

    def unknown_destination(self, vpc: str, table: str, reference: str, path: KeyPath) -> str:
        """Why nobody knows what takes a route whose destination is not known."""
        return f"the destination of a route to {reference} in table {vpc}.{table} is not known{self.left_open(path)}"

    def left_open(self, path: KeyPath) -> str:
        """What the reader of the file has to say of what is not known there, as a reason goes on."""
        told = self.source.left_open(path)
        return told and f" ({told})"

    def redirect(self, vpc: str, gateway: str, routes: list[Route]) -> None:
        """What a gateway does with arriving packets for some blocks: it sends them to an appliance first (ROUTE-21)."""
        inward, _ = self.ways_in[vpc]
        if gateway == self.design.vpcs[vpc].internet_gateway and inward is not None:
            inward.redirected = route_lookup(routes)
            outward = self.gateways[vpc, gateway]
            if isinstance(outward, InternetGatewayOut):
                outward.redirected = inward.redirected
        elif gateway in getattr(self.design.vpcs[vpc], "vpn_gateways", {}):
            at_private = self.noted(("vpcs", vpc, "vpn_gateways", gateway, "in"))
            assert isinstance(at_private, VpnGatewayIn)
            at_private.redirected = route_lookup(routes)

    def route(
        self, vpc: str, block: Cidr, reference: str, path: KeyPath, origin: RouteOrigin, prefix_list: str = ""
    ) -> Route:
        """One written route. It is a blackhole where its target is gone (ROUTE-12, ROUTE-14, ROUTE-15)."""
        if reference == LOCAL:  # the local route written out, or restored (ROUTE-9)
            return Route(block, LOCAL, RouteOrigin.LOCAL, None, path, local=True)
        if reference == BLACKHOLE:
            return Route(block, BLACKHOLE, origin, None, path, inactive="its target is gone", prefix_list=prefix_list)
        if reference == UNKNOWN:
            why = f"the target of the route to {block} in VPC {vpc} is not known{self.left_open(path)}"
            return Route(block, UNKNOWN, origin, None, path, unknown=why, prefix_list=prefix_list)
        target = self.source.names.target(vpc, reference)
        if not target.modelled:
            return Route(block, reference, origin, self.doors[target.path], path, prefix_list=prefix_list)
        gateway = self.gateways.get((vpc, target.name))
        if gateway is not None:
            return Route(block, reference, origin, gateway, path, prefix_list=prefix_list)
        found = self.source.names.resource(target)
        assert found is not None
        at, body = found
        to = body.entrance(at, self, vpc)
        if target.name != at.name:  # one of several interfaces
            interface = self.interface(target.vpc, target.name)
            to = to._replace(next=interface.subnet.entry, toward=interface)
        return Route(
            block, reference, origin, to.next, path, to.toward,
            inactive=to.inactive, inactive_rule=to.rule, switch=to.switch, prefix_list=prefix_list,
        )  # fmt: skip


def makes_routes(body: Resource) -> bool:
    """Whether a kind of resource has routes of its own; most have none, and there may be many of them."""
    return type(body).routes is not Resource.routes


def build(policy: Policy) -> Topology:
    """The topology of a loaded design, with the filters of its policy."""
    with collector_paused():
        return TopologyBuilder(policy).build()
