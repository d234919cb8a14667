"""Chapter EP: what VPC endpoints carry."""

from __future__ import annotations

from typing import Final, Literal

from reachsim.net.address import format_address
from reachsim.net.traffic import Traffic
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss, Silence

AVAILABLE: Final = "available"
"""The only state that carries traffic (EP-10)."""
EndpointState = Literal[
    "available",
    "pending",
    "pending-acceptance",
    "pendingAcceptance",
    "deleting",
    "deleted",
    "rejected",
    "failed",
    "expired",
    "partial",
]
"""States of a VPC endpoint (EP-10). Source: EC2 API, VpcEndpoint."""

GATEWAY_TRAFFIC: Final = Traffic.parse("tcp, icmp/8, icmp/0")
"""What a gateway endpoint carries: TCP and ICMP echo (**EP-4**).

Source: https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
"""
AMAZON_TRAFFIC: Final = Traffic.parse("tcp")
"""What an interface endpoint of a service of AWS's own carries (**EP-10**)."""
CUSTOMER_TRAFFIC: Final = Traffic.parse("tcp, udp")
"""What an interface endpoint of somebody's own service may carry (**EP-10**)."""

INTERFACE_SILENCE: Final = Silence(Code.VPCE_INTRA_VPC_TRAFFIC, "EP-6", "a VPC endpoint")
"""An interface endpoint takes connections and starts none (EP-6)."""
INSPECTION_SILENCE: Final = Silence(Code.VPCE_INTRA_VPC_TRAFFIC, "EP-11", "an inspection endpoint")
"""A Gateway Load Balancer endpoint only sends on what routes lead to it (EP-11)."""


def zones_unwritten(endpoint: str | None, nodes: frozenset[str | None]) -> bool:
    """Whether zones that are not written decide which of a load balancer's interfaces an endpoint leads to; where none is
    written, all is one zone (**EP-10**)."""
    zones = {endpoint, *nodes}
    return None in zones and zones != {None}


def not_in_zone(service: str, zone: str | None, endpoint: str) -> Loss:
    """The loss of an endpoint's interface in a zone in which its service's load balancer has none (**EP-10**).

    Source: https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html
    """
    text = f"the load balancer of endpoint service {service} has no interface in zone {zone} of {endpoint}"
    return Loss(Code.VPCE_SERVICE_NOT_INSTALLED_IN_AZ, "EP-10", text)


def gateway_loss(source: int, *, owned: bool, vpc: str) -> Loss | None:
    """Why a gateway endpoint does not carry a packet from an address, or None (**EP-4**, PEER-5).

    `owned`: whether the address is that of an interface of its VPC, `vpc`: it is not for neighbours over peering, VPN,
    Direct Connect or a transit gateway. Source: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    if owned:
        return None
    text = f"a gateway endpoint serves its own VPC alone, and {format_address(source)} belongs to no interface in VPC {vpc}"
    return Loss(Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC, "EP-4", text)
