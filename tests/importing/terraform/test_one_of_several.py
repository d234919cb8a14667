"""Something that is in one of several subnets, and the plan does not tell in which: `module.vpc.private_subnets[0]`, or
`element` over a list. Where nothing tells the subnets apart, what reaches what is the same whichever it is. References are
as Terraform 1.11 writes them with AWS's provider 5.100."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, imported, module, plan, rule, verdict

from reachsim.importing import Imported

OF_THE_VPC = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
TCP_80 = rule(80, cidr_blocks=["10.0.0.0/16"])
APART = {
    "aws_security_group.g": {"name": "g", "egress": [EVERYTHING], "ingress": [rule(80, cidr_blocks=["10.0.1.0/24"])]}
}
"""A rule names one of the two subnets."""
ENTRY = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": "0.0.0.0/0"}


def _hosts(
    tmp_path: Path,
    *,
    second: dict[str, Any] | None = None,
    made: dict[str, Any] | None = None,
    blocks: dict[str, Any] | None = None,
    unknown: dict[str, Any] | None = None,
    strict: bool = False,
) -> Imported:
    """Two hosts, each in one of two subnets of a VPC, and a gateway that both subnets have a route to. `second`: what is
    different of the second subnet; the others add resources."""
    subnets = {"vpc_id": True}
    host = {"subnet_id": True, "vpc_security_group_ids": True, "public_ip": True, "private_ip": True}
    group = ["aws_security_group.g.id", "aws_security_group.g"]
    resources: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        "aws_internet_gateway.i": {},
        "aws_subnet.s[0]": {"cidr_block": "10.0.0.0/24", "map_public_ip_on_launch": True},
        "aws_subnet.s[1]": {"cidr_block": "10.0.1.0/24", "map_public_ip_on_launch": True, **(second or {})},
        "aws_route_table.t": {"route": [{"cidr_block": "0.0.0.0/0"}]},
        'aws_route_table_association.t["a"]': {},
        'aws_route_table_association.t["b"]': {},
        "aws_security_group.g": {"name": "g", "egress": [EVERYTHING], "ingress": [TCP_80]},
        "aws_instance.one": {},
        "aws_instance.two": {},
        **(made or {}),
    }
    configuration: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_internet_gateway.i": OF_THE_VPC, "aws_subnet.s": OF_THE_VPC,
        "aws_route_table.t": {**OF_THE_VPC, "route": ["aws_internet_gateway.i.id", "aws_internet_gateway.i"]},
        "aws_route_table_association.t": {
            "subnet_id": ["aws_subnet.s", "each.value"], "route_table_id": ["aws_route_table.t.id", "aws_route_table.t"],
            "for_each_expression": {"a": 0, "b": 1},
        },
        "aws_security_group.g": OF_THE_VPC,
        "aws_instance.one": {"subnet_id": ["aws_subnet.s"], "vpc_security_group_ids": group},
        "aws_instance.two": {"subnet_id": ["aws_subnet.s"], "vpc_security_group_ids": group},
        **(blocks or {}),
    }  # fmt: skip
    told = {
        "aws_internet_gateway.i": subnets, "aws_subnet.s[0]": subnets, "aws_subnet.s[1]": subnets,
        "aws_route_table.t": {"vpc_id": True, "route": [{"gateway_id": True}]},
        'aws_route_table_association.t["a"]': {"subnet_id": True, "route_table_id": True},
        'aws_route_table_association.t["b"]': {"subnet_id": True, "route_table_id": True},
        "aws_security_group.g": subnets, "aws_instance.one": host, "aws_instance.two": host,
        **(unknown or {}),
    }  # fmt: skip
    return imported(tmp_path, plan(resources, configuration, told), strict=strict)


@pytest.mark.parametrize(
    ("source", "destination", "traffic", "expected"),
    [
        ("aws_instance.one", "aws_instance.two", "tcp/80", "holds"),
        ("aws_instance.one", "aws_instance.two", "tcp/81", "fails"),
        ("aws_instance.one", "8.8.8.8", "tcp/443", "holds"),
        ("internet", "aws_instance.one", "tcp/80", "fails"),
    ],
)
def test_what_is_in_one_of_several_that_are_alike_is_in_any(
    tmp_path: Path, source: str, destination: str, traffic: str, expected: str
) -> None:
    found = _hosts(tmp_path)
    assert verdict(found, source, destination, traffic) == expected
    assert any(note.kind == "assumed" and "nothing tells it from" in note.text for note in found.notes)


@pytest.mark.parametrize(
    "second",
    [
        {"map_public_ip_on_launch": False},
        {"cidr_block": "10.0.1.0/25", "ipv6_cidr_block": "2001:db8::/64"},
    ],
)
def test_what_tells_the_subnets_apart_leaves_it_open(tmp_path: Path, second: dict[str, Any]) -> None:
    assert verdict(_hosts(tmp_path, second=second), "aws_instance.one", "8.8.8.8", "tcp/443") == "undecided"


@pytest.mark.rule("SG-22")
@pytest.mark.parametrize(
    ("source", "destination", "traffic", "expected"),
    [
        ("aws_instance.one", "aws_instance.two", "tcp/80", "undecided"),
        ("aws_instance.one", "aws_instance.two", "tcp/81", "fails"),
        ("internet", "aws_instance.one", "tcp/81", "fails"),
        ("aws_instance.one", "8.8.8.8", "tcp/443", "undecided"),  # whether it gets a public address is not known
    ],
)
def test_what_stops_it_in_each_of_them_is_decided(
    tmp_path: Path, source: str, destination: str, traffic: str, expected: str
) -> None:
    assert verdict(_hosts(tmp_path, made=APART), source, destination, traffic) == expected


@pytest.mark.rule("NATI-1")
def test_a_router_in_one_of_them_may_do_anything(tmp_path: Path) -> None:
    """Without source/dest check it may send what is not its own, and what comes from it is nothing that its groups tell."""
    router = {"aws_instance.one": {"source_dest_check": False}}
    found = _hosts(tmp_path, made=APART | router)
    assert verdict(found, "aws_instance.one", "aws_instance.two", "tcp/81") == "undecided"
    (told,) = (each for name, each in found.design["vpcs"]["v"]["unknown_components"].items() if name == "one")
    assert "kind" not in told


def test_a_rule_about_one_of_the_subnets_leaves_it_open(tmp_path: Path) -> None:
    assert verdict(_hosts(tmp_path, made=APART), "aws_instance.one", "aws_instance.two", "tcp/80") == "undecided"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{**ENTRY, "rule_no": 100, "action": "allow"}], "holds"),
        ([{**ENTRY, "rule_no": 90, "action": "deny"}, {**ENTRY, "rule_no": 100, "action": "allow"}], "undecided"),
        ([], "undecided"),
        ([{**ENTRY, "rule_no": 100, "action": "allow", "protocol": "tcp", "to_port": 65535}], "undecided"),
    ],
)
def test_an_acl_that_filters_asks_whether_two_are_in_one_subnet(
    tmp_path: Path, entries: list[Any], expected: str
) -> None:
    """Within one subnet no ACL is asked, between two it is (NACL-6)."""
    acl: dict[str, Any] = {"subnet_ids": None, "ingress": entries, "egress": entries}
    found = _hosts(
        tmp_path,
        made={"aws_network_acl.n": acl},
        blocks={"aws_network_acl.n": {**OF_THE_VPC, "subnet_ids": ["aws_subnet.s[0].id", "aws_subnet.s[1].id"]}},
        unknown={"aws_network_acl.n": {"vpc_id": True, "subnet_ids": True}},
    )
    assert verdict(found, "aws_instance.one", "aws_instance.two", "tcp/80") == expected


@pytest.mark.parametrize(("target", "expected"), [("network_interface_id", "undecided"), ("gateway_id", "holds")])
def test_a_route_in_place_of_local_asks_whether_two_are_in_one_subnet(
    tmp_path: Path, target: str, expected: str
) -> None:
    """It leads elsewhere what goes from one subnet to another, and not what stays in one (ROUTE-9)."""
    local = {"cidr_block": "10.0.0.0/16", target: "local" if target == "gateway_id" else "eni-1"}
    table = {"route": [{"cidr_block": "0.0.0.0/0"}, local]}
    marks = {"vpc_id": True, "route": [{"gateway_id": True}, {}]}
    found = _hosts(tmp_path, made={"aws_route_table.t": table}, unknown={"aws_route_table.t": marks})
    assert verdict(found, "aws_instance.one", "aws_instance.two", "tcp/80") == expected


@pytest.mark.parametrize(("type", "expected"), [("application", "holds"), ("network", "undecided")])
def test_a_balancer_that_chooses_by_zone_asks_for_the_zone(tmp_path: Path, type: str, expected: str) -> None:
    """A Network Load Balancer sends to targets in a node's own zone alone, unless it is told otherwise."""
    zoned = {
        f"aws_subnet.s[{n}]": {"cidr_block": f"10.0.{n}.0/24", "availability_zone": f"eu-west-1{zone}"}
        for n, zone in enumerate("ab")
    }
    lb = {"load_balancer_type": type, "internal": True}
    found = _hosts(
        tmp_path,
        made={**zoned, "aws_lb.l": lb},
        blocks={"aws_lb.l": {"subnets": ["aws_subnet.s[0].id", "aws_subnet.s[1].id"]}},
        unknown={"aws_lb.l": {"subnets": True, "arn": True}},
    )
    assert verdict(found, "aws_instance.one", "aws_instance.two", "tcp/80") == expected


def test_strict_takes_no_association_for_granted(tmp_path: Path) -> None:
    assert verdict(_hosts(tmp_path, strict=True), "aws_instance.one", "8.8.8.8", "tcp/443") == "undecided"


@pytest.mark.parametrize(
    ("part", "strict", "expected"),
    [
        ("private", False, "fails"),
        ("public", False, "holds"),
        ("private", True, "undecided"),
        ("nothing", False, "undecided"),
    ],
)
def test_a_part_of_a_module_that_is_gone_over_is_the_output_of_its_name(
    tmp_path: Path, part: str, strict: bool, expected: str
) -> None:
    """`for_each = module.net` and `subnet_id = each.value.private`: of two subnets, with and without a way out."""
    made: dict[str, Any] = {}
    for site, block in (("a", "10.1"), ("b", "10.2")):
        made |= {
            f'module.net["{site}"].{name}': values
            for name, values in {
                "aws_vpc.v": {"cidr_block": f"{block}.0.0/16"},
                "aws_internet_gateway.i": {},
                "aws_subnet.private": {"cidr_block": f"{block}.0.0/24"},
                "aws_subnet.public": {"cidr_block": f"{block}.1.0/24"},
                "aws_route_table.t": {"route": [{"cidr_block": "0.0.0.0/0"}]},
                "aws_route_table_association.t": {},
                "aws_security_group.g": {"name": "g", "egress": [EVERYTHING], "ingress": []},
            }.items()
        }
    made |= {f'aws_instance.h["{site}"]': {"associate_public_ip_address": True} for site in "ab"}
    gateway = ["aws_internet_gateway.i.id", "aws_internet_gateway.i"]
    inner = {
        "aws_vpc.v": {}, "aws_internet_gateway.i": OF_THE_VPC,
        "aws_subnet.private": OF_THE_VPC, "aws_subnet.public": OF_THE_VPC,
        "aws_route_table.t": {**OF_THE_VPC, "route": gateway}, "aws_security_group.g": OF_THE_VPC,
        "aws_route_table_association.t": {
            "subnet_id": ["aws_subnet.public.id"], "route_table_id": ["aws_route_table.t.id"],
        },
    }  # fmt: skip
    outputs = {
        name: {"expression": {"references": [f"{of}.id", of]}}
        for name, of in {
            "private": "aws_subnet.private",
            "public": "aws_subnet.public",
            "group": "aws_security_group.g",
        }.items()
    }
    host = {
        "for_each_expression": ["module.net"], "subnet_id": [f"each.value.{part}", "each.value"],
        "vpc_security_group_ids": ["each.value.group", "each.value"],
    }  # fmt: skip
    unknown: dict[str, Any] = {
        address: {"vpc_id": True, "subnet_id": True, "route_table_id": True, "route": [{"gateway_id": True}]}
        for address in made
    }
    unknown |= {
        f'aws_instance.h["{site}"]': {
            "subnet_id": True,
            "vpc_security_group_ids": True,
            "private_ip": True,
            "public_ip": True,
        }
        for site in "ab"
    }
    for address in made:
        if "route_table.t" not in address:
            unknown[address] = {key: value for key, value in unknown[address].items() if key != "route"}
    told = plan(made, {"aws_instance.h": host}, unknown)
    told["configuration"]["root_module"]["module_calls"] = {"net": {"module": module(inner, outputs=outputs)}}
    found = imported(tmp_path, told, strict=strict)
    assert verdict(found, 'aws_instance.h["a"]', "8.8.8.8", "tcp/443") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [("internet", "fails"), ("aws_instance.two", "fails"), ("aws_instance.m", "undecided")],
)
def test_a_rule_that_names_one_of_several_groups_is_about_nobody_else(
    tmp_path: Path, source: str, expected: str
) -> None:
    """`source_security_group_id = element(aws_security_group.s[*].id, ...)`: a member of one of them may be meant."""
    second = ["aws_security_group.s[1].id", "aws_security_group.s[1]", "aws_security_group.s"]
    found = _hosts(
        tmp_path,
        made={
            **{f"aws_security_group.s[{n}]": {"name": f"s{n}", "egress": [EVERYTHING], "ingress": []} for n in (0, 1)},
            "aws_security_group_rule.r": {"type": "ingress", **rule(90)},
            "aws_instance.m": {},
        },
        blocks={
            "aws_security_group.s": OF_THE_VPC,
            "aws_security_group_rule.r": {
                "security_group_id": ["aws_security_group.g.id", "aws_security_group.g"],
                "source_security_group_id": ["aws_security_group.s"],
            },
            "aws_instance.m": {"subnet_id": ["aws_subnet.s"], "vpc_security_group_ids": second},
        },
        unknown={
            **{f"aws_security_group.s[{n}]": {"vpc_id": True} for n in (0, 1)},
            "aws_security_group_rule.r": {"security_group_id": True, "source_security_group_id": True},
            "aws_instance.m": {
                "subnet_id": True,
                "vpc_security_group_ids": True,
                "private_ip": True,
                "public_ip": True,
            },
        },
    )
    assert verdict(found, source, "aws_instance.one", "tcp/90") == expected


@pytest.mark.rule("SG-11", "SG-12")
def test_a_group_of_a_peered_vpc_is_among_those_that_a_rule_may_name(tmp_path: Path) -> None:
    other = {"vpc_id": ["aws_vpc.w.id", "aws_vpc.w"]}
    either = ["var.x", *(f"aws_security_group.{name}{end}" for name in "st" for end in (".id", ""))]
    ends = {"peer_vpc_id": ["aws_vpc.w.id", "aws_vpc.w"], **OF_THE_VPC}
    found = _hosts(
        tmp_path,
        made={
            "aws_vpc.w": {"cidr_block": "10.9.0.0/16"}, "aws_vpc_peering_connection.p": {"auto_accept": True},
            **{f"aws_security_group.{name}": {"name": name, "egress": [EVERYTHING], "ingress": []} for name in "st"},
            "aws_security_group_rule.r": {"type": "ingress", **rule(90)},
        },
        blocks={
            "aws_vpc.w": {}, "aws_vpc_peering_connection.p": ends, "aws_security_group.s": OF_THE_VPC,
            "aws_security_group.t": other,
            "aws_security_group_rule.r": {
                "security_group_id": ["aws_security_group.g.id", "aws_security_group.g"], "source_security_group_id": either,
            },
        },
        unknown={
            **{f"aws_security_group.{name}": {"vpc_id": True} for name in "st"},
            "aws_vpc_peering_connection.p": {"vpc_id": True, "peer_vpc_id": True},
            "aws_security_group_rule.r": {"security_group_id": True, "source_security_group_id": True},
        },
    )  # fmt: skip
    (told,) = (
        each for each in found.design["vpcs"]["v"]["security_groups"]["g"]["ingress"] if each["allow"] == "tcp/90"
    )
    assert {"s", "w.t"} <= set(told["from"]) or (told["perhaps"] and "10.0.0.0/8" in told["from"])
    assert verdict(found, "aws_instance.two", "aws_instance.one", "tcp/90") == "undecided"
    assert verdict(found, "internet", "aws_instance.one", "tcp/90") == "fails"  # no member of a group is there (SG-12)
