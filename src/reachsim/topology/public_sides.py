"""Public sides: interfaces with a public address that walks from other VPCs come to alike by the internet, in whichever VPC.

Between two VPCs that nothing else joins a walk leaves the one by its gateway and enters the other by its own. What happens
in the VPC of the source says nothing of the destination but where its public address lies, which every step there tells by
its scope; what happens in the VPC of the destination is the same wherever its gateway, its subnet and its host are plain. So
one walk stands for all such destinations whose addresses are in one run with that of the walk, and whose route tables send
the answer out where that of the walk's sends it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType
from reachsim.dataplane.scope import EVERYWHERE, intersect
from reachsim.dataplane.site import NetworkInterface, VpcSite
from reachsim.dataplane.walk import Visit, Walk
from reachsim.net.address import IPV4_LAST
from reachsim.net.intervals import Span
from reachsim.resources.internet import InternetCheckpoint
from reachsim.resources.internet_gateway import InternetGatewayIn, InternetGatewayOut
from reachsim.rules.internet_gateway import PublicAccess

OUT = "out by the internet gateway of the VPC"
"""In place of the gateway."""


@dataclass(frozen=True, slots=True, eq=False)
class StandsFor:
    """For which other destinations walks stand. `addresses`: where their public address has to be; `sent`: addresses that
    the route table of their subnet is asked about, and what it has to do."""

    addresses: Span
    sent: tuple[tuple[int, Hashable], ...]
    _tables: dict[Checkpoint, bool] = field(default_factory=dict)

    def holds(self, destination: NetworkInterface) -> bool:
        """Whether they stand for those to another destination of the kind."""
        low, high = self.addresses
        return low <= destination.publics[0] <= high and self.answered_by(destination.subnet.table)

    def answered_by(self, table: Checkpoint) -> bool:
        """Whether a route table of their subnet does what it has to."""
        known = self._tables.get(table)
        if known is None:
            known = self._tables[table] = all(_sends(table, at) == to for at, to in self.sent)
        return known


@dataclass(frozen=True, slots=True, eq=False)
class PublicSides:
    """What walks by the internet can tell of destinations. `plain`: the VPCs with a gateway of which everything is known,
    and without a route table of its own; with the gateway's ways in and out."""

    plain: dict[VpcSite, tuple[InternetGatewayIn, InternetGatewayOut]]

    def kind(self, interface: NetworkInterface) -> Hashable | None:
        """What walks from another VPC can tell of an interface but its host; None where it is not reached like others: it
        has no public address, or several, or IPv6 ones too, or Block Public Access stops something (IGW-14)."""
        subnet = interface.subnet
        open = interface.vpc in self.plain and subnet.access is PublicAccess.OPEN and not subnet.regional
        one = len(interface.publics) == 1 and all(address <= IPV4_LAST for address in interface.places)
        return interface.shape if open and one else None

    def reached(self, walks: Iterable[Walk], destination: NetworkInterface) -> StandsFor | None:
        """For which destinations of the kind some walks stand, there and back; None where it is for this one alone."""
        own = set(self._own(destination))
        run, asked = EVERYWHERE, dict[int, Hashable]()
        for walk in walks:
            there, crossed = not walk.leg.reply, False
            for visit in walk.visits:
                if visit.checkpoint.is_a is CheckpointType.INTERNET:
                    crossed = True
                elif crossed is there:  # in the VPC of the destination
                    if visit.checkpoint not in own:
                        return None
                    if visit.checkpoint is destination.subnet.table:
                        at = visit.header.destination
                        asked[at] = _sends(visit.checkpoint, at)
                elif visit.checkpoint in own:
                    return None
                else:
                    run = intersect(run, _around(visit, destination.publics[0], there=there))
        return StandsFor(run, tuple(asked.items()))

    def _own(self, interface: NetworkInterface) -> Iterator[Checkpoint]:
        """The checkpoints between the internet and an interface."""
        subnet = interface.subnet
        yield from self.plain[interface.vpc]
        yield from (interface.outbound, interface.inbound, interface.host, subnet.exit, subnet.entry)
        yield from (subnet.link, subnet.table)


def _sends(table: Checkpoint, address: int) -> Hashable:
    """What becomes of packets to an address at a route table, in words that are the same in every VPC."""
    sent = table.sends(address)
    return (OUT, *sent[1:]) if isinstance(sent, tuple) and isinstance(sent[0], InternetGatewayOut) else sent


def _around(visit: Visit, address: int, *, there: bool) -> Span:
    """The addresses in place of a destination's for which a step is the same, on the way there and on the way back."""
    header, scope = visit.header, visit.step.scope
    if address != (header.destination if there else header.source):
        return EVERYWHERE  # what a device put in its place says nothing of it
    if scope is None:
        return address, address
    return scope.destinations if there else scope.sources


def public_sides_of(internet: InternetCheckpoint, checkpoints: Iterable[Checkpoint]) -> PublicSides:
    """The VPCs that the internet reaches in the plain way."""
    outward = {each.vpc: each for each in checkpoints if isinstance(each, InternetGatewayOut)}
    found: dict[VpcSite, tuple[InternetGatewayIn, InternetGatewayOut]] = {}
    for vpc, inward, _ in internet.entries.values():
        out = outward.get(vpc)
        if inward is not None and out is not None and _is_plain(inward) and _is_plain(out):
            found[vpc] = inward, out
    return PublicSides(found)


def _is_plain(gateway: InternetGatewayIn | InternetGatewayOut) -> bool:
    """Whether a gateway is known in everything, and sends nothing by a route table of its own."""
    routed = any(route is not None and not route.local for route in gateway.redirected.values)
    return not routed and not any(gateway.filters())
