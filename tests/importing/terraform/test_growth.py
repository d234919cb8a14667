"""How much work a state is: it grows with the state, not with its square."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import VPC, group, host, imported, state

from reachsim.importing.terraform.snapshot import Resource


def _state(size: int) -> dict[str, Any]:
    """As many groups with a rule, tables with a route, ACLs with an entry, hosts, functions with an alias."""
    out: dict[str, Any] = dict(VPC)
    for n in range(size):
        out[f"aws_security_group.g{n}"] = group(f"sg-{n}")
        out[f"aws_security_group_rule.r{n}"] = {
            "id": f"sgr-{n}", "type": "ingress", "security_group_id": f"sg-{n}", "protocol": "tcp", "from_port": n,
            "to_port": n, "cidr_blocks": ["10.0.0.0/8"],
        }  # fmt: skip
        out[f"aws_route_table.t{n}"] = {"id": f"rtb-{n}", "vpc_id": "vpc-1", "route": []}
        block = f"192.168.{n}.0/24"
        out[f"aws_route.r{n}"] = {"id": f"r-{n}", "route_table_id": f"rtb-{n}", "destination_cidr_block": block}
        out[f"aws_network_acl.a{n}"] = {"id": f"acl-{n}", "vpc_id": "vpc-1", "ingress": [], "egress": []}
        out[f"aws_network_acl_rule.e{n}"] = {"id": f"e-{n}", "network_acl_id": f"acl-{n}", "rule_number": 1}
        out[f"aws_instance.h{n}"] = host(f"h{n}", f"10.0.1.{10 + n}", f"sg-{n}")
        out[f"aws_lambda_function.f{n}"] = {"id": f"f{n}", "function_name": f"f{n}", "version": "$LATEST"}
        alias = {"id": f"l{n}", "name": "live", "function_name": f"f{n}", "function_version": "$LATEST"}
        out[f"aws_lambda_alias.l{n}"] = alias
    return out


def test_reading_a_state_grows_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, read = [0], Resource.get

    def counting(self: Resource, key: str) -> Any:
        asked[0] += 1
        return read(self, key)

    monkeypatch.setattr(Resource, "get", counting)
    told = []
    for size in (20, 160):
        asked[0] = 0
        imported(tmp_path, state(_state(size)))
        told.append(asked[0])
    assert told[1] < 10 * told[0]  # eight times the state
