"""The internet: hosts outside AWS, and the way between VPCs by public address."""

from __future__ import annotations

from bisect import bisect_right
from typing import Annotated

from pydantic import Field

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Deliver, Forward, Header, Leg, Step
from reachsim.dataplane.scope import to_one, to_run
from reachsim.dataplane.site import VpcSite
from reachsim.net.address import IPV4_LAST, LINE_LAST, format_address
from reachsim.net.cidr import AddressSet, Cidr, blocks_of
from reachsim.net.prefixes import IntervalMap, prefix_table
from reachsim.resources.fields import READ_ONLY, AddressField, HostNameField, PortsField, ReadOnly, Schema, TrafficField
from reachsim.resources.internet_gateway import EgressOnlyGatewayIn, InternetGatewayIn, address_key, without_public
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.codes import Code
from reachsim.rules.internet_gateway import is_private_ipv6
from reachsim.rules.verdict import Loss


class InternetHost(Schema):
    """A host on the internet."""

    ip: AddressField
    """Its address."""
    listens: TrafficField | None = None
    """Traffic that it answers; left out: everything."""
    client_ports: PortsField | None = None
    """Source ports that it uses as a client; left out: 1024-65535 (NACL-12)."""


class Internet(Schema):
    """What the design says of the internet."""

    hosts: Annotated[dict[HostNameField, InternetHost], READ_ONLY] = Field(default_factory=ReadOnly)
    """Hosts outside AWS by name."""


OUTSIDE = ""
"""Stands in the internet's table for every host outside the design."""


class InternetCheckpoint(Checkpoint, is_a=CheckpointType.INTERNET, cuts=False, asks=False):
    """The internet: carries a packet to a public address, of a host outside or of an interface in a VPC (**WALK-25**).

    `entries`: for each VPC that has one, its gateway for packets that come in.
    """

    __slots__ = ("entries", "table")

    def __init__(self) -> None:
        super().__init__("internet", "internet", ("internet",))
        self.entries: dict[str, tuple[VpcSite, InternetGatewayIn | None, EgressOnlyGatewayIn | None]] = {}
        self.table: IntervalMap[str | None] = prefix_table([])

    def fill(self, entries: dict[str, tuple[VpcSite, InternetGatewayIn | None, EgressOnlyGatewayIn | None]]) -> None:
        """Tell it the ways into each VPC: its site, its internet gateway and its egress-only gateway, where it has them.

        A VPC without any gateway is known too, so that its IPv6 addresses are not mistaken for hosts outside.
        """
        self.entries = entries
        held = AddressSet.union_of(span for vpc, *_ in entries.values() for span in vpc.private_ipv6.spans)
        owned: list[tuple[Cidr, str]] = [(block, OUTSIDE) for block in blocks_of(PUBLIC - held)]
        for name, (vpc, _gateway, _egress_only) in entries.items():
            for interface in vpc.owners.values():
                owned += [(Cidr.single(public), name) for public in interface.publics]
                owned += [
                    (Cidr.single(address), name)
                    for address in interface.addresses
                    if address > IPV4_LAST and not is_private_ipv6(address, vpc.private_ipv6)
                ]
            owned += [(block, name) for block in _public_ipv6_blocks(vpc)]
        self.table = prefix_table(owned)

    def step(self, header: Header, leg: Leg) -> Step:
        """Find the way in to the destination, or deliver to a host outside."""
        destination = header.destination
        place, low, high = self.table.lookup(destination)
        scope = to_run((low, high))
        if place == OUTSIDE:
            # The same for every host outside. Addresses of the design's own lie in between: no question about the world
            # has them in it.
            world = PUBLIC.spans[bisect_right(PUBLIC.spans, (destination, LINE_LAST)) - 1]
            return Deliver(header, "delivered to the internet", "WALK-11", scope=to_run(world))
        if place is None:
            rule = "IGW-6" if destination <= IPV4_LAST else "IGW-15"
            owners = [
                interface for vpc, *_ in self.entries.values() if (interface := vpc.owners.get(destination)) is not None
            ]
            if len(owners) == 1 and rule == "IGW-6":
                interface = owners[0]
                text = f"{without_public(interface, destination)} to send to from outside"
                loss = Loss(Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS, rule, text)
                return self.drop(loss, header, to_one(destination), path=address_key(interface, destination))
            what = "is not a public address: nothing on the internet can send to it"
            text, note = f"the destination {what}", f"{format_address(destination)} {what}"
            return self.drop(Loss(Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS, rule, text, note), header, scope)
        vpc, gateway, egress_only = self.entries[place]
        into: Checkpoint | None = gateway
        if destination > IPV4_LAST and egress_only is not None and (gateway is None or egress_only.knows(header, leg)):
            into = egress_only
        if into is None:
            text = f"VPC {vpc.name} has no internet gateway, so its addresses are not reached from outside"
            note = (
                f"VPC {vpc.name} has no internet gateway, so {format_address(destination)} is not reached from outside"
            )
            loss = Loss(Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS, "IGW-6", text, note)
            return self.drop(loss, header, scope, path=(*vpc.path, "internet_gateway"))
        return Forward(into, header, "the address is an interface's", "WALK-25", scope=scope)

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """A host outside answers into the internet."""
        return self, Header(arrived.destination, arrived.source)

    def successors(self) -> list[Checkpoint]:
        """The gateways into every VPC."""
        return [way for _vpc, *ways in self.entries.values() for way in ways if way is not None]


def _public_ipv6_blocks(vpc: VpcSite) -> list[Cidr]:
    """Private IPv6 is not on the internet (IGW-15)."""
    return [block for block in blocks_of((vpc.blocks & PUBLIC) - vpc.private_ipv6) if block.version == 6]
