"""What every value that a guest sees has in common: a short repr, a text, equality by content, and no way to change it."""

from __future__ import annotations

import ast
import dataclasses
import gc
import re
import weakref
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import reachsim
from reachsim import Network
from reachsim.answers.rulesets import equivalent, rule_sets
from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.engine import Engine
from reachsim.errors import Problem
from reachsim.faces import REPR_LENGTH
from reachsim.net.address import Address
from reachsim.net.cidr import AddressSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic
from reachsim.resources.fields import ReadOnly, Schema
from reachsim.topology.flows import flows as flows_between

ROOT = Path(__file__).parents[1]
WIDER = {"vpcs.shop.security_groups.app.ingress[2]": {"allow": "tcp/9090", "from": "bastion"}}
LAMBDA = "vpc-lambda-as-found"
SHOP = "three-tier"
LOOPS = "10-nat-instance-in-its-clients-subnet-as-found"
SHADOWS = "15-acl-deny-shadows-allow-as-found"

SEEN = {
    "Blocker", "Box", "Cause", "Cell", "Change", "Check", "Choices", "Cidr", "Clause", "Crossing", "DeadEnd",
    "Difference", "Endpoint", "Equivalence", "Expectation", "Exposed", "Filter", "FilterBook", "Flow", "FlowAnswer",
    "Header", "HeaderSpace", "Hop", "IdleRule", "Isolation", "Leak", "Leg", "Matrix", "Network", "NetworkInterface",
    "Origin", "Packet", "PortSet", "Query", "Reach", "Result", "RoundTrip", "Slice", "Source", "Stop", "SubnetSite",
    "Topology", "Trace", "TracedWay", "Traffic", "Trip", "Visit", "VpcSite", "Walk",
}  # fmt: skip
"""Every kind of value that the walk below must have met."""


def load(name: str) -> Network:
    return reachsim.load(ROOT / "models" / f"{name}.yaml")


def answers(net: Network, shop: Network) -> dict[str, Any]:
    """One of each answer whose content is of addresses and names alone, so that it compares from network to network."""
    matrix = shop.matrix()
    sets = [filter for _kind, _name, filter in rule_sets(shop)]
    return {
        "trace": net.trace("fetch", "www.google.com", "tcp/443"),
        "packet": net.trace("probe", "partner.api", "tcp/80").packet,
        "reach": net.reach("probe", "partner.api"),
        "stops": net.reach("probe", "partner.api").stops,
        "boxes": list(net.reach("probe", "partner.api")),
        "losses": shop.reach("internet", "web-a").losses,
        "space": net.reach("probe", "partner.api").reachable,
        "check": net.check(),
        "results": list(net.check()),
        "matrix": matrix,
        "cell": matrix["app-a", "db-a"],
        "trips": [trip for way in matrix["app-a", "db-a"].ways for trip in way.trips()],
        "slice": matrix["tcp/22"],
        "exposure": shop.exposure(),
        "isolation": shop.isolated("app-a", "db-a"),
        "dead ends": load(LOOPS).dead_ends(),
        "idle rules": load(SHADOWS).idle_rules(),
        "difference": reachsim.diff(shop, shop.with_(WIDER)),
        "equivalence": equivalent(sets[0], sets[-1]),
    }


@pytest.fixture(scope="module")
def net() -> Network:
    return load(LAMBDA)


@pytest.fixture(scope="module")
def shop() -> Network:
    return load(SHOP)


@pytest.fixture(scope="module")
def found(net: Network, shop: Network) -> dict[str, Any]:
    return answers(net, shop)


def inside(value: object) -> Iterator[object]:
    """What a value is made of."""
    if isinstance(value, Mapping):
        yield from (*value.keys(), *value.values())
    elif isinstance(value, tuple | list | set | frozenset):
        yield from value
    elif isinstance(value, Engine):
        yield from (value.source, value.topology, value.book)
    elif isinstance(value, Checkpoint):
        yield from value.successors()
    elif type(value).__name__ == "Filter":
        yield value.clauses  # type: ignore[attr-defined]
    elif type(value).__name__ in ("Check", "Reach"):
        yield from vars(value).values()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, field.name, None) for field in dataclasses.fields(value))


def everything(*roots: object) -> Iterator[object]:
    """Each value of reachsim's own that can be reached from some, once."""
    known: dict[int, object] = {}
    left = list(roots)
    while left:
        value = left.pop()
        if id(value) in known or isinstance(value, str | int | type(None)):
            if isinstance(value, Address):
                yield value
            continue
        known[id(value)] = value  # kept alive, so that no id is used again
        if type(value).__module__.startswith("reachsim."):
            yield value
        left += inside(value)


@pytest.fixture(scope="module")
def values(net: Network, shop: Network, found: dict[str, Any]) -> list[object]:
    ends = [net.endpoint(name) for name in ("fetch", "internet", "www.google.com", "probe", "10.0.0.0/24")]
    flows = flows_between(ends[0], ends[2], net.ends)
    edited = shop.with_(WIDER)
    return list(everything(found, net, shop, edited, ends, flows, net.reach("internet", "probe"), net.not_modelled))


def test_the_walk_meets_every_kind(values: list[object]) -> None:
    assert {type(value).__name__ for value in values} >= SEEN


def test_a_repr_is_one_short_line(values: list[object]) -> None:
    for value in values:
        text = repr(value)
        kind = type(value).__name__
        assert text.isprintable(), kind
        assert len(text) <= REPR_LENGTH, (kind, text)
        assert " object at 0x" not in text or kind.startswith("_") or kind in PLAIN, (kind, text)


PLAIN = {"Document", "IntervalMap", "Endpoints", "Atoms", "_Node", "Names"}
"""Insides that no answer shows."""


def test_addresses_are_dotted(values: list[object]) -> None:
    for value in values:
        for text in (repr(value), str(value)):
            assert not re.search(r"(?<![\w:.])\d{8,}", text), (type(value).__name__, text[:200])


def test_a_text_is_words(values: list[object]) -> None:
    for value in values:
        kind = type(value).__name__
        if kind not in PLAIN and not isinstance(value, tuple) and dataclasses.is_dataclass(value):
            assert not str(value).startswith(f"{kind}("), (kind, str(value)[:200])
            assert str(value), kind


def test_answers_of_two_networks_compare(found: dict[str, Any]) -> None:
    again = answers(load(LAMBDA), load(SHOP))
    for name, value in found.items():
        assert value == again[name], name
        assert value == value
        assert value != object()
        for one, other in zip(each(value), each(again[name]), strict=True):
            assert hash(one) == hash(other), name


def each(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return list(value) if isinstance(value, list | tuple) else [value]


def test_other_answers_differ(net: Network, shop: Network, found: dict[str, Any]) -> None:
    wider = shop.with_(WIDER)
    assert net.trace("fetch", "partner.api", "tcp/80") != found["trace"]
    assert net.trace("fetch", "partner.api", "tcp/80").packet != found["packet"]
    assert shop.check() != found["check"]
    assert wider.matrix() != found["matrix"]
    assert wider.matrix()["tcp/22"] != found["slice"]
    assert found["matrix"]["app-b", "db-a"] != found["cell"]
    assert found["matrix"]["tcp/80"] != found["slice"]
    assert shop.isolated("app-a", "db-b") != found["isolation"]
    assert reachsim.diff(shop, shop) != found["difference"]
    assert load(SHOP).with_(WIDER).matrix() == wider.matrix()


def test_matrices_compare_by_pairs_not_by_classes(shop: Network) -> None:
    """A rule that lets nothing new through may cut a class in two; the answers are the same."""
    same = shop.with_({"vpcs.shop.security_groups.app.ingress[2]": {"allow": "tcp/22", "from": "bastion"}})
    assert same.matrix() == shop.matrix()
    assert hash(same.matrix()) == hash(shop.matrix())
    assert load(LAMBDA).matrix() != shop.matrix()


def test_ends_compare_within_a_network(net: Network) -> None:
    for name in ("fetch", "internet", "www.google.com", "probe", "10.0.0.0/24", "10.0.1.20", "8.8.8.8", "front"):
        assert net.endpoint(name) == net.endpoint(name)
        assert hash(net.endpoint(name)) == hash(net.endpoint(name))
    one, other = net.endpoint("fetch"), net.endpoint("www.google.com")
    assert flows_between(one, other, net.ends) == flows_between(one, other, net.ends)
    assert one != other
    resolved = [dataclasses.replace(one, resolve=lambda origin: other) for _ in range(2)]
    assert resolved[0] == resolved[1]  # a function that each question makes anew is no content
    assert net.reach("probe", "partner.api").parts == net.reach("probe", "partner.api").parts


def test_interfaces_and_checkpoints_are_themselves(net: Network) -> None:
    other = load(LAMBDA)
    one, its = net.topology.interfaces["app.nat"], other.topology.interfaces["app.nat"]
    assert one != its
    assert one.host != its.host
    assert one == net.topology.interfaces["app.nat"]


def test_networks_compare_by_what_they_say(net: Network) -> None:
    text = (ROOT / "models" / f"{LAMBDA}.yaml").read_text(encoding="utf-8")
    same = reachsim.loads("# a remark\n" + text)
    assert net == same
    assert hash(net) == hash(same)
    edited = net.with_({"vpcs.app.instances.nat.source_dest_check": False})
    assert edited != net
    assert edited == same.with_({"vpcs.app.instances.nat.source_dest_check": False})
    assert net != text


def test_the_order_of_interfaces_is_content() -> None:
    """Addresses that nobody wrote are assigned in the order of the file."""
    head = "version: 1\nvpcs: {v: {cidrs: [10.0.0.0/16], subnets: {s: {cidr: 10.0.0.0/24}}, instances: "
    one = reachsim.loads(head + "{a: {subnet: s}, b: {subnet: s}}}}")
    other = reachsim.loads(head + "{b: {subnet: s}, a: {subnet: s}}}}")
    assert one.topology.interfaces["v.a"].addresses != other.topology.interfaces["v.a"].addresses
    assert one != other


@pytest.mark.parametrize(
    "name", ["source", "book", "templates", "topology", "ends", "endpoints", "design", "classes", "anything"]
)
def test_a_network_cannot_be_changed(shop: Network, name: str) -> None:
    for network in (shop, shop.with_(WIDER), shop.with_({"vpcs.shop.instances.bastion": None, "expect": None})):
        with pytest.raises(AttributeError, match="a network never changes"):
            setattr(network, name, None)
        with pytest.raises(AttributeError, match="a network never changes"):
            delattr(network, name)


def mappings(part: Any) -> Iterator[dict[Any, Any]]:
    """Every mapping of a design, however deep."""
    if isinstance(part, Schema):
        for name in type(part).model_fields:
            yield from mappings(getattr(part, name))
    elif isinstance(part, dict):
        yield part
        for value in part.values():
            yield from mappings(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from mappings(value)


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "models").glob("*.yaml")))
def test_no_mapping_of_a_design_can_be_changed(name: str) -> None:
    net = load(name)
    vpc = next(iter(net.design.vpcs))
    full = net.with_({f"vpcs.{vpc}.tags": {"a": "b"}, f"vpcs.{vpc}.security_groups.new": {"ingress": []}})
    rules = full.with_({f"vpcs.{vpc}.security_groups.new.ingress": [{"allow": "all", "from": "0.0.0.0/0"}]})
    for network in (net, full, rules):
        found = list(mappings(network.design))
        assert found
        assert {type(mapping) for mapping in found} == {ReadOnly}
    with pytest.raises(TypeError, match="a design never changes"):
        net.design.vpcs[vpc] = None
    for change in ("pop", "clear", "update", "setdefault", "popitem", "__delitem__", "__ior__"):
        with pytest.raises(TypeError, match="a design never changes"):
            getattr(net.design.vpcs, change)(vpc)


@pytest.fixture
def _nothing_of_other_tests() -> Iterator[None]:
    """The collector looks at what is made from here on alone: what other tests left is much, and takes seconds."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_nothing_of_other_tests")
def test_caches_die_with_their_network() -> None:
    net = load(SHOP)
    with ThreadPoolExecutor(1) as pool:
        matrix = net.matrix(executor=pool)
        assert net.check(executor=pool)
    net.exposure()
    net.with_(WIDER).matrix()
    gone = [weakref.ref(net), *(weakref.ref(part) for part in (net.topology, net.ends, matrix))]
    del net, matrix
    for kind in ("Topology", "Endpoints"):
        gone += [weakref.ref(one) for one in of_kind(kind)]
    gc.collect()
    assert [one for one in gone if one() is not None] == []


def of_kind(name: str) -> list[Any]:
    return [
        one for one in gc.get_objects() if type(one).__name__ == name and type(one).__module__.startswith("reachsim.")
    ]


def test_answers_have_plain_data(found: dict[str, Any]) -> None:
    for name in ("trace", "reach", "check", "matrix", "cell", "slice", "isolation", "difference"):
        assert isinstance(found[name].to_dict(), dict), name
    for name in ("results", "stops", "exposure", "dead ends", "idle rules"):
        assert all(isinstance(one.to_dict(), dict) for one in found[name]), name
    assert found["reach"].to_dict()["reachable"] == "tcp/80"
    assert found["slice"].to_dict()["pairs"][0] == {"from": "shop.bastion", "to": "shop.app-a"}


def test_names_that_paint_the_terminal_are_escaped() -> None:
    packet = Packet(0x0A000001, 0x0A000002, 6 << 16 | 443, 50000)
    assert repr(packet) == "<Packet tcp 10.0.0.1:50000 -> 10.0.0.2:443>"
    hostile = reachsim.loads("version: 1\n", file="a\x1b[2J\u202e.yaml")
    assert repr(hostile) == r"<Network a\x1b[2J\u202e.yaml: 0 VPCs, 0 interfaces>"


def test_long_sets_are_cut() -> None:
    ports = Traffic.union_of((6 << 16 | port, 6 << 16 | port) for port in range(1, 999, 2))
    assert len(repr(ports)) <= REPR_LENGTH
    assert repr(ports).startswith("Traffic('tcp/1, tcp/3,")
    assert repr(ports).endswith("...')")
    many = AddressSet.union_of((place, place) for place in range(0x0A000000, 0x0A001000, 2))
    assert len(repr(many)) <= REPR_LENGTH
    assert len(str(many)) > REPR_LENGTH
    assert repr(Problem("f.yaml", 1, 1, (), "wrong"))


def test_whether_there_is_a_witness_is_never_asked_by_its_truth() -> None:
    """A trace is true where its packet gets there and back; the witness of what fails is one that does not."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for asked in truths(node):
                name = asked.attr if isinstance(asked, ast.Attribute) else getattr(asked, "id", "")
                assert name != "witness", f"{path.name}:{asked.lineno}"


def truths(node: ast.AST) -> Iterator[ast.expr]:
    """What a node asks for being true."""
    match node:
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield test
        case ast.BoolOp(values=values) | ast.comprehension(ifs=values):
            yield from values
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
