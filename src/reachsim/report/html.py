"""Answers as a notebook shows them, a card each in HTML. Values offer it (`reachsim.faces.Carded`), the cards stand here."""

from __future__ import annotations

from reachsim.answers.difference import Difference
from reachsim.answers.expectations import Check
from reachsim.answers.policy import Exposed
from reachsim.errors import summary
from reachsim.faces import html_of
from reachsim.markup import card
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.reach.cell import Cell, loss_in_words
from reachsim.reach.matrix import Grouping, Matrix, group_name
from reachsim.reach.pair import Reach
from reachsim.trace.result import Trace

_WIDE = 12
"""Groups of which a notebook shows a table."""


@html_of.register
def _(trace: Trace) -> str:
    mood = "good" if trace.reachable else "unknown" if trace.verdict == "undecided" else "bad"
    title = f"{trace.source} → {trace.destination} {trace.traffic}; the client sees: {trace.client_sees}"
    title += f"; {trace.resolved}" if trace.resolved else ""
    rows = [
        (leg, number, hop.component, hop.checkpoint, f"{hop.action}: {hop.rule}", hop.where)
        for leg, hops in (("there", trace.forward), ("back", trace.reply if trace.delivered else ()))
        for number, hop in enumerate(hops, 1)
    ]
    stops = [index for index, row in enumerate(rows) if row[4].startswith(("drop: ", "unknown: "))]
    header = ("way", "hop", "component", "checkpoint", "what happens", "where")
    text = "; ".join(map(str, trace.blockers)) or trace.undecided
    text = "; ".join(filter(None, (text, trace.loss, *trace.warnings)))
    return card(mood, trace.verdict, title, rows[: stops[0] + 1] if stops else rows, header=header, text=text)


@html_of.register
def _(found: Reach) -> str:
    mood, verdict = _mood(found)
    rows = dict.fromkeys(
        ("there" if stop.leg == "forward" else "back", stop.component, stop.checkpoint, stop.rule, stop.code)
        for stop in found.stops
    )
    header = ("way", "component", "checkpoint", "stops the rest" if found else "stops it", "code")
    losses = [f"{choices} ({found.describe(space)})" for choices, space in found.losses.items()]
    text = "; ".join([found.undecided or (str(found) if found else ""), *losses]).removeprefix("; ")
    return card(mood, verdict, f"{found.source} → {found.destination}", rows, header=header, text=text)


@html_of.register
def _(matrix: Matrix) -> str:
    subnets = len({c.first.subnet for c in matrix.classes.classes})
    by: Grouping = "subnet" if subnets <= _WIDE else "vpc"
    groups = {key: brief for key, cell in matrix.grouped(by).items() if (brief := _brief_cell(cell))}
    names = list(dict.fromkeys(group_name(c, by) for c in matrix.classes.classes))[:_WIDE]
    rows = [(a, *(groups.get((a, b), "") for b in names)) for a in names]
    title = f"{matrix.pairs:,} ordered pairs of interfaces in {len(matrix.classes.classes):,} classes, by {by}"
    return card("plain", "matrix", title, rows, header=("from \\ to", *names))


@html_of.register
def _(check: Check) -> str:
    held = sum(result.holds for result in check.results)
    mood, verdict = ("good", "holds") if check.ok else ("bad", "fails") if check.failures else ("unknown", "undecided")
    first = sorted(check.results, key=lambda result: ("fails", "undecided", "holds").index(result.verdict))
    rows = [(f"#{r.number}", r.verdict, r.question, r.warning if r.holds else r.reason, r.where) for r in first]
    title = f"{held} of {len(check)} expectations hold"
    return card(mood, verdict, title, rows, header=("", "verdict", "expectation", "why", "where"))


@html_of.register
def _(exposed: Exposed) -> str:
    rows = [
        (
            ", ".join(exposed.interfaces),
            exposed.text,
            exposed.of(exposed.answered),
            exposed.of(exposed.lost),
            exposed.undecided,
        )
    ]
    header = ("interfaces", "delivered", "answered", "the answer is lost", "cannot decide")
    mood, verdict = ("bad", "exposed") if exposed.space else ("unknown", "undecided")
    return card(mood, verdict, "from the internet", rows, header=header)


@html_of.register
def _(difference: Difference) -> str:
    mood, verdict = (
        ("bad", "opened") if difference.opened else ("unknown", "undecided") if difference.undecided else ("good", "")
    )
    rows = [
        (
            c.kind,
            c.text + (", one way" if c.one_way else "") + (f"; {c.nat}" if c.nat else ""),
            summary(c.sources),
            summary(c.destinations),
        )
        for c in (*difference.opened, *difference.closed, *difference.changed)
    ]
    title = (
        f"{len(difference.opened)} opened, {len(difference.closed)} closed: {difference.before} → {difference.after}"
    )
    text = "; ".join(difference.undecided)
    return card(mood, verdict or "nothing opened", title, rows, header=("", "traffic", "from", "to"), text=text)


def _brief_cell(cell: Cell) -> str:
    """A cell in few words: what is reachable, what is so in part, and what NAT devices lose."""
    parts = [_brief(cell.reachable)] if cell.reachable else []
    parts += [f"~ in part {_brief(cell.partial)}"] if cell.partial else []
    return "; ".join([*parts, *([loss_in_words(cell.losses)] if cell.losses else [])])


def _mood(found: Reach) -> tuple[str, str]:
    if found and not found.answerless:
        return "good", "reachable"
    if found.undecided:
        return "unknown", "undecided"
    if found.partial:
        return "bad", "partial"
    return "bad", "no reply" if found.delivered else "blocked"


def _brief(traffic: Traffic) -> str:
    """Traffic in a small cell."""
    line = (
        EVERY_IPV6 if traffic.isdisjoint(Traffic.parse("icmp")) and "icmpv6" in str(traffic) else EVERY_IPV4
    ).addresses
    parts = HeaderSpace.box(traffic, line, line).describe(line, line).split(", ")
    return ", ".join(parts if len(parts) <= 5 else [*parts[:4], f"and {len(parts) - 4} more"])
