"""What held before an edit and is not touched by it is not asked again, and every result is that of the edited file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from tests.designs import ANY, Changes, group, load
from tests.networks import any_edit, expectations, laws, loaded, network, seeds, structure_edit

import reachsim
from reachsim import network as networks
from reachsim.answers.earlier import stays, untouched
from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.errors import ReachsimError
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.reach.touched import Touched
from reachsim.topology.endpoints import Endpoints


def said(net: reachsim.Network) -> list[tuple[Any, ...]]:
    return [(result.verdict, str(result.reason), str(result.failing), result.warning) for result in net.check()]


@laws(5)
@given(seeds)
def test_an_edited_copy_decides_what_the_edited_file_does(seed: int) -> None:
    rng, design, net = network(seed)
    design["expect"] = expectations(rng, net, 12)
    net = loaded(design)
    net.check()
    for _ in range(12):
        edit = rng.choice([structure_edit, any_edit])(rng, design)
        try:
            copy = net.with_(dict([edit]))
        except ReachsimError:
            continue
        if copy.topology is not net.topology:
            assert said(copy) == said(loaded(copy.source.document.data))
            return


PROMISES = [
    {"from": "web", "to": "db", "allow": "tcp/80"},
    {"from": "probe", "to": "www", "allow": "tcp/443"},
    {"from": "internet", "to": "db", "deny": "all"},
    {"from": "db", "to": "10.0.0.20", "deny": "tcp/1"},
]


def asked(net: reachsim.Network, edits: dict[Any, Any]) -> list[int]:
    """The numbers of the promises that are decided anew in an edited copy."""
    net.check()
    numbers: list[int] = []
    copy = net.with_(edits)

    def noted(number: int, *rest: Any) -> Any:
        numbers.append(number)
        return decide(number, *rest)

    decide = networks.decide
    with patch.object(networks, "decide", noted):
        copy.check()
    return numbers


def test_what_an_edit_cannot_touch_is_not_decided_again() -> None:
    """The last one names an address, and fails: it is always asked."""
    net = load({"expect": PROMISES})
    assert asked(net, {("vpcs", "app", "route_tables", "private", "0.0.0.0/0"): None}) == [2, 4]
    assert asked(net, {("vpcs", "app", "route_tables", "private", "10.1.0.0/16"): None}) == [4]
    assert asked(net, {("vpcs", "data", "route_tables", "api", "10.0.0.0/16"): None}) == [4]
    assert asked(net, {("vpcs", "app", "instances", "db", "source_dest_check"): False}) == [1, 3, 4]


def test_a_promise_that_is_another_is_decided() -> None:
    other = [{"from": "web", "to": "db", "allow": "tcp/81"}, *PROMISES[1:]]
    route = ("vpcs", "data", "route_tables", "api", "10.0.0.0/16")
    assert asked(load({"expect": PROMISES}), {route: None, ("expect",): other}) == [1, 4]


def test_what_holds_after_two_edits_is_not_decided_again() -> None:
    net = load({"expect": PROMISES})
    net.check()
    once = net.with_({("vpcs", "data", "route_tables", "api", "10.0.0.0/16"): None})
    once.check()
    assert asked(once, {("vpcs", "app", "route_tables", "private", "0.0.0.0/0"): None}) == [2, 4]


def test_a_rule_that_is_edited_after_the_structure_counts() -> None:
    net = load({"expect": PROMISES})
    net.check()
    once = net.with_({("vpcs", "data", "route_tables", "api", "10.0.0.0/16"): None})
    assert once.check().results[0].holds
    closed = once.with_({("vpcs", "app", "security_groups", "open", "ingress"): []})
    assert not closed.check().results[0].holds


def test_what_is_decided_after_an_edit_of_a_rule_counts_for_the_copy_too() -> None:
    """The copy is made first; only what its rule decides is asked there."""
    net = load({"expect": PROMISES}, {**group("shut"), "vpcs app instances db security_groups": ["shut"]})
    copy = net.with_({"vpcs.app.security_groups.shut.egress": []})
    net.check()
    numbers: list[int] = []
    decide = networks.decide
    with patch.object(networks, "decide", lambda number, *rest: numbers.append(number) or decide(number, *rest)):
        results = copy.check()
    assert numbers == [1, 4]  # what db sends, or answers
    assert said(copy) == said(load(copy.source.document.data))
    assert [result.number for result in results] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("promise", "key", "value"),
    [
        ({"from": "www", "to": "web"}, "client_ports", "80-1023"),
        ({"from": "www", "to": "web"}, "ip", "203.0.113.10"),
        ({"from": "web", "to": "www"}, "ip", "203.0.113.10"),
    ],
)
def test_a_promise_of_a_host_outside_is_decided_anew_where_that_is_another(
    promise: dict[str, str], key: str, value: str
) -> None:
    """An ACL is stateless (NACL-5): it lets out what goes to one address and the upper ports alone."""
    answers: Changes = {
        "vpcs app subnets public network_acl": "strict",
        "vpcs app network_acls strict": {
            "ingress": [{"rule": 1, "allow": "all", "from": ANY}],
            "egress": [{"rule": 1, "allow": "tcp/1024-65535", "to": "203.0.113.9/32"}],
        },
        "expect": [{**promise, "allow": "tcp/8443"}],
    }
    net = load(answers)
    assert net.check().ok
    edits: dict[Any, Any] = {("internet", "hosts", "www", key): value}
    assert [result.verdict for result in net.with_(edits).check()] == ["fails"]


@pytest.mark.parametrize("key", [each.name for each in fields(Origin)])
def test_an_origin_that_is_another_in_anything_is_another_end(key: str) -> None:
    assert not still_untouched(lambda end: replace(end, origins=(replace(end.origins[0], **{key: "other"}),)))


@pytest.mark.parametrize("key", [each.name for each in fields(Endpoint)])
def test_an_end_that_is_another_in_anything_is_another(key: str) -> None:
    assert not still_untouched(lambda end: replace(end, **{key: "other"}))


def still_untouched(changed: Callable[[Endpoint], Endpoint]) -> bool:
    """Whether a promise would stand after an edit that touches nothing, though its source means something else."""
    net = load({"expect": PROMISES})
    promise, nothing = net.design.expect[1], Touched(frozenset(), frozenset())
    before = {asked: net.ends.resolve(asked) for asked in (promise.from_, promise.to)}
    assert untouched(promise, Known(before), Known(before), nothing)
    return untouched(promise, Known(before), Known({**before, promise.from_: changed(before[promise.from_])}), nothing)


OFFICE: Changes = {
    "vpcs app vpn_gateways": {"vgw": {}},
    "networks office": {"cidrs": ["192.168.0.0/24"], "via": "vpn"},
    "vpn_connections vpn": {"gateway": "app.vgw", "static_routes": ["192.168.0.0/24"]},
    "lambda_functions f latest": {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]},
}
WWW = AddressSet.union_of([Cidr.parse("203.0.113.9/32").span])


@pytest.mark.parametrize(
    ("source", "destination", "may", "stands"),
    [
        ("probe", "www", Touched(frozenset({"app.db"}), frozenset({"app.db"}), WWW - WWW), True),
        ("probe", "www", Touched(frozenset({"app.probe"}), frozenset()), False),
        ("probe", "www", Touched(frozenset(), frozenset({"app.probe"})), False),
        ("probe", "www", Touched(frozenset(), frozenset(), WWW), False),
        ("www", "web", Touched(frozenset(), frozenset(), WWW), False),
        ("www", "web", Touched(frozenset({"app.web"}), frozenset()), False),
        ("f", "db", Touched(frozenset(), frozenset()), True),
        ("f", "db", Touched(frozenset({"app.lambda(private; client)"}), frozenset()), False),
        # What is outside AWS and not on the internet, an address and a block are always asked.
        ("office", "db", Touched(frozenset(), frozenset()), False),
        ("10.0.1.10", "db", Touched(frozenset(), frozenset()), False),
        ("probe", "10.0.2.0/24", Touched(frozenset(), frozenset()), False),
    ],
)
def test_what_the_edit_can_touch_does_not_stand(source: str, destination: str, may: Touched, stands: bool) -> None:
    net = load(OFFICE, {"expect": [{"from": source, "to": destination, "allow": "tcp/443"}]})
    assert untouched(net.design.expect[0], net.ends, net.ends, may) is stands


class Known(Endpoints):
    """Names that mean what they are told to mean."""

    def __init__(self, ends: Mapping[str, Endpoint]) -> None:
        self.resolve = ends.__getitem__  # type: ignore[method-assign]


def crowd(**groups: object) -> reachsim.Network:
    """Thirty-six interfaces, each with a group of its own: 1,296 pairs."""
    numbers = range(36)
    own: dict[str, object] = {f"g{n}": {"ingress": [{"allow": "tcp/22", "from": f"g{(n + 1) % 36}"}]} for n in numbers}
    vpc = {
        "cidrs": ["10.0.0.0/16"],
        "subnets": {"s": {"cidr": "10.0.0.0/24"}},
        "security_groups": own | groups,
        "instances": {f"i{n}": {"subnet": "s", "security_groups": [f"g{n}"]} for n in numbers},
    }
    everybody = {"vpc": "a"}
    expect = [
        {"from": everybody, "to": everybody, "deny": "udp/9"},
        {"from": everybody, "to": everybody, "deny": "tcp/80"},
    ]
    return reachsim.loads(json.dumps({"version": 1, "vpcs": {"a": vpc}, "expect": expect}))


WEB = {"ingress": [{"allow": "tcp/80", "from": "0.0.0.0/0"}]}


@pytest.mark.parametrize(
    ("groups", "opened", "expected"),
    [
        ({}, "tcp/443", [True, True]),
        ({}, "udp/9", [False, True]),
        ({}, "tcp/80", [True, False]),
        ({"g5": {"ingress": [{"allow": "tcp/80", "from": "g6"}]}}, "tcp/443", [True, True]),  # it fails elsewhere
        ({"g0": WEB}, "tcp/443", [True, False]),  # it fails where the edit touches it: asked again
    ],
)
def test_a_promise_that_holds_where_an_edit_touches_it_keeps_its_verdict(
    groups: dict[str, object], opened: str, expected: list[bool]
) -> None:
    before = crowd(**groups)
    after = before.with_({"vpcs.a.security_groups.g0.ingress": [{"allow": opened, "from": "g7"}]})
    may = after.touched_since(before.topology, before.book)
    assert may is not None
    assert [stays(each, before, after, may) for each in before.design.expect] == expected
    for number, surely in enumerate(expected, 1):
        if surely:
            assert before.decide(number).verdict == after.decide(number).verdict


@laws(5)
@given(seeds)
def test_a_verdict_that_surely_stays_is_that_of_the_edited_file(seed: int) -> None:
    """Asked of few pairs too, and where an edit touches most of them."""
    rng, design, net = network(seed)
    places = [{"vpc": vpc} for vpc in design["vpcs"]]
    ends = [(rng.choice(places), rng.choice(places)) for _ in range(2)]
    words = [rng.choice(["allow", "deny"]) for _ in ends]
    traffic = rng.choice(["tcp/22", "tcp", "udp/53"])
    design["expect"] = [
        {"from": one, "to": other, word: traffic} for (one, other), word in zip(ends, words, strict=True)
    ]
    net = loaded(design)
    with patch("reachsim.answers.earlier._MANY", 0), patch("reachsim.answers.earlier._WORTH", 0):
        for _ in range(4):
            try:
                after = net.with_(dict([any_edit(rng, design)]))
            except ReachsimError:
                continue
            may = after.touched_since(net.topology, net.book)
            if may is None or list(after.design.expect) != list(net.design.expect):
                continue
            for number, expectation in enumerate(net.design.expect, 1):
                if stays(expectation, net, after, may):
                    assert net.decide(number).verdict == after.decide(number).verdict
