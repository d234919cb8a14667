"""Whole designs that load, of a chosen size and with chosen components, and the networks that they are.

A design is plain values, as a file would have them. What is not needed for a failure goes away when it shrinks: a component
is absent, a list empty, a block the first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

import yaml
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from reachsim.calls import checks_types
from reachsim.network import Network, loads
from reachsim.testing.strategies.choice import chance, pick, some, up_to
from reachsim.testing.strategies.rules import SIDE, Body, draw_acl, draw_group, draw_target

_DUMPER: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""libyaml's, where PyYAML has it: a test draws thousands of designs."""
VPCS: Final = ("app", "data", "ops", "dev", "test")
SUBNETS: Final = "abcdefgh"
HOSTS: Final = {"www.example.com": "93.184.216.34", "dns.example.net": "8.8.8.8"}
GROUPS: Final = ("web", "db")
EVERYWHERE: Final = ("0.0.0.0/0", "128.0.0.0/1", "8.8.8.0/24")


class Draft:
    """A design that is being drawn, room by room: first what exists, then what points at it.

    `routes`: by VPC, destination to the targets that a route may have there. `peers`: what rules may name.
    """

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.design: Body = {"version": 1, "region": "eu-west-1", "vpcs": {}}
        self.routes: dict[str, dict[str, list[str]]] = {}
        self.peers: list[str] = list(EVERYWHERE)
        self.public = (f"198.51.100.{number}" for number in range(1, 255))

    @property
    def vpcs(self) -> dict[str, Body]:
        """The bodies of its VPCs by name."""
        vpcs: dict[str, Body] = self.design["vpcs"]
        return vpcs

    def chance(self, one_in: int = 2) -> bool:
        """Yes, once in so many times."""
        return chance(self.draw, one_in)

    def pick(self, choices: Collection[str]) -> str:
        """One of some."""
        return pick(self.draw, list(choices))

    def some(self, choices: Collection[str], least: int = 0) -> list[str]:
        """Some of some, in their order."""
        return some(self.draw, list(choices), least)

    def add(self, where: Body, section: str, name: str, body: Body) -> None:
        """Put a component into a section, which is made where it is missing."""
        where.setdefault(section, {})[name] = body

    def route(self, vpc: str, target: str, *destinations: str) -> None:
        """Let routes of a VPC lead to a target."""
        for destination in destinations:
            self.routes[vpc].setdefault(destination, []).append(target)

    # --- what is always there -----------------------------------------------------------------------

    def vpc(self, number: int, subnets: int, hosts: int) -> None:
        """A VPC with its subnets and instances."""
        name, block = VPCS[number], f"10.{number}.0.0/16"
        body: Body = {"cidrs": [block], "subnets": {}, "instances": {}}
        self.vpcs[name] = body
        self.routes[name] = {}
        self.peers.append(block)
        for n in range(1 + self.draw(up_to(subnets - 1))):
            cidr = self.pick([f"10.{number}.{n}.0/24", f"10.{number}.{n}.16/28", f"10.{number}.{n}.240/28"])
            body["subnets"][SUBNETS[n]] = {"cidr": cidr, "az": "ab"[n % 2]}
            self.peers.append(cidr)
            for _ in range(max(not n, self.draw(up_to(hosts)))):
                body["instances"][f"{name}{len(body['instances']) + 1}"] = {"subnet": SUBNETS[n]}

    def filters(self, name: str, acls: bool) -> None:
        """Security groups, of which instances carry some, and ACLs, which subnets use."""
        body = self.vpcs[name]
        groups = self.some(GROUPS)
        hosts = {**body.get("interfaces", {}), **body["instances"]}
        peers = [*self.peers, *groups, *self.design.get("prefix_lists", {})]
        for group in groups:  # all of one before the next, so that one can go with what was drawn for it
            self.add(body, "security_groups", group, draw_group(self.draw, peers))
            for host in self.some(hosts):
                hosts[host].setdefault("security_groups", []).append(group)
        _drop_bare(body, [name for host in hosts.values() for name in host.get("security_groups", ())])
        if acls and self.chance():
            self.add(body, "network_acls", "edge", draw_acl(self.draw, self.peers))
            for subnet in self.some(body["subnets"], 1):
                body["subnets"][subnet]["network_acl"] = "edge"

    def tables(self, name: str) -> None:
        """Route tables, and which subnet uses which; the main one where it does not say."""
        body = self.vpcs[name]
        made: Body = {}
        for table in ("main", "one"):
            routes: Body = {}
            for destination, targets in self.routes[name].items():
                target = draw_target(self.draw, list(dict.fromkeys(targets)))
                if target is not None:
                    routes[destination] = target
            if routes:
                made[table] = routes
        if made:
            body["route_tables"] = made
        if "one" in made:
            for subnet in self.some(body["subnets"]):
                body["subnets"][subnet]["route_table"] = "one"

    def subnet_of(self, name: str) -> str:
        """Some subnet of a VPC."""
        return self.pick(list(self.vpcs[name]["subnets"]))


def _drop_bare(body: Body, carried: Collection[str]) -> None:
    """Without groups that have no rule, are carried by nobody and named by no rule: choosing fewer is hard for what shrinks
    designs, choosing no rules is easy."""
    groups = body.get("security_groups", {})
    named = {rule[side] for group in groups.values() for way, side in SIDE.items() for rule in group.get(way, ())}
    bare = [name for name, group in groups.items() if group == {"ingress": []} and name not in {*carried, *named}]
    for name in bare:
        del groups[name]
    if bare and not groups:
        del body["security_groups"]


# --- components, in the order in which they are drawn ------------------------------------------------------------------


def _internet_gateways(draft: Draft) -> None:
    for name in draft.some(draft.vpcs):
        vpc = draft.vpcs[name]
        vpc["internet_gateway"] = "igw"
        draft.route(name, "igw", *EVERYWHERE)
        for host in draft.some(vpc["instances"]):
            vpc["instances"][host]["public_ip"] = next(draft.public)


def _ipv6(draft: Draft) -> None:
    for number, (name, vpc) in enumerate(draft.vpcs.items(), 1):
        if not draft.chance():
            continue
        vpc["cidrs"].append(f"2001:db8:{number}::/56")
        draft.peers += ["::/0", f"2001:db8:{number}::/56"]
        for n, subnet in enumerate(vpc["subnets"].values()):
            subnet["ipv6_cidr"] = f"2001:db8:{number}:{n}::/64"
        for n, host in enumerate(draft.some(vpc["instances"]), 16):
            body = vpc["instances"][host]
            prefix = vpc["subnets"][body["subnet"]]["ipv6_cidr"].removesuffix("/64")
            body["ipv6_address"] = f"{prefix}{n:x}"
        if draft.chance():
            vpc["egress_only_internet_gateway"] = "eigw"
            draft.route(name, "eigw", "::/0")
        if "internet_gateway" in vpc:
            draft.route(name, "igw", "::/0")


def _interfaces(draft: Draft) -> None:
    for name in draft.some(draft.vpcs):
        draft.add(draft.vpcs[name], "interfaces", "task", {"subnet": draft.subnet_of(name)})


def _nat_gateways(draft: Draft) -> None:
    for name, vpc in draft.vpcs.items():
        if draft.chance():
            body: Body = {"subnet": draft.subnet_of(name)}
            if "internet_gateway" not in vpc or draft.chance():
                body["connectivity"] = "private"
            draft.add(vpc, "nat_gateways", "ngw", body)
            draft.route(name, "ngw", *EVERYWHERE)


def _nat_instances(draft: Draft) -> None:
    for name, vpc in draft.vpcs.items():
        if draft.chance():
            body: Body = {"subnet": draft.subnet_of(name), "source_dest_check": False, "nat": True}
            if draft.chance():
                body["nat"] = {"ip_forward": True, "masquerade": False}
            if "internet_gateway" in vpc:
                body["public_ip"] = next(draft.public)
            draft.add(vpc, "instances", "nat", body)
            draft.route(name, "nat", *EVERYWHERE)


def _prefix_lists(draft: Draft) -> None:
    draft.design["prefix_lists"] = {"partners": ["8.8.8.0/24", *draft.some(["93.184.216.34/32", "128.0.0.0/1"])]}


def _peering_connections(draft: Draft) -> None:
    names = list(draft.vpcs)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            if draft.chance():
                body = {"requester": one, "accepter": other}
                if draft.chance(3):
                    body["status"] = "pending-acceptance"
                draft.add(draft.design, "peering_connections", f"{one}-{other}", body)
                for near, far in ((one, other), (other, one)):
                    draft.route(near, f"{one}-{other}", *draft.vpcs[far]["cidrs"])


def _transit_gateways(draft: Draft) -> None:
    attached = draft.some(draft.vpcs)
    if not attached:
        return
    attachments = {name: {"vpc": name, "subnets": [next(iter(draft.vpcs[name]["subnets"]))]} for name in attached}
    draft.add(draft.design, "transit_gateways", "tgw", {"attachments": attachments})
    for near in attached:
        draft.route(near, "tgw", *(draft.vpcs[far]["cidrs"][0] for far in attached if far != near))


def _vpn_connections(draft: Draft) -> None:
    name = draft.pick(draft.vpcs)
    draft.add(draft.vpcs[name], "vpn_gateways", "vgw", {})
    line: Body = {"gateway": f"{name}.vgw", "static_routes": ["192.168.0.0/24"]}
    if draft.chance():
        line["state"] = "down"
    draft.add(draft.design, "vpn_connections", "line", line)
    office = {"cidrs": ["192.168.0.0/16"], "via": ["line"], "hosts": {"desk": {"ip": "192.168.0.9"}}}
    draft.add(draft.design, "networks", "office", office)
    draft.peers.append("192.168.0.0/24")
    draft.route(name, "vgw", "192.168.0.0/16")


def _vpc_endpoints(draft: Draft) -> None:
    name = draft.pick(draft.vpcs)
    vpc = draft.vpcs[name]
    vpc["enable_dns_hostnames"] = True
    draft.add(vpc, "vpc_endpoints", "kms", {"type": "interface", "service": "kms", "subnets": [draft.subnet_of(name)]})
    if draft.chance():
        draft.add(vpc, "vpc_endpoints", "s3", {"type": "gateway", "service": "s3", "route_tables": ["main"]})


def _load_balancers(draft: Draft) -> None:
    name = draft.pick(draft.vpcs)
    vpc = draft.vpcs[name]
    body: Body = {"type": "network", "subnets": [draft.subnet_of(name)]}
    if "internet_gateway" not in vpc or draft.chance():
        body["scheme"] = "internal"
    body["listeners"] = {"tcp/443": "hosts"}
    body["target_groups"] = {"hosts": {"targets": draft.some(vpc["instances"], 1)}}
    draft.add(vpc, "load_balancers", "front", body)


def _lambda_functions(draft: Draft) -> None:
    latest: Body = {}
    if draft.chance():
        vpc = draft.pick(draft.vpcs)
        latest = {"vpc": vpc, "subnets": draft.some(draft.vpcs[vpc]["subnets"], 1)}
    draft.add(draft.design, "lambda_functions", "fetch", {"latest": latest})


def _hosts(draft: Draft) -> None:
    draft.design["internet"] = {"hosts": {name: {"ip": address} for name, address in HOSTS.items()}}


def _network_acls(draft: Draft) -> None:
    """Drawn with the rest of the filters."""


COMPONENTS: Final[dict[str, Callable[[Draft], None]]] = {
    "internet_gateways": _internet_gateways,
    "ipv6": _ipv6,
    "interfaces": _interfaces,
    "nat_gateways": _nat_gateways,
    "nat_instances": _nat_instances,
    "prefix_lists": _prefix_lists,
    "peering_connections": _peering_connections,
    "transit_gateways": _transit_gateways,
    "vpn_connections": _vpn_connections,
    "vpc_endpoints": _vpc_endpoints,
    "load_balancers": _load_balancers,
    "lambda_functions": _lambda_functions,
    "hosts": _hosts,
    "network_acls": _network_acls,
}
"""What a design may have besides VPCs, subnets, instances, security groups and route tables."""


@checks_types
@st.composite
def designs(
    draw: st.DrawFn,
    *,
    vpcs: int = 2,
    subnets: int = 3,
    hosts: int = 2,
    components: Collection[str] = tuple(COMPONENTS),
) -> Body:
    """Designs that load. `vpcs`, `subnets` of each VPC, `hosts` of each subnet: at most so many; at least one of each is
    there. `components`: those of `COMPONENTS` that it may have."""
    unknown = sorted(set(components) - set(COMPONENTS))
    if unknown:
        raise InvalidArgument(f"unknown components {', '.join(unknown)}; there are {', '.join(COMPONENTS)}")
    if not (1 <= vpcs <= len(VPCS) and 1 <= subnets <= len(SUBNETS) and 1 <= hosts <= 3):
        raise InvalidArgument(f"vpcs are 1 to {len(VPCS)}, subnets 1 to {len(SUBNETS)}, hosts 1 to 3")
    draft = Draft(draw)
    for number in range(1 + draw(up_to(vpcs - 1))):
        draft.vpc(number, subnets, hosts)
    for name, add in COMPONENTS.items():
        if name in components and draft.chance():
            add(draft)
    for name in draft.vpcs:
        draft.filters(name, "network_acls" in components)
        draft.tables(name)
    return draft.design


@checks_types
def to_yaml(design: Body) -> str:
    """A design as a short text that a person reads and a file could hold."""
    text: str = yaml.dump(design, Dumper=_DUMPER, sort_keys=False, default_flow_style=None, width=120)
    return text


class _Dense(_DUMPER):  # type: ignore[misc]
    """Writes on one line what fits there, so that what a failing test shows is a handful of lines."""

    def represent_mapping(self, *arguments: Any, **options: Any) -> yaml.Node:
        """A node on one line, where that is short."""
        return _flat(super().represent_mapping(*arguments, **options))

    def represent_sequence(self, *arguments: Any, **options: Any) -> yaml.Node:
        """A node on one line, where that is short."""
        return _flat(super().represent_sequence(*arguments, **options))


_LINE: Final = 80


def _flat(node: Any) -> yaml.Node:
    node.flow_style = _width(node) <= _LINE
    return node  # type: ignore[no-any-return]


def _width(node: Any) -> int:
    """About how wide a node is on one line."""
    if isinstance(node, yaml.ScalarNode):
        return len(node.value)
    parts = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))]
    return 2 + sum(2 + _width(part) for part in parts)


def _dense(design: Body) -> str:
    text: str = yaml.dump(design, Dumper=_Dense, sort_keys=False, width=120)
    return text


@checks_types
@st.composite
def networks(
    draw: st.DrawFn,
    *,
    vpcs: int = 2,
    subnets: int = 3,
    hosts: int = 2,
    components: Collection[str] = tuple(COMPONENTS),
) -> Network:
    """Networks of such designs, loaded. A failing test shows the design as YAML."""
    text = _dense(draw(designs(vpcs=vpcs, subnets=subnets, hosts=hosts, components=components)))
    note(text)
    network = loads(text, file="generated.yaml")
    network.endpoints  # noqa: B018 - built while drawing, whose time the deadline of a test does not count
    return network


@checks_types
def plain(network: Network) -> dict[str, Any]:
    """The design of a network as plain values; treat them as read-only."""
    data: dict[str, Any] = network.source.document.data
    return data
