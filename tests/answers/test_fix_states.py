"""Edits that set a state or a switch of what is there already."""

from __future__ import annotations

from typing import Any

import pytest
from tests.answers.test_fix import best, written
from tests.answers.test_fix_functions import INSIDE, OUTSIDE, function
from tests.designs import ANY, GONE, Changes

import reachsim
from reachsim.net.address import Address

VPN: Changes = {
    "vpcs data vpn_gateways": {"vgw": {}},
    "vpn_connections": {"office": {"gateway": "data.vgw", "static_routes": ["192.168.0.0/16"]}},
    "networks": {"desks": {"cidrs": ["192.168.0.0/16"], "via": ["office"], "hosts": {"pc": {"ip": "192.168.1.1"}}}},
    "vpcs data route_tables api": {"routes": {"10.0.0.0/16": "pcx"}, "propagate": ["vgw"]},
}


@pytest.mark.rule("NATGW-11")
@pytest.mark.rule("ROUTE-14")
@pytest.mark.rule("VPN-4")
@pytest.mark.parametrize(
    ("changes", "question", "path", "value"),
    [
        ({"vpcs app nat_gateways ngw state": "deleted", "vpcs app instances nat": GONE}, ("probe", "www"),
         "vpcs app nat_gateways ngw state", "available"),
        ({"vpcs app instances db state": "stopped"}, ("probe", "db"), "vpcs app instances db state", "running"),
        ({"vpcs app instances nat nat": GONE, "vpcs app nat_gateways": {}, "vpcs app route_tables private 0.0.0.0/0": "nat"},
         ("probe", "www"), "vpcs app instances nat nat", True),
        ({**VPN, "vpn_connections office state": "down"}, ("api", "desks.pc"), "vpn_connections office state", "up"),
        ({**VPN, "vpcs data route_tables api": {"routes": {}}}, ("api", "desks.pc"),
         "vpcs data route_tables api propagate", "vgw"),
        ({**VPN, "vpcs data route_tables api": {}}, ("api", "desks.pc"),
         "vpcs data route_tables api", {"routes": {}, "propagate": ["vgw"]}),
    ],
)  # fmt: skip
def test_a_state_or_switch_is_set(changes: Changes, question: tuple[str, str], path: str, value: Any) -> None:
    (change,) = best(written(changes).fixes(*question, "tcp/443")).edits[0].changes
    assert (" ".join(map(str, change.path)), change.value) == (path, value)


@pytest.mark.rule("LAMBDA-22")
def test_latest_is_attached_as_a_version_is() -> None:
    (change,) = best(written(function(OUTSIDE, INSIDE)).fixes("f", "db", "tcp/5432")).edits[0].changes
    assert (change.path, change.value) == (("lambda_functions", "f", "latest"), INSIDE)


@pytest.mark.rule("SG-3")
def test_a_rule_of_a_default_group_that_is_not_written_keeps_what_aws_has_in_it() -> None:
    changes = (
        best(written({"vpcs app instances db security_groups": GONE}).fixes("probe", "db", "tcp/5432")).edits[0].changes
    )
    group = ("vpcs", "app", "security_groups", "default")
    assert [(change.path, change.value) for change in changes] == [
        (group, {"ingress": [{"allow": "all", "from": "default"}]}),
        ((*group, "ingress"), {"allow": "tcp/5432", "from": "client"}),
    ]


@pytest.mark.rule("ROUTE-5")
def test_a_sender_without_an_address_of_the_family_gets_one_of_its_subnet() -> None:
    """Free, and none that AWS keeps; in a subnet without IPv6 there is none to give."""
    ipv6: Changes = {
        "vpcs app cidrs": ["10.0.0.0/16", "2001:db8:1::/56"],
        "vpcs app subnets private ipv6_cidr": "2001:db8:1:1::/64",
        "vpcs app egress_only_internet_gateway": "eigw",
        "vpcs app route_tables private": {"0.0.0.0/0": "ngw", "::/0": "eigw"},
        "vpcs app instances twin ipv6_address": "2001:db8:1:1::4",
        "internet hosts six": {"ip": "2606:2800::1"},
    }
    net = written(ipv6)
    first = net.explain("probe", "six", "tcp/443").obstacles[0]
    assert (first.blocker.code, first.key) == ("NO_POSSIBLE_DESTINATION", "vpcs.app.instances.probe")
    (change,) = best(net.fixes("probe", "six", "tcp/443")).edits[0].changes
    assert (change.path, change.value) == (("vpcs", "app", "instances", "probe", "ipv6_address"), "2001:db8:1:1::5")
    assert not net.fixes("db", "six", "tcp/443").found


@pytest.mark.rule("ROUTE-14")
@pytest.mark.rule("ROUTE-22")
def test_the_key_to_edit_of_a_stopped_target_of_a_gateways_table_is_its_state() -> None:
    edge: Changes = {
        "vpcs app route_tables edge": {"gateway": "igw", "routes": {"10.0.2.0/24": "nat"}},
        "vpcs app subnets isolated route_table": "through",
        "vpcs app route_tables through": {"0.0.0.0/0": "nat"},
        "vpcs app instances nat nat": {"ip_forward": True, "masquerade": False},
        "vpcs app instances db public_ip": "198.51.100.30",
        "vpcs app instances nat state": "stopped",
    }
    net = written(edge)
    first = net.explain("internet", "db", "tcp/443").obstacles[0]
    assert (first.blocker.code, first.key) == ("BAD_STATE_ROUTE", "vpcs.app.instances.nat.state")
    (change,) = best(net.fixes("internet", "db", "tcp/443")).edits[0].changes
    assert (change.path[-2:], change.value) == (("nat", "state"), "running")


SERVED: Changes = {
    "vpcs app subnets private network_acl": "tight",
    "vpcs app network_acls tight": {
        "ingress": [{"rule": 10, "allow": "tcp", "from": "0.0.0.0/0"}],
        "egress": [{"rule": 10, "allow": "tcp/80", "to": "0.0.0.0/0"}],
    },
}
"""An ACL that keeps a host from a service whose addresses nobody has written."""
SERVICE = ("probe", "service:ssm", "tcp/443")


@pytest.mark.rule("PL-1")
def test_a_rule_for_a_service_whose_addresses_are_not_written_names_no_stand_in() -> None:
    """The address that stands for them is one that no rule names: named, it would stand for them no longer."""
    (change,) = best(written(SERVED).fixes(*SERVICE)).edits[0].changes
    assert change.value == {"rule": 20, "allow": "tcp/443", "to": "0.0.0.0/0"}


@pytest.mark.rule("PL-1")
def test_an_edited_copy_that_names_a_stand_in_is_the_edited_file() -> None:
    net = written(SERVED)
    packet = net.trace(*SERVICE).packet
    assert packet is not None
    rule = {"rule": 5, "allow": "tcp/443", "to": f"{Address(packet.destination)}/32"}
    egress = [rule, *net.source.document.data["vpcs"]["app"]["network_acls"]["tight"]["egress"]]
    copy = net.with_({("vpcs", "app", "network_acls", "tight", "egress"): egress})
    loaded = written(SERVED, {"vpcs app network_acls tight egress": egress})
    assert copy.trace(*SERVICE).to_dict() == loaded.trace(*SERVICE).to_dict()
    assert not copy.trace(*SERVICE).delivered
    assert not reachsim.diff(copy, loaded)


@pytest.mark.rule("NACL-1")
def test_a_subnet_with_the_acl_of_another_gets_that_of_its_neighbours() -> None:
    """One edit for all promises that a swapped ACL breaks, in place of a rule for each."""
    tight = {"ingress": [{"rule": 10, "allow": "tcp/5432", "from": "10.0.0.0/16"}], "egress": []}
    everything = {
        "ingress": [{"rule": 10, "allow": "all", "from": ANY}],
        "egress": [{"rule": 10, "allow": "all", "to": ANY}],
    }
    swapped: Changes = {
        "vpcs app network_acls": {"open": everything, "tight": tight},
        "vpcs app subnets public network_acl": "open",
        "vpcs app subnets private network_acl": "tight",
    }
    asked = [("www", "tcp/443"), ("dns", "udp/53"), ("api", "tcp/80")]
    promises = [{"from": "probe", "to": to, "allow": traffic} for to, traffic in asked]
    whole = written(swapped, expect=promises).fix_all().whole
    assert whole is not None
    assert [(change.path[-2:], change.value) for edit in whole.edits for change in edit.changes] == [
        (("private", "network_acl"), "open")
    ]
