"""The subnets that something is in, also where it is known only among which they are."""

from __future__ import annotations

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Item
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN


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


def alike(draft: Draft, ids: tuple[str, ...]) -> bool:
    """Whether it does not matter in which of some subnets something is: they are of one VPC, have one table and one ACL (or
    nobody knows which), and no rule or route is about a part of them. Where a transit gateway or a NAT gateway serves by
    zone (TGW-7, NATGW-20), in one zone too."""
    vpcs = {draft.vpc_of.get(id, "") for id in ids}
    if len(vpcs) != 1 or "" in vpcs:
        return False
    vpc = vpcs.pop()
    bodies = [draft.section(vpc, "subnets")[draft.names[id]] for id in ids]
    keys = ["network_acl", "map_public_ip_on_launch", *(["az"] if _by_zone(draft) else [])]
    if len({(_table(draft, vpc, body), *(body.get(key) for key in keys)) for body in bodies}) > 1:
        return False
    if any("ipv6_cidr" in body or "cidr" not in body for body in bodies):
        return False
    return draft.choices.alike(Cidr.parse(body["cidr"]) for body in bodies)


def _table(draft: Draft, vpc: str, body: Data) -> str:
    """The name of a subnet's table, `unknown` for one of which no route is known."""
    name = body.get("route_table", "")
    own = (each for each in draft.inside("RouteTables", vpc) if draft.names.get(each.id) == name)
    routes = [each.members("Routes") for each in own]
    return UNKNOWN if any(each.unknown and not each.known for each in routes) else name


def _by_zone(draft: Draft) -> bool:
    kinds = ("TransitGatewayVpcAttachments", "TransitGatewayAttachments")
    regional = (item.either("AvailabilityMode") not in ("zonal", None) for item in draft.found.of("NatGateways"))
    return any(True for kind in kinds for _ in draft.found.of(kind)) or any(regional)
