"""What is written of an import is what was imported, whatever that was."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.importing.complete import KINDS, Kinds, inventory
from tests.importing.test_unknown import GONE, WHY, changed, paths
from tests.oracle.text import read_yaml

import reachsim
from reachsim.importing.builder import build
from reachsim.importing.imported import Imported
from reachsim.importing.inventory import Unknown
from reachsim.importing.refusals import leave_out_refused
from reachsim.importing.writing import _flow, written

JUNK: list[Any] = ["junk", 5, True, {}, [], [1], ["10.0.0.0/99"]]
"""What no reader should give, and a template may have in the place of something else."""


def some(rng: random.Random) -> Kinds:
    """The account with objects missing, a part changed, and names that several things share."""
    kinds: Any = KINDS
    for _ in range(rng.randrange(3)):
        path = rng.choice(list(paths(KINDS)))
        value = rng.choice([GONE, Unknown(WHY), None, *JUNK])
        if not (value is GONE and isinstance(path[-1], int)):
            kinds = changed(path, value)
    kept = {kind: dict(members) for kind, members in kinds.items() if rng.random() < 0.93}
    names = ["web", "default", "unknown", "a b", "1.2.3.4", "true", "internet", ""]
    for members in kept.values():
        for id in list(members):
            if rng.random() < 0.06:
                del members[id]
            elif "Tags" in members[id] and rng.random() < 0.4:
                members[id] = {**members[id], "Tags": [{"Key": "Name", "Value": rng.choice(names)}]}
    return kept


def imported(kinds: Kinds) -> Imported:
    out = build(inventory(kinds))
    leave_out_refused(out)
    return out


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_what_is_written_is_the_same_network(seed: int) -> None:
    out = imported(some(random.Random(seed)))
    text = written(out)
    assert read_yaml(text) == json.loads(json.dumps(out.design))
    assert reachsim.loads(text) == reachsim.loads(json.dumps(out.design))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_the_same_is_called_the_same_on_every_import(seed: int) -> None:
    one, other = (imported(some(random.Random(seed))) for _ in range(2))
    assert one.names == other.names
    assert written(one) == written(other)


VALUES = st.recursive(
    st.one_of(
        st.text(max_size=12),
        st.integers(),
        st.booleans(),
        st.none(),
        st.sampled_from(["10.0.0.0/16", "1e3", "y"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@example({"\n": ["\n", "a: b", "\x85", "\u2028"]})
@given(VALUES)
def test_a_value_on_one_line_is_read_as_it_was(value: Any) -> None:
    assert read_yaml(f"[{_flow(value)}]") == [value]
    assert "\n" not in _flow(value)
