"""Edits of transit gateways' tables, and of the tables of subnets around them, each from a fault that people meet."""

from __future__ import annotations

from typing import Any

import pytest
from tests.answers.test_fix import best, values
from tests.designs import GONE, Changes, edited
from tests.gateways import load
from tests.oracle.text import write_yaml

import reachsim

JOINED: dict[str, Any] = {
    "version": 1,
    "vpcs": {
        "spoke": {
            "cidrs": ["10.1.0.0/16"],
            "subnets": {"app": {"cidr": "10.1.1.0/24", "az": "a", "route_table": "app"}},
            "route_tables": {"app": {"0.0.0.0/0": "tgw"}},
            "instances": {"app": {"subnet": "app"}},
        },
        "egress": {
            "cidrs": ["10.2.0.0/16"],
            "internet_gateway": "igw",
            "subnets": {
                "tgw": {"cidr": "10.2.1.0/28", "az": "a", "route_table": "tgw"},
                "public": {"cidr": "10.2.0.0/24", "az": "a", "route_table": "public"},
                "data": {"cidr": "10.2.2.0/24", "az": "a", "route_table": "data"},
            },
            "route_tables": {
                "tgw": {"0.0.0.0/0": "nat"},
                "public": {"0.0.0.0/0": "igw", "10.1.0.0/16": "tgw"},
                "data": {"10.1.0.0/16": "tgw"},
            },
            "nat_gateways": {"nat": {"subnet": "public"}},
            "security_groups": {"db": {"ingress": [{"allow": "tcp/5432", "from": "10.1.0.0/16"}]}},
            "instances": {"db": {"subnet": "data", "security_groups": ["db"]}},
        },
    },
    "transit_gateways": {
        "tgw": {
            "attachments": {
                "spoke": {"vpc": "spoke", "subnets": ["app"]},
                "egress": {"vpc": "egress", "subnets": ["tgw"]},
            },
            "route_tables": {
                "out": {"associations": ["spoke"], "propagations": ["egress"], "routes": {"0.0.0.0/0": "egress"}},
                "back": {"associations": ["egress"], "propagations": ["spoke"], "routes": {}},
            },
        }
    },
}
"""A spoke that reaches a database and, by a NAT gateway, the internet in another VPC."""

DATABASE = ("app", "db", "tcp/5432")
OUTSIDE = ("app", "8.8.8.8", "tcp/443")
TABLES = ("transit_gateways", "tgw", "route_tables")


def joined(*changes: Changes) -> reachsim.Network:
    """The design with changes, by way of its text."""
    return reachsim.loads(write_yaml(edited(JOINED, *changes)), file="design.yaml")


def changed(net: reachsim.Network, question: tuple[str, str, str]) -> dict[tuple[Any, ...], Any]:
    """What the best fix changes."""
    return values(best(net.fixes(*question)))


def test_the_design_works() -> None:
    assert joined().trace(*DATABASE).reachable
    assert joined().trace(*OUTSIDE).reachable


@pytest.mark.rule("TGW-1")
@pytest.mark.parametrize(("table", "attachment"), [("out", "spoke"), ("back", "egress")])
def test_an_attachment_is_associated_with_a_table(table: str, attachment: str) -> None:
    """On the way there and on the way back: which attachment it is, the blocker's key tells."""
    alone: Changes = {"transit_gateways tgw route_tables out routes": {}}  # with its default route it would open more
    net = joined(alone, {f"transit_gateways tgw route_tables {table} associations": []})
    assert net.trace(*DATABASE).blockers[0].code == "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION"
    assert changed(net, DATABASE) == {(*TABLES, table, "associations"): attachment}


@pytest.mark.rule("TGW-2")
@pytest.mark.rule("TGW-3")
@pytest.mark.parametrize(("table", "attachment"), [("out", "egress"), ("back", "spoke")])
def test_a_table_takes_in_what_an_attachment_propagates(table: str, attachment: str) -> None:
    net = joined(
        {
            f"transit_gateways tgw route_tables {table} propagations": [],
            f"transit_gateways tgw route_tables {table} routes": {},
        }
    )
    assert net.trace(*DATABASE).blockers[0].code == "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"
    assert net.trace(*DATABASE).blockers[0].cause.path[:3] == TABLES
    assert changed(net, DATABASE) == {(*TABLES, table, "propagations"): attachment}


@pytest.mark.rule("TGW-5")
def test_a_blackhole_route_is_replaced_or_removed() -> None:
    net = joined({"transit_gateways tgw route_tables out routes": {"10.2.0.0/16": "blackhole"}})
    assert net.trace(*DATABASE).blockers[0].code == "TGW_RTB_BAD_STATE_ROUTE"
    proposed = [
        (change.path, change.value, change.action)
        for fix in net.fixes(*DATABASE)
        for edit in fix.edits
        for change in edit.changes
    ]
    key = (*TABLES, "out", "routes", "10.2.0.0/16")
    assert (key, "egress", "set") in proposed
    assert (key, None, "remove") in proposed


@pytest.mark.rule("TGW-13")
def test_the_gateway_gets_a_default_route_to_the_vpc_with_a_nat_gateway() -> None:
    net = joined({"transit_gateways tgw route_tables out routes": GONE})
    assert changed(net, OUTSIDE) == {(*TABLES, "out", "routes", "0.0.0.0/0"): "egress"}


# -- tables of their own ------------------------------------------------------------------------------------------------


@pytest.mark.rule("TGW-13")
@pytest.mark.parametrize("zones", [1, 2])
def test_subnets_of_an_attachment_get_a_table_of_their_own(zones: int) -> None:
    """They share the table of the NAT gateway's subnet: what comes from the spoke goes past the NAT gateway. All subnets of
    the attachment are moved, and no other."""
    shared: Changes = {"vpcs egress subnets tgw route_table": "public", "vpcs egress route_tables tgw": GONE}
    second: Changes = {
        "vpcs egress subnets tgw-b": {"cidr": "10.2.1.16/28", "az": "b", "route_table": "public"},
        "transit_gateways tgw attachments egress subnets": ["tgw", "tgw-b"],
        "vpcs spoke subnets app-b": {"cidr": "10.1.2.0/24", "az": "b", "route_table": "app"},
        "transit_gateways tgw attachments spoke subnets": ["app", "app-b"],
        "vpcs spoke instances app-b": {"subnet": "app-b"},
    }
    net = joined(shared, second if zones == 2 else {})
    assert net.trace(*OUTSIDE).blockers[0].code == "GATEWAY_REJECTS_SPOOFED_TRAFFIC"
    assert changed(net, OUTSIDE) == {
        ("vpcs", "egress", "route_tables", "tgw"): {"0.0.0.0/0": "nat", "10.1.0.0/16": "tgw"},
        ("vpcs", "egress", "subnets", "tgw", "route_table"): "tgw",
        **({("vpcs", "egress", "subnets", "tgw-b", "route_table"): "tgw"} if zones == 2 else {}),
    }


LOOPED = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      front: {cidr: 10.0.0.0/24, az: a, map_public_ip_on_launch: true}
      back: {cidr: 10.0.1.0/24, az: a}
    route_tables: {main: {0.0.0.0/0: nat}}
    security_groups: {nat: {ingress: [{allow: all, from: 10.0.0.0/16}]}}
    instances:
      job: {subnet: back}
"""
GATEWAY = "    nat_gateways: {nat: {subnet: front}}\n"
INSTANCE = "      nat: {subnet: front, security_groups: [nat], source_dest_check: false, nat: true}\n"
JOB = ("job", "8.8.8.8", "tcp/443")


@pytest.mark.rule("NATGW-13")
@pytest.mark.rule("NATI-10")
@pytest.mark.parametrize("device", [GATEWAY, INSTANCE])
def test_the_subnet_of_a_nat_device_gets_a_table_that_does_not_lead_back_to_it(device: str) -> None:
    """Everything is on the main table, which leads to the NAT device: its own subnet needs another one."""
    net = reachsim.loads(LOOPED + device)
    assert net.trace(*JOB).blockers[0].code == "FORWARDING_LOOP"
    assert changed(net, JOB) == {
        ("vpcs", "app", "route_tables", "front"): {"0.0.0.0/0": "igw"},
        ("vpcs", "app", "subnets", "front", "route_table"): "front",
    }


@pytest.mark.rule("NATGW-1")
@pytest.mark.rule("NATI-10")
@pytest.mark.parametrize("device", [GATEWAY, INSTANCE])
def test_a_nat_device_that_shares_its_clients_subnet_moves_to_a_new_public_one(device: str) -> None:
    """Another table for their subnet would take the clients past it. An instance that has its public address by its subnet
    has one there too."""
    net = reachsim.loads((LOOPED + device).replace("subnet: back", "subnet: front, public_ip: false"))
    assert net.trace(*JOB).blockers[0].code == "FORWARDING_LOOP"
    section = "nat_gateways" if device is GATEWAY else "instances"
    assigns = {} if device is GATEWAY else {"map_public_ip_on_launch": True}
    assert changed(net, JOB) == {
        ("vpcs", "app", "route_tables", "public"): {"0.0.0.0/0": "igw"},
        ("vpcs", "app", "subnets", "public"): {
            "cidr": "10.0.2.0/28", "az": "a", "route_table": "public", **assigns,
        },
        ("vpcs", "app", section, "nat", "subnet"): "public",
    }  # fmt: skip


# -- peerings of gateways, groups of other VPCs, inspection -------------------------------------------------------------


@pytest.mark.rule("TGW-6")
def test_a_peering_of_gateways_gets_static_routes_on_both_sides() -> None:
    """Nothing is propagated over one, so that is not proposed."""
    far: Changes = {
        "transit_gateways west": {
            "attachments": {"egress": {"vpc": "egress", "subnets": ["tgw"]}, "east": {"peer": "tgw.west"}},
            "route_tables": {"all": {"associations": ["egress", "east"], "propagations": ["egress"], "routes": {}}},
        },
        "transit_gateways tgw attachments": {"spoke": {"vpc": "spoke", "subnets": ["app"]}, "west": {"peer": "west.east"}},
        "transit_gateways tgw route_tables": {
            "all": {"associations": ["spoke", "west"], "propagations": ["spoke"], "routes": {}},
        },
        "vpcs egress route_tables data": {"10.1.0.0/16": "west"},
        "vpcs egress route_tables public": {"0.0.0.0/0": "igw", "10.1.0.0/16": "west"},
    }  # fmt: skip
    assert changed(joined(far), DATABASE) == {
        (*TABLES, "all", "routes", "10.2.0.0/16"): "west",
        ("transit_gateways", "west", "route_tables", "all", "routes", "10.1.0.0/16"): "east",
    }


@pytest.mark.rule("TGW-14")
@pytest.mark.parametrize("attachment", [True, False])
def test_group_referencing_is_switched_on_where_a_rule_names_a_far_group(attachment: bool) -> None:
    named: Changes = {
        "vpcs spoke security_groups": {"caller": {}},
        "vpcs spoke instances app security_groups": ["caller"],
        "vpcs egress security_groups db": {"ingress": [{"allow": "tcp/5432", "from": "spoke.caller"}]},
        **({} if attachment else {"transit_gateways tgw attachments spoke security_group_referencing": False}),
    }
    net = joined(named)
    (blocker,) = net.trace(*DATABASE).blockers
    assert (blocker.code, blocker.rule_id) == ("SG_REFERENCES_NOT_PRESERVED", "TGW-14")
    assert "security group referencing" in blocker.text
    key = ("transit_gateways", "tgw")
    spoke = {(*key, "attachments", "spoke", "security_group_referencing"): True}
    assert changed(net, DATABASE) == {(*key, "security_group_referencing"): True, **({} if attachment else spoke)}


INSPECTED = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      web: {cidr: 10.0.1.0/24, az: a, route_table: web}
      wall: {cidr: 10.0.2.0/28, az: a, route_table: wall}
    route_tables:
      edge: {gateway: igw, routes: {10.0.1.0/24: wall}}
      web: {0.0.0.0/0: igw}
      wall: {0.0.0.0/0: igw}
    vpc_endpoints: {wall: {type: gateway_load_balancer, service: inspect, subnets: [wall]}}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances: {web: {subnet: web, public_ip: true, security_groups: [web]}}
"""


@pytest.mark.rule("ROUTE-22")
def test_the_target_of_a_gateways_table_gets_a_public_address() -> None:
    appliance = "wall: {subnet: wall, source_dest_check: false, nat: {masquerade: false}, security_groups: [web]}"
    text = INSPECTED.replace(
        "    vpc_endpoints: {wall: {type: gateway_load_balancer, service: inspect, subnets: [wall]}}\n", ""
    )
    net = reachsim.loads(
        text.replace("web: {0.0.0.0/0: igw}", "web: {0.0.0.0/0: wall}").replace(
            "    instances: {", f"    instances: {{{appliance}, "
        )
    )
    question = ("internet", "web", "tcp/443")
    first = net.explain(*question).obstacles[0]
    assert (first.blocker.code, first.key) == ("INGRESS_RTB_NO_PUBLIC_IP", "vpcs.app.instances.wall.public_ip")
    assert changed(net, question) == {("vpcs", "app", "instances", "wall", "public_ip"): True}


@pytest.mark.rule("ROUTE-23")
def test_answers_go_back_through_what_a_gateways_table_leads_through() -> None:
    net = reachsim.loads(INSPECTED)
    question = ("internet", "web", "tcp/443")
    assert net.trace(*question).blockers[0].code == "INGRESS_RTB_TRAFFIC_REDIRECTION"
    assert changed(net, question) == {("vpcs", "app", "route_tables", "web", "0.0.0.0/0"): "wall"}


# -- zones ----------------------------------------------------------------------------------------------------------------

ZONES: Changes = {
    "vpcs spoke subnets app-b": {"cidr": "10.1.2.0/24", "az": "b", "route_table": "app"},
    "vpcs spoke subnets dmz-b": {"cidr": "10.1.3.0/24", "az": "b", "route_table": "dmz"},
    "vpcs spoke route_tables dmz": {"10.2.0.0/16": "tgw"},
    "vpcs spoke instances app subnet": "app-b",
}
"""The sender is in a zone where its VPC has no attachment."""
ATTACHMENT = ("transit_gateways", "tgw", "attachments", "spoke")


@pytest.mark.rule("TGW-7")
def test_an_attachment_gets_a_subnet_of_the_zone_with_the_table_of_its_others() -> None:
    net = joined(
        {**ZONES, "vpcs spoke subnets app-b route_table": "dmz", "vpcs spoke subnets dmz-b route_table": "app"}
    )
    assert net.trace(*DATABASE).blockers[0].code == "TGW_ROUTE_AZ_RESTRICTION"
    assert changed(net, DATABASE) == {(*ATTACHMENT, "subnets"): "dmz-b"}


@pytest.mark.rule("TGW-7")
@pytest.mark.rule("TGW-9")
@pytest.mark.parametrize("mode", [False, True])
def test_an_attachment_of_a_vpc_that_inspects_gets_a_zone_with_appliance_mode(mode: bool) -> None:
    """In two zones without it, the two ways of a flow could come to different appliances: such an edit is refused."""
    wall: Changes = {
        "vpcs spoke subnets wall": {"cidr": "10.1.9.0/28", "az": "a", "route_table": "wall"},
        "vpcs spoke route_tables wall": {},
        "vpcs spoke route_tables app": {"10.2.0.0/16": "tgw", "0.0.0.0/0": "wall"},
        "vpcs spoke vpc_endpoints": {"wall": {"type": "gateway_load_balancer", "service": "fw", "subnets": ["wall"]}},
        **({"transit_gateways tgw attachments spoke appliance_mode": True} if mode else {}),
    }
    net = joined(ZONES, wall)
    also = {} if mode else {(*ATTACHMENT, "appliance_mode"): True}
    assert changed(net, DATABASE) == {(*ATTACHMENT, "subnets"): "app-b", **also}


@pytest.mark.rule("TGW-8")
@pytest.mark.rule("TGW-12")
def test_what_was_undecided_and_holds_with_the_edits_is_not_told_as_undecided() -> None:
    """The office comes in by either zone; the ACL of one of them is in the way."""
    shut = {
        "ingress": [{"rule": 100, "allow": "all", "from": "0.0.0.0/0"}],
        "egress": [{"rule": 50, "allow": "udp", "to": "0.0.0.0/0"}],
    }
    changes: Changes = {
        "vpcs data network_acls": {"shut": shut},
        "vpcs data subnets attach-b network_acl": "shut",
        "vpcs app subnets attach-b": {"cidr": "10.1.9.16/28", "az": "b", "route_table": "attach"},
        "vpcs app instances second": {"subnet": "attach-b", "private_ip": "10.1.9.20", "security_groups": ["open"]},
        "transit_gateways tgw attachments app subnets": ["attach", "attach-b"],
        "expect": [
            {"from": "192.168.0.5", "to": "data.db", "allow": "tcp/22"},
            {"from": "app.second", "to": "data.db", "allow": "tcp/22"},
        ],
    }
    net = load(changes)
    assert [result.verdict for result in net.check()] == ["undecided", "fails"]
    plan = net.fix_all()
    assert plan.ok
    assert plan.whole is not None
    assert plan.whole.holds == (1, 2)
    assert plan.undecided == ()
    assert reachsim.loads(plan.whole.patch.after).check().ok  # type: ignore[union-attr]


FIREWALLED: Changes = {
    "vpcs egress subnets ep": {"cidr": "10.2.3.0/28", "az": "a", "route_table": "ep"},
    "vpcs egress route_tables ep": {"0.0.0.0/0": "nat", "10.1.0.0/16": "tgw"},
    "vpcs egress vpc_endpoints": {"ep": {"type": "gateway_load_balancer", "service": "firewall", "subnets": ["ep"]}},
    "vpcs egress route_tables tgw": {"0.0.0.0/0": "ep"},
    "vpcs egress route_tables public": {"0.0.0.0/0": "igw"},
}
"""What leaves is inspected on its way to the NAT gateway, which has no way back to the spoke."""


@pytest.mark.rule("WALK-19")
def test_an_answer_goes_back_by_the_inspection_that_saw_its_request() -> None:
    """Straight to the transit gateway it would get there too, past an appliance that then has seen half of the flow."""
    found = joined(FIREWALLED).fixes(*OUTSIDE)
    route = ("vpcs", "egress", "route_tables", "public", "10.1.0.0/16")
    assert [values(fix) for fix in found] == [{route: "ep"}, {route: "tgw"}]
    assert "past ep, which inspects the way there" in str(found[1])
    assert [fix.cost for fix in found] == [1, 3]
    notes = [" ".join(reachsim.loads(fix.patch.after).trace(*OUTSIDE).notes) for fix in found]
    assert [("keeps state" in text) for text in notes] == [False, True]


CIRCLE = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {work: {cidr: 10.0.1.0/24, az: a, route_table: work}}
    route_tables: {work: {10.2.0.0/16: tgw}}
    security_groups: {open: {ingress: [{allow: tcp/443, from: 10.0.0.0/8}]}}
    instances: {web: {subnet: work, private_ip: 10.0.1.10, security_groups: [open]}}
  shared:
    cidrs: [10.2.0.0/16]
    subnets: {core: {cidr: 10.2.1.0/24, az: a, route_table: core}}
    route_tables: {core: {10.0.0.0/16: tgw}}
    security_groups: {open: {ingress: [{allow: tcp/443, from: 10.0.0.0/8}]}}
    instances: {api: {subnet: core, private_ip: 10.2.1.40, security_groups: [open]}}
transit_gateways:
  tgw:
    attachments:
      app: {vpc: app, subnets: [work]}
      shared: {vpc: shared, subnets: [core]}
    route_tables:
      apps: {associations: [app], routes: {10.2.0.0/16: shared}}
      cores: {associations: [shared], routes: {10.0.0.0/16: shared}}
"""


@pytest.mark.rule("TGW-2")
@pytest.mark.parametrize("question", [("app.web", "shared.api"), ("shared.api", "app.web")])
def test_a_circle_by_a_transit_gateway_names_the_route_that_closes_it(question: tuple[str, str]) -> None:
    """There or back: the route leads into the VPC that the packet came from, and that leads to the gateway again."""
    net = reachsim.loads(CIRCLE)
    key = ("transit_gateways", "tgw", "route_tables", "cores", "routes", "10.0.0.0/16")
    blocker = net.trace(*question, "tcp/443").blockers[0]
    assert (blocker.code, blocker.rule_id, blocker.component) == ("FORWARDING_LOOP", "TGW-2", "tgw")
    assert blocker.cause.path == key
    assert "one of the routes in the circle has to lead out of it" in blocker.text
    assert values(best(net.fixes(*question, "tcp/443"))) == {key: "app"}
