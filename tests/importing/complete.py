"""A small account in which everything that the builder reads stands once, and what somebody may ask about it."""

from __future__ import annotations

import copy
from typing import Any

from reachsim.importing.inventory import Inventory, Item, Origin

Kinds = dict[str, dict[str, dict[str, Any]]]
EVERYONE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def rule(port: int | None, **peers: Any) -> dict[str, Any]:
    """A permission for TCP and one port, or for everything."""
    traffic = {"IpProtocol": "-1"} if port is None else {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    return {**traffic, **peers}


def entry(number: int, action: str, block: str, *, egress: bool = False, port: int | None = None) -> dict[str, Any]:
    """An entry of an ACL."""
    ports = {} if port is None else {"PortRange": {"From": port, "To": port}}
    protocol = "-1" if port is None else "6"
    return {
        "RuleNumber": number,
        "RuleAction": action,
        "CidrBlock": block,
        "Egress": egress,
        "Protocol": protocol,
        **ports,
    }


def named(name: str, **attributes: Any) -> dict[str, Any]:
    """An object with a name."""
    return {**attributes, "Tags": [{"Key": "Name", "Value": name}]}


def interface(name: str, subnet: str, ip: str, group: str, owner: str = "", **more: Any) -> dict[str, Any]:
    """An interface."""
    attached = {"Attachment": {"InstanceId": owner, "DeviceIndex": 0}} if owner else {}
    return named(
        name, VpcId="vpc-app", SubnetId=subnet, PrivateIpAddress=ip, Groups=[{"GroupId": group}], SourceDestCheck=True,
        **attached, **more,
    )  # fmt: skip


KINDS: Kinds = {
    "Vpcs": {
        "vpc-app": named("app", CidrBlock="10.0.0.0/16", State="available"),
        "vpc-far": named("far", CidrBlock="10.1.0.0/16", State="available"),
        "vpc-hub": named("hub", CidrBlock="10.2.0.0/16", State="available"),
    },
    "Subnets": {
        "subnet-a": named("a", VpcId="vpc-app", CidrBlock="10.0.1.0/24", AvailabilityZone="eu-west-1a"),
        "subnet-b": named("b", VpcId="vpc-app", CidrBlock="10.0.2.0/24", AvailabilityZone="eu-west-1b"),
        "subnet-far": named("far-a", VpcId="vpc-far", CidrBlock="10.1.1.0/24", AvailabilityZone="eu-west-1a"),
        "subnet-hub": named("hub-a", VpcId="vpc-hub", CidrBlock="10.2.1.0/24", AvailabilityZone="eu-west-1a"),
    },
    "InternetGateways": {"igw-1": named("igw", Attachments=[{"VpcId": "vpc-app", "State": "available"}])},
    "NatGateways": {
        "nat-1": named(
            "nat", VpcId="vpc-app", SubnetId="subnet-a", State="available", ConnectivityType="public",
            NatGatewayAddresses=[{"PrivateIp": "10.0.1.9", "PublicIp": "198.51.100.9"}],
        )
    },
    "SecurityGroups": {
        "sg-web": {
            "VpcId": "vpc-app", "GroupName": "web", "IpPermissionsEgress": [rule(None, **EVERYONE)],
            "IpPermissions": [rule(443, **EVERYONE), rule(22, PrefixListIds=[{"PrefixListId": "pl-1"}])],
        },
        "sg-db": {
            "VpcId": "vpc-app", "GroupName": "db", "IpPermissionsEgress": [rule(443, IpRanges=[{"CidrIp": "10.0.0.0/16"}])],
            "IpPermissions": [
                rule(5432, UserIdGroupPairs=[{"GroupId": "sg-web"}]), rule(22, IpRanges=[{"CidrIp": "10.1.0.0/16"}]),
            ],
        },
        "sg-far": {
            "VpcId": "vpc-far", "GroupName": "far", "IpPermissionsEgress": [rule(None, **EVERYONE)],
            "IpPermissions": [rule(443, IpRanges=[{"CidrIp": "10.0.0.0/8"}])],
        },
        "sg-hub": {
            "VpcId": "vpc-hub", "GroupName": "hub", "IpPermissionsEgress": [rule(None, **EVERYONE)],
            "IpPermissions": [rule(443, IpRanges=[{"CidrIp": "10.0.0.0/8"}])],
        },
    },
    "PrefixLists": {"pl-1": {"PrefixListName": "offices", "Cidrs": ["10.2.0.0/16", "203.0.113.0/24"]}},
    "NetworkAcls": {
        "acl-default": {
            "VpcId": "vpc-app", "IsDefault": True, "Associations": [],
            "Entries": [entry(100, "allow", "0.0.0.0/0"), entry(100, "allow", "0.0.0.0/0", egress=True)],
        },
        "acl-b": named(
            "guard", VpcId="vpc-app", IsDefault=False, Associations=[{"SubnetId": "subnet-b"}],
            Entries=[
                entry(90, "deny", "10.2.0.0/16", port=443), entry(100, "allow", "10.0.0.0/8"),
                entry(110, "allow", "8.8.8.0/24"),
                entry(100, "allow", "0.0.0.0/0", egress=True),
            ],
        ),
        "acl-far": {
            "VpcId": "vpc-far", "IsDefault": True, "Associations": [],
            "Entries": [entry(100, "allow", "0.0.0.0/0"), entry(100, "allow", "0.0.0.0/0", egress=True)],
        },
        "acl-hub": {
            "VpcId": "vpc-hub", "IsDefault": True, "Associations": [],
            "Entries": [entry(100, "allow", "0.0.0.0/0"), entry(100, "allow", "0.0.0.0/0", egress=True)],
        },
    },
    "RouteTables": {
        "rtb-main": {
            "VpcId": "vpc-app", "Associations": [{"Main": True}],
            "Routes": [
                {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
                {"DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"},
            ],
        },
        "rtb-b": named(
            "private", VpcId="vpc-app", Associations=[{"SubnetId": "subnet-b"}],
            Routes=[
                {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"},
                {"DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"},
                {"DestinationCidrBlock": "10.2.0.0/16", "TransitGatewayId": "tgw-1", "State": "active"},
                {"DestinationCidrBlock": "192.168.0.0/16", "NetworkInterfaceId": "eni-router", "State": "active"},
                {"DestinationCidrBlock": "172.16.0.0/16", "GatewayId": "vgw-1", "State": "active"},
            ],
        ),
        "rtb-far": {
            "VpcId": "vpc-far", "Associations": [{"Main": True}],
            "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"}],
        },
        "rtb-hub": {
            "VpcId": "vpc-hub", "Associations": [{"Main": True}],
            "Routes": [{"DestinationCidrBlock": "10.0.0.0/8", "TransitGatewayId": "tgw-1", "State": "active"}],
        },
    },
    "NetworkInterfaces": {
        "eni-web": interface("web-eni", "subnet-a", "10.0.1.10", "sg-web", "i-web")
        | {"Association": {"PublicIp": "198.51.100.10"}},
        "eni-router": interface("router-eni", "subnet-a", "10.0.1.11", "sg-web", "i-router") | {"SourceDestCheck": False},
        "eni-db": interface("db", "subnet-b", "10.0.2.10", "sg-db"),
        "eni-far": interface("far-db", "subnet-far", "10.1.1.10", "sg-far") | {"VpcId": "vpc-far"},
        "eni-hub": interface("hub-db", "subnet-hub", "10.2.1.10", "sg-hub") | {"VpcId": "vpc-hub"},
    },
    "Instances": {
        "i-web": named("web", VpcId="vpc-app", SubnetId="subnet-a", State={"Name": "running"}),
        "i-router": named("router", VpcId="vpc-app", SubnetId="subnet-a", State={"Name": "running"}),
        "i-app": named(
            "job", VpcId="vpc-app", SubnetId="subnet-b", State={"Name": "running"}, PrivateIpAddress="10.0.2.11",
            SecurityGroups=[{"GroupId": "sg-web"}],
        ),
    },
    "VpcPeeringConnections": {
        "pcx-1": named(
            "peer", RequesterVpcInfo={"VpcId": "vpc-app", "CidrBlock": "10.0.0.0/16"},
            AccepterVpcInfo={"VpcId": "vpc-far", "CidrBlock": "10.1.0.0/16"}, Status={"Code": "active"},
        )
    },
    "TransitGateways": {"tgw-1": named("tgw", State="available")},
    "TransitGatewayVpcAttachments": {
        "att-app": named(
            "app", TransitGatewayId="tgw-1", VpcId="vpc-app", SubnetIds=["subnet-b"], State="available",
            Association={"TransitGatewayRouteTableId": "tgw-rtb"},
        ),
        "att-hub": named(
            "hub", TransitGatewayId="tgw-1", VpcId="vpc-hub", SubnetIds=["subnet-hub"], State="available",
            Association={"TransitGatewayRouteTableId": "tgw-rtb"},
        ),
    },
    "TransitGatewayRouteTables": {"tgw-rtb": named("all", TransitGatewayId="tgw-1")},
    "TransitGatewayPropagations": {
        "tgw-rtb": {
            "TransitGatewayRouteTablePropagations": [{"TransitGatewayAttachmentId": "att-app", "State": "enabled"}],
        }
    },
    "TransitGatewayStaticRoutes": {
        "tgw-rtb": {
            "Routes": [
                {
                    "DestinationCidrBlock": "10.2.0.0/16", "Type": "static", "State": "active",
                    "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "att-hub"}],
                }
            ]
        }
    },
    "VpnGateways": {
        "vgw-1": named("vgw", State="available", VpcAttachments=[{"VpcId": "vpc-app", "State": "attached"}]),
    },
    "VpnConnections": {
        "vpn-1": named(
            "vpn", VpnGatewayId="vgw-1", State="available", Options={"StaticRoutesOnly": True},
            Routes=[{"DestinationCidrBlock": "172.16.0.0/16", "State": "available"}],
        )
    },
    "VpcEndpoints": {
        "vpce-1": named(
            "kms", VpcId="vpc-app", VpcEndpointType="Interface", ServiceName="com.amazonaws.eu-west-1.kms",
            State="available",
            SubnetIds=["subnet-b"], Groups=[{"GroupId": "sg-web"}], PrivateDnsEnabled=True, NetworkInterfaceIds=["eni-kms"],
        )
    },
    "LoadBalancers": {
        "lb-1": {
            "VpcId": "vpc-app", "Type": "application", "Scheme": "internet-facing", "LoadBalancerName": "alb",
            "AvailabilityZones": [{"SubnetId": "subnet-a"}], "SecurityGroups": [{"GroupId": "sg-web"}],
        }
    },
    "Listeners": {
        "listener-1": {
            "LoadBalancerArn": "lb-1", "Protocol": "HTTPS", "Port": 443, "DefaultActions": [{"TargetGroupArn": "tg-1"}],
        }
    },
    "TargetGroups": {
        "tg-1": {"TargetGroupName": "jobs", "Protocol": "HTTPS", "Port": 443, "TargetType": "instance", "VpcId": "vpc-app"}
    },
    "LoadBalancerTargetHealth": {
        "tg-1": {"TargetHealthDescriptions": [{"Target": {"Id": "i-app", "Port": 443}}]},
    },
}  # fmt: skip
"""All of it, by kind and id."""

ENDS = ("web", "job", "router", "db", "far-db", "hub-db", "alb", "kms")
INSIDE = ("web", "job", "db", "far-db", "hub-db")
PORTS = ("tcp/443", "tcp/22", "tcp/5432")
QUESTIONS = [
    *((one, other, port) for one in INSIDE for other in ENDS if other != one for port in PORTS),
    *((one, to, "tcp/443") for one in INSIDE[:3] for to in ("8.8.8.8", "192.168.1.1", "172.16.0.1", "9.9.9.9")),
    *(("internet", other, port) for other in ENDS for port in PORTS[:2]),
    *(("172.16.0.1", other, "tcp/443") for other in ("job", "web")),
]
"""What somebody may ask about it."""


def inventory(kinds: Kinds) -> Inventory:
    """It as an inventory of which every kind was asked for."""
    found = Inventory()
    for kind, members in kinds.items():
        found.ask(kind)
        for id, attributes in members.items():
            found.add(kind, Item(id, copy.deepcopy(attributes), Origin("account.json", f"{kind}.{id}")))
    return found
