import copy
import pickle
from typing import ClassVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.net.generators import interval_sets

from reachsim.errors import NoValueError
from reachsim.net.intervals import IntSet, PortSet


class Small(IntSet):
    """A universe that Python's own sets can hold."""

    __slots__ = ()
    FIRST: ClassVar[int] = 3
    LAST: ClassVar[int] = 17


UNIVERSE = set(range(3, 18))
members = st.integers(3, 17)
small_sets = interval_sets(Small, members, most=5)


def canonical(a):
    """The invariant: sorted, disjoint, not touching, inside the universe."""
    flat = [end for span in a.spans for end in span]
    apart = all(high + 1 < low for (_, high), (low, _) in zip(a.spans, a.spans[1:], strict=False))
    return flat == sorted(flat) and apart and all(3 <= end <= 17 for end in flat)


@given(st.lists(st.tuples(members, members)))
@example([(3, 4), (5, 6)])
@example([(3, 17), (4, 5)])
@example([(9, 8)])
def test_of_any_spans(spans):
    a = Small.of(*spans)
    assert set(a) == {member for low, high in spans for member in range(low, high + 1)}
    assert canonical(a)


@given(small_sets, small_sets)
def test_operators_are_those_of_sets(a, b):
    x, y = set(a), set(b)
    for ours, theirs in ((a | b, x | y), (a & b, x & y), (a - b, x - y), (a ^ b, x ^ y), (~a, UNIVERSE - x)):
        assert list(ours) == sorted(theirs)
        assert canonical(ours)
        assert type(ours) is Small
    assert (a <= b) == (x <= y)
    assert (a >= b) == (x >= y)
    assert a.isdisjoint(b) == x.isdisjoint(y)
    assert (a == b) == (x == y)
    assert (a != b) == (x != y)
    if x == y:
        assert hash(a) == hash(b)


@given(small_sets)
def test_asking(a):
    x = set(a)
    assert [member in a for member in range(20)] == [member in x for member in range(20)]
    assert bool(a) == bool(x)
    assert a.count == len(x)
    if x:
        assert a.first == min(x)
    else:
        with pytest.raises(IndexError):
            _ = a.first


@given(small_sets)
def test_copies_are_equal(a):
    for twin in (pickle.loads(pickle.dumps(a)), copy.deepcopy(a), copy.copy(a)):
        assert twin == a
        assert hash(twin) == hash(a)
        assert type(twin) is Small


@pytest.mark.parametrize("spans", [((22, 22),), ((0, 65535),), (), ((1, 5), (9, 9), (1024, 65535))])
def test_a_set_of_ports_is_read_from_its_own_text(spans):
    ports = PortSet.of(*spans)
    assert PortSet(str(ports)) == ports
    assert eval(repr(ports)) == ports
    assert "80" in PortSet("22, 80-90")


@pytest.mark.parametrize("text", ["", "http", "5-3", "65536", "1-", "-1", "22;23", "٢٢", "1-2-3", "9" * 5000])
def test_a_text_that_is_no_set_of_ports_is_told(text):
    with pytest.raises(NoValueError, match=r"is no port and no range of ports; write PortSet\('22,1024-65535'\)$"):
        PortSet(text)


def test_only_ints_are_members():
    assert None not in PortSet.everything()
    assert PortSet.of((3, 5)) in PortSet.of((1, 9))
    assert PortSet.of((3, 5)) not in PortSet.of((4, 9))
    for other in (80.0, b"80", Small.of((3, 5))):
        with pytest.raises(TypeError, match="a PortSet has whole numbers or a PortSet in it"):
            other in PortSet.everything()  # noqa: B015


def test_sets_of_different_kinds_are_not_equal():
    assert PortSet.of((3, 5)) != Small.of((3, 5))
    assert PortSet.of((3, 5)) != {3, 4, 5}


@pytest.mark.parametrize("span", [(2, 5), (5, 18), (-1, 3), (18, 18)])
def test_a_span_outside_the_universe_is_refused(span):
    with pytest.raises(ValueError, match=rf"^{span[0]}-{span[1]} is outside 3-17$"):
        Small.of(span)


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        (PortSet.nothing(), "nothing"),
        (PortSet.everything(), "all"),
        (PortSet.of((0, 65534)), "0-65534"),
        (PortSet.of((80, 80)), "80"),
        (PortSet.of((443, 443), (1, 2), (3, 5)), "1-5,443"),
    ],
)
def test_printing(ports, text):
    assert str(ports) == text
    assert repr(ports) == f"PortSet('{text}')"
