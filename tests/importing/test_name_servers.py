"""DHCP options and forwarding rules of Route 53 Resolver, in each format (DNS-5)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.accounts import account
from tests.importing.accounts import imported as described
from tests.importing.templates_of import read
from tests.importing.terraform.files import imported, state

OPTIONS = """
  Options: {Type: AWS::EC2::DHCPOptions, Properties: {DomainNameServers: %s}}
  Have: {Type: AWS::EC2::VPCDHCPOptionsAssociation, Properties: {VpcId: !Ref Vpc, DhcpOptionsId: %s}}
"""
RULE = """
  Rule: {Type: AWS::Route53Resolver::ResolverRule, Properties: {DomainName: corp.example., RuleType: %s}}
  Have: {Type: AWS::Route53Resolver::ResolverRuleAssociation, Properties: {VPCId: !Ref Vpc, ResolverRuleId: %s}}
"""


@pytest.mark.rule("DNS-5")
@pytest.mark.parametrize(
    ("more", "others"),
    [
        ("", None),
        (OPTIONS % ("[AmazonProvidedDNS]", "!Ref Options"), None),
        (OPTIONS % ("[10.0.0.2, 169.254.169.253]", "!Ref Options"), None),  # the resolver by its addresses (DNS-1)
        (OPTIONS % ("[10.0.0.9, AmazonProvidedDNS]", "!Ref Options"), ["."]),
        (OPTIONS % ("!Split [',', !Ref AWS::StackName]", "!Ref Options"), ["."]),
        (OPTIONS % ("[AmazonProvidedDNS]", "dopt-1"), ["."]),
        (RULE % ("FORWARD", "!Ref Rule"), ["corp.example"]),
        (RULE % ("SYSTEM", "!Ref Rule"), None),
        (RULE % ("FORWARD", "rslvr-rr-1"), ["."]),
    ],
)
def test_of_a_template(more: str, others: list[str] | None) -> None:
    found = read(more)
    assert found.design["vpcs"]["Vpc"].get("other_name_servers") == others
    assert not [note for note in found.notes if note.kind == "left out"]


VPC: dict[str, dict[str, Any]] = {"aws_vpc.v": {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}}


@pytest.mark.rule("DNS-5")
@pytest.mark.parametrize(
    ("servers", "id", "others"),
    [
        (["AmazonProvidedDNS"], "dopt-1", None),
        (["10.0.0.9"], "dopt-1", ["."]),
        (["AmazonProvidedDNS"], "dopt-2", ["."]),
    ],
)
def test_dhcp_options_of_a_state_and_of_aws(
    tmp_path: Path, servers: list[str], id: str, others: list[str] | None
) -> None:
    resources = {
        **VPC,
        "aws_vpc_dhcp_options.o": {"id": "dopt-1", "domain_name_servers": servers},
        "aws_vpc_dhcp_options_association.a": {"id": "a", "vpc_id": "vpc-1", "dhcp_options_id": id},
    }
    assert imported(tmp_path, state(resources)).design["vpcs"]["v"].get("other_name_servers") == others
    told = {"Key": "domain-name-servers", "Values": [{"Value": each} for each in servers]}
    answers = account(DhcpOptions=[{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [told]}])
    answers["Vpcs"][0]["DhcpOptionsId"] = "dopt-1"
    by_aws = described(answers).design["vpcs"]["vpc-1"].get("other_name_servers")
    assert by_aws == (["."] if servers != ["AmazonProvidedDNS"] else None)


@pytest.mark.rule("DNS-5")
def test_forwarding_rules_of_a_state_and_of_aws(tmp_path: Path) -> None:
    resources = {
        **VPC,
        "aws_route53_resolver_rule.r": {"id": "rslvr-rr-1", "domain_name": "corp.example", "rule_type": "FORWARD"},
        "aws_route53_resolver_rule_association.a": {"id": "a", "vpc_id": "vpc-1", "resolver_rule_id": "rslvr-rr-1"},
    }
    assert imported(tmp_path, state(resources)).design["vpcs"]["v"]["other_name_servers"] == ["corp.example"]
    answers = account(
        ResolverRules=[
            {"Id": "rslvr-rr-1", "DomainName": "corp.example.", "RuleType": "FORWARD"},
            {"Id": "rslvr-autodefined-rr-internet-resolver", "DomainName": ".", "RuleType": "RECURSIVE"},
        ],
        ResolverRuleAssociations=[
            {"Id": f"rslvr-rrassoc-{id}", "ResolverRuleId": id, "VPCId": "vpc-1"}
            for id in ("rslvr-rr-1", "rslvr-autodefined-rr-internet-resolver")
        ],
    )
    assert described(answers).design["vpcs"]["vpc-1"]["other_name_servers"] == ["corp.example"]
