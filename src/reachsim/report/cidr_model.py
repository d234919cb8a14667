"""An address plan as a model in YAML, and as variables for Terraform."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from reachsim.cidr.plan import Plan, PlannedVpc
from reachsim.errors import visible
from reachsim.net.cidr import Cidr
from reachsim.report.cidr_plan import merged
from reachsim.resources.route_table import in_long_form

_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def _yaml(name: str) -> str:
    """A name as a YAML scalar that every reader takes for text."""
    if _BARE.fullmatch(name) and name.lower() not in _WORDS:
        return name
    return json.dumps(name, ensure_ascii=False)


def plan_yaml(plan: Plan) -> str:
    """The planned VPCs as a reachsim model: blocks, subnets, wished peering connections and the routes over
    them.

    It loads as it is. A VPC of a model that gets more, blocks or routes, is written whole, with all that the
    model says of it, to be put in place of what stands there.
    """
    blocks = {existing.name: list(existing.cidrs) for existing in plan.existing}
    blocks |= {vpc.name: list(vpc.blocks) for vpc in plan.vpcs}
    bodies = {e.name: e.body for e in plan.existing if e.body is not None}
    peered = {name for _, one, other in plan.peerings for name in (one, other)}
    planned = {vpc.name: vpc for vpc in plan.vpcs}
    again = [name for name in bodies if name in planned or name in peered]
    lines = ["# Planned by reachsim cidr plan."]
    if again:
        lines.append(f"# In place of what the model says of: {', '.join(map(visible, again))}.")
    inline = [e for e in plan.existing if e.vpc and e.inline and e.name not in planned]
    lines += ["version: 1", "vpcs:" if planned or inline or again else "vpcs: {}"]
    for vpc in plan.vpcs:
        if vpc.name not in bodies:
            subnets = [*_rows(vpc), *merged(vpc.other_subnets)]
            lines += _yaml_vpc(vpc.name, blocks[vpc.name], subnets, plan, blocks)
    for existing in inline:
        lines += _yaml_vpc(existing.name, list(existing.cidrs), merged(existing.subnets), plan, blocks)
    for name in again:
        body = _grown(bodies[name], planned.get(name), list(_routes(name, plan, blocks)))
        lines += [f"  {line}" for line in _dumped({name: body}).rstrip().split("\n")]
    if plan.peerings:
        lines.append("peering_connections:")
        lines += [
            f"  {_yaml(name)}: {{requester: {_yaml(one)}, accepter: {_yaml(other)}}}"
            for name, one, other in plan.peerings
        ]
    return "\n".join(lines)


def _rows(vpc: PlannedVpc) -> list[tuple[str, Cidr | None, Cidr | None, str]]:
    return [(s.name, s.cidr, s.ipv6_cidr, s.zone) for s in vpc.subnets]


def _routes(name: str, plan: Plan, blocks: dict[str, list[Cidr]]) -> Iterator[tuple[Cidr, str]]:
    """Destination and target of the routes that a VPC needs for the wished peering connections."""
    for connection, one, other in plan.peerings:
        if name in (one, other):
            for block in blocks[other if name == one else one]:
                yield block, connection


def _grown(body: Mapping[str, Any], vpc: PlannedVpc | None, routes: Sequence[tuple[Cidr, str]]) -> dict[str, Any]:
    """What a model says of a VPC, with what the plan adds; nothing of it is left out or changed."""
    out = dict(body)
    if vpc is not None:
        written = out.get("cidrs")
        fresh = [str(block) for block in vpc.blocks if block not in vpc.standing]
        out["cidrs"] = [*(written if isinstance(written, list) else [written]), *fresh]
        subnets = {name: dict(subnet or {}) for name, subnet in (out.get("subnets") or {}).items()}
        for name, fourth, sixth, zone in _rows(vpc):
            if name in subnets:
                if sixth is not None:
                    subnets[name].setdefault("ipv6_cidr", str(sixth))
                continue
            fields = {"cidr": fourth, "ipv6_cidr": sixth, "az": zone}
            subnets[name] = {key: str(value) for key, value in fields.items() if value}
        if subnets:
            out["subnets"] = subnets
    if routes:
        added = {str(block): connection for block, connection in routes}
        tables = {"main": {}, **(out.get("route_tables") or {})}
        out["route_tables"] = {name: _routed(table or {}, added) for name, table in tables.items()}
    return out


def _routed(table: Mapping[str, Any], added: Mapping[str, str]) -> dict[str, Any]:
    """A table with more routes: the peer is to be reached from every subnet, and a gateway's table serves none."""
    if not in_long_form(table):
        return {**added, **table}
    return dict(table) if "gateway" in table else {**table, "routes": {**added, **(table.get("routes") or {})}}


class _Dumper(yaml.SafeDumper):
    """Writes every value out, also where it is shared."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always."""
        return True


def _dumped(data: dict[str, Any]) -> str:
    """Plain values as YAML, in their order, what is innermost on one line."""
    text = yaml.dump(data, Dumper=_Dumper, default_flow_style=None, sort_keys=False, allow_unicode=True, width=10_000)
    return str(text)


def _yaml_vpc(
    name: str,
    cidrs: Sequence[Cidr],
    subnets: Sequence[tuple[str, Cidr | None, Cidr | None, str]],
    plan: Plan,
    blocks: dict[str, list[Cidr]],
) -> Iterator[str]:
    yield f"  {_yaml(name)}:"
    yield f"    cidrs: [{', '.join(_block(block) for block in cidrs)}]"
    if subnets:
        yield "    subnets:"
    for label, fourth, sixth, zone in subnets:
        fields = [
            f"{key}: {value}"
            for key, value in (
                ("cidr", fourth),
                ("ipv6_cidr", _block(sixth) if sixth else None),
                ("az", _yaml(zone) if zone else None),
            )
            if value is not None
        ]
        yield f"      {_yaml(label)}: {{{', '.join(fields)}}}"
    routes = [f"{_block(block)}: {_yaml(connection)}" for block, connection in _routes(name, plan, blocks)]
    if routes:
        yield "    route_tables:"
        yield f"      main: {{{', '.join(routes)}}}"


def _block(block: Cidr) -> str:
    """A block as a YAML scalar; one that begins or ends like something else is quoted."""
    return f'"{block}"' if block.version == 6 else str(block)


def plan_terraform(plan: Plan) -> str:
    """The planned VPCs as the values of a variable `vpcs`, for a .tfvars file.

    A VPC that exists has the subnets that it has beside the new ones, or Terraform would take them away.
    """
    zones = {e.name: _zones(e.body) for e in plan.existing if e.body is not None}
    lines = ["vpcs = {"]
    for vpc in plan.vpcs:
        secondary = ", ".join(_hcl(str(block)) for block in vpc.cidrs[1:])
        lines.append(f"  {_hcl(vpc.name)} = {{")
        lines.append(f"    cidr_block            = {_hcl(str(vpc.cidrs[0])) if vpc.cidrs else 'null'}")
        lines.append(f"    secondary_cidr_blocks = [{secondary}]")
        lines.append(f"    ipv6_cidr_blocks      = [{', '.join(_hcl(str(block)) for block in vpc.ipv6_cidrs)}]")
        there = zones.get(vpc.name, {})
        subnets: list[tuple[object, ...]] = [(s.name, s.tier, s.zone, s.cidr, s.ipv6_cidr) for s in vpc.subnets]
        subnets += [(name, None, there.get(name), *blocks) for name, *blocks, _ in merged(vpc.other_subnets)]
        lines.append("    subnets = {" if subnets else "    subnets = {}")
        for name, *values in subnets:
            keys = ("tier", "zone", "cidr_block", "ipv6_cidr_block")
            fields = ", ".join(f"{key} = {_hcl(value)}" for key, value in zip(keys, values, strict=True))
            lines.append(f"      {_hcl(name)} = {{ {fields} }}")
        lines += ["    }", "  }"] if subnets else ["  }"]
    return "\n".join([*lines, "}"])


def _zones(body: Mapping[str, Any]) -> dict[str, str]:
    """The zones of subnets that a model tells."""
    subnets: Mapping[str, Any] = body.get("subnets") or {}
    return {name: subnet["az"] for name, subnet in subnets.items() if isinstance(subnet, dict) and subnet.get("az")}


def _hcl(value: object) -> str:
    """A value as a quoted template of Terraform without any interpolation in it; null where there is none."""
    if value is None:
        return "null"
    return json.dumps(str(value), ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
