"""Virtual private gateways and VPN connections."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Item
from reachsim.importing.rules import block


def add_vpn(draft: Draft) -> None:
    """Virtual private gateways with their connections."""
    draft.each("VpnGateways", add_gateway)
    draft.each("VpnConnections", add_connection, _doubt)


def add_gateway(draft: Draft, item: Item) -> None:
    """A virtual private gateway that is attached. Raises NotKnown."""
    if item.text("State") in GONE:
        return
    for each in item.list("VpcAttachments"):
        vpc = each.text("VpcId")
        if vpc in draft.names and each.get("State", "attached") == "attached":
            name = draft.naming.name("targets", item.name, item.id)
            draft.section(vpc, "vpn_gateways")[name] = {}
            draft.place(item, ("vpcs", draft.names[vpc], "vpn_gateways", name), vpc)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    """A connection of which not all is known: neither is what becomes of what its gateway gets."""
    draft.unknown(item, "where it leads", reason)
    ends = [item.either(key) for key in ("VpnGatewayId", "TransitGatewayId")]
    kinds = ("VpnGateways", "TransitGateways")
    told = [end for end in ends if isinstance(end, str) and end]
    for id in told or [each.id for kind in kinds for each in draft.found.of(kind)]:
        draft.doubted[id] = f"VPN connection {item.name or item.id}: {reason}"


def add_connection(draft: Draft, item: Item) -> None:
    """A VPN connection with the prefixes behind it. Raises NotKnown."""
    gateway = item.text("VpnGatewayId") or item.text("TransitGatewayId")
    if item.text("State") in GONE or gateway not in draft.names:
        return
    static = [block(each["DestinationCidrBlock"]) for each in item.list("Routes") if each.get("DestinationCidrBlock")]
    body: Data = {"gateway": draft.out.names[gateway]}
    if item.inner("Options").get("StaticRoutesOnly"):
        body["static_routes"] = static
    else:
        body["bgp_routes"] = static or list(learned(draft, gateway))
    name = draft.naming.name("targets", item.name, item.id)
    draft.top("vpn_connections")[name] = body
    draft.place(item, ("vpn_connections", name))


def learned(draft: Draft, gateway: str) -> Iterator[str]:
    """The prefixes that tables have learned from a gateway."""
    seen: set[str] = set()
    for table in draft.found.of("RouteTables"):
        for route in table.members("Routes").known:
            text = route.either("DestinationCidrBlock")
            if isinstance(text, str) and target_of(route) == gateway and text not in seen:
                seen.add(text)
                yield block(text)
