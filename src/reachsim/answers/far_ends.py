"""The ends outside every VPC between which and a network's interfaces two networks are compared."""

from __future__ import annotations

from typing import NamedTuple

from reachsim.engine import Engine
from reachsim.net.cidr import AddressSet, address_set
from reachsim.resources.resource import resources, sections, unnamed_blocks

INTERNET = "internet"


class FarEnd(NamedTuple):
    """One of them: what it is called in a sentence, and its addresses as a sender and as a destination."""

    called: str
    sources: AddressSet
    destinations: AddressSet


def far_ends(before: Engine, after: Engine) -> dict[str, FarEnd]:
    """The internet, without the addresses that an edit gave to an interface, or took; the networks of both designs; and the
    blocks behind anything else that are in no network of them."""
    world, callers = before.ends.world & after.ends.world, before.ends.callers & after.ends.callers
    out = {INTERNET: FarEnd("the internet", callers, world)}
    for design in (before.design, after.design):
        for at, body in resources("design", design):
            behind = body.behind()
            if behind.asked_by_name:
                known = out[at.name].sources if at.name in out else AddressSet.nothing()
                addresses = known | address_set(behind.blocks)
                out[at.name] = FarEnd(at.name, addresses, addresses)
    for block in (*unnamed_blocks(before.design), *unnamed_blocks(after.design)):
        out[str(block)] = FarEnd(str(block), block.addresses, block.addresses)
    return out


def exists(network: Engine, name: str) -> bool:
    """Whether a network has an end that is compared: the internet and blocks of addresses are everywhere."""
    block = "/" in name and (name[0].isdigit() or ":" in name)
    if name == INTERNET or block or name in network.topology.interfaces or name in network.ends.known:
        return True
    bodies = (getattr(network.design, section, {}).get(name) for section in sections("design"))
    return any(body is not None and body.behind().asked_by_name for body in bodies)
