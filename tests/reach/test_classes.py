"""Interfaces of one class have the same answer to everybody."""

from __future__ import annotations

from hypothesis import given
from tests.designs import ALL, ANY, NAT_INSTANCE, acl_of, load
from tests.networks import freed, laws, network, seeds

import reachsim


def class_of(net: reachsim.Network, name: str) -> int:
    """The number of an interface's class."""
    return net.classes.of[net.topology.interfaces[name]].index


def likes(*names: str, subnet: str = "isolated", first: int = 30) -> dict[str, object]:
    """Instances that differ in nothing but the address."""
    return {
        f"vpcs app instances {name}": {
            "subnet": subnet,
            "security_groups": ["open"],
            "private_ip": f"10.0.2.{first + n}",
        }
        for n, name in enumerate(names)
    }


@laws(12)
@given(seeds)
def test_members_of_a_class_have_the_same_answers(seed: int) -> None:
    rng, _, net = network(seed, crowd=True)
    classes = [c for c in net.classes.classes if len(c.members) > 1]
    others = [*net.topology.interfaces, *net.ends.function_names(), "internet", *net.design.internet.hosts]
    for one_class in rng.sample(classes, min(3, len(classes))):
        a, b = rng.sample(one_class.members, 2)
        for other in rng.sample(others, min(8, len(others))):
            if other in (a.name, b.name):
                continue
            keep = "destinations" if other in ("internet", *net.design.internet.hosts) else ""
            assert freed(net.reach(a.name, other).reachable, keep) == freed(net.reach(b.name, other).reachable, keep)
            assert freed(net.reach(a.name, other).delivered, keep) == freed(net.reach(b.name, other).delivered, keep)
            back = "sources" if keep else ""
            assert freed(net.reach(other, a.name).reachable, back) == freed(net.reach(other, b.name).reachable, back)
        assert freed(net.reach(a.name, b.name).reachable) == freed(net.reach(b.name, a.name).reachable)


@laws(15)
@given(seeds)
def test_every_interface_has_one_class(seed: int) -> None:
    _, _, net = network(seed, crowd=True)
    classes = net.classes
    assert [interface for c in classes.classes for interface in c.members] != []
    assert {interface: c for c in classes.classes for interface in c.members} == classes.of
    assert set(classes.of) == set(net.topology.interfaces.values())
    assert [c for outer in classes.routing for c in outer.classes] != []
    assert {c.index: c for outer in classes.routing for c in outer.classes} == dict(enumerate(classes.classes))
    for outer in classes.routing:
        second = outer.second()
        members = [interface for c in outer.classes for interface in c.members]
        assert outer.first is outer.classes[0].members[0]
        assert second is None if len(members) == 1 else second in members
        assert second is not outer.first


def test_what_tells_interfaces_apart() -> None:
    net = load(likes("a", "b", "c"))
    assert class_of(net, "app.a") == class_of(net, "app.b") == class_of(net, "app.db")
    route = load(likes("a", "b"), {"vpcs data route_tables api": {"10.0.2.30/32": "pcx"}})
    assert class_of(route, "app.a") != class_of(route, "app.b")
    rule = load(likes("a", "b"), acl_of("public", [ALL], ["deny tcp/22 10.0.2.30/32", ALL]))
    assert class_of(rule, "app.a") != class_of(rule, "app.b")
    assert (
        rule.classes.of[rule.topology.interfaces["app.a"]].routing
        is rule.classes.of[rule.topology.interfaces["app.b"]].routing
    )
    groups = load(likes("a", "b"), {"vpcs app instances a security_groups": ["client"]})
    assert class_of(groups, "app.a") != class_of(groups, "app.b")
    public = load(likes("a", "b"), {"vpcs app instances a public_ip": "198.51.100.77"})
    assert class_of(public, "app.a") != class_of(public, "app.b")
    target = load(likes("a", "b"), {"vpcs app route_tables private 8.8.8.0/24": "a"})
    assert class_of(target, "app.a") != class_of(target, "app.b")
    stopped = load(likes("a", "b"), {"vpcs app instances a state": "stopped"})
    assert class_of(stopped, "app.a") != class_of(stopped, "app.b")
    forwards = load(likes("a", "b"), {"vpcs app instances a nat": {"ip_forward": True, "masquerade": False}})
    assert class_of(forwards, "app.a") != class_of(forwards, "app.b")


def test_a_class_says_what_it_is() -> None:
    net = load(NAT_INSTANCE, likes("a"))
    texts = {str(c) for c in net.classes.classes}
    assert "app.web in app.public (instance; open, public address)" in texts
    assert "2 interfaces in app.isolated (instance; open)" in texts
    assert "app.ngw in app.public (nat gateway; no groups, public address)" in texts


def test_an_edited_rule_may_cut_a_class() -> None:
    net = load(likes("a", "b"))
    assert class_of(net, "app.a") == class_of(net, "app.b")
    rule = {"allow": "tcp/22", "from": "10.0.2.30/32"}
    copy = net.with_({"vpcs.app.security_groups.open.ingress": [rule]})
    assert class_of(copy, "app.a") != class_of(copy, "app.b")
    assert str(copy.matrix()["app.a", "app.web"]) != str(copy.matrix()["app.b", "app.web"])
    assert class_of(net, "app.a") == class_of(net, "app.b")
    assert ANY
