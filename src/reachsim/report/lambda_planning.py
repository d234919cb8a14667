"""Lambda's addresses as text and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.answers.lambda_addresses import LambdaAddresses, Merge
from reachsim.places import line_of
from reachsim.report.text import PLAIN, Look, TextCell, TextRow, grid, hanging, number
from reachsim.rules.lambda_ import CONNECTIONS_PER_INTERFACE

_ROWS = 20
_NAMES = 4
_MERGES = 5


def lambda_text(plan: LambdaAddresses, file: str, look: Look = PLAIN) -> str:
    """The verdict and what decides it, then interfaces, subnets, functions, and what could be saved."""
    style = look.style
    if not plan.functions:
        return f"{style.green('NO FUNCTIONS')}  {style.bold('the design has no Lambda function')}  {style.dim(file)}"
    words = {
        "fits": style.green("FITS"),
        "does not fit": style.red("DOES NOT FIT"),
        "undecided": style.yellow("CANNOT DECIDE"),
    }
    attached = plan.attached
    title = f"{_interfaces(plan.addresses)} for {number(len(attached), 'function')} in VPCs"
    lines = [f"{words[plan.verdict]}  {style.bold(title)}  {style.dim(file)}"]
    lines += [line for text in _summary(plan) for line in hanging("  ", text, look.width)]
    for title, rows, header in (
        (f"shared interfaces, one for each subnet and set of groups, {CONNECTIONS_PER_INTERFACE:,} connections each",
         _interface_rows(plan, look), ("interface", "used by", "connections", "need", "headroom", "line")),
        ("subnets", _subnet_rows(plan, look), ("subnet", "block", "usable", "others", "functions", "free", "line")),
        ("functions", _function_rows(plan, look),
         ("function", "memory", "executions", "shares with", "before 2019", "line")),
    ):  # fmt: skip
        if rows:
            lines += ["", *hanging("", title, look.width, style.bold), *grid(rows, look.width, header=header, indent=2)]
    if plan.merges:
        lines += ["", *hanging("", "sets of security groups that could be one", look.width, style.bold)]
        for merge in look.few(plan.merges, _MERGES):
            lines += hanging("  ", _merge(merge, look), look.width)
        rest = look.rest(plan.merges, _MERGES)
        lines += [f"  {rest}"] if rest else []
    if plan.providers:
        lines += ["", *hanging("", "Lambda Managed Instances: an address for each instance", look.width, style.bold)]
        for provider in look.few(plan.providers, _ROWS):
            most = "the file does not say how many" if provider.most is None else f"at most {provider.most:,}"
            users = f"; runs {', '.join(provider.users)}" if provider.users else ""
            text = f"{provider.name}: {most}, in {', '.join(provider.subnets)}{users}"
            lines += hanging("  ", text, look.width)
    return "\n".join(lines)


def _interfaces(count: int) -> str:
    return number(count, "shared interface")


def _summary(plan: LambdaAddresses) -> Iterator[str]:
    attached = plan.attached
    if attached:
        more = f", {plan.growth} % growth included," if plan.growth else ""
        yield (
            f"{plan.executions:,} concurrent executions{more} need {number(plan.addresses, 'address', 'addresses')} today; "
            f"before September 2019 they needed {plan.before_2019:,}"
        )
    for vpc in plan.vpcs:
        over = "" if vpc.fits else ", which is too many"
        yield f"VPC {vpc.name}: {vpc.interfaces:,} of {vpc.quota:,} interfaces{over} (LAMBDA-5)"
    for subnet in plan.subnets:
        if subnet.room == "does not fit":
            missing = number(-subnet.free, "address is", "addresses are")
            yield f"subnet {subnet.name}: {missing} missing (LAMBDA-6)"
        elif subnet.room == "undecided":
            yield f"subnet {subnet.name}: {subnet.unknown} may have addresses in it, how many is not known"
    yield from plan.notes


def _users(users: tuple[str, ...], look: Look) -> str:
    few = look.few(users, _NAMES)
    more = len(users) - len(few)
    return ", ".join(few) + (f" and {more} more" if more else "")


def _interface_rows(plan: LambdaAddresses, look: Look) -> list[TextRow]:
    rows: list[TextRow] = []
    for each in look.few(plan.interfaces, _ROWS):
        need = f"{each.interfaces:,}"
        if each.interfaces_at_most != each.interfaces:
            need += f" to {each.interfaces_at_most:,}"
        connections = f"{each.connections:,}"
        if each.most != each.connections:
            connections += f" to {each.most:,}"
        used = _users(each.users, look)
        rows.append([each.name, used, connections, need, f"{each.headroom:,}", line_of(each.where)])
    rest = look.rest(plan.interfaces, _ROWS)
    return [*rows, rest] if rest else rows


def _subnet_rows(plan: LambdaAddresses, look: Look) -> list[TextRow]:
    rows: list[TextRow] = []
    for each in look.few(plan.subnets, _ROWS):
        free: TextCell = f"{each.free:,}" if each.free >= 0 else (f"{each.free:,}", look.style.red)
        cells: list[TextCell] = [
            each.name,
            each.cidr,
            f"{each.usable:,}",
            f"{each.others:,}",
            f"{each.functions:,}",
            free,
        ]
        rows.append([*cells, line_of(each.where)])
    rest = look.rest(plan.subnets, _ROWS)
    return [*rows, rest] if rest else rows


def _function_rows(plan: LambdaAddresses, look: Look) -> list[TextRow]:
    rows: list[TextRow] = []
    for each in look.few(plan.functions, _ROWS):
        executions = f"{each.executions:,}{' taken' if each.assumed else ''}"
        before = f"{each.before_2019:,}" if each.interfaces else "none"
        rows.append(
            [
                each.name,
                f"{each.memory_mb:,} MB",
                executions,
                _users(each.shared_with, look) or "none",
                before,
                line_of(each.where),
            ]
        )
    rest = look.rest(plan.functions, _ROWS)
    return [*rows, rest] if rest else rows


def _merge(merge: Merge, look: Look) -> str:
    names = _users(tuple("+".join(groups) for groups in merge.sets), look)
    text = f"{number(merge.saved, 'address', 'addresses')} less: VPC {merge.vpc}, {names}; "
    if merge.alike:
        return text + "no packet would fare differently"
    return text + "they let out different traffic, or not every rule that names one names the other"


def lambda_data(plan: LambdaAddresses, file: str) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    return {"file": file, **plan.to_dict()}
