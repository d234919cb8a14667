"""Layers for `tests.oracle.components`, continued: kinds and keys that few designs have."""

from __future__ import annotations

import random
from typing import Any

from tests.oracle.blocks import host
from tests.oracle.luck import chance, some

Design = dict[str, Any]


def fleets(rng: random.Random, design: Design) -> None:
    """Interfaces and instances that are alike, in one subnet or in several."""
    for name, vpc in design["vpcs"].items():
        for section in ("interfaces", "instances"):
            if chance(rng, 0.5):
                subnets = some(rng, [each for each, body in vpc["subnets"].items() if roomy(body)], 2)
                if not subnets:
                    continue
                body: dict[str, Any] = {"subnets": subnets, "security_groups": some(rng, ["web", "db"], 1)}
                if chance(rng, 0.6):
                    body["count"] = rng.randint(1, 3)
                vpc.setdefault(section, {})[f"{name}-fleet-{section}"] = body


def roomy(subnet: dict[str, Any]) -> bool:
    """Has a subnet room for a few more?"""
    return int(subnet["cidr"].rpartition("/")[2]) <= 24


def shared_groups(rng: random.Random, design: Design) -> None:
    """A group that is associated with another VPC, where hosts have it (SG-17)."""
    vpcs = list(design["vpcs"])
    if len(vpcs) < 2:
        return
    owner, other = rng.sample(vpcs, 2)
    group = design["vpcs"][owner]["security_groups"][name := rng.choice(["web", "db"])]
    group["associated_vpcs"] = [other]
    for body in design["vpcs"][other]["instances"].values():
        if "security_groups" in body and chance(rng, 0.5):
            body["security_groups"] = [f"{owner}.{name}"]


def places(rng: random.Random, design: Design) -> None:
    """Regions and accounts: of all VPCs, or one that is elsewhere."""
    design["region"] = "eu-west-1"
    for body in design["vpcs"].values():
        if chance(rng, 0.4):
            body["account"] = rng.choice(["111111111111", "222222222222"])


def prefix_lists(rng: random.Random, design: Design) -> None:
    """Prefix lists in long form."""
    for name, body in list(design["prefix_lists"].items()):
        if isinstance(body, list) and chance(rng, 0.6):
            design["prefix_lists"][name] = {"entries": list(body), "max_entries": len(body) + 5}


def public_access(rng: random.Random, design: Design) -> None:
    """Block Public Access of the account, with exclusions of VPCs and subnets."""
    vpc = rng.choice(list(design["vpcs"]))
    place = rng.choice([vpc, *(f"{vpc}.{each}" for each in design["vpcs"][vpc]["subnets"])])
    kind = rng.choice(["allow-bidirectional", "allow-egress"])
    design["block_public_access"] = {"mode": "bidirectional", "exclusions": {place: kind}}


def propagation(rng: random.Random, design: Design) -> None:
    """Gateways that say themselves into which tables they propagate."""
    for vpc in design["vpcs"].values():
        able = [name for name, body in vpc["route_tables"].items() if not isinstance(body.get("gateway"), str)]
        for gateway in (vpc.get("vpn_gateways") or {}).values():
            gateway["propagate_to"] = some(rng, able, 2)


def peered_transit(rng: random.Random, design: Design) -> None:
    """A second transit gateway, peered with the first, to which a VPC moves (TGW-6)."""
    gateways = design.get("transit_gateways") or {}
    if len(gateways) != 1:
        return
    ((name, first),) = gateways.items()
    able = [each for each, body in first["attachments"].items() if body.get("vpc")]
    if len(able) < 2:
        return
    moved = rng.choice(able)
    body = first["attachments"].pop(moved)
    cidrs = [each for each in design["vpcs"][body["vpc"]]["cidrs"] if ":" not in each]
    first["attachments"]["far"] = {"peer": "tgw2.near"}
    tables = first.get("route_tables")
    if tables is None:
        rest = list(first["attachments"])
        tables = first["route_tables"] = {"all": {"associations": rest, "propagations": rest[:-1]}}
    for table in tables.values():
        for key in ("associations", "propagations"):
            table[key] = [each for each in table.get(key) or [] if each != moved]
        table["routes"] = {to: "far" if at == moved else at for to, at in (table.get("routes") or {}).items()}
        if chance(rng, 0.8):
            table["routes"] |= dict.fromkeys(cidrs, "far")
    if not any("far" in table["associations"] for table in tables.values()) and chance(rng, 0.9):
        rng.choice(list(tables.values()))["associations"].append("far")
    others = [each["vpc"] for each in first["attachments"].values() if each.get("vpc")]
    there = [cidr for vpc in others for cidr in design["vpcs"][vpc]["cidrs"] if ":" not in cidr]
    routes = dict.fromkeys(there, "near") if chance(rng, 0.85) else {}
    both = {"associations": [moved, "near"], "propagations": [moved], "routes": routes}
    gateways["tgw2"] = {"attachments": {moved: body, "near": {"peer": f"{name}.far"}}, "route_tables": {"all": both}}
    for table in design["vpcs"][body["vpc"]]["route_tables"].values():
        written = table["routes"] if isinstance(table.get("routes"), dict) else table
        for to, target in written.items():
            if target == name:
                written[to] = "tgw2"


def inspection(rng: random.Random, design: Design) -> None:
    """A Gateway Load Balancer in one VPC, whose appliances inspect what leaves subnets of another (EP-11, LB-9)."""
    provider, consumer = rng.choice(list(design["vpcs"])), rng.choice(list(design["vpcs"]))
    there, here = design["vpcs"][provider], design["vpcs"][consumer]
    hosts = [name for name, body in there["instances"].items() if "subnet" in body and "nat" not in body]
    able = [each for each, body in there["subnets"].items() if roomy(body)]
    if not hosts or not able:
        return
    there.setdefault("load_balancers", {})["gwlb"] = {
        "type": "gateway", "subnets": some(rng, able, 2), "listeners": {"all": "look"}, "cross_zone": chance(rng, 0.7),
        "target_groups": {"look": {"targets": some(rng, hosts, 2)}},
    }  # fmt: skip
    design.setdefault("endpoint_services", {})["look"] = {"load_balancer": f"{provider}.gwlb"}
    home = rng.choice([each for each, body in here["subnets"].items() if roomy(body)] or list(here["subnets"]))
    here.setdefault("vpc_endpoints", {})["gwe"] = {
        "type": "gateway_load_balancer",
        "service": "look",
        "subnets": [home],
    }
    for name, body in here["subnets"].items():
        table = here["route_tables"].get(body.get("route_table", "main"), {})
        routes = table["routes"] if isinstance(table.get("routes"), dict) else table
        if name != home and chance(rng, 0.6) and not isinstance(table.get("gateway"), str) and "propagate" not in table:
            routes["0.0.0.0/0"] = "gwe"


def balancing(rng: random.Random, design: Design) -> None:
    """Target groups by address, with zones of their own, and health checks of their own."""
    for name, vpc in design["vpcs"].items():
        for body in (vpc.get("load_balancers") or {}).values():
            if body["type"] != "gateway":
                for group in body["target_groups"].values():
                    if body["type"] != "classic" and chance(rng, 0.4):
                        group["cross_zone"] = True if body["type"] == "application" else chance(rng, 0.6)
                    if body["type"] != "classic" and chance(rng, 0.3):
                        group["targets"] = [vpc["instances"][each].get("private_ip", each) for each in group["targets"]]
                    if chance(rng, 0.3):
                        group["health_check"] = "tcp/8081"
            if body["type"] in ("network", "application") and chance(rng, 0.3):
                body["public_dns_name"] = f"lb.{name}.example"


def regional(rng: random.Random, design: Design) -> None:
    """Regional NAT gateways in manual mode, or with a table of their own (NATGW-18)."""
    for vpc in design["vpcs"].values():
        for gateway in (vpc.get("nat_gateways") or {}).values():
            if gateway.get("availability") != "regional":
                continue
            public = gateway.get("public_ip")
            if isinstance(public, str) and chance(rng, 0.5):
                zones = sorted({body["az"] for body in vpc["subnets"].values() if "az" in body})
                del gateway["public_ip"]
                spare = [public, host("198.18.50.0/24", rng.randint(1, 250))]
                gateway["public_ips"] = dict(zip(some(rng, zones or ["a"], 2), spare, strict=False))


LAYERS = (
    fleets, shared_groups, places, prefix_lists, public_access, propagation, peered_transit, inspection, balancing,
    regional,
)  # fmt: skip


def further(rng: random.Random, design: Design, most: int = 3) -> None:
    """Some of these layers, on a design that has the others."""
    for layer in rng.sample(LAYERS, rng.randint(0, most)):
        layer(rng, design)
