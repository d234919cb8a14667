"""Direct Connect gateways."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.vpn import learned
from reachsim.importing.inventory import Item


def add_direct_connect_gateways(draft: Draft) -> None:
    """Direct Connect gateways, with what tables have learned through the virtual private gateways that they lead to."""
    draft.each("DirectConnectGateways", add_direct_connect_gateway)


def add_direct_connect_gateway(draft: Draft, item: Item) -> None:
    """One gateway. Raises NotKnown."""
    if item.text("DirectConnectGatewayState") in GONE:
        return
    body: Data = {"gateways": [], "prefixes": []}
    allowed: list[list[str]] = []
    for each in _associations(draft, item):
        gateway = each.inner("AssociatedGateway")
        blocks = [one.text("Cidr") for one in each.list("AllowedPrefixesToDirectConnectGateway")]
        allowed.append(blocks)
        if gateway.get("Type") == "virtualPrivateGateway" and gateway.text("Id") in draft.names:
            body["gateways"].append(draft.out.names[gateway.text("Id")])
            body["prefixes"] += [text for text in learned(draft, gateway.text("Id")) if text not in body["prefixes"]]
    if len(allowed) == 1 and allowed[0]:
        body["allowed_prefixes"] = allowed[0]
    elif any(allowed):
        draft.unknown(item, "which prefixes each of its associations announces", "a design has one list of them")
    name = draft.naming.name("targets", item.text("DirectConnectGatewayName"), item.id)
    draft.top("direct_connect_gateways")[name] = {key: value for key, value in body.items() if value}
    draft.place(item, ("direct_connect_gateways", name))


def _associations(draft: Draft, item: Item) -> Iterator[Item]:
    for each in draft.found.of("DirectConnectGatewayAssociations"):
        if each.get("DirectConnectGatewayId") == item.id and each.get("AssociationState", "associated") == "associated":
            yield each
