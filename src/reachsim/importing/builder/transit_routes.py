"""The routes of transit gateways: those that people wrote, and the prefixes that connections announce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Fields, Inventory, Item, NotKnown, Unknown
from reachsim.importing.rules import block
from reachsim.resources.reference import BLACKHOLE

_ROUTES = "TransitGatewayStaticRoutes"


def routes_of(draft: Draft, table: Item, names: Mapping[str, str], *, asked: bool) -> Data:
    """The static routes of a table, by block. `asked`: whether calls were made, so that what they did not tell is not known.
    Raises NotKnown."""
    told = draft.found.one(_ROUTES, table.id)
    if told is None:
        if asked:
            raise NotKnown(Unknown(f"the routes of table {table.id} were not collected"))
        return {}
    if told.get("AdditionalRoutesAvailable"):
        raise NotKnown(Unknown(f"not all routes of table {table.id} were collected"))
    out: Data = {}
    for route in told.list("Routes"):
        if route.maybe:
            raise NotKnown(Unknown(route.maybe))
        if route.get("Type", "static") == "static":
            destination = _destination(draft, route)
            if destination:
                out[destination] = _target(route, destination, names)
    return out


def _destination(draft: Draft, route: Fields) -> str:
    """The block of a route, or the name of its prefix list; empty where it has neither. Raises NotKnown."""
    written, listed = route.get("DestinationCidrBlock"), route.get("PrefixListId")
    if written:
        return block(written)
    if listed and listed not in draft.names:
        raise NotKnown(Unknown(f"prefix list {listed}, which a route is for, was not collected"))
    return draft.names[listed] if listed else ""


def _target(route: Fields, destination: str, names: Mapping[str, str]) -> str:
    """The attachment that a route leads to. Raises NotKnown where there are several, or it was not read."""
    ids = [each.text("TransitGatewayAttachmentId") for each in route.list("TransitGatewayAttachments")]
    if route.get("State") == "blackhole" or not ids:
        return BLACKHOLE
    if len(ids) > 1:
        raise NotKnown(Unknown(f"a route to {destination} leads to {len(ids)} attachments"))
    if ids[0] not in names:
        raise NotKnown(Unknown(f"attachment {ids[0]}, which a route leads to, was not collected"))
    return names[ids[0]]


def blocks_behind(found: Inventory, gateway: str, attachment: str) -> tuple[list[str], bool]:
    """The blocks for which routes of a gateway lead to an attachment, and whether propagated routes were collected."""
    blocks: list[str] = []
    complete = False
    for route in _of_gateway(found, gateway):
        complete = complete or route.either("Type") == "propagated"
        ids = [each.either("TransitGatewayAttachmentId") for each in route.members("TransitGatewayAttachments").known]
        text = route.either("DestinationCidrBlock")
        if attachment in ids and isinstance(text, str):
            blocks.append(block(text))
    return list(dict.fromkeys(blocks)), complete


def _of_gateway(found: Inventory, gateway: str) -> Iterator[Fields]:
    for table in found.of("TransitGatewayRouteTables"):
        told = found.one(_ROUTES, table.id)
        if told is not None and table.either("TransitGatewayId") == gateway:
            yield from told.members("Routes").known
