"""Zones of subnets that are not known: AWS chooses where nobody says.

Such a zone may be any, that of another subnet too, but for subnets of one load balancer or attachment, each of which is in a
zone of its own. Where that decides, what asks for zones is not known; elsewhere each may stand for a zone by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Fields, Item, NotKnown, Unknown
from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr
from reachsim.resources.fields import looks_like_address
from reachsim.rules.load_balancer import crosses_unless_told

_STANDS: Final = "zone-of-"
"""What a zone is called that stands for the one that a subnet is in."""
_ASK: Final = ("TransitGatewayVpcAttachments", "NatGateways")
"""Other kinds of which some ask for zones."""


def zone_of(draft: Draft, item: Item) -> Any:
    """The name of a subnet's zone. Each account has names of its own for them, so the first that was read for a zone's id
    counts for all subnets of a VPC, whoever saw them."""
    id = item.either("AvailabilityZoneId")
    if not isinstance(id, str):
        return item.either("AvailabilityZone")
    same = (
        each for each in draft.inside("Subnets", str(item.either("VpcId"))) if each.either("AvailabilityZoneId") == id
    )
    return next(same, item).either("AvailabilityZone")


def zones_matter(draft: Draft) -> bool:
    """Whether something that was read asks for zones (WALK-22)."""
    balancers = any(not crosses_unless_told(each.either("Type")) for each in draft.found.of("LoadBalancers"))
    return balancers or any(next(draft.found.of(kind), None) is not None for kind in _ASK)


def unzoned(draft: Draft, vpc: str) -> set[str]:
    """The ids of the subnets of a VPC whose zones are not known."""
    return {each.id for each in draft.inside("Subnets", vpc) if isinstance(zone_of(draft, each), Unknown)}


def stand_in(draft: Draft, vpc: str, name: str) -> str | None:
    """What stands for a zone that is not known; None in a VPC in which no load balancer has interfaces in several zones that
    pick targets in their own."""
    for each in draft.found.of("LoadBalancers"):
        zones = [
            zone.either("SubnetId") for zone in each.members("AvailabilityZones").known if isinstance(zone, Fields)
        ]
        own = {subnet.id for subnet in draft.inside("Subnets", vpc)}
        if (
            not crosses_unless_told(each.either("Type"))
            and len(zones) > 1
            and own.intersection(filter(_is_text, zones))
        ):
            return f"{_STANDS}{name}"
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def tell_apart(draft: Draft, vpc: str, body: Data) -> None:
    """Raise NotKnown where zones that are not known decide whether a load balancer may pick a target (LB-8)."""
    open = {draft.names[id] for id in unzoned(draft, vpc) if id in draft.names}
    own = set(body["subnets"])
    asks = not crosses_unless_told(body["type"]) or any("az" in draft.section(vpc, "subnets")[each] for each in open)
    if not open or not asks:
        return
    targets = [each for group in body["target_groups"].values() for each in group.get("targets", ())]
    for subnet in _subnets_of(draft, vpc, targets):
        if subnet not in own and (subnet in open or own & open):
            raise NotKnown(Unknown(f"whether subnet {subnet} is in one of its zones is not known"))


def _subnets_of(draft: Draft, vpc: str, targets: Iterable[str]) -> Iterator[str]:
    """The subnets of a VPC that targets of a load balancer are in."""
    places = draft.section(vpc, "subnets")
    for target in targets:
        if looks_like_address(target):
            address = int(parse_address(target))
            for name, subnet in places.items():
                if any(key in subnet and address in Cidr.parse(subnet[key]) for key in ("cidr", "ipv6_cidr")):
                    yield name
            continue
        for section in ("instances", "interfaces", "load_balancers"):
            body = draft.section(vpc, section).get(target, {})
            first = next(iter(body.get("network_interfaces", {}).values()), body)
            yield from [first["subnet"]] if "subnet" in first else first.get("subnets", ())


def serves_all(draft: Draft, vpc: str, attached: Collection[str]) -> bool:
    """Whether each subnet of a VPC is known to be in a zone of an attachment, or in none (TGW-7)."""
    open = unzoned(draft, vpc)
    others = {each.id for each in draft.inside("Subnets", vpc)} - set(attached)
    return not others or not (open & (others | set(attached)))
