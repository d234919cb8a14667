"""From where in a topology a packet may come to a part that differs in another one, and for which destinations.

A part holds others (`reachsim.topology.parts`). A packet goes on from one to what it holds, and most parts leave the
destination as it is: so what is true of packets to some destinations there is true of packets to them here, and of a table,
to those of them that it routes there. What may put in another destination, or is not known to leave it, counts for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.net.cidr import AddressSet
from reachsim.resources.host import Host, Inbound, Outbound, SourceDestCheck
from reachsim.resources.network_acl import AclCheckpoint
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.subnet import SubnetLink
from reachsim.resources.transit_checkpoint import FromVpc, ToVpc, TransitTable
from reachsim.topology.parts import EVERYWHERE, Compared, Element, Held, addresses_of
from reachsim.topology.topology import Topology

_KEEP_DESTINATIONS: Final = frozenset(
    {
        AclCheckpoint, FromVpc, Inbound, NetworkInterface, Outbound, RouteTableCheckpoint, SourceDestCheck, SubnetLink,
        SubnetSite, ToVpc, TransitTable, VpcSite,
    }
)  # fmt: skip
"""Parts by which packets go as they are. Of places: by what holds them."""


class Reaching:
    """The parts of a topology from which one that differs can be come to. `at`: for which destinations, by part;
    `addresses`: the addresses by which such a part is found, of packets to these."""

    def __init__(self, before: Topology, compared: Compared) -> None:
        self.at: dict[Element, AddressSet] = {}
        self.addresses = compared.addresses
        self._holders: dict[Element, list[Held]] = {}
        for part, held in compared.holds.items():
            for each, destinations in held:
                self._holders.setdefault(each, []).append((part, destinations))
        new: Mapping[Element, AddressSet] = compared.differ
        while new:
            found = {part for part, destinations in new.items() if self._grows(part, destinations)}
            todo = [*found]
            while todo:
                grown = self._holding(todo.pop())
                found.update(grown)
                todo += grown
            self.addresses |= AddressSet.union_of(
                span for part in found for span in (AddressSet.union_of(addresses_of(part)) & self.at[part]).spans
            )
            # What a device on its way puts in is an address of the device.
            new = {
                device: EVERYWHERE
                for device in before.passed
                if self.at.get(device) != EVERYWHERE and any(address in self.addresses for address in device.places)
            }

    def finds(self, interface: NetworkInterface) -> bool:
        """Whether one of an interface's addresses is that of such a part."""
        return any(address in self.addresses for address in interface.places)

    def _holding(self, part: Element) -> list[Element]:
        """The parts that hold one, of which more is known now."""
        here = self.at[part]
        return [
            holder
            for holder, destinations in self._holders.get(part, ())
            if (to := here if destinations is EVERYWHERE else here & destinations) and self._grows(holder, to)
        ]

    def _grows(self, part: Element, destinations: AddressSet) -> bool:
        known = self.at.get(part)
        if known == EVERYWHERE or (known is not None and destinations <= known):
            return False
        self.at[part] = (
            EVERYWHERE if not _keeps_destinations(part) else destinations if known is None else known | destinations
        )
        return True


def _keeps_destinations(part: Element) -> bool:
    """Whether a packet goes on from a part, if at all, to the destination with which it came."""
    return type(part) in _KEEP_DESTINATIONS or (type(part) is Host and part.alike is not None)
