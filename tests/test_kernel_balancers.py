"""Load balancers against the Linux kernel: three designs with a Network Load Balancer that keeps client addresses."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from tests.models import shared
from tests.oracle.text import read_yaml, write_yaml

import reachsim
from reachsim.trace.result import Trace

KERNEL = Path(__file__).parent / "kernel2"
DESIGNS = ("nlb-3", "nlb-7", "nlb-11")


def records(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((KERNEL / f"{name}.json").read_text(encoding="utf-8"))
    return found


def ask(net: reachsim.Network, record: dict[str, Any]) -> Trace:
    return net.trace(record["src"], record["dst"], record["traffic"], source_port=record["source_port"])


def same_zone(name: str) -> reachsim.Network:
    """The design with everything in one zone: the kernel's load balancers know none."""
    design = copy.deepcopy(read_yaml((KERNEL / f"{name}.yaml").read_text(encoding="utf-8")))
    for vpc in design["vpcs"].values():
        for subnet in vpc["subnets"].values():
            subnet["az"] = "a"
    return reachsim.loads(write_yaml(design))


def agrees(trace: Trace, record: dict[str, Any]) -> bool:
    """Whether a trace says what the kernel did with a packet."""
    assert not trace.undecided, record
    if trace.delivered != record["forward"]:
        return False
    if "listener" in record and bool(trace.listener) != record["listener"]:
        return False
    if record.get("lost") == "reply: nobody listens":  # no answer was sent, so nothing is known about its way
        return True
    if "nat_port" in record:  # the kernel's NAT keeps the client's port; AWS promises any of 1024-65535
        ports = trace.ways[0].nat_ports
        assert ports is not None
        return (record["source_port"] in ports) == record["reachable"]
    return trace.reachable == record["reachable"]


@pytest.mark.parametrize("name", DESIGNS)
def test_the_kernel_and_the_trace_agree(name: str) -> None:
    net, one_zone = shared(KERNEL / f"{name}.yaml"), same_zone(name)
    by_zone = 0
    for record in records(name):
        trace = ask(net, record)
        if not agrees(trace, record):
            # LB-8: a target in a zone that is not enabled. In one zone the two agree.
            assert trace.blockers[0].rule_id == "LB-8", (record, trace.blockers)
            assert agrees(ask(one_zone, record), record), record
            by_zone += 1
    assert by_zone == {"nlb-11": 7}.get(name, 0)


def test_all_of_them() -> None:
    asked = [record for name in DESIGNS for record in records(name)]
    assert len(asked) == 96
    assert sum(record["kind"] == "balancer" for record in asked) == 31
