"""Session Manager as text and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.answers.session_manager import ManagedNode, Need, Readiness, SessionManager
from reachsim.answers.superfluous import Superfluous
from reachsim.markup import Style
from reachsim.places import line_of
from reachsim.report.text import PLAIN, Look, Paint, TextRow, grid, hanging, number
from reachsim.report.trace import trace_text
from reachsim.rules.session_manager import PATIENCE_MINUTES

_NODES = 15
_CLOSED = 8
_WORDS: dict[Readiness, str] = {
    "ready": "READY",
    "not ready": "NOT READY",
    "not yet": "NOT YET",
    "undecided": "CANNOT DECIDE",
}


def _paint(state: Readiness, style: Style) -> Paint:
    paints: dict[Readiness, Paint] = {"ready": style.green, "not ready": style.red}
    return paints.get(state, style.yellow)


def session_manager_text(found: SessionManager, file: str, look: Look = PLAIN, *, traces: bool = False) -> str:
    """How many are ready, what the others lack, and what may be removed. `traces`: also how packets go that are lost."""
    style = look.style
    if not found.nodes:
        return f"{style.yellow('NO INSTANCES')}  {style.bold('the design has none')}  {style.dim(file)}"
    counts = [
        f"{found.count(state)} {'cannot be decided' if state == 'undecided' else state}"
        for state in _WORDS
        if found.count(state)
    ]
    title = f"{number(len(found.nodes), 'instance')}: {', '.join(counts)}"
    lines = [f"{_paint(found.state, style)(_WORDS[found.state])}  {style.bold(title)}  {style.dim(file)}"]
    if not any(node.inbound_rules for node in found.nodes):
        text = f"no inbound rule is needed: every connection starts at the instance (SSM-1){_wait(found)}"
        lines += hanging("  ", text, look.width)
    order: tuple[Readiness, ...] = ("not ready", "undecided", "not yet", "ready")
    nodes = sorted(found.nodes, key=lambda node: order.index(node.state))
    for node in look.few(nodes, _NODES):
        lines += ["", *_node(node, look, traces=traces)]
    rest = look.rest(nodes, _NODES)
    lines += ["", f"  {rest}"] if rest else []
    return "\n".join([*lines, *_superfluous(found.superfluous, look)])


def _wait(found: SessionManager) -> str:
    if not found.count("ready"):
        return ""
    return (
        f"; a node appears some minutes after its start, so give it {PATIENCE_MINUTES} minutes before you look for faults "
        "(SSM-11)"
    )


def _node(node: ManagedNode, look: Look, *, traces: bool) -> Iterator[str]:
    style = look.style
    state = _paint(node.state, style)(_WORDS[node.state])
    waiting = f"  {node.waiting}" if node.waiting and node.state == "not yet" else ""
    yield f"{style.bold(node.name)}  {state}{waiting}  {style.dim(line_of(node.where))}"
    rows: list[TextRow] = [_row(need, style) for need in node.needs]
    yield from grid(rows, look.width, indent=1)
    if traces:
        for need in node.needs:
            if need.trace is not None and need.met != "met":
                yield ""
                yield from (f"    {line}" if line else "" for line in trace_text(need.trace, look).split("\n"))


def _row(need: Need, style: Style) -> TextRow:
    mark = {"met": " ", "missing": "x" if need.required else "-", "unknown": "?"}[need.met]
    paint = {"met": style.dim, "missing": style.red if need.required else style.yellow, "unknown": style.yellow}[
        need.met
    ]
    text = need.text if need.met == "met" or not need.cure else f"{need.text}. To do: {need.cure}"
    if not need.required and need.met != "met":
        text += "; sessions do without, commands of this agent do not"
    return [(mark, paint), need.name, (text, paint), need.rule, "" if need.met == "met" else line_of(need.where)]


def _superfluous(found: Superfluous, look: Look) -> Iterator[str]:
    if found.undecided:
        text = f"whether inbound rules for SSH and RDP may be removed cannot be decided: {found.undecided}"
        yield from ("", *hanging("", text, look.width))
    if not found:
        return
    yield ""
    yield from hanging("", "what may be removed, proven on a copy without it", look.width, look.style.bold)
    rows: list[TextRow] = [["rule", str(rule), line_of(rule.where)] for rule in found.rules]
    text = "nobody asks it for anything but SSH and RDP, and nothing else is about it"
    rows += [["bastion", f"{bastion}: {text}", line_of(bastion.where)] for bastion in found.bastions]
    yield from grid(rows, look.width, indent=2)
    for change in look.few(found.closed, _CLOSED):
        yield from hanging("  closes  ", str(change).removeprefix("closed: "), look.width)
    rest = look.rest(found.closed, _CLOSED)
    if rest:
        yield f"          {rest}"
    yield from hanging("  opens   ", "nothing, and every instance that is ready stays ready", look.width)
    if found.expectations:
        numbers = ", ".join(f"#{n}" for n in found.expectations)
        yield from hanging("  expect  ", f"{numbers} ask for just that, and go too", look.width)


def session_manager_data(found: SessionManager, file: str) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    return {"file": file, **found.to_dict()}
