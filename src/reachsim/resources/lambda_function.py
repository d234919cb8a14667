"""Lambda functions, their versions and aliases, and their shared Hyperplane interfaces (chapter LAMBDA)."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Deliver, Forward, Header, Leg, Step
from reachsim.dataplane.filters import Filter, Query, protocol_limit
from reachsim.dataplane.scope import ANY, to_one, to_run
from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import HintedError, shown
from reachsim.net.address import format_address
from reachsim.net.traffic import TCP, UDP, Traffic
from reachsim.resources.fields import (
    READ_ONLY,
    Boolean,
    Integer,
    Name,
    ReadOnly,
    Reference,
    Schema,
    SecurityGroupNames,
    SubnetNames,
    Tags,
    also,
    written,
)
from reachsim.resources.host import Outbound
from reachsim.resources.reference import DEFAULT_GROUP, UNKNOWN
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss


class FunctionConfiguration(Schema):
    """What one version (or `latest`) carries of its own: its VPC attachment, or none (LAMBDA-22)."""

    home: ClassVar[str] = "vpc"

    vpc: Reference | None = None
    """The VPC whose subnets it is attached to; left out together with `subnets`: it runs outside any VPC (LAMBDA-1)."""
    subnets: SubnetNames = ()
    """The subnets it may run in; any invocation may use any of them (LAMBDA-19)."""
    security_groups: SecurityGroupNames | None = None
    """Its groups; left out: the VPC's default group (SG-3)."""
    ipv6: Boolean = False
    """IPv6 for dual-stack subnets (LAMBDA-18)."""
    capacity_provider: Reference | None = None
    """In place of these: it runs on Lambda Managed Instances, where this capacity provider has them (LAMBDA-33)."""

    @property
    def subnet_names(self) -> tuple[str, ...]:
        """The names of its subnets, each once."""
        return tuple(dict.fromkeys(self.subnets))

    @property
    def group_names(self) -> frozenset[str]:
        """The names of its groups; their order does not matter for sharing an interface (LAMBDA-3)."""
        return frozenset(self.security_groups if self.security_groups is not None else DEFAULT_GROUP)

    @model_validator(mode="after")
    def _whole(self) -> FunctionConfiguration:
        if self.vpc is None and (self.subnets or self.security_groups):
            raise HintedError("subnets and security groups need a VPC", hint="write vpc: NAME")
        if self.capacity_provider is not None and (self.vpc is not None or self.ipv6):
            text = "a function on a capacity provider runs in the provider's subnets, with its groups"
            raise HintedError(text, hint="write one of capacity_provider and vpc")
        if self.vpc is not None and not self.subnets:
            raise HintedError("a function in a VPC needs subnets", hint="write subnets: [NAME]")
        return self


def _version(value: Any) -> str:
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or len(text) > 18 or not text.isascii() or not text.isdigit() or text[0] == "0":
        raise HintedError(f"a version is a number from 1, got {shown(value)}")
    return text


FunctionVersion = Annotated[
    str,
    PlainValidator(_version),
    WithJsonSchema(written("version", "a version", "[1-9][0-9]{0,17}") | {"type": ["string", "integer"], "minimum": 1}),
]


LATEST: Final = "$LATEST"
"""The version that the bare name of a function means (LAMBDA-24)."""


def _aliased(value: Any) -> str:
    return value if value in (LATEST, UNKNOWN) else _version(value)


def _alias(value: Any) -> Any:
    """`prod: 2` is version 2 for every invocation; `prod: {2: 90, 3: 10}` splits by weight in percent."""
    if isinstance(value, dict):
        return value
    if type(value) is int or isinstance(value, str):
        return {value: 100}
    raise HintedError(f"a version or versions with weights are expected, got {shown(value)}", hint="write prod: 2")


def _weight(value: Any) -> Fraction:
    """A share of the invocations: percent (`90`), or a fraction as the API writes it (`0.9`)."""
    if isinstance(value, Fraction):
        return value
    if type(value) is int and 1 <= value <= 100:
        return Fraction(value, 100)
    if isinstance(value, str) and re.fullmatch(r"0?\.[0-9]{1,6}", value) and Fraction(value) > 0:
        return Fraction(value)
    raise HintedError(
        f"a weight is expected, got {shown(value)}", hint="write percent such as 90, or a fraction such as 0.9"
    )


_WEIGHT = written("weight", "a share of the invocations: percent, or a fraction", r"0?\.[0-9]{1,6}", "0.9") | {
    "type": ["string", "number"],
    "exclusiveMinimum": 0,
    "maximum": 100,
}
Weight = Annotated[Fraction, PlainValidator(_weight), WithJsonSchema(_WEIGHT)]
AliasedVersion = Annotated[
    str, PlainValidator(_aliased), WithJsonSchema(written("version", "a version", "[1-9][0-9]{0,17}"))
]
Alias = Annotated[
    dict[AliasedVersion, Weight],
    BeforeValidator(_alias),
    READ_ONLY,
    also(
        written("only_version", "the version of every invocation", r"[1-9][0-9]{0,17}|\$LATEST|unknown")
        | {"type": ["string", "integer"], "minimum": 1}
    ),
]


class LambdaFunction(Schema):
    """A function with its versions and aliases. `NAME`, `NAME:VERSION` and `NAME:ALIAS` are endpoints (LAMBDA-24)."""

    latest: FunctionConfiguration = FunctionConfiguration.model_construct()
    """$LATEST: what the bare name means."""
    versions: Annotated[dict[FunctionVersion, FunctionConfiguration], READ_ONLY] = Field(default_factory=ReadOnly)
    """Published versions; each is immutable and keeps its own attachment (**LAMBDA-22**)."""
    aliases: Annotated[dict[Name, Alias], READ_ONLY] = Field(default_factory=ReadOnly)
    """Alias to version, $LATEST or `unknown`, or to two versions with weights in percent (**LAMBDA-25**)."""
    memory_mb: Annotated[Integer, Field(ge=128, le=10240)] = 128
    """Its memory in MB; decides no packet."""
    concurrency: Annotated[Integer, Field(ge=0)] | None = None
    """Concurrent executions; they do not cost addresses (LAMBDA-3)."""
    connections_per_execution: Annotated[Integer, Field(ge=1, le=65_535)] = 1
    """Connections that one execution keeps open at a time; shared interfaces are counted by them (LAMBDA-4)."""
    tags: Tags = Field(default_factory=ReadOnly)

    @model_validator(mode="after")
    def _aliases_are_whole(self) -> LambdaFunction:
        for name, split in self.aliases.items():
            if list(split) not in ([LATEST], [UNKNOWN]):
                for version in split:
                    if version not in self.versions:
                        known = ", ".join(self.versions) or "none"
                        raise HintedError(
                            f"alias {shown(name)} names version {version}, which does not exist",
                            hint=f"versions: {known}",
                            code="LAMBDA-25",
                        )
            if len(split) > 2 or sum(split.values()) != 1:
                raise HintedError(
                    f"alias {shown(name)} must name one version, or two whose weights add up to 100 percent",
                    code="LAMBDA-25",
                )
        return self

    def configurations(self) -> Iterator[tuple[str, FunctionConfiguration, KeyPath]]:
        """$LATEST and every published version: its name, what it carries, and its keys below the function's."""
        yield LATEST, self.latest, ("latest",)
        for version, body in self.versions.items():
            yield version, body, ("versions", version)

    def versions_of(self, qualifier: str | None) -> list[tuple[str, FunctionConfiguration, Fraction]] | None:
        """The versions that a qualifier means, each with its share of the invocations; None if it means nothing.

        None is $LATEST, a number that version, an alias its version or versions (**LAMBDA-24**, **LAMBDA-26**): none for one
        of which it is not known what it names.
        """
        if qualifier is None or qualifier == LATEST:
            return [(LATEST, self.latest, Fraction(1))]
        if qualifier in self.versions:
            return [(qualifier, self.versions[qualifier], Fraction(1))]
        if qualifier in self.aliases:
            carried = {LATEST: self.latest, **self.versions}
            return [(v, carried[v], share) for v, share in self.aliases[qualifier].items() if v != UNKNOWN]
        return None


FUNCTION_FILTER = protocol_limit(
    "Lambda protocols", Traffic.protocol(TCP) | Traffic.protocol(UDP), "a function sends TCP and UDP", "LAMBDA-9"
)


class HyperplaneOut(Checkpoint, is_a=CheckpointType.LIMIT, cuts=False, asks=True):
    """The protocols that a function may send: TCP and UDP (**LAMBDA-9**)."""

    __slots__ = ("next",)

    heading: ClassVar[str] = "outward"

    def __init__(self, interface: NetworkInterface, next: Outbound) -> None:
        super().__init__(interface.name, "function", interface.path)
        self.next = next

    def step(self, header: Header, leg: Leg) -> Step:
        """Pass TCP and UDP on to the groups of the interface (**LAMBDA-10**)."""
        query = Query(FUNCTION_FILTER, header.destination, tracked=leg.reply)
        return Forward(self.next, header, scope=ANY, asks=query)

    def filters(self) -> Iterable[Filter]:
        """The protocols."""
        return (FUNCTION_FILTER,)

    @property
    def alike(self) -> Hashable:
        """All functions' interfaces are alike: their groups are told apart elsewhere."""
        return (type(self),)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The groups of the interface."""
        return (self.next,)


class HyperplaneIn(Checkpoint, is_a=CheckpointType.LIMIT, cuts=False, asks=False):
    """What reaches a function's interface from outside: answers, never a new connection (**LAMBDA-8**)."""

    __slots__ = ("groups",)

    heading: ClassVar[str] = "inward"

    def __init__(self, interface: NetworkInterface, groups: Checkpoint) -> None:
        super().__init__(interface.name, "function", interface.path)
        self.groups = groups

    def step(self, header: Header, leg: Leg) -> Step:
        """Drop what is not an answer."""
        onward = Forward(self.groups, header, "an answer", "LAMBDA-8", self.path, ANY)
        if leg.reply:
            return onward
        text = "a function's interface is outbound only: nobody can open a connection to it"
        return self.drop(Loss(Code.LAMBDA_OUTBOUND_ONLY, "LAMBDA-8", text), header, ANY, onward=onward)

    @property
    def alike(self) -> Hashable:
        """All functions' interfaces are alike: their groups are told apart elsewhere."""
        return (type(self),)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The groups of the interface."""
        return (self.groups,)


class LambdaService(Checkpoint, is_a=CheckpointType.OUTSIDE, cuts=False, asks=True):
    """A function outside any VPC: it reaches public addresses, and never a private one (LAMBDA-1).

    `reason`: why the version is outside, for people; `path`: where that is written.
    """

    __slots__ = ("internet", "reason")

    def __init__(self, name: str, reason: str, path: KeyPath, internet: Checkpoint) -> None:
        super().__init__(name, "function outside a VPC", path)
        self.reason = reason
        self.internet = internet

    def __eq__(self, other: object) -> bool:
        """Each question makes its own; they are one place."""
        if not isinstance(other, LambdaService):
            return NotImplemented
        same = (self.component, self.path, self.reason) == (other.component, other.path, other.reason)
        return same and self.internet is other.internet

    def __hash__(self) -> int:
        return hash((self.component, self.path))

    def step(self, header: Header, leg: Leg) -> Step:
        """Send to the internet, from an address that is the Lambda service's own; nothing else is reached (**LAMBDA-1**,
        LAMBDA-28)."""
        destination = header.destination
        if leg.reply:
            return Deliver(header, "delivered", "LAMBDA-1", scope=ANY)
        if destination in PUBLIC:
            scope = to_run(PUBLIC.run_around(destination))
            query = Query(FUNCTION_FILTER, destination)
            text = "the Lambda service's own network"
            return Forward(self.internet, header, text, "LAMBDA-1", self.path, scope, query)
        text = f"{self.reason}: it runs outside the VPC and cannot reach"
        note = f"{text} {format_address(destination)}"
        loss = Loss(Code.LAMBDA_OUTSIDE_VPC, "LAMBDA-28", f"{text} private addresses", note)
        return self.drop(loss, header, to_one(destination))

    @property
    def home(self) -> object:
        """Answers come back over the internet."""
        return self.internet.realm

    def filters(self) -> Iterable[Filter]:
        """The protocols."""
        return (FUNCTION_FILTER,)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The internet."""
        return (self.internet,)


def function_asked(design: Any, asked: str) -> tuple[str, str | None] | None:
    """The function and the qualifier that a question's sender means, by itself or by an API; None for anything else."""
    gateway = design.api_gateways.get(asked)
    name, colon, qualifier = (asked if gateway is None else gateway.integration).partition(":")
    return (name, qualifier if colon else None) if name in design.lambda_functions else None


def attachment_of(design: Any, asked: str) -> KeyPath:
    """The key of the subnets in which the function that sends runs; empty for anything else."""
    found = function_asked(design, asked)
    if found is None:
        return ()
    name, qualifier = found
    for version, body, _ in design.lambda_functions[name].versions_of(qualifier) or ():
        if body.vpc is not None:
            place: KeyPath = ("latest",) if version == LATEST else ("versions", version)
            return ("lambda_functions", name, *place, "subnets")
    return ()
