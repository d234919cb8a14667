"""HeaderSpace against its definition: Boolean logic on one packet for each cell that borders of boxes cut."""

import copy
import gc
import itertools
import operator
import pickle
import subprocess
import sys
import threading

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.net.generators import BORDER_PLACES, border_address_sets, border_port_sets, traffics

from reachsim.net import headerspace as module
from reachsim.net.address import IPV4_LAST, IPV6_FIRST, LINE_LAST, parse_address
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMP, TCP, UDP, Traffic, service

OPERATORS = {"|": operator.or_, "&": operator.and_, "-": operator.sub, "^": operator.xor}
LOGIC = {
    "|": lambda a, b: a or b,
    "&": lambda a, b: a and b,
    "-": lambda a, b: a and not b,
    "^": lambda a, b: a != b,
}
PARTED, PORTED = {1, 6, 17, 58}, {6, 17}
EVERY_PORT = PortSet.everything()
V4, V6 = AddressSet.of((0, IPV4_LAST)), AddressSet.of((IPV6_FIRST, LINE_LAST))

box_fields = st.tuples(traffics, border_address_sets, border_address_sets, border_port_sets)


@st.composite
def trees(draw, leaves, most=4):
    """Expressions: a box's fields, or an operator between two expressions."""
    parts = draw(st.lists(leaves, min_size=1, max_size=most))
    while len(parts) > 1:
        right, left = parts.pop(), parts.pop(draw(st.integers(0, len(parts) - 1)))
        parts.append((draw(st.sampled_from("||&--^")), left, right))
    return parts[0]


expressions = trees(box_fields)
spaces = expressions.map(lambda tree: build(tree))


def build(tree):
    """What the class makes of an expression."""
    if tree[0] in OPERATORS:
        return OPERATORS[tree[0]](build(tree[1]), build(tree[2]))
    return HeaderSpace.box(*tree)


def leaves_of(tree):
    """The boxes of an expression."""
    return leaves_of(tree[1]) + leaves_of(tree[2]) if tree[0] in OPERATORS else [tree]


def exists(packet):
    """Whether there can be such a packet at all."""
    four, other = packet.source <= IPV4_LAST, packet.destination <= IPV4_LAST
    return four == other and packet.protocol != (58 if four else 1)


def holds(tree, packet):
    """Whether an existing packet is in an expression, by definition."""
    if tree[0] in OPERATORS:
        return LOGIC[tree[0]](holds(tree[1], packet), holds(tree[2], packet))
    traffic, sources, destinations, ports = tree
    low, high = packet.service, packet.service
    if packet.protocol not in PARTED:
        low, high = packet.protocol << 16, packet.protocol << 16 | 0xFFFF
    return (
        any(first <= high and low <= last for first, last in traffic.spans)
        and any(first <= packet.source <= last for first, last in sources.spans)
        and any(first <= packet.destination <= last for first, last in destinations.spans)
        and (packet.protocol not in PORTED or any(a <= packet.source_port <= b for a, b in ports.spans))
    )


def cells(boxes):
    """Every field cut at all borders, as (first, last): a set made of the boxes is constant in between."""
    services = {protocol << 16 for p in PARTED for protocol in (p, p + 1)}
    fixed = [services, {IPV6_FIRST}, {IPV6_FIRST}, set()]
    ends = [2**24 - 1, LINE_LAST, LINE_LAST, 65535]
    cut = []
    for field in range(4):
        starts = {0} | fixed[field] | {low for box in boxes for low, _ in box[field].spans}
        starts |= {high + 1 for box in boxes for _, high in box[field].spans}
        if field == 0:  # the low half of other protocols means nothing
            starts = {s if s >> 16 in PARTED else s & ~0xFFFF for s in starts} | {
                (s >> 16) + 1 << 16 for s in starts if s >> 16 not in PARTED
            }
        ordered = sorted(start for start in starts if start <= ends[field])
        cut.append(list(zip(ordered, [start - 1 for start in ordered[1:]] + [ends[field]], strict=True)))
    return cut


def corners(boxes):
    """One packet for each cell: the first of it."""
    return [
        Packet(source, destination, which, port)
        for (which, _), (source, _), (destination, _), (port, _) in itertools.product(*cells(boxes))
    ]


@settings(deadline=None, max_examples=25)
@given(trees(box_fields, most=3))
def test_a_set_holds_exactly_the_packets_that_it_should(tree):
    space = build(tree)
    for packet in corners(leaves_of(tree)):
        assert (packet in space) == (exists(packet) and holds(tree, packet)), packet


@settings(deadline=None, max_examples=20)
@given(trees(box_fields, most=3))
def test_the_complement_holds_exactly_the_others(tree):
    space = ~build(tree)
    for packet in corners(leaves_of(tree)):
        assert (packet in space) == (exists(packet) and not holds(tree, packet)), packet


tiny_boxes = st.tuples(
    st.sampled_from([Traffic.parse(t) for t in ("tcp/1", "tcp/1-2", "tcp/2", "tcp", "icmp", "all", "proto/50")]),
    st.sampled_from([AddressSet.of(s) for s in ((0, 0), (0, 1), (1, 1), (0, LINE_LAST))]),
    st.sampled_from([AddressSet.of(s) for s in ((5, 5), (5, IPV6_FIRST), (IPV6_FIRST, IPV6_FIRST))]),
    st.sampled_from([PortSet.of(s) for s in ((0, 65535), (9, 9), (0, 8), (9, 65535))]),
)


@settings(deadline=None)
@given(trees(tiny_boxes, most=3), trees(tiny_boxes, most=3))
def test_two_sets_are_equal_exactly_if_they_hold_the_same_packets(one, other):
    a, b = build(one), build(other)
    packets = [packet for packet in corners(leaves_of(one) + leaves_of(other)) if exists(packet)]
    same = all(holds(one, packet) == holds(other, packet) for packet in packets)
    inside = all(holds(other, packet) for packet in packets if holds(one, packet))
    apart = not any(holds(one, packet) and holds(other, packet) for packet in packets)
    assert (a == b) == same
    assert (a != b) == (not same)
    assert (a <= b) == inside
    assert a.isdisjoint(b) == apart
    assert (str(a) == str(b)) == same
    if same:
        assert hash(a) == hash(b)


@settings(deadline=None)
@given(spaces, spaces, spaces)
def test_boolean_laws(a, b, c):
    nothing, everything = HeaderSpace.nothing(), HeaderSpace.everything()
    assert a | b == b | a
    assert a & b == b & a
    assert a | (b | c) == (a | b) | c == HeaderSpace.union([c, a, b])
    assert a & (b & c) == (a & b) & c
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)
    assert a | (a & b) == a & (a | b) == a | a == a & a == a
    assert ~(a | b) == ~a & ~b
    assert ~(a & b) == ~a | ~b
    assert ~~a == a
    assert a - b == a & ~b
    assert a ^ b == (a | b) - (a & b)
    assert (a ^ b) ^ b == a
    assert a | ~a == everything
    assert a & ~a == a - a == a ^ a == nothing
    assert a | nothing == a & everything == a - nothing == a
    assert nothing <= a - b <= a <= a | b <= everything
    assert bool(a) == (a != nothing)


@settings(deadline=None, max_examples=20)
@given(st.lists(trees(box_fields, most=2).map(build), max_size=6), st.randoms(use_true_random=False))
def test_the_union_of_many(parts, random):
    one_by_one = HeaderSpace.nothing()
    for part in parts:
        one_by_one |= part
    assert HeaderSpace.union(parts) == one_by_one
    assert HeaderSpace.union(random.sample(parts, len(parts))) == one_by_one


@given(box_fields, st.data())
def test_a_box_is_the_union_of_its_parts(fields, data):
    traffic, sources, destinations, ports = fields
    cut = data.draw(box_fields)
    inside = HeaderSpace.box(traffic & cut[0], sources & cut[1], destinations & cut[2], ports & cut[3])
    whole = HeaderSpace.box(*fields)
    assert inside <= whole & HeaderSpace.box(*cut) == whole.restrict(*cut)
    for field, name in enumerate(("sources", "destinations"), 1):
        halves = [{name: cut[field]}, {name: ~cut[field]}]
        assert HeaderSpace.union(whole.restrict(**half) for half in halves) == whole
        assert whole.restrict(**halves[0]).isdisjoint(whole.restrict(**halves[1]))


@settings(deadline=None)
@given(spaces)
def test_boxes_are_disjoint_and_make_up_the_set(space):
    boxes = list(space.boxes())
    parts = [HeaderSpace.box(box.traffic, box.sources, box.destinations, box.source_ports) for box in boxes]
    assert HeaderSpace.union(parts) == space
    assert all(a.isdisjoint(b) for a, b in itertools.combinations(parts, 2))
    assert boxes == list((space | space).boxes()) == list(pickle.loads(pickle.dumps(space)).boxes())
    assert space.count == sum(box.count for box in boxes) == sum(part.count for part in parts)
    for box in boxes:
        assert box.sources | box.destinations <= V4 or box.sources | box.destinations <= V6
        assert all((box.traffic, box.sources, box.destinations, box.source_ports))
        if not box.traffic <= Traffic.protocol(TCP) | Traffic.protocol(UDP):
            assert box.source_ports == EVERY_PORT
    for a, b in itertools.combinations(boxes, 2):
        fields = zip(_fields(a), _fields(b), strict=True)
        assert sum(x != y for x, y in fields) > 1, "two boxes that could be one"


def _fields(box):
    return box.traffic, box.sources, box.destinations, box.source_ports


@settings(deadline=None, max_examples=25)
@given(trees(box_fields, most=3))
def test_counting(tree):
    total = 0
    services, *others = cells(leaves_of(tree))
    for (low, high), *rest in itertools.product(services, *others):
        packet = Packet(rest[0][0], rest[1][0], low, rest[2][0])
        if exists(packet) and holds(tree, packet):
            protocols = range(low >> 16, (high >> 16) + 1)
            kinds = high - low + 1 if low >> 16 in PARTED else len(protocols)
            widths = [last - first + 1 for first, last in rest]
            if low >> 16 in PORTED:
                total += kinds * widths[0] * widths[1] * widths[2]
            elif rest[2][0] == 0:  # without ports, the cells of the port field are one
                total += kinds * widths[0] * widths[1]
    assert build(tree).count == total


@settings(deadline=None)
@given(spaces)
def test_projections(space):
    boxes = list(space.boxes())
    ported = Traffic.protocol(TCP) | Traffic.protocol(UDP)
    assert space.traffic() == Traffic.union_of(span for box in boxes for span in box.traffic.spans)
    assert space.sources() == AddressSet.union_of(span for box in boxes for span in box.sources.spans)
    assert space.destinations() == AddressSet.union_of(span for box in boxes for span in box.destinations.spans)
    assert space.source_ports() == PortSet.union_of(
        span for box in boxes if not box.traffic.isdisjoint(ported) for span in box.source_ports.spans
    )


@settings(deadline=None)
@given(spaces, border_address_sets)
def test_writing_over_an_address(space, addresses):
    def moved(sources, destinations):
        return HeaderSpace.union(
            HeaderSpace.box(box.traffic, sources(box), destinations(box), box.source_ports) for box in space.boxes()
        )

    assert space.replace_sources(addresses) == moved(lambda box: addresses, lambda box: box.destinations)
    assert space.replace_destinations(addresses) == moved(lambda box: box.sources, lambda box: addresses)


@settings(deadline=None)
@given(
    spaces,
    st.none()
    | st.builds(
        Packet,
        st.sampled_from(BORDER_PLACES),
        st.sampled_from(BORDER_PLACES),
        st.sampled_from([service(TCP, 22), service(UDP, 9), service(ICMP, 0), service(50)]),
        st.just(1024),
    ),
)
def test_a_witness_is_in_the_set(space, prefer):
    witness = space.witness(prefer)
    if not space:
        assert witness is None
        return
    assert witness in space
    assert witness == space.witness(prefer)
    if prefer is None:
        return
    if prefer in space:
        assert witness == prefer
    if prefer.service in space.traffic():
        assert witness.service == prefer.service
        rest = space.restrict(Traffic.of((prefer.service, prefer.service)))
        if prefer.source in rest.sources():
            assert witness.source == prefer.source
            rest = rest.restrict(sources=AddressSet.of((prefer.source, prefer.source)))
            if prefer.destination in rest.destinations():
                assert witness.destination == prefer.destination


def at(text):
    """A set of addresses from blocks and single addresses."""
    return AddressSet.union_of(Cidr.parse_peer(part).span for part in text.split())


ANY = AddressSet.everything()


@pytest.mark.parametrize(
    ("space", "witness"),
    [
        (HeaderSpace.everything(), "tcp 203.0.113.1:50000 -> 8.8.8.8:443"),
        (
            HeaderSpace.box(Traffic.parse("all"), V6, ANY),
            "tcp [2001:db8::1]:50000 -> [2001:4860:4860::8888]:443",
        ),
        (HeaderSpace.box(Traffic.parse("tcp/1-100"), ANY, ANY), "tcp 203.0.113.1:50000 -> 8.8.8.8:80"),
        (
            HeaderSpace.box(Traffic.parse("tcp/53, tcp/5432"), ANY, ANY),
            "tcp 203.0.113.1:50000 -> 8.8.8.8:5432",
        ),
        (
            HeaderSpace.box(Traffic.parse("tcp/1000-1100, udp/53"), ANY, ANY),
            "tcp 203.0.113.1:50000 -> 8.8.8.8:1000",
        ),
        (
            HeaderSpace.box(Traffic.parse("icmp, udp/53, proto/2"), ANY, ANY),
            "udp 203.0.113.1:50000 -> 8.8.8.8:53",
        ),
        (HeaderSpace.box(Traffic.parse("icmp, proto/0"), ANY, ANY), "icmp/8/0 203.0.113.1 -> 8.8.8.8"),
        (
            HeaderSpace.box(Traffic.parse("icmpv6, proto/0"), ANY, ANY),
            "icmpv6/128/0 2001:db8::1 -> 2001:4860:4860::8888",
        ),
        (HeaderSpace.box(Traffic.parse("icmp/3/4, proto/50"), ANY, ANY), "icmp/3/4 203.0.113.1 -> 8.8.8.8"),
        (HeaderSpace.box(Traffic.parse("proto/51, proto/50"), ANY, ANY), "proto/50 203.0.113.1 -> 8.8.8.8"),
        (
            HeaderSpace.box(Traffic.parse("tcp/22"), at("10.0.0.5"), at("10.0.1.0/24"), PortSet.of((32768, 40000))),
            "tcp 10.0.0.5:32768 -> 10.0.1.0:22",
        ),
        (
            HeaderSpace.box(Traffic.parse("tcp/22"), at("10.0.0.5"), at("10.0.1.9"), PortSet.of((9, 99))),
            "tcp 10.0.0.5:9 -> 10.0.1.9:22",
        ),
        (
            HeaderSpace.box(Traffic.parse("tcp/22"), ANY, at("2001:db8::9")),
            "tcp [2001:db8::1]:50000 -> [2001:db8::9]:22",
        ),
    ],
)
def test_a_witness_looks_like_what_a_person_would_try(space, witness):
    assert str(space.witness()) == witness


def test_a_witness_keeps_what_it_can_of_the_preferred_packet():
    space = HeaderSpace.box(Traffic.parse("tcp, icmp/3"), at("10.0.0.0/24"), at("10.0.1.0/24"), PortSet.of((1, 60000)))
    a, b, elsewhere = (parse_address(text) for text in ("10.0.0.9", "10.0.1.9", "10.0.2.9"))
    assert space.witness(Packet(a, b, service(TCP, 9999), 7)) == Packet(a, b, service(TCP, 9999), 7)
    assert space.witness(Packet(a, elsewhere, service(TCP, 9999), 7)) == Packet(
        a, parse_address("10.0.1.0"), service(TCP, 9999), 7
    )
    assert space.witness(Packet(a, b, service(TCP, 9999), 60001)) == Packet(a, b, service(TCP, 9999), 50000)
    assert space.witness(Packet(a, b, service(UDP, 53), 7)) == Packet(a, b, service(TCP, 443), 7)
    assert space.witness(Packet(a, b, service(ICMP, 8 << 8), 7)) == Packet(a, b, service(ICMP, 3 << 8))


@settings(deadline=None, max_examples=25)
@given(spaces)
def test_copies_are_the_same_set(space):
    for twin in (pickle.loads(pickle.dumps(space)), copy.deepcopy(space), copy.copy(space)):
        assert twin == space
        assert hash(twin) == hash(space)
        assert str(twin) == str(space)


def test_a_set_can_be_pickled_into_another_process():
    space = ~HeaderSpace.box(Traffic.parse("tcp/22"), at("10.0.0.0/8"), ANY, PortSet.of((1024, 65535)))
    script = (
        "import pickle, sys; space = pickle.load(sys.stdin.buffer); assert ~~space == space; "
        "sys.stdout.buffer.write(pickle.dumps(space))"
    )
    done = subprocess.run([sys.executable, "-c", script], input=pickle.dumps(space), capture_output=True, check=True)
    assert pickle.loads(done.stdout) == space


def test_nodes_that_no_set_needs_are_freed():
    def work():
        parts = [HeaderSpace.box(Traffic.of((n, n + 5)), AddressSet.of((n, n)), ANY) for n in range(0x60000, 0x60100)]
        return len(HeaderSpace.union(parts).traffic().spans), len(module._unique)

    gc.freeze()  # what other tests left is much, and takes seconds to look through
    try:
        before = len(module._unique)
        assert work()[1] > before + 256
        gc.collect()
        assert len(module._unique) <= before
    finally:
        gc.unfreeze()


def test_two_threads_that_make_a_node_at_once_get_one_node(monkeypatch):
    rivals = []

    class Late:
        """A lock that is free only after another thread has made the same set."""

        def __enter__(self):
            monkeypatch.setattr(module, "_making", threading.RLock())
            rival = threading.Thread(target=lambda: rivals.append(make()))
            rival.start()
            rival.join()

        def __exit__(self, *_):
            pass

    def make():
        return HeaderSpace.box(Traffic.parse("tcp/4711"), at("10.47.11.0"), at("10.0.0.0/8"), PortSet.of((4711, 4712)))

    monkeypatch.setattr(module, "_making", Late())
    assert make() == rivals[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("proto/50", V4, V4, PortSet.of((7, 7))), ("proto/50", V4, V4, EVERY_PORT)),
        (("icmp", V4, V4, PortSet.nothing()), ("icmp", V4, V4, EVERY_PORT)),
        (("icmp", ANY, ANY, EVERY_PORT), ("icmp", V4, V4, EVERY_PORT)),
        (("icmpv6", ANY, ANY, EVERY_PORT), ("icmpv6", V6, V6, EVERY_PORT)),
        (("icmp, icmpv6, tcp", V6, ANY, EVERY_PORT), ("icmpv6, tcp", V6, V6, EVERY_PORT)),
    ],
)
def test_what_means_the_same_is_equal(one, other):
    def made(tokens, *fields):
        return HeaderSpace.box(Traffic.parse(tokens), *fields)

    assert made(*one) == made(*other) != HeaderSpace.nothing()


def test_a_part_of_a_protocol_without_ports_stands_for_it():
    whole = HeaderSpace.box(Traffic.parse("proto/50, proto/51"), ANY, ANY)
    assert HeaderSpace.box(Traffic.of((service(50, 9), service(51, 0))), ANY, ANY) == whole
    assert Packet(0, 1, service(51, 77), 5) in whole


@pytest.mark.parametrize(
    "fields",
    [
        ("tcp", V4, V6, EVERY_PORT),
        ("tcp", V6, V4, EVERY_PORT),
        ("icmp", V6, V6, EVERY_PORT),
        ("icmpv6", V4, V4, EVERY_PORT),
        ("tcp, udp", ANY, ANY, PortSet.nothing()),
        ("tcp", AddressSet.nothing(), ANY, EVERY_PORT),
        ("tcp", ANY, AddressSet.nothing(), EVERY_PORT),
    ],
)
def test_what_cannot_be_is_in_no_set(fields):
    tokens, *others = fields
    assert HeaderSpace.box(Traffic.parse(tokens), *others) == HeaderSpace.nothing()
    assert not HeaderSpace.box(Traffic.parse(tokens), *others)


@pytest.mark.parametrize("asked", ["tcp/443", 0, None, Traffic.parse("tcp/443")])
def test_only_packets_are_members(asked):
    with pytest.raises(TypeError, match="packets are in a set of packets"):
        asked in HeaderSpace.everything()  # noqa: B015
    assert HeaderSpace.nothing() != set()


@settings(deadline=None)
@given(spaces, spaces)
@example(HeaderSpace.nothing(), HeaderSpace.everything())
def test_the_text_tells_sets_apart(a, b):
    assert (a.describe(max_parts=10**6) == b.describe(max_parts=10**6)) == (a == b)
