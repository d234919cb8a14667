"""The rule book's examples on the rest of AWS's components, asked of reachsim itself: one packet, and all packets."""

from __future__ import annotations

from typing import Any

import pytest
from tests.oracle.component_base import changed
from tests.oracle.component_cases import CASES
from tests.oracle.text import as_text

import reachsim
from reachsim.errors import DesignError

REFUSED = {
    "TGW-10 no attachment": "there is no attachment 'spoke'",
    "SG-11, PEER-10 other Region": "in another Region than hub",
}
"""Designs that reachsim does not load, as AWS would not take them."""


@pytest.mark.rule("TGW-2", "TGW-4", "TGW-14", "VPN-3", "ROUTE-22", "NATGW-10", "IGW-7", "IGW-14", "NATGW-17", "SG-17")
@pytest.mark.parametrize(("name", "changes", "question", "expected"), [pytest.param(*c, id=c[0]) for c in CASES])
def test_verdict(
    name: str, changes: dict[Any, Any], question: tuple[str, str, str, int], expected: tuple[bool, bool]
) -> None:
    text = as_text(changed(changes))
    if name in REFUSED:
        with pytest.raises(DesignError, match=REFUSED[name]):
            reachsim.loads(text)
        return
    net = reachsim.loads(text)
    source, destination, traffic, port = question
    trace = net.trace(source, destination, traffic, source_port=port)
    if "endpoint service" in trace.undecided:  # what is behind one's own service (docs/limits.md)
        return
    assert not trace.undecided
    assert (trace.delivered, trace.always) == expected, list(map(str, trace.blockers))
    if len(trace.ways) == 1 and trace.ways[0].packet is not None:
        found, packet = net.reach(source, destination), trace.ways[0].packet
        assert (packet in found.delivered, packet in found.reachable) == (trace.delivered, trace.always)
