"""Faults that break a working design, each with the key paths that may be blamed for it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.soak import hosts, services, transit
from tests.soak.fault import Design, Fault, Injector, Key, pick


def groups(design: Design) -> Iterator[tuple[Key, Design]]:
    """Security groups with ingress rules."""
    for vpc, body in design["vpcs"].items():
        for name, group in body["security_groups"].items():
            if group.get("ingress"):
                yield ("vpcs", vpc, "security_groups", name), group


def tables(design: Design) -> Iterator[tuple[Key, Design]]:
    """Route tables with routes."""
    for vpc, body in design["vpcs"].items():
        for name, table in body["route_tables"].items():
            routes = table.get("routes", table)
            if routes:
                yield ("vpcs", vpc, "route_tables", name), routes


def acls(design: Design) -> Iterator[tuple[Key, Design]]:
    """ACLs of one's own."""
    for vpc, body in design["vpcs"].items():
        for name, acl in body.get("network_acls", {}).items():
            yield ("vpcs", vpc, "network_acls", name), acl


def rule_removed(design: Design, rng: random.Random) -> Fault | None:
    found = pick(rng, groups(design))
    path, group = found
    group["ingress"].pop(rng.randrange(len(group["ingress"])))
    return "group rule removed", (path,)


def rule_of_another_port(design: Design, rng: random.Random) -> Fault | None:
    found = pick(rng, groups(design))
    rng.choice(found[1]["ingress"])["allow"] = "tcp/8081"
    return "group rule for another port", (found[0],)


def rule_of_another_peer(design: Design, rng: random.Random) -> Fault | None:
    found = pick(rng, groups(design))
    rng.choice(found[1]["ingress"])["from"] = "10.9.0.0/24"
    return "group rule for another peer", (found[0],)


def egress_closed(design: Design, rng: random.Random) -> Fault | None:
    name = rng.choice(["worker", "function"])
    design["vpcs"]["app"]["security_groups"][name]["egress"] = []
    return "group without egress", (("vpcs", "app", "security_groups", name),)


def acl_rule_removed(design: Design, rng: random.Random) -> Fault | None:
    found = pick(rng, acls(design))
    rules = found[1][rng.choice(["ingress", "egress"])]
    rules.pop(rng.randrange(len(rules)))
    return "ACL rule removed", (found[0],)


def acl_denies_first(design: Design, rng: random.Random) -> Fault | None:
    found = pick(rng, acls(design))
    way, key = rng.choice([("ingress", "from"), ("egress", "to")])
    found[1][way].append({"rule": 50, "deny": "tcp", key: rng.choice(["0.0.0.0/0", "10.0.0.0/8"])})
    return "ACL denies first", (found[0],)


def acl_ports_narrow(design: Design, rng: random.Random) -> Fault | None:
    found = [
        (path, rule)
        for path, acl in acls(design)
        for rule in (*acl["ingress"], *acl["egress"])
        if "1024-65535" in str(rule["allow"])
    ]
    chosen = pick(rng, found)
    chosen[1]["allow"] = "tcp/49152-65535"
    return "ACL too narrow for client ports", (chosen[0],)


def route_removed(design: Design, rng: random.Random) -> Fault | None:
    path, routes = pick(rng, tables(design))
    del routes[rng.choice(list(routes))]
    return "route removed", (path,)


def route_blackhole(design: Design, rng: random.Random) -> Fault | None:
    path, routes = pick(rng, tables(design))
    routes[rng.choice(list(routes))] = "blackhole"
    return "route is a blackhole", (path,)


def default_to_gateway(design: Design, rng: random.Random) -> Fault | None:
    table = design["vpcs"]["app"]["route_tables"]["private"]
    table.get("routes", table)["0.0.0.0/0"] = "igw"
    private = [("vpcs", "app", "instances", name, "public_ip") for name in ("worker", "worker-b")]
    path: Key = ("vpcs", "app", "route_tables", "private")
    return "private default route to the internet gateway", (path, *private, ("lambda_functions",))


def association(design: Design, rng: random.Random) -> Fault | None:
    vpc = rng.choice(list(design["vpcs"]))
    name = rng.choice([name for name, body in design["vpcs"][vpc]["subnets"].items() if "route_table" in body])
    design["vpcs"][vpc]["subnets"][name].pop("route_table")
    return "subnet on the main table", (("vpcs", vpc, "route_tables", "main"), ("vpcs", vpc, "subnets", name))


def nat_host(key: str, value: Any) -> Injector:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        nat = design["vpcs"]["app"]["instances"].get("nat")
        if nat is None:
            return None
        if key in ("ip_forward", "masquerade"):
            nat["nat"][key] = value
        elif value is None:
            nat.pop(key)
        else:
            nat[key] = value
        return f"NAT instance: {key}", (("vpcs", "app", "instances", "nat"),)

    return fault


def nat_gateway(key: str, value: Any) -> Injector:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        nat = design["vpcs"]["app"].get("nat_gateways", {}).get("nat")
        if nat is None:
            return None
        if "subnet" not in nat and key == "subnet":
            return None
        nat[key] = value
        place: Key = ("vpcs", "app", "route_tables", "private" if value == "private-a" else "data")
        return f"NAT gateway: {key}", (("vpcs", "app", "nat_gateways", "nat"), place)

    return fault


def peering(status: str) -> Injector:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        if "peering_connections" not in design:
            return None
        design["peering_connections"]["app-shared"]["status"] = status
        return f"peering {status}", (("peering_connections", "app-shared"), ("vpcs", "shared", "security_groups"))

    return fault


def gateway(change: str) -> Injector:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        tgw = design.get("transit_gateways", {}).get("tgw")
        if tgw is None or (change in ("association", "propagation") and "route_tables" not in tgw):
            return None
        path: Key = ("transit_gateways", "tgw")
        name = rng.choice(["app", "shared"])
        if change == "zone":
            tgw["attachments"][name]["subnets"].pop(rng.randrange(2))
        elif change == "state":
            tgw["attachments"][name]["state"] = "pendingAcceptance"
        elif change == "association":
            tgw["route_tables"]["main"]["associations"].remove(name)
        else:
            tgw["route_tables"]["main"]["propagations"].remove(name)
        return f"transit gateway: {change}", (path,)

    return fault


def stale_alias(design: Design, rng: random.Random) -> Fault | None:
    design["lambda_functions"]["fetch"]["aliases"]["prod"] = 1
    return "stale alias", (("lambda_functions", "fetch"),)


def endpoint(change: str) -> Injector:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        app = design["vpcs"]["app"]
        if "s3" not in app.get("vpc_endpoints", {}):
            return None
        if change == "table":
            app["vpc_endpoints"]["s3"]["route_tables"] = ["public"]
            return "endpoint: table", (("vpcs", "app", "route_tables", "batch"),)
        if change == "private_dns":
            app["vpc_endpoints"]["ssm"]["private_dns"] = False
        else:
            app[change] = False
        # What the name means then leads through NAT, so that nothing may be lost at all.
        return f"endpoint: {change}", ((),)

    return fault


def vpn(change: str) -> Injector:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        if "vpn_connections" not in design:
            return None
        if change == "propagate":
            del design["vpcs"]["app"]["route_tables"]["private"]["propagate"]
            table: Key = ("vpcs", "app", "route_tables", "private")
            nat = [("vpcs", "app", section, "nat") for section in ("instances", "nat_gateways")]
            return "VPN: propagation", (table, *nat, ("vpcs", "app", "internet_gateway"))
        design["vpn_connections"]["office-vpn"]["state"] = "down"
        return "VPN: down", (("vpn_connections", "office-vpn"),)

    return fault


def web_without_address(design: Design, rng: random.Random) -> Fault | None:
    design["vpcs"]["app"]["instances"]["web"].pop("public_ip")
    return "no public address", (("vpcs", "app", "instances", "web"),)


def stopped(design: Design, rng: random.Random) -> Fault | None:
    name = rng.choice(["web", "worker"])
    design["vpcs"]["app"]["instances"][name]["state"] = "stopped"
    return "instance stopped", (("vpcs", "app", "instances", name),)


def balancer(change: str) -> Injector:
    """Of one of the load balancers that promises lead to."""

    def fault(design: Design, rng: random.Random) -> Fault | None:
        found = [(vpc, name) for vpc, body in design["vpcs"].items() for name in body.get("load_balancers", {})]
        chosen = pick(rng, found)
        vpc, name = chosen
        body = design["vpcs"][vpc]["load_balancers"][name]
        path: Key = ("vpcs", vpc, "load_balancers", name)
        if change == "listener":
            if body["type"] == "gateway":
                return None
            ((listener, group),) = body["listeners"].items()
            body["listeners"] = {listener.replace("443", "8080"): group}
        elif change == "zone":
            body["subnets"].remove("private-b")
        elif change == "cross_zone":
            body["cross_zone"] = False
        else:
            next(iter(body["target_groups"].values()))["healthy"] = False
        return f"load balancer: {change}", (path, ("vpcs", "app", "vpc_endpoints"))

    return fault


def zone(change: str) -> Injector:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        if "private_hosted_zones" not in design:
            return None
        if change == "association":
            design["private_hosted_zones"]["corp.internal"]["vpcs"] = []
            return "private zone: association", (("private_hosted_zones", "corp.internal"),)
        design["vpcs"]["app"][change] = False
        return f"private zone: {change}", (("vpcs", "app", change),)

    return fault


def service(change: str) -> Injector:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        endpoint = design["vpcs"]["app"].get("vpc_endpoints", {}).get("partner")
        if endpoint is None:
            return None
        if change == "accepted":
            design["endpoint_services"]["partner"]["accepted"] = []
            return "PrivateLink: accepted", (("endpoint_services", "partner"),)
        if change == "private_dns":
            endpoint["private_dns"] = False
        elif change == "state":
            endpoint["state"] = "failed"
        else:
            endpoint["subnets"] = ["private-b"]
        return f"PrivateLink: {change}", (("vpcs", "app", "vpc_endpoints", "partner"),)

    return fault


def public_access(change: str) -> Injector:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        if "block_public_access" not in design:
            return None
        spared = design["block_public_access"]["exclusions"]
        if change == "egress":
            spared["app.public-a"] = "allow-egress"
        else:
            del spared[rng.choice(list(spared))]
        return f"Block Public Access: {change}", (("block_public_access",),)

    return fault


def regional_zone(design: Design, rng: random.Random) -> Fault | None:
    del design["vpcs"]["app"]["nat_gateways"]["nat"]["public_ips"][zone := rng.choice(["a", "b"])]
    return f"regional NAT gateway: zone {zone}", (("vpcs", "app", "nat_gateways", "nat"),)


def function_in_public_subnet(design: Design, rng: random.Random) -> Fault | None:
    fetch = design["lambda_functions"]["fetch"]
    for body in (fetch["latest"], fetch["versions"]["2"]):
        body["subnets"] = ["public-a"]
    routes: Key = ("vpcs", "app", "route_tables", "public")
    return "function in a public subnet", (("lambda_functions", "fetch"), routes)


def integration(design: Design, rng: random.Random) -> Fault | None:
    design["api_gateways"]["rest"]["integration"] = "fetch:1"
    return "API of a stale version", (("api_gateways", "rest"), ("lambda_functions", "fetch"))


def no_bgp_routes(design: Design, rng: random.Random) -> Fault | None:
    design["vpn_connections"]["office-vpn"]["bgp_routes"] = []
    table: Key = ("vpcs", "app", "route_tables", "private")
    nat = [("vpcs", "app", section, "nat") for section in ("instances", "nat_gateways")]
    places = (("vpn_connections", "office-vpn"), table, *nat, ("vpcs", "app", "internet_gateway"))
    return "VPN: no routes", places


def inspection_bypassed(design: Design, rng: random.Random) -> Fault | None:
    """The answers do not go back the way of the requests."""
    del design["vpcs"]["app"]["route_tables"]["public"]["10.0.1.0/24"]
    return "inspection: no way back", (("vpcs", "app", "route_tables", "public"), ("vpcs", "app", "vpc_endpoints"))


FAULTS: tuple[Injector, ...] = (
    rule_removed, rule_of_another_port, rule_of_another_peer, egress_closed, acl_rule_removed, acl_denies_first,
    acl_ports_narrow, route_removed, route_blackhole, default_to_gateway, association, nat_host("source_dest_check", True),
    nat_host("ip_forward", False), nat_host("masquerade", False), nat_host("public_ip", None), nat_host("nat", None),
    nat_host("state", "stopped"), nat_host("subnet", "private-a"), nat_gateway("state", "failed"),
    nat_gateway("subnet", "data-a"), nat_gateway("subnet", "private-a"), peering("pending-acceptance"),
    peering("deleted"), gateway("zone"), gateway("state"), gateway("association"), gateway("propagation"), stale_alias,
    endpoint("table"), endpoint("private_dns"), endpoint("enable_dns_hostnames"), vpn("propagate"), vpn("down"),
    web_without_address, stopped, balancer("listener"), balancer("zone"), balancer("cross_zone"), balancer("healthy"),
    zone("association"), zone("enable_dns_hostnames"), zone("enable_dns_support"), service("accepted"),
    service("private_dns"), service("state"), service("zone"), public_access("none"), public_access("egress"),
    regional_zone, function_in_public_subnet, integration, no_bgp_routes, inspection_bypassed,
    *transit.FAULTS, *hosts.FAULTS, *services.FAULTS,
)  # fmt: skip
