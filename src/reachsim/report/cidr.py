"""What `reachsim.cidr` finds, as text, JSON, CSV, HTML, SVG, a model in YAML, or variables for Terraform."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reachsim.cidr.blocks import BlockFacts, smallest_around
from reachsim.cidr.overlaps import OverlapReport, Rank
from reachsim.cidr.plan import Plan, PlannedVpc, Verdict
from reachsim.errors import visible
from reachsim.markup import Html, Style, element, html_table, table
from reachsim.net.address import Address
from reachsim.net.cidr import Cidr
from reachsim.report.data import to_json

__all__ = [
    "blocks_data",
    "blocks_text",
    "facts_html",
    "facts_text",
    "overlaps_csv",
    "overlaps_html",
    "overlaps_text",
    "plan_csv",
    "plan_html",
    "plan_svg",
    "plan_terraform",
    "plan_text",
    "plan_yaml",
    "to_csv",
    "to_json",
]

_PLAIN: Final = Style(enabled=False)
_CELLS: Final = 64
_RANK_TITLES: Final = {
    Rank.ERROR: "error: connected today",
    Rank.WISH: "wish: to be connected",
    Rank.WARNING: "warning: not connected, but with a third network",
    Rank.NOTE: "note: never meet",
}


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV as RFC 4180 has it, but with plain line feeds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return out.getvalue().rstrip("\n")


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

    for rank, outer, overlaps in report.groups():
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
    hidden = len(report.overlaps) - shown
    if hidden:
        lines.append(f"{hidden:,} further overlaps are not shown (--limit 0 shows all).")
    lines.append(_overlaps_summary(report))
    return "\n".join(lines)


def _overlaps_summary(report: OverlapReport) -> str:
    if not report.overlaps:
        return f"No overlaps among {_count(report.count, 'block')}."
    words = {Rank.ERROR: "connected today", Rank.WISH: "to be connected", Rank.WARNING: "warned of"}
    parts = [f"{len(found):,} {words[rank]}" for rank in words if (found := report.of_rank(rank))]
    notes = len(report.of_rank(Rank.NOTE))
    if notes:
        parts.append(f"{notes:,} that never {'meets' if notes == 1 else 'meet'}")
    head = f"{_count(len(report.overlaps), 'overlap')} among {_count(report.count, 'block')}"
    return f"{head}: {', '.join(parts)}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def overlaps_csv(report: OverlapReport) -> str:
    """One line for each overlap."""
    header = (
        "rank",
        "relation",
        "outer",
        "outer_owner",
        "outer_place",
        "inner",
        "inner_owner",
        "inner_place",
        "reason",
    )
    return to_csv(
        header,
        (
            (
                o.rank.value,
                o.relation,
                o.outer.cidr,
                o.outer.owner,
                o.outer.place,
                o.inner.cidr,
                o.inner.owner,
                o.inner.place,
                o.reason,
            )
            for o in report.overlaps
        ),
    )


def overlaps_html(report: OverlapReport) -> str:
    """A page with a table for each rank."""
    parts: list[Html] = [element("p", _overlaps_summary(report))]
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
            for o in report.of_rank(rank)
        ]
        if rows:
            header = ("block", "network", "where", "relation", "block", "network", "where", "why")
            parts.append(element("h2", _RANK_TITLES[rank], class_=rank.value))
            parts.append(html_table(rows, header=header))
    return _page("Overlapping blocks", parts)


# --------------------------------------------------------------------------------------------------- blocks


def facts_text(facts: Sequence[BlockFacts]) -> str:
    """What `cidr show` prints."""
    return "\n\n".join(str(one) for one in facts)


def facts_html(facts: Sequence[BlockFacts]) -> str:
    """The same as a page."""
    return _page("Blocks", [html_table(one.rows()) for one in facts])


def blocks_text(blocks: Sequence[Cidr]) -> str:
    """One block a line, as `cidr overlaps` and the others read them."""
    return "\n".join(map(str, blocks))


def blocks_data(blocks: Sequence[Cidr]) -> dict[str, Any]:
    """Plain data for JSON."""
    return {"cidrs": [str(block) for block in blocks], "addresses": sum(block.size for block in blocks)}


# ----------------------------------------------------------------------------------------------------- plan


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pool for a picture. `kind`: vpc, room, existing, reserved or free."""

    low: int
    high: int
    kind: str
    name: str
    vpc: PlannedVpc | None = None

    @property
    def size(self) -> int:
        return self.high - self.low + 1

    @property
    def text(self) -> str:
        """The block, or first and last address where it is not one."""
        bits = self.size.bit_length() - 1
        if self.size == 1 << bits:
            block = Cidr.parse_lenient(f"{Address(self.low)}/{Address(self.low).width - bits}")
            if block.network == self.low:
                return str(block)
        return f"{Address(self.low)} - {Address(self.high)}"


def _parts(plan: Plan, around: Cidr) -> list[_Part]:
    """What lies in a pool's block, in order of address, free space in single pieces.

    Where things lie over each other (groups that may, rooms around their blocks), the address belongs to
    the first of a planned VPC, something that exists, something reserved, a room.
    """
    layers: list[tuple[Cidr, str, str, PlannedVpc | None]] = []
    for vpc in plan.vpcs:
        layers += [(block, "vpc", vpc.name, vpc) for block in (*vpc.cidrs, *vpc.ipv6_cidrs)]
    planned = {vpc.name for vpc in plan.vpcs}
    layers += [
        (b, "existing", existing.name, None)
        for existing in plan.existing
        if existing.name not in planned
        for b in existing.cidrs
    ]
    layers += [(block, "reserved", name, None) for name, block in plan.reserved]
    layers += [(vpc.room, "room", vpc.name, vpc) for vpc in plan.vpcs if vpc.room is not None]
    inside = [layer for layer in layers if layer[0].overlaps(around)]
    low, high = around.span
    edges = sorted(
        {low, high + 1}
        | {max(low, block.span[0]) for block, *_ in inside}
        | {min(high, block.span[1]) + 1 for block, *_ in inside}
    )
    out: list[_Part] = []
    for start, end in itertools.pairwise(edges):
        owner = next(((kind, name, vpc) for block, kind, name, vpc in inside if start in block), ("free", "", None))
        if out and (out[-1].kind, out[-1].name) == owner[:2]:
            out[-1] = _Part(out[-1].low, end - 1, *owner)
        else:
            out.append(_Part(start, end - 1, *owner))
    return out


def _zoom(parts: Sequence[_Part], around: Cidr) -> Cidr | None:
    """The block that holds what is planned, where it is so small a part of the pool that a picture is of
    use."""
    planned = [part for part in parts if part.kind in ("vpc", "room")]
    if not planned:
        return None
    block = smallest_around(Cidr.single(place) for part in planned for place in (part.low, part.high))
    return block if block.size * 4 <= around.size else None


def plan_text(plan: Plan, style: Style = _PLAIN) -> str:
    """The whole answer for a terminal: verdict, picture, blocks and subnets, measures."""
    lines = [_verdict_line(plan, style)]
    lines += [style.red(f"Conflict: {conflict}.") for conflict in plan.conflicts]
    if plan.conflicts:
        lines.append("What exists never moves: let one of them go, or ask for it anew under vpcs.")
    if plan.shortage is not None:
        lines += plan.shortage.lines()
    if plan.verdict is not Verdict.FITS:
        lines.append("Nothing was allocated.")
        return "\n".join(lines)
    if plan.relaxed:
        lines.append("Room for growth was given up, since not everything fits with it.")
    if plan.released:
        lines.append(f"No longer asked for, and given up: {', '.join(map(visible, plan.released))}.")
    letters = _letters(plan)
    for pool in plan.pools:
        lines += ["", style.bold(_pool_line(pool.name, pool.to_dict()))]
        for around in pool.blocks:
            parts = _parts(plan, around)
            lines += _bars(parts, around, letters)
            lines.append(table(_tree(parts, letters), indent=2))
    lines += ["", *_measures(plan, style)]
    return "\n".join(lines)


def _verdict_line(plan: Plan, style: Style) -> str:
    if plan.verdict is Verdict.FITS:
        return style.green(f"Fits: {_count(len(plan.vpcs), 'VPC')}, {_count(_subnets(plan), 'subnet')}.")
    if plan.verdict is Verdict.DOES_NOT_FIT:
        return style.red("Does not fit.")
    return style.yellow(f"Cannot decide: {plan.unknown}.")


def _subnets(plan: Plan) -> int:
    return sum(len(vpc.subnets) for vpc in plan.vpcs)


def _pool_line(name: str, use: dict[str, Any]) -> str:
    parts = [f"{use['allotted']:,} allotted"]
    if use["held"]:
        parts.append(f"{use['held']:,} held for growth")
    if use["reserved"]:
        parts.append(f"{use['reserved']:,} reserved")
    return f"pool {name}: {use['addresses']:,} addresses, {', '.join(parts)}, {use['free']:,} free"


def _letters(plan: Plan) -> dict[str, str]:
    """A letter for each VPC in pictures; after 52 of them they share '@'."""
    pool = string.ascii_uppercase + string.ascii_lowercase
    return {vpc.name: pool[index] if index < len(pool) else "@" for index, vpc in enumerate(plan.vpcs)}


def _bars(parts: Sequence[_Part], around: Cidr, letters: dict[str, str]) -> list[str]:
    zoom = _zoom(parts, around)
    rows = [(str(block), _bar(parts, block, letters)) for block in (around, zoom) if block is not None]
    lines = table(rows, indent=2).split("\n")
    used = {part.kind for part in parts}
    legend = [
        text
        for kind, text in (
            ("room", "+ held"),
            ("existing", "# exists"),
            ("reserved", "= reserved"),
            ("free", ". free"),
        )
        if kind in used
    ]
    if any("*" in bar for _, bar in rows):
        legend.append("* several")
    return [*lines, f"  {', '.join(legend)}"] if legend else lines


_MARKS: Final = {"room": "+", "existing": "#", "reserved": "=", "free": "."}


def _bar(parts: Sequence[_Part], block: Cidr, letters: dict[str, str]) -> str:
    """A block as a line of cells. A cell with more than one thing in it, other than free space, is '*'."""
    cells = min(_CELLS, block.size)
    step = block.size // cells
    out = [""] * cells
    for part in parts:
        if part.high < block.span[0] or part.low > block.span[1] or part.kind == "free":
            continue
        mark = letters[part.name] if part.kind == "vpc" else _MARKS[part.kind]
        first = (max(part.low, block.span[0]) - block.network) // step
        last = (min(part.high, block.span[1]) - block.network) // step
        for index in range(first, last + 1):
            both = {out[index], mark} - {""}
            if len(both) == 2 and "+" in both:  # a VPC and its own room read as the VPC
                both.discard("+")
            out[index] = both.pop() if len(both) == 1 else "*"
    return "|" + "".join(mark or "." for mark in out) + "|"


def _tree(parts: Sequence[_Part], letters: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for part in parts:
        if part.vpc is not None and part.kind == "vpc":
            vpc = part.vpc
            block = next(b for b in (*vpc.cidrs, *vpc.ipv6_cidrs) if part.low in b)
            note = "stands" if block in vpc.standing else ""
            yield (
                f"{letters[vpc.name]} {part.text}",
                vpc.name,
                f"{part.size:,}" if part.size < 1 << 40 else "",
                note,
            )
            told: set[str] = set()
            for subnet in vpc.subnets:
                if subnet.cidr in block:
                    why = "" if subnet.tier in told else "; ".join(subnet.size.lines)
                    told.add(subnet.tier)
                    yield f"    {subnet.cidr}", f"  {subnet.name}", f"{subnet.usable:,} usable", why
                elif subnet.ipv6_cidr is not None and subnet.ipv6_cidr in block:
                    yield f"    {subnet.ipv6_cidr}", f"  {subnet.name}", "", ""
            for label, inner in vpc.other_subnets:
                if inner in block:
                    yield f"    {inner}", f"  {label}", "", "stands"
        else:
            name = {
                "room": f"held for {part.name}",
                "existing": part.name,
                "reserved": part.name,
                "free": "free",
            }[part.kind]
            note = {"existing": "exists", "reserved": "reserved"}.get(part.kind, "")
            size = f"{part.size:,}" if part.size < 1 << 40 else ""
            yield f"{_MARKS[part.kind]} {part.text}", name, size, note


def _measures(plan: Plan, style: Style) -> list[str]:
    """Fragmentation, growth and summaries in words."""
    rows: list[tuple[str, str]] = []
    for pool in plan.pools:
        largest = f"the largest free block is {pool.largest}" if pool.largest else "nothing is free"
        rows.append((f"pool {pool.name}", f"fragmentation {pool.fragmentation:.0%}, {largest}"))
    for vpc in plan.vpcs:
        spare = f"{vpc.spare:,} of {vpc.addresses:,} addresses are in no subnet" if vpc.subnets else "no subnets"
        growth = next(growth for growth in plan.growth if growth.owner == vpc.name)
        if growth.factor > 1:
            held = " and is held" if vpc.room is not None and vpc.room in growth.to and vpc.room != growth.block else ""
            wide = f"{growth.to if not held else vpc.room} around it is free{held}"
        else:
            wide = "no room next to it"
        rows.append((f"vpc {vpc.name}", f"{wide}; {spare}"))
    for summary in plan.summaries:
        routes = ", ".join(str(route) for route in summary.routes[:4])
        more = f" and {len(summary.routes) - 4} more" if len(summary.routes) > 4 else ""
        verb = "covers" if len(summary.routes) == 1 else "cover"
        count = _count(len(summary.routes), "route")
        rows.append(
            (
                f"group {summary.group}",
                f"{count} {verb} it in the pools: {routes}{more}; {summary.fill:.0%} is its own",
            )
        )
    return [style.bold("measures"), table(rows, indent=2)]


def plan_csv(plan: Plan) -> str:
    """One line for each block, room and subnet."""
    rows: list[tuple[object, ...]] = []
    for vpc in plan.vpcs:
        blocks = (*vpc.cidrs, *vpc.ipv6_cidrs)
        rows += [("vpc", vpc.name, "", "", "", block, "", "", "") for block in blocks]
        if vpc.room is not None:
            rows.append(("room", vpc.name, "", "", "", vpc.room, "", "", ""))
        rows += [
            ("subnet", vpc.name, s.name, s.tier, s.zone, s.cidr, s.ipv6_cidr, s.usable, s.size.needed)
            for s in vpc.subnets
        ]
    header = ("kind", "vpc", "subnet", "tier", "zone", "cidr", "ipv6_cidr", "usable", "needed")
    return to_csv(header, rows)


_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def _yaml(name: str) -> str:
    """A name as a YAML scalar that every reader takes for text."""
    if _BARE.fullmatch(name) and name.lower() not in _WORDS:
        return name
    return json.dumps(name, ensure_ascii=False)


def plan_yaml(plan: Plan) -> str:
    """The planned VPCs as a reachsim model: blocks, subnets, wished peering connections and the routes over
    them.

    It loads as it is, or is pasted into a model that has the VPCs of which it only has the names.
    """
    known = {vpc.name: list(vpc.cidrs) + list(vpc.ipv6_cidrs) for vpc in plan.vpcs}
    inline = [e for e in plan.existing if e.vpc and e.inline and e.name not in known]
    blocks = known | {existing.name: list(existing.cidrs) for existing in plan.existing if existing.name not in known}
    written = [*known, *(existing.name for existing in inline)]
    absent = sorted({name for _, one, other in plan.peerings for name in (one, other)} - set(written))
    lines = ["# Planned by reachsim cidr plan."]
    if absent:
        lines.append(f"# To be pasted into the model that has {', '.join(map(visible, absent))}.")
    lines += ["version: 1", "vpcs:" if written else "vpcs: {}"]
    for vpc in plan.vpcs:
        rows = [(s.name, s.cidr, s.ipv6_cidr, s.zone) for s in vpc.subnets]
        lines += _yaml_vpc(vpc.name, known[vpc.name], [*rows, *_merged(vpc.other_subnets)], plan, blocks)
    for existing in inline:
        lines += _yaml_vpc(existing.name, list(existing.cidrs), _merged(existing.subnets), plan, blocks)
    if plan.peerings:
        lines.append("peering_connections:")
        lines += [
            f"  {_yaml(name)}: {{requester: {_yaml(one)}, accepter: {_yaml(other)}}}"
            for name, one, other in plan.peerings
        ]
    return "\n".join(lines)


def _merged(subnets: Iterable[tuple[str, Cidr]]) -> list[tuple[str, Cidr | None, Cidr | None, str]]:
    out: dict[str, list[Cidr | None]] = {}
    for name, block in subnets:
        out.setdefault(name, [None, None])[0 if block.version == 4 else 1] = block
    return [(name, pair[0], pair[1], "") for name, pair in out.items()]


def _yaml_vpc(
    name: str,
    cidrs: Sequence[Cidr],
    subnets: Sequence[tuple[str, Cidr | None, Cidr | None, str]],
    plan: Plan,
    blocks: dict[str, list[Cidr]],
) -> Iterator[str]:
    yield f"  {_yaml(name)}:"
    yield f"    cidrs: [{', '.join(_block(block) for block in cidrs)}]"
    if subnets:
        yield "    subnets:"
    for label, fourth, sixth, zone in subnets:
        fields = [
            f"{key}: {value}"
            for key, value in (
                ("cidr", fourth),
                ("ipv6_cidr", _block(sixth) if sixth else None),
                ("az", _yaml(zone) if zone else None),
            )
            if value is not None
        ]
        yield f"      {_yaml(label)}: {{{', '.join(fields)}}}"
    routes = [
        f"{_block(block)}: {_yaml(connection)}"
        for connection, one, other in plan.peerings
        if name in (one, other)
        for block in blocks[other if name == one else one]
    ]
    if routes:
        yield "    route_tables:"
        yield f"      main: {{{', '.join(routes)}}}"


def _block(block: Cidr) -> str:
    """A block as a YAML scalar; one that begins or ends like something else is quoted."""
    return f'"{block}"' if block.version == 6 else str(block)


def plan_terraform(plan: Plan) -> str:
    """The planned VPCs as the values of a variable `vpcs`, for a .tfvars file."""
    lines = ["vpcs = {"]
    for vpc in plan.vpcs:
        secondary = ", ".join(_hcl(str(block)) for block in vpc.cidrs[1:])
        lines.append(f"  {_hcl(vpc.name)} = {{")
        lines.append(f"    cidr_block            = {_hcl(str(vpc.cidrs[0])) if vpc.cidrs else 'null'}")
        lines.append(f"    secondary_cidr_blocks = [{secondary}]")
        lines.append(f"    ipv6_cidr_blocks      = [{', '.join(_hcl(str(block)) for block in vpc.ipv6_cidrs)}]")
        lines.append("    subnets = {" if vpc.subnets else "    subnets = {}")
        for subnet in vpc.subnets:
            sixth = _hcl(str(subnet.ipv6_cidr)) if subnet.ipv6_cidr else "null"
            fields = (
                f"tier = {_hcl(subnet.tier)}, zone = {_hcl(subnet.zone)}, "
                f"cidr_block = {_hcl(str(subnet.cidr))}, ipv6_cidr_block = {sixth}"
            )
            lines.append(f"      {_hcl(subnet.name)} = {{ {fields} }}")
        lines += ["    }", "  }"] if vpc.subnets else ["  }"]
    return "\n".join([*lines, "}"])


def _hcl(text: str) -> str:
    """Text as a quoted template of Terraform without any interpolation in it."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


# ------------------------------------------------------------------------------------------------- pictures

_COLOURS: Final = (
    *("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee"),
    *("#aa3377", "#997700", "#004488", "#bb5566", "#44aa99"),
)
_WIDTH: Final = 960
_LEFT: Final = 16
_FONT: Final = "12px sans-serif"
_STYLE: Final = """ body { font: 14px/1.45 sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
color: #222; background: #fff } table { border-collapse: collapse; margin: 0.5rem 0 1.5rem } th, td {
text-align: left; padding: 0.15rem 0.8rem 0.15rem 0; border-bottom: 1px solid #ddd; vertical-align: top }
td:not(:last-child) { white-space: nowrap } .bad, h2.error, h2.wish { color: #b00020 } .good { color:
#22662a } svg { max-width: 100%; height: auto }
"""


def plan_svg(plan: Plan) -> str:
    """The pools as a picture: the whole block, the used part enlarged, and the subnets below."""
    colours = {vpc.name: _COLOURS[index % len(_COLOURS)] for index, vpc in enumerate(plan.vpcs)}
    shapes: list[Html] = []
    y = 8
    if plan.verdict is not Verdict.FITS:
        shapes.append(_label(_LEFT, y + 14, f"{plan.verdict.value}; nothing was allocated"))
        y += 28
    for pool in plan.pools:
        for around in pool.blocks:
            y = _draw_pool(shapes, plan, pool.name, around, colours, y)
    total = y + 4
    background = element("rect", width=_WIDTH, height=total, fill="#ffffff")
    return str(
        element(
            "svg",
            element("title", "Address plan"),
            background,
            *shapes,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {_WIDTH} {total}",
            width=_WIDTH,
            height=total,
            role="img",
        )
    )


def _draw_pool(shapes: list[Html], plan: Plan, name: str, around: Cidr, colours: dict[str, str], y: int) -> int:
    parts = _parts(plan, around)
    shapes.append(_label(_LEFT, y + 14, f"{name}  {around}", bold=True))
    y += 22
    shapes += _row(parts, around, y, 26, colours)
    y += 26
    zoom = _zoom(parts, around)
    if zoom is not None:
        left, right = _x(around, zoom.span[0]), _x(around, zoom.span[1] + 1)
        points = f"{left:.1f},{y} {right:.1f},{y} {_WIDTH - _LEFT},{y + 26} {_LEFT},{y + 26}"
        shapes.append(element("polygon", points=points, fill="#eeeeee"))
        shapes.append(_label(_LEFT + 4, y + 19, f"enlarged: {zoom}"))
        y += 26
        shapes += _row(parts, zoom, y, 34, colours)
        y += 34
    frame = zoom or around
    for vpc in plan.vpcs:
        for subnet in vpc.subnets:
            block = next((b for b in (subnet.cidr, subnet.ipv6_cidr) if b is not None and b in frame), None)
            if block is not None:
                shapes.append(
                    _box(
                        frame,
                        *block.span,
                        y,
                        22,
                        colours[vpc.name],
                        f"{vpc.name} {subnet.name} {block}",
                        0.55,
                    )
                )
                shapes += _inside(frame, *block.span, y + 15, subnet.name)
    y += 22
    for part in parts:
        if part.kind == "free":
            continue
        words = {"vpc": "", "room": "held for ", "existing": "exists: ", "reserved": "reserved: "}[part.kind]
        fill, opacity = _fill(part, colours)
        y += 18
        shapes.append(
            element(
                "rect",
                x=_LEFT,
                y=y - 10,
                width=12,
                height=12,
                fill=fill,
                fill_opacity=opacity,
                stroke="#555555",
            )
        )
        shapes.append(_label(_LEFT + 20, y, f"{words}{part.name}  {part.text}"))
    return y + 24


def _row(parts: Sequence[_Part], frame: Cidr, y: int, height: int, colours: dict[str, str]) -> Iterator[Html]:
    for part in parts:
        low, high = max(part.low, frame.span[0]), min(part.high, frame.span[1])
        if low > high:
            continue
        fill, opacity = _fill(part, colours)
        title = f"{part.name or 'free'} {part.text}" if part.kind != "room" else f"held for {part.name} {part.text}"
        yield _box(frame, low, high, y, height, fill, title, opacity)
        if part.kind != "free":
            yield from _inside(frame, low, high, y + height // 2 + 4, part.name)


def _fill(part: _Part, colours: dict[str, str]) -> tuple[str, float]:
    if part.kind in ("vpc", "room"):
        return colours[part.name], 0.85 if part.kind == "vpc" else 0.22
    return {"existing": ("#777777", 0.8), "reserved": ("#bbbbbb", 0.8), "free": ("#ffffff", 1.0)}[part.kind]


def _x(frame: Cidr, place: int) -> float:
    return _LEFT + (_WIDTH - 2 * _LEFT) * (place - frame.network) / frame.size


def _box(frame: Cidr, low: int, high: int, y: int, height: int, fill: str, title: str, opacity: float) -> Html:
    left, right = _x(frame, low), _x(frame, high + 1)
    return element(
        "rect",
        element("title", title),
        x=f"{left:.2f}",
        y=y,
        width=f"{max(right - left, 1.5):.2f}",
        height=height,
        fill=fill,
        fill_opacity=opacity,
        stroke="#555555",
        stroke_width="0.6",
    )


def _inside(frame: Cidr, low: int, high: int, y: int, text: str) -> Iterator[Html]:
    """A label, where the box is wide enough for it."""
    left, right = _x(frame, low), _x(frame, high + 1)
    if right - left > 7.2 * len(text) + 6:
        yield _label((left + right) / 2, y, text, anchor="middle")


def _label(x: float, y: float, text: str, *, bold: bool = False, anchor: str = "start") -> Html:
    font = f"bold {_FONT}" if bold else _FONT
    return element("text", text, x=f"{x:.1f}", y=y, style=f"font: {font}", text_anchor=anchor, fill="#111111")


def plan_html(plan: Plan) -> str:
    """A page: verdict, picture, tables, measures. It needs nothing from anywhere else."""
    good = "good" if plan.ok else "bad"
    parts: list[Html] = [element("p", _verdict_line(plan, _PLAIN), class_=good)]
    parts += [element("p", f"Conflict: {conflict}.", class_="bad") for conflict in plan.conflicts]
    parts += [element("p", line) for line in (plan.shortage.lines() if plan.shortage else ())]
    if plan.verdict is Verdict.FITS:
        parts.append(Html(plan_svg(plan)))
        for vpc in plan.vpcs:
            blocks = ", ".join(str(block) for block in (*vpc.cidrs, *vpc.ipv6_cidrs))
            parts.append(element("h2", f"{vpc.name}: {blocks}"))
            sixth = any(s.ipv6_cidr for s in vpc.subnets)
            rows = [
                (
                    s.name,
                    s.cidr,
                    *([s.ipv6_cidr or ""] if sixth else []),
                    f"{s.usable:,}",
                    "; ".join(s.size.lines),
                )
                for s in vpc.subnets
            ]
            if rows:
                header = ("subnet", "block", *(["IPv6 block"] if sixth else []), "usable", "because")
                parts.append(html_table(rows, header=header))
        parts.append(element("h2", "Measures"))
        parts.append(element("pre", "\n".join(_measures(plan, _PLAIN)[1:])))
    return _page("Address plan", parts)


def _page(title: str, parts: Iterable[Html]) -> str:
    head = element("head", Html('<meta charset="utf-8">'), element("title", title), element("style", Html(_STYLE)))
    return "<!DOCTYPE html>\n" + element("html", head, element("body", element("h1", title), *parts), lang="en")
