"""What names mean: the DNS attributes of VPCs, and private hosted zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reachsim.importing.builder.draft import Draft
from reachsim.importing.inventory import Fields, Item
from reachsim.net.address import format_address, parse_address

_DUALSTACK: Final = "dualstack."


def add_dns_attributes(draft: Draft) -> None:
    """Whether the resolver answers in a VPC, and knows private names there. What was not collected is as far as it shows:
    an endpoint has private DNS, and an address a public name, only where both attributes are on (EP-8, DNS-1)."""
    for vpc in draft.vpc_ids():
        item = draft.found.one("VpcAttributes", f"attributes of {vpc}")
        support = _flag(item, "EnableDnsSupport")
        names = _flag(item, "EnableDnsHostnames")
        if support is False:
            draft.body(vpc)["enable_dns_support"] = False
        if names is None and support is not False and _shows_names(draft, vpc):
            names = True
            draft.note(
                "assumed",
                draft.names[vpc],
                "its DNS attributes were not collected; what is in it has names, so both are on",
            )
        if names:
            draft.body(vpc)["enable_dns_hostnames"] = True


def _flag(item: Item | None, key: str) -> bool | None:
    holder = item.either(key) if item is not None else None
    value = holder.either("Value") if isinstance(holder, Fields) else holder
    return value if isinstance(value, bool) else None


def _shows_names(draft: Draft, vpc: str) -> bool:
    if any(item.either("PrivateDnsEnabled") is True for item in draft.inside("VpcEndpoints", vpc)):
        return True
    held = (item.either("Association") for item in draft.inside("NetworkInterfaces", vpc))
    return any(isinstance(each, Fields) and isinstance(each.either("PublicDnsName"), str) for each in held)


def add_zones(draft: Draft) -> None:
    """Private hosted zones with the records that are addresses, or lead to what has one."""
    draft.each("HostedZones", add_zone, _doubt)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    draft.unknown(item, "what its names mean", reason)


def add_zone(draft: Draft, item: Item) -> None:
    """One zone. Raises NotKnown."""
    told: Any = item.get("Config") or {}
    vpcs = [str(each.get("VPCId")) for each in item.list("VPCs")]
    zone = item.text("Name").rstrip(".").lower()
    if told.get("PrivateZone") is False or not zone or (told.get("PrivateZone") is None and not vpcs):
        return
    if not vpcs:
        draft.note("unknown", item.id, f"which VPCs see private zone {zone} was not collected", item)
        return
    body = draft.top("private_hosted_zones").setdefault(zone, {"vpcs": [], "records": {}})
    body["vpcs"] += [draft.names[vpc] for vpc in vpcs if vpc in draft.names and draft.names[vpc] not in body["vpcs"]]
    draft.place(item, ("private_hosted_zones", zone))
    records = draft.found.one("ResourceRecordSets", item.id)
    if records is None:
        draft.note("unknown", item.id, f"the records of private zone {zone} were not collected", item)
        return
    for name, values in _records(draft, records, zone):
        body["records"].setdefault(name, []).extend(
            value for value in values if value not in body["records"].get(name, [])
        )


def _records(draft: Draft, item: Item, zone: str) -> Iterator[tuple[str, list[str]]]:
    """Names with what they mean; of several records of one name (by weight, by place) any may be the answer."""
    named = dict(_named(draft))
    for each in item.list("ResourceRecordSets"):
        name, kind = _plain(str(each.get("Name"))), str(each.get("Type"))
        if kind not in ("A", "AAAA", "CNAME"):
            continue
        alias: Any = each.get("AliasTarget") or {}
        told = (
            [alias.get("DNSName")] if alias else [record.get("Value") for record in each.get("ResourceRecords") or []]
        )
        values = [_meant(str(value), named) for value in told]
        if "*" in name or any(value is None for value in values):
            draft.note("unknown", item.id, f"what {name} means is not known: {', '.join(map(str, told))}", item)
            continue
        yield ("@" if name == zone else name), [value for value in values if value is not None]


def _meant(text: str, named: dict[str, str]) -> str | None:
    try:
        return format_address(parse_address(text))
    except ValueError:
        return named.get(_plain(text).removeprefix(_DUALSTACK))


def _named(draft: Draft) -> Iterator[tuple[str, str]]:
    """Names that AWS gave, with what has them in the design."""
    for kind, key in (
        ("LoadBalancers", "DNSName"),
        ("LoadBalancerDescriptions", "DNSName"),
        ("Instances", "PrivateDnsName"),
    ):
        for item in draft.found.of(kind):
            told = item.either(key)
            if told and isinstance(told, str) and item.id in draft.out.names:
                yield _plain(told), draft.out.names[item.id]
    for item in draft.found.of("VpcEndpoints"):
        for entry in item.members("DnsEntries").known:
            told = entry.either("DnsName")
            if told and isinstance(told, str) and item.id in draft.out.names:
                yield _plain(told), draft.out.names[item.id]


def _plain(name: str) -> str:
    """A name as people write it: without its last dot, and with the star that the API writes by its code."""
    return name.replace("\\052", "*").rstrip(".").lower()
