"""Edits of single kinds of components: each undoes its own fault, is written, read again, and opens what it says."""

from __future__ import annotations

from typing import Any

import pytest
from tests.answers.test_fix import best, written
from tests.designs import Changes

# -- Block Public Access ------------------------------------------------------------------------------------------------


def bpa(value: Any, vpc: str = "") -> Changes:
    """Block Public Access of the account, or of one VPC."""
    return {f"vpcs {vpc} block_public_access" if vpc else "block_public_access": value}


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize(
    ("switch", "question", "path", "value"),
    [
        (bpa("ingress"), ("internet", "web"), ["block_public_access"],
         {"mode": "ingress", "exclusions": {"app.public": "allow-bidirectional"}}),
        (bpa({"mode": "ingress"}, "app"), ("internet", "web"),
         ["vpcs", "app", "block_public_access", "exclusions", "app.public"], "allow-bidirectional"),
        (bpa({"mode": "ingress", "exclusions": ["data"]}), ("internet", "web"), ["block_public_access", "exclusions"],
         "app.public"),
        # What a NAT gateway sends is spared by what spares its subnet, for what goes out alone.
        (bpa({"mode": "bidirectional"}), ("probe", "www"), ["block_public_access", "exclusions", "app.public"],
         "allow-egress"),
        (bpa({"mode": "bidirectional", "exclusions": ["data"]}), ("probe", "www"), ["block_public_access", "exclusions"],
         {"data": "allow-bidirectional", "app.public": "allow-egress"}),
        # An instance of its own address is none of what an exclusion for what goes out spares.
        (bpa({"mode": "bidirectional"}), ("web", "www"), ["block_public_access", "exclusions", "app.public"],
         "allow-bidirectional"),
        # The exclusion that the file has is widened where it stands.
        (bpa({"mode": "bidirectional", "exclusions": {"public": "allow-egress"}}, "app"), ("internet", "web"),
         ["vpcs", "app", "block_public_access", "exclusions", "public"], "allow-bidirectional"),
    ],
)  # fmt: skip
def test_block_public_access_spares_the_subnet_that_the_gateway_sees(
    switch: Changes, question: tuple[str, str], path: list[str], value: Any
) -> None:
    (change,) = best(written(switch).fixes(*question, "tcp/443")).edits[0].changes
    assert (list(change.path), change.value) == (path, value)


@pytest.mark.rule("IGW-14")
def test_block_public_access_may_be_in_another_mode() -> None:
    """Where what goes out of all VPCs is asked for, the mode lets it; nobody gets in."""
    net = written(bpa("bidirectional"))
    edits = [fix.edits[0] for fix in net.fixes("probe", "www", "tcp/443")]
    mode = next(edit for edit in edits if edit.changes[0].value == "ingress")
    (change,) = mode.changes
    after = net.with_({change.path: change.value})
    assert after.trace("probe", "www", "tcp/443").reachable
    assert not after.trace("internet", "web", "tcp/443").delivered


# -- regional NAT gateways ------------------------------------------------------------------------------------------------


@pytest.mark.rule("NATGW-20")
def test_a_regional_nat_gateway_gets_an_address_in_the_senders_zone() -> None:
    regional = {
        "vpcs app nat_gateways ngw": {"availability": "regional", "public_ips": {"b": "198.51.100.7"}},
    }
    net = written(regional)
    assert net.trace("probe", "www", "tcp/443").blockers[0].code == "REGIONAL_NGW_ROUTE_AZ_RESTRICTION"
    (change,) = best(net.fixes("probe", "www", "tcp/443")).edits[0].changes
    assert change.path == ("vpcs", "app", "nat_gateways", "ngw", "public_ips", "a")
    assert change.value is True
    after = net.with_({change.path: True})
    chosen = after.trace("probe", "www", "tcp/443").reply[0].before.destination
    assert chosen in after.ends.publics


# -- Gateway Load Balancers ---------------------------------------------------------------------------------------------

INSPECTED: Changes = {
    "vpcs app subnets inspect": {"cidr": "10.0.9.0/28", "az": "a", "route_table": "inspect"},
    "vpcs app route_tables inspect": {"0.0.0.0/0": "ngw"},
    "vpcs app route_tables private 0.0.0.0/0": "gwlbe",
    "vpcs app route_tables public 10.0.1.0/24": "gwlbe",
    "vpcs app vpc_endpoints gwlbe": {"type": "gateway_load_balancer", "service": "fw", "subnets": ["inspect"]},
    "endpoint_services fw": {"load_balancer": "data.gwlb"},
    "vpcs data load_balancers gwlb": {
        "type": "gateway", "subnets": ["api"], "private_ips": {"api": "10.1.1.50"},
        "listeners": {"all": "walls"}, "target_groups": {"walls": {"targets": ["wall"]}},
    },
    "vpcs data security_groups wall": {"ingress": [{"allow": "all", "from": "10.0.0.0/16"}]},
    "vpcs data subnets wall": {"cidr": "10.1.2.0/24", "az": "a"},
    "vpcs data instances wall": {
        "subnet": "wall", "private_ip": "10.1.2.20", "security_groups": ["wall"], "source_dest_check": False,
    },
}  # fmt: skip
"""What the private subnet sends to the internet goes through an appliance whose group does not admit GENEVE."""


@pytest.mark.rule("LB-9")
def test_an_appliance_admits_geneve_from_the_load_balancer_and_no_inner_packet() -> None:
    (change,) = best(written(INSPECTED).fixes("probe", "www", "tcp/443")).edits[0].changes
    assert change.path == ("vpcs", "data", "security_groups", "wall", "ingress")
    assert change.value == {"allow": "udp/6081", "from": "10.1.1.50/32"}


@pytest.mark.rule("LB-9")
@pytest.mark.parametrize(
    ("subnet", "way", "key", "peer"),
    [("wall", "ingress", "from", "10.1.1.50/32"), ("api", "egress", "to", "10.1.2.20/32")],
)
def test_an_acl_lets_geneve_pass(subnet: str, way: str, key: str, peer: str) -> None:
    admitted = {"vpcs data security_groups wall ingress": [{"allow": "udp/6081", "from": "10.1.1.0/24"}]}
    rules = {each: [{"rule": 10, "allow": "all", other: "0.0.0.0/0"}] for each, other in
             (("ingress", "from"), ("egress", "to"))}  # fmt: skip
    acl = {f"vpcs data subnets {subnet} network_acl": "strict", "vpcs data network_acls strict": {**rules, way: []}}
    (change,) = best(written(INSPECTED, admitted, acl).fixes("probe", "www", "tcp/443")).edits[0].changes
    assert change.path == ("vpcs", "data", "network_acls", "strict", way)
    assert change.value == {"rule": 100, "allow": "udp/6081", key: peer}
