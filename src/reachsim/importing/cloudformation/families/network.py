"""VPCs, subnets, gateways and route tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from reachsim.importing.cloudformation.made import SCOPES, Made, flag, id_of, tags_of, without_none
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.inventory import Unknown
from reachsim.rules.internet_gateway import scope_of_pool

_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")
_TARGETS: Final = (
    "NatGatewayId", "VpcPeeringConnectionId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId",
    "EgressOnlyInternetGatewayId", "VpcEndpointId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "GatewayId",
)  # fmt: skip


def vpc(made: Made, resource: Resource) -> None:
    dns: dict[str, Any] = {}
    block = made.block(resource, resource.get("CidrBlock"))
    if block is None and resource.get("Ipv4IpamPoolId") is not None:
        block = Unknown("the pool of an IPAM gives its block")
    blocks = [block if isinstance(block, Unknown) else {"CidrBlock": block}] if block is not None else []
    attributes = {"CidrBlock": block, "CidrBlockAssociationSet": blocks, "Ipv6CidrBlockAssociationSet": []}
    made.add("Vpcs", resource, {**attributes, "Tags": tags_of(resource.get("Tags"))})
    for key, default in (("EnableDnsSupport", True), ("EnableDnsHostnames", False)):
        told = flag(resource.get(key))
        dns[key] = {"Value": default if told is None else told}
    made.add("VpcAttributes", resource, dns, id=f"attributes of {resource.id}")


def name_servers(made: Made, resource: Resource) -> None:
    """The set of DHCP options of a VPC, which tells its name servers (DNS-5); one that is not in the template does not."""
    vpc, id = id_of(resource.get("VpcId")), id_of(resource.get("DhcpOptionsId"))
    own = made.resources.get(id) if isinstance(id, str) else None
    if own is not None:
        told = own.get("DomainNameServers")
        listed = [told] if isinstance(told, Unknown | str) else told or []
        servers = [
            {"Value": each} if isinstance(each, str) else Unknown("a name server is not known") for each in listed
        ]
        made.add("DhcpOptions", own, {"DhcpConfigurations": [{"Key": "domain-name-servers", "Values": servers}]})
    for item in made.inventory.of("Vpcs"):
        if item.id == vpc or isinstance(vpc, Unknown):
            maybe = isinstance(vpc, Unknown) or own is None
            item.attributes["DhcpOptionsId"] = (
                Unknown("its set of DHCP options is not in the template") if maybe else id
            )


def forwarding(made: Made, resource: Resource) -> None:
    """A rule that forwards what is asked for in a VPC to other name servers (DNS-5)."""
    id = id_of(resource.get("ResolverRuleId"))
    own = made.resources.get(id) if isinstance(id, str) else None
    if own is not None:
        told = {"DomainName": own.get("DomainName"), "RuleType": own.get("RuleType")}
        made.add("ResolverRules", own, without_none(told))
    body = {"VPCId": id_of(resource.get("VPCId")), "ResolverRuleId": id}
    made.add("ResolverRuleAssociations", resource, without_none(body))


def filtered(made: Made, resource: Resource) -> None:
    """A DNS Firewall, which may keep any name from being answered in a VPC (DNS-5)."""
    made.add("ResolverRuleAssociations", resource, without_none({"VPCId": id_of(resource.get("VpcId"))}))


def vpc_block(made: Made, resource: Resource) -> None:
    vpc = resource.get("VpcId")
    if resource.get("CidrBlock") is not None:
        block = made.block(resource, resource.get("CidrBlock"))
        if block is not None:
            entry = block if isinstance(block, Unknown) else {"CidrBlock": block}
            made.append("Vpcs", vpc, "CidrBlockAssociationSet", entry, resource)
    elif resource.get("Ipv4IpamPoolId") is not None:
        pool = Unknown("the pool of an IPAM gives the block")
        made.append("Vpcs", vpc, "CidrBlockAssociationSet", pool, resource)
    else:
        made.append("Vpcs", vpc, "Ipv6CidrBlockAssociationSet", _ipv6_block(made, resource), resource)


def _ipv6_block(made: Made, resource: Resource) -> Any:
    given = made.block(resource, resource.get("Ipv6CidrBlock"))
    vpc = id_of(resource.get("VpcId"))
    if isinstance(given, str):
        return without_none({"Ipv6CidrBlock": given, "Ipv6AddressAttribute": _scope(made, resource)})
    if flag(resource.get("AmazonProvidedIpv6CidrBlock")) is True and isinstance(vpc, str):
        return {"Ipv6CidrBlock": made.stand_in(vpc)}
    return given or Unknown("it is not told which IPv6 block it has, if any")


def _scope(made: Made, resource: Resource) -> Any:
    """Whether an IPv6 block is on the internet by the pool of IPAM that it is of, in the words of AWS's API; None where it
    is of none (IGW-15)."""
    if resource.get("Ipv6IpamPoolId") is None:
        return None
    pool = made.resources.get(str(id_of(resource.get("Ipv6IpamPoolId"))))
    scope = ""
    if pool is not None:
        public = pool.get("PublicIpSource") is not None or pool.get("AwsService") is not None
        advertised = flag(pool.get("PubliclyAdvertisable"))
        scope = scope_of_pool(_scope_of(made, pool), public_alone=public, advertised=advertised)
    return scope or Unknown("nothing tells which scope its pool of IPAM is of")


def _scope_of(made: Made, pool: Resource) -> str:
    """Whether the scope of a pool is private or public: an IPAM has one of each by default, and what is added is private."""
    scope = id_of(pool.get("IpamScopeId"))
    if not isinstance(scope, str):
        return ""
    added = made.resources.get(scope)
    if added is not None and added.type == "AWS::EC2::IPAMScope":
        return "private"
    return SCOPES.get(scope.rpartition(".")[2], "")


def subnet(made: Made, resource: Resource) -> None:
    vpc = id_of(resource.get("VpcId"))
    block = made.block(resource, resource.get("CidrBlock"))
    ipv6 = made.block(resource, resource.get("Ipv6CidrBlock"))
    if ipv6 is None and (resource.get("Ipv6NetmaskLength") is not None or resource.get("Ipv6IpamPoolId") is not None):
        ipv6 = Unknown("the pool of an IPAM gives its IPv6 block")
    if block is None and (resource.get("Ipv4IpamPoolId") is not None or ipv6 is None):
        block = Unknown("the pool of an IPAM gives its block")
    entry = ipv6 if isinstance(ipv6, Unknown) else {"Ipv6CidrBlock": ipv6}
    told = (resource.get("AvailabilityZone"), resource.get("AvailabilityZoneId"))
    zone = next((each for each in told if each is not None), Unknown("AWS chooses its zone"))
    attributes = {
        "VpcId": vpc,
        "CidrBlock": block,
        "AvailabilityZone": zone,
        "MapPublicIpOnLaunch": flag(resource.get("MapPublicIpOnLaunch")),
        "AssignIpv6AddressOnCreation": flag(resource.get("AssignIpv6AddressOnCreation")),
        "Ipv6CidrBlockAssociationSet": [entry] if ipv6 is not None else [],
        "Tags": tags_of(resource.get("Tags")),
    }
    made.add("Subnets", resource, attributes)


def subnet_block(made: Made, resource: Resource) -> None:
    block = made.block(resource, resource.get("Ipv6CidrBlock"))
    entry = {"Ipv6CidrBlock": block} if isinstance(block, str) else block or Unknown("its IPv6 block is not told")
    made.append("Subnets", resource.get("SubnetId"), "Ipv6CidrBlockAssociationSet", entry, resource)


def internet_gateway(made: Made, resource: Resource) -> None:
    made.add("InternetGateways", resource, {"Attachments": [], "Tags": tags_of(resource.get("Tags"))})


def egress_only_gateway(made: Made, resource: Resource) -> None:
    vpc = id_of(resource.get("VpcId"))
    attached = vpc if isinstance(vpc, Unknown) else {"VpcId": vpc, "State": "attached"}
    made.add(
        "EgressOnlyInternetGateways", resource, {"Attachments": [attached]}, within=vpc if isinstance(vpc, str) else ""
    )


def vpn_gateway(made: Made, resource: Resource) -> None:
    made.add(
        "VpnGateways", resource, {"VpcAttachments": [], "State": "available", "Tags": tags_of(resource.get("Tags"))}
    )


def attachment(made: Made, resource: Resource) -> None:
    """A gateway of either sort, attached to a VPC."""
    vpc = id_of(resource.get("VpcId"))
    entry = vpc if isinstance(vpc, Unknown) else {"VpcId": vpc, "State": "attached"}
    given = vpc if isinstance(vpc, str) else ""
    for key, kind, listed in (
        ("InternetGatewayId", "InternetGateways", "Attachments"),
        ("VpnGatewayId", "VpnGateways", "VpcAttachments"),
    ):
        if resource.get(key) is not None:
            made.append(kind, resource.get(key), listed, entry, resource, given)
    other = id_of(resource.get("VpnGatewayId"))
    if isinstance(other, str) and made.inventory.one("VpnGateways", other) is None:
        why = f"what is behind {other} is not in a file that was read"
        made.add("OtherConnections", resource, {"VpcId": vpc, "Why": why}, within=given)


def route_table(made: Made, resource: Resource) -> None:
    """A new table is never the main one."""
    attributes = {"VpcId": id_of(resource.get("VpcId")), "Routes": [], "Associations": [], "PropagatingVgws": []}
    made.add("RouteTables", resource, {**attributes, "Tags": tags_of(resource.get("Tags"))})


def route(made: Made, resource: Resource) -> None:
    entry: dict[str, Any] = {
        key: made.block(resource, resource.get(key))
        for key in ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
        if resource.get(key) is not None
    }
    entry["DestinationPrefixListId"] = id_of(resource.get("DestinationPrefixListId"))
    entry |= {key: id_of(resource.get(key)) for key in _TARGETS}
    entry = without_none(entry)
    if not any(key.startswith("Destination") for key in entry):
        return  # refused, and said so
    made.append("RouteTables", resource.get("RouteTableId"), "Routes", {**entry, "State": "active"}, resource)


def table_association(made: Made, resource: Resource) -> None:
    subnet = id_of(resource.get("SubnetId"))
    _associate(made, resource, "RouteTables", resource.get("RouteTableId"), "SubnetId", subnet)


def gateway_association(made: Made, resource: Resource) -> None:
    gateway = id_of(resource.get("GatewayId"))
    _associate(made, resource, "RouteTables", resource.get("RouteTableId"), "GatewayId", gateway)


def acl_association(made: Made, resource: Resource) -> None:
    subnet = id_of(resource.get("SubnetId"))
    _associate(made, resource, "NetworkAcls", resource.get("NetworkAclId"), "SubnetId", subnet)


def _associate(made: Made, resource: Resource, kind: str, holder: Any, key: str, member: Any) -> None:
    """A table or an ACL of a subnet or a gateway. Of one that is not known or not made here, the subnet knows at least that
    it has one."""
    given = member if isinstance(member, str) else ""
    if isinstance(member, Unknown):
        made.append(kind, holder, "Associations", member, resource)
        return
    held = id_of(holder)
    if isinstance(held, str) and made.inventory.one(kind, held) is not None:
        made.append(kind, held, "Associations", {key: member}, resource, given)
        return
    reason = held.reason if isinstance(held, Unknown) else f"{held} is not made in a file that was read"
    made.foreign_association(kind, key, member, reason, resource)


def propagation(made: Made, resource: Resource) -> None:
    gateway = id_of(resource.get("VpnGatewayId"))
    entry = gateway if isinstance(gateway, Unknown) else {"GatewayId": gateway}
    tables = resource.get("RouteTableIds")
    for table in tables if isinstance(tables, list) else [tables]:
        made.append("RouteTables", table, "PropagatingVgws", entry, resource)


def route_server(made: Made, resource: Resource) -> None:
    """What a route server writes into a table, by what appliances announce (ROUTE-27)."""
    entry = Unknown("what a route server writes into it is not in the template")
    made.append("RouteTables", resource.get("RouteTableId"), "Routes", entry, resource)


def public_access(made: Made, resource: Resource) -> None:
    """Block Public Access of the account and the Region of all that is made here."""
    account = made.stacks[made.prefix[resource.id]].scope.values.get("AWS::AccountId")
    zones = (each.attributes.get("AvailabilityZone") for each in made.inventory.of("Subnets"))
    found = (_REGION.match(zone) for zone in zones if isinstance(zone, str))
    attributes = {"InternetGatewayBlockMode": resource.get("InternetGatewayBlockMode")}
    for region in {None, *(each[0] for each in found if each is not None)}:
        id = f"{account if isinstance(account, str) else None}:{region}"
        made.add("VpcBlockPublicAccessOptions", resource, attributes, id=id)


def public_access_exclusion(made: Made, resource: Resource) -> None:
    place = id_of(resource.get("SubnetId")) or id_of(resource.get("VpcId"))
    attributes = {
        "ResourceArn": place if isinstance(place, Unknown) else f"/{place}",
        "InternetGatewayExclusionMode": resource.get("InternetGatewayExclusionMode"),
        "State": "create-complete",
    }
    made.add("VpcBlockPublicAccessExclusions", resource, attributes)


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::EC2::VPC": vpc,
    "AWS::EC2::Subnet": subnet,
    "AWS::EC2::InternetGateway": internet_gateway,
    "AWS::EC2::EgressOnlyInternetGateway": egress_only_gateway,
    "AWS::EC2::VPNGateway": vpn_gateway,
    "AWS::EC2::RouteTable": route_table,
}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::EC2::VPCCidrBlock": vpc_block,
    "AWS::EC2::VPCDHCPOptionsAssociation": name_servers,
    "AWS::Route53Resolver::ResolverRuleAssociation": forwarding,
    "AWS::Route53Resolver::FirewallRuleGroupAssociation": filtered,
    "AWS::EC2::SubnetCidrBlock": subnet_block,
    "AWS::EC2::VPCGatewayAttachment": attachment,
    "AWS::EC2::Route": route,
    "AWS::EC2::SubnetRouteTableAssociation": table_association,
    "AWS::EC2::GatewayRouteTableAssociation": gateway_association,
    "AWS::EC2::SubnetNetworkAclAssociation": acl_association,
    "AWS::EC2::VPNGatewayRoutePropagation": propagation,
    "AWS::EC2::RouteServerPropagation": route_server,
    "AWS::EC2::VPCBlockPublicAccessOptions": public_access,
    "AWS::EC2::VPCBlockPublicAccessExclusion": public_access_exclusion,
}
