"""Attributes that few files have and that packets depend on, in each format that has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.importing.templates_of import read, verdict
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, imported, plan, state

import reachsim


def design_of(more: str, **options: Any) -> Any:
    return read(more, **options).design["vpcs"]["Vpc"]


# -- addresses -----------------------------------------------------------------------------------------------------------


def test_addresses_that_a_service_is_given() -> None:
    addresses = "[{SubnetId: !Ref A, Ip: 10.0.0.53}, {SubnetId: !Ref B, Ip: 10.0.1.53}]"
    more = f"""
  In:
    Type: AWS::Route53Resolver::ResolverEndpoint
    Properties: {{SecurityGroupIds: [!Ref Open], IpAddresses: {addresses}}}
  Efs: {{Type: AWS::EFS::MountTarget, Properties: {{SubnetId: !Ref B, IpAddress: 10.0.1.49, SecurityGroups: [!Ref Open]}}}}
"""
    found = read(more)
    for address in ("10.0.0.53", "10.0.1.53", "10.0.1.49"):
        assert verdict(found, "HostA", address) == "yes"
    assert verdict(found, "HostA", "10.0.1.54") == "no"
    assert {"In-A", "In-B", "Efs"} <= set(found.design["vpcs"]["Vpc"]["interfaces"])


def test_addresses_that_a_service_of_a_state_has(tmp_path: Path) -> None:
    listed = [{"subnet_id": "subnet-a", "ip": "10.0.1.53"}, {"subnet_id": "subnet-b", "ip": "10.0.2.53"}]
    made = {
        **VPC, "aws_security_group.g": group("sg-1", [EVERYTHING], [EVERYTHING]),
        "aws_instance.w": host("w", "10.0.2.10", "sg-1", "subnet-b"),
        "aws_route53_resolver_endpoint.r": {"id": "r-1", "ip_address": listed, "security_group_ids": ["sg-1"]},
        "aws_efs_mount_target.m": {
            "id": "m-1", "subnet_id": "subnet-a", "ip_address": "10.0.1.49", "security_groups": ["sg-1"],
        },
    }  # fmt: skip
    interfaces = imported(tmp_path, state(made)).design["vpcs"]["main"]["interfaces"]
    assert {body["private_ip"] for body in interfaces.values()} == {"10.0.1.53", "10.0.2.53", "10.0.1.49"}


INTERFACE = "It: {{Type: AWS::EC2::NetworkInterface, Properties: {{SubnetId: !Ref A, GroupSet: [!Ref Open], {0}}}}}"
NARROW = """
  Narrow: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc,
    SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.64/28}]}}
  Served: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref B, SecurityGroupIds: [!Ref Narrow]}}
"""


def test_what_is_in_a_delegated_prefix_is_an_address_of_the_interface(tmp_path: Path) -> None:
    it = INTERFACE.format("PrivateIpAddress: 10.0.0.10, Ipv4Prefixes: [{Ipv4Prefix: 10.0.0.64/28}]")
    found = read(f"{NARROW}\n  {it}")
    assert verdict(found, "10.0.0.70", "Served") == "yes"
    assert verdict(found, "10.0.0.10", "Served") == "no"
    made = {**VPC, "aws_network_interface.n": {"id": "eni-1", "subnet_id": "subnet-a", "private_ip": "10.0.1.10",
                                                "ipv4_prefixes": ["10.0.1.64/28"], "security_groups": []}}  # fmt: skip
    body = imported(tmp_path, state(made)).design["vpcs"]["main"]["interfaces"]["n"]
    assert body["secondary_private_ips"] == [f"10.0.1.{64 + each}" for each in range(16)]


@pytest.mark.parametrize("more", ["SecondaryPrivateIpAddressCount: 2", "Ipv4PrefixCount: 1"])
def test_addresses_that_aws_chooses_are_open_where_a_rule_tells_them_apart(more: str) -> None:
    it = INTERFACE.format(f"PrivateIpAddress: 10.0.0.10, {more}")
    assert verdict(read(f"{NARROW}\n  {it}"), "It", "Served") == "undecided"
    assert verdict(read(f"\n  {it}"), "It", "HostB") == "yes"


def test_further_ipv6_addresses_are_of_a_host_beside_it() -> None:
    six = """
  Six: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}}
  D: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24,
    Ipv6CidrBlock: !Select [0, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 4, 64]]}}
  It: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref D, GroupSet: [!Ref Open], Ipv6PrefixCount: 1}}
"""
    (beside,) = design_of(six)["unknown_components"].values()
    assert (beside["kind"], beside["subnets"], beside["security_groups"]) == ("host", ["D"], ["Open"])


# -- gateways, endpoints, load balancers ---------------------------------------------------------------------------------

PRIVATE = """
  Nat: {{Type: AWS::EC2::NatGateway,
    Properties: {{SubnetId: !Ref B, ConnectivityType: private, PrivateIpAddress: 10.0.1.10{0}}}}}
  Far: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.9.0.0/16}}}}
  There: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Far, CidrBlock: 10.9.0.0/24}}}}
  Joined: {{Type: AWS::EC2::VPCPeeringConnection, Properties: {{VpcId: !Ref Vpc, PeerVpcId: !Ref Far}}}}
  In: {{Type: AWS::EC2::Route,
    Properties: {{RouteTableId: !Ref Table, DestinationCidrBlock: 10.9.0.0/16, NatGatewayId: !Ref Nat}}}}
  On: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  OfB: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref B, RouteTableId: !Ref On}}}}
  OnOut: {{Type: AWS::EC2::Route,
    Properties: {{RouteTableId: !Ref On, DestinationCidrBlock: 10.9.0.0/16, VpcPeeringConnectionId: !Ref Joined}}}}
  Back: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Far}}}}
  OfThere: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref There, RouteTableId: !Ref Back}}}}
  BackOut: {{Type: AWS::EC2::Route,
    Properties: {{RouteTableId: !Ref Back, DestinationCidrBlock: 10.0.0.0/16, VpcPeeringConnectionId: !Ref Joined}}}}
  One: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: x, VpcId: !Ref Far,
    SecurityGroupIngress: [{{IpProtocol: -1, CidrIp: 10.0.1.10/32}}]}}}}
  Server: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref There, SecurityGroupIds: [!Ref One]}}}}
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", "yes"),
        (", SecondaryPrivateIpAddresses: [10.0.1.11]", "undecided"),  # it may send from that one, which no rule lets in
        (", SecondaryPrivateIpAddressCount: 1", "undecided"),
    ],
)
def test_a_private_nat_gateway_may_send_from_each_of_its_addresses(more: str, expected: str) -> None:
    assert verdict(read(PRIVATE.format(more)), "HostA", "Server") == expected


def test_a_regional_nat_gateway_serves_the_zones_that_it_is_given() -> None:
    zone = "{AvailabilityZone: !Select [0, !GetAZs ''], AllocationIds: [!GetAtt Ip.AllocationId]}"
    more = f"""
  Ip: {{Type: AWS::EC2::EIP}}
  Nat: {{Type: AWS::EC2::NatGateway, Properties: {{VpcId: !Ref Vpc, AvailabilityMode: regional,
    AvailabilityZoneAddresses: [{zone}]}}}}
  Way: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  OfC: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref C, RouteTableId: !Ref Way}}}}
  OfB: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref B, RouteTableId: !Ref Way}}}}
  Out2: {{Type: AWS::EC2::Route,
    Properties: {{RouteTableId: !Ref Way, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}}}
  C: {{Type: AWS::EC2::Subnet,
    Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}}}
  HostC: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref C}}}}
"""
    found = read(more)
    assert (verdict(found, "HostC", "internet"), verdict(found, "HostB", "internet")) == ("yes", "no")


JOINED = """
  Far: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.9.0.0/16}}}}
  There: {{Type: AWS::EC2::Subnet,
    Properties: {{VpcId: !Ref Far, CidrBlock: 10.9.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}}}
  Hub: {{Type: AWS::EC2::TransitGateway, Properties: {{SecurityGroupReferencingSupport: {0}}}}}
  Here: {{Type: AWS::EC2::TransitGatewayVpcAttachment,
    Properties: {{TransitGatewayId: !Ref Hub, VpcId: !Ref Vpc, SubnetIds: [!Ref A]}}}}
  Other: {{Type: AWS::EC2::TransitGatewayVpcAttachment, Properties: {{TransitGatewayId: !Ref Hub, VpcId: !Ref Far,
    SubnetIds: [!Ref There], Options: {{SecurityGroupReferencingSupport: {1}}}}}}}
  To: {{Type: AWS::EC2::Route,
    Properties: {{RouteTableId: !Ref Table, DestinationCidrBlock: 10.9.0.0/16, TransitGatewayId: !Ref Hub}}}}
  Back: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Far}}}}
  OfThere: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref There, RouteTableId: !Ref Back}}}}
  BackOut: {{Type: AWS::EC2::Route,
    Properties: {{RouteTableId: !Ref Back, DestinationCidrBlock: 10.0.0.0/16, TransitGatewayId: !Ref Hub}}}}
  Named: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: x, VpcId: !Ref Far,
    SecurityGroupIngress: [{{IpProtocol: -1, SourceSecurityGroupId: !Ref Open}}]}}}}
  Server: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref There, SecurityGroupIds: [!Ref Named]}}}}
"""


@pytest.mark.parametrize(
    ("hub", "attachment", "expected"),
    [("enable", "enable", "yes"), ("disable", "enable", "no"), ("enable", "disable", "no")],
)
def test_groups_across_a_transit_gateway_of_a_template(hub: str, attachment: str, expected: str) -> None:
    assert verdict(read(JOINED.format(hub, attachment)), "HostA", "Server") == expected


SERVICE = """
  Own: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: x, VpcId: !Ref Vpc,
    SecurityGroupIngress: [{{IpProtocol: -1, CidrIp: 10.0.0.0/16}}]}}}}
  Nlb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer,
    Properties: {{Type: network, Scheme: internal, Subnets: [!Ref A], SecurityGroups: [!Ref Own]{0}}}}}
  Group: {{Type: AWS::ElasticLoadBalancingV2::TargetGroup,
    Properties: {{Port: 443, Protocol: TCP, VpcId: !Ref Vpc, Targets: [{{Id: !Ref HostA}}]}}}}
  Listens: {{Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {{LoadBalancerArn: !Ref Nlb, Port: 443, Protocol: TCP,
    DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Group}}]}}}}
  Offer: {{Type: AWS::EC2::VPCEndpointService,
    Properties: {{NetworkLoadBalancerArns: [!Ref Nlb], AcceptanceRequired: false}}}}
  Far: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.9.0.0/16}}}}
  There: {{Type: AWS::EC2::Subnet,
    Properties: {{VpcId: !Ref Far, CidrBlock: 10.9.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}}}
  Client: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref There}}}}
  Door: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: x, VpcId: !Ref Far,
    SecurityGroupIngress: [{{IpProtocol: -1, CidrIp: 0.0.0.0/0}}]}}}}
  Used: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcEndpointType: Interface, VpcId: !Ref Far, SubnetIds: [!Ref There],
    SecurityGroupIds: [!Ref Door], ServiceName: !Sub 'com.amazonaws.vpce.eu-west-1.${{Offer}}'}}}}
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [("", "no"), (", EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off'", "yes")],
)
def test_whether_groups_of_a_load_balancer_judge_what_comes_by_privatelink(more: str, expected: str) -> None:
    assert verdict(read(SERVICE.format(more)), "Client", "Used") == expected


def test_the_same_of_a_state(tmp_path: Path) -> None:
    balancer = {"id": "lb-1", "arn": "lb-1", "name": "n", "load_balancer_type": "network", "internal": True,
                "subnets": ["subnet-a"], "security_groups": ["sg-1"], "vpc_id": "vpc-1",
                "enforce_security_group_inbound_rules_on_private_link_traffic": "off"}  # fmt: skip
    listener = {"id": "l-1", "load_balancer_arn": "lb-1", "port": 443, "protocol": "TCP", "default_action": []}
    made = {**VPC, "aws_security_group.g": group("sg-1"), "aws_lb.n": balancer, "aws_lb_listener.l": listener}
    design = imported(tmp_path, state(made)).design["vpcs"]["main"]
    assert design["load_balancers"]["n"]["enforce_inbound_on_private_link"] is False


ENDPOINT = """
  Six: {{Type: AWS::EC2::VPCCidrBlock, Properties: {{VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}}}}
  D: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24,
    Ipv6CidrBlock: !Select [0, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 4, 64]]}}}}
  Host6: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref D, Ipv6AddressCount: 1}}}}
  Kms: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcEndpointType: Interface, VpcId: !Ref Vpc, SubnetIds: [!Ref D],
    SecurityGroupIds: [!Ref Open], ServiceName: com.amazonaws.eu-west-1.kms, IpAddressType: {0}}}}}
"""


@pytest.mark.parametrize(
    ("family", "expected"),
    # the group of the endpoint lets in IPv4 alone
    [("ipv4", "yes"), ("dualstack", "no"), ("ipv6", "undecided")],
)
def test_the_families_of_an_endpoint(family: str, expected: str) -> None:
    assert verdict(read(ENDPOINT.format(family)), "Host6", "Kms") == expected


def test_an_endpoint_has_the_addresses_that_it_is_given(tmp_path: Path) -> None:
    endpoint = {
        "id": "vpce-1", "vpc_id": "vpc-1", "service_name": "com.amazonaws.eu-west-1.kms", "vpc_endpoint_type": "Interface",
        "security_group_ids": ["sg-1"], "state": "available",
        "subnet_configuration": [{"subnet_id": "subnet-b", "ipv4": "10.0.2.50"}],
    }  # fmt: skip
    made = {**VPC, "aws_security_group.g": group("sg-1"), "aws_vpc_endpoint.k": endpoint}
    body = imported(tmp_path, state(made)).design["vpcs"]["main"]["vpc_endpoints"]["k"]
    assert (body["subnets"], body["private_ips"]) == (["b"], {"b": "10.0.2.50"})


def test_a_design_of_them_can_be_asked() -> None:
    found = read(ENDPOINT.format("dualstack"))
    net = reachsim.loads(json.dumps(found.design))
    assert net.trace("Host6", "Kms", "tcp/443").verdict == "partial"


# -- zones ---------------------------------------------------------------------------------------------------------------

ZONES = """
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24{0}}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24{1}}}}}
  C: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24{2}}}}}
  Open: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: x, VpcId: !Ref Vpc,
    SecurityGroupIngress: [{{IpProtocol: -1, CidrIp: 0.0.0.0/0}}]}}}}
  Client: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref A, SecurityGroupIds: [!Ref Open]}}}}
  Server: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref B, SecurityGroupIds: [!Ref Open]}}}}
  Nlb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer,
    Properties: {{Type: network, Scheme: internal, Subnets: [{3}]}}}}
  Group: {{Type: AWS::ElasticLoadBalancingV2::TargetGroup,
    Properties: {{Port: 443, Protocol: TCP, VpcId: !Ref Vpc, Targets: [{{Id: !Ref Server}}]}}}}
  Listens: {{Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {{LoadBalancerArn: !Ref Nlb, Port: 443, Protocol: TCP,
    DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Group}}]}}}}
"""
NAMED = [f", AvailabilityZone: eu-west-1{each}" for each in "abc"]
BY_ID = [f", AvailabilityZoneId: euw1-az{each}" for each in "123"]


def ask_zones(path: Path, zones: list[str], own: str, end: str) -> str:
    path = path / "t.yaml"
    path.write_text(ZONES.format(*zones, own))
    return reachsim.load(path).trace("Client", end, "tcp/443").verdict


@pytest.mark.parametrize(
    ("zones", "own", "expected"),
    [
        (NAMED, "!Ref A", "blocked"),  # the target is in a zone that is not enabled (LB-8)
        (BY_ID, "!Ref A", "blocked"),
        (["", "", ""], "!Ref A", "undecided"),  # AWS chooses the zones, the same or not
        ([NAMED[0], BY_ID[1], ""], "!Ref A", "undecided"),  # which id a name has is not known
        (["", "", ""], "!Ref B", "reachable"),  # in its own subnet
        (NAMED, "!Ref A, !Ref C", "blocked"),
        (["", "", ""], "!Ref A, !Ref C", "undecided"),
    ],
)
def test_zones_that_aws_chooses(tmp_path: Path, zones: list[str], own: str, expected: str) -> None:
    assert ask_zones(tmp_path, zones, own, "Nlb") == expected


def test_the_subnets_of_a_load_balancer_are_in_zones_of_their_own(tmp_path: Path) -> None:
    told = [ask_zones(tmp_path, ["", "", ""], "!Ref A, !Ref B", end) for end in ("Nlb/A", "Nlb/B")]
    assert told == ["blocked", "reachable"]


@pytest.mark.parametrize(("place", "expected"), [("A", "yes"), ("C", "undecided")])
def test_an_attachment_serves_the_zones_of_its_subnets(place: str, expected: str) -> None:
    joined = JOINED.format("enable", "enable").replace(", AvailabilityZone: !Select [0, !GetAZs '']", "")
    more = f"""{joined}
  C: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  OfC: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref C, RouteTableId: !Ref Table}}}}
  HostC: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref C, SecurityGroupIds: [!Ref Open]}}}}
"""
    found = read(more if place == "C" else joined)
    assert verdict(found, f"Host{place}", "Server") == expected


# -- VPN -----------------------------------------------------------------------------------------------------------------

TUNNEL = """
  Vgw: {{Type: AWS::EC2::VPNGateway, Properties: {{Type: ipsec.1}}}}
  Held: {{Type: AWS::EC2::VPCGatewayAttachment, Properties: {{VpcId: !Ref Vpc, VpnGatewayId: !Ref Vgw}}}}
  Box: {{Type: AWS::EC2::CustomerGateway, Properties: {{Type: ipsec.1, BgpAsn: 65000, IpAddress: 198.51.100.1}}}}
  Vpn: {{Type: AWS::EC2::VPNConnection, Properties: {{Type: ipsec.1, StaticRoutesOnly: true, VpnGatewayId: !Ref Vgw,
    CustomerGatewayId: !Ref Box{0}}}}}
  Behind: {{Type: AWS::EC2::VPNConnectionRoute,
    Properties: {{VpnConnectionId: !Ref Vpn, DestinationCidrBlock: 192.168.0.0/16}}}}
  To: {{Type: AWS::EC2::Route,
    Properties: {{RouteTableId: !Ref Table, DestinationCidrBlock: 192.168.0.0/16, GatewayId: !Ref Vgw}}}}
"""


@pytest.mark.rule("VPN-7")
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", "yes"),
        (", LocalIpv4NetworkCidr: 0.0.0.0/0, RemoteIpv4NetworkCidr: 0.0.0.0/0", "yes"),
        (", LocalIpv4NetworkCidr: 192.168.0.0/16, RemoteIpv4NetworkCidr: 10.0.0.0/8", "yes"),  # all that there is
        (", LocalIpv4NetworkCidr: 192.168.7.0/24", "undecided"),
        (", RemoteIpv4NetworkCidr: 10.0.1.0/24", "undecided"),
    ],
)
def test_a_vpn_connection_may_be_for_some_addresses_alone(more: str, expected: str) -> None:
    assert verdict(read(TUNNEL.format(more)), "HostA", "192.168.1.1") == expected


@pytest.mark.rule("VPN-7")
@pytest.mark.parametrize(("local", "state_of"), [("0.0.0.0/0", None), ("192.168.7.0/24", "unknown")])
def test_the_same_of_a_state_and_of_what_aws_tells(tmp_path: Path, local: str, state_of: str | None) -> None:
    vpn = {"id": "vpn-1", "vpn_gateway_id": "vgw-1", "customer_gateway_id": "cgw-1", "static_routes_only": True,
           "local_ipv4_network_cidr": local, "remote_ipv4_network_cidr": "0.0.0.0/0"}  # fmt: skip
    route = {"id": "r-1", "vpn_connection_id": "vpn-1", "destination_cidr_block": "192.168.0.0/16"}
    made = {**VPC, "aws_vpn_gateway.g": {"id": "vgw-1", "vpc_id": "vpc-1"}, "aws_vpn_connection.v": vpn,
            "aws_vpn_connection_route.r": route}  # fmt: skip
    assert imported(tmp_path, state(made)).design["vpn_connections"]["v"].get("state") == state_of
    answer = {
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16"}]}],
        "VpnGateways": [{"VpnGatewayId": "vgw-1", "State": "available",
                         "VpcAttachments": [{"VpcId": "vpc-1", "State": "attached"}]}],
        "VpnConnections": [{"VpnConnectionId": "vpn-1", "VpnGatewayId": "vgw-1", "CustomerGatewayId": "cgw-1",
                            "State": "available", "Options": {"StaticRoutesOnly": True, "LocalIpv4NetworkCidr": local},
                            "Routes": [{"DestinationCidrBlock": "192.168.0.0/16", "State": "available"}]}],
    }  # fmt: skip
    assert imported(tmp_path, answer).design["vpn_connections"]["vpn-1"].get("state") == state_of


# -- names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("DNS-5")
def test_what_names_mean_under_a_dns_firewall_is_open_and_nothing_else(tmp_path: Path) -> None:
    more = """
  It: {Type: AWS::Route53Resolver::FirewallRuleGroupAssociation,
    Properties: {VpcId: !Ref Vpc, FirewallRuleGroupId: rslvr-frg-1, Priority: 101}}
"""
    found = read(more)
    assert found.design["vpcs"]["Vpc"]["other_name_servers"] == ["."]
    assert (verdict(found, "HostA", "HostB"), verdict(found, "HostA", "10.0.1.99")) == ("yes", "no")
    made = {**VPC, "aws_route53_resolver_firewall_rule_group_association.f": {"id": "f-1", "vpc_id": "vpc-1"}}
    assert imported(tmp_path, state(made)).design["vpcs"]["main"]["other_name_servers"] == ["."]


def test_what_joins_an_endpoint_with_a_service_has_nothing_in_the_vpc(tmp_path: Path) -> None:
    where = "IngressVpcConfiguration: {VpcId: !Ref Vpc, VpcEndpointId: vpce-1}"
    more = f"\n  It: {{Type: AWS::AppRunner::VpcIngressConnection, Properties: {{{where}}}}}"
    assert "unknown_components" not in design_of(more)
    ingress = {"id": "i-1", "ingress_vpc_configuration": [{"vpc_id": "vpc-1", "vpc_endpoint_id": "vpce-1"}]}
    made = {**VPC, "aws_apprunner_vpc_ingress_connection.i": ingress}
    assert "unknown_components" not in imported(tmp_path, state(made)).design["vpcs"]["main"]


# -- launch templates ----------------------------------------------------------------------------------------------------

REFERS = {
    "aws_subnet.s": {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]},
    "aws_security_group.g": {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]},
    "aws_instance.i": {"launch_template": ({"id": ["aws_launch_template.t.id", "aws_launch_template.t"]},)},
}
GIVEN = {
    "subnet_id": ["aws_subnet.s.id", "aws_subnet.s"],
    "security_groups": ["aws_security_group.g.id", "aws_security_group.g"],
}
COMPUTED = {"aws_subnet.s": {"vpc_id": True}, "aws_security_group.g": {"vpc_id": True}}
INSTANCE = {"subnet_id": True, "vpc_security_group_ids": True, "security_groups": True, "public_ip": True}


def launched(folder: Path, template: dict[str, Any], refers: dict[str, Any], unknown: dict[str, Any]) -> dict[str, Any]:
    made = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"}, "aws_subnet.s": {"cidr_block": "10.0.1.0/24"},
        "aws_security_group.g": {"name": "g", "ingress": [], "egress": []},
        "aws_launch_template.t": {"name": "t-1", **template},
        "aws_instance.i": {"launch_template": [{"version": ""}], "network_interface": []},
    }  # fmt: skip
    marks = {**COMPUTED, "aws_launch_template.t": unknown,
             "aws_instance.i": {**INSTANCE, "launch_template": [{"id": True, "name": True}]}}  # fmt: skip
    told = plan(made, {**REFERS, "aws_launch_template.t": refers}, marks)
    return imported(folder, told).design["vpcs"]["v"]


def test_an_instance_of_a_plan_is_as_its_launch_template_says(tmp_path: Path) -> None:
    block = {"associate_public_ip_address": "true", "private_ip_address": "10.0.1.9"}
    unknown = {"network_interfaces": [{"subnet_id": True, "security_groups": True}]}
    design = launched(tmp_path, {"network_interfaces": [block]}, {"network_interfaces": (GIVEN,)}, unknown)
    expected = {"subnet": "s", "security_groups": ["g"], "private_ip": "10.0.1.9", "public_ip": True}
    assert design["instances"]["i"] == expected


def test_one_whose_launch_template_has_several_interfaces_is_not_known(tmp_path: Path) -> None:
    unknown = {"network_interfaces": [{"subnet_id": True, "security_groups": True}] * 2}
    design = launched(tmp_path, {"network_interfaces": [{}, {}]}, {"network_interfaces": (GIVEN, GIVEN)}, unknown)
    assert not design.get("instances")
    assert list(design["unknown_components"]) == ["i"]


# -- what AWS tells ------------------------------------------------------------------------------------------------------

ANSWERS: dict[str, Any] = {
    "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16"}]}],
    "Subnets": [{"SubnetId": f"subnet-{each}", "VpcId": "vpc-1", "CidrBlock": f"10.0.{index}.0/24",
                 "AvailabilityZone": f"eu-west-1{each}"} for index, each in enumerate("ab")],
    "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}],
}  # fmt: skip


def test_an_automated_firewall_leaves_open_what_goes_by_the_gateway(tmp_path: Path) -> None:
    vpc = {**ANSWERS["Vpcs"][0], "NetworkFirewallAssociations": [{"FirewallArn": "arn:x", "FirewallMode": "on"}]}
    subnets = [ANSWERS["Subnets"][0], {**ANSWERS["Subnets"][1], "NetworkFirewallConnectivityType": "exclude"}]
    design = imported(tmp_path, {**ANSWERS, "Vpcs": [vpc], "Subnets": subnets}).design["vpcs"]["vpc-1"]
    assert design["block_public_access"] == {
        "mode": "unknown", "exclusions": {"vpc-1.subnet-b": "allow-bidirectional"},
    }  # fmt: skip
    none = {**vpc, "NetworkFirewallAssociations": []}
    assert "block_public_access" not in imported(tmp_path, {**ANSWERS, "Vpcs": [none]}).design["vpcs"]["vpc-1"]


def test_what_an_appliance_of_a_nat_gateway_lets_through_is_open(tmp_path: Path) -> None:
    address = {"PrivateIp": "10.0.0.9", "PublicIp": "198.51.100.9"}
    gateway = {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-a", "State": "available",
               "ConnectivityType": "public", "NatGatewayAddresses": [address]}  # fmt: skip
    design = imported(tmp_path, {**ANSWERS, "NatGateways": [gateway]}).design["vpcs"]["vpc-1"]
    assert list(design["nat_gateways"]) == ["nat-1"]
    attached = {**gateway, "AttachedAppliances": [{"Type": "network-firewall-proxy", "ApplianceArn": "arn:x"}]}
    design = imported(tmp_path, {**ANSWERS, "NatGateways": [attached]}).design["vpcs"]["vpc-1"]
    assert list(design["unknown_components"]) == ["nat-1"]


def test_a_peer_that_was_not_read_has_its_ipv6_blocks_too(tmp_path: Path) -> None:
    far = {"VpcId": "vpc-9", "CidrBlock": "10.9.0.0/16", "CidrBlockSet": [{"CidrBlock": "10.9.0.0/16"}],
           "Ipv6CidrBlockSet": [{"Ipv6CidrBlock": "2600:1f18:9::/56"}]}  # fmt: skip
    peering = {"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}, "AccepterVpcInfo": far,
               "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}}  # fmt: skip
    design = imported(tmp_path, {**ANSWERS, "VpcPeeringConnections": [peering]}).design["vpcs"]["vpc-9"]
    assert design["cidrs"] == ["10.9.0.0/16", "2600:1f18:9::/56"]
    assert [body.get("ipv6_cidr") for body in design["subnets"].values()] == [None, "2600:1f18:9::/56"]


def test_what_aws_tells_of_privatelink_past_the_groups_of_a_load_balancer(tmp_path: Path) -> None:
    arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/n/1"
    balancer = {"LoadBalancerArn": arn, "LoadBalancerName": "n", "Type": "network", "Scheme": "internal", "VpcId": "vpc-1",
                "AvailabilityZones": [{"SubnetId": "subnet-a"}], "SecurityGroups": ["sg-1"],
                "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off"}  # fmt: skip
    group_of = {"TargetGroupArn": "arn:aws:x:targetgroup/t/1", "TargetGroupName": "t", "Protocol": "TCP", "Port": 443,
                "TargetType": "instance", "VpcId": "vpc-1"}  # fmt: skip
    answers = {**ANSWERS, "LoadBalancers": [balancer], "TargetGroups": [group_of],
               "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "g", "VpcId": "vpc-1", "IpPermissions": []}],
               "Listeners": [{"ListenerArn": "arn:aws:x:listener/net/n/1/2", "LoadBalancerArn": arn, "Port": 443,
                              "Protocol": "TCP",
                              "DefaultActions": [{"Type": "forward", "TargetGroupArn": group_of["TargetGroupArn"]}]}],
               "Health": {"TargetGroupArn": group_of["TargetGroupArn"], "TargetHealthDescriptions": []}}  # fmt: skip
    design = imported(tmp_path, answers).design["vpcs"]["vpc-1"]
    assert design["load_balancers"]["n"]["enforce_inbound_on_private_link"] is False
