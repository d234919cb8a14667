"""Services of one's own behind interface endpoints (PrivateLink)."""

from __future__ import annotations

import pytest
from tests.designs import GONE, Changes, blames, group, load, problems

LINK: Changes = {
    "vpcs app load_balancers nlb": {"type": "network", "scheme": "internal", "subnets": ["isolated"]},
    "endpoint_services mine": {"load_balancer": "app.nlb", "private_dns_name": "api.corp.example"},
    "vpcs data enable_dns_hostnames": True,
    "vpcs data vpc_endpoints mine": {
        "type": "interface",
        "service": "mine",
        "subnets": ["api"],
        "security_groups": ["open"],
        "private_ips": {"api": "10.1.1.99"},
    },
}
PRIVATE_DNS: Changes = {"vpcs data vpc_endpoints mine private_dns": True}
BEHIND = "what lies behind endpoint service mine, load balancer app.nlb, is not judged"


def test_the_endpoint_is_judged_and_what_lies_behind_is_not() -> None:
    assert load(LINK).trace("api", "mine", "tcp/443").undecided == BEHIND
    shut = load(LINK, group("shut", vpc="data"), {"vpcs data vpc_endpoints mine security_groups": ["shut"]})
    blames(shut.trace("api", "mine", "tcp/443"), "SG_HAS_NO_RULES", "SG-1", "data.mine")


@pytest.mark.rule("EP-10")
def test_the_owner_accepts_vpcs_or_accounts() -> None:
    def asked(*accepted: str) -> str:
        net = load(LINK, {"endpoint_services mine accepted": [*accepted], "vpcs data account": "222"})
        trace = net.trace("api", "10.1.1.99", "tcp/443")
        return trace.undecided or trace.blockers[0].code

    assert [asked("app"), asked("data"), asked("222"), asked("111")] == ["BAD_STATE", BEHIND, BEHIND, "BAD_STATE"]


@pytest.mark.rule("EP-8")
def test_its_name_means_the_endpoint_where_private_dns_is_switched_on() -> None:
    for name in ("api.corp.example", "service:mine"):
        blames(load(LINK).trace("api", name, "tcp/443"), "NAME_NOT_RESOLVED", "EP-8", name)
        on = load(LINK, PRIVATE_DNS).trace("api", name, "tcp/443")
        assert (on.undecided, on.resolved) == (BEHIND, f"{name} is 10.1.1.99: private DNS of data.mine (EP-8)")
        peer = load(LINK, PRIVATE_DNS, {"vpcs app enable_dns_hostnames": True}).trace("probe", name, "tcp/443")
        assert peer.blockers[0].code == "NAME_NOT_RESOLVED"


def test_its_load_balancer_is_in_a_vpc_and_no_route_leads_to_it() -> None:
    found = problems(LINK, {"endpoint_services mine load_balancer": "prod.nlb"})
    assert [problem.message for problem in found] == ["there is no VPC 'prod'"]
    routed = problems(LINK, {"vpcs app route_tables private 192.168.0.0/16": "mine"})
    assert [problem.path[-1] for problem in routed] == ["192.168.0.0/16"]
    assert load(LINK, {"endpoint_services mine private_dns_name": GONE}).design.endpoint_services
