"""Faults injected into working designs, and how many of them `fix` mends: `python -m tests.soak.faults --count 1000`.

Each case is a random design of everything that people join (NAT gateways and instances, peerings, transit gateways, VPN,
endpoints, functions, load balancers, ACLs) of which all promises hold. One or more random faults break at least one of them.
Then it is asked: is the fault among the blockers, and the first; does `fix` make every promise hold again, proven on the
written file; and does anything flow afterwards, of packets chosen at random, that the fix did not say?
"""

from __future__ import annotations

import argparse
import copy
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import reachsim
from reachsim.answers.fixes import Plan
from reachsim.loading.patch import write_patch
from reachsim.net.traffic import Traffic

Design = dict[str, Any]
Key = tuple[str | int, ...]
Fault = tuple[str, tuple[Key, ...]]
"""What was done, and the key paths of which a blocker may blame one (or one inside)."""
SERVICES = ("tcp/443", "tcp/80", "tcp/22", "tcp/5432", "udp/53", "icmp/8")


def maybe(rng: random.Random, share: float) -> bool:
    """True in so many cases."""
    return rng.random() < share


def working(rng: random.Random) -> Design:
    """A design of which all promises hold."""
    nat_instance = maybe(rng, 0.5)
    link = rng.choice(["peering", "transit", "none"])
    app: Design = {
        "cidrs": ["10.0.0.0/16"],
        "internet_gateway": "igw",
        "subnets": {
            "public-a": {"cidr": "10.0.0.0/24", "az": "a", "route_table": "public"},
            "private-a": {"cidr": "10.0.1.0/24", "az": "a", "route_table": "private"},
            "private-b": {"cidr": "10.0.2.0/24", "az": "b", "route_table": "private"},
            "data-a": {"cidr": "10.0.3.0/24", "az": "a", "route_table": "data"},
        },
        "route_tables": {"public": {"0.0.0.0/0": "igw"}, "private": {"0.0.0.0/0": "nat"}, "data": {}},
        "security_groups": {
            "web": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]},
            "worker": {"ingress": []},
            "function": {},
            "db": {"ingress": [{"allow": "tcp/5432", "from": ["worker", "function"]}]},
        },
        "instances": {
            "web": {"subnet": "public-a", "public_ip": "198.51.100.20", "security_groups": ["web"]},
            "worker": {"subnet": "private-a", "private_ip": "10.0.1.20", "security_groups": ["worker"]},
            "worker-b": {"subnet": "private-b", "security_groups": ["worker"]},
        },
        "interfaces": {"db": {"subnet": "data-a", "private_ip": "10.0.3.30", "security_groups": ["db"]}},
    }
    promises: list[Design] = [
        {"from": "worker", "to": "www.example.com", "allow": "tcp/443"},
        {"from": "worker-b", "to": "www.example.com", "allow": "tcp/443"},
        {"from": "fetch:prod", "to": "app.db", "allow": "tcp/5432"},
        {"from": "fetch:prod", "to": "www.example.com", "allow": "tcp/443"},
        {"from": "worker", "to": "app.db", "allow": "tcp/5432"},
        {"from": "internet", "to": "web", "allow": "tcp/443"},
        {"from": "internet", "to": "worker", "deny": "all"},
        {"from": "app.db", "to": "internet", "deny": "all"},
    ]
    design: Design = {
        "version": 1,
        "region": "eu-west-1",
        "vpcs": {"app": app},
        "lambda_functions": {
            "fetch": {
                "latest": attachment(),
                "versions": {"1": {}, "2": attachment()},
                "aliases": {"prod": 2},
            }
        },
        "internet": {"hosts": {"www.example.com": {"ip": "93.184.216.34", "listens": ["tcp/443", "tcp/80"]}}},
        "expect": promises,
    }
    if nat_instance:
        app["security_groups"]["nat"] = {"ingress": [{"allow": "all", "from": ["worker", "function"]}]}
        app["instances"]["nat"] = {
            "subnet": "public-a", "private_ip": "10.0.0.10", "public_ip": "198.51.100.10", "security_groups": ["nat"],
            "source_dest_check": False, "nat": {"ip_forward": True, "masquerade": True},
        }  # fmt: skip
    else:
        app["nat_gateways"] = {"nat": {"subnet": "public-a", "public_ip": "198.51.100.11"}}
    if maybe(rng, 0.6):
        with_acls(app)
    if maybe(rng, 0.6):
        with_endpoints(app, promises)
    if maybe(rng, 0.4):
        with_vpn(design, promises)
    if link != "none":
        with_link(design, promises, link, rng)
    rng.shuffle(promises)
    return design


def attachment() -> Design:
    """Where the function runs."""
    return {"vpc": "app", "subnets": ["private-a", "private-b"], "security_groups": ["function"]}


def with_acls(app: Design) -> None:
    """ACLs of one's own."""
    app["network_acls"] = {
        "private": {
            "ingress": [
                {"rule": 100, "allow": "all", "from": "10.0.0.0/8"},
                {"rule": 110, "allow": ["tcp/1024-65535", "udp/1024-65535"], "from": "0.0.0.0/0"},
                {"rule": 120, "allow": "all", "from": "192.168.0.0/16"},
            ],
            "egress": [{"rule": 100, "allow": "all", "to": "0.0.0.0/0"}],
        },
        "data": {
            "ingress": [{"rule": 100, "allow": "tcp/5432", "from": "10.0.0.0/16"}],
            "egress": [{"rule": 100, "allow": "tcp/1024-65535", "to": "10.0.0.0/16"}],
        },
    }
    app["subnets"]["private-a"]["network_acl"] = "private"
    app["subnets"]["private-b"]["network_acl"] = "private"
    app["subnets"]["data-a"]["network_acl"] = "data"


def with_endpoints(app: Design, promises: list[Design]) -> None:
    """A gateway endpoint of S3, and an interface endpoint of Systems Manager with private DNS."""
    app["enable_dns_hostnames"] = True
    app["security_groups"]["endpoint"] = {"ingress": [{"allow": "tcp/443", "from": "worker"}]}
    app["vpc_endpoints"] = {
        "s3": {"type": "gateway", "service": "s3", "route_tables": ["batch"]},
        "ssm": {"type": "interface", "service": "ssm", "subnets": ["private-a"], "security_groups": ["endpoint"]},
    }
    app["route_tables"]["batch"] = {}
    app["security_groups"]["batch"] = {}
    app["instances"]["batch"] = {"subnet": "data-b", "security_groups": ["batch"]}
    app["subnets"]["data-b"] = {"cidr": "10.0.4.0/24", "az": "b", "route_table": "batch"}
    promises += [
        {"from": "worker", "to": "service:ssm", "allow": "tcp/443"},
        {"from": "batch", "to": "service:s3", "allow": "tcp/443"},
    ]


def with_vpn(design: Design, promises: list[Design]) -> None:
    """An office behind a VPN connection, its routes propagated."""
    app = design["vpcs"]["app"]
    app["vpn_gateways"] = {"vgw": {}}
    app["route_tables"]["private"] = {"routes": app["route_tables"]["private"], "propagate": ["vgw"]}
    app["security_groups"]["worker"]["ingress"].append({"allow": "tcp/22", "from": "192.168.0.0/16"})
    design["vpn_connections"] = {"office-vpn": {"gateway": "app.vgw", "bgp_routes": ["192.168.0.0/16"]}}
    design["networks"] = {
        "office": {"cidrs": ["192.168.0.0/16"], "via": ["office-vpn"], "hosts": {"desk": {"ip": "192.168.10.20"}}}
    }
    promises += [
        {"from": "worker", "to": "office.desk", "allow": "tcp/443"},
        {"from": "office.desk", "to": "worker", "allow": "tcp/22"},
    ]


def with_link(design: Design, promises: list[Design], link: str, rng: random.Random) -> None:
    """Another VPC, over a peering or a transit gateway."""
    app = design["vpcs"]["app"]
    target = "app-shared" if link == "peering" else "tgw"
    private = app["route_tables"]["private"]
    (private.get("routes") or private)["10.2.0.0/16"] = target
    peer = ["app.worker"] if link == "peering" and maybe(rng, 0.5) else ["10.0.1.0/24", "10.0.2.0/24"]
    design["vpcs"]["shared"] = {
        "cidrs": ["10.2.0.0/16"],
        "subnets": {
            "core-a": {"cidr": "10.2.1.0/24", "az": "a", "route_table": "core"},
            "core-b": {"cidr": "10.2.2.0/24", "az": "b", "route_table": "core"},
        },
        "route_tables": {"core": {"10.0.0.0/16": target}},
        "security_groups": {"api": {"ingress": [{"allow": "tcp/8443", "from": peer}]}},
        "instances": {"api": {"subnet": "core-a", "private_ip": "10.2.1.40", "security_groups": ["api"]}},
    }
    if link == "peering":
        design["peering_connections"] = {"app-shared": {"requester": "app", "accepter": "shared"}}
    else:
        tables = {"main": {"associations": ["app", "shared"], "propagations": ["app", "shared"]}}
        design["transit_gateways"] = {
            "tgw": {
                "attachments": {
                    "app": {"vpc": "app", "subnets": ["private-a", "private-b"]},
                    "shared": {"vpc": "shared", "subnets": ["core-a", "core-b"]},
                },
                **({"route_tables": tables} if maybe(rng, 0.6) else {}),
            }
        }
    promises += [
        {"from": "worker", "to": "shared.api", "allow": "tcp/8443"},
        {"from": "worker-b", "to": "shared.api", "allow": "tcp/8443"},
    ]


# -- faults -----------------------------------------------------------------------------------------------------------


def pick(rng: random.Random, found: Iterator[Any] | list[Any]) -> Any:
    """One of several; None of none."""
    items = list(found)
    return rng.choice(items) if items else None


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
    if found is None:
        return None
    path, group = found
    group["ingress"].pop(rng.randrange(len(group["ingress"])))
    return "group rule removed", (path,)


def rule_of_another_port(design: Design, rng: random.Random) -> Fault | None:
    found = pick(rng, groups(design))
    if found is None:
        return None
    rng.choice(found[1]["ingress"])["allow"] = "tcp/8081"
    return "group rule for another port", (found[0],)


def rule_of_another_peer(design: Design, rng: random.Random) -> Fault | None:
    found = pick(rng, groups(design))
    if found is None:
        return None
    rng.choice(found[1]["ingress"])["from"] = "10.9.0.0/24"
    return "group rule for another peer", (found[0],)


def egress_closed(design: Design, rng: random.Random) -> Fault | None:
    name = rng.choice(["worker", "function"])
    design["vpcs"]["app"]["security_groups"][name]["egress"] = []
    return "group without egress", (("vpcs", "app", "security_groups", name),)


def acl_rule_removed(design: Design, rng: random.Random) -> Fault | None:
    found = pick(rng, acls(design))
    if found is None:
        return None
    rules = found[1][rng.choice(["ingress", "egress"])]
    rules.pop(rng.randrange(len(rules)))
    return "ACL rule removed", (found[0],)


def acl_denies_first(design: Design, rng: random.Random) -> Fault | None:
    found = pick(rng, acls(design))
    if found is None:
        return None
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
    if chosen is None:
        return None
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
    name = rng.choice(list(design["vpcs"][vpc]["subnets"]))
    design["vpcs"][vpc]["subnets"][name].pop("route_table")
    return "subnet on the main table", (("vpcs", vpc, "route_tables", "main"), ("vpcs", vpc, "subnets", name))


def nat_host(key: str, value: Any) -> Callable[[Design, random.Random], Fault | None]:
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


def nat_gateway(key: str, value: Any) -> Callable[[Design, random.Random], Fault | None]:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        nat = design["vpcs"]["app"].get("nat_gateways", {}).get("nat")
        if nat is None:
            return None
        nat[key] = value
        place: Key = ("vpcs", "app", "route_tables", "private" if value == "private-a" else "data")
        return f"NAT gateway: {key}", (("vpcs", "app", "nat_gateways", "nat"), place)

    return fault


def peering(status: str) -> Callable[[Design, random.Random], Fault | None]:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        if "peering_connections" not in design:
            return None
        design["peering_connections"]["app-shared"]["status"] = status
        return f"peering {status}", (("peering_connections", "app-shared"), ("vpcs", "shared", "security_groups"))

    return fault


def gateway(change: str) -> Callable[[Design, random.Random], Fault | None]:
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


def endpoint(change: str) -> Callable[[Design, random.Random], Fault | None]:
    def fault(design: Design, rng: random.Random) -> Fault | None:
        app = design["vpcs"]["app"]
        if "vpc_endpoints" not in app:
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


def vpn(change: str) -> Callable[[Design, random.Random], Fault | None]:
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


FAULTS: tuple[Callable[[Design, random.Random], Fault | None], ...] = (
    rule_removed, rule_of_another_port, rule_of_another_peer, egress_closed, acl_rule_removed, acl_denies_first,
    acl_ports_narrow, route_removed, route_blackhole, default_to_gateway, association, nat_host("source_dest_check", True),
    nat_host("ip_forward", False), nat_host("masquerade", False), nat_host("public_ip", None), nat_host("nat", None),
    nat_host("state", "stopped"), nat_host("subnet", "private-a"), nat_gateway("state", "failed"),
    nat_gateway("subnet", "data-a"), nat_gateway("subnet", "private-a"), peering("pending-acceptance"),
    peering("deleted"), gateway("zone"), gateway("state"), gateway("association"), gateway("propagation"), stale_alias,
    endpoint("table"), endpoint("private_dns"), endpoint("enable_dns_hostnames"), vpn("propagate"), vpn("down"),
    web_without_address, stopped,
)  # fmt: skip


# -- one case ---------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What came of many cases."""

    cases: int = 0
    mended: int = 0
    blamed: int = 0
    first: int = 0
    failed: list[str] = field(default_factory=list)
    unmended: Counter[str] = field(default_factory=Counter)
    unblamed: Counter[str] = field(default_factory=Counter)
    not_first: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __str__(self) -> str:
        share = [f"{100 * n / max(1, self.cases):.1f} %" for n in (self.mended, self.blamed, self.first)]
        lines = [
            f"{self.cases} cases in {self.seconds:.0f} s: {share[0]} mended; the fault among the blockers in {share[1]}, "
            f"the first in {share[2]}; {len(self.failed)} fixes that are none",
        ]
        for word, counter in (
            ("not mended", self.unmended),
            ("not blamed", self.unblamed),
            ("not first", self.not_first),
        ):
            lines += [f"  {word}: {what} ({count})" for what, count in counter.most_common()]
        return "\n".join([*lines, *self.failed])


def broken(rng: random.Random, faults: int) -> tuple[Design, list[Fault], reachsim.Network]:
    """A working design with faults of which each breaks something by itself."""
    while True:
        design = working(rng)
        done: list[Fault] = []
        for _ in range(60):
            changed = copy.deepcopy(design)
            try:
                fault = rng.choice(FAULTS)(changed, rng)
            except (KeyError, ValueError, TypeError, IndexError):  # what it takes away is gone already
                continue
            if fault is None or any(fault[0] == other[0] for other in done):
                continue
            try:
                net = loaded(changed, rng)
            except reachsim.ReachsimError:
                continue
            failing = len(net.check().failures)
            known = len(done) and len(loaded(design, rng).check().failures)
            if failing > known:
                design = changed
                done.append(fault)
            if len(done) == faults:
                return design, done, net


def loaded(design: Design, rng: random.Random) -> reachsim.Network:
    """A design by way of its text, in one style or another."""
    style = rng.choice([False, None])
    return reachsim.loads(yaml.safe_dump(design, sort_keys=False, default_flow_style=style), file="case.yaml")


def blames(paths: tuple[Key, ...], blamed: Key) -> bool:
    """Whether a blocker's key is one of some, or inside of one."""
    return any(blamed[: len(path)] == path for path in paths)


def named(net: reachsim.Network, number: int) -> list[tuple[Key, ...]]:
    """For each blocker that `explain` tells of a promise, the keys that it names: to edit, and of the route before it."""
    expectation = net.design.expect[number - 1]
    if expectation.allow is None:
        return []
    found = net.explain(expectation.from_, expectation.to, expectation.allow)
    return [(obstacle.blocker.cause.path, *obstacle.led_by) for obstacle in found.obstacles]


def case(seed: int, faults: int, tally: Tally, folder: Path) -> None:
    """One design, broken and mended."""
    rng = random.Random(seed)
    _, done, net = broken(rng, faults)
    name = f"seed {seed}: {' and '.join(fault for fault, _ in done)}"
    what = " and ".join(sorted(fault for fault, _ in done))
    tally.cases += 1
    failures = net.check().failures
    causes = [named(net, result.number) for result in failures]
    everywhere = [path for found in causes for keys in found for path in keys]
    if all(any(blames(paths, path) for path in everywhere) for _, paths in done):
        tally.blamed += 1
    else:
        tally.unblamed[what] += 1
    if all(any(found and any(blames(paths, key) for key in found[0]) for found in causes) for _, paths in done):
        tally.first += 1
    else:
        tally.not_first[what] += 1
    start = time.perf_counter()
    plan = net.fix_all()
    tally.seconds += time.perf_counter() - start
    if plan.whole is None or not plan.ok:
        tally.unmended[what] += 1
        return
    text = net.source.document.text
    assert text is not None
    file = folder / "case.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    write_patch(plan.whole.patch, file)
    after = reachsim.load(file)
    if not after.check().ok:
        tally.failed.append(f"{name}: promises fail in the written file: {plan.whole}")
        return
    tally.mended += 1
    tally.failed += [f"{name}: {text}" for text in unsaid(rng, net, after, plan)]


def unsaid(rng: random.Random, before: reachsim.Network, after: reachsim.Network, plan: Plan) -> Iterator[str]:
    """Packets, chosen at random, that flow after a fix and not before, and of which it did not speak."""
    assert plan.whole is not None
    names = [name for name, interface in after.topology.interfaces.items() if not interface.shared] + [
        "internet",
        "fetch:prod",
    ]
    said = [(change.sources, change.destinations, change.traffic) for change in plan.whole.opens]
    for number in plan.whole.holds:
        expectation = after.design.expect[number - 1]
        said.append(((str(expectation.from_),), (str(expectation.to),), expectation.traffic))
    for _ in range(8):
        source, destination = rng.sample(names, 2)
        service = rng.choice(SERVICES)
        try:
            flows = after.trace(source, destination, service).reachable
            if not flows or before.trace(source, destination, service).reachable:
                continue
        except reachsim.ReachsimError:
            continue
        asked = Traffic.parse(service)
        ends = [(ends_of(after, source), ends_of(after, destination))]
        if not any(
            one & set(sources) and other & set(destinations) and not asked - traffic
            for sources, destinations, traffic in said
            for one, other in ends
        ):
            yield f"{source} -> {destination} {service} is open, and no word of it: {plan.whole}"


def ends_of(net: reachsim.Network, name: str) -> set[str]:
    """The names that an answer may use for an end."""
    end = net.endpoint(name)
    short = name.partition(".")[2]
    return {
        name,
        short,
        *(interface.name for interface in end.interfaces),
        *(o.interface.name for o in end.origins if o.interface is not None),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run; 0 when as many are mended and blamed as has to be, and no fix is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.faults", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="cases (1000)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--faults", type=int, default=1, help="faults of each design (1)")
    asked = parser.parse_args(arguments)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.seed, asked.seed + asked.count):
            case(seed, asked.faults, tally, Path(folder))
            if tally.cases % 25 == 0 and tally.cases < asked.count:
                print(f"... {tally}", flush=True)
    print(tally)
    least = 0.97 if asked.faults == 1 else 0.9
    enough = tally.mended >= least * tally.cases and tally.blamed == tally.cases and tally.first >= 0.95 * tally.cases
    return 0 if not tally.failed and (enough or (asked.faults > 1 and tally.mended >= least * tally.cases)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
