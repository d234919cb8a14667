"""Endpoints: what a question may name, and which addresses it means from where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from reachsim.errors import EndpointError, UsageError, shown
from reachsim.fabric.checkpoint import Checkpoint
from reachsim.fabric.ends import Endpoint, Flow, Origin
from reachsim.fabric.relay import LISTENER, Relay
from reachsim.fabric.site import Nic
from reachsim.kinds.endpoint_checkpoint import INSPECTION
from reachsim.kinds.expectation import Selector
from reachsim.kinds.lambda_function import LambdaService
from reachsim.kinds.unmodelled import Door
from reachsim.kinds.vpc_endpoint import VpcEndpoint
from reachsim.loading.validation import suggest
from reachsim.net.address import IPV4_LAST, format_address, parse_address
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet, Cidr
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN
from reachsim.rules.verdict import Loss
from reachsim.topology.build import Topology
from reachsim.topology.host_names import by_place
from reachsim.topology.passage import Passage, passage, too_many

OUTBOUND_ONLY = frozenset({"nat gateway", "function", INSPECTION})
"""Kinds of interfaces to which nobody can open a connection (NATGW-7, LAMBDA-8, EP-11)."""
SILENT = {
    "nat gateway": (Code.NO_POSSIBLE_SOURCE, "NATGW-7", "a NAT gateway, which starts no connections"),
    VpcEndpoint.noun: (Code.VPCE_INTRA_VPC_TRAFFIC, "EP-6", "a VPC endpoint, which starts no connections"),
    INSPECTION: (Code.VPCE_INTRA_VPC_TRAFFIC, "EP-11", "an inspection endpoint, which starts no connections"),
}
"""Kinds of interfaces that start nothing of their own (NATGW-7, EP-6): code, rule, and what they are."""
REPRESENTATIVES = tuple(
    parse_address(text) for text in ("8.8.8.8", "203.0.113.1", "198.51.100.1", "192.0.2.1", "2001:4860:4860::8888")
)
"""Addresses that stand for "the internet" in a trace of one packet, the first that fits."""


LOAD_BALANCER = "load balancer"

Piece = tuple[Passage, AddressSet | None]
"""A passage, and the far addresses for which it is the same; None where both ends are fixed."""
PIECES_KEPT = 50_000
PIECES_MOST = 20_000
"""Runs of addresses that one flow is cut into; what is left then is undecided, for an answer in bounded time."""
_NONE: frozenset[KeyPath] = frozenset()


def _pieces(flow: Flow) -> Iterator[Piece]:
    origin = flow.origin
    if flow.region is None:
        yield (
            passage(origin.start, origin.nic, flow.source, flow.destination, flow.target, flow.relays, flow.realm),
            None,
        )
        return
    rest = flow.region
    told = 0
    while rest:
        at = rest.first
        told += 1
        source, destination = (at, flow.destination) if origin.nic is None else (flow.source, at)
        found = passage(origin.start, origin.nic, source, destination, flow.target, flow.relays, flow.realm)
        if told > PIECES_MOST:
            yield too_many(found), rest
            return
        alike = rest & AddressSet((found.run,)) or AddressSet(((at, at),))
        yield found, alike
        rest -= alike


class Endpoints:
    """Resolves names of one topology."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.design = topology.source.design
        self.by_bare: dict[str, list[str]] = {}
        for full, nic in topology.nics.items():
            if nic.kind != "function":  # the shared interfaces of functions are asked for by the functions
                self.by_bare.setdefault(full.split(".", 1)[1], []).append(full)
        for full in topology.groups:
            self.by_bare.setdefault(full.split(".", 1)[1], []).append(full)
        self.by_public = {public: nic for nic in topology.nics.values() for public in nic.publics}
        self.by_private: dict[int, list[Nic]] = {}
        for nic in topology.nics.values():
            for address in nic.addresses:
                self.by_private.setdefault(address, []).append(nic)
        owned = AddressSet.union_of((address, address) for address in self.by_public)
        blocks = AddressSet.nothing()
        for vpc in topology.vpcs.values():
            blocks |= vpc.blocks
        self.vpc_blocks = blocks
        self._of_nic: dict[Nic, Endpoint] = {}
        self.pieces_of: dict[tuple[object, ...], list[Piece]] = {}
        for addresses, _, _ in topology.senders:
            if addresses <= PUBLIC:  # a network's own public addresses are not the internet's
                owned |= addresses
        self.world = PUBLIC - owned - blocks
        """The internet: every public address that no interface and no VPC of the design has."""

    def names(self) -> list[str]:
        """Every name that can be asked for."""
        out = [full for full, nic in self.topology.nics.items() if nic.kind != "function"]
        out += self.topology.groups
        return [*out, *self.design.internet.hosts, "internet", *self.function_names()]

    def function_names(self) -> list[str]:
        """Every name that stands for functions: with versions, with aliases, and APIs."""
        out: list[str] = []
        for name, function in self.design.lambda_functions.items():
            out += [name, *(f"{name}:{v}" for v in function.versions), *(f"{name}:{a}" for a in function.aliases)]
        return [*out, *self.design.api_gateways]

    @cached_property
    def known(self) -> frozenset[str]:
        """Every full name."""
        return frozenset(self.names())

    def pieces(self, flow: Flow) -> list[Piece]:
        """The passages of a flow, each with the addresses of its region for which it is the same; kept for next time."""
        origin = flow.origin
        key = origin.start, origin.nic, flow.source, flow.destination, flow.target, flow.region, flow.relays, flow.realm
        found = self.pieces_of.get(key)
        if found is None:
            if len(self.pieces_of) >= PIECES_KEPT:
                self.pieces_of.clear()
            found = self.pieces_of[key] = list(_pieces(flow))
        return found

    def resolve(self, asked: str | Selector | Endpoint) -> Endpoint:
        """What a name, an address, a block or a selector stands for. Raises EndpointError with the candidates."""
        if isinstance(asked, Endpoint):
            return asked
        if isinstance(asked, Selector):
            return self.select(asked)
        if not isinstance(asked, str):
            raise UsageError(f"an endpoint is expected, got {shown(asked)}; write a name, an address or a selector")
        found = by_place(self, asked, list(self._named(asked)))
        if len(found) == 1:
            return found[0]
        if found:
            raise EndpointError.ambiguous(asked, [endpoint.name for endpoint in found])
        unmodelled = self._unmodelled(asked)
        if unmodelled is not None:
            return unmodelled
        name, colon, _ = asked.partition(":")
        if colon and name in self.design.lambda_functions:
            function = self.design.lambda_functions[name]
            raise EndpointError.unknown(asked, [f"{name}:{q}" for q in (*function.aliases, *function.versions)])
        if asked[:1].isdigit() or ":" in asked or "/" in asked:
            return self._numbered(asked)
        near = suggest(asked, [*self.names(), *self.by_bare])
        raise EndpointError.unknown(asked, [] if near is None else [near])

    def _unmodelled(self, asked: str) -> Endpoint | None:
        """Something in the design that is no interface: what is not modelled cannot be decided, a gateway is no end."""
        names = self.topology.source.names
        targets = [t for vpc in names.targets.values() for t in vpc.values()]
        for target in (*targets, *names.outside.values()):
            if asked in (target.name, target.full_name) and not target.modelled:
                article = "an" if target.kind[0] in "aeiou" else "a"
                unknown = f"{target.full_name} is {article} {target.kind}, which is not modelled"
                return Endpoint(target.full_name, target.kind, unknown=unknown)
            if asked in (target.name, target.full_name) and target.kind == VpcEndpoint.noun:
                text = (
                    f"{shown(asked)} is a gateway endpoint and no end of a packet's way; write 'service:s3' or its like"
                )
                raise EndpointError(text, asked)
            if asked == target.full_name and target.kind.endswith("internet gateway"):
                raise EndpointError(
                    f"{shown(asked)} is a gateway, which cannot be an endpoint; write 'internet'", asked
                )
        return None

    def _named(self, asked: str) -> Iterator[Endpoint]:
        if asked == "internet":
            yield Endpoint("internet", "internet", (self._outside("", self.world),), outside=self.world)
        if asked in self.topology.nics:
            yield self.of_nic(self.topology.nics[asked])
        for full in self.by_bare.get(asked, ()):
            yield self.of_nic(self.topology.nics[full]) if full in self.topology.nics else self._several(full)
        if asked in self.topology.groups:
            yield self._several(asked)
        for at, body in self.topology.named(asked):
            found = body.endpoint(at, self)
            if found is not None:
                yield found
        yield from self.topology.special(asked, self)
        if asked in self.design.internet.hosts:
            host = self.design.internet.hosts[asked]
            address = AddressSet.of((int(host.ip), int(host.ip)))
            ports = host.client_ports if host.client_ports is not None else UNKNOWN
            origin = Origin("", self.topology.internet, None, (), address, ports, path=("internet", "hosts", asked))
            yield Endpoint(asked, "internet host", (origin,), outside=address, listens=host.listens)
        name, colon, qualifier = asked.partition(":")
        if name in self.design.lambda_functions and not (colon and not qualifier):
            function = self._function(asked, name, qualifier if colon else None)
            if function is not None:
                yield function
        if asked in self.design.api_gateways:
            integration = self.design.api_gateways[asked].integration
            name, colon, qualifier = integration.partition(":")
            function = self._function(asked, name, qualifier if colon else None)
            if function is not None:
                unknown = f"API gateway {asked}'s own public address is not modelled"
                yield Endpoint(asked, "API gateway", function.origins, unknown=unknown)

    # What resources use of the ends (`reachsim.kinds.resource.Ends`).

    def nic(self, full_name: str) -> Nic:
        """An interface by full name."""
        return self.topology.nics[full_name]

    def arriving(self) -> Iterator[Checkpoint]:
        """Where packets of networks outside come in."""
        return (start for _, start, _ in self.topology.senders)

    def checkpoint(self, path: KeyPath) -> Checkpoint:
        """A checkpoint that a resource noted while it was built."""
        return self.topology.noted[path]

    def outside(self, label: str, addresses: AddressSet, start: Checkpoint | None = None, place: str = "") -> Origin:
        """A sender outside the VPCs; `start`: where its packets come in, left out: the internet; `place`: its network."""
        return Origin(label, start or self.topology.internet, None, (), addresses, UNKNOWN, place=place)

    def _several(self, full: str) -> Endpoint:
        """A name that means several interfaces: a question is about each of them (WALK-26)."""
        nics = tuple(self.topology.nics[name] for name in self.topology.groups[full])
        origins = tuple(origin for nic in nics for origin in self.labelled(nic))
        return Endpoint(full, nics[0].kind, origins, nics, listens=nics[0].listens)

    def of_nic(self, nic: Nic) -> Endpoint:
        """The endpoint of one interface; made once."""
        found = self._of_nic.get(nic)
        if found is None:
            found = self._of_nic[nic] = self._endpoint_of(nic)
        return found

    def of_every_address(self, nic: Nic) -> Endpoint:
        """One interface with all of its addresses, secondary ones too."""
        return replace(self.of_nic(nic), kind="selection")

    def _endpoint_of(self, nic: Nic) -> Endpoint:
        if nic.kind in SILENT:
            return Endpoint(nic.name, nic.kind, (), (nic,))
        return Endpoint(nic.name, nic.kind, (self._origin("", nic, nic.primary),), (nic,), listens=nic.listens)

    def _origin(self, label: str, nic: Nic, addresses: tuple[int, ...]) -> Origin:
        return Origin(label, nic.outbound, nic, addresses, AddressSet.nothing(), nic.client_ports, path=nic.path)

    def _outside(self, label: str, addresses: AddressSet) -> Origin:
        return Origin(label, self.topology.internet, None, (), addresses, UNKNOWN)

    def _function(self, asked: str, name: str, qualifier: str | None) -> Endpoint | None:
        """A function: one origin for each subnet of each version that the qualifier means (LAMBDA-19, LAMBDA-26)."""
        versions = self.design.lambda_functions[name].versions_of(qualifier)
        if versions is None:
            return None
        alias = qualifier if qualifier in self.design.lambda_functions[name].aliases else None
        origins: list[Origin] = []
        nics: list[Nic] = []
        for version, body, share in versions:
            path: KeyPath = ("lambda_functions", name, "latest")
            if version != "$LATEST":
                path = ("lambda_functions", name, "versions", version)
            label = "" if len(versions) == 1 else f"version {version}"
            if body.vpc is None:
                origins.append(self._outside_vpc(name, version, alias, label, share, path))
                continue
            subnets = body.subnet_names
            for subnet in subnets:
                nic = self.topology.functions[body.vpc, subnet, body.group_names]
                nics.append(nic)
                place = f"subnet {subnet}" if len(subnets) > 1 else ""
                both = ", ".join(part for part in (label, place) if part)
                # The shared interface may have an IPv6 address for another function (LAMBDA-18).
                addresses = tuple(a for a in nic.addresses if body.ipv6 or a <= IPV4_LAST)
                origin = self._origin(both, nic, addresses)
                origins.append(replace(origin, share=share / len(subnets), path=path))
        loss = None
        if not nics:
            text = f"{asked} runs outside any VPC, where nobody can open a connection to it"
            loss = Loss(Code.LAMBDA_OUTBOUND_ONLY, "LAMBDA-8", text, path=("lambda_functions", name))
        return Endpoint(asked, "function", tuple(origins), tuple(dict.fromkeys(nics)), loss=loss)

    def _outside_vpc(
        self, name: str, version: str, alias: str | None, label: str, share: Fraction, path: KeyPath
    ) -> Origin:
        where = f"alias {alias} of {name} names version {version}" if alias else f"{name}:{version}"
        latest = self.design.lambda_functions[name].latest
        reason = f"{where}, which has no VPC attachment" if alias else f"{where} has no VPC attachment"
        if latest.vpc is not None and version != "$LATEST":
            reason += f" though $LATEST is in VPC {latest.vpc}"
        service = LambdaService(f"{name}:{version}", reason, path, self.topology.internet)
        if alias:
            service.path = ("lambda_functions", name, "aliases", alias)
        # IPv6 is something a function opts into inside a VPC (LAMBDA-18).
        # A named host's address is that host's, and never the service's.
        hosts = AddressSet.union_of((int(host.ip), int(host.ip)) for host in self.design.internet.hosts.values())
        outside = (self.world & EVERY_IPV4.addresses) - hosts
        return Origin(label, service, None, (), outside, UNKNOWN, share, certain=False, path=path)

    def _numbered(self, asked: str) -> Endpoint:
        """An address or a block."""
        try:
            block = Cidr.parse_peer(asked)
        except ValueError as error:
            raise EndpointError(str(error), asked) from error
        if "/" not in asked:
            return self.of_address(block.network)
        return self.of_block(asked, block.addresses)

    def of_address(self, address: int) -> Endpoint:
        """An address means itself: the interface that has it, or a host outside."""
        text = format_address(address)
        nic = self.by_public.get(address)
        owners = [nic] if nic is not None else self.by_private.get(address, [])
        outside = AddressSet.of((address, address))
        host = next((name for name, h in self.design.internet.hosts.items() if h.ip == address), None)
        listens = self.design.internet.hosts[host].listens if host is not None else None
        if len(owners) > 1:
            return Endpoint(text, "address", literal=address, candidates=tuple(owner.name for owner in owners))
        if owners:
            owner = owners[0]
            sender = owner.primary if address in owner.publics else (address,)
            sender = next(((p.private,) for p in owner.pairs if p.public == address), sender)
            origins = tuple(replace(origin, addresses=sender) for origin in self.of_nic(owner).origins)
            return Endpoint(text, owner.kind, origins, literal=address, listens=owner.listens)
        origins = (self._outside("", outside),) if address in self.world else self.behind(outside)
        return Endpoint(text, "address", origins, literal=address, listens=listens)

    def behind(self, addresses: AddressSet) -> tuple[Origin, ...]:
        """Who has addresses outside the VPCs that are not the internet's: networks that connections lead to."""
        return tuple(
            Origin(label, start, None, (), mine, UNKNOWN, place=label)
            for own, start, label in self.topology.senders
            if (mine := own & addresses)
        )

    def _hidden_in_addresses(self, addresses: AddressSet) -> tuple[Door, ...]:
        """What is not modelled and may have some of these addresses, which no interface has."""
        return tuple(
            door
            for door in self.topology.doors.values()
            if any(not self._unowned(*at).isdisjoint(addresses) for at in door.subnets)
        )

    def of_block(self, name: str, addresses: AddressSet) -> Endpoint:
        """A block means its addresses: those that interfaces have, and those outside the VPCs. Each means itself; a
        public address of an interface means, as a source, that interface."""
        nics = [nic for nic in self.topology.nics.values() if any(address in addresses for address in nic.places)]
        outside = addresses - self.vpc_blocks - AddressSet.union_of((a, a) for a in self.by_public)
        origins = [origin for nic in nics for origin in self.labelled(nic, addresses)]
        if outside & self.world:
            origins.append(self._outside("outside", outside & self.world))
        origins += self.behind(outside - self.world)
        listening = tuple(nic for nic in nics if nic.kind not in OUTBOUND_ONLY)
        hidden = self._hidden_in_addresses(addresses)
        return Endpoint(name, "block", tuple(origins), listening, outside, within=addresses, hidden=hidden)

    def labelled(self, nic: Nic, within: AddressSet | None = None) -> Iterable[Origin]:
        """The origin of one interface of several; none for those that start nothing (NATGW-7, EP-6)."""
        if nic.kind in SILENT:
            return
        mine = nic.addresses
        if within is not None:
            mine = tuple(
                p.private for p in nic.pairs if p.private in within or (p.public is not None and p.public in within)
            )
        yield self._origin(nic.name, nic, mine)

    def select(self, selector: Selector) -> Endpoint:
        """All interfaces in VPCs, in subnets or with tags; the parts of a selector all have to hold.

        As a source that is everything that can start a connection, as a destination everything that can take one: a NAT
        gateway does neither (NATGW-7), a function's interface does not take any (LAMBDA-8).
        """
        for vpc in selector.vpc:
            if vpc not in self.topology.vpcs:
                near = suggest(vpc, self.topology.vpcs)
                raise EndpointError.unknown(vpc, [] if near is None else [near])
        subnets = [self._subnet(reference) for reference in selector.subnet]
        nics = [
            nic
            for nic in self.topology.nics.values()
            if (not selector.vpc or nic.vpc.name in selector.vpc)
            and (not subnets or nic.subnet.full_name in subnets)
            and all(item in nic.tags for item in selector.tag.items())
        ]
        name = ", ".join(
            [
                *(f"vpc {v}" for v in selector.vpc),
                *(f"subnet {s}" for s in subnets),
                *(f"tag {k}={v}" for k, v in selector.tag.items()),
            ]
        )
        if not nics and selector.tag:  # an empty subnet is one; a tag that nothing has is a slip
            raise EndpointError(f"{name} matches nothing in the design", name)
        listening = tuple(nic for nic in nics if nic.kind not in OUTBOUND_ONLY)
        hidden = self._hidden_in(selector.vpc, subnets, selector.tag)
        origins = tuple(o for nic in nics for o in self.labelled(nic))
        return Endpoint(name, "selection", origins, listening, hidden=hidden)

    def _hidden_in(self, vpcs: tuple[str, ...], subnets: list[str], tags: dict[str, str]) -> tuple[Door, ...]:
        """What is not modelled and may have an interface in VPCs and subnets, where any are named."""
        return tuple(
            door
            for door in self.topology.doors.values()
            if all(item in door.tags for item in tags.items())
            and any((not vpcs or v in vpcs) and (not subnets or f"{v}.{s}" in subnets) for v, s in door.subnets)
        )

    def _subnet(self, reference: str) -> str:
        known = [subnet.full_name for vpc in self.topology.vpcs.values() for subnet in vpc.subnets.values()]
        found = [name for name in known if name == reference or name.split(".", 1)[1] == reference]
        if len(found) != 1:
            if found:
                raise EndpointError.ambiguous(reference, found)
            near = suggest(reference, known)
            raise EndpointError.unknown(reference, [] if near is None else [near])
        return found[0]

    def flows(self, source: Endpoint, destination: Endpoint) -> list[Flow]:
        """Every pair of addresses that a question about two endpoints means, an interface with itself left out."""
        if source.candidates:
            raise EndpointError.ambiguous(source.name, source.candidates)
        out: list[Flow] = []
        for origin in source.origins:
            meant = destination if destination.resolve is None else destination.resolve(origin)
            if self._in_one_place(origin, meant):
                out.append(Flow(origin, 0, 0, None, unknown=f"both ends are in {origin.place}, outside AWS"))
                continue
            found = self._flows(origin, meant)
            out += found if meant.realm is None else (replace(flow, realm=meant.realm) for flow in found)
            out += self._to_doors(origin, meant)
            out += self._beside(origin, meant) if self.relays else ()
        if not source.origins and not out:
            nobody = self._outside("", AddressSet.nothing())
            code, rule, text = Code.NO_POSSIBLE_SOURCE, "WALK-24", f"nothing in the design sends from {source.name}"
            if source.kind in SILENT:
                code, rule, what = SILENT[source.kind]
                text = f"{source.name} is {what}"
            if source.unknown:
                return [Flow(nobody, 0, 0, None, unknown=source.unknown)]
            path = next((nic.path for nic in source.nics), ())
            loss = Loss(code, rule, text, owner=source.name, role="source", path=path)
            return [Flow(nobody, 0, 0, None, loss=loss)]
        return [each for flow in out for each in self._by_target(flow)] if self.nodes else out

    @cached_property
    def relays(self) -> tuple[Nic, ...]:
        """The interfaces that pass on what is sent to them."""
        return tuple(nic for nic in self.topology.nics.values() if nic.relay is not None)

    def _by_target(self, flow: Flow) -> Iterator[Flow]:
        """A flow to something that passes it on, in one flow for each target that may get it, and one for the traffic that
        it passes on to nobody."""
        relay = None if flow.loss or flow.unknown or flow.perhaps or flow.relays else self._relay_at(flow)
        at = self._node(flow)
        if relay is None or not relay.choices:
            yield replace(flow, via=at) if at and not flow.via else flow
            return
        for choice in relay.choices:
            via = ", ".join(text for text in (at, choice.label) if text)
            yield replace(flow, relays=((relay, choice),), via=via, about=choice.about)
        if relay.untaken:
            yield replace(flow, relays=((relay, LISTENER),), via=at, about=relay.untaken)

    def _node(self, flow: Flow) -> str:
        """In words, which interface of a load balancer with several a flow is addressed to; else empty."""
        nic = self.receiver(flow)
        return nic.name if nic is not None and len(self.nodes.get(nic.path, ())) > 1 else ""

    @cached_property
    def nodes(self) -> dict[KeyPath, list[Nic]]:
        """The interfaces of each load balancer, by where it is written."""
        out: dict[KeyPath, list[Nic]] = {}
        for nic in self.topology.nics.values():
            if nic.kind == LOAD_BALANCER:
                out.setdefault(nic.path, []).append(nic)
        return out

    def _relay_at(self, flow: Flow) -> Relay | None:
        """What passes on the packets of a flow, if its destination does."""
        nic = self.receiver(flow)
        return None if nic is None else nic.relay

    def receiver(self, flow: Flow) -> Nic | None:
        """The interface that a flow is addressed to, as far as that is one."""
        if flow.loss or flow.unknown or flow.beside:
            return None
        nic = flow.target or self.by_public.get(flow.destination)
        if nic is None:
            owners = self.by_private.get(flow.destination, [])
            near = [owner for owner in owners if flow.origin.nic is not None and owner.vpc is flow.origin.nic.vpc]
            nic = next(iter(near or owners), None) if len(near or owners) == 1 else None
        return nic

    def to_listener(self, flow: Flow) -> Flow | None:
        """The flow to the listener alone of what passes a flow on; None where nothing does."""
        relay = next((relay for relay, choice in flow.relays if isinstance(relay, Relay)), None)
        if relay is None or flow.beside:
            return None
        return replace(flow, relays=((relay, LISTENER),), via="listener")

    def _beside(self, origin: Origin, destination: Endpoint) -> Iterator[Flow]:
        """What comes from outside to an interface through a public address of something that passes it on with the client's
        address (LB-5)."""
        meant = self._listening(destination)
        for node in self.relays if origin.nic is None and meant else ():
            relay = node.relay
            assert relay is not None
            for choice in relay.choices:
                if choice.keeps and choice.target in meant and node not in meant:
                    for flow in self._to_addresses(origin, node.publics, choice.target, empty=True):
                        via = f"through {node.name}"
                        yield replace(flow, relays=((relay, choice),), via=via, about=choice.about, beside=True)

    def _in_one_place(self, origin: Origin, destination: Endpoint) -> bool:
        """Whether both ends are in one network outside AWS: what happens inside it is none of the design's business."""
        if not origin.place:
            return False
        if destination.realm == ("networks", origin.place):
            return True
        asked = destination.literal
        return asked is not None and any(
            asked in own for own, _, label in self.topology.senders if label == origin.place
        )

    def _flows(self, origin: Origin, destination: Endpoint) -> Iterator[Flow]:
        for part in destination.several:
            yield from self._flows(origin, part)
        if destination.several:
            return
        if destination.unknown or destination.loss:
            yield Flow(origin, 0, 0, None, loss=destination.loss, unknown=destination.unknown)
            return
        if destination.literal is not None:
            yield from self._to_addresses(origin, (destination.literal,), None)
        for nic in destination.nics:
            if nic is not origin.nic or nic.kind == "function":  # what a host sends to itself never leaves it
                addresses = self.addresses_from(origin, nic, every=destination.kind == "selection")
                if destination.within is not None:
                    addresses = tuple(a for a in nic.places if a in destination.within)
                yield from self._to_addresses(origin, addresses, nic)
        if destination.outside:
            yield from self._to_outside(origin, destination.outside)
        if destination.within is not None and origin.nic is not None:  # AWS's own services are there too (WALK-20)
            families = {address > IPV4_LAST for address in origin.addresses}
            places = (
                a for a in origin.nic.vpc.service_places if a in destination.within and (a > IPV4_LAST) in families
            )
            yield from self._to_addresses(origin, tuple(places), None, empty=True)

    def _to_doors(self, origin: Origin, destination: Endpoint) -> Iterator[Flow]:
        """What may get to addresses that something which is not modelled may have, and the design does not tell."""
        for door in destination.hidden if origin.nic is not None else ():
            for vpc, subnet in sorted(door.subnets):
                region = self._unowned(vpc, subnet)
                if destination.within is not None:
                    region &= destination.within
                for flow in self._to_outside(origin, region) if region else ():
                    if flow.loss is None:
                        yield replace(flow, perhaps=door.reason)

    def may_be_called_from_outside(self, nic: Nic) -> bool:
        """Whether something may bring an interface packets from the internet that are not to its own public address: a
        load balancer that passes them on with the client's address (LB-5)."""
        passed_on = (choice for node in self.relays if node.relay and node.publics for choice in node.relay.choices)
        return any(choice.target is nic and choice.keeps for choice in passed_on)

    def _listening(self, destination: Endpoint) -> tuple[Nic, ...]:
        if destination.literal is None:
            return destination.nics
        owners = [self.by_public.get(destination.literal), *self.by_private.get(destination.literal, ())]
        return tuple(nic for nic in owners if nic is not None and nic.kind not in OUTBOUND_ONLY)

    def _unowned(self, vpc: str, subnet: str) -> AddressSet:
        """The addresses of a subnet that no interface of the design has."""
        site = self.topology.vpcs[vpc].subnets[subnet]
        owned = AddressSet.union_of((a, a) for nic in site.nics for a in nic.addresses)
        return AddressSet.union_of(block.span for block in site.blocks) - owned

    def addresses_from(self, origin: Origin, nic: Nic, *, every: bool = False) -> tuple[int, ...]:
        """The addresses that a name means from an origin (format.md): private ones within the VPC and where a peering of
        the two VPCs is written, the public one from elsewhere; IPv6 addresses are the same everywhere. `every`: secondary
        addresses too."""
        if (origin.nic is not None and origin.nic.vpc is nic.vpc) or self._joined(origin, nic.vpc.name):
            return nic.addresses if every else nic.primary
        ipv6 = tuple(address for address in nic.primary if address > IPV4_LAST)
        if nic.publics:
            return (*(nic.publics if every else nic.publics[:1]), *ipv6)
        return nic.addresses if every else nic.primary

    def _joined(self, origin: Origin, vpc: str) -> bool:
        """Whether a peering, a transit gateway or a connection joins the place of an origin with a VPC."""
        place = origin.place if origin.nic is None else origin.nic.vpc.name
        joined = self.topology.joined
        return not joined.get(place, _NONE).isdisjoint(joined.get(vpc, _NONE))

    def _to_addresses(
        self, origin: Origin, addresses: tuple[int, ...], target: Nic | None, *, empty: bool = False
    ) -> Iterator[Flow]:
        """To some addresses; `empty`: there may be none."""
        found = empty
        for address in addresses:
            ipv6 = address > IPV4_LAST
            if origin.nic is not None:
                for source in origin.addresses:
                    if (source > IPV4_LAST) == ipv6:
                        found = True
                        yield Flow(origin, source, address, target)
                continue
            region = origin.outside & (EVERY_IPV6 if ipv6 else EVERY_IPV4).addresses
            if region:
                found = True
                yield Flow(origin, representative(region), address, target, region)
        if not found:
            text = "the two ends have no address of the same family"
            yield Flow(origin, 0, 0, target, loss=Loss(Code.NO_POSSIBLE_DESTINATION, "ROUTE-5", text))

    def _to_outside(self, origin: Origin, outside: AddressSet) -> Iterator[Flow]:
        if origin.nic is None:
            if origin.certain:
                yield Flow(origin, 0, 0, None, unknown="both ends are outside every VPC of the design")
                return
            for family in (EVERY_IPV4.addresses, EVERY_IPV6.addresses):  # a function outside any VPC (LAMBDA-1)
                region = origin.outside & family
                for alike in (outside & self.world & family, outside & family - self.world):
                    if alike and region:
                        yield Flow(origin, representative(region), representative(alike), None, region, alike)
            return
        found = False
        for source in origin.addresses:
            region = outside & (EVERY_IPV6 if source > IPV4_LAST else EVERY_IPV4).addresses
            if region:
                found = True
                yield Flow(origin, source, representative(region), None, region)
        if not found:
            text = "the two ends have no address of the same family"
            yield Flow(origin, 0, 0, None, loss=Loss(Code.NO_POSSIBLE_DESTINATION, "ROUTE-5", text))


def representative(region: AddressSet) -> int:
    """One address that stands for a region in a trace."""
    return next((int(address) for address in REPRESENTATIVES if address in region), region.first)
