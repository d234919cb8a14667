"""Designs that tell less than is so: this and that in them is `unknown`, or is not modelled.

Each way to hide changes the design that is asked (`given`); what it hides stays in the design as it is (`told`), which
is one of those that `given` may mean. So whatever is said for certain of `given` must be so of `told`.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.oracle.blocks import within
from tests.oracle.luck import chance
from tests.oracle.naive.packets import listed
from tests.oracle.naive.world import World

Design = dict[str, Any]
Hide = Callable[[random.Random, Design], None]
Body = dict[str, Any]

UNKNOWN = "unknown"
HOSTS = ("instances", "interfaces")
IN_SUBNETS = (*HOSTS, "nat_gateways", "load_balancers", "vpc_endpoints")


def hidden(rng: random.Random, told: Design, most: int = 3) -> Design:
    """The design with one thing or more of it hidden."""
    given = copy.deepcopy(told)
    for hide in (rng.choice(WAYS) for _ in range(rng.randint(1, most))):
        hide(rng, given)
    return given


def pinned(design: Design) -> Design:
    """The design with the private addresses of its hosts written, so that they stay when others are hidden."""
    out = copy.deepcopy(design)
    for interface in World(design).interfaces:
        body = out["vpcs"][interface.vpc]
        if interface.kind in ("endpoint", "inspection", "load_balancer"):
            section = "load_balancers" if interface.kind == "load_balancer" else "vpc_endpoints"
            addresses = body[section][interface.host].setdefault("private_ips", {})
            addresses.setdefault(interface.subnet, str(interface.ipv4[0]))
        elif interface.kind in ("instance", "interface", "nat_gateway") and not interface.body.get("subnets"):
            host = body[f"{interface.kind}s"][interface.host]
            part = host["network_interfaces"][interface.interface] if interface.interface else host
            if interface.subnet and interface.ipv4:
                part.setdefault("private_ip", str(interface.ipv4[0]))
    return out


def widened(rng: random.Random, design: Design) -> Design:
    """The design with more to hide: a wildcard among the records of a zone, a second connection between two VPCs, a
    block of IPAM's private scope."""
    out = copy.deepcopy(design)
    for zone in (out.get("private_hosted_zones") or {}).values():
        if chance(rng, 0.7):
            (record,) = rng.sample(list(zone["records"].values()), 1)
            one = rng.choice(list(out["vpcs"][rng.choice(zone["vpcs"])]["instances"].values()))
            zone["records"]["*"] = one.get("private_ip", record)
            if chance(rng, 0.6):
                zone["records"].pop("db", None)
    if len(out["vpcs"]) > 1 and chance(rng, 0.5):
        ends = rng.sample(list(out["vpcs"]), 2)
        places = {vpc: rng.choice(list(out["vpcs"][vpc]["subnets"])) for vpc in ends}
        attachments = {vpc: {"vpc": vpc, "subnets": [place]} for vpc, place in places.items()}
        out.setdefault("transit_gateways", {})["also"] = {"attachments": attachments}
        for vpc, far in (ends, ends[::-1]):
            there = [out["vpcs"][far]["cidrs"][0], rng.choice(list(out["vpcs"][far]["subnets"].values())).get("cidr")]
            own = out["vpcs"][vpc]["cidrs"]
            for routes in table_routes(out["vpcs"][vpc]):
                to = rng.choice(there)
                if to and chance(rng, 0.6) and not any(within(to, cidr) or within(cidr, to) for cidr in own):
                    routes[to] = "also"
    for body in out["vpcs"].values():
        blocks = [cidr for cidr in body["cidrs"] if ":" in cidr]
        if blocks and chance(rng, 0.3):
            body["private_ipv6"] = [rng.choice(blocks)]
    return out


# --- where something is ---------------------------------------------------------------------------


def sections(design: Design, *names: str) -> Iterator[tuple[Body, str, Body]]:
    """The section of a VPC, the name and the body of everything in these sections."""
    for vpc in design["vpcs"].values():
        for section in names:
            for name, body in (vpc.get(section) or {}).items():
                if isinstance(body, dict):
                    yield vpc[section], name, body


def rule_lists(design: Design) -> list[tuple[Body, str]]:
    """Each direction of a group or an ACL that is written: its owner, and the key."""
    return [
        (body, direction)
        for _, _, body in sections(design, "security_groups", "network_acls")
        for direction in ("ingress", "egress")
        if isinstance(body.get(direction), list)
    ]


def rules(design: Design) -> list[tuple[Body, str]]:
    """All rules, each with the key of its peer."""
    return [
        (rule, "from" if direction == "ingress" else "to")
        for owner, direction in rule_lists(design)
        for rule in owner[direction]
    ]


def routes(design: Design) -> list[Body]:
    """The routes of all tables of subnets and gateways."""
    return [
        body["routes"] if isinstance(body.get("routes"), dict) else body
        for _, _, body in sections(design, "route_tables")
        if "propagate" not in body or isinstance(body.get("routes"), dict)
    ]


def table_routes(vpc: Body) -> list[Body]:
    """The routes of the tables of a VPC's subnets."""
    bodies = [body for body in (vpc.get("route_tables") or {}).values() if not isinstance(body.get("gateway"), str)]
    return [body["routes"] for body in bodies if isinstance(body.get("routes"), dict)] + [
        body for body in bodies if "routes" not in body and "propagate" not in body
    ]


def with_groups(design: Design) -> list[Body]:
    """Everything that has security groups."""
    hosts = [body for _, _, body in sections(design, *HOSTS, "vpc_endpoints", "load_balancers")]
    parts = [part for body in hosts for part in (body.get("network_interfaces") or {}).values()]
    return [body for body in (*hosts, *parts) if "security_groups" in body]


def places_of(body: Body) -> list[str]:
    """The subnets that something is in."""
    parts = [body, *(body.get("network_interfaces") or {}).values()]
    return list(
        dict.fromkeys(each for part in parts for key in ("subnet", "subnets") for each in listed(part.get(key)))
    )


# --- rules, groups and tables ---------------------------------------------------------------------


def peers(rng: random.Random, given: Design) -> None:
    """Whom a rule is about, or whom else."""
    able = rules(given)
    if able:
        rule, key = rng.choice(able)
        several = listed(rule[key])
        rule[key] = UNKNOWN if "rule" in rule or chance(rng, 0.6) else [*several[: len(several) // 2], UNKNOWN]


def traffic(rng: random.Random, given: Design) -> None:
    """What traffic a rule is about."""
    able = rules(given)
    if able:
        rule, _ = rng.choice(able)
        rule["deny" if "deny" in rule else "allow"] = UNKNOWN


def all_rules(rng: random.Random, given: Design) -> None:
    """All rules of one direction of a group or an ACL."""
    able = rule_lists(given)
    if able:
        owner, direction = rng.choice(able)
        owner[direction] = UNKNOWN


def perhaps(rng: random.Random, given: Design) -> None:
    """Whether a rule is there: one that is, or one that is not."""
    able = [(owner, direction) for owner, direction in rule_lists(given) if owner[direction]]
    if not able:
        return
    owner, direction = rng.choice(able)
    rule = rng.choice(owner[direction])
    if chance(rng, 0.5):
        rule["perhaps"] = True
        return
    more = {**rng.choice([rule for rule, key in rules(given) if key == ("from" if direction == "ingress" else "to")])}
    if ("rule" in more) != ("rule" in rule) or not isinstance(owner[direction], list):
        return
    if "rule" in more:
        taken = {each["rule"] for each in owner[direction]}
        more["rule"] = next(each for each in rng.sample(range(1, 32000), 200) if each not in taken)
    elif any(
        "." not in str(each) and ":" not in str(each) for each in listed(more["from" if "from" in more else "to"])
    ):
        return  # a group or a list of another VPC
    owner[direction].append({**more, "perhaps": True})


def groups(rng: random.Random, given: Design) -> None:
    """The security groups of an interface."""
    able = with_groups(given)
    if able:
        rng.choice(able)["security_groups"] = UNKNOWN


def subnet_tables(rng: random.Random, given: Design) -> None:
    """The route table or the ACL of a subnet. The local routes are certain (docs/format.md), so a table with a route
    inside the VPC stays."""
    vpc = rng.choice(list(given["vpcs"].values()))
    subnet = rng.choice(list(vpc["subnets"].values()))
    table = (vpc.get("route_tables") or {}).get(subnet.get("route_table", "main")) or {}
    written = table["routes"] if isinstance(table.get("routes"), dict) else table
    inside = [to for to in written if "/" in to and any(within(to, cidr) for cidr in vpc["cidrs"])]
    subnet["network_acl" if inside else rng.choice(["route_table", "network_acl"])] = UNKNOWN


def route_targets(rng: random.Random, given: Design) -> None:
    """Where a route leads."""
    able = [table for table in routes(given) if table]
    if able:
        table = rng.choice(able)
        table[rng.choice(list(table))] = UNKNOWN


def route_destinations(rng: random.Random, given: Design) -> None:
    """What a route is for, of which there is one or not."""
    table = rng.choice([*routes(given), {}])
    own = [cidr for vpc in given["vpcs"].values() for cidr in vpc["cidrs"]]
    able = [
        to for to in table if "/" in to and not any(within(to, cidr) or within(cidr, to) for cidr in own if to != cidr)
    ]
    able = [to for to in able if to not in own and table[to] != "local"]
    if able:
        to = rng.choice(able)
        target = table[to]
        if chance(rng, 0.7):
            del table[to]
        table[UNKNOWN] = target


# --- interfaces and components --------------------------------------------------------------------


def interfaces(rng: random.Random, given: Design) -> None:
    """Which interfaces are in a subnet, some of them left out."""
    vpc = rng.choice(list(given["vpcs"].values()))
    name, subnet = rng.choice(list(vpc["subnets"].items()))
    subnet["interfaces"] = UNKNOWN
    for section in HOSTS:
        for host, body in list((vpc.get(section) or {}).items()):
            if set(places_of(body)) == {name} and chance(rng, 0.5):
                del vpc[section][host]


def components(rng: random.Random, given: Design) -> None:
    """What something in a VPC is, and mostly where it may have addresses."""
    vpc = rng.choice(list(given["vpcs"].values()))
    able = [
        (section, name)
        for section in IN_SUBNETS
        for name, body in (vpc.get(section) or {}).items()
        if body.get("type") != "gateway" or section != "vpc_endpoints"  # whose routes are not written
    ]
    if not able:
        return
    section, name = rng.choice(able)
    body = vpc[section].pop(name)
    where = places_of(body)
    vpc.setdefault("unknown_components", {})[name] = {"subnets": where} if where and chance(rng, 0.7) else {}


def hosts(rng: random.Random, given: Design) -> None:
    """In which of some subnets a host is, and mostly not what its groups are."""
    able = [
        (vpc, section, name, body)
        for vpc in given["vpcs"].values()
        for section in HOSTS
        for name, body in (vpc.get(section) or {}).items()
        if isinstance(body.get("subnet"), str) and not set(body) & {"network_interfaces", "nat", "secondary_private_ips"}
        and body.get("source_dest_check", True)
    ]  # fmt: skip
    if not able:
        return
    vpc, section, name, body = rng.choice(able)
    subnets = [body["subnet"], *rng.sample(list(vpc["subnets"]), rng.randint(0, len(vpc["subnets"]) - 1))]
    groups = listed(body.get("security_groups")) or ["default"]
    told = {"subnets": list(dict.fromkeys(subnets)), "kind": "host", "security_groups": groups}
    if chance(rng, 0.3):
        told["security_groups"] = rng.choice([UNKNOWN, [*groups[:1], UNKNOWN]])
    if "ipv6_address" not in body and chance(rng, 0.8):
        told["ipv6"] = False
    gives = vpc["subnets"][body["subnet"]].get("map_public_ip_on_launch")
    if not body.get("public_ip", gives) and chance(rng, 0.5):
        told["public"] = False
    del vpc[section][name]
    vpc.setdefault("unknown_components", {})[name] = told


def gateways(rng: random.Random, given: Design) -> None:
    """What a gateway of a VPC is."""
    able = [
        (vpc, key)
        for vpc in given["vpcs"].values()
        for key in ("egress_only_internet_gateway", "vpn_gateways")
        if vpc.get(key)
    ]
    if able:
        vpc, key = rng.choice(able)
        body = vpc.pop(key)
        names = [body] if isinstance(body, str) else list(body)
        vpc.setdefault("unknown_components", {}).update({name: {"subnets": []} for name in names})


def gateway_endpoints(rng: random.Random, given: Design) -> None:
    """That what leads to a service, with the client's address, is its gateway endpoint: of its routes the targets are told,
    and where there is a list, the destinations (EP-1)."""
    able = [
        (vpc, name)
        for vpc in given["vpcs"].values()
        for name, body in (vpc.get("vpc_endpoints") or {}).items()
        if body.get("type") == "gateway"
    ]
    if able:
        vpc, name = rng.choice(able)
        body = vpc["vpc_endpoints"].pop(name)
        listed_there = body["service"] in (given.get("prefix_lists") or {})
        for table in listed(body.get("route_tables")):
            written = vpc["route_tables"][table]
            routes = written["routes"] if isinstance(written.get("routes"), dict) else written
            routes[body["service"] if listed_there else UNKNOWN] = name
        vpc.setdefault("unknown_components", {})[name] = {}


def firewalls(rng: random.Random, given: Design) -> None:
    """What inspects, which passes everything on in truth."""
    able = [
        (vpc, name)
        for vpc in given["vpcs"].values()
        for name, body in (vpc.get("vpc_endpoints") or {}).items()
        if body.get("type") == "gateway_load_balancer"
    ]
    if able:
        vpc, name = rng.choice(able)
        where = vpc["vpc_endpoints"].pop(name)["subnets"]
        vpc.setdefault("network_firewalls", {})[name] = {"subnets": where} if chance(rng, 0.7) else {}


def public_addresses(rng: random.Random, given: Design) -> None:
    """Whether a host has a public address, or which one something has."""
    hosts = [body for _, _, body in sections(given, *HOSTS) if "network_interfaces" not in body]
    with_one = [
        body for _, _, body in sections(given, *HOSTS, "nat_gateways") if isinstance(body.get("public_ip"), str)
    ]
    if with_one and chance(rng, 0.5):
        rng.choice(with_one)["public_ip"] = "existing"
    elif hosts:
        rng.choice(hosts)["public_ip"] = UNKNOWN


def functions(rng: random.Random, given: Design) -> None:
    """On what a function runs, or what an alias leads to."""
    bodies = list((given.get("lambda_functions") or {}).values())
    if not bodies:
        return
    body = rng.choice(bodies)
    if body.get("aliases") and chance(rng, 0.6):
        body["aliases"][rng.choice(list(body["aliases"]))] = UNKNOWN
    elif (body.get("latest") or {}).get("vpc"):
        latest = body["latest"]
        vpc = given["vpcs"][latest["vpc"]]
        vpc.setdefault("capacity_providers", {})["cp"] = {
            "subnets": latest["subnets"],
            "security_groups": latest["security_groups"],
        }
        body["latest"] = {"capacity_provider": f"{latest['vpc']}.cp"}


# --- between VPCs and outside ---------------------------------------------------------------------


def attachments(rng: random.Random, given: Design) -> None:
    """Whether an internet gateway is attached."""
    able = [vpc for vpc in given["vpcs"].values() if "internet_gateway" in vpc]
    if able:
        rng.choice(able)["gateway_attachment"] = UNKNOWN


def connections(rng: random.Random, given: Design) -> None:
    """What a peering or a transit gateway joins, or whether a connection is up."""
    able = [(key, name) for key in ("peering_connections", "transit_gateways") for name in given.get(key) or {}]
    lines = [("vpn_connections", name) for name in given.get("vpn_connections") or {}]
    if not able + lines:
        return
    key, name = rng.choice([*able, *lines, *lines])
    if key == "vpn_connections":
        given[key][name]["state"] = UNKNOWN
        return
    body = given[key].pop(name)
    ends = [body[end] for end in ("requester", "accepter")] if key == "peering_connections" else []
    known = rng.sample(ends, rng.randint(0, len(ends)))
    given.setdefault("unknown_connections", {})[name] = {"vpcs": known}


def associated(gateway: Body, name: str) -> bool:
    """Has an attachment a route table?"""
    return any(name in listed(body.get("associations")) for body in (gateway.get("route_tables") or {}).values())


def transit_gateways(rng: random.Random, given: Design) -> None:
    """What a transit gateway does: it has policy tables, or an attachment that is not modelled."""
    able = list((given.get("transit_gateways") or {}).values())
    if not able:
        return
    gateway = rng.choice(able)
    if chance(rng, 0.5):
        gateway["policy_tables"] = {"p": {}}
        return
    gateway["attachments"]["sdwan"] = {"connect": UNKNOWN}
    for table in (gateway.get("route_tables") or {}).values():
        for key in ("associations", "propagations"):
            if chance(rng, 0.5) and (key == "propagations" or not associated(gateway, "sdwan")):
                table[key] = [*listed(table.get(key)), "sdwan"]


def switches(rng: random.Random, given: Design) -> None:
    """What Block Public Access stops."""
    owner = rng.choice([given, *given["vpcs"].values()])
    body = owner.get("block_public_access")
    if not isinstance(body, dict) or chance(rng, 0.4):
        owner["block_public_access"] = UNKNOWN
    elif body.get("exclusions") and chance(rng, 0.6):
        body["exclusions"][rng.choice(list(body["exclusions"]))] = UNKNOWN
    else:
        body["mode"] = UNKNOWN


def scopes(rng: random.Random, given: Design) -> None:
    """Which IPv6 blocks of a VPC are of IPAM's private scope."""
    able = [vpc for vpc in given["vpcs"].values() if any(":" in cidr for cidr in vpc["cidrs"])]
    if able:
        rng.choice(able)["private_ipv6"] = UNKNOWN


def zones(rng: random.Random, given: Design) -> None:
    """What a private hosted zone says, and to whom."""
    bodies = list((given.get("private_hosted_zones") or {}).values())
    if not bodies:
        return
    body = rng.choice(bodies)
    match rng.choice(["value", "record", "one of them", "one of them", "vpcs"]):
        case "value":
            name = rng.choice(list(body["records"]))
            body["records"][name] = rng.choice([UNKNOWN, [*listed(body["records"][name]), UNKNOWN]])
        case "record":
            body["records"] = {UNKNOWN: UNKNOWN}
        case "one of them":
            body["records"].pop(rng.choice(list(body["records"])))
            body["records"][UNKNOWN] = UNKNOWN
        case "vpcs":
            body["vpcs"] = [*body["vpcs"][1:], UNKNOWN]


WAYS: tuple[Hide, ...] = (
    peers, traffic, all_rules, perhaps, groups, subnet_tables, route_targets, route_destinations, interfaces, interfaces,
    components, components, components, hosts, hosts, gateways, gateway_endpoints, firewalls, public_addresses, functions,
    attachments, connections, connections, transit_gateways, switches, scopes, zones,
)  # fmt: skip
