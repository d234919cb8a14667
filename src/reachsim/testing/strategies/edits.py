"""Edits of a design, and faults to put into it: what a hand slips on. Each is one mapping for `Network.with_`.

They are enumerated from plain values, so that the same design always has the same edits in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from reachsim.calls import checks_types, made_by
from reachsim.errors import format_path, shown
from reachsim.loading.tree import value_at
from reachsim.network import Network
from reachsim.rules.clauses import KeyPath
from reachsim.testing.strategies.designs import plain
from reachsim.testing.strategies.rules import Body
from reachsim.topology.edit import parse_path

Edit = dict[str | KeyPath, Any]
"""Key paths to new values; None takes the key away."""


@made_by("given(rs.faults(net))")
@dataclass(frozen=True)
class Fault:
    """A mistake. `name`: its kind. `path`: the key that is wrong. `value`: what stands there, None for nothing.
    `edits`: for `Network.with_`."""

    name: str
    path: KeyPath
    value: Any = None

    @property
    def edits(self) -> Edit:
        """The mapping for `Network.with_`."""
        return {self.path: self.value}

    def __str__(self) -> str:
        what = "taken away" if self.value is None else f"becomes {shown(self.value)}"
        return f"{self.name}: {format_path(self.path)} {what}"


def rule_paths(design: Body, section: str) -> list[KeyPath]:
    """Every rule of `security_groups` or `network_acls`, in the order of the file."""
    return [
        ("vpcs", vpc, section, name, direction, index)
        for vpc, body in design.get("vpcs", {}).items()
        for name, owner in body.get(section, {}).items()
        for direction in ("ingress", "egress")
        for index in range(len(_rules(owner, direction)))
    ]


def _rules(owner: Any, direction: str) -> list[Any]:
    """The rules of a direction; none where it is left out, or not known."""
    rules = owner.get(direction) if isinstance(owner, dict) else None
    return rules if isinstance(rules, list) else []


def routes(design: Body) -> list[KeyPath]:
    """Every route of every table of subnets, also of one in long form."""
    out: list[KeyPath] = []
    for vpc, body in design.get("vpcs", {}).items():
        for name, table in body.get("route_tables", {}).items():
            if not isinstance(table, dict) or "gateway" in table:
                continue
            long = isinstance(table.get("routes"), dict)
            base: KeyPath = ("vpcs", vpc, "route_tables", name, *(["routes"] if long else []))
            out += [
                (*base, to) for to in (table["routes"] if long else table) if to not in ("routes", "propagate", "tags")
            ]
    return out


def closing(design: Body) -> list[Edit]:
    """Edits that can only close: a rule of a security group less, an allow of an ACL made a deny."""
    groups: list[Edit] = [{path: None} for path in rule_paths(design, "security_groups")]
    return groups + [
        {path: {"deny" if key == "allow" else key: value for key, value in value_at(design, path).items()}}
        for path in rule_paths(design, "network_acls")
        if "allow" in value_at(design, path)
    ]


OPENINGS: Final = (
    {"allow": "tcp/22", "from": "0.0.0.0/0"},
    {"allow": "all", "from": "0.0.0.0/0"},
    {"allow": "tcp/443", "from": "10.0.0.0/8"},
)
"""Rules that are added to a security group."""


def opening(design: Body) -> list[Edit]:
    """Edits that can only open: one rule of a security group more."""
    out: list[Edit] = []
    for vpc, body in design.get("vpcs", {}).items():
        for name, group in body.get("security_groups", {}).items():
            path: KeyPath = ("vpcs", vpc, "security_groups", name, "ingress")
            if "ingress" not in group:
                out += [{path: [rule]} for rule in OPENINGS]
            elif isinstance(group["ingress"], list):
                out += [{(*path, len(group["ingress"])): rule} for rule in OPENINGS]
    return out


def rerouting(design: Body) -> list[Edit]:
    """Routes that are taken away, lead nowhere, or are missing with their whole table."""
    out: list[Edit] = []
    for path in routes(design):
        out += [{path: None}, {path: "blackhole"}]
    for vpc, body in design.get("vpcs", {}).items():
        for name, subnet in body.get("subnets", {}).items():
            if "route_table" in subnet:
                out.append({("vpcs", vpc, "subnets", name, "route_table"): None})
    return out


_STATES: Final = {
    "nat_gateways": ("NAT gateway failed", "available", "failed"),
    "vpc_endpoints": ("endpoint not accepted", "available", "pending"),
    "instances": ("instance stopped", "running", "stopped"),
}
"""Of what is in a VPC: the section, the name of its fault, and its state before and after."""


@checks_types
def faults_of(design: Body) -> list[Fault]:
    """Every fault that can be put into a design: what a person forgets, or what fails by itself."""
    found: list[Fault] = []
    for vpc, body in design.get("vpcs", {}).items():
        found += _of_hosts(("vpcs", vpc), body)
        found += _of_places(("vpcs", vpc), body)
    return [*found, *_of_routes_and_rules(design), *_of_connections(design)]


def _of_hosts(here: KeyPath, body: Body) -> Iterator[Fault]:
    for kind in ("instances", "interfaces"):
        for name, host in body.get(kind, {}).items():
            if host.get("source_dest_check") is False:
                yield Fault("source/dest check on", (*here, kind, name, "source_dest_check"), True)
            if host.get("security_groups") not in (None, "unknown"):
                yield Fault("no security group", (*here, kind, name, "security_groups"))


def _of_places(here: KeyPath, body: Body) -> Iterator[Fault]:
    """What fails by itself in a VPC, and subnets without what they are associated with."""
    for section, (fault, before, after) in _STATES.items():
        for name, owner in body.get(section, {}).items():
            if owner.get("state", before) == before:
                yield Fault(fault, (*here, section, name, "state"), after)
    for name, balancer in body.get("load_balancers", {}).items():
        for group in balancer.get("target_groups", {}):
            path = (*here, "load_balancers", name, "target_groups", group, "healthy")
            yield Fault("targets unhealthy", path, False)
    for name, subnet in body.get("subnets", {}).items():
        for key in ("route_table", "network_acl"):
            if key in subnet:
                yield Fault(f"{key} not associated", (*here, "subnets", name, key))


def _of_routes_and_rules(design: Body) -> Iterator[Fault]:
    for path in routes(design):
        yield Fault("route missing", path)
        if value_at(design, path) not in ("blackhole", "local", "unknown"):
            yield Fault("route leads nowhere", path, "blackhole")
    for path in rule_paths(design, "security_groups"):
        yield Fault("rule missing", path)
    for path in rule_paths(design, "network_acls"):
        yield Fault("ACL rule missing", path)
    for edit in opening(design)[: len(OPENINGS) * 8]:
        for where, rule in edit.items():
            yield Fault("rule too wide", parse_path(where), rule)


def _of_connections(design: Body) -> Iterator[Fault]:
    for name, peering in design.get("peering_connections", {}).items():
        if peering.get("status", "active") == "active":
            yield Fault("peering not accepted", ("peering_connections", name, "status"), "pending-acceptance")
    for name, line in design.get("vpn_connections", {}).items():
        if line.get("state") != "down":
            yield Fault("VPN down", ("vpn_connections", name, "state"), "down")
    for name, gateway in design.get("transit_gateways", {}).items():
        for attachment, body in gateway.get("attachments", {}).items():
            if body.get("state", "available") == "available":
                path = ("transit_gateways", name, "attachments", attachment, "state")
                yield Fault("attachment failed", path, "failed")


def _one_of(network: Network, candidates: list[Any], what: str) -> st.SearchStrategy[Any]:
    if not candidates:
        raise InvalidArgument(f"{network.source.file} has nothing {what}")
    return st.sampled_from(candidates).map(_noted)


def _noted(drawn: Any) -> Any:
    note(
        str(drawn)
        if isinstance(drawn, Fault)
        else "; ".join(f"{format_path(parse_path(p))}: {v!r}" for p, v in drawn.items())
    )
    return drawn


@checks_types
def closings(network: Network) -> st.SearchStrategy[Edit]:
    """Edits that can only close."""
    return _one_of(network, closing(plain(network)), "to close")


@checks_types
def openings(network: Network) -> st.SearchStrategy[Edit]:
    """Edits that can only open."""
    return _one_of(network, opening(plain(network)), "to open")


@checks_types
def edits(network: Network) -> st.SearchStrategy[Edit]:
    """Single edits of any kind: rules less and more, routes taken away."""
    design = plain(network)
    return _one_of(network, [*closing(design), *opening(design), *rerouting(design)], "to edit")


@checks_types
def faults(network: Network) -> st.SearchStrategy[Fault]:
    """Faults to put into a network: `network.with_(fault.edits)`."""
    return _one_of(network, faults_of(plain(network)), "that could fail")
