"""Quotas of VPCs that an account has unless it had them raised (**SG-25**, **NACL-18**, **ROUTE-26**, CIDR-1, **SUBNET-5**,
**PEER-2**, **NATGW-15**)."""

from __future__ import annotations

from typing import Final, NamedTuple

from reachsim.rules.cidr import BLOCKS_DEFAULT
from reachsim.rules.lambda_ import INTERFACES_PER_VPC

NEAR_PERCENT: Final = 80
"""From so much of a quota on it is near."""


class Quota(NamedTuple):
    """One quota: how many there may be, of what, and the rule that says so."""

    most: int
    what: str
    rule: str


CIDRS_OF_VPC: Final = Quota(BLOCKS_DEFAULT, "IPv4 blocks of a VPC", "CIDR-1")
SUBNETS_OF_VPC: Final = Quota(200, "subnets of a VPC", "SUBNET-5")
ROUTE_TABLES_OF_VPC: Final = Quota(200, "route tables of a VPC", "ROUTE-26")
ROUTES_OF_TABLE: Final = Quota(500, "routes of a table, of one address family", "ROUTE-26")
ACLS_OF_VPC: Final = Quota(200, "network ACLs of a VPC", "NACL-18")
RULES_OF_ACL: Final = Quota(20, "rules of an ACL in one direction", "NACL-18")
RULES_OF_GROUP: Final = Quota(60, "rules of a security group in one direction, of one address family", "SG-25")
GROUPS_OF_INTERFACE: Final = Quota(5, "security groups of an interface", "SG-25")
GROUPS_MOST: Final = 16
"""Security groups that an interface can have where the quota is raised as far as it goes."""
PEERINGS_OF_VPC: Final = Quota(50, "active peerings of a VPC", "PEER-2")
INTERFACES_OF_FUNCTIONS: Final = Quota(INTERFACES_PER_VPC, "shared interfaces of functions in a VPC", "LAMBDA-5")
NAT_GATEWAYS_OF_ZONE: Final = Quota(5, "NAT gateways of a zone", "NATGW-15")


def over(count: int, quota: Quota) -> bool:
    """Whether a quota is not kept."""
    return count > quota.most


def near(count: int, quota: Quota) -> bool:
    """Whether a quota is kept, and nearly used up.

    >>> near(48, RULES_OF_GROUP), near(47, RULES_OF_GROUP), near(61, RULES_OF_GROUP)
    (True, False, False)
    """
    return not over(count, quota) and count * 100 >= quota.most * NEAR_PERCENT
