import copy
import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.addresses import Ip, ip_address
from tests.net.generators import ntop, places, pton

from reachsim.errors import NoValueError
from reachsim.net.address import (
    IPV4_LAST,
    IPV6_FIRST,
    LINE_LAST,
    Address,
    format_address,
    parse_address,
    parse_ipv4,
    parse_ipv6,
    width_of,
)

octets = st.sampled_from(["0", "1", "9", "10", "99", "100", "199", "200", "249", "250", "255"])
bad_octets = st.sampled_from(["", "00", "01", "010", "256", "300", "1000", "-1", "+1", "a", "0x1", "١", " 1", "1 "])
dotted = st.lists(octets | bad_octets, min_size=1, max_size=5).map(".".join)
good_dotted = st.lists(octets, min_size=4, max_size=4).map(".".join)
groups = st.sampled_from(["0", "1", "f", "db8", "2001", "FFFF", "0000", "0a0B"])
bad_groups = st.sampled_from(["", "g", "00000", "12345", "-1", "0x1", " 1", "１", "1.2"])
colons = st.sampled_from([":", ":", ":", ":", "::", ":::"])


@st.composite
def coloned(draw):
    """Texts that are IPv6 addresses or nearly so."""
    pieces = draw(st.lists(groups | groups | groups | bad_groups, max_size=9))
    text = draw(st.sampled_from(["", "", "", ":", "::"]))
    for piece in pieces:
        text += piece + draw(colons)
    tail = draw(st.sampled_from(["drop", "drop", "keep", "dotted"]))
    if tail == "drop":
        return text[:-1] if pieces else text
    return text if tail == "keep" else text + draw(dotted)


@st.composite
def well_coloned(draw):
    """Valid IPv6 texts in every form: with or without '::' and a dotted tail, in any case."""
    tail = draw(st.sampled_from([[], ["dotted"]]))
    size = 8 - 2 * len(tail)
    head = draw(st.lists(groups, min_size=size, max_size=size))
    tail = [draw(good_dotted)] if tail else []
    if draw(st.booleans()):
        start = draw(st.integers(0, size - 1))
        end = draw(st.integers(start + 1, size))
        return ":".join(head[:start]) + "::" + ":".join(head[end:] + tail)
    return ":".join(head + tail)


def read(text):
    """The place, None where the text is refused."""
    try:
        return parse_address(text)
    except ValueError:
        return None


@given(dotted | good_dotted | coloned() | well_coloned() | st.text(alphabet="0123456789.:af/% ", max_size=50))
@example("")
@example("::")
@example(":::")
@example("1::2::3")
@example("1:2:3:4:5:6:7::")
@example("::2:3:4:5:6:7:8")
@example("1:2:3:4:5:6:7::8")
@example("1:2:3:4:5:6:7:8::")
@example("1:2:3:4:5:6:1.2.3.4")
@example("1:2:3:4:5:6:7:1.2.3.4")
@example("1.2.3.4::")
@example("::1.2.3.4:5")
@example("::1.2.3.04")
@example("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
@example("1.2.3.4\n")
@example("::1\n")
@example("::1%eth0")
@example("1.2.3.4\x00")
def test_reading_agrees_with_the_c_library(text):
    assert read(text) == pton(text)


@given(good_dotted | well_coloned())
def test_what_is_valid_is_read(text):
    assert parse_address(text) == pton(text) is not None


@given(places)
@example(IPV6_FIRST + 1)
@example(IPV6_FIRST + (1 << 112))
@example(IPV6_FIRST + 0x00010000000000010000000000010001)
@example(IPV6_FIRST + 0x00010002000300040005000600070000)
@example(IPV6_FIRST + 0x00000002000300040005000600070008)
@example(IPV6_FIRST + 0xFFFF00000000)
@example(IPV6_FIRST + 0xFFFF01020304)
def test_printing_and_reading_back(place):
    text = format_address(place)
    assert parse_address(text) == place
    value = place - IPV6_FIRST
    if not 0 <= value < 1 << 32:  # there the C library prints a deprecated form, ::1.2.3.4
        assert text == ntop(place)


@given(st.lists(st.sampled_from([0, 0, 0, 1, 0xFFFF]), min_size=8, max_size=8))
def test_runs_of_zeros_are_shortened_as_the_standard_says(parts):
    value = int("".join(f"{part:04x}" for part in parts), 16)
    if value >> 32 not in (0, 0xFFFF):
        assert format_address(IPV6_FIRST + value) == ntop(IPV6_FIRST + value)
    assert ip_address(format_address(IPV6_FIRST + value)) == Ip(6, value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "an address is empty"),
        (" 10.0.0.1", "' 10.0.0.1' has spaces around the address"),
        ("10.0.0.1\n", "'10.0.0.1\\n' has spaces around the address"),
        ("::1 ", "'::1 ' has spaces around the address"),
        ("10.0.0.0/8", "'10.0.0.0/8' is a block (it has a '/'), not one address"),
        ("::/0", "'::/0' is a block (it has a '/'), not one address"),
        ("ten", "'ten' is not an IPv4 address: it has 1 number, not 4"),
        ("10.0.1", "'10.0.1' is not an IPv4 address: it has 3 numbers, not 4"),
        ("10.0.0.0.1", "'10.0.0.0.1' is not an IPv4 address: it has 5 numbers, not 4"),
        ("10..0.1", "'10..0.1' is not an IPv4 address: a number is missing before or after a dot"),
        ("10.0.0.", "'10.0.0.' is not an IPv4 address: a number is missing before or after a dot"),
        ("10.0.0.x", "'10.0.0.x' is not an IPv4 address: 'x' is not a decimal number"),
        ("10.0.0.١", "'10.0.0.١' is not an IPv4 address: '١' is not a decimal number"),
        ("10.0.0.-1", "'10.0.0.-1' is not an IPv4 address: '-1' is not a decimal number"),
        (
            "10.0.0.010",
            "'10.0.0.010' is not an IPv4 address: '010' has a leading zero, which some programs read as octal",
        ),
        ("10.0.0.256", "'10.0.0.256' is not an IPv4 address: 256 is over 255"),
        (
            "1.2.3." + "9" * 5000,
            "'1.2.3.999999999999999999999999999999999999999'... is not an IPv4 address: "
            "it is longer than any (15 characters)",
        ),
        (
            "fe80::1%eth0",
            "'fe80::1%eth0' has a zone identifier (after '%'), which a network design cannot use",
        ),
        ("1::2::3", "'1::2::3' is not an IPv6 address: '::' may stand only once"),
        (":::", "':::' is not an IPv6 address: '::' may stand only once"),
        (
            "1:2:3:4::5:6:7:8",
            "'1:2:3:4::5:6:7:8' is not an IPv6 address: '::' replaces nothing: there are 8 groups already",
        ),
        ("1:2:3", "'1:2:3' is not an IPv6 address: it has 3 groups, not 8"),
        (":1", "':1' is not an IPv6 address: a group is empty (a lone ':')"),
        ("1:2:3:4:5:6:7:", "'1:2:3:4:5:6:7:' is not an IPv6 address: a group is empty (a lone ':')"),
        ("::12345", "'::12345' is not an IPv6 address: '12345' is not a group of 1 to 4 hex digits"),
        ("::g", "'::g' is not an IPv6 address: 'g' is not a group of 1 to 4 hex digits"),
        ("1.2.3.4::", "'1.2.3.4::' is not an IPv6 address: '1.2.3.4' is not a group of 1 to 4 hex digits"),
        ("::ffff:1.2.3", "'1.2.3' is not an IPv4 address: it has 3 numbers, not 4"),
        (
            "1:" * 40,
            "'1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1'... is not an IPv6 address: "
            "it is longer than any (45 characters)",
        ),
    ],
)
def test_what_is_wrong(text, fault):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole text is compared
        parse_address(text)
    assert str(caught.value) == fault


@given(dotted | coloned() | st.text(max_size=60))
def test_a_fault_is_one_short_sentence(text):
    if read(text) is None:
        with pytest.raises(ValueError, match=r"\A[^\n]{10,500}\Z"):
            parse_address(text)


@given(places)
def test_address(place):
    address = Address(place)
    assert str(address) == f"{address}" == format_address(place)
    assert f"{address:>50}" == format_address(place).rjust(50)
    assert f"{address:#x}" == f"{place:#x}"
    assert repr(address) == f"Address('{address}')"
    assert (address.is_ipv6, address.width) == ((True, 128) if ":" in str(address) else (False, 32))
    assert width_of(place) == address.width
    assert address == place
    assert hash(address) == hash(place)
    for twin in (pickle.loads(pickle.dumps(address)), copy.deepcopy(address)):
        assert type(twin) is Address
        assert twin == address


def test_the_ends_of_the_line():
    assert parse_ipv4("0.0.0.0") == 0
    assert parse_ipv4("255.255.255.255") == IPV4_LAST
    assert parse_ipv6("::") == IPV6_FIRST == IPV4_LAST + 1
    assert parse_ipv6("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == LINE_LAST


@given(places)
def test_an_address_is_made_of_its_text_and_of_its_place(place):
    assert Address(str(Address(place))) == Address(place)
    assert eval(repr(Address(place))) == place


@pytest.mark.parametrize("given_", ["10.0.0.256", "x", "", None, 1.5, -1, LINE_LAST + 1, b"10.0.0.1"])
def test_what_is_no_address_is_told(given_):
    with pytest.raises(NoValueError):
        Address(given_)
