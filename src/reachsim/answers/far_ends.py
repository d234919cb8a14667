"""The ends outside every VPC between which and a network's interfaces two networks are compared."""

from __future__ import annotations

from typing import NamedTuple

from reachsim.engine import Engine
from reachsim.net.cidr import AddressSet, Cidr, address_set

INTERNET = "internet"


class FarEnd(NamedTuple):
    """One of them: what it is called in a sentence, and its addresses as a sender and as a destination."""

    called: str
    sources: AddressSet
    destinations: AddressSet


def far_ends(before: Engine, after: Engine) -> dict[str, FarEnd]:
    """The internet, without the addresses that an edit gave to an interface, or took; the networks of both designs; and the
    blocks behind connections that are in no network of them."""
    world, callers = before.ends.world & after.ends.world, before.ends.callers & after.ends.callers
    out = {INTERNET: FarEnd("the internet", callers, world)}
    rest: dict[Cidr, None] = {}
    named = AddressSet.nothing()
    for design in (before.design, after.design):
        for name, network in getattr(design, "networks", {}).items():
            known = out[name].sources if name in out else AddressSet.nothing()
            addresses = known | address_set(network.cidrs)
            out[name] = FarEnd(name, addresses, addresses)
            named |= addresses
        for section in ("vpn_connections", "direct_connect_gateways"):
            rest |= {block: None for body in getattr(design, section, {}).values() for block in body.known()[0]}
    for block in rest:
        if block.addresses - named:
            out[str(block)] = FarEnd(str(block), block.addresses, block.addresses)
    return out


def exists(network: Engine, name: str) -> bool:
    """Whether a network has an end that is compared: the internet and blocks of addresses are everywhere."""
    block = "/" in name and (name[0].isdigit() or ":" in name)
    outside = name == INTERNET or block or name in getattr(network.design, "networks", {})
    return outside or name in network.topology.interfaces or name in network.ends.known
