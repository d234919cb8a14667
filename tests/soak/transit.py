"""Transit gateways and what ends at virtual private gateways, in working designs; and faults in them."""

from __future__ import annotations

import random

from tests.soak.fault import NOTHING_LOST, Design, Fault, Injector, Key, drop, maybe, pick, put

TGW: Key = ("transit_gateways", "tgw")
PRIVATE: Key = ("vpcs", "app", "route_tables", "private")
WORKER: Key = ("vpcs", "app", "security_groups", "worker")


# -- parts ------------------------------------------------------------------------------------------------------------


def tables(rng: random.Random) -> Design:
    """The tables of a gateway between `app` and `shared`: none of its own, one for both, one each, or static routes."""
    kind = rng.choice(["none", "one", "one", "each", "static"])
    if kind == "none":
        return {}
    if kind == "one":
        return {"route_tables": {"main": {"associations": ["app", "shared"], "propagations": ["app", "shared"]}}}
    if kind == "each":
        mine, theirs = {"propagations": ["shared"]}, {"propagations": ["app"]}
    else:
        mine, theirs = {"routes": {"10.2.0.0/16": "shared"}}, {"routes": {"10.0.0.0/16": "app"}}
    return {
        "route_tables": {"apps": {"associations": ["app"], **mine}, "cores": {"associations": ["shared"], **theirs}}
    }


def routes(table: Design) -> Design:
    """The routes of a table of a VPC, in its short or its long form."""
    found: Design = table.get("routes", table)
    return found


def with_branch(design: Design, promises: list[Design], rng: random.Random) -> None:
    """A branch office, by a VPN connection that ends at the transit gateway."""
    gateway = design.get("transit_gateways", {}).get("tgw")
    if gateway is None or not maybe(rng, 0.5):
        return
    gateway["attachments"]["branch"] = {"vpn": "branch-vpn"}
    for name, table in gateway.get("route_tables", {}).items():
        if name == "main":
            table["associations"].append("branch")
        if name != "cores":
            table.setdefault("propagations", []).append("branch")
    if "apps" in gateway.get("route_tables", {}):
        gateway["route_tables"]["branches"] = {"associations": ["branch"], "propagations": ["app"]}
    design["vpn_connections"] = {
        **design.get("vpn_connections", {}),
        "branch-vpn": {"gateway": "tgw", rng.choice(["bgp_routes", "static_routes"]): ["10.200.0.0/16"]},
    }
    _network(design, promises, "branch", "10.200.0.0/16", "branch-vpn", "10.200.1.9")
    routes(design["vpcs"]["app"]["route_tables"]["private"])["10.200.0.0/16"] = "tgw"


def with_direct_connect(design: Design, promises: list[Design], rng: random.Random) -> None:
    """A head office behind a Direct Connect gateway, its routes propagated."""
    app = design["vpcs"]["app"]
    app.setdefault("vpn_gateways", {"vgw": {}})
    table = app["route_tables"]["private"]
    if "propagate" not in table:
        app["route_tables"]["private"] = {"routes": table, "propagate": ["vgw"]}
    design["direct_connect_gateways"] = {
        "dx": {"gateways": ["app.vgw"], "prefixes": ["10.210.0.0/16"], "allowed_prefixes": ["10.0.0.0/16"]}
    }
    _network(design, promises, "hq", "10.210.0.0/16", "dx", "10.210.1.9")


def _network(design: Design, promises: list[Design], name: str, block: str, via: str, host: str) -> None:
    design.setdefault("networks", {})[name] = {"cidrs": [block], "via": [via], "hosts": {"desk": {"ip": host}}}
    design["vpcs"]["app"]["security_groups"]["worker"]["ingress"].append({"allow": "tcp/22", "from": block})
    promises += [
        {"from": "worker", "to": f"{name}.desk", "allow": "tcp/443"},
        {"from": f"{name}.desk", "to": "worker", "allow": "tcp/22"},
    ]


def with_far_gateway(design: Design, promises: list[Design], rng: random.Random) -> None:
    """Another Region behind a peering of transit gateways, which takes static routes on both sides (TGW-6)."""
    gateway = design.get("transit_gateways", {}).get("tgw")
    if gateway is None or "apps" not in gateway.get("route_tables", {}) or not maybe(rng, 0.6):
        return
    gateway["attachments"]["far"] = {"peer": "far-tgw.near"}
    apps = gateway["route_tables"]["apps"]
    apps.setdefault("routes", {})["10.3.0.0/16"] = "far"
    gateway["route_tables"]["peers"] = {"associations": ["far"], "propagations": ["app"]}
    design["transit_gateways"]["far-tgw"] = {
        "attachments": {"near": {"peer": "tgw.far"}, "far": {"vpc": "far", "subnets": ["far-a"]}},
        "route_tables": {
            "all": {"associations": ["near", "far"], "propagations": ["far"], "routes": {"10.0.0.0/16": "near"}}
        },
    }
    design["vpcs"]["far"] = {
        "cidrs": ["10.3.0.0/16"],
        "region": "us-east-1",
        "subnets": {"far-a": {"cidr": "10.3.1.0/24", "az": "a", "route_table": "far"}},
        "route_tables": {"far": {"10.0.0.0/16": "far-tgw"}},
        "security_groups": {"log": {"ingress": [{"allow": "tcp/514", "from": "10.0.0.0/16"}]}},
        "instances": {"log": {"subnet": "far-a", "private_ip": "10.3.1.40", "security_groups": ["log"]}},
    }
    routes(design["vpcs"]["app"]["route_tables"]["private"])["10.3.0.0/16"] = "tgw"
    promises.append({"from": "worker", "to": "far.log", "allow": "tcp/514"})


def with_groups_named_across(design: Design, promises: list[Design], rng: random.Random) -> None:
    """A rule of the far VPC that names the group of the callers, over the gateway (TGW-14)."""
    gateway = design.get("transit_gateways", {}).get("tgw")
    if gateway is None or not maybe(rng, 0.4):
        return
    gateway["security_group_referencing"] = True
    design["vpcs"]["shared"]["security_groups"]["api"]["ingress"] = [{"allow": "tcp/8443", "from": ["app.worker"]}]


def with_public_name(design: Design, promises: list[Design], rng: random.Random) -> None:
    """A host name that means the private address over a peering, since its side's DNS option is on (PEER-11)."""
    peering = design.get("peering_connections", {}).get("app-shared")
    if peering is None or not maybe(rng, 0.5):
        return
    peering["accepter_dns"] = True
    shared = design["vpcs"]["shared"]
    design["vpcs"]["app"]["enable_dns_hostnames"] = shared["enable_dns_hostnames"] = True
    shared["internet_gateway"] = "igw"
    shared["instances"]["api"] |= {"public_ip": "198.51.100.40", "public_dns_name": "api.shared.example"}
    promises.append({"from": "worker", "to": "api.shared.example", "allow": "tcp/8443"})


PARTS = (with_branch, with_direct_connect, with_far_gateway, with_groups_named_across, with_public_name)


# -- faults -----------------------------------------------------------------------------------------------------------


def table_entry(key: str) -> Injector:
    """An association, or a propagation, of some table is gone."""

    def fault(design: Design, rng: random.Random) -> Fault | None:
        name = pick(rng, design["transit_gateways"])
        table = pick(rng, design["transit_gateways"][name]["route_tables"].values())
        entries = table[key]
        entries.pop(rng.randrange(len(entries)))
        return f"transit gateway table: {key} gone", (("transit_gateways", name),)

    return fault


def static_route(change: str) -> Injector:
    """A static route of some table is gone, or leads elsewhere, or to nowhere."""

    def fault(design: Design, rng: random.Random) -> Fault | None:
        name = pick(rng, design["transit_gateways"])
        table = pick(rng, design["transit_gateways"][name]["route_tables"].values())
        block = pick(rng, table["routes"])
        if change == "gone":
            del table["routes"][block]
        elif change == "blackhole":
            table["routes"][block] = "blackhole"
        else:
            others = set(design["transit_gateways"][name]["attachments"]) - {table["routes"][block]}
            table["routes"][block] = pick(rng, sorted(others))
        # Led elsewhere, it is lost there: in another VPC, or on its way out of that one.
        elsewhere: tuple[Key, ...] = (("vpcs",), ("vpn_connections",)) if change == "elsewhere" else ()
        return f"transit gateway table: static route {change}", (("transit_gateways",), *elsewhere)

    return fault


def blackhole(design: Design, rng: random.Random) -> Fault | None:
    """A blackhole route of a table before what it takes in: for the same block, or a part of it."""
    tables = design["transit_gateways"]["tgw"]["route_tables"]
    block = pick(rng, ["10.2.0.0/16", "10.2.1.0/24", "10.0.0.0/16", "10.0.1.0/24"])
    pick(rng, tables.values()).setdefault("routes", {})[block] = "blackhole"
    return "transit gateway table: blackhole", (TGW,)


def another_table(design: Design, rng: random.Random) -> Fault | None:
    """An attachment is associated with the table of the others."""
    tables = design["transit_gateways"]["tgw"]["route_tables"]
    if len(tables) < 2:
        return None
    name = pick(rng, [name for name, table in tables.items() if table["associations"]])
    other = pick(rng, [each for each in tables if each != name])
    moved = tables[name]["associations"].pop()
    tables[other]["associations"].append(moved)
    return "transit gateway: associated with another table", (("transit_gateways",), ("vpcs",))


def attachment_state(design: Design, rng: random.Random) -> Fault | None:
    name = pick(rng, design["transit_gateways"])
    attachment = pick(rng, design["transit_gateways"][name]["attachments"])
    state = rng.choice(["pendingAcceptance", "deleted", "failed", "rejected"])
    design["transit_gateways"][name]["attachments"][attachment]["state"] = state
    return f"transit gateway: attachment {state}", (("transit_gateways",),)


def referencing_off(design: Design, rng: random.Random) -> Fault | None:
    gateway = design["transit_gateways"]["tgw"]
    if not gateway["security_group_referencing"]:
        return None
    at = pick(rng, [gateway, gateway["attachments"]["app"], gateway["attachments"]["shared"]])
    at["security_group_referencing"] = False
    return "transit gateway: group referencing off", (TGW, ("vpcs", "shared", "security_groups", "api"))


DX: Key = ("direct_connect_gateways", "dx")
_ELSEWHERE: tuple[Key, ...] = (PRIVATE, ("vpcs", "app", "instances", "nat"), ("vpcs", "app", "nat_gateways"))

FAULTS: tuple[Injector, ...] = (
    table_entry("associations"), table_entry("propagations"), static_route("gone"), static_route("elsewhere"),
    static_route("blackhole"), blackhole, another_table, attachment_state, referencing_off,
    put("branch VPN: down", ("vpn_connections", "branch-vpn", "state"), "down"),
    put("Direct Connect: announces other blocks", (*DX, "allowed_prefixes"), ["10.9.0.0/16"]),
    put("Direct Connect: knows no prefix", (*DX, "prefixes"), [], DX, *_ELSEWHERE, ("vpcs", "app", "internet_gateway")),
    put("Direct Connect: not associated", (*DX, "gateways"), [], DX, *_ELSEWHERE, ("vpcs", "app", "internet_gateway")),
    put("network: not behind its connection", ("networks", "hq", "via"), []),
    drop("peering: DNS option off", ("peering_connections", "app-shared", "accepter_dns"), *NOTHING_LOST),
)  # fmt: skip
