"""Transit gateways with their attachments and route tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.transit_routes import blocks_behind, routes_of
from reachsim.importing.builder.zones import serves_all
from reachsim.importing.inventory import REFERENCING, Item, NotKnown, Unknown
from reachsim.resources.reference import UNKNOWN

_KINDS: Final = ("TransitGatewayAttachments", "TransitGatewayVpcAttachments")
_STATES: Final = ("pending", "pendingAcceptance", "modifying")
_VPN: Final = "vpn"
_DIRECT_CONNECT: Final = "direct-connect-gateway"
_PEERING: Final = "peering"


@dataclass
class Gateway:
    """One gateway on its way into a design.

    `attachments`: what was read of each, by id. `names`: what they are called. `doubts`: why it is not known what it does.
    """

    item: Item
    attachments: dict[str, Item] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def add(self, id: str, item: Item) -> None:
        """Take in what one more call says of an attachment."""
        before = self.attachments.get(id)
        both = {**(before.attributes if before is not None else {}), **item.attributes}
        self.attachments[id] = Item(id, both, item.origin, item.maybe)


def name_transit_gateways(draft: Draft) -> None:
    """The names of gateways, which VPN connections refer to before they are written."""
    for id, gateway in _gateways(draft).items():
        name = draft.naming.name("targets", gateway.item.name, id)
        draft.names[id], draft.out.names[id] = name, name
        draft.out.origins["transit_gateways", name] = gateway.item.origin


def add_transit_gateways(draft: Draft) -> None:
    """Transit gateways with attachments and tables. Of one of which any of that is not known, nobody knows what it does."""
    gateways = _gateways(draft)
    for id, gateway in gateways.items():
        for each, member in gateway.attachments.items():
            gateway.names[each] = draft.naming.name(f"{id} attachments", member.name, each)
    for gateway in gateways.values():
        add_transit_gateway(draft, gateway, gateways)


def _gateways(draft: Draft) -> dict[str, Gateway]:
    """Every gateway that was read, or that an attachment is of, with its attachments."""
    out = {item.id: Gateway(item) for item in draft.found.of("TransitGateways") if item.either("State") not in GONE}
    for item in (each for kind in _KINDS for each in draft.found.of(kind)):
        id = item.either("TransitGatewayId")
        if isinstance(id, Unknown):
            for each in out.values():
                draft.doubted[each.item.id] = id.reason
            if len(out) == 1:  # names mean private addresses across it, wherever that leads
                next(iter(out.values())).add(attachment_id(item), item)
        elif id and item.either("State") not in GONE:
            out.setdefault(id, Gateway(Item(id, {}, item.origin))).add(attachment_id(item), item)
    for item in draft.found.of("TransitGatewayPeeringAttachments"):
        ends = [item.inner(key).text("TransitGatewayId") for key in ("RequesterTgwInfo", "AccepterTgwInfo")]
        if item.either("State") in GONE:
            continue
        for id, other in (ends, ends[::-1]):
            if id in out:
                told = {"ResourceType": _PEERING, "ResourceId": other, "State": item.attributes.get("State")}
                out[id].add(item.id, Item(item.id, told, item.origin, item.maybe))
    for item in draft.found.of("VpnConnections"):
        id = item.either("TransitGatewayId")
        if isinstance(id, str) and id in out and not _has_attachment(draft, out[id], item.id):
            draft.doubted[id] = f"the attachment of VPN connection {item.id} was not collected"
    return out


def _has_attachment(draft: Draft, gateway: Gateway, connection: str) -> bool:
    """Whether the attachment of a VPN connection was read, or would have been."""
    told = (each.either("ResourceId") for each in gateway.attachments.values())
    return connection in told or draft.found.collected(_KINDS[0])


def attachment_id(item: Item) -> str:
    """The id of an attachment; both sides of a peering have one, and are two."""
    told = item.either("TransitGatewayAttachmentId")
    return told if isinstance(told, str) else item.id


def add_transit_gateway(draft: Draft, gateway: Gateway, gateways: dict[str, Gateway]) -> None:
    """One gateway with its attachments and tables."""
    item = gateway.item
    gateway.doubts += filter(None, [item.maybe, draft.doubted.get(item.id, ""), _open_state(item)])
    body: Data = {"attachments": {}}
    beyond = _is_somebody_elses(draft, item)
    for id, member in gateway.attachments.items():
        gateway.doubts += filter(None, [member.maybe, _open_state(member)])
        try:
            attached = attachment(draft, gateway, member, gateways)
            body["attachments"][gateway.names[id]] = {**attached, **_state(member)}
            draft.out.names.setdefault(id, f"{draft.names[item.id]}.{gateway.names[id]}")
        except NotKnown as error:
            gateway.doubts.append(error.reason)
            vague = vague_attachment(draft, member)
            if vague is None:
                beyond = True
                del gateway.names[id]
            else:
                body["attachments"][gateway.names[id]] = vague
    try:
        tables = transit_tables(draft, gateway)
        if tables is not None:
            body["route_tables"] = tables
    except NotKnown as error:
        gateway.doubts.append(error.reason)
    if item.inner("Options").either(REFERENCING) == "enable":
        body["security_group_referencing"] = True
    policies = [
        each for each in draft.found.of("TransitGatewayPolicyTables") if each.either("TransitGatewayId") == item.id
    ]
    if policies:
        body["policy_tables"] = {each.id: {} for each in policies}
    if gateway.doubts:
        draft.unknown(item, "what it does", gateway.doubts[0])
        draft.doubted[item.id] = gateway.doubts[0]
        body["policy_tables"] = {UNKNOWN: gateway.doubts[0]}
        if beyond or any("vpc" not in each for each in body["attachments"].values()):  # any network may send through it
            name = draft.naming.name(f"{item.id} attachments", UNKNOWN, UNKNOWN)
            body["attachments"][name] = {"connect": {UNKNOWN: gateway.doubts[0]}}
    draft.top("transit_gateways")[draft.names[item.id]] = body


def _is_somebody_elses(draft: Draft, item: Item) -> bool:
    """Whether a gateway belongs to no file or account that was read: its owner attaches what is seen there alone."""
    owner = item.either("OwnerId")
    owners = {each.either("OwnerId") for each in draft.found.of("Vpcs")}
    foreign = isinstance(owner, str) and None not in owners and owner not in owners
    return foreign or draft.found.one("TransitGateways", item.id) is None


def vague_attachment(draft: Draft, item: Item) -> Data | None:
    """An attachment of which not all is known, to a VPC that is: names mean private addresses across the gateway, whatever
    becomes of what is sent there."""
    told = item.either("ResourceId")
    vpc = draft.whereabouts(item)[0] or (
        told if isinstance(told, str) and told in draft.vpc_ids and told in draft.names else ""
    )
    subnets = list(draft.section(vpc, "subnets")) if vpc else []
    return {"vpc": draft.names[vpc], "subnets": subnets[:1]} if subnets else None


def _open_state(item: Item) -> str:
    """Why it is not known in what state something is; empty where it is known."""
    told = item.either("State")
    return told.reason if isinstance(told, Unknown) else ""


def _state(item: Item) -> Data:
    """The state of an attachment that carries nothing yet."""
    state = item.either("State")
    return {"state": state} if state in _STATES else {}


def attachment(draft: Draft, gateway: Gateway, item: Item, gateways: dict[str, Gateway]) -> Data:
    """One attachment; of what is behind one of another type, or was not read, nothing is known. Raises NotKnown."""
    kind = item.text("ResourceType") or ("vpc" if "VpcId" in item else "")
    resource = item.text("VpcId") or item.text("ResourceId")
    if kind == "vpc" and resource in draft.names:
        return _of_vpc(draft, item, resource)
    if kind == _PEERING and resource in gateways and item.id in gateways[resource].names:
        return {"peer": f"{draft.names[resource]}.{gateways[resource].names[item.id]}"}
    if kind in (_VPN, _DIRECT_CONNECT) and resource in draft.names:
        key = "vpn" if kind == _VPN else "direct_connect_gateway"
        if _knows_what_is_behind(draft, gateway, item, resource, kind):
            return {key: draft.names[resource]}
    draft.unknown(item, f"what lies behind it ({kind} {resource})", "it was not collected")
    return {"connect": {kind or "unknown": resource}}


def _of_vpc(draft: Draft, item: Item, vpc: str) -> Data:
    ids = item.list("SubnetIds")
    subnets = [draft.names[id] for id in ids if draft.local(vpc, id) is not None]
    if not ids or len(subnets) < len(ids):
        raise NotKnown(Unknown(f"in which subnets attachment {item.id} is was not collected"))
    if not serves_all(draft, vpc, ids):
        raise NotKnown(Unknown(f"which zones attachment {item.id} serves is not known"))
    body: Data = {"vpc": draft.names[vpc], "subnets": subnets}
    options = item.inner("Options")
    if options.get("ApplianceModeSupport") == "enable":
        body["appliance_mode"] = True
    if options.get(REFERENCING) == "disable":
        body["security_group_referencing"] = False
    ipv6 = options.either("Ipv6Support")
    if ipv6 != "enable" and any(":" in str(each) for each in draft.body(vpc)["cidrs"]):
        if isinstance(ipv6, Unknown):
            raise NotKnown(ipv6)
        body["ipv6_support"] = False
    return body


def _knows_what_is_behind(draft: Draft, gateway: Gateway, item: Item, resource: str, kind: str) -> bool:
    """Whether the prefixes of a connection are known, which its body then has."""
    blocks, complete = blocks_behind(draft.found, gateway.item.id, item.id)
    if kind == _DIRECT_CONNECT:
        if complete:
            body = draft.top("direct_connect_gateways")[draft.names[resource]]
            body["prefixes"] = list(dict.fromkeys([*body.get("prefixes", []), *blocks]))
        return complete
    body = draft.top("vpn_connections")[draft.names[resource]]
    if "static_routes" in body:
        body["static_routes"] = list(dict.fromkeys([*body["static_routes"], *blocks]))
        return True
    body["bgp_routes"] = list(dict.fromkeys([*body["bgp_routes"], *blocks]))
    return complete


def transit_tables(draft: Draft, gateway: Gateway) -> Data | None:
    """The route tables of a gateway; None where it has the one that AWS makes, and none where that is turned off (TGW-1).
    Raises NotKnown."""
    tables = [
        each
        for each in draft.found.of("TransitGatewayRouteTables")
        if each.get("TransitGatewayId") == gateway.item.id and each.either("State") not in GONE
    ]
    asked = any(kind in draft.found.asked for kind in ("TransitGateways", *_KINDS))
    # Of a gateway that is somebody else's, nobody knows the tables that no file makes, nor what they are of.
    partly = asked or draft.found.one("TransitGateways", gateway.item.id) is None
    if not tables:
        if partly and gateway.attachments:
            raise NotKnown(Unknown("its route tables were not collected"))
        return {} if gateway.item.inner("Options").either("DefaultRouteTableAssociation") == "disable" else None
    out: Data = {}
    for table in tables:
        propagating = _propagating(draft, table.id, asked=asked)
        body: Data = {
            "associations": [gateway.names[id] for id in _associated(draft, gateway, table.id) if id in gateway.names],
            "propagations": [gateway.names[id] for id in _known(propagating, gateway)],
            "routes": routes_of(draft, table, gateway.names, asked=asked),
        }
        out[draft.naming.name(f"{gateway.item.id} tables", table.name, table.id)] = body
        draft.out.names[table.id] = f"{draft.names[gateway.item.id]}.{list(out)[-1]}"
    for id, member in gateway.attachments.items():
        told = any(each.id == id or attachment_id(each) == id for each in draft.found.of(_KINDS[0]))
        if partly and not told and "Association" not in member and not _associations_asked(draft, tables):
            raise NotKnown(Unknown(f"with which table attachment {id} is associated was not collected"))
    return out


def _known(ids: Iterable[str], gateway: Gateway) -> Iterator[str]:
    """Those of a gateway's attachments that are there; one that is gone propagates nothing. Raises NotKnown."""
    for id in ids:
        if id in gateway.names:
            yield id
        elif id in gateway.attachments:
            raise NotKnown(Unknown(f"what attachment {id} propagates is not known"))


def _associations_asked(draft: Draft, tables: list[Item]) -> bool:
    return all(draft.found.one("TransitGatewayRouteTableAssociations", table.id) is not None for table in tables)


def _associated(draft: Draft, gateway: Gateway, table: str) -> list[str]:
    """The attachments that are associated with a table, as they say themselves or as it says. Raises NotKnown."""
    out = [id for id, item in gateway.attachments.items() if _table_of(item) == table]
    told = draft.found.one("TransitGatewayRouteTableAssociations", table)
    listed = told.list("Associations") if told is not None else []
    there = (each for each in listed if each.get("State", "associated") == "associated")
    out += [each.text("TransitGatewayAttachmentId") for each in there]
    return list(dict.fromkeys(out))


def _table_of(item: Item) -> Any:
    held = item.inner("Association")
    return held.get("TransitGatewayRouteTableId") if held.get("State", "associated") == "associated" else None


def _propagating(draft: Draft, table: str, *, asked: bool) -> list[str]:
    """The attachments that propagate to a table. Raises NotKnown, where that was not collected too."""
    told = draft.found.one("TransitGatewayPropagations", table)
    if told is None and asked:
        raise NotKnown(Unknown(f"what propagates to table {table} was not collected"))
    listed = told.list("TransitGatewayRouteTablePropagations") if told is not None else []
    there = (each for each in listed if each.get("State", "enabled") == "enabled")
    return [each.text("TransitGatewayAttachmentId") for each in there]
