"""What `reachsim.cidr` finds, as text, JSON, CSV, HTML, SVG, a model in YAML, or variables for Terraform."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from reachsim.cidr.blocks import BlockFacts
from reachsim.cidr.entries import Entry
from reachsim.cidr.overlaps import OverlapReport, entry_dict
from reachsim.cidr.ranking import Rank
from reachsim.cidr.use import VpcUse
from reachsim.csvfile import csv_line
from reachsim.errors import visible
from reachsim.markup import Html, Style, element, html_table, table
from reachsim.net.cidr import Cidr
from reachsim.report.cidr_csv import to_csv
from reachsim.report.cidr_model import plan_terraform, plan_yaml
from reachsim.report.cidr_page import page
from reachsim.report.cidr_picture import plan_html, plan_svg
from reachsim.report.cidr_plan import plan_csv, plan_text
from reachsim.report.data import plain_json, to_json

__all__ = [
    "blocks_data",
    "blocks_text",
    "facts_html",
    "facts_text",
    "holders_data",
    "holders_text",
    "overlaps_csv",
    "overlaps_html",
    "overlaps_json",
    "overlaps_text",
    "plan_csv",
    "plan_html",
    "plan_svg",
    "plan_terraform",
    "plan_text",
    "plan_yaml",
    "to_csv",
    "to_json",
    "use_csv",
    "use_text",
]

_PLAIN: Final = Style(enabled=False)
SHOWN: Final = 200
"""Overlaps that a text has unless somebody says how many."""
_KEPT: Final = 1 << 17
"""Blocks whose text is kept while many overlaps are written."""
_RANK_TITLES: Final = {
    Rank.ERROR: "error: connected today",
    Rank.WISH: "wish: to be connected",
    Rank.WARNING: "warning: not connected, but with a third network",
    Rank.NOTE: "note: never meet",
}


# ------------------------------------------------------------------------------------------------- overlaps


def overlaps_text(report: OverlapReport, style: Style = _PLAIN, limit: int = 0) -> str:
    """Overlaps by rank, and by the block that contains the others. `limit`: overlaps to show, 0 for all."""
    lines: list[str] = []
    shown = 0
    last: Rank | None = None
    rows: list[list[object]] = []

    def flush() -> None:
        if rows:
            lines.append(table(rows, indent=4))
            rows.clear()

    for rank, outer, overlaps in report.each_group():
        if limit and shown >= limit:
            break
        flush()
        if rank is not last:
            if last is not None:
                lines.append("")
            paint = style.red if rank.matters else style.yellow if rank is Rank.WARNING else style.dim
            lines.append(paint(_RANK_TITLES[rank]))
            last = rank
        lines.append("  " + "  ".join(visible(part) for part in (str(outer.cidr), outer.owner, outer.place) if part))
        for overlap in overlaps:
            if limit and shown >= limit:
                break
            word = "equals" if overlap.relation == "equal" else "contains"
            inner = overlap.inner
            rows.append([word, inner.cidr, inner.owner, inner.place, overlap.reason])
            shown += 1
    flush()
    if lines:
        lines.append("")
    hidden = report.total - shown
    if hidden:
        lines.append(f"{hidden:,} further overlaps are not shown (--limit 0 shows all).")
    lines.append(_overlaps_summary(report))
    return "\n".join(lines)


def _overlaps_summary(report: OverlapReport) -> str:
    if not report.total:
        return f"No overlaps among {_count(report.count, 'block')}."
    words = {Rank.ERROR: "connected today", Rank.WISH: "to be connected", Rank.WARNING: "warned of"}
    parts = [f"{report.counts[rank]:,} {words[rank]}" for rank in words if report.counts[rank]]
    notes = report.counts[Rank.NOTE]
    if notes:
        parts.append(f"{notes:,} that never {'meets' if notes == 1 else 'meet'}")
    head = f"{_count(report.total, 'overlap')} among {_count(report.count, 'block')}"
    strict = " Nothing may overlap." if report.strict else ""
    return f"{head}: {', '.join(parts)}.{strict}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def overlaps_csv(report: OverlapReport, limit: int = 0) -> Iterator[str]:
    """One line for each overlap, as they are asked for. `limit`: as for the text."""

    @lru_cache(_KEPT)  # a block may be in many overlaps
    def cells(index: int) -> str:
        entry = report.entries[index]
        return csv_line((entry.cidr, entry.owner, entry.place))

    @lru_cache(_KEPT)  # few, and each is said of many overlaps
    def one(text: str) -> str:
        return csv_line([text])

    yield "rank,relation,outer,outer_owner,outer_place,inner,inner_owner,inner_place,reason"
    for rank, outer, inner in report.ranked(limit):
        relation, reason = report.relation(outer, inner), one(report.reason(outer, inner))
        yield f"{rank.value},{relation},{cells(outer)},{cells(inner)},{reason}"


def overlaps_json(report: OverlapReport, limit: int = 0) -> Iterator[str]:
    """`OverlapReport.to_dict` as JSON, in pieces, as they are asked for. `limit`: as for the text."""

    @lru_cache(_KEPT)
    def entry(index: int) -> str:
        return plain_json(entry_dict(report.entries[index])).replace("\n", "\n      ")

    @lru_cache(_KEPT)
    def one(text: str) -> str:
        return plain_json(text)

    yield to_json(report.summary()).removesuffix("\n}") + ',\n  "overlaps": ['
    before = "\n"
    for rank, outer, inner in report.ranked(limit):
        yield (
            f'{before}    {{\n      "rank": "{rank.value}",\n      "relation": "{report.relation(outer, inner)}",\n'
            f'      "outer": {entry(outer)},\n      "inner": {entry(inner)},\n'
            f'      "reason": {one(report.reason(outer, inner))}\n    }}'
        )
        before = ",\n"
    yield "]\n}" if before == "\n" else "\n  ]\n}"


def overlaps_html(report: OverlapReport, limit: int = 0) -> str:
    """A page with a table for each rank. `limit`: as for the text."""
    parts: list[Html] = [element("p", _overlaps_summary(report))]
    found = report.first(limit)
    for rank in Rank:
        rows = [
            (
                o.outer.cidr,
                o.outer.owner,
                o.outer.place,
                o.relation,
                o.inner.cidr,
                o.inner.owner,
                o.inner.place,
                o.reason,
            )
            for o in found
            if o.rank is rank
        ]
        if rows:
            header = ("block", "network", "where", "relation", "block", "network", "where", "why")
            parts.append(element("h2", _RANK_TITLES[rank], class_=rank.value))
            parts.append(html_table(rows, header=header))
    hidden = report.total - len(found)
    if hidden:
        parts.append(element("p", f"{hidden:,} further overlaps are not shown (--limit 0 shows all)."))
    return page("Overlapping blocks", parts)


# --------------------------------------------------------------------------------------------------- blocks


def facts_text(facts: Sequence[BlockFacts]) -> str:
    """What `cidr show` prints."""
    return "\n\n".join(table(one.rows()) for one in facts)


def facts_html(facts: Sequence[BlockFacts]) -> str:
    """The same as a page."""
    return page("Blocks", [html_table(one.rows()) for one in facts])


def blocks_text(blocks: Sequence[Cidr]) -> str:
    """One block a line, as `cidr overlaps` and the others read them."""
    return "\n".join(map(str, blocks))


def blocks_data(blocks: Sequence[Cidr]) -> dict[str, Any]:
    """Plain data for JSON."""
    return {"cidrs": [str(block) for block in blocks], "addresses": sum(block.size for block in blocks)}


def holders_text(block: Cidr, found: Sequence[Entry]) -> str:
    """Which blocks hold an address, the smallest first."""
    if not found:
        return f"nothing here holds {block}"
    return table([[e.cidr, *(part for part in (e.owner, e.comment, e.place) if part)] for e in found])


def holders_data(block: Cidr, found: Sequence[Entry]) -> dict[str, Any]:
    """The same for JSON."""
    return {"block": str(block), "holders": [entry_dict(entry) for entry in found]}


# ------------------------------------------------------------------------------------------------------ use


def use_text(uses: Sequence[VpcUse]) -> str:
    """How full VPCs and their subnets are."""
    if not uses:
        return "No block has a name."
    rows: list[list[object]] = []
    for use in uses:
        free = ", ".join(str(block) for block in use.free[:4]) + (" and more" if len(use.free) > 4 else "")
        what = f"free: {free or 'nothing'}" if use.cidrs else "its blocks are not known"
        rows.append([use.name, ", ".join(map(str, use.cidrs)), _part(use.used, use.usable), what])
        rows += [
            [f"  {one.subnet.name or one.subnet.id}", one.subnet.cidr, _part(one.used, one.usable), ""]
            for one in use.subnets
        ]
    return table(rows)


def _part(used: int | None, usable: int) -> str:
    if used is None:
        return f"{usable:,} usable" if usable else ""
    return f"{used:,} of {usable:,} used ({used / usable:.0%})" if usable else "0 usable"


def use_csv(uses: Sequence[VpcUse]) -> str:
    """One line for each subnet."""
    rows = (
        (use.name, one.subnet.name, one.subnet.id, one.subnet.cidr, one.usable, one.used, one.subnet.available)
        for use in uses
        for one in use.subnets
    )
    return to_csv(("vpc", "subnet", "id", "cidr", "usable", "used", "available"), rows)
