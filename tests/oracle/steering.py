"""What random designs seldom have, put into them on purpose.

Chains of appliances that forward with and without masquerade, rules that open to a group alone, ACLs that pass a part of
the ephemeral ports, both gateways for IPv6, a default ACL of which one direction was edited, NAT beyond NAT.
"""

from __future__ import annotations

import random
from typing import Any

from tests.oracle.blocks import host, within
from tests.oracle.luck import chance, some, token

Design = dict[str, Any]
Routes = dict[str, str]

ANYBODY = "0.0.0.0/0"
CUTS = ["1024-65535", "1024-65535", "1025-65535", "1024-65534", "32768-60999", "1024-40000", "40001-65535"]
"""Ephemeral ports that an ACL lets in: all that a NAT device may choose, all but one, and parts."""


def steer(rng: random.Random, design: Design) -> None:
    """Change a design in place: every vice has its chance, or one or two stand alone where all else is open."""
    ipv6 = any(":" in cidr for vpc in design["vpcs"].values() for cidr in vpc["cidrs"])
    vpc = rng.choice(list(design["vpcs"]))
    alone = chance(rng, 0.6)
    if alone:
        open_all(design, ipv6)
    if ipv6:
        both_gateways(rng, design, vpc)
    chain = Chain(rng, design, vpc, ipv6, calm=alone)
    if chance(rng, 0.9 if alone else 0.8):
        chain.lay()
    vices = rng.sample(["reference", "acl", "default"], rng.choice([1, 1, 2])) if alone else []
    if "reference" in vices:
        chain.name_the_sender()
    elif not alone and chance(rng, 0.7):
        for each in some(rng, list(design["vpcs"]), 3):
            open_by_reference(rng, design, each, ipv6)
    if "acl" in vices or (not alone and chance(rng, 0.6)):
        ephemeral_acl(rng, design["vpcs"][vpc], ipv6)
    if "default" in vices or (not alone and chance(rng, 0.25)):
        half_default_acl(rng, design["vpcs"][rng.choice(list(design["vpcs"]))], ipv6)


def open_all(design: Design, ipv6: bool) -> None:
    """Everything runs and nothing filters, so that what is put in next is what decides."""
    everyone = [ANYBODY, "::/0"] if ipv6 else ANYBODY
    for body in design["vpcs"].values():
        for subnet in body["subnets"].values():
            subnet.pop("network_acl", None)
        body["network_acls"].pop("default", None)
        for member in [*body["instances"].values(), *body.get("nat_gateways", {}).values()]:
            member.pop("state", None)
        for name in body["security_groups"]:
            body["security_groups"][name] = {"ingress": [{"allow": "all", "from": everyone}]}
    for ends in design.get("peering_connections", {}).values():
        ends.pop("status", None)


class Chain:
    """Appliances in a row, each in a subnet of its own, between a subnet and where it sends to."""

    def __init__(self, rng: random.Random, design: Design, vpc: str, ipv6: bool, *, calm: bool = False) -> None:
        self.rng = rng
        self.design = design
        self.vpc = vpc
        self.ipv6 = ipv6
        self.calm = calm
        self.far = vpc
        self.body = design["vpcs"][vpc]
        self.near = rng.choice(list(self.body["subnets"]))
        self.names: list[str] = []

    def lay(self) -> None:
        """Appliances, their group, and the routes there and back."""
        rng = self.rng
        self.body["security_groups"]["via"] = self.group()
        for number in range(rng.choice([1, 2, 2, 3])):
            self.appliance(number)
        targets, last, far = self.target()
        for to in targets:
            self.route(self.near, to, self.names[0])
            for number, name in enumerate(self.names):
                onward = self.names[number + 1] if number + 1 < len(self.names) else last
                if onward:
                    self.route(f"via{number}", to, onward)
                elif name in self.routes(f"via{number}").values():
                    self.routes(f"via{number}").pop(to, None)
        if far:
            self.far = far[0]
        if far and (self.calm or not chance(rng, 0.25)):
            self.back(far)
        if chance(rng, 0.15):
            self.route(self.near, self.body["cidrs"][0], self.names[0])  # ROUTE-9
        if not self.calm and chance(rng, 0.15):  # the last two exchange what they have: a circle
            self.route("via0", targets[0], self.names[-1])

    def name_the_sender(self) -> None:
        """Somebody on the way, or at its end, opens to groups of the senders or of the appliances and to nobody else."""
        rng = self.rng
        for vpc in dict.fromkeys([self.vpc, self.far]):
            home = "" if vpc == self.vpc else f"{self.vpc}."
            groups = self.design["vpcs"][vpc]["security_groups"]
            if home and twins(self.design):
                continue
            for name in some(rng, [each for each in ("web", "db", "via") if each in groups], 2):
                named = ["web", "db", *["via"] * ("via" in self.body["security_groups"])]
                peers = [home + each for each in some(rng, named, 2)]
                groups[name] = {"ingress": [{"allow": "all", "from": peers}]}
        if chance(rng, 0.4) and "via" in self.body["security_groups"]:  # outbound, whoever sent it (SG-10)
            near = self.far == self.vpc or twins(self.design)
            home = "" if near else f"{self.far}."
            self.body["security_groups"]["via"]["egress"] = [{"allow": "all", "to": [f"{home}web", f"{home}db"]}]

    def group(self) -> dict[str, Any]:
        """The group of the appliances: open, or open to whom it names."""
        rng = self.rng
        everyone = [ANYBODY, "::/0"] if self.ipv6 else ANYBODY
        if self.calm:
            return {"ingress": [{"allow": "all", "from": everyone}]}
        peers: Any = rng.choice(
            [everyone, everyone, everyone, "web", ["web", "db"], "via", ["via", "web"], ["via", "nat"]]
        )
        group: dict[str, Any] = {"ingress": [{"allow": rng.choice(["all", "all", "all", token(rng)]), "from": peers}]}
        if chance(rng, 0.2):
            to = rng.choice([everyone, "web", ["web", "via"], "db"])
            group["egress"] = [{"allow": "all", "to": to}]
        return group

    def appliance(self, number: int) -> None:
        """One appliance and its subnet."""
        rng, body = self.rng, self.body
        first = body["cidrs"][0].rsplit(".", 2)[0]
        subnet: dict[str, Any] = {
            "cidr": f"{first}.{20 + number}.0/24",
            "az": rng.choice("ab"),
            "route_table": f"via{number}",
        }
        name = f"{self.vpc}-via{number}"
        forms: list[Any] = [{"ip_forward": True, "masquerade": False}] * 4 + [True] * 3
        member: dict[str, Any] = {
            "subnet": f"via{number}",
            "private_ip": f"{first}.{20 + number}.10",
            "security_groups": ["via"],
            "nat": rng.choice(forms if self.calm else [*forms, {"ip_forward": False, "masquerade": True}]),
        }
        if self.calm or not chance(rng, 0.06):
            member["source_dest_check"] = False
        six = next((cidr for cidr in body["cidrs"] if ":" in cidr), None)
        if six is not None and chance(rng, 0.8):
            prefix = six.removesuffix("::/56")
            subnet["ipv6_cidr"] = f"{prefix}:{20 + number:x}::/64"
            if chance(rng, 0.8):
                member["ipv6_address"] = f"{prefix}:{20 + number:x}::10"
        if "internet_gateway" in body and chance(rng, 0.4):
            member["public_ip"] = f"198.51.101.{10 + number}"
        body["subnets"][f"via{number}"] = subnet
        body["route_tables"][f"via{number}"] = {}
        body["instances"][name] = member
        self.names.append(name)

    def target(self) -> tuple[list[str], str, tuple[str, str] | None]:
        """Blocks to send to, the route of the last appliance, and the subnet of those that answer, if it is in a VPC."""
        rng, body = self.rng, self.body
        others = [name for name in body["subnets"] if name != self.near and not name.startswith("via")]
        pairs = [
            (peering, ends["accepter"] if ends["requester"] == self.vpc else ends["requester"])
            for peering, ends in self.design.get("peering_connections", {}).items()
            if self.vpc in ends.values()
        ]
        kind = rng.choice([*["local"] * 3 * bool(others), *["peer"] * 4 * bool(pairs), "out"])
        if kind == "local":
            subnet = rng.choice(others)
            return self.blocks(body["subnets"][subnet]), "", (self.vpc, subnet)
        if kind == "peer":
            peering, far = rng.choice(pairs)
            peer = self.design["vpcs"][far]
            subnet = rng.choice(list(peer["subnets"]))
            whole = chance(rng, 0.5)
            return (peer["cidrs"] if whole else self.blocks(peer["subnets"][subnet])), peering, (far, subnet)
        exits = [*body.get("nat_gateways", {}), *[body.get("internet_gateway", "")] * 3]
        return [ANYBODY, *["::/0"] * self.ipv6], rng.choice(exits), None

    def back(self, far: tuple[str, str]) -> None:
        """The way of the answers: through the same appliances, or some of them."""
        rng = self.rng
        vpc, subnet = far
        for to in self.blocks(self.body["subnets"][self.near]):
            if vpc != self.vpc:
                pair = {vpc, self.vpc}
                peering = next(n for n, ends in self.design["peering_connections"].items() if pair <= {*ends.values()})
                self.route(subnet, to, peering, vpc)
                for cidr in self.body["cidrs"]:
                    self.route(subnet, cidr, peering, vpc)
                continue
            some_of_them = [name for name in reversed(self.names) if not chance(rng, 0.15)]
            ways = [subnet, *(name.removeprefix(f"{self.vpc}-") for name in some_of_them)]
            for here, name in zip(ways, some_of_them, strict=False):
                self.route(here, to, name)

    @staticmethod
    def blocks(subnet: dict[str, Any]) -> list[str]:
        """The blocks of a subnet."""
        return [subnet[key] for key in ("cidr", "ipv6_cidr") if key in subnet]

    def routes(self, subnet: str, vpc: str = "") -> Routes:
        """The routes of a subnet, in a table of its own."""
        body = self.design["vpcs"][vpc or self.vpc]
        place = body["subnets"][subnet]
        table = f"of-{subnet}"
        if place.get("route_table") != table:
            body["route_tables"][table] = dict(body["route_tables"].get(place.get("route_table", "main"), {}))
            place["route_table"] = table
        found: Routes = body["route_tables"][table]
        return found

    def route(self, subnet: str, to: str, target: str, vpc: str = "") -> None:
        """One route, where AWS takes it (ROUTE-8)."""
        if not target:
            return
        body = self.design["vpcs"][vpc or self.vpc]
        if any(within(to, block) for block in body["cidrs"]):
            whole = {*body["cidrs"], *(each for place in body["subnets"].values() for each in self.blocks(place))}
            if to not in whole or not (target in body["instances"] or target in body.get("nat_gateways", {})):
                return
        if to == "::/0" and target in body.get("nat_gateways", {}):
            target = body.get("egress_only_internet_gateway", target)
        self.routes(subnet, vpc)[to] = target


def both_gateways(rng: random.Random, design: Design, vpc: str) -> None:
    """An internet gateway and an egress-only one in one VPC, and tables that lead to the one or the other."""
    body = design["vpcs"][vpc]
    if chance(rng, 0.85):
        body["internet_gateway"] = body.get("internet_gateway", "igw")
    body["egress_only_internet_gateway"] = body.get("egress_only_internet_gateway", "eigw")
    exits = [body[key] for key in ("internet_gateway", "egress_only_internet_gateway") if key in body]
    for table in body["route_tables"].values():
        if chance(rng, 0.85):
            table["::/0"] = rng.choice(exits)


def open_by_reference(rng: random.Random, design: Design, vpc: str, ipv6: bool) -> None:
    """Groups that open to groups and hardly to anybody else."""
    groups = design["vpcs"][vpc]["security_groups"]
    names = [*groups]
    for ends in design.get("peering_connections", {}).values():
        if vpc in ends.values() and "status" not in ends and not twins(design):
            far = ends["accepter"] if ends["requester"] == vpc else ends["requester"]
            names += [f"{far}.{name}" for name in design["vpcs"][far]["security_groups"]] * 2
    for name in some(rng, ["web", "db"], 2):
        rules = [{"allow": rng.choice(["all", "all", token(rng)]), "from": some(rng, names, 2)} for _ in range(2)]
        if chance(rng, 0.3):
            rules.append({"allow": "tcp/443", "from": ["0.0.0.0/0", "::/0"] if ipv6 else ANYBODY})
        groups[name] = {"ingress": rules} | ({"egress": groups[name]["egress"]} if "egress" in groups[name] else {})


def twins(design: Design) -> bool:
    """Whether two VPCs have the same addresses."""
    blocks = [vpc["cidrs"][0] for vpc in design["vpcs"].values()]
    return len(set(blocks)) < len(blocks)


def ephemeral_acl(rng: random.Random, body: dict[str, Any], ipv6: bool) -> None:
    """An ACL that passes a part of the ephemeral ports, before devices that translate above all."""
    lines = [f"{protocol}/{rng.choice(CUTS)}" for protocol in ("tcp", "udp")]
    if chance(rng, 0.3):
        lines[0] = "tcp/" + rng.choice(["0-65535", "443", "1-32768"])
    rules: list[tuple[str, str, str]] = [("allow", line, ANYBODY) for line in lines if not chance(rng, 0.1)]
    if ipv6:
        rules += [("allow", line, "::/0") for line in lines]
    hole = rng.choice(["1024", "5000-5010", "65535", "2000-2000"])
    rules.insert(0, ("deny", f"tcp/{hole}", rng.choice([ANYBODY, "8.8.8.0/24"])))
    rules = rules[rng.choice([0, 1, 1]) :]
    rules += [("allow", "icmp", ANYBODY)] * chance(rng, 0.7)
    inner = rng.choice([None, None, body["cidrs"][0], rng.choice(list(body["subnets"].values()))["cidr"]])
    if inner is not None:
        rules.insert(0, ("allow", "all", inner))
    side, other = rng.choice([("ingress", "egress"), ("ingress", "egress"), ("egress", "ingress")])
    words = {"ingress": "from", "egress": "to"}
    whole = [{"rule": 100, "allow": "all", words[other]: ANYBODY}]
    if ipv6:
        whole.append({"rule": 101, "allow": "all", words[other]: "::/0"})
    numbered = [{"rule": 10 * n, verb: traffic, words[side]: peer} for n, (verb, traffic, peer) in enumerate(rules, 1)]
    body["network_acls"]["ephemeral"] = {side: numbered, other: whole}
    devices = [*body.get("nat_gateways", {}).values(), *(i for i in body["instances"].values() if "nat" in i)]
    outer = [each["subnet"] for each in devices] * 3 + list(body["subnets"])
    for subnet in some(rng, outer, 2):
        body["subnets"][subnet]["network_acl"] = "ephemeral"


def half_default_acl(rng: random.Random, body: dict[str, Any], ipv6: bool) -> None:
    """The default ACL with one direction edited; the other one stays as AWS made it (NACL-3, NACL-4)."""
    side, word = rng.choice([("ingress", "from"), ("egress", "to")])
    rules: list[dict[str, Any]] = [
        {
            "rule": 50,
            rng.choice(["allow", "deny"]): token(rng),
            word: rng.choice([ANYBODY, body["cidrs"][0], "8.8.8.0/24"]),
        },
        {"rule": 90, "allow": rng.choice(["all", "all", "tcp"]), word: ANYBODY},
    ]
    if ipv6 and chance(rng, 0.5):
        rules.append({"rule": 91, "allow": "all", word: "::/0"})
    body["network_acls"]["default"] = {side: rules}
    for subnet in some(rng, list(body["subnets"]), 2):
        body["subnets"][subnet].pop("network_acl", None)


def along_a_route(rng: random.Random, design: Design) -> tuple[str, str] | None:
    """Somebody in a subnet, and somebody or something where a route of that subnet leads through a device."""
    hops = []
    for vpc, body in design["vpcs"].items():
        devices = {*body["instances"], *body.get("nat_gateways", {}), *design.get("peering_connections", {})}
        for subnet, place in body["subnets"].items():
            table = body["route_tables"].get(place.get("route_table", "main"), {})
            for to, target in table.get("routes", table).items():
                if isinstance(target, str) and target in devices and "/" in to:
                    hops += [(vpc, subnet, to)] * (4 if "-via" in target else 1)
    if not hops:
        return None
    vpc, subnet, to = rng.choice(hops)
    here = [f"{vpc}.{name}" for name, body in design["vpcs"][vpc]["instances"].items() if body.get("subnet") == subnet]
    there = [
        f"{owner}.{name}"
        for owner, body in design["vpcs"].items()
        for name, member in body["instances"].items()
        if owner == vpc or any(within(to, cidr) or within(cidr, to) for cidr in body["cidrs"])
        if any(key in member and within(member[key], to) for key in ("private_ip", "ipv6_address"))
    ]
    if to in ("0.0.0.0/0", "128.0.0.0/1"):
        there = [*design["internet"]["hosts"], "203.0.113.9"]
        there = [name for name in there if ":" not in design["internet"]["hosts"].get(name, {"ip": ""})["ip"]]
    elif to == "::/0":
        there = ["2001:4860:4860::8888"]
    elif not there:
        there = [host(to, min(9, 0 if to.endswith(("/32", "/128")) else 9))]
    if not here or not there:
        return None
    pair = rng.choice(here), rng.choice(there)
    return pair if pair[0] != pair[1] else None
