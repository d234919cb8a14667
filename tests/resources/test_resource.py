"""A resource is one file: here is a whole one, used in a design, traced, asked and in the matrix."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import reachsim
from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Forward, Header, Leg, Step
from reachsim.dataplane.filters import Filter, Query, protocol_limit
from reachsim.dataplane.scope import ANY
from reachsim.dataplane.site import NetworkInterface
from reachsim.loading.schema import schema
from reachsim.net.traffic import Traffic
from reachsim.resources.fields import SecurityGroupNames, SubnetName
from reachsim.resources.host import Host, put_behind_groups
from reachsim.resources.network_interface import interface_for
from reachsim.resources.resource import At, InterfaceNeed, Resource, Wiring, forgotten, resource

DESIGN = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24}, b: {cidr: 10.0.1.0/24}}
    security_groups: {client: {}, proxy: {ingress: [{allow: tcp/3128, from: client}]}}
    instances: {web: {subnet: a, security_groups: [client]}}
    proxies: {squid: {subnet: b, security_groups: [proxy]}}
expect:
  - {from: web, to: squid, allow: tcp/3128}
  - {from: web, to: squid, deny: tcp/22}
"""


@pytest.fixture(autouse=True)
def proxies() -> Iterator[None]:
    @resource("proxies", "proxy")
    class Proxy(Resource):
        """A proxy with one interface."""

        subnet: SubnetName
        security_groups: SecurityGroupNames | None = None

        def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
            yield InterfaceNeed(at.name, at.path, self.subnet, self.security_groups)

        def build(self, at: At, wiring: Wiring) -> None:
            for need in self.interfaces(at):
                groups = wiring.groups(at.vpc, self.security_groups)
                interface = interface_for(need, "proxy", {}, at, wiring, groups)
                interface.host = Host(interface)
                put_behind_groups(interface)
                wiring.place(interface)

    with forgotten(Proxy):
        yield


def test_it_is_checked_traced_asked_and_in_the_matrix() -> None:
    net = reachsim.loads(DESIGN)
    assert [result.verdict for result in net.check()] == ["holds", "holds"]
    trace = net.trace("web", "squid", "tcp/3128")
    assert trace.reachable
    assert (trace.forward[-1].component, trace.forward[-1].checkpoint) == ("app.squid", "proxy")
    assert net.trace("web", "squid", "tcp/22").blockers[0].code == "ENI_SG_RULES_MISMATCH"
    assert net.matrix().cell("app.web", "app.squid").reachable == net.reach("web", "squid").reachable.traffic()
    assert "app.squid proxy" in net.graph()
    assert net.with_({"vpcs.app.proxies.squid.subnet": "a"}).trace("web", "squid", "tcp/3128").reachable


def test_it_may_be_named_and_name_what_is_its_own_in_full() -> None:
    named = DESIGN.replace("subnet: b, security_groups: [proxy]", "subnet: app.b, security_groups: [app.proxy]")
    assert reachsim.loads(named).design == reachsim.loads(DESIGN).design


@pytest.mark.parametrize("name", ["proxies", "bastions"])
def test_a_whole_one_has_less_than_60_lines(name: str) -> None:
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    (made,) = (each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name)
    assert made.end_lineno is not None
    assert made.end_lineno - made.lineno < 60


def test_its_mistakes_are_told_like_those_of_any_other() -> None:
    with pytest.raises(reachsim.DesignError, match="subnet"):
        reachsim.loads(DESIGN.replace("subnet: b", "subnet: c"))
    with pytest.raises(reachsim.DesignError, match="subnets"):
        reachsim.loads(DESIGN.replace("subnet: b, security_groups: [proxy]", "subnets: b"))


def test_it_is_in_the_schema() -> None:
    assert "proxies" in str(schema())


GUARDED = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {web: {subnet: a, security_groups: [open]}, db: {subnet: a, security_groups: [open]}}
    bastions: {gate: {subnet: a, security_groups: [open]}}
"""


@pytest.fixture
def bastions() -> Iterator[None]:
    """A resource with a checkpoint of its own, which takes SSH alone whatever its groups say."""
    only_ssh = protocol_limit("bastion protocols", Traffic.parse("tcp/22"), "a bastion takes SSH", "WALK-1")

    class Guard(Checkpoint, is_a=CheckpointType.LIMIT, cuts=False, asks=True):
        """What a bastion takes."""

        def __init__(self, interface: NetworkInterface, next: Checkpoint) -> None:
            super().__init__(interface.name, "guard", interface.path)
            self.next = next

        def step(self, header: Header, leg: Leg) -> Step:
            return Forward(self.next, header, scope=ANY, asks=Query(only_ssh, header.source, tracked=leg.reply))

        def filters(self) -> tuple[Filter, ...]:
            return (only_ssh,)

        def successors(self) -> tuple[Checkpoint, ...]:
            return (self.next,)

    @resource("bastions", "bastion")
    class Bastion(Resource):
        """A host that takes SSH alone."""

        subnet: SubnetName
        security_groups: SecurityGroupNames | None = None

        def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
            yield InterfaceNeed(at.name, at.path, self.subnet, self.security_groups)

        def build(self, at: At, wiring: Wiring) -> None:
            for need in self.interfaces(at):
                interface = interface_for(need, "bastion", {}, at, wiring, wiring.groups(at.vpc, self.security_groups))
                interface.host = Host(interface)
                put_behind_groups(interface)
                interface.inbound = Guard(interface, interface.inbound)
                wiring.place(interface)

    with forgotten(Bastion):
        yield


def test_a_checkpoint_of_its_own_is_asked_by_both_engines(bastions: None) -> None:
    net = reachsim.loads(GUARDED)
    assert net.trace("web", "gate", "tcp/22").reachable
    assert net.trace("web", "gate", "tcp/443").blockers[0].checkpoint == "guard"
    matrix = net.matrix()
    assert matrix.cell("app.web", "app.gate").reachable == Traffic.parse("tcp/22")
    for one in ("web", "db", "gate"):  # one in front of a guard is like no other, and starts what it likes
        for other in {"web", "db", "gate"} - {one}:
            assert matrix.cell(f"app.{one}", f"app.{other}").reachable == net.reach(one, other).reachable.traffic()
    assert net.graph().has_edge("app.gate guard", "app.gate security group open ingress")
