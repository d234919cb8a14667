"""Lint: flows whose two ways pass different appliances."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.models import shared

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
