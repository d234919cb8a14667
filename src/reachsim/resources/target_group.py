"""Target groups of load balancers: their schema, and how listeners and targets are written (chapter LB)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import PlainValidator, WithJsonSchema

from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import HintedError, shown
from reachsim.net.traffic import Traffic, service
from reachsim.resources.fields import AS_TEXT, Boolean, Schema, TargetNames, looks_like_address, written
from reachsim.resources.public_service import region_of
from reachsim.rules.load_balancer import IPV4, IPV6, SPOKEN, NodeAddress

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


def bodies(value: Any) -> Any:
    """A target group with nothing behind its name has no targets."""
    return {name: {} if body is None else body for name, body in value.items()} if isinstance(value, dict) else value


class TargetGroup(Schema):
    """A target group."""

    targets: TargetNames = ()
    """Instances and interfaces of the VPC, addresses, an Application Load Balancer (of a Network Load Balancer), or a
    function (of an Application Load Balancer)."""
    port: ListenerField | None = None
    """Protocol and port of its targets; left out: the listener's."""
    health_check: ListenerField | None = None
    """Protocol and port of its health checks; left out: TCP to the targets' port; of a Gateway Load Balancer
    nothing is said of them then."""
    target_type: Literal["instance", "ip", "alb", "lambda"] | None = None
    """How its targets are registered; left out: as they are written."""
    preserve_client_ip: Boolean | None = None
    """Of a Network Load Balancer: whether targets see the client's address; left out: AWS's default (LB-5)."""
    ip_address_type: Literal["ipv4", "ipv6"] | None = None
    """The family by which its targets are called; left out: as its addresses are written, else `ipv4` (LB-11)."""
    cross_zone: Boolean | None = None
    """Whether nodes pick targets in other zones too; left out: as the load balancer."""
    healthy: Boolean = True
    """`false`: its targets are taken as not healthy, so that nobody picks them (LB-10)."""

    @property
    def by_address(self) -> bool:
        """Whether its targets are registered by address."""
        return self.target_type == "ip" or any(looks_like_address(each) for each in self.targets)

    @property
    def family(self) -> Literal["ipv4", "ipv6"]:
        """The family by which its targets are called (LB-11)."""
        if self.ip_address_type is not None:
            return self.ip_address_type
        written = [each for each in self.targets if looks_like_address(each)]
        return IPV6 if written and all(":" in each for each in written) else IPV4


class RegisteredTarget(NamedTuple):
    """One target: its interface, None where only the address is known here, its address, and where it is."""

    name: str
    interface: NetworkInterface | None
    address: int
    place: NodeAddress


def peered_with(design: Any, vpc: str, address: int) -> str | None:
    """The VPC of an address among those that are peered with a VPC in its Region; the empty text where one that nobody knows
    may be; None where none is (LB-5)."""
    standing = (body for body in design.peering_connections.values() if body.stands)
    told = (frozenset({body.requester, body.accepter}) for body in standing)
    perhaps = (each for body in design.unknown_connections.values() for each in body.perhaps_peers())
    for ends in (*told, *perhaps):
        other = next(iter(ends - {vpc}), "")
        if len(ends | {vpc}) > 2:
            continue  # of two other VPCs
        if len(ends) < 2:
            return ""
        if other in design.vpcs and any(address in block for block in design.vpcs[other].cidrs):
            regions = {region_of(design, vpc), region_of(design, other)}
            if len(regions - {""}) < 2:
                return other
    return None
