"""Endpoints: what a question may name, and which addresses it means from where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.relay import Relay, relay_of
from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import EndpointError, UsageError, shown, suggest
from reachsim.loading.names import RouteTarget
from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.resources.expectation import Selector
from reachsim.resources.resource import all_resources
from reachsim.resources.unmodelled import Door
from reachsim.rules.addresses import NETWORKS, PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.topology.functions import function_end
from reachsim.topology.host_names import HostNames, by_place
from reachsim.topology.other_kinds import of_another_kind, of_the_command_line, with_a_colon
from reachsim.topology.pieces import Pieces
from reachsim.topology.topology import Topology

_IPV6 = re.compile(r"[0-9A-Fa-f]*:")
"""How what is meant to be one begins."""
_WORDS = re.compile(r"[^0-9A-Za-z]+|(?<=[0-9a-z])(?=[A-Z])")
"""What is between the words of a name; templates write them together: ``WebHost``."""
_SELECTED = 4
"""Ends of selectors that are kept: each may have very many interfaces."""


class Endpoints:
    """Resolves names of one topology."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.design = topology.source.design
        self.by_bare: dict[str, list[str]] = {}
        for full in (*topology.interfaces, *topology.groups):
            self.by_bare.setdefault(full.split(".", 1)[1], []).append(full)
        self.by_public = {
            public: interface for interface in topology.interfaces.values() for public in interface.publics
        }
        self.by_private: dict[int, list[NetworkInterface]] = {}
        for interface in topology.interfaces.values():
            for address in interface.addresses:
                self.by_private.setdefault(address, []).append(interface)
        self.publics = AddressSet.union_of((address, address) for address in self.by_public)
        self.vpc_blocks = AddressSet.union_of(span for vpc in topology.vpcs.values() for span in vpc.blocks.spans)
        self._of_nic: dict[NetworkInterface, Endpoint] = {}
        self._resolved: dict[str, Endpoint] = {}
        self._selected: tuple[tuple[Selector, Endpoint], ...] = ()
        self._unowned: dict[tuple[str, str], AddressSet] = {}
        self.pieces = Pieces()
        # A network's own public addresses are not the internet's.
        outside = [span for addresses, _, _ in topology.senders if addresses <= PUBLIC for span in addresses.spans]
        self.world = PUBLIC - self.publics - self.vpc_blocks - AddressSet.union_of(outside)
        """The internet: every public address that no interface and no VPC of the design has."""
        self.callers = self.world - topology.never_call
        """The internet as a source: not the services that gateway endpoints lead to, which answer and never ask."""

    def names(self) -> list[str]:
        """Every name that can be asked for."""
        out = [full for full, interface in self.topology.interfaces.items() if not interface.shared]
        out += self.topology.groups
        return [*out, *self.design.internet.hosts, "internet", *self.function_names()]

    def function_names(self) -> list[str]:
        """Every name that stands for functions: with versions, with aliases, and APIs."""
        out: list[str] = []
        for name, function in self.design.lambda_functions.items():
            out += [name, *(f"{name}:{v}" for v in function.versions), *(f"{name}:{a}" for a in function.aliases)]
        return [*out, *self.design.api_gateways]

    def further_names(self) -> Iterator[str]:
        """What else can be asked for: resources that are no interfaces, their parts, and what means something because they
        are there, such as services and records of zones."""
        for at, body in all_resources(self.design):
            if at.full_name not in self.known and body.endpoint(at, self) is not None:
                yield at.full_name
            yield from (*body.parts(at), *body.names(at))

    @cached_property
    def known(self) -> frozenset[str]:
        """Every full name."""
        return frozenset(self.names())

    @cached_property
    def host_names(self) -> HostNames:
        """Who has something to say of host names."""
        return HostNames(self.design)

    @cached_property
    def relays(self) -> tuple[NetworkInterface, ...]:
        """The interfaces that pass on what is sent to them."""
        return tuple(interface for interface in self.topology.interfaces.values() if relay_of(interface) is not None)

    @cached_property
    def nodes(self) -> dict[KeyPath, list[NetworkInterface]]:
        """The interfaces of each resource that passes on what is sent to it, by where it is written."""
        out: dict[KeyPath, list[NetworkInterface]] = {}
        for interface in self.topology.interfaces.values():
            if isinstance(interface.host, Relay):
                out.setdefault(interface.path, []).append(interface)
        return out

    def relaying(self, endpoint: Endpoint) -> tuple[NetworkInterface, ...]:
        """The interfaces of an end that is, by its name, something that passes on what is sent to it; none for others."""
        first = next(iter(endpoint.interfaces), None)
        one = first is not None and endpoint.kind == first.kind and isinstance(first.host, Relay)
        return endpoint.interfaces if one else ()

    def resolve(self, asked: str | Selector | Endpoint) -> Endpoint:
        """What a name, an address, a block or a selector stands for. Raises EndpointError with the candidates."""
        if isinstance(asked, Endpoint):
            return asked
        if isinstance(asked, Selector):
            return self._select_again(asked)
        if not isinstance(asked, str):
            raise UsageError(f"an endpoint is expected, got {shown(asked)}; write a name, an address or a selector")
        known = self._resolved.get(asked)
        if known is not None:
            return known
        found = by_place(self, self.topology, self.host_names, asked, list(self._named(asked)))
        if len(found) == 1:
            self._resolved[asked] = found[0]
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
        meant = of_the_command_line(asked) or with_a_colon(
            asked, lambda name: name in self.by_bare or name in self.names()
        )
        if meant is not None:
            raise meant
        if asked[:1].isdigit() or _IPV6.match(asked):
            return self._numbered(asked)
        other = of_another_kind(asked, self.topology)
        if other is not None:
            raise other
        further = [*self.further_names()]
        within = next((name for name in further if name.endswith(f".{asked}")), None)
        every = [*self.names(), *self.by_bare, *further]
        near = within or suggest(asked, every) or _with_word(asked, every)
        here = [name for name in self.names() if name != "internet"]
        raise EndpointError.unknown(asked, [] if near is None else [near], here)

    @cached_property
    def _no_ends(self) -> list[RouteTarget]:
        """What has a name and is not an end, or is not modelled: few of all that has one."""
        every = (target for vpc in self.topology.source.names.targets.values() for target in vpc.values())
        return [target for target in every if target.no_end or not target.modelled]

    def _unmodelled(self, asked: str) -> Endpoint | None:
        """Something in the design that is no interface: what is not modelled cannot be decided, a gateway is no end."""
        # It may be a function, asked for by a version or an alias.
        named = asked.partition(":")[0] if asked.count(":") == 1 else asked
        for target in self._no_ends:
            if named in (target.name, target.full_name) and not target.modelled:
                door = self.topology.doors[target.full_name]
                return self.of_door(door)
            if asked in (target.name, target.full_name) and target.no_end:
                raise EndpointError(f"{shown(asked)} is {target.no_end}", asked)
        return None

    def of_door(self, door: Door) -> Endpoint:
        """What is not modelled, by its name. Of an interface it is known that it has an address in one of its subnets, and
        sends and takes what is its own: what stands around all of these, and around the other end, is asked
        (`topology/hidden`)."""
        if door.groups is None:
            return Endpoint(door.name, door.noun, unknown=door.reason)
        return Endpoint(door.name, door.noun, unknown=door.reason, hidden=(door,), component=door)

    def _named(self, asked: str) -> Iterator[Endpoint]:
        if asked == "internet":
            yield Endpoint("internet", "internet", (self.outside("", self.callers),), outside=self.world)
        if asked in self.topology.interfaces:
            yield self.of_interface(self.topology.interfaces[asked])
        for full in self.by_bare.get(asked, ()):
            yield (
                self.of_interface(self.topology.interfaces[full])
                if full in self.topology.interfaces
                else self._several(full)
            )
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
            ports = host.client_ports if host.client_ports is not None else UNKNOWN_CLIENT
            origin = Origin("", self.topology.internet, None, (), address, ports, path=("internet", "hosts", asked))
            yield Endpoint(asked, "internet host", (origin,), outside=address, listens=host.listens)
        function = function_end(asked, asked, self.topology, self.world)
        if function is not None:
            yield function
        if asked in self.design.api_gateways:
            function = function_end(asked, self.design.api_gateways[asked].integration, self.topology, self.world)
            if function is not None:
                unknown = function.unknown or f"API gateway {asked}'s own public address is not modelled"
                yield Endpoint(asked, "API gateway", function.origins, unknown=unknown)

    # What resources use of the ends (`reachsim.resources.resource.Ends`).

    def interface(self, full_name: str) -> NetworkInterface:
        """An interface by full name."""
        return self.topology.interfaces[full_name]

    def arriving(self) -> Iterator[Checkpoint]:
        """Where packets of networks outside come in."""
        return (start for _, start, _ in self.topology.senders)

    def checkpoint(self, path: KeyPath) -> Checkpoint:
        """A checkpoint that a resource noted while it was built."""
        return self.topology.noted[path]

    def outside(self, label: str, addresses: AddressSet, start: Checkpoint | None = None, place: str = "") -> Origin:
        """A sender outside the VPCs; `start`: where its packets come in, left out: the internet; `place`: its network."""
        return Origin(label, start or self.topology.internet, None, (), addresses, UNKNOWN_CLIENT, place=place)

    def _several(self, full: str) -> Endpoint:
        """A name that means several interfaces: a question is about each of them (**WALK-26**)."""
        interfaces = tuple(self.topology.interfaces[name] for name in self.topology.groups[full])
        origins = tuple(origin for interface in interfaces for origin in self.labelled(interface))
        return Endpoint(full, interfaces[0].kind, origins, interfaces, listens=interfaces[0].listens)

    def of_interface(self, interface: NetworkInterface) -> Endpoint:
        """The endpoint of one interface; made once."""
        found = self._of_nic.get(interface)
        if found is None:
            found = self._of_nic[interface] = self._endpoint_of(interface)
        return found

    def of_every_address(self, interface: NetworkInterface) -> Endpoint:
        """One interface with all of its addresses, secondary ones too."""
        return replace(self.of_interface(interface), kind="selection")

    def _endpoint_of(self, interface: NetworkInterface) -> Endpoint:
        if interface.silent is not None:
            return Endpoint(interface.name, interface.kind, (), (interface,))
        return Endpoint(
            interface.name,
            interface.kind,
            (Origin.of_interface(interface, "", interface.primary),),
            (interface,),
            listens=interface.listens,
        )

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
        interface = self.by_public.get(address)
        owners = [interface] if interface is not None else self.by_private.get(address, [])
        outside = AddressSet.of((address, address))
        host = next((name for name, h in self.design.internet.hosts.items() if h.ip == address), None)
        listens = self.design.internet.hosts[host].listens if host is not None else None
        if len(owners) > 1:
            return Endpoint(text, "address", literal=address, candidates=tuple(owner.name for owner in owners))
        if owners:
            owner = owners[0]
            sender = next((pair.private for pair in owner.pairs if pair.public == address), address)
            origins = tuple(replace(origin, addresses=(sender,)) for origin in self.of_interface(owner).origins)
            return Endpoint(text, owner.kind, origins, literal=address, listens=owner.listens)
        origins = (self.outside("", outside),) if address in self.world else self.behind(outside)
        hidden = self._hidden_in_addresses(outside)
        return Endpoint(text, "address", origins, literal=address, listens=listens, hidden=hidden)

    def behind(self, addresses: AddressSet) -> tuple[Origin, ...]:
        """Who has addresses outside the VPCs that are not the internet's: networks that connections lead to."""
        return tuple(
            Origin(label, start, None, (), mine, UNKNOWN_CLIENT, place=label)
            for own, start, label in self.topology.senders
            if (mine := own & addresses)
        )

    def _hidden_in_addresses(self, addresses: AddressSet) -> tuple[Door, ...]:
        """What is not modelled and may have some of these addresses, which no interface has."""
        behind = not self.unplaced.isdisjoint(addresses)
        strangers = tuple(self.topology.strangers) if behind else ()
        return strangers + tuple(
            door
            for door in self.topology.doors.values()
            if (behind and door.anything) or any(not self.unowned(*at).isdisjoint(addresses) for at in door.subnets)
        )

    def of_block(self, name: str, addresses: AddressSet) -> Endpoint:
        """A block means its addresses: those that interfaces have, and those outside the VPCs. Each means itself; a
        public address of an interface means, as a source, that interface."""
        interfaces = [
            interface
            for interface in self.topology.interfaces.values()
            if any(address in addresses for address in interface.places)
        ]
        outside = addresses - self.vpc_blocks - self.publics
        origins = [origin for interface in interfaces for origin in self.labelled(interface, addresses)]
        if outside & self.world:
            origins.append(self.outside("outside", outside & self.world))
        origins += self.behind(outside - self.world)
        listening = tuple(interface for interface in interfaces if interface.takes)
        hidden = self._hidden_in_addresses(addresses)
        return Endpoint(name, "block", tuple(origins), listening, outside, within=addresses, hidden=hidden)

    def labelled(self, interface: NetworkInterface, within: AddressSet | None = None) -> Iterable[Origin]:
        """The origin of one interface of several; none for those that start nothing (NATGW-7, EP-6)."""
        if interface.silent is not None:
            return
        mine = interface.addresses
        if within is not None:
            mine = tuple(
                p.private
                for p in interface.pairs
                if p.private in within or (p.public is not None and p.public in within)
            )
        yield Origin.of_interface(interface, interface.name, mine)

    def _select_again(self, selector: Selector) -> Endpoint:
        """What a selector stands for. One question asks it some times, and the next one often the same."""
        before = self._selected
        found = next((end for asked, end in before if asked == selector), None)
        if found is None:
            found = self.select(selector)
        others = tuple(each for each in before if each[1] is not found)
        self._selected = ((selector, found), *others[: _SELECTED - 1])  # in one step, for there may be threads
        return found

    def select(self, selector: Selector) -> Endpoint:
        """All interfaces in VPCs, in subnets or with tags; the parts of a selector all have to hold.

        As a source that is everything that can start a connection, as a destination everything that can take one: a NAT
        gateway does neither (NATGW-7), a function's interface does not take any (LAMBDA-8).
        """
        for vpc in selector.vpc:
            if vpc not in self.topology.vpcs:
                raise EndpointError.unselected("VPC", vpc, self.topology.vpcs)
        subnets = [self._subnet(reference) for reference in selector.subnet]
        interfaces = [
            interface
            for interface in self._with_tags(selector.tag)
            if (not selector.vpc or interface.vpc.name in selector.vpc)
            and (not subnets or interface.subnet.full_name in subnets)
            and all(item in interface.tags for item in selector.tag.items())
        ]
        name = ", ".join(
            [
                *(f"vpc {v}" for v in selector.vpc),
                *(f"subnet {s}" for s in subnets),
                *(f"tag {k}={v}" for k, v in selector.tag.items()),
            ]
        )
        if not interfaces and selector.tag:  # an empty subnet is one; a tag that nothing has is a slip
            raise EndpointError(f"{name} matches nothing in the design", name)
        listening = tuple(interface for interface in interfaces if interface.takes)
        hidden = tuple(self._hidden_in(selector.vpc, subnets, selector.tag))
        origins = tuple(o for interface in interfaces for o in self.labelled(interface))
        return Endpoint(name, "selection", origins, listening, hidden=hidden)

    def _with_tags(self, tags: dict[str, str]) -> Iterable[NetworkInterface]:
        """The interfaces that may have all of some tags: those with one of them."""
        return self._by_tag.get(next(iter(tags.items())), ()) if tags else self.topology.interfaces.values()

    @cached_property
    def _by_tag(self) -> dict[tuple[str, str], list[NetworkInterface]]:
        """The interfaces with each tag."""
        found: dict[tuple[str, str], list[NetworkInterface]] = {}
        for interface in self.topology.interfaces.values():
            for item in interface.tags:
                found.setdefault(item, []).append(interface)
        return found

    def _hidden_in(self, vpcs: tuple[str, ...], subnets: list[str], tags: dict[str, str]) -> Iterator[Door]:
        """What is not modelled and may have an interface in VPCs and subnets, where any are named: in these alone."""
        for door in self.topology.doors.values():
            if not all(item in door.tags for item in tags.items()):
                continue
            places = {
                (v, s) for v, s in door.subnets if (not vpcs or v in vpcs) and (not subnets or f"{v}.{s}" in subnets)
            }
            in_no_subnet = not door.subnets and not subnets and door.vpc != "" and (not vpcs or door.vpc in vpcs)
            if places or in_no_subnet:  # of its VPC no subnet is known
                yield replace(door, subnets=frozenset(places))

    def _subnet(self, reference: str) -> str:
        known = [subnet.full_name for vpc in self.topology.vpcs.values() for subnet in vpc.subnets.values()]
        found = [name for name in known if name == reference or name.split(".", 1)[1] == reference]
        if len(found) != 1:
            if found:
                raise EndpointError.ambiguous(reference, found)
            raise EndpointError.unselected("subnet", reference, known)
        return found[0]

    def perhaps_public(self, door: Door) -> bool:
        """Whether something that is not modelled may have a public address: its VPC has an internet gateway (IGW-9)."""
        return door.host and door.public and door.vpc != "" and self.design.vpcs[door.vpc].internet_gateway is not None

    @cached_property
    def unplaced(self) -> AddressSet:
        """Addresses of networks that no VPC has and no connection leads to: of a network behind something, if of any."""
        known = AddressSet.union_of(span for addresses, _, _ in self.topology.senders for span in addresses.spans)
        return NETWORKS - self.vpc_blocks - known

    def perhaps_endpoints(self, vpc: str) -> tuple[Door, ...]:
        """What may be an endpoint in a VPC, and is not known to be one."""
        return tuple(door for door in self.topology.doors.values() if door.anything and door.vpc == vpc)

    def unowned(self, vpc: str, subnet: str) -> AddressSet:
        """The addresses of a subnet that no interface of the design has."""
        known = self._unowned.get((vpc, subnet))
        if known is None:
            site = self.topology.vpcs[vpc].subnets[subnet]
            owned = AddressSet.union_of((a, a) for interface in site.interfaces for a in interface.addresses)
            known = self._unowned[vpc, subnet] = AddressSet.union_of(block.span for block in site.blocks) - owned
        return known


def _with_word(asked: str, names: Iterable[str]) -> str | None:
    """The shortest of some names that has what is asked for as one of its words: ``app-db`` or ``DbHost`` for ``db``."""
    word = asked.casefold()
    return min((n for n in names if word in map(str.casefold, _WORDS.split(n))), key=len, default=None)
