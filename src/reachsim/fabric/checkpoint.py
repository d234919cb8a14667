"""Checkpoints: the nodes of the topology. Each drops a packet, rewrites it or passes it on (WALK-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from reachsim.fabric.filters import Filter
from reachsim.net.address import LINE_LAST
from reachsim.net.intervals import Span
from reachsim.rules.clauses import NO_GROUPS, GroupId, KeyPath
from reachsim.rules.verdict import Loss

if TYPE_CHECKING:
    from reachsim.fabric.site import Nic, VpcSite

EVERYWHERE: Span = (0, LINE_LAST)


class Transit(NamedTuple):
    """A packet's addresses on the way.

    `sender`: the interface that put it on the network last, None for a packet from outside. `direct`: it still comes
    from the interface that owns its source, so a group that names that interface's group matches (SG-10, SG-14).
    `toward`: the interface that a route named as next hop, None where the destination itself is meant.
    """

    source: int
    destination: int
    sender: Nic | None = None
    direct: bool = True
    toward: Nic | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """What a translating device remembers of a flow: addresses as the client sent them and as the device sent them."""

    device: Checkpoint
    client: int
    translated: int
    peer: int


@dataclass(slots=True)
class Leg:
    """One way of a flow. `sessions` and `crossed` are written on the way there and read on the way back.

    `crossed`: stateful filters crossed, as (interface, "egress" or "ingress", source, destination).
    """

    reply: bool = False
    sessions: list[Session] = field(default_factory=list)
    crossed: set[tuple[Nic, str, int, int]] = field(default_factory=set)


@dataclass(slots=True)
class Step:
    """What a checkpoint does with a packet.

    `next`: where it goes on; None at its end. With a `loss` the packet is lost here, and `next` says where it would
    have gone on, so that whatever else stands in the way can be told too (WALK-4). `unknown`: why reachsim cannot say.
    `filter`: must be asked about ports too, about `peer`, unless `tracked`; `names_groups_of`: the VPC whose rules may name
    the groups of the peer's interface, None where no reference can match.
    `translated`: +1 where the source port is chosen anew, -1 where an answer gets the client's port back.
    `source_run`, `destination_run`: addresses around the packet's for which the step is the same.
    """

    next: Checkpoint | None
    transit: Transit
    text: str
    rule: str = ""
    path: KeyPath = ()
    loss: Loss | None = None
    unknown: str = ""
    filter: Filter | None = None
    peer: int = 0
    names_groups_of: VpcSite | None = None
    tracked: bool = False
    translated: int = 0
    source_run: Span = EVERYWHERE
    destination_run: Span = EVERYWHERE

    @property
    def groups(self) -> frozenset[GroupId]:
        """The groups that the peer's interface carries, as far as the filter's rules can name them."""
        return NO_GROUPS if self.names_groups_of is None else self.names_groups_of.groups_at(self.peer)


class Checkpoint:
    """A node of the topology.

    `component`: the full name of what it belongs to (``app.private``). `role`: what it is there (``route table
    private``). `path`: where that is written in the file.
    """

    __slots__ = ("component", "path", "role")

    def __init__(self, component: str, role: str, path: KeyPath = ()) -> None:
        self.component = component
        self.role = role
        self.path = path

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Decide on a packet by its addresses."""
        raise NotImplementedError

    def answer(self, arrived: Transit) -> tuple[Checkpoint, Transit]:
        """Where the answer to a packet that ended here starts, and its addresses; only ends of walks have one."""
        raise NotImplementedError

    def successors(self) -> Iterable[Checkpoint]:
        """Every checkpoint to which a step may lead: the edges of the topology's graph."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self.component} {self.role}"

    def __repr__(self) -> str:
        return f"<{self}>"
