"""NAT gateways."""

from __future__ import annotations

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.interfaces import settings
from reachsim.importing.builder.owners import NAT_OF
from reachsim.importing.inventory import Item


def add_nat_gateways(draft: Draft) -> None:
    """NAT gateways, also those of which only the interface was read."""
    for item in draft.found.of("NatGateways"):
        vpc, subnet = str(item.get("VpcId")), str(item.get("SubnetId"))
        if item.text("State") in GONE:
            continue
        if vpc not in draft.names or subnet not in draft.names:
            draft.note("left out", item.id, "it is in no subnet that was read", item)
            continue
        first: Data = next(iter(item.list("NatGatewayAddresses")), {})
        body: Data = {"subnet": draft.names[subnet]}
        if first.get("PrivateIp"):
            body["private_ip"] = first["PrivateIp"]
        if item.get("ConnectivityType") == "private":
            body["connectivity"] = "private"
        elif first.get("PublicIp"):
            body["public_ip"] = first["PublicIp"]
        add_nat_gateway(draft, item, vpc, body)
    for item in draft.found.of("NetworkInterfaces"):
        named = NAT_OF.search(str(item.get("Description") or ""))
        known = item.get("SubnetId") in draft.names and item.get("VpcId") in draft.names
        if named is None or named[0] in draft.names or not known:
            continue
        body = {
            key: value for key, value in settings(draft, item).items() if key in ("subnet", "private_ip", "public_ip")
        }
        if "public_ip" not in body:
            body["connectivity"] = "private"
        add_nat_gateway(draft, Item(named[0], {}, item.origin), str(item.get("VpcId")), body)


def add_nat_gateway(draft: Draft, item: Item, vpc: str, body: Data) -> None:
    """One NAT gateway; a public one has an internet gateway beside it (NATGW-1)."""
    if "connectivity" not in body and "internet_gateway" not in draft.body(vpc):
        if draft.found.collected("InternetGateways"):
            draft.note("left out", item.id, "it is public, and no internet gateway is attached to its VPC", item)
            return
        draft.body(vpc)["internet_gateway"] = draft.naming.name("targets", "igw", vpc)
        draft.note("assumed", draft.names[vpc], "it has a public NAT gateway, so an internet gateway is attached")
    name = draft.naming.name("targets", item.name, item.id)
    draft.section(vpc, "nat_gateways")[name] = body
    draft.place(item, ("vpcs", draft.names[vpc], "nat_gateways", name), vpc)
