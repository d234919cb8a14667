"""Cards of what functions need of their subnets, and of what Session Manager needs of instances."""

from __future__ import annotations

from reachsim.answers.lambda_addresses import Fit, LambdaAddresses
from reachsim.answers.session_manager import ManagedNode, Met, Need, Readiness, SessionManager
from reachsim.cards import Mood, card, dim, folded, joined, lines, listing, note, place, tag
from reachsim.errors import counted
from reachsim.faces import html_of
from reachsim.markup import Html, element, escape

_ROOMS: dict[Fit, Mood] = {"fits": "good", "does not fit": "bad", "undecided": "unknown"}
_STATES: dict[Readiness, Mood] = {"ready": "good", "not ready": "bad", "not yet": "part", "undecided": "unknown"}
_MET: dict[Met, Mood] = {"met": "good", "missing": "bad", "unknown": "unknown"}


@html_of.register
def _(plan: LambdaAddresses) -> str:
    if not plan.functions:
        return card("good", "no functions", "the design has no Lambda function")
    addresses = counted(plan.addresses, "address", "addresses")
    growth = f", {plan.growth} % growth included" if plan.growth else ""
    why = f"{plan.executions:,} concurrent executions{growth}; before September 2019 they needed {plan.before_2019:,}"
    return card(
        _ROOMS[plan.verdict],
        plan.verdict,
        f"{addresses} for {counted(len(plan.attached), 'function')} in VPCs",
        _subnets(plan),
        _interfaces(plan),
        folded("functions", _functions(plan)),
        lines(_merges(plan), "sets of security groups that could be one"),
        lines(map(str, plan.providers), "Lambda Managed Instances: an address for each instance"),
        lines([f"{vpc}, which is too many" for vpc in plan.vpcs if not vpc.fits], "quota of interfaces (LAMBDA-5)"),
        lines(plan.notes, "notes"),
        why=why,
    )


def _subnets(plan: LambdaAddresses) -> Html | None:
    rows = [
        (
            tag(_ROOMS[s.room], s.room),
            s.name,
            s.cidr,
            s.usable,
            s.others,
            s.functions,
            s.free,
            s.unknown,
            place(s.where),
        )
        for s in plan.subnets
    ]
    header = ("", "subnet", "block", "usable", "others", "functions", "free", "also in it, uncounted", "where")
    return listing(rows, header, "subnets")


def _interfaces(plan: LambdaAddresses) -> Html | None:
    rows = [
        (i.name, ", ".join(i.users), i.connections, i.interfaces, i.headroom, place(i.where)) for i in plan.interfaces
    ]
    header = ("interface", "used by", "connections", "needs", "headroom", "where")
    return listing(rows, header, "shared interfaces, one for each subnet and set of groups")


def _functions(plan: LambdaAddresses) -> Html | None:
    rows = [
        (
            f.name,
            f"{f.memory_mb:,} MB",
            f.executions,
            "taken" if f.assumed else "",
            ", ".join(f.shared_with),
            f.before_2019,
            place(f.where),
        )
        for f in plan.functions
    ]
    return listing(rows, ("function", "memory", "executions", "", "shares with", "before 2019", "where"))


def _merges(plan: LambdaAddresses) -> list[str]:
    fares = {
        True: "no packet would fare differently",
        False: "they let out different traffic, or not every rule that names one names the other",
    }
    return [
        f"{counted(merge.saved, 'address', 'addresses')} less: VPC {merge.vpc}, "
        f"{', '.join('+'.join(groups) for groups in merge.sets)}; {fares[merge.alike]}"
        for merge in plan.merges
    ]


@html_of.register
def _(found: SessionManager) -> str:
    ready = found.count("ready")
    title = f"{ready} of {counted(len(found.nodes), 'instance')} ready for sessions"
    if not found.nodes:
        return card("plain", "no instances", "the design has no instance")
    return card(_STATES[found.state], found.state, title, *map(_node, found.nodes), _superfluous(found))


def _node(node: ManagedNode) -> Html:
    """What one instance needs; open where it is not ready."""
    head = joined(tag(_STATES[node.state], node.state), escape(f" {node.name} "), place(node.where))
    table = listing(map(_need, node.needs), ("", "needs", "how, or why not", "to do", "rule", "where"))
    parts = [part for part in (note(node.waiting), table) if part is not None]
    return element("details", element("summary", head), *parts, open=node.state != "ready")


def _need(need: Need) -> tuple[object, ...]:
    name = need.name if need.required else f"{need.name} (sessions can do without)"
    mood: Mood = _MET[need.met] if need.required or need.met == "met" else "plain"
    return (tag(mood, need.met), name, need.text, need.cure, dim(need.rule), place(need.where))


def _superfluous(found: SessionManager) -> Html | None:
    superfluous = found.superfluous
    items: list[object] = [joined(escape(str(rule)), dim(f" {rule.where}")) for rule in superfluous.rules]
    items += [joined(escape(f"{bastion}, a bastion"), dim(f" {bastion.where}")) for bastion in superfluous.bastions]
    items += [f"expectation #{number} asks for just that" for number in superfluous.expectations]
    items += [f"cannot be decided: {superfluous.undecided}"] if superfluous.undecided else []
    return lines(items, "superfluous once sessions are opened by Session Manager")
