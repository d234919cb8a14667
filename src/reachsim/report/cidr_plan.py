"""An address plan as text and as CSV."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reachsim.cidr.blocks import amount
from reachsim.cidr.metrics import PoolUse
from reachsim.cidr.plan import Plan, PlanVerdict
from reachsim.errors import summary, visible
from reachsim.markup import Style, table
from reachsim.net.cidr import Cidr
from reachsim.report.cidr_csv import to_csv
from reachsim.report.cidr_parts import PlanPart, block_at, parts_of, zoom_of
from reachsim.rules.subnet import usable_count

_PLAIN: Final = Style(enabled=False)
_CELLS: Final = 64


def plan_text(plan: Plan, style: Style = _PLAIN) -> str:
    """The whole answer for a terminal: verdict, picture, blocks and subnets, measures."""
    lines = [verdict_line(plan, style)]
    lines += [style.red(f"Conflict: {visible(str(conflict))}.") for conflict in plan.conflicts]
    lines += [style.yellow(f"Warning: {visible(warning)}.") for warning in plan.warnings]
    if any(conflict.other_block is None or "reserves it" in conflict.reason for conflict in plan.conflicts):
        lines.append("What is kept never moves: change the pool back, or name the VPC under exists.")
    elif plan.conflicts:
        lines.append("What exists never moves: let one of them go, or ask for it anew under vpcs.")
    if plan.shortage is not None:
        lines += map(visible, plan.shortage.lines())
    if plan.verdict is not PlanVerdict.FITS:
        lines.append("Nothing was allocated.")
        return "\n".join(lines)
    if plan.roomless:
        lines.append(visible(f"{room_given_up(plan)}."))
    if plan.released:
        lines.append(f"No longer asked for, and given up: {', '.join(map(visible, plan.released))}.")
    letters = _letters(plan)
    for pool in plan.pools:
        lines += ["", style.bold(_pool_line(pool))]
        for around in pool.blocks:
            parts = parts_of(plan, pool, around)
            lines += _bars(parts, around, letters)
            lines.append(table(_tree(parts, letters), indent=2))
    lines += ["", *measures(plan, style)]
    return "\n".join(lines)


def verdict_line(plan: Plan, style: Style) -> str:
    """The verdict in a line."""
    if plan.verdict is PlanVerdict.FITS:
        return style.green(f"Fits: {_count(len(plan.vpcs), 'VPC')}, {_count(_subnets(plan), 'subnet')}.")
    if plan.verdict is PlanVerdict.DOES_NOT_FIT:
        return style.red("Does not fit.")
    return style.yellow(f"Cannot decide: {plan.unknown}.")


def room_given_up(plan: Plan) -> str:
    """Who gets no room to grow although it wishes some."""
    return f"Room for growth was given up, since not everything fits with it: {summary(plan.roomless)}"


def _subnets(plan: Plan) -> int:
    return sum(len(vpc.subnets) for vpc in plan.vpcs)


def _pool_line(pool: PoolUse) -> str:
    width = pool.blocks[0].width

    def count(addresses: int) -> str:
        return f"{addresses:,}" if width == 32 else amount(addresses, width)

    parts = [f"{count(pool.allotted)} allotted"]
    if pool.held:
        parts.append(f"{count(pool.held)} held for growth")
    if pool.reserved:
        parts.append(f"{count(pool.reserved)} reserved")
    names = list(dict.fromkeys(name for name, _ in pool.parts))
    if names:
        parts.append(f"in it {', '.join(f'pool {name}' for name in names)}")
    return f"pool {pool.name}: {amount(pool.size, width)}, {', '.join(parts)}, {count(pool.free_count)} free"


def _letters(plan: Plan) -> dict[str, str]:
    """A letter for each VPC in pictures; after 52 of them they share '@'."""
    pool = string.ascii_uppercase + string.ascii_lowercase
    return {vpc.name: pool[index] if index < len(pool) else "@" for index, vpc in enumerate(plan.vpcs)}


def _bars(parts: Sequence[PlanPart], around: Cidr, letters: dict[str, str]) -> list[str]:
    zoom = zoom_of(parts, around)
    rows = [(str(block), _bar(parts, block, letters)) for block in (around, zoom) if block is not None]
    lines = table(rows, indent=2).split("\n")
    used = {part.kind for part in parts}
    legend = [
        text
        for kind, text in (
            ("room", "+ held"),
            ("existing", "# exists"),
            ("reserved", "= reserved"),
            ("pool", ": pool within"),
            ("free", ". free"),
        )
        if kind in used
    ]
    if any("*" in bar for _, bar in rows):
        legend.append("* several")
    return [*lines, f"  {', '.join(legend)}"] if legend else lines


_MARKS: Final = {"room": "+", "existing": "#", "reserved": "=", "pool": ":", "free": "."}


def _bar(parts: Sequence[PlanPart], block: Cidr, letters: dict[str, str]) -> str:
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


def _tree(parts: Sequence[PlanPart], letters: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    kinds = {"existing": "exists", "reserved": "reserved"}
    for part in parts:
        vpc = part.vpc
        if vpc is None or part.kind != "vpc":
            yield f"{_MARKS[part.kind]} {part.text}", part.title, part.count, kinds.get(part.kind, "")
            continue
        block = block_at(vpc, part)
        notes = ["primary block"] if len(vpc.cidrs) > 1 and block == vpc.cidrs[0] else []
        notes += ["stands"] if block in vpc.standing else []
        yield f"{letters[vpc.name]} {part.text}", vpc.name, part.count, "; ".join(notes)
        told: set[str] = set()
        for subnet in vpc.subnets:
            stands = ["stands"] if subnet.standing else []
            if subnet.cidr in block:
                why = [] if subnet.tier in told else list(subnet.size.lines)
                told.add(subnet.tier)
                note = "; ".join(stands + why)
                yield f"    {subnet.cidr}", f"  {subnet.name}", f"{subnet.usable:,} usable", note
            elif subnet.ipv6_cidr is not None and subnet.ipv6_cidr in block:
                yield f"    {subnet.ipv6_cidr}", f"  {subnet.name}", "", ""
        for label, inner in vpc.other_subnets:
            if inner in block:
                usable = f"{usable_count(inner):,} usable" if inner.version == 4 else ""
                yield f"    {inner}", f"  {label}", usable, "stands"


def measures(plan: Plan, style: Style) -> list[str]:
    """Fragmentation, growth and summaries in words."""
    rows: list[tuple[str, str]] = []
    growths = {growth.owner: growth for growth in plan.growth}
    for pool in plan.pools:
        largest = f"the largest free block is {pool.largest}" if pool.largest else "nothing is free"
        rows.append((f"pool {pool.name}", f"fragmentation {pool.fragmentation:.0%}, {largest}"))
    for vpc in plan.vpcs:
        spare = f"{vpc.spare:,} of {vpc.addresses:,} addresses are in no subnet" if vpc.subnets else "no subnets"
        growth = growths.get(vpc.name)
        if growth is not None and growth.factor > 1:
            held = " and is held" if vpc.room is not None and vpc.room in growth.to and vpc.room != growth.block else ""
            wide = f"{growth.to if not held else vpc.room} around it is free{held}"
        else:
            wide = "no room next to it"
        rows.append((f"vpc {vpc.name}", f"{wide}; {spare}"))
    for group in plan.summaries:
        routes = ", ".join(str(route) for route in group.routes[:4])
        more = f" and {len(group.routes) - 4} more" if len(group.routes) > 4 else ""
        verb = "covers" if len(group.routes) == 1 else "cover"
        count = _count(len(group.routes), "route")
        wished = "" if group.wished is None or group.met else f"; the summary of /{group.wished} is not met"
        rows.append(
            (
                f"group {group.group}",
                f"{count} {verb} it in the pools: {routes}{more}; {group.fill:.0%} is its own{wished}",
            )
        )
    return [style.bold("measures"), table(rows, indent=2)]


def plan_csv(plan: Plan) -> str:
    """One line for each block, room and subnet."""
    rows: list[tuple[object, ...]] = []
    for vpc in plan.vpcs:
        rows += [("vpc", vpc.name, "", "", "", block, "", "", "") for block in vpc.blocks]
        rooms = [room for room in (vpc.room, vpc.ipv6_room) if room is not None]
        rows += [("room", vpc.name, "", "", "", room, "", "", "") for room in rooms]
        rows += [
            ("subnet", vpc.name, s.name, s.tier, s.zone, s.cidr, s.ipv6_cidr, s.usable, s.size.needed)
            for s in vpc.subnets
        ]
        rows += [
            ("subnet", vpc.name, name, "", "", fourth, sixth, usable_count(fourth) if fourth else "", "")
            for name, fourth, sixth, _ in merged(vpc.other_subnets)
        ]
    header = ("kind", "vpc", "subnet", "tier", "zone", "cidr", "ipv6_cidr", "usable", "needed")
    return to_csv(header, rows)


def merged(subnets: Iterable[tuple[str, Cidr]]) -> list[tuple[str, Cidr | None, Cidr | None, str]]:
    """Subnets by name, with the block of each family, and no zone."""
    out: dict[str, list[Cidr | None]] = {}
    for name, block in subnets:
        out.setdefault(name, [None, None])[0 if block.version == 4 else 1] = block
    return [(name, pair[0], pair[1], "") for name, pair in out.items()]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
