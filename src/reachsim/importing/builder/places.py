"""The subnets that something is in, also where it is known only among which they are."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Final

from reachsim.importing.builder.acls import BLOCKS, filters_nothing
from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import MAYBE, WHERE, Fields, Item, Unknown
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN

_OF_NO_ZONE: Final = ("peering", "vpn", "direct-connect-gateway", "tgw-peering")
"""Attachments that are in no subnets."""
_DESTINATIONS: Final = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
_LOCAL: Final = "local"


def places(draft: Draft, item: Item, key: str = "SubnetIds") -> list[str]:
    """The ids of the subnets of something; of one that has some of several which nothing tells apart, all of these: what
    holds in each of them holds wherever it is. Raises NotKnown."""
    told = item.either(key)
    candidates = getattr(told, "candidates", ())
    if not candidates or not alike(draft, candidates):
        return [str(id) for id in item.list(key)]
    draft.note(
        "assumed", item.id, f"it is in all of {', '.join(sorted(candidates))}, for nothing tells these apart", item
    )
    return list(candidates)


def settled(draft: Draft, item: Item) -> Item:
    """An interface that is in one of several subnets which nothing tells apart, in the first of these. Whether two such are
    in one subnet or in two must not matter either."""
    candidates = getattr(item.either("SubnetId"), "candidates", ())
    if not candidates or not alike(draft, candidates) or not _as_one(draft, candidates):
        return item
    first = min(candidates)
    others = ", ".join(sorted(candidates)[1:])
    draft.note("assumed", item.id, f"it is in {first}, for nothing tells it from {others}", item)
    return replace(item, attributes={**item.attributes, "SubnetId": first, "VpcId": draft.vpc_of[first]})


def alike(draft: Draft, ids: tuple[str, ...]) -> bool:
    """Whether it does not matter in which of some subnets something is: they are of one VPC, have the same routes and one
    ACL (or nobody knows which), and no rule or route is about a part of them. Where a transit gateway or a NAT gateway
    serves by zone (TGW-7, NATGW-20), in one zone too."""
    vpcs = {draft.vpc_of.get(id, "") for id in ids}
    if len(vpcs) != 1 or "" in vpcs:
        return False
    vpc = vpcs.pop()
    bodies = [draft.section(vpc, "subnets")[draft.names[id]] for id in ids]
    keys = ["network_acl", "map_public_ip_on_launch"]
    if len({(_table(draft, vpc, body), *(body.get(key) for key in keys)) for body in bodies}) > 1:
        return False
    zones = {str(body.get("az", "")) for body in bodies}
    if len(zones) > 1 and _by_zone(draft, vpc, zones):
        return False
    if any("cidr" not in body for body in bodies) or len({"ipv6_cidr" in body for body in bodies}) > 1:
        return False
    families = [key for key in BLOCKS if key in bodies[0]]
    return all(draft.choices.alike(Cidr.parse(body[key]) for body in bodies) for key in families)


def _table(draft: Draft, vpc: str, body: Data) -> Hashable:
    """What a subnet's table does: its routes, or its name where not all is known of them; `unknown` for one of which no
    route is known."""
    name = body.get("route_table", "")
    for each in draft.inside("RouteTables", vpc):
        if draft.names.get(each.id) == name:
            listed = each.members("Routes")
            if listed.unknown and not listed.known:
                return UNKNOWN
            routes = [_route(draft, vpc, one) for one in listed.known]
            propagating = each.members("PropagatingVgws")
            certain = not (listed.unknown or None in routes or propagating.known or propagating.unknown)
            return frozenset(routes) if certain else str(name)
    return str(name)


def _route(draft: Draft, vpc: str, route: Fields) -> Hashable:
    """Where to and by what; None where that is not known. One NAT gateway does what another one does that is in a subnet
    with the same table and ACL."""
    told = {key: route.either(key) for key in route.attributes if key not in (WHERE, MAYBE)}
    if route.maybe or not all(isinstance(value, str | bool | int) for value in told.values()):
        return None
    nat = draft.found.one("NatGateways", str(told.get("NatGatewayId")))
    if nat is not None:
        subnet = str(nat.either("SubnetId"))
        if draft.vpc_of.get(subnet) != vpc:
            return None
        body = draft.section(vpc, "subnets")[draft.names[subnet]]
        sort = [str(nat.either(key)) for key in ("State", "ConnectivityType", "AvailabilityMode")]
        told["NatGatewayId"] = " ".join([*sort, str(body.get("route_table")), str(body.get("network_acl"))])
    return frozenset(told.items())


def _by_zone(draft: Draft, vpc: str, zones: set[str]) -> bool:
    """Whether it may matter in which of some zones something is: a regional NAT gateway has an address in each; what an
    attachment of a transit gateway carries enters and leaves by its subnet in the zone, if it has one there."""
    if any(item.either("AvailabilityMode") not in ("zonal", None) for item in draft.found.of("NatGateways")):
        return True
    attachments = list(draft.found.of("TransitGatewayVpcAttachments"))
    described = {item.id for item in attachments}
    for item in draft.found.of("TransitGatewayAttachments"):
        if item.either("ResourceType") not in _OF_NO_ZONE and item.id not in described:
            return True
    return any(_serves_by_zone(draft, item, vpc, zones) for item in attachments)


def _serves_by_zone(draft: Draft, attachment: Item, vpc: str, zones: set[str]) -> bool:
    of, told = attachment.either("VpcId"), attachment.members("SubnetIds")
    if not isinstance(of, str) or told.unknown or any(draft.vpc_of.get(str(id)) != of for id in told.known):
        return True
    bodies = [draft.section(of, "subnets")[draft.names[str(id)]] for id in told.known]
    if len({(_table(draft, of, body), body.get("network_acl")) for body in bodies}) > 1:
        return True
    return of == vpc and not zones <= {body.get("az") for body in bodies}


# -- one of several ----------------------------------------------------------------------------------------------


def _as_one(draft: Draft, ids: tuple[str, ...]) -> bool:
    """Whether it does not matter whether two things are in one of some alike subnets or in two of them: no ACL filters
    between these (NACL-6), no route of their VPC stands before `local`, and no balancer tells zones apart."""
    vpc = draft.vpc_of[ids[0]]
    bodies = [draft.section(vpc, "subnets")[draft.names[id]] for id in ids]
    if len({body.get("az") for body in bodies}) > 1 and _balances_by_zone(draft):
        return False
    families = [key for key in BLOCKS if key in bodies[0]]
    return filters_nothing(draft, vpc, bodies[0].get("network_acl"), families) and not _routed_inside(draft, vpc)


def _balances_by_zone(draft: Draft) -> bool:
    """Whether a load balancer may choose among targets by their zone: an Application Load Balancer does not, as a rule."""
    kinds = [item.either("Type") for item in draft.found.of("LoadBalancers")]
    return any(kind != "application" for kind in kinds) or any(True for _ in draft.found.of("LoadBalancerDescriptions"))


def _routed_inside(draft: Draft, vpc: str) -> bool:
    """Whether a table of a VPC may lead elsewhere what goes from one subnet to another (ROUTE-8, ROUTE-9)."""
    own = [Cidr.parse(text) for text in draft.body(vpc)["cidrs"]]
    for table in (*draft.inside("RouteTables", vpc), *draft.adrift("RouteTables")):
        if getattr(table.either("Routes"), "candidates", ()):  # one of the others, which are all asked
            continue
        listed = table.members("Routes")
        told = [each for each in listed.known if each.either("GatewayId") != _LOCAL]
        ends = [each.either(key) for each in told for key in _DESTINATIONS]
        if listed.unknown or any(isinstance(end, Unknown) for end in ends):
            return True
        if any("DestinationPrefixListId" in each for each in told):
            return True
        inside = [Cidr.parse_lenient(end) for end in ends if isinstance(end, str)]
        if any(end in whole for end in inside for whole in own):
            return True
    return False
