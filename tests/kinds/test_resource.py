"""A resource is one file: here is a whole one, used in a design, traced, asked and in the matrix."""

from collections.abc import Iterator

import pytest

import reachsim
from reachsim.fabric.filters import Direction
from reachsim.fabric.site import Nic
from reachsim.kinds.kind import Reference, References
from reachsim.kinds.network_interface import Host, Inbound, Outbound
from reachsim.kinds.resource import At, InterfaceNeed, Resource, Wiring, forgotten, resource
from reachsim.loading.schema import schema

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

        subnet: Reference
        security_groups: References | None = None

        def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
            yield InterfaceNeed(at.name, at.path, self.subnet, self.security_groups)

        def build(self, at: At, wiring: Wiring) -> None:
            for need in self.interfaces(at):
                pairs = wiring.pairs(at.vpc, need)
                nic = Nic(at.full_name, "proxy", wiring.subnet(at.vpc, self.subnet), pairs, at.path)
                nic.host = Host(nic)
                wiring.add_groups(at.vpc, nic, self.security_groups)
                nic.outbound = Outbound(nic, Direction.EGRESS, nic.filter(Direction.EGRESS), at.path, nic.subnet.exit)
                nic.inbound = Inbound(nic, Direction.INGRESS, nic.filter(Direction.INGRESS), at.path, nic.host)
                wiring.place(nic)

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


def test_its_mistakes_are_told_like_those_of_any_other() -> None:
    with pytest.raises(reachsim.DesignError, match="subnet"):
        reachsim.loads(DESIGN.replace("subnet: b", "subnet: c"))
    with pytest.raises(reachsim.DesignError, match="subnets"):
        reachsim.loads(DESIGN.replace("subnet: b, security_groups: [proxy]", "subnets: b"))


def test_it_is_in_the_schema() -> None:
    assert "proxies" in str(schema())
