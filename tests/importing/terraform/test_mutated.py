"""A file of which something was changed is read or refused, never more."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import VPC, group, host, rule, state

from reachsim.importing.builder import build
from reachsim.importing.inventory import Inventory
from reachsim.importing.options import Options
from reachsim.importing.sources import decoded
from reachsim.importing.terraform.reader import read_source, recognises

MADE = Path(__file__).parent / "made"
_ODD = (None, 3, "x", "", [], {}, True, [None], {"a": 1}, [[]], "10.0.0.0/8", "aws_vpc.x", ["x"], 1.5, [{}], "x" * 300)


def _nodes(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of a document, as what holds it and the key."""
    waiting = [data]
    while waiting:
        holder = waiting.pop()
        keys: Any = holder if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in list(keys):
            yield holder, key
            waiting.append(holder[key])


def _mutated(data: Any, chance: random.Random) -> Any:
    out = copy.deepcopy(data)
    nodes = list(_nodes(out))
    for holder, key in chance.sample(nodes, min(len(nodes), chance.randint(1, 10))):
        if isinstance(holder, dict) and chance.random() < 0.25:
            holder.pop(key, None)
        else:
            holder[key] = chance.choice(_ODD)
    return out


@pytest.mark.parametrize("form", ["plan", "state", "file"])
def test_a_changed_file_gives_no_traceback(form: str) -> None:
    small = {
        **VPC,
        "aws_security_group.g": group("sg-1", [rule(80, self=True)]),
        "aws_instance.i": host("i", "10.0.1.9", "sg-1"),
    }
    data = state(small) if form == "file" else json.loads((MADE / "acls" / f"{form}.json").read_text(encoding="utf-8"))
    for seed in range(12):
        source = decoded(json.dumps(_mutated(data, random.Random(seed))), "mutated.json")
        for options in (Options(), Options(strict=True), Options(before=True)):
            if recognises(source):
                inventory = Inventory()
                read_source(inventory, source, options)
                build(inventory)


def test_secrets_of_a_state_reach_neither_the_design_nor_a_note(tmp_path: Path) -> None:
    secret = "hunter2-secret"
    data = state(
        {
            **VPC,
            "aws_security_group.g": group("sg-1") | {"description": secret},
            "aws_instance.i": host("i", "10.0.1.9", "sg-1") | {"user_data": secret, "password_data": secret},
            "aws_db_instance.d": {
                "id": "db",
                "password": secret,
                "db_subnet_group_name": "g",
                "vpc_security_group_ids": ["sg-1"],
            },
            "aws_db_subnet_group.g": {"id": "g", "name": "g", "subnet_ids": ["subnet-a"]},
            "aws_lambda_function.f": {
                "id": "f",
                "function_name": "f",
                "environment": [{"variables": {"TOKEN": secret}}],
            },
            "aws_vpn_connection.v": {"id": "vpn-1", "vpn_gateway_id": "vgw-1", "tunnel1_preshared_key": secret},
            "aws_networkfirewall_firewall.w": {"id": "fw", "description": secret},
        }
    )
    inventory = Inventory()
    read_source(inventory, decoded(json.dumps(data), "terraform.tfstate"), Options())
    out = build(inventory)
    assert "aws_db_instance.d" in inventory.aliases
    assert secret not in json.dumps(out.design)
    assert secret not in " ".join(map(str, (*out.notes, *inventory.not_read, *inventory.assumed)))
