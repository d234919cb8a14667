"""What a design may choose where a file leaves it open: addresses and blocks that no rule tells apart.

An address that AWS will assign, or a block that a pool will give, may be any. The design chooses one where that decides
nothing: no rule, ACL entry, prefix list or route of the inventory is about a part of what it is chosen from. Elsewhere what
hangs on it is undecided.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from reachsim.importing.inventory import Inventory, Reading
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.rules.addresses import RFC1918, RFC6598

_LISTS: Final = {
    "SecurityGroups": ("IpPermissions", "IpPermissionsEgress"),
    "NetworkAcls": ("Entries",),
    "RouteTables": ("Routes",),
    "ManagedPrefixLists": ("Entries",),
    "TransitGatewayStaticRoutes": ("Routes",),
}
_BLOCKS: Final = (
    *("CidrBlock", "Ipv6CidrBlock", "CidrIp", "CidrIpv6", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "Cidr"),
)
_PRIVATE: Final = RFC1918 | RFC6598
_EVERYONE: Final = Cidr.parse("0.0.0.0/0").span
_GIVEN: Final = Cidr.parse("2000::/3").span


class Choices:
    """What the rules and routes of an inventory tell apart."""

    def __init__(self, written: Iterable[Cidr]) -> None:
        self.spans = sorted({each.span for each in written})

    def indifferent(self, within: Cidr) -> bool:
        """Whether nothing is about a part of a block, and not all of it: whichever is chosen, all is the same."""
        low, high = within.span
        index = bisect_left(self.spans, (low, low))
        for first, last in self.spans[index:]:
            if first > high:
                return True
            if (first, last) != (low, high) and last <= high:
                return False
        return True

    def alike(self, blocks: Iterable[Cidr]) -> bool:
        """Whether nothing tells some blocks apart, or a part of one."""
        spans = [each.span for each in blocks]
        for first, last in self.spans:
            if len({first <= low and high <= last for low, high in spans}) > 1:
                return False
            if any(low <= last and first <= high and not (first <= low and high <= last) for low, high in spans):
                return False
        return True

    @property
    def assigned(self) -> bool:
        """Whether nothing is about a part of the addresses of IPv6 that are given to networks."""
        return all(
            low <= _GIVEN[0] and _GIVEN[1] <= high for low, high in self.spans if low <= _GIVEN[1] and _GIVEN[0] <= high
        )

    @property
    def private(self) -> bool:
        """Whether nothing is about a part of the private addresses."""
        return all(span == _EVERYONE or AddressSet.of(span).isdisjoint(_PRIVATE) for span in self.spans)


def choices(found: Inventory) -> Choices:
    """What may be chosen in the design of an inventory."""
    return Choices(_written(found))


def _written(found: Inventory) -> Iterator[Cidr]:
    for kind, keys in _LISTS.items():
        for item in found.of(kind):
            for key in keys:
                for each in item.members(key).known:
                    yield from _blocks(each)
    for item in (*found.of("PrefixLists"), *found.of("VpnConnections")):
        for each in (*item.members("Cidrs").known, *item.members("Routes").known):
            yield from _blocks(each)


def _blocks(value: object) -> Iterator[Cidr]:
    if isinstance(value, str):
        try:
            yield Cidr.parse_lenient(value)
        except ValueError:  # what AWS refuses is told where it is used
            return
    elif isinstance(value, Reading):
        for key in _BLOCKS:
            yield from _blocks(value.either(key))
        for key in ("IpRanges", "Ipv6Ranges"):
            for each in value.members(key).known:
                yield from _blocks(each)
