"""The plan file: what a person writes to ask for addresses (docs/cidr.md has the reference)."""

from __future__ import annotations

import os.path
import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from reachsim.cidr.demand import Consumers
from reachsim.cidr.sources import Sources, sources_of_document
from reachsim.errors import DesignError, HintedError, Path, Problem, shown
from reachsim.kinds.kind import BlockField, Boolean, Integer, Kind, Name, Reference
from reachsim.loading.document import Document, read_document, read_file
from reachsim.loading.validation import suggest, validate
from reachsim.net.cidr import Cidr
from reachsim.rules.cidr import (
    IPV6_STEP,
    LONGEST_IPV4,
    LONGEST_IPV6_SUBNET,
    LONGEST_IPV6_VPC,
    NEVER,
    SHORTEST_IPV4,
    SHORTEST_IPV6,
    refusals_of_blocks,
)
from reachsim.rules.subnet import subnet_block_refusal

MOST_COUNT: Final = 1_000_000
"""The most of anything that a tier may be asked to hold: a typing error, not a wish, lies beyond it."""
MOST_GROWTH: Final = 1000
_IPV6_LENGTHS: Final = range(SHORTEST_IPV6, LONGEST_IPV6_SUBNET + 1, IPV6_STEP)


def _prefix_length(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"/[0-9]{1,3}", value):
        return int(value[1:])
    hint = f"write /{value}" if type(value) is int and 0 <= value <= 128 else "write a size such as /24"
    raise HintedError(f"a size is a slash and a prefix length, got {shown(value)}", hint=hint)


def _ipv4_size(value: Any) -> int:
    length = _prefix_length(value)
    if not SHORTEST_IPV4 <= length <= LONGEST_IPV4:
        word = "larger" if length < SHORTEST_IPV4 else "smaller"
        raise HintedError(
            f"/{length} is {word} than AWS allows",
            hint="an IPv4 block of a VPC or a subnet is /16 to /28",
            code="CIDR-1",
        )
    return length


def _ipv6_size(value: Any) -> int:
    length = _prefix_length(value)
    if length not in _IPV6_LENGTHS:
        raise HintedError(
            f"/{length} is no size of an IPv6 block",
            hint="it is /44 to /64 in steps of four, for a VPC at most /60",
            code="IPV6-1",
        )
    return length


def _percent(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6} ?%", value):
        percent = int(value.rstrip(" %"))
        if percent <= MOST_GROWTH:
            return percent
        raise HintedError(f"growth of {percent} % is absurd", hint=f"it is at most {MOST_GROWTH} %")
    hint = f"write {value}%" if type(value) is int else "write a percentage such as 50%"
    raise HintedError(f"growth is a percentage, got {shown(value)}", hint=hint)


def _room(value: Any) -> str | int:
    if value in ("buddy", "none"):
        return str(value)
    if isinstance(value, str) and value.startswith("/"):
        return _ipv4_room(_prefix_length(value))
    raise HintedError(f"room is 'buddy', 'none' or the size of a block around it, got {shown(value)}")


def _ipv4_room(length: int) -> int:
    if not 1 <= length <= LONGEST_IPV4:
        raise HintedError(f"room of a /{length} is absurd", hint="it is /1 to /28")
    return length


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    # Not a bound on the length: pydantic would count the items that are right, and tell of a wrong one twice.
    if not value:
        raise ValueError("expected at least 1 item, got 0")
    return value


def _summary(value: Any) -> int:
    length = _prefix_length(value)
    if not 1 <= length <= LONGEST_IPV4:
        raise HintedError(f"a summary of /{length} is absurd", hint="it is /1 to /28")
    return length


def _list_of_one(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Ipv4Size = Annotated[int, PlainValidator(_ipv4_size), WithJsonSchema({"type": "string", "pattern": "^/[0-9]+$"})]
Ipv6Size = Annotated[int, PlainValidator(_ipv6_size), WithJsonSchema({"type": "string", "pattern": "^/[0-9]+$"})]
Percent = Annotated[int, PlainValidator(_percent), WithJsonSchema({"type": "string", "pattern": "^[0-9]+ ?%$"})]
Room = Annotated[str | int, PlainValidator(_room), WithJsonSchema({"type": "string"})]
Count = Annotated[Integer, Field(ge=0, le=MOST_COUNT)]
Blocks = Annotated[tuple[BlockField, ...], BeforeValidator(_list_of_one), AfterValidator(_some)]


class Pool(Kind):
    """Blocks that new VPCs may have, of one family. Short form: a block, or a list of blocks."""

    cidrs: Blocks
    """The blocks of the pool, apart from each other and from other pools."""
    reserved: dict[Name, Blocks] = Field(default_factory=dict)
    """Parts of it that nobody gets, by name."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"cidrs": value} if isinstance(value, str | list) else value

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.cidrs[0].version


class Existing(Kind):
    """Something that stands and never moves. Short form: a block, or a list of blocks."""

    cidrs: Blocks
    vpc: Boolean = False
    """Whether it is a VPC: then AWS's rules hold for it, it may be asked to grow, and it may be peered."""
    subnets: dict[Name, Blocks] = Field(default_factory=dict)
    """The subnets of a VPC."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"cidrs": value} if isinstance(value, str | list) else value


class LambdaUse(Kind):
    """Functions of a tier. Short form: the number of security-group combinations."""

    security_group_combinations: Count
    """Distinct sets of security groups among the functions: each takes one address in every subnet."""
    connections: Annotated[Integer, Field(ge=0, le=100_000_000)] = 0
    """Connections that one combination keeps open at a time in one subnet; over 65,000 take more
    addresses."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"security_group_combinations": value} if type(value) is int else value


class ConsumersAsk(Kind):
    """What lives in a tier."""

    instances: Count = 0
    """Instances in the tier, spread evenly over its zones."""
    tasks: Count = 0
    """Container tasks with a network interface each, spread evenly."""
    lambda_: Annotated[LambdaUse | None, Field(alias="lambda")] = None
    """Lambda functions, by subnet and security-group combination."""
    load_balancers: Count = 0
    """Load balancers; each needs 8 free addresses in every subnet, and subnets of /27 or larger."""
    interface_endpoints: Count = 0
    """Interface endpoints, one address in every subnet each."""
    other: Count = 0
    """Anything else, in addresses in every subnet."""

    @property
    def value(self) -> Consumers:
        """The same for the arithmetic."""
        use = self.lambda_
        return Consumers(
            self.instances,
            self.tasks,
            use.security_group_combinations if use else 0,
            use.connections if use else 0,
            self.load_balancers,
            self.interface_endpoints,
            self.other,
        )


class Tier(Kind):
    """Subnets of one kind, one in each zone: sized in one of three ways."""

    size: Ipv4Size | None = None
    """The size of each subnet."""
    addresses: Annotated[Count, Field(ge=1)] | None = None
    """Addresses that must be usable in each subnet."""
    consumers: ConsumersAsk | None = None
    """What lives in the tier."""
    growth: Percent | None = None
    """By how much addresses or consumers will grow; left out: the plan's."""
    zones: Annotated[tuple[Name, ...], AfterValidator(_some)] | None = None
    """Left out: the VPC's."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"size": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_way(self) -> Tier:
        ways = [key for key in ("size", "addresses", "consumers") if getattr(self, key) is not None]
        if len(ways) != 1:
            found = f"{' and '.join(ways)} say it twice" if ways else "nothing says how large its subnets are"
            raise HintedError(found, hint="write one of size, addresses or consumers")
        if self.size is not None and self.growth is not None:
            raise HintedError("growth of a stated size means nothing", hint="write a larger size, or addresses")
        return self


class Ipv6Ask(Kind):
    """IPv6 blocks. Short form: the name of the pool."""

    pool: Reference
    size: Ipv6Size = 56
    """Of the VPC."""
    subnet_size: Ipv6Size = 64

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"pool": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _vpc_size(self) -> Ipv6Ask:
        if self.size > LONGEST_IPV6_VPC:
            raise HintedError(f"/{self.size} is too small for a VPC", hint="it is /44 to /60", code="IPV6-1")
        if self.subnet_size < self.size:
            raise HintedError(f"a subnet of /{self.subnet_size} does not fit in a VPC of /{self.size}")
        return self


class VpcAsk(Kind):
    """A VPC that is asked for, or more of one that exists."""

    pool: Reference | None = None
    """Left out: the only IPv4 pool."""
    size: Ipv4Size | None = None
    """The size of its block; left out: what its tiers need."""
    growth: Percent = 0
    """Room inside its block for subnets to come, in percent of those that are asked for."""
    room: Room | None = None
    """What is kept free next to its block; left out: the plan's."""
    zones: Annotated[tuple[Name, ...], AfterValidator(_some)] | None = None
    """Left out: the plan's."""
    tiers: dict[Name, Tier] = Field(default_factory=dict)
    ipv6: Ipv6Ask | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"size": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _something(self) -> VpcAsk:
        if self.size is None and not self.tiers:
            raise HintedError("nothing says how large it is", hint="write size: /20, or tiers")
        return self


class Group(Kind):
    """Networks that belong together."""

    members: Annotated[tuple[Reference, ...], AfterValidator(_some)]
    overlap: Literal["never", "allowed"] = "never"
    """`allowed`: the members may have the same addresses, for they never meet."""
    summary: Annotated[int | None, PlainValidator(_summary), WithJsonSchema({"type": "string"})] = None
    """The size of the block that its VPCs should have for themselves, so that one route covers them."""
    peering: Boolean = False
    """Whether its VPCs are to be peered, each with each: the plan's model has the connections and the
    routes."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"members": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _peered(self) -> Group:
        if self.summary is not None and self.overlap == "allowed":
            raise HintedError("a group that may overlap has no summary", hint="remove summary")
        if self.peering and self.overlap == "allowed":
            raise HintedError("peered VPCs never may overlap", hint="remove overlap: allowed", code="PEER-7")
        return self


class PlanFile(Kind):
    """A whole plan file, version 1."""

    version: Literal[1]
    pools: Annotated[dict[Name, Pool], Field(min_length=1)]
    models: Annotated[tuple[str, ...], BeforeValidator(_list_of_one)] = ()
    """reachsim models whose VPCs exist; paths from the plan file."""
    exists: dict[Name, Existing] = Field(default_factory=dict)
    vpcs: dict[Name, VpcAsk] = Field(default_factory=dict)
    groups: dict[Name, Group] = Field(default_factory=dict)
    zones: Annotated[tuple[Name, ...], AfterValidator(_some)] = ("a", "b", "c")
    growth: Percent = 0
    """Growth of addresses and consumers where a tier does not say."""
    room: Room = "buddy"
    """What is kept free next to each VPC's block where it does not say."""

    def pool_of(self, vpc: VpcAsk) -> str:
        """The IPv4 pool of a VPC; the loader made sure that there is one."""
        return vpc.pool or next(name for name, pool in self.pools.items() if pool.version == 4)


class LoadedPlan:
    """A plan file that was read and checked, with what its models hold."""

    __slots__ = ("document", "file", "sources")

    def __init__(self, file: PlanFile, document: Document, sources: Sources) -> None:
        self.file = file
        self.document = document
        self.sources = sources


def load_plan(path: str) -> LoadedPlan:
    """Read a plan file (``-``: standard input), and the models that it names. Raises DesignError with all
    errors."""
    base = os.path.dirname(path) if path != "-" else ""
    return _check(read_file(path), base)


def loads_plan(text: str, *, file: str = "<text>", base: str = "") -> LoadedPlan:
    """Like `load_plan`, from text. `base`: the directory that paths of models start from."""
    return _check(read_document(text, file=file), base)


def _check(document: Document, base: str) -> LoadedPlan:
    plan = validate(PlanFile, document)
    checker = _Checker(plan, document)
    sources = checker.models(base)
    checker.run(sources)
    if checker.problems:
        raise DesignError(checker.problems)
    return LoadedPlan(plan, document, sources)


class _Checker:
    """What a schema cannot see: how the parts of a plan fit together."""

    def __init__(self, plan: PlanFile, document: Document) -> None:
        self.plan = plan
        self.document = document
        self.problems: list[Problem] = []

    def report(
        self, path: Path, message: str, hint: str | None = None, code: str | None = None, *, key: bool = False
    ) -> None:
        self.problems.append(self.document.problem(message, self.written(path), key=key, hint=hint, code=code))

    def written(self, path: Path) -> Path:
        """The path as it stands in the file, where a short form leaves out steps."""
        node: Any = self.document.data
        out: list[str | int] = []
        for step in path:
            inside = step in node if isinstance(node, dict) else isinstance(node, list) and isinstance(step, int)
            if inside:
                node = node[step]
                out.append(step)
        return tuple(out)

    def models(self, base: str) -> Sources:
        found = Sources()
        for index, name in enumerate(self.plan.models):
            try:
                found.add(sources_of_document(read_file(os.path.join(base, name))))
            except DesignError as error:
                self.report(("models", index), f"the model {name!r} cannot be read")
                self.problems += error.problems
        return found

    def run(self, sources: Sources) -> None:
        self.check_pools()
        modelled = {vpc.name for vpc in sources.standing}
        for name, existing in self.plan.exists.items():
            self.check_existing(name, existing)
            if name in modelled:
                self.report(("exists", name), f"{name!r} is in a model already", "remove it here", key=True)
        for name, vpc in self.plan.vpcs.items():
            self.check_vpc(name, vpc)
            existing_ = self.plan.exists.get(name)
            if existing_ is not None and not existing_.vpc:
                self.report(
                    ("vpcs", name),
                    f"{name!r} exists, and not as a VPC",
                    f"write vpc: true under exists.{name}",
                    key=True,
                )
        self.check_groups([*self.plan.exists, *self.plan.vpcs, *sorted(modelled)])

    def check_pools(self) -> None:
        seen: list[tuple[Cidr, str]] = []
        for name, pool in self.plan.pools.items():
            here: Path = ("pools", name)
            for index, block in enumerate(pool.cidrs):
                where = (*here, "cidrs", index)
                if block.version != pool.version:
                    self.report(where, f"{block} is IPv{block.version} in a pool of IPv{pool.version}",
                                "make a pool for each family")  # fmt: skip
                    continue
                for never, what in NEVER:
                    if block.overlaps(never):
                        text = f"{block} has addresses of {never}, which is {what} and never a VPC's"
                        self.report(where, text, code="CIDR-2")
                for other, owner in seen:
                    if block.overlaps(other):
                        whose = "this pool" if owner == name else f"pool {owner}"
                        self.report(where, _overlap_text(block, other, whose), "write each address once")
                seen.append((block, name))
            for label, blocks in pool.reserved.items():
                for index, block in enumerate(blocks):
                    if not any(block in around for around in pool.cidrs):
                        inside = ", ".join(map(str, pool.cidrs))
                        self.report(
                            (*here, "reserved", label, index),
                            f"{block} is not in the pool",
                            f"it is {inside}",
                        )

    def check_existing(self, name: str, existing: Existing) -> None:
        here: Path = ("exists", name)
        if existing.vpc:
            for index, refusal in refusals_of_blocks(existing.cidrs):
                self.report((*here, "cidrs", index), refusal.text, refusal.hint, refusal.rule)
        elif existing.subnets:
            self.report((*here, "subnets"), "only a VPC has subnets", "write vpc: true")
        others: list[Cidr] = []
        for label, blocks in existing.subnets.items():
            for index, block in enumerate(blocks):
                refused = subnet_block_refusal(block, existing.cidrs, others)
                if refused is not None:
                    self.report((*here, "subnets", label, index), refused.text, refused.hint, refused.rule)
                others.append(block)

    def check_vpc(self, name: str, vpc: VpcAsk) -> None:
        here: Path = ("vpcs", name)
        fourth = [pool for pool, body in self.plan.pools.items() if body.version == 4]
        if vpc.pool is None and len(fourth) != 1:
            found = f"there are {len(fourth)} IPv4 pools" if fourth else "there is no IPv4 pool"
            self.report(
                here,
                f"no pool is named, and {found}",
                f"write pool: {fourth[0]}" if fourth else None,
                key=True,
            )
        self.check_pool((*here, "pool"), vpc.pool, 4)
        if vpc.ipv6 is not None:
            self.check_pool((*here, "ipv6", "pool"), vpc.ipv6.pool, 6)
        names: dict[str, str] = {}
        for label, tier in vpc.tiers.items():
            zones = tier.zones or vpc.zones or self.plan.zones
            if len(set(zones)) < len(zones):
                self.report((*here, "tiers", label), "a zone stands twice", "write each zone once")
            for zone in dict.fromkeys(zones):
                subnet = subnet_name(label, zone)
                if subnet in names:
                    text = f"its subnet {subnet} has the name of one of tier {names[subnet]}"
                    self.report((*here, "tiers", label), text, "rename one of them", key=True)
                names[subnet] = label

    def check_pool(self, path: Path, name: str | None, version: int) -> None:
        if name is None:
            return
        pool = self.plan.pools.get(name)
        if pool is None:
            near = suggest(name, self.plan.pools)
            listed = ", ".join(self.plan.pools)
            self.report(
                path,
                f"there is no pool {name!r}",
                f"did you mean {near!r}?" if near else f"there are {listed}",
            )
        elif pool.version != version:
            self.report(path, f"pool {name!r} is IPv{pool.version}, and an IPv{version} pool is meant")

    def check_groups(self, names: list[str]) -> None:
        known = set(names)
        never: list[tuple[str, set[str]]] = []
        may: list[tuple[str, set[str]]] = []
        for name, group in self.plan.groups.items():
            here: Path = ("groups", name)
            for index, member in enumerate(group.members):
                if member not in known:
                    near = suggest(member, names)
                    hint = f"did you mean {near!r}?" if near else "name it under vpcs or exists"
                    self.report((*here, "members", index), f"there is no network {member!r}", hint)
                elif member in group.members[:index]:
                    self.report((*here, "members", index), f"{member!r} stands twice")
            (never if group.overlap == "never" else may).append((name, set(group.members)))
        for one, members in may:
            for other, others in never:
                both = sorted(members & others)
                if len(both) > 1:
                    text = f"{both[0]} and {both[1]} may overlap here, and never in group {other}"
                    self.report(("groups", one), text, "take one of them out of one group", key=True)


def subnet_name(tier: str, zone: str) -> str:
    """The name of a tier's subnet in a zone."""
    return f"{tier}-{zone}"


def _overlap_text(block: Cidr, other: Cidr, where: str) -> str:
    if block == other:
        return f"{block} is in {where} already"
    return f"{block} lies inside {other} of {where}" if block in other else f"{block} contains {other} of {where}"
