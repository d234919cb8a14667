"""Lambda's addresses: the shared interfaces that the functions of a design need, and whether their subnets have room."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Literal

from reachsim.answers.rulesets import permitted_space
from reachsim.dataplane.filters import Direction
from reachsim.engine import Engine
from reachsim.errors import UsageError, shown
from reachsim.faces import Faced
from reachsim.loading.assign import EniKey, function_enis
from reachsim.resources.capacity_provider import NOUN as CAPACITY_PROVIDER
from reachsim.resources.capacity_provider import provider_of
from reachsim.resources.lambda_function import LATEST, FunctionConfiguration, LambdaFunction
from reachsim.resources.reference import bare
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.rules.lambda_ import (
    CONNECTIONS_PER_INTERFACE,
    EXECUTIONS_PER_REGION,
    INTERFACES_PER_REGION_BEFORE_2019,
    INTERFACES_PER_VPC,
    interfaces_before_2019,
    interfaces_for,
)
from reachsim.rules.subnet import usable_count

MOST_GROWTH: Final = 100_000
"""Percent."""
MOST_PAIRS: Final = 100
"""Pairs of sets of groups that are told of one VPC."""
Room = Literal["fits", "does not fit", "undecided"]


@dataclass(frozen=True, repr=False)
class SharedInterface(Faced):
    """What one subnet and one set of security groups needs, over all functions and versions (LAMBDA-3).

    `users`: versions as ends of questions, ``fetch``, ``fetch:2``. `connections`: of all their executions at a time, where
    each function's are spread over its subnets evenly; `most`: where all of them run in this subnet, as when the other zones
    fail.
    """

    name: str
    vpc: str
    subnet: str
    groups: tuple[str, ...]
    users: tuple[str, ...]
    connections: int
    most: int
    where: str

    @property
    def interfaces(self) -> int:
        """Interfaces, and so addresses, for `connections` (LAMBDA-4)."""
        return interfaces_for(self.connections)

    @property
    def interfaces_at_most(self) -> int:
        """The same for `most`."""
        return interfaces_for(self.most)

    @property
    def headroom(self) -> int:
        """Connections that may still be added before it takes another address."""
        return self.interfaces * CONNECTIONS_PER_INTERFACE - self.connections

    def __str__(self) -> str:
        return f"{self.name}: {self.interfaces} for {', '.join(self.users)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "vpc": self.vpc,
            "subnet": self.subnet,
            "security_groups": list(self.groups),
            "users": list(self.users),
            "connections": self.connections,
            "interfaces": self.interfaces,
            "connections_at_most": self.most,
            "interfaces_at_most": self.interfaces_at_most,
            "headroom": self.headroom,
            "where": self.where,
        }


@dataclass(frozen=True, repr=False)
class SubnetRoom(Faced):
    """IPv4 addresses of one subnet with functions.

    `usable`: that interfaces can have (SUBNET-2). `others`: those of everything else in it. `functions`: those of shared
    interfaces, executions spread evenly; `at_most`: with all executions here. `unknown`: what may have addresses in it that
    the design does not tell, in words, or empty.
    """

    name: str
    cidr: str
    usable: int
    others: int
    functions: int
    at_most: int
    unknown: str
    where: str

    @property
    def free(self) -> int:
        """Addresses that are left over; negative: that are missing (LAMBDA-6)."""
        return self.usable - self.others - self.functions

    @property
    def free_at_least(self) -> int:
        """The same with all executions in this subnet."""
        return self.usable - self.others - self.at_most

    @property
    def room(self) -> Room:
        """Whether the interfaces have addresses, as far as the design tells."""
        if self.free < 0:
            return "does not fit"
        return "undecided" if self.unknown else "fits"

    def __str__(self) -> str:
        return f"{self.name}: {self.free} of {self.usable} free"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "cidr": self.cidr,
            "usable": self.usable,
            "others": self.others,
            "functions": self.functions,
            "functions_at_most": self.at_most,
            "free": self.free,
            "free_at_least": self.free_at_least,
            "room": self.room,
            "unknown": self.unknown,
            "where": self.where,
        }


@dataclass(frozen=True, repr=False)
class VpcInterfaces(Faced):
    """Shared interfaces of one VPC: executions spread evenly, and at most; `quota`: unless it was raised (LAMBDA-5)."""

    name: str
    interfaces: int
    at_most: int
    quota: int = INTERFACES_PER_VPC

    @property
    def fits(self) -> bool:
        """Whether the quota is kept."""
        return self.interfaces <= self.quota

    def __str__(self) -> str:
        return f"{self.name}: {self.interfaces} of {self.quota} interfaces"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "interfaces": self.interfaces,
            "interfaces_at_most": self.at_most,
            "quota": self.quota,
            "fits": self.fits,
        }


@dataclass(frozen=True, repr=False)
class FunctionNeed(Faced):
    """One function: `executions` at a time (`assumed`: not written, the quota of a Region taken, LAMBDA-30), what it shares
    today, and how many addresses it needed before September 2019 (LAMBDA-31).

    `interfaces`: names of the shared interfaces that its versions use. `outside`, `managed`: versions outside every VPC, and
    on Lambda Managed Instances.
    """

    name: str
    memory_mb: int
    executions: int
    assumed: bool
    connections_per_execution: int
    interfaces: tuple[str, ...]
    shared_with: tuple[str, ...]
    before_2019: int
    outside: tuple[str, ...]
    managed: tuple[tuple[str, str], ...]
    where: str

    def __str__(self) -> str:
        return f"{self.name}: {len(self.interfaces)} shared interfaces, {self.before_2019} before 2019"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "memory_mb": self.memory_mb,
            "executions": self.executions,
            "assumed": self.assumed,
            "connections_per_execution": self.connections_per_execution,
            "interfaces": list(self.interfaces),
            "shared_with": list(self.shared_with),
            "before_2019": self.before_2019,
            "outside_vpc": list(self.outside),
            "managed": dict(self.managed),
            "where": self.where,
        }


@dataclass(frozen=True, repr=False)
class Merge(Faced):
    """Sets of security groups of one VPC that functions could use as one: what that would save.

    `subnets`: in which they meet. `saved`: interfaces, and so addresses. `alike`: with any of them in place of the others no
    packet would fare differently; all sets that are alike are one merge, and others are told two by two.
    """

    vpc: str
    sets: tuple[tuple[str, ...], ...]
    subnets: tuple[str, ...]
    saved: int
    alike: bool

    def __str__(self) -> str:
        return f"{self.vpc}: {', '.join('+'.join(groups) for groups in self.sets)}: {self.saved} less"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "vpc": self.vpc,
            "sets": [list(groups) for groups in self.sets],
            "subnets": list(self.subnets),
            "saved": self.saved,
            "alike": self.alike,
        }


@dataclass(frozen=True, repr=False)
class Instances(Faced):
    """A capacity provider of Lambda Managed Instances: an address for each of its instances (LAMBDA-33). `most`: None where
    the design does not tell."""

    name: str
    subnets: tuple[str, ...]
    most: int | None
    users: tuple[str, ...]
    where: str

    def __str__(self) -> str:
        return f"{self.name}: {'an unknown number of' if self.most is None else self.most} instances"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "subnets": list(self.subnets),
            "max_instances": self.most,
            "users": list(self.users),
            "where": self.where,
        }


@dataclass(frozen=True, repr=False)
class LambdaAddresses(Faced):
    """What the functions of a design need of its VPCs. True when it surely fits. `growth`: percent that were added to all
    executions."""

    growth: int
    interfaces: tuple[SharedInterface, ...]
    subnets: tuple[SubnetRoom, ...]
    vpcs: tuple[VpcInterfaces, ...]
    functions: tuple[FunctionNeed, ...]
    merges: tuple[Merge, ...]
    providers: tuple[Instances, ...]

    @property
    def verdict(self) -> Room:
        """Whether every subnet has the addresses and every VPC the quota, with executions spread evenly."""
        rooms = {subnet.room for subnet in self.subnets}
        if "does not fit" in rooms or not all(vpc.fits for vpc in self.vpcs):
            return "does not fit"
        return "undecided" if "undecided" in rooms else "fits"

    def __bool__(self) -> bool:
        return self.verdict == "fits"

    @property
    def attached(self) -> tuple[FunctionNeed, ...]:
        """The functions with a version in a VPC."""
        return tuple(function for function in self.functions if function.interfaces)

    @property
    def addresses(self) -> int:
        """Addresses of all shared interfaces, executions spread evenly."""
        return sum(interface.interfaces for interface in self.interfaces)

    @property
    def before_2019(self) -> int:
        """Addresses that the functions with a version in a VPC needed before September 2019 (LAMBDA-31)."""
        return self._together(lambda function: function.before_2019)

    @property
    def executions(self) -> int:
        """Executions at a time of the functions with a version in a VPC."""
        return self._together(lambda function: function.executions)

    def _together(self, count: Callable[[FunctionNeed], int]) -> int:
        """A count over the functions in VPCs; those without a written concurrency share one quota (LAMBDA-30)."""
        assumed = [count(function) for function in self.attached if function.assumed]
        return sum(count(function) for function in self.attached if not function.assumed) + max(assumed, default=0)

    @property
    def notes(self) -> tuple[str, ...]:
        """What else a reader should know, one sentence each."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        for subnet in self.subnets:
            if subnet.free >= 0 > subnet.free_at_least:
                missing = -subnet.free_at_least
                yield (
                    f"{subnet.name}: were all executions in it, as when the other zones fail, {missing} "
                    f"address{'es' * (missing > 1)} would be missing"
                )
        for vpc in self.vpcs:
            if vpc.interfaces <= vpc.quota < vpc.at_most:
                yield f"VPC {vpc.name}: with all executions in one subnet it is {vpc.at_most} interfaces (LAMBDA-5)"
        assumed = [function.name for function in self.attached if function.assumed]
        if assumed:
            yield (
                f"no concurrency is written for {', '.join(assumed)}: together {EXECUTIONS_PER_REGION:,} executions are "
                "taken, the quota of a Region (LAMBDA-30)"
            )
        executions = sum(function.executions for function in self.functions if not function.assumed)
        if executions > EXECUTIONS_PER_REGION:
            yield (
                f"{executions:,} concurrent executions need a raised quota; {EXECUTIONS_PER_REGION:,} in a Region are usual "
                "(LAMBDA-30)"
            )
        for function in self.functions:
            for version in function.outside if function.interfaces or function.managed else ():
                yield f"{function.name}:{version} runs outside every VPC, and needs no address (LAMBDA-1)"
            for version, provider in function.managed:
                text = f"{function.name}:{version} runs on managed instances of {provider}, an address for each"
                yield f"{text} (LAMBDA-33)"
        if self.before_2019 > INTERFACES_PER_REGION_BEFORE_2019:
            yield f"before September 2019 a Region allowed {INTERFACES_PER_REGION_BEFORE_2019} interfaces (LAMBDA-31)"

    def __str__(self) -> str:
        addresses = f"{self.addresses} address{'es' * (self.addresses != 1)}"
        return f"{self.verdict}: {addresses} for {len(self.attached)} function{'s' * (len(self.attached) != 1)} in VPCs"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "verdict": self.verdict,
            "growth": self.growth,
            "addresses": self.addresses,
            "before_2019": self.before_2019,
            "interfaces": [each.to_dict() for each in self.interfaces],
            "subnets": [each.to_dict() for each in self.subnets],
            "vpcs": [each.to_dict() for each in self.vpcs],
            "functions": [each.to_dict() for each in self.functions],
            "merges": [each.to_dict() for each in self.merges],
            "managed_instances": [each.to_dict() for each in self.providers],
            "notes": list(self.notes),
        }


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
            for subnet in body.subnet_names if body.vpc is not None else ():
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
            subnets = tuple(dict.fromkeys(f"{vpc}.{bare(subnet)}" for subnet in instances.subnets))
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
    for name, function in network.design.lambda_functions.items():
        executions = executions_of(function, growth)
        mine = used.get(name, [])
        others = dict.fromkeys(user.partition(":")[0] for interface in mine for user in interface.users)
        bodies = list(function.configurations())
        yield FunctionNeed(
            name,
            function.memory_mb,
            executions,
            function.concurrency is None,
            function.connections_per_execution,
            tuple(interface.name for interface in mine),
            tuple(other for other in others if other != name),
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
