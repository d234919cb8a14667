"""Ports on the way back: the one rule for them, against counting every port that a device may choose."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.networks import laws

from reachsim.flow.ports import ALL_PORTS, NO_LOSS, OF_TRAFFIC, Choices, Toll, choices_of, nat_ports, share_in_words
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import TCP, UDP, Traffic

NAT = range(1024, 65536)  # NATGW-4
EDGES = [0, 1, 1023, 1024, 1025, 3388, 3389, 3390, 32768, 60999, 65534, 65535]

edges = st.sampled_from(EDGES)
port_spans = st.lists(st.tuples(edges, edges).map(lambda pair: (min(pair), max(pair))), max_size=3)
port_sets = st.one_of(st.just([(0, 65535)]), port_spans).map(PortSet.union_of)
OTHERS = ["icmp/0/0", "proto/50", "icmp/8/0"]


@st.composite
def traffics(draw: st.DrawFn) -> Traffic:
    """What some filter may let through of the way back."""
    spans = [(TCP << 16 | low, TCP << 16 | high) for low, high in draw(port_sets).spans]
    spans += [(UDP << 16 | low, UDP << 16 | high) for low, high in draw(port_sets).spans]
    bare = Traffic.parse(draw(st.lists(st.sampled_from(OTHERS), min_size=1)))
    return Traffic.union_of([*spans, *bare.spans])


def chosen(protocol: int, passes: Traffic) -> set[int]:
    """Every port that a device may choose and that passes, one by one."""
    first = protocol << 16
    runs = [range(max(low - first, 0), min(high - first, 65535) + 1) for low, high in passes.spans]
    return set().union(*runs).intersection(NAT)


@laws(15)
@given(traffics(), st.lists(traffics(), max_size=2))
@pytest.mark.rule("NAT-PORT")
def test_what_comes_back_is_what_comes_back_of_every_single_choice(inner: Traffic, beyond: list[Traffic]) -> None:
    back = OF_TRAFFIC.back(inner, beyond)
    for protocol in (TCP, UDP):
        passing = [chosen(protocol, outer) for outer in beyond]
        choices = choices_of(back.lost, protocol)
        for client in EDGES:
            some = protocol << 16 | client in inner and all(passing)
            assert (protocol << 16 | client in back.ever) == some, (protocol, client)
        if back.ever.ports(protocol):
            share = Fraction(1)
            for ports in passing:
                share *= Fraction(len(ports), len(NAT))
            assert choices.share == share
            assert choices.loss == 1 - share
            lost = [set(NAT) - ports for ports in passing]
            assert [set(ports) for ports in choices.lost] == [ports for ports in lost if ports]
        else:
            assert choices == NO_LOSS
    for token in OTHERS:
        service = Traffic.parse(token).first
        assert (service in back.ever) == all(service in passes for passes in (inner, *beyond)), token


def test_what_passes_at_a_depth_passes_every_filter_there() -> None:
    tcp, web = Traffic.parse("tcp"), Traffic.parse("tcp/443")
    assert OF_TRAFFIC.by_depth([]) == [Traffic.everything()]
    assert OF_TRAFFIC.by_depth([(2, tcp), (0, tcp), (2, web)]) == [tcp, Traffic.everything(), web]


@laws(80)
@given(port_sets, st.lists(st.tuples(port_sets, st.integers(0, 2)), max_size=6))
def test_denials_take_what_is_lost_and_each_what_is_left(passing: PortSet, denials: list[tuple[PortSet, int]]) -> None:
    lost = ALL_PORTS - passing
    toll = Toll(lost)
    taken: dict[int, PortSet] = {}
    client = PortSet.nothing()
    gone = False
    for denied, depth in denials:
        found = toll.take(denied, depth)
        before = taken.get(depth, PortSet.nothing())
        if gone:
            assert found is None
            continue
        if depth == 0:
            assert (PortSet.nothing() if found is None else found.client) == denied & lost - client
            client |= denied & lost
            continue
        nat = denied & PortSet.of((1024, 65535)) - before
        taken[depth] = before | nat
        assert (found is None) == (not nat)
        if found is not None:
            assert found.nat == (None if nat.count == 64512 else nat)
            assert found.client == ALL_PORTS
        gone = taken[depth].count == 64512


@pytest.mark.rule("NAT-PORT")
def test_below_the_share_it_counts_and_at_it_not() -> None:
    one = Choices((PortSet.of((3389, 3389)),))
    assert one.loss == Fraction(1, 64512)
    assert one.counts(Fraction(1, 100))
    assert not one.counts(Fraction(0))
    assert not one.counts(Fraction(1, 64512))
    assert NO_LOSS.counts(Fraction(0))
    assert Choices((PortSet.of((1024, 1024 + 644)),)).counts(Fraction(1, 100))  # 645 of 64,512 is 0.9998 %
    assert not Choices((PortSet.of((1024, 1024 + 645)),)).counts(Fraction(1, 100))  # 646 is 1.0014 %


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (Fraction(1, 64512), "about 1 in 64,512 connections fails"),
        (Fraction(2, 64512), "about 1 in 32,256 connections fails"),
        (Fraction(1, 20), "about 5 % of connections fail"),
        (Fraction(3, 4), "about 75 % of connections fail"),
        (Fraction(64510, 64512), "all but about 1 in 32,256 connections fail"),
        (Fraction(1), "every connection fails"),
    ],
)
def test_words_for_a_share(loss: Fraction, words: str) -> None:
    assert share_in_words(loss) == words


def test_words_for_ports() -> None:
    one, many = PortSet.of((3389, 3389)), PortSet.union_of((n, n) for n in range(2000, 2030, 2))
    assert nat_ports(one) == "NAT port 3389"
    assert nat_ports(many) == "NAT ports 2000,2002,2004,2006,2008,2010,2012,2014 and 7 more runs"
    assert str(Choices((one, PortSet.of((1024, 1025))))) == (
        "about 1 in 21,504 connections fails: NAT port 3389 and NAT ports 1024-1025"
    )
    assert str(NO_LOSS) == "no connection fails"
