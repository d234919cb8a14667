"""What a file does not make but tells of: data sources, and ids of groups and tables that its resources add to.

Of these nothing beyond the file is known, so their rules and routes are those of the file and perhaps others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, known, present
from reachsim.importing.terraform.families.routes import route_of
from reachsim.importing.terraform.families.vpcs import region_of
from reachsim.importing.terraform.snapshot import Resource

_BEYOND: Final = "nothing beyond the file is known of it"
_ADD_TO_GROUPS: Final = (
    "aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule",
)  # fmt: skip


def add_sources(made: Assembly) -> None:
    """Data sources that were read, each unless a resource makes the same."""
    for each in made.found.data:
        read = _SOURCES.get(each.address.type)
        if read is None or each.created:
            continue
        kind, attributes = read(each)
        if made.one(kind, each.id) is None:
            made.put(kind, each, present(attributes))


def add_strangers(made: Assembly) -> None:
    """Groups and tables that are known by id alone."""
    own = {each.id for each in made.found.of("aws_security_group", "aws_default_security_group")}
    vpcs = _vpcs_of_groups(made)
    for each in made.found.of(*_ADD_TO_GROUPS):
        id = each.get("security_group_id")
        if isinstance(id, str) and id not in own and made.one("SecurityGroups", id) is None:
            vpc = vpcs.get(id) or f"VPC of {id}"
            made.place("SecurityGroups", id, {"VpcId": vpc, **_any_rules()}, each.origin)
    for each in made.found.of("aws_route_table_association"):
        id, subnet = each.get("route_table_id"), made.one("Subnets", each.get("subnet_id"))
        of = None if subnet is None else subnet.get("VpcId")
        if isinstance(id, str) and isinstance(of, str) and made.one("RouteTables", id) is None:
            body = {"VpcId": of, "Associations": [], "Routes": [Unknown(_BEYOND)]}
            made.place("RouteTables", id, body, each.origin)


def _vpcs_of_groups(made: Assembly) -> dict[Any, str]:
    """By group, the VPC of what has it."""
    found: dict[Any, str] = {}
    for each in made.found.of("aws_instance", "aws_network_interface"):
        subnet = made.one("Subnets", each.get("subnet_id"))
        vpc = None if subnet is None else subnet.get("VpcId")
        if isinstance(vpc, str):
            groups = [*each.each("vpc_security_group_ids"), *each.each("security_groups")]
            found |= {id: vpc for id in groups if isinstance(id, str)}
    return found


def _any_rules() -> Attributes:
    return {"IpPermissions": [Unknown(_BEYOND)], "IpPermissionsEgress": [Unknown(_BEYOND)]}


def _vpc(each: Resource) -> tuple[str, Attributes]:
    listed = [block for block in each.each("cidr_block_associations") if isinstance(block, dict)]
    blocks = [{"CidrBlock": one.get("cidr_block")} for one in listed if one.get("state", "associated") == "associated"]
    ipv6 = each.get("ipv6_cidr_block")
    return "Vpcs", {
        "CidrBlock": each.get("cidr_block"),
        "CidrBlockAssociationSet": blocks or [{"CidrBlock": each.get("cidr_block")}],
        "Ipv6CidrBlockAssociationSet": [] if ipv6 is None else [{"Ipv6CidrBlock": ipv6}],
        "OwnerId": known(each.get("owner_id")),
        "Region": region_of(each),
    }


def _subnet(each: Resource) -> tuple[str, Attributes]:
    ipv6 = each.get("ipv6_cidr_block")
    return "Subnets", {
        "VpcId": each.get("vpc_id"),
        "CidrBlock": each.get("cidr_block"),
        "AvailabilityZone": known(each.get("availability_zone")),
        "Ipv6CidrBlockAssociationSet": [] if ipv6 is None else [{"Ipv6CidrBlock": ipv6}],
        "MapPublicIpOnLaunch": each.get("map_public_ip_on_launch"),
    }


def _group(each: Resource) -> tuple[str, Attributes]:
    return "SecurityGroups", {"VpcId": each.get("vpc_id"), "GroupName": each.get("name"), **_any_rules()}


def _table(each: Resource) -> tuple[str, Attributes]:
    routes = [route_of(one) for one in each.each("routes") if isinstance(one, dict)]
    associations = [one for one in each.each("associations") if isinstance(one, dict)]
    of: list[Any] = [
        present({"Main": one.get("main") or None, "SubnetId": one.get("subnet_id"), "GatewayId": one.get("gateway_id")})
        for one in associations
    ]
    return "RouteTables", {"VpcId": each.get("vpc_id"), "Routes": routes, "Associations": of}


def _internet_gateway(each: Resource) -> tuple[str, Attributes]:
    attached = [one for one in each.each("attachments") if isinstance(one, dict)]
    return "InternetGateways", {
        "Attachments": [{"VpcId": one.get("vpc_id"), "State": one.get("state") or "available"} for one in attached]
    }


def _managed_list(each: Resource) -> tuple[str, Attributes]:
    entries = [{"Cidr": one.get("cidr")} for one in each.each("entries") if isinstance(one, dict)]
    return "ManagedPrefixLists", {"PrefixListName": each.get("name"), "Entries": entries}


def _aws_list(each: Resource) -> tuple[str, Attributes]:
    blocks = [one for one in each.each("cidr_blocks") if isinstance(one, str)]
    return "ManagedPrefixLists", {"PrefixListName": each.get("name"), "Entries": [{"Cidr": one} for one in blocks]}


_SOURCES: Final[dict[str, Callable[[Resource], tuple[str, Attributes]]]] = {
    "aws_vpc": _vpc,
    "aws_subnet": _subnet,
    "aws_security_group": _group,
    "aws_route_table": _table,
    "aws_internet_gateway": _internet_gateway,
    "aws_ec2_managed_prefix_list": _managed_list,
    "aws_prefix_list": _aws_list,
}
READ_SOURCES: Final = frozenset(_SOURCES)
"""The types of data sources that are understood."""
