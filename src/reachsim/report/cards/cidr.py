"""Cards of address blocks: a plan, overlaps, what is to be known of one block."""

from __future__ import annotations

from reachsim.cards import Mood, card, folded, lines, listing, note, picture, tag
from reachsim.cidr.blocks import BlockFacts
from reachsim.cidr.overlaps import OverlapReport
from reachsim.cidr.plan import Plan, PlannedVpc, PlanVerdict
from reachsim.cidr.ranking import Rank
from reachsim.errors import counted
from reachsim.faces import html_of
from reachsim.markup import Html, Style, element
from reachsim.report.cidr_picture import plan_svg
from reachsim.report.cidr_plan import measures, room_given_up

_MOST = 40
_MOODS: dict[PlanVerdict, Mood] = {PlanVerdict.FITS: "good", PlanVerdict.DOES_NOT_FIT: "bad"}
_PLAIN = Style(enabled=False)


@html_of.register
def _(plan: Plan) -> str:
    mood = _MOODS.get(plan.verdict, "unknown")
    fits = plan.verdict is PlanVerdict.FITS
    subnets = sum(len(vpc.subnets) for vpc in plan.vpcs)
    title = f"{counted(len(plan.vpcs), 'VPC')}, {counted(subnets, 'subnet')}" if fits else "nothing was allocated"
    return card(
        "bad" if mood == "good" and plan.conflicts else mood,
        plan.verdict.value,
        title,
        lines(map(str, plan.conflicts), "conflicts of what stands"),
        lines(plan.shortage.lines() if plan.shortage else (), "what is missing"),
        lines(plan.warnings, "warnings"),
        note(f"{room_given_up(plan)}." if plan.roomless else ""),
        note(plan.released and f"Given up: {', '.join(plan.released)}."),
        picture(plan_svg(plan), "Each pool, and what is allocated of it, as the tables below have it", 704)
        if fits
        else None,
        *(folded(f"{vpc.name}: {', '.join(map(str, vpc.blocks))}", _vpc(vpc)) for vpc in plan.vpcs),
        folded("measures", element("pre", "\n".join(measures(plan, _PLAIN)[1:]))) if fits else None,
        why=plan.unknown,
    )


def _vpc(vpc: PlannedVpc) -> Html | None:
    rows: list[tuple[object, ...]] = [
        (s.name, str(s.cidr), str(s.ipv6_cidr or ""), s.usable, "stands" if s.standing else "; ".join(s.size.lines))
        for s in vpc.subnets
    ]
    rows += [(name, str(block), "", None, "stands") for name, block in vpc.other_subnets]
    return listing(rows, ("subnet", "block", "IPv6 block", "usable", "because"), most=_MOST)


@html_of.register
def _(report: OverlapReport) -> str:
    rows = [
        (tag(_rank(report, o.rank), o.rank.value), str(o.outer), o.relation, str(o.inner), o.reason)
        for o in report.first(_MOST)
    ]
    left = report.total - len(rows)
    mood: Mood = "bad" if report.matters else "look" if report.total else "good"
    word = "overlaps matter" if report.matters else "overlaps" if report.total else "no overlap"
    table = listing(rows, ("rank", "block", "", "block", "why"), most=_MOST)
    return card(mood, word, report.title, table, note(f"... and {left:,} more" if left else ""))


def _rank(report: OverlapReport, rank: Rank) -> Mood:
    return "bad" if rank.matters or report.strict else "plain"


@html_of.register
def _(facts: BlockFacts) -> str:
    mood: Mood = "look" if facts.warning else "plain"
    return card(mood, "block", str(facts.block), listing(facts.rows(), ("", "")))
