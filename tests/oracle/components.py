"""Small, nasty designs with the rest of AWS's components, and probes aimed at them. One seed, one world.

Each design is one of `tests.oracle.worlds` with layers on top. In the profile `accepted` the layers use only keys that
a reader without these components takes as well (mappings that it does not look into); in `full` all of them.
"""

from __future__ import annotations

import random
from typing import Any

from tests.oracle import worlds
from tests.oracle.further import further
from tests.oracle.naive.addresses import Network, block
from tests.oracle.naive.packets import listed
from tests.oracle.naive.world import World
from tests.oracle.worlds import PORTS, chance, some, token

Design = dict[str, Any]
Probe = tuple[str, str, str, int]

OFFICE = "10.200.0.0/16"
OFFICE_BLOCKS = [OFFICE, "10.200.0.0/17", "10.200.4.0/24", "10.200.4.7/32"]
OFFICE_ADDRESSES = ["10.200.4.7", "10.200.4.8", "10.200.200.1", "10.201.0.1"]
SERVICES = {"s3": ["52.219.0.0/24", "3.5.140.0/24"], "dynamodb": ["52.119.224.0/24"]}
SERVICE_ADDRESSES = ["52.219.0.9", "3.5.140.255", "52.119.224.1"]
INTERFACE_SERVICES = ["ssm", "kms", "ecr.api"]


class Layers:
    """What goes on top of a design, one method a layer."""

    def __init__(self, rng: random.Random, design: Design, full: bool, without: tuple[str, ...] = ()) -> None:
        self.rng = rng
        self.design = design
        self.full = full
        self.without = without
        self.vpcs: dict[str, Any] = design["vpcs"]
        self.used: set[str] = {text for vpc in self.vpcs for text in World(design).explicit(vpc)}
        self.public = iter([f"198.18.{n}.{m}" for n in range(40, 44) for m in range(1, 250)])

    def build(self) -> None:
        """At least one layer, mostly several."""
        rng = self.rng
        layers = [self.header, self.header, self.private_gateways, self.endpoints, self.endpoints, self.balancers]
        if self.full:
            layers += [self.edge_tables, self.hosts, self.switches, self.names, self.private_link, self.regional]
        chosen = some(rng, layers, 4 if self.full else 3)
        if chance(rng, 0.6):
            self.office()
        for layer in dict.fromkeys(chosen):
            if layer.__name__ not in self.without:
                layer()
        self.open_rules()

    # --- what the layers need ---------------------------------------------------------------------

    def tables(self, vpc: str) -> dict[str, Any]:
        """The route tables of a VPC's subnets, as plain mappings; those of gateways know other routes (ROUTE-21)."""
        found: dict[str, Any] = self.vpcs[vpc].setdefault("route_tables", {})
        return {
            name: body["routes"] if isinstance(body.get("routes"), dict) else body
            for name, body in found.items()
            if not isinstance(body.get("gateway"), str)
        }

    def blocks(self, vpc: str) -> list[Network]:
        """The IPv4 blocks of a VPC."""
        return [block(cidr) for cidr in self.vpcs[vpc]["cidrs"] if ":" not in cidr]

    def route(self, vpc: str, to: str, target: str, probability: float = 0.6) -> None:
        """A route in some tables; nothing inside the VPC's own blocks (ROUTE-8)."""
        if any(block(to).within(own) or (own.within(block(to)) and block(to).prefixlen) for own in self.blocks(vpc)):
            return
        for routes in self.tables(vpc).values():
            if chance(self.rng, probability):
                routes[to] = target

    def room(self, vpc: str, subnet: str) -> list[str]:
        """The free addresses in the middle of a subnet: hosts are below, functions above."""
        whole = block(self.vpcs[vpc]["subnets"][subnet]["cidr"])
        return [text for number in range(9, min(whole.size - 2, 40)) if (text := str(whole[number])) not in self.used]

    def roomy(self, vpc: str) -> list[str]:
        """The subnets with a free address."""
        return [subnet for subnet in self.vpcs[vpc]["subnets"] if self.room(vpc, subnet)]

    def free(self, vpc: str, subnet: str) -> str:
        """The first free address of a subnet; it is used now."""
        text = self.room(vpc, subnet)[0]
        self.used.add(text)
        return text

    def groups(self, vpc: str, most: int = 1) -> list[str]:
        """Some security groups of a VPC."""
        return some(self.rng, list(self.vpcs[vpc]["security_groups"]), most)

    def attach_subnets(self, vpc: str) -> list[str]:
        """Subnets for an attachment, at most one a zone (TGW-7): the workloads' own or some of their own."""
        rng, body = self.rng, self.vpcs[vpc]
        prefix = body["cidrs"][0].rsplit(".", 2)[0]
        if chance(rng, 0.6):
            for number, zone in enumerate(some(rng, ["a", "b"], 2)):
                subnet: dict[str, Any] = {"cidr": f"{prefix}.{200 + number}.0/28", "az": zone}
                if chance(rng, 0.6):
                    subnet["route_table"] = rng.choice(list(body["route_tables"]))
                if chance(rng, 0.3) and body.get("network_acls"):
                    subnet["network_acl"] = rng.choice(list(body["network_acls"]))
                body["subnets"][f"t{zone}"] = subnet
            names = [name for name in ("ta", "tb") if name in body["subnets"]]
        else:
            names = list(body["subnets"])
        by_zone: dict[str, str] = {}
        for name in rng.sample(names, len(names)):
            by_zone.setdefault(body["subnets"][name].get("az", ""), name)
        return some(rng, list(by_zone.values()), 2)

    def both_attached(self, vpc: str, far: str) -> bool:
        """Are two VPCs attached to the transit gateway, so that a rule of one may name a group of the other (TGW-14)?"""
        gateways = self.design.get("transit_gateways", {}).values()
        attached = {body.get("vpc") for gateway in gateways for body in gateway["attachments"].values()}
        return vpc != far and {vpc, far} <= attached

    def open_rules(self) -> None:
        """Rules that name what the layers brought."""
        rng = self.rng
        brought = [*OFFICE_BLOCKS, *[cidr for cidrs in SERVICES.values() for cidr in cidrs]]
        for vpc, body in self.vpcs.items():
            groups = body["security_groups"].values()
            for group in groups:
                if chance(rng, 0.4):
                    traffic = rng.choice(["all", "tcp/443", "tcp/22", token(rng)])
                    far = rng.choice(list(self.vpcs))
                    peer = rng.choice([*brought, self.vpcs[far]["cidrs"][0], "0.0.0.0/0"])
                    if self.full and self.both_attached(vpc, far) and chance(rng, 0.5):
                        peer = f"{far}.web"
                    group.setdefault("ingress", []).append({"allow": traffic, "from": peer})
            for acl in (body.get("network_acls") or {}).values():
                if "ingress" in acl and chance(rng, 0.3):
                    taken = {rule["rule"] for rule in acl["ingress"]}
                    number = next(each for each in rng.sample(range(300, 400), 100) if each not in taken)
                    rule = {"rule": number, rng.choice(["allow", "deny"]): token(rng), "from": rng.choice(brought)}
                    acl["ingress"].append(rule)

    # --- the layers -------------------------------------------------------------------------------

    def header(self) -> None:
        """A transit gateway between the VPCs, whole or with holes."""
        rng = self.rng
        if "transit_gateways" in self.design:
            return
        attachments: dict[str, Any] = {}
        for vpc in rng.sample(list(self.vpcs), len(self.vpcs)):
            if chance(rng, 0.9):
                attachments[vpc] = {"vpc": vpc, "subnets": self.attach_subnets(vpc)}
                self.spoil(attachments[vpc])
        for line, body in self.lines().items():
            if body.get("gateway") == "tgw" or "tgw" in listed(body.get("gateways")):
                key = "vpn" if "gateway" in body else "direct_connect_gateway"
                attachments[f"to-{line}"] = {key: line}
        gateway: dict[str, Any] = {"attachments": attachments}
        if chance(rng, 0.4):
            gateway["security_group_referencing"] = True
        if chance(rng, 0.6):
            gateway["route_tables"] = self.transit_tables(list(attachments))
        self.design["transit_gateways"] = {"tgw": gateway}
        for vpc in self.vpcs:
            for far in self.vpcs:
                if far != vpc:
                    near = rng.choice(list(self.vpcs[far]["subnets"].values()))["cidr"]
                    self.route(vpc, rng.choice([self.vpcs[far]["cidrs"][0], near]), "tgw")
            self.route(vpc, rng.choice(OFFICE_BLOCKS), "tgw", 0.5)
            self.route(vpc, rng.choice(["0.0.0.0/0", "8.8.8.0/24", "10.0.0.0/7"]), "tgw", 0.2)

    def spoil(self, attachment: dict[str, Any]) -> None:
        """Break an attachment on purpose, or bend it."""
        rng = self.rng
        if chance(rng, 0.15):
            attachment["appliance_mode"] = True
        if chance(rng, 0.1):
            attachment["security_group_referencing"] = False
        if attachment.get("vpc") == next(iter(self.vpcs)):  # without a draw, which would change all others
            attachment["ipv6_support"] = False
        if chance(rng, 0.08):
            attachment["state"] = rng.choice(["pending", "deleted", "rejected"])

    def transit_tables(self, names: list[str]) -> dict[str, Any]:
        """One or two tables; associations and propagations with holes, static routes and blackholes."""
        rng = self.rng
        tables: dict[str, Any] = {
            name: {"associations": [], "propagations": []} for name in some(rng, ["red", "blue"], 2)
        }
        for name in names:
            if chance(rng, 0.92):
                tables[rng.choice(list(tables))]["associations"].append(name)
            for table in tables.values():
                if chance(rng, 0.75):
                    table["propagations"].append(name)
        blocks = [cidr for body in self.vpcs.values() for cidr in body["cidrs"] if ":" not in cidr]
        subnets = [subnet["cidr"] for body in self.vpcs.values() for subnet in body["subnets"].values()]
        for table in tables.values():
            for to in some(rng, [*blocks, *subnets, "0.0.0.0/0", OFFICE, "10.0.0.0/8"], 3):
                if chance(rng, 0.5):
                    table.setdefault("routes", {})[to] = rng.choice([*names, *names, "blackhole"])
        return tables

    def lines(self) -> dict[str, Any]:
        """The connections to the office."""
        return {**(self.design.get("vpn_connections") or {}), **(self.design.get("direct_connect_gateways") or {})}

    def office(self) -> None:
        """A network outside, its connections, and gateways for them."""
        rng = self.rng
        vpc = rng.choice(list(self.vpcs))
        gateway = "tgw" if chance(rng, 0.5) else f"{vpc}.vgw"
        kind = rng.choice(["static_routes", "static_routes", "bgp_routes"])
        line: dict[str, Any] = {"gateway": gateway, kind: some(rng, OFFICE_BLOCKS, 2)}
        if chance(rng, 0.1):
            line["state"] = "down"
        self.design["vpn_connections"] = {"line": line}
        via = ["line"]
        if chance(rng, 0.3):
            dx: dict[str, Any] = {"gateways": [gateway], "prefixes": some(rng, OFFICE_BLOCKS, 2)}
            if chance(rng, 0.3):
                dx["allowed_prefixes"] = [rng.choice(self.vpcs[vpc]["cidrs"])]
            self.design["direct_connect_gateways"] = {"dx": dx}
            via.append("dx")
        if self.full and chance(rng, 0.8):
            hosts = {"pc": {"ip": OFFICE_ADDRESSES[0]}, "printer": {"ip": OFFICE_ADDRESSES[2]}}
            self.design["networks"] = {"office": {"cidrs": [OFFICE], "via": via, "hosts": hosts}}
        if gateway == "tgw":
            self.header()
        else:
            self.private_gateway(vpc)

    def private_gateway(self, vpc: str) -> None:
        """A virtual private gateway, with routes to it, written or propagated."""
        rng = self.rng
        if "vpn_gateways" in self.vpcs[vpc]:
            return
        self.vpcs[vpc]["vpn_gateways"] = {"vgw": {}}
        self.route(vpc, rng.choice(OFFICE_BLOCKS), "vgw", 0.5)
        if not self.full:
            return
        for name, body in self.vpcs[vpc]["route_tables"].items():
            if chance(rng, 0.5) and not isinstance(body.get("routes"), dict):
                self.vpcs[vpc]["route_tables"][name] = {"routes": body, "propagate": ["vgw"]}

    def private_gateways(self) -> None:
        """One in some VPC, whether or not a connection ends at it."""
        self.private_gateway(self.rng.choice(list(self.vpcs)))

    def endpoints(self) -> None:
        """Gateway, interface and Gateway Load Balancer endpoints in some VPC."""
        rng = self.rng
        vpc = rng.choice(list(self.vpcs))
        made: dict[str, Any] = self.vpcs[vpc].setdefault("vpc_endpoints", {})
        for kind in some(rng, ["gateway", "gateway", "interface", "interface", "gateway_load_balancer"], 3):
            name = f"{vpc}-ep{len(made)}"
            if kind == "gateway":
                service = rng.choice(list(SERVICES))
                if any(each.get("service") == service for each in made.values()):
                    continue  # EP-3
                tables = some(rng, list(self.vpcs[vpc]["route_tables"]), 2)
                made[name] = {"type": kind, "service": service, "route_tables": tables}
                if chance(rng, 0.8):
                    self.design.setdefault("prefix_lists", {})
                    self.design["prefix_lists"] = {**self.design["prefix_lists"], service: SERVICES[service]}
            elif kind == "interface":
                chosen = some(rng, self.roomy(vpc), 2)
                if not chosen:
                    continue
                service = rng.choice(INTERFACE_SERVICES)
                made[name] = {
                    "type": kind, "service": service, "subnets": chosen,
                    "security_groups": self.groups(vpc), "private_dns": chance(rng, 0.7),
                    "private_ips": {subnet: self.free(vpc, subnet) for subnet in chosen},
                }  # fmt: skip
                if chance(rng, 0.1):
                    made[name]["state"] = "pending"
            else:
                made[name] = {
                    "type": kind,
                    "service": "inspection",
                    "subnets": [rng.choice(list(self.vpcs[vpc]["subnets"]))],
                }
                self.route(vpc, rng.choice(["0.0.0.0/0", "8.8.8.0/24"]), name, 0.4)
        if chance(rng, 0.7):
            self.vpcs[vpc]["enable_dns_hostnames"] = True
        if chance(rng, 0.1):
            self.vpcs[vpc]["enable_dns_support"] = False

    def balancers(self) -> None:
        """A load balancer in some VPC; NLBs mostly keep the client's address."""
        rng = self.rng
        vpc = rng.choice(list(self.vpcs))
        hosts = [name for name, body in self.vpcs[vpc]["instances"].items() if "network_interfaces" not in body]
        kind = rng.choice(["network", "network", "network", "application", "classic"])
        chosen = some(rng, self.roomy(vpc), 2)
        if not chosen:
            return
        port = rng.choice([443, 80, rng.choice(PORTS)])
        udp = kind == "network" and chance(rng, 0.15)
        target = {"targets": some(rng, hosts, 2), "port": f"{'udp' if udp else 'tcp'}/{rng.choice([port, 8080])}"}
        body: dict[str, Any] = {
            "type": kind, "scheme": "internal", "subnets": chosen,
            "private_ips": {subnet: self.free(vpc, subnet) for subnet in chosen},
            "listeners": {f"{'udp' if udp else 'tcp'}/{port}": "tg"}, "target_groups": {"tg": target},
        }  # fmt: skip
        if kind == "network" and chance(rng, 0.8):
            target["preserve_client_ip"] = True if udp else chance(rng, 0.8)
        if "internet_gateway" in self.vpcs[vpc] and chance(rng, 0.6):
            body["scheme"] = "internet-facing"
            body["public_ips"] = {subnet: next(self.public) for subnet in chosen}
        if kind != "network" or chance(rng, 0.5):
            body["security_groups"] = self.groups(vpc)
        if chance(rng, 0.5):
            body["cross_zone"] = chance(rng, 0.7)
        if chance(rng, 0.05):
            target["healthy"] = False
        self.vpcs[vpc].setdefault("load_balancers", {})[f"{vpc}-lb"] = body

    # --- layers that only a reader of all components takes ----------------------------------------

    def edge_tables(self) -> None:
        """ROUTE-21: a gateway route table that redirects a subnet to an appliance, whose own way out may be right."""
        rng = self.rng
        able = [vpc for vpc, body in self.vpcs.items() if "internet_gateway" in body]
        if not able:
            return
        vpc = rng.choice(able)
        body = self.vpcs[vpc]
        prefix = body["cidrs"][0].rsplit(".", 2)[0]
        body["subnets"]["inspect"] = {"cidr": f"{prefix}.210.0/28", "az": "a", "route_table": "inspect"}
        body["route_tables"]["inspect"] = {"0.0.0.0/0": body["internet_gateway"]}
        appliance: dict[str, Any] = {
            "subnet": "inspect", "private_ip": f"{prefix}.210.4", "security_groups": ["nat"],
            "nat": {"ip_forward": chance(rng, 0.95), "masquerade": False}, "source_dest_check": chance(rng, 0.05),
        }  # fmt: skip
        if chance(rng, 0.9):
            appliance["public_ip"] = next(self.public)
        body["instances"][f"{vpc}-fw"] = appliance
        redirected = some(rng, [name for name in body["subnets"] if name != "inspect"], 2)
        gateway = body["internet_gateway"]
        if "vpn_gateways" in body and chance(rng, 0.3):
            gateway = "vgw"
        routes = {body["subnets"][name]["cidr"]: f"{vpc}-fw" for name in redirected}
        body["route_tables"]["edge"] = {"routes": routes, "gateway": gateway}
        for name in redirected:
            if chance(rng, 0.7):
                body["route_tables"][f"behind-{name}"] = {"0.0.0.0/0": f"{vpc}-fw"}
                body["subnets"][name]["route_table"] = f"behind-{name}"

    def hosts(self) -> None:
        """Several addresses and interfaces, networks inside and behind hosts."""
        rng = self.rng
        for vpc, body in self.vpcs.items():
            for name, host in list(body["instances"].items()):
                if "network_interfaces" in host or not chance(rng, 0.4):
                    continue
                if chance(rng, 0.6) and self.room(vpc, host["subnet"]):
                    more: Any = self.free(vpc, host["subnet"])
                    if "internet_gateway" in body and chance(rng, 0.5):
                        more = {"private_ip": more, "public_ip": next(self.public)}
                    host["secondary_private_ips"] = [more]
                    if chance(rng, 0.3):
                        host["external_snat"] = chance(rng, 0.5)
                elif name.endswith("-nat") or chance(rng, 0.2):
                    host["client_networks"] = ["10.210.0.0/24"]
                    host["source_dest_check"] = chance(rng, 0.2)
                    self.route(vpc, "10.210.0.0/24", name, 0.6)
                elif chance(rng, 0.2):
                    far = rng.choice(list(self.vpcs))
                    if far != vpc:
                        host["local_networks"] = [rng.choice([self.vpcs[far]["cidrs"][0], "10.200.4.0/24"])]
            if chance(rng, 0.3) and self.roomy(vpc):
                subnets = some(rng, self.roomy(vpc), 2)
                body["instances"][f"{vpc}-multi"] = {"network_interfaces": {
                    f"eth{n}": {"subnet": subnet, "private_ip": self.free(vpc, subnet), "security_groups": self.groups(vpc)}
                    for n, subnet in enumerate(subnets)
                }}  # fmt: skip
            if chance(rng, 0.15):
                rng.choice(list(body["subnets"].values()))["map_public_ip_on_launch"] = True

    def switches(self) -> None:
        """Block Public Access."""
        rng = self.rng
        vpc = rng.choice(list(self.vpcs))
        mode: Any = rng.choice(["bidirectional", "ingress"])
        if chance(rng, 0.5):
            place = rng.choice([vpc, *self.vpcs[vpc]["subnets"]])
            kind = "allow-bidirectional" if mode == "ingress" else rng.choice(["allow-bidirectional", "allow-egress"])
            mode = {"mode": mode, "exclusions": {place: kind}}
        self.vpcs[vpc]["block_public_access"] = mode

    def names(self) -> None:
        """Private zones, public names, the DNS options of peerings."""
        rng = self.rng
        members = some(rng, list(self.vpcs), 2)
        vpc = rng.choice(list(self.vpcs))
        host = rng.choice(list(self.vpcs[vpc]["instances"]))
        addresses = [body["private_ip"] for body in self.vpcs[vpc]["instances"].values() if "private_ip" in body]
        record = rng.choice([f"{vpc}.{host}", *addresses])
        self.design["private_hosted_zones"] = {"corp.example": {"vpcs": members, "records": {"db": record}}}
        for body in self.vpcs.values():
            body["enable_dns_hostnames"] = chance(rng, 0.7)
        for name, body in self.vpcs[vpc]["instances"].items():
            if "public_ip" in body and chance(rng, 0.5):
                body["public_dns_name"] = f"{name}.aws.example"
        for peering in (self.design.get("peering_connections") or {}).values():
            peering |= {"requester_dns": chance(rng, 0.5), "accepter_dns": chance(rng, 0.5)}

    def private_link(self) -> None:
        """A service of one's own behind an NLB, and an endpoint for it in another VPC."""
        rng = self.rng
        homes: list[tuple[str, str]] = []
        for _ in range(20):
            homes = [
                (vpc, name)
                for vpc, body in self.vpcs.items()
                for name, each in (body.get("load_balancers") or {}).items()
                if each["type"] == "network"
            ]
            if homes:
                break
            self.balancers()
        if not homes:
            return
        provider, name = rng.choice(homes)
        consumer = rng.choice(list(self.vpcs))
        roomy = self.roomy(consumer)
        if not roomy:
            return
        subnet = rng.choice(roomy)
        self.design["endpoint_services"] = {"mine": {"load_balancer": f"{provider}.{name}"}}
        if chance(rng, 0.3):
            self.design["endpoint_services"]["mine"]["accepted"] = some(rng, list(self.vpcs), 2)
        self.vpcs[consumer].setdefault("vpc_endpoints", {})["mine"] = {
            "type": "interface", "service": "mine", "subnets": [subnet], "security_groups": self.groups(consumer),
            "private_ips": {subnet: self.free(consumer, subnet)},
        }  # fmt: skip

    def regional(self) -> None:
        """NATGW-17: a regional NAT gateway in place of a zonal one."""
        for body in self.vpcs.values():
            for name, gateway in (body.get("nat_gateways") or {}).items():
                if gateway.get("connectivity") != "private" and chance(self.rng, 0.5):
                    kept = {key: gateway[key] for key in ("state",) if key in gateway}
                    body["nat_gateways"][name] = {"availability": "regional", **kept, "public_ip": gateway["public_ip"]}


def random_design(rng: random.Random, profile: str = "full", without: tuple[str, ...] = ()) -> Design:
    """A design with components, as `yaml.safe_load` would return it. `profile` is accepted, full, or further: with
    kinds and keys that few designs have. `without`: layers that are left out, since the reader takes none of their keys."""
    design = worlds.random_design(rng)
    design["prefix_lists"] = dict(design["prefix_lists"])
    Layers(rng, design, profile != "accepted", without).build()
    if profile == "further":
        further(rng, design)
    return design
