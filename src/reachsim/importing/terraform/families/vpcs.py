"""VPCs and subnets with their blocks, and what AWS makes with a VPC."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, known, present
from reachsim.importing.terraform.families.ipam import attribute_of
from reachsim.importing.terraform.snapshot import Open, Resource

TYPES: Final = frozenset(
    {
        "aws_vpc", "aws_default_vpc", "aws_subnet", "aws_default_subnet",
        "aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association", "awscc_ec2_vpc_cidr_block",
    }
)  # fmt: skip

_OTHER_PROVIDER: Final = "awscc_ec2_vpc_cidr_block"


def add(made: Assembly) -> None:
    """VPCs, the blocks that are added to them, subnets."""
    for each in made.found.of("aws_vpc", "aws_default_vpc"):
        made.put("Vpcs", each, _vpc(made, each))
        made.place("VpcAttributes", f"attributes of {each.id}", _dns(each), each.origin)
    for each in made.found.of("aws_vpc_ipv4_cidr_block_association", _OTHER_PROVIDER):
        if not _is_for_ipv6(each):
            members = [{"CidrBlock": each.get("cidr_block")}]
            made.append("Vpcs", each, "CidrBlockAssociationSet", "vpc_id", members)
    for each in made.found.of("aws_vpc_ipv6_cidr_block_association", _OTHER_PROVIDER):
        if _is_for_ipv6(each):
            ipv6 = {"Ipv6CidrBlock": each.get("ipv6_cidr_block"), "Ipv6AddressAttribute": attribute_of(made, each)}
            made.append("Vpcs", each, "Ipv6CidrBlockAssociationSet", "vpc_id", [present(ipv6)])
    for each in made.found.of("aws_subnet", "aws_default_subnet"):
        made.put("Subnets", each, {**_subnet(each), **_of_the_default_vpc(made, each)})


def _is_for_ipv6(each: Resource) -> bool:
    """Whether a block that is added to a VPC is one of IPv6: the provider ``awscc`` has one type for both families."""
    asked = ("amazon_provided_ipv6_cidr_block", "ipv6_pool", "ipv6_ipam_pool_id")
    told = each.get("cidr_block") is None and any(each.get(key) for key in (*asked, "ipv6_cidr_block"))
    return told if each.address.type == _OTHER_PROVIDER else "_ipv6_" in each.address.type


def _of_the_default_vpc(made: Assembly, each: Resource) -> Attributes:
    """The VPC of a default subnet that does not tell it yet: a Region of an account has one default VPC, and what one
    configured provider makes is in one Region (that which the resource names, in the provider's version 6)."""
    if each.address.type != "aws_default_subnet" or not isinstance(each.get("vpc_id"), Unknown):
        return {}
    own = [one for one in made.found.of("aws_default_vpc") if made.place_of(one) == made.place_of(each)]
    return {"VpcId": own[0].id} if len(own) == 1 else {}


def _vpc(made: Assembly, each: Resource) -> Attributes:
    return present(
        {
            "CidrBlock": each.get("cidr_block"),
            "CidrBlockAssociationSet": [{"CidrBlock": each.get("cidr_block")}],
            "Ipv6CidrBlockAssociationSet": [
                present({**block, "Ipv6AddressAttribute": attribute_of(made, each)})
                for block in _ipv6(each, "assign_generated_ipv6_cidr_block")
            ],
            "OwnerId": known(each.get("owner_id")),
            "Region": region_of(each),
        }
    )


def region_of(each: Resource) -> str:
    """The Region that something is in, by itself (the provider's version 6) or by its ARN; empty where neither is known."""
    parts = known(each.get("arn")).split(":")
    return known(each.get("region")) or (parts[3] if len(parts) > 3 else "")


def _dns(each: Resource) -> Attributes:
    """The DNS attributes of a VPC; a default VPC has both (DNS-2)."""
    default = each.address.type == "aws_default_vpc"
    told = (
        ("EnableDnsSupport", each.get("enable_dns_support"), True),
        ("EnableDnsHostnames", each.get("enable_dns_hostnames"), default),
    )
    return {key: {"Value": otherwise if value is None else value} for key, value, otherwise in told}


def _subnet(each: Resource) -> Attributes:
    return present(
        {
            "VpcId": each.get("vpc_id"),
            "CidrBlock": each.get("cidr_block"),
            "AvailabilityZone": known(each.get("availability_zone")),
            "Ipv6CidrBlockAssociationSet": _ipv6(each, ""),
            "MapPublicIpOnLaunch": each.get("map_public_ip_on_launch"),
            "AssignIpv6AddressOnCreation": each.get("assign_ipv6_address_on_creation"),
        }
    )


def _ipv6(each: Resource, asked_by: str) -> Any:
    """The IPv6 block of a VPC or a subnet. A VPC's is also left open where none was asked for: it then has none."""
    value = each.get("ipv6_cidr_block")
    asked = (asked_by, "ipv6_ipam_pool_id", "ipv6_netmask_length")
    if isinstance(value, Unknown) and asked_by and not any(each.get(key) for key in asked):
        return []
    return [] if value is None else [{"Ipv6CidrBlock": value}]


def subnets_give(made: Assembly, subnets: Any) -> Any:
    """Whether the subnets that something is in, or in one of, give public addresses (IGW-6)."""
    ids = subnets if isinstance(subnets, list) else subnets.candidates if isinstance(subnets, Open) else ()
    holders = [made.one("Subnets", id) for id in ids] or [None]
    gives = [None if holder is None else holder.get("MapPublicIpOnLaunch", False) for holder in holders]
    if all(one is False for one in gives):
        return False
    return True if all(one is True for one in gives) else Unknown("some of its subnets may give public addresses")
