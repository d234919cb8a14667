"""Arguments that do not fit: what is asked says how it is called."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from tests.models import shared

import reachsim
from reachsim.calls import says_how_to_call
from reachsim.network import _FOR_GUESTS

MODEL = Path(__file__).parents[1] / "models" / "three-tier.yaml"


@pytest.mark.parametrize(
    ("method", "given", "named", "told"),
    [
        ("who_reaches", (), {}, "missing a required argument: 'to'; write who_reaches(to, traffic=None, *, "),
        ("exposure", ("tcp/22",), {}, "too many positional arguments; write exposure(*, "),
        ("draw", (3,), {}, "too many positional arguments; write draw(*, trace=None, diff=None, matrix=None)"),
        ("isolated", ("web-a",), {}, "missing a required argument: 'other'; write isolated(one, other, *, "),
        ("trace", ("web-a", "app-a"), {}, "write trace(source, destination, traffic, source_port=None)"),
        ("who_reaches", ("db-a",), {"trafic": "tcp/22"}, "'trafic'; write who_reaches(to, traffic=None, *, "),
        ("draw", (), {"trace": ("web-a", "app-a")}, "write trace(source, destination, traffic, source_port=None)"),
        ("draw", (), {"trace": "web-a"}, "a trace is expected, got 'web-a'; write one, or ('web', 'db', 'tcp/443')"),
        ("draw", (), {"diff": 3}, "a loaded network is expected, got 3; write reachsim.load(FILE)"),
    ],
)
def test_what_was_meant(method: str, given: tuple[Any, ...], named: dict[str, Any], told: str) -> None:
    with pytest.raises(reachsim.UsageError) as caught:
        getattr(shared(MODEL), method)(*given, **named)
    assert told in str(caught.value)


def test_every_question_says_it() -> None:
    net = shared(MODEL)
    questions = [name for name in _FOR_GUESTS if inspect.ismethod(getattr(net, name))]
    assert len(questions) > 15
    for name in questions:
        with pytest.raises(reachsim.UsageError, match=f"; write {name}\\("):
            getattr(net, name)(no_such=1)


def test_an_error_inside_stays_what_it_is() -> None:
    @says_how_to_call
    class Asked:
        def broken(self, number: int) -> int:
            """One that goes wrong although it was called as it should be."""
            return number + "1"  # type: ignore[operator]

    with pytest.raises(TypeError, match="unsupported operand"):
        Asked().broken(1)
