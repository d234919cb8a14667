"""Lambda's addresses: counting the shared interfaces that the functions of a design need, and the room for them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

from reachsim.answers.lambda_addresses import (
    FunctionNeed,
    Instances,
    LambdaAddresses,
    Merge,
    SharedInterface,
    SubnetRoom,
    VpcInterfaces,
)
from reachsim.answers.rulesets import permitted_space
from reachsim.dataplane.filters import Direction
from reachsim.engine import Engine
from reachsim.errors import UsageError, shown
from reachsim.loading.assign import EniKey, function_enis
from reachsim.resources.capacity_provider import NOUN as CAPACITY_PROVIDER
from reachsim.resources.capacity_provider import provider_of
from reachsim.resources.lambda_function import LATEST, FunctionConfiguration, LambdaFunction
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.rules.lambda_ import (
    EXECUTIONS_PER_REGION,
    interfaces_before_2019,
    interfaces_for,
)
from reachsim.rules.subnet import usable_count

MOST_GROWTH: Final = 100_000
"""Percent."""
MOST_PAIRS: Final = 100
"""Pairs of sets of groups that are told of one VPC."""


def lambda_addresses(network: Engine, growth: int = 0) -> LambdaAddresses:
    """The shared interfaces of all functions and versions, the addresses and the quota that they take, and what is left.

    `growth`: percent more executions. Raises UsageError for a growth that makes no sense.
    """
    if type(growth) is not int or not 0 <= growth <= MOST_GROWTH:
        raise UsageError(f"growth {shown(growth)} is not a whole number of percent, from 0 to {MOST_GROWTH:,}")
    interfaces = tuple(_interfaces(network, growth))
    by_vpc: dict[str, list[SharedInterface]] = {}
    for interface in interfaces:
        by_vpc.setdefault(interface.vpc, []).append(interface)
    providers = tuple(_providers(network))
    return LambdaAddresses(
        growth,
        interfaces,
        tuple(_rooms(network, interfaces, providers)),
        tuple(
            VpcInterfaces(vpc, sum(i.interfaces for i in mine), sum(i.interfaces_at_most for i in mine))
            for vpc, mine in by_vpc.items()
        ),
        tuple(_functions(network, interfaces, growth)),
        tuple(merge for merge in _merges(network, by_vpc) if merge.saved > 0),
        providers,
    )


def executions_of(function: LambdaFunction, growth: int = 0) -> int:
    """Executions of a function at a time: as written, else what a Region allows (LAMBDA-30); grown by so many percent."""
    executions = EXECUTIONS_PER_REGION if function.concurrency is None else function.concurrency
    return -(-executions * (100 + growth) // 100)


def _interfaces(network: Engine, growth: int) -> Iterator[SharedInterface]:
    """Every pair of subnet and set of groups, in order of first use."""
    paths: dict[EniKey, KeyPath] = {}
    for key, _, path in function_enis(network.design):
        paths.setdefault(key, path)
    users: dict[EniKey, dict[str, list[FunctionConfiguration]]] = {}
    named: dict[EniKey, list[str]] = {}
    for name, function in network.design.lambda_functions.items():
        for version, body, _ in function.configurations():
            if body.vpc is not None:
                for subnet in body.subnet_names:
                    key = body.vpc or "", subnet, body.group_names
                    users.setdefault(key, {}).setdefault(name, []).append(body)
                    named.setdefault(key, []).append(name if version == LATEST else f"{name}:{version}")
    for key, path in paths.items():
        vpc, subnet, groups = key
        even, most = _connections(network, users[key], growth)
        name = network.topology.functions[key].name
        yield SharedInterface(
            name, vpc, subnet, tuple(sorted(groups)), tuple(named[key]), even, most, network.locate(path)
        )


def _connections(network: Engine, users: dict[str, list[FunctionConfiguration]], growth: int) -> tuple[int, int]:
    """Connections at a time of the functions that share an interface: spread evenly over their subnets, and all here.

    A function counts once, whichever of its versions run. Those without a written concurrency share the quota of a Region
    (LAMBDA-30): the one with the most connections might use it up.
    """
    even = most = 0
    unwritten = (0, 0)
    for name, bodies in users.items():
        function = network.design.lambda_functions[name]
        connections = executions_of(function, growth) * function.connections_per_execution
        share = -(-connections // min(len(body.subnet_names) for body in bodies))
        if function.concurrency is None:
            unwritten = max(unwritten[0], share), max(unwritten[1], connections)
        else:
            even, most = even + share, most + connections
    return even + unwritten[0], most + unwritten[1]


def _providers(network: Engine) -> Iterator[Instances]:
    design = network.design
    users: dict[tuple[str, str], list[str]] = {}
    for name, function in design.lambda_functions.items():
        for version, configuration, _ in function.configurations():
            if configuration.capacity_provider is not None:
                owners, provider = provider_of(design.vpcs, configuration.capacity_provider)
                user = name if version == LATEST else f"{name}:{version}"
                users.setdefault((owners[0], provider), []).append(user)
    for vpc, body in design.vpcs.items():
        for name, instances in body.capacity_providers.items():
            subnets = tuple(dict.fromkeys(f"{vpc}.{subnet}" for subnet in instances.subnets))
            where = network.locate(("vpcs", vpc, "capacity_providers", name))
            yield Instances(f"{vpc}.{name}", subnets, instances.max_instances, tuple(users.get((vpc, name), ())), where)


def _rooms(
    network: Engine, interfaces: Iterable[SharedInterface], providers: Iterable[Instances]
) -> Iterator[SubnetRoom]:
    """Every subnet with functions, in order of first use."""
    inside: dict[tuple[str, str], list[SharedInterface]] = {}
    for interface in interfaces:
        inside.setdefault((interface.vpc, interface.subnet), []).append(interface)
    for (vpc, name), mine in inside.items():
        body = network.design.vpcs[vpc].subnets[name]
        full = f"{vpc}.{name}"
        counted = [p for p in providers if full in p.subnets and p.most is not None]
        instances = sum(p.most or 0 for p in counted)
        others = network.source.addresses.used[vpc, name] - len(mine) + instances
        known = {p.name for p in counted}
        doors = [
            door
            for door in network.not_modelled
            if (vpc, name) in door.subnets and not (door.noun == CAPACITY_PROVIDER and door.name in known)
        ]
        assert body.cidr is not None  # no function runs in a subnet of IPv6 alone (LAMBDA-18)
        yield SubnetRoom(
            full,
            str(body.cidr),
            usable_count(body.cidr),
            others,
            sum(interface.interfaces for interface in mine),
            sum(interface.interfaces_at_most for interface in mine),
            ", ".join(f"{door.noun} {door.name}" for door in doors),
            network.locate(("vpcs", vpc, "subnets", name)),
        )


def _functions(network: Engine, interfaces: Iterable[SharedInterface], growth: int) -> Iterator[FunctionNeed]:
    used: dict[str, list[SharedInterface]] = {}
    for interface in interfaces:
        for name in dict.fromkeys(user.partition(":")[0] for user in interface.users):
            used.setdefault(name, []).append(interface)
    sharing: dict[
        tuple[str, ...], tuple[str, ...]
    ] = {}  # who uses some interfaces: asked once for all who use the same
    for name, function in network.design.lambda_functions.items():
        executions = executions_of(function, growth)
        mine = used.get(name, [])
        names = tuple(interface.name for interface in mine)
        if names not in sharing:
            users = (user.partition(":")[0] for interface in mine for user in interface.users)
            sharing[names] = tuple(dict.fromkeys(users))
        bodies = list(function.configurations())
        yield FunctionNeed(
            name,
            function.memory_mb,
            executions,
            function.concurrency is None,
            function.connections_per_execution,
            names,
            tuple(other for other in sharing[names] if other != name),
            interfaces_before_2019(executions, function.memory_mb) if mine else 0,
            tuple(version for version, body, _ in bodies if body.vpc is None and body.capacity_provider is None),
            tuple((v, body.capacity_provider) for v, body, _ in bodies if body.capacity_provider is not None),
            network.locate(("lambda_functions", name)),
        )


_Sets = dict[tuple[str, ...], dict[str, SharedInterface]]


def _merges(network: Engine, by_vpc: dict[str, list[SharedInterface]]) -> Iterator[Merge]:
    """Sets of groups that share a subnet, where one interface in place of several would do: all that are alike as one, then
    the pairs of others that save the most."""
    named = _named_in_rules(network)
    for vpc, interfaces in by_vpc.items():
        sets: _Sets = {}
        for interface in interfaces:
            sets.setdefault(interface.groups, {})[interface.subnet] = interface
        classes: dict[Hashable, list[tuple[str, ...]]] = {}
        for groups in sets:
            classes.setdefault(_treatment(network, vpc, groups, named), []).append(groups)
        pairs = [_merge(vpc, pair, sets, alike=False) for pair in combinations((c[0] for c in classes.values()), 2)]
        yield from (_merge(vpc, tuple(alike), sets, alike=True) for alike in classes.values())
        yield from sorted(pairs, key=lambda merge: -merge.saved)[:MOST_PAIRS]


def _merge(vpc: str, sets: Sequence[tuple[str, ...]], interfaces: _Sets, *, alike: bool) -> Merge:
    saved = 0
    meet: list[str] = []
    for subnet in dict.fromkeys(subnet for groups in sets for subnet in interfaces[groups]):
        here = [interfaces[groups][subnet] for groups in sets if subnet in interfaces[groups]]
        if len(here) > 1:
            meet.append(subnet)
            saved += sum(each.interfaces for each in here) - interfaces_for(sum(each.connections for each in here))
    return Merge(vpc, tuple(sets), tuple(meet), saved, alike)


def _named_in_rules(network: Engine) -> list[frozenset[GroupId]]:
    """The groups that each rule of the design names, of those rules that name any."""
    policy = network.policy
    return [
        clause.groups
        for vpc, body in network.design.vpcs.items()
        for group in {"default": None, **body.security_groups}
        for direction in Direction
        for clause in policy.filter(policy.groups(vpc, (group,), direction)).clauses
        if clause.groups
    ]


def _treatment(network: Engine, vpc: str, groups: tuple[str, ...], named: list[frozenset[GroupId]]) -> Hashable:
    """How packets of a function with a set of groups are treated. It only sends (LAMBDA-8), so that is what the groups let
    out, and which rules of others name one of them (LAMBDA-10)."""
    policy = network.policy
    space, by_group = permitted_space(policy.filter(policy.groups(vpc, groups, Direction.EGRESS)))
    own = {(vpc, group) for group in groups}
    rules = frozenset(index for index, others in enumerate(named) if not own.isdisjoint(others))
    return space, frozenset(by_group.items()), rules
