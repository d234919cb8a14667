"""The engine against the Linux kernel, with the rest of AWS's network: thirty designs rebuilt from namespaces and nftables,
960 real packets."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.models import shared

from reachsim.resources.resource import sections

KERNEL = Path(__file__).parent / "kernel2"
DESIGNS = sorted(path.stem for path in KERNEL.glob("*.yaml"))
ELSEWHERE = {"balancer", "service", "endpoint"}
"""Kinds of packets that tests of their own look at: what is asked of load balancers, endpoints and services."""


def records(design: str) -> list[dict[str, Any]]:
    """The packets of a design."""
    found: list[dict[str, Any]] = json.loads((KERNEL / f"{design}.json").read_text(encoding="utf-8"))
    return found


def through(design: str) -> list[dict[str, Any]]:
    """Those between hosts and networks."""
    return [record for record in records(design) if record["kind"] not in ELSEWHERE]


@pytest.mark.parametrize("design", DESIGNS)
def test_the_kernel_and_the_trace_agree(design: str) -> None:
    if not through(design):
        pytest.skip("only packets to load balancers or endpoints")
    net = shared(KERNEL / f"{design}.yaml")
    modelled = {"vpc_endpoints", "load_balancers"} <= sections("vpc").keys()
    for record in through(design):
        trace = net.trace(record["src"], record["dst"], record["traffic"], source_port=record["source_port"])
        if trace.undecided.endswith("which is not modelled") and not modelled:
            continue  # it may go by an endpoint or a load balancer
        assert not trace.undecided, (record, trace.undecided)
        assert trace.delivered == record["forward"], record
        if record.get("lost") == "reply: nobody listens":
            continue  # no answer was sent, so nothing is known about its way
        if not trace.reachable and record["reachable"] and record.get("one_way"):
            # IPV6-4: an egress-only gateway lets nothing out that answers what came in another way; the kernel's does.
            assert all(device.startswith("eigw:") for device in record["one_way"]), record
            continue
        assert trace.reachable == record["reachable"], record


def test_every_difference_is_one_that_the_readme_explains() -> None:
    """tests/kernel2/README.md has them with their reasons; the seven of load balancers are in test_kernel_balancers.py."""
    found: Counter[tuple[str, str]] = Counter()
    for design in DESIGNS:
        net = shared(KERNEL / f"{design}.yaml")
        for record in through(design):
            trace = net.trace(record["src"], record["dst"], record["traffic"], source_port=record["source_port"])
            if (trace.delivered, trace.reachable) == (record["forward"], record["reachable"]):
                continue
            assert trace.delivered == record["forward"] is True
            if record.get("lost") == "reply: nobody listens":
                assert trace.client_sees == "refused"
                found[design, "nobody listens"] += 1
            elif "nat_port" not in record:
                assert (trace.blockers[0].code, trace.blockers[0].leg) == ("ASYMMETRIC_RETURN", "reply")
                assert record["traffic"].startswith("udp/")
                found[design, "one way"] += 1
    assert found == {("ipv6-3", "one way"): 5, ("nlb-11", "nobody listens"): 3}


def test_all_of_them() -> None:
    every = [record for design in DESIGNS for record in records(design)]
    assert (len(DESIGNS), len(every)) == (30, 960)
    asked = [record for design in DESIGNS for record in through(design)]
    assert len(asked) > 800
    assert {record["forward"] for record in asked} == {record["reachable"] for record in asked} == {True, False}
