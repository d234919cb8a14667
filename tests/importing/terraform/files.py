"""Small states and plans, written by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import reachsim
from reachsim.importing import Imported, import_files
from reachsim.importing.options import Options
from reachsim.importing.terraform import addresses

Values = dict[str, Any]

VPC: Mapping[str, Values] = {
    "aws_vpc.main": {
        "id": "vpc-1", "cidr_block": "10.0.0.0/16", "default_security_group_id": "sg-0", "default_network_acl_id": "acl-0",
        "default_route_table_id": "rtb-0", "main_route_table_id": "rtb-0",
    },
    "aws_subnet.a": {"id": "subnet-a", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24"},
    "aws_subnet.b": {"id": "subnet-b", "vpc_id": "vpc-1", "cidr_block": "10.0.2.0/24"},
}  # fmt: skip
"""A VPC with two subnets, applied."""


def host(id: str, ip: str, group: str, subnet: str = "subnet-a") -> Values:
    """An instance of a state."""
    return {
        "id": f"i-{id}", "subnet_id": subnet, "private_ip": ip, "vpc_security_group_ids": [group],
        "primary_network_interface_id": f"eni-{id}", "source_dest_check": True,
    }  # fmt: skip


def group(id: str, ingress: Any = (), egress: Any = ()) -> Values:
    """A security group of a state."""
    return {"id": id, "name": id, "vpc_id": "vpc-1", "ingress": list(ingress), "egress": list(egress)}


def rule(port: int, **peers: Any) -> Values:
    """A rule inside a group."""
    return {"protocol": "tcp", "from_port": port, "to_port": port, **peers}


EVERYTHING: Values = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}


def state(resources: Mapping[str, Values]) -> dict[str, Any]:
    """A state file of version 4."""
    found = []
    for text, values in resources.items():
        at = addresses.parse(text)
        instance: Values = {"attributes": values} | ({} if at.key is None else {"index_key": at.key})
        module = {"module": ".".join(f"module.{step}" for step in at.modules)} if at.modules else {}
        mode = "data" if at.data else "managed"
        found.append({**module, "mode": mode, "type": at.type, "name": at.name, "instances": [instance]})
    return {"version": 4, "terraform_version": "1.11.4", "resources": found}


def plan(
    resources: Mapping[str, Values], configuration: Mapping[str, Any], unknown: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """A plan that makes resources. `configuration`: by block (`aws_subnet.a`) its expressions, each a list of references
    or a value; `unknown`: by address what is true in `after_unknown`, beside the id."""
    planned, changes = [], []
    for text, values in resources.items():
        planned.append({"address": text, "values": values})
        marks = {"id": True, **unknown.get(text, {})}
        changes.append({"address": text, "change": {"actions": ["create"], "before": None, "after_unknown": marks}})
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {"root_module": module(configuration)},
        **more,
    }


def module(blocks: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The configuration of a module."""
    resources = []
    for text, expressions in blocks.items():
        at = addresses.parse(text)
        loops = {key: expression(value) for key, value in expressions.items() if key.endswith("_expression")}
        own = {key: expression(value) for key, value in expressions.items() if not key.endswith("_expression")}
        mode = "data" if at.data else "managed"
        resources.append({"mode": mode, "type": at.type, "name": at.name, "expressions": own, **loops})
    return {"resources": resources, **more}


def expression(value: Any) -> Any:
    """A list is references, a tuple blocks, anything else a constant."""
    if isinstance(value, tuple):
        return [{key: expression(one) for key, one in block.items()} for block in value]
    return {"references": value} if isinstance(value, list) else {"constant_value": value}


def imported(folder: Path, data: Any, *, strict: bool = False) -> Imported:
    """What comes of a document."""
    file = folder / "terraform.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return import_files([file], Options(strict=strict))


def network(found: Imported) -> reachsim.Network:
    """The network of an import."""
    return reachsim.loads(json.dumps(found.design))


def verdict(found: Imported, source: str, destination: str, traffic: str) -> str:
    """Whether traffic between two addresses of resources (or an end of a question) gets there and back: ``holds``, ``fails``
    or ``undecided``."""
    ends = [found.names.get(each, each) for each in (source, destination)]
    return network(found).expect(*ends, allow=traffic).verdict
