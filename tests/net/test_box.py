import pytest

from reachsim.net.box import Box, merge
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import Traffic

V4, V6 = Cidr.parse("0.0.0.0/0").addresses, Cidr.parse("::/0").addresses
ALL = AddressSet.everything()


def at(text):
    """A set of addresses from blocks and single addresses."""
    return AddressSet.union_of(Cidr.parse_peer(part).span for part in text.split())


def space(*boxes):
    """The union of boxes, written as (tokens, sources, destinations, source ports)."""
    return HeaderSpace.union(
        HeaderSpace.box(Traffic.parse(tokens), sources, destinations, PortSet.of(*ports))
        for tokens, sources, destinations, *ports in ((*box, *([(0, 65535)] if len(box) == 3 else [])) for box in boxes)
    )


HOST, OFFICE, HOST6 = at("10.0.0.5"), at("203.0.113.0/24"), at("2001:db8::5")


@pytest.mark.parametrize(
    ("packets", "text"),
    [
        (HeaderSpace.nothing(), "nothing"),
        (HeaderSpace.everything(), "all"),
        (space(("all", V4, V4)), "all over IPv4"),
        (space(("all", V6, V6)), "all over IPv6"),
        (space(("tcp/443", ALL, ALL)), "tcp/443"),
        (space(("icmp, icmpv6", ALL, ALL)), "icmp, icmpv6"),
        (space(("icmp", ALL, ALL)), "icmp over IPv4"),
        (~space(("tcp/22", ALL, ALL)), "all except tcp/22"),
        (~space(("tcp/22", V4, V4)), "all except tcp/22 over IPv4; all over IPv6"),
        (space(("icmp", V4, V4)) - space(("icmp/8", V4, V4)), "icmp (except icmp/8) over IPv4"),
        (space(("tcp", ALL, ALL)) - space(("tcp/22, tcp/80", ALL, ALL)), "tcp (except tcp/22, tcp/80)"),
        (space(("tcp/22", V4 - OFFICE, ALL)), "tcp/22 from 0.0.0.0/0 except 203.0.113.0/24"),
        (space(("tcp/22", ALL, ALL - OFFICE)), "tcp/22 over IPv6; tcp/22 to 0.0.0.0/0 except 203.0.113.0/24"),
        (space(("tcp/22", OFFICE, HOST)), "tcp/22 from 203.0.113.0/24 to 10.0.0.5/32"),
        (space(("tcp/22", HOST | HOST6, ALL)), "tcp/22 from 10.0.0.5/32, 2001:db8::5/128"),
        (
            space(("tcp/443, tcp/8000-8999", ALL, ALL, (32768, 60999))),
            "tcp/443, tcp/8000-8999 (client ports 32768-60999 only)",
        ),
        (
            space(("tcp/443", ALL, ALL, (0, 49999), (50001, 65535))),
            "tcp/443 (client ports 0-49999,50001-65535 only)",
        ),
        (
            ~space(("tcp", ALL, ALL, (22, 22), (80, 80))).restrict(Traffic.parse("tcp, udp")),
            "x",
        ),
        (space(("tcp/443", ALL, ALL, (1024, 65535)), ("icmp", V4, HOST)), "icmp to 10.0.0.5/32; tcp/443 (client ports 1024-65535 only)"),
    ],
)
def test_in_words(packets, text):
    assert str(packets) == text
    assert repr(packets) == f"HeaderSpace({text!r})"
