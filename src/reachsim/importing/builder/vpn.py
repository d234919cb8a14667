"""Virtual private gateways and VPN connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Item, Members, Unknown
from reachsim.importing.rules import block
from reachsim.resources.reference import UNKNOWN

_ENDS: Final = ("VpnGatewayId", "TransitGatewayId")
ANYWHERE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""What may be behind a connection of which the prefixes are not known."""


def add_vpn(draft: Draft) -> None:
    """Virtual private gateways with their connections."""
    draft.each("VpnGateways", add_gateway, _doubt, maybe=True)
    draft.each("VpnConnections", add_connection, _doubt, maybe=True)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    draft.unknown(item, "where it is", reason)
    draft.doubted[item.id] = reason


def add_gateway(draft: Draft, item: Item) -> None:
    """A virtual private gateway that is attached, or may be. Raises NotKnown."""
    if item.either("State") in GONE:
        return
    for each in item.members("VpcAttachments").known:
        vpc, state = each.text("VpcId"), each.either("State")
        if vpc in draft.names and (state in ("attached", None) or isinstance(state, Unknown)):
            name = draft.naming.name("targets", item.name, item.id)
            draft.section(vpc, "vpn_gateways")[name] = {}
            draft.place(item, ("vpcs", draft.names[vpc], "vpn_gateways", name), vpc)
            reason = item.maybe or each.maybe or _why(item.either("State"), state)
            if reason:
                draft.unknown(item, "whether it is attached", reason)
                draft.doubted[item.id] = f"whether it is attached is not known: {reason}"
    listed = item.members("VpcAttachments")
    if listed.unknown and item.id not in draft.names:
        _doubt(draft, item, listed.reason)


def _why(*values: object) -> str:
    return next((each.reason for each in values if isinstance(each, Unknown)), "")


def add_connection(draft: Draft, item: Item) -> None:
    """A VPN connection with the prefixes behind it; whether one that is in doubt carries anything is not known."""
    told = [item.either(key) for key in _ENDS]
    ids = [each for each in told if isinstance(each, str) and each in draft.names]
    if item.either("State") in GONE or not (ids or _why(*told)):
        return
    if not ids:
        _doubt(draft, item, _why(*told))
        for id in (each.id for kind in ("VpnGateways", "TransitGateways") for each in draft.found.of(kind)):
            draft.doubted.setdefault(id, f"what {item.name or item.id} is: {_why(*told)}")
        return
    found = prefixes(item)
    options = item.either("Options")
    static = options if isinstance(options, Unknown) or options is None else options.either("StaticRoutesOnly")
    reason = item.maybe or found.reason or _why(item.either("State"), static) or draft.doubted.get(ids[0], "")
    known = list(found.known) if static is True or found.known else list(learned(draft, ids[0]))
    body: Data = {"gateway": draft.out.names[ids[0]]}
    body["static_routes" if static is True else "bgp_routes"] = known if not found.unknown else [*known, *ANYWHERE]
    if reason:
        draft.unknown(item, "whether it carries anything, and what", reason)
        body["state"] = UNKNOWN
        if not item.maybe and found.unknown:
            draft.vague[ids[0]] = found.reason
    name = draft.naming.name("targets", item.name, item.id)
    draft.top("vpn_connections")[name] = body
    draft.place(item, ("vpn_connections", name))


def prefixes(item: Item) -> Members:
    """The prefixes behind a connection, and why there may be others."""
    listed = item.certain("Routes")
    told = [each.either("DestinationCidrBlock") for each in listed.known]
    unknown = [each for each in told if isinstance(each, Unknown)]
    known = dict.fromkeys(block(each) for each in told if each and not isinstance(each, Unknown))
    return Members(tuple(known), (*listed.unknown, *unknown))


def learned(draft: Draft, gateway: str) -> Iterator[str]:
    """The prefixes that tables have learned from a gateway."""
    seen: set[str] = set()
    for table in draft.found.of("RouteTables"):
        for route in table.members("Routes").known:
            text = route.either("DestinationCidrBlock")
            if isinstance(text, str) and target_of(route) == gateway and text not in seen:
                seen.add(text)
                yield block(text)
