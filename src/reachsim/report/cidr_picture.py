"""An address plan as a picture (SVG), and as a page (HTML)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reachsim.cidr.metrics import PoolUse
from reachsim.cidr.plan import Plan, PlanVerdict
from reachsim.markup import Html, Style, element, html_table
from reachsim.net.cidr import Cidr
from reachsim.report.cidr_page import page
from reachsim.report.cidr_parts import PlanPart, parts_of, subnets_in, zoom_of
from reachsim.report.cidr_plan import measures, verdict_line

_PLAIN: Final = Style(enabled=False)
_COLOURS: Final = (
    *("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee"),
    *("#aa3377", "#997700", "#004488", "#bb5566", "#44aa99"),
)
_WIDTH: Final = 960
_LEFT: Final = 16
_FONT: Final = "12px sans-serif"
_PAPER: Final = ("#ffffff", "#0e1216")
"""By day and by night, as everything that has two colours."""
_INK: Final = ("#111111", "#f0f0f0")
_EDGE: Final = ("#555555", "#9aa5b0")
_ZOOM: Final = ("#eeeeee", "#1d242b")


@dataclass(frozen=True, slots=True)
class _Fill:
    """What a box is filled with, by day and by night."""

    colours: tuple[str, str]
    opacity: float = 1.0

    @property
    def ink(self) -> tuple[str, str]:
        """The ink that is read best on it."""
        day, night = (_ink_on(_mixed(c, self.opacity, p)) for c, p in zip(self.colours, _PAPER, strict=True))
        return day, night


_FILLS: Final = {
    "existing": _Fill(("#777777", "#777777"), 0.8),
    "reserved": _Fill(("#bbbbbb", "#5a6570"), 0.8),
    "pool": _Fill(("#dddddd", "#39434d"), 0.5),
    "free": _Fill(_PAPER),
}


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(colour: str, opacity: float, paper: str) -> tuple[float, ...]:
    """A translucent colour on paper."""
    pairs = zip(_channels(colour), _channels(paper), strict=True)
    return tuple(one * opacity + other * (1 - opacity) for one, other in pairs)


def _ink_on(channels: Sequence[float]) -> str:
    """Black or white, whichever has the greater contrast (WCAG 2.1)."""
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#000000" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "#ffffff"


def _night() -> Html:
    """The colours by night, of the shapes of this picture alone: a page may have several."""
    rules = [f".{kind}{{fill:{fill.colours[1]}}}" for kind, fill in _FILLS.items()]
    rules += [f".paper{{fill:{_PAPER[1]}}}", f".words{{fill:{_INK[1]}}}", f".zoom{{fill:{_ZOOM[1]}}}"]
    rules += [f".edge{{stroke:{_EDGE[1]}}}", ".black{fill:#000000}", ".white{fill:#ffffff}"]
    inside = "".join(f".address-plan {rule}" for rule in rules)
    return element("style", Html(f"@media (prefers-color-scheme:dark){{{inside}}}"))


def plan_svg(plan: Plan) -> str:
    """The pools as a picture: the whole block, the used part enlarged, and the subnets below."""
    colours = {vpc.name: _COLOURS[index % len(_COLOURS)] for index, vpc in enumerate(plan.vpcs)}
    shapes: list[Html] = []
    y = 8
    if plan.verdict is not PlanVerdict.FITS:
        shapes.append(_label(_LEFT, y + 14, f"{plan.verdict.value}; nothing was allocated"))
        y += 28
    for pool in plan.pools:
        for around in pool.blocks:
            y = _draw_pool(shapes, plan, pool, around, colours, y)
    total = y + 4
    background = element("rect", width=_WIDTH, height=total, fill=_PAPER[0], class_="paper")
    return str(
        element(
            "svg",
            element("title", "Address plan"),
            _night(),
            background,
            *shapes,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {_WIDTH} {total}",
            width=_WIDTH,
            height=total,
            role="img",
            class_="address-plan",
        )
    )


def _draw_pool(shapes: list[Html], plan: Plan, pool: PoolUse, around: Cidr, colours: dict[str, str], y: int) -> int:
    parts = parts_of(plan, pool, around)
    shapes.append(_label(_LEFT, y + 14, f"{pool.name}  {around}", bold=True))
    y += 22
    shapes += _row(parts, around, y, 26, colours)
    y += 26
    zoom = zoom_of(parts, around)
    if zoom is not None:
        left, right = _x(around, zoom.span[0]), _x(around, zoom.span[1] + 1)
        points = f"{left:.1f},{y} {right:.1f},{y} {_WIDTH - _LEFT},{y + 26} {_LEFT},{y + 26}"
        shapes.append(element("polygon", points=points, fill=_ZOOM[0], class_="zoom"))
        shapes.append(_label(_LEFT + 4, y + 19, f"enlarged: {zoom}"))
        y += 26
        shapes += _row(parts, zoom, y, 34, colours)
        y += 34
    frame = zoom or around
    for vpc in plan.vpcs:
        for label, block in subnets_in(vpc, frame):
            title = f"{vpc.name} {label} {block}"
            fill = _Fill((colours[vpc.name],) * 2, 0.55)
            shapes.append(_box(frame, *block.span, y, 22, fill, title, ""))
            shapes += _inside(frame, *block.span, y + 15, label, fill)
    y += 22
    for part in parts:
        if part.kind == "free":
            continue
        words = {"vpc": "", "room": "held for ", "existing": "exists: ", "reserved": "reserved: ", "pool": "pool "}[
            part.kind
        ]
        fill = _fill(part, colours)
        y += 18
        shapes.append(
            element(
                "rect",
                x=_LEFT,
                y=y - 10,
                width=12,
                height=12,
                **_filled(fill, part.kind),
            )
        )
        shapes.append(_label(_LEFT + 20, y, f"{words}{part.name}  {part.text}"))
    return y + 24


def _row(parts: Sequence[PlanPart], frame: Cidr, y: int, height: int, colours: dict[str, str]) -> Iterator[Html]:
    for part in parts:
        low, high = max(part.low, frame.span[0]), min(part.high, frame.span[1])
        if low > high:
            continue
        fill = _fill(part, colours)
        title = f"{part.title} {part.text}"
        yield _box(frame, low, high, y, height, fill, title, part.kind)
        if part.kind != "free":
            yield from _inside(frame, low, high, y + height // 2 + 4, part.name, fill)


def _fill(part: PlanPart, colours: dict[str, str]) -> _Fill:
    if part.kind in ("vpc", "room"):
        return _Fill((colours[part.name],) * 2, 0.85 if part.kind == "vpc" else 0.22)
    return _FILLS[part.kind]


def _filled(fill: _Fill, kind: str) -> dict[str, object]:
    """Attributes of a shape; `kind`: what its colours by night are called, where it has others."""
    night = f" {kind}" if kind in _FILLS else ""
    return {"fill": fill.colours[0], "fill_opacity": fill.opacity, "stroke": _EDGE[0], "class_": f"edge{night}"}


def _x(frame: Cidr, place: int) -> float:
    return _LEFT + (_WIDTH - 2 * _LEFT) * (place - frame.network) / frame.size


def _box(frame: Cidr, low: int, high: int, y: int, height: int, fill: _Fill, title: str, kind: str) -> Html:
    left, right = _x(frame, low), _x(frame, high + 1)
    return element(
        "rect",
        element("title", title),
        x=f"{left:.2f}",
        y=y,
        width=f"{max(right - left, 1.5):.2f}",
        height=height,
        stroke_width="0.6",
        **_filled(fill, kind),
    )


def _inside(frame: Cidr, low: int, high: int, y: int, text: str, fill: _Fill) -> Iterator[Html]:
    """A label, where the box is wide enough for it."""
    left, right = _x(frame, low), _x(frame, high + 1)
    if right - left > 7.2 * len(text) + 6:
        day, night = fill.ink
        look = "black" if night == "#000000" else "white"
        middle = (left + right) / 2
        yield element(
            "text", text, x=f"{middle:.1f}", y=y, style=f"font: {_FONT}", text_anchor="middle", fill=day, class_=look
        )


def _label(x: float, y: float, text: str, *, bold: bool = False) -> Html:
    font = f"bold {_FONT}" if bold else _FONT
    return element("text", text, x=f"{x:.1f}", y=y, style=f"font: {font}", fill=_INK[0], class_="words")


def plan_html(plan: Plan) -> str:
    """A page: verdict, picture, tables, measures. It needs nothing from anywhere else."""
    good = "good" if plan.ok else "bad"
    parts: list[Html] = [element("p", verdict_line(plan, _PLAIN), class_=good)]
    parts += [element("p", f"Conflict: {conflict}.", class_="bad") for conflict in plan.conflicts]
    parts += [element("p", f"Warning: {warning}.", class_="bad") for warning in plan.warnings]
    parts += [element("p", line) for line in (plan.shortage.lines() if plan.shortage else ())]
    if plan.verdict is PlanVerdict.FITS:
        parts.append(Html(plan_svg(plan)))
        for vpc in plan.vpcs:
            parts.append(element("h2", f"{vpc.name}: {', '.join(map(str, vpc.blocks))}"))
            sixth = any(s.ipv6_cidr for s in vpc.subnets)
            rows = [
                (s.name, s.cidr, *([s.ipv6_cidr or ""] if sixth else []), f"{s.usable:,}", "; ".join(s.size.lines))
                for s in vpc.subnets
            ]
            rows += [(name, block, *([""] if sixth else []), "", "stands") for name, block in vpc.other_subnets]
            if rows:
                header = ("subnet", "block", *(["IPv6 block"] if sixth else []), "usable", "because")
                parts.append(html_table(rows, header=header))
        parts.append(element("h2", "Measures"))
        parts.append(element("pre", "\n".join(measures(plan, _PLAIN)[1:])))
    return page("Address plan", parts)
