"""What an edit of rules can touch: the interfaces whose traffic may meet a filter that says something else now."""

from __future__ import annotations

from reachsim.dataplane.filters import FilterBook
from reachsim.dataplane.place import InterfacePlace, SubnetPlace
from reachsim.dataplane.relay import relay_of
from reachsim.dataplane.site import NetworkInterface
from reachsim.topology.topology import Topology

Owner = InterfacePlace | SubnetPlace | None
"""Whose filter a checkpoint asks; None for neither an interface's groups nor a subnet's ACL."""


def touched(topology: Topology, before: FilterBook, after: FilterBook) -> frozenset[NetworkInterface] | None:
    """The interfaces at one end at least of every round trip that may differ between two states of the filters of one
    topology; None where any may.

    A walk meets the groups of the interfaces at its ends and of those that it passes, and the ACLs of the subnets of both
    (SG-1, NACL-1). It passes only what a route leads to, what passes on what is sent to it, and the subnets in which a
    transit gateway is attached. So where nothing that is passed asks an edited filter, only the ends can. What is sent to
    a load balancer ends at its targets: it is always among what may be touched. What is not known may pass anything.
    """
    changed = {filter for filter in topology.filters if before[filter] is not after[filter]}
    if not changed:
        return frozenset()
    if _something_unknown(topology, before, after):
        return None
    relays = {interface for interface in topology.passed if relay_of(interface) is not None}
    subnets = (subnet for vpc in topology.vpcs.values() for subnet in vpc.subnets.values() if subnet.attached)
    others_pass: set[Owner] = {None, *topology.passed, *(interface.subnet for interface in topology.passed), *subnets}
    owners = {checkpoint.owner for filter in changed for checkpoint in topology.asking[filter]}
    if not owners.isdisjoint(others_pass):
        return None
    interfaces = topology.interfaces.values()
    return frozenset(relays | {each for each in interfaces if each in owners or each.subnet in owners})


def _something_unknown(topology: Topology, before: FilterBook, after: FilterBook) -> bool:
    """Whether something is not modelled, or not known, of the rules, the routes or what is in a subnet."""
    return topology.something_unknown or any(
        book[filter].unknown is not None for book in (before, after) for filter in topology.filters
    )
