"""Relays: checkpoints that take what is sent to them and pass it on to one of several targets (chapter LB)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Leg, Relays
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import IPV4_LAST
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import KeyPath
from reachsim.rules.verdict import Loss

V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Choice:
    """One thing that may become of a packet at a relay.

    `label`: in words, for people. `about`: the traffic that may be passed on like this, as the client sends it. `target`,
    `address`: where to, None and 0 for nobody. `keeps`: with the client's address (LB-5). `service`: what the packet's
    service becomes, None: it stays. `loss`: why nobody gets it. `path`: the key to edit. `health`: the service of the
    target's health check. `unknown`: why reachsim cannot tell whether it may be chosen. `ipv6`: the clients that it is for,
    by their family, None for both.
    """

    label: str
    about: Traffic
    target: NetworkInterface | None = None
    address: int = 0
    keeps: bool = False
    service: int | None = None
    loss: Loss | None = None
    path: KeyPath = ()
    health: int | None = None
    unknown: str = ""
    ipv6: bool | None = None

    def is_for(self, client: int) -> bool:
        """Whether clients of an address's family may be passed on like this (LB-11)."""
        return self.ipv6 is None or self.ipv6 == (client > IPV4_LAST)


LISTENER = Choice("listener", Traffic.everything())
"""The relay itself is the end: whether it takes the packet and answers."""


class Relay(Checkpoint, is_a=CheckpointType.HOST, cuts=False, asks=False):
    """A checkpoint that passes on what is sent to it. Which target a flow is about, its leg says.

    `passes`: whether it passes connections on, and does not end them itself. `choices`: what may become of a packet then, of
    which a flow takes one. `targets`: what it opens connections to itself, or else its choices.
    """

    __slots__ = ("choices", "passes", "targets")

    def __init__(self, component: str, role: str, path: KeyPath) -> None:
        super().__init__(component, role, path)
        self.passes = False
        self.choices: tuple[Choice, ...] = ()
        self.targets: tuple[Choice, ...] = ()

    def ways(self, destination: int) -> Iterator[tuple[Relays, Choice]]:
        """What may become of a packet that is sent to an address of it: the choices to make on the way, and the last one."""
        for choice in self.choices:
            if choice.is_for(destination):
                yield ((self, choice),), choice

    def to_itself(self) -> Iterator[Relays]:
        """The choices by which a packet comes to what takes it and answers itself."""
        yield ((self, LISTENER),)

    @property
    def passes_on(self) -> bool:
        """Whether it passes connections on, and does not end them itself."""
        return self.passes

    @property
    def untaken(self) -> Traffic:
        """The traffic that it passes on to nobody."""
        return ~Traffic.union_of(span for choice in self.choices for span in choice.about.spans)

    def nodes(self) -> Iterator[NetworkInterface]:
        """The interfaces that pass on what comes here, its own among them."""
        yield from ()

    def chosen(self, leg: Leg) -> Choice | None:
        """What a flow chooses here, if it says."""
        for relay, choice in leg.relays:
            if relay is self and isinstance(choice, Choice):
                return choice
        return None


def relay_of(interface: NetworkInterface) -> Relay | None:
    """The host of an interface, where it passes what is sent to the interface on to one of several targets (LB-1)."""
    host = interface.host
    return host if isinstance(host, Relay) and host.passes_on else None


@dataclass(frozen=True)
class Picked:
    """What AWS picks of several that will do, on one way of a flow: "forward", "reply", or "both ways"."""

    way: str
    one: object


def way_of(leg: Leg) -> str:
    """The way of a flow that a choice is for, where the two are chosen for one by one."""
    return "reply" if leg.reply else "forward"


def picked(checkpoint: Checkpoint, leg: Leg, way: str, among: Sequence[V]) -> Sequence[V]:
    """Of several that will do, the one that a flow's leg says is picked; all where it says nothing."""
    for owner, choice in leg.relays:
        if owner is checkpoint and isinstance(choice, Picked) and choice.way == way:
            return [each for each in among if each is choice.one]
    return among
