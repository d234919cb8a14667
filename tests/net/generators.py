"""Generators for the tests of reachsim.net: small universes, so that borders meet and equal sets turn up."""

import socket

from hypothesis import strategies as st

from reachsim.net.address import IPV4_LAST, IPV6_FIRST, LINE_LAST, width_of
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import Traffic, service

NASTY_PLACES = [
    0,
    1,
    0x0A000000,
    0x0A0000FF,
    0x0A000100,
    0xCB007101,
    IPV4_LAST - 1,
    IPV4_LAST,
    IPV6_FIRST,
    IPV6_FIRST + 1,
    IPV6_FIRST + (0x20010DB8 << 96),
    IPV6_FIRST + (0xFFFF << 32),
    LINE_LAST - 1,
    LINE_LAST,
]
NASTY_SERVICES = [
    0,
    0xFFFF,
    service(1),
    service(1, 8 << 8),
    service(1, 0xFFFF),
    service(2),
    service(6),
    service(6, 22),
    service(6, 443),
    service(6, 65535),
    service(7),
    service(17, 53),
    service(50),
    service(58, 128 << 8),
    service(255, 0xFFFF),
]
NASTY_PORTS = [0, 1, 1023, 1024, 32768, 50000, 65535]

places = st.sampled_from(NASTY_PLACES) | st.integers(0, IPV4_LAST) | st.integers(IPV6_FIRST, LINE_LAST)


def spans(values):
    """Spans between two values, in order."""
    return st.tuples(values, values).map(lambda pair: (min(pair), max(pair)))


def sets(kind, values, most=3):
    """Sets of a kind that begin and end at values; sometimes empty, sometimes everything."""
    usual = st.lists(spans(values), min_size=1, max_size=most).map(kind.union_of)
    rare = st.sampled_from([kind.nothing(), kind.everything(), kind.everything()])
    return st.integers(0, 9).flatmap(lambda draw: usual if draw else rare)


@st.composite
def cidrs(draw):
    """Blocks of both families and of all lengths."""
    place = draw(places)
    return Cidr.single(place).supernet(draw(st.integers(0, width_of(place))))


traffics = sets(Traffic, st.sampled_from(NASTY_SERVICES))
address_sets = sets(AddressSet, places)
nasty_address_sets = sets(AddressSet, st.sampled_from(NASTY_PLACES), most=2)
port_sets = sets(PortSet, st.sampled_from(NASTY_PORTS), most=2)


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
