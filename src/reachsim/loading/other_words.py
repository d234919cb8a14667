"""Words that people write for what the format has under another key, in another place, or not at all.

A new user writes `rds` or `client_vpn_endpoints` under a VPC. No key resembles it, or one that means something else does:
what to write is told here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, NamedTuple


class Advice(NamedTuple):
    """What an unknown key may have meant: a key that stands there, or a sentence."""

    key: str | None = None
    text: str = ""


_INTERFACES = "what AWS puts into a subnet with an address of its own is one of 'interfaces' (docs/recipes.md)"
_NODES = "nodes are 'instances', pods are their 'secondary_private_ips' or 'interfaces' (docs/recipes.md)"
_NOWHERE = "it is not modelled: docs/limits.md says what that means for the answers"
_OUTSIDE = "what is outside AWS is one of 'networks', with 'via' and the connection that leads there"
_HOSTED = (
    r"rds|aurora|databases?|db_instances?|elasticache|redis|memcached|opensearch|elasticsearch|msk|kafka|efs|fsx|redshift|"
    r"docdb|documentdb|neptune|file_systems?|mount_targets?|mq|ecs|fargate|tasks?|containers?|services?|proxy|proxies|"
    r"glue|workspaces|client_vpn|resolver|route53_resolver|(inbound|outbound)_endpoints?|instance_connect|bastion"
)
_RULES_OF_RESOLVERS = r"(route_?53_)?(resolver|forward(ing|er)?|dns_firewall)_rules?(_.*)?"
_STRANGE = (
    r"carrier|local_gateways?|outposts?|wavelength|(vpc_)?lattice|verified_access|route_servers?|cloud_wan|core_networks?|"
    r"encryption|dhcp"
)

_IN_VPC: Final = (
    (r"enis?|network_interfaces?|elastic_network_interfaces?", Advice("interfaces")),
    (r"albs?|nlbs?|elbs?|elbv2|gwlbs?", Advice("load_balancers")),
    (r"vgws?|virtual_private_gateways?", Advice("vpn_gateways")),
    (r"eigws?|egress_only_gateways?", Advice("egress_only_internet_gateway")),
    (r"main_route_table|main_table", Advice(text="the main table is the one named 'main' under 'route_tables'")),
    (r"default_(security_group|sg)", Advice(text="the default group is the one named 'default' under 'security_groups'")),
    (r"nat_instances?", Advice(text="it is one of 'instances', with nat: true and source_dest_check: false")),
    (r"(aws_)?lambdas?(_.*)?|functions?", Advice(text="it stands at the top of the file: 'lambda_functions'")),
    (r"(vpc_)?peerings?(_connections?)?|pcx", Advice(text="it stands at the top of the file: 'peering_connections'")),
    (r"(eks|kubernetes|k8s|node_groups?|nodes|pods?)(_.*)?", Advice(text=_NODES)),
    (_RULES_OF_RESOLVERS, Advice(text=_NOWHERE)),
    (rf"(aws_)?({_HOSTED})(_.*)?", Advice(text=_INTERFACES)),
    (rf"({_STRANGE})(_.*)?", Advice(text=_NOWHERE)),
    (r"flow_logs?", Advice(text="it decides no packet: leave it out")),
)  # fmt: skip
_IN_DESIGN: Final = (
    (r"(vpc_)?peerings?(_connections?)?|pcx", Advice("peering_connections")),
    (r"(route_?53_?)?(hosted_)?zones?|route_?53|dns(_zones?)?", Advice("private_hosted_zones")),
    (r"(aws_)?lambdas?|functions?", Advice("lambda_functions")),
    (r"vpns?|(site_to_site|s2s)_vpns?", Advice("vpn_connections")),
    (r"direct_connects?|dx(_gateways?)?|dxgws?", Advice("direct_connect_gateways")),
    (r"tgws?", Advice("transit_gateways")),
    (r"on_?prem(ises)?(_.*)?|customer_gateways?|data_?cent(er|re)s?|offices?", Advice(text=_OUTSIDE)),
    (rf"(global_accelerators?|api_gateway_vpc_links?|cloudfront|{_STRANGE})(_.*)?", Advice(text=_NOWHERE)),
    (_RULES_OF_RESOLVERS, Advice(text=_NOWHERE)),
    (rf"(aws_)?({_HOSTED})(_.*)?", Advice(text=f"{_INTERFACES}, under its VPC")),
    (
        r"subnets?|instances?|interfaces?|security_groups?|route_tables?|network_acls?|nat_gateways?|internet_gateways?|"
        r"load_balancers?|vpc_endpoints?|vpn_gateways?|network_firewalls?",
        Advice(text="it stands under the VPC that it is in"),
    ),
)


def advice(name: str, known: Collection[str]) -> Advice | None:
    """What is meant by a key that is not among those known in its place; None where nothing is known of it."""
    words = _IN_DESIGN if "vpcs" in known else _IN_VPC if "route_tables" in known and "subnets" in known else ()
    return next((found for pattern, found in words if re.fullmatch(pattern, name.lower().replace("-", "_"))), None)
