"""What reachsim understood of the rules of a design: route tables, ACLs and security groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reachsim.dataplane.filters import Direction
from reachsim.network import Network
from reachsim.places import line_of
from reachsim.report.text import Look, TextRow, grid, hanging
from reachsim.rules.clauses import Clause

ROWS = 50

Data = dict[str, Any]


def head(text: str, where: str, look: Look) -> list[str]:
    """The line above a table, with its line in the file."""
    return hanging("  ", f"{text}  {line_of(where)}".rstrip(), look.width)


def rules_table(rows: Sequence[TextRow], header: Sequence[str], look: Look, indent: int = 2) -> list[str]:
    """A table without columns that are empty, cut after `ROWS` rows."""
    used = [any(column < len(row) and row[column] for row in rows) for column in range(len(header))]
    kept = [[cell for cell, keep in zip(row, used, strict=False) if keep] for row in look.few(rows, ROWS)]
    lines = grid(kept, look.width, header=[h for h, keep in zip(header, used, strict=True) if keep], indent=indent)
    rest = look.rest(rows, ROWS)
    return [*lines, " " * indent + rest] if rest else lines


def routes(net: Network) -> Iterator[Data]:
    for (vpc, rules_table), checkpoint in net.topology.tables.items():
        subnets = [name for name, body in net.design.vpcs[vpc].subnets.items() if body.table_name == rules_table]
        regional = (interface.subnet for interface in net.topology.interfaces.values() if interface.subnet.regional)
        subnets += [place.name for place in regional if place.table is checkpoint]  # NATGW-17
        yield {
            "vpc": vpc,
            "name": rules_table,
            "subnets": subnets,
            "where": net.locate(checkpoint.path),
            "routes": [
                {
                    "destination": str(route.destination),
                    "target": route.target,
                    "prefix_list": route.prefix_list or None,
                    "state": "blackhole" if route.inactive else "active",
                    "reason": route.inactive,
                    "where": net.locate(route.path),
                }
                for route in checkpoint.routes
            ],
        }


def routes_text(items: Sequence[Data], look: Look) -> list[str]:
    lines: list[str] = []
    for rules_table in items:
        used = f"used by {', '.join(rules_table['subnets'])}" if rules_table["subnets"] else "used by no subnet"
        lines += head(f"{rules_table['vpc']}.{rules_table['name']}  {used}", rules_table["where"], look)
        rows: list[TextRow] = []
        for route in rules_table["routes"]:
            state = (f"blackhole: {route['reason']}", look.style.red) if route["reason"] else ""
            via = f" ({route['prefix_list']})" if route["prefix_list"] else ""
            rows.append([f"{route['destination']}{via}", f"-> {route['target']}", state, line_of(route["where"])])
        lines += grid(look.few(rows, ROWS), look.width, indent=4)
        rest = look.rest(rows, ROWS)
        lines += [f"    {rest}"] if rest else []
    return lines


def acls(net: Network) -> Iterator[Data]:
    for vpc_name, vpc in net.design.vpcs.items():
        for name in dict.fromkeys(("default", *vpc.network_acls)):
            path = net.policy.path("network_acls", vpc_name, name)
            subnets = [s for s, body in vpc.subnets.items() if body.acl_name == name]
            if not subnets and not path:
                continue
            rules = {
                d.value: [_rule(net, c) for c in net.policy.filter(net.policy.acl(vpc_name, name, d)).clauses]
                for d in Direction
            }
            yield {"vpc": vpc_name, "name": name, "subnets": subnets, "where": net.locate(path), **rules}


def groups(net: Network) -> Iterator[Data]:
    members: dict[tuple[str, str], list[str]] = {}
    for interface in net.topology.interfaces.values():
        for group in interface.groups or ():
            members.setdefault(group, []).append(interface.name)
    for vpc_name, vpc in net.design.vpcs.items():
        for name in dict.fromkeys(("default", *vpc.security_groups)):
            path = net.policy.path("security_groups", vpc_name, name)
            used = members.get((vpc_name, name), [])
            if not used and not path:
                continue
            rules = {
                d.value: [_rule(net, c) for c in net.policy.filter(net.policy.groups(vpc_name, (name,), d)).clauses]
                for d in Direction
            }
            if not any(rule["where"] for rule in rules["egress"]) and rules["egress"]:
                rules["egress"] = [{"rule": "all to everyone (AWS's default)", "where": ""}]
            yield {"vpc": vpc_name, "name": name, "interfaces": used, "where": net.locate(path), **rules}


def _rule(net: Network, clause: Clause) -> Data:
    """A rule with its line; AWS's own rules, which no key writes, have none."""
    return {"rule": clause.text, "where": net.locate(clause.path) if len(clause.path) > _OWNER else ""}


_OWNER = len(("vpcs", "VPC", "security_groups", "NAME"))


def filters_text(key: str) -> Callable[[Sequence[Data], Look], list[str]]:
    def text(items: Sequence[Data], look: Look) -> list[str]:
        lines: list[str] = []
        for item in items:
            used = [*look.few(item[key], 8)]
            more = f" and {len(item[key]) - len(used)} more" if len(used) < len(item[key]) else ""
            whom = f"used by {', '.join(used)}{more}" if used else "used by nothing"
            lines += head(f"{item['vpc']}.{item['name']}  {whom}", item["where"], look)
            for direction in ("ingress", "egress "):
                rules = item[direction.strip()]
                rows: list[TextRow] = [
                    [direction if not index else " " * 7, rule["rule"], line_of(rule["where"])]
                    for index, rule in enumerate(look.few(rules, ROWS))
                ]
                lines += grid(rows or [[direction, "nothing passes"]], look.width, indent=4)
                rest = look.rest(rules, ROWS)
                lines += [f"    {rest}"] if rest else []
        return lines

    return text
