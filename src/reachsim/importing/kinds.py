"""The kinds of objects that are read from what AWS's calls answer, and how an object is told to be of one.

An object is known by its keys, whatever it is wrapped in. Keys are compared with a capital first letter, since some APIs
write ``taskArn`` where others write ``TaskArn``.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Mark(NamedTuple):
    """An object with the text `id` and the key `beside` is of a kind. Several ids (with blanks) are one together."""

    id: str
    beside: str
    kind: str


MARKS: Final = (
    Mark("InstanceId", "PingStatus", "InstanceInformationList"),
    Mark("DhcpOptionsId", "DhcpConfigurations", "DhcpOptions"),
    Mark("Id", "ResolverRuleId", "ResolverRuleAssociations"),
    Mark("Id", "RuleType", "ResolverRules"),
    Mark("SubnetId", "CidrBlock", "Subnets"),
    Mark("RouteTableId", "Routes", "RouteTables"),
    Mark("NetworkAclId", "Entries", "NetworkAcls"),
    Mark("SecurityGroupRuleId", "IsEgress", "SecurityGroupRules"),
    Mark("GroupId VpcId", "VpcOwnerId", "SecurityGroupVpcAssociations"),
    Mark("GroupId", "IpPermissions", "SecurityGroups"),
    Mark("NetworkInterfaceId", "PrivateIpAddress", "NetworkInterfaces"),
    Mark("NetworkInterfaceId", "PrivateIpAddresses", "NetworkInterfaces"),
    Mark("InstanceId", "State", "Instances"),
    Mark("InstanceId", "NetworkInterfaces", "Instances"),
    Mark("InternetGatewayId", "Attachments", "InternetGateways"),
    Mark("EgressOnlyInternetGatewayId", "Attachments", "EgressOnlyInternetGateways"),
    Mark("NatGatewayId", "NatGatewayAddresses", "NatGateways"),
    Mark("NatGatewayId", "ConnectivityType", "NatGateways"),
    Mark("InstanceConnectEndpointId", "NetworkInterfaceIds", "InstanceConnectEndpoints"),
    Mark("VpcPeeringConnectionId", "RequesterVpcInfo", "VpcPeeringConnections"),
    Mark("VpcEndpointId", "VpcEndpointOwner", "VpcEndpointConnections"),
    Mark("VpcEndpointId", "ServiceName", "VpcEndpoints"),
    Mark("ServiceId", "AllowedPrincipals", "AllowedPrincipals"),
    Mark("ServiceId", "ServiceState", "ServiceConfigurations"),
    Mark("PrefixListId", "PrefixListName", "PrefixLists"),
    Mark("PrefixListId", "Entries", "PrefixLists"),
    Mark("PrefixListId", "AddressFamily", "PrefixLists"),
    Mark("TransitGatewayPolicyTableId", "TransitGatewayId", "TransitGatewayPolicyTables"),
    Mark("TransitGatewayRouteTableId", "TransitGatewayId", "TransitGatewayRouteTables"),
    Mark("TransitGatewayAttachmentId", "SubnetIds", "TransitGatewayVpcAttachments"),
    Mark("TransitGatewayAttachmentId", "RequesterTgwInfo", "TransitGatewayPeeringAttachments"),
    Mark("TransitGatewayAttachmentId", "TransportTransitGatewayAttachmentId", "TransitGatewayConnects"),
    Mark("TransitGatewayRouteTableId", "Associations", "TransitGatewayRouteTableAssociations"),
    Mark("TransitGatewayRouteTableId", "TransitGatewayRouteTablePropagations", "TransitGatewayPropagations"),
    Mark("TransitGatewayRouteTableId", "Routes", "TransitGatewayStaticRoutes"),
    Mark("TransitGatewayAttachmentId", "TransitGatewayId", "TransitGatewayAttachments"),
    Mark("VpnConnectionId", "CustomerGatewayId", "VpnConnections"),
    Mark("TransitGatewayId", "TransitGatewayArn", "TransitGateways"),
    Mark("TransitGatewayId", "Options", "TransitGateways"),
    Mark("VpnGatewayId", "VpcAttachments", "VpnGateways"),
    Mark("CustomerGatewayId", "BgpAsn", "CustomerGateways"),
    Mark("AssociationId", "AssociatedGateway", "DirectConnectGatewayAssociations"),
    Mark("DirectConnectGatewayId", "DirectConnectGatewayName", "DirectConnectGateways"),
    Mark("VirtualInterfaceId", "VirtualInterfaceType", "VirtualInterfaces"),
    Mark("LoadBalancerArn", "Attributes", "LoadBalancerAttributes"),
    Mark("TargetGroupArn", "Attributes", "TargetGroupAttributes"),
    Mark("LoadBalancerArn", "Scheme", "LoadBalancers"),
    Mark("LoadBalancerArn", "LoadBalancerName", "LoadBalancers"),
    Mark("RuleArn", "Actions", "Rules"),
    Mark("ListenerArn", "DefaultActions", "Listeners"),
    Mark("TargetGroupArn", "TargetHealthDescriptions", "LoadBalancerTargetHealth"),
    Mark("TargetGroupArn", "TargetGroupName", "TargetGroups"),
    Mark("DNSName", "ListenerDescriptions", "LoadBalancerDescriptions"),
    Mark("LoadBalancerName", "LoadBalancerAttributes", "ClassicLoadBalancerAttributes"),
    Mark("FunctionArn", "FunctionName", "Functions"),
    Mark("AliasArn", "FunctionVersion", "Aliases"),
    Mark("DBInstanceArn", "DBInstanceIdentifier", "DBInstances"),
    Mark("DBInstanceIdentifier", "DBSubnetGroup", "DBInstances"),
    Mark("DBClusterArn", "DBClusterIdentifier", "DBClusters"),
    Mark("CacheClusterId", "CacheNodeType", "CacheClusters"),
    Mark("CacheSubnetGroupName", "Subnets", "CacheSubnetGroups"),
    Mark("DBSubnetGroupName", "Subnets", "DBSubnetGroups"),
    Mark("ARN", "DomainName", "DomainStatusList"),
    Mark("Arn", "ResourcesVpcConfig", "Clusters"),
    Mark("TaskArn", "Attachments", "Tasks"),
    Mark("RoleName", "AttachedManagedPolicies", "RoleDetailList"),
    Mark("Arn", "InstanceProfileName", "InstanceProfiles"),
    Mark("Arn", "PolicyVersionList", "Policies"),
    Mark("SettingId", "SettingValue", "ServiceSettings"),
    Mark("ImageId", "ImageLocation", "Images"),
    Mark("Id", "VPCs", "HostedZones"),
    Mark("Id", "ResourceRecordSetCount", "HostedZones"),
    Mark("HostedZoneId", "ResourceRecordSets", "ResourceRecordSets"),
    Mark("ResourceShareArn", "Name", "ResourceShares"),
    Mark("Arn", "ResourceShareArn", "SharedResources"),
    Mark("VpcId", "EnableDnsSupport", "VpcAttributes"),
    Mark("VpcId", "EnableDnsHostnames", "VpcAttributes"),
    Mark("AwsAccountId AwsRegion", "InternetGatewayBlockMode", "VpcBlockPublicAccessOptions"),
    Mark("ExclusionId", "InternetGatewayExclusionMode", "VpcBlockPublicAccessExclusions"),
    Mark("AllocationId", "PublicIp", "Addresses"),
    Mark("VpcId", "CidrBlock", "Vpcs"),
)
"""The first that fits counts."""

ANSWERS: Final = {mark.kind.lower(): mark.kind for mark in MARKS} | {
    "loadbalancerlisteners": "Listeners",
    "reservations": "Instances",
    "directconnectgatewayassociations": "DirectConnectGatewayAssociations",
}
"""Whose list a key holds, without underscores and in small letters: an empty one says that there are none."""

IN_PARTS: Final = frozenset({"VpcAttributes", "HostedZones", "PrefixLists"})
"""Kinds of which several calls tell different parts, which add up."""

PARTS: Final = frozenset(
    (
        *("Addresses", "Aliases", "AllowedPrincipals", "ClassicLoadBalancerAttributes", "CustomerGateways"),
        *("DhcpOptions", "ResolverRules", "ResolverRuleAssociations"),
        *("DBClusters", "DBInstances", "DBSubnetGroups", "CacheClusters", "CacheSubnetGroups", "Clusters"),
        *(
            "DirectConnectGatewayAssociations",
            "DomainStatusList",
            "Images",
            "InstanceInformationList",
            "InstanceProfiles",
        ),
        *(
            "InstanceConnectEndpoints",
            "Listeners",
            "LoadBalancerAttributes",
            "LoadBalancerTargetHealth",
            "Policies",
            "ResourceRecordSets",
        ),
        *(
            "ResourceShares",
            "RoleDetailList",
            "Rules",
            "SecurityGroupRules",
            "SecurityGroupVpcAssociations",
            "ServiceSettings",
            "SharedResources",
        ),
        *("TargetGroupAttributes", "TargetGroups", "Tasks", "TransitGatewayAttachments", "TransitGatewayConnects"),
        *("TransitGatewayPeeringAttachments", "TransitGatewayPolicyTables", "TransitGatewayPropagations"),
        *("TransitGatewayRouteTableAssociations", "TransitGatewayStaticRoutes", "TransitGatewayVpcAttachments"),
        *("VirtualInterfaces", "VpcAttributes", "VpcBlockPublicAccessExclusions", "VpcBlockPublicAccessOptions"),
        *("VpcEndpointConnections", "HostedZones"),
    )
)
"""Kinds whose objects are parts of others, or only say more about them: they have no names in a design."""

NO_NETWORK: Final = frozenset(
    (
        *(
            "Tags",
            "TagDescriptions",
            "Volumes",
            "VolumeStatuses",
            "Snapshots",
            "KeyPairs",
            "AvailabilityZones",
            "Regions",
        ),
        *("AccountAttributes", "ServiceDetails", "ServiceNames", "InstanceStatuses", "DBSnapshots"),
        *("DBParameterGroups", "OptionGroupsList", "EventSubscriptionsList", "Users", "Groups", "LaunchTemplates"),
        *("LaunchTemplateVersions", "SpotPriceHistory", "InstanceTypes", "InstanceTypeOfferings", "FlowLogs"),
        *("IamInstanceProfileAssociations", "ReservedInstances", "PlacementGroups", "Buckets", "Certificates"),
    )
)
"""Lists of what decides nothing about reachability."""


def capital(key: str) -> str:
    """A key as most APIs write it."""
    return key[:1].upper() + key[1:]


def kind_of(value: dict[str, Any]) -> tuple[str, str] | None:
    """What an object is, and its id; None for what is none. Its keys have capitals."""
    for mark in MARKS:
        if mark.beside in value:
            ids = [value.get(key) for key in mark.id.split()]
            if all(isinstance(each, str) and each for each in ids):
                return mark.kind, ":".join(map(str, ids))
    return None
