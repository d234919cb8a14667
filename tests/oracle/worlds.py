"""Small, nasty designs that AWS would accept, and probes aimed at their borders. One seed, one world."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from typing import Any

from tests.oracle.blocks import host, hosts, wider, within
from tests.oracle.luck import PORTS, RANGES, chance, some, token
from tests.oracle.steering import along_a_route, steer

__all__ = ["PORTS", "RANGES", "Builder", "chance", "random_design", "random_probe", "some", "token"]


Design = dict[str, Any]

BLOCKS = ["10.0.0.0/16", "10.1.0.0/16", "172.16.0.0/16", "192.168.0.0/16", "100.64.0.0/16"]
HOSTS = {
    "www.example.com": "93.184.216.34",
    "dns.example.net": "8.8.8.8",
    "api.example.org": "142.250.196.100",
}
IPV6_HOST = ("six.example.net", "2001:4860:4860::8888")
STRANGERS = ["203.0.113.9", "93.184.216.35", "8.8.4.4"]  # public addresses that nobody in the file has
PREFIX_LISTS = {  # overlapping, and none inside a block that a VPC may have (ROUTE-8)
    "pl-some": ["8.8.8.0/24", "93.184.216.34/32", "198.51.100.0/25"],
    "pl-many": ["8.8.0.0/16", "93.184.216.0/24", "128.0.0.0/1"],
    "pl-all": ["8.8.8.0/24", "0.0.0.0/0"],
}
STATUSES = ["pending-acceptance", "deleted", "expired", "rejected"]


class Builder:
    """Builds one design, room by room: first what exists, then what points at it."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.ipv6 = chance(rng, 0.35)
        self.public = iter(rng.sample([f"198.51.100.{n}" for n in range(1, 255)], 60))
        self.cidrs: list[str] = [
            "0.0.0.0/0",
            "0.0.0.0/0",
            "128.0.0.0/1",
            "8.8.8.0/24",
            "93.184.216.34/32",
            "198.51.100.0/25",
        ]
        self.groups: dict[str, list[str]] = {}
        self.peerings: dict[str, dict[str, str]] = {}
        names = ["app", "data", "ops"][: rng.choice([1, 2, 2, 3, 3])]
        blocks = rng.sample(BLOCKS, len(names))
        # PEER-9: two VPCs with the same addresses, both peered with the third and never with each other.
        self.twins = len(names) == 3 and chance(rng, 0.25)
        if self.twins:
            blocks[2] = blocks[1]
        self.vpcs = {name: self.vpc(n, name, blocks[n]) for n, name in enumerate(names)}

    # --- what exists ------------------------------------------------------------------------------

    def vpc(self, number: int, name: str, block: str) -> dict[str, Any]:
        """A VPC with its subnets and gateways; no rules yet."""
        rng, first = self.rng, block.rsplit(".", 2)[0]
        vpc: dict[str, Any] = {"cidrs": [block]}
        if chance(rng, 0.15) and block.startswith("10."):
            vpc["cidrs"].append(f"100.65.{number}.0/24")  # CIDR-4
        if self.ipv6:
            vpc["cidrs"].append(f"2001:db8:{number + 1}::/56")
            if chance(rng, 0.5):
                vpc["egress_only_internet_gateway"] = "eigw"
        if chance(rng, 0.8):
            vpc["internet_gateway"] = "igw"
        self.cidrs += [cidr for cidr in vpc["cidrs"] if ":" not in cidr]
        vpc["subnets"] = {}
        for n in range(rng.choice([1, 2, 2, 3, 4])):
            cidr = rng.choice([f"{first}.{n}.0/24", f"{first}.{n}.16/28", f"{first}.{n}.240/28"])
            subnet = {"cidr": cidr, "az": rng.choice("ab")}
            if n == 3 and len(vpc["cidrs"]) > 1 and ":" not in vpc["cidrs"][1]:
                subnet["cidr"] = vpc["cidrs"][1]
            if self.ipv6 and chance(rng, 0.8):
                subnet["ipv6_cidr"] = f"2001:db8:{number + 1}:{n}::/64"
            vpc["subnets"]["abcd"[n]] = subnet
            self.cidrs.append(subnet["cidr"])
        self.groups[name] = ["web", "db", "nat"]
        self.fill(name, vpc)
        return vpc

    def fill(self, name: str, vpc: dict[str, Any]) -> None:
        """Instances, bare interfaces, NAT gateways."""
        rng = self.rng
        free = {subnet: hosts(body["cidr"])[4:-1] for subnet, body in vpc["subnets"].items()}

        def place(subnet: str) -> dict[str, Any]:
            body: dict[str, Any] = {"subnet": subnet}
            if chance(rng, 0.85):  # the rest is assigned in order; the upper end is left to functions
                body["private_ip"] = free[subnet].pop(rng.choice([0, 0, 1, rng.randrange(len(free[subnet]) // 2)]))
                self.cidrs.append(body["private_ip"] + rng.choice(["/32", "/32", ""]))
            return body

        def public(body: dict[str, Any], probability: float) -> None:
            if "internet_gateway" in vpc and chance(rng, probability):
                body["public_ip"] = next(self.public)
                if chance(rng, 0.4):
                    self.cidrs.append(body["public_ip"] + "/32")

        vpc["instances"] = {}
        for number, subnet in enumerate(subnet for subnet in vpc["subnets"] for _ in range(rng.choice([1, 1, 2]))):
            body = place(subnet)
            public(body, 0.45)
            if chance(rng, 0.9):
                body["security_groups"] = some(rng, ["web", "db"], 2)
            if chance(rng, 0.1):
                body["source_dest_check"] = False
            prefix = vpc["subnets"][subnet].get("ipv6_cidr", "").removesuffix("/64")
            if prefix and chance(rng, 0.8):
                body["ipv6_address"] = f"{prefix}{10 + number:x}"
            if chance(rng, 0.04):
                body["state"] = "stopped"
            vpc["instances"][f"{name}{number}"] = body
        if chance(rng, 0.5):
            nat = place(rng.choice(list(vpc["subnets"])))
            public(nat, 0.85)
            forms = [
                True,
                True,
                True,
                {"ip_forward": True, "masquerade": False},
                {"ip_forward": False, "masquerade": True},
            ]
            vpc["instances"][f"{name}-nat"] = nat | {"security_groups": ["nat"], "nat": rng.choice(forms)}
            if chance(rng, 0.8):
                nat = vpc["instances"][f"{name}-nat"]
                nat["source_dest_check"] = False
        if chance(rng, 0.3):
            body = place(rng.choice(list(vpc["subnets"])))
            vpc["interfaces"] = {f"{name}-rds": body | {"security_groups": some(rng, ["web", "db"], 1)}}
        if "internet_gateway" in vpc and chance(rng, 0.5):  # NATGW-1
            body = place(rng.choice(list(vpc["subnets"])))
            if chance(rng, 0.15):
                body["connectivity"] = "private"
            else:
                body["public_ip"] = next(self.public)
            if chance(rng, 0.1):
                body["state"] = rng.choice(["pending", "failed", "deleted"])
            vpc["nat_gateways"] = {f"{name}-ngw": body}

    def peer(self) -> None:
        """Peering connections, most of them active; never between overlapping VPCs (PEER-7)."""
        names = list(self.vpcs)
        for n, one in enumerate(names):
            for other in names[n + 1 :]:
                if self.twins and one != names[0]:
                    continue
                if self.twins or chance(self.rng, 0.75):
                    ends = {"requester": one, "accepter": other}
                    if chance(self.rng, 0.2):
                        ends["status"] = self.rng.choice(STATUSES)
                    self.peerings[f"{one}-{other}"] = ends

    # --- what points at it ------------------------------------------------------------------------

    def route_tables(self, name: str) -> None:
        """Missing, wider, narrower and dead routes; nothing inside the VPC but ROUTE-8 and ROUTE-9."""
        rng, vpc = self.rng, self.vpcs[name]
        devices = [*vpc.get("instances", {}), *vpc.get("interfaces", {}), *vpc.get("nat_gateways", {})]
        nats = [each for each in devices if each.endswith(("-nat", "-ngw"))]
        gateways = ["igw"] * 3 if "internet_gateway" in vpc else []
        vpc["route_tables"] = {}
        for table in ["main", "one", "two"]:
            routes: dict[str, str] = {}
            outward = [*gateways, *nats, *nats, "blackhole", rng.choice(devices)]
            if chance(rng, 0.8):
                routes["0.0.0.0/0"] = rng.choice(outward)
            for peering, ends in self.peerings.items():
                if name not in ends.values():
                    continue
                far = self.vpcs[ends["accepter"] if ends["requester"] == name else ends["requester"]]
                block = far["cidrs"][0]
                near = rng.choice(list(far["subnets"].values()))["cidr"]
                narrow = host(near, rng.randint(4, 10)) + "/32"
                wide = wider(block, 9)
                for to in rng.sample([block, block, near, narrow, wide], rng.choice([0, 1, 1, 2])):
                    routes[to] = peering if chance(rng, 0.85) else rng.choice(outward)
                if self.ipv6 and chance(rng, 0.6):
                    routes[far["cidrs"][-1]] = peering
            for to in some(rng, ["8.8.8.8/32", "8.8.8.0/24", "93.184.0.0/16", "128.0.0.0/1", "198.51.100.0/24"], 2):
                if chance(rng, 0.3):
                    routes[to] = rng.choice(outward)
            inner = [each for each in nats if each in vpc["instances"]] or list(vpc["instances"])
            if chance(rng, 0.1):
                routes[rng.choice(list(vpc["subnets"].values()))["cidr"]] = rng.choice(inner)  # ROUTE-8
            elif chance(rng, 0.06):
                routes[vpc["cidrs"][0]] = rng.choice(inner)  # ROUTE-9
            if chance(rng, 0.2):
                for to in PREFIX_LISTS:
                    if chance(rng, 0.6):
                        routes[to] = rng.choice(outward)  # ROUTE-6, ROUTE-19
            exits = [vpc[key] for key in ("internet_gateway", "egress_only_internet_gateway") if key in vpc]
            if self.ipv6 and exits and chance(rng, 0.8):
                routes["::/0"] = rng.choice(exits)
            allowed = {*vpc["cidrs"], *(subnet["cidr"] for subnet in vpc["subnets"].values())}
            vpc["route_tables"][table] = {
                to: target
                for to, target in routes.items()
                if to in PREFIX_LISTS
                or not any(within(to, block) for block in vpc["cidrs"])
                or (to in allowed and target in vpc["instances"])
            }
        for subnet in vpc["subnets"].values():
            table = rng.choice(["main", "one", "one", "two"])
            if table != "main" or chance(rng, 0.3):
                subnet["route_table"] = table

    def network_acls(self, name: str) -> None:
        """Interleaved allows and denies, written in any order."""
        rng, vpc = self.rng, self.vpcs[name]
        acls = {}
        for acl in ["default", "tight", "loose"]:
            if acl == "default" and chance(rng, 0.8):
                continue
            acls[acl] = {
                direction: self.acl_rules(side, 0.9 if acl == "loose" else 0.6)
                for direction, side in (("ingress", "from"), ("egress", "to"))
            }
        vpc["network_acls"] = acls
        for subnet in vpc["subnets"].values():
            if chance(rng, 0.5):
                subnet["network_acl"] = rng.choice(["tight", "loose"])

    def acl_rules(self, side: str, open_end: float) -> list[dict[str, Any]]:
        """The rules of one direction, numbers unique (NACL-2)."""
        rng = self.rng
        numbers = sorted(rng.sample(range(1, 300), rng.randint(1, 5)))
        rules: list[dict[str, Any]] = []
        for number in numbers:
            six = self.ipv6 and chance(rng, 0.3)
            peer = rng.choice(["::/0", "2001:db8:1::/56"]) if six else rng.choice(self.cidrs)
            rules.append({"rule": number, rng.choice(["allow", "allow", "deny"]): token(rng, six), side: peer})
        if chance(rng, open_end):
            rules.append({"rule": 32000, "allow": "all", side: "0.0.0.0/0"})
            if self.ipv6:
                rules.append({"rule": 32766, "allow": "all", side: "::/0"})
        rng.shuffle(rules)
        return rules

    def security_groups(self, name: str) -> None:
        """Groups that name each other, also over an active peering (SG-11)."""
        rng = self.rng
        references = [*self.groups[name], "default", *PREFIX_LISTS]
        for ends in self.peerings.values():
            if name in ends.values() and "status" not in ends and not self.twins:
                far = ends["accepter"] if ends["requester"] == name else ends["requester"]
                references += [f"{far}.{group}" for group in self.groups[far]]

        def rules(side: str, most: int) -> list[dict[str, Any]]:
            made = []
            for _ in range(rng.randint(0, most)):
                six = self.ipv6 and chance(rng, 0.3)
                pool = ["::/0", "2001:db8:1::/56", "2001:4860:4860::8888"] if six else self.cidrs
                peers: list[Any] = some(rng, [rng.choice(pool), rng.choice(references)], 2)
                tokens: list[Any] = some(rng, [token(rng, six), token(rng, six)], 2)
                made.append(
                    {
                        "allow": tokens[0] if len(tokens) == 1 else tokens,
                        side: peers[0] if len(peers) == 1 else peers,
                    }
                )
            if chance(rng, 0.75):
                everyone = ["0.0.0.0/0", "::/0"] if self.ipv6 else "0.0.0.0/0"
                made.append({"allow": rng.choice(["all", "all", "tcp", ["tcp/443", "udp"]]), side: everyone})
            return made

        groups: dict[str, Any] = {}
        for group in self.groups[name]:
            groups[group] = {"ingress": rules("from", 4)}
            if group == "nat" and chance(rng, 0.7):
                groups[group] = {"ingress": [{"allow": "all", "from": rng.choice(["0.0.0.0/0", "web", "db"])}]}
            if chance(rng, 0.35):
                groups[group]["egress"] = rules("to", 3)
        if chance(rng, 0.1):
            groups["default"] = {"ingress": rules("from", 2), "egress": rules("to", 2)}
        self.vpcs[name]["security_groups"] = groups

    def function(self) -> dict[str, Any]:
        """A function whose versions and aliases do not all live in the same place."""
        rng = self.rng

        def attachment() -> dict[str, Any]:
            if chance(rng, 0.15):
                return {}
            vpc = rng.choice(list(self.vpcs))
            subnets = some(rng, list(self.vpcs[vpc]["subnets"]), 3)
            return {"vpc": vpc, "subnets": subnets, "security_groups": some(rng, ["web", "db"], 2)}

        body: dict[str, Any] = {"latest": attachment()}
        if chance(rng, 0.6):
            body["versions"] = {1: attachment(), 2: attachment()}
            body["aliases"] = {"prod": rng.choice([1, 2, {1: 0.9, 2: 0.1}])}
        return body

    def build(self) -> Design:
        """The whole design."""
        rng = self.rng
        self.peer()
        for name in self.vpcs:
            self.route_tables(name)
            self.network_acls(name)
            self.security_groups(name)
        hosts = {name: {"ip": ip} for name, ip in HOSTS.items()}
        if self.ipv6:
            hosts[IPV6_HOST[0]] = {"ip": IPV6_HOST[1]}
        design: Design = {"version": 1, "vpcs": self.vpcs, "internet": {"hosts": hosts}}
        design["prefix_lists"] = PREFIX_LISTS
        if self.peerings:
            design["peering_connections"] = self.peerings
        if chance(rng, 0.4):
            design["lambda_functions"] = {name: self.function() for name in some(rng, ["fetch", "store"], 2)}
            for name, function in design["lambda_functions"].items():
                if "aliases" in function and chance(rng, 0.4):
                    design.setdefault("api_gateways", {})[f"front-{name}"] = {"integration": f"{name}:prod"}
        return design


def random_design(rng: random.Random) -> Design:
    """A design of one to three VPCs, as `yaml.safe_load` would return it; more than half have vices put into them."""
    design = Builder(rng).build()
    if chance(rng, 0.6):
        steer(rng, design)
    return design


def holders(design: Design, kinds: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """(`vpc.name`, body) of everything of these kinds."""
    return [
        (f"{vpc}.{name}", body)
        for vpc, rooms in design["vpcs"].items()
        for kind in kinds
        for name, body in rooms.get(kind, {}).items()
    ]


_PORTS = re.compile(r'"((?:tcp|udp)/[^"]*)"(?!:)')


def edges(design: Any) -> list[int]:
    """The ports at and next to the ends of every range that a rule names."""
    tokens = set(_PORTS.findall(json.dumps(design)))  # values, no keys; much faster than a walk through them
    ends = {int(end) for token in tokens for end in token.split("/")[1].split("-")}
    return sorted({port for end in ends for port in (end - 1, end, end + 1) if 0 < port < 65536})


def leaves_vpc(design: Design, source: str) -> bool:
    """May what this name invokes (a function, a version, an alias, an API gateway) run outside every VPC?"""
    source = design.get("api_gateways", {}).get(source, {}).get("integration", source)
    name, _, qualifier = source.partition(":")
    function = design.get("lambda_functions", {}).get(name)
    if function is None:
        return False
    versions = {str(number): body for number, body in function.get("versions", {}).items()}
    meant = function.get("aliases", {}).get(qualifier, qualifier)
    numbers = map(str, meant) if isinstance(meant, dict) else [str(meant)]
    return not all(versions.get(number, function["latest"]) for number in numbers)


def random_probe(rng: random.Random, design: Design) -> tuple[str, str, str, int]:
    """(source, destination, traffic, source port), aimed at what is easily got wrong."""
    everything = holders(design, ["instances", "interfaces", "nat_gateways"])
    inner = [name for name, _ in holders(design, ["instances", "interfaces"])]
    hosts = [name for name in design["internet"]["hosts"] if name != IPV6_HOST[0]]
    functions = list(design.get("api_gateways", {}))
    for name, body in design.get("lambda_functions", {}).items():
        functions += [
            name,
            *(f"{name}:{each}" for each in [*body.get("versions", {}), *body.get("aliases", {})]),
        ]
    publics = [body["public_ip"] for _, body in everything if "public_ip" in body]
    unassigned = [
        host(subnet["cidr"], rng.choice([9, 10, 11]))
        for vpc in design["vpcs"].values()
        for subnet in vpc["subnets"].values()
    ]
    privates = [body["private_ip"] for _, body in everything if "private_ip" in body]
    src = rng.choice([*[rng.choice(inner)] * 6, *([rng.choice(functions)] * 3 if functions else []),
                      rng.choice(hosts), rng.choice(hosts), rng.choice(STRANGERS)])  # fmt: skip
    sixes = [body["ipv6_address"] for _, body in everything if "ipv6_address" in body]
    if sixes and chance(rng, 0.3):
        src = rng.choice([name for name, body in everything if "ipv6_address" in body] + [IPV6_HOST[0]])
        dst = rng.choice([*sixes, IPV6_HOST[1], "2001:db8:1::99"])
        traffic = rng.choice(["icmpv6/128", "tcp/443", f"tcp/{rng.choice(edges(design) or PORTS)}", "udp/53"])
    else:
        names = [name for name, _ in everything]
        pools = [*[inner] * 5, names, hosts, hosts, publics, unassigned, privates, STRANGERS, functions]
        if src not in inner and src not in functions:
            pools = [publics, publics, publics, publics, inner, privates]
        if leaves_vpc(design, src):
            pools = [hosts, STRANGERS, privates, unassigned, publics, publics, inner]
        dst = rng.choice(rng.choice([pool for pool in pools if pool]))
        rare = ["icmp/3/4", "proto/50"] if chance(rng, 0.3) else ["udp/53"]
        number = rng.choice([*PORTS, *(edges(design) or PORTS)])
        traffic = rng.choice([f"tcp/{number}", f"tcp/{number}", f"udp/{number}", "icmp/8", "tcp/443", "tcp/443", *rare])
    steered = any("via0" in vpc["subnets"] for vpc in design["vpcs"].values())
    along = along_a_route(rng, design) if chance(rng, 0.6 if steered else 0.2) else None
    if along is not None:
        src, dst = along
        if ":" in dst:
            traffic = rng.choice(["icmpv6/128", "tcp/443", f"tcp/{rng.choice(edges(design) or PORTS)}", "udp/53"])
        elif traffic.startswith("icmpv6"):
            traffic = "icmp/8"
        if ":" in dst and "ipv6_address" not in dict(everything)[src]:
            return random_probe(rng, design)
    if src == dst or (src in inner and dst not in publics and dst in dict(everything)[src].values()):
        return random_probe(rng, design)
    ports = [port for port in [*PORTS, *edges(design)] if port >= 1023]
    return src, dst, traffic, rng.choice(ports)
