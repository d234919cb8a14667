"""Transit gateways. Expected values are argued from chapter TGW of the rule book."""

import pytest
from tests.designs import GONE, blames, passes
from tests.gateways import BASE, MAIN, TGW, all_in, all_out, everything, load, one_acl, told

OVER_TGW = ("app.web", "data.db", "tcp/443")


@pytest.mark.rule("TGW-1")
def test_an_attachment_without_an_association_is_routed_by_nobody():
    passes(load().trace(*OVER_TGW))
    net = load({f"{MAIN} associations": ["data", "egress", "line"]})
    blames(net.trace(*OVER_TGW), "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION", "TGW-1", "tgw")
    back = load({f"{MAIN} associations": ["app", "egress", "line"]})
    blames(back.trace(*OVER_TGW), "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION", "TGW-1", "tgw", "reply")


@pytest.mark.rule("TGW-1")
def test_an_attachment_is_associated_with_one_table():
    two = {f"{TGW} route_tables second": {"associations": ["app"]}}
    assert told(two) == ["attachment app is associated with main and with second"]
    assert told({f"{MAIN} associations": ["app", "dta"]}) == ["there is no attachment 'dta'"]


@pytest.mark.rule("TGW-1")
@pytest.mark.rule("TGW-2")
def test_without_tables_everything_is_associated_and_propagated():
    net = load({f"{TGW} route_tables": GONE})
    passes(net.trace(*OVER_TGW))
    passes(net.trace("app.web", "office.pc", "tcp/443"))
    blames(net.trace("app.web", "www", "tcp/443"), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw")


@pytest.mark.rule("TGW-2")
def test_the_target_vpc_is_entered_by_its_attachment_and_by_that_table():
    trace = load().trace("app.web", "www", "tcp/443")
    passes(trace)
    assert [hop.rule for hop in trace.forward if "route table" in hop.checkpoint or "transit" in hop.checkpoint] == [
        "0.0.0.0/0 -> tgw",
        "0.0.0.0/0 -> egress",
        "0.0.0.0/0 -> ngw",
        "0.0.0.0/0 -> igw",
    ]
    lost = load({"vpcs egress route_tables attach": {}})
    blames(lost.trace("app.web", "www", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "egress")


@pytest.mark.rule("TGW-3")
def test_answers_need_a_route_in_the_subnet_and_one_in_the_gateway():
    no_route = load({"vpcs data route_tables work": {"192.168.0.0/16": "tgw"}})
    blames(no_route.trace(*OVER_TGW), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "data", "reply")
    split = load(
        {
            f"{MAIN} associations": ["app", "egress", "line"],
            f"{TGW} route_tables back": {"associations": ["data"], "propagations": ["line"]},
        }
    )
    blames(split.trace(*OVER_TGW), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw", "reply")


@pytest.mark.rule("TGW-4")
def test_the_longest_prefix_first_and_a_static_route_before_a_propagated_one():
    shorter = load({f"{MAIN} routes 10.0.0.0/8": "blackhole"})
    passes(shorter.trace(*OVER_TGW))
    equal = load({f"{MAIN} routes 10.2.0.0/16": "blackhole"})
    blames(equal.trace(*OVER_TGW), "TGW_RTB_BAD_STATE_ROUTE", "TGW-5", "tgw")


@pytest.mark.rule("TGW-4")
def test_a_vpc_goes_before_direct_connect_and_that_before_a_vpn():
    both = {
        "direct_connect_gateways dx": {"prefixes": ["192.168.0.0/16"]},
        f"{TGW} attachments dx": {"direct_connect_gateway": "dx"},
        f"{MAIN} associations": ["app", "data", "egress", "line", "dx"],
        f"{MAIN} propagations": ["app", "data", "egress", "line", "dx"],
        "networks office via": ["line", "dx"],
    }
    trace = load(both).trace("app.web", "office.pc", "tcp/443")
    passes(trace)
    assert "192.168.0.0/16 -> dx" in [hop.rule for hop in trace.forward]
    vpc = {"vpn_connections line static_routes": ["192.168.0.0/16", "10.2.0.0/16"]}
    passes(load(vpc).trace(*OVER_TGW))


@pytest.mark.rule("TGW-5")
def test_a_blackhole_drops_and_so_does_a_missing_route():
    hole = load({f"{MAIN} routes 10.2.0.0/24": "blackhole"})
    trace = hole.trace(*OVER_TGW)
    blames(trace, "TGW_RTB_BAD_STATE_ROUTE", "TGW-5", "tgw")
    assert "10.2.0.0/24 -> blackhole" in trace.blockers[0].text
    passes(hole.trace("app.web", "data.db2", "tcp/443"))
    missing = load({f"{MAIN} routes": {}})
    blames(missing.trace("app.web", "www", "tcp/443"), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw")
    assert told({f"{MAIN} routes 10.9.0.0/16": "egres"}) == ["there is no attachment 'egres'"]


WEST = {
    "vpcs west": {
        "cidrs": ["10.8.0.0/16"],
        "subnets": {"s": {"cidr": "10.8.0.0/24", "az": "a", "route_table": "r"}},
        "route_tables": {"r": {"10.0.0.0/8": "tgw-west"}},
        "security_groups": {"open": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}]}},
        "instances": {"w": {"subnet": "s", "private_ip": "10.8.0.10", "security_groups": ["open"]}},
    },
    "transit_gateways tgw-west": {
        "attachments": {"west": {"vpc": "west", "subnets": ["s"]}, "east": {"peer": "tgw.west"}},
        "route_tables": {
            "main": {
                "associations": ["west", "east"],
                "propagations": ["west", "east"],
                "routes": {"10.1.0.0/16": "east"},
            }
        },
    },
    f"{TGW} attachments west": {"peer": "tgw-west.east"},
    f"{MAIN} associations": ["app", "data", "egress", "line", "west"],
    f"{MAIN} propagations": ["app", "data", "egress", "line", "west"],
}
BY_PEERING = ("app.web", "west.w", "tcp/443")


@pytest.mark.rule("TGW-6")
def test_a_peering_of_transit_gateways_takes_static_routes_alone():
    unrouted = load(WEST, {f"{MAIN} routes": {}})
    blames(unrouted.trace(*BY_PEERING), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw")
    routed = {f"{MAIN} routes 10.8.0.0/16": "west"}
    passes(load(WEST, routed).trace(*BY_PEERING))
    blames(
        load(WEST, routed, {"transit_gateways tgw-west route_tables main routes": {}}).trace(*BY_PEERING),
        "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw-west", "reply",
    )  # fmt: skip


@pytest.mark.rule("TGW-6")
@pytest.mark.rule("TGW-10")
@pytest.mark.parametrize("side", [f"{TGW} attachments west", "transit_gateways tgw-west attachments east"])
def test_a_peering_that_nobody_accepted_carries_nothing(side):
    net = load(WEST, {f"{MAIN} routes 10.8.0.0/16": "west", f"{side} state": "pendingAcceptance"})
    trace = net.trace(*BY_PEERING)
    assert [b.code for b in trace.blockers][:1] == ["BAD_STATE_ATTACHMENT"]
    assert not trace.delivered


@pytest.mark.rule("TGW-6")
def test_a_peering_has_two_sides():
    assert told(WEST, {"transit_gateways tgw-west attachments east peer": "tgw.app"}) == [
        "attachment tgw-west.east is not the other side of tgw.west",
        "attachment tgw.app is not the other side of tgw-west.east",
    ]
    assert told(WEST, {f"{TGW} attachments west peer": "tgw-west.est"})[0] == "there is no attachment 'tgw-west.est'"


@pytest.mark.rule("TGW-7")
def test_a_zone_without_an_attachment_does_not_get_in():
    blames(load().trace("app.lone", "data.db", "tcp/443"), "TGW_ROUTE_AZ_RESTRICTION", "TGW-7", "tgw.app")
    served = {
        "vpcs app subnets attach-c": {"cidr": "10.1.9.16/28", "az": "c"},
        f"{TGW} attachments app subnets": ["attach", "attach-c"],
    }
    passes(load(served).trace("app.lone", "data.db", "tcp/443"))
    blames(load().trace("data.db", "app.lone", "tcp/443"), "TGW_ROUTE_AZ_RESTRICTION", "TGW-7", "tgw.app", "reply")


@pytest.mark.rule("TGW-7")
def test_an_attachment_has_one_subnet_of_a_zone():
    both = {f"{TGW} attachments app subnets": ["attach", "work"]}
    assert told(both) == ["attach and work are in one zone, a"]
    assert told({f"{TGW} attachments app subnets": ["atach"]}) == ["VPC app has no subnet 'atach'"]
    assert told({f"{TGW} attachments app": {"vpc": "ap", "subnets": ["s"]}})[0] == "there is no VPC 'ap'"


@pytest.mark.rule("TGW-8")
def test_a_zone_that_the_target_has_not_is_served_by_another():
    elsewhere = load({f"{TGW} attachments data subnets": ["attach-b"]})
    trace = elsewhere.trace("app.web", "data.db2", "tcp/443")
    passes(trace)
    assert "by subnet data.attach-b" in " ".join(hop.rule for hop in trace.forward)


APPLIANCE = {
    # What comes for db goes by zone: in zone a to `fwa`, in zone b to `fwb`; both forward it as it came.
    "vpcs data route_tables zone-a": {"10.2.0.0/24": "fwa", "0.0.0.0/0": "tgw"},
    "vpcs data route_tables zone-b": {"10.2.0.0/24": "fwb", "0.0.0.0/0": "tgw"},
    "vpcs data subnets attach-a route_table": "zone-a",
    "vpcs data subnets attach-b route_table": "zone-b",
    "vpcs data subnets inspect": {"cidr": "10.2.2.0/24", "az": "a", "route_table": "work"},
    "vpcs data instances fwa": {"subnet": "inspect", "private_ip": "10.2.2.10", "security_groups": ["open"],
                                "source_dest_check": False, "nat": {"masquerade": False}},
    "vpcs data instances fwb": {"subnet": "inspect", "private_ip": "10.2.2.11", "security_groups": ["open"],
                                "source_dest_check": False, "nat": {"masquerade": False}},
}  # fmt: skip
OPEN_AND_SHUT = {
    "vpcs data security_groups shut": {"ingress": []},
    "vpcs data instances fwb security_groups": ["shut"],
}


@pytest.mark.rule("TGW-8")
@pytest.mark.rule("TGW-9")
def test_the_zone_of_the_sender_goes_on_unless_appliance_mode_chooses():
    """Zone a leads through `fwa`, which is open; zone b through `fwb`, which is shut. Without appliance mode a packet from
    zone a stays there; with it, one zone is chosen by the flow, and nobody knows which."""
    passes(load(APPLIANCE, OPEN_AND_SHUT).trace(*OVER_TGW))
    on = {f"{TGW} attachments data appliance_mode": True}
    assert load(APPLIANCE, OPEN_AND_SHUT, on).trace(*OVER_TGW).undecided
    passes(load(APPLIANCE, on).trace(*OVER_TGW))  # whichever is chosen, it passes
    both = {"vpcs data instances fwa security_groups": ["shut"]}
    trace = load(APPLIANCE, OPEN_AND_SHUT, both, on).trace(*OVER_TGW)
    assert not trace.undecided
    assert not trace.delivered


INSPECTION = {
    # app and data reach each other through `egress`, where zone a has the NAT instance `fwa` and zone b `fwb`.
    "vpcs egress subnets attach-b": {"cidr": "10.3.9.16/28", "az": "b", "route_table": "attach-b"},
    "vpcs egress subnets fw": {"cidr": "10.3.1.0/24", "az": "a", "route_table": "fw"},
    "vpcs egress subnets fw-b": {"cidr": "10.3.2.0/24", "az": "b", "route_table": "fw"},
    "vpcs egress route_tables fw": {"10.0.0.0/8": "tgw"},
    "vpcs egress route_tables attach": {"0.0.0.0/0": "fwa"},
    "vpcs egress route_tables attach-b": {"0.0.0.0/0": "fwb"},
    "vpcs egress security_groups from-app": {"ingress": [{"allow": "all", "from": "10.1.0.0/16"}]},
    "vpcs egress instances fwa": {"subnet": "fw", "security_groups": ["from-app"],
                                  "source_dest_check": False, "nat": {"masquerade": False}},
    "vpcs egress instances fwb": {"subnet": "fw-b", "security_groups": ["from-app"],
                                  "source_dest_check": False, "nat": {"masquerade": False}},
    f"{TGW} attachments egress subnets": ["attach", "attach-b"],
    TGW + " route_tables": {
        "spokes": {"associations": ["app", "data"], "routes": {"0.0.0.0/0": "egress"}},
        "inspected": {"associations": ["egress", "line"], "propagations": ["app", "data", "line"]},
    },
}  # fmt: skip


@pytest.mark.rule("TGW-9")
def test_without_appliance_mode_the_answer_may_meet_another_appliance():
    """From zone a to zone b: the request passes `fwa`, the answer `fwb`, whose group has not seen it. In one zone, or with
    appliance mode, one appliance sees both."""
    passes(load(INSPECTION).trace(*OVER_TGW))
    across = load(INSPECTION).trace("app.web", "data.db2", "tcp/443")
    blames(across, "ENI_SG_RULES_MISMATCH", "SG-1", "egress.fwb", "reply")
    on = {f"{TGW} attachments egress appliance_mode": True}
    passes(load(INSPECTION, on).trace("app.web", "data.db2", "tcp/443"))


@pytest.mark.rule("TGW-10")
@pytest.mark.parametrize("state", ["pending", "modifying", "deleted"])
def test_an_attachment_that_is_not_available_carries_nothing(state):
    net = load({f"{TGW} attachments data state": state})
    blames(net.trace(*OVER_TGW), "BAD_STATE_ATTACHMENT", "TGW-10", "tgw.data")
    blames(net.trace("data.db", "app.web", "tcp/443"), "BAD_STATE_ATTACHMENT", "TGW-10", "tgw.data")
    line = load({f"{TGW} attachments line state": state})
    blames(line.trace("app.web", "office.pc", "tcp/443"), "BAD_STATE_ATTACHMENT", "TGW-10", "tgw")
    blames(line.trace("office.pc", "app.web", "tcp/443"), "BAD_STATE_ATTACHMENT", "TGW-10", "tgw")


@pytest.mark.rule("TGW-10")
def test_of_overlapping_vpcs_the_one_attached_first_is_propagated():
    twin = {
        "vpcs twin": BASE["vpcs"]["data"],
        f"{TGW} attachments twin": {"vpc": "twin", "subnets": ["attach-a"]},
        f"{MAIN} associations": ["app", "data", "egress", "line", "twin"],
        f"{MAIN} propagations": ["twin", "app", "data", "egress", "line"],
    }
    net = load(twin)
    passes(net.trace("app.web", "data.db", "tcp/443"))
    blames(net.trace("app.web", "twin.db", "tcp/443"), "DELIVERED_ELSEWHERE", "PEER-9", "data.db")


@pytest.mark.rule("TGW-10")
def test_whether_an_overlapping_vpc_of_other_tables_counts_is_undecided():
    """AWS says that the VPC attached later is not propagated, and not whether a table of its own changes that."""
    twin = {
        "vpcs twin": BASE["vpcs"]["data"],
        f"{TGW} attachments twin": {"vpc": "twin", "subnets": ["attach-a"]},
        f"{MAIN} propagations": ["app", "egress", "line"],
        f"{TGW} route_tables other": {"associations": ["twin"], "propagations": ["app", "data"]},
    }
    net = load(twin, {f"{MAIN} propagations": ["app", "egress", "line", "twin"]})
    trace = net.trace("app.web", "twin.db", "tcp/443")
    assert trace.undecided.startswith("10.2.0.0/16 overlaps with attachment data")
    assert net.reach("app.web", "twin.db").undecided
    assert not net.trace("app.web", "www", "tcp/443").undecided
    # Written as a static route it is certain; and so is the one that was attached first.
    static = load(twin, {f"{MAIN} routes": {"0.0.0.0/0": "egress", "10.2.0.0/16": "twin"}})
    assert not static.trace("app.web", "twin.db", "tcp/443").undecided
    first = load(twin, {f"{MAIN} propagations": ["app", "data", "egress", "line"]})
    passes(first.trace("app.web", "data.db", "tcp/443"))


@pytest.mark.rule("ROUTE-12")
def test_a_route_to_a_gateway_that_the_vpc_is_not_attached_to_drops():
    net = load({"vpcs old route_tables work": {"10.0.0.0/8": "tgw"}})
    trace = net.trace("old.host", "data.db", "tcp/443")
    blames(trace, "BAD_STATE_ROUTE", "ROUTE-12", "old")
    assert "VPC old is not attached to tgw" in trace.blockers[0].text


@pytest.mark.rule("TGW-11")
def test_the_attachment_subnet_judges_sources_on_the_way_in_and_destinations_on_the_way_out():
    from_data = everything(**{"from": "10.2.0.0/16"})
    to_app = everything(to="10.1.0.0/16")
    # Into the gateway: inbound rules, by source.
    src = load(one_acl("app", "attach", everything(**{"from": "10.1.0.0/24"}), all_out()))
    blames(src.trace(*OVER_TGW), "SUBNET_ACL_RESTRICTION", "NACL-2", "tgw.app")
    # Out of the gateway: outbound rules, by destination.
    dst = load(one_acl("data", "attach-a", all_in(), everything(to="10.2.0.0/24")))
    blames(dst.trace(*OVER_TGW), "SUBNET_ACL_RESTRICTION", "NACL-2", "tgw.data")
    # The other two are not looked at.
    passes(load(one_acl("app", "attach", from_data, all_out())).trace(*OVER_TGW))
    passes(load(one_acl("app", "attach", all_in(), everything(to="10.2.0.0/16"))).trace(*OVER_TGW))
    passes(load(one_acl("data", "attach-a", everything(**{"from": "10.1.0.0/16"}), all_out())).trace(*OVER_TGW))
    passes(load(one_acl("data", "attach-a", all_in(), to_app)).trace(*OVER_TGW))


@pytest.mark.rule("TGW-12")
def test_a_workload_in_the_attachment_subnet_meets_both_on_the_way_out_and_none_on_the_way_in():
    ask = ("app.inner", "data.db", "tcp/443")
    out = load(one_acl("app", "attach", all_in(), everything(to="10.2.0.0/16")))
    blames(out.trace(*ask), "SUBNET_ACL_RESTRICTION", "NACL-2", "app.attach")
    into = load(one_acl("app", "attach", everything(**{"from": "10.1.9.0/28"}), all_out()))
    blames(into.trace(*ask), "SUBNET_ACL_RESTRICTION", "NACL-2", "tgw.app")
    deaf = everything(**{"from": "10.2.0.0/16"})
    passes(load(one_acl("app", "attach", deaf, all_out())).trace(*ask))
    mute = everything(to="10.1.9.0/28")
    passes(load(one_acl("app", "attach", deaf, mute)).trace("data.db", "app.inner", "tcp/443"))


@pytest.mark.rule("TGW-12")
def test_a_nat_gateway_in_the_attachment_subnet_takes_packets_past_its_acl():
    inside = {"vpcs egress nat_gateways ngw": {"subnet": "attach", "private_ip": "10.3.9.5", "public_ip": "198.51.100.7"},
              "vpcs egress route_tables attach": {"0.0.0.0/0": "ngw"},
              "vpcs egress internet_gateway": "igw"}  # fmt: skip
    # The gateway's own default route leads back to it; what matters is that no inbound rule is asked before it.
    acl = one_acl("egress", "attach", everything(**{"from": "10.1.0.0/16"}), all_out())
    trace = load(inside, acl).trace("app.web", "www", "tcp/443")
    assert "SUBNET_ACL_RESTRICTION" not in [b.code for b in trace.blockers]


@pytest.mark.rule("TGW-13")
@pytest.mark.rule("NATGW-10")
def test_central_egress_works_with_all_four_routes():
    net = load()
    passes(net.trace("app.web", "www", "tcp/443"))
    assert net.reach("app.web", "internet").reachable
    for hole in (
        {"vpcs app route_tables work": {"10.0.0.0/8": "tgw"}},
        {f"{MAIN} routes": {}},
        {"vpcs egress route_tables attach": {}},
        {"vpcs egress route_tables public": {"0.0.0.0/0": "igw"}},
    ):
        assert not load(hole).trace("app.web", "www", "tcp/443").reachable


@pytest.mark.rule("NATGW-12")
def test_the_nat_gateways_subnet_needs_the_way_back_to_the_spoke():
    net = load({"vpcs egress route_tables public": {"0.0.0.0/0": "igw"}})
    trace = net.trace("app.web", "www", "tcp/443")
    blames(trace, "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "IGW-5", "egress.igw", "reply")
    (only,) = trace.blockers  # on the internet, where it does not get to, nothing stands in its way
    assert only.cause.path == ("vpcs", "egress", "route_tables", "public", "0.0.0.0/0")
    assert "0.0.0.0/0 -> igw sends it there" in only.text


@pytest.mark.rule("NATGW-10")
def test_a_nat_gateway_serves_nobody_over_a_peering():
    peered = {
        "peering_connections pcx": {"requester": "app", "accepter": "egress"},
        "vpcs app route_tables work": {"0.0.0.0/0": "pcx"},
    }
    blames(load(peered).trace("app.web", "www", "tcp/443"), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "PEER-4", "pcx")


GROUPS = {
    f"{TGW} security_group_referencing": True,
    "vpcs app security_groups named": {},
    "vpcs app instances web security_groups": ["open", "named"],
    "vpcs data security_groups from-app": {"ingress": [{"allow": "tcp/443", "from": "app.named"}]},
    "vpcs data instances db security_groups": ["from-app"],
}


@pytest.mark.rule("TGW-14")
@pytest.mark.rule("SG-11")
def test_inbound_rules_may_name_groups_of_the_other_vpc_where_all_support_it():
    passes(load(GROUPS).trace(*OVER_TGW))
    off = {f"{TGW} security_group_referencing": GONE}
    trace = load(GROUPS, off, {"warn": ["SG-11"]}).trace(*OVER_TGW)
    assert not trace.delivered
    assert trace.blockers[0].component == "data.db"
    for side in ("app", "data"):
        half = {f"{TGW} attachments {side} security_group_referencing": False, "warn": ["SG-11"]}
        assert not load(GROUPS, half).trace(*OVER_TGW).delivered


@pytest.mark.rule("TGW-14")
def test_outbound_rules_may_not():
    out = {"vpcs app security_groups open egress": [{"allow": "all", "to": "data.open"}]}
    net = load({f"{TGW} security_group_referencing": True}, out)
    blames(net.trace(*OVER_TGW), "SG_REFERENCES_NOT_PRESERVED", "TGW-14", "app.web")
    (warning,) = net.warnings
    assert "a reference over a transit gateway is for what comes in: the rule matches nothing [TGW-14]" in warning


@pytest.mark.rule("TGW-14")
def test_a_peering_beside_does_not_bring_groups_over_an_attachment_without_support():
    """The rule is good over the peering; this packet comes over the transit gateway, which forgets the group."""
    half = {
        f"{TGW} attachments data security_group_referencing": False,
        "peering_connections pcx": {"requester": "app", "accepter": "data"},
    }
    trace = load(GROUPS, half).trace(*OVER_TGW)
    blames(trace, "SG_REFERENCES_NOT_PRESERVED", "TGW-14", "data.db")


@pytest.mark.rule("SG-11")
def test_groups_are_not_named_between_regions():
    over_peering = {
        "vpcs app region": "us-east-1",
        "peering_connections pcx": {"requester": "app", "accepter": "data"},
        "vpcs app route_tables work 10.2.0.0/16": "pcx",
        "vpcs data route_tables work 10.1.0.0/16": "pcx",
    }
    (problem,) = told(GROUPS, over_peering)
    assert problem == "'app.named' is a group of VPC app, which is in another Region than data"
    net = load(GROUPS, over_peering, {"warn": ["SG-11"]})
    blames(net.trace(*OVER_TGW), "SG_REFERENCES_NOT_PRESERVED", "SG-11", "data.db")
    named = {"vpcs data security_groups from-app ingress": [{"allow": "all", "from": "10.1.0.0/16"}]}
    passes(load(GROUPS, over_peering, named).trace(*OVER_TGW))


@pytest.mark.rule("TGW-4")
@pytest.mark.rule("PL-2")
def test_a_prefix_list_in_a_table_stands_between_static_and_propagated_routes():
    lists = {"prefix_lists theirs": ["10.2.0.0/16", "10.9.0.0/16"], f"{MAIN} routes theirs": "blackhole"}
    trace = load(lists).trace(*OVER_TGW)
    blames(trace, "TGW_RTB_BAD_STATE_ROUTE", "TGW-5", "tgw")
    assert trace.blockers[0].text == "10.2.0.0/16 (theirs) -> blackhole drops"
    passes(load(lists, {f"{MAIN} routes 10.2.0.0/16": "data"}).trace(*OVER_TGW))
    passes(load(lists, {f"{MAIN} propagations": GONE, f"{MAIN} routes": {"theirs": "data", "10.1.0.0/16": "app"}}).trace(
        *OVER_TGW
    ))  # fmt: skip
    assert told({f"{MAIN} routes thers": "data", "prefix_lists theirs": ["10.9.0.0/16"]}) == [
        "'thers' is neither a block nor a prefix list"
    ]


@pytest.mark.rule("TGW-9")
def test_inspection_in_several_zones_without_appliance_mode_is_a_warning():
    main = {"vpcs data subnets attach-a route_table": GONE, "vpcs data route_tables main": {"10.2.0.0/24": "fwa"}}
    for changes in ({}, main):
        (warning,) = load(APPLIANCE, changes).warnings
        assert "data: its subnets in 2 zones lead to fwa, which inspects, and appliance_mode is off" in warning
        assert "[TGW-9]" in warning
    assert load(APPLIANCE, {f"{TGW} attachments data appliance_mode": True}).warnings == ()
    assert load(APPLIANCE, {f"{TGW} attachments data subnets": ["attach-a"]}).warnings == ()


@pytest.mark.rule("TGW-15")
def test_what_a_policy_table_chooses_is_undecided():
    trace = load({f"{TGW} policy_tables": {"p": {}}}).trace(*OVER_TGW)
    assert trace.undecided == "tgw has policy tables, which are not modelled"


def test_what_lies_behind_a_connect_attachment_is_undecided():
    connect = {f"{TGW} attachments sd": {"connect": {}}, f"{MAIN} routes 172.31.0.0/16": "sd"}
    assert "tgw.sd is not modelled" in load(connect).trace("app.web", "172.31.0.1", "tcp/1").undecided
    assert told({f"{TGW} attachments sd": {"connect": {}, "peer": "tgw.app"}}) == ["an attachment is of one kind"]


def test_a_question_about_all_of_the_internet_ends():
    """Whatever the attachment's subnet leads to, addresses that fare alike are judged together."""
    local = {
        "vpcs egress nat_gateways ngw": {"subnet": "attach", "private_ip": "10.3.9.5", "public_ip": "198.51.100.7"}
    }
    assert not load(local).reach("app.web", "internet").reachable
    on = {f"{TGW} attachments data appliance_mode": True, f"{MAIN} routes": {"0.0.0.0/0": "data"}}
    assert load(APPLIANCE, on).reach("app.web", "internet") is not None
    assert load().reach("office", "app.web").reachable
    assert load({"vpcs egress route_tables attach": {"0.0.0.0/0": "igw"}}).reach("office", "www") is not None


@pytest.mark.rule("TGW-7")
@pytest.mark.rule("TGW-8")
@pytest.mark.parametrize("changes", [{}, {**APPLIANCE, **OPEN_AND_SHUT}], ids=["zones alike", "zones apart"])
def test_the_matrix_tells_zones_apart_where_they_matter(changes):
    """Who sends from a zone that no attachment serves, or from one that leads another way, has answers of its own."""
    more = {
        "vpcs app subnets b": {"cidr": "10.1.2.0/24", "az": "b", "route_table": "work"},
        "vpcs app subnets attach-b": {"cidr": "10.1.9.16/28", "az": "b"},
        "vpcs app instances inner": GONE,
        "vpcs app instances other": {"subnet": "b", "private_ip": "10.1.2.10", "security_groups": ["open"]},
        f"{TGW} attachments app subnets": ["attach", "attach-b"],
    }
    net = load(changes, more)
    matrix = net.matrix()
    for source in ("app.web", "app.other", "app.lone", "data.db", "data.db2"):
        for destination in ("app.web", "app.other", "app.lone", "data.db", "data.db2"):
            if source != destination:
                assert matrix.reach(source, destination) == net.reach(source, destination).reachable
