"""Lint: flows whose two ways pass different appliances."""

from __future__ import annotations

from pathlib import Path

import pytest

import reachsim

MODEL = reachsim.load(Path(__file__).parents[2] / "models/24-inspection-in-two-zones-as-found.yaml")
ATTACHMENT = "transit_gateways.hub.attachments.inspection"
WALLS = "vpcs.inspection"


def split(changes: dict[str, object]) -> list[str]:
    """The evidence for it in the model, after an edit."""
    return [finding.evidence for finding in MODEL.with_(changes).lint("INSPECTION_SPLIT")]


@pytest.mark.rule("TGW-9")
def test_without_appliance_mode_the_zone_of_whoever_sends_chooses_the_appliance() -> None:
    """From zone a by the firewall of zone a, and back from zone b by that of zone b (TGW-8)."""
    (finding,) = MODEL.lint("INSPECTION_SPLIT")
    assert finding.component == "hub.inspection"
    assert finding.evidence == (
        "icmp/8/0 10.61.1.10 -> 10.62.2.20 (orders.app to stock.second) passes inspection.wall-a, "
        "its answer inspection.wall-b"
    )
    assert split({f"{ATTACHMENT}.appliance_mode": True}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {f"{ATTACHMENT}.subnets": ["attach-a"]},
        {f"{WALLS}.subnets.attach-b.route_table": "to-wall-a"},
        {"vpcs.stock.instances.second.subnet": "data-a", "vpcs.stock.instances.second.private_ip": "10.62.1.21"},
        {f"{WALLS}.subnets.attach-b.route_table": "back"},
    ],
    ids=["one zone", "one appliance for both", "nobody in the other zone", "no appliance on one way"],
)
def test_one_appliance_or_one_zone_is_no_split(changes: dict[str, object]) -> None:
    assert split(changes) == []


# -- past an inspection endpoint ---------------------------------------------------------------------------------------

WALLED = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      private: {cidr: 10.0.1.0/24, az: a, route_table: private}
      inspect: {cidr: 10.0.9.0/28, az: a, route_table: inspect}
    route_tables:
      public: {0.0.0.0/0: igw}
      private: {0.0.0.0/0: wall}
      inspect: {0.0.0.0/0: nat}
    nat_gateways: {nat: {subnet: public}}
    vpc_endpoints: {wall: {type: gateway_load_balancer, service: fw, subnets: [inspect]}}
    instances: {job: {subnet: private}}
"""
"""What goes out passes an inspection endpoint, and its answer, from the NAT gateway, goes straight to the host."""
OUT = ("job", "8.8.8.8", "tcp/443")
BACK_THROUGH = {"vpcs.app.route_tables.public.'10.0.1.0/24'": "wall"}
NOTE = (
    "the request passes app.wall, which inspects, and its answer passes no inspection endpoint: an appliance that keeps "
    "state drops such flows (WALK-19)"
)


@pytest.mark.rule("WALK-19")
@pytest.mark.rule("EP-11")
def test_an_answer_that_goes_past_an_inspection_endpoint_is_told() -> None:
    """The inspection is taken as transparent, so the verdict stays."""
    net = reachsim.loads(WALLED)
    trace = net.trace(*OUT)
    assert trace.reachable
    assert NOTE in trace.notes
    (finding,) = net.lint("INSPECTION_BYPASSED").findings
    assert (finding.component, finding.path) == ("app.wall", ("vpcs", "app", "vpc_endpoints", "wall"))
    assert finding.evidence.startswith(
        "of tcp 10.0.1.4:50000 -> 8.8.8.8:443 (app.job to internet) the request passes app.wall"
    )
    mended = net.with_(BACK_THROUGH)
    assert not mended.lint("INSPECTION_BYPASSED").findings
    assert not any("inspects" in note for note in mended.trace(*OUT).notes)


@pytest.mark.rule("WALK-19")
def test_a_request_that_goes_past_what_its_answer_passes_is_told_too() -> None:
    net = reachsim.loads(WALLED).with_({"vpcs.app.route_tables.private.'0.0.0.0/0'": "nat", **BACK_THROUGH})
    trace = net.trace(*OUT)
    assert trace.reachable
    assert any("the answer passes app.wall, which inspects, and the request passes no" in note for note in trace.notes)


@pytest.mark.rule("WALK-19")
def test_what_comes_in_by_a_gateways_table_is_looked_at_as_well() -> None:
    """Its answer goes through, once the table of its subnet leads there."""
    web = WALLED.replace("instances: {", "instances: {web: {subnet: public, public_ip: true, security_groups: [web]}, ")
    web += "    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}\n"
    web = web.replace("private: {0.0.0.0/0: wall}", "private: {0.0.0.0/0: nat}")
    edge = web.replace(
        "    route_tables:\n", "    route_tables:\n      edge: {gateway: igw, routes: {10.0.0.0/24: wall}}\n"
    )
    edge = edge.replace("inspect: {0.0.0.0/0: nat}", "inspect: {0.0.0.0/0: igw}")
    assert not reachsim.loads(web).lint("INSPECTION_BYPASSED").findings
    through = reachsim.loads(edge).with_({"vpcs.app.route_tables.public.'0.0.0.0/0'": "wall"})
    assert through.trace("internet", "web", "tcp/443").reachable
    assert not through.lint("INSPECTION_BYPASSED").findings


def test_nothing_is_told_of_what_no_rule_lets_through() -> None:
    """The evidence is a packet that passes."""
    shut = WALLED.replace("{job: {subnet: private}}", "{job: {subnet: private, security_groups: [shut]}}")
    net = reachsim.loads(shut + "    security_groups: {shut: {egress: []}}\n")
    assert not net.lint("INSPECTION_BYPASSED").findings
    assert not any("inspects" in note for note in net.trace(*OUT).notes)
