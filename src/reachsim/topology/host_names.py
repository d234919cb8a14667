"""What a host name means where somebody asks for it (chapter DNS): private zones, private DNS of endpoints, public names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.relay import Relay
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.cidr import AddressSet
from reachsim.resources.design import Design
from reachsim.resources.private_hosted_zone import PrivateHostedZone
from reachsim.resources.public_service import region_of, unless_private
from reachsim.resources.resource import At, Ends, Resource, all_resources
from reachsim.resources.vpc_endpoint import SERVICE
from reachsim.rules.codes import Code
from reachsim.rules.dns import (
    answered_elsewhere,
    attribute_key,
    attribute_missing,
    private_names,
    public_instead,
    resolver_off,
)
from reachsim.rules.peering import private_name_option
from reachsim.rules.services import AWS_DOMAINS, public_name, short_name
from reachsim.rules.verdict import Loss
from reachsim.topology.topology import Topology


def by_place(ends: Ends, topology: Topology, names: HostNames, asked: str, known: list[Endpoint]) -> list[Endpoint]:
    """What a name stands for, given what it stands for as the name of something in the file: where it is a host name that
    means different things from different places, one end that is resolved for each client."""
    if asked.startswith(SERVICE) and len(known) == 1:
        return [_by_zones(ends, names, short_name(asked.removeprefix(SERVICE)), known[0])]
    if "." not in asked or len(known) > 1 or (known and known[0].kind != "internet host"):
        return known
    name = ResolvedName(ends, topology, names, asked, known[0] if known else None)
    return [name.end] if name.depends else known


def _by_zones(ends: Ends, names: HostNames, service: str, end: Endpoint) -> Endpoint:
    """The public name of a service of AWS's, which is a record of a private zone where a client sees one that has it
    (DNS-2): so VPCs share the endpoint of another one. The zone of an endpoint's private DNS in the client's own VPC goes
    before less specific ones (EP-8)."""
    zones = [
        (at, body)
        for at, body in names.speakers
        if isinstance(body, PrivateHostedZone) and f".{at.name.lower()}".endswith(AWS_DOMAINS)
    ]
    unzoned = end.resolve

    def meant(origin: Origin) -> Endpoint:
        assert unzoned is not None
        vpc = origin.vpc
        design = ends.design
        found = unzoned(origin)
        region = region_of(design, vpc)
        if vpc and answered_elsewhere(public_name(service, region), _others(ends, vpc)):
            return _unknown_there(end.name, vpc)
        own = public_name(service, region).count(".")
        speakers = [
            Speaker(at, zone, host, above)
            for at, zone in zones
            for above in (at.name.count(".") < own,)
            if not (above and found.interfaces)
            for host in zone.hosts_of(at, service, region)
        ]
        said = _said(speakers, vpc, ends) if vpc and design.vpcs[vpc].enable_dns_support else NOBODY
        if isinstance(said, Endpoint):
            return said
        if not found.note:
            return found
        note = found.note + "".join(f"; {loss.text}" for loss in said.reasons)
        return replace(found, note=note, otherwise=found.otherwise or said.otherwise)

    others = any(vpc.other_name_servers for vpc in ends.design.vpcs.values())
    return replace(end, resolve=meant) if (zones or others) and unzoned is not None else end


def _others(ends: Ends, vpc: str) -> tuple[str, ...]:
    domains: tuple[str, ...] = ends.design.vpcs[vpc].other_name_servers
    return domains


def _unknown_there(name: str, vpc: str) -> Endpoint:
    text = f"other name servers than Amazon's answer for {name} in VPC {vpc} (other_name_servers)"
    return Endpoint(name, "name", unknown=text)


class Speaker(NamedTuple):
    """Who may say what a name means. `above`: a private zone of more than the name, of a service of AWS's."""

    at: At
    body: Resource
    asked: str
    above: bool


class Silent(NamedTuple):
    """That nobody says what a name means: why not, and what it would mean otherwise, with the first reason."""

    reasons: tuple[Loss, ...]
    otherwise: tuple[Loss, Endpoint] | None


NOBODY = Silent((), None)


def _said(speakers: Iterable[Speaker], vpc: str, ends: Ends) -> Endpoint | Silent:
    """What the first says that says something of a name to a client in a VPC."""
    reasons: list[Loss] = []
    otherwise: tuple[Loss, Endpoint] | None = None
    for at, body, asked, above in speakers:
        answer = body.resolves(at, asked, vpc, ends)
        if isinstance(answer, Endpoint):
            return _unless_nearer(answer, vpc, ends) if above else answer
        reasons.append(answer)
        if otherwise is None and (meant := body.would_mean(at, asked, vpc, ends)) is not None:
            otherwise = public_instead(answer), meant
    return Silent(tuple(reasons), otherwise)


def _unless_nearer(answer: Endpoint, vpc: str, ends: Ends) -> Endpoint:
    """What a private zone above a service's name says of it, or the addresses of an endpoint that the design does not tell,
    whose zone is more specific (EP-8)."""
    found = unless_private(answer, vpc, ends)
    if found is answer:
        return answer
    # What may be an endpoint is at none of the addresses that the zone tells.
    return Endpoint(
        answer.name, answer.kind, several=(answer,), hidden=found.hidden, either=found.either, note=answer.note
    )


class HostNames:
    """Who has something to say of host names in a design, found once for all of them.

    `speakers`: resources of the kinds that may speak for a name, of zones the smaller ones first, which hide the larger
    (**DNS-2**). `owners`: by host name, the resources that have it.
    """

    def __init__(self, design: Design) -> None:
        self.speakers: list[tuple[At, Resource]] = []
        self.owners: dict[str, list[tuple[At, Resource]]] = {}
        for at, body in all_resources(design):
            if type(body).speaks_for is not Resource.speaks_for:
                self.speakers.append((at, body))
            name = getattr(body, "public_dns_name", None)
            if name is not None:
                self.owners.setdefault(name, []).append((at, body))
        self.speakers.sort(key=lambda each: -each[1].namespace(each[0], design).count("."))
        self._design = design
        self._below: dict[str, list[int]] = {}  # by name, where among the speakers those of names below it are
        self._of_any: list[int] = []
        for number, (at, body) in enumerate(self.speakers):
            names = body.speaks_below(at)
            for name in dict.fromkeys(names or ()):
                self._below.setdefault(name, []).append(number)
            if names is None:
                self._of_any.append(number)

    def speaking(self, asked: str) -> list[tuple[At, Resource]]:
        """Those who speak for a host name, in their order."""
        found, rest, dot = set(self._of_any), asked.lower().rstrip("."), "."
        while dot:
            found.update(self._below.get(rest, ()))
            _, dot, rest = rest.partition(".")
        several = (self.speakers[number] for number in sorted(found))
        return [(at, body) for at, body in several if body.speaks_for(at, asked, self._design)]


class ResolvedName:
    """One host name, and who may say what it means: resources that speak for it, and interfaces that have it.

    `base`: the host outside that has the name, if the design writes one.
    """

    def __init__(self, ends: Ends, topology: Topology, names: HostNames, asked: str, base: Endpoint | None) -> None:
        self.ends = ends
        self.topology = topology
        self.asked = asked
        self.base = base
        self.is_aws = asked.endswith(AWS_DOMAINS)
        self.speakers = names.speaking(asked)
        owners = names.owners.get(asked, [])
        self.interfaces = [
            topology.interfaces[f"{at.vpc}.{need.name}"] for at, body in owners for need in body.interfaces(at)
        ]

    @property
    def depends(self) -> bool:
        """Whether its meaning depends on who asks."""
        off = any(not vpc.enable_dns_support for vpc in self.ends.design.vpcs.values())
        doubts = self.is_aws and any(map(self.ends.perhaps_endpoints, self.ends.design.vpcs))
        return bool(self.speakers or self.interfaces) or (self.base is not None and (off or doubts))

    @property
    def end(self) -> Endpoint:
        """The end that it is: as a source whoever has it, as a destination what it means to the client."""
        origins = [] if self.base is None else [*self.base.origins]
        origins += [origin for interface in self.interfaces for origin in self.ends.of_interface(interface).origins]
        listens = (
            self.base.listens if self.base is not None else self.interfaces[0].listens if self.interfaces else None
        )
        kind = "internet host" if self.base is not None else "host name"
        return Endpoint(self.asked, kind, tuple(origins), listens=listens, resolve=self.meant)

    def meant(self, origin: Origin) -> Endpoint:
        """What it means to one client. The resolver answers nothing where it is off (DNS-2)."""
        vpc = origin.vpc
        if vpc and not self.ends.design.vpcs[vpc].enable_dns_support:
            return Endpoint(self.asked, "name", loss=resolver_off(vpc, self.asked))
        if vpc and (self.speakers or self.base is None) and answered_elsewhere(self.asked, _others(self.ends, vpc)):
            return _unknown_there(self.asked, vpc)
        said = _said(
            (Speaker(at, body, self.asked, self._is_above(at, body)) for at, body in self.speakers), vpc, self.ends
        )
        if isinstance(said, Endpoint):
            return said
        if self.interfaces:
            return self.public_name(vpc)
        why = "".join(f"; {reason.text}" for reason in said.reasons[:1])
        if self.base is not None:
            addresses = ", ".join(format_address(low) for low, _ in self.base.outside.spans)
            note = f"{self.asked} is {addresses}, its public address{why}"
            outside = replace(self.base, note=note, otherwise=said.otherwise)
            return unless_private(outside, vpc, self.ends) if self.is_aws else outside
        for at, body in self.speakers:
            public = body.in_public(at, self.asked, vpc, self.ends)
            if public is not None:
                return public
        rule, path = (said.reasons[0].rule, said.reasons[0].path) if said.reasons else ("DNS-2", ())
        text = f"{self.asked} does not resolve here{why}"
        return Endpoint(self.asked, "name", loss=Loss(Code.NAME_NOT_RESOLVED, rule, text, path=path))

    def _is_above(self, at: At, body: Resource) -> bool:
        return self.is_aws and isinstance(body, PrivateHostedZone) and at.name.lower() != self.asked.lower()

    def public_name(self, vpc: str) -> Endpoint:
        """A public host name of an interface: its private address inside its VPC and over a peering with the DNS option, its
        public one elsewhere (**DNS-3**, **PEER-11**). That of an internal load balancer is its private addresses
        everywhere."""
        there = self.interfaces[0].vpc.name
        rule = "DNS-3" if vpc in ("", there) else "PEER-11"
        internal = not any(self.faces_internet(interface) for interface in self.interfaces)
        off = None if internal else self.public_only(vpc, there)
        if off is None:
            where = "inside its VPC" if vpc == there else "over the peering's DNS option"
            where = "as of every internal load balancer" if internal else where
            return self.addresses(f"the private address, {where} ({rule})", self.private_places)
        end = self.addresses(f"the public address: {off.text} ({rule})", self.public_places)
        if not end.several:
            text = f"{self.asked} does not resolve here: {self.interfaces[0].name} has no public address; {off.text}"
            return Endpoint(self.asked, "name", loss=Loss(Code.NAME_NOT_RESOLVED, "DNS-3", text))
        if not off.path:
            return end
        return replace(end, otherwise=(public_instead(off), self.addresses("", self.private_places)))

    def addresses(self, kind: str, places_of: Callable[[NetworkInterface], tuple[int, ...]]) -> Endpoint:
        """The end that some addresses of the interfaces are. `kind`: which ones, and why."""
        several: list[Endpoint] = []
        for interface in self.interfaces:
            places = places_of(interface)
            if places:
                within = AddressSet.union_of((a, a) for a in places)
                several.append(Endpoint(self.asked, interface.kind, interfaces=(interface,), within=within))
        said = ", ".join(format_address(low) for each in several for low, _ in (each.within or each.outside).spans)
        return Endpoint(self.asked, "name", several=tuple(several), note=f"{self.asked} is {said}, {kind}")

    @staticmethod
    def private_places(interface: NetworkInterface) -> tuple[int, ...]:
        """What a name means where it means private addresses."""
        return interface.primary if isinstance(interface.host, Relay) else interface.addresses[:1]

    @staticmethod
    def public_places(interface: NetworkInterface) -> tuple[int, ...]:
        """What a name means elsewhere. IPv6 addresses are the same everywhere."""
        return *interface.publics[:1], *[a for a in interface.addresses if a > IPV4_LAST][:1]

    @staticmethod
    def faces_internet(interface: NetworkInterface) -> bool:
        """Whether an interface is no internal load balancer's."""
        return not isinstance(interface.host, Relay) or bool(interface.publics) or interface.from_internet

    def public_only(self, vpc: str, there: str) -> Loss | None:
        """Why a client in a VPC gets the public address, and the key that would change it; None: it gets the private one."""
        vpcs = self.ends.design.vpcs
        if vpc == there:
            return self.attribute_off("DNS-3", there)
        for name, peering in self.ends.design.peering_connections.items():
            if {vpc, there} != {peering.requester, peering.accepter} or not peering.active:
                continue
            option = private_name_option(there, peering.requester)
            if not getattr(peering, option):
                text = f"{option} of peering {name} is false"
                return Loss(Code.NAME_NOT_RESOLVED, "PEER-11", text, path=("peering_connections", name, option))
            return next(filter(None, (self.attribute_off("PEER-11", each) for each in (vpc, there))), None)
        text = f"the client is in VPC {vpc}" if vpc in vpcs else "the client is outside the VPCs"
        return Loss(Code.NAME_NOT_RESOLVED, "DNS-3", text)

    def attribute_off(self, rule: str, vpc: str) -> Loss | None:
        """The attribute that a VPC lacks for private addresses behind names (DNS-2)."""
        body = self.ends.design.vpcs[vpc]
        if private_names(body.enable_dns_support, body.enable_dns_hostnames):
            return None
        text = attribute_missing(vpc, body.enable_dns_support)
        return Loss(Code.NAME_NOT_RESOLVED, rule, text, path=attribute_key(vpc, body.enable_dns_support))
