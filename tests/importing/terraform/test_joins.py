"""What joins networks: transit gateways, peerings, instances that route."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, imported, state, verdict

_TGW = "aws_ec2_transit_gateway"


def _two_vpcs(target: dict[str, str]) -> dict[str, Any]:
    """Two VPCs with an open host each, whose main tables lead to each other by one target."""
    open = group("sg-open", [EVERYTHING], [EVERYTHING])
    return {
        **VPC,
        "aws_vpc.far": {
            "id": "vpc-2", "cidr_block": "10.1.0.0/16", "default_security_group_id": "sg-2",
            "default_network_acl_id": "acl-2", "default_route_table_id": "rtb-2", "main_route_table_id": "rtb-2",
        },
        "aws_subnet.far": {"id": "subnet-far", "vpc_id": "vpc-2", "cidr_block": "10.1.1.0/24"},
        "aws_security_group.near": open,
        "aws_security_group.far": {**open, "id": "sg-far", "vpc_id": "vpc-2"},
        "aws_instance.a": host("a", "10.0.1.10", "sg-open"),
        "aws_instance.b": host("b", "10.1.1.10", "sg-far", "subnet-far"),
        "aws_route.there": {"id": "r-1", "route_table_id": "rtb-0", "destination_cidr_block": "10.1.0.0/16", **target},
        "aws_route.back": {"id": "r-2", "route_table_id": "rtb-2", "destination_cidr_block": "10.0.0.0/16", **target},
    }  # fmt: skip


def _attachments(default: bool) -> dict[str, Any]:
    out = {}
    for name, vpc, subnet in (("near", "vpc-1", "subnet-a"), ("far", "vpc-2", "subnet-far")):
        out[f"{_TGW}_vpc_attachment.{name}"] = {
            "id": f"tgw-attach-{name}", "transit_gateway_id": "tgw-1", "vpc_id": vpc, "subnet_ids": [subnet],
            "transit_gateway_default_route_table_association": default,
            "transit_gateway_default_route_table_propagation": default,
        }  # fmt: skip
    return out


@pytest.mark.rule("TGW-1")
@pytest.mark.parametrize(("switch", "expected"), [("enable", "holds"), ("disable", "fails")])
def test_a_gateway_whose_default_table_is_turned_off_has_none(tmp_path: Path, switch: str, expected: str) -> None:
    gateway = {
        "id": "tgw-1", "default_route_table_association": switch, "default_route_table_propagation": switch,
    }  # fmt: skip
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(switch == "enable")
    found = imported(tmp_path, state(resources | {f"{_TGW}.it": gateway}))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == expected


@pytest.mark.rule("TGW-1")
def test_the_tables_of_somebody_elses_gateway_are_not_known(tmp_path: Path) -> None:
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(default=True)
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "undecided"


@pytest.mark.rule("TGW-1")
def test_a_table_of_somebody_elses_gateway_says_what_its_own_attachments_reach(tmp_path: Path) -> None:
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(default=False)
    table = {f"{_TGW}_route_table.it": {"id": "tgw-rtb-1", "transit_gateway_id": "tgw-1"}}
    joins = {
        f"{_TGW}_route_table_{word}.{name}": {
            "id": f"{word}-{name}", "transit_gateway_attachment_id": f"tgw-attach-{name}",
            "transit_gateway_route_table_id": "tgw-rtb-1",
        }
        for word in ("association", "propagation")
        for name in ("near", "far")
    }  # fmt: skip
    found = imported(tmp_path, state(resources | table | joins))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "holds"
    del joins[f"{_TGW}_route_table_association.far"]
    found = imported(tmp_path, state(resources | table | joins))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "undecided"


@pytest.mark.rule("PEER-1")
@pytest.mark.parametrize(
    ("accepter", "expected"),
    [
        pytest.param({"auto_accept": True, "accept_status": "active"}, "holds", id="accepted"),
        pytest.param({"auto_accept": True, "accept_status": None}, "holds", id="to-be-accepted"),
        pytest.param({"auto_accept": None, "accept_status": "pending-acceptance"}, "fails", id="left-pending"),
        pytest.param(None, "fails", id="no-accepter"),
    ],
)
def test_a_peering_is_what_its_accepter_says_where_the_requester_was_read_before(
    tmp_path: Path, accepter: dict[str, Any] | None, expected: str
) -> None:
    asked = {"id": "pcx-1", "vpc_id": "vpc-1", "peer_vpc_id": "vpc-2", "accept_status": "pending-acceptance"}
    resources = _two_vpcs({"vpc_peering_connection_id": "pcx-1"}) | {"aws_vpc_peering_connection.it": asked}
    if accepter is not None:
        both = {"id": "pcx-1", "vpc_peering_connection_id": "pcx-1", **accepter}
        resources["aws_vpc_peering_connection_accepter.it"] = both
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == expected


@pytest.mark.rule("NATI-5")
@pytest.mark.parametrize("target", [{"network_interface_id": "eni-fw"}, {"instance_id": "i-fw"}])
@pytest.mark.parametrize(("checks", "expected"), [(False, "undecided"), (True, "fails")])
def test_whether_an_instance_forwards_what_a_route_leads_to_it_is_not_told(
    tmp_path: Path, target: dict[str, str], checks: bool, expected: str
) -> None:
    resources = _two_vpcs(target)
    resources["aws_instance.fw"] = {**host("fw", "10.0.2.10", "sg-open", "subnet-b"), "source_dest_check": checks}
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == expected
    assert verdict(found, "aws_instance.a", "aws_instance.fw", "tcp/80") == "holds"


_GATEWAY = {
    "id": "tgw-1", "default_route_table_association": "enable", "default_route_table_propagation": "enable",
    "association_default_route_table_id": "tgw-rtb-0", "propagation_default_route_table_id": "tgw-rtb-0",
}  # fmt: skip
_TABLE = "transit_gateway_default_route_table"
_ON = {"id": "r-3", "route_table_id": "rtb-0", "destination_cidr_block": "172.16.0.0/12", "transit_gateway_id": "tgw-1"}
_VPN = {
    "id": "vpn-1",
    "transit_gateway_id": "tgw-1",
    "transit_gateway_attachment_id": "att",
    "static_routes_only": True,
}
_LIST = {"id": "pl-1", "name": "far", "max_entries": 2, "entry": [{"cidr": "10.1.0.0/16"}]}


def _to(attachment: str, block: str = "172.16.0.0/16", table: str = "tgw-rtb-0", **more: Any) -> dict[str, Any]:
    """A static route of a transit gateway."""
    named = {"transit_gateway_route_table_id": table, "transit_gateway_attachment_id": attachment}
    return {"id": f"{table}_{block}", "destination_cidr_block": block, **named, **more}


_OF_LIST = {**_to("", blackhole=True), "destination_cidr_block": None, "prefix_list_id": "pl-1"}
_PEERED = {"id": "att", "transit_gateway_id": "tgw-1", "peer_transit_gateway_id": "tgw-9"}


@pytest.mark.rule("TGW-1")
@pytest.mark.parametrize(
    ("more", "there", "behind", "elsewhere"),
    [
        ({}, "holds", "fails", "fails"),
        # A static VPN is what routes lead to it; one with BGP announces what it likes, also a part of the other VPC.
        ({"aws_vpn_connection.v": _VPN, f"{_TGW}_route.r": _to("att")}, "holds", "holds", "fails"),
        ({"aws_vpn_connection.v": _VPN | {"static_routes_only": False}}, "undecided", "undecided", "undecided"),
        # A Connect attachment or a Direct Connect gateway too, unless nothing of it is taken in.
        ({f"{_TGW}_connect.c": {"id": "att", "transit_gateway_id": "tgw-1"}}, "undecided", "undecided", "undecided"),
        (
            {f"{_TGW}_connect.c": {"id": "att", "transit_gateway_id": "tgw-1", f"{_TABLE}_propagation": False}},
            "holds", "fails", "fails",
        ),
        (
            {"aws_dx_gateway_association.d": {"id": "d", "dx_gateway_id": "dx-1", "associated_gateway_id": "tgw-1"}},
            "undecided", "undecided", "undecided",
        ),
        # Of somebody else's gateway nothing is known, and a peering announces nothing (TGW-6).
        ({f"{_TGW}_peering_attachment.p": _PEERED, f"{_TGW}_route.r": _to("att")}, "holds", "undecided", "fails"),
        ({f"{_TGW}_route.r": _to("tgw-attach-far", "10.1.0.0/16", blackhole=True)}, "fails", "fails", "fails"),
        ({f"{_TGW}_prefix_list_reference.l": {**_OF_LIST, "prefix_list_id": "pl-9"}}, *["undecided"] * 3),
        ({"aws_vpc_route_server_propagation.p": {"id": "p", "route_table_id": "rtb-0"}}, *["undecided"] * 3),
    ],
)  # fmt: skip
def test_whatever_else_is_attached_to_a_gateway_may_take_what_it_announces(
    tmp_path: Path, more: dict[str, Any], there: str, behind: str, elsewhere: str
) -> None:
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(default=True) | {f"{_TGW}.it": _GATEWAY}
    found = imported(tmp_path, state(resources | {"aws_route.on": _ON} | more))
    ends = ("aws_instance.b", "172.16.0.1", "172.20.0.1")
    assert [verdict(found, "aws_instance.a", end, "tcp/80") for end in ends] == [there, behind, elsewhere]


@pytest.mark.rule("PL-2")
def test_a_table_of_a_gateway_may_route_a_prefix_list(tmp_path: Path) -> None:
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(default=True) | {f"{_TGW}.it": _GATEWAY}
    more = {"aws_ec2_managed_prefix_list.l": _LIST, f"{_TGW}_prefix_list_reference.l": _OF_LIST}
    assert verdict(imported(tmp_path, state(resources | more)), "aws_instance.a", "aws_instance.b", "tcp/80") == "fails"


@pytest.mark.rule("TGW-6")
@pytest.mark.parametrize(("back", "expected"), [("tgw-rtb-2", "holds"), ("tgw-rtb-9", "fails")])
def test_both_sides_of_a_peering_of_gateways(tmp_path: Path, back: str, expected: str) -> None:
    other = {**_GATEWAY, "id": "tgw-2"}
    other |= {key: "tgw-rtb-2" for key in other if key.endswith("table_id")}
    attachments = _attachments(default=True)
    attachments[f"{_TGW}_vpc_attachment.far"]["transit_gateway_id"] = "tgw-2"
    resources = (
        _two_vpcs({"transit_gateway_id": "tgw-1"}) | attachments | {f"{_TGW}.it": _GATEWAY, f"{_TGW}.other": other}
    )
    resources["aws_route.back"]["transit_gateway_id"] = "tgw-2"
    more = {
        f"{_TGW}_peering_attachment.p": {**_PEERED, "peer_transit_gateway_id": "tgw-2"},
        f"{_TGW}_peering_attachment_accepter.p": {"id": "att", "transit_gateway_attachment_id": "att"},
        f"{_TGW}_route_table.empty": {"id": "tgw-rtb-9", "transit_gateway_id": "tgw-2"},
        f"{_TGW}_route_table_association.p": {
            "id": "z", "transit_gateway_attachment_id": "att", "transit_gateway_route_table_id": back,
        },
        f"{_TGW}_route.there": _to("att", "10.1.0.0/16"),
        f"{_TGW}_route.back": _to("att", "10.0.0.0/16", "tgw-rtb-2"),
    }  # fmt: skip
    found = imported(tmp_path, state(resources | more))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == expected


def test_what_direct_connect_brings_to_a_virtual_private_gateway_is_not_known(tmp_path: Path) -> None:
    joined = {"id": "d", "dx_gateway_id": "dx-1", "associated_gateway_id": "vgw-1"}
    out = {"id": "r", "route_table_id": "rtb-0", "destination_cidr_block": "192.168.0.0/16", "gateway_id": "vgw-1"}
    more = {"aws_vpn_gateway.g": {"id": "vgw-1", "vpc_id": "vpc-1"}, "aws_route.out": out}
    resources = {**VPC, **more, "aws_instance.a": host("a", "10.0.1.10", "sg-open")}
    resources["aws_security_group.open"] = group("sg-open", [EVERYTHING], [EVERYTHING])
    ends = ("aws_instance.a", "192.168.0.1", "tcp/80")
    assert verdict(imported(tmp_path, state(resources)), *ends) == "fails"
    resources["aws_dx_gateway_association.d"] = joined
    assert verdict(imported(tmp_path, state(resources)), *ends) == "undecided"


def test_who_accepts_an_attachment_says_how_its_gateway_takes_it(tmp_path: Path) -> None:
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(default=True) | {f"{_TGW}.it": _GATEWAY}
    accepter = {
        "id": "tgw-attach-far",
        "transit_gateway_attachment_id": "tgw-attach-far",
        f"{_TABLE}_association": False,
    }
    ends = ("aws_instance.a", "aws_instance.b", "tcp/80")
    assert verdict(imported(tmp_path, state(resources)), *ends) == "holds"
    more = {f"{_TGW}_vpc_attachment_accepter.far": accepter}
    assert verdict(imported(tmp_path, state(resources | more)), *ends) == "fails"  # its answers have no table


def test_another_table_may_be_the_one_that_attachments_come_to(tmp_path: Path) -> None:
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(default=True) | {f"{_TGW}.it": _GATEWAY}
    named = {"id": "x", "transit_gateway_id": "tgw-1", "transit_gateway_route_table_id": "tgw-rtb-9"}
    more = {
        f"{_TGW}_route_table.own": {"id": "tgw-rtb-9", "transit_gateway_id": "tgw-1"},
        f"{_TGW}_default_route_table_association.own": named,
    }
    ends = ("aws_instance.a", "aws_instance.b", "tcp/80")
    assert verdict(imported(tmp_path, state(resources | more)), *ends) == "fails"
    more[f"{_TGW}_default_route_table_propagation.own"] = named
    assert verdict(imported(tmp_path, state(resources | more)), *ends) == "holds"


@pytest.mark.rule("SG-17")
@pytest.mark.parametrize(("associated", "expected"), [(True, "holds"), (False, "undecided")])
def test_a_group_may_be_had_in_a_vpc_that_it_is_associated_with(
    tmp_path: Path, associated: bool, expected: str
) -> None:
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"})
    resources["aws_instance.guest"] = host("guest", "10.0.2.10", "sg-far", "subnet-b")
    for each in ("aws_subnet.a", "aws_subnet.b", "aws_subnet.far"):
        resources[each] = {**resources[each], "availability_zone": "eu-west-1a"}
    if associated:
        lent = {"id": "x", "security_group_id": "sg-far", "vpc_id": "vpc-1"}
        resources["aws_vpc_security_group_vpc_association.lent"] = lent
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.guest", "tcp/80") == expected
