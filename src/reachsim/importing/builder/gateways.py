"""Internet gateways and egress-only internet gateways."""

from __future__ import annotations

from reachsim.importing.builder.draft import Draft
from reachsim.importing.builder.interfaces import every_interface
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Item, inner


def add_gateways(draft: Draft) -> None:
    """The gateways of every VPC."""
    for vpc in draft.vpc_ids():
        attach_gateways(draft, vpc)


def attach_gateways(draft: Draft, vpc: str) -> None:
    """Internet gateways that are attached to it: those that say so, and those that active routes of it lead to."""
    for kind, key in (
        ("InternetGateways", "internet_gateway"),
        ("EgressOnlyInternetGateways", "egress_only_internet_gateway"),
    ):
        for item in draft.found.of(kind):
            states = {each.get("VpcId"): each.get("State", "available") for each in item.list("Attachments")}
            if states.get(vpc) in ("available", "attached"):
                draft.body(vpc)[key] = draft.naming.name("targets", item.name, item.id)
                draft.place(item, ("vpcs", draft.names[vpc], key, draft.body(vpc)[key]), vpc)
                draft.out.names[item.id] = draft.body(vpc)[key]
    for table in draft.found.of("RouteTables"):
        for route in table.list("Routes") if table.get("VpcId") == vpc else ():
            to = target_of(route) or ""
            key = {"igw": "internet_gateway", "eigw": "egress_only_internet_gateway"}.get(to.split("-")[0], "")
            active = to not in draft.names and route.get("State") != "blackhole"
            if key and active and key not in draft.body(vpc):
                draft.body(vpc)[key] = name = draft.naming.name("targets", "", to)
                draft.names[to], draft.vpc_of[to] = name, vpc
                draft.out.names[to] = name
                draft.note("assumed", name, "it was not collected; an active route leads to it, so it is attached")
    asked = draft.found.collected("InternetGateways") or "internet_gateway" in draft.body(vpc)
    if not asked and any(_is_public(item) for item in every_interface(draft.found) if item.get("VpcId") == vpc):
        draft.body(vpc)["internet_gateway"] = draft.naming.name("targets", "igw", vpc)
        draft.note("assumed", draft.names[vpc], "it has public addresses, so an internet gateway is attached")


def _is_public(item: Item) -> bool:
    return any(inner(each, "Association").get("PublicIp") for each in (*item.list("PrivateIpAddresses"), item))
