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
        (space(("tcp/22", ALL, ALL - OFFICE)), "tcp/22 to 0.0.0.0/0 except 203.0.113.0/24; tcp/22 over IPv6"),
        (space(("tcp/22", OFFICE, HOST)), "tcp/22 from 203.0.113.0/24 to 10.0.0.5/32"),
        (space(("tcp/22", HOST | HOST6, ALL)), "tcp/22 from 10.0.0.5/32, 2001:db8::5/128"),
        (
            space(("tcp/443, tcp/8000-8999", ALL, ALL, (32768, 60999))),
            "tcp/443, tcp/8000-8999 (client ports 32768-60999 only)",
        ),
        (
            space(("tcp/443", ALL, ALL, (0, 49999), (50001, 65535))),
            "tcp/443 (all client ports except 50000)",
        ),
        (
            ~space(("tcp", ALL, ALL, (22, 22), (80, 80))),
            "all except tcp; tcp (all client ports except 22,80)",
        ),
        (
            space(("tcp/443", ALL, ALL, (1024, 65535)), ("icmp", V4, HOST)),
            "icmp to 10.0.0.5/32; tcp/443 (client ports 1024-65535 only)",
        ),
    ],
)
def test_in_words(packets, text):
    assert str(packets) == text
    assert repr(packets) == f"HeaderSpace({text!r})"


SSH = space(("tcp/22", V4 - OFFICE, HOST))


@pytest.mark.parametrize(
    ("packets", "known", "text"),
    [
        (SSH, {}, "tcp/22 from 0.0.0.0/0 except 203.0.113.0/24 to 10.0.0.5/32"),
        (SSH, {"known_destinations": HOST}, "tcp/22 from 0.0.0.0/0 except 203.0.113.0/24"),
        (
            SSH,
            {"known_sources": V4, "known_destinations": HOST, "sources_name": "the internet"},
            "tcp/22 from the internet except 203.0.113.0/24",
        ),
        (
            space(("tcp/22", V4 - at("0.0.0.0/8"), HOST)),
            {"known_sources": V4, "known_destinations": HOST, "sources_name": "the internet"},
            "tcp/22 from the internet except 0.0.0.0/8",
        ),
        (
            space(("tcp/22", V4 - at("0.0.0.0/8"), HOST)),
            {"known_sources": V4, "known_destinations": HOST},
            "tcp/22 from 1.0.0.0-255.255.255.255",
        ),
        (SSH, {"known_sources": V4 - OFFICE, "known_destinations": HOST}, "tcp/22"),
        (SSH, {"known_sources": V4 - OFFICE}, "tcp/22 to 10.0.0.5/32"),
        (SSH, {"known_sources": ALL - OFFICE, "known_destinations": HOST}, "tcp/22"),
        (SSH, {"known_sources": ALL - OFFICE, "known_destinations": HOST | HOST6}, "tcp/22 over IPv4"),
        (
            SSH,
            {"known_sources": ALL, "known_destinations": HOST | HOST6, "sources_name": "the internet"},
            "tcp/22 over IPv4 from the internet except 203.0.113.0/24",
        ),
        (
            SSH,
            {"known_sources": OFFICE, "known_destinations": HOST},
            "tcp/22 from 0.0.0.0-203.0.112.255, 203.0.114.0-255.255.255.255",
        ),
        (
            space(("tcp/22", OFFICE, HOST)),
            {"known_sources": V4, "known_destinations": HOST, "sources_name": "the internet"},
            "tcp/22 from 203.0.113.0/24",
        ),
        (
            space(("tcp/22", V4, HOST - at("10.0.0.5")), ("tcp/22", V4, at("10.0.0.4"))),
            {"known_destinations": at("10.0.0.4/31"), "destinations_name": "the hosts"},
            "tcp/22 to 10.0.0.4/32",
        ),
        (
            space(("tcp/22", V4, at("10.0.0.0/24") - at("10.0.0.128"))),
            {"known_destinations": at("10.0.0.0/24"), "destinations_name": "the hosts"},
            "tcp/22 to the hosts except 10.0.0.128/32",
        ),
        (
            space(("all", HOST, at("10.0.0.6"))),
            {"known_sources": HOST, "known_destinations": at("10.0.0.6")},
            "all",
        ),
        (
            space(("all", HOST | HOST6, ALL)) - space(("tcp/22", ALL, ALL)),
            {"known_sources": HOST | HOST6},
            "all except tcp/22",
        ),
        (
            space(*((f"tcp/{port}", HOST, at(f"10.0.1.{port}")) for port in range(1, 6))),
            {"max_parts": 2},
            "tcp/1 from 10.0.0.5/32 to 10.0.1.1/32; tcp/2 from 10.0.0.5/32 to 10.0.1.2/32; and 3 more",
        ),
        (
            space(("tcp/1", HOST, HOST), ("tcp/2", HOST, OFFICE)),
            {"known_sources": HOST, "max_parts": 2},
            "tcp/1 to 10.0.0.5/32; tcp/2 to 203.0.113.0/24",
        ),
    ],
)
def test_what_the_reader_knows_is_left_out(packets, known, text):
    assert packets.describe(**known) == text


def row(tokens, sources, destinations, ports=((0, 65535),)):
    """A row as `merge` takes it."""
    return Traffic.parse(tokens).spans, sources.spans, destinations.spans, ports


def test_boxes_that_differ_in_one_field_are_joined():
    a, b, c = at("10.0.0.1"), at("10.0.0.3"), at("10.0.0.5")
    rows = [
        row("tcp/443", b, c),
        row("tcp/80", a, c),
        row("tcp/443", a, c),
        row("tcp/80", b, c),
        row("udp", a, a),
    ]
    joined = Box(Traffic.parse("tcp/80, tcp/443"), a | b, c)
    alone = Box(Traffic.parse("udp"), a, a)
    assert merge(rows) == merge(reversed(rows)) == [joined, alone]
    assert merge([]) == []
    assert merge([row("udp", a, a, ((1, 2),)), row("udp", a, a, ((3, 4),))]) == [
        Box(Traffic.parse("udp"), a, a, PortSet.of((1, 4)))
    ]


@pytest.mark.parametrize(
    ("tokens", "ports", "count"),
    [
        ("tcp/443", (0, 65535), 65536),
        ("tcp", (0, 65535), 65536**2),
        ("tcp/443, udp/53", (50000, 50001), 4),
        ("icmp/8/0", (0, 65535), 1),
        ("icmp, icmpv6", (0, 65535), 2 * 65536),
        ("proto/50, proto/51", (0, 65535), 2),
        ("all", (7, 7), 252 + 4 * 65536),
    ],
)
def test_counting(tokens, ports, count):
    box = Box(Traffic.parse(tokens), at("10.0.0.0/30"), at("10.0.1.0/31"), PortSet.of(ports))
    assert box.count == count * 4 * 2


@pytest.mark.parametrize(
    ("asked", "of_it", "text"),
    [
        ("0.0.0.0/5 10.0.0.4/31", "0.0.0.0/5", "tcp/22 to 0.0.0.0/5"),
        ("10.0.0.0/31 10.1.0.0/16", "10.1.0.0/16 - 10.1.0.7", "tcp/22 to 10.1.0.0/16 except 10.1.0.7/32"),
        (
            "10.0.0.0/31 10.1.0.0/16",
            "10.0.0.0/31 10.1.0.0/16 - 10.1.0.7",
            "tcp/22 to 10.0.0.0/31, 10.1.0.0/16 except 10.1.0.7/32",
        ),
    ],
)
def test_an_exception_is_one_of_what_the_words_name(asked, of_it, text):
    within, _, without = of_it.partition(" - ")
    packets = space(("tcp/22", V4, at(within) - at(without)))
    assert packets.describe(V4, at(asked)) == text
