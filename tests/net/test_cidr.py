import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.addresses import ip_address, ip_network, summarize_address_range
from tests.net.generators import address_sets, cidrs, places, spans

from reachsim.errors import ReachsimError
from reachsim.net.address import IPV4_LAST, IPV6_FIRST, LINE_LAST, Address, format_address, parse_address
from reachsim.net.cidr import (
    EVERY_IPV4,
    EVERY_IPV6,
    AddressSet,
    Cidr,
    address_set,
    blocks_of,
    blocks_of_span,
)


def theirs(block):
    """The same block, as the operating system reads it."""
    return ip_network(str(block))


@given(cidrs())
def test_a_block_against_the_operating_system(block):
    network = theirs(block)
    assert Cidr.parse(str(block)) == block
    assert repr(block) == f"Cidr('{block}')"
    assert (block.version, block.width, block.size) == (
        network.version,
        network.max_prefixlen,
        network.num_addresses,
    )
    assert (block.first, block.last) == (parse_address(str(network[0])), parse_address(str(network[-1])))
    assert type(block.first) is type(block.last) is Address
    assert block.span == (block.first, block.last)
    assert block.addresses.spans == (block.span,)


@given(places, st.data())
def test_host_bits(place, data):
    length = data.draw(st.integers(0, 32 if place <= IPV4_LAST else 128))
    text = f"{format_address(place)}/{length}"
    block = Cidr.parse_lenient(text)
    assert theirs(block) == ip_network(text, strict=False)
    if place == block.network:
        assert Cidr.parse(text) == Cidr.parse_peer(text) == block
    else:
        for reader in (Cidr.parse, Cidr.parse_peer):
            with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole text is compared
                reader(text)
            assert str(caught.value) == f"'{text}' has host bits set; did you mean '{block}'?"


@given(places)
def test_one_address_is_a_block(place):
    text = format_address(place)
    block = Cidr.single(place)
    assert Cidr.parse_peer(text) == block == Cidr.parse(f"{text}/{block.width}")
    assert block.span == (place, place)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("10.0.0.1", "'10.0.0.1' has no prefix length; write 10.0.0.1/32 for one address"),
        ("2001:db8::1", "'2001:db8::1' has no prefix length; write 2001:db8::1/128 for one address"),
        ("10.0.0.0/", "'10.0.0.0/' has no decimal prefix length after '/': ''"),
        ("10.0.0.0/08", "'10.0.0.0/08' has no decimal prefix length after '/': '08'"),
        ("10.0.0.0/+8", "'10.0.0.0/+8' has no decimal prefix length after '/': '+8'"),
        ("10.0.0.0/ 8", "'10.0.0.0/ 8' has no decimal prefix length after '/': ' 8'"),
        ("10.0.0.0/٨", "'10.0.0.0/٨' has no decimal prefix length after '/': '٨'"),
        ("10.0.0.0/8/8", "'10.0.0.0/8/8' has no decimal prefix length after '/': '8/8'"),
        ("10.0.0.0/255.0.0.0", "'10.0.0.0/255.0.0.0' has no decimal prefix length after '/': '255.0.0.0'"),
        ("10.0.0.0/33", "'10.0.0.0/33' has a prefix length over 32"),
        ("::/129", "'::/129' has a prefix length over 128"),
        ("::/9999", "'::/9999' has a prefix length over 128"),
        ("10.0/16", "'10.0' is not an IPv4 address: it has 2 numbers, not 4"),
        ("/8", "an address is empty"),
        ("10.0.1.7/24", "'10.0.1.7/24' has host bits set; did you mean '10.0.1.0/24'?"),
    ],
)
def test_what_is_wrong(text, fault):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole text is compared
        Cidr.parse(text)
    assert str(caught.value) == fault


@given(cidrs(), cidrs(), places)
@example(EVERY_IPV4, EVERY_IPV6, IPV6_FIRST)
@example(EVERY_IPV6, EVERY_IPV4, IPV4_LAST)
def test_inside_and_overlapping(a, b, place):
    same = a.version == b.version
    assert (b in a) == (same and theirs(b).subnet_of(theirs(a)))
    assert a.overlaps(b) == b.overlaps(a) == (same and theirs(a).overlaps(theirs(b)))
    assert (place in a) == (ip_address(format_address(place)) in theirs(a))
    assert (format_address(place) in a) == (place in a)
    assert (str(b) in a) == (b in a) == (b.addresses in a)
    with pytest.raises(TypeError):
        b"10.0.0.1" in a  # noqa: B015


@given(cidrs(), st.integers(0, 128), st.integers(0, 6))
def test_blocks_around_and_inside(block, shorter, longer):
    if shorter <= block.prefix_length:
        assert theirs(block.supernet(shorter)) == theirs(block).supernet(new_prefix=shorter)
    length = block.prefix_length + longer
    if length <= block.width:
        assert [theirs(part) for part in block.subnets(length)] == list(theirs(block).subnets(new_prefix=length))


@pytest.mark.parametrize("length", [-1, 25, 33])
def test_no_block_around(length):
    with pytest.raises(ValueError, match=rf"^/{length} is not the length of a block around 10\.0\.0\.0/24$"):
        Cidr.parse("10.0.0.0/24").supernet(length)


@pytest.mark.parametrize("length", [23, 33])
def test_no_blocks_inside(length):
    with pytest.raises(ValueError, match=rf"^/{length} is not the length of a block inside 10\.0\.0\.0/24$"):
        Cidr.parse("10.0.0.0/24").subnets(length)


@given(st.lists(cidrs()))
def test_the_order_of_blocks(blocks):
    assert sorted(blocks) == sorted(blocks, key=lambda block: (block.first, -block.size))


@given(spans(places))
@example((0, LINE_LAST))
@example((IPV4_LAST, IPV6_FIRST))
@example((1, IPV4_LAST - 1))
def test_the_blocks_of_a_span_are_exact_and_fewest(span):
    blocks = blocks_of_span(*span)
    assert AddressSet.of(*(block.span for block in blocks)) == AddressSet.of(span)
    assert sum(block.size for block in blocks) == span[1] - span[0] + 1
    best = []
    for low, high in ((span[0], min(span[1], IPV4_LAST)), (max(span[0], IPV6_FIRST), span[1])):
        if low <= high:
            ends = [ip_address(format_address(place)) for place in (low, high)]
            best += summarize_address_range(*ends)
    assert [theirs(block) for block in blocks] == best


@given(address_sets)
def test_the_blocks_of_a_set(addresses):
    blocks = blocks_of(addresses)
    assert address_set(blocks) == addresses
    assert blocks == sorted(blocks)
    assert sum(block.size for block in blocks) == addresses.count
    for first, second in itertools.pairwise(blocks):  # no two of them make one
        around = first.supernet(first.prefix_length - 1) if first.prefix_length else first
        assert second.prefix_length != first.prefix_length or second not in around


@pytest.mark.parametrize(
    ("addresses", "text"),
    [
        (AddressSet.nothing(), "nothing"),
        (AddressSet.everything(), "all"),
        (EVERY_IPV4.addresses, "0.0.0.0/0"),
        (EVERY_IPV6.addresses, "::/0"),
        (AddressSet.of((0, LINE_LAST - 1)), "0.0.0.0/0,::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"),
        (AddressSet.of((IPV4_LAST, IPV6_FIRST)), "255.255.255.255/32,::/128"),
        (AddressSet.of((1, IPV6_FIRST)), "0.0.0.1-255.255.255.255,::/128"),
        (AddressSet.of((0, 6)), "0.0.0.0/30,0.0.0.4/31,0.0.0.6/32"),
        (AddressSet.of((1, 30)), "0.0.0.1-0.0.0.30"),
        (AddressSet.of((5, 5), (9, 9)), "0.0.0.5/32,0.0.0.9/32"),
    ],
)
def test_printing_a_set(addresses, text):
    assert str(addresses) == text


@given(address_sets)
def test_a_printed_set_reads_back(addresses):
    if addresses not in (AddressSet.nothing(), AddressSet.everything()):
        back = AddressSet.nothing()
        for part in str(addresses).split(","):
            first, dash, last = part.partition("-")
            back |= AddressSet.of((parse_address(first), parse_address(last))) if dash else Cidr.parse(part).addresses
        assert back == addresses


@given(address_sets)
def test_a_set_of_addresses_is_made_of_its_own_text(addresses):
    assert AddressSet(str(addresses)) == addresses


@pytest.mark.parametrize("text", ["", "x", "10.0.0.9-10.0.0.1", "10.0.0.0/33", "10.0.0.0/8;11.0.0.0/8", "10.0.0.1-"])
def test_a_text_that_is_no_set_of_addresses(text):
    with pytest.raises(ReachsimError):
        AddressSet(text)


def test_the_addresses_of_a_set():
    first, *_, last = addresses = list(Cidr.parse("10.0.0.8/30").addresses.addresses())
    assert [str(first), str(last), len(addresses)] == ["10.0.0.8", "10.0.0.11", 4]


@given(cidrs())
def test_its_first_and_its_last_address_are_in_a_block_and_those_beside_are_not(block):
    assert block.first in block
    assert block.last in block
    assert int(block.first) - 1 not in block
    assert int(block.last) + 1 not in block
