"""An explanation as text: the verdict, what is in the way and why, what is innocent, what people would see, and the path."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.answers.book import Meaning, Rule, rules
from reachsim.answers.explain import Explanation, Obstacle
from reachsim.errors import format_path
from reachsim.markup import visible
from reachsim.places import legend_of
from reachsim.report.text import PLAIN, Look, hanging
from reachsim.report.trace import leg_lines
from reachsim.trace.result import TRACE_TITLES

_OBSTACLES = 10


def explanation_text(found: Explanation, look: Look = PLAIN) -> str:
    """Everything that is known of why a question has its answer."""
    style, trace = look.style, found.trace
    paint = {"reachable": style.green, "undecided": style.yellow}.get(trace.verdict, style.red)
    question = f"{trace.source} -> {trace.destination}  {trace.sent}"
    lines = [f"{paint(TRACE_TITLES[trace.verdict])}  {style.bold(question)}"]
    if trace.resolved:
        lines += hanging("  ", trace.resolved, look.width, style.dim)
    if trace.undecided:
        lines += hanging("  ", trace.undecided, look.width)
    lines += [f"  the client sees: {trace.client_sees}"]
    for text in (trace.loss, *trace.warnings):
        lines += hanging("  ", text, look.width) if text else []
    lines += _in_the_way(found, look)
    if found.layers:
        lines += ["", "proven by opening them:"]
        for layer in found.layers:
            lines += hanging("  ", layer.text, look.width, style.green if layer.innocent else None)
    if found.probe is not None:
        lines += ["", *hanging("the probe: ", found.probe.text, look.width)]
    if found.tools:
        lines += ["", "what people would see:"]
        for tool in found.tools:
            lines += hanging(f"  {tool.name:10}  ", f"{tool.text} ({tool.rule})", look.width)
    lines += _path(found, look)
    for note in trace.notes:
        lines += hanging("note: ", note, look.width)
    return "\n".join(lines)


def _in_the_way(found: Explanation, look: Look) -> Iterator[str]:
    if not found.obstacles:
        return
    yield from ("", f"in the way ({len(found.obstacles)}):")
    shown = look.few(found.obstacles, _OBSTACLES)
    for place, obstacle in enumerate(shown, 1):
        yield from _obstacle_lines(place, obstacle, look)
    if len(shown) < len(found.obstacles):
        yield f"  {look.rest(found.obstacles, _OBSTACLES)}"


def _obstacle_lines(place: int, obstacle: Obstacle, look: Look) -> Iterator[str]:
    blocker, style = obstacle.blocker, look.style
    way = f", {blocker.variant}" if blocker.variant else ""
    head = f"{blocker.component} {blocker.checkpoint} ({obstacle.side}{way})"
    yield from hanging(f"{place:3}. ", head, look.width, style.red)
    yield from hanging("     ", blocker.text, look.width)
    if obstacle.key:
        where = f"{obstacle.where}  " if obstacle.where else ""
        yield from hanging("     edit  ", f"{where}{obstacle.key}", look.width)
    for index, (path, at) in enumerate(zip(obstacle.led_by, obstacle.led_where, strict=True)):
        where = f"{at}  " if at else ""
        text = f"{'then' if index else 'there'} by {where}{format_path(path)}"
        yield from hanging("           " if index else "     sent  ", text, look.width)
    why = f"{blocker.code}, {blocker.rule_id}"
    if obstacle.rule is None:
        yield from hanging("     why   ", why, look.width)
        return
    yield from hanging("     why   ", f"{obstacle.rule.text} [{why}]", look.width)
    yield from _sources(obstacle.rule, look, "           ")


def _sources(rule: Rule, look: Look, indent: str) -> Iterator[str]:
    if rule.decision:
        yield f"{indent}{look.style.dim('a decision of reachsim: AWS documents nothing that settles it')}"
    for _, url in rule.sources:
        yield f"{indent}{look.style.dim(visible(url))}"


def _path(found: Explanation, look: Look) -> Iterator[str]:
    """The hops there and back, all of them: also those behind a blocker, as if nothing stopped the packet."""
    shown = found.trace.shown
    if not shown.forward:
        return
    whole = Look(look.style, look.width, whole=True)
    title = "the path:" if found.trace.reachable else "the path, if nothing stopped it:"
    yield from ("", title)
    legend = legend_of(hop.where for hop in (*shown.forward, *shown.reply))
    yield from leg_lines("there", shown.forward, whole, legend)
    if shown.reply:
        yield from leg_lines("back", shown.reply, whole, "")


def meaning_text(meaning: Rule | Meaning, look: Look = PLAIN) -> str:
    """What a code or the ID of a rule means."""
    style = look.style
    if isinstance(meaning, Rule):
        lines = [f"{style.bold(meaning.name)}  {meaning.chapter}"]
        lines += hanging("  ", meaning.text, look.width)
        return "\n".join([*lines, *_sources(meaning, look, "  ")])
    lines = [f"{style.bold(meaning.name)}  {meaning.component}"]
    lines += hanging("  ", meaning.text, look.width)
    for name in meaning.rules:
        lines += ["", *meaning_text(rules()[name], look).splitlines()] if name in rules() else []
    return "\n".join(lines)
