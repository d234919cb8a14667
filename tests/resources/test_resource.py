"""A resource is one file: here is a whole one, used in a design, traced, asked and in the matrix."""

from collections.abc import Iterator

import pytest

import reachsim
from reachsim.dataplane.filters import Direction
from reachsim.dataplane.site import NetworkInterface
from reachsim.loading.schema import schema
from reachsim.resources.fields import Reference, References
from reachsim.resources.network_interface import Host, Inbound, Outbound
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

        subnet: Reference
        security_groups: References | None = None

        def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
            yield InterfaceNeed(at.name, at.path, self.subnet, self.security_groups)

        def build(self, at: At, wiring: Wiring) -> None:
            for need in self.interfaces(at):
                pairs = wiring.pairs(at.vpc, need)
                interface = NetworkInterface(at.full_name, "proxy", wiring.subnet(at.vpc, self.subnet), pairs, at.path)
                interface.host = Host(interface)
                wiring.add_groups(at.vpc, interface, self.security_groups)
                interface.outbound = Outbound(
                    interface, Direction.EGRESS, interface.filter(Direction.EGRESS), at.path, interface.subnet.exit
                )
                interface.inbound = Inbound(
                    interface, Direction.INGRESS, interface.filter(Direction.INGRESS), at.path, interface.host
                )
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


def test_its_mistakes_are_told_like_those_of_any_other() -> None:
    with pytest.raises(reachsim.DesignError, match="subnet"):
        reachsim.loads(DESIGN.replace("subnet: b", "subnet: c"))
    with pytest.raises(reachsim.DesignError, match="subnets"):
        reachsim.loads(DESIGN.replace("subnet: b, security_groups: [proxy]", "subnets: b"))


def test_it_is_in_the_schema() -> None:
    assert "proxies" in str(schema())
