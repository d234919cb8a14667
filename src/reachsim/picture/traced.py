"""A trace told over a picture: the way there and back as numbered stations, and what stops it where it stops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reachsim.errors import counted
from reachsim.picture.scene import LegendLine, Mark, MarkLook, Scene, Way, WayLook
from reachsim.picture.stations import Stations
from reachsim.trace.result import TRACE_TITLES, Blocker, Hop, Trace, reached

_SIGNS: dict[MarkLook, str] = {"stop": "\u2717", "kept": "\u2713", "unknown": "?"}
_CODE = 26
"""How many characters of a code stand on one line."""
_MOST = 6
"""How many further blockers the legend tells."""


def ends_on(trace: Trace, stations: Stations) -> tuple[str | None, str | None]:
    """The boxes that a trace begins at and is sent to; None for what no box shows."""
    first = (_leaf(hop, stations) for hop in trace.forward[:1])
    last = (_leaf(hop, stations) for hop in trace.forward[-1:] if hop.action == "deliver")
    return (
        next(filter(None, first), stations.named(trace.source)),
        next(filter(None, last), stations.named(trace.destination)),
    )


def _leaf(hop: Hop, stations: Stations) -> str | None:
    """The box of a hop, if it has no boxes inside."""
    key = stations.of(hop.component, hop.checkpoint)
    return None if key is None or stations.box(key).rows else key


def names_on(trace: Trace) -> frozenset[str]:
    """The full names of everything that a trace passes, so that a picture folds none of it into something else."""
    hops = [*trace.forward, *trace.reply]
    return frozenset((trace.source, trace.destination, *(hop.component for hop in hops)))


def with_trace(scene: Scene, trace: Trace, *, promised: bool = False) -> Scene:
    """A scene with the way of a trace over it. `promised`: that it is blocked is what the design promises."""
    stop: MarkLook = "kept" if promised else "stop"
    told = _Telling(Stations(scene), stop)
    told.ends(trace)
    blockers = trace.shown.blockers
    undecided = trace.shown.undecided
    told.leg(
        "there",
        reached(trace.forward, undecided),
        trace.forward,
        [blocker for blocker in blockers if blocker.leg == "forward"],
    )
    if trace.shown.delivered:
        told.leg(
            "back",
            reached(trace.reply, undecided),
            trace.reply,
            [blocker for blocker in blockers if blocker.leg == "reply"],
        )
    told.blockers(trace)
    verdict = f"{TRACE_TITLES[trace.verdict]}{', as promised' if promised else ''}"
    head = f"{verdict}  {trace.source} \u2192 {trace.destination}  {trace.traffic}"
    legend = (
        LegendLine(head, strong=True),
        *_reasons(trace, stop),
        *told.legend,
        *(LegendLine(f"note: {note}") for note in trace.notes),
    )
    marks = {key: tuple(dict.fromkeys(mine)) for key, mine in told.marks.items()}
    return scene.told(marks, tuple(told.ways), legend)


def _reasons(trace: Trace, stop: MarkLook) -> Iterator[LegendLine]:
    """Why it is so, as the command line tells it."""
    first, *others = trace.blockers or (None,)
    why = trace.undecided or trace.loss or first
    if why is not None and why != "":
        place = f", {first.where}" if first is not None and why is first and first.where else ""
        yield LegendLine(f"{why}{place}", "unknown" if trace.undecided else stop if why is first else None)
    for other in others[:_MOST]:
        yield LegendLine(f"also in the way: {other}", stop)
    if len(others) > _MOST:
        yield LegendLine(f"and {counted(len(others) - _MOST, 'more blocker')}")
    yield LegendLine(f"the client sees: {trace.client_sees}")
    yield from (LegendLine(f"warning: {warning}") for warning in trace.warnings)
    if len(trace.ways) > 1:
        label = trace.shown.label
        yield LegendLine(f"one of {len(trace.ways)} ways to send{f': {label}' if label else ''}")


@dataclass(slots=True)
class _Telling:
    """What is told of a trace so far. `stop`: how what stops it looks; `number`: of the last station."""

    stations: Stations
    stop: MarkLook
    marks: dict[str, list[Mark]] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    legend: list[LegendLine] = field(default_factory=list)
    number: int = 0

    def mark(self, key: str | None, look: MarkLook, *texts: str) -> None:
        if key is not None:
            self.marks.setdefault(key, []).extend(Mark(look, text) for text in texts)

    def ends(self, trace: Trace) -> None:
        """Mark where it begins and where it is to end."""
        first, last = ends_on(trace, self.stations)
        self.mark(first, "end", "the packet starts here")
        self.mark(last, "end", "it is sent to here")

    def leg(self, look: WayLook, passed: Sequence[Hop], hops: Sequence[Hop], blockers: Sequence[Blocker]) -> None:
        """Tell one leg: as far as it gets, and then what it does not reach."""
        stopped = passed[-1] if passed and passed[-1].action in ("drop", "unknown") else None
        visits = list(self._visits(passed))
        if not visits:
            return
        stops = [(key, str(self.number + index)) for index, (key, _) in enumerate(visits, 1)]
        self.number += len(visits)
        shown = {"there": "the packet's way", "back": "its answer's way"}[look]
        self.legend.append(LegendLine(shown, look))
        for (_, label), (_, there) in zip(stops, visits, strict=True):
            self.legend.append(LegendLine(_passed(there), look, label))
        end: MarkLook | None = None
        if stopped is not None:
            end = "unknown" if stopped.action == "unknown" else self.stop
            place = self._where_stopped(stopped, stops[-1][0])
            mine = blockers[:1] if end == self.stop else []
            elsewhere = any(
                blocker.checkpoint != stopped.checkpoint for blocker in mine
            )  # a loop is lost where it closes
            what = "stopped here" if elsewhere else stopped.checkpoint
            self.mark(place, end, f"{_SIGNS[end]} {what}", *(line for each in mine for line in _lines(each.code)))
            if place != stops[-1][0]:
                stops.append((place, ""))
        self.ways.append(Way(look, tuple(stops), end))
        ahead = dict.fromkeys((stops[-1][0], *(key for key, _ in self._visits(hops[len(passed) :]))))
        if stopped is not None and len(ahead) > 1:
            self.legend.append(LegendLine("not reached", "ahead"))
            self.ways.append(Way("ahead", tuple((key, "") for key in ahead)))

    def blockers(self, trace: Trace) -> None:
        """Mark everything that is in the way with its code."""
        for blocker in trace.shown.blockers:
            key = self._where_passed(blocker, trace) or self.stations.of(blocker.component, blocker.checkpoint)
            self.mark(key, self.stop, f"{_SIGNS[self.stop]} {blocker.checkpoint}", *_lines(blocker.code))

    def _visits(self, hops: Iterable[Hop]) -> Iterator[tuple[str, list[Hop]]]:
        """The boxes without boxes inside that hops come to, one after the other, with what is passed there and on the way
        to the next."""
        current: tuple[str, list[Hop]] | None = None
        for hop in hops:
            key = _leaf(hop, self.stations)
            if current is not None and key in (None, current[0]):
                current[1].append(hop)
            elif key is not None:
                if current is not None:
                    yield current
                current = key, [hop]
        if current is not None:
            yield current

    def _where_passed(self, blocker: Blocker, trace: Trace) -> str | None:
        """The subnet that a packet is in when it comes to the route table that loses it; None of anything else."""
        if not blocker.checkpoint.startswith("route table"):
            return None
        for hops in (trace.forward, trace.reply):
            last = None
            for hop in hops:
                if last is not None and (hop.component, hop.checkpoint) == (blocker.component, blocker.checkpoint):
                    return next(self.stations.around(last), None)
                last = _leaf(hop, self.stations) or last
        return None

    def _where_stopped(self, hop: Hop, last: str) -> str:
        """The box that a leg stops at: its own, or the subnet whose ACL or route table it is."""
        key = self.stations.of(hop.component, hop.checkpoint)
        if key is None or key == last:
            return last
        if self.stations.holds(key, last):  # on its way out; a route table is that of the subnet it is in
            return next(self.stations.around(last)) if hop.checkpoint.startswith("route table") else key
        return key


def _lines(code: str) -> list[str]:
    """A code in lines that no box has to cut."""
    lines = [""]
    for word in code.replace("_", "_ ").split():
        if len(lines[-1]) + len(word) > _CODE:
            lines.append("")
        lines[-1] += word
    return lines


def _passed(hops: Sequence[Hop]) -> str:
    """What a packet passes at a station and on the way to the next."""
    first = hops[0]
    parts = [f"{hop.checkpoint}{_said(hop)}" for hop in hops]
    return f"{first.component}: {'; '.join(parts)}"


def _said(hop: Hop) -> str:
    if hop.action == "drop":
        return " (STOPPED HERE)"
    if hop.action == "unknown":
        return " (NOT KNOWN)"
    if hop.action == "route" or hop.before != hop.after:
        return f" ({hop.rule})"
    return ""
