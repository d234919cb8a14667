"""Load balancers, endpoints and functions in working designs; and faults in them."""

from __future__ import annotations

import copy
import random

from tests.soak.fault import NOTHING_LOST, Design, Fault, Injector, Key, drop, maybe, pick, put

APP: Key = ("vpcs", "app")
SITE: Key = (*APP, "load_balancers", "site")


# -- parts ------------------------------------------------------------------------------------------------------------


def with_site(design: Design, promises: list[Design], rng: random.Random) -> None:
    """A site on the internet behind a load balancer in two zones, its servers in private subnets."""
    if "block_public_access" in design or "security" in design["vpcs"]:
        return
    app = design["vpcs"]["app"]
    kind = rng.choice(["application", "network"])
    app["subnets"]["public-b"] = {"cidr": "10.0.5.0/24", "az": "b", "route_table": "public"}
    app["security_groups"] |= {
        "site": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]},
        "server": {"ingress": [{"allow": "tcp/8080", "from": "site"}]},
    }
    for name, subnet in (("server-a", "private-a"), ("server-b", "private-b")):
        app["instances"][name] = {"subnet": subnet, "security_groups": ["server"]}
    listener, port, health = ("https/443", "http/8080", "http/8080")
    if kind == "network":
        listener, port, health = ("tcp/443", "tcp/8080", "tcp/8080")
    group: Design = {"targets": ["server-a", "server-b"], "port": port, "health_check": health}
    app.setdefault("load_balancers", {})["site"] = {
        "type": kind, "scheme": "internet-facing", "subnets": ["public-a", "public-b"], "security_groups": ["site"],
        "listeners": {listener: "servers"},
        "target_groups": {"servers": group | ({"preserve_client_ip": False} if kind == "network" else {}), "spare": {}},
        "cross_zone": True,
    }  # fmt: skip
    promises += [{"from": "internet", "to": "site", "allow": "tcp/443"}]
    promises += [{"from": "site", "to": f"app.{name}", "allow": "tcp/8080"} for name in ("server-a", "server-b")]


def with_interface_endpoints(design: Design, promises: list[Design], rng: random.Random) -> None:
    """Endpoints of a registry and of KMS in both zones, which functions call as well."""
    app = design["vpcs"]["app"]
    app["enable_dns_hostnames"] = True
    app["security_groups"]["inward"] = {"ingress": [{"allow": "tcp/443", "from": ["worker", "function"]}]}
    app.setdefault("vpc_endpoints", {}).update(
        {
            name: {
                "type": "interface", "service": name, "subnets": ["private-a", "private-b"],
                "security_groups": ["inward"],
            }
            for name in ("kms", "logs")
        }
    )  # fmt: skip
    promises += [
        {"from": "worker", "to": "service:kms", "allow": "tcp/443"},
        {"from": "fetch:prod", "to": "service:logs", "allow": "tcp/443"},
    ]


def with_weights(design: Design, promises: list[Design], rng: random.Random) -> None:
    """An alias of two versions that are alike, one of them new."""
    fetch = design["lambda_functions"]["fetch"]
    fetch["versions"]["3"] = copy.deepcopy(fetch["latest"])
    fetch["aliases"]["prod"] = {"2": 90, "3": 10} if maybe(rng, 0.5) else 3


PARTS = (with_site, with_interface_endpoints, with_weights)


# -- faults -----------------------------------------------------------------------------------------------------------


def in_balancers(change: str) -> Injector:
    """In one of the load balancers of VPC app, or behind its promise."""

    def fault(design: Design, rng: random.Random) -> Fault | None:
        name = pick(rng, ("front", "site"))
        body = design["vpcs"]["app"]["load_balancers"][name]
        path: Key = (*APP, "load_balancers", name)
        group = next(iter(body["target_groups"].values()))
        blamed: tuple[Key, ...] = (path,)
        if change == "target port":
            group["port"] = group.get("port", "tcp/8443").partition("/")[0] + "/9090"
            blamed = (path, (*APP, "security_groups"))
        elif change == "health check port":
            group["health_check"] = "tcp/9999"
            blamed = (path, (*APP, "security_groups"))
        elif change == "nobody registered":
            group["targets"] = []
        elif change == "forwards to nobody":
            listener = next(iter(body["listeners"]))
            body["target_groups"].setdefault("spare", {})
            body["listeners"][listener] = "spare"
        elif change == "groups":
            body["security_groups"] = ["function"]
            blamed = ((*APP, "security_groups"),)
        else:
            body["subnets"] = ["data-a"]
            blamed = (path, (*APP, "security_groups"), (*APP, "route_tables"), (*APP, "network_acls"))
        return f"load balancer: {change}", blamed

    return fault


def alias(change: str) -> Injector:
    """An alias that leads to a version outside the VPC: all of its invocations, or some."""

    def fault(design: Design, rng: random.Random) -> Fault | None:
        aliases = design["lambda_functions"]["fetch"]["aliases"]
        now = aliases["prod"]
        if isinstance(now, dict) and change == "weights":
            return None
        aliases["prod"] = {"1": 10, "2": 90} if change == "weights" else 1
        return f"alias: {change}", (("lambda_functions", "fetch"),)

    return fault


def function(key: str) -> Injector:
    """Every version of a function has other groups, or runs where there is no way."""

    def fault(design: Design, rng: random.Random) -> Fault | None:
        fetch = design["lambda_functions"]["fetch"]
        value = ["web"] if key == "security_groups" else ["data-a"]
        for body in (fetch["latest"], *fetch["versions"].values()):
            if body:
                body[key] = list(value)
        return f"function: other {key}", (("vpcs", "app"), ("lambda_functions", "fetch"))

    return fault


def endpoint(change: str) -> Injector:
    """Of an interface endpoint: its state, its groups, its private DNS, or where it is."""

    def fault(design: Design, rng: random.Random) -> Fault | None:
        app = design["vpcs"]["app"]
        name = pick(rng, [n for n in ("kms", "logs", "ssm") if n in app["vpc_endpoints"]])
        body = app["vpc_endpoints"][name]
        path: Key = (*APP, "vpc_endpoints", name)
        if change == "state":
            body["state"] = rng.choice(["pendingAcceptance", "rejected", "failed", "deleted"])
            return "endpoint: state", (path, *NOTHING_LOST)
        if change == "groups":
            body["security_groups"] = [pick(rng, ["web", "db"])]
            return "endpoint: groups", ((*APP, "security_groups"),)
        if change == "private DNS":
            body["private_dns"] = False
            return "endpoint: private DNS", NOTHING_LOST
        body["subnets"] = ["data-a"]
        return "endpoint: subnets", ((*APP, "network_acls"), path)

    return fault


FAULTS: tuple[Injector, ...] = (
    *map(in_balancers, ("target port", "health check port", "nobody registered", "forwards to nobody", "groups", "subnets")),
    put("load balancer: internal", (*SITE, "scheme"), "internal", SITE),
    put("load balancer: unhealthy", (*SITE, "target_groups", "servers", "healthy"), False, SITE),
    put("load balancer: its subnet on another table", (*APP, "subnets", "public-b", "route_table"), "private",
        (*APP, "route_tables", "private"), (*APP, "subnets", "public-b")),
    alias("stale"), alias("weights"), function("security_groups"), function("subnets"),
    *map(endpoint, ("state", "groups", "private DNS", "subnets")),
    put("resolver off", (*APP, "enable_dns_support"), False),
    put("DNS host names off", (*APP, "enable_dns_hostnames"), False, *NOTHING_LOST),
    drop("gateway endpoint gone", (*APP, "vpc_endpoints", "s3"), (*APP, "route_tables", "batch")),
    drop("endpoint gone", (*APP, "vpc_endpoints", "ssm"), *NOTHING_LOST),
    drop("private zone: record gone", ("private_hosted_zones", "corp.internal", "records", "db"), ("private_hosted_zones",)),
)  # fmt: skip
