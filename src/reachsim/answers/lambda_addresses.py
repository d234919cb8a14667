"""What functions need of their subnets, as values: shared interfaces, addresses, quotas, what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from reachsim.calls import made_by
from reachsim.faces import Faced, ToldOf, record
from reachsim.rules.lambda_ import (
    CONNECTIONS_PER_INTERFACE,
    EXECUTIONS_PER_REGION,
    INTERFACES_PER_REGION_BEFORE_2019,
    INTERFACES_PER_VPC,
    interfaces_for,
)

Fit = Literal["fits", "does not fit", "undecided"]


@made_by("net.lambda_addresses().interfaces")
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


@made_by("net.lambda_addresses().subnets")
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
        """Addresses that are left over; negative: that are missing (**LAMBDA-6**)."""
        return self.usable - self.others - self.functions

    @property
    def free_at_least(self) -> int:
        """The same with all executions in this subnet."""
        return self.usable - self.others - self.at_most

    @property
    def room(self) -> Fit:
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


@made_by("net.lambda_addresses().vpcs")
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


@made_by("net.lambda_addresses().functions")
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


@made_by("net.lambda_addresses().merges")
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


@made_by("net.lambda_addresses().providers")
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


@made_by("net.lambda_addresses()")
@dataclass(frozen=True, repr=False)
class LambdaAddresses(ToldOf):
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
    def verdict(self) -> Fit:
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
            if function.interfaces or function.managed:
                for version in function.outside:
                    yield f"{function.name}:{version} runs outside every VPC, and needs no address (LAMBDA-1)"
            for version, provider in function.managed:
                text = f"{function.name}:{version} runs on managed instances of {provider}, an address for each"
                yield f"{text} (LAMBDA-33)"
        if self.before_2019 > INTERFACES_PER_REGION_BEFORE_2019:
            yield f"before September 2019 a Region allowed {INTERFACES_PER_REGION_BEFORE_2019} interfaces (LAMBDA-31)"

    @property
    def title(self) -> str:
        """The verdict, and how many addresses are needed."""
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

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each subnet, such as ``pandas.DataFrame(...)`` takes."""
        return [record(subnet.to_dict()) for subnet in self.subnets]
