"""NAT gateways."""

from __future__ import annotations

from collections.abc import Sequence

from reachsim.importing.builder.addresses import addresses_of
from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.interfaces import choose, home
from reachsim.importing.builder.owners import NAT_OF
from reachsim.importing.builder.zones import unzoned
from reachsim.importing.inventory import Fields, Item, NotKnown, Unknown
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import EXISTING


def add_nat_gateways(draft: Draft) -> None:
    """NAT gateways, also those of which only the interface was read."""
    draft.each("NatGateways", add_described)
    draft.each("NetworkInterfaces", add_by_interface, lambda draft, item, reason: None)


def add_described(draft: Draft, item: Item) -> None:
    """A NAT gateway that was read. Raises NotKnown."""
    if item.text("State") in GONE:
        return
    if item.list("AttachedAppliances"):
        raise NotKnown(Unknown("what the appliance that is attached to it lets through is not read"))
    if item.text("AvailabilityMode") == "regional":
        add_regional(draft, item)
        return
    vpc = home(draft, item)
    if not vpc:
        return
    addresses = item.members("NatGatewayAddresses").known
    first = next((each for each in addresses if each.either("IsPrimary") is True), next(iter(addresses), Fields({})))
    subnet = draft.names[item.text("SubnetId")]
    body: Data = {"subnet": subnet}
    private, public = first.either("PrivateIp"), first.either("PublicIp")
    if isinstance(private, str):
        body["private_ip"] = private
    _tell_private_alike(draft, addresses, vpc, subnet)
    if item.get("ConnectivityType") == "private":
        body["connectivity"] = "private"
    elif isinstance(public, str):
        body["public_ip"] = _any_of(draft, addresses, first)
    if item.text("State") == "pending":
        body["state"] = "pending"
    add_nat_gateway(draft, item, vpc, body)


def add_regional(draft: Draft, item: Item) -> None:
    """A NAT gateway of all zones (NATGW-17), which is in no subnet. Raises NotKnown."""
    vpc = draft.home(item)
    if not vpc:
        return
    body: Data = {"availability": "regional"}
    if item.text("AutoProvisionZones") == "disabled":
        body["public_ips"] = _by_zone(draft, item)
        if unzoned(draft, vpc):
            raise NotKnown(Unknown("which subnets are in its zones is not known"))
    else:
        told = item.members("NatGatewayAddresses").known
        with_address = [each for each in told if isinstance(each.either("PublicIp"), str)]
        body |= {"public_ip": _any_of(draft, with_address, with_address[0])} if with_address else {}
    table = item.text("RouteTableId")
    if table in draft.names:
        body["route_table"] = draft.names[table]
    add_nat_gateway(draft, item, vpc, body)


def _by_zone(draft: Draft, item: Item) -> Data:
    """The public address of a regional gateway in each zone that it serves; `True` where AWS gives it. Raises NotKnown."""
    zones: dict[str, list[Fields]] = {}
    for each in item.list("NatGatewayAddresses"):
        if each.either("PublicIp") is not None:
            zones.setdefault(each.text("AvailabilityZone"), []).append(each)
    out: Data = {}
    for zone, held in zones.items():
        told = [each for each in held if isinstance(each.either("PublicIp"), str)]
        out[zone] = _any_of(draft, told, told[0]) if told else True
    return out


def _tell_private_alike(draft: Draft, addresses: Sequence[Fields], vpc: str, subnet: str) -> None:
    """Raise NotKnown where a gateway may send from any of several private addresses, or from one that AWS gives, and rules
    tell these apart: it puts one of them into what it sends (NATGW-3)."""
    told = [each.either("PrivateIp") for each in addresses]
    if not all(isinstance(each, str) for each in told) or not told:
        choose(draft, vpc, subnet)
    elif not draft.choices.alike(Cidr.parse(f"{each}/32") for each in told):
        raise NotKnown(Unknown("it has several private addresses, and a rule tells them apart"))


def _any_of(draft: Draft, addresses: Sequence[Fields], first: Fields) -> str:
    """The public address of a gateway, the first of those that it has; where rules tell these apart, and any may be the one
    that it sends from, one that is not told."""
    told = [public for each in addresses if isinstance(public := each.either("PublicIp"), str)]
    if EXISTING in told or not draft.choices.alike(Cidr.parse(f"{each}/32") for each in told):
        return EXISTING
    return first.text("PublicIp")


def add_by_interface(draft: Draft, item: Item) -> None:
    """A NAT gateway of which only the interface was read. Raises NotKnown."""
    named = NAT_OF.search(str(item.either("Description") or ""))
    subnet = item.text("SubnetId")
    if named is None or named[0] in draft.names or draft.vpc_of.get(subnet, "") != item.get("VpcId"):
        return
    found = addresses_of(draft, item)
    body: Data = {"subnet": draft.names[subnet]}
    if found.private:
        body["private_ip"] = found.private
    if found.public and not isinstance(found.public, bool | Unknown):
        body["public_ip"] = found.public
    else:
        body["connectivity"] = "private"
    add_nat_gateway(draft, Item(named[0], {}, item.origin), draft.home(item), body)


def add_nat_gateway(draft: Draft, item: Item, vpc: str, body: Data) -> None:
    """One NAT gateway; a public one has an internet gateway beside it (NATGW-1)."""
    if "connectivity" not in body and "internet_gateway" not in draft.body(vpc):
        if draft.found.collected("InternetGateways", vpc):
            draft.note("left out", item.id, "it is public, and no internet gateway is attached to its VPC", item)
            return
        draft.body(vpc)["internet_gateway"] = draft.naming.name("targets", "igw", vpc)
        draft.note("assumed", draft.names[vpc], "it has a public NAT gateway, so an internet gateway is attached")
    name = draft.naming.name("targets", item.name, item.id)
    draft.section(vpc, "nat_gateways")[name] = body
    draft.place(item, ("vpcs", draft.names[vpc], "nat_gateways", name), vpc)
