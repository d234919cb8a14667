"""A passage: the walk to a destination and the walk of the answer, between two addresses."""

from __future__ import annotations

from dataclasses import dataclass

from reachsim.fabric.cause import Cause
from reachsim.fabric.checkpoint import Checkpoint, Leg, Relays, Transit
from reachsim.fabric.site import Nic
from reachsim.fabric.steps import EVERYWHERE
from reachsim.fabric.walk import Walk, walk
from reachsim.net.address import format_address
from reachsim.net.intervals import Span
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.codes import Code


@dataclass(slots=True, eq=False)
class Passage:
    """There and back between two addresses, ports left open.

    `forward`, `reply`: the walks; `reply` is None where no answer would start. `stray`: why a packet that is delivered
    does not reach the one that was meant; `reply_stray`: the same of the answer. `run`: all addresses in place of the
    far one (outside the VPCs) for which both walks are the same.
    """

    forward: Walk
    reply: Walk | None
    stray: Cause | None = None
    reply_stray: Cause | None = None
    run: Span = EVERYWHERE

    @property
    def unknown(self) -> str:
        """Why reachsim cannot decide; empty where it can."""
        for way in (self.forward, self.reply):
            if way is not None and way.lost_run is None and way.unknown:  # what is lost before is decided
                return way.unknown
        return ""


def passage(
    start: Checkpoint, nic: Nic | None, source: int, destination: int, target: Nic | None, relays: Relays = ()
) -> Passage:
    """Walk there and back.

    `start`: the first checkpoint; `nic`: the interface that sends, None for a sender outside the VPCs. `target`: the
    interface that is meant, None for whoever has the address. `relays`: which target each relay on the way chooses.
    """
    return come_back(go(start, nic, source, destination, target, relays), start, nic)


def go(
    start: Checkpoint, nic: Nic | None, source: int, destination: int, target: Nic | None, relays: Relays = ()
) -> Passage:
    """Walk there only."""
    forward = walk(start, Transit(source, destination, nic), Leg(relays=relays))
    run = forward.destination_run if nic is not None else forward.source_run
    stray = None
    through = any(visit.checkpoint is target.host for visit in forward.visits) if target is not None else False
    if target is not None and forward.arrived is not None and not through:
        text = f"{format_address(destination)} leads to {forward.end.component}, not to {target.name}"
        stray = stray_cause(forward.end, Code.DELIVERED_ELSEWHERE, "PEER-9", text)
    return Passage(forward, None, stray, run=run)


def come_back(there: Passage, start: Checkpoint, nic: Nic | None) -> Passage:
    """Walk the answer of a walk there."""
    forward = there.forward
    arrived = forward.arrived
    if arrived is None:
        return there
    if forward.lost and forward.end.component == "internet" and arrived.source not in PUBLIC:
        return there  # nobody could answer to that address
    back_start, back = forward.end.answer(arrived)
    first, last = forward.visits[0].transit, forward.visits[-1]
    sent = forward.leg
    leg = Leg(True, sent.sessions, sent.crossed, sent.relays, sent.service, sent.returns)
    reply = walk(back_start, back, leg, last.depth, ends=(first.destination, first.source))
    reply_run = reply.source_run if nic is not None else reply.destination_run
    run = max(there.run[0], reply_run[0]), min(there.run[1], reply_run[1])
    stray = _reply_stray(reply, start, nic, first.source, first.destination)
    return Passage(forward, reply, there.stray, stray, run)


def _reply_stray(reply: Walk, start: Checkpoint, nic: Nic | None, source: int, destination: int) -> Cause | None:
    """An answer counts only where it comes to who asked, from the address that was asked (WALK-13, PEER-9)."""
    arrived = reply.arrived
    if arrived is None:
        return None
    home = start if nic is None else nic.host
    if reply.end is not home and not (nic is None and reply.end.component == "internet"):
        text = f"the answer to {format_address(arrived.destination)} leads to {reply.end.component}, not back to the client"
        return stray_cause(reply.end, Code.DELIVERED_ELSEWHERE, "PEER-9", text)
    if (arrived.source, arrived.destination) != (destination, source):
        text = f"the answer comes from {format_address(arrived.source)}, but the client asked {format_address(destination)}"
        return stray_cause(reply.end, Code.ASYMMETRIC_RETURN, "WALK-13", text)
    return None


def stray_cause(end: Checkpoint, code: Code, rule: str, text: str) -> Cause:
    """The cause of a packet that is delivered where it does no good."""
    return Cause(code, rule, text, end.component, end.role, end.path)
