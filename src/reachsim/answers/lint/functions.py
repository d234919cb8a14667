"""Functions that run elsewhere than they seem to, have no internet, or no addresses."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.answers.lambda_planning import lambda_addresses
from reachsim.answers.lint.registry import Found, Subject, finds, said_of, without_public_address
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.resources.lambda_function import LATEST, FunctionConfiguration, LambdaFunction
from reachsim.rules.clauses import KeyPath
from reachsim.rules.lint import LintCode


@finds(LintCode.ALIAS_OUTSIDE_VPC, LintCode.ALIAS_OTHER_ATTACHMENT)
def stale_aliases(subject: Subject) -> Iterator[Found]:
    """Aliases, and integrations, that name a version which is attached otherwise than $LATEST (**LAMBDA-28**,
    **LAMBDA-29**)."""
    design = subject.design
    for name, function in design.lambda_functions.items():
        uses: list[tuple[str, KeyPath, str]] = [
            (f"{name}:{alias}", ("lambda_functions", name, "aliases", alias), version)
            for alias, split in function.aliases.items()
            for version in split
            if version in function.versions
        ]
        uses += [
            (gateway, ("api_gateways", gateway, "integration"), qualifier)
            for gateway, body in design.api_gateways.items()
            for target, _, qualifier in (body.integration.partition(":"),)
            if target == name and qualifier in function.versions
        ]
        latest = function.latest
        for asked, path, version in uses:
            body = function.versions[version]
            if latest.vpc is None or _attachment(body) == _attachment(latest):
                continue
            if body.capacity_provider is not None:
                continue
            outside = body.vpc is None
            now = f"$LATEST is in VPC {latest.vpc}, {_place(latest)}"
            yield Found(
                LintCode.ALIAS_OUTSIDE_VPC if outside else LintCode.ALIAS_OTHER_ATTACHMENT,
                asked,
                path,
                f"it runs version {version}, {'outside every VPC' if outside else f'in {_place(body)}'}; {now}",
                _packet(subject, asked, latest)
                if outside
                else "a version keeps the attachment that it was published with",
                _mended(function),
                "LAMBDA-28" if outside else "LAMBDA-29",
            )


def _mended(function: LambdaFunction) -> str:
    """What to do about an alias that names a version which is attached otherwise than $LATEST."""
    wanted = _attachment(function.latest)
    same = [version for version, body in function.versions.items() if _attachment(body) == wanted]
    return f"point it at version {same[-1]}" if same else "publish a version of $LATEST, and point it there"


def _attachment(body: FunctionConfiguration) -> tuple[object, ...]:
    return body.vpc, frozenset(body.subnet_names), body.group_names


def _place(body: FunctionConfiguration) -> str:
    groups = ", ".join(sorted(body.group_names))
    return f"{'subnets' if len(body.subnet_names) > 1 else 'subnet'} {', '.join(body.subnet_names)}, groups {groups}"


def _packet(subject: Subject, asked: str, latest: FunctionConfiguration) -> str:
    """A packet to the VPC that the version cannot send."""
    site = subject.topology.vpcs[latest.vpc or ""]
    address = next((a for a, interface in site.owners.items() if interface.takes and a <= IPV4_LAST), None)
    if address is None:
        return "a version without an attachment reaches no private address"
    trace = subject.network.trace(asked, format_address(address), "tcp/443")
    why = trace.blockers[0].text if trace.blockers else trace.undecided
    return f"{asked} -> {format_address(address)} tcp/443 is {trace.verdict}: {why}"


@finds(LintCode.FUNCTION_IN_PUBLIC_SUBNET)
def functions_in_public_subnets(subject: Subject) -> Iterator[Found]:
    """Functions whose subnet sends the internet's addresses to an internet gateway, which drops them (LAMBDA-7)."""
    for (vpc, subnet, groups), interface in subject.topology.functions.items():
        lost = without_public_address(interface)
        if lost is None:
            continue
        users = [
            (name if version == LATEST else f"{name}:{version}", ("lambda_functions", name, *at))
            for name, function in subject.design.lambda_functions.items()
            for version, body, at in function.configurations()
            if version in _in_use(name, function, subject)
            and (body.vpc, body.group_names) == (vpc, groups)
            and subnet in body.subnet_names
        ]
        for name, path in users:
            yield Found(
                LintCode.FUNCTION_IN_PUBLIC_SUBNET,
                name,
                path,
                f"it has no internet in subnet {subnet}, whose default route leads to an internet gateway",
                said_of(name, *lost),
                "run it in a subnet with a route to a NAT gateway, or use VPC endpoints",
                "LAMBDA-7",
            )


def _in_use(name: str, function: LambdaFunction, subject: Subject) -> set[str]:
    """The versions that somebody may call: $LATEST, and those that an alias or an integration names."""
    integrations = (body.integration.partition(":") for body in subject.design.api_gateways.values())
    named = {qualifier for target, _, qualifier in integrations if target == name}
    return {LATEST, *named, *(version for split in function.aliases.values() for version in split)}


@finds(LintCode.FUNCTION_ADDRESSES)
def functions_without_addresses(subject: Subject) -> Iterator[Found]:
    """Subnets with too few addresses for the shared interfaces of functions (LAMBDA-4, LAMBDA-6)."""
    if not subject.topology.functions:
        return
    for subnet in lambda_addresses(subject.network).subnets:
        if subnet.room == "does not fit":
            vpc, name = subnet.name.split(".", 1)
            yield Found(
                LintCode.FUNCTION_ADDRESSES,
                subnet.name,
                ("vpcs", vpc, "subnets", name),
                f"functions need {subnet.functions} addresses, and {subnet.usable - subnet.others} are free",
                f"{subnet.usable} are usable, {subnet.others} are taken (reachsim lambda)",
                "share sets of security groups, or give the functions a larger subnet",
                "LAMBDA-6",
            )
