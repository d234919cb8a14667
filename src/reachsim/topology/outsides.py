"""Networks outside AWS: what happens inside one is none of the design's business, so it is undecided."""

from __future__ import annotations

from reachsim.dataplane.ends import Endpoint, Flow, Origin
from reachsim.net.cidr import AddressSet
from reachsim.topology.endpoints import Endpoints


def in_one_place(origin: Origin, destination: Endpoint, ends: Endpoints) -> bool:
    """Whether an address is asked for in the sender's own network outside AWS; of a set, `flows` tells that part by part."""
    asked = destination.literal
    return bool(origin.place) and asked is not None and asked in place_of(origin, ends)


def place_of(origin: Origin, ends: Endpoints) -> AddressSet:
    """The addresses of the network outside AWS that an origin is in; none for the internet."""
    own = (own for own, _, label in ends.topology.senders if origin.place and label == origin.place)
    return AddressSet.union_of(span for each in own for span in each.spans)


def within_its_place(origin: Origin) -> Flow:
    """What is sent inside the network of an origin."""
    return Flow(origin, 0, 0, None, unknown=f"both ends are in {origin.place}, outside AWS")
