"""The addresses of an interface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Fields, Item, NotKnown, Reading, Unknown
from reachsim.net.address import format_address
from reachsim.net.cidr import Cidr

_UNSAID = Fields({})
_PREFIX: Final = 16
"""How many addresses a prefix of IPv4 has that is delegated to an interface."""


@dataclass(frozen=True)
class Addresses:
    """`private`: the primary one, empty where it is not known. `public`: an address, True for one that is not known, False
    for none, or why it is not known whether there is one. `others`: further private ones, as a design writes them; `more`:
    whether it has others that AWS chooses. `unwritten`: whether it has further ones of IPv6, for which a design has no
    word."""

    private: str
    public: str | bool | Unknown
    others: tuple[str | Data, ...]
    ipv6: str
    more: bool = False
    unwritten: bool = False


def addresses_of(draft: Draft, item: Item) -> Addresses:
    """The addresses of an interface, or of an instance that tells of none. What is in a prefix that is delegated to it is an
    address of it like any other. Raises NotKnown for further ones that may be."""
    listed = item.list("PrivateIpAddresses")
    primary = next((each for each in listed if each.either("Primary") is True), listed[0] if listed else _UNSAID)
    private = primary.either("PrivateIpAddress") or item.either("PrivateIpAddress")
    further = [each for each in listed if each is not primary and each.either("PrivateIpAddress") != private]
    chosen = [each for each in further if _is_chosen(each)]
    others: list[str | Data] = [_secondary(each) for each in further if each not in chosen]
    prefixes = [each.either("Ipv4Prefix") for each in item.list("Ipv4Prefixes")]
    for block in (Cidr.parse(each) for each in prefixes if isinstance(each, str)):
        if block.size > _PREFIX:
            raise NotKnown(Unknown(f"{block} is no prefix that AWS delegates"))
        others += [format_address(block.network + offset) for offset in range(block.size)]
    ipv6 = (_ipv6(draft, item, each) for each in item.list("Ipv6Addresses"))
    return Addresses(
        private if isinstance(private, str) else "",
        _public(draft, item, primary),
        tuple(others),
        next(filter(None, ipv6), ""),
        more=bool(chosen) or any(isinstance(each, Unknown) for each in prefixes),
        unwritten=len(item.list("Ipv6Addresses")) > 1 or bool(item.list("Ipv6Prefixes")),
    )


def _is_chosen(each: Reading) -> bool:
    """Whether AWS chooses a further private address, which has no public one."""
    return isinstance(each.either("PrivateIpAddress"), Unknown) and each.either("Association") is None


def _ipv6(draft: Draft, item: Item, told: Reading) -> str:
    """An IPv6 address; one that AWS gives is chosen in the block of its subnet, and is none where that has no block. Raises
    NotKnown where rules tell the addresses of the subnet apart."""
    address = told.either("Ipv6Address")
    if not isinstance(address, Unknown):
        return str(address or "")
    subnet = item.text("SubnetId")
    vpc = draft.vpc_of.get(subnet, "")
    block = draft.section(vpc, "subnets").get(draft.names[subnet], {}).get("ipv6_cidr") if vpc else None
    if block is None:
        described = draft.found.one("Subnets", subnet)
        for each in () if described is None else described.members("Ipv6CidrBlockAssociationSet").known:
            each.get("Ipv6CidrBlock")  # one that is not known is no block that is not there
        return ""
    within = Cidr.parse(block)
    if not draft.choices.indifferent(within):
        raise NotKnown(Unknown(f"its IPv6 address is not known, and a rule is about a part of {block}"))
    return draft.next_ipv6(within)


def _public(draft: Draft, item: Item, primary: Reading) -> str | bool | Unknown:
    for holder in (primary, item):
        told = holder.either("Association")
        if isinstance(told, Unknown):
            return told
        if isinstance(told, Fields) and told.maybe:
            return Unknown(told.maybe)
        if isinstance(told, Fields) and told.either("PublicIp") is not None:
            address = told.either("PublicIp")
            return True if isinstance(address, Unknown) else str(address)
    elastic = next(_elastic(draft, item), None)
    if elastic is not None:
        return elastic
    asked = item.either("AssociatePublicIpAddress")
    subnet = draft.found.one("Subnets", item.text("SubnetId"))
    if asked is None and subnet is not None and draft.found.one("NetworkInterfaces", item.id) is None:
        asked = subnet.either("MapPublicIpOnLaunch")
    return asked if isinstance(asked, Unknown) else asked is True


def _elastic(draft: Draft, item: Item) -> Iterator[str | bool | Unknown]:
    """What Elastic IPs say of an interface, or of an instance; those whose owner is not known may be anybody's."""
    attachment = item.either("Attachment")
    owner = attachment.either("InstanceId") if isinstance(attachment, Fields) else None
    by_owner, unowned = draft.elastic
    for id in dict.fromkeys((item.id, owner)):
        if isinstance(id, str):
            for each in by_owner.get(id, ()):
                address = each.either("PublicIp")
                yield Unknown(each.maybe) if each.maybe else True if not isinstance(address, str) else address
    yield from unowned


def _secondary(each: Reading) -> str | Data:
    private = each.get("PrivateIpAddress")
    if not private:
        raise NotKnown(Unknown("one of its private addresses is not known"))
    association = each.inner("Association")
    public = association.either("PublicIp")
    if association.maybe:
        raise NotKnown(Unknown(association.maybe))
    return {"private_ip": private, "public_ip": True if isinstance(public, Unknown) else public} if public else private
