"""The matrix as text, plain data and CSV: who gets what to whom, the same told together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from reachsim.csvfile import csv_line
from reachsim.net.traffic import Traffic, in_part
from reachsim.reach.cell import in_columns, say
from reachsim.reach.grouped import GroupedMatrix, Grouping, MatrixLink, label_of
from reachsim.reach.matrix import Matrix
from reachsim.report.groups import NameGroup
from reachsim.report.text import PLAIN, Look, TextRow, columns_of, grid, hanging, number

SHORT = 20
"""GroupedMatrix of which a text is still short."""
_BLOCKS = 40
_CLASSES = 40
_MEMBERS = 3
_NAMED = 6
_TRAFFIC = 8
"""Ranges of traffic that a line has before it counts the rest."""


def shortest(matrix: Matrix) -> Grouping:
    """How to put interfaces together so that a text is short: by class, else by subnet, else by VPC."""
    if len(matrix.classes.classes) <= SHORT:
        return "class"
    return "subnet" if len({c.first.subnet for c in matrix.classes.classes}) <= SHORT else "vpc"


def matrix_text(
    matrix: Matrix, file: str, traffic: Traffic | None = None, by: Grouping | None = None, look: Look = PLAIN
) -> str:
    """How many pairs, a grid of who reaches whom where it fits, what each class is, and what passes between whom.

    `traffic`: about this alone. `by`: how to put interfaces together; left out, what is short.
    """
    return grouped_text(matrix.by(by or shortest(matrix), traffic), file, by, look)


def grouped_text(groups: GroupedMatrix, file: str, by: Grouping | None = None, look: Look = PLAIN) -> str:
    """The same of interfaces that are put together already. `by`: the way, where it was asked for."""
    style, matrix, traffic = look.style, groups.matrix, groups.traffic
    what = in_part(traffic)
    title = f"{groups.pairs:,} of {number(matrix.pairs, 'ordered pair')} pass {what}, there and back"
    lines = hanging(f"{style.bold('MATRIX')}  ", f"{title}  {file}", look.width, style.bold)
    if nat := groups.part - groups.silent:
        lines.append(style.yellow(f"  {number(nat, 'pair')} in part: NAT devices' choices of a port"))
    if groups.silent:
        lines.append(
            style.yellow(f"  {number(groups.silent, 'pair')} in part: every answer is lost, and some ICMP has none")
        )
    if groups.undecided:
        lines.append(
            style.yellow(f"  {number(groups.undecided, 'pair')} cannot be decided: what is not modelled, or not known")
        )
    if by == "class" or (groups.by == "class" and any(len(c.members) > 1 for c in matrix.classes.classes)):
        lines += ["", *_classes(groups, look)]
    lines += _overview(groups, look)
    if groups.pairs or groups.part:
        lines += ["", *_list(groups, look)]
    lines += ["", *_hints(groups, by, file, look)]
    return "\n".join(lines).rstrip()


def _classes(groups_of: GroupedMatrix, look: Look) -> list[str]:
    """What each class is; of some traffic alone, the classes that have it."""
    everything = groups_of.traffic is None
    classes = [
        c for c in groups_of.matrix.classes.classes if everything or label_of(c, "class") in groups_of.taking_part
    ]
    rows: list[TextRow] = []
    for c in look.few(classes, _CLASSES):
        interface = c.first
        groups = "no groups" if interface.groups is None else ", ".join(sorted(name for _, name in interface.groups))
        public = "public" if interface.publics else ""
        members = c.members[1:]
        names = ", ".join(n.name for n in look.few(members, _MEMBERS))
        if len(members) > len(look.few(members, _MEMBERS)):
            names += f" and {len(members) - _MEMBERS:,} more"
        rows.append([label_of(c, "class"), interface.kind, interface.subnet.full_name, groups, public, names])
    header = ("class", "kind", "subnet", "groups", "address", "and")
    used = [any(row[column] for row in rows) for column in range(len(header))]
    kept: list[TextRow] = [[cell for cell, keep in zip(row, used, strict=True) if keep] for row in rows]
    lines = grid(kept, look.width, header=[h for h, keep in zip(header, used, strict=True) if keep], indent=2)
    rest = look.rest(classes, _CLASSES)
    return [*lines, f"  {rest}"] if rest else lines


def _overview(groups: GroupedMatrix, look: Look) -> list[str]:
    """A grid with a character for each pair of groups; none where it does not fit."""
    labels = [name for name in groups.labels if groups.traffic is None or name in groups.taking_part]
    count = len(labels)
    digits = len(str(count))
    wide = max(map(columns_of, labels), default=0)
    if count < 2 or 2 + digits + 2 + wide + 1 + count * (digits + 1) > look.width:
        return []
    head = " " * (2 + digits + 2 + wide + 1) + "".join(f" {index:>{digits}}" for index in range(1, count + 1))
    lines = ["", look.style.dim(head)]
    marks = {key: link.mark for key, link in groups.links.items()}
    for index, label in enumerate(labels, 1):
        cells = "".join(f" {marks.get((label, other), '.'):>{digits}}" for other in labels)
        (shown,) = grid([[f"{index:>{digits}}", label]], look.width, indent=2)
        lines.append(shown + " " * (2 + digits + 2 + wide + 1 - columns_of(shown)) + cells)
    key = "rows send, columns receive: # every pair, + some pairs, . none"
    key += ", ~ some in part" if "~" in marks.values() else ""
    key += ", ? cannot decide" if "?" in marks.values() else ""
    return [*lines, f"  {look.style.dim(key)}"]


def _list(groups: GroupedMatrix, look: Look) -> list[str]:
    """For each source, or each few that send alike, what it sends to whom."""
    by_source: dict[str, dict[str, list[str]]] = {}
    known: dict[int, list[str]] = {}  # by identity: links between classes that say the same are one value
    for (source, destination), link in groups.links.items():
        texts = known.get(id(link))
        if texts is None:
            texts = known[id(link)] = list(_texts(link, groups.matrix.below, look))
        for text in texts:
            by_source.setdefault(source, {}).setdefault(text, []).append(destination)
    blocks: dict[tuple[tuple[str, NameGroup], ...], list[str]] = {}
    for source, row in by_source.items():
        key = tuple((text, tuple(names)) for text, names in row.items())
        blocks.setdefault(key, []).append(source)
    plain = groups.traffic is not None and {text for row in by_source.values() for text in row} == {say(groups.traffic)}
    rows: list[TextRow] = []
    shown = look.few(list(blocks.items()), _BLOCKS)
    for row_of, sources in shown:
        rows.append(_named(sources, look))
        for text, destinations in row_of:
            cells = ["", "->", _named(destinations, look)]
            rows.append(cells if plain else [*cells, text])  # what was asked for need not be repeated
    lines = grid(rows, look.width)
    rest = look.rest(list(blocks), _BLOCKS)
    return [*lines, rest] if rest else lines


def _texts(link: MatrixLink, below: Fraction, look: Look) -> Iterator[str]:
    """What passes, and what NAT devices lose of it."""
    warnings = [(choices, traffic) for choices, traffic in link.losses.items() if choices.counts(below)]
    if link.pairs:
        whole = link.traffic
        notes = [str(choices) if t == whole else f"{_traffic(t, look)}: {choices}" for choices, t in warnings]
        yield _traffic(whole, look) + (f" (warning: {'; '.join(notes)})" if notes else "")
    for choices, traffic in link.losses.items():
        if not choices.counts(below):
            yield f"in part {_traffic(traffic, look)}: {choices}"
    if link.silent:
        yield f"in part {_traffic(link.answerless, look)}: it has no answers, and those to all else are lost"


def _named(names: Sequence[str], look: Look) -> str:
    few = look.few(names, _NAMED)
    left = len(names) - len(few)
    return ", ".join(few) + (f" and {left:,} more" if left else "")


def _traffic(traffic: Traffic, look: Look) -> str:
    parts = say(traffic).split(", ")
    few = look.few(parts, _TRAFFIC)
    left = len(parts) - len(few)
    return ", ".join(few) + (f" and {left} more" if left else "")


def _hints(groups: GroupedMatrix, asked: Grouping | None, file: str, look: Look) -> list[str]:
    notes: list[str] = []
    if groups.by != "class":
        finer = "--by subnet or --by class" if groups.by == "vpc" else "--by class"
        more = f"; more: {finer}" if asked is None else ""
        notes.append(f"by {groups.by}: what at least one pair has{more}")
    elif any("(+" in label for label in groups.labels):
        notes.append("(+2): and two more interfaces that nothing tells apart from it")
    notes.append(f"the internet: reachsim exposure {file}")
    return [line for note in notes for line in hanging("", note, look.width, look.style.dim)]


def matrix_csv(matrix: Matrix, traffic: Traffic | None = None, by: Grouping | None = None) -> Iterator[str]:
    """Lines of CSV: one for each ordered pair of groups that something passes between; without `by`, of interfaces."""
    if by is None:
        yield from matrix.csv_lines(traffic)
        return
    yield csv_line(("source", "destination", "traffic", "partial", "nat_loss"))
    for (a, b), link in matrix.by(by, traffic).links.items():
        if link.pairs or link.part:
            yield csv_line((a, b, *in_columns(link.traffic, link.partial, link.losses)))
