"""Private hosted zones with their records, and Block Public Access."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, known, present
from reachsim.importing.terraform.snapshot import Resource

TYPES: Final = frozenset(
    {
        "aws_route53_zone", "aws_route53_zone_association", "aws_route53_record", "aws_route53_resolver_rule",
        "aws_route53_resolver_rule_association", "aws_route53_resolver_firewall_rule_group_association",
        "aws_vpc_dhcp_options", "aws_vpc_dhcp_options_association",
        "aws_vpc_block_public_access_options", "aws_vpc_block_public_access_exclusion",
    }
)  # fmt: skip


def add(made: Assembly) -> None:
    """Zones, who sees them, their records; the switch of the account, and what it spares."""
    for each in made.found.of("aws_route53_zone"):
        _add_zone(made, each)
    for each in made.found.of("aws_route53_zone_association"):
        made.append("HostedZones", each, "VPCs", "zone_id", [{"VPCId": each.get("vpc_id")}])
    for each in made.found.of("aws_route53_record"):
        zone = made.one("HostedZones", each.get("zone_id"))
        made.append(
            "ResourceRecordSets",
            each,
            "ResourceRecordSets",
            "zone_id",
            [_record(each, known((zone or {}).get("Name")))],
        )
    _add_name_servers(made)
    for each in made.found.of("aws_vpc_block_public_access_options"):
        of = [known(each.get(key)) or "?" for key in ("aws_account_id", "aws_region")]
        body = {"InternetGatewayBlockMode": each.get("internet_gateway_block_mode")}
        made.put("VpcBlockPublicAccessOptions", each, body, ":".join(of))
    for each in made.found.of("aws_vpc_block_public_access_exclusion"):
        made.put("VpcBlockPublicAccessExclusions", each, _exclusion(each))


def _add_zone(made: Assembly, each: Resource) -> None:
    """A zone, which is a private one if it has VPCs; a record names it by its id."""
    id = known(each.get("zone_id")) or each.id
    listed = each.values.get("vpc")
    vpcs: Any = listed if isinstance(listed, Unknown) else [_vpc(one) for one in each.each("vpc")]
    body = {"Name": each.get("name"), "VPCs": vpcs, "Config": {"PrivateZone": True} if vpcs else None}
    attributes = made.put("HostedZones", each, present(body), id)
    associated = {one.get("zone_id") for one in made.found.of("aws_route53_zone_association")}
    if not vpcs and id not in associated and not any(isinstance(one, Unknown) for one in associated):
        attributes["Config"] = {"PrivateZone": False}
    made.place("ResourceRecordSets", id, {"ResourceRecordSets": []}, each.origin)


def _vpc(value: Any) -> Any:
    return value if isinstance(value, Unknown) else {"VPCId": value.get("vpc_id")}


def _record(each: Resource, zone: str) -> Attributes:
    """One record. `zone`: the name of its zone, which the provider adds to a name that lacks it."""
    alias = next((one for one in each.each("alias") if isinstance(one, dict)), None)
    listed = each.values.get("records")
    values = listed if isinstance(listed, Unknown) else [{"Value": one} for one in listed or []]
    name, full = each.get("name"), each.get("fqdn")
    if not isinstance(full, str):
        full = name if isinstance(name, Unknown) else _in_zone(name or "", zone)
    body: Attributes = {"Name": full, "Type": each.get("type")}
    told = {"AliasTarget": {"DNSName": alias.get("name")}} if alias is not None else {"ResourceRecords": values}
    return present(body | told)


def _in_zone(name: str, zone: str) -> Any:
    """The full name of a record; an empty one is that of its zone."""
    if not zone:
        return name or Unknown("the name of its zone is not known")
    if f".{name}".rstrip(".").endswith(f".{zone}".rstrip(".")):
        return name
    return f"{name}.{zone}" if name else zone


_FIREWALL: Final = "aws_route53_resolver_firewall_rule_group_association"
"""A DNS Firewall, which may keep any name from being answered in a VPC (DNS-5)."""


def _exclusion(each: Resource) -> Attributes:
    place = each.get("subnet_id") or each.get("vpc_id")
    mode = each.get("internet_gateway_exclusion_mode")
    arn = place if isinstance(place, Unknown) else f"/{place}"
    return {"ResourceArn": arn, "InternetGatewayExclusionMode": mode, "State": "create-complete"}


def _add_name_servers(made: Assembly) -> None:
    """Who answers for names in a VPC: sets of DHCP options, and rules that forward some (DNS-5)."""
    for each in made.found.of("aws_vpc_dhcp_options"):
        servers = each.values.get("domain_name_servers")
        values = servers if isinstance(servers, Unknown) else [
            server if isinstance(server, Unknown) else {"Value": server} for server in servers or []
        ]  # fmt: skip
        made.put("DhcpOptions", each, {"DhcpConfigurations": [{"Key": "domain-name-servers", "Values": values}]})
    for each in made.found.of("aws_vpc_dhcp_options_association"):
        link = each.get("dhcp_options_id")
        known_set = isinstance(link, str) and made.one("DhcpOptions", link) is not None
        for vpc in made.some("Vpcs", each.get("vpc_id")):
            vpc["DhcpOptionsId"] = link if known_set else Unknown("the set of DHCP options is not in the file")
    for each in made.found.of("aws_route53_resolver_rule"):
        body = {"DomainName": each.get("domain_name"), "RuleType": each.get("rule_type")}
        made.put("ResolverRules", each, present(body))
    for each in made.found.of("aws_route53_resolver_rule_association"):
        body = {"VPCId": each.get("vpc_id"), "ResolverRuleId": each.get("resolver_rule_id")}
        made.put("ResolverRuleAssociations", each, present(body))
    for each in made.found.of(_FIREWALL):
        made.put("ResolverRuleAssociations", each, {"VPCId": each.get("vpc_id")})
