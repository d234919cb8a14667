"""PrivateLink: an interface endpoint that leads to a Network Load Balancer of one's own (chapters EP and LB)."""

from __future__ import annotations

from collections.abc import Iterable

from reachsim.dataplane.checkpoint import Checkpoint, Header, Leg, Step
from reachsim.dataplane.filters import Direction, Filter
from reachsim.dataplane.relay import LISTENER, Relay
from reachsim.dataplane.site import NetworkInterface
from reachsim.resources.balancer_node import Node
from reachsim.resources.security_group import SecurityGroupCheckpoint


class PrivateLink(Relay, asks=True):
    """A Network Load Balancer's interface as one interface of an endpoint leads to it.

    Its targets see its own address (LB-5). Its groups see the client by address alone, unless they are told not to judge
    what comes this way (**LB-3**). No route and no ACL stands between the two interfaces, so the blocks of the VPCs
    may overlap.
    `exit`: the endpoint's interface, by which answers leave; `entrance`: where the endpoint sends on to.
    """

    __slots__ = ("entrance", "exit", "node")

    def __init__(self, exit: NetworkInterface, node: Node, *, judged: bool) -> None:
        super().__init__(node.interface.name, f"{node.role} by PrivateLink", node.path)
        self.exit = exit
        self.node = node
        self.entrance: Checkpoint = self
        if judged and node.interface.groups is not None:
            groups = node.interface.filter(Direction.INGRESS)
            self.entrance = SecurityGroupCheckpoint(
                node.interface, Direction.INGRESS, groups, node.interface.path, self
            )
        node.exits.append(exit)

    def step(self, header: Header, leg: Leg) -> Step:
        """Take the packet as the load balancer does; whatever it passes on comes from its own address (LB-5)."""
        choice = self.chosen(leg) if self.node.choices else LISTENER
        return self.node.taken(self, choice, header, leg, exit=self.exit)

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """The listener answers by the endpoint."""
        mine = self.exit.address_for(arrived.source)
        return self.exit.outbound, Header(mine, arrived.source, self.exit)

    def filters(self) -> Iterable[Filter]:
        """What the load balancer's listeners take."""
        return (self.node.listeners,)

    def successors(self) -> list[Checkpoint]:
        """The way to its targets."""
        return [self.node.interface.outbound]
