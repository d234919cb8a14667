"""Services of one's own in all questions: what is told beside, the matrix, edits, the graph."""

from __future__ import annotations

from typing import Any

import pytest
from tests.designs import GONE, edited
from tests.oracle.text import write_yaml
from tests.resources.services import BASE, ENDPOINT, GROUP, NLB, ZONES, allow, ask, load

import reachsim

# -- what is told beside ---------------------------------------------------------------------------------------------


@pytest.mark.rule("LB-10")
def test_health_checks_of_the_targets_are_told() -> None:
    trace = ask({f"{GROUP} health_check": "http/8081"})
    assert trace.reachable
    assert "health checks of target provider.web on tcp/8081 fail" in trace.notes[0]
    net = load({f"{GROUP} health_check": "http/8081", "expect": [{"from": "client", "to": "mine", "allow": "tcp/443"}]})
    assert "health checks of target provider.web" in net.check()[0].notes[0]


def test_what_a_client_sees_is_what_the_target_answers() -> None:
    assert ask({"vpcs provider instances web listens": "tcp/443"}).client_sees == "refused"
    assert ask({"vpcs provider instances web listens": "tcp/8443"}).client_sees == "established"


def test_a_trace_to_the_targets_own_address_does_not_go_by_the_endpoint_and_says_so() -> None:
    trace = load().trace("client", "provider.web", "tcp/443")
    assert trace.verdict == "blocked"
    told = "provider.web stands behind consumer.mine, by PrivateLink through provider.nlb/front"
    assert [note.split(":")[0] for note in trace.notes] == [told]
    assert not load().trace("client", "provider.other", "tcp/443").notes
    assert not load().reach("client", "provider.web").delivered


@pytest.mark.rule("EP-10")
@pytest.mark.parametrize(
    ("source", "to", "denied", "verdict"),
    [
        ("consumer.client", "provider.web", "all", "fails"),
        ("consumer.client", "provider.web", "tcp/443", "fails"),  # as it is sent
        ("consumer.client", "provider.web", "tcp/8443", "fails"),  # as it arrives
        ("consumer.client", "provider.web", "tcp/22", "holds"),
        ("consumer.client", "provider.other", "all", "holds"),
        ({"vpc": "consumer"}, {"vpc": "provider"}, "tcp", "fails"),
        ({"vpc": "provider"}, {"vpc": "consumer"}, "all", "holds"),
    ],
)
def test_what_comes_by_the_endpoint_is_delivered_where_nothing_should_be(
    source: Any, to: Any, denied: str, verdict: str
) -> None:
    net = load({"expect": [{"from": source, "to": to, "deny": denied}]})
    result = net.check()[0]
    assert result.verdict == verdict
    if verdict == "fails":
        assert result.witness is not None
        assert result.witness.forward[-1].component == "provider.web"
    shut = net.with_({"vpcs.consumer.security_groups.endpoint.ingress[0].allow": "icmp"})
    assert shut.check()[0].verdict == "holds"


@pytest.mark.rule("EP-10")
def test_two_vpcs_with_an_endpoint_between_them_are_not_isolated() -> None:
    found = load().isolated({"vpc": "consumer"}, {"vpc": "provider"})
    assert not found
    assert {(leak.source, leak.destination) for leak in found.leaks} == {
        ("consumer.client", "provider.web"),
        ("consumer.double", "provider.web"),
    }
    assert load(allow("nlb")).isolated({"vpc": "consumer"}, {"vpc": "provider"})


# -- every command ---------------------------------------------------------------------------------------------------


def test_trace_reach_and_matrix_agree() -> None:
    for changes in (
        {},
        allow("nlb", ("tcp/443", "10.0.1.10/32")),
        allow("nlb", ("tcp/443", "10.0.2.20/32")),
        allow("web", ("tcp/8443", "10.0.2.20/32")),
        {f"{NLB} security_groups": GONE},
        {**ZONES, f"{NLB} cross_zone": True, f"{GROUP} targets": ["web", "other"]},
        {"vpcs provider subnets front az": GONE},
        {"vpcs provider security_groups nlb egress": [{"allow": "tcp/8443", "to": "web"}]},
    ):
        # Next to `double`, who has the address of the target, somebody who walks alike.
        guest = {"subnet": "ends", "private_ip": "10.0.2.30", "security_groups": ["endpoint"]}
        net = load(changes, {"vpcs consumer instances guest": guest})
        for source in ("consumer.client", "consumer.double", "consumer.guest"):
            cell, answer = net.matrix().cell(source, "consumer.mine"), net.reach(source, "consumer.mine")
            trace = net.trace(source, "mine", "tcp/443")
            assert bool(cell.undecided) == bool(answer.undecided) == bool(trace.undecided)
            assert cell.delivered == answer.delivered.traffic()
            assert cell.reachable == answer.reachable.traffic()
            assert trace.reachable == bool(answer.reachable)


def test_a_clients_address_that_is_a_targets_on_the_other_side() -> None:
    """A network behind a VPN has the addresses of the provider: beyond the load balancer nobody sees the client."""
    net = reachsim.loads(
        write_yaml(
            edited(
                BASE,
                {
                    "vpcs consumer cidrs": ["10.8.0.0/16"],
                    "vpcs consumer subnets": {"ends": {"cidr": "10.8.2.0/24", "az": "a", "route_table": "ends"}},
                    "vpcs consumer instances": {},
                    "vpcs consumer route_tables": {"ends": {"10.0.2.20/30": "vgw"}},
                    f"{ENDPOINT} private_ips": {"ends": "10.8.2.99"},
                    "vpcs consumer vpn_gateways": {"vgw": {}},
                    "vpn_connections office": {"gateway": "consumer.vgw", "static_routes": ["10.0.2.20/30"]},
                    "networks office": {"cidrs": ["10.0.2.20/30"], "via": ["office"]},
                    "vpcs provider security_groups nlb egress": [{"allow": "tcp/8443", "to": "10.0.2.20/32"}],
                },
            )
        )
    )
    answer = net.reach("office", "10.8.2.99")
    assert answer.reachable.traffic() == reachsim.Traffic.parse("tcp/443")
    assert answer.reachable.sources().count == 4


def test_the_graph_has_every_walk() -> None:
    graph = load().graph()
    names = {data["component"] for _, data in graph.nodes(data=True)}
    assert {"consumer.mine", "provider.nlb/front", "provider.web"} <= names


def test_an_edit_behind_the_endpoint_is_heard() -> None:
    net = load()
    assert net.trace("client", "mine", "tcp/443").reachable
    shut = net.with_({"vpcs.provider.security_groups.web.ingress[0].allow": "tcp/80"})
    assert not shut.trace("client", "mine", "tcp/443").delivered
    closed = net.with_({"vpcs.provider.security_groups.nlb.ingress[0].allow": "tcp/80"})
    assert not closed.trace("client", "mine", "tcp/443").delivered
    assert net.trace("client", "mine", "tcp/443").reachable
