"""Ends of questions: what may send, what a name stands for, and the flows that a question means."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reachsim.calls import says_how_to_call
from reachsim.dataplane.checkpoint import Checkpoint, Relays
from reachsim.dataplane.site import NetworkInterface
from reachsim.faces import Faced
from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import KeyPath
from reachsim.rules.verdict import Loss


@dataclass(frozen=True, slots=True, repr=False)
class Origin(Faced):
    """One way in which an endpoint may send.

    `label`: which one, "" where there is only one. `interface`: None outside the VPCs. `addresses`: those of the interface
    that it sends from. `outside`: the addresses it may have outside the VPCs. `certain`: False where AWS picks the address,
    so that the answer must be the same for all. `share`: of the invocations of a function.
    `place`: the network that it is in, for one that is outside and not on the internet. `inside`: the VPC of a sender that
    is in one, and is no interface that the design tells.
    """

    label: str
    start: Checkpoint
    interface: NetworkInterface | None
    addresses: tuple[int, ...]
    outside: AddressSet
    client_ports: PortSet
    share: Fraction = Fraction(1)
    certain: bool = True
    path: KeyPath = ()
    place: str = ""
    inside: str = ""

    @property
    def vpc(self) -> str:
        """The VPC whose resolver tells it what names mean; empty where it is in none."""
        return self.inside if self.interface is None else self.interface.vpc.name

    @classmethod
    def of_interface(cls, interface: NetworkInterface, label: str, addresses: tuple[int, ...]) -> Origin:
        """An interface that sends from some of its addresses."""
        return cls(
            label,
            interface.outbound,
            interface,
            addresses,
            AddressSet.nothing(),
            interface.client_ports,
            path=interface.path,
        )

    def __str__(self) -> str:
        ends = [*map(format_address, self.addresses), *([str(self.outside)] if self.outside else [])]
        return f"{self.label or self.start}: {', '.join(ends)}"


@says_how_to_call
@dataclass(frozen=True, slots=True, repr=False)
class Endpoint(Faced):
    """What a name stands for.

    `origins`: as a source. `interfaces`, `outside`: as a destination, interfaces and addresses in the world; `literal`: the
    very address that was asked for; `within`: the block that was asked for, whose addresses mean themselves.
    `candidates`: who may send from it, where that is several interfaces. `loss`, `unknown`: why nothing can be sent to
    it, or why reachsim cannot tell. `hidden`: what is not modelled and may be meant too. `component`: what is not modelled
    and is meant by name: it is there for certain, and has one of the addresses that it may have.
    `resolve`: a name that means different things
    from different places: as a destination it is what this gives for the origin that asks. `note`: what it was resolved to,
    and why.
    `several`: as a destination, all of these. `either`: why it is not known which of its addresses is meant; empty where all
    are.
    `otherwise`: why the name does not mean private addresses here, and the end that it would be.
    `realm`: the network that is meant, where one is. `unwritten`: what of `outside` stands for addresses that are written
    nowhere, perhaps nothing; None where all are known.
    """

    name: str
    kind: str
    origins: tuple[Origin, ...] = ()
    interfaces: tuple[NetworkInterface, ...] = ()
    outside: AddressSet = AddressSet.nothing()
    literal: int | None = None
    within: AddressSet | None = None
    candidates: tuple[str, ...] = ()
    loss: Loss | None = None
    unknown: str = ""
    listens: Traffic | None = None
    hidden: tuple[Any, ...] = ()
    component: Any = None
    resolve: Callable[[Origin], Endpoint] | None = field(default=None, compare=False)
    realm: object = None
    note: str = ""
    several: tuple[Endpoint, ...] = ()
    unwritten: AddressSet | None = None
    either: str = ""
    otherwise: tuple[Loss, Endpoint] | None = field(default=None, compare=False)

    def __dir__(self) -> list[str]:
        """What a person reads of it; the rest is for the engines."""
        return ["candidates", "kind", "name", "note", "to_dict"]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"name": self.name, "kind": self.kind, "candidates": list(self.candidates), "note": self.note}

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}"


@dataclass(frozen=True, slots=True, repr=False)
class Flow(Faced):
    """One pair of addresses that a question means, or one address and a set of them outside the VPCs.

    `source`, `destination`: addresses; where `region` is set, it is the set in place of the one that is outside; of two that
    are, it is the sources, or with `onward` the destinations. `alike`: destinations that stand behind `destination`, all
    treated alike.
    `loss`, `unknown`: why there is no packet to follow. `perhaps`: the flow may exist or not, and this is why
    reachsim cannot tell; what would pass is undecided. `relays`: for each checkpoint on the way that may send on to one of
    several targets, which one this flow is about (``(checkpoint, choice)``). `via`: the way in words, "" for the plain one.
    `among`: of the perhaps flows that share it one exists at least; None where there may be none.
    `any_port`: what passes it on may do so to any port of those that listen.
    `chosen`: the same of what AWS chooses on the way, zones and connections: one choice shows what all have in common.
    `about`: the traffic that it is about, None for all. `beside`: a further way to what is meant, past its own addresses:
    what comes that way is delivered, and nobody who asks for those addresses needs it.
    `realm`: the network that is meant, None for any. `anybody`: whoever gets the packet is meant, and `target` only has the
    address as well: an address of a block means itself.
    """

    origin: Origin
    source: int
    destination: int
    target: NetworkInterface | None
    region: AddressSet | None = None
    alike: AddressSet | None = None
    loss: Loss | None = None
    unknown: str = ""
    perhaps: str = ""
    among: Hashable = None
    any_port: bool = False
    relays: Relays = ()
    via: str = ""
    about: Traffic | None = None
    beside: bool = False
    realm: object = None
    anybody: bool = False
    chosen: Relays = ()
    onward: bool = False

    @property
    def from_region(self) -> bool:
        """Whether its region, if it has one, is of sources."""
        return self.origin.interface is None and not self.onward

    @property
    def many(self) -> bool:
        """Whether it stands for more than one address."""
        return self.region is not None and self.region.count > 1

    @property
    def pick(self) -> Hashable:
        """The same for flows of which AWS takes one, so that only what all of them let through is sure; None for others.

        A flow that a relay passes on is `about` some traffic; other choices on its way are not told apart here.
        """
        if not self.relays or self.about is None or self.beside:
            return None
        return id(self.origin), self.source, self.destination, self.about, self.region

    @property
    def label(self) -> str:
        """Which way of several it is."""
        return ", ".join(text for text in (self.origin.label, self.via) if text)

    def __str__(self) -> str:
        source = self.region if self.region is not None and self.from_region else format_address(self.source)
        far = self.alike if self.region is None or self.from_region else self.region
        return f"{source} -> {format_address(self.destination) if far is None else far}"
