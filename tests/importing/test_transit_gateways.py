"""Transit gateways as their calls answer. Verdicts follow from the routes that are written here."""

from __future__ import annotations

from typing import Any

import pytest
from tests.importing.accounts import (
    Answers,
    acl,
    group,
    imported,
    interface,
    lets,
    loaded,
    notes,
    route,
    table,
)

OPTIONS = {"DefaultRouteTableAssociation": "enable", "DefaultRouteTablePropagation": "enable"}


def vpc(number: int, gateway: str, **more: Any) -> Answers:
    """A VPC 10.N.0.0/16 with a host ``eni-N`` and a route to a transit gateway."""
    name = f"vpc-{number}"
    return {
        "Vpcs": [{"VpcId": name, "CidrBlock": f"10.{number}.0.0/16"}],
        "Subnets": [{"SubnetId": f"subnet-{number}", "VpcId": name, "CidrBlock": f"10.{number}.1.0/24",
                     "AvailabilityZone": "eu-west-1a"}],
        "InternetGateways": [],
        "RouteTables": [table(f"rtb-{number}", route("10.0.0.0/8", TransitGatewayId=gateway), vpc=name, main=True)],
        "NetworkAcls": [acl(f"acl-{number}", vpc=name)],
        "SecurityGroups": [group(f"sg-{number}", lets("tcp/443"), vpc=name)],
        "NetworkInterfaces": [
            interface(f"eni-{number}", f"10.{number}.1.10", f"sg-{number}", subnet=f"subnet-{number}", vpc=name)
        ],
        **more,
    }  # fmt: skip


def attached(number: int, gateway: str = "tgw-1", **more: Any) -> dict[str, Any]:
    return {"TransitGatewayAttachmentId": f"att-{number}", "TransitGatewayId": gateway, "VpcId": f"vpc-{number}",
            "SubnetIds": [f"subnet-{number}"], "State": "available", **more}  # fmt: skip


def attachment(
    id: str, kind: str, resource: str, gateway: str = "tgw-1", rtb: str = "rt-1", **more: Any
) -> dict[str, Any]:
    return {"TransitGatewayAttachmentId": id, "TransitGatewayId": gateway, "ResourceType": kind, "ResourceId": resource,
            "State": "available", "Association": {"TransitGatewayRouteTableId": rtb}, **more}  # fmt: skip


def tables(rtb: str, gateway: str, propagating: tuple[str, ...], *routes: Any, **more: Any) -> Answers:
    """A gateway's one route table."""
    propagations = [{"TransitGatewayAttachmentId": each, "State": "enabled"} for each in propagating]
    return {
        "TransitGateways": [{"TransitGatewayId": gateway, "TransitGatewayArn": "arn", "Options": {**OPTIONS, **more}}],
        "TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": rtb, "TransitGatewayId": gateway}],
        "TransitGatewayPropagations": [
            {"TransitGatewayRouteTableId": rtb, "TransitGatewayRouteTablePropagations": propagations}
        ],
        "TransitGatewayStaticRoutes": [{"TransitGatewayRouteTableId": rtb, "Routes": list(routes)}],
    }  # fmt: skip


def static(block: str, *attachments: str, state: str = "active", type: str = "static") -> dict[str, Any]:
    to = [{"TransitGatewayAttachmentId": each} for each in attachments]
    return {"DestinationCidrBlock": block, "State": state, "Type": type, "TransitGatewayAttachments": to}


def both(*routes: Any, propagating: tuple[str, ...] = ("att-1", "att-2"), **more: Any) -> list[Answers]:
    """Two VPCs in accounts of their own, on the first one's gateway."""
    own = {
        "TransitGatewayAttachments": [attachment("att-1", "vpc", "vpc-1"), attachment("att-2", "vpc", "vpc-2")],
        "TransitGatewayVpcAttachments": [attached(1)],
        **tables("rt-1", "tgw-1", propagating, *routes), **more,
    }  # fmt: skip
    return [vpc(1, "tgw-1", **own), vpc(2, "tgw-1", TransitGatewayVpcAttachments=[attached(2)], TransitGateways=[])]


def test_two_accounts_on_one_gateway() -> None:
    net = loaded(*both())
    assert net.trace("eni-1", "eni-2", "tcp/443").verdict == "reachable"
    assert net.trace("eni-1", "eni-2", "tcp/80").verdict == "blocked"


@pytest.mark.rule("TGW-2")
def test_what_propagates_nothing_is_not_reached() -> None:
    assert loaded(*both(propagating=("att-1",))).trace("eni-1", "eni-2", "tcp/443").verdict == "blocked"
    routed = loaded(*both(static("10.2.0.0/16", "att-2"), propagating=("att-1",)))
    assert routed.trace("eni-1", "eni-2", "tcp/443").verdict == "reachable"
    hole = loaded(*both(static("10.2.1.0/24", state="blackhole")))
    assert hole.trace("eni-1", "eni-2", "tcp/443").verdict == "blocked"


@pytest.mark.parametrize(
    "missing",
    [
        "TransitGatewayRouteTables",
        "TransitGatewayPropagations",
        "TransitGatewayStaticRoutes",
        "TransitGatewayAttachments",
    ],
)
def test_what_was_not_collected_of_a_gateway_leaves_it_open(missing: str) -> None:
    given = both()
    del given[0][missing]
    assert loaded(*given).trace("eni-1", "eni-2", "tcp/443").verdict == "undecided"


def test_associations_may_come_from_the_table() -> None:
    told = [{"TransitGatewayAttachmentId": f"att-{n}", "State": "associated"} for n in (1, 2)]
    given = both(TransitGatewayRouteTableAssociations=[{"TransitGatewayRouteTableId": "rt-1", "Associations": told}])
    del given[0]["TransitGatewayAttachments"]
    assert loaded(*given).trace("eni-1", "eni-2", "tcp/443").verdict == "reachable"


@pytest.mark.parametrize(
    "routes",
    [
        [static("10.2.0.0/16", "att-far")],
        [static("10.2.0.0/16", "att-1", "att-2")],
    ],
)
def test_a_route_that_leads_nobody_knows_where(routes: Any) -> None:
    assert loaded(*both(*routes)).trace("eni-1", "eni-2", "tcp/443").verdict == "undecided"


def test_not_all_routes_of_a_table() -> None:
    given = both()
    given[0]["TransitGatewayStaticRoutes"][0]["AdditionalRoutesAvailable"] = True
    assert loaded(*given).trace("eni-1", "eni-2", "tcp/443").verdict == "undecided"


@pytest.mark.rule("TGW-6")
def test_a_peering_of_two_gateways_is_two_attachments_of_one_id() -> None:
    def side(number: int, other: int, *routes: Any) -> Answers:
        mine = f"tgw-{number}"
        told = [
            attachment(f"att-{number}", "vpc", f"vpc-{number}", mine, f"rt-{number}"),
            attachment("att-peer", "peering", f"tgw-{other}", mine, f"rt-{number}"),
        ]
        held = tables(f"rt-{number}", mine, (f"att-{number}",), *routes)
        attachments = {"TransitGatewayVpcAttachments": [attached(number, mine)], "TransitGatewayAttachments": told}
        return vpc(number, mine, **attachments, **held)

    there, back = static("10.2.0.0/16", "att-peer"), static("10.1.0.0/16", "att-peer")
    net = loaded(side(1, 2, there), side(2, 1, back))
    assert net.trace("eni-1", "eni-2", "tcp/443").verdict == "reachable"
    assert loaded(side(1, 2, there), side(2, 1)).trace("eni-1", "eni-2", "tcp/443").verdict == "no reply"
    alone = loaded(side(1, 2, there))
    assert alone.trace("eni-1", "10.2.1.10", "tcp/443").verdict == "undecided"


def test_a_peering_that_is_not_accepted_carries_nothing() -> None:
    given = both()
    given[0]["TransitGatewayVpcAttachments"][0]["State"] = "pendingAcceptance"
    given[0]["TransitGatewayAttachments"][0]["State"] = "pendingAcceptance"
    assert loaded(*given).trace("eni-2", "eni-1", "tcp/443").verdict == "blocked"


@pytest.mark.parametrize(("is_static", "type"), [(True, "static"), (False, "propagated")])
def test_a_vpn_on_a_gateway(is_static: bool, type: str) -> None:
    vpn = {"VpnConnectionId": "vpn-1", "CustomerGatewayId": "cgw-1", "TransitGatewayId": "tgw-1", "State": "available",
           "Options": {"StaticRoutesOnly": is_static}, "Routes": []}  # fmt: skip
    given = both(
        static("10.9.0.0/16", "att-vpn", type=type), propagating=("att-1", "att-2", "att-vpn"), VpnConnections=[vpn]
    )
    given[0]["TransitGatewayAttachments"].append(attachment("att-vpn", "vpn", "vpn-1"))
    net = loaded(*given)
    assert net.trace("10.9.0.5", "eni-1", "tcp/443").verdict == "reachable"
    assert net.trace("10.9.0.5", "eni-1", "tcp/80").verdict == "blocked"


@pytest.mark.parametrize(("propagates", "verdict"), [(True, "undecided"), (False, "reachable")])
def test_what_a_vpn_announces_and_nobody_collected_is_not_known(propagates: bool, verdict: str) -> None:
    """It may announce a part of a VPC's block, which goes before that; if it propagates."""
    vpn = {"VpnConnectionId": "vpn-1", "CustomerGatewayId": "cgw-1", "TransitGatewayId": "tgw-1", "State": "available"}
    given = both(propagating=("att-1", "att-2", *["att-vpn"] * propagates), VpnConnections=[vpn])
    given[0]["TransitGatewayAttachments"].append(attachment("att-vpn", "vpn", "vpn-1"))
    assert loaded(*given).trace("eni-1", "eni-2", "tcp/443").verdict == verdict


def test_the_routes_of_a_vpc_to_a_gateway_say_nothing_of_what_a_vpn_announces() -> None:
    """The tables of both VPCs lead 10.0.0.0/8 to the gateway, which has learned of 10.9.0.0/16 behind the VPN."""
    vpn = {"VpnConnectionId": "vpn-1", "CustomerGatewayId": "cgw-1", "TransitGatewayId": "tgw-1", "State": "available"}
    routes = static("10.9.0.0/16", "att-vpn", type="propagated")
    given = both(routes, propagating=("att-1", "att-2", "att-vpn"), VpnConnections=[vpn])
    given[0]["TransitGatewayAttachments"].append(attachment("att-vpn", "vpn", "vpn-1"))
    net = loaded(*given)
    assert net.trace("eni-1", "10.9.0.5", "tcp/443").verdict == "reachable"
    assert net.trace("eni-1", "10.99.0.5", "tcp/443").verdict == "blocked"


def test_a_vpn_of_which_the_attachment_was_not_collected() -> None:
    vpn = {"VpnConnectionId": "vpn-1", "CustomerGatewayId": "cgw-1", "TransitGatewayId": "tgw-1", "State": "available"}
    given = both(VpnConnections=[vpn])
    assert loaded(*given).trace("eni-1", "eni-2", "tcp/443").verdict == "reachable"  # it has none, as is known
    del given[0]["TransitGatewayAttachments"]
    assert loaded(*given).trace("eni-1", "eni-2", "tcp/443").verdict == "undecided"


def test_a_direct_connect_gateway() -> None:
    gateway = {
        "directConnectGatewayId": "dx-1",
        "directConnectGatewayName": "dc",
        "directConnectGatewayState": "available",
    }
    association = {"associationId": "as-1", "directConnectGatewayId": "dx-1", "associationState": "associated",
                   "associatedGateway": {"id": "tgw-1", "type": "transitGateway"},
                   "allowedPrefixesToDirectConnectGateway": [{"cidr": "10.1.0.0/16"}]}  # fmt: skip
    given = both(static("10.9.0.0/16", "att-dx", type="propagated"), propagating=("att-1", "att-2", "att-dx"),
                 directConnectGateways=[gateway], directConnectGatewayAssociations=[association])  # fmt: skip
    given[0]["TransitGatewayAttachments"].append(attachment("att-dx", "direct-connect-gateway", "dx-1"))
    found = imported(*given)
    assert found.design["direct_connect_gateways"] == {
        "dc": {"prefixes": ["10.9.0.0/16"], "allowed_prefixes": ["10.1.0.0/16"]}
    }
    net = loaded(*given)
    assert net.trace("eni-1", "10.9.0.5", "tcp/443").verdict == "reachable"


def test_an_attachment_of_another_type_leads_to_something_unknown() -> None:
    given = both(static("10.9.0.0/16", "att-c"))
    given[0]["TransitGatewayAttachments"].append(attachment("att-c", "connect", "att-1"))
    found = imported(*given)
    assert any("what lies behind it" in text for text in notes(found, "unknown"))
    assert loaded(*given).trace("eni-1", "10.9.0.5", "tcp/443").verdict == "undecided"


@pytest.mark.rule("TGW-15")
def test_policy_tables_leave_it_open() -> None:
    policy = [{"TransitGatewayPolicyTableId": "ptb-1", "TransitGatewayId": "tgw-1"}]
    assert loaded(*both(TransitGatewayPolicyTables=policy)).trace("eni-1", "eni-2", "tcp/443").verdict == "undecided"


@pytest.mark.rule("TGW-14")
def test_a_gateway_may_pass_references_to_groups_on() -> None:
    def verdict(support: str) -> str:
        given = both()
        given[0] |= tables("rt-1", "tgw-1", ("att-1", "att-2"), SecurityGroupReferencingSupport=support)
        by_group = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": "sg-1"}]}
        given[1]["SecurityGroups"] = [group("sg-2", by_group, vpc="vpc-2")]
        given[1]["VpcPeeringConnections"] = []
        return str(loaded(*given).trace("eni-1", "eni-2", "tcp/443").verdict)

    assert verdict("enable") == "reachable"
    assert verdict("disable") == "blocked"


@pytest.mark.parametrize(("owner", "verdict"), [("999", "undecided"), ("111", "holds")])
def test_what_somebody_else_attaches_to_a_shared_gateway_may_send(owner: str, verdict: str) -> None:
    """Its owner alone sees the attachments of others."""
    answers = vpc(1, "tgw-1", TransitGatewayVpcAttachments=[attached(1)], TransitGatewayRouteTables=[])
    answers["Vpcs"][0]["OwnerId"] = "111"
    answers["TransitGateways"] = [{"TransitGatewayId": "tgw-1", "OwnerId": owner, "Options": OPTIONS}]
    assert loaded(answers).expect("172.16.0.5", "vpc-1.eni-1", deny="all").verdict == verdict
