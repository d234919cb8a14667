"""Checkpoints: the nodes of the topology. Each drops a packet, rewrites it or passes it on (WALK-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.steps import Deliver, Drop, Forward, Scope, Step
from reachsim.faces import Faced, face
from reachsim.net.address import format_address
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss

if TYPE_CHECKING:
    from reachsim.dataplane.site import NetworkInterface


class Header(NamedTuple):
    """A packet's addresses on the way.

    `sender`: the interface that put it on the network last, None for a packet from outside. `direct`: it still comes
    from the interface that owns its source, so a group that names that interface's group matches (SG-10, SG-14).
    `toward`: the interface that a route named as next hop, None where the destination itself is meant. `zone`: inside a
    transit gateway, the Availability Zone that the packet came from. `carried`: groups
    that a rule may name to match it though its source is nobody's of theirs: those of the load balancer that passed it on
    with the client's address (LB-4); None where none did.
    """

    source: int
    destination: int
    sender: NetworkInterface | None = None
    direct: bool = True
    toward: NetworkInterface | None = None
    zone: str | None = None
    carried: frozenset[GroupId] | None = None

    def __str__(self) -> str:
        return f"{format_address(self.source)} -> {format_address(self.destination)}"

    def __repr__(self) -> str:
        return face("Header", str(self))


@dataclass(frozen=True, slots=True, repr=False)
class Session(Faced):
    """What a translating device remembers of a flow: addresses as the client sent them and as the device sent them.

    `exit`: the interface by which answers leave to the client, None for the device's own (PrivateLink).
    """

    device: Checkpoint
    client: int
    translated: int
    peer: int
    exit: NetworkInterface | None = None

    def __str__(self) -> str:
        ends = map(format_address, (self.client, self.translated, self.peer))
        return f"{self.device}: {' as '.join([next(ends), next(ends)])} -> {next(ends)}"


Relays = tuple[tuple["Checkpoint", object], ...]
"""Checkpoints that may send on to one of several targets, each with the one that is meant."""
Returns = dict[tuple["NetworkInterface", int, int], "Checkpoint"]
"""Where an answer goes that leaves an interface, by its source and destination, past the routes (LB-7)."""


@dataclass(slots=True, repr=False)
class Leg(Faced):
    """One way of a flow. `sessions` and `crossed` are written on the way there and read on the way back.

    `crossed`: stateful filters crossed, as (interface, "egress" or "ingress", source, destination). `relays`: what each
    checkpoint chooses that may send on to one of several targets. `service`: what the packet's service has become on the
    way, None while it is the client's. `returns`: answers that take no route.
    """

    reply: bool = False
    sessions: list[Session] = field(default_factory=list)
    crossed: set[tuple[NetworkInterface, str, int, int]] = field(default_factory=set)
    relays: Relays = ()
    service: int | None = None
    returns: Returns = field(default_factory=dict)

    def answered(self, device: Checkpoint, header: Header) -> Session | None:
        """The last flow that a device translated and that a packet on the way back answers; None where there is none."""
        for session in reversed(self.sessions) if self.reply else ():
            if session.device is device and (session.translated, session.peer) == (header.destination, header.source):
                return session
        return None

    def __str__(self) -> str:
        sessions = "; ".join(map(str, self.sessions))
        return f"{'reply' if self.reply else 'forward'}{': ' if sessions else ''}{sessions}"


class Checkpoint:
    """A node of the topology.

    `component`: the full name of what it belongs to (``app.private``). `role`: what it is there (``route table
    private``). `path`: where that is written in the file.
    """

    __slots__ = ("component", "path", "role")

    blame: ClassVar[Code | None] = None
    """The code of what its filter denies, in place of the filter's own."""

    def __init__(self, component: str, role: str, path: KeyPath = ()) -> None:
        self.component = component
        self.role = role
        self.path = path

    def step(self, header: Header, leg: Leg) -> Step:
        """Decide on a packet by its addresses."""
        raise NotImplementedError

    def drop(
        self,
        loss: Loss,
        header: Header,
        scope: Scope | None = None,
        *,
        path: KeyPath | None = None,
        decided: str = "",
        onward: Forward | Deliver | None = None,
    ) -> Drop:
        """Lose a packet here. `path`: the key to edit, left out: where the checkpoint's owner is written."""
        at = self.path if path is None else path
        cause = Cause(loss.code, loss.rule, loss.text, self.component, self.role, at, decided, loss.note)
        return Drop(cause, header, scope, onward)

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """Where the answer to a packet that ended here starts, and its addresses; only ends of walks have one."""
        raise NotImplementedError

    def successors(self) -> Iterable[Checkpoint]:
        """Every checkpoint to which a step may lead: the edges of the topology's graph."""
        raise NotImplementedError

    @property
    def realm(self) -> object:
        """What a packet has reached that is delivered here; ends with one realm are one place, such as a network with two
        connections."""
        return self

    @property
    def home(self) -> object:
        """The realm where answers must arrive to what somebody without an interface starts here."""
        return self.realm

    def __str__(self) -> str:
        return f"{self.component} {self.role}"

    def __repr__(self) -> str:
        return f"<{self}>"
