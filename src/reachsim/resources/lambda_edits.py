"""Edits that mend functions: aliases and APIs at other versions, new versions, other subnets (chapter LAMBDA)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.dataplane.site import NetworkInterface
from reachsim.resources.lambda_function import LATEST, function_asked
from reachsim.resources.mending import Case, Edit, KeyChange, advises, mends
from reachsim.resources.subnet_edits import public_subnets
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.route import DEFAULT


@mends
def other_versions(case: Case) -> Iterator[Edit]:
    """The alias that is asked for, at another version: one that is in a VPC (LAMBDA-25, LAMBDA-28); the newest first."""
    asked = function_asked(case.view.design, case.asked_from)
    if asked is None or case.reply:
        return
    name, qualifier = asked
    function = case.view.design.lambda_functions[name]
    for version in sorted(function.versions if qualifier in function.aliases else (), key=int, reverse=True):
        body, split = function.versions[version], function.aliases[qualifier]
        if body.vpc is not None and set(split) != {version}:
            path: KeyPath = ("lambda_functions", name, "aliases", str(qualifier))
            text = f"point alias {qualifier} of {name} at version {version}"
            yield Edit.setting(path, int(version), text, 1 if case.code == Code.LAMBDA_OUTSIDE_VPC else 3)


def _runs_latest(case: Case, name: str, qualifier: str | None) -> bool:
    """Whether what is asked for runs $LATEST."""
    aliases = case.view.design.lambda_functions[name].aliases
    return qualifier in (None, LATEST) or {*aliases.get(qualifier, ())} == {LATEST}


@mends
def other_subnets(case: Case) -> Iterator[Edit]:
    """Subnets of the function whose default route does not lead to an internet gateway, of which it has no use without a
    public address (LAMBDA-7, IGW-4); the attachment of another version, where it has none."""
    asked = function_asked(case.view.design, case.asked_from)
    if asked is None or not _runs_latest(case, *asked) or case.reply:
        return
    name = asked[0]
    path: KeyPath = ("lambda_functions", name, "latest")
    latest = case.view.design.lambda_functions[name].latest
    if latest.vpc is None and case.code == Code.LAMBDA_OUTSIDE_VPC:
        versions = case.view.written(("lambda_functions", name, "versions")) or {}
        for version, body in reversed(versions.items()):
            if isinstance(body, dict) and body.get("vpc"):
                yield Edit.setting(
                    path, body, f"attach $LATEST of {name} to VPC {body['vpc']}, as version {version} is", 3
                )
                return
    if latest.vpc is not None:
        for subnet, out in _ways_out(case, latest):
            text = f"run {name} in subnet {subnet}, whose default route leads to {out}"
            yield Edit.setting((*path, "subnets"), [subnet], text, 2 + _dearer(case))


@mends
def with_ipv6(case: Case) -> Iterator[Edit]:
    """IPv6 of a function, which has to ask for it, where all of its subnets have it (LAMBDA-18)."""
    asked = function_asked(case.view.design, case.asked_from)
    if asked is None or case.cause.rule != "ROUTE-5" or not _runs_latest(case, *asked):
        return
    name, latest = asked[0], case.view.design.lambda_functions[asked[0]].latest
    subnets = {} if latest.vpc is None else case.view.design.vpcs[latest.vpc].subnets
    if subnets and all(subnets[each].ipv6_cidr is not None for each in latest.subnet_names):
        yield Edit.setting(("lambda_functions", name, "latest", "ipv6"), True, f"let {name} use IPv6 (ipv6: true)")


@mends
def attached(case: Case) -> Iterator[Edit]:
    """$LATEST in the VPC of what it calls (LAMBDA-1): in subnets without a direct way to the internet, of which it has no
    use (LAMBDA-7), with a group that those it calls already admit, else with the default group."""
    asked, receiver = function_asked(case.view.design, case.asked_from), case.receiver
    if asked is None or receiver is None or case.code != Code.LAMBDA_OUTSIDE_VPC or not _runs_latest(case, *asked):
        return
    name, vpc = asked[0], receiver.vpc.name
    latest = case.view.design.lambda_functions[name].latest
    if latest.vpc is not None or latest.capacity_provider is not None:
        return
    public = public_subnets(case, vpc)
    subnets = [each for each, body in case.view.design.vpcs[vpc].subnets.items() if each not in public and body.cidr]
    if subnets:
        for group in [*_admitted(case, receiver), None]:
            body = {"vpc": vpc, "subnets": subnets} | ({} if group is None else {"security_groups": [group]})
            where = f"VPC {vpc}, in {', '.join(subnets)}"
            text = f"attach $LATEST of {name} to {where}, with security group {group or 'default'}"
            yield Edit.setting(("lambda_functions", name, "latest"), body, text, 3 if group else 4)


def _admitted(case: Case, receiver: NetworkInterface) -> list[str]:
    """The groups of the receiver's VPC that its own groups admit by name, and that interfaces carry least first."""
    vpc = receiver.vpc.name
    groups = case.view.design.vpcs[vpc].security_groups
    named = {
        peer: case.view.carriers((vpc, peer))
        for owner, own in receiver.groups or ()
        if owner == vpc and own in groups
        for rule in groups[own].ingress
        for peer in map(str, rule.peers)
        if peer in groups and rule.known and rule.allow & case.wanted
    }
    return sorted(named, key=lambda peer: named[peer])


@mends
def other_integrations(case: Case) -> Iterator[Edit]:
    """The API that is asked for, at another version of its function: by an alias, by its number, or $LATEST (LAMBDA-27)."""
    design = case.view.design
    gateway = design.api_gateways.get(case.asked_from)
    if gateway is None or case.code != Code.LAMBDA_OUTSIDE_VPC:
        return
    name, _, qualifier = gateway.integration.partition(":")
    function = design.lambda_functions[name]
    if qualifier in function.aliases:  # whoever calls an alias means that it moves
        return
    inside = {version for version, body in function.versions.items() if body.vpc is not None}
    known = inside | ({LATEST} if function.latest.vpc is not None else set())
    meant = [f"{name}:{alias}" for alias, split in function.aliases.items() if {*split} <= known]
    numbered = [f"{name}:{version}" for version in sorted(inside, key=int, reverse=True)[:1]]
    for rank, target in enumerate([*meant, *numbered, *([name] if function.latest.vpc is not None else [])]):
        text = f"let API {case.asked_from} call {target}, not {gateway.integration}"
        cost = 1 if rank == 0 else 2
        yield Edit.setting(("api_gateways", case.asked_from, "integration"), target, text, cost)


@mends
def published(case: Case) -> Iterator[Edit]:
    """A new version, for a published one never changes (LAMBDA-22): of $LATEST as it is, where the alias's version is none
    like it (LAMBDA-28, LAMBDA-29), or of $LATEST in a subnet that leads to the internet (LAMBDA-7)."""
    asked = function_asked(case.view.design, case.asked_from)
    if asked is None or _runs_latest(case, *asked) or case.reply:
        return
    name, alias = asked[0], str(asked[1])
    path: KeyPath = ("lambda_functions", name)
    function = case.view.design.lambda_functions[name]
    latest = case.view.written((*path, "latest"))
    if alias not in function.aliases or not isinstance(latest, dict) or function.latest.vpc is None:
        return
    number = str(max(map(int, function.versions), default=0) + 1)
    alike = any(body == function.latest for body in function.versions.values())
    if not alike and case.code == Code.LAMBDA_OUTSIDE_VPC:
        text = f"publish $LATEST of {name} as version {number} and point alias {alias} at it"
        yield _publishing(path, latest, number, alias, text, 2)
    for subnet, out in _ways_out(case, function.latest):
        text = (
            f"run {name} in subnet {subnet}, whose default route leads to {out}: publish that as version {number} and "
        )
        moved = {**latest, "subnets": [subnet]}
        text += f"point alias {alias} at it"
        yield _publishing(path, moved, number, alias, text, 3 + _dearer(case), [subnet])


def _publishing(path: KeyPath, body: Any, number: str, alias: str, text: str, cost: int, moved: Any = None) -> Edit:
    """A new version, with the alias at it. `moved`: the subnets in which $LATEST runs first, where they are others."""
    changes = [] if moved is None else [KeyChange((*path, "latest", "subnets"), moved)]
    changes.append(KeyChange((*path, "versions", number), body))
    changes.append(KeyChange((*path, "aliases", alias), int(number)))
    return Edit(tuple(changes), text, cost)


_FOR_ITS_SUBNET = (
    Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS,
    Code.NO_ROUTE_TO_DESTINATION,
    Code.SUBNET_ACL_RESTRICTION,
)
"""What stops a function for where it runs: others in its subnet may be meant to have no way out."""


def _dearer(case: Case) -> int:
    """A route, or a rule, is less to change than where a function runs; a function in a public subnet is out of place."""
    return 0 if case.code == Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS else 1


def _ways_out(case: Case, attached: Any) -> Iterator[tuple[str, str]]:
    """Subnets of a function's VPC whose default route does not lead to an internet gateway, and where it leads."""
    if case.code not in _FOR_ITS_SUBNET:
        return
    vpc = case.view.design.vpcs[attached.vpc]
    for subnet in vpc.subnets:
        out = case.view.target(attached.vpc, case.view.table_of(subnet, attached.vpc), DEFAULT)
        if subnet not in attached.subnet_names and out not in (None, vpc.internet_gateway, "blackhole"):
            yield subnet, str(out)


@advises
def nobody_calls_a_function(case: Case) -> Iterator[str]:
    """A function's interface takes no connections (LAMBDA-8)."""
    if case.code == Code.LAMBDA_OUTBOUND_ONLY:
        yield (
            "nothing can open a connection to a function's interface (LAMBDA-8): invoke it through the Lambda API (an "
            "interface endpoint of lambda in a private subnet), through a load balancer or an API gateway"
        )
    asked = function_asked(case.view.design, case.asked_from)
    if case.code == Code.LAMBDA_OUTSIDE_VPC and asked is not None and asked[1] is not None:
        yield (
            f"a published version never changes, also not its VPC (LAMBDA-22): attach $LATEST of {asked[0]} to a VPC, "
            "publish a version, and ask for that one"
        )
