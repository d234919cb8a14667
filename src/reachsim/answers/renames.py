"""Interfaces and functions that two networks call by different names."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine


def renamed(before: Engine, after: Engine) -> dict[str, str]:
    """Interfaces that only their names tell apart from one of the other network, the name before to the name after.

    AWS knows an interface by its VPC and addresses, and two of one VPC never share one. So an interface that is gone and
    one that is new are the same where kind, addresses and VPC are; a VPC that was renamed itself is known by its blocks.
    """
    gone, new = _without(before, after), _without(after, before)
    if not gone or not new:
        return {}
    return _one_of_each(_by_place(gone, after), _by_place(new, before))


def renamed_functions(before: Engine, after: Engine, names: Mapping[str, str]) -> dict[str, str]:
    """Functions that only their names tell apart from one of the other network, and their APIs likewise.

    A function that is gone and one that is new count as one where they have the same versions and aliases, each of these
    runs on the same interfaces in the same manner, and they need as many of them; an API, where what answers it does.
    `names`: of interfaces that were renamed.
    """
    here, there = set(before.design.lambda_functions), set(after.design.lambda_functions)
    found = _one_of_each(_functions(before, here - there, names), _functions(after, there - here, {}))
    here, there = set(before.design.api_gateways), set(after.design.api_gateways)
    return found | _one_of_each(_apis(before, here - there, found), _apis(after, there - here, {}))


def changed_functions(
    before: Engine, after: Engine, names: Mapping[str, str], functions: Mapping[str, str]
) -> list[str]:
    """Names of functions, aliases and APIs that run on other interfaces than before; none that were only renamed."""
    every = dict.fromkeys([*before.ends.function_names(), *after.ends.function_names()])
    same = {*functions, *functions.values()}
    return [
        name
        for name in every
        if name.partition(":")[0] not in same and runs_on(before, name, names) != runs_on(after, name, {})
    ]


def runs_on(network: Engine, name: str, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The interfaces that a function, an alias or an API runs on, each with its share; nothing for a name of none.
    `names`: what some interfaces are called now."""
    if name not in network.ends.known:
        return ()
    return tuple(
        (names.get(o.interface.name, o.interface.name) if o.interface is not None else "outside", str(o.share))
        for o in network.endpoint(name).origins
    )


def _functions(network: Engine, gone: set[str], names: Mapping[str, str]) -> dict[Hashable, list[str]]:
    """Names of functions by all that counts of them but their names."""
    found: dict[Hashable, list[str]] = {}
    for name in sorted(gone):
        body = network.design.lambda_functions[name]
        needs = body.memory_mb, body.concurrency, body.connections_per_execution
        parts = ["", *(f":{part}" for part in (*body.versions, *body.aliases))]
        ways = tuple((part, runs_on(network, name + part, names)) for part in parts)
        kinds = tuple((version, each.ipv6, each.capacity_provider) for version, each, _ in body.configurations())
        found.setdefault((needs, ways, kinds), []).append(name)
    return found


def _apis(network: Engine, gone: set[str], functions: Mapping[str, str]) -> dict[Hashable, list[str]]:
    found: dict[Hashable, list[str]] = {}
    for name in sorted(gone):
        function, colon, part = network.design.api_gateways[name].integration.partition(":")
        found.setdefault((functions.get(function, function), colon, part), []).append(name)
    return found


def _one_of_each(gone: Mapping[Hashable, list[str]], new: Mapping[Hashable, list[str]]) -> dict[str, str]:
    """What is one and the same: the only one that is gone, and the only one that is new, with some content."""
    return {
        names[0]: others[0]
        for content, names in gone.items()
        if len(names) == 1 and len(others := new.get(content, [])) == 1
    }


def _without(network: Engine, other: Engine) -> list[NetworkInterface]:
    return [each for name, each in network.topology.interfaces.items() if name not in other.topology.interfaces]


def _by_place(interfaces: list[NetworkInterface], other: Engine) -> dict[Hashable, list[str]]:
    """Names by what AWS knows an interface by."""
    found: dict[Hashable, list[str]] = {}
    for each in interfaces:
        vpc = each.vpc.name if each.vpc.name in other.topology.vpcs else each.vpc.blocks
        found.setdefault((each.kind, vpc, tuple(each.addresses)), []).append(each.name)
    return found
