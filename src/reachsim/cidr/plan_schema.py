"""The plan file: what a person writes to ask for addresses (docs/cidr.md has the reference)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from reachsim.cidr.demand import Consumers
from reachsim.errors import HintedError, shown
from reachsim.resources.fields import BlockField, Boolean, Integer, Name, Reference, Schema
from reachsim.rules.cidr import (
    BLOCKS_DEFAULT,
    BLOCKS_MOST,
    IPV6_STEP,
    LONGEST_IPV4,
    LONGEST_IPV6_SUBNET,
    LONGEST_IPV6_VPC,
    SHORTEST_IPV4,
    SHORTEST_IPV6,
)

MOST_COUNT: Final = 1_000_000
"""The most of anything that a tier may be asked to hold: a typing error, not a wish, lies beyond it."""
MOST_GROWTH: Final = 1000
MOST_PODS: Final = 1000
"""More pods than a node can hold."""
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
            f"/{length} is not a size that an IPv6 block can have",
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


def _ipv6_room(value: Any) -> str | int:
    if value in ("nibble", "none"):
        return str(value)
    if isinstance(value, str) and value.startswith("/"):
        length = _prefix_length(value)
        if length % IPV6_STEP or not 4 <= length < LONGEST_IPV6_VPC:
            raise HintedError(
                f"room of a /{length} is on no border of four bits", hint="it is /4 to /56 in steps of four"
            )
        return length
    raise HintedError(f"room of IPv6 is 'nibble', 'none' or the size of a block around it, got {shown(value)}")


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
Ipv6Room = Annotated[str | int, PlainValidator(_ipv6_room), WithJsonSchema({"type": "string"})]
Count = Annotated[Integer, Field(ge=0, le=MOST_COUNT)]
BlockQuota = Annotated[Integer, Field(ge=1, le=BLOCKS_MOST)]
ZoneLoss = Annotated[Integer, Field(ge=0, le=5)]
Blocks = Annotated[tuple[BlockField, ...], BeforeValidator(_list_of_one), AfterValidator(_some)]


class Pool(Schema):
    """Blocks that new VPCs may have, of one family. Short form: a block, or a list of blocks."""

    cidrs: Blocks
    """The blocks of the pool, apart from each other and from other pools."""
    reserved: dict[Name, Blocks] = Field(default_factory=dict)
    """Parts of it that nobody gets, by name."""
    within: Reference | None = None
    """The pool that it is a part of; that one gives away what is left."""
    region: Name | None = None
    """The Region whose VPCs may have its blocks; left out: that of the pool around it, or every Region."""
    overlap: Literal["never", "allowed"] = "never"
    """`allowed`: several VPCs may have the same of its blocks, as secondary blocks."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"cidrs": value} if isinstance(value, str | list) else value

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.cidrs[0].version


class ExistingBlocks(Schema):
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


class LambdaUse(Schema):
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


class NodesAsk(Schema):
    """Nodes of EKS that give addresses to pods by prefix delegation, in the whole tier."""

    count: Count
    """Nodes in the tier, spread evenly over its zones."""
    pods: Annotated[Integer, Field(ge=1, le=MOST_PODS)]
    """Pods on one node; every 16 take a prefix of /28."""


class ConsumersAsk(Schema):
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
    eks_nodes: NodesAsk | None = None
    """Nodes of EKS with prefix delegation, spread evenly."""

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
            self.eks_nodes.count if self.eks_nodes else 0,
            self.eks_nodes.pods if self.eks_nodes else 0,
        )


class Tier(Schema):
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
    zone_loss: ZoneLoss | None = None
    """How many of its zones may fail while the others carry all consumers; left out: the plan's."""
    pool: Reference | None = None
    """Where its blocks come from, as secondary blocks of the VPC; left out: the VPC's pool."""

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


class Ipv6Ask(Schema):
    """IPv6 blocks. Short form: the name of the pool."""

    pool: Reference
    size: Ipv6Size | None = None
    """Of the VPC; left out: /56, or larger where its subnets need it."""
    subnet_size: Ipv6Size = 64
    room: Ipv6Room = "none"
    """What is kept free around its block: `nibble` for the next border of four bits, or a size."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"pool": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _vpc_size(self) -> Ipv6Ask:
        if self.size is None:
            return self
        if self.size > LONGEST_IPV6_VPC:
            raise HintedError(f"/{self.size} is too small for a VPC", hint="it is /44 to /60", code="IPV6-1")
        if self.subnet_size < self.size:
            raise HintedError(f"a subnet of /{self.subnet_size} does not fit in a VPC of /{self.size}")
        return self


class VpcAsk(Schema):
    """A VPC that is asked for, or more of one that exists."""

    pool: Reference | None = None
    """Left out: the only IPv4 pool, of the VPC's Region if it has one."""
    region: Name | None = None
    """The Region that it is in: its pools are of that Region, or of none."""
    ipv4_block_quota: BlockQuota | None = None
    """How many IPv4 blocks AWS lets it have; left out: the plan's."""
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


class VpcGroup(Schema):
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
    def _peered(self) -> VpcGroup:
        if self.summary is not None and self.overlap == "allowed":
            raise HintedError("a group that may overlap has no summary", hint="remove summary")
        if self.peering and self.overlap == "allowed":
            raise HintedError("peered VPCs never may overlap", hint="remove overlap: allowed", code="PEER-7")
        return self


class PlanFile(Schema):
    """A whole plan file, version 1."""

    version: Literal[1]
    pools: Annotated[dict[Name, Pool], Field(min_length=1)]
    models: Annotated[tuple[str, ...], BeforeValidator(_list_of_one)] = ()
    """reachsim models, or files that are imported, whose VPCs exist; paths from the plan file."""
    exists: dict[Name, ExistingBlocks] = Field(default_factory=dict)
    vpcs: dict[Name, VpcAsk] = Field(default_factory=dict)
    groups: dict[Name, VpcGroup] = Field(default_factory=dict)
    zones: Annotated[tuple[Name, ...], AfterValidator(_some)] = ("a", "b", "c")
    growth: Percent = 0
    """Growth of addresses and consumers where a tier does not say."""
    room: Room = "buddy"
    """What is kept free next to each VPC's block where it does not say."""
    ipv4_block_quota: BlockQuota = BLOCKS_DEFAULT
    """How many IPv4 blocks AWS lets a VPC have where it does not say; 5 until it is raised."""
    zone_loss: ZoneLoss = 0
    """How many zones of a tier may fail where it does not say, while the others carry all consumers."""

    def region_of(self, pool: str) -> str | None:
        """The Region of a pool: its own, or that of the pool around it."""
        seen: set[str] = set()
        name: str | None = pool
        while name is not None and name in self.pools and name not in seen:
            seen.add(name)
            if self.pools[name].region is not None:
                return self.pools[name].region
            name = self.pools[name].within
        return None

    def pools_of(self, vpc: VpcAsk) -> list[str]:
        """The IPv4 pools that a VPC may be meant to have its blocks from: one, in a file that is right.

        Where there is none for primary blocks, and each tier names its pool, a VPC that stands needs none of its own.
        """
        if vpc.pool is not None:
            return [vpc.pool]
        found = [name for name, pool in self.pools.items() if pool.version == 4 and pool.overlap == "never"]
        if not found and vpc.size is None:
            named = [tier.pool for tier in vpc.tiers.values()]
            return [pool for pool in named[:1] if pool is not None and None not in named]
        if vpc.region is not None and len(found) > 1:
            return [name for name in found if self.region_of(name) == vpc.region]
        return found

    def pool_of(self, vpc: VpcAsk) -> str:
        """The IPv4 pool of a VPC; the loader made sure that there is one."""
        return self.pools_of(vpc)[0]


def subnet_name(tier: str, zone: str) -> str:
    """The name of a tier's subnet in a zone."""
    return f"{tier}-{zone}"
