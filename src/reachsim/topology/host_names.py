"""What a host name means where somebody asks for it (chapter DNS): private zones, private DNS of endpoints, public names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.relay import Relay
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.cidr import AddressSet
from reachsim.resources.design import Design
from reachsim.resources.private_hosted_zone import PrivateHostedZone
from reachsim.resources.public_service import region_of, unless_private
from reachsim.resources.resource import At, Ends, Resource, resources
from reachsim.resources.vpc_endpoint import SERVICE
from reachsim.rules.codes import Code
from reachsim.rules.dns import attribute_missing, private_names, resolver_off
from reachsim.rules.peering import private_name_option
from reachsim.rules.services import AWS_DOMAINS, short_name
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
    (DNS-2): so VPCs share the endpoint of another one."""
    zones = [
        (at, body)
        for at, body in names.speakers
        if isinstance(body, PrivateHostedZone) and f".{at.name.lower()}".endswith(AWS_DOMAINS)
    ]
    otherwise = end.resolve

    def meant(origin: Origin) -> Endpoint:
        assert otherwise is not None
        vpc = "" if origin.interface is None else origin.interface.vpc.name
        design = ends.design
        unseen: list[Loss] = []
        if vpc and design.vpcs[vpc].enable_dns_support:
            for at, zone in zones:
                for host in zone.hosts_of(at, service, region_of(design, vpc)):
                    answer = zone.resolves(at, host, vpc, ends)
                    if isinstance(answer, Endpoint):
                        return answer
                    unseen.append(answer)
        found = otherwise(origin)
        return replace(found, note=found.note + "".join(f"; {loss.text}" for loss in unseen)) if found.note else found

    return replace(end, resolve=meant) if zones and otherwise is not None else end


class HostNames:
    """Who has something to say of host names in a design, found once for all of them.

    `speakers`: resources of the kinds that may speak for a name, of zones the smaller ones first, which hide the larger
    (DNS-2). `owners`: by host name, the resources that have it.
    """

    def __init__(self, design: Design) -> None:
        self.speakers: list[tuple[At, Resource]] = []
        self.owners: dict[str, list[tuple[At, Resource]]] = {}
        for at, body in _all_resources(design):
            if type(body).speaks_for is not Resource.speaks_for:
                self.speakers.append((at, body))
            name = getattr(body, "public_dns_name", None)
            if name is not None:
                self.owners.setdefault(name, []).append((at, body))
        self.speakers.sort(key=lambda each: -each[0].name.count("."))


def _all_resources(design: Design) -> Iterator[tuple[At, Resource]]:
    yield from resources("design", design)
    for name, vpc in design.vpcs.items():
        yield from resources("vpc", vpc, name)


class ResolvedName:
    """One host name, and who may say what it means: resources that speak for it, and interfaces that have it.

    `base`: the host outside that has the name, if the design writes one.
    """

    def __init__(self, ends: Ends, topology: Topology, names: HostNames, asked: str, base: Endpoint | None) -> None:
        self.ends = ends
        self.topology = topology
        self.asked = asked
        self.base = base
        self.speakers = [(at, body) for at, body in names.speakers if body.speaks_for(at, asked, ends.design)]
        owners = names.owners.get(asked, [])
        self.interfaces = [
            topology.interfaces[f"{at.vpc}.{need.name}"] for at, body in owners for need in body.interfaces(at)
        ]

    @property
    def depends(self) -> bool:
        """Whether its meaning depends on who asks."""
        off = any(not vpc.enable_dns_support for vpc in self.ends.design.vpcs.values())
        doubts = self.asked.endswith(AWS_DOMAINS) and any(map(self.ends.perhaps_endpoints, self.ends.design.vpcs))
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
        vpc = "" if origin.interface is None else origin.interface.vpc.name
        if vpc and not self.ends.design.vpcs[vpc].enable_dns_support:
            return Endpoint(self.asked, "name", loss=resolver_off(vpc, self.asked))
        reasons: list[Loss] = []
        for at, body in self.speakers:
            answer = body.resolves(at, self.asked, vpc, self.ends)
            if isinstance(answer, Endpoint):
                return answer
            reasons.append(answer)
        if self.interfaces:
            return self.public_name(vpc)
        why = "".join(f"; {reason.text}" for reason in reasons[:1])
        if self.base is not None:
            addresses = ", ".join(format_address(low) for low, _ in self.base.outside.spans)
            outside = replace(self.base, note=f"{self.asked} is {addresses}, its public address{why}")
            return unless_private(outside, vpc, self.ends) if self.asked.endswith(AWS_DOMAINS) else outside
        for at, body in self.speakers:
            public = body.in_public(at, self.asked, vpc, self.ends)
            if public is not None:
                return public
        rule, path = (reasons[0].rule, reasons[0].path) if reasons else ("DNS-2", ())
        text = f"{self.asked} does not resolve here{why}"
        return Endpoint(self.asked, "name", loss=Loss(Code.NAME_NOT_RESOLVED, rule, text, path=path))

    def public_name(self, vpc: str) -> Endpoint:
        """A public host name of an interface: its private address inside its VPC and over a peering with the DNS option, its
        public one elsewhere (DNS-3, PEER-11). That of an internal load balancer is its private addresses everywhere."""
        there = self.interfaces[0].vpc.name
        internal = not any(self.faces_internet(interface) for interface in self.interfaces)
        why_not = "" if internal else self.public_only(vpc, there)
        where = "inside its VPC" if vpc == there else "over the peering's DNS option"
        where = "as of every internal load balancer" if internal else where
        several: list[Endpoint] = []
        for interface in self.interfaces:
            # IPv6 addresses are the same everywhere.
            private = tuple(a for a in interface.addresses if not why_not or a > IPV4_LAST)
            places = private[:1] if not why_not else (*interface.publics[:1], *private[:1])
            if isinstance(interface.host, Relay) and not why_not:
                places = interface.primary
            if places:
                within = AddressSet.union_of((a, a) for a in places)
                several.append(Endpoint(self.asked, interface.kind, interfaces=(interface,), within=within))
        if not several:
            text = f"{self.asked} does not resolve here: {self.interfaces[0].name} has no public address; {why_not}"
            return Endpoint(self.asked, "name", loss=Loss(Code.NAME_NOT_RESOLVED, "DNS-3", text))
        addresses = ", ".join(format_address(low) for each in several for low, _ in (each.within or each.outside).spans)
        rule = "DNS-3" if vpc in ("", there) else "PEER-11"
        kind = f"the private address, {where}" if not why_not else f"the public address: {why_not}"
        return Endpoint(
            self.asked, "name", several=tuple(several), note=f"{self.asked} is {addresses}, {kind} ({rule})"
        )

    @staticmethod
    def faces_internet(interface: NetworkInterface) -> bool:
        """Whether an interface is no internal load balancer's."""
        return not isinstance(interface.host, Relay) or bool(interface.publics) or interface.from_internet

    def public_only(self, vpc: str, there: str) -> str:
        """Why a client in a VPC gets the public address; empty where it gets the private one."""
        if not vpc:
            return "the client is outside the VPCs"
        vpcs = self.ends.design.vpcs
        if vpc == there:
            body = vpcs[there]
            on = private_names(body.enable_dns_support, body.enable_dns_hostnames)
            return "" if on else attribute_missing(there, body.enable_dns_support)
        for name, peering in self.ends.design.peering_connections.items():
            if {vpc, there} != {peering.requester, peering.accepter} or not peering.active:
                continue
            option = private_name_option(there, peering.requester)
            if not getattr(peering, option):
                return f"{option} of peering {name} is false"
            for each in (vpc, there):
                body = vpcs[each]
                if not private_names(body.enable_dns_support, body.enable_dns_hostnames):
                    return attribute_missing(each, body.enable_dns_support)
            return ""
        return f"the client is in VPC {vpc}"
