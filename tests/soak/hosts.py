"""Routers, appliances, IPv6 and prefix lists in working designs; and faults in them."""

from __future__ import annotations

import random

from tests.soak.fault import Design, Fault, Injector, Key, drop, maybe, pick, put
from tests.soak.transit import PRIVATE, routes

APP: Key = ("vpcs", "app")


# -- parts ------------------------------------------------------------------------------------------------------------


def with_clients_behind(design: Design, promises: list[Design], rng: random.Random) -> None:
    """A VPN server that forwards for its clients without masquerade, so that their block has a route to it (NATI-5)."""
    app = design["vpcs"]["app"]
    app["security_groups"]["road"] = {"ingress": [{"allow": "tcp/443", "from": "worker"}]}
    app["instances"]["road"] = {
        "subnet": "private-b", "private_ip": "10.0.2.99", "security_groups": ["road"], "source_dest_check": False,
        "client_networks": ["10.99.0.0/24"], "nat": {"ip_forward": True, "masquerade": False},
    }  # fmt: skip
    app["security_groups"]["worker"]["ingress"].append({"allow": "tcp/22", "from": "10.99.0.0/24"})
    routes(app["route_tables"]["private"])["10.99.0.0/24"] = "road"
    promises += [
        {"from": "10.99.0.9", "to": "worker", "allow": "tcp/22"},
        {"from": "worker", "to": "10.99.0.9", "allow": "tcp/443"},
    ]


def with_middlebox(design: Design, promises: list[Design], rng: random.Random) -> None:
    """A shop whose packets from and to the internet pass an appliance, by the gateway's own table (ROUTE-21)."""
    if "block_public_access" in design:
        return
    app = design["vpcs"]["app"]
    app["subnets"] |= {
        "dmz": {"cidr": "10.0.20.0/24", "az": "a", "route_table": "dmz"},
        "guard": {"cidr": "10.0.21.0/28", "az": "a", "route_table": "guard"},
    }
    app["route_tables"] |= {
        "dmz": {"0.0.0.0/0": "guard"},
        "guard": {"0.0.0.0/0": "igw"},
        "edge": {"gateway": "igw", "routes": {"10.0.20.0/24": "guard"}},
    }
    app["security_groups"] |= {
        "shop": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]},
        "guard": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}, {"allow": "all", "from": "shop"}]},
    }
    app["instances"] |= {
        "shop": {"subnet": "dmz", "public_ip": "198.51.100.60", "security_groups": ["shop"]},
        "guard": {
            "subnet": "guard", "public_ip": "198.51.100.61", "security_groups": ["guard"], "source_dest_check": False,
            "nat": {"ip_forward": True, "masquerade": False},
        },
    }  # fmt: skip
    promises.append({"from": "internet", "to": "app.shop", "allow": "tcp/443"})


def with_ipv6(design: Design, promises: list[Design], rng: random.Random) -> None:
    """A way out by IPv6 and an egress-only internet gateway."""
    if "block_public_access" in design:
        return
    app = design["vpcs"]["app"]
    app["cidrs"].append("2001:db8:1::/56")
    app["egress_only_internet_gateway"] = "eigw"
    app["subnets"]["private-a"]["ipv6_cidr"] = "2001:db8:1:1::/64"
    routes(app["route_tables"]["private"])["::/0"] = "eigw"
    app["instances"]["worker"]["ipv6_address"] = "2001:db8:1:1::20"
    acl = app.get("network_acls", {}).get("private")
    if acl is not None:
        acl["ingress"].append({"rule": 130, "allow": "tcp/1024-65535", "from": "::/0"})
        acl["egress"].append({"rule": 130, "allow": "tcp/443", "to": "::/0"})
    design["internet"]["hosts"]["v6.example.com"] = {"ip": "2606:2800::1"}
    promises += [
        {"from": "worker", "to": "v6.example.com", "allow": "tcp/443"},
        {"from": "internet", "to": "2001:db8:1:1::20", "deny": "all"},
    ]


def with_prefix_list(design: Design, promises: list[Design], rng: random.Random) -> None:
    """A prefix list of the callers, in a rule and as the destination of a route."""
    shared = design["vpcs"].get("shared")
    if shared is None:
        return
    design["prefix_lists"] = {"callers": ["10.0.1.0/24", "10.0.2.0/24"]}
    shared["security_groups"]["api"]["ingress"] = [{"allow": "tcp/8443", "from": "callers"}]
    core = shared["route_tables"]["core"]
    if maybe(rng, 0.5):
        core["callers"] = core.pop("10.0.0.0/16")


PARTS = (with_clients_behind, with_middlebox, with_ipv6, with_prefix_list)


# -- faults -----------------------------------------------------------------------------------------------------------


def listed(design: Design, rng: random.Random) -> Fault | None:
    """A block is no longer in a prefix list."""
    design["prefix_lists"]["callers"].pop(rng.randrange(2))
    core: Key = ("vpcs", "shared", "route_tables", "core")
    return "prefix list: entry gone", (("prefix_lists",), ("vpcs", "shared", "security_groups", "api"), core)


def local_network(design: Design, rng: random.Random) -> Fault | None:
    """A container bridge of the sender has the addresses of those whom it calls."""
    meant = pick(rng, ["10.0.3.0/24", *(["10.2.1.0/24"] if "shared" in design["vpcs"] else [])])
    design["vpcs"]["app"]["instances"]["worker"]["local_networks"] = [meant]
    return "local network of the sender's", ((*APP, "instances", "worker", "local_networks"),)


def wrong_acl(design: Design, rng: random.Random) -> Fault | None:
    """A subnet has the ACL of another one."""
    subnets = design["vpcs"]["app"]["subnets"]
    name, acl = pick(rng, [("private-a", "data"), ("private-b", "data"), ("data-a", "private")])
    if "network_acl" not in subnets[name]:
        return None
    subnets[name]["network_acl"] = acl
    return "subnet with another's ACL", ((*APP, "network_acls", acl), (*APP, "subnets", name))


def other_groups(design: Design, rng: random.Random) -> Fault | None:
    """An interface has the groups of another one."""
    at: Key = pick(
        rng, [("instances", "worker"), ("instances", "worker-b"), ("interfaces", "db"), ("instances", "web")]
    )
    body = design["vpcs"]["app"][at[0]][at[1]]
    body["security_groups"] = [
        pick(rng, [name for name in ("web", "worker", "db", "function") if name not in body["security_groups"]])
    ]
    # Who carries a group decides at both ends: the rules that name it are to blame as well.
    return "interface with another's groups", (("vpcs",),)


ROAD: Key = (*APP, "instances", "road")
GUARD: Key = (*APP, "instances", "guard")
_EDGE: tuple[Key, ...] = ((*APP, "route_tables", "edge"), (*APP, "route_tables", "dmz"), GUARD)

FAULTS: tuple[Injector, ...] = (
    listed, local_network, wrong_acl, other_groups,
    put("VPN server: check on", (*ROAD, "source_dest_check"), True, ROAD),
    put("VPN server: does not forward", (*ROAD, "nat", "ip_forward"), False, ROAD),
    put("VPN server: stopped", (*ROAD, "state"), "stopped", ROAD),
    put("middlebox: check on", (*GUARD, "source_dest_check"), True, GUARD),
    put("middlebox: does not forward", (*GUARD, "nat", "ip_forward"), False, GUARD),
    put("middlebox: stopped", (*GUARD, "state"), "stopped", GUARD),
    drop("middlebox: no public address", (*GUARD, "public_ip"), *_EDGE),
    put("middlebox: passed by on the way out", (*APP, "route_tables", "dmz", "0.0.0.0/0"), "igw", *_EDGE),
    drop("middlebox: passed by on the way in", (*APP, "route_tables", "edge"), *_EDGE),
    drop("IPv6: no route out", (*PRIVATE, "::/0"), PRIVATE),
    drop("IPv6: no route out", (*PRIVATE, "routes", "::/0"), PRIVATE),
    drop("IPv6: no address", (*APP, "instances", "worker", "ipv6_address"), (*APP, "instances", "worker")),
    put("NAT gateway: private", (*APP, "nat_gateways", "nat", "connectivity"), "private", (*APP, "nat_gateways", "nat")),
)  # fmt: skip
