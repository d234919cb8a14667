"""What stands in a network, what a question means by a name, and where a packet can end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.oracle.naive.addresses import Address
from tests.oracle.naive.packets import Packet

Design = dict[str, Any]
Group = tuple[str, str]  # the VPC that a security group belongs to, and its name


@dataclass(frozen=True)
class Verdict:
    """`forward`: the packet was delivered; `reply`: its answer came back; `lost`: where and why not.

    `listener`, of a question to a load balancer alone: whether its listener answers. With `undecided` the rule
    book does not say, and nothing else here means anything.
    """

    forward: bool
    reply: bool
    reachable: bool
    lost: str = ""
    listener: bool | None = None
    undecided: bool = False


@dataclass(frozen=True)
class Interface:
    """Anything with an address in a subnet.

    `kind` is instance, interface, nat_gateway, function, endpoint, inspection (a Gateway Load Balancer endpoint)
    or load_balancer. `interface` tells several interfaces of one `host` apart. `publics` are mapped to `ipv4`, one each.
    A regional NAT gateway has no subnet, and its public addresses stand for its private ones (NATGW-17).
    """

    vpc: str
    host: str
    interface: str
    kind: str
    subnet: str
    zone: str
    ipv4: tuple[Address, ...]
    publics: tuple[Address | None, ...]
    ipv6: tuple[Address, ...] = ()
    groups: frozenset[Group] = frozenset()
    check: bool = True
    forwards: bool = False
    masquerades: bool = False
    available: bool = True
    body: Any = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """`vpc.host` or `vpc.host/interface`."""
        return f"{self.vpc}.{self.host}" + (f"/{self.interface}" if self.interface else "")

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Its private addresses, of both families."""
        return self.ipv4 + self.ipv6

    @property
    def filtered(self) -> bool:
        """SG-23: has it security groups at all?"""
        return bool(self.groups)

    def public_of(self, private: Address) -> Address | None:
        """The public address that is mapped to one of its private ones (IGW-9)."""
        return next((public for mine, public in zip(self.ipv4, self.publics, strict=True) if mine == private), None)

    def private_of(self, public: Address) -> Address | None:
        """The private address behind one of its public ones."""
        return next((mine for mine, each in zip(self.ipv4, self.publics, strict=True) if each == public), None)

    def ranges(self, key: str) -> list[str]:
        """`local_networks` or `client_networks`."""
        value = self.body.get(key) or []
        return [str(each) for each in (value if isinstance(value, list) else [value])]


@dataclass(frozen=True)
class Outside:
    """A network outside AWS. `via` is the connection that a packet came or went by; any of the network's will do."""

    network: str
    via: str = field(default="", compare=False)


@dataclass(frozen=True)
class Behind:
    """The addresses behind a host: its `client_networks`."""

    host: Interface


@dataclass(frozen=True)
class ServiceOf:
    """An AWS service behind a gateway endpoint of this VPC (EP-1)."""

    vpc: str


INTERNET, AMAZON = "internet", "amazon"
Place = Interface | Outside | Behind | ServiceOf | str
End = tuple[Place, Packet]


@dataclass(frozen=True)
class Client:
    """Who asks: a place, and the addresses that it may send from."""

    label: str
    place: Place
    addresses: tuple[Address, ...]
    function: bool = False


@dataclass(frozen=True)
class Target:
    """An address that a name means, or why it means none. `meant`: the interface that is asked for by its name."""

    label: str
    address: Address | None
    why: str = ""
    meant: Interface | None = None


@dataclass(frozen=True)
class Identity:
    """What a rule that names a security group can still know of the sender (SG-13, SG-14, TGW-14, LB-4).

    `kept`: nothing but routers carried the packet from its interface; `header`: among them a transit gateway that
    passes references on; `balancer`: the groups of a load balancer that kept the client's address.
    """

    kept: bool = True
    header: bool = False
    balancer: frozenset[Group] = frozenset()


KEPT, GONE = Identity(), Identity(kept=False)


@dataclass(frozen=True)
class Session:
    """What a translating device remembers: the packet that came, the packet that left, the interface the answer
    leaves by. With `kept_source` the answer finds it without any route (LB-7)."""

    device: Interface
    came: Packet
    left: Packet
    exit: Interface
    kept_source: bool = False
