"""From an inventory to a design: what joins VPCs with each other and with the world, and the routes that lead there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reachsim.importing.design import Data, target_of
from reachsim.importing.filters import FilterBuilder
from reachsim.importing.imported import Imported
from reachsim.importing.inventory import Inventory, Item, inner
from reachsim.importing.naming import cleaned
from reachsim.importing.rules import Refused, block
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import BLACKHOLE, UNKNOWN

_GONE: Final = frozenset({"deleted", "deleting", "rejected", "failed", "expired"})
_LISTENERS: Final = {"TCP": "tcp", "UDP": "udp", "TLS": "tls", "HTTP": "http", "HTTPS": "https", "TCP_UDP": "tcp_udp"}


class DesignBuilder(FilterBuilder):
    """A whole design, out of an inventory."""

    def build(self) -> Imported:
        """What VPCs hold, then what joins them, then routes."""
        self.add_prefix_lists()
        super().build()
        self.add_peerings()
        self.add_vpn()
        self.add_endpoints()
        self.add_load_balancers()
        self.add_transit_gateways()
        self.add_routes()
        for section in ("peering_connections", "prefix_lists", "transit_gateways", "vpn_connections"):
            if not self.out.design.get(section):
                self.out.design.pop(section, None)
        return self.out

    def top(self, section: str) -> Data:
        """A section of the design outside its VPCs."""
        members: Data = self.out.design.setdefault(section, {})
        return members

    # -- prefix lists --------------------------------------------------------------------------------------------

    def add_prefix_lists(self) -> None:
        """Prefix lists of which the entries are known."""
        for item in (*self.found.of("PrefixLists"), *self.found.of("ManagedPrefixLists")):
            entries = item.list("Cidrs") or [each.get("Cidr") for each in item.list("Entries")]
            if not entries or item.id in self.names:
                continue
            short = str(item.get("PrefixListName") or "").rpartition(".")[2]
            name = self.naming.name("lists", short, item.id)
            self.top("prefix_lists")[name] = {"entries": [block(text) for text in entries]}
            self.place(item, ("prefix_lists", name))

    # -- peerings ------------------------------------------------------------------------------------------------

    def add_peerings(self) -> None:
        """Peering connections; a side that was not read is a VPC of which only the blocks are known."""
        for item in self.found.of("VpcPeeringConnections"):
            status = str(inner(item, "Status").get("Code") or "active")
            sides = [inner(item, "RequesterVpcInfo"), inner(item, "AccepterVpcInfo")]
            ids = [str(side.get("VpcId") or "") for side in sides]
            if status in _GONE or not all(ids) or ids[0] == ids[1]:
                continue
            for id, side in zip(ids, sides, strict=True):
                if id not in self.names:
                    self.add_strange_vpc(id, side, item)
            if not all(id in self.names for id in ids):
                self.note("left out", item.id, "a VPC that it joins is not known", item)
                continue
            name = self.naming.name("targets", item.name, item.id)
            body: Data = {"requester": self.names[ids[0]], "accepter": self.names[ids[1]]}
            if status != "active":
                body["status"] = status
            for key, side in zip(("requester_dns", "accepter_dns"), sides, strict=True):
                if inner(side, "PeeringOptions").get("AllowDnsResolutionFromRemoteVpc"):
                    body[key] = True
            self.top("peering_connections")[name] = body
            self.place(item, ("peering_connections", name))

    def add_strange_vpc(self, id: str, side: Data, item: Item) -> None:
        """A VPC of somebody else: its blocks, and nothing of what is in it."""
        listed = [each.get("CidrBlock") for each in side.get("CidrBlockSet") or ()] or [side.get("CidrBlock")]
        blocks = list(dict.fromkeys(block(text) for text in listed if text))
        if not blocks:
            return
        name = self.naming.name("vpcs", "", id)
        body: Data = {"cidrs": blocks, "subnets": {}}
        for index, text in enumerate(blocks):
            whole = Cidr.parse(text)
            if whole.version == 4 and 16 <= whole.prefix_length <= 28:
                body["subnets"][f"unknown-{index}"] = {
                    "cidr": text, "route_table": UNKNOWN, "network_acl": UNKNOWN, "interfaces": UNKNOWN,
                }  # fmt: skip
        account = cleaned(str(side.get("OwnerId") or ""))
        if account:
            body["account"] = account
        self.vpcs[name] = body
        self.names[id] = name
        self.out.names[id] = name
        self.note("unknown", name, f"VPC {id} was not collected: only its blocks are known", item)

    # -- VPN -----------------------------------------------------------------------------------------------------

    def add_vpn(self) -> None:
        """Virtual private gateways with their connections."""
        for item in self.found.of("VpnGateways"):
            attached = [each.get("VpcId") for each in item.list("VpcAttachments") if each.get("State") == "attached"]
            for vpc in attached:
                if vpc in self.names and item.get("State") not in _GONE:
                    name = self.naming.name("targets", item.name, item.id)
                    self.section(vpc, "vpn_gateways")[name] = {}
                    self.place(item, ("vpcs", self.names[vpc], "vpn_gateways", name), vpc)
        for item in self.found.of("VpnConnections"):
            gateway = str(item.get("VpnGatewayId") or item.get("TransitGatewayId") or "")
            if item.text("State") in _GONE or gateway not in self.names:
                continue
            name = self.naming.name("targets", item.name, item.id)
            body: Data = {"gateway": self.out.names[gateway]}
            static = [
                block(each["DestinationCidrBlock"]) for each in item.list("Routes") if each.get("DestinationCidrBlock")
            ]
            if inner(item, "Options").get("StaticRoutesOnly"):
                body["static_routes"] = static
            else:
                body["bgp_routes"] = static or list(self.learned(gateway))
            self.top("vpn_connections")[name] = body
            self.place(item, ("vpn_connections", name))

    def learned(self, gateway: str) -> Iterator[str]:
        """The prefixes that tables have learned from a gateway."""
        seen: set[str] = set()
        for table in self.found.of("RouteTables"):
            for route in table.list("Routes"):
                text = route.get("DestinationCidrBlock")
                if text and target_of(route) == gateway and text not in seen:
                    seen.add(text)
                    yield block(text)

    # -- endpoints -----------------------------------------------------------------------------------------------

    def add_endpoints(self) -> None:
        """VPC endpoints of the first two types."""
        for item in self.found.of("VpcEndpoints"):
            vpc = str(item.get("VpcId"))
            if vpc not in self.names or item.text("State").lower() in _GONE:
                continue
            kind = str(item.get("VpcEndpointType") or "Gateway")
            body: Data = {"service": str(item.get("ServiceName"))}
            if kind == "Gateway":
                tables = [self.names[id] for id in item.list("RouteTableIds") if self.local(vpc, id) is not None]
                body |= {"type": "gateway", "route_tables": tables}
            elif kind == "Interface":
                subnets = [self.names[id] for id in item.list("SubnetIds") if self.local(vpc, id) is not None]
                groups = [each.get("GroupId") for each in item.list("Groups")]
                known = [self.names[id] for id in groups if id in self.names]
                body |= {"type": "interface", "subnets": subnets}
                body["security_groups"] = known if known and len(known) == len(groups) else UNKNOWN
                body["private_ips"] = dict(self.addresses_of(item.list("NetworkInterfaceIds")))
                if item.attributes.get("PrivateDnsEnabled") is not None:
                    body["private_dns"] = bool(item.get("PrivateDnsEnabled"))
                if not subnets:
                    self.note("left out", item.id, "it is in no subnet that was read", item)
                    continue
            else:
                self.note("not read", item.id, f"an endpoint of type {kind}", item)
                continue
            name = self.naming.name("targets", item.name, item.id)
            self.section(vpc, "vpc_endpoints")[name] = {
                key: value for key, value in body.items() if value not in ({}, None)
            }
            self.place(item, ("vpcs", self.names[vpc], "vpc_endpoints", name), vpc)

    def addresses_of(self, ids: list[str]) -> Iterator[tuple[str, str]]:
        """Subnet and private address of interfaces."""
        for id in ids:
            item = self.found.one("NetworkInterfaces", id)
            if item is not None and item.get("PrivateIpAddress") and item.get("SubnetId") in self.names:
                yield self.names[str(item.get("SubnetId"))], str(item.get("PrivateIpAddress"))

    # -- load balancers ------------------------------------------------------------------------------------------

    def add_load_balancers(self) -> None:
        """Application and Network Load Balancers with their listeners and targets."""
        for item in self.found.of("LoadBalancers"):
            vpc = str(item.get("VpcId") or "")
            kind = str(item.get("Type") or "application")
            if vpc not in self.names or kind not in ("application", "network"):
                continue
            zones = [str(each.get("SubnetId")) for each in item.list("AvailabilityZones")]
            subnets = [self.names[id] for id in zones if self.local(vpc, id) is not None]
            if not subnets:
                self.note("left out", item.id, "it is in no subnet that was read", item)
                continue
            name = self.naming.name("targets", str(item.get("LoadBalancerName") or ""), item.id)
            body: Data = {"type": kind, "scheme": item.get("Scheme", "internet-facing"), "subnets": subnets}
            groups = [self.names[id] for id in item.list("SecurityGroups") if id in self.names]
            if item.list("SecurityGroups"):
                body["security_groups"] = groups if len(groups) == len(item.list("SecurityGroups")) else UNKNOWN
            body |= self.nodes(item)
            crossing = self.attribute(item.id, "load_balancing.cross_zone.enabled")
            if crossing is not None:
                body["cross_zone"] = crossing == "true"
            body["listeners"], body["target_groups"] = self.listeners(item, vpc)
            self.section(vpc, "load_balancers")[name] = {key: value for key, value in body.items() if value != {}}
            self.place(item, ("vpcs", self.names[vpc], "load_balancers", name), vpc)

    def attribute(self, arn: str, key: str) -> str | None:
        """One attribute of a load balancer."""
        item = self.found.one("LoadBalancerAttributes", arn)
        return (
            next((each.get("Value") for each in item.list("Attributes") if each.get("Key") == key), None)
            if item
            else None
        )

    def nodes(self, item: Item) -> Data:
        """The addresses of its nodes, which its interfaces have."""
        tail = item.id.partition(":loadbalancer/")[2]
        out: Data = {"private_ips": {}, "public_ips": {}}
        for each in self.found.of("NetworkInterfaces"):
            if tail and str(each.get("Description") or "") == f"ELB {tail}" and each.get("SubnetId") in self.names:
                subnet = self.names[str(each.get("SubnetId"))]
                out["private_ips"][subnet] = each.get("PrivateIpAddress")
                public = inner(each, "Association").get("PublicIp")
                if public:
                    out["public_ips"][subnet] = public
                self.out.names[each.id] = f"{self.names[str(each.get('VpcId'))]}.{each.get('PrivateIpAddress')}"
        return out

    def listeners(self, item: Item, vpc: str) -> tuple[Data, Data]:
        """Listeners by port, and the target groups that they forward to."""
        listeners: Data = {}
        groups: Data = {}
        for each in self.found.of("Listeners"):
            if each.get("LoadBalancerArn") != item.id or each.get("Protocol") not in _LISTENERS:
                continue
            names = []
            for action in each.list("DefaultActions"):
                forward = inner(action, "ForwardConfig").get("TargetGroups") or []
                for arn in [action.get("TargetGroupArn"), *(each.get("TargetGroupArn") for each in forward)]:
                    if arn:
                        name, body = self.target_group(str(arn), vpc)
                        groups[name] = body
                        names.append(name)
            if names:
                listeners[f"{_LISTENERS[each.get('Protocol')]}/{each.get('Port')}"] = list(dict.fromkeys(names))
        return listeners, groups

    def target_group(self, arn: str, vpc: str) -> tuple[str, Data]:
        """A target group with the targets that are registered."""
        item = self.found.one("TargetGroups", arn)
        health = self.found.one("LoadBalancerTargetHealth", arn)
        targets, ports = [], set()
        for each in health.list("TargetHealthDescriptions") if health is not None else ():
            target = inner(each, "Target")
            id = str(target.get("Id") or "")
            targets.append(self.names.get(id, id))
            ports.add(target.get("Port"))
        name = str(item.get("TargetGroupName")) if item is not None else re.split(r"[/:]", arn)[-2]
        body: Data = {"targets": list(dict.fromkeys(targets))}
        port = next(iter(ports)) if len(ports) == 1 else item.get("Port") if item is not None else None
        if item is not None and port:
            body["port"] = f"{_LISTENERS.get(str(item.get('Protocol')), 'tcp')}/{port}"
            if item.get("TargetType"):
                body["target_type"] = item.get("TargetType")
        return name, body

    # -- transit gateways ----------------------------------------------------------------------------------------

    def add_transit_gateways(self) -> None:
        """Transit gateways with attachments and tables."""
        own: dict[str, dict[str, Item]] = {}
        for item in (*self.found.of("TransitGatewayAttachments"), *self.found.of("TransitGatewayVpcAttachments")):
            gateway = str(item.get("TransitGatewayId") or "")
            if gateway and item.get("State") not in _GONE:
                known = own.setdefault(gateway, {})
                before = known.get(item.id)
                both = {**(before.attributes if before else {}), **item.attributes}
                known[item.id] = Item(item.id, both, item.origin)
        for gateway in dict.fromkeys([*(item.id for item in self.found.of("TransitGateways")), *own]):
            described = self.found.one("TransitGateways", gateway)
            name = self.naming.name("targets", described.name if described is not None else "", gateway)
            self.names[gateway], self.out.names[gateway] = name, name
            attachments: Data = {}
            known_names: dict[str, str] = {}
            for id, item in own.get(gateway, {}).items():
                attached = self.attachment(item)
                if attached is not None:
                    known_names[id] = self.naming.name(f"{gateway} attachments", item.name, id)
                    attachments[known_names[id]] = attached
            tables = self.transit_tables(gateway, own.get(gateway, {}), known_names)
            body: Data = {"attachments": attachments}
            if tables is not None:
                body["route_tables"] = tables
            self.top("transit_gateways")[name] = body

    def attachment(self, item: Item) -> Data | None:
        """One attachment, None for what is not read."""
        kind = item.get("ResourceType") or ("vpc" if item.get("VpcId") else "")
        vpc = str(item.get("VpcId") or item.get("ResourceId") or "")
        if kind == "vpc" and vpc in self.names:
            subnets = [self.names[id] for id in item.list("SubnetIds") if self.local(vpc, id) is not None]
            body: Data = {"vpc": self.names[vpc], "subnets": subnets}
            if inner(item, "Options").get("ApplianceModeSupport") == "enable":
                body["appliance_mode"] = True
            return body if subnets else None
        self.note("not read", item.id, f"an attachment of type {kind}", item)
        return None

    def transit_tables(self, gateway: str, items: dict[str, Item], names: dict[str, str]) -> Data | None:
        """The route tables of a gateway; None where none was read."""
        tables = [
            each for each in self.found.of("TransitGatewayRouteTables") if each.get("TransitGatewayId") == gateway
        ]
        if not tables:
            return None
        out: Data = {}
        for table in tables:
            propagations = self.found.one("TransitGatewayPropagations", table.id)
            routes = self.found.one("TransitGatewayStaticRoutes", table.id)
            body: Data = {
                "associations": [
                    names[id]
                    for id, item in items.items()
                    if id in names and inner(item, "Association").get("TransitGatewayRouteTableId") == table.id
                ],
                "propagations": [
                    names[str(each.get("TransitGatewayAttachmentId"))]
                    for each in (propagations.list("TransitGatewayRouteTablePropagations") if propagations else ())
                    if each.get("TransitGatewayAttachmentId") in names and each.get("State", "enabled") == "enabled"
                ],
                "routes": {},
            }
            for route in routes.list("Routes") if routes is not None else ():
                if route.get("Type", "static") != "static" or not route.get("DestinationCidrBlock"):
                    continue
                to = [
                    str(each.get("TransitGatewayAttachmentId")) for each in route.get("TransitGatewayAttachments") or ()
                ]
                target = names.get(to[0]) if to else None
                if route.get("State") == "blackhole":
                    target = BLACKHOLE
                if target is not None:
                    body["routes"][block(route["DestinationCidrBlock"])] = target
            out[self.naming.name(f"{gateway} tables", table.name, table.id)] = body
        return out

    # -- routes --------------------------------------------------------------------------------------------------

    def add_routes(self) -> None:
        """Route tables, and which subnets and gateways they are of."""
        for item in self.found.of("RouteTables"):
            vpc = str(item.get("VpcId") or "")
            if vpc not in self.names:
                self.note("left out", item.id, "it is in no VPC that was read", item)
                continue
            routes: Data = {}
            for route in item.list("Routes"):
                self.add_route(routes, item, vpc, route)
            name = self.names[item.id]
            table: Data = routes
            for each in item.list("Associations"):
                subnet, gateway = str(each.get("SubnetId") or ""), str(each.get("GatewayId") or "")
                if self.local(vpc, subnet) is not None and name != "main":
                    self.section(vpc, "subnets")[self.names[subnet]]["route_table"] = name
                if gateway and self.local(vpc, gateway) is not None and name != "main":
                    table = {"routes": routes, "gateway": self.names[gateway]}
            self.section(vpc, "route_tables")[name] = table
        for vpc in self.vpc_ids():
            if self.found.without_routes:
                self.assume_routes(vpc)
            elif "main" not in self.body(vpc).get("route_tables", {}):
                for body in self.section(vpc, "subnets").values():
                    body.setdefault("route_table", UNKNOWN)

    def assume_routes(self, vpc: str) -> None:
        """The routes of a collector that never asks for them: to the internet, where a gateway is attached."""
        gateway = self.body(vpc).get("internet_gateway")
        self.section(vpc, "route_tables")["main"] = {"0.0.0.0/0": gateway} if gateway else {}
        self.note(
            "assumed", self.names[vpc], "its collector reads no route tables: a default route to its gateway is taken"
        )

    def add_route(self, routes: Data, table: Item, vpc: str, route: Data) -> None:
        """One route of a table; local ones are there without being written."""
        target = target_of(route)
        listed = route.get("DestinationPrefixListId")
        try:
            texts = (route.get("DestinationCidrBlock"), route.get("DestinationIpv6CidrBlock"))
            destination = next((block(text) for text in texts if text), None)
        except Refused as error:
            self.note("left out", table.id, f"a route that AWS would refuse: {error}", table)
            return
        if target == "local" and destination in self.body(vpc)["cidrs"]:
            return
        if destination is None and listed:
            if target and target.startswith("vpce-") and target in self.names:
                return  # AWS writes it itself (EP-1)
            destination = self.names.get(str(listed), UNKNOWN)
            if destination == UNKNOWN:
                self.note(
                    "unknown",
                    table.id,
                    f"the entries of prefix list {listed}, which a route has, were not collected",
                    table,
                )
        if destination is None:
            return
        if target == "local":
            routes[destination] = "local"
        elif route.get("State") == "blackhole":
            routes[destination] = BLACKHOLE
        else:
            routes[destination] = self.target(vpc, target or "", table)

    def target(self, vpc: str, id: str, table: Item) -> str:
        """What a route leads to, by name; unknown where that was not read."""
        name = self.local(vpc, id)
        if name is None and self.vpc_of.get(id, "") == "":
            name = self.names.get(id)
        if name is None:
            self.note("unknown", table.id, f"{id or 'the target of a route'} was not collected", table)
            return UNKNOWN
        return name


def build(found: Inventory) -> Imported:
    """The design of an inventory."""
    return DesignBuilder(found).build()
