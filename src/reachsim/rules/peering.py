"""Chapter PEER: what a VPC peering connection carries."""

from __future__ import annotations

from typing import Literal

from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss

ACTIVE = "active"
"""The only state that carries traffic (PEER-1)."""
Status = Literal[
    "active",
    "pending-acceptance",
    "initiating-request",
    "provisioning",
    "deleting",
    "deleted",
    "rejected",
    "expired",
    "failed",
]
"""States of a peering connection (PEER-1). Source: EC2 API, VpcPeeringConnectionStateReason."""


def carrying_loss(source: int, destination: int, near: AddressSet, far: AddressSet) -> Loss | None:
    """Why a peering does not carry a packet from the near to the far VPC, or None (PEER-4, PEER-5, PEER-6).

    The destination must be the far VPC's own and the source the near VPC's own: nothing passes on to a third network
    (not another peering, not an internet gateway, not a NAT device on the other side).
    Source: https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
    """
    if destination not in far:
        text = f"is not in the far VPC ({far}): a peering leads nowhere beyond it"
        note = f"{format_address(destination)} {text}"
        return Loss(Code.PCX_REQUIRES_ADDRESS_IN_VPC_CIDR, "PEER-4", f"the destination {text}", note)
    if source not in near:
        text = f"is not in the near VPC ({near}): a peering carries no traffic in transit"
        note = f"the source {format_address(source)} {text}"
        return Loss(Code.PCX_REQUIRES_ADDRESS_IN_VPC_CIDR, "PEER-6", f"the source {text}", note)
    return None


def private_name_option(there: str, requester: str) -> Literal["requester_dns", "accepter_dns"]:
    """Which option of a peering lets clients in its other VPC see private addresses behind public host names of VPC `there`
    (PEER-11).

    Source: https://docs.aws.amazon.com/vpc/latest/peering/modify-peering-connections.html
    """
    return "requester_dns" if there == requester else "accepter_dns"
