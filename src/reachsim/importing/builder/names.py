"""What names mean: the DNS attributes of VPCs, and private hosted zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Fields, Item, Unknown
from reachsim.net.address import format_address, parse_address
from reachsim.resources.reference import UNKNOWN

_DUALSTACK: Final = "dualstack."
_TYPES: Final = ("A", "AAAA", "CNAME")
"""The records that are about addresses."""


def add_dns_attributes(draft: Draft) -> None:
    """Whether the resolver answers in a VPC, and knows private names there. What was not collected is as far as it shows:
    an endpoint has private DNS, and an address a public name, only where both attributes are on (EP-8, DNS-1)."""
    for vpc in draft.vpc_ids:
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
    value = _told(item, key)
    return value if isinstance(value, bool) else None


def _told(item: Item | None, key: str) -> Any:
    holder = item.either(key) if item is not None else None
    return holder.either("Value") if isinstance(holder, Fields) else holder


def _shows_names(draft: Draft, vpc: str) -> bool:
    if any(item.either("PrivateDnsEnabled") is True for item in draft.inside("VpcEndpoints", vpc)):
        return True
    held = (item.either("Association") for item in draft.inside("NetworkInterfaces", vpc))
    return any(isinstance(each, Fields) and isinstance(each.either("PublicDnsName"), str) for each in held)


def add_zones(draft: Draft) -> None:
    """Private hosted zones with the records that are addresses, or lead to what has one."""
    named: dict[str, str] = {}
    for text, name in _named(draft):
        named[text] = name if named.get(text, name) == name else UNKNOWN
    for item in draft.found.of("HostedZones"):
        add_zone(draft, item, named)


def add_zone(draft: Draft, item: Item, named: dict[str, str]) -> None:
    """One zone. Who sees it and what its names mean are unknown where they are not known; zones of one name tell several
    VPCs different things, for which a design has no words. `named`: names that AWS gave, with what has them."""
    config, zone, seen = item.either("Config"), item.either("Name"), item.members("VPCs")
    private = config.either("PrivateZone") if isinstance(config, Fields) else config
    if private is False or not zone or (private is None and not seen.known and not seen.unknown):
        return
    if isinstance(zone, Unknown):
        draft.unknown(item, "what its names mean", zone.reason)
        return
    zone = _plain(zone)
    vpcs = _seeing(draft, item, private, zone)
    records = _records(draft, item, zone, named)
    zones = draft.top("private_hosted_zones")
    if zone in zones:
        before = zones[zone]
        vpcs = list(dict.fromkeys([*before["vpcs"], *vpcs]))
        if records != before["records"]:
            draft.note(
                "unknown", item.id, f"there are several zones {zone}; which one a VPC sees is not told apart", item
            )
            records = _common(records, before["records"])
    zones[zone] = {"vpcs": vpcs, "records": records}
    draft.place(item, ("private_hosted_zones", zone))


def _seeing(draft: Draft, item: Item, private: Any, zone: str) -> list[str]:
    """The VPCs that see a zone; `unknown` for those that may. One of which the DNS attributes are not known may (DNS-2)."""
    seen = item.certain("VPCs")
    told = [each.either("VPCId") for each in seen.known]
    vague = [each for each in (private, *seen.unknown, *told) if isinstance(each, Unknown)]
    reason = item.maybe or next((each.reason for each in vague), "")
    if not told and not reason:
        reason = "it was not collected"
    known = [each for each in told if isinstance(each, str) and each in draft.names]
    dark = [each for each in known if not _dns_known(draft, each)]
    if reason:
        draft.unknown(item, f"which VPCs see private zone {zone}", reason)
    if dark:
        text = f"whether {', '.join(draft.names[vpc] for vpc in dark)} sees private zone {zone}"
        draft.unknown(item, text, "its DNS attributes were not collected")
    sure = [] if item.maybe or isinstance(private, Unknown) else [each for each in known if each not in dark]
    return [*dict.fromkeys(draft.names[each] for each in sure), *([UNKNOWN] if reason or dark else [])]


def _dns_known(draft: Draft, vpc: str) -> bool:
    """Whether it is known if a VPC has both DNS attributes."""
    item = draft.found.one("VpcAttributes", f"attributes of {vpc}")
    told = [_told(item, key) for key in ("EnableDnsSupport", "EnableDnsHostnames")]
    if False in told or any(isinstance(each, Unknown) for each in told):
        return False in told
    return told[1] is True or "enable_dns_hostnames" in draft.body(vpc) or vpc in draft.found.created


def _common(one: Data, other: Data) -> Data:
    """The records of two zones of one name: those on which both agree, the others unknown."""
    same = {name: one[name] for name in one if one[name] == other.get(name)}
    return {**{name: [UNKNOWN] for name in (*one, *other)}, **same, UNKNOWN: [UNKNOWN]}


def _records(draft: Draft, item: Item, zone: str, named: dict[str, str]) -> Data:
    """Names with what they mean; of several records of one name (by weight, by place) any may be the answer."""
    holder = draft.found.one("ResourceRecordSets", item.id)
    if holder is None:
        draft.unknown(item, f"what the names of private zone {zone} mean", "its records were not collected")
        return {UNKNOWN: [UNKNOWN]}
    listed = holder.certain("ResourceRecordSets")
    out: Data = {}
    if listed.unknown:
        draft.unknown(holder, f"what names private zone {zone} has", listed.reason)
        out[UNKNOWN] = [UNKNOWN]
    others: list[str] = []
    for each in listed.known:
        name, kind = each.either("Name"), each.either("Type")
        if not isinstance(kind, Unknown) and kind not in _TYPES:
            others += [] if isinstance(name, Unknown) else [_plain(name)]
            continue
        told = [kind] if isinstance(kind, Unknown) else list(_values(each))
        values = [UNKNOWN if isinstance(value, Unknown) else _meant(str(value), named) for value in told]
        what = name if isinstance(name, str) else "a name of it"
        if isinstance(name, Unknown) or _vague(name) or None in values or UNKNOWN in values:
            vague = next((value.reason for value in (name, *told) if isinstance(value, Unknown)), "")
            draft.unknown(holder, f"what {_plain(what)} means", vague or ", ".join(map(str, told)))
        key = UNKNOWN if isinstance(name, Unknown) or _vague(name) else _plain(name)
        means = [UNKNOWN] if key == UNKNOWN else [UNKNOWN if value is None else value for value in values]
        held = out.setdefault("@" if key == zone else key, [])
        held += [value for value in means if value not in held]
    if any(key.startswith("*") for key in out):  # a name with a record of another kind is there: a star is not for it
        out |= {name: [UNKNOWN] for name in others if name != zone and name not in out}
    return out


def _vague(name: Any) -> bool:
    """Whether a star stands elsewhere than for all that is below a name."""
    return "*" in _plain(str(name)).removeprefix("*.")


def _values(record: Fields) -> Iterator[Any]:
    """What a record leads to: the name of an alias, or its values; `Unknown` for those that are not known."""
    alias = record.either("AliasTarget")
    if isinstance(alias, Unknown):
        yield alias
    elif alias:
        yield alias.either("DNSName")
    else:
        listed = record.members("ResourceRecords")
        yield from (each.either("Value") for each in listed.known)
        yield from listed.unknown


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
