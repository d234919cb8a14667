"""Which doors an edit can touch: what may go to and from something that is not modelled, or not told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.ends import Flow, Origin
from reachsim.dataplane.relay import relay_of
from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.dataplane.walk import Walk
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.resources.host import Host, SourceDestCheck
from reachsim.resources.network_acl import AclCheckpoint
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.security_group import SecurityGroupCheckpoint
from reachsim.resources.subnet import SubnetLink
from reachsim.resources.unmodelled import Door
from reachsim.rules.addresses import NETWORKS
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.topology.parts import EVERYWHERE
from reachsim.topology.pieces import Pieces
from reachsim.topology.reaching import Reaching
from reachsim.topology.topology import Topology

_MOST = 2000
"""Walks that are made; where more would be needed, a door counts as touched."""


def touched_doors(
    before: Topology, after: Topology, reaching: Reaching, ends: Collection[str], apart: Collection[str]
) -> frozenset[str]:
    """The full names of the doors to or from which something may go that did not, or not any more. `ends`: the interfaces
    that are touched themselves; `apart`: those of whom names mean other addresses than before.

    What is behind a door stays as it is, so it is another end, with addresses of its subnets. As between interfaces
    (`touched_by_structure`), a round trip differs only where one of the two ends comes to a part that differs: where the way
    out of its subnets or into them does, where its addresses are among those of such a part, where what comes from outside
    does; or where the other end may, and there is a way between the two. That groups and the like that are edited may be its
    own is for who knows what was written.
    """
    asking = _Asking(before, after, reaching, ends, apart)
    doors = {
        door.name: door for topology in (before, after) for door in (*topology.doors.values(), *topology.strangers)
    }
    return frozenset(name for name, door in doors.items() if asking.touches(door))


class _Asking:
    """Two topologies, and what is touched of them."""

    def __init__(
        self, before: Topology, after: Topology, reaching: Reaching, ends: Collection[str], apart: Collection[str]
    ) -> None:
        self.both = before, after
        self.reaching = reaching
        self.ends = {*ends, *apart}
        self.apart = apart
        self.walks = _MOST

    def touches(self, door: Door) -> bool:
        """Whether an edit touches a door."""
        if door.enters:  # from an interface there it is one step
            return any(self._is_in(name, door.enters) for name in self.ends) or self._comes_from_outside(door.enters)
        if not door.subnets or any(topology.doors.get(door.name) != door for topology in self.both):
            return True
        before, after = ([t.vpcs[vpc].subnets[name] for vpc, name in sorted(door.subnets)] for t in self.both)
        at = self.reaching.at
        return (
            any(each in at for site in before for each in (site, site.exit, site.entry, site.link))
            or not _blocks(before).isdisjoint(self.reaching.addresses)
            or self._comes_from_outside({vpc for vpc, _ in door.subnets})
            or (door.anything and self._by_private_link())
            or self._meets(self.both[0], before, door)
            or self._meets(self.both[1], after, door)
        )

    def _is_in(self, name: str, vpcs: Collection[str]) -> bool:
        found = (topology.interfaces.get(name) for topology in self.both)
        return any(each is not None and each.vpc.name in vpcs for each in found)

    def _comes_from_outside(self, vpcs: Collection[str]) -> bool:
        """Whether what the internet, or a network, sends into some VPCs may come to a part that differs."""
        before, at = self.both[0], self.reaching.at
        ways = (way for vpc in vpcs for way in before.internet.entries.get(vpc, ())[1:])
        return any(way in at for way in ways) or any(start in at for _, start, _ in before.senders)

    def _by_private_link(self) -> bool:
        """Whether something may be an endpoint that leads to a part that differs, by a service's load balancer (EP-10)."""
        return any(
            relay_of(each) is not None and (each in self.reaching.at or each.host in self.reaching.at)
            for each in self.both[0].interfaces.values()
        )

    def _otherwise(self, name: str) -> AddressSet:
        """The destinations for which what an interface sends may come to a part that differs."""
        known = self.both[0].interfaces.get(name)
        if known is None or name in self.apart:
            return EVERYWHERE
        return self.reaching.at.get(known, AddressSet.nothing())

    def _meets(self, topology: Topology, sites: list[SubnetSite], door: Door) -> bool:
        """Whether something may differ between what is behind a door and an interface: on the interface's way there, or on
        the way to it, where its addresses are those of a part that differs."""
        mine = _blocks(sites)
        if door.anything:  # it may be a router, with networks behind it
            mine |= NETWORKS - AddressSet.union_of(s for vpc in topology.vpcs.values() for s in vpc.blocks.spans)
        pieces = Pieces()
        for end in topology.interfaces.values():
            there = mine & self._otherwise(end.name)
            found = end.name in self.apart or self.reaching.finds(end)
            towards = (each for site in sites if found for each in _towards(end, site, mine))
            for flow in (*_from(end, there), *towards):
                self.walks -= 1
                if self.walks < 0 or any(_may_arrive(each.forward, flow) for each, _ in pieces.of(flow)):
                    return True
        return False


def _may_arrive(walk: Walk, flow: Flow) -> bool:
    """Whether a packet may come to where it is sent: to what is not told no walk comes for certain."""
    return walk.lost_run is None and (flow.origin.interface is None or bool(walk.unknown))


def touches_what_passes_on(before: Topology, after: Topology, reaching: Reaching) -> bool:
    """Whether what a route may lead to comes to a part that differs: a gateway, a device, a host that takes what is not to
    it."""
    if any(not isinstance(part, _NO_TARGETS) for part in reaching.at):
        return True
    return any(
        (each in reaching.at or reaching.finds(each)) and (not each.source_dest_check or type(each.host) is not Host)
        for topology in (before, after)
        for each in topology.interfaces.values()
    )


_NO_TARGETS = (
    AclCheckpoint, Host, NetworkInterface, RouteTableCheckpoint, SecurityGroupCheckpoint, SourceDestCheck, SubnetLink,
    SubnetSite, VpcSite,
)  # fmt: skip
"""Parts to which no route leads; of the hosts, those that take only what is to them."""


def _blocks(sites: Iterable[SubnetSite]) -> AddressSet:
    return AddressSet.union_of(block.span for site in sites for block in site.blocks)


def _from(end: NetworkInterface, there: AddressSet) -> Iterator[Flow]:
    """From each address of an interface to a set of them."""
    origin = Origin.of_interface(end, "", end.addresses)
    for source in end.addresses:
        for family in (EVERY_IPV4.addresses, EVERY_IPV6.addresses):
            if source in family and (region := there & family):
                yield Flow(origin, source, region.first, None, region)


def _towards(end: NetworkInterface, site: SubnetSite, here: AddressSet) -> Iterator[Flow]:
    """From a set of addresses in a subnet to each address of an interface."""
    start: Checkpoint = site.link if end.subnet is site else site.exit
    origin = Origin("", start, None, (), here, UNKNOWN_CLIENT, place=site.full_name)
    for destination in end.places:
        for family in (EVERY_IPV4.addresses, EVERY_IPV6.addresses):
            if destination in family and (region := here & family):
                yield Flow(origin, region.first, destination, None, region)
