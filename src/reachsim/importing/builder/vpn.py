"""Virtual private gateways and VPN connections."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import inner
from reachsim.importing.rules import block


def add_vpn(draft: Draft) -> None:
    """Virtual private gateways with their connections."""
    for item in draft.found.of("VpnGateways"):
        attached = [each.get("VpcId") for each in item.list("VpcAttachments") if each.get("State") == "attached"]
        for vpc in attached:
            if vpc in draft.names and item.get("State") not in GONE:
                name = draft.naming.name("targets", item.name, item.id)
                draft.section(vpc, "vpn_gateways")[name] = {}
                draft.place(item, ("vpcs", draft.names[vpc], "vpn_gateways", name), vpc)
    for item in draft.found.of("VpnConnections"):
        gateway = str(item.get("VpnGatewayId") or item.get("TransitGatewayId") or "")
        if item.text("State") in GONE or gateway not in draft.names:
            continue
        name = draft.naming.name("targets", item.name, item.id)
        body: Data = {"gateway": draft.out.names[gateway]}
        static = [
            block(each["DestinationCidrBlock"]) for each in item.list("Routes") if each.get("DestinationCidrBlock")
        ]
        if inner(item, "Options").get("StaticRoutesOnly"):
            body["static_routes"] = static
        else:
            body["bgp_routes"] = static or list(learned(draft, gateway))
        draft.top("vpn_connections")[name] = body
        draft.place(item, ("vpn_connections", name))


def learned(draft: Draft, gateway: str) -> Iterator[str]:
    """The prefixes that tables have learned from a gateway."""
    seen: set[str] = set()
    for table in draft.found.of("RouteTables"):
        for route in table.list("Routes"):
            text = route.get("DestinationCidrBlock")
            if text and target_of(route) == gateway and text not in seen:
                seen.add(text)
                yield block(text)
