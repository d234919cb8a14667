"""The ends outside every VPC between which and a network's interfaces two networks are compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reachsim.engine import Engine
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.resources.design import Design
from reachsim.resources.resource import BlocksBehind, blocks_behind, resources, sections

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
    designs = before.design, after.design
    for name, behind in (each for design in designs for each in _networks(design)):
        known = out[name].sources if name in out else AddressSet.nothing()
        addresses = known | address_set(behind.blocks)
        out[name] = FarEnd(name, addresses, addresses)
    for block in unnamed_blocks(*designs):
        out[str(block)] = FarEnd(str(block), block.addresses, block.addresses)
    return out


def unnamed_blocks(*designs: Design) -> tuple[Cidr, ...]:
    """The blocks behind connections and hosts of some designs that are in no network with a name: they are asked about as
    they are."""
    named = address_set(block for design in designs for _, behind in _networks(design) for block in behind.blocks)
    blocks = dict.fromkeys(block for design in designs for block in blocks_behind(design))
    return tuple(block for block in blocks if block.addresses - named)


def _networks(design: Design) -> Iterator[tuple[str, BlocksBehind]]:
    """What is asked about by its name, with its blocks."""
    for at, body in resources("design", design):
        behind = body.behind()
        if behind.asked_by_name:
            yield at.name, behind


def exists(network: Engine, name: str) -> bool:
    """Whether a network has an end that is compared: the internet and blocks of addresses are everywhere."""
    block = "/" in name and (name[0].isdigit() or ":" in name)
    if name == INTERNET or block or name in network.topology.interfaces or name in network.ends.known:
        return True
    bodies = (getattr(network.design, section, {}).get(name) for section in sections("design"))
    return any(body is not None and body.behind().asked_by_name for body in bodies)
