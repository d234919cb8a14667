"""The ports to which answers come back: the client's own, and those that NAT devices choose (**NAT-PORT**).

On the way back every filter looks at one port: between the client and the first device that translates it is the
client's, beyond the n-th device it is the one that this device chose. So a way back is told by what passes at each
*depth*: how many devices have translated between the client and there. The one rule stands here, over anything with
`&`, `|` and `~`: a trace and a pair of endpoints ask it with sets of traffic, the matrix with bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Generic, NamedTuple, TypeVar

from reachsim.calls import made_by
from reachsim.faces import Faced
from reachsim.net.box import ALL_PORTS
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import TCP, UDP, Traffic
from reachsim.rules.nat import TRANSLATED_PORTS

Services = TypeVar("Services", Traffic, int)
"""A set of services: as intervals, or as the bits of an int."""
_MOST_RUNS = 8
"""Runs of ports that words name before they count the rest."""


class Back(NamedTuple, Generic[Services]):
    """What comes back to the client.

    `ever`: services of answers that come back for at least one choice of every NAT device. `lost`: for each device that
    loses some, from the client on, the services to which no answer comes back through it: of TCP and UDP, as far as they
    are in `ever`. Empty: `ever` comes back always.
    """

    ever: Services
    lost: tuple[Services, ...]


@dataclass(frozen=True, slots=True)
class WayBack(Generic[Services]):
    """How to read one kind of set: `everything`, what has no ports (`bare`), and of TCP and UDP the whole and what a NAT
    device may choose (`ported`; NATGW-4, NATI-7)."""

    everything: Services
    bare: Services
    ported: tuple[tuple[Services, Services], ...]

    def by_depth(self, passing: Iterable[tuple[int, Services]]) -> list[Services]:
        """What passes at each depth, of what single filters let through with the depth at which they stand."""
        out = [self.everything]
        for depth, services in passing:
            while len(out) <= depth:
                out.append(self.everything)
            out[depth] &= services
        return out

    def back(self, inner: Services, beyond: Sequence[Services]) -> Back[Services]:
        """What comes back, of what passes between the client and the first device, and beyond each device in turn.

        The bare comes back where it passes everywhere. TCP and UDP come back to the client's ports that pass, if each
        device has a port left with which they do.
        """
        if not beyond:
            return Back(inner, ())
        ever = inner & self.bare
        for outer in beyond:
            ever &= outer
        chosen = ever & ~ever
        for whole, ports in self.ported:
            own = inner & whole
            if own and all(ports & outer for outer in beyond):
                ever |= own
                chosen |= ports
        return Back(ever, tuple(lost for outer in beyond if (lost := chosen & ~outer)))


_ALL_TCP, _ALL_UDP = Traffic.protocol(TCP), Traffic.protocol(UDP)


def _chosen(protocol: int) -> Traffic:
    return Traffic(tuple((protocol << 16 | low, protocol << 16 | high) for low, high in TRANSLATED_PORTS.spans))


NAT_SPANS = {TCP: _chosen(TCP), UDP: _chosen(UDP)}
"""The services of answers to the ports that a NAT device may choose."""
OF_TRAFFIC: WayBack[Traffic] = WayBack(
    Traffic.everything(),
    ~(_ALL_TCP | _ALL_UDP),
    ((_ALL_TCP, NAT_SPANS[TCP]), (_ALL_UDP, NAT_SPANS[UDP])),
)
"""Ways back, of sets of traffic."""


@made_by("net.reach(source, destination).losses")
@dataclass(frozen=True, slots=True, repr=False)
class Choices(Faced):
    """What becomes of the choices of the NAT devices on a way. False where nothing is lost.

    `lost`: for each device that loses some, from the client on, the ports to which no answer comes back. Each device
    chooses for itself, so what comes back of one is multiplied with what comes back of the next.
    """

    lost: tuple[PortSet, ...] = ()

    @property
    def share(self) -> Fraction:
        """The share of choices with which the answer comes back."""
        total = TRANSLATED_PORTS.count
        return prod((Fraction(total - ports.count, total) for ports in self.lost), start=Fraction(1))

    @property
    def loss(self) -> Fraction:
        """The share of choices that are lost."""
        return 1 - self.share

    def counts(self, below: Fraction) -> bool:
        """Whether the traffic counts as reachable: nothing is lost, or less than this share (NAT-PORT)."""
        return not self.lost or self.loss < below

    def __bool__(self) -> bool:
        return bool(self.lost)

    def __str__(self) -> str:
        if not self.lost:
            return "no connection fails"
        return f"{share_in_words(self.loss)}: {' and '.join(map(nat_ports, self.lost))}"

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {"text": str(self), "loss": float(self.loss), "lost_ports": [str(ports) for ports in self.lost]}


NO_LOSS = Choices()


def choices_of(lost: Iterable[Traffic], protocol: int) -> Choices:
    """The choices for one protocol, of what `Back.lost` says of all."""
    return _choices(tuple(lost), protocol) if protocol in NAT_SPANS else NO_LOSS


@lru_cache(4096)
def _choices(lost: tuple[Traffic, ...], protocol: int) -> Choices:
    return Choices(tuple(ports for services in lost if (ports := services.ports(protocol) & TRANSLATED_PORTS)))


class Taken(NamedTuple):
    """What one denial takes of the answers of a protocol: those to these client ports, and of them those to these ports that
    a NAT device chose (None: whatever it chose)."""

    client: PortSet
    nat: PortSet | None


class Toll:
    """What denials on the way back take of one protocol, each of what the ones before it left.

    `lost`: the client ports to which no answer comes back, whatever NAT devices choose.
    """

    def __init__(self, lost: PortSet) -> None:
        self.lost = lost
        self.choices: dict[int, PortSet] = {}
        self.gone = False

    def take(self, denied: PortSet, depth: int) -> Taken | None:
        """What a denial of answers to some ports takes, None for nothing. `depth`: how many devices have translated."""
        if not depth:
            hit = denied & self.lost
            self.lost -= hit
            return Taken(hit, None) if hit else None
        left = self.choices.get(depth, TRANSLATED_PORTS)
        hit = denied & left
        if self.gone or not hit:
            return None
        self.choices[depth] = left - hit
        if hit == left:  # no choice is left, so no answer is
            self.lost, self.gone = PortSet.nothing(), True
        return Taken(ALL_PORTS, None if hit == TRANSLATED_PORTS else hit)


def share_in_words(loss: Fraction) -> str:
    """How many connections fail, as one says it.

    >>> share_in_words(Fraction(1, 64512)), share_in_words(Fraction(3, 4)), share_in_words(Fraction(64511, 64512))
    ('about 1 in 64,512 connections fails', 'about 75 % of connections fail', 'all but about 1 in 64,512 connections fail')
    """
    if loss == 1:
        return "every connection fails"
    if loss < Fraction(1, 20):
        return f"about 1 in {round(1 / loss):,} connections fails"
    if loss > Fraction(19, 20):
        return f"all but about 1 in {round(1 / (1 - loss)):,} connections fail"
    return f"about {round(loss * 100)} % of connections fail"


def nat_ports(ports: PortSet) -> str:
    """Ports that a NAT device may choose, in words.

    >>> nat_ports(PortSet.of((3389, 3389))), nat_ports(PortSet.of((1024, 49151)))
    ('NAT port 3389', 'NAT ports 1024-49151')
    """
    runs = str(ports).split(",")
    more = f" and {len(runs) - _MOST_RUNS} more runs" if len(runs) > _MOST_RUNS else ""
    return f"NAT port{'' if ports.count == 1 else 's'} {','.join(runs[:_MOST_RUNS])}{more}"
