"""Load balancers (chapter LB): their schema, and the interfaces and targets that they have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.relay import Choice
from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.errors import HintedError, shown, with_article
from reachsim.net.address import format_address, parse_address
from reachsim.net.traffic import PROTOCOL_NAMES, Traffic, service
from reachsim.resources.balancer_node import Node, place_node
from reachsim.resources.fields import (
    AS_TEXT,
    EMPTY_BODIES,
    Boolean,
    Ipv4Field,
    Name,
    References,
    Schema,
    Tags,
    looks_like_address,
    written,
)
from reachsim.resources.mending import Case, Edit
from reachsim.resources.network_interface import nic_of
from reachsim.resources.reference import bare
from reachsim.resources.resource import At, Checks, Ends, Entrance, InterfaceNeed, Resource, Wiring, resource
from reachsim.resources.route_table import routes_to
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.load_balancer import (
    APPLICATION,
    GATEWAY,
    NETWORK,
    SPOKEN,
    TAKEN,
    NodeAddress,
    keeps_client,
    may_get,
    nobody,
    zones_written,
)

_PORT = "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
_SPOKEN = "tcp|tls|ssl|http|https|udp|tcp_udp"


@dataclass(frozen=True)
class Spoken:
    """A protocol of a listener or a target group with its port, as it is written: ``https/443``; ``all`` for everything."""

    protocol: str
    port: int = 0

    def __str__(self) -> str:
        return f"{self.protocol}/{self.port}" if self.port else self.protocol

    @property
    def protocols(self) -> tuple[int, ...]:
        """The protocols of its packets."""
        return SPOKEN.get(self.protocol, ())

    @property
    def traffic(self) -> Traffic:
        """What its packets are."""
        if not self.port:
            return Traffic.everything()
        return Traffic.union_of((s, s) for s in (service(protocol, self.port) for protocol in self.protocols))


def _spoken(value: Any) -> Spoken:
    if isinstance(value, Spoken):
        return value
    if value == "all":
        return Spoken("all")
    found = re.fullmatch(f"({_SPOKEN})/{_PORT}", value) if isinstance(value, str) else None
    if found is None:
        raise HintedError(f"a protocol and a port are expected, got {shown(value)}", hint="write tcp/443, or https/443")
    return Spoken(found[1], int(found[2]))


ListenerField = Annotated[
    Spoken,
    PlainValidator(_spoken),
    WithJsonSchema(written("listener", "a protocol and a port, or all", f"all|({_SPOKEN})/{_PORT}", "tcp/443")),
    AS_TEXT,
]


def _bodies(value: Any) -> Any:
    """A target group with nothing behind its name has no targets."""
    return {name: {} if body is None else body for name, body in value.items()} if isinstance(value, dict) else value


class TargetGroup(Schema):
    """A target group."""

    targets: References = ()
    """Instances and interfaces of the VPC, addresses, an Application Load Balancer (of a Network Load Balancer), or a
    function (of an Application Load Balancer)."""
    port: ListenerField | None = None
    """Protocol and port of its targets; left out: the listener's."""
    health_check: ListenerField | None = None
    """Protocol and port of its health checks; left out: TCP to the targets' port."""
    target_type: Literal["instance", "ip", "alb", "lambda"] | None = None
    """How its targets are registered; left out: as they are written."""
    preserve_client_ip: Boolean | None = None
    """Of a Network Load Balancer: whether targets see the client's address; left out: AWS's default (LB-5)."""
    cross_zone: Boolean | None = None
    """Whether nodes pick targets in other zones too; left out: as the load balancer."""
    healthy: Boolean = True
    """`false`: its targets are taken as not healthy, so that nobody picks them (LB-10)."""

    @property
    def by_address(self) -> bool:
        """Whether its targets are registered by address."""
        return self.target_type == "ip" or any(looks_like_address(each) for each in self.targets)


class RegisteredTarget(NamedTuple):
    """One target: its interface, None where only the address is known here, its address, and where it is."""

    name: str
    interface: NetworkInterface | None
    address: int
    place: NodeAddress


@resource("load_balancers", "load balancer")
class LoadBalancer(Resource):
    """A load balancer: an interface in each of its subnets, listeners and target groups."""

    type: Literal["application", "network", "gateway", "classic"] = "application"
    """What it is. An Application or Classic Load Balancer ends the client's connection (LB-1), a Network Load Balancer
    passes it on, a Gateway Load Balancer sends everything to appliances (LB-9)."""
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """`internal`: one without public addresses. A Gateway Load Balancer never has any."""
    subnets: Annotated[References, Field(min_length=1)]
    """The subnets that it has an interface in; their zones are those that are enabled (LB-8)."""
    security_groups: References | None = None
    """Its groups; left out: none of a Network or Gateway Load Balancer (LB-3, LB-9), else the VPC's default group."""
    cross_zone: Boolean | None = None
    """Whether its nodes pick targets in other zones too; left out: an Application Load Balancer's do (LB-8)."""
    private_ips: dict[Name, Ipv4Field] = Field(default_factory=dict)
    """Its private address by subnet; left out: the lowest free one."""
    public_ips: dict[Name, Ipv4Field] = Field(default_factory=dict)
    """Its public address by subnet, where it is internet-facing; left out: one that AWS will choose."""
    listeners: dict[ListenerField, References] = Field(default_factory=dict)
    """By protocol and port (`tcp/443`, `https/443`, `tcp_udp/53`; `all` of a Gateway Load Balancer) the target group, or
    several of which AWS picks one."""
    target_groups: Annotated[dict[Name, TargetGroup], EMPTY_BODIES, BeforeValidator(_bodies)] = Field(
        default_factory=dict
    )
    """Its target groups by name."""
    enforce_inbound_on_private_link: Boolean = True
    """Whether the rules of its groups judge what comes by PrivateLink (LB-3)."""
    tags: Tags = {}

    # -- addresses ----------------------------------------------------------------------------------------------

    def mend(self, at: At, case: Case) -> Iterator[Edit]:
        """Client addresses that are not kept (LB-6), and targets in every zone (LB-8)."""
        path = case.cause.path
        if path[: len(at.path)] != at.path:
            return
        if case.cause.code is Code.NLB_HAIRPIN and path[-1] == "preserve_client_ip":
            text = f"let targets of {at.name}/{path[-2]} see the load balancer's address (preserve_client_ip: false)"
            yield Edit.setting(path, False, text, 2)
        if case.cause.code is Code.ELB_NOT_CROSSZONE:
            yield Edit.setting((*at.path, "cross_zone"), True, f"let {at.name} send to targets in every zone", 2)

    def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
        """One in each subnet."""
        facing = self.scheme == "internet-facing" and self.type != GATEWAY
        for reference in self.subnets:
            subnet = bare(reference)
            public = (self.public_ips.get(subnet) or True) if facing else None
            groups = self.security_groups
            if self.type in (NETWORK, GATEWAY):
                groups = groups or ()
            yield InterfaceNeed(
                f"{at.name}/{subnet}", at.path, reference, groups, self.private_ips.get(subnet), None, public,
                implied=public is True,
            )  # fmt: skip

    # -- checks -------------------------------------------------------------------------------------------------

    def check(self, at: At, checks: Checks) -> None:
        """What AWS would refuse: listeners that its type does not have, targets that it cannot have."""
        own = {bare(reference) for reference in self.subnets}
        for key, addresses in (("private_ips", self.private_ips), ("public_ips", self.public_ips)):
            for subnet in addresses:
                if subnet not in own:
                    text = f"{at.name} has no interface in {shown(subnet)}"
                    checks.report((*at.path, key, subnet), text, "name one of its subnets", key=True)
        if len(own) != len(self.subnets):
            checks.report((*at.path, "subnets"), "a subnet is listed twice", "name each once")
        for index, reference in enumerate(self.subnets):
            blocks = checks.blocks_of(at.vpc, reference)
            if blocks and not any(block.version == 4 for block in blocks):
                text = f"subnet {reference} has no IPv4 block, which a load balancer needs"
                checks.report((*at.path, "subnets", index), text)
        if self.public_ips and (self.scheme == "internal" or self.type == GATEWAY):
            what = "a Gateway Load Balancer" if self.type == GATEWAY else "internal"
            text = f"{at.name} is {what}: it has no public addresses"
            checks.report((*at.path, "public_ips"), text, "remove public_ips")
        if self.type == GATEWAY and self.security_groups:
            text = "a Gateway Load Balancer has no security groups"
            checks.report((*at.path, "security_groups"), text, "remove security_groups", "LB-9")
        self._check_listeners(at, checks)
        for name, group in self.target_groups.items():
            self._check_targets(at, (*at.path, "target_groups", name), group, checks)
        for path, _, reference in routes_to(checks.design.vpcs[at.vpc], at):
            text = f"{shown(reference)} is a load balancer, which no route leads to"
            checks.report(path, text, "route to what stands behind it", "ROUTE-10")

    def _check_listeners(self, at: At, checks: Checks) -> None:
        for listener, groups in self.listeners.items():
            path = (*at.path, "listeners", str(listener))
            if listener.protocol not in TAKEN[self.type]:
                able = ", ".join(sorted(TAKEN[self.type]))
                text = f"a listener of {with_article(self.type)} load balancer is not {listener.protocol}"
                checks.report(path, text, f"it is one of: {able}", key=True)
            for name in groups:
                group = self.target_groups.get(name)
                if group is None:
                    checks.report(path, f"{at.name} has no target group {shown(name)}", "write it under target_groups")
                elif (
                    group.port is not None and not set(group.port.protocols) & set(listener.protocols) and listener.port
                ):
                    text = f"the listener is {listener.protocol}, and the targets of {name} are {group.port.protocol}"
                    checks.report(path, text, "a target group has its listener's protocol", "LB-1")

    def _check_targets(self, at: At, path: KeyPath, group: TargetGroup, checks: Checks) -> None:
        design = checks.design
        vpc = design.vpcs[at.vpc]
        for index, each in enumerate(group.targets):
            here = (*path, "targets", index)
            if looks_like_address(each):
                self._check_address(at, here, each, group, checks)
                continue
            owner, _, name = each.rpartition(".")
            if owner and owner != at.vpc:
                text = f"{shown(each)} is not in VPC {at.vpc}"
                checks.report(here, text, "a target in another VPC is written by its address", "LB-8")
            elif self.type == APPLICATION and each in design.lambda_functions:
                continue
            elif name in vpc.load_balancers:
                if self.type != NETWORK or vpc.load_balancers[name].type != APPLICATION:
                    text = f"{shown(each)} is a load balancer that {at.name} cannot have as a target"
                    checks.report(here, text, "a network load balancer may have an application load balancer as target")
            elif name not in vpc.instances and name not in vpc.interfaces:
                text = f"{shown(each)} names nothing in VPC {at.vpc} that can be a target"
                checks.report(here, text, "name an instance, an interface or an address")

    def _check_address(self, at: At, path: KeyPath, text: str, group: TargetGroup, checks: Checks) -> None:
        try:
            address = parse_address(text)
        except ValueError as error:
            checks.report(path, str(error), "write one address, such as 10.0.0.10")
            return
        inside = any(address in block for block in checks.design.vpcs[at.vpc].cidrs)
        if self.type == NETWORK and not inside and self._keeps_any(group):
            text = f"{text} is outside VPC {at.vpc}, and the client's address is kept"
            checks.report(path, text, "write preserve_client_ip: false; with UDP a target has to be in the VPC", "LB-5")

    def _keeps_any(self, group: TargetGroup) -> bool:
        spoken = {
            protocol
            for listener, names in self.listeners.items()
            for protocol in listener.protocols
            if any(self.target_groups.get(name) is group for name in names)
        }
        return any(keeps_client(each, group.preserve_client_ip, by_address=group.by_address) for each in spoken)

    # -- topology -----------------------------------------------------------------------------------------------

    def build(self, at: At, wiring: Wiring) -> None:
        """Its interfaces."""
        for need in self.interfaces(at):
            groups = None if need.security_groups == () else wiring.groups(at.vpc, need.security_groups)
            interface = nic_of(need, type(self).noun, self.tags, at, wiring, groups, client_ports=UNKNOWN_CLIENT)
            place_node(interface, self.type, self.spoken(), self.checked(), wiring)

    def spoken(self) -> tuple[tuple[str, Traffic], ...]:
        """What its listeners take, as they are written and as packets."""
        return tuple((str(listener), listener.traffic) for listener in self.listeners)

    def checked(self) -> Traffic:
        """What its health checks are."""
        spans = [each.health_check.traffic for each in self.target_groups.values() if each.health_check is not None]
        spans += [
            Traffic.of((service(6, each.port.port), service(6, each.port.port)))
            for each in self.target_groups.values()
            if each.health_check is None and each.port is not None and each.port.port
        ]
        return Traffic.union_of(span for traffic in spans for span in traffic.spans)

    def join(self, at: At, wiring: Wiring) -> None:
        """Its targets, when all of them are there."""
        nodes = self.nodes(at, wiring)
        enabled = frozenset(interface.subnet.az for interface in nodes)
        for interface in nodes:
            assert isinstance(interface.host, Node)
            choices = [
                choice
                for listener, names in self.listeners.items()
                for protocol in listener.protocols
                for choice in self._choices(at, wiring, interface, enabled, listener, protocol, names)
            ]
            interface.host.join(tuple(choices), relays=self.type == NETWORK)

    def nodes(self, at: At, wiring: Wiring) -> list[NetworkInterface]:
        """Its interfaces, placed."""
        return [wiring.interface(at.vpc, need.name) for need in self.interfaces(at)]

    def _choices(
        self,
        at: At,
        wiring: Wiring,
        node: NetworkInterface,
        enabled: frozenset[str | None],
        listener: Spoken,
        protocol: int,
        names: tuple[str, ...],
    ) -> Iterator[Choice]:
        """What one node may do with the packets of one listener and protocol."""
        about = Traffic.of((service(protocol, listener.port), service(protocol, listener.port)))
        out: list[Choice] = []
        lost: list[Choice] = []
        for name in names:
            group = self.target_groups[name]
            path = (*at.path, "target_groups", name)
            targets = [found for each in group.targets for found in self._targets(at, wiring, each)]
            written = group.cross_zone if group.cross_zone is not None else self.cross_zone
            crosses = written if written is not None else self.type == APPLICATION
            port = service(protocol, group.port.port) if group.port is not None and group.port.port else None
            health = group.health_check.traffic.first if group.health_check is not None else None
            if health is None:
                health = service(6, (about.first if port is None else port) & 0xFFFF)
            keeps = self.type == NETWORK and keeps_client(
                protocol, group.preserve_client_ip, by_address=group.by_address
            )
            able = [t for t in targets if may_get(t.place, node.subnet.az, enabled, crosses=crosses)]
            doubtful = [
                t for t in targets if t not in able and not zones_written(t.place, node.subnet.az, enabled)
            ]  # fmt: skip
            for target in doubtful if group.healthy else ():
                text = f"the zones of {target.name} and of all subnets of {at.name} decide, and are not written"
                out.append(
                    Choice(f"to {target.name}", about, target.interface, target.address, path=path, unknown=text)
                )
            for target in able if group.healthy else ():
                asked = about.first if port is None else port
                label = f"to {target.name} {PROTOCOL_NAMES[protocol]}/{asked & 0xFFFF}"
                out.append(
                    Choice(label, about, target.interface, target.address, keeps, port, None, path, health)
                )  # fmt: skip
            if not ((able or doubtful) and group.healthy) and not self._invoked(wiring, group):
                loss = nobody(name, [t.place for t in targets], enabled, healthy=group.healthy)
                lost.append(Choice(f"to {name}", about, loss=loss, path=path))
        # A group of several that nobody of may be picked fails what is sent to it (LB-8).
        yield from (*out, *lost)

    def _invoked(self, wiring: Wiring, group: TargetGroup) -> bool:
        """Whether its targets are functions, which are invoked and reached by no packet."""
        return bool(group.targets) and all(each in wiring.design.lambda_functions for each in group.targets)

    def _targets(self, at: At, wiring: Wiring, each: str) -> Iterator[RegisteredTarget]:
        """The interfaces that a target means, by the address that is called: an instance's first, every one of a fleet."""
        vpc = wiring.vpc(at.vpc)
        if looks_like_address(each):
            address = int(parse_address(each))
            subnet: SubnetSite | None = vpc.subnet_runs[address]
            owner = vpc.owners.get(address)
            name = owner.name if owner is not None else format_address(address)
            place = NodeAddress(None if subnet is None else subnet.az, address in vpc.blocks)
            yield RegisteredTarget(name, owner, address, place)
            return
        design = wiring.design
        name = bare(each)
        for section in ("instances", "interfaces", "load_balancers"):
            body = getattr(design.vpcs[at.vpc], section).get(name)
            if body is None:
                continue
            needs = list(body.interfaces(At(at.vpc, section, name)))
            for need in needs[:1] if section == "instances" else needs:
                interface = wiring.interface(at.vpc, need.name)
                yield RegisteredTarget(
                    interface.name, interface, interface.addresses[0], NodeAddress(interface.subnet.az, inside=True)
                )
            return

    def endpoint(self, at: At, ends: Ends) -> Endpoint | None:
        """All of its interfaces: where it is called, and where it calls its targets from."""
        interfaces = tuple(ends.interface(f"{at.vpc}.{need.name}") for need in self.interfaces(at))
        many = len(interfaces) > 1
        origins = tuple(
            replace(origin, label=interface.name if many else "")
            for interface in interfaces
            for origin in ends.of_interface(interface).origins
        )
        return Endpoint(at.full_name, type(self).noun, origins, interfaces)

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """No route leads to one (ROUTE-10)."""
        return Entrance(None, None, f"{at.name} is a load balancer", "ROUTE-10")
