"""Who answers for names in a VPC: Amazon's resolver, unless DHCP options or forwarding rules say otherwise (DNS-5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reachsim.importing.builder.draft import Draft
from reachsim.importing.inventory import Item, Unknown
from reachsim.net.cidr import Cidr
from reachsim.rules.dns import ALL_NAMES, is_amazons_server

_SERVERS: Final = "domain-name-servers"
_FORWARDS: Final = "FORWARD"


def add_name_servers(draft: Draft) -> None:
    """The domains whose names other servers answer. DHCP options that were not collected are taken for AWS's own."""
    for vpc in draft.vpc_ids:
        domains = [*_by_options(draft, vpc), *_by_rules(draft, vpc)]
        if domains:
            draft.body(vpc)["other_name_servers"] = (
                [ALL_NAMES] if ALL_NAMES in domains else list(dict.fromkeys(domains))
            )


def _by_options(draft: Draft, vpc: str) -> Iterator[str]:
    item = draft.found.one("Vpcs", vpc)
    id = None if item is None else item.either("DhcpOptionsId")
    if isinstance(id, Unknown):
        yield ALL_NAMES
    options = draft.found.one("DhcpOptions", id if isinstance(id, str) else None)
    servers = [] if options is None else list(_servers(options))
    blocks = [Cidr.parse(text) for text in draft.body(vpc)["cidrs"]]
    if not all(isinstance(each, str) and is_amazons_server(each, blocks) for each in servers):
        yield ALL_NAMES


def _servers(options: Item) -> Iterator[str | Unknown]:
    told = options.members("DhcpConfigurations")
    yield from told.unknown
    for each in told.known:
        if each.either("Key") in (None, _SERVERS) or isinstance(each.either("Key"), Unknown):
            values = each.members("Values")
            yield from values.unknown
            yield from (value.either("Value") for value in values.known)


def _by_rules(draft: Draft, vpc: str) -> Iterator[str]:
    for each in draft.found.of("ResolverRuleAssociations"):
        where, id = each.either("VPCId"), each.either("ResolverRuleId")
        if where != vpc and not isinstance(where, Unknown):
            continue
        rule = draft.found.one("ResolverRules", id if isinstance(id, str) else None)
        kind = None if rule is None else rule.either("RuleType")
        if isinstance(kind, str) and kind != _FORWARDS:
            continue
        domain = None if rule is None else rule.either("DomainName")
        yield (domain.rstrip(".") or ALL_NAMES) if isinstance(domain, str) else ALL_NAMES
