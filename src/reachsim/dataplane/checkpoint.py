"""Checkpoints, the nodes of the topology, and what each may do with a packet: pass it on, deliver it, drop it, or be unable
to say (**WALK-1**). The four steps are immutable values.

Each tells how far it speaks: for which addresses in place of the packet's it would be the same (`Scope`). A step that does
not say speaks for the packet's own addresses alone, so forgetting can make an answer slow, but never wrong.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, Literal, NamedTuple

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.filters import Filter, Query
from reachsim.dataplane.place import InterfacePlace, SubnetPlace
from reachsim.dataplane.scope import Scope, intersect
from reachsim.faces import Faced, face
from reachsim.net.address import format_address
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss


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
    sender: InterfacePlace | None = None
    direct: bool = True
    toward: InterfacePlace | None = None
    zone: str | None = None
    carried: frozenset[GroupId] | None = None

    def __str__(self) -> str:
        return f"{format_address(self.source)} -> {format_address(self.destination)}"

    def __repr__(self) -> str:
        return face("Header", str(self))


class Forward(NamedTuple):
    """The packet goes on to `next`, with the addresses of `header`.

    `text`, `rule`, `path`: what was done, by which rule of AWS, and where that is written. `asks`: a filter that decides on
    its ports. `translated`: +1 where the source port is chosen anew, -1 where an answer gets the client's port back.
    """

    next: Checkpoint
    header: Header
    text: str = ""
    rule: str = ""
    path: KeyPath = ()
    scope: Scope | None = None
    asks: Query | None = None
    translated: int = 0

    def __repr__(self) -> str:
        return face("Forward", f"to {self.next}: {self.header}")


class Deliver(NamedTuple):
    """The packet is at its end."""

    header: Header
    text: str = "delivered"
    rule: str = ""
    path: KeyPath = ()
    scope: Scope | None = None
    asks: Query | None = None

    def __repr__(self) -> str:
        return face("Deliver", f"{self.text}: {self.header}")


class Drop(NamedTuple):
    """The packet is lost. `onward`: what would have been done with it otherwise, so that whatever else stands in the way can
    be told too (**WALK-4**); None where nothing would."""

    cause: Cause
    header: Header
    scope: Scope | None = None
    onward: Forward | Deliver | None = None

    @property
    def text(self) -> str:
        """What would have been done."""
        return "" if self.onward is None else self.onward.text

    @property
    def rule(self) -> str:
        """The rule of AWS."""
        return self.cause.rule

    @property
    def path(self) -> KeyPath:
        """Where the cause is written."""
        return self.cause.path

    @property
    def asks(self) -> Query | None:
        """The filter that would have been asked."""
        return None if self.onward is None else self.onward.asks

    def __repr__(self) -> str:
        return face("Drop", str(self.cause))


class Undecided(NamedTuple):
    """reachsim cannot say what happens to the packet. `reason`: why, in one sentence.

    `choices`: where AWS chooses, what it chooses from: the step with one of them on the leg's `relays` is decided.
    """

    reason: str
    header: Header
    text: str = ""
    rule: str = ""
    path: KeyPath = ()
    scope: Scope | None = None
    choices: tuple[object, ...] = ()

    @property
    def asks(self) -> None:
        """Nothing is asked."""
        return

    def __repr__(self) -> str:
        return face("Undecided", self.reason)


Step = Forward | Deliver | Drop | Undecided


def about(step: Step, service: int | None) -> Step:
    """A step whose filter is asked about one service, in place of the packet's own."""
    if service is None:
        return step
    if isinstance(step, Drop):
        return step if step.onward is None else step._replace(onward=_about(step.onward, service))
    if isinstance(step, Undecided) or step.asks is None:
        return step
    return step._replace(asks=step.asks._replace(service=service))


def _about(step: Forward | Deliver, service: int) -> Forward | Deliver:
    return step if step.asks is None else step._replace(asks=step.asks._replace(service=service))


def narrowed(step: Step, scope: Scope) -> Step:
    """A step that speaks for no more than `scope` as well."""
    own = step.scope
    if own is None:
        return step
    return step._replace(
        scope=Scope(intersect(own.sources, scope.sources), intersect(own.destinations, scope.destinations))
    )


@dataclass(frozen=True, slots=True, repr=False)
class Session(Faced):
    """What a translating device remembers of a flow: addresses as the client sent them and as the device sent them.

    `exit`: the interface by which answers leave to the client, None for the device's own (PrivateLink). `keeps`: whether the
    client's address and port stay as they are.
    """

    device: Checkpoint
    client: int
    translated: int
    peer: int
    exit: InterfacePlace | None = None
    keeps: bool = False

    def __str__(self) -> str:
        ends = map(format_address, (self.client, self.translated, self.peer))
        return f"{self.device}: {' as '.join([next(ends), next(ends)])} -> {next(ends)}"


LegName = Literal["forward", "reply"]
"""The two ways of a flow: the packet that the client sends, and the answer."""
Relays = tuple[tuple["Checkpoint", object], ...]
"""Checkpoints that may send on to one of several targets, each with the one that is meant."""
Returns = dict[tuple[InterfacePlace, int, int], "Checkpoint"]
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
    crossed: set[tuple[InterfacePlace, str, int, int]] = field(default_factory=set)
    relays: Relays = ()
    service: int | None = None
    returns: Returns = field(default_factory=dict)

    def answered(self, device: Checkpoint, header: Header) -> Session | None:
        """The last flow that a device translated and that a packet on the way back answers; None where there is none."""
        if self.reply:
            for session in reversed(self.sessions):
                if session.device is device and (session.translated, session.peer) == (
                    header.destination,
                    header.source,
                ):
                    return session
        return None

    def __str__(self) -> str:
        sessions = "; ".join(map(str, self.sessions))
        return f"{'reply' if self.reply else 'forward'}{': ' if sessions else ''}{sessions}"


class CheckpointType(Enum):
    """What a checkpoint is. Whoever walks asks for this, and for no class of checkpoints."""

    ROUTE_TABLE = "the route table of a subnet: takes a route for the destination"
    TRANSIT_ROUTE_TABLE = "the route table of a transit gateway"
    SECURITY_GROUPS = "the security groups of an interface, in one direction"
    NETWORK_ACL = "the ACL of a subnet, in one direction"
    LIMIT = "what an interface or a device lets through at all: checks, protocols"
    LINK = "a subnet's link, or another way that no route decides"
    HOST = "what stands behind an interface: the end of walks, or a device that forwards or translates"
    INTERNET_GATEWAY = "an internet gateway, egress-only ones included"
    PEERING = "a peering connection"
    GATEWAY = "another way out of a VPC or into it"
    INTERNET = "the internet"
    OUTSIDE = "the end of walks that is no interface: networks outside AWS, AWS's services"
    UNMODELLED = "what reachsim does not model"


class Checkpoint:
    """A node of the topology.

    `component`: the full name of what it belongs to (``app.private``). `role`: what it is there (``route table
    private``). `path`: where that is written in the file.

    A class of checkpoints declares itself, or its definition raises TypeError: `is_a`: what it is. `cuts`: whether its
    answers may change along the address line other than at the addresses of interfaces; if so it has a method `cuts`.
    `asks`: whether it asks filters; if so it has a method `filters`. A subclass inherits what it does not declare.
    """

    __slots__ = ("component", "path", "role")

    is_a: ClassVar[CheckpointType]
    _declared: ClassVar[tuple[bool, bool]]
    blame: ClassVar[Code | None] = None
    """The code of what its filter denies, in place of the filter's own."""
    heading: ClassVar[str] = ""
    """Which way it looks, where its component has another checkpoint of the same role."""
    loop_rule: ClassVar[str] = "NATI-10"
    """The rule of a packet that comes round again to it, where it stands behind an interface."""
    nat64: ClassVar[bool] = False
    """Whether it carries IPv6 packets to IPv4 addresses (NATGW-16)."""
    inspects: ClassVar[bool] = False
    """Whether somebody looks at what passes, and may want to see both ways of a flow (WALK-19)."""

    def __init_subclass__(
        cls, *, is_a: CheckpointType | None = None, cuts: bool | None = None, asks: bool | None = None
    ) -> None:
        super().__init_subclass__()
        if is_a is not None:
            cls.is_a = is_a
        inherited: tuple[bool | None, bool | None] = getattr(cls, "_declared", (None, None))
        changes, judges = (own if own is not None else old for own, old in zip((cuts, asks), inherited, strict=True))
        if getattr(cls, "is_a", None) is None or changes is None or judges is None:
            raise TypeError(f"{cls.__name__} has to declare what it is: class {cls.__name__}(..., is_a=, cuts=, asks=)")
        for word, said, method, own in (
            ("cuts", changes, "cuts", cls.cuts is not Checkpoint.cuts),
            ("asks", judges, "filters", cls.filters is not Checkpoint.filters),
        ):
            if said is not own:
                raise TypeError(f"{cls.__name__} says {word}={said} and has {'a' if own else 'no'} method {method}()")
        cls._declared = changes, judges

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

    def cuts(self) -> Iterable[int]:
        """Where along the address line its answers may change, other than at the addresses of interfaces: the first place
        of each run."""
        return ()

    def filters(self) -> Iterable[Filter]:
        """The filters that it may ask about ports."""
        return ()

    @property
    def owner(self) -> InterfacePlace | SubnetPlace | None:
        """Whose filter it asks: the interface whose groups, or the subnet whose ACL it is; None where it is neither."""
        return None

    @property
    def doors(self) -> Sequence[SubnetPlace]:
        """The subnets by which a VPC is attached to a gateway, whose ACLs it asks; none where it is no attachment."""
        return ()

    @property
    def alike(self) -> Hashable:
        """What walks can tell of it where it stands behind an interface or in front of one: two with one value do the same,
        each with its own addresses and groups. None: it is like no other."""
        return None

    @property
    def alike_as_client(self) -> Hashable:
        """The same, as far as it asks by the interface and gets answers."""
        return self.alike

    @property
    def alike_as_server(self) -> Hashable:
        """The same, as far as it is asked by the interface and answers."""
        return self.alike

    def sends(self, destination: int) -> Hashable:
        """What becomes of packets to an address at a route table, as far as walks can tell: two with one value do the same.
        Itself: it is like no other."""
        return self

    def aside(self, destination: int) -> str:
        """Why a packet that it sends on may take another way all the same; empty where it may not."""
        return ""

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
