"""The walk: from checkpoint to checkpoint until the packet is delivered, lost, or comes round again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.checkpoint import (
    Checkpoint,
    CheckpointType,
    Deliver,
    Drop,
    Forward,
    Header,
    Leg,
    Step,
    Undecided,
    about,
)
from reachsim.dataplane.place import InterfacePlace
from reachsim.dataplane.scope import ANY, EVERYWHERE
from reachsim.dataplane.site import wired
from reachsim.faces import Faced, face
from reachsim.net.intervals import Span
from reachsim.rules.codes import MISROUTED, Code

LONGEST_WALK = 512
"""More steps than any design without a loop needs; a loop is found by its repeated state long before."""


class Visit(NamedTuple):
    """A checkpoint on the way: the packet's addresses as they came, and what was done.

    `depth`: how many translating devices chose the source port anew between the client and here. `service`: what the
    packet's service has become by then, None while it is as the client sent it.
    """

    checkpoint: Checkpoint
    header: Header
    step: Step
    depth: int
    service: int | None = None

    def __repr__(self) -> str:
        return face("Visit", f"{self.checkpoint}: {self.header}")


@dataclass(slots=True, eq=False, repr=False)
class Walk(Faced):
    """One way from a start to an end.

    `visits` in order; `arrived`: the packet's addresses at its end, None where it never would get there, whatever were
    mended; `end`: the last checkpoint. `source_run`, `destination_run`: all addresses in place of the packet's for
    which the walk is the same, as far as the end of the flow that is never translated is concerned. `lost_run`: all
    destinations that are lost like this one, None where it is not lost. `anyway`: filters that a packet meets besides, if it
    comes to who is meant, though nobody knows how.
    """

    visits: tuple[Visit, ...]
    end: Checkpoint
    arrived: Header | None
    source_run: Span
    destination_run: Span
    leg: Leg
    lost_run: Span | None = None
    anyway: tuple[Visit, ...] = ()

    @property
    def lost(self) -> bool:
        """Whether some checkpoint loses the packet, whatever its ports."""
        return self.arrived is None or self.lost_run is not None

    @property
    def unknown(self) -> str:
        """Why reachsim cannot say how the walk goes on; empty where it can. Nothing comes after such a step."""
        last = self.visits[-1].step
        return last.reason if isinstance(last, Undecided) else ""

    def __str__(self) -> str:
        last = self.visits[-1]
        return f"{self.visits[0].header}: {len(self.visits)} checkpoints, to {last.checkpoint}"


def walk(
    start: Checkpoint, header: Header, leg: Leg | None = None, depth: int = 0, ends: tuple[int, int] | None = None
) -> Walk:
    """Take a packet from `start` to its end.

    `ends`: the source and the destination of which the runs speak; left out: as the packet is sent. Those of an answer are
    the ends of the flow, which a device may put in only on the way.

    A state met twice is a forwarding loop (**NATGW-13**, **NATI-10**): the packet would go round until its time to live
    ends, so the walk stops with that loss.
    """
    leg = Leg() if leg is None else leg
    checkpoint = start
    far_source, far_destination = (header.source, header.destination) if ends is None else ends
    visits: list[Visit] = []
    met: set[tuple[Checkpoint, int, int, InterfacePlace | None]] = set()
    source_low, source_high = EVERYWHERE
    destination_low, destination_high = EVERYWHERE
    lost_run: Span | None = None
    while True:
        service = leg.service
        state = checkpoint, header.source, header.destination, header.toward
        step: Step
        if state in met or len(visits) >= LONGEST_WALK:
            # What led here speaks for as many addresses as it said; the circle itself is the same for all of them.
            step = Drop(_loop(visits, checkpoint), header, ANY)
        else:
            met.add(state)
            step = checkpoint.step(header, leg)
            if type(step) is Drop and step.cause.code in MISROUTED:
                step = _misrouted(step, visits)
            if service is not None and not leg.reply:
                step = about(step, service)
        visits.append(Visit(checkpoint, header, step, depth, service))
        scope = step.scope
        if scope is not ANY:
            # A run is one of the addresses as they were sent; what a device put in their place says nothing of them.
            if header.source == far_source:
                low, high = (header.source, header.source) if scope is None else scope.sources
                source_low = low if low > source_low else source_low
                source_high = high if high < source_high else source_high
            if header.destination == far_destination:
                low, high = (header.destination, header.destination) if scope is None else scope.destinations
                destination_low = low if low > destination_low else destination_low
                destination_high = high if high < destination_high else destination_high
        onward: Step | None = step
        if type(step) is Drop:
            onward = step.onward
            if lost_run is None:
                lost_run = destination_low, destination_high
        if type(onward) is not Forward:
            return Walk(
                tuple(visits),
                checkpoint,
                onward.header if type(onward) is Deliver else None,
                (source_low, source_high),
                (destination_low, destination_high),
                leg,
                lost_run,
            )
        depth += onward.translated
        header = onward.header
        checkpoint = onward.next


def _misrouted(drop: Drop, visits: list[Visit]) -> Drop:
    """A loss with the route that led there: the last one, or the one that led to a device that translated the source."""
    behind = next(
        (i for i, visit in enumerate(visits) if isinstance(s := visit.step, Forward) and s.translated > 0), None
    )
    for visit in (*reversed(visits[:behind]), *reversed(visits)):
        step = visit.step.onward if isinstance(visit.step, Drop) else visit.step
        if isinstance(step, Forward) and visit.checkpoint.is_a is CheckpointType.ROUTE_TABLE:
            cause, led = drop.cause, f"; {step.text} sends it there, and no narrower route leads elsewhere"
            note = f"{cause.note}{led}" if cause.note else ""
            return drop._replace(cause=replace(cause, text=f"{cause.text}{led}", note=note, path=step.path))
    return drop


def _transit_loop(visits: list[Visit], again: Checkpoint, lead_out: str) -> Cause:
    """The same of a circle without a device: the table of a transit gateway leads back (TGW-2)."""
    for visit in reversed(visits):
        step, at = visit.step, visit.checkpoint
        if isinstance(step, Forward) and at.is_a is CheckpointType.TRANSIT_ROUTE_TABLE:
            text = f"{step.text} sends the packet back, round in a circle; {lead_out}"
            return Cause(Code.FORWARDING_LOOP, "TGW-2", text, at.component, at.role, step.path, step.text)
    text = "the packet goes round in a circle"  # no design is known to get here
    return Cause(Code.FORWARDING_LOOP, "NATI-10", text, again.component, again.role, again.path)


def _loop(visits: list[Visit], again: Checkpoint) -> Cause:
    """Why a packet comes round again, at the route that sends it back, with the cure (NATGW-13, NATI-10).

    Only a route to an interface leads back into the VPC, and one of a transit gateway's table into a VPC again, so each
    circle has one of the two: the last one taken closes it.
    """
    first = next((i for i, visit in enumerate(visits) if visit.checkpoint is again), 0)
    hops: list[tuple[Visit, Forward, InterfacePlace]] = []
    for visit in visits[first:]:
        step = visit.step.onward if isinstance(visit.step, Drop) else visit.step
        routed = isinstance(step, Forward) and visit.checkpoint.is_a is CheckpointType.ROUTE_TABLE
        if isinstance(step, Forward) and routed and step.header.toward is not None:
            hops.append((visit, step, step.header.toward))
    lead_out = "one of the routes in the circle has to lead out of it"
    if not hops:
        return _transit_loop(visits[first:], again, lead_out)
    visit, step, device = hops[-1]
    cure = f"give {device.name} a subnet whose route table does not lead back to it"
    if any(other is not device for _, _, other in hops):
        cure = lead_out
    text = f"{step.text} sends the packet back to {device.name}, round in a circle; {cure}"
    rule = wired(device).host.loop_rule
    at = visit.checkpoint
    return Cause(Code.FORWARDING_LOOP, rule, text, at.component, at.role, step.path, step.text)
