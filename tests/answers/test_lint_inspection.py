"""Lint: flows whose two ways pass different appliances."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.models import shared

import reachsim

MODEL = shared(Path(__file__).parents[2] / "models/24-inspection-in-two-zones-as-found.yaml")
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


EGRESS = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, route_table: public}
      wall: {cidr: 10.0.1.0/28, route_table: wall}
      private: {cidr: 10.0.2.0/24, route_table: private}
      front: {cidr: 10.0.3.0/24, route_table: private}
    route_tables:
      public: {0.0.0.0/0: igw}
      wall: {0.0.0.0/0: nat}
      private: {0.0.0.0/0: fwe}
    nat_gateways: {nat: {subnet: public}}
    vpc_endpoints: {fwe: {type: gateway_load_balancer, service: com.example.firewall, subnets: [wall]}}
    instances: {job: {subnet: private}}
"""
"""Appliances on the way out to a NAT gateway, whose answers come straight to the subnet."""
TABLES = "vpcs.app.route_tables"


@pytest.mark.rule("WALK-19")
@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ["app.private"]),
        ({f"{TABLES}.public.'10.0.2.0/24'": "fwe"}, []),
        ({f"{TABLES}.private.'0.0.0.0/0'": "nat"}, []),
        # Without a NAT gateway: answers come by the internet gateway, past the endpoint or by its own table.
        ({f"{TABLES}.wall.'0.0.0.0/0'": "igw", "vpcs.app.instances.job.public_ip": True}, ["app.private"]),
        (
            {
                f"{TABLES}.wall.'0.0.0.0/0'": "igw", "vpcs.app.instances.job.public_ip": True,
                f"{TABLES}.edge": {"gateway": "igw", "routes": {"10.0.2.0/24": "fwe"}},
            },
            [],
        ),
        # What is sent nowhere comes back by no way.
        ({f"{TABLES}.wall": {}}, []),
    ],
    ids=["past it", "by it", "no inspection", "past it, to a public address", "by it, to a public address", "no way"],
)  # fmt: skip
def test_answers_come_back_by_the_endpoint_that_saw_the_question(changes: dict[str, object], found: list[str]) -> None:
    net = reachsim.loads(EGRESS)
    findings = (net.with_(changes) if changes else net).lint("INSPECTION_BYPASSED")
    assert [finding.component for finding in findings] == found
    assert all("app.fwe sees what goes out, and not the answers" in str(finding) for finding in findings)


NOTE = (
    "the request passes app.fwe, which inspects, and its answer passes no inspection endpoint: an appliance that keeps "
    "state drops such flows (WALK-19)"
)
OUT = ("job", "8.8.8.8", "tcp/443")


@pytest.mark.rule("WALK-19")
@pytest.mark.rule("EP-11")
@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({}, NOTE),
        ({f"{TABLES}.public.'10.0.2.0/24'": "fwe"}, ""),
        (
            {f"{TABLES}.private.'0.0.0.0/0'": "nat", f"{TABLES}.public.'10.0.2.0/24'": "fwe"},
            NOTE.replace("the request", "the answer", 1).replace("its answer passes", "the request passes"),
        ),
    ],
    ids=["the answer goes past it", "both by it", "the request goes past it"],
)
def test_a_trace_notes_what_an_inspection_endpoint_sees_one_way_alone(changes: dict[str, object], note: str) -> None:
    """The inspection is taken as transparent, so the verdict stays."""
    net = reachsim.loads(EGRESS)
    trace = (net.with_(changes) if changes else net).trace(*OUT)
    assert trace.reachable
    assert [each for each in trace.notes if "inspects" in each] == ([note] if note else [])


@pytest.mark.rule("WALK-19")
def test_no_note_is_made_of_what_does_not_pass() -> None:
    shut = EGRESS.replace("{job: {subnet: private}}", "{job: {subnet: private, security_groups: [shut]}}")
    net = reachsim.loads(shut + "    security_groups: {shut: {egress: []}}\n")
    assert not any("inspects" in note for note in net.trace(*OUT).notes)
