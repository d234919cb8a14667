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
    ("service", "options", "private"),
    [
        ("s3", "", False),
        ("s3", f"DnsOptions: {{{ALONE}: OnlyInboundResolver}}", False),
        ("s3", f"DnsOptions: {{{ALONE}: AllResolvers}}", True),
        ("kms", "", True),
    ],
)
def test_of_a_template(service: str, options: str, private: bool) -> None:
    own = f"""
  E: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: !Ref Vpc, VpcEndpointType: Interface, PrivateDnsEnabled: true,
      ServiceName: com.amazonaws.eu-west-1.{service}, SubnetIds: [!Ref A], {options}}}}}
"""
    assert read(own).design["vpcs"]["Vpc"]["vpc_endpoints"]["E"]["private_dns"] is private


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize(
    ("service", "alone", "private"),
    [("s3", None, False), ("s3", True, False), ("s3", False, True), ("kms", None, True)],
)
def test_of_a_state_and_of_aws(tmp_path: Path, service: str, alone: bool | None, private: bool) -> None:
    name = f"com.amazonaws.eu-west-1.{service}"
    options: list[dict[str, Any]] = [] if alone is None else [{"private_dns_only_for_inbound_resolver_endpoint": alone}]
    resources: dict[str, dict[str, Any]] = {
        "aws_vpc.v": {"id": "vpc-1", "cidr_block": "10.0.0.0/16"},
        "aws_subnet.s": {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"},
        "aws_vpc_endpoint.e": {
            "id": "vpce-1", "vpc_id": "vpc-1", "vpc_endpoint_type": "Interface", "service_name": name,
            "subnet_ids": ["subnet-1"], "private_dns_enabled": True, "dns_options": options, "security_group_ids": [],
        },
    }  # fmt: skip
    found = imported(tmp_path, state(resources)).design["vpcs"]["v"]["vpc_endpoints"]["e"]
    assert found["private_dns"] is private
    told = {} if alone is None else {"DnsOptions": {"DnsRecordIpType": "ipv4", ALONE: alone}}
    endpoint = {
        "VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "ServiceName": name,
        "State": "available", "SubnetIds": ["subnet-a"], "Groups": [], "PrivateDnsEnabled": True, **told,
    }  # fmt: skip
    (one,) = described(account(VpcEndpoints=[endpoint])).design["vpcs"]["vpc-1"]["vpc_endpoints"].values()
    assert one["private_dns"] is private
