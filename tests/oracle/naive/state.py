"""What one walk remembers, and the group checks that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle.naive.choices import Choices
from tests.oracle.naive.filters import group_allows
from tests.oracle.naive.packets import Lost, Packet
from tests.oracle.naive.parts import End, Identity, Interface, Place, Session
from tests.oracle.naive.world import World


class State:
    """One walk, there and back. `nat_port` is what every translating device on the way picks."""

    def __init__(self, world: World, nat_port: int, choices: Choices, at_listener: bool = False) -> None:
        self.world = world
        self.nat_port = nat_port
        self.choices = choices
        self.at_listener = at_listener  # an NLB's listener is the end of the question
        self.replying = False
        self.origin: Place = ""
        self.sender_zone = ""
        self.listener: bool | None = None
        self.crossed: list[tuple[Interface, str, Packet]] = []  # tracked by groups (SG-4)
        self.sessions: list[Session] = []
        self.egress_only: list[Packet] = []  # what left through an egress-only gateway
        self.forwarded: list[tuple[object, Packet]] = []  # what forwarded which packet on this leg
        self.entered: set[str] = set()  # VPCs that the packet of this leg entered from a transit gateway
        self.doubt = ""  # what may have dropped the packet, or not
        self.pinned: dict[tuple[object, ...], str] = {}  # TGW-9: the zone of a flow in appliance mode

    def pass_groups(self, interface: Interface, direction: str, packet: Packet, identity: Identity) -> None:
        """SG-4, WALK-16: an answer to what crossed here the other way passes; the rules judge all else."""
        if not interface.filtered:
            return
        if self.replying and any(
            at == interface and way != direction and seen.answer() == packet for at, way, seen in self.crossed
        ):
            return
        if not group_allows(self.world, interface, direction, packet, identity):
            raise Lost(f"SG-1: no {direction} rule of {interface.name}'s groups allows it")
        if not self.replying:
            self.crossed.append((interface, direction, packet))

    if TYPE_CHECKING:  # what the parts of a flight ask of each other

        def leave(self, sender: Interface, packet: Packet, identity: Identity) -> End: ...

        def follow(
            self, vpc: str, subnet: str, target: str, packet: Packet, identity: Identity, sender: Interface | None
        ) -> End: ...

        def deliver(
            self, vpc: str, packet: Packet, identity: Identity, came_from: str | None, from_transit: bool = False
        ) -> End: ...

        def arrive(self, interface: Interface, packet: Packet, identity: Identity) -> End: ...

        def device(self, vpc: str, name: str) -> Interface | None: ...

        def with_port(self, packet: Packet) -> Packet: ...

        def back_through(self, session: Session) -> End: ...

        def forward(self, device: Interface, packet: Packet) -> None: ...

        def to_transit(
            self, header: str, vpc: str, zone: str, packet: Packet, identity: Identity, from_transit: bool
        ) -> End: ...
