"""Random small designs of load balancers of both families and of PrivateLink, and packets that are aimed at them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.oracle.naive.parts import Design
from tests.oracle.naive.world import World

Probe = tuple[str, str, str]
NUMBERS = {"c": 0, "p": 1}
SUBNETS = ("s0", "s1", "s2")
ALL4, ALL6 = "0.0.0.0/0", "::/0"


class Links:
    """A consumer VPC `c` and a provider VPC `p`, which has a load balancer; their IPv4 blocks are the same in every other
    design."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.block = {"c": 0, "p": rng.choice([0, 1])}
        self.dual = self.chance(0.6)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def ipv4(self, vpc: str, subnet: str, host: int) -> str:
        return f"10.{self.block[vpc]}.{subnet[1]}.{host}"

    def ipv6(self, vpc: str, subnet: str, host: str) -> str:
        return f"2001:db8:{NUMBERS[vpc]}:{subnet[1]}::{host}"

    def peer(self) -> str:
        """Somebody whom a rule names."""
        rng, vpc, subnet = self.rng, self.rng.choice("cp"), self.rng.choice(SUBNETS)
        host = rng.choice([10, 11, 50, 99])
        return rng.choice([ALL4, ALL6, f"{self.ipv4(vpc, subnet, 0)}/24", self.ipv6(vpc, subnet, "/64"),
                           f"{self.ipv4(vpc, subnet, host)}/32", rng.choice(["open", "some", "few"])])  # fmt: skip

    def acl(self) -> Any:
        """A network ACL that denies little."""
        found: dict[str, Any] = {}
        for direction, word in (("ingress", "from"), ("egress", "to")):
            rules: list[dict[str, Any]] = []
            for number in range(self.rng.randint(1, 2) if self.chance(0.2) else 0):
                peer = ALL4
                while not peer[0].isdigit():
                    peer = self.peer()
                traffic = self.rng.choice(["tcp/443", "tcp/8443", "tcp/1024-65535", "udp/53", "all"])
                rules.append({"rule": 10 + number, "deny": traffic, word: peer})
            found[direction] = [
                *rules,
                {"rule": 100, "allow": "all", word: ALL4},
                {"rule": 101, "allow": "all", word: ALL6},
            ]
        return found

    def group(self) -> Any:
        """A security group with few rules."""
        traffic = ["tcp/443", "tcp/8443", "tcp", "udp/53", "all"]
        rules = [{"allow": self.rng.choice(traffic), "from": self.peer()} for _ in range(self.rng.randint(0, 3))]
        found: dict[str, Any] = {"ingress": rules}
        if self.chance(0.2):
            found["egress"] = [{"allow": "all", "to": self.peer()}] if self.chance(0.7) else []
        return found

    def groups(self) -> list[str]:
        return [self.rng.choice(["open"] * 6 + ["some", "few"])]

    def vpc(self, name: str) -> Any:
        """Three subnets in one or two zones, and four hosts with addresses of both families."""
        zones = (
            [None] * 3
            if self.chance(0.1)
            else [None if self.chance(0.03) else self.rng.choice("aaab") for _ in range(3)]
        )
        subnets: dict[str, Any] = {}
        for subnet, zone in zip(SUBNETS, zones, strict=True):
            subnets[subnet] = {
                "cidr": f"{self.ipv4(name, subnet, 0)}/24", "ipv6_cidr": self.ipv6(name, subnet, "/64"),
                "route_table": subnet, "network_acl": subnet,
            }  # fmt: skip
            subnets[subnet] |= {"az": zone} if zone else {}
        body: dict[str, Any] = {
            "cidrs": [f"10.{self.block[name]}.0.0/16", f"2001:db8:{NUMBERS[name]}::/56"],
            "subnets": subnets,
            "network_acls": {subnet: self.acl() for subnet in SUBNETS},
            "route_tables": {subnet: {} for subnet in SUBNETS},
            "security_groups": {
                "open": {"ingress": [{"allow": "all", "from": [ALL4, ALL6]}]},
                "some": self.group(),
                "few": self.group(),
            },
            "instances": {},
        }
        for number in range(4):
            subnet = self.rng.choice(SUBNETS)
            body["instances"][f"h{number}"] = {
                "subnet": subnet, "private_ip": self.ipv4(name, subnet, 10 + number),
                "ipv6_address": self.ipv6(name, subnet, str(10 + number)), "security_groups": self.groups(),
            }  # fmt: skip
        if self.chance(0.6):
            body["internet_gateway"] = "igw"
            for table in body["route_tables"].values():
                table |= {ALL4: "igw", ALL6: "igw"} if self.chance(0.6) else {}
        return body

    def target_group(self, provider: Any, port: str) -> dict[str, Any]:
        targets = [f"h{number}" for number in self.rng.sample(range(4), self.rng.randint(1, 2))]
        found: dict[str, Any] = {"targets": targets, "port": port}
        if self.chance(0.2):
            found["targets"] = [provider["instances"][each]["private_ip"] for each in targets]
        elif self.dual and self.chance(0.4):
            found["ip_address_type"] = "ipv6"
        if self.chance(0.5):
            found["preserve_client_ip"] = self.chance(0.6)
        if self.chance(0.3):
            found["cross_zone"] = self.chance(0.7)
        return found

    def balancer(self, provider: Any) -> dict[str, Any]:
        """A Network Load Balancer mostly, with addresses of one family or of both."""
        rng = self.rng
        kind = rng.choice(["network"] * 4 + ["application"])
        subnets = rng.sample(SUBNETS, rng.randint(1, 2))
        scheme = rng.choice(["internal", "internet-facing"]) if "internet_gateway" in provider else "internal"
        found: dict[str, Any] = {
            "type": kind, "scheme": scheme, "subnets": subnets, "listeners": {"tcp/443": "t"},
            "private_ips": {subnet: self.ipv4("p", subnet, 50) for subnet in subnets},
            "target_groups": {"t": self.target_group(provider, rng.choice(["tcp/8443", "tcp/443"]))},
        }  # fmt: skip
        if self.dual:
            found |= {"ip_address_type": "dualstack",
                      "ipv6_addresses": {subnet: self.ipv6("p", subnet, "50") for subnet in subnets}}  # fmt: skip
            if self.chance(0.2):
                found["ipv6_deny_all_igw_traffic"] = self.chance(0.5)
        if scheme == "internet-facing":
            found["public_ips"] = {subnet: f"198.51.100.1{subnet[1]}" for subnet in subnets}
        if kind != "network" or self.chance(0.6):
            found["security_groups"] = self.groups()
        if kind == "network" and self.chance(0.2):
            found["listeners"]["udp/53"] = "u"
            found["target_groups"]["u"] = self.target_group(provider, "udp/53")
        other = self.target_group(provider, "tcp/443")
        families = [group.get("ip_address_type") for group in (other, found["target_groups"]["t"])]
        if kind == "network" and families[0] != families[1]:
            found["listeners"]["tcp/443"] = ["t", "v"]
            found["target_groups"]["v"] = other
        if self.chance(0.4):
            found["cross_zone"] = self.chance(0.8)
        if self.chance(0.2):
            found["enforce_inbound_on_private_link"] = self.chance(0.3)
        return found

    def endpoint(self, home: str) -> dict[str, Any]:
        subnets = self.rng.sample(SUBNETS, self.rng.randint(1, 2))
        found: dict[str, Any] = {
            "type": "interface", "service": "mine", "subnets": subnets, "security_groups": self.groups(),
            "private_ips": {subnet: self.ipv4(home, subnet, 99) for subnet in subnets},
        }  # fmt: skip
        if self.dual and self.chance(0.7):
            found |= {"ip_address_type": "dualstack",
                      "ipv6_addresses": {subnet: self.ipv6(home, subnet, "99") for subnet in subnets}}  # fmt: skip
        return found

    def inspection(self, vpcs: dict[str, Any]) -> dict[str, Any]:
        """A Gateway Load Balancer of the provider's, and an endpoint of it in the consumer's routes; the service."""
        rng, consumer, provider = self.rng, vpcs["c"], vpcs["p"]
        subnets = rng.sample(SUBNETS, rng.randint(1, 2))
        group: dict[str, Any] = {"targets": [f"h{number}" for number in rng.sample(range(4), rng.randint(1, 2))]}
        provider["load_balancers"]["gw"] = {
            "type": "gateway", "subnets": subnets, "listeners": {"all": "t"}, "target_groups": {"t": group},
            "private_ips": {subnet: self.ipv4("p", subnet, 60) for subnet in subnets},
        }  # fmt: skip
        if self.chance(0.5):
            provider["load_balancers"]["gw"]["cross_zone"] = True
        home, *others = rng.sample(SUBNETS, 3)
        consumer.setdefault("vpc_endpoints", {})["gwe"] = {
            "type": "gateway_load_balancer", "service": "look", "subnets": [home],
            "private_ips": {home: self.ipv4("c", home, 98)},
        }  # fmt: skip
        for near, far in (others, reversed(others)):
            table = consumer["route_tables"][near]
            table |= {f"{self.ipv4('c', far, 0)}/24": "gwe"} if self.chance(0.8) else {}
            table |= {ALL4: "gwe"} if self.chance(0.8) else {}
        if "internet_gateway" in consumer:
            consumer["route_tables"][home] = {ALL4: "igw", ALL6: "igw"}
            for number, name in enumerate(consumer["instances"]):
                consumer["instances"][name]["public_ip"] = f"198.51.100.{100 + number}"
        return {"load_balancer": "p.gw"} | ({"accepted": ["p"]} if self.chance(0.1) else {})

    def design(self) -> Design:
        """The whole design."""
        vpcs = {name: self.vpc(name) for name in "cp"}
        balancer = vpcs["p"].setdefault("load_balancers", {})["lb"] = self.balancer(vpcs["p"])
        hosts = {"www": {"ip": "203.0.113.9"}, "six": {"ip": "2606:4700::1111"}}
        found: Design = {"version": 1, "vpcs": vpcs, "internet": {"hosts": hosts}}
        if balancer["type"] == "network":
            found["endpoint_services"] = {"mine": {"load_balancer": "p.lb"}}
            home = self.rng.choice("cccp")
            vpcs[home]["vpc_endpoints"] = {"mine": self.endpoint(home)}
            if self.chance(0.15):
                vpcs["c"]["region"], vpcs["p"]["region"] = "eu-west-1", "us-east-1"
        if self.chance(0.5):
            found.setdefault("endpoint_services", {})["look"] = self.inspection(vpcs)
        if self.block["p"] and self.chance(0.5):
            found["peering_connections"] = {"pcx": {"requester": "c", "accepter": "p"}}
            for near, far in (("c", "p"), ("p", "c")):
                for table in vpcs[near]["route_tables"].values():
                    table |= dict.fromkeys(vpcs[far]["cidrs"], "pcx") if self.chance(0.8) else {}
        return found


def random_probes(rng: random.Random, design: Design, count: int) -> Iterator[Probe]:
    """Packets to addresses of load balancers and endpoints, and past an inspection."""
    ends: list[tuple[str, str]] = []
    for each in World(design).interfaces:
        if each.kind in ("load_balancer", "endpoint"):
            ends += [(str(address), each.vpc) for address in each.addresses]
            ends += [(str(address), "") for address in (*each.publics, *each.ipv6) if address is not None]
    for _ in range(count):
        if "look" in design.get("endpoint_services", {}) and rng.random() < 0.5:
            one, other = rng.sample(range(4), 2)
            to = rng.choice(["www", design["vpcs"]["c"]["instances"][f"h{other}"]["private_ip"]])
            yield f"c.h{one}", to, rng.choice(["tcp/443", "udp/53"])
            continue
        to, near = rng.choice(ends)
        homes = [vpc for vpc in "cp" if vpc == near or "peering_connections" in design]
        source = f"{rng.choice(homes)}.h{rng.randint(0, 3)}" if near else "six" if ":" in to else "www"
        yield source, to, rng.choice(["tcp/443"] * 6 + ["udp/53", "tcp/8443"])
