"""VPC endpoints, chapter EP: gateway endpoints, interface endpoints, Gateway Load Balancer endpoints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.designs import ALL, ANY, GONE, Changes, acl_of, blames, group, load, passes, problems
from tests.models import shared

import reachsim
from reachsim.dataplane.checkpoint import Deliver, Drop, Header, Leg
from reachsim.net.address import parse_address
from reachsim.rules.vpc_endpoint import gateway_loss

KERNEL = Path(__file__).parents[1] / "kernel2"
APP = "vpcs app"
S3: Changes = {
    "prefix_lists s3": ["52.219.0.0/24", "3.5.0.0/23"],
    f"{APP} vpc_endpoints s3": {"type": "gateway", "service": "s3", "route_tables": ["private"]},
}
NO_EXIT: Changes = {f"{APP} route_tables private {ANY}": GONE}
KMS: Changes = {
    f"{APP} enable_dns_hostnames": True,
    f"{APP} vpc_endpoints kms": {
        "type": "interface",
        "service": "kms",
        "subnets": ["isolated"],
        "security_groups": ["open"],
        "private_ips": {"isolated": "10.0.2.99"},
    },
}
TO_S3 = ("probe", "52.219.0.9", "tcp/443")
TO_KMS = ("probe", "service:kms", "tcp/443")
GWLB: Changes = {
    f"{APP} vpc_endpoints gwlbe": {"type": "gateway_load_balancer", "service": "inspect", "subnets": ["public"]},
    f"{APP} route_tables private {ANY}": "gwlbe",
    f"{APP} route_tables edge": {"routes": {"10.0.1.0/24": "gwlbe"}, "gateway": "igw"},
    f"{APP} instances twin public_ip": "198.51.100.11",
}


@pytest.mark.parametrize("name", ["endpoints-3", "endpoints-7", "endpoints-11"])
def test_the_kernel_and_the_trace_agree(name: str) -> None:
    net = shared(KERNEL / f"{name}.yaml")
    records = json.loads((KERNEL / f"{name}.json").read_text(encoding="utf-8"))
    assert {record["kind"] for record in records} >= {"service", "endpoint"}
    for record in records:
        trace = net.trace(record["src"], record["dst"], record["traffic"], source_port=record["source_port"])
        assert not trace.undecided
        assert (trace.delivered, trace.reachable) == (record["forward"], record["reachable"]), record


# -- gateway endpoints ----------------------------------------------------------------------------------------


@pytest.mark.rule("EP-1")
def test_aws_writes_the_route_into_the_tables_of_the_endpoint_and_no_others() -> None:
    passes(load(S3, NO_EXIT).trace(*TO_S3))
    other = load(S3, NO_EXIT, {f"{APP} vpc_endpoints s3 route_tables": ["public"]})
    blames(other.trace(*TO_S3), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")
    assert load(S3).trace(*TO_S3).forward[-1].component == "app.s3"
    assert load(S3).trace("web", "52.219.0.9", "tcp/443").forward[-1].component == "internet"


@pytest.mark.rule("EP-1")
def test_the_route_may_be_written_too() -> None:
    written = load(S3, NO_EXIT, {f"{APP} route_tables private s3": "s3"})
    passes(written.trace(*TO_S3))
    alone = {f"{APP} vpc_endpoints s3 route_tables": []}
    passes(load(S3, NO_EXIT, alone, {f"{APP} route_tables private s3": "s3"}).trace(*TO_S3))


@pytest.mark.rule("EP-1")
def test_only_s3_and_dynamodb_have_gateway_endpoints() -> None:
    found = problems(S3, {f"{APP} vpc_endpoints s3 service": "kms"})
    assert [(p.message, p.code) for p in found] == [
        ("kms has no gateway endpoints; only s3 and dynamodb do", "EP-1"),
    ]
    assert load(S3, {f"{APP} vpc_endpoints s3 service": "com.amazonaws.eu-west-1.s3"}).trace(*TO_S3).reachable


@pytest.mark.rule("EP-2")
def test_the_route_competes_by_prefix_length() -> None:
    def table(block: str) -> Changes:
        return {**S3, f"{APP} route_tables private {block}": "blackhole"}

    passes(load(table("52.0.0.0/8")).trace(*TO_S3))
    blames(load(table("52.219.0.0/24")).trace(*TO_S3), "BAD_STATE_ROUTE", "ROUTE-12", "app")
    blames(load(table("52.219.0.0/25")).trace(*TO_S3), "BAD_STATE_ROUTE", "ROUTE-12", "app")
    elsewhere = load(S3).trace("probe", "52.219.1.9", "tcp/443")
    assert elsewhere.forward[-1].component == "internet"


@pytest.mark.rule("EP-3")
def test_the_source_stays_private_and_acls_see_public_addresses() -> None:
    trace = load(S3, NO_EXIT).trace(*TO_S3)
    assert str(trace.forward[-1].before).startswith("tcp 10.0.1.10:")
    inside = acl_of("private", ["allow all 10.0.0.0/16"], [ALL])
    blames(load(S3, inside).trace(*TO_S3), "SUBNET_ACL_RESTRICTION", "NACL-2", "app.private", "reply")
    ranges = acl_of("private", ["allow tcp/1024-65535 52.219.0.0/24"], ["allow tcp/443 52.219.0.0/24"])
    passes(load(S3, ranges).trace(*TO_S3))
    listed = {**group("client", egress=[("tcp/443", "s3")])}
    passes(load(S3, NO_EXIT, listed).trace(*TO_S3))
    blames(load(S3, group("client", egress=[])).trace(*TO_S3), "SG_HAS_NO_RULES", "SG-1", "app.probe")


@pytest.mark.rule("EP-1")
def test_its_tables_are_of_its_own_vpc() -> None:
    at = f"{APP} vpc_endpoints s3 route_tables"
    (there,) = problems(S3, {"vpcs other": {"cidrs": ["10.77.0.0/16"]}, at: ["other.main"]})
    assert (there.message, there.hint) == ("'other.main' is not in VPC app", "name a route table of the same VPC")
    (unknown,) = problems(S3, {at: ["privat"]})
    assert (unknown.message, unknown.hint) == ("VPC app has no route table 'privat'", "did you mean 'private'?")


@pytest.mark.rule("EP-3")
def test_a_table_has_one_endpoint_for_each_service() -> None:
    second = {f"{APP} vpc_endpoints t3": {"type": "gateway", "service": "s3", "route_tables": ["private"]}}
    found = problems(S3, second)
    assert [(p.message, p.code) for p in found] == [("route table private has a route to s3 by s3 already", "EP-3")]


@pytest.mark.rule("EP-4")
def test_it_carries_tcp_and_echo_alone() -> None:
    net = load(S3)
    passes(net.trace("probe", "52.219.0.9", "icmp/8"))
    for traffic in ("udp/443", "icmp/13", "proto/50"):
        blames(net.trace("probe", "52.219.0.9", traffic), "VPCE_GATEWAY_PROTOCOL_RESTRICTION", "EP-4", "app.s3")


@pytest.mark.rule("EP-4")
@pytest.mark.rule("PEER-5")
def test_it_is_not_for_neighbours() -> None:
    """A peering leads nowhere beyond the VPC; what a middlebox forwards for somebody outside the VPC is not served."""
    peer = load(S3, {f"vpcs data route_tables api {ANY}": "pcx"})
    blames(peer.trace("api", "52.219.0.9", "tcp/443"), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "PEER-4", "pcx")
    found = problems(S3, {"region": "eu-west-1", f"{APP} vpc_endpoints s3 service": "com.amazonaws.us-east-1.s3"})
    assert [p.code for p in found] == ["EP-4"]


@pytest.mark.rule("EP-4")
def test_a_source_that_is_no_interfaces_is_not_served() -> None:
    assert gateway_loss(0x0A000001, owned=True, vpc="app") is None
    loss = gateway_loss(0xC0A80001, owned=False, vpc="app")
    assert loss is not None
    assert (loss.code, loss.rule) == ("GATEWAY_REJECTS_SPOOFED_TRAFFIC", "EP-4")
    gateway = load(S3).topology.noted["vpcs", "app", "vpc_endpoints", "s3"]
    there = int(parse_address("52.219.0.9"))
    step = gateway.step(Header(int(parse_address("192.168.0.1")), there), Leg())
    assert isinstance(step, Drop)
    assert step.cause.rule == "EP-4"
    assert isinstance(gateway.step(Header(int(parse_address("10.0.1.10")), there), Leg()), Deliver)


@pytest.mark.rule("EP-4")
def test_who_translates_inside_the_vpc_is_served() -> None:
    """A NAT instance has an address of its own in the VPC."""
    by_nat = {
        f"{APP} vpc_endpoints s3 route_tables": ["public"],
        f"{APP} route_tables private {ANY}": "nat",
        f"{APP} route_tables public {ANY}": GONE,
    }
    trace = load(S3, by_nat).trace(*TO_S3)
    passes(trace)
    assert trace.forward[-1].component == "app.s3"


@pytest.mark.rule("ROUTE-12")
def test_a_gateway_endpoint_that_is_not_available_is_a_blackhole() -> None:
    blames(load(S3, {f"{APP} vpc_endpoints s3 state": "deleted"}).trace(*TO_S3), "BAD_STATE_ROUTE", "ROUTE-12", "app")


@pytest.mark.rule("EP-5")
def test_the_service_is_called_by_its_name() -> None:
    net = load(S3, NO_EXIT)
    assert net.reach("probe", "service:s3").destinations == net.design.prefix_lists["s3"].addresses
    passes(net.trace("probe", "service:s3", "tcp/443"))
    off = load(S3, NO_EXIT, {f"{APP} enable_dns_support": False})
    trace = off.trace("probe", "service:s3", "tcp/443")
    blames(trace, "NAME_NOT_RESOLVED", "DNS-2", "service:s3")
    passes(off.trace(*TO_S3))


@pytest.mark.rule("PL-1")
def test_without_a_list_the_table_decides_and_its_date_is_told() -> None:
    bare = {**S3, "prefix_lists s3": GONE, "region": "eu-west-1"}
    net = load({k: v for k, v in bare.items() if v is not GONE}, NO_EXIT)
    trace = net.trace("probe", "52.218.1.1", "tcp/443")
    passes(trace)
    assert "late 2024" in trace.forward[-2].rule
    assert "late 2024" in net.trace("probe", "service:s3", "tcp/443").resolved
    blames(net.trace("probe", "52.219.168.20", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")


UNLISTED: Changes = {f"{APP} vpc_endpoints s3": S3[f"{APP} vpc_endpoints s3"]}


def test_without_a_list_and_a_region_the_service_is_some_address_that_no_rule_names() -> None:
    net = load(UNLISTED, NO_EXIT)
    trace = net.trace("probe", "service:s3", "tcp/443")
    passes(trace)
    assert "stands for one that no rule names" in trace.resolved
    unsure = net.trace("probe", "52.218.1.1", "tcp/443").undecided
    assert unsure.startswith(
        "app.s3 is a gateway endpoint for s3, and the design tells neither its prefix list nor a Region"
    )
    assert load(UNLISTED).trace("probe", "52.218.1.1", "tcp/443").undecided == unsure
    assert load(UNLISTED).trace("probe", "8.8.8.8", "tcp/443").forward[-1].component == "internet"
    named = load(UNLISTED, NO_EXIT, {"internet hosts": {"s3.eu-west-1.amazonaws.com": {"ip": "52.218.1.1"}}})
    passes(named.trace("probe", "s3.eu-west-1.amazonaws.com", "tcp/443"))


@pytest.mark.rule("EP-2")
@pytest.mark.parametrize("region", [{}, {"region": "eu-west-9"}], ids=["none", "a Region whose list is not known"])
def test_what_a_default_route_loses_may_leave_by_the_endpoint(region: Changes) -> None:
    """The route to the service wins over the default route, and nobody says which addresses are the service's."""
    net = load(UNLISTED, region, {f"{APP} route_tables private {ANY}": "igw"})
    for asked in ("52.218.1.1", "52.218.0.0/16"):
        assert net.expect("probe", asked, deny="tcp/443").verdict == "undecided"
        assert net.reach("probe", asked).undecided
    assert net.trace("probe", "52.218.1.1", "tcp/443").verdict == "undecided"


@pytest.mark.rule("EP-2")
@pytest.mark.parametrize("region", [{}, {"region": "eu-west-9"}], ids=["none", "a Region whose list is not known"])
def test_what_a_route_to_one_address_loses_does_not_leave_by_the_endpoint(region: Changes) -> None:
    """No route is narrower, whichever addresses are the service's."""
    net = load(
        UNLISTED,
        region,
        {f"{APP} route_tables private {ANY}": "igw", f"{APP} route_tables private 52.218.1.1/32": "igw"},
    )
    assert net.trace("probe", "52.218.1.1", "tcp/443").verdict == "blocked"
    assert net.expect("probe", "52.218.1.1", deny="tcp/443").verdict == "holds"
    assert net.expect("probe", "52.218.1.2", deny="tcp/443").verdict == "undecided"


def test_what_denies_the_internet_knows_of_the_endpoint() -> None:
    """No way out but the endpoint: S3's own addresses are public ones."""
    for changes in (S3, UNLISTED, {**UNLISTED, "region": "eu-west-1"}):
        net = load(changes, NO_EXIT, {"expect": [{"from": "probe", "to": "internet", "deny": "tcp/443"}]})
        assert net.check()[0].verdict == "fails"


# -- interface endpoints --------------------------------------------------------------------------------------


@pytest.mark.rule("EP-6")
def test_it_has_an_interface_in_each_subnet_with_groups_of_its_own() -> None:
    net = load(KMS, {f"{APP} vpc_endpoints kms subnets": ["isolated", "private"]})
    assert {"app.kms/isolated", "app.kms/private"} <= net.topology.interfaces.keys()
    assert {way.verdict for way in net.trace("probe", "kms", "tcp/443").ways} == {"reachable"}
    default = load(KMS, {f"{APP} vpc_endpoints kms security_groups": GONE})
    blames(default.trace("probe", "kms", "tcp/443"), "ENI_SG_RULES_MISMATCH", "SG-1", "app.kms")


@pytest.mark.rule("EP-6")
@pytest.mark.rule("SSM-4")
def test_a_closed_group_is_blamed_by_what_it_lacks() -> None:
    shut = load(KMS, group("shut"), {f"{APP} vpc_endpoints kms security_groups": ["shut"]})
    blames(shut.trace(*TO_KMS), "SG_HAS_NO_RULES", "SG-1", "app.kms")
    narrow = load(
        KMS, group("narrow", ("tcp/443", "10.9.0.0/16")), {f"{APP} vpc_endpoints kms security_groups": ["narrow"]}
    )
    blames(narrow.trace(*TO_KMS), "ENI_SG_RULES_MISMATCH", "SG-1", "app.kms")
    named = load(KMS, group("named", ("tcp/443", "client")), {f"{APP} vpc_endpoints kms security_groups": ["named"]})
    passes(named.trace(*TO_KMS))


@pytest.mark.rule("EP-6")
def test_it_starts_nothing() -> None:
    net = load(
        KMS, {"expect": [{"from": "kms", "to": "db", "deny": "all"}, {"from": "kms", "to": "db", "allow": "tcp/1"}]}
    )
    first = net.trace("kms", "db", "tcp/443").blockers[0]
    assert (first.code, first.rule_id) == ("VPCE_INTRA_VPC_TRAFFIC", "EP-6")
    assert [result.verdict for result in net.check()] == ["holds", "fails"]
    assert not any(net.matrix().cell("app.kms", name).delivered for name in ("app.db", "app.twin"))


@pytest.mark.rule("EP-6")
def test_mistakes_in_its_keys() -> None:
    def told(**changes: object) -> list[str]:
        found = problems(KMS, {f"{APP} vpc_endpoints kms {key}": value for key, value in changes.items()})
        return [problem.message for problem in found]

    assert told(route_tables=["private"]) == ["an interface endpoint has no route_tables"]
    assert told(subnets=[], private_ips=GONE) == ["an interface endpoint needs subnets"]
    assert told(subnets=["private"]) == ["it has no interface in this subnet"]
    assert told(private_ips={"isolated": "10.0.1.99"}) == ["10.0.1.99 is not in subnet isolated, 10.0.2.0/24"]
    assert "VPC app has no subnet 'x'" in told(subnets=["x"], private_ips=GONE)


@pytest.mark.rule("ROUTE-10")
def test_no_route_leads_to_an_interface_endpoint() -> None:
    routed = problems(KMS, {f"{APP} route_tables private 192.168.0.0/16": "kms"})
    assert [problem.code for problem in routed] == ["ROUTE-10"]


@pytest.mark.rule("EP-7")
@pytest.mark.rule("NACL-16")
def test_it_is_reached_like_any_interface() -> None:
    back = {"vpcs app subnets isolated route_table": "iso", "vpcs app route_tables iso": {"10.1.0.0/16": "pcx"}}
    passes(load(KMS, back).trace("api", "10.0.2.99", "tcp/443"))
    passes(load(KMS).trace("probe", "10.0.2.99", "tcp/443"))
    shut = acl_of("isolated", ["deny tcp/443 10.0.1.0/24", ALL], [ALL])
    blames(load(KMS, shut).trace(*TO_KMS), "SUBNET_ACL_RESTRICTION", "NACL-2", "app.isolated")


@pytest.mark.rule("EP-8")
def test_private_dns_needs_both_attributes_and_is_on_for_services_of_aws() -> None:
    on = load(KMS).trace(*TO_KMS)
    assert on.resolved == "service:kms is 10.0.2.99: private DNS of app.kms (EP-8)"
    assert on.forward[-1].component == "app.kms"
    off = load(KMS, {f"{APP} enable_dns_hostnames": False}).trace(*TO_KMS)
    assert off.forward[-1].component == "internet"
    assert "private DNS of app.kms is off: enable_dns_hostnames of VPC app is false" in off.resolved
    switched = load(KMS, {f"{APP} vpc_endpoints kms private_dns": False}, NO_EXIT).trace(*TO_KMS)
    blames(switched, "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")
    assert "has no private DNS" in switched.resolved


@pytest.mark.rule("EP-8")
def test_the_public_host_name_means_the_endpoint_too() -> None:
    host = {"internet hosts": {"kms.eu-west-1.amazonaws.com": {"ip": "52.94.0.1"}}}
    asked = ("probe", "kms.eu-west-1.amazonaws.com", "tcp/443")
    assert load(KMS, host).trace(*asked).forward[-1].component == "app.kms"
    other = load(KMS, host, {"region": "us-east-1"}).trace(*asked)
    assert (other.forward[-1].component, other.resolved) == ("internet", "")
    two = {
        f"{APP} vpc_endpoints kms service": "ecr.api",
        "internet hosts": {"api.ecr.eu-west-1.amazonaws.com": {"ip": "52.94.0.1"}},
    }
    assert (
        load(KMS, two).trace("probe", "api.ecr.eu-west-1.amazonaws.com", "tcp/443").forward[-1].component == "app.kms"
    )
    maybe = {"internet hosts": {"kms.amazonaws.com": {"ip": "52.94.0.1"}}}
    assert "may be a name of kms" in load(KMS, maybe).trace("probe", "kms.amazonaws.com", "tcp/443").undecided


@pytest.mark.rule("EP-9")
def test_a_peer_does_not_see_private_dns() -> None:
    net = load(KMS, {"vpcs data enable_dns_hostnames": True})
    blames(net.trace("api", "service:kms", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "data")


@pytest.mark.rule("EP-10")
def test_it_carries_tcp_and_only_while_it_is_available() -> None:
    blames(load(KMS).trace("probe", "kms", "udp/443"), "PROTOCOL_RESTRICTION", "EP-10", "app.kms")
    for state in ("pending", "pendingAcceptance", "deleting", "failed"):
        net = load(KMS, {f"{APP} vpc_endpoints kms state": state})
        blames(net.trace("probe", "kms", "tcp/443"), "BAD_STATE", "EP-10", "app.kms")
        assert f"endpoint kms is {state}" in net.trace(*TO_KMS).resolved


def test_an_edit_of_its_groups_is_like_a_file_with_it() -> None:
    edited = load(KMS).with_({"vpcs.app.security_groups.open.ingress": []})
    blames(edited.trace(*TO_KMS), "SG_HAS_NO_RULES", "SG-1", "app.kms")
    off = load(KMS).with_({"vpcs.app.enable_dns_hostnames": False})
    assert off.trace(*TO_KMS).forward[-1].component == "internet"


@pytest.mark.rule("EP-6")
def test_an_expectation_of_many_clients_asks_each_of_them() -> None:
    """What is meant depends on who asks, so that no interface speaks for its class."""
    many = {f"{APP} interfaces many": {"subnet": "private", "count": 12, "security_groups": ["client"]}}
    promise = {"expect": [{"from": {"vpc": "app"}, "to": "service:kms", "allow": "tcp/443"}]}
    assert load(KMS, many, promise).check()[0].verdict == "holds"
    shut = group("narrow", ("tcp/443", "10.0.1.0/28"))
    narrow = load(KMS, many, promise, shut, {f"{APP} vpc_endpoints kms security_groups": ["narrow"]})
    assert narrow.check()[0].verdict == "fails"


# -- Gateway Load Balancer endpoints --------------------------------------------------------------------------


@pytest.mark.rule("EP-11")
def test_inspection_is_transparent_both_ways() -> None:
    net = load(GWLB)
    out = net.trace("twin", "www", "tcp/443")
    passes(out)
    assert [hop.component for hop in out.forward].count("app.gwlbe") == 1
    assert [hop.component for hop in out.reply].count("app.gwlbe") == 1
    into = net.trace("www", "198.51.100.11", "tcp/443")
    passes(into)
    assert "app.gwlbe" in {hop.component for hop in into.forward}


@pytest.mark.rule("EP-11")
def test_an_inspection_endpoint_takes_and_starts_nothing_and_drops_what_it_gets_while_it_is_not_available() -> None:
    net = load(GWLB, {f"{APP} vpc_endpoints gwlbe private_ips": {"public": "10.0.0.77"}})
    blames(net.trace("twin", "10.0.0.77", "tcp/443"), "NO_POSSIBLE_DESTINATION", "EP-11", "app.gwlbe")
    first = net.trace("gwlbe", "twin", "tcp/443").blockers[0]
    assert (first.code, first.rule_id) == ("VPCE_INTRA_VPC_TRAFFIC", "EP-11")
    down = load(GWLB, {f"{APP} vpc_endpoints gwlbe state": "pending"})
    blames(down.trace("twin", "www", "tcp/443"), "BAD_STATE_ROUTE", "ROUTE-12", "app")
    assert [p.code for p in problems(GWLB, {f"{APP} vpc_endpoints gwlbe subnets": ["public", "isolated"]})] == ["EP-11"]


@pytest.mark.rule("EP-11")
@pytest.mark.rule("SG-14")
def test_references_to_groups_do_not_survive_inspection() -> None:
    between = {**GWLB, f"{APP} route_tables private 10.0.2.0/24": "gwlbe"}
    by_group = group("named", ("tcp/80", "client")), {f"{APP} instances db security_groups": ["named"]}
    blames(load(between, *by_group).trace("probe", "db", "tcp/80"), "SG_REFERENCES_NOT_PRESERVED", "SG-14", "app.db")
    by_block = group("named", ("tcp/80", "10.0.1.10/32")), {f"{APP} instances db security_groups": ["named"]}
    passes(load(between, *by_block).trace("probe", "db", "tcp/80"))


@pytest.mark.rule("SG-23")
def test_an_inspection_endpoint_has_no_groups() -> None:
    assert load(GWLB).topology.interfaces["app.gwlbe"].groups is None
    found = problems(GWLB, {f"{APP} vpc_endpoints gwlbe security_groups": ["open"]})
    assert [p.message for p in found] == ["a Gateway Load Balancer endpoint has no security_groups"]


# -- names of things ------------------------------------------------------------------------------------------


def test_a_gateway_endpoint_is_no_end_of_a_question() -> None:
    with pytest.raises(reachsim.errors.EndpointError, match=r"'app.s3' is a gateway endpoint .* 'service:s3'"):
        load(S3).trace("probe", "app.s3", "tcp/443")


@pytest.mark.rule("SSM-1")
@pytest.mark.rule("SSM-3")
def test_session_manager_needs_each_of_its_names() -> None:
    """Endpoints for ssm and not for ssmmessages, and no other way out: a node that is listed and refuses sessions."""
    ssm = {key.replace("kms", "ssm"): value for key, value in KMS.items()}
    ssm[f"{APP} vpc_endpoints ssm"] = {**KMS[f"{APP} vpc_endpoints kms"], "service": "ssm"}
    shut = group("client", egress=[("tcp/443", ANY)])
    net = load(ssm, shut, NO_EXIT)
    passes(net.trace("probe", "service:ssm", "tcp/443"))
    blames(net.trace("probe", "service:ssmmessages", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")
    passes(load(ssm, shut).trace("probe", "service:ssmmessages", "tcp/443"))


@pytest.mark.rule("SSM-14")
def test_the_acl_trap_of_session_manager() -> None:
    trap = acl_of("private", ["allow all 10.0.0.0/16"], ["allow tcp/443 0.0.0.0/0"])
    blames(
        load(trap).trace("probe", "service:ssm", "tcp/443"), "SUBNET_ACL_RESTRICTION", "NACL-2", "app.private", "reply"
    )


@pytest.mark.rule("EP-8")
@pytest.mark.rule("EP-9")
def test_without_private_dns_the_host_name_is_public_as_the_service_is() -> None:
    """Elsewhere, and where private DNS is off, it means the service's public addresses, to which a way must lead."""
    name = "kms.eu-west-1.amazonaws.com"
    on = load(KMS, {"region": "eu-west-1"})
    assert on.trace("probe", name, "tcp/443").forward[-1].component == "app.kms"
    off = load(KMS, {"region": "eu-west-1", f"{APP} vpc_endpoints kms private_dns": False})
    for asked in (name, "service:kms"):
        trace = off.trace("probe", asked, "tcp/443")
        assert (trace.reachable, trace.forward[-1].component) == (True, "internet")
        blames(on.trace("api", asked, "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "data")
    assert "has no private DNS" in off.trace("probe", name, "tcp/443").resolved
    assert "public DNS" in on.trace("api", "kms.amazonaws.com", "tcp/443").undecided


def test_endpoint_policies_are_refused_since_nobody_reads_them() -> None:
    found = problems(KMS, {f"{APP} vpc_endpoints kms policy": {"Statement": []}})
    assert [problem.message for problem in found] == ["unknown key 'policy'"]


@pytest.mark.rule("EP-6")
@pytest.mark.rule("EP-8")
def test_an_endpoint_for_a_service_of_another_region_has_that_regions_name() -> None:
    """The Region is in the service's full name; the name in one's own Region is another service's."""
    far = {"region": "eu-west-1", f"{APP} vpc_endpoints kms service": "com.amazonaws.us-east-1.kms"}
    net = load(KMS, far)
    assert net.trace("probe", "kms.us-east-1.amazonaws.com", "tcp/443").forward[-1].component == "app.kms"
    assert net.trace("probe", "service:kms", "tcp/443").forward[-1].component == "internet"
    off = load(KMS, far, {f"{APP} vpc_endpoints kms private_dns": False})
    assert "public DNS" in off.trace("probe", "kms.us-east-1.amazonaws.com", "tcp/443").undecided
    nowhere = load(KMS, {f"{APP} vpc_endpoints kms service": "com.amazonaws.us-east-1.kms"})
    assert nowhere.trace("probe", "service:kms", "tcp/443").forward[-1].component == "app.kms"
    somebody = {
        f"{APP} vpc_endpoints kms service": "com.amazonaws.vpce.eu-west-1.vpce-svc-1",
        f"{APP} region": "eu-west-1",
    }
    private = load(KMS, somebody, {f"{APP} vpc_endpoints kms private_dns": True})
    name = "service:com.amazonaws.vpce.eu-west-1.vpce-svc-1"
    assert private.trace("probe", name, "tcp/443").forward[-1].component == "app.kms"
    near = load(KMS, {**far, f"{APP} vpc_endpoints kms service": "com.amazonaws.eu-west-1.kms"})
    assert near.trace("probe", "service:kms", "tcp/443").forward[-1].component == "app.kms"
