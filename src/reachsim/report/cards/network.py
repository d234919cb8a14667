"""Cards of what is asked of a whole network: the matrix as a heat map, who reaches whom, exposure, isolation, findings."""

from __future__ import annotations

from collections.abc import Sequence

from reachsim.answers.finding import Finding, weighed
from reachsim.answers.findings import Findings
from reachsim.answers.isolation import Isolation
from reachsim.answers.lint.run import Lint
from reachsim.answers.neighbours import Neighbours, NeighbourVerdict
from reachsim.answers.policy import DeadEnds, Exposed, Exposure
from reachsim.answers.rulesets import IdleRules
from reachsim.cards import Mood, card, dim, folded, joined, lines, listing, note, place, tag, wide
from reachsim.errors import counted, summary
from reachsim.faces import html_of, one_line
from reachsim.markup import Html, element, escape
from reachsim.named import Named
from reachsim.net.traffic import Traffic, in_part
from reachsim.reach.cell import say
from reachsim.reach.grouped import GroupedMatrix, Grouping, MatrixLink
from reachsim.reach.matrix import Matrix, Slice
from reachsim.rules.lint import Severity

_WORDY = 12
"""Groups of which a heat map has words in its cells."""
_SIGNED = 24
"""Groups of which a heat map is shown unasked."""
_MOST = 40
"""Groups of which one is shown at all, and rows of tables."""
_FEW = 4
"""Ranges of traffic in a cell."""


# -- the matrix ---------------------------------------------------------------------------------------------


@html_of.register
def _(matrix: Matrix) -> str:
    return html_of(matrix.by(_fitting(matrix))) or ""


@html_of.register
def _(part: Slice) -> str:
    return html_of(part.matrix.by(_fitting(part.matrix), part.traffic)) or ""


def _fitting(matrix: Matrix) -> Grouping:
    """The finest way of putting interfaces together that a heat map has words for."""
    if len(matrix.classes.classes) <= _WORDY:
        return "class"
    return "subnet" if len({c.first.subnet for c in matrix.classes.classes}) <= _SIGNED else "vpc"


@html_of.register
def _(groups: GroupedMatrix) -> str:
    what = in_part(groups.traffic)
    title = f"{groups.pairs:,} of {counted(groups.matrix.pairs, 'pair')} of interfaces pass {what}, by {groups.by}"
    asides = [f"{counted(groups.part, 'pair')} in part" if groups.part else ""]
    asides += [f"{counted(groups.undecided, 'pair')} cannot be decided" if groups.undecided else ""]
    return card("plain", "matrix", title, *_heat_map(groups), why="; ".join(filter(None, asides)))


def _heat_map(groups: GroupedMatrix) -> list[Html | None]:
    """A cell for each pair of groups, shaded by how many of its pairs something passes between."""
    labels = groups.labels if groups.traffic is None else [name for name in groups.labels if name in groups.taking_part]
    if not labels:
        return []
    if len(labels) > _MOST:
        return [note(f"{len(labels):,} groups are too many for a picture: .by('vpc'), or .to_rows()")]
    wordy = len(labels) <= _WORDY
    heads = labels if wordy else range(1, len(labels) + 1)
    head = element(
        "tr",
        element("th", "from ↓ to →", scope="col"),
        *(element("th", text, scope="col", title=name) for text, name in zip(heads, labels, strict=True)),
    )
    rows = [
        element(
            "tr",
            element("th", name if wordy else f"{number} {name}", scope="row"),
            *(_cell(groups, name, other, wordy) for other in labels),
        )
        for number, name in enumerate(labels, 1)
    ]
    table = element("table", element("thead", head), element("tbody", *rows), class_="rs-grid")
    return [wide(table), element("p", *_legend(groups, wordy), class_="rs-dim")]


def _cell(groups: GroupedMatrix, source: str, destination: str, wordy: bool) -> Html:
    link = groups.links.get((source, destination))
    if link is None:
        alone = source == destination and groups.sizes[source] == 1
        return element("td", "" if alone else "·")
    shade = {"#": "rs-all", "+": "rs-some", "~": "rs-half", "?": "rs-dark"}[link.mark]
    sign = {"#": "●", "+": "◐", "~": "~", "?": "?"}[link.mark]
    title = f"{source} → {destination}: {one_line(str(link))} ({link.pairs:,} of {counted(link.possible, 'pair')})"
    return element("td", f"{sign} {_words(link)}".strip() if wordy else sign, class_=shade, title=title)


def _words(link: MatrixLink) -> str:
    parts = [_brief(link.traffic)] if link.pairs else []
    parts += [f"in part {_brief(link.partial)}"] if link.part else []
    parts += [str(choices) for choices in link.losses]
    return "; ".join(parts)


def _brief(traffic: Traffic) -> str:
    """Traffic in a small cell."""
    parts = say(traffic).split(", ")
    return ", ".join(parts if len(parts) <= _FEW + 1 else [*parts[:_FEW], f"and {len(parts) - _FEW} more"])


def _legend(groups: GroupedMatrix, wordy: bool) -> list[str]:
    marks = {link.mark for link in groups.links.values()}
    known = (("#", "● every pair"), ("+", "◐ some pairs"), ("~", "~ in part: all answers are lost, or some of NAT's"),
             ("?", "? cannot be decided"))  # fmt: skip
    words = [text for mark, text in known if mark in marks]
    where = "Rows send, columns receive" + ("" if wordy else ", by number")
    return [f"{where}. {', '.join([*words, '· nothing'])}. A cell says what passes when it is pointed at."]


# -- who, what, the internet --------------------------------------------------------------------------------

_NEIGHBOURS: dict[NeighbourVerdict, Mood] = {
    "passes": "good",
    "partial": "part",
    "no reply": "bad",
    "undecided": "unknown",
}


@html_of.register
def _(found: Neighbours) -> str:
    rows = [
        (
            tag(_NEIGHBOURS[row.verdict], row.verdict),
            counted(len(row.names), row.kind) if len(row.names) > 1 else row.kind,
            _names(row.names),
            row.traffic,
            row.partial,
            row.one_way,
            "; ".join(row.nat),
            row.undecided,
        )
        for row in found
    ]
    end = "who" if found.direction == "who" else "whom"
    header = ("", "what", end, "passes", "in part", "no reply to", "NAT devices lose", "cannot be decided")
    return card("plain", found.direction, found.title, listing(rows, header, most=_MOST))


def _names(names: Sequence[str]) -> Html | str:
    """Few names, or the first of them and all in a fold."""
    if len(names) <= _FEW + 1:
        return ", ".join(names)
    return element("details", element("summary", summary(names)), element("span", ", ".join(names)))


@html_of.register
def _(exposure: Exposure) -> str:
    sure = any(each.space for each in exposure)
    mood: Mood = "look" if sure else "unknown" if exposure else "good"
    verdict = "exposed" if sure else "undecided" if exposure else "not exposed"
    title = exposure.title if exposure else "nothing takes packets from the internet"
    return card(mood, verdict, title, listing(map(_exposed, exposure), _EXPOSED, most=_MOST))


_EXPOSED = ("interfaces", "delivered", "answered", "the answer is lost", "cannot be decided")


def _exposed(each: Exposed) -> tuple[object, ...]:
    answered, lost = each.of(each.answered), each.of(each.lost)
    return (_names(each.interfaces), each.text if each.space else "", answered, lost, each.undecided)


@html_of.register
def _(exposed: Exposed) -> str:
    mood: Mood = "look" if exposed.space else "unknown"
    word = "exposed" if exposed.space else "undecided"
    return card(mood, word, "from the internet", listing([_exposed(exposed)], _EXPOSED))


@html_of.register
def _(found: Isolation) -> str:
    title = f"{found.one} ↔ {found.other}"
    if found:
        why = "no packet is delivered, in either direction"
        return card("good", "isolated", title, why="; ".join(filter(None, (why, found.remark))))
    rows = [
        (leak.source, "→", leak.destination, leak.text, ", ".join(leak.via), dim(leak.such_as)) for leak in found.leaks
    ]
    leaks = listing(rows, ("from", "", "to", "delivered", "via", "such as"), most=_MOST)
    mood: Mood = "bad" if found.leaks else "unknown"
    word = "not isolated" if found.leaks else "undecided"
    return card(mood, word, title, leaks, lines(found.undecided, "cannot be decided"))


@html_of.register
def _(named: Named) -> str:  # type: ignore[type-arg]
    rows = named.to_rows()
    header = tuple(rows[0]) if rows else ()
    first = [[place(value) if key == "where" else value for key, value in row.items()] for row in rows]
    title = counted(len(named), named.noun)
    return card("plain", "named", title, listing(first, [key.replace("_", " ") for key in header], most=_MOST))


# -- findings -----------------------------------------------------------------------------------------------

_SEVERITIES: dict[Severity, Mood] = {"error": "bad", "warning": "look", "advice": "plain", "note": "plain"}


@html_of.register
def _(found: DeadEnds) -> str:
    rows = [(end.table, end.route, str(end.destinations).replace(",", ", "), end.text, end.code, place(end.where))
            for end in found]  # fmt: skip
    header = ("route table", "route", "destinations", "what happens", "code", "where")
    word = "dead ends" if found else "no dead ends"
    return card("bad" if found else "good", word, found.title, listing(rows, header, most=_MOST))


@html_of.register
def _(found: IdleRules) -> str:
    rows = [(rule.owner, rule.direction, rule.rule, rule.why, place(rule.where)) for rule in found]
    header = ("rules", "way", "rule", "is", "where")
    word = "idle rules" if found else "no idle rule"
    return card("look" if found else "good", word, found.title, listing(rows, header, most=_MOST))


_FINDINGS = ("", "what", "because", "to do", "where")


@html_of.register
def _(found: Findings) -> str:
    return card("plain", "findings", found.title, listing(map(_finding, found), _FINDINGS, most=_MOST))


@html_of.register
def _(found: Lint) -> str:
    mood: Mood = "good" if not found.findings else "plain" if found else "bad"
    word = "clean" if not found.findings else "advice" if found else "findings"
    silenced = [f"{each.finding.code} {each.finding.sentence} ({each.why})" for each in found.silenced]
    return card(
        mood,
        word,
        weighed(found.findings),
        listing(map(_finding, found.findings), _FINDINGS, most=_MOST),
        folded(f"silenced in the file ({len(silenced)})", lines(silenced)),
    )


def _finding(finding: Finding) -> tuple[object, ...]:
    severity = tag(_SEVERITIES[finding.severity], finding.severity)
    code = element("div", " ".join(filter(None, (finding.code, finding.rule))), class_="rs-dim")
    what = joined(
        escape(finding.sentence.replace("->", "→")), code
    )  # a column for the code would squeeze the sentences
    return (severity, what, finding.evidence, finding.cure, place(finding.where))
