"""What is read of AWS's objects, by key. The same key means the same in all of its APIs, so one table serves.

Whatever is not in the table is dropped where it is read, secrets with it, and so is what is not of its key's sort: what
comes after need not ask what a value is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from reachsim.importing.kinds import capital
from reachsim.importing.rules import Refused, block
from reachsim.net.address import format_address, parse_address
from reachsim.resources.reference import EXISTING


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEXTS: Final = _words(
    "State Status Name Key Value Description InterfaceType ConnectivityType ServiceName VpcEndpointType "
    "PrefixListName GroupName Scheme LoadBalancerName RuleAction Origin AvailabilityZone ResourceType "
    "TargetType TargetGroupName FunctionName ZoneName IpAddressType ApplianceModeSupport Ipv6Support CidrBlockState "
    "PingStatus AgentVersion AvailabilityMode AutoProvisionZones PrivateDnsName DNSName Platform AwsRegion SettingValue "
    "InternetGatewayBlockMode InternetGatewayExclusionMode FunctionVersion Version VpcEndpointState VpcEndpointOwner "
    "Principal DBInstanceIdentifier DBClusterIdentifier DBInstanceStatus DBSubnetGroupName SubnetIdentifier "
    "CacheSubnetGroupName DomainName ARN PolicyName RoleName InstanceProfileName Group LastStatus Region OwnerAccount "
    "DnsName PublicDnsName IpSource Ipv6AddressAttribute RuleType "
    "DirectConnectGatewayState DirectConnectGatewayName VirtualInterfaceState VirtualInterfaceType AssociationState "
    "AttachmentStatus Field Target InstanceProtocol HealthCheckProtocol HealthCheckPort Reason Effect "
    "DefaultRouteTableAssociation DefaultRouteTablePropagation SecurityGroupReferencingSupport SetIdentifier "
    "CacheClusterStatus NetworkFirewallConnectivityType EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
)
_SCALARS: Final = _words(
    "Protocol IpProtocol Type Code FromPort ToPort From To Port RuleNumber DeviceIndex MemorySize LoadBalancerPort "
    "InstancePort Weight"
)
_FLAGS: Final = _words(
    "Main Egress IsDefault Primary SourceDestCheck PrivateDnsEnabled StaticRoutesOnly IsEgress "
    "PrivateDnsOnlyForInboundResolverEndpoint "
    "AllowDnsResolutionFromRemoteVpc MapPublicIpOnLaunch AcceptanceRequired PrivateZone Value Ipv6AllowedForDualStack "
    "AdditionalRoutesAvailable IsDefaultVersion IsPrimary PubliclyAccessible Enabled "
    "PreserveClientIp"
)
_BLOCKS: Final = _words(
    "CidrBlock Ipv6CidrBlock Ipv4Prefix Ipv6Prefix CidrIp CidrIpv6 DestinationCidrBlock DestinationIpv6CidrBlock Cidr "
    "LocalIpv4NetworkCidr RemoteIpv4NetworkCidr"
)
_ADDRESSES: Final = _words(
    "PrivateIpAddress PublicIp PrivateIp PublicIpAddress Ipv6Address IpAddress PrivateIPv4Address IPv6Address"
)
_OBJECTS: Final = _words(
    "State Status Attachment Association CidrBlockState Ipv6CidrBlockState RequesterVpcInfo AccepterVpcInfo "
    "PeeringOptions Options IcmpTypeCode PortRange Target ForwardConfig VpcConfig RequesterTgwInfo AccepterTgwInfo "
    "EnableDnsSupport EnableDnsHostnames RoutingConfig AdditionalVersionWeights AssociatedGateway Listener HealthCheck "
    "TargetHealth DBSubnetGroup VPCOptions ResourcesVpcConfig Config AliasTarget PolicyDocument Document Condition "
    "DnsOptions IamInstanceProfile LoadBalancerAttributes CrossZoneLoadBalancing CapacityProviderConfig"
)
_LISTS: Final = _words(
    "Tags TagSet Routes Associations Entries IpPermissions IpPermissionsEgress IpRanges Ipv6Ranges "
    "PrefixListIds UserIdGroupPairs Groups PrivateIpAddresses Ipv6Addresses NetworkInterfaces Attachments "
    "Ipv4Prefixes Ipv6Prefixes Ipv6CidrBlockSet NetworkFirewallAssociations AttachedAppliances "
    "NatGatewayAddresses CidrBlockAssociationSet Ipv6CidrBlockAssociationSet CidrBlockSet AvailabilityZones "
    "DefaultActions TargetGroups Attributes TargetHealthDescriptions VpcAttachments "
    "TransitGatewayRouteTablePropagations TransitGatewayAttachments SecurityGroups LoadBalancerAddresses "
    "ListenerDescriptions Instances Actions VPCs ResourceRecordSets ResourceRecords Details Roles "
    "AttachedManagedPolicies RolePolicyList PolicyVersionList AllowedPrincipals Subnets VpcSecurityGroups "
    "InstanceProfileList DnsEntries DhcpConfigurations Values "
    "AllowedPrefixesToDirectConnectGateway RouteFilterPrefixes Statement DBClusterMembers ServiceType PropagatingVgws"
)
_OF_TEXTS: Final = _words(
    "SubnetIds RouteTableIds NetworkInterfaceIds SecurityGroups SecurityGroupIds Subnets NetworkLoadBalancerArns "
    "GatewayLoadBalancerArns Action Resource Targets"
)
_OF_BLOCKS: Final = frozenset(("Cidrs",))
_OF_NUMBERS: Final = frozenset(("AdditionalVersionWeights",))
Tell = Callable[[str], None]


def shaped(value: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """The keys of an object that are read, each with a value of its sort; `tell` hears of values that AWS would refuse."""
    out: dict[str, Any] = {}
    for key, member in value.items():
        if member is not None and isinstance(key, str):
            found = _value(capital(key), member, tell)
            if found is not None:
                out[capital(key)] = found
    return out


def _value(key: str, value: Any, tell: Tell) -> Any:
    if isinstance(value, dict):
        if key in _OF_NUMBERS:
            return {name: each for name, each in value.items() if isinstance(each, int | float)}
        return shaped(value, tell) if key in _OBJECTS else None
    if isinstance(value, list):
        return _list(key, value, tell)
    if isinstance(value, bool):
        return value if key in _FLAGS else None
    if key in _SCALARS:
        return value if isinstance(value, str | int) else None
    if not isinstance(value, str):
        return None
    if key in ("Action", "Resource"):  # of a policy: one, or a list of them
        return [value]
    if key in _BLOCKS:
        return _read(block, value, key, tell)
    if key in _ADDRESSES:
        return _read(lambda text: format_address(parse_address(text)), value, key, tell)
    return value if value and (key in _TEXTS or key.endswith(("Id", "Arn"))) else None


def _list(key: str, value: list[Any], tell: Tell) -> list[Any] | None:
    if key in _OF_BLOCKS:
        read = [_read(block, each, key, tell) for each in value if isinstance(each, str)]
        return [each for each in read if each is not None]
    objects = [shaped(each, tell) for each in value if isinstance(each, dict)] if key in _LISTS else []
    texts = [each for each in value if isinstance(each, str)] if key in _OF_TEXTS else []
    return [*objects, *texts] if key in _LISTS or key in _OF_TEXTS else None


def _read(read: Callable[[str], str], value: str, key: str, tell: Tell) -> str | None:
    try:
        return read(value) if value else None
    except (Refused, ValueError) as error:
        tell(f"{key}: {error}")
        return None


def fits(key: str, value: Any) -> bool:
    """Whether a value is of the sort that its key has; of a list or an object not what is in it. Keys that are not in the
    table have no sort."""
    if key in _LISTS or key in _OF_TEXTS or key in _OF_BLOCKS:
        return isinstance(value, list) or (key in _TEXTS and isinstance(value, str))
    sorts: list[bool] = []
    if key in _OBJECTS or key in _OF_NUMBERS:
        sorts.append(isinstance(value, dict))
    if key in _FLAGS:
        sorts.append(isinstance(value, bool))
    if key in _SCALARS:
        sorts.append(isinstance(value, str | int) and not isinstance(value, bool))
    if key in _TEXTS or key in _BLOCKS or key in _ADDRESSES or key.endswith(("Id", "Arn")):
        sorts.append(isinstance(value, str))
    return any(sorts) or not sorts


def element_fits(key: str, value: Any) -> bool:
    """Whether an element of a list is of the sort that the list has."""
    objects, texts = key in _LISTS, key in _OF_TEXTS or key in _OF_BLOCKS
    if not objects and not texts:
        return True
    return (objects and isinstance(value, dict)) or (texts and isinstance(value, str))


def canonical(key: str, value: str) -> str:
    """A block or an address as AWS writes it; other texts as they are. Raises ValueError for what is none."""
    if key in _BLOCKS or key in _OF_BLOCKS:
        return block(value)
    return format_address(parse_address(value)) if key in _ADDRESSES and value != EXISTING else value
