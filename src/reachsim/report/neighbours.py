"""Who reaches an end, and what an end reaches, as text."""

from __future__ import annotations

from typing import Any

from reachsim.answers.neighbours import Neighbour, Neighbours
from reachsim.network import Network
from reachsim.report.groups import Crowd
from reachsim.report.text import PLAIN, Look, TextRow, grid

_ROWS = 30
_TITLES = {"who": ("REACHED", "NOT REACHED"), "what": ("REACHES", "REACHES NOTHING")}


def neighbours_text(found: Neighbours, net: Network, look: Look = PLAIN) -> str:
    """How many there are, then each group of ends that are treated alike, and what is delivered between it and the end."""
    style = look.style
    yes, no = _TITLES[found.direction]
    verdict = yes if found else "CANNOT DECIDE" if found.undecided else no
    lines = [f"{style.yellow(verdict)}  {style.bold(found.title)}  {style.dim(net.source.file)}"]
    crowd = Crowd([net])
    rows: list[TextRow] = []
    for row in look.few(found.rows, _ROWS):
        rows.append(f"{crowd.describe(row.names, look)}  ({row.kind})")
        rows += _said(row, look)
    if rows:
        lines += ["", *grid(rows, look.width, indent=2)]
    rest = look.rest(found.rows, _ROWS)
    return "\n".join([*lines, f"  {rest}"] if rest else lines)


def _said(row: Neighbour, look: Look) -> list[TextRow]:
    """What is delivered, by what becomes of the answer."""
    yellow = look.style.yellow
    lines: list[TextRow] = [["", "passes", row.traffic]] if row.traffic else []
    lines += [["", ("in part", yellow), row.partial]] if row.partial else []
    lines += [["", "", choices] for choices in row.nat]
    lines += [["", ("no reply", yellow), row.one_way]] if row.one_way else []
    lines += [["", ("cannot decide", yellow), row.undecided]] if row.undecided else []
    return lines


def neighbours_data(found: Neighbours, net: Network) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    return {"file": net.source.file, **found.to_dict()}
