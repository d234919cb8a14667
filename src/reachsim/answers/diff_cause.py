"""What is behind a change: what decides now and what decided before, with their lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reachsim.answers.difference import Change, Difference
from reachsim.engine import Engine
from reachsim.errors import ReachsimError
from reachsim.faces import Faced
from reachsim.net.packet import Packet
from reachsim.net.traffic import PORTED, Traffic
from reachsim.trace.result import Hop, Trace

MOST = 200
"""Changes of which the cause is looked for; each takes two traces."""


@dataclass(frozen=True, repr=False)
class Behind(Faced):
    """The checkpoint at which a packet of a change fares differently.

    `packet`: of the change, as it is sent where it flows. `component`, `checkpoint`: where it was, or is, stopped. `before`,
    `after`: what decided there, in words; empty where the packet does not come by any more. `before_where`, `after_where`:
    ``file:line``, empty for AWS's defaults.
    """

    packet: Packet
    component: str
    checkpoint: str
    before: str
    before_where: str
    after: str
    after_where: str

    def __str__(self) -> str:
        was = f"before: {_with_place(self.before, self.before_where)}"
        now = f"now: {_with_place(self.after, self.after_where)}"
        return f"{self.component} {self.checkpoint}: {now}; {was}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "packet": self.packet.to_dict(),
            "component": self.component,
            "checkpoint": self.checkpoint,
            "before": self.before,
            "before_where": self.before_where,
            "after": self.after,
            "after_where": self.after_where,
        }


def _with_place(text: str, where: str) -> str:
    return f"{text or 'not on the way'} [{where}]" if where else text or "not on the way"


def causes_of(found: Difference, before: Engine, after: Engine) -> dict[int, Behind]:
    """By number of the change, from 0, what is behind it, for the first `MOST` changes of which it can be told."""
    names = dict(found.renamed)
    causes = ((index, behind(change, before, after, names)) for index, change in enumerate(found.changes[:MOST]))
    return {index: cause for index, cause in causes if cause is not None}


def behind(change: Change, before: Engine, after: Engine, names: Mapping[str, str]) -> Behind | None:
    """What is behind a change, by one packet of it; None where the traces of that packet do not show the change.

    `names`: of interfaces that were renamed, before to after.
    """
    witness = change.space.witness()
    if witness is None or change.kind == "changed":
        return None
    service = str(Traffic.of((witness.service, witness.service)))
    port = witness.source_port if witness.protocol in PORTED else None
    pairs = ((one, other) for one in change.sources for other in change.destinations)
    ends = next((pair for pair in pairs if pair[0] != pair[1]), None)
    if ends is None:
        return None
    source, destination = ends
    called_before = {new: old for old, new in names.items()}
    try:
        now = after.trace(source, destination, service, port)
        was = before.trace(
            called_before.get(source, source), called_before.get(destination, destination), service, port
        )
    except ReachsimError:  # an end that one of the two has not, or a name that no question can have
        return None
    flows, lost = (now, was) if change.kind == "opened" else (was, now)
    if flows.packet is None or not lost.blockers or not _differs(flows, lost, change.one_way):
        return None
    blocker = lost.blockers[0]
    there = (names if change.kind == "opened" else called_before).get(blocker.component, blocker.component)
    hop = _same_place(flows, there, blocker.checkpoint, blocker.leg)
    passed = ("", "") if hop is None else (hop.rule, hop.where)
    stopped = (blocker.text, blocker.where)
    decided = (*stopped, *passed) if change.kind == "opened" else (*passed, *stopped)
    component = names.get(blocker.component, blocker.component)
    return Behind(flows.packet, component, blocker.checkpoint, *decided)


def _differs(flows: Trace, lost: Trace, one_way: bool) -> bool:
    return flows.delivered > lost.delivered if one_way else flows.reachable > lost.reachable


def _same_place(trace: Trace, component: str, checkpoint: str, leg: str) -> Hop | None:
    hops = trace.forward if leg == "forward" else trace.reply
    return next((hop for hop in hops if (hop.component, hop.checkpoint) == (component, checkpoint)), None)
