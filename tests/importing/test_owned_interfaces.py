"""Interfaces that AWS made for something, and what routes tell of gateway endpoints. Verdicts follow from the rules here."""

from __future__ import annotations

from typing import Any

import pytest
from tests.importing.accounts import account, group, imported, interface, lets, loaded, notes, route, table

ALB = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/front/0123"
WEB = interface("eni-web", "10.0.1.10", "sg-web")


def of_balancer(**more: Any) -> dict[str, Any]:
    return interface("eni-lb", "10.0.1.20", "sg-web", Description="ELB app/front/0123", **more)


def test_the_interface_of_a_balancer_that_was_not_collected_answers_as_nobody_knows() -> None:
    net = loaded(account(NetworkInterfaces=[WEB, of_balancer()]))
    assert net.trace("eni-web", "10.0.1.20", "tcp/443").verdict == "undecided"


def test_the_interface_of_a_balancer_is_no_host_beside_it() -> None:
    balancer = {
        "LoadBalancerArn": ALB, "LoadBalancerName": "front", "Type": "application", "Scheme": "internal",
        "VpcId": "vpc-1", "SecurityGroups": ["sg-web"], "AvailabilityZones": [{"SubnetId": "subnet-a"}],
    }  # fmt: skip
    listener = {"ListenerArn": "l", "LoadBalancerArn": ALB, "Protocol": "HTTP", "Port": 80, "DefaultActions": []}
    given = account(NetworkInterfaces=[WEB, of_balancer()], LoadBalancers=[balancer], Listeners=[listener])
    found = imported(given)
    vpc = found.design["vpcs"]["vpc-1"]
    assert vpc["load_balancers"]["front"]["private_ips"] == {"subnet-a": "10.0.1.20"}
    assert list(vpc["interfaces"]) == ["eni-web"]


@pytest.mark.rule("NATGW-17")
def test_a_regional_nat_gateway() -> None:
    def body(**more: Any) -> Any:
        gateway = {
            "NatGatewayId": "nat-1", "VpcId": "vpc-1", "State": "available", "ConnectivityType": "public",
            "AvailabilityMode": "regional", "NatGatewayAddresses": [], **more,
        }  # fmt: skip
        return imported(account(NatGateways=[gateway])).design["vpcs"]["vpc-1"]["nat_gateways"]["nat-1"]

    addresses = [{"AvailabilityZone": "eu-west-1a", "PublicIp": "198.51.100.5"}]
    assert body() == {"availability": "regional"}
    served = {"availability": "regional", "public_ip": "198.51.100.5"}
    assert body(AutoProvisionZones="enabled", NatGatewayAddresses=addresses) == served
    manual = body(AutoProvisionZones="disabled", NatGatewayAddresses=addresses, RouteTableId="rtb-main")
    assert manual == {"availability": "regional", "public_ips": {"eu-west-1a": "198.51.100.5"}, "route_table": "main"}


def test_the_primary_address_of_a_nat_gateway_counts() -> None:
    addresses = [{"PrivateIp": f"10.0.1.{n}", "PublicIp": f"198.51.100.{n}", "IsPrimary": n == 6} for n in (5, 6)]
    gateway = {
        "NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-a", "State": "pending",
        "NatGatewayAddresses": addresses,
    }  # fmt: skip
    found = imported(account(NatGateways=[gateway])).design["vpcs"]["vpc-1"]["nat_gateways"]["nat-1"]
    assert found == {"subnet": "subnet-a", "private_ip": "10.0.1.6", "public_ip": "198.51.100.6", "state": "pending"}


def test_the_interface_of_an_endpoint_that_was_not_collected_is_reached_as_its_groups_say() -> None:
    endpoint = interface(
        "eni-e", "10.0.2.30", "sg-web", subnet="subnet-b", Description="VPC Endpoint Interface vpce-0a1b"
    )
    net = loaded(account(NetworkInterfaces=[WEB, endpoint]))
    assert net.trace("eni-web", "10.0.2.30", "tcp/443").verdict == "reachable"
    assert net.trace("eni-web", "10.0.2.30", "tcp/80").verdict == "blocked"
    endpoints = [{"VpcEndpointId": "vpce-0a1b", "ServiceName": "com.amazonaws.eu-west-1.ssm", "VpcId": "vpc-1",
                  "VpcEndpointType": "Interface", "SubnetIds": ["subnet-b"], "Groups": [{"GroupId": "sg-web"}],
                  "NetworkInterfaceIds": ["eni-e"], "State": "available"}]  # fmt: skip
    found = imported(account(NetworkInterfaces=[WEB, endpoint], VpcEndpoints=endpoints))
    assert list(found.design["vpcs"]["vpc-1"]["interfaces"]) == ["eni-web"]


@pytest.mark.rule("EP-1")
def test_a_route_from_a_services_list_to_an_endpoint_tells_of_a_gateway_endpoint() -> None:
    tables = [table("rtb-main", route("pl-6da54004", GatewayId="vpce-1"), main=True)]
    given = account(RouteTables=tables, SecurityGroups=[group("sg-web", lets("tcp/443"))])
    found = imported(given)
    assert found.design["vpcs"]["vpc-1"]["vpc_endpoints"] == {
        "vpce-1": {"type": "gateway", "service": "com.amazonaws.eu-west-1.s3", "route_tables": ["main"]}
    }
    assert any("gateway endpoint for com.amazonaws.eu-west-1.s3" in text for text in notes(found, "assumed"))
    net = loaded(given)
    assert net.trace("eni-web", "service:s3", "tcp/443").verdict == "reachable"
    assert net.trace("eni-web", "8.8.8.8", "tcp/443").verdict == "blocked"


def test_a_route_from_a_list_of_somebodys_own_tells_of_no_gateway_endpoint() -> None:
    tables = [table("rtb-main", route("pl-0123456789abcdef0", GatewayId="vpce-1"), main=True)]
    net = loaded(account(RouteTables=tables))
    assert net.trace("eni-web", "8.8.8.8", "tcp/443").verdict == "undecided"


def test_a_blackhole_to_an_endpoint_is_no_endpoint() -> None:
    gone = {**route("pl-6da54004", GatewayId="vpce-1"), "State": "blackhole"}
    found = imported(account(RouteTables=[table("rtb-main", gone, main=True)]))
    assert "vpc_endpoints" not in found.design["vpcs"]["vpc-1"]


def test_lists_of_one_service_in_two_regions_keep_apart() -> None:
    lists = [
        {"PrefixListId": f"pl-{number}", "PrefixListName": f"com.amazonaws.{region}.s3", "Cidrs": [block]}
        for number, region, block in ((1, "eu-west-1", "52.218.0.0/17"), (2, "us-east-1", "54.231.0.0/16"))
    ]
    endpoint = {"VpcEndpointId": "vpce-1", "ServiceName": "com.amazonaws.eu-west-1.s3", "VpcId": "vpc-1",
                "VpcEndpointType": "Gateway", "RouteTableIds": ["rtb-main"], "State": "available"}  # fmt: skip
    tables = [table("rtb-main", route("pl-1", GatewayId="vpce-1"), main=True)]
    found = imported(account(PrefixLists=lists, RouteTables=tables, VpcEndpoints=[endpoint]))
    assert sorted(found.design["prefix_lists"]) == ["s3-eu-west-1", "s3-us-east-1"]
    assert found.design["vpcs"]["vpc-1"]["vpc_endpoints"]["vpce-1"]["prefix_list"] == "s3-eu-west-1"


def test_an_interface_that_its_gateway_names_is_no_host_beside_it() -> None:
    """Collectors that leave descriptions and types out still tell whose an interface is, by its id."""
    gateway = {
        "NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-a", "State": "available",
        "NatGatewayAddresses": [{"NetworkInterfaceId": "eni-nat", "PrivateIp": "10.0.1.5", "PublicIp": "198.51.100.5"}],
    }  # fmt: skip
    given = account(NetworkInterfaces=[WEB, interface("eni-nat", "10.0.1.5", "sg-web")], NatGateways=[gateway])
    vpc = imported(given).design["vpcs"]["vpc-1"]
    assert list(vpc["interfaces"]) == ["eni-web"]
    assert vpc["nat_gateways"]["nat-1"]["private_ip"] == "10.0.1.5"


@pytest.mark.parametrize(
    ("peer", "expected"), [("198.51.100.5", "undecided"), ("198.51.100.0/24", "reachable"), ("0.0.0.0/0", "reachable")]
)
def test_a_gateway_with_two_addresses_sends_from_either(peer: str, expected: str) -> None:
    """What a rule says of one of them alone holds for a part of the connections."""
    addresses = [
        {
            "NetworkInterfaceId": f"eni-nat-{n}",
            "PrivateIp": f"10.0.1.{n}",
            "PublicIp": f"198.51.100.{n}",
            "IsPrimary": n == 5,
        }
        for n in (5, 6)
    ]
    gateway = {
        "NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-a", "State": "available",
        "NatGatewayAddresses": addresses,
    }  # fmt: skip
    tables = [
        table("rtb-main", route("0.0.0.0/0", GatewayId="igw-1"), main=True),
        table("rtb-b", route("0.0.0.0/0", NatGatewayId="nat-1"), subnets=("subnet-b",)),
    ]
    block = peer if "/" in peer else f"{peer}/32"
    groups = [group("sg-web", lets("tcp/443", block)), group("sg-b")]
    public = interface("eni-web", "10.0.1.10", "sg-web", Association={"PublicIp": "198.51.100.10"})
    inner = interface("eni-b", "10.0.2.10", "sg-b", subnet="subnet-b")
    nodes = [interface(f"eni-nat-{n}", f"10.0.1.{n}") for n in (5, 6)]
    net = loaded(
        account(
            NatGateways=[gateway], RouteTables=tables, SecurityGroups=groups, NetworkInterfaces=[public, inner, *nodes]
        )
    )
    assert net.trace("eni-b", "198.51.100.10", "tcp/443").verdict == expected


@pytest.mark.parametrize(
    ("instance", "expected"), [("ec2_instance_connect_endpoint", "undecided"), ("interface", "reachable")]
)
@pytest.mark.parametrize("told", [None, False, True])
def test_an_instance_connect_endpoint_may_send_from_its_clients_addresses(
    instance: str, expected: str, told: bool | None
) -> None:
    endpoint = {"InstanceConnectEndpointId": "eice-1", "NetworkInterfaceIds": ["eni-jump"], "PreserveClientIp": told}
    jump = interface("eni-jump", "10.0.1.30", "sg-web", InterfaceType=instance)
    given = account(NetworkInterfaces=[WEB, jump], InstanceConnectEndpoints=[] if told is None else [endpoint])
    verdict = loaded(given).trace("eni-jump", "eni-web", "tcp/443").verdict
    assert verdict == ("reachable" if told is False else expected)


@pytest.mark.rule("SG-17")
def test_a_group_is_associated_with_the_vpc_in_which_something_has_it() -> None:
    far = {"SubnetId": "subnet-far", "VpcId": "vpc-2", "CidrBlock": "10.1.1.0/24", "AvailabilityZone": "eu-west-1a"}
    base = account()
    given = account(
        Vpcs=[*base["Vpcs"], {"VpcId": "vpc-2", "CidrBlock": "10.1.0.0/16", "OwnerId": "111122223333"}],
        Subnets=[*base["Subnets"], far],
        SecurityGroups=[group("sg-web", lets("tcp/443")), group("sg-far", lets("tcp/22"), vpc="vpc-2")],
        NetworkInterfaces=[WEB, interface("eni-2", "10.0.2.10", "sg-far", subnet="subnet-b")],
        SecurityGroupVpcAssociations=[
            {"GroupId": "sg-far", "VpcId": "vpc-1", "VpcOwnerId": "1", "State": "associated"}
        ],
    )
    net = loaded(given)
    assert [net.trace("eni-web", "eni-2", port).verdict for port in ("tcp/22", "tcp/443")] == ["reachable", "blocked"]
    assert not notes(imported(given), "not read")
