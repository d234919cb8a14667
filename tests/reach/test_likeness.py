"""Likenesses: questions to and from the internet of which one is asked for all have one answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from tests.designs import Changes, acl_of, group, load
from tests.networks import ANYWHERE, freed, laws, network, seeds

import reachsim
from reachsim.net.headerspace import HeaderSpace
from reachsim.reach.likeness import Likenesses

OUT, IN = ("destinations", 0), ("sources", 1)
"""Which addresses stay in an answer to the internet and from it, and at which end it stands."""


def asked(net: reachsim.Network, name: str, at: int) -> tuple[str, str]:
    """From an interface to the internet, or (1) from there to it."""
    return ("internet", name) if at else (name, "internet")


def likeness(net: reachsim.Network, name: str, at: int, likenesses: Likenesses | None = None) -> Any:
    """What the answer depends on."""
    source, destination = map(net.endpoint, asked(net, name, at))
    return (likenesses or Likenesses()).of(source, destination, net.ends, net.book)


def answer(net: reachsim.Network, name: str, at: int, keep: str) -> list[HeaderSpace]:
    """What gets through, freed of the interface's address."""
    found = net.reach(*asked(net, name, at))
    assert not found.undecided
    spaces = (found.delivered, found.always, found.reachable, found.sometimes)
    return [freed(space, keep, ANYWHERE) for space in spaces]


@pytest.mark.parametrize(("keep", "at"), [OUT, IN])
@laws(5)
@given(seed=seeds)
def test_questions_of_one_likeness_have_one_answer(keep: str, at: int, seed: int) -> None:
    _, _, net = network(seed, crowd=True)
    likenesses, known = Likenesses(), dict[Any, list[HeaderSpace]]()
    for name, interface in net.topology.interfaces.items():
        like = None if interface.shared else likeness(net, name, at, likenesses)
        if like is not None:
            found = answer(net, name, at, keep)
            assert known.setdefault(like, found) == found


ACL = acl_of("public", ["allow tcp/443 0.0.0.0/0", "allow tcp/1024-65535 0.0.0.0/0"], ["allow all 0.0.0.0/0"])
TWO: Changes = {"vpcs app instances other": {"subnet": "public", "public_ip": True, "security_groups": ["open"]}}


def test_two_hosts_behind_the_same_filters_are_alike() -> None:
    net, likenesses = load(TWO), Likenesses()
    one, other = (likeness(net, name, 1, likenesses) for name in ("web", "other"))
    assert one is not None
    assert one == other
    assert likeness(load(TWO, ACL), "web", 1, likenesses) != one  # of another network with other rules
    assert likeness(load(TWO), "web", 1, likenesses) == one  # and with the same


def test_rules_of_groups_and_of_acls_tell_hosts_apart() -> None:
    likenesses = Likenesses()
    base = likeness(load(TWO), "other", 1, likenesses)
    extra = group("extra", ("tcp/443", "0.0.0.0/0"))
    grouped = load(TWO, extra, {"vpcs app instances other security_groups": ["extra"]})
    assert likeness(grouped, "other", 1, likenesses) not in (base, likeness(grouped, "web", 1, likenesses))
    assert likeness(load(TWO, ACL), "other", 1, likenesses) != base


def test_a_rule_that_is_not_known_leaves_no_likeness() -> None:
    net = load({"vpcs app security_groups open ingress": [{"allow": "all", "from": "unknown"}]})
    assert likeness(net, "web", 1) is None


def test_what_comes_back_tells_answers_apart() -> None:
    every, likenesses = ["allow all 0.0.0.0/0"], Likenesses()
    one, other = (load(acl_of("public", every, back)) for back in (every, ["allow tcp/443 0.0.0.0/0"]))
    assert likeness(one, "web", 1, likenesses) != likeness(other, "web", 1, likenesses)


def test_an_address_that_a_rule_on_the_way_names_tells_hosts_apart() -> None:
    """The ACL before the NAT gateway sees whose packet it is."""
    lines = ["deny tcp/443 10.0.1.10/32", "allow all 0.0.0.0/0"]
    changes = {f"vpcs app instances {name} security_groups": ["client"] for name in ("probe", "twin")}
    for acl, same in ((acl_of("public", lines[1:], lines[1:]), True), (acl_of("public", lines, lines[1:]), False)):
        net, likenesses = load(changes, acl), Likenesses()
        one, other = (likeness(net, name, 0, likenesses) for name in ("probe", "twin"))
        assert one is not None
        assert (one == other) is same


def test_the_addresses_that_a_route_leads_to_tell_answers_apart() -> None:
    likenesses = Likenesses()
    routes = ({"vpcs app route_tables private": {block: "ngw"}} for block in ("20.0.0.0/8", "30.0.0.0/8"))
    one, other = (likeness(load(route), "probe", 0, likenesses) for route in routes)
    assert None not in (one, other)
    assert one != other
