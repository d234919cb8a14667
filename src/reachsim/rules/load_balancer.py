"""Chapter LB: what load balancers take, to whom they pass it on, and with whose address.

Sources: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html (LB-5),
.../network/load-balancer-troubleshooting.html (LB-6, LB-8), .../gateway/gateway-load-balancers.html (LB-9).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.traffic import TCP, UDP, Traffic, service
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss

APPLICATION: Final = "application"
NETWORK: Final = "network"
CLASSIC: Final = "classic"
GATEWAY: Final = "gateway"

IPV4: Final = "ipv4"
IPV6: Final = "ipv6"
DUALSTACK: Final = "dualstack"
WITHOUT_PUBLIC_IPV4: Final = "dualstack-without-public-ipv4"

SPOKEN: Final = {
    "tcp": (TCP,),
    "tls": (TCP,),
    "ssl": (TCP,),
    "http": (TCP,),
    "https": (TCP,),
    "udp": (UDP,),
    "tcp_udp": (TCP, UDP),
}
"""Protocols of listeners and target groups, with the protocols of their packets."""

TAKEN: Final = {
    APPLICATION: frozenset({"tcp", "http", "https"}),
    CLASSIC: frozenset({"tcp", "ssl", "http", "https"}),
    NETWORK: frozenset({"tcp", "tls", "udp", "tcp_udp"}),
    GATEWAY: frozenset({"all"}),
}
"""Protocols of listeners by type. `tcp` at an Application Load Balancer stands for HTTP or HTTPS."""

GENEVE: Final = Traffic.of((service(UDP, 6081), service(UDP, 6081)))
"""What a Gateway Load Balancer sends to its targets (LB-9)."""


class NodeAddress(NamedTuple):
    """Where a target is: its zone, whether that is in the load balancer's VPC, and whether it is given by address."""

    zone: str | None
    inside: bool


def keeps_client(protocol: int, written: bool | None, *, by_address: bool) -> bool:
    """Whether a Network Load Balancer passes a packet on with the client's address (**LB-5**).

    `written`: the target group's attribute. `by_address`: its targets are given by address.
    """
    if protocol == UDP:
        return True
    if written is not None:
        return written
    return not by_address


def kept_over_peering(target: str) -> str:
    """Why what goes to a target in a peered VPC with the client's address is not decided: AWS takes such targets, and does
    not say by which routes and ACLs the packet and its answer go there and back (LB-5)."""
    return f"{target} is in a peered VPC and sees the client's address: AWS does not say by which way it gets there and back"


def same_family(client: int, target: int) -> bool:
    """Whether a client and a target are of one family. Where they are not, the load balancer translates: the target sees its
    address, whatever the target group says (**LB-11**)."""
    return (client > IPV4_LAST) == (target > IPV4_LAST)


def crosses_unless_told(type: object) -> bool:
    """Whether the nodes of a type of load balancer pick targets in other zones too where nothing says so (LB-8)."""
    return type == APPLICATION


def may_get(target: NodeAddress, node: str | None, enabled: frozenset[str | None], *, crosses: bool) -> bool:
    """Whether a node in a zone may pick a target (**LB-8**). A target outside the VPC is registered for all zones."""
    if not target.inside:
        return True
    return target.zone in enabled and (crosses or target.zone == node)


def zones_written(target: NodeAddress, node: str | None, enabled: frozenset[str | None]) -> bool:
    """Whether the zones are known by which a target may or may not be picked; where none is written, all is one zone."""
    zones = {target.zone, node, *enabled}
    return not target.inside or None not in zones or zones == {None}


def nobody(group: str, targets: list[NodeAddress], enabled: frozenset[str | None], *, healthy: bool) -> Loss:
    """The loss where no target of a group may be picked (**LB-8**, **LB-10**)."""
    if not targets:
        text = f"target group {group} has no targets"
        return Loss(Code.ELBV2_LISTENER_HAS_NO_TG, "LB-8", text)
    if not healthy:
        return Loss(Code.TARGETS_UNHEALTHY, "LB-10", f"target group {group} is written as not healthy")
    if all(target.zone not in enabled for target in targets):
        text = f"every target of {group} is in a zone that is not enabled for the load balancer"
        return Loss(Code.ELB_INSTALLED_AZ_RESTRICTION, "LB-8", text)
    text = f"the targets of {group} are in other zones, and cross-zone load balancing is off"
    return Loss(Code.ELB_NOT_CROSSZONE, "LB-8", text)


def not_for_internet(address: int) -> Loss:
    """The loss of what an internet gateway would bring to an IPv6 address of a load balancer that is not for it
    (**LB-11**)."""
    text = f"{format_address(address)} is of an internal load balancer, to which internet gateways bring nothing"
    return Loss(Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS, "LB-11", text)


UDP_TRANSLATED: Final = (
    "which source a target of UDP sees is not known where families differ, and by PrivateLink over IPv6"
)
"""Why UDP is not decided whose source comes from a prefix that AWS picks (LB-11)."""


def hairpin(target: str, balancer: str) -> Loss:
    """The loss of a target that calls its own Network Load Balancer and is picked itself, its address kept (LB-6)."""
    text = f"{target} calls {balancer} and is picked itself: with its address kept, the packet would come from itself"
    return Loss(Code.NLB_HAIRPIN, "LB-6", text)
