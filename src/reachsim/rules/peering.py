"""Chapter PEER: what a VPC peering connection carries."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet
from reachsim.rules.codes import Code
from reachsim.rules.refusal import Refusal
from reachsim.rules.verdict import Loss

ACTIVE = "active"
"""The only state that carries traffic (**PEER-1**)."""
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
"""States of a peering connection (**PEER-1**). Source: EC2 API, VpcPeeringConnectionStateReason."""


def carrying_loss(source: int, destination: int, near: AddressSet, far: AddressSet) -> Loss | None:
    """Why a peering does not carry a packet from the near to the far VPC, or None (**PEER-4**, **PEER-5**, **PEER-6**).

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


def groups_nameable(status: str, region: str, other_region: str) -> bool:
    """Whether rules may name security groups of the VPC at the other end of a peering: of an active one, within one Region
    (**SG-11**, **PEER-10**). Once it is no longer active, a rule that names one is stale and matches nothing (**SG-16**,
    **PEER-12**).

    Source: https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html
    """
    return status == ACTIVE and region == other_region


def group_refusal(group: str, vpc: str, owner: str, statuses: Collection[str]) -> Refusal:
    """Why AWS refuses a rule of a VPC that names a group of another one which it may not name (**SG-11**). `statuses`: of
    the peerings of the two."""
    if ACTIVE in statuses:
        text = f"{group} is a group of VPC {owner}, which is in another Region than {vpc}"
        return Refusal("SG-11", text, "name a block")
    text = f"{group} is a group of VPC {owner}, which is not peered with {vpc}"
    return Refusal("SG-11", text, "name a block, or peer the VPCs")


def private_name_option(there: str, requester: str) -> Literal["requester_dns", "accepter_dns"]:
    """Which option of a peering lets clients in its other VPC see private addresses behind public host names of VPC `there`
    (**PEER-11**).

    Source: https://docs.aws.amazon.com/vpc/latest/peering/modify-peering-connections.html
    """
    return "requester_dns" if there == requester else "accepter_dns"
