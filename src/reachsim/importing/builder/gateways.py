"""Internet gateways and egress-only internet gateways."""

from __future__ import annotations

from typing import Final

from reachsim.importing.builder.draft import Draft
from reachsim.importing.builder.interfaces import every_interface
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Fields, Item, Unknown
from reachsim.resources.reference import UNKNOWN

KINDS: Final = (
    ("InternetGateways", "internet_gateway"),
    ("EgressOnlyInternetGateways", "egress_only_internet_gateway"),
)
_PREFIXES: Final = {"igw": "internet_gateway", "eigw": "egress_only_internet_gateway"}


def add_gateways(draft: Draft) -> None:
    """The gateways of every VPC: those that say so, those that may be, and those that something tells of."""
    for kind, key in KINDS:
        for item in draft.found.of(kind):
            for each in item.certain("Attachments").known:
                vpc = each.either("VpcId")
                if vpc in draft.names and _attached(each) and not item.maybe:
                    attach(draft, item, str(vpc), key)
        for item in draft.found.of(kind):
            if item.id not in draft.names:
                perhaps_attach(draft, item, key)
    for table in draft.found.of("RouteTables"):
        from_routes(draft, table)
    public = {item.either("VpcId") for item in every_interface(draft.found) if _is_public(item)}
    for vpc in draft.vpc_ids:
        asked = draft.found.collected("InternetGateways", vpc) or "internet_gateway" in draft.body(vpc)
        if asked:
            continue
        draft.body(vpc)["internet_gateway"] = draft.naming.name("targets", "igw", vpc)
        if vpc in public:
            draft.note("assumed", draft.names[vpc], "it has public addresses, so an internet gateway is attached")
        else:
            draft.body(vpc)["gateway_attachment"] = UNKNOWN


def attach(draft: Draft, item: Item, vpc: str, key: str) -> None:
    """A gateway that is attached to a VPC; where two say so, the last."""
    name = draft.naming.name("targets", item.name, item.id)
    draft.body(vpc)[key] = name
    draft.place(item, ("vpcs", draft.names[vpc], key, name), vpc)
    draft.out.names[item.id] = name


def perhaps_attach(draft: Draft, item: Item, key: str) -> None:
    """A gateway of which it is not known whether it is attached, or to which VPC: it may be to any that has none."""
    listed = item.certain("Attachments")
    maybe = [each for each in item.members("Attachments").known if each.maybe or item.maybe]
    vague = [each for each in listed.known if isinstance(each.either("VpcId"), Unknown)]
    maybe += [each for each in listed.known if isinstance(each.either("State"), Unknown)]
    if not (maybe or vague or listed.unknown):
        return
    told = [each.either(key) for each in listed.known for key in ("VpcId", "State")]
    why = next((each.reason for each in told if isinstance(each, Unknown)), "")
    reason = item.maybe or listed.reason or why
    draft.unknown(item, "whether it is attached", reason)
    told = [each.either("VpcId") for each in maybe]
    sure = told and all(isinstance(each, str) for each in told) and not vague
    for vpc in [each for each in (told if sure else draft.vpc_ids) if each in draft.names]:
        if key not in draft.body(vpc):
            attach(draft, item, vpc, key)
            if key == "internet_gateway":  # an egress-only one lets nobody in: its routes are all there is
                draft.body(vpc)["gateway_attachment"] = UNKNOWN
    draft.doubted[item.id] = f"whether it is attached is not known: {reason}"


def from_routes(draft: Draft, table: Item) -> None:
    """The gateways that active routes of a table lead to, and that were not read: they are attached."""
    vpc = table.either("VpcId")
    if vpc not in draft.names:
        return
    for route in table.certain("Routes").known:
        to = target_of(route)
        key = _PREFIXES.get(to.split("-")[0], "") if isinstance(to, str) else ""
        if key and to not in draft.names and route.either("State") != "blackhole" and key not in draft.body(str(vpc)):
            name = draft.naming.name("targets", "", str(to))
            draft.body(str(vpc))[key] = name
            draft.names[str(to)], draft.vpc_of[str(to)] = name, str(vpc)
            draft.out.names[str(to)] = name
            draft.note("assumed", name, "it was not collected; an active route leads to it, so it is attached")


def _attached(attachment: Fields) -> bool:
    return attachment.either("State") in ("available", "attached", None)


def _is_public(item: Item) -> bool:
    for each in (*item.members("PrivateIpAddresses").known, item):
        association = each.either("Association")
        if association and not isinstance(association, Unknown) and association.either("PublicIp"):
            return True
    return False
