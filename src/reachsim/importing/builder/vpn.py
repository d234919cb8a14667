"""Virtual private gateways and VPN connections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Fields, Item, Members, Unknown
from reachsim.importing.rules import block
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN

_ALL: Final = "0.0.0.0/0"
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
        vpc, state = each.either("VpcId"), each.either("State")
        if isinstance(vpc, str) and vpc in draft.names and (state in ("attached", None) or isinstance(state, Unknown)):
            name = draft.naming.name("targets", item.name, item.id)
            draft.section(vpc, "vpn_gateways")[name] = {}
            draft.place(item, ("vpcs", draft.names[vpc], "vpn_gateways", name), vpc)
            reason = item.maybe or each.maybe or _why(item.either("State"), state)
            if reason:
                draft.unknown(item, "whether it is attached", reason)
                draft.doubted[item.id] = f"whether it is attached is not known: {reason}"
    listed = item.members("VpcAttachments")
    told = [each.either("VpcId") for each in listed.known]
    reason = listed.reason or _why(*told)
    if reason and item.id not in draft.names:
        _doubt(draft, item, reason)
        place_anywhere(draft, item)


def place_anywhere(draft: Draft, item: Item) -> None:
    """A gateway of which the VPC is not known: it may be in any that is not known to have one."""
    taken = {
        each.either("VpcId")
        for other in draft.found.of("VpnGateways")
        for each in other.certain("VpcAttachments").known
    }
    for vpc in [each for each in draft.vpc_ids if each in draft.names and each not in taken]:
        name = draft.naming.name("targets", item.name, f"{item.id} in {draft.names[vpc]}")
        draft.section(vpc, "vpn_gateways")[name] = {}
        draft.anywhere.setdefault(item.id, []).append(f"{draft.names[vpc]}.{name}")


def _why(*values: object) -> str:
    return next((each.reason for each in values if isinstance(each, Unknown)), "")


def add_connection(draft: Draft, item: Item) -> None:
    """A VPN connection with the prefixes behind it; whether one that is in doubt carries anything is not known."""
    told = [item.either(key) for key in _ENDS]
    ids = [each for each in told if isinstance(each, str) and (each in draft.names or each in draft.anywhere)]
    if item.either("State") in GONE or not (ids or _why(*told)):
        return
    if not ids:
        _doubt(draft, item, _why(*told))
        ids = [each.id for kind in ("VpnGateways", "TransitGateways") for each in draft.found.of(kind)]
        ids = [each for each in ids if each in draft.names or each in draft.anywhere]
        for id in ids:
            draft.doubted.setdefault(id, f"what {item.name or item.id} is: {_why(*told)}")
    found = prefixes(item)
    options = item.either("Options")
    static = options if isinstance(options, Unknown) or options is None else options.either("StaticRoutesOnly")
    reason = item.maybe or found.reason or _why(item.either("State"), static)
    reason = reason or next((draft.doubted[id] for id in ids if id in draft.doubted), "")
    known = list(found.known) if static is True or found.known else list(learned(draft, ids[0]))
    reason = reason or _kept_out(draft, item, known)
    body: Data = {}
    body["static_routes" if static is True else "bgp_routes"] = known if not found.unknown else [*known, *ANYWHERE]
    if reason:
        draft.unknown(item, "whether it carries anything, and what", reason)
        body["state"] = UNKNOWN
        if not item.maybe and found.unknown:
            draft.vague[ids[0]] = found.reason
    ends = [name for id in ids for name in draft.anywhere.get(id) or [draft.out.names[id]]]
    for index, gateway in enumerate(ends):
        name = draft.naming.name("targets", item.name, f"{item.id} to {gateway}" if index else item.id)
        draft.top("vpn_connections")[name] = {"gateway": gateway, **body}
        draft.out.origins["vpn_connections", name] = item.origin
        if index == 0:
            draft.place(item, ("vpn_connections", name))


def _kept_out(draft: Draft, item: Item, behind: Iterable[str]) -> str:
    """Why a connection may not carry all that goes by it: it may be for some addresses alone, of the network or of AWS's
    side (**VPN-7**); empty where these are all that there are."""
    options = item.either("Options")
    if not isinstance(options, Fields):
        return ""
    ours = [
        each.either("CidrBlock")
        for vpc in draft.found.of("Vpcs")
        for each in vpc.members("CidrBlockAssociationSet").known
    ]
    for side, blocks in (("Local", list(behind)), ("Remote", ours)):
        told = options.either(f"{side}Ipv4NetworkCidr")
        if isinstance(told, Unknown):
            return told.reason
        if told is None or told == _ALL:
            continue
        within = [
            Cidr.parse(each) in Cidr.parse(str(told)) for each in blocks if isinstance(each, str) and ":" not in each
        ]
        if not all(within) or len(within) < len(blocks) or not blocks:
            return f"it is for {told} alone"
    return ""


def prefixes(item: Item) -> Members:
    """The prefixes behind a connection, and why there may be others."""
    listed = item.certain("Routes")
    told = [each.either("DestinationCidrBlock") for each in listed.known]
    unknown = [each for each in told if isinstance(each, Unknown)]
    known = dict.fromkeys(block(each) for each in told if each and not isinstance(each, Unknown))
    return Members(tuple(known), (*listed.unknown, *unknown))


def learned(draft: Draft, gateway: str) -> Iterator[str]:
    """The prefixes that tables have learned from a virtual private gateway; to a transit gateway people write routes."""
    if draft.found.one("VpnGateways", gateway) is None:
        return
    seen: set[str] = set()
    for table in draft.found.of("RouteTables"):
        for route in table.members("Routes").known:
            text = route.either("DestinationCidrBlock")
            if isinstance(text, str) and target_of(route) == gateway and text not in seen:
                seen.add(text)
                yield block(text)
