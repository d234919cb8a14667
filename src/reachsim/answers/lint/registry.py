"""The checks of `reachsim lint` by code, and what they share of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Final, NamedTuple

from reachsim.answers.editable import Editable
from reachsim.answers.policy import Exposure, exposure
from reachsim.dataplane.cause import Cause
from reachsim.dataplane.checkpoint import Drop, Header
from reachsim.dataplane.site import NetworkInterface
from reachsim.dataplane.walk import walk
from reachsim.net.address import IPV4_LAST, format_address, parse_address
from reachsim.reach.pair import Progress, Reach
from reachsim.resources.capacity_provider import NOUN as CAPACITY_PROVIDER
from reachsim.resources.reference import UNKNOWN
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.lint import LintCode
from reachsim.stages import going_over


class Found(NamedTuple):
    """What a check found; `Finding` says what each is."""

    code: LintCode
    component: str
    path: KeyPath
    text: str
    evidence: str
    cure: str
    rule: str


class Subject:
    """A network that is looked at; what several checks need of it is made once. `progress`: of the check that is made."""

    def __init__(self, network: Editable) -> None:
        self.network = network
        self.design = network.design
        self.topology = network.topology
        self.progress: Progress | None = None
        self._to_internet: dict[NetworkInterface, Reach] = {}

    @cached_property
    def exposed(self) -> Exposure:
        """What the internet reaches."""
        return exposure(self.network, self.progress)

    @cached_property
    def outward(self) -> list[tuple[NetworkInterface, Reach]]:
        """What hosts get to the internet and back: of those that share a route table, an ACL, a zone and a range of client
        ports, two whose groups differ."""
        alike: dict[tuple[object, ...], dict[object, NetworkInterface]] = {}
        for interface in self.topology.interfaces.values():
            if interface.silent is not None or interface.shared:
                continue
            place = interface.subnet
            few = alike.setdefault(
                (place.table, place.exit.path, place.az, interface.client_ports, bool(interface.publics)), {}
            )
            if len(few) < _OF_A_PLACE:
                few.setdefault(interface.egress, interface)
        asked = [interface for few in alike.values() for interface in few.values()]
        out: list[tuple[NetworkInterface, Reach]] = []
        for done, interface in enumerate(going_over("ways to the internet", asked)):
            if self.progress is not None:
                self.progress(done, len(asked))
            out.append((interface, self.to_internet(interface)))
        return out

    def to_internet(self, interface: NetworkInterface) -> Reach:
        """What an interface gets to the internet and back: asked once."""
        known = self._to_internet.get(interface)
        if known is None:
            known = self._to_internet[interface] = self.network.reach(interface.name, "internet")
        return known

    @cached_property
    def members(self) -> dict[GroupId, list[NetworkInterface]]:
        """The interfaces that carry each security group."""
        out: dict[GroupId, list[NetworkInterface]] = {}
        for interface in self.topology.interfaces.values():
            for group in interface.groups or ():
                out.setdefault(group, []).append(interface)
        return out

    @cached_property
    def untold(self) -> set[str]:
        """The VPCs in which something that the design does not tell may carry any group (SG-10)."""
        doors = [d for d in self.topology.doors.values() if d.host and d.noun != CAPACITY_PROVIDER]
        places = {vpc for door in doors for vpc in (door.vpc, *(vpc for vpc, _ in door.subnets)) if vpc}
        unsure = (each for group, members in self.members.items() if group[1] == UNKNOWN for each in members)
        return places | {interface.vpc.name for interface in unsure}


def one_of_each(members: Iterable[NetworkInterface]) -> Iterable[NetworkInterface]:
    """Of interfaces that nothing in the design tells apart, one for each range of client ports."""
    return {interface.client_ports: interface for interface in reversed(list(members))}.values()


def without_public_address(interface: NetworkInterface) -> tuple[Cause, Header] | None:
    """Why an internet gateway drops what an interface sends to the internet from an address that has no public one (IGW-4),
    and the packet that it drops; None where it does not."""
    source = next((address for address in interface.addresses if address <= IPV4_LAST), None)
    if source is None:
        return None
    for visit in walk(interface.subnet.table, Header(source, SOMEBODY_OUT_THERE, interface)).visits:
        if isinstance(visit.step, Drop):
            mine = visit.header.source == source  # and not what a NAT device made of it
            cause = visit.step.cause
            found = mine and cause.code is Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS
            return (cause, visit.header) if found else None
    return None


def said_of(name: str, cause: Cause, header: Header) -> str:
    """The packet of `without_public_address` in words."""
    ends = f"{format_address(header.source)} -> {format_address(header.destination)}"
    return f"{name} {ends} is lost at {cause.component}: {cause.text}"


SOMEBODY_OUT_THERE: Final = int(parse_address("8.8.8.8"))
_OF_A_PLACE: Final = 2
Finder = Callable[[Subject], Iterable[Found]]
CHECKS: Final[dict[Finder, tuple[LintCode, ...]]] = {}
"""Every check, with the codes of what it may find, in the order in which they are asked."""


def finds(*codes: LintCode) -> Callable[[Finder], Finder]:
    """Register a check with the codes that it gives."""

    def add(check: Finder) -> Finder:
        CHECKS[check] = codes
        return check

    return add
