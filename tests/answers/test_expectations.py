"""Expectations are proofs: the verdict, the failing set and the witness are those of every packet."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from tests.designs import ALL, ANY, acl_of, design, group, load
from tests.networks import expectations, laws, loaded, network, seeds

import reachsim
from reachsim.answers import deciding as module
from reachsim.answers.expectations import Result
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.reach.pair import Reach


def broken(answer: Reach, result: Result) -> HeaderSpace:
    """The packets that break a promise, from what `reach` says of each part."""
    promise, out = result.expectation, []
    below = Fraction(1, 100)
    for part in answer.parts:
        if part.found is None or part.undecided:
            continue
        ports = part.flow.origin.client_ports if promise.allow is not None else PortSet.everything()
        asked = HeaderSpace.box(promise.traffic, part.sources, part.destinations, ports)
        if promise.allow is None:
            out.append(asked & part.delivered())
        else:
            out.append(asked - (part.delivered() if promise.one_way else part.reachable(below)))
    return HeaderSpace.union(out)


def asks_for_nothing(answer: Reach, result: Result) -> bool:
    """Whether no packet of the traffic can go from one end to the other, and nothing that stands in the way says why."""
    traffic = result.expectation.traffic
    return not any(part.found is None or traffic & part.family for part in answer.parts)


def holds_to_its_word(net: Any, result: Result) -> None:
    """A result agrees with the exact answer of all interfaces of both ends."""
    promise = result.expectation
    answer = net.reach(promise.from_, promise.to)
    certain = all(part.flow.origin.certain for part in answer.parts)
    failing = broken(answer, result)
    if promise.allow is not None and not answer.undecided and asks_for_nothing(answer, result):
        # An `allow` that no packet could keep (an interface and itself, a family that no end has) promises nothing.
        assert (result.verdict, result.witness, result.failing) == ("fails", None, HeaderSpace.nothing())
        assert "so nothing is allowed" in result.reason
        return
    if certain:
        assert result.failing == failing, result.question
        lost = promise.allow is not None and any(p.found is None and not p.undecided for p in answer.parts)
        expected = "fails" if failing or lost else "undecided" if answer.undecided else "holds"
        assert result.verdict == expected, result.question
    else:
        assert result.failing <= failing
        assert result.verdict != "holds" or not failing
    if result.verdict == "fails":
        assert result.witness is not None
        if promise.allow is None:
            assert result.witness.delivered
        else:
            assert not (result.witness.delivered if promise.one_way else result.witness.reachable)
            assert result.blockers
        packet = result.witness.packet
        assert packet is None or not result.failing or packet in result.failing
    else:
        assert result.witness is None
        assert not result.failing


@laws(9)
@given(seeds)
def test_every_verdict_is_that_of_every_packet(seed: int) -> None:
    rng, data, net = network(seed, crowd=True)
    data["expect"] = expectations(rng, net, 10)
    net = loaded(data)
    for result in net.check():
        holds_to_its_word(net, result)


@laws(3)
@given(seeds)
def test_classes_say_the_same_as_asking_each(seed: int) -> None:
    rng, data, net = network(seed, crowd=True)
    selected = [{"vpc": rng.choice(list(data["vpcs"]))} for _ in range(2)]
    data["expect"] = [
        {"from": one, "to": rng.choice([*selected, *net.topology.interfaces][:12]), verb: token}
        for one in selected
        for verb, token in (("allow", "tcp/443"), ("deny", "tcp"), ("allow", "all"))
    ]
    data["expect"] = [each for each in data["expect"] if isinstance(each["to"], dict) or "(" not in each["to"]]
    by_class = _checked(data, 0)
    one_by_one = _checked(data, 10**9)
    for one, other in zip(by_class, one_by_one, strict=True):
        assert (one.verdict, one.failing, one.failing_text) == (other.verdict, other.failing, other.failing_text)


def _checked(data: dict[str, Any], many: int) -> list[Result]:
    before, module.MANY = module.MANY, many
    try:
        return list(loaded(data).check())
    finally:
        module.MANY = before


# --- by hand ------------------------------------------------------------------------------------------------


def ask(expect: dict[str, Any], *changes: Any) -> Result:
    """One expectation of the base design with changes."""
    return load({"expect": [expect]}, *changes).check()[0]


@pytest.mark.parametrize(
    ("expect", "verdict", "failing"),
    [
        ({"from": "probe", "to": "db", "allow": "all"}, "holds", ""),
        ({"from": "probe", "to": "db", "deny": "tcp/22"}, "fails", "all of tcp/22"),
        ({"from": "db", "to": "probe", "deny": "all"}, "holds", ""),
        ({"from": "db", "to": "probe", "allow": "tcp/22"}, "fails", "all of tcp/22"),
        ({"from": "internet", "to": "web", "allow": "tcp/443"}, "holds", ""),
        ({"from": "internet", "to": "probe", "deny": "all"}, "holds", ""),
        ({"from": "203.0.113.0/24", "to": {"subnet": "public"}, "allow": "tcp/443"}, "holds", ""),
        ({"from": {"vpc": "data"}, "to": {"vpc": "app"}, "deny": "tcp/22"}, "fails", ""),
        ({"from": {"subnet": "app.isolated"}, "to": {"vpc": "data"}, "deny": "all"}, "holds", ""),
        ({"from": "probe", "to": "0.0.0.0/0", "deny": "proto/50"}, "fails", ""),
        ({"from": "probe", "to": "www", "allow": "tcp/443"}, "holds", ""),
    ],
)
def test_verdicts(expect: dict[str, Any], verdict: str, failing: str) -> None:
    result = ask(expect)
    assert result.verdict == verdict, result.reason
    assert result.failing_text == failing or not failing
    holds_to_its_word(load({"expect": [expect]}), result)


def test_an_allow_of_which_a_part_passes_says_which_part_does_not() -> None:
    tight = acl_of("isolated", [ALL], [f"allow tcp/32768-60999 {ANY}"])
    result = ask({"from": "probe", "to": "db", "allow": "tcp/5432"}, tight)
    assert result.failing_text == "tcp/5432 (client ports 1024-32767,61000-65535 only)"
    assert result.blockers[0].code == "SUBNET_ACL_RESTRICTION"
    assert ask({"from": "probe", "to": "db", "allow": "tcp/5432", "one_way": True}, tight).holds
    part = ask({"from": "probe", "to": "db", "allow": "tcp/1-100"}, group("open", ("tcp/22", ANY)))
    assert part.failing_text == "tcp/1-21, tcp/23-100 (client ports 1024-65535 only)"
    linux = {"vpcs app instances probe client_ports": "32768-60999"}
    assert ask({"from": "probe", "to": "db", "allow": "tcp/5432"}, tight, linux).holds


def test_client_ports_tell_members_of_a_class_apart() -> None:
    changes: dict[str, Any] = {}
    for n in range(12):
        ports = "32768-60999" if n < 11 else "1024-65535"
        changes[f"vpcs app instances c{n}"] = {
            "subnet": "private", "private_ip": f"10.0.1.{20 + n}", "security_groups": ["client"],
            "client_ports": ports, "tags": {"role": "c"},
        }  # fmt: skip
    tight = acl_of("isolated", [ALL], [f"allow tcp/32768-60999 {ANY}"])
    result = ask({"from": {"tag": {"role": "c"}}, "to": "db", "allow": "tcp/5432"}, changes, tight)
    assert result.verdict == "fails"
    assert str(result.failing.sources()) == "10.0.1.31/32"


def test_what_is_not_modelled_is_undecided() -> None:
    firewall = {"vpcs app network_firewalls": {"fw": {}}, "vpcs app route_tables private 10.1.0.0/16": "fw"}
    for expect in ({"deny": "tcp/22"}, {"allow": "tcp/22"}):
        result = ask({"from": "probe", "to": "api", **expect}, firewall)
        assert (result.verdict, result.holds, bool(result)) == ("undecided", False, False)
        assert "fw is a Network Firewall endpoint" in result.reason
    result = ask({"from": {"vpc": "app"}, "to": "api", "allow": "tcp/22"}, firewall)
    assert result.verdict == "fails"  # the public and isolated subnets have no route at all


FUNCTIONS = {
    "lambda_functions": {
        "f": {
            "latest": {"vpc": "app", "subnets": ["private", "isolated"], "security_groups": ["open"]},
            "versions": {
                1: {"vpc": "app", "subnets": ["private"], "security_groups": ["open"]},
                2: {"vpc": "app", "subnets": ["isolated"], "security_groups": ["open"]},
                3: {},
            },
            "aliases": {"good": 1, "mixed": {1: 90, 2: 10}, "out": 3},
        }
    }
}


@pytest.mark.rule("LAMBDA-19")
@pytest.mark.rule("LAMBDA-26")
@pytest.mark.parametrize(
    ("source", "verdict"),
    [("f", "fails"), ("f:1", "holds"), ("f:2", "fails"), ("f:good", "holds"), ("f:mixed", "fails")],
)
def test_a_function_holds_only_from_all_of_its_subnets_and_versions(source: str, verdict: str) -> None:
    result = ask({"from": source, "to": "api", "allow": "tcp/443"}, FUNCTIONS)
    assert result.verdict == verdict
    if verdict == "fails":
        assert result.failing.sources().count == 1
        assert result.witness is not None


def test_a_function_outside_every_vpc() -> None:
    assert ask({"from": "f:out", "to": "web", "allow": "tcp/443"}, FUNCTIONS).holds
    shut = group("open", ("all", "10.0.0.0/8"))
    assert ask({"from": "f:out", "to": "web", "allow": "tcp/443"}, FUNCTIONS, shut).verdict == "fails"
    half = group("open", ("all", "128.0.0.0/1"))
    assert ask({"from": "f:out", "to": "web", "allow": "tcp/443"}, FUNCTIONS, half).verdict == "undecided"
    assert ask({"from": "f:out", "to": "web", "deny": "tcp/443"}, FUNCTIONS, half).verdict == "undecided"
    assert ask({"from": "f:out", "to": "web", "deny": "tcp/443"}, FUNCTIONS, shut).holds


def test_each_destination_of_a_function_outside_is_judged_alone() -> None:
    own = {"vpcs app security_groups shut": {"ingress": []}, "vpcs app instances nat security_groups": ["shut"]}
    result = ask({"from": "f:out", "to": {"subnet": "public"}, "allow": "tcp/443"}, FUNCTIONS, own)
    assert result.verdict == "fails"
    assert ask({"from": "f:out", "to": {"subnet": "public"}, "deny": "tcp/443"}, FUNCTIONS, own).verdict == "fails"


def test_the_whole_check() -> None:
    expect = [
        {"from": "probe", "to": "db", "allow": "all", "why": "because"},
        {"from": "db", "to": "probe", "allow": "tcp/1", "fails": "ENI_SG_RULES_MISMATCH"},
        {"from": "db", "to": "probe", "allow": "tcp/1", "fails": "SUBNET_ACL_RESTRICTION"},
        {"from": "api", "to": "8.8.8.0/24", "deny": "all"},
    ]
    check = loaded(design({"expect": expect})).check()
    assert [result.verdict for result in check] == ["holds", "fails", "fails", "holds"]
    assert not check
    assert [result.number for result in check.failures] == [2, 3]
    assert repr(check) == "<Check: 2 of 4 expectations hold>"
    assert check.to_dict()["ok"] is False
    assert check[0].where.startswith("generated.yaml:")
    assert len(check[1:3]) == 2
    assert check[1].as_marked in (True, False)
    assert not check[2].as_marked
    assert check[0].question == "probe -> db: allow all"


SELF = """\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.0.0/24}}
    instances: {i: {subnet: s, tags: {t: x}}, j: {subnet: s}}
expect:
  - {from: i, to: {tag: {t: x}}, allow: all, one_way: true}
  - {from: i, to: {tag: {t: x}}, deny: all}
  - {from: i, to: j, allow: icmpv6}
  - {from: i, to: {subnet: s}, allow: all}
"""


def test_promises_about_no_packet_at_all() -> None:
    net = reachsim.loads(SELF)
    check = net.check()
    assert [result.verdict for result in check] == ["fails", "holds", "fails", "holds"]
    for result in check:
        holds_to_its_word(net, result)
