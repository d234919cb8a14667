"""A trace as text: the verdict and its reason first, then hop by hop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reachsim.places import legend_of, line_of
from reachsim.report.text import PLAIN, Look, TextRow, columns_of, grid, hanging, number
from reachsim.trace.result import TRACE_TITLES, Blocker, Hop, Trace, TracedWay, reached

_WAYS = 20
_BLOCKERS = 10


def trace_text(trace: Trace, look: Look = PLAIN) -> str:
    """The verdict and the reason in the first lines, then the hops there and back, then whatever else is in
    the way."""
    style = look.style
    paint = {"reachable": style.green, "undecided": style.yellow}.get(trace.verdict, style.red)
    title = TRACE_TITLES[trace.verdict]
    question = f"{trace.source} -> {trace.destination}  {trace.sent}"
    lines = [f"{paint(title)}  {style.bold(question)}"]
    if trace.resolved:
        lines += hanging("  ", trace.resolved, look.width, style.dim)
    lines += _reason(trace, look)
    if len(trace.ways) > 1:
        lines += ["", *_ways(trace, look)]
    shown = trace.shown
    wheres = [hop.where for hop in (*shown.forward, *shown.reply)]
    if shown.forward:
        lines += ["", *leg_lines("there", shown.forward, look, legend_of(wheres), shown.undecided)]
        if shown.reply and (shown.delivered or look.whole):
            lines += ["", *leg_lines("back", shown.reply, look, "", shown.undecided)]
    lines += _others(trace, look)
    if trace.listener is None and trace.beyond:
        lines += ["", *_beyond(trace, look)]
    for note in trace.notes:
        lines += hanging("note: ", note, look.width)
    return "\n".join(lines)


def _reason(trace: Trace, look: Look) -> list[str]:
    indent = " " * 2
    way = trace.shown
    if trace.undecided:
        return hanging(indent, trace.undecided, look.width)
    if not trace.blockers:
        if not way.reply:
            back = "nothing answers this protocol"
        else:
            back = f"the answer comes back in {number(len(way.reply), 'hop')}"
        text = f"delivered in {number(len(way.forward), 'hop')}, {back}; the client sees: {trace.client_sees}"
        return [*hanging(indent, text, look.width), *_warnings(trace, look, indent)]
    lines = blocker_lines(trace.blockers[0], look, indent)
    tail = f"the client sees: {trace.client_sees}"
    if way.partial:
        client = way.client_ports != way.asked_ports
        parts = [f"the answer comes back to client ports {way.client_ports} only"] if client else []
        parts += [str(way.choices)] if way.choices else []
        tail = "; ".join(parts)
    elif way.delivered:
        tail = f"delivered, but the answer is lost; {tail}"
    if len({w.verdict for w in trace.ways}) > 1:
        tail = _share_of_ways(trace)
    lines += hanging(indent, tail, look.width)
    return [*lines, *_warnings(trace, look, indent)]


def _share_of_ways(trace: Trace) -> str:
    """How many of the ways pass, or, where none does, in how many the packet is delivered all the same."""
    passing, delivered = sum(w.reachable for w in trace.ways), sum(w.delivered for w in trace.ways)
    ways = number(len(trace.ways), "way")
    return (
        f"{passing} of {ways} pass"
        if trace.verdict != "no reply"
        else f"delivered in {delivered} of {ways}, and answered in none"
    )


def _warnings(trace: Trace, look: Look, indent: str) -> list[str]:
    """What fails now and then of what is reachable."""
    return [
        line for text in trace.warnings for line in hanging(f"{indent}warning: ", text, look.width, look.style.yellow)
    ]


def blocker_lines(blocker: Blocker, look: Look, indent: str) -> list[str]:
    """A blocker in two entries: what stops the packet, and by which code, rule and line of the file."""
    text = f"{blocker.component} {blocker.checkpoint}: {blocker.text}"
    return [
        *hanging(indent, text, look.width),
        *hanging(indent, reference(blocker.code, blocker.rule_id, blocker.where), look.width, look.style.dim),
    ]


def reference(code: str, rule_id: str, where: str) -> str:
    """Code, rule of the rule book and place in the file, as far as there are any."""
    return "  ".join(part for part in (code, rule_id, where) if part)


def _ways(trace: Trace, look: Look) -> list[str]:
    """The ways in which the source may send, each with its verdict."""
    rows: list[TextRow] = []
    for way in look.few(trace.ways, _WAYS):
        paint = look.style.green if way.reachable else look.style.yellow if way.undecided else look.style.red
        rows.append([way.label or trace.source, _share(way), (way.verdict, paint), _why(way)])
    rest = look.rest(trace.ways, _WAYS)
    return [
        f"{number(len(trace.ways), 'way')} to send, all of them tried:",
        *grid(rows, look.width, indent=2),
        *([f"  {rest}"] if rest else []),
    ]


def _beyond(trace: Trace, look: Look) -> list[str]:
    """What a load balancer that ends the client's connection opens itself, and the way of one of these: the first connection
    that fails, else the first."""
    style = look.style
    rows: list[TextRow] = []
    for each in look.few(trace.beyond, _WAYS):
        paint = style.green if each.reachable else style.yellow if each.undecided else style.red
        question = f"{each.source} -> {each.destination}  {each.traffic}"
        rows.append([question, each.purpose, (each.verdict, paint), _why(each.shown)])
    rest = look.rest(trace.beyond, _WAYS)
    lines = [
        "the load balancer's own connections:",
        *grid(rows, look.width, indent=2),
        *([f"  {rest}"] if rest else []),
    ]
    opened = [each for each in trace.beyond if each.purpose == "connection" and each.forward]
    shown = next((each for each in opened if not each.reachable), next(iter(opened), None))
    if shown is None:
        return lines
    undecided = shown.shown.undecided
    lines += ["", *leg_lines("on", shown.forward, look, "", undecided)]
    if shown.reply and (shown.delivered or look.whole):
        lines += ["", *leg_lines("back", shown.reply, look, "", undecided)]
    return lines


def _share(way: TracedWay) -> str:
    percent = float(way.share * 100)
    return "" if way.share == 1 else f"{percent:g}%" if percent == round(percent) else f"{percent:.1f}%"


def _why(way: TracedWay) -> str:
    if way.blockers:
        first = way.blockers[0]
        return f"{first.component} {first.checkpoint}: {first.code}"
    return way.undecided


def leg_lines(name: str, hops: Sequence[Hop], look: Look, legend: str, undecided: str = "") -> list[str]:
    """One leg: the packet, then the hops in columns, up to where it is dropped; all of them where nothing
    is cut. `legend`: which file their places are in; `undecided`: of the way."""
    packet = str(hops[0].before)
    lines = [f"{name:5}  {look.style.bold(packet)}"]
    if legend and columns_of(packet) + columns_of(legend) + 10 <= look.width:
        lines[0] += f"   {look.style.dim(legend)}"
    elif legend:
        lines.append(f"       {look.style.dim(legend)}")
    shown = hops if look.whole else reached(hops, undecided)
    lines += hop_lines(shown, look)
    left = len(hops) - len(shown)
    if left:
        they = "it" if left == 1 else "they"
        more = f"not reached: {number(left, 'more checkpoint')} (--all shows what {they} would do)"
        lines.append(f"       {look.style.dim(more)}")
    return lines


def hop_lines(hops: Sequence[Hop], look: Look, indent: int = 0) -> list[str]:
    """Numbered hops in aligned columns; the one that drops the packet is marked, a rewritten packet stands
    below its hop."""
    return grid(_hop_rows(hops, look), look.width, indent=indent)


def _hop_rows(hops: Sequence[Hop], look: Look) -> Iterator[TextRow]:
    style = look.style
    lost = False
    for index, hop in enumerate(hops, 1):
        mark, rule = "", hop.rule
        paint = style.dim if lost else style.bold if hop.action == "deliver" else None
        if hop.action in ("drop", "unknown"):
            lost = True
            mark, word, paint = ("x", "DROPPED", style.red) if hop.action == "drop" else ("?", "UNKNOWN", style.yellow)
            rule = f"{word}: {rule}"
        cells = [f"{mark}{index}".rjust(3), hop.component, hop.checkpoint, rule, line_of(hop.where)]
        yield [(cell, paint) for cell in cells] if paint is not None else cells
        if hop.before != hop.after:
            yield f"     => {hop.after}"


def _others(trace: Trace, look: Look) -> list[str]:
    """Blockers beyond the first."""
    others = trace.blockers[1:]
    if not others:
        return []
    lines = ["", f"also in the way ({len(others)}):"]
    for blocker in look.few(others, _BLOCKERS):
        lines += other_lines(blocker, look, "  ")
    rest = look.rest(others, _BLOCKERS)
    return [*lines, f"  {rest}"] if rest else lines


def other_lines(blocker: Blocker, look: Look, indent: str) -> list[str]:
    """A further blocker: like `blocker_lines`, with the leg, and the way where there are several."""
    leg = "there" if blocker.leg == "forward" else "back"
    label = f"{indent}{leg:5}  "
    first, *rest = blocker_lines(blocker, look, label)
    blank = " " * len(label)
    lines = [first, *(blank + line[len(label) :] if line.startswith(label) else line for line in rest)]
    if blocker.variant:
        lines += hanging(blank, f"on the way: {blocker.variant}", look.width, look.style.dim)
    return lines


def brief_hops(hops: Sequence[Hop], undecided: str) -> list[Hop]:
    """Hops until the blocker, without the links inside subnets, which decide nothing."""
    return [hop for hop in reached(hops, undecided) if hop.checkpoint != "link" or hop.action == "drop"]
