"""The naive evaluator on every model: what is expected there holds, and what is marked `fails` does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.oracle.borders import packets
from tests.oracle.naive.world import World
from tests.oracle.text import read_yaml

MODELS = sorted((Path(__file__).parent.parent.parent / "models").glob("*.yaml"))
# The example of the format leaves out `fails`; its own comments say which expectations do not hold.
FAILING = {"vpc-lambda-as-found": {1, 4, 5}}


def client_ports(world: World, source: Any) -> list[int]:
    """NACL-12: a few of the ports that a client uses by its operating system."""
    for i in world.interfaces:
        if source in (i.host, f"{i.vpc}.{i.host}"):
            if i.body.get("client_ports"):
                return [int(each) for each in str(i.body["client_ports"]).split("-")]
            if "windows" in str(i.body.get("ami", "")).lower():
                return [49152, 65535]
    return [32768, 50000, 60999]


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in MODELS])
def test_model(path: Path) -> None:
    design = read_yaml(path.read_text(encoding="utf-8"))
    world = World(design)
    for number, expectation in enumerate(design.get("expect") or [], 1):
        asked = [each.verdict for each in packets(world, expectation, client_ports(world, expectation["from"]))]
        if any(verdict.undecided for verdict in asked):
            continue
        if "deny" in expectation:
            holds = not any(verdict.forward for verdict in asked)
        else:
            holds = all(each.forward if expectation.get("one_way") else each.reachable for each in asked)
        fails = bool(expectation.get("fails")) or number in FAILING.get(path.stem, ())
        assert holds != fails, (expectation, next((each.lost for each in asked if each.lost), ""))
