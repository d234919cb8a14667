"""What an edit can touch: the interfaces whose traffic may meet a filter that says something else now, or a part of the
network that is another."""

from __future__ import annotations

from dataclasses import dataclass

from reachsim.dataplane.filters import FilterBook
from reachsim.dataplane.place import InterfacePlace, SubnetPlace
from reachsim.dataplane.relay import relay_of
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.cidr import AddressSet
from reachsim.rules.addresses import PUBLIC
from reachsim.topology.parts import Compared, decide_by_more
from reachsim.topology.reaching import Reaching
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


@dataclass(frozen=True)
class Touched:
    """What an edit can touch. `ends`: full names of interfaces, at one end at least of every round trip between interfaces
    that may differ; `outside`: those whose traffic with the internet may; `addresses`: what else may be found by one of
    these."""

    ends: frozenset[str]
    outside: frozenset[str]
    addresses: AddressSet = AddressSet.nothing()


def touched_between(topologies: tuple[Topology, Topology], books: tuple[FilterBook, FilterBook]) -> Touched | None:
    """What may differ between two networks, which may have one topology; None where anything may."""
    before, after = topologies
    ends = touched(before, *books) if before is after else None
    if ends is None:  # or what others pass asks a filter that is edited: they are found as for an edit of structure
        return touched_by_structure(before, after, books)
    names = frozenset(interface.name for interface in ends)
    return Touched(names, names)


def touched_by_structure(before: Topology, after: Topology, books: tuple[FilterBook, FilterBook]) -> Touched | None:
    """What may differ between two topologies; None where anything may.

    A walk is made step by step, and a step of what the checkpoint holds, and of the packet. So where both ways of a round
    trip come to no part that differs (`topology.parts`), each of their steps is the same in both topologies, by induction,
    and so is the answer. What may a walk come to? What the interface holds that sends, what that holds in turn, and so on:
    subnet, ACL, route table, the targets of its routes, whatever these hold. And what is found by an address of the
    packet: an interface, a subnet, who its rules call a member of a group. A VPC is therefore not searched for what is in
    it; all that comes into it comes by address. The packet has the addresses of its ends, or those that a device on its way
    puts in. So the ends that may be touched are those with an address of a part from which one that differs can be come
    to, and a device with such an address counts as one that differs.

    What a question means does not hang on walks: names mean public or private addresses by what joins two VPCs, which is
    compared apart. What is sent to a load balancer goes on to its targets, so such an interface is always among the ends;
    where there is one, the internet may come to others through it. The tunnels of inspection endpoints alone decide by more
    than they hold. What is not modelled or not known is a step like any other.
    """
    if before.source.design.nat_loss_below != after.source.design.nat_loss_below:
        return None
    if before.perhaps_joined != after.perhaps_joined or before.strangers != after.strangers:
        return None
    if any(decide_by_more(topology) for topology in (before, after)):
        return None
    compared = Compared(before, after, books)
    reaching = Reaching(before, compared)
    found = _Interfaces(before, after)
    ends = found.at(reaching.addresses)
    outside, addresses = set(ends), reaching.addresses
    senders: dict[AddressSet, set[str]] = {}
    for interface in before.interfaces.values():
        if interface in reaching.at:
            senders.setdefault(reaching.at[interface], set()).add(interface.name)
    for destinations, sending in senders.items():
        receiving = found.meant_by(destinations)
        if receiving is None:
            outside |= sending
        if receiving is None or len(sending) <= len(receiving):
            ends |= sending
        else:
            ends |= receiving
            addresses |= destinations
    relays = {
        interface.name
        for topology in (before, after)
        for interface in topology.interfaces.values()
        if relay_of(interface) is not None
    }
    everybody = frozenset(before.interfaces) | frozenset(after.interfaces)
    if not ends and not compared.differ:
        relays = set()
    aside = bool(relays) or before.internet in reaching.at
    apart = _joined_apart(before, after)
    return Touched(frozenset(ends | relays | apart), everybody if aside else frozenset(outside), addresses)


class _Interfaces:
    """The interfaces of two topologies, by their addresses."""

    def __init__(self, before: Topology, after: Topology) -> None:
        self._all = [*before.interfaces.values(), *after.interfaces.values()]
        self._private = _blocks(before) & _blocks(after) - PUBLIC
        self._passed = before.passed | after.passed

    def at(self, addresses: AddressSet) -> set[str]:
        """The names of those with one of some addresses."""
        return {each.name for each in self._all if any(address in addresses for address in each.places)}

    def meant_by(self, destinations: AddressSet) -> set[str] | None:
        """The names of those that alone can be at the other end of what is sent to some destinations; None where somebody
        outside may be, or those who are behind a device that has one of the addresses."""
        if not destinations <= self._private:
            return None
        if any(address in destinations for device in self._passed for address in device.places):
            return None
        names = self.at(destinations)
        hosts = {each.machine for each in self._all if each.machine and each.name in names}
        return names | {each.name for each in self._all if each.machine in hosts}


def _blocks(topology: Topology) -> AddressSet:
    """The addresses of all VPCs."""
    return AddressSet.union_of(span for vpc in topology.vpcs.values() for span in vpc.blocks.spans)


def _joined_apart(before: Topology, after: Topology) -> set[str]:
    """The interfaces of one VPC of each two that something joins in one of the topologies and nothing in the other: names
    mean other addresses between them."""
    if before.joined == after.joined:
        return set()
    vpcs = {*before.vpcs, *after.vpcs}
    apart: set[str] = set()
    for one in sorted(vpcs):
        if before.joined.get(one) != after.joined.get(one) and any(
            before.are_joined(one, other) is not after.are_joined(one, other) for other in vpcs - {one} - apart
        ):
            apart.add(one)
    return {name for t in (before, after) for name, interface in t.interfaces.items() if interface.vpc.name in apart}
