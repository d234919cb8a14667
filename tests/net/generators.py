"""Generators for the tests of reachsim.net: small universes, so that borders meet and equal sets turn up.

What users need too is in `reachsim.testing.strategies`; this adds the borders alone, and what the C library says.
"""

import socket

from hypothesis import strategies as st

from reachsim.net.address import IPV4_LAST, IPV6_FIRST
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import Traffic
from reachsim.testing.strategies import address_sets as address_sets_of
from reachsim.testing.strategies import cidrs, interval_sets
from reachsim.testing.strategies.values import BORDER_PLACES, BORDER_PORTS, BORDER_SERVICES, places, spans

__all__ = ["BORDER_PLACES", "BORDER_PORTS", "BORDER_SERVICES", "cidrs", "interval_sets", "places", "spans"]

traffics = interval_sets(Traffic, st.sampled_from(BORDER_SERVICES))
address_sets = address_sets_of()
border_address_sets = interval_sets(AddressSet, st.sampled_from(BORDER_PLACES), most=2)
border_port_sets = interval_sets(PortSet, st.sampled_from(BORDER_PORTS), most=2)


def ntop(place):
    """An address as the C library prints it."""
    if place <= IPV4_LAST:
        return socket.inet_ntop(socket.AF_INET, place.to_bytes(4, "big"))
    return socket.inet_ntop(socket.AF_INET6, (place - IPV6_FIRST).to_bytes(16, "big"))


def pton(text):
    """An address as the C library reads it, None where it refuses."""
    try:
        if ":" in text:
            return IPV6_FIRST + int.from_bytes(socket.inet_pton(socket.AF_INET6, text), "big")
        return int.from_bytes(socket.inet_pton(socket.AF_INET, text), "big")
    except (OSError, ValueError):
        return None
