"""Peering connections, and the VPCs behind them that were not read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.inventory import Fields, Item, Unknown
from reachsim.importing.naming import cleaned
from reachsim.importing.rules import block
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN

_IPV6 = range(44, 65, 4)
"""How long the prefix of an IPv6 block of a subnet is (IPV6-1)."""
_SIDES = (("RequesterVpcInfo", "requester_dns"), ("AccepterVpcInfo", "accepter_dns"))


_JOINS: Final = (None, "active")
"""The status of a connection that carries packets."""


def add_peerings(draft: Draft) -> None:
    """Peering connections; a side that was not read is a VPC of which only the blocks are known. What joins a
    VPC with something of which nothing is read (a core network of Cloud WAN) is a connection of which only that is known."""
    draft.each("VpcPeeringConnections", add_peering, maybe=True)
    draft.each("OtherConnections", add_other, maybe=True)


def add_other(draft: Draft, item: Item) -> None:
    """A connection of a VPC of which only `Why` is known: anything may come in by it, and what a route leads to it is not
    known."""
    vpc = item.either("VpcId")
    known = [vpc] if isinstance(vpc, str) and vpc in draft.names else []
    if (known or isinstance(vpc, Unknown)) and item.either("State") not in GONE:
        add_unknown_connection(draft, item, known, item.text("Why"))


def add_peering(draft: Draft, item: Item) -> None:
    """One peering connection. One that may be there, or of which the status is not known, is there, and what becomes of what
    a route leads to it is not known. Raises NotKnown."""
    holder = item.either("Status")
    status = holder.either("Code") if isinstance(holder, Fields) else holder
    if status not in GONE and _is_side_unknown(draft, item):
        return
    sides = [item.inner(key) for key, _ in _SIDES]
    ids = [side.text("VpcId") for side in sides]
    if status in GONE or not all(ids) or ids[0] == ids[1]:
        return
    for id, side in zip(ids, sides, strict=True):
        if id not in draft.names:
            add_strange_vpc(draft, id, side, item)
    known = [id for id in ids if id in draft.names]
    if len(known) < len(ids):
        if known and (status in _JOINS or isinstance(status, Unknown)):
            add_unknown_connection(draft, item, known, "a VPC that it joins was not read")
        else:
            draft.note("left out", item.id, "a VPC that it joins is not known", item)
        return
    reason = item.maybe or (status.reason if isinstance(status, Unknown) else "")
    if reason:
        draft.doubted[item.id] = reason
    name = draft.naming.name("targets", item.name, item.id)
    body: Data = {"requester": draft.names[ids[0]], "accepter": draft.names[ids[1]]}
    if status not in (None, "active") and not isinstance(status, Unknown):
        body["status"] = status
    for (_, key), side in zip(_SIDES, sides, strict=True):
        told = side.inner("PeeringOptions").either("AllowDnsResolutionFromRemoteVpc")
        if isinstance(told, Unknown):
            draft.unknown(item, "whether its host names mean private addresses to the other side", told.reason)
        elif told:
            body[key] = True
    draft.top("peering_connections")[name] = body
    draft.place(item, ("peering_connections", name))


def _is_side_unknown(draft: Draft, item: Item) -> bool:
    """Whether it is not known which VPC a side is; then nobody knows what the connection joins."""
    told = [
        side.either("VpcId") if isinstance(side, Fields) else side for side in (item.either(key) for key, _ in _SIDES)
    ]
    unknown = [each for each in told if isinstance(each, Unknown)]
    if unknown:
        known = [each for each in told if isinstance(each, str) and each in draft.names]
        add_unknown_connection(draft, item, known, f"which VPCs it joins is not known: {unknown[0].reason}")
    return bool(unknown)


def add_unknown_connection(draft: Draft, item: Item, vpcs: Iterable[str], why: str) -> None:
    """A connection of which it is not known which VPCs it joins beside some."""
    name = draft.naming.name("targets", item.name, item.id)
    body: Data = {"vpcs": [draft.names[vpc] for vpc in vpcs], "why": f"{name}: {why}"}
    draft.top("unknown_connections")[name] = body
    draft.place(item, ("unknown_connections", name))
    draft.note("unknown", item.id, why, item)


def add_strange_vpc(draft: Draft, id: str, side: Fields, item: Item) -> None:
    """A VPC of somebody else: its blocks, and nothing of what is in it."""
    found, ipv6 = side.certain("CidrBlockSet"), side.certain("Ipv6CidrBlockSet")
    listed = [each.either("CidrBlock") for each in found.known] or [side.either("CidrBlock")]
    listed += [each.either("Ipv6CidrBlock") for each in ipv6.known]
    blocks = list(dict.fromkeys(block(text) for text in listed if isinstance(text, str) and text))
    if found.unknown or any(isinstance(text, Unknown) for text in listed):
        draft.unknown(item, f"a block of {id}", found.reason)
    if not blocks:
        return
    name = draft.naming.name("vpcs", "", id)
    body: Data = {"cidrs": blocks, "subnets": {}}
    for index, text in enumerate(blocks):
        whole = Cidr.parse(text)
        fits = 16 <= whole.prefix_length <= 28 if whole.version == 4 else whole.prefix_length in _IPV6
        if fits:
            body["subnets"][f"unknown-{index}"] = {
                "cidr" if whole.version == 4 else "ipv6_cidr": text,
                "route_table": UNKNOWN, "network_acl": UNKNOWN, "interfaces": UNKNOWN,
            }  # fmt: skip
    account = side.either("OwnerId")
    if isinstance(account, str) and cleaned(account):
        body["account"] = cleaned(account)
    draft.vpcs[name] = body
    draft.names[id] = name
    draft.out.names[id] = name
    draft.note("unknown", name, f"VPC {id} was not collected: only its blocks are known", item)
