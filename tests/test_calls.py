"""Arguments that do not fit: what is asked says how it is called."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.models import shared

import reachsim
from reachsim.calls import says_how_to_call
from reachsim.net.intervals import IntSet
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


@pytest.mark.parametrize(
    ("asked", "given", "named", "told"),
    [
        ("load", (), {}, "missing a required argument: 'given'; write load(given, *, expect=None, parameters=..., "),
        ("load", (MODEL, "promises.yaml"), {}, "too many positional arguments; write load(given, *, expect=None, "),
        (
            "load",
            (MODEL,),
            {"expected": "p.yaml"},
            "got an unexpected keyword argument 'expected'; write load(given, *, ",
        ),
        ("loads", ("version: 1",), {"region_": "x"}, "'region_'; write loads(text, *, file='<text>', parameters=..., "),
        ("diff", (1,), {}, "missing a required argument: 'after'; write diff(before, after, progress=None, *, "),
        ("diff", (1, 2), {}, "a loaded network is expected, got 1; write reachsim.load(FILE)"),
    ],
)
def test_functions_of_the_package(asked: str, given: tuple[Any, ...], named: dict[str, Any], told: str) -> None:
    with pytest.raises(reachsim.UsageError) as caught:
        getattr(reachsim, asked)(*given, **named)
    assert told in str(caught.value)


def test_a_method_of_an_answer() -> None:
    with pytest.raises(reachsim.UsageError) as caught:
        shared(MODEL).matrix().cell("web-a")  # type: ignore[call-arg]
    assert str(caught.value) == "missing a required argument: 'destination'; write cell(source, destination)"


def public_callables() -> Iterator[Any]:
    """Every function of the package and every public method of its types. The algebra of sets is not among them: it is what
    all the rest is made of, and what it costs counts."""
    for name in reachsim.__all__:
        offered = getattr(reachsim, name)
        if inspect.isfunction(offered):
            yield pytest.param(offered, id=name)
        elif inspect.isclass(offered) and not issubclass(offered, Exception):
            for method in dir(offered):
                found = inspect.getattr_static(offered, method)
                home = next(each for each in offered.__mro__ if method in vars(each))
                if not method.startswith("_") and home.__module__.startswith("reachsim") and home is not IntSet:
                    if inspect.isfunction(found):
                        yield pytest.param(partial(found, object()), id=f"{name}.{method}")
                    elif isinstance(found, classmethod | staticmethod):
                        yield pytest.param(getattr(offered, method), id=f"{name}.{method}")


@pytest.mark.parametrize("offered", list(public_callables()))
def test_everything_public_says_how_it_is_called(offered: Any) -> None:
    with pytest.raises(reachsim.UsageError, match="; write "):
        offered(no_such_argument=1)
