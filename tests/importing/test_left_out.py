"""Nothing that packets depend on is left out without a word: services with interfaces, and what brings the internet in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.importing.templates_of import read
from tests.importing.terraform.files import imported, state

import reachsim

INTERFACES = {
    "KinesisFirehose::DeliveryStream": "{ElasticsearchDestinationConfiguration: {VpcConfiguration: {SubnetIds: [!Ref B],"
    " SecurityGroupIds: [!Ref Open]}}}",
    "Timestream::InfluxDBInstance": "{VpcSubnetIds: [!Ref B], VpcSecurityGroupIds: [!Ref Open]}",
    "QuickSight::VPCConnection": "{SubnetIds: [!Ref B], SecurityGroupIds: [!Ref Open]}",
    "Grafana::Workspace": "{VpcConfiguration: {SubnetIds: [!Ref B], SecurityGroupIds: [!Ref Open]}}",
    "IoT::TopicRuleDestination": "{VpcProperties: {SubnetIds: [!Ref B], SecurityGroups: [!Ref Open]}}",
    "Pipes::Pipe": "{SourceParameters: {SelfManagedKafkaParameters:"
    " {Vpc: {Subnets: [!Ref B], SecurityGroup: [!Ref Open]}}}}",
    "VpcLattice::ResourceGateway": "{SubnetIds: [!Ref B], SecurityGroupIds: [!Ref Open]}",
    "EC2::VerifiedAccessEndpoint": "{LoadBalancerOptions: {SubnetIds: [!Ref B]}, SecurityGroupIds: [!Ref Open]}",
}


@pytest.mark.parametrize("kind", INTERFACES)
def test_a_service_with_interfaces(kind: str) -> None:
    found = read(f"\n  It: {{Type: AWS::{kind}, Properties: {INTERFACES[kind]}}}")
    body = found.design["vpcs"]["Vpc"]["interfaces"]["It"]
    assert (body["subnets"], body["security_groups"]) == (["B"], ["Open"])


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("CloudFront::VpcOrigin", "{VpcOriginEndpointConfig: {Arn: x, Name: y}}"),
        ("ServiceDiscovery::PrivateDnsNamespace", "{Name: corp.example, Vpc: !Ref Vpc}"),
    ],
)
def test_what_is_named_as_not_read(kind: str, body: str) -> None:
    found = read(f"\n  It: {{Type: AWS::{kind}, Properties: {body}}}")
    assert [note.what for note in found.notes if note.kind == "not read"] == ["It"]
    assert "unknown_components" not in found.design["vpcs"]["Vpc"]


def denied(design: Any, end: str) -> str:
    """Whether the internet is kept from an instance."""
    return reachsim.loads(json.dumps(design)).expect("internet", end, deny="all").verdict


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ("[{EndpointId: !Ref HostB}]", "undecided"),
        ("[{EndpointId: !Ref HostB, ClientIPPreservationEnabled: false}]", "holds"),
        ("!Split [',', !ImportValue Ends]", "undecided"),
        ("[{EndpointId: !GetAtt Ip.AllocationId}]", "holds"),  # called by its address, like any
    ],
)
def test_an_accelerator_brings_the_internet_to_what_has_no_public_address(ends: str, verdict: str) -> None:
    group = f"""
  Ip: {{Type: AWS::EC2::EIP}}
  Group: {{Type: AWS::GlobalAccelerator::EndpointGroup, Properties: {{ListenerArn: x, EndpointGroupRegion: eu-west-1,
      EndpointConfigurations: {ends}}}}}
"""
    assert denied(read().design, "HostB") == "holds"
    assert denied(read(group).design, "HostB") == verdict


def test_an_accelerator_of_a_state(tmp_path: Path) -> None:
    resources: dict[str, dict[str, Any]] = {
        "aws_vpc.v": {"id": "vpc-1", "cidr_block": "10.0.0.0/16"},
        "aws_internet_gateway.g": {"id": "igw-1", "vpc_id": "vpc-1"},
        "aws_subnet.s": {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"},
        "aws_security_group.o": {"id": "sg-1", "vpc_id": "vpc-1", "name": "o", "egress": [], "ingress": [
            {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]},
        "aws_instance.i": {"id": "i-1", "subnet_id": "subnet-1", "private_ip": "10.0.0.9", "public_ip": "",
                           "vpc_security_group_ids": ["sg-1"], "primary_network_interface_id": "eni-1"},
    }  # fmt: skip
    assert denied(imported(tmp_path, state(resources)).design, "i") == "holds"
    group = {"aws_globalaccelerator_endpoint_group.e": {"id": "e", "endpoint_configuration": [{"endpoint_id": "i-1"}]}}
    assert denied(imported(tmp_path, state(resources | group)).design, "i") == "undecided"
