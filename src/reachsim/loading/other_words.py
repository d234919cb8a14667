"""Words that people write for what the format has under another key, in another place, or not at all.

A new user writes `rds` or `client_vpn_endpoints` under a VPC. No key resembles it, or one that means something else does:
what to write is told here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from reachsim.resources.resource import Within, sections


class Advice(NamedTuple):
    """What an unknown key may have meant: a key that stands there, or a sentence."""

    key: str | None = None
    text: str = ""


_INTERFACES = "what AWS puts into a subnet with an address of its own is one of 'interfaces' (docs/recipes.md)"
_NODES = "nodes are 'instances', pods are their 'secondary_private_ips' or 'interfaces' (docs/recipes.md)"
_NOWHERE = "it is not modelled: docs/limits.md says what that means for the answers"
_OUTSIDE = "what is outside AWS is one of 'networks', with 'via' and the connection that leads there"
_UNDER_ITS_VPC = "it stands under the VPC that it is in"
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
    (r"eigws?|egress_only_gateways?", Advice("egress_only_internet_gateway")),
    (r"main_route_table|main_table", Advice(text="the main table is the one named 'main' under 'route_tables'")),
    (r"default_(security_group|sg)", Advice(text="the default group is the one named 'default' under 'security_groups'")),
    (r"nat_instances?", Advice(text="it is one of 'instances', with nat: true and source_dest_check: false")),
    (r"(aws_)?lambdas?(_.*)?|functions?", Advice(text="it stands at the top of the file: 'lambda_functions'")),
    (r"(eks|kubernetes|k8s|node_groups?|nodes|pods?)(_.*)?", Advice(text=_NODES)),
    (_RULES_OF_RESOLVERS, Advice(text=_NOWHERE)),
    (rf"(aws_)?({_HOSTED})(_.*)?", Advice(text=_INTERFACES)),
    (rf"({_STRANGE})(_.*)?", Advice(text=_NOWHERE)),
    (r"flow_logs?", Advice(text="it decides no packet: leave it out")),
)  # fmt: skip
_IN_DESIGN: Final = (
    (r"model", Advice(text="reachsim check MODEL --expect FILE asks a file that has expectations alone")),
    (r"(aws_)?lambdas?|functions?", Advice("lambda_functions")),
    (r"on_?prem(ises)?(_.*)?|customer_gateways?|data_?cent(er|re)s?|offices?", Advice(text=_OUTSIDE)),
    (rf"(global_accelerators?|api_gateway_vpc_links?|cloudfront|{_STRANGE})(_.*)?", Advice(text=_NOWHERE)),
    (_RULES_OF_RESOLVERS, Advice(text=_NOWHERE)),
    (rf"(aws_)?({_HOSTED})(_.*)?", Advice(text=f"{_INTERFACES}, under its VPC")),
    (
        r"subnets?|security_groups?|route_tables?|network_acls?|internet_gateways?|network_firewalls?",
        Advice(text=_UNDER_ITS_VPC),
    ),
)

_IN_RULES: Final = (
    (r"in(bound|coming)?(_rules?)?|ingress_rules?", Advice("ingress")),
    (r"out(bound|going)?(_rules?)?|egress_rules?", Advice("egress")),
)
_IN_ZONE: Final = ((r"(availability_?)?zones?(_name|_id)?|azs|place", Advice("az")),)


def advice(name: str, known: Collection[str]) -> Advice | None:
    """What is meant by a key that is not among those known in its place; None where nothing is known of it.

    A kind of resource says itself what else it is called, and stands here or in the other place."""
    word = name.lower().replace("-", "_")
    if {"ingress", "egress"} <= {*known}:
        return _other(word, _IN_RULES)
    if "az" in known:
        return _other(word, _IN_ZONE)
    if "vpcs" in known:
        return _resource(word, "design") or _other(word, _IN_DESIGN) or _elsewhere(word, "vpc")
    if "route_tables" in known and "subnets" in known:
        return _resource(word, "vpc") or _other(word, _IN_VPC) or _elsewhere(word, "design")
    return None


def _resource(word: str, within: Within) -> Advice | None:
    called = {section: kind.also_called for section, kind in sections(within).items() if kind.also_called}
    named = (section for section, pattern in called.items() if re.fullmatch(pattern, word))
    return next((Advice(section) for section in named), None)


def _other(word: str, words: tuple[tuple[str, Advice], ...]) -> Advice | None:
    return next((found for pattern, found in words if re.fullmatch(pattern, word)), None)


def _elsewhere(word: str, within: Within) -> Advice | None:
    here = next((section for section in sections(within) if word in (section, section.removesuffix("s"))), None)
    found = _resource(word, within)
    section = here or (None if found is None else found.key)
    if section is None:
        return None
    return Advice(text=_UNDER_ITS_VPC if within == "vpc" else f"it stands at the top of the file: '{section}'")
