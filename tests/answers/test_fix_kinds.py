"""Edits of single kinds of components: each undoes its own fault, is written, read again, and opens what it says."""

from __future__ import annotations

from typing import Any

import pytest
from tests.answers.test_fix import best, values, written
from tests.designs import GONE, Changes

import reachsim

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


@pytest.mark.rule("IGW-14")
def test_a_set_whose_second_edit_undoes_its_first_is_no_other_fix() -> None:
    """First for what goes out alone, then for both ways: the same file as both ways at once."""
    found = written(bpa("bidirectional")).fixes("web", "www", "tcp/443")
    files = [fix.patch.after for fix in found]
    assert len(files) == len({*files}) >= 1


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


# -- load balancers -----------------------------------------------------------------------------------------------------

BALANCED: Changes = {
    "vpcs app load_balancers lb": {
        "type": "network", "scheme": "internal", "subnets": ["isolated"], "private_ips": {"isolated": "10.0.2.50"},
        "security_groups": ["open"], "listeners": {"tcp/443": "dbs"}, "target_groups": {"dbs": {"targets": ["db"]}},
    },
}  # fmt: skip
LB = ("vpcs", "app", "load_balancers", "lb")


@pytest.mark.rule("LB-1")
@pytest.mark.parametrize(
    ("kind", "asked", "listener"),
    [
        ("network", "tcp/80", "tcp/80"),
        ("network", "udp/53", "udp/53"),
        ("application", "tcp/80", "http/80"),
        ("application", "tcp/443", "https/443"),
        ("classic", "tcp/8080", "tcp/8080"),
    ],
)
def test_a_listener_for_what_nobody_listens_to(kind: str, asked: str, listener: str) -> None:
    first = "tcp/22" if kind in ("network", "classic") else "http/8022"
    lb = {"vpcs app load_balancers lb type": kind, "vpcs app load_balancers lb listeners": {first: "dbs"}}
    (change,) = best(written(BALANCED, lb).fixes("twin", "lb", asked)).edits[0].changes
    assert change.path[:5] == (*LB, "listeners")
    assert (change.path[5], change.value) == (listener, "dbs")


@pytest.mark.rule("LB-1")
def test_no_listener_is_proposed_for_what_no_listener_can_have() -> None:
    lb = {"vpcs app load_balancers lb type": "application", "vpcs app load_balancers lb listeners": {"http/80": "dbs"}}
    assert not written(BALANCED, lb).fixes("twin", "lb", "udp/53").found
    assert not written(BALANCED).fixes("twin", "lb", "tcp/1-100").found


@pytest.mark.rule("LB-8")
def test_a_listener_forwards_to_a_group_that_has_targets() -> None:
    empty = {
        "vpcs app load_balancers lb listeners": {"tcp/443": "none"},
        "vpcs app load_balancers lb target_groups": {"none": {}, "dbs": {"targets": ["db"]}},
    }
    (change,) = best(written(BALANCED, empty).fixes("twin", "lb", "tcp/443")).edits[0].changes
    assert (change.path, change.value) == ((*LB, "listeners", "tcp/443"), "dbs")
    nobody = {"vpcs app load_balancers lb target_groups": {"dbs": {}}}
    found = written(BALANCED, nobody).fixes("twin", "lb", "tcp/443")
    assert not found.found
    assert "register those that serve it" in " ".join(found.reasons)


@pytest.mark.rule("LB-8")
def test_those_whose_rules_name_the_load_balancers_group_are_registered() -> None:
    """Nothing else tells whom a target group is for: who admits its addresses, or anybody, is not proposed."""
    nobody: Changes = {
        "vpcs app load_balancers lb target_groups": {"dbs": {}},
        "vpcs app load_balancers lb security_groups": ["front"],
        "vpcs app security_groups front": {"ingress": [{"allow": "tcp/443", "from": "10.0.0.0/16"}]},
        "vpcs app security_groups behind": {"ingress": [{"allow": "tcp/443", "from": "front"}]},
        "vpcs app security_groups any": {"ingress": [{"allow": "tcp/443", "from": "10.0.0.0/16"}]},
        "vpcs app instances db security_groups": ["behind"],
        "vpcs app instances other": {"subnet": "isolated", "security_groups": ["any"]},
    }
    (change,) = best(written(BALANCED, nobody).fixes("twin", "lb", "tcp/443")).edits[0].changes
    assert (change.path, change.value) == ((*LB, "target_groups", "dbs", "targets"), ["db"])


@pytest.mark.rule("LB-10")
def test_targets_are_made_healthy() -> None:
    ill = {"vpcs app load_balancers lb target_groups dbs healthy": False}
    (change,) = best(written(BALANCED, ill).fixes("twin", "lb", "tcp/443")).edits[0].changes
    assert (change.path, change.value) == ((*LB, "target_groups", "dbs", "healthy"), True)


@pytest.mark.rule("LB-8")
def test_the_zone_of_the_targets_is_enabled() -> None:
    elsewhere = {
        "vpcs app load_balancers lb subnets": ["private"],
        "vpcs app load_balancers lb private_ips": {},
        "vpcs app load_balancers lb cross_zone": True,
    }
    net = written(BALANCED, elsewhere)
    assert net.trace("twin", "lb", "tcp/443").blockers[0].code == "ELB_INSTALLED_AZ_RESTRICTION"
    (change,) = best(net.fixes("twin", "lb", "tcp/443")).edits[0].changes
    assert (change.path, change.value, change.action) == ((*LB, "subnets"), "isolated", "add")


@pytest.mark.rule("IGW-6")
def test_the_key_to_edit_of_an_internal_load_balancer_is_its_scheme() -> None:
    lb = {"vpcs app load_balancers lb subnets": ["public"], "vpcs app load_balancers lb private_ips": {}}
    net = written(BALANCED, lb, {"vpcs app load_balancers lb cross_zone": True})
    first = net.explain("www", "lb", "tcp/443").obstacles[0]
    assert first.key == "vpcs.app.load_balancers.lb.scheme"
    plain = {
        "vpcs app load_balancers lb type": "application",
        "vpcs app load_balancers lb listeners": {"http/80": "dbs"},
    }
    fix = best(written(BALANCED, lb, plain).fixes("www", "lb", "tcp/80"))
    assert values(fix) == {(*LB, "scheme"): "internet-facing"}


# -- endpoints ----------------------------------------------------------------------------------------------------------

HERE: Changes = {
    "region": "eu-west-1", "vpcs app instances nat": GONE, "vpcs app nat_gateways": {}, "vpcs app route_tables private": {},
}  # fmt: skip
"""A private subnet without any way out."""


@pytest.mark.rule("EP-1")
def test_a_gateway_endpoint_is_created_with_the_table_of_the_sender() -> None:
    found = written(HERE).fixes("probe", "service:s3", "tcp/443")
    (change,) = best(found).edits[0].changes
    assert change.path == ("vpcs", "app", "vpc_endpoints", "s3")
    assert change.value == {"type": "gateway", "service": "s3", "route_tables": ["private"]}
    after = written(HERE).with_({change.path[:3]: {"s3": change.value}})
    assert not after.trace("probe", "www", "tcp/443").delivered


@pytest.mark.rule("EP-6")
@pytest.mark.rule("EP-8")
def test_an_interface_endpoint_is_created_for_the_sender() -> None:
    fix = best(written(HERE).fixes("probe", "service:ecr.api", "tcp/443"))
    changes = values(fix)
    assert changes == {
        ("vpcs", "app", "security_groups", "ecr-api-endpoint"): {"ingress": [{"allow": "tcp/443", "from": "client"}]},
        ("vpcs", "app", "vpc_endpoints", "ecr-api"): {
            "type": "interface", "service": "ecr.api", "subnets": ["private"], "security_groups": ["ecr-api-endpoint"],
        },
        ("vpcs", "app", "enable_dns_hostnames"): True,
    }  # fmt: skip
    assert len(fix.edits) == 1
    assert not fix.opens


def test_an_endpoint_for_a_sender_of_the_default_group_admits_its_subnet() -> None:
    plain = {"vpcs app instances probe": {"subnet": "private", "private_ip": "10.0.1.10"}}
    fix = best(written(HERE, plain).fixes("probe", "service:ssm", "tcp/443"))
    rules = next(change.value for change in fix.edits[0].changes if change.path[2] == "security_groups")
    assert rules == {"ingress": [{"allow": "tcp/443", "from": "10.0.1.0/24"}]}


SERVED: Changes = {
    **HERE,
    "vpcs app enable_dns_hostnames": True,
    "vpcs data load_balancers nlb": {
        "type": "network", "scheme": "internal", "subnets": ["api"], "listeners": {"tcp/80": "apis"},
        "target_groups": {"apis": {"targets": ["api"]}},
    },
    "endpoint_services shop": {"load_balancer": "data.nlb", "private_dns_name": "shop.example.com"},
    "vpcs app security_groups endpoint": {"ingress": [{"allow": "tcp/80", "from": "client"}]},
    "vpcs app vpc_endpoints shop": {
        "type": "interface", "service": "shop", "subnets": ["private"], "security_groups": ["endpoint"],
        "private_dns": True,
    },
}  # fmt: skip
"""A service of one's own in `data`, and an endpoint that leads to it."""


@pytest.mark.rule("EP-10")
def test_the_served_design_works() -> None:
    assert written(SERVED).trace("probe", "shop.example.com", "tcp/80").reachable


@pytest.mark.rule("EP-10")
@pytest.mark.parametrize("name", ["service:shop", "app.shop", "shop.example.com"])
def test_an_endpoint_is_accepted(name: str) -> None:
    fix = best(written(SERVED, {"endpoint_services shop accepted": []}).fixes("probe", name, "tcp/80"))
    (change,) = fix.edits[0].changes
    assert (change.path, change.value, change.action) == (("endpoint_services", "shop", "accepted"), "app", "add")


@pytest.mark.rule("EP-10")
@pytest.mark.parametrize("name", ["service:shop", "app.shop"])
def test_an_endpoint_that_is_not_available_is_made_anew(name: str) -> None:
    net = written(SERVED, {"vpcs app vpc_endpoints shop state": "failed"})
    (change,) = best(net.fixes("probe", name, "tcp/80")).edits[0].changes
    assert (change.path[-2:], change.value) == (("shop", "state"), "available")


@pytest.mark.rule("EP-10")
def test_an_endpoint_of_a_service_of_ones_own_is_created() -> None:
    gone = {key: value for key, value in SERVED.items() if "vpc_endpoints" not in key and "groups endpoint" not in key}
    fix = best(written(gone).fixes("probe", "service:shop", "tcp/80"))
    bodies = {change.path[2:]: change.value for change in fix.edits[0].changes}
    assert bodies["security_groups", "shop-endpoint"] == {"ingress": [{"allow": "tcp/80", "from": "client"}]}
    assert bodies["vpc_endpoints", "shop-endpoint"]["private_dns"] is True


@pytest.mark.rule("EP-10")
def test_a_service_and_its_endpoint_meet_in_a_zone() -> None:
    apart = {
        "vpcs data subnets api az": "c",
        "vpcs data subnets near": {"cidr": "10.1.3.0/24", "az": "a"},
        "vpcs data load_balancers nlb cross_zone": True,
        "vpcs app subnets far": {"cidr": "10.0.7.0/24", "az": "c"},
    }
    fixes = written(SERVED, apart).fixes("probe", "service:shop", "tcp/80")
    assert best(fixes)
    proposed = [(change.path[-2:], change.value) for fix in fixes for edit in fix.edits for change in edit.changes]
    assert sorted(proposed, key=str) == [(("nlb", "subnets"), "near"), (("shop", "subnets"), ["far"])]


def test_what_opens_the_internet_opens_more_than_a_port_between_two_hosts() -> None:
    """Of fixes that are equally intrusive: the whole of IPv4 is not little because IPv6 is so large."""
    plain = {"vpcs app instances probe": {"subnet": "private", "private_ip": "10.0.1.10"}}
    endpoint, nat, *_ = written(HERE, plain).fixes("probe", "service:ssm", "tcp/443")
    assert "interface endpoint" in str(endpoint)
    assert "NAT gateway" in str(nat)
    assert endpoint.rank[:2] == nat.rank[:2]


# -- networks outside AWS -----------------------------------------------------------------------------------------------


@pytest.mark.rule("VPN-1")
@pytest.mark.parametrize("key", ["bgp_routes", "static_routes"])
def test_a_connection_learns_the_prefix_of_the_network_behind_it(key: str) -> None:
    known = {} if key == "bgp_routes" else {key: ["172.20.0.0/16"]}
    office: Changes = {
        "vpcs app vpn_gateways": {"vgw": {}},
        "vpcs app route_tables private": {"routes": {"0.0.0.0/0": "ngw"}, "propagate": ["vgw"]},
        "vpn_connections": {"line": {"gateway": "app.vgw", **known}},
        "networks": {
            "office": {"cidrs": ["192.168.0.0/16"], "via": ["line"], "hosts": {"desk": {"ip": "192.168.1.2"}}}
        },
    }
    (edit,) = best(written(office).fixes("probe", "office.desk", "tcp/443")).edits
    (change,) = edit.changes
    assert (change.path, change.value) == (("vpn_connections", "line", key), "192.168.0.0/16")


# -- names --------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("DNS-2")
@pytest.mark.parametrize("asked", ["www.example.com", "db.corp.internal", "service:s3"])
def test_the_resolver_of_the_vpc_is_switched_on(asked: str) -> None:
    off = {
        "region": "eu-west-1",
        "vpcs app enable_dns_support": False,
        "vpcs app enable_dns_hostnames": True,
        "private_hosted_zones": {"corp.internal": {"vpcs": ["app"], "records": {"db": "10.0.2.20"}}},
        "internet hosts www.example.com": {"ip": "203.0.113.10"},
    }
    net = written(off)
    first = net.explain("probe", asked, "tcp/443").obstacles[0]
    assert first.key == "vpcs.app.enable_dns_support"
    assert values(best(net.fixes("probe", asked, "tcp/443"))) == {("vpcs", "app", "enable_dns_support"): True}


@pytest.mark.rule("DNS-2")
@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"private_hosted_zones corp.internal vpcs": ["data"]}, "private_hosted_zones.'corp.internal'.vpcs"),
        ({"vpcs app enable_dns_hostnames": False}, "vpcs.app.enable_dns_hostnames"),
        ({"private_hosted_zones corp.internal records": {}}, "private_hosted_zones.'corp.internal'.records"),
    ],
)
def test_the_key_to_edit_of_a_name_that_does_not_resolve(change: Changes, key: str) -> None:
    zone: Changes = {
        "vpcs app enable_dns_hostnames": True,
        "private_hosted_zones": {"corp.internal": {"vpcs": ["app"], "records": {"db": "10.0.2.20"}}},
    }
    first = written(zone, change).explain("probe", "db.corp.internal", "tcp/443").obstacles[0]
    assert first.blocker.code == "NAME_NOT_RESOLVED"
    assert first.key == key


@pytest.mark.rule("DNS-2")
def test_a_record_is_proposed_for_what_is_called_as_it_is_and_nothing_else() -> None:
    zone: Changes = {
        "vpcs app enable_dns_hostnames": True,
        "private_hosted_zones": {"corp.internal": {"vpcs": ["app"], "records": {"ntp": "10.0.2.9"}}},
    }
    net = written(zone)
    fix = best(net.fixes("twin", "db.corp.internal", "tcp/5432"))
    assert values(fix) == {("private_hosted_zones", "corp.internal", "records", "db"): "app.db"}
    found = net.fixes("twin", "nobody.corp.internal", "tcp/5432")
    assert not found.found
    assert "write what it is to mean" in " ".join(found.reasons)


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"vpcs app vpc_endpoints shop private_dns": False}, "vpcs.app.vpc_endpoints.shop.private_dns"),
        ({"vpcs app enable_dns_hostnames": False}, "vpcs.app.enable_dns_hostnames"),
        ({"vpcs app vpc_endpoints shop state": "failed"}, "vpcs.app.vpc_endpoints.shop.state"),
        ({"endpoint_services shop accepted": []}, "endpoint_services.shop.accepted"),
    ],
)
@pytest.mark.parametrize("name", ["service:shop", "shop.example.com"])
def test_the_key_to_edit_of_private_dns_that_is_off(name: str, change: Changes, key: str) -> None:
    net = written(SERVED, change)
    assert net.explain("probe", name, "tcp/80").obstacles[0].key == key
    assert ".".join(map(str, next(iter(values(best(net.fixes("probe", name, "tcp/80"))))))) == key


# -- NAT gateways -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("NATGW-1")
def test_what_is_in_the_way_for_the_place_of_a_nat_gateway_says_so() -> None:
    """The ACL of a private subnet is met before its table, and opening it would help nobody: the place is the fault."""
    moved: Changes = {
        "vpcs app nat_gateways ngw": {"subnet": "isolated", "public_ip": "198.51.100.7"},
        "vpcs app subnets isolated network_acl": "strict",
        "vpcs app network_acls strict": {
            "ingress": [{"rule": 10, "allow": "tcp/5432", "from": "10.0.0.0/16"}], "egress": [],
        },
    }  # fmt: skip
    found = written(moved).explain("probe", "www", "tcp/443").obstacles
    assert found[0].blocker.code == "SUBNET_ACL_RESTRICTION"
    assert all(obstacle.led_by[0] == ("vpcs", "app", "nat_gateways", "ngw", "subnet") for obstacle in found)
    # In a public subnet its place is no fault, and neither is it for what is in the way before it.
    public = {"vpcs app nat_gateways ngw subnet": "public", "vpcs app subnets public network_acl": "strict"}
    shut = {"vpcs app security_groups client egress": []}
    for obstacle in written(moved, public).explain("probe", "www", "tcp/443").obstacles:
        assert not any("nat_gateways" in path for path in obstacle.led_by)
    first = written(moved, shut).explain("probe", "www", "tcp/443").obstacles[0]
    assert first.blocker.code == "SG_HAS_NO_RULES"
    assert first.led_by == ()


ONE_TABLE = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.0.0/24, route_table: t}}
    route_tables: {t: {0.0.0.0/0: igw}}
    security_groups: {g: {}}
    interfaces:
      job: {subnet: s, security_groups: [g], public_ip: never}
"""


@pytest.mark.rule("NATGW-13")
def test_a_new_nat_gateway_is_not_in_a_subnet_whose_route_is_to_lead_to_it() -> None:
    """The table of the only subnet leads to the internet gateway; a NAT gateway in it would send to itself."""
    fix = best(reachsim.loads(ONE_TABLE, file="design.yaml").fixes("job", "8.8.8.8", "tcp/443"))
    (edit,) = fix.edits
    assert (
        edit.text == "route 0.0.0.0/0 of table t of v to a new NAT gateway nat in a new public subnet of v, not to igw"
    )
    assert values(fix)["vpcs", "v", "nat_gateways", "nat"] == {"subnet": "public"}
