"""An exact set as text: what gets through, and what stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.reach.pair import Reach
from reachsim.reach.part import ALL_PORTS
from reachsim.reach.stops import Stop
from reachsim.report.text import PLAIN, Look, hanging, number
from reachsim.report.trace import reference
from reachsim.rules.clauses import KeyPath
from reachsim.rules.verdict import Loss

Locate = Callable[[KeyPath], str]
"""From key path to ``file:line``."""
Verdict = Literal["all", "part", "nothing", "undecided"]
TITLES = {"all": "PASSES", "part": "PASSES IN PART", "nothing": "BLOCKED", "undecided": "CANNOT DECIDE"}
_STOPS = 12
_PARTS = 12
_EVERY_PART = 1 << 30


@dataclass(frozen=True)
class Answer:
    """A reach, asked about some traffic or about all of it.

    `asked`: all packets of the question, with the source ports that the client may use where `traffic` is
    named. `passing`, `missing`: of them, those whose answer comes back, and the others; `one_way`: of the
    missing, those that are delivered all the same. `stops`: what stops the missing, each place once, in the
    order of the way.
    """

    reach: Reach
    traffic: Traffic | None
    asked: HeaderSpace
    passing: HeaderSpace
    missing: HeaderSpace
    one_way: HeaderSpace
    stops: tuple[Stop, ...]
    losses: tuple[Loss, ...]

    @property
    def verdict(self) -> Verdict:
        """``all``, ``part`` or ``nothing`` of the traffic passes; with no traffic named, ``part`` is not
        told from ``all``."""
        if self.reach.undecided:
            return "undecided"
        if not self.passing:
            return "nothing"
        return "part" if self.traffic is not None and (self.missing or self.losses) else "all"

    def describe(self, space: HeaderSpace, most: int = _PARTS) -> str:
        """A set in words, without the addresses that go without saying."""
        found = self.reach
        return space.describe(
            found.sources,
            found.destinations,
            sources_name="the internet" if found.source == "internet" else "",
            destinations_name="the internet" if found.destination == "internet" else "",
            max_parts=most,
        )


def answer(found: Reach, traffic: Traffic | None) -> Answer:
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
    missing = asked - found.reachable
    losses = dict.fromkeys(part.flow.loss for part in found.parts if part.flow.loss is not None)
    return Answer(
        found,
        traffic,
        asked,
        passing,
        missing,
        missing & found.delivered,
        _merged(found.stops, missing),
        tuple(losses),
    )


def _merged(stops: Sequence[Stop], inside: HeaderSpace) -> tuple[Stop, ...]:
    """Each place that stops something once, with all that it stops inside a set."""
    spaces: dict[tuple[object, ...], list[HeaderSpace]] = {}
    firsts: dict[tuple[object, ...], Stop] = {}
    for stop in stops:
        key: tuple[object, ...] = stop.leg, stop.component, stop.checkpoint, stop.code, stop.rule, stop.path
        firsts.setdefault(key, stop)
        spaces.setdefault(key, []).append(stop.space)
    out: list[Stop] = []
    for key, first in firsts.items():
        space = HeaderSpace.union(spaces[key]) & inside
        if space:
            boxes = (((((b.traffic, b.source_ports),), b.sources, b.destinations)) for b in space.boxes())
            out.append(replace(first, pieces=tuple(boxes)))
    return tuple(sorted(out, key=lambda stop: stop.leg))  # "forward" before "reply"


def reach_text(found: Answer, locate: Locate, look: Look = PLAIN) -> str:
    """The verdict and the set first, then what stops the rest."""
    style = look.style
    verdict = found.verdict
    paint = {"all": style.green, "nothing": style.red}.get(verdict, style.yellow)
    most = _EVERY_PART if look.whole else _PARTS
    question = f"{found.reach.source} -> {found.reach.destination}"
    if found.traffic is not None:
        question += f"  {found.traffic}"
    title = "REACHABLE" if verdict == "all" and found.traffic is None else TITLES[verdict]
    lines = [f"{paint(title)}  {style.bold(question)}"]
    if verdict == "undecided":
        lines += hanging("  ", found.reach.undecided, look.width)
    if verdict == "nothing":
        lines += _first_reason(found, locate, look)
    if found.passing:
        lines += hanging("  passes   ", found.describe(found.passing, most), look.width)
    alike = found.missing == found.one_way
    if verdict == "part":
        text = found.describe(found.missing, most)
        lines += hanging("  missing  ", f"{text}: delivered, but not answered" if alike else text, look.width)
    if found.one_way and not (verdict == "part" and alike):
        lines += hanging("  one way  ", found.describe(found.one_way, most), look.width)
    packet = (found.passing or found.missing).witness()
    if packet is not None:
        lines += hanging("  such as  ", str(packet), look.width)
    places = number(len(found.stops), "place")
    if found.stops and (verdict != "nothing" or len(found.stops) > 1):
        lines += [
            "",
            f"{'stopped' if verdict == 'nothing' else 'the rest is stopped'} in {places}:",
        ]
        for stop in look.few(found.stops, _STOPS):
            leg = "there" if stop.leg == "forward" else "back"
            lines += hanging(f"  {leg:5}  ", f"{stop.component} {stop.checkpoint}: {stop.rule}", look.width)
            lines += hanging(" " * 9, reference(stop.code, stop.rule_id, locate(stop.path)), look.width, style.dim)
            lines += hanging(" " * 9 + "stops ", found.describe(stop.space, most), look.width)
        rest = look.rest(found.stops, _STOPS)
        lines += [f"  {rest}"] if rest else []
    for loss in found.losses:
        lines += hanging("  never  ", f"{loss.text} [{loss.code}, {loss.rule}]", look.width)
    return "\n".join(lines)


def _first_reason(found: Answer, locate: Locate, look: Look) -> list[str]:
    if found.stops:
        stop = found.stops[0]
        text = f"{stop.component} {stop.checkpoint}: {stop.rule}"
        source = reference(stop.code, stop.rule_id, locate(stop.path))
        return [*hanging("  ", text, look.width), *hanging("  ", source, look.width, look.style.dim)]
    return []


def reach_data(found: Answer, locate: Locate, file: str) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    packet = found.passing.witness()
    return {
        "file": file,
        "source": found.reach.source,
        "destination": found.reach.destination,
        "traffic": None if found.traffic is None else str(found.traffic),
        "verdict": found.verdict,
        "undecided": found.reach.undecided,
        "passes": found.describe(found.passing, _EVERY_PART),
        "missing": found.describe(found.missing, _EVERY_PART),
        "one_way": found.describe(found.one_way, _EVERY_PART),
        "boxes": boxes_data(found.passing),
        "witness": None if packet is None else packet.to_dict(),
        "stops": [
            {
                "leg": stop.leg,
                "component": stop.component,
                "checkpoint": stop.checkpoint,
                "code": str(stop.code),
                "rule": stop.rule,
                "rule_id": stop.rule_id,
                "where": locate(stop.path),
                "stops": found.describe(stop.space, _EVERY_PART),
            }
            for stop in found.stops
        ],
        "losses": [{"code": str(loss.code), "rule_id": loss.rule, "text": loss.text} for loss in found.losses],
    }


def boxes_data(space: HeaderSpace) -> list[dict[str, str | None]]:
    """A set as disjoint boxes: what each field may be; `client_ports` is null where the traffic has no
    ports or all count."""
    return [
        {
            "traffic": str(box.traffic),
            "sources": str(box.sources),
            "destinations": str(box.destinations),
            "client_ports": None if box.source_ports == ALL_PORTS else str(box.source_ports),
        }
        for box in space.boxes()
    ]
