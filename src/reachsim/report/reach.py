"""An exact set as text: what gets through, and what stops the rest."""

from __future__ import annotations

from typing import Any

from reachsim.answers.reach import PARTS, ReachAnswer
from reachsim.flow.ports import nat_ports
from reachsim.report.data import boxes_data
from reachsim.report.text import PLAIN, Look, hanging, number
from reachsim.report.trace import blocker_lines, reference
from reachsim.trace.asker import Locate
from reachsim.trace.result import Trace

REACH_TITLES = {
    "all": "PASSES",
    "part": "PASSES IN PART",
    "no reply": "NO REPLY",
    "nothing": "BLOCKED",
    "undecided": "CANNOT DECIDE",
}
_STOPS = 12
_EVERY_PART = 1 << 30


def reach_text(found: ReachAnswer, locate: Locate, look: Look = PLAIN) -> str:
    """The verdict and the set first, then what stops the rest."""
    style = look.style
    verdict = found.verdict
    paint = {"all": style.green, "nothing": style.red, "no reply": style.red}.get(verdict, style.yellow)
    most = _EVERY_PART if look.whole else PARTS
    question = f"{found.reach.source} -> {found.reach.destination}"
    if found.traffic is not None:
        question += f"  {found.traffic}"
    title = "REACHABLE" if verdict == "all" and found.traffic is None else REACH_TITLES[verdict]
    lines = [f"{paint(title)}  {style.bold(question)}"]
    if verdict == "undecided":
        lines += hanging("  ", found.reach.undecided, look.width)
    stopped = found.stopped
    packet = (found.passing or found.partial or found.missing).witness()
    if stopped:
        trace = found.trace(locate)
        packet = None if trace is None else trace.packet
        lines += _first_reason(trace, look)
    if found.passing:
        lines += hanging("  passes   ", found.describe(found.passing, most), look.width)
    for label, text in found.nat_in_words:
        lines += hanging(f"  {label}  ", text, look.width, style.yellow)
    alike = found.missing == found.one_way
    if verdict == "part" and found.missing:
        text = found.describe(found.missing, most)
        lines += hanging("  missing  ", f"{text}: delivered, but not answered" if alike else text, look.width)
    if found.one_way and not (verdict == "part" and alike):
        lines += hanging("  one way  ", found.describe(found.one_way, most), look.width)
    if packet is not None:
        lines += hanging("  such as  ", str(packet), look.width)
    places = number(len(found.stops), "place")
    if found.stops and (not stopped or len(found.stops) > 1):
        some = all(stop.nat_ports is not None for stop in found.stops)
        what = "stopped" if stopped else "some connections are stopped" if some else "the rest is stopped"
        lines += ["", f"{what} in {places}:"]
        for stop in look.few(found.stops, _STOPS):
            leg = "there" if stop.leg == "forward" else "back"
            lines += hanging(f"  {leg:5}  ", f"{stop.component} {stop.checkpoint}: {stop.rule}", look.width)
            lines += hanging(" " * 9, reference(stop.code, stop.rule_id, locate(stop.path)), look.width, style.dim)
            stops = found.describe(stop.space, most)
            stops += "" if stop.nat_ports is None else f": {nat_ports(stop.nat_ports)}"
            lines += hanging(" " * 9 + "stops ", stops, look.width)
        rest = look.rest(found.stops, _STOPS)
        lines += [f"  {rest}"] if rest else []
    for loss in found.losses:
        lines += hanging("  never  ", f"{loss.text} [{loss.code}, {loss.rule}]", look.width)
    return "\n".join(lines)


def _first_reason(trace: Trace | None, look: Look) -> list[str]:
    """What stops the packet that is shown, in the words of its trace."""
    if trace is None or not trace.blockers:
        return []
    lost = ["  delivered, but the answer is lost"] if trace.delivered else []
    return [*blocker_lines(trace.blockers[0], look, "  "), *lost]


def reach_data(found: ReachAnswer, locate: Locate, file: str) -> dict[str, Any]:
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
        "partial": found.describe(found.partial, _EVERY_PART) if found.partial else "",
        "nat": [{"traffic": found.describe(s, _EVERY_PART), **choices.to_dict()} for choices, s in found.nat],
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
                "nat_ports": None if stop.nat_ports is None else str(stop.nat_ports),
            }
            for stop in found.stops
        ],
        "losses": [{"code": str(loss.code), "rule_id": loss.rule, "text": loss.text} for loss in found.losses],
    }
