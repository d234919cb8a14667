"""Private DNS of interface endpoints for S3, which AWS makes for inbound endpoints of Route 53 Resolver alone (EP-8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.accounts import account
from tests.importing.accounts import imported as described
from tests.importing.templates_of import read
from tests.importing.terraform.files import imported, state

ALONE = "PrivateDnsOnlyForInboundResolverEndpoint"


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize(
    ("gateway", "options", "private"),
    [
        ("s3", "", False),
        ("s3", f"DnsOptions: {{{ALONE}: OnlyInboundResolver}}", False),
        ("s3", f"DnsOptions: {{{ALONE}: AllResolvers}}", True),
        ("dynamodb", "", True),
    ],
)
def test_of_a_template(gateway: str, options: str, private: bool) -> None:
    own = f"""
  E: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: !Ref Vpc, VpcEndpointType: Interface, PrivateDnsEnabled: true,
      ServiceName: com.amazonaws.eu-west-1.s3, SubnetIds: [!Ref A], {options}}}}}
  G: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: !Ref Vpc, ServiceName: com.amazonaws.eu-west-1.{gateway}}}}}
"""
    assert read(own).design["vpcs"]["Vpc"]["vpc_endpoints"]["E"]["private_dns"] is private


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize(
    ("at", "alone", "private"),
    [
        ("vpc-1", None, False), ("vpc-1", True, False), ("vpc-1", False, True),
        ("vpc-2", None, True), ("", None, True), ("", True, False),
    ],
)  # fmt: skip
def test_of_a_state_and_of_aws(tmp_path: Path, at: str, alone: bool | None, private: bool) -> None:
    """`at`: the VPC of a gateway endpoint for the service; empty for none."""
    name = "com.amazonaws.eu-west-1.s3"
    options: list[dict[str, Any]] = [] if alone is None else [{"private_dns_only_for_inbound_resolver_endpoint": alone}]
    resources: dict[str, dict[str, Any]] = {
        "aws_vpc.v": {"id": "vpc-1", "cidr_block": "10.0.0.0/16"},
        "aws_vpc.w": {"id": "vpc-2", "cidr_block": "10.1.0.0/16"},
        "aws_subnet.s": {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"},
        "aws_vpc_endpoint.e": {
            "id": "vpce-1", "vpc_id": "vpc-1", "vpc_endpoint_type": "Interface", "service_name": name,
            "subnet_ids": ["subnet-1"], "private_dns_enabled": True, "dns_options": options, "security_group_ids": [],
        },
    }  # fmt: skip
    beside = {"vpc_id": at, "vpc_endpoint_type": "Gateway", "service_name": name, "route_table_ids": []}
    if at:
        resources["aws_vpc_endpoint.g"] = {"id": "vpce-2", **beside}
    found = imported(tmp_path, state(resources)).design["vpcs"]["v"]["vpc_endpoints"]["e"]
    assert found["private_dns"] is private
    told = {} if alone is None else {"DnsOptions": {"DnsRecordIpType": "ipv4", ALONE: alone}}
    endpoint = {
        "VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "ServiceName": name,
        "State": "available", "SubnetIds": ["subnet-a"], "Groups": [], "PrivateDnsEnabled": True, **told,
    }  # fmt: skip
    gateway = {
        "VpcEndpointId": "vpce-2", "VpcEndpointType": "Gateway", "VpcId": at, "ServiceName": name, "State": "available",
        "RouteTableIds": [],
    }  # fmt: skip
    endpoints = [endpoint, gateway] if at else [endpoint]
    made = described(account(VpcEndpoints=endpoints)).design["vpcs"]["vpc-1"]["vpc_endpoints"]
    (one,) = [each for each in made.values() if each["type"] == "interface"]
    assert one["private_dns"] is private
