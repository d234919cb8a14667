"""Components that a design may have and reachsim does not model: doors of unknown width.

What reaches one is not judged, and neither is what could come out of it: wherever it could change an answer, the answer is
"cannot decide", with this reason. So a `Door` says, as widely as its few well-known keys do not rule it out, into which VPCs
it may send and from which addresses, in which subnets it may have addresses of its own, and into which route tables it may
write. docs/limits.md lists the components.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import BeforeValidator

from reachsim.fabric.checkpoint import Checkpoint, Leg, Transit
from reachsim.fabric.site import Nic
from reachsim.fabric.steps import ANY, Step, Undecided
from reachsim.faces import Faced
from reachsim.kinds.kind import Written
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath


def _anything(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


Unmodelled = Annotated[dict[str, Any], BeforeValidator(_anything), Written(lambda own: {})]
"""Any mapping; only the keys that say where its doors are, are looked at."""

NOWHERE = AddressSet.nothing()


@dataclass(frozen=True, repr=False)
class Door(Faced):
    """One component that is not modelled.

    `name`: full name; `noun`: what it is; `path`: where it is written. `vpcs`: VPCs into which it may send.
    `brings`: addresses outside all VPCs whose packets it may bring, `home`: into this VPC alone.
    `subnets`: ``(vpc, subnet)`` in which it may have addresses of its own. `calls`: whether it may send from these.
    `targets`: the only interfaces to which it sends, by full name or address, None where it does not say. `public`:
    whether it may have public addresses too. `tables`: ``(vpc, table)`` into which it may write routes, to `routed`.
    `tags`: as it writes them.
    """

    name: str
    noun: str
    path: KeyPath
    vpcs: frozenset[str] = frozenset()
    brings: AddressSet = NOWHERE
    home: str = ""
    subnets: frozenset[tuple[str, str]] = frozenset()
    calls: bool = False
    targets: frozenset[str | int] | None = None
    public: bool = False
    tables: frozenset[tuple[str, str]] = frozenset()
    routed: AddressSet = NOWHERE
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def reason(self) -> str:
        """Why an answer that depends on it cannot be decided."""
        article = "an" if self.noun[0] in "aeiou" else "a"
        return f"{self.name} is {article} {self.noun}, which is not modelled"

    def into(self, vpc: str) -> bool:
        """Whether it may send into a VPC."""
        return vpc in self.vpcs

    def brings_into(self, vpc: str) -> bool:
        """Whether it may bring packets from outside into a VPC."""
        return bool(self.brings) and self.into(vpc) and vpc == self.home

    def sends_to(self, nic: Nic) -> bool:
        """Whether it may send to an interface from addresses of its own."""
        return self.into(nic.vpc.name) and self._aims_at(nic)

    def brings_to(self, nic: Nic) -> bool:
        """Whether it may bring an interface packets from outside."""
        return self.brings_into(nic.vpc.name) and self._aims_at(nic)

    def _aims_at(self, nic: Nic) -> bool:
        return self.targets is None or not self.targets.isdisjoint((nic.name, *nic.addresses))

    def __str__(self) -> str:
        return f"{self.noun} {self.name}"


@dataclass(frozen=True)
class Surroundings:
    """What a door's keys are read against, by VPC: its subnets, route tables, blocks, the interfaces that may be targets,
    and the VPCs that it is joined with."""

    subnets: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, tuple[str, ...]]
    blocks: Mapping[str, AddressSet]
    members: Mapping[str, Collection[str]] = field(default_factory=dict)
    joined: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def places(self, vpc: str, body: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
        """The subnets that a body names, all of the VPC where it does not, or names one that is not there."""
        known = self.subnets[vpc]
        named = _all_known(body.get("subnets", body.get("subnet")), known)
        return frozenset((vpc, subnet) for subnet in named or known)

    def tables_of(self, vpc: str, named: Any) -> frozenset[tuple[str, str]]:
        """The route tables that a value names, all of the VPC where it does not, or names one that is not there."""
        known = self.tables[vpc]
        found = _all_known(named, known)
        return frozenset((vpc, table) for table in (known if found is None else found))

    def targets(self, vpc: str, body: Mapping[str, Any]) -> frozenset[str | int] | None:
        """The interfaces that a load balancer's target groups name, by full name or address; None where they do not say."""
        groups = body.get("target_groups")
        out: set[str | int] = set()
        for group in groups.values() if isinstance(groups, dict) and groups else [None]:
            listed = group.get("targets") if isinstance(group, dict) else None
            if not isinstance(listed, list):
                return None
            for item in listed:
                found = self._target(vpc, item)
                if found is None:
                    return None
                out.add(found)
        return frozenset(out)

    def _target(self, vpc: str, item: Any) -> str | int | None:
        if not isinstance(item, str):
            return None
        owner, dot, name = item.rpartition(".")
        if name in self.members.get(owner if dot else vpc, ()):
            return f"{owner if dot else vpc}.{name}"
        block = _block(item)
        return block.network if block is not None and "/" not in item else None

    def vpcs_of(self, vpc: str, targets: frozenset[str | int] | None) -> frozenset[str]:
        """The VPCs in which targets may be: those by address may be in another VPC (LB-8)."""
        if targets is None:
            return self.joined.get(vpc, frozenset()) | {vpc}
        found = {target.partition(".")[0] for target in targets if isinstance(target, str)}
        addresses = AddressSet.union_of((target, target) for target in targets if isinstance(target, int))
        found |= {other for other, own in self.blocks.items() if not own.isdisjoint(addresses)}
        return frozenset(found)


def _texts(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _block(text: str) -> Cidr | None:
    try:
        return Cidr.parse_peer(text)
    except ValueError:
        return None


def _bare(value: Any) -> Iterator[str]:
    """Bare names in a value that is a name or a list of names."""
    for item in _texts(value):
        yield item.rpartition(".")[2]


def _all_known(value: Any, known: Collection[str]) -> frozenset[str] | None:
    """The names in a value that is a name, a list or a mapping of names; None unless each of them is known."""
    items = value if isinstance(value, list | dict) else [value]
    names = frozenset(_bare(list(items)))
    return names if len(names) == len(items) and names <= set(known) else None


def _word(value: Any) -> str:
    """A word as AWS's API and our format write it, made alike: ``GatewayLoadBalancer``, ``gateway_load_balancer``."""
    return re.sub(r"[^a-z0-9]", "", value.lower()) if isinstance(value, str) else ""


def door_in_vpc(section: str, noun: str, vpc: str, name: str, body: Mapping[str, Any], around: Surroundings) -> Door:
    """The door that a component of a VPC is."""
    tags = body.get("tags")
    door = _door_in_vpc(section, noun, vpc, name, body, around)
    return replace(door, tags=tuple((str(k), str(v)) for k, v in tags.items()) if isinstance(tags, dict) else ())


def _door_in_vpc(section: str, noun: str, vpc: str, name: str, body: Mapping[str, Any], around: Surroundings) -> Door:
    full, path = f"{vpc}.{name}", ("vpcs", vpc, section, name)
    door = Door(full, noun, path, subnets=around.places(vpc, body))
    return _load_balancer(door, vpc, body, around) if section == "load_balancers" else door


def _load_balancer(door: Door, vpc: str, body: Mapping[str, Any], around: Surroundings) -> Door:
    """A load balancer sends to its targets: an ALB ends the client's connection (LB-1), an NLB may keep the client's
    address, for targets in its own VPC alone (LB-5)."""
    kind = _word(body.get("type"))
    public = _word(body.get("scheme")) != "internal" and kind != "gateway"  # GENEVE has no public side (LB-9)
    keeps = kind not in ("application", "classic", "gateway") and _may_keep_addresses(body.get("target_groups"))
    targets = around.targets(vpc, body)
    return replace(
        door,
        vpcs=around.vpcs_of(vpc, targets),
        brings=PUBLIC if public and keeps else NOWHERE,
        home=vpc,
        calls=True,
        targets=targets,
        public=public,
    )


def _may_keep_addresses(groups: Any) -> bool:
    """Whether some target group may see the client's address: it cannot be off but for TCP (LB-5)."""
    if not isinstance(groups, dict) or not groups:
        return True
    return not all(
        isinstance(group, dict)
        and group.get("preserve_client_ip") is False
        and isinstance(group.get("port"), str)
        and group["port"].startswith("tcp/")
        for group in groups.values()
    )


class UnmodelledCheckpoint(Checkpoint):
    """A component that reachsim does not model: whatever reaches it is undecided, and it may send into its VPCs.

    `inward`: the first checkpoints of the interfaces to which it may send.
    """

    __slots__ = ("door", "inward")

    def __init__(self, door: Door) -> None:
        super().__init__(door.name, door.noun, door.path)
        self.door = door
        self.inward: tuple[Checkpoint, ...] = ()

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Say that reachsim cannot tell."""
        return Undecided(self.door.reason, transit, path=self.path, scope=ANY)

    def successors(self) -> tuple[Checkpoint, ...]:
        """Every interface that it may send to."""
        return self.inward
