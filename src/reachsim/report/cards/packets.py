"""Cards of what is asked of two ends: a trace, a set of traffic, a cell of the matrix, an explanation."""

from __future__ import annotations

from collections.abc import Sequence

from reachsim.answers.book import Rule
from reachsim.answers.explain import Explanation, Obstacle
from reachsim.cards import TRACE_MOODS, Mood, card, dim, folded, joined, lines, listing, note, place, tag
from reachsim.errors import counted, format_path
from reachsim.faces import html_of
from reachsim.markup import Html, element, escape
from reachsim.net.headerspace import HeaderSpace
from reachsim.places import legend_of
from reachsim.reach.cell import Cell, loss_in_words
from reachsim.reach.pair import Reach
from reachsim.trace.result import Blocker, Hop, Trace, TraceVerdict, reached

_HOPS = 60
_BOXES = 40
_STOPS: dict[str, Mood] = {"drop": "bad", "unknown": "unknown"}
_HEADER = ("", "component", "checkpoint", "what happens", "where")


@html_of.register
def _(trace: Trace) -> str:
    return card(TRACE_MOODS[trace.verdict], trace.verdict, _question(trace), *_about(trace), *_path(trace))


def _question(trace: Trace) -> str:
    return f"{trace.source} → {trace.destination} {trace.traffic}"


def _about(trace: Trace) -> list[Html | None]:
    """Why, and what the client sees."""
    first = next(iter(trace.blockers), None)
    why = trace.undecided or (first and blocker_text(first)) or ""
    return [
        note(trace.resolved and dim(trace.resolved)),
        note(why),
        note(trace.loss),
        note(f"The client sees: {trace.client_sees}."),
        lines(trace.warnings, "fails now and then"),
    ]


def blocker_text(blocker: Blocker) -> Html:
    """What stops a packet, with its code, rule and place."""
    way = f" ({blocker.variant})" if blocker.variant else ""
    text = f"{blocker.component} {blocker.checkpoint}{way}: {blocker.text}. "
    return joined(escape(text), dim(" ".join(filter(None, (blocker.code, blocker.rule_id, blocker.where)))))


def _path(trace: Trace) -> list[Html | None]:
    """The ways to send, the hops there and back until one stops the packet, and whatever else is in the way."""
    back = trace.reply if trace.shown.delivered else ()
    others = trace.blockers[1:]
    undecided = trace.shown.undecided
    return [
        _ways(trace),
        leg("the way there", reached(trace.forward, undecided)),
        leg("the way back", reached(back, undecided)),
        folded(f"also in the way ({len(others)})", lines(map(blocker_text, others))) if others else None,
        *(_beyond(trace) if trace.beyond else ()),
        lines(trace.notes, "notes"),
    ]


def _ways(trace: Trace) -> Html | None:
    if len(trace.ways) < 2:
        return None
    rows = [
        (way.label, _tagged(way.verdict), way.packet or "nothing to send", str(next(iter(way.blockers), "")))
        for way in trace.ways
    ]
    title = f"{len(trace.ways)} ways to send; below, the hops of {trace.shown.label or 'the first'}"
    return listing(rows, ("way", "verdict", "packet", "stopped by"), title)


def _tagged(verdict: TraceVerdict) -> Html:
    return tag(TRACE_MOODS[verdict], verdict)


def leg(title: str, hops: Sequence[Hop]) -> Html | None:
    """One way, as far as the packet gets; a packet that was rewritten is told where that happens."""
    rows: list[tuple[object, ...]] = []
    marks: dict[int, Mood] = {}
    for number, hop in enumerate(hops, 1):
        mood = _STOPS.get(hop.action)
        what: object = hop.rule
        if mood is not None:
            marks[len(rows)] = mood
            what = joined(tag(mood, "stopped here" if mood == "bad" else "not known"), escape(f" {hop.rule}"))
        elif hop.before != hop.after:
            what = joined(escape(hop.rule), element("div", f"⇒ {hop.after}"))
        rows.append((number, hop.component, hop.checkpoint, what, place(hop.where)))
    legend = legend_of(hop.where for hop in hops)
    caption = joined(escape(f"{title}: {hops[0].before} "), dim(legend)) if hops else title
    return listing(rows, _HEADER, caption, marks=marks, most=_HOPS)


def _beyond(trace: Trace) -> list[Html | None]:
    """What a load balancer sends to its targets itself."""
    rows = [
        (_question(each), each.purpose, _tagged(each.verdict), str(next(iter(each.blockers), "")))
        for each in trace.beyond
    ]
    title = "the load balancer's own connections" if trace.listener is None else "what its targets get"
    return [listing(rows, ("question", "for", "verdict", "stopped by"), title)]


@html_of.register
def _(found: Explanation) -> str:
    trace = found.trace
    return card(
        TRACE_MOODS[trace.verdict],
        trace.verdict,
        _question(trace),
        *_about(trace)[:1],
        note(trace.undecided or trace.loss),
        note(f"The client sees: {trace.client_sees}."),
        lines(map(_obstacle, found.obstacles), f"in the way ({len(found.obstacles)})", ordered=True),
        lines((_layer(each.innocent, each.text) for each in found.layers), "proven by opening them"),
        note(found.probe and f"The probe: {found.probe.text}."),
        listing([(t.name, t.text, dim(t.rule)) for t in found.tools], ("tool", "what it shows", "rule"),
                "what people would see"),
        folded("the path", *_path(trace)),
    )  # fmt: skip


def _obstacle(obstacle: Obstacle) -> Html:
    blocker = obstacle.blocker
    way = f", {blocker.variant}" if blocker.variant else ""
    rows = [element("strong", f"{blocker.component} {blocker.checkpoint} ({obstacle.side}{way})"), blocker.text]
    if obstacle.key:
        rows.append(joined(escape("edit "), element("code", obstacle.key), dim(f" {obstacle.where}")))
    for path, at in zip(obstacle.led_by, obstacle.led_where, strict=True):
        rows.append(joined(escape("sent there by "), element("code", format_path(path)), dim(f" {at}")))
    rows.append(_why(obstacle.rule, f"{blocker.code}, {blocker.rule_id}"))
    return joined(*(element("div", row) for row in rows))


def _why(rule: Rule | None, code: str) -> Html:
    """AWS's rule, with the pages that it was read from."""
    if rule is None:
        return dim(code)
    links = [element("a", name, href=url, target="_blank", rel="noopener") for name, url in rule.sources]
    return joined(escape(f"{rule.text} "), dim(f"[{code}]"), *(joined(Html(" "), link) for link in links))


def _layer(innocent: bool, text: str) -> Html:
    return joined(tag("good" if innocent else "bad", "innocent" if innocent else "in the way"), escape(f" {text}"))


@html_of.register
def _(found: Reach) -> str:
    mood, verdict = _mood(found)
    sets = [
        (word, found.describe(space))
        for word, space in (
            ("passes, and the answer comes back", found.reachable),
            ("passes in part", found.partial),
            ("delivered, and the answer is lost", found.delivered - found.reachable - found.partial),
        )
        if space
    ]
    sets += [(f"of it is lost: {choices}", found.describe(space)) for choices, space in found.losses.items()]
    stops = dict.fromkeys(
        ("there" if stop.leg == "forward" else "back", stop.component, stop.checkpoint, stop.rule, stop.code)
        for stop in found.stops
    )
    return card(
        mood,
        verdict,
        f"{found.source} → {found.destination}",
        listing(sets, ("", "traffic")),
        listing(stops, ("way", "component", "checkpoint", "rule", "code"), "stops the rest" if found else "stops it"),
        why=found.undecided,
    )


def _mood(found: Reach) -> tuple[Mood, str]:
    if found and not found.answerless:
        return "good", "reachable"
    if found.undecided:
        return "unknown", "undecided"
    if found.partial:
        return "part", "partial"
    return "bad", "no reply" if found.delivered else "blocked"


@html_of.register
def _(space: HeaderSpace) -> str:
    rows = [(str(b.traffic), str(b.sources), str(b.destinations), _ports(str(b.source_ports))) for b in space.boxes()]
    title = counted(len(rows), "box", "boxes") if rows else "no packet"
    header = ("traffic", "from", "to", "from ports")
    return card("plain", "packets" if rows else "empty", title, listing(rows, header, most=_BOXES))


def _ports(text: str) -> str:
    return "" if text == "0-65535" else text


@html_of.register
def _(cell: Cell) -> str:
    if cell:
        mood: Mood = "good"
        verdict = "reachable"
    elif cell.undecided:
        mood, verdict = "unknown", "undecided"
    else:
        mood, verdict = ("part", "partial") if cell.partial else ("bad", "no reply" if cell.delivered else "blocked")
    rows = [("passes", str(cell)) if cell else (), ("passes in part", str(cell.partial)) if cell.partial else ()]
    known = [row for row in rows if row]
    losses = loss_in_words(cell.losses)
    title = f"{cell.source} → {cell.destination}"
    return card(mood, verdict, title, listing(known, ("", "traffic")), note(losses), why=cell.undecided)
