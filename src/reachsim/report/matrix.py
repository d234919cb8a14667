"""The matrix as text, plain data and CSV: who gets what to whom, the same told together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reachsim.flow.ports import Choices
from reachsim.markup import csv_line
from reachsim.net.traffic import Traffic
from reachsim.reach.cell import loss_in_words
from reachsim.reach.classes import InterfaceClass
from reachsim.reach.matrix import Grouping, Matrix, Slice
from reachsim.report.groups import NameGroup, say
from reachsim.report.text import PLAIN, Look, TextRow, columns_of, grid, hanging, number

SHORT = 20
"""Groups of which a text is still short."""
_BLOCKS = 40
_CLASSES = 40
_MEMBERS = 3
_NAMED = 6
_TRAFFIC = 8
"""Ranges of traffic that a line has before it counts the rest."""


@dataclass
class MatrixLink:
    """What passes between two groups of interfaces: between how many pairs of how many, and its union.

    `pairs`: with reachable traffic; `part`: with traffic that passes for too few choices of a NAT device (NAT-PORT), whose
    spans are `partial`. `losses`: what NAT devices lose of either.
    """

    possible: int
    pairs: int = 0
    undecided: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)
    part: int = 0
    partial_spans: list[tuple[int, int]] = field(default_factory=list)
    losses: dict[Choices, Traffic] = field(default_factory=dict)

    @property
    def traffic(self) -> Traffic:
        """The union."""
        return Traffic.union_of(self.spans)

    @property
    def partial(self) -> Traffic:
        """The union of what passes in part."""
        return Traffic.union_of(self.partial_spans)

    @property
    def nat(self) -> list[dict[str, Any]]:
        """What NAT devices lose, as plain data."""
        return [{"traffic": say(traffic), **choices.to_dict()} for choices, traffic in self.losses.items()]

    @property
    def mark(self) -> str:
        """One character for it."""
        if self.part:
            return "~"
        return "#" if self.pairs == self.possible else "+" if self.pairs else "?"


class Groups:
    """The interfaces of a matrix put together, and what passes between the groups. `labels`: one for each group."""

    def __init__(self, matrix: Matrix, by: Grouping, traffic: Traffic | None) -> None:
        self.matrix = matrix
        self.by = by
        self.traffic = traffic
        names = [_label(c, by) for c in matrix.classes.classes]
        self.labels = tuple(dict.fromkeys(names))
        sizes = dict.fromkeys(self.labels, 0)
        for c, name in zip(matrix.classes.classes, names, strict=True):
            sizes[name] += len(c.members)
        self.links: dict[tuple[str, str], MatrixLink] = {}

        def link(source: InterfaceClass, destination: InterfaceClass) -> MatrixLink:
            a, b = names[source.index], names[destination.index]
            if (a, b) not in self.links:
                self.links[a, b] = MatrixLink(sizes[a] * sizes[b] - (sizes[a] if a == b else 0))
            return self.links[a, b]

        for source, destination, part in Slice(matrix, traffic or Traffic.everything()).class_pairs():
            found = link(source, destination)
            found.pairs += _pairs(source, destination)
            found.spans += part.spans
        asked = traffic or Traffic.everything()
        lossy: dict[int, dict[Choices, Traffic]] = {}
        for source, destination, answer in matrix.class_pairs():
            if matrix.undecided(answer):
                link(source, destination).undecided += _pairs(source, destination)
            if answer not in lossy:
                losses = matrix.cell_of(answer).losses
                lossy[answer] = {choices: inside for choices, t in losses.items() if (inside := t & asked)}
            if lossy[answer]:
                _add_losses(link(source, destination), lossy[answer], _pairs(source, destination), matrix.below)
        self.links = {key: found for key, found in self.links.items() if found.pairs or found.part or found.undecided}
        self.taking_part = {name for key in self.links for name in key}

    @property
    def pairs(self) -> int:
        """Pairs of interfaces that something passes between."""
        return sum(link.pairs for link in self.links.values())

    @property
    def part(self) -> int:
        """Pairs of interfaces between which something passes in part."""
        return sum(link.part for link in self.links.values())

    @property
    def undecided(self) -> int:
        """Pairs of interfaces of which something cannot be decided."""
        return sum(link.undecided for link in self.links.values())


def _pairs(source: InterfaceClass, destination: InterfaceClass) -> int:
    return len(source.members) * (len(destination.members) - (source is destination))


def _add_losses(link: MatrixLink, losses: dict[Choices, Traffic], pairs: int, below: Fraction) -> None:
    for choices, traffic in losses.items():
        link.losses[choices] = link.losses.get(choices, Traffic.nothing()) | traffic
        if not choices.counts(below):
            link.partial_spans += traffic.spans
    if any(not choices.counts(below) for choices in losses):
        link.part += pairs


def _label(interface_class: InterfaceClass, by: Grouping) -> str:
    """The name of a group; a class has the name of its first interface."""
    interface = interface_class.first
    if by != "class":
        return interface.vpc.name if by == "vpc" else interface.subnet.full_name
    others = len(interface_class.members) - 1
    return f"{interface.name} (+{others:,})" if others else interface.name


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
    style = look.style
    groups = Groups(matrix, by or shortest(matrix), traffic)
    what = "something" if traffic is None else f"some of {traffic}"
    title = f"{groups.pairs:,} of {number(matrix.pairs, 'ordered pair')} pass {what}, there and back"
    lines = hanging(f"{style.bold('MATRIX')}  ", f"{title}  {file}", look.width, style.bold)
    if groups.part:
        lines.append(style.yellow(f"  {number(groups.part, 'pair')} in part: NAT devices' choices of a port"))
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


def _classes(groups_of: Groups, look: Look) -> list[str]:
    """What each class is; of some traffic alone, the classes that have it."""
    everything = groups_of.traffic is None
    classes = [c for c in groups_of.matrix.classes.classes if everything or _label(c, "class") in groups_of.taking_part]
    rows: list[TextRow] = []
    for c in look.few(classes, _CLASSES):
        interface = c.first
        groups = "no groups" if interface.groups is None else ", ".join(sorted(name for _, name in interface.groups))
        public = "public" if interface.publics else ""
        members = c.members[1:]
        names = ", ".join(n.name for n in look.few(members, _MEMBERS))
        if len(members) > len(look.few(members, _MEMBERS)):
            names += f" and {len(members) - _MEMBERS:,} more"
        rows.append([_label(c, "class"), interface.kind, interface.subnet.full_name, groups, public, names])
    header = ("class", "kind", "subnet", "groups", "address", "and")
    used = [any(row[column] for row in rows) for column in range(len(header))]
    kept: list[TextRow] = [[cell for cell, keep in zip(row, used, strict=True) if keep] for row in rows]
    lines = grid(kept, look.width, header=[h for h, keep in zip(header, used, strict=True) if keep], indent=2)
    rest = look.rest(classes, _CLASSES)
    return [*lines, f"  {rest}"] if rest else lines


def _overview(groups: Groups, look: Look) -> list[str]:
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


def _list(groups: Groups, look: Look) -> list[str]:
    """For each source, or each few that send alike, what it sends to whom."""
    by_source: dict[str, dict[str, list[str]]] = {}
    for (source, destination), link in groups.links.items():
        for text in _texts(link, groups.matrix.below, look):
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


def _named(names: Sequence[str], look: Look) -> str:
    few = look.few(names, _NAMED)
    left = len(names) - len(few)
    return ", ".join(few) + (f" and {left:,} more" if left else "")


def _traffic(traffic: Traffic, look: Look) -> str:
    parts = say(traffic).split(", ")
    few = look.few(parts, _TRAFFIC)
    left = len(parts) - len(few)
    return ", ".join(few) + (f" and {left} more" if left else "")


def _hints(groups: Groups, asked: Grouping | None, file: str, look: Look) -> list[str]:
    notes: list[str] = []
    if groups.by != "class":
        finer = "--by subnet or --by class" if groups.by == "vpc" else "--by class"
        more = f"; more: {finer}" if asked is None else ""
        notes.append(f"by {groups.by}: what at least one pair has{more}")
    elif any("(+" in label for label in groups.labels):
        notes.append("(+2): and two more interfaces that nothing tells apart from it")
    notes.append(f"the internet: reachsim exposure {file}")
    return [line for note in notes for line in hanging("", note, look.width, look.style.dim)]


def matrix_data(matrix: Matrix, file: str, traffic: Traffic | None, by: Grouping) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    groups = Groups(matrix, by, traffic)
    index = {label: number for number, label in enumerate(groups.labels)} if by == "class" else {}
    data: dict[str, Any] = {
        "file": file,
        "traffic": None if traffic is None else str(traffic),
        "by": by,
        "pairs": matrix.pairs,
        "reachable_pairs": groups.pairs,
        "partial_pairs": groups.part,
        "undecided_pairs": groups.undecided,
    }
    if by == "class":
        data["classes"] = matrix.to_dict()["classes"]
    data["reachable"] = [
        {
            "from": index.get(source, source),
            "to": index.get(destination, destination),
            "traffic": say(link.traffic),
            "pairs": link.pairs,
            "of": link.possible,
            "partial": say(link.partial) if link.part else "",
            "nat": link.nat,
        }
        for (source, destination), link in groups.links.items()
        if link.pairs or link.part
    ]
    return data


def matrix_csv(matrix: Matrix, traffic: Traffic | None = None, by: Grouping | None = None) -> Iterator[str]:
    """Lines of CSV: one for each ordered pair of groups that something passes between; without `by`, of
    interfaces."""
    yield "source,destination,traffic,partial,nat_loss"
    if by is not None:
        for (a, b), link in Groups(matrix, by, traffic).links.items():
            if link.pairs or link.part:
                yield csv_line((a, b, *_cells(link.traffic, link.partial, link.losses)))
        return
    asked = traffic or Traffic.everything()
    known: dict[int, tuple[str, ...]] = {}
    for source, destination, answer in matrix.class_pairs():
        if answer not in known:
            cell = matrix.cell_of(answer)
            losses = {choices: inside for choices, t in cell.losses.items() if (inside := t & asked)}
            reachable, partial = cell.reachable & asked, cell.partial & asked
            known[answer] = _cells(reachable, partial, losses) if reachable or partial else ()
        cells = known[answer]
        for one in source.members if cells else ():
            for other in destination.members:
                if one is not other:
                    yield csv_line((one.name, other.name, *cells))


def _cells(traffic: Traffic, partial: Traffic, losses: dict[Choices, Traffic]) -> tuple[str, ...]:
    return say(traffic), say(partial) if partial else "", loss_in_words(losses)
