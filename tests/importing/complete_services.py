"""A second small account: endpoints, a service of one's own, a Classic Load Balancer, functions, a hub with a VPN."""

from __future__ import annotations

from tests.importing.complete import EVERYONE, Kinds, entry, interface, named, rule

S3 = "com.amazonaws.eu-west-1.s3"
ARN = "arn:aws:lambda:eu-west-1:111122223333:function:fetch"
OWN = "com.amazonaws.vpce.eu-west-1.vpce-svc-1"


def _acl(vpc: str) -> dict[str, object]:
    entries = [entry(100, "allow", "0.0.0.0/0"), entry(100, "allow", "0.0.0.0/0", egress=True)]
    return {"VpcId": vpc, "IsDefault": True, "Associations": [], "Entries": entries}


def _group(vpc: str, *ingress: object) -> dict[str, object]:
    return {"VpcId": vpc, "IpPermissionsEgress": [rule(None, **EVERYONE)], "IpPermissions": list(ingress)}


KINDS: Kinds = {
    "Vpcs": {
        "vpc-app": named("app", CidrBlock="10.0.0.0/16", State="available", OwnerId="111122223333"),
        "vpc-own": named("own", CidrBlock="10.1.0.0/16", State="available", OwnerId="111122223333"),
    },
    "Subnets": {
        "subnet-a": named("a", VpcId="vpc-app", CidrBlock="10.0.1.0/24", AvailabilityZone="eu-west-1a"),
        "subnet-b": named("b", VpcId="vpc-app", CidrBlock="10.0.2.0/24", AvailabilityZone="eu-west-1b"),
        "subnet-own": named("own-a", VpcId="vpc-own", CidrBlock="10.1.1.0/24", AvailabilityZone="eu-west-1a"),
    },
    "SecurityGroups": {
        "sg-open": {"GroupName": "open", **_group("vpc-app", rule(None, **EVERYONE))},
        "sg-tls": {"GroupName": "tls", **_group("vpc-app", rule(443, IpRanges=[{"CidrIp": "10.0.0.0/16"}]))},
        "sg-lb": {"GroupName": "lb", **_group("vpc-app", rule(80, UserIdGroupPairs=[{"GroupId": "sg-open"}]))},
        "sg-own": {"GroupName": "own", **_group("vpc-own", rule(8443, **EVERYONE))},
    },
    "NetworkAcls": {"acl-app": _acl("vpc-app"), "acl-own": _acl("vpc-own")},
    "PrefixLists": {"pl-s3": {"PrefixListName": S3, "Cidrs": ["52.218.0.0/17"]}},
    "RouteTables": {
        "rtb-a": {
            "VpcId": "vpc-app", "Associations": [{"Main": True}],
            "Routes": [{"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3", "State": "active"}],
        },
        "rtb-b": {
            "VpcId": "vpc-app", "Associations": [{"SubnetId": "subnet-b"}],
            "Routes": [{"DestinationCidrBlock": "192.168.0.0/16", "TransitGatewayId": "tgw-1", "State": "active"}],
        },
        "rtb-own": {"VpcId": "vpc-own", "Associations": [{"Main": True}], "Routes": []},
    },
    "NetworkInterfaces": {
        "eni-a": interface("host-a", "subnet-a", "10.0.1.10", "sg-open", "i-a"),
        "eni-b": interface("host-b", "subnet-b", "10.0.2.10", "sg-open", "i-b"),
        "eni-own": interface("server", "subnet-own", "10.1.1.10", "sg-own", "i-own") | {"VpcId": "vpc-own"},
    },
    "Instances": {
        "i-a": named("a-host", VpcId="vpc-app", SubnetId="subnet-a", State={"Name": "running"}),
        "i-b": named("b-host", VpcId="vpc-app", SubnetId="subnet-b", State={"Name": "running"}),
        "i-own": named("server", VpcId="vpc-own", SubnetId="subnet-own", State={"Name": "running"}),
    },
    "VpcEndpoints": {
        "vpce-s3": named(
            "s3", VpcId="vpc-app", VpcEndpointType="Gateway", ServiceName=S3, State="available", RouteTableIds=["rtb-a"],
        ),
        "vpce-kms": named(
            "kms", VpcId="vpc-app", VpcEndpointType="Interface", ServiceName="com.amazonaws.eu-west-1.kms",
            State="available", SubnetIds=["subnet-a"], Groups=[{"GroupId": "sg-tls"}], PrivateDnsEnabled=True,
        ),
        "vpce-own": named(
            "door", VpcId="vpc-app", VpcEndpointType="Interface", ServiceName=OWN, State="available",
            SubnetIds=["subnet-a"], Groups=[{"GroupId": "sg-tls"}], PrivateDnsEnabled=False,
        ),
    },
    "ServiceConfigurations": {
        "vpce-svc-1": named(
            "service", ServiceName=OWN, ServiceState="Available", NetworkLoadBalancerArns=["lb-own"],
            AcceptanceRequired=False,
        )
    },
    "LoadBalancers": {
        "lb-own": {
            "VpcId": "vpc-own", "Type": "network", "Scheme": "internal", "LoadBalancerName": "nlb",
            "AvailabilityZones": [{"SubnetId": "subnet-own"}],
        }
    },
    "LoadBalancerAttributes": {
        "lb-own": {"Attributes": [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]},
    },
    "Listeners": {
        "ln-own": {
            "LoadBalancerArn": "lb-own", "Protocol": "TCP", "Port": 443,
            "DefaultActions": [{"TargetGroupArn": "tg-own"}],
        }
    },
    "TargetGroups": {
        "tg-own": {
            "TargetGroupName": "servers", "Protocol": "TCP", "Port": 8443, "TargetType": "instance", "VpcId": "vpc-own",
        }
    },
    "LoadBalancerTargetHealth": {
        "tg-own": {"TargetHealthDescriptions": [{"Target": {"Id": "i-own", "Port": 8443}}]},
    },
    "LoadBalancerDescriptions": {
        "front-1.elb": {
            "LoadBalancerName": "front", "VPCId": "vpc-app", "Scheme": "internal", "Subnets": ["subnet-a"],
            "SecurityGroups": ["sg-lb"], "Instances": [{"InstanceId": "i-b"}],
            "ListenerDescriptions": [{"Listener": {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 8080}}],
        }
    },
    "Functions": {
        ARN: {
            "FunctionName": "fetch", "Version": "$LATEST",
            "VpcConfig": {"SubnetIds": ["subnet-a"], "SecurityGroupIds": ["sg-open"], "VpcId": "vpc-app"},
        },
        f"{ARN}:1": {
            "FunctionName": "fetch", "Version": "1",
            "VpcConfig": {"SubnetIds": ["subnet-b"], "SecurityGroupIds": ["sg-tls"], "VpcId": "vpc-app"},
        },
    },
    "Aliases": {f"{ARN}:live": {"Name": "live", "FunctionVersion": "1"}},
    "TransitGateways": {"tgw-1": named("hub", State="available")},
    "TransitGatewayVpcAttachments": {
        "att-app": named(
            "app", TransitGatewayId="tgw-1", VpcId="vpc-app", SubnetIds=["subnet-b"], State="available",
            Association={"TransitGatewayRouteTableId": "tgw-rtb"},
        )
    },
    "TransitGatewayAttachments": {
        "att-vpn": named(
            "vpn", TransitGatewayId="tgw-1", ResourceType="vpn", ResourceId="vpn-1", State="available",
            TransitGatewayAttachmentId="att-vpn", Association={"TransitGatewayRouteTableId": "tgw-rtb"},
        )
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
                    "DestinationCidrBlock": "192.168.0.0/16", "Type": "static", "State": "active",
                    "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "att-vpn"}],
                }
            ]
        }
    },
    "VpnConnections": {
        "vpn-1": named("vpn", TransitGatewayId="tgw-1", State="available", Options={"StaticRoutesOnly": True}, Routes=[])
    },
}  # fmt: skip
"""All of it, by kind and id."""
QUESTIONS = [
    *(
        (one, other, "tcp/443")
        for one in ("a-host", "b-host")
        for other in ("kms", "door", "52.218.0.1", "192.168.0.1")
    ),
    *((one, "front", port) for one in ("a-host", "b-host") for port in ("tcp/80", "tcp/443")),
    *((one, "b-host", "tcp/8080") for one in ("fetch", "fetch:live", "front")),
    *(
        (one, other, "tcp/443")
        for one in ("fetch", "fetch:live")
        for other in ("kms", "door", "52.218.0.1", "192.168.0.1")
    ),
    ("a-host", "kms.eu-west-1.amazonaws.com", "tcp/443"),
    ("192.168.0.1", "b-host", "tcp/443"),
    ("192.168.0.1", "a-host", "tcp/443"),
]
"""What somebody may ask about it."""
