"""Components that a design may have and reachsim does not model: doors of unknown width.

What reaches one is not judged, and neither is what could come out of it: wherever it could change an answer, the answer is
"cannot decide", with this reason. So a `Door` says, as widely as its few well-known keys do not rule it out, into which VPCs
it may send and from which addresses, in which subnets it may have addresses of its own, and into which route tables it may
write. docs/limits.md lists the components.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BeforeValidator

from reachsim.fabric.checkpoint import Checkpoint, Leg, Transit
from reachsim.fabric.site import Nic
from reachsim.fabric.steps import ANY, Step, Undecided
from reachsim.faces import Faced
from reachsim.kinds.kind import Written
from reachsim.net.cidr import AddressSet
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
    `public`: whether it may have public addresses too. `tables`: ``(vpc, table)`` into which it may write routes, to
    `routed`. `tags`: as it writes them.
    """

    name: str
    noun: str
    path: KeyPath
    vpcs: frozenset[str] = frozenset()
    brings: AddressSet = NOWHERE
    home: str = ""
    subnets: frozenset[tuple[str, str]] = frozenset()
    calls: bool = False
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
        return self.into(nic.vpc.name)

    def brings_to(self, nic: Nic) -> bool:
        """Whether it may bring an interface packets from outside."""
        return self.brings_into(nic.vpc.name)

    def __str__(self) -> str:
        return f"{self.noun} {self.name}"


@dataclass(frozen=True)
class Surroundings:
    """What a door's keys are read against, by VPC: its subnets and route tables."""

    subnets: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, tuple[str, ...]]

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


def _texts(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _bare(value: Any) -> Iterator[str]:
    """Bare names in a value that is a name or a list of names."""
    for item in _texts(value):
        yield item.rpartition(".")[2]


def _all_known(value: Any, known: Collection[str]) -> frozenset[str] | None:
    """The names in a value that is a name, a list or a mapping of names; None unless each of them is known."""
    items = value if isinstance(value, list | dict) else [value]
    names = frozenset(_bare(list(items)))
    return names if len(names) == len(items) and names <= set(known) else None


def door_in_vpc(section: str, noun: str, vpc: str, name: str, body: Mapping[str, Any], around: Surroundings) -> Door:
    """The door that a component of a VPC is."""
    tags = body.get("tags")
    door = _door_in_vpc(section, noun, vpc, name, body, around)
    return replace(door, tags=tuple((str(k), str(v)) for k, v in tags.items()) if isinstance(tags, dict) else ())


def _door_in_vpc(section: str, noun: str, vpc: str, name: str, body: Mapping[str, Any], around: Surroundings) -> Door:
    full, path = f"{vpc}.{name}", ("vpcs", vpc, section, name)
    return Door(full, noun, path, subnets=around.places(vpc, body))


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
