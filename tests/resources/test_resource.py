"""A resource is one file: here is a whole one, used in a design, traced, asked and in the matrix."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import pytest

import reachsim
from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Deliver, Forward, Header, Leg, Step
from reachsim.dataplane.filters import Filter, Query, protocol_limit
from reachsim.dataplane.scope import ANY, edges
from reachsim.dataplane.site import NetworkInterface, VpcSite
from reachsim.loading.schema import schema
from reachsim.net.cidr import AddressSet, address_set
from reachsim.net.traffic import Traffic
from reachsim.resources.fields import BlockField, SecurityGroupNames, SubnetName
from reachsim.resources.host import Host, put_behind_groups
from reachsim.resources.mending import Case, Edit
from reachsim.resources.network_interface import interface_for
from reachsim.resources.resource import (
    At,
    BlocksBehind,
    Entrance,
    InterfaceNeed,
    Resource,
    Wiring,
    forgotten,
    resource,
)
from reachsim.resources.subnet import enter_subnet
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss

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


@pytest.mark.parametrize("name", ["proxies", "bastions", "links"])
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


BEYOND = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24}}
    route_tables: {main: {192.168.0.0/24: dish}}
    security_groups: {open: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances: {web: {subnet: a, security_groups: [open]}}
satellite_links: {dish: {vpc: app, prefixes: [192.168.0.0/24], state: up}}
"""


@pytest.fixture
def links() -> Iterator[None]:
    """A resource in no VPC, with networks behind it, and with an edit that mends it."""

    class Link(Checkpoint, is_a=CheckpointType.OUTSIDE, cuts=True, asks=False):
        """A link: the end of what goes there, and where what comes from there starts."""

        def __init__(self, at: At, vpc: VpcSite, behind: AddressSet, up: bool) -> None:
            super().__init__(at.name, "satellite link", at.path)
            self.vpc, self.behind, self.up = vpc, behind, up

        def step(self, header: Header, leg: Leg) -> Step:
            if not self.up:
                return self.drop(Loss(Code.BAD_STATE, "WALK-1", "it is down"), header, path=(*self.path, "state"))
            if header.destination in self.behind:
                return Deliver(header)
            return enter_subnet(self, self.vpc, header, "into the VPC", "WALK-1", self.path)._replace(scope=None)

        def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
            return self, Header(arrived.destination, arrived.source)

        def cuts(self) -> Iterable[int]:
            return edges(self.behind)

        def successors(self) -> list[Checkpoint]:
            return [subnet.entry for subnet in self.vpc.subnets.values()]

    @resource("satellite_links", "satellite link", "design")
    class SatelliteLink(Resource):
        """A way from one VPC to networks outside AWS."""

        vpc: str
        prefixes: tuple[BlockField, ...]
        state: Literal["up", "down"] = "up"

        def behind(self) -> BlocksBehind:
            return BlocksBehind(self.prefixes)

        def build(self, at: At, wiring: Wiring) -> None:
            behind = address_set(self.prefixes)
            link = Link(at, wiring.vpc(self.vpc), behind, self.state == "up")
            wiring.note(at.path, link)
            wiring.add_sender(behind, link, at.name)

        def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
            return Entrance(wiring.noted(at.path))

        def mend(self, at: At, case: Case) -> Iterator[Edit]:
            if case.cause.path == (*at.path, "state"):
                yield Edit.setting(case.cause.path, "up", f"bring {at.name} up", 2)

    with forgotten(SatelliteLink):
        yield


def test_networks_behind_one_are_asked_compared_and_mended(links: None) -> None:
    net = reachsim.loads(BEYOND)
    assert net.trace("web", "192.168.0.9", "tcp/22").reachable
    assert net.trace("192.168.0.9", "web", "tcp/443").reachable
    assert net.reach("192.168.0.0/24", "web").reachable.traffic() == Traffic.parse("tcp/443")
    down = reachsim.loads(BEYOND.replace("state: up", "state: down"))
    closed = [(change.sources, change.destinations) for change in reachsim.diff(net, down).closed]
    assert sorted(closed) == [(("192.168.0.0/24",), ("app.web",)), (("app.web",), ("192.168.0.0/24",))]
    fix = down.fixes("web", "192.168.0.9", "tcp/22").best
    assert fix is not None
    assert str(fix.edits[0]) == "bring dish up"
    assert fix.patch is not None
    assert fix.patch.after == BEYOND
    assert not down.fixes("web", "10.9.0.1", "tcp/22")  # nothing has that address, and no edit helps
