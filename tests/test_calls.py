"""Arguments that do not fit: what is asked says how it is called."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Iterator
from enum import Enum
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.models import shared

import reachsim
from reachsim import cidr
from reachsim.calls import made_by, says_how_to_call
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


# -- whatever a guest may call, with whatever does not fit ----------------------------------------------------

OFFERING = ["reachsim", "reachsim.cidr", "reachsim.importing", "reachsim.testing.laws", "reachsim.testing.strategies"]
AS_THEY_ARE = {
    "Design",
    "Endpoint",
    "Expectation",
    "HeaderSpace",
    "KeptPlan",
    "KeptSubnet",
    "KeptVpc",
    "Leak",
    "Problem",
}
"""Of what there may be a million, schemas of files, and what errors are made of; beside errors and enumerations."""
NONSENSE: dict[str, tuple[Any, ...]] = {
    "nothing": (),
    "None": (None,),
    "number": (5,),
    "text": ("x",),
    "token": ("tcp/443",),
    "list": (["x"],),
    "bytes": (b"x",),
    "mapping": ({"a": 1},),
    "object": (object(),),
    "two": ("x", "y"),
}


LEFT_QUICK = [reachsim.Address, reachsim.AddressSet, reachsim.PortSet, reachsim.Traffic]
"""Numbers and sets, which all the rest is made of: of these Python says how many arguments there are."""


def offered_callables() -> Iterator[Any]:
    for home in OFFERING:
        module = import_module(home)
        for name in module.__all__:
            found = getattr(module, name)
            as_it_is = inspect.isclass(found) and issubclass(found, Exception | Enum)
            ours = getattr(found, "__module__", "").startswith("reachsim")
            if callable(found) and ours and not as_it_is and name not in AS_THEY_ARE:
                yield pytest.param(found, id=f"{home}.{name}")


def test_there_is_much_to_call() -> None:
    assert len(list(offered_callables())) > 110


@pytest.mark.parametrize("called", list(offered_callables()))
def test_what_does_not_fit_is_told_in_one_line(called: Any) -> None:
    """By an error of ours, or there is a value that can be looked at; nothing comes out of the inside."""
    for what, given in NONSENSE.items():
        if called in LEFT_QUICK and len(given) > 1:
            continue
        told = ""
        try:
            made = called(*given)
        except reachsim.ReachsimError as error:
            told = str(error)
        else:
            assert isinstance(repr(made), str), what
        assert "\n" not in told, what
        assert len(told) < 250, (what, told)


@pytest.mark.parametrize("called", list(offered_callables()))
def test_what_is_not_asked_for_is_told(called: Any) -> None:
    if called not in LEFT_QUICK:
        with pytest.raises(reachsim.UsageError, match="; write "):
            called(no_such_argument=1)


@pytest.mark.parametrize(
    ("called", "given", "told"),
    [
        ("Packet", (), "missing a required argument: 'source'; write net.trace(source, destination, traffic).packet"),
        ("Packet", ("10.0.0.1", "10.0.0.2", "tcp/443"), "write net.trace(source, destination, traffic).packet"),
        ("Trace", ("web", "db", "tcp/443"), "Trace is not made by hand; write net.trace(source, destination, traffic)"),
        ("Network", ("network.yaml",), "Network is not made by hand; write reachsim.load(FILE)"),
        ("Check", (["x"],), "Check is not made by hand; write net.check()"),
        ("Exposure", (["x"],), "Exposure is not made by hand; write net.exposure()"),
        ("Traffic", ("https",), "'https' is not traffic; did you mean 'tcp/443'?"),
        ("Traffic", (443,), "a Traffic has whole numbers or a Traffic in it, not int; write Traffic('tcp/443')"),
    ],
)
def test_a_type_says_what_was_meant(called: str, given: tuple[Any, ...], told: str) -> None:
    with pytest.raises(reachsim.UsageError) as caught:
        getattr(reachsim, called)(*given)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: cidr.Cidr("10.0.0.0/16"), "'prefix_length'; write Cidr.parse('10.0.0.0/16')"),  # type: ignore[call-arg]
        (lambda: cidr.describe("10.0.0.0/16"), "where a Cidr is expected; write Cidr.parse('10.0.0.0/16')"),
        (lambda: cidr.aggregate("10.0.0.0/16"), "where a list with a Cidr in it is expected; write [Cidr.parse("),
        (lambda: cidr.aggregate(["10.0.0.0/16"]), "blocks is a list, where a list with a Cidr in it is expected"),
        (lambda: cidr.Cidr.parse(5), "text is 5, where a text is expected"),  # type: ignore[arg-type]
        (lambda: cidr.Cidr.parse("10.0.0.1/16"), "has host bits set; did you mean '10.0.0.0/16'?"),
        (lambda: reachsim.Traffic.parse("tcp:443"), "did you mean 'tcp/443'?"),
        (lambda: reachsim.Traffic.parse(443), "tokens is 443, where a text or a list with a text in it is expected"),  # type: ignore[arg-type]
    ],
)
def test_a_value_of_another_type(ask: Any, told: str) -> None:
    with pytest.raises(reachsim.UsageError) as caught:
        ask()
    assert told in str(caught.value)


def test_a_set_is_made_of_its_own_text() -> None:
    written = reachsim.Traffic.parse("tcp/443, udp/53")
    assert eval(repr(written), {"Traffic": reachsim.Traffic}) == written
    assert reachsim.Traffic(["tcp/443", "udp/53"]) == written


def test_answers_are_copied_as_ever() -> None:
    net = shared(MODEL)
    for answer in (net.exposure(), net.check(), net.trace("web-a", "app-a", "tcp/22"), net.interfaces["web-a"]):
        assert copy.copy(answer) == answer
        assert pickle.loads(pickle.dumps(answer)) == answer
    assert copy.copy(net.interfaces) == copy.deepcopy(net.interfaces) == net.interfaces
    assert copy.copy(net) is copy.deepcopy(net) is net
    again = pickle.loads(pickle.dumps(net.with_({"vpcs.shop.security_groups.db.ingress": []})))
    assert again == net.with_({"vpcs.shop.security_groups.db.ingress": []})
    assert not again.trace("app-a", "db-a", "tcp/5432")
    assert str(again.trace("app-a", "db-a", "tcp/5432").blockers[0].where).startswith(str(MODEL))


def test_an_error_inside_of_what_fits_stays_what_it_is() -> None:
    @made_by("made(1)")
    class Made:
        def __init__(self, number: int) -> None:
            self.number = number + "1"  # type: ignore[operator]

    with pytest.raises(TypeError, match="unsupported operand"):
        Made(1)
    with pytest.raises(reachsim.UsageError, match=r"^Made is not made by hand; write made\(1\)$"):
        Made("1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda net: net.web_a, "a network has no 'web_a'; write net.interfaces['shop.web-a']"),
        (lambda net: net.exposed, "a network has no 'exposed'; did you mean exposure?"),
        (lambda net: net.zzz, "a network has no 'zzz'"),
        (lambda net: reachsim.Traffic("tcp") | "udp/53", "unsupported operand type(s) for |: 'Traffic' and 'str'"),
        (lambda net: reachsim.PortSet("22") & 22, "unsupported operand type(s) for &: 'PortSet' and 'int'"),
        (lambda net: reachsim.PortSet("22") - None, "unsupported operand type(s) for -: 'PortSet' and 'NoneType'"),
        (
            lambda net: net.trace("web-a", "10.0.20.4:5432", "tcp/443"),
            "'10.0.20.4:5432' is an address with a port; write '10.0.20.4', and the port as traffic: tcp/5432",
        ),
        (lambda net: net.trace("web-a", "https://example.com/x", "tcp/443"), "write the name alone: 'example.com'"),
        (lambda net: net.trace("web-a", "example.com", "tcp/443"), "internet: {hosts: {example.com: {ip: ADDRESS}}}"),
    ],
)
def test_what_was_probably_meant(ask: Any, told: str) -> None:
    with pytest.raises((reachsim.ReachsimError, AttributeError, TypeError)) as caught:
        ask(shared(MODEL))
    assert str(caught.value).endswith(told)
