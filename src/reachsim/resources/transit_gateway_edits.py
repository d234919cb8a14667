"""Edits that mend the way through a transit gateway: routes, attachments, zones, associations, propagation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from reachsim.net.cidr import Cidr
from reachsim.resources.mending import FILTERS, Case, Edit, KeyChange, RouteOffer, mends, offers
from reachsim.resources.public_service import region_of
from reachsim.resources.subnet_edits import own_table, shared_with_others
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.route import DEFAULT


def _attached(gateway: Any, vpc: str) -> str | None:
    """The attachment of a VPC."""
    return next((name for name, body in gateway.attachments.items() if body.vpc == vpc), None)


def _known(gateway: Any, name: str, design: Any) -> Iterator[Cidr]:
    """The blocks behind an attachment; of a peering those behind the other gateway's own attachments (TGW-6)."""
    body = gateway.attachments[name]
    if body.vpc is not None:
        yield from design.vpcs[body.vpc].cidrs
    if body.connection is not None:
        section, connection = body.connection
        yield from getattr(design, section)[connection].behind().blocks
    if body.peer is not None:
        far = design.transit_gateways[body.peer.partition(".")[0]]
        for other, each in far.attachments.items():
            yield from _known(far, other, design) if each.peer is None else ()


def _towards(gateway: Any, case: Case) -> Iterator[tuple[str, Cidr]]:
    """Attachments that lead to the destination of a case, each with the block that has it."""
    for name in gateway.attachments:
        for block in _known(gateway, name, case.view.design):
            if case.destination in block:
                yield name, block


@offers
def routes_to_gateways(case: Case, vpc: str) -> Iterator[RouteOffer]:
    """A route of an attached VPC to what another attachment has, or to the default route of the gateway (TGW-2)."""
    for name, gateway in case.view.design.transit_gateways.items():
        here = _attached(gateway, vpc)
        if here is None:
            continue
        ways = [(other, block) for other, block in _towards(gateway, case) if other != here]
        for _, block in ways:
            yield RouteOffer(str(block), name, f"transit gateway {name}")
        if not ways and case.destination in PUBLIC and _leads_out(gateway):
            yield RouteOffer(DEFAULT, name, f"transit gateway {name}", 2)


def _leads_out(gateway: Any) -> bool:
    return any(str(block) == DEFAULT for table in (gateway.route_tables or {}).values() for block in table.routes)


def _gateway(case: Case) -> tuple[str, Any, KeyPath] | None:
    """The gateway that lost the packet."""
    path = case.cause.path
    if not case.at("transit_gateways") or len(path) < 2 or path[0] != "transit_gateways":
        return None
    return str(path[1]), case.view.design.transit_gateways[str(path[1])], path[:2]


@mends
def attachments(case: Case) -> Iterator[Edit]:
    """The state of an attachment (TGW-10), and a subnet of it in the zone that has none (TGW-7)."""
    found = _gateway(case)
    if found is None:
        return
    _, gateway, _ = found
    path = case.cause.path
    if path[-1] == "state":
        yield Edit.setting(path, "available", f"accept attachment {path[-2]}, or create it anew", 3)
    if case.cause.code is not Code.TGW_ROUTE_AZ_RESTRICTION:
        return
    body = gateway.attachments[str(path[3])]
    sender = case.view.owner(case.source, body.vpc) or (case.receiver if case.reply else case.sender)
    zone = None if sender is None else sender.subnet.az
    vpc = case.view.design.vpcs[body.vpc]
    if zone is None:
        return
    theirs = {case.view.table_of(each, body.vpc) for each in body.subnets}
    also, and_also = _in_both_zones(path[:4], body, vpc)
    for name, subnet in vpc.subnets.items():
        if subnet.az == zone and name not in body.subnets:
            text = f"attach {path[1]} to subnet {body.vpc}.{name} too, in zone {zone}{and_also}"
            cost = 2 if case.view.table_of(name, body.vpc) in theirs else 3
            yield Edit((KeyChange(path, name, "add"), *also), text, cost)
    block = case.view.free(body.vpc, 28)
    name = f"attach-{zone}"
    if block is not None and name not in vpc.subnets:
        tables = {vpc.subnets[each].route_table for each in body.subnets}
        new = {"cidr": str(block), "az": zone} | ({"route_table": min(map(str, tables))} if None not in tables else {})
        text = f"create subnet {name} ({block}) in zone {zone} of {body.vpc}, and attach {path[1]} to it{and_also}"
        made = KeyChange(("vpcs", body.vpc, "subnets", name), new)
        yield Edit((made, KeyChange(path, name, "add"), *also), text, 3)


def _in_both_zones(path: KeyPath, body: Any, vpc: Any) -> tuple[tuple[KeyChange, ...], str]:
    """What an attachment with one more zone needs besides: appliance mode, where its VPC inspects (TGW-9)."""
    if body.appliance_mode or not body.inspected_by(vpc):
        return (), ""
    return (KeyChange((*path, "appliance_mode"), True),), ", with appliance mode"


@mends
def groups_named_across(case: Case) -> Iterator[Edit]:
    """Security group referencing of the gateway and of both attachments, for a rule that names a far group (TGW-14)."""
    if case.cause.rule != "TGW-14" or case.sender is None or case.receiver is None:
        return
    for name, gateway in case.view.design.transit_gateways.items():
        ends = [_attached(gateway, end.vpc.name) for end in (case.sender, case.receiver)]
        path: KeyPath = ("transit_gateways", name)
        off = [] if gateway.security_group_referencing else [path]
        off += [
            (*path, "attachments", end)
            for end in ends
            if end is not None and not gateway.attachments[end].security_group_referencing
        ]
        if off and None not in ends:
            changes = tuple(KeyChange((*each, "security_group_referencing"), True) for each in off)
            yield Edit(changes, f"switch security group referencing over {name} on", 2)


@mends
def appliance_mode(case: Case) -> Iterator[Edit]:
    """Appliance mode of the attachment of a VPC that drops an answer whose request it let pass in another zone (TGW-9)."""
    if not case.reply or not case.at("security_groups", "network_acls", "instances", "interfaces"):
        return
    vpc = case.cause.component.partition(".")[0]
    if any(end is not None and end.vpc.name == vpc for end in (case.sender, case.receiver)):
        return
    for name, gateway in case.view.design.transit_gateways.items():
        for attachment, body in gateway.attachments.items():
            if body.vpc == vpc and len(body.subnets) > 1 and not body.appliance_mode:
                path = ("transit_gateways", name, "attachments", attachment, "appliance_mode")
                yield Edit.setting(path, True, f"switch appliance mode of attachment {attachment} of {name} on")


def _table_at(path: KeyPath, tables: Mapping[str, Any]) -> str | None:
    """The table that a key path is in, or that its attachment is associated with."""
    if path[2] == "route_tables":
        return str(path[3])
    return next((name for name, body in tables.items() if path[3] in body.associations), None)


@mends
def transit_tables(case: Case) -> Iterator[Edit]:
    """An association (TGW-1), a propagation (TGW-2) or a static route (TGW-5) in the gateway's tables."""
    found = _gateway(case)
    if found is None or not found[1].route_tables:
        return
    name, gateway, path = found
    tables = gateway.route_tables
    if case.cause.code is Code.TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION:
        attachment = case.cause.path[3]
        for table in tables:
            text = f"associate attachment {attachment} with route table {table} of {name}"
            yield Edit.adding((*path, "route_tables", table, "associations"), attachment, text, 2)
        return
    if case.cause.code not in (
        Code.TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT, Code.TGW_RTB_BAD_STATE_ROUTE, Code.FORWARDING_LOOP,
    ):  # fmt: skip
        return
    table = _table_at(case.cause.path, tables)
    if table is None:
        return
    here: KeyPath = (*path, "route_tables", table)
    for other, block in _towards(gateway, case):
        written = next((key for key in tables[table].routes if key == block), None)
        if other not in tables[table].propagations and written is None and gateway.attachments[other].peer is None:
            text = f"let route table {table} of {name} take in what attachment {other} propagates"
            yield Edit.adding((*here, "propagations"), other, text)
        if (
            block.version == 6
            and gateway.attachments[other].vpc is not None
            and not gateway.attachments[other].ipv6_support
        ):
            text = f"switch IPv6 support of attachment {other} of {name} on, so that it propagates {block}"
            yield Edit.setting((*path, "attachments", other, "ipv6_support"), True, text)
        text = f"route {block} in table {table} of {name} to attachment {other}"
        yield Edit.setting((*here, "routes", str(block)), other, text, 2)
    if case.cause.code is Code.TGW_RTB_BAD_STATE_ROUTE and len(case.cause.path) > 5:
        text = f"remove the blackhole route {case.cause.path[-1]} from table {table} of {name}"
        yield Edit((KeyChange(case.cause.path, action="remove"),), text, 2)
    if case.destination in PUBLIC:
        for other, body in gateway.attachments.items():
            gateways = case.view.design.vpcs[body.vpc].nat_gateways if body.vpc is not None else {}
            if gateways and other not in tables[table].associations:
                text = f"route {DEFAULT} in table {table} of {name} to attachment {other}, whose VPC has a NAT gateway"
                yield Edit.setting((*here, "routes", DEFAULT), other, text, 3)


@mends
def past_what_is_down(case: Case) -> Iterator[Edit]:
    """A static route of a gateway's table to a connection that is down, to another attachment that leads there (TGW-4)."""
    if case.cause.code is not Code.TGW_BAD_STATE_VPN or len(case.cause.path) < 2:
        return
    for name, gateway in case.view.design.transit_gateways.items():
        down = [each for each, body in gateway.attachments.items() if body.connection == case.cause.path[:2]]
        others = dict.fromkeys(other for other, _ in _towards(gateway, case) if other not in down)
        for table, body in (gateway.route_tables or {}).items():
            routes = [
                (block, target)
                for block, target in body.routes.items()
                if target in down and isinstance(block, Cidr) and case.destination in block
            ]
            for (block, target), other in product(routes, others):
                path = ("transit_gateways", name, "route_tables", table, "routes", str(block))
                text = f"route {block} in table {table} of {name} to attachment {other}, not to {target}"
                yield Edit.setting(path, other, text, 2)


def _subnets(names: Sequence[str]) -> str:
    return f"subnet {names[0]}" if len(names) == 1 else f"subnets {', '.join(names)}"


@mends
def tables_of_attachments(case: Case) -> Iterator[Edit]:
    """A route table of their own for the subnets of an attachment, where what comes from the gateway needs another way than
    the others that use their table: to a NAT gateway, say (TGW-2, TGW-13)."""
    if case.cause.code in FILTERS:
        return
    for vpc, table in case.tables:
        if any(case.source in block for block in case.view.design.vpcs[vpc].cidrs):
            continue
        for name, gateway in case.view.design.transit_gateways.items():
            attachment = _attached(gateway, vpc)
            subnets = () if attachment is None else gateway.attachments[attachment].subnets
            mine = [subnet for subnet in subnets if case.view.table_of(subnet, vpc) == table]
            if not mine or not shared_with_others(case, vpc, table, mine):
                continue
            for offer in case.view.offers(case, vpc):
                there = case.view.target(vpc, table, offer.destination)
                if there in (None, offer.target):
                    continue
                text = f"give {_subnets(mine)} of {vpc}, where {name} is attached, a route table of "
                text += (
                    f"{'its' if len(mine) == 1 else 'their'} own: {offer.destination} to {offer.text}, not to {there}"
                )
                yield Edit(tuple(own_table(case, vpc, table, mine, offer)), text, offer.cost + 2)


@offers
def new_attachment(case: Case, vpc: str) -> Iterator[RouteOffer]:
    """An attachment of a VPC that has none to a gateway that leads to the destination, in all its zones (TGW-7)."""
    for name, gateway in case.view.design.transit_gateways.items():
        body = case.view.design.vpcs[vpc]
        region = region_of(case.view.design, vpc)
        same = gateway.region is None or not region or gateway.region == region
        if _attached(gateway, vpc) is not None or vpc in gateway.attachments or not same:
            continue
        zones: dict[str | None, str] = {}
        for subnet, each in body.subnets.items():
            zones.setdefault(each.az, subnet)
        new = {"vpc": vpc, "subnets": list(zones.values())}
        also = [KeyChange(("transit_gateways", name, "attachments", vpc), new)]
        for table in gateway.route_tables or {}:
            here: KeyPath = ("transit_gateways", name, "route_tables", table)
            also.append(KeyChange((*here, "propagations"), vpc, "add"))
        if gateway.route_tables:
            first = next(iter(gateway.route_tables))
            also.append(KeyChange(("transit_gateways", name, "route_tables", first, "associations"), vpc, "add"))
        for _, block in _towards(gateway, case):
            yield RouteOffer(str(block), name, f"transit gateway {name}, attached to {vpc}", 5, tuple(also))
