"""What of some traffic gets from one endpoint to another: an exact set, asked about that traffic, with a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from reachsim.dataplane.ends import Flow
from reachsim.flow.ports import Choices
from reachsim.net.box import ALL_PORTS
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.reach.flow_answer import FlowAnswer
from reachsim.reach.pair import Reach
from reachsim.reach.stops import Stop
from reachsim.rules.verdict import Loss
from reachsim.topology.addressed import representative
from reachsim.trace.asker import Locate
from reachsim.trace.result import Trace
from reachsim.trace.trace import one_service, replay, trace_flow

ReachVerdict = Literal["all", "part", "no reply", "nothing", "undecided"]
PARTS = 12
"""Parts of a set that are told before the rest is counted."""


@dataclass(frozen=True)
class ReachAnswer:
    """A reach, asked about some traffic or about all of it.

    `asked`: all packets of the question, with the source ports that the client may use where `traffic` is
    named. `passing`, `partial`, `missing`: of them, those whose answer comes back, those whose answer comes back
    for too few choices of a NAT device (NAT-PORT), and the others; `one_way`: of the missing, those that are
    delivered all the same. `nat`: what NAT devices lose of the first two, the greatest loss first. `stops`: what
    stops the missing and the choices lost, each place once, in the order of the way.
    """

    reach: Reach
    traffic: Traffic | None
    asked: HeaderSpace
    passing: HeaderSpace
    missing: HeaderSpace
    one_way: HeaderSpace
    stops: tuple[Stop, ...]
    losses: tuple[Loss, ...]
    partial: HeaderSpace
    nat: tuple[tuple[Choices, HeaderSpace], ...]

    @property
    def verdict(self) -> ReachVerdict:
        """``all`` or ``part`` of the traffic passes; with no traffic named, ``part`` is not told from ``all``
        where anything that has an answer passes whatever NAT devices choose. Else ``no reply`` where some is delivered,
        or ``nothing``."""
        if self.reach.undecided:
            return "undecided"
        if not self.passing and not self.partial:
            return "no reply" if self.one_way else "nothing"
        if self.traffic is None and self.reach.answerless and not self.partial:
            return "no reply"
        lacking = bool(self.missing or self.losses or self.partial)
        return "part" if not self.passing or (self.traffic is not None and lacking) else "all"

    @property
    def stopped(self) -> bool:
        """Whether no answer comes back of all that is asked."""
        return self.verdict in ("nothing", "no reply")

    def trace(self, locate: Locate) -> Trace | None:
        """Where all is stopped, one of these packets traced: the one that a trace of the question shows, if it is among
        them. None where nothing can be asked."""
        stopped = self.one_way or self.missing
        service = one_service(Traffic.everything() if self.traffic is None else self.traffic)
        one = Traffic.of((service, service))
        how: dict[str, Any] = {"locate": locate, "below": self.reach.below}
        certain = [part for part in self.reach.parts if not part.flow.perhaps and not part.flow.unknown]
        for part in certain:
            if part.found is None or (service in part.family and bool(self.one_way) == (service in part.forward)):
                found = trace_flow(*self.reach.ends, _one_of(part), service, one, book=part.book, **how)
                if found.blockers and (found.packet is None or found.packet in stopped):
                    return found
        packet = stopped.witness()
        for part in certain:
            if packet is not None and packet in part.asked(part.family, ALL_PORTS):
                one = Traffic.of((packet.service, packet.service))
                return replay(*self.reach.ends, packet, part.flow, one, book=part.book, **how)
        return None

    @property
    def nat_in_words(self) -> list[tuple[str, str]]:
        """What NAT devices lose, each with ``warning`` or ``in part``: the first where the traffic counts as passing."""
        out: list[tuple[str, str]] = []
        for choices, space in self.nat:
            what = "" if space == self.passing | self.partial else f"{self.describe(space)}: "
            out.append(("in part" if space & self.partial else "warning", f"{what}{choices}"))
        return out

    def describe(self, space: HeaderSpace, most: int = PARTS) -> str:
        """A set in words, without the addresses that go without saying."""
        found = self.reach
        return space.describe(
            found.sources,
            found.destinations,
            sources_name="the internet" if found.source == "internet" else "",
            destinations_name="the internet" if found.destination == "internet" else "",
            max_parts=most,
        )


def _one_of(part: FlowAnswer) -> Flow:
    """The flow of a part, between addresses of the part that a trace would take."""
    if part.found is None or part.has(part.flow):
        return part.flow
    return replace(part.flow, source=representative(part.sources), destination=representative(part.destinations))


def reach_answer(found: Reach, traffic: Traffic | None) -> ReachAnswer:
    """Ask a reach about some traffic, with the source ports that its clients may use, or about everything."""
    if traffic is None:
        asked = found.asked
    else:
        asked = HeaderSpace.union(
            part.asked(traffic & part.family, part.flow.origin.client_ports)
            & (part.delivered() if part.flow.beside else part.asked(part.family, ALL_PORTS))
            for part in found.parts
            if part.found is not None
        )
    passing = asked & found.reachable
    partial = asked & found.partial
    missing = asked - found.reachable - partial
    nat = [(choices, inside) for choices, space in found.losses.items() if (inside := asked & space)]
    losses = dict.fromkeys(part.flow.loss for part in found.parts if part.flow.loss is not None)
    return ReachAnswer(
        found,
        traffic,
        asked,
        passing,
        missing,
        missing & found.delivered,
        _merged(found.stops, missing, missing | (asked & found.sometimes)),
        tuple(losses),
        partial,
        tuple(nat),
    )


def _merged(stops: Sequence[Stop], missing: HeaderSpace, failing: HeaderSpace) -> tuple[Stop, ...]:
    """Each place that stops something once, with all that it stops: of what is missing, and of what fails at all
    for some choices of a NAT device."""
    spaces: dict[tuple[object, ...], list[HeaderSpace]] = {}
    firsts: dict[tuple[object, ...], Stop] = {}
    for stop in stops:
        key: tuple[object, ...] = (
            stop.leg,
            stop.component,
            stop.checkpoint,
            stop.code,
            stop.rule,
            stop.path,
            stop.nat_ports,
        )
        firsts.setdefault(key, stop)
        spaces.setdefault(key, []).append(stop.space)
    out: list[Stop] = []
    for key, first in firsts.items():
        space = HeaderSpace.union(spaces[key]) & (missing if first.nat_ports is None else failing)
        if space:
            boxes = (((((b.traffic, b.source_ports),), b.sources, b.destinations)) for b in space.boxes())
            out.append(replace(first, pieces=tuple(boxes)))
    return tuple(sorted(out, key=lambda stop: stop.leg))  # "forward" before "reply"
