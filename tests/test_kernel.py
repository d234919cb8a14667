"""The engine against the Linux kernel: forty designs rebuilt from namespaces and nftables, 1,538 real
packets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.models import shared

from reachsim.net.intervals import PortSet

KERNEL = Path(__file__).parent / "kernel"


@pytest.mark.parametrize("number", range(1, 41))
def test_the_kernel_and_the_trace_agree(number: int) -> None:
    net = shared(KERNEL / f"{number}.yaml")
    for record in json.loads((KERNEL / f"{number}.json").read_text(encoding="utf-8")):
        trace = net.trace(record["src"], record["dst"], record["traffic"], source_port=record["source_port"])
        assert not trace.undecided
        assert trace.delivered == record["forward"], record
        if record.get("lost") == "reply: nobody listens":
            continue  # no answer was sent, so nothing is known about its way
        if "nat_port" in record:
            # The kernel's NAT keeps the client's port; AWS promises any of 1024-65535, and another one has
            # the other fate.
            assert not trace.always, record
            lost = PortSet.union_of(span for ports in trace.ways[0].choices.lost for span in ports.spans)
            assert (record["source_port"] not in lost) == record["reachable"], record
            assert (record["nat_port"] not in lost) != record["reachable"], record
            continue
        assert trace.reachable == record["reachable"], record


def test_all_of_them() -> None:
    records = [record for path in KERNEL.glob("*.json") for record in json.loads(path.read_text(encoding="utf-8"))]
    assert len(records) == 1538
    assert {record["forward"] for record in records} == {record["reachable"] for record in records} == {True, False}
