"""What a link can name, since AWS refuses what is in another VPC."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, imported, plan, rule, verdict
from tests.importing.terraform.test_locals import listed

from reachsim.importing import Imported

THIS = {"vpc_id": ["aws_vpc.this", "each.value.vpc", "each.value"]}
OVER = {"for_each_expression": ["local.subnets"]}
UNTOLD = {"vpc_id": True}


def _maps_of_objects(tmp_path: Path, *, second: str = "10.2.0.0/16", strict: bool = False, added: str = "") -> Imported:
    """Two VPCs, and in each a subnet, a table and a host of one block: `aws_vpc.this[each.value.vpc].id`. `added`: the type
    of what adds the block of the first to the second."""
    made: dict[str, Any] = {
        'aws_vpc.this["p"]': {"cidr_block": "10.1.0.0/16"}, 'aws_vpc.this["d"]': {"cidr_block": second},
        "aws_internet_gateway.i": {},
        'aws_route.r["p-a"]': {"destination_cidr_block": "0.0.0.0/0"},
    }  # fmt: skip
    for key, block in (("p-a", "10.1.1.0/24"), ("p-b", "10.1.2.0/24"), ("d-a", "10.2.1.0/24")):
        made |= {
            f'aws_subnet.s["{key}"]': {"cidr_block": block},
            f'aws_route_table.t["{key}"]': {},
            f'aws_route_table_association.a["{key}"]': {},
            f'aws_instance.h["{key}"]': {"associate_public_ip_address": True},
        }
    made |= {f"{added}.more": {"cidr_block": "10.1.0.0/16"}} if added else {}
    open_to_all = [rule(443, cidr_blocks=["0.0.0.0/0"])]
    made |= {f'aws_security_group.g["{key}"]': {"egress": [EVERYTHING], "ingress": open_to_all} for key in "pd"}
    table = {"route_table_id": ["aws_route_table.t", "each.key"]}
    subnet = {"subnet_id": ["aws_subnet.s", "each.key"]}
    blocks: dict[str, Any] = {
        "aws_vpc.this": {}, "aws_subnet.s": THIS | OVER, "aws_route_table.t": THIS | OVER,
        "aws_route_table_association.a": subnet | table | OVER,
        "aws_internet_gateway.i": {"vpc_id": ['aws_vpc.this["p"].id', 'aws_vpc.this["p"]', "aws_vpc.this"]},
        "aws_route.r": table | {"gateway_id": ["aws_internet_gateway.i.id", "aws_internet_gateway.i"]} | OVER,
        "aws_security_group.g": {"vpc_id": ["aws_vpc.this", "each.key"], "ingress": 0, "egress": 0},
        "aws_instance.h": {
            **subnet, **OVER, "vpc_security_group_ids": ["aws_security_group.g", "each.value.vpc", "each.value"],
        },
    }  # fmt: skip
    blocks |= {f"{added}.more": {"vpc_id": ['aws_vpc.this["d"].id', "aws_vpc.this"]}} if added else {}
    marks: dict[str, dict[str, Any]] = {
        "aws_route_table": UNTOLD | {"route": True},
        "aws_route_table_association": {"subnet_id": True, "route_table_id": True},
        "aws_route": {"route_table_id": True, "gateway_id": True},
        "aws_instance": {"subnet_id": True, "vpc_security_group_ids": True, "public_ip": True},
        "aws_vpc": {},
    }
    unknown = {address: marks.get(address.partition(".")[0], UNTOLD) for address in made}
    return imported(tmp_path, plan(made, blocks, unknown), strict=strict)


def test_a_subnet_is_in_the_vpc_that_has_its_block_and_all_that_is_linked_with_it_too(tmp_path: Path) -> None:
    found = _maps_of_objects(tmp_path)
    assert verdict(found, "internet", 'aws_instance.h["p-a"]', "tcp/443") == "holds"
    assert verdict(found, "internet", 'aws_instance.h["p-a"]', "tcp/22") == "fails"
    assert verdict(found, 'aws_instance.h["p-a"]', 'aws_instance.h["p-b"]', "tcp/443") == "holds"
    assert verdict(found, 'aws_instance.h["p-a"]', 'aws_instance.h["d-a"]', "tcp/443") == "fails"
    told = 'aws_subnet.s["p-a"]: vpc_id: one of aws_vpc.this["d"], aws_vpc.this["p"], by a part of each.value'
    assert [note for note in map(str, found.notes) if note.startswith(f"assumed: {told}")]  # a local may have ids


def test_what_fits_two_vpcs_is_where_its_links_are_and_else_open(tmp_path: Path) -> None:
    found = _maps_of_objects(tmp_path, second="10.1.0.0/16")
    assert verdict(found, "internet", 'aws_instance.h["p-a"]', "tcp/443") == "holds"  # by the gateway in its table
    assert verdict(found, 'aws_instance.h["p-a"]', 'aws_instance.h["p-b"]', "tcp/443") == "undecided"


@pytest.mark.parametrize("provider", ["aws_vpc_ipv4_cidr_block_association", "awscc_ec2_vpc_cidr_block"])
def test_a_block_that_is_added_to_a_vpc_is_one_of_its_own_whoever_adds_it(tmp_path: Path, provider: str) -> None:
    """A subnet of 10.1.0.0/16 may then be in the VPC of 10.2.0.0/16, too."""
    found = _maps_of_objects(tmp_path, second="10.2.0.0/16", added=provider)
    assert verdict(found, 'aws_instance.h["p-a"]', 'aws_instance.h["p-b"]', "tcp/443") == "undecided"


def test_nothing_is_taken_for_an_index_where_nothing_is_to_be_inferred(tmp_path: Path) -> None:
    found = _maps_of_objects(tmp_path, strict=True)
    assert verdict(found, "internet", 'aws_instance.h["p-a"]', "tcp/443") == "undecided"


def test_groups_of_subnets_of_two_services_may_be_called_alike(tmp_path: Path) -> None:
    """A database in one VPC, a cache in another, each in its "main"; the group of the cache is a local."""
    made: dict[str, Any] = {
        **{f"aws_vpc.{n}": {"cidr_block": f"10.{k}.0.0/16"} for k, n in enumerate("ab")},
        **{f"aws_subnet.{n}": {"cidr_block": f"10.{k}.0.0/24"} for k, n in enumerate("ab")},
        **{f"aws_security_group.{n}": {"egress": [EVERYTHING], "ingress": [EVERYTHING]} for n in "ab"},
        "aws_instance.b": {},
        "aws_db_subnet_group.m": {"name": "main"}, "aws_elasticache_subnet_group.m": {"name": "main"},
        "aws_db_instance.d": {"db_subnet_group_name": "main"}, "aws_elasticache_cluster.c": {"subnet_group_name": "main"},
    }  # fmt: skip
    group = {"vpc_security_group_ids": ["aws_security_group.a.id"]}
    blocks: dict[str, Any] = {
        **{f"aws_vpc.{n}": {} for n in "ab"},
        **{f"aws_subnet.{n}": {"vpc_id": [f"aws_vpc.{n}.id"]} for n in "ab"},
        **{f"aws_security_group.{n}": {"vpc_id": [f"aws_vpc.{n}.id"], "ingress": 0, "egress": 0} for n in "ab"},
        "aws_instance.b": {"subnet_id": ["aws_subnet.b.id"], "vpc_security_group_ids": ["aws_security_group.b.id"]},
        "aws_db_subnet_group.m": {"subnet_ids": ["aws_subnet.a.id"]},
        "aws_elasticache_subnet_group.m": {"subnet_ids": ["aws_subnet.b.id"]},
        "aws_db_instance.d": {"db_subnet_group_name": ["aws_db_subnet_group.m.name"], **group},
        "aws_elasticache_cluster.c": {
            "subnet_group_name": ["aws_elasticache_subnet_group.m.name"], "security_group_ids": ["local.groups"],
        },
    }  # fmt: skip
    marks: dict[str, dict[str, Any]] = {
        "aws_vpc": {}, "aws_instance": {"subnet_id": True, "vpc_security_group_ids": True},
        "aws_db_subnet_group": {"subnet_ids": True}, "aws_elasticache_subnet_group": {"subnet_ids": True},
        "aws_db_instance": {"vpc_security_group_ids": True}, "aws_elasticache_cluster": {"security_group_ids": True},
    }  # fmt: skip
    unknown = {address: marks.get(address.partition(".")[0], UNTOLD) for address in made}
    named = listed(*((f"aws_security_group.{n}", ["id"]) for n in "ab"))
    found = imported(tmp_path, plan(made, blocks, unknown, **named))
    assert verdict(found, "aws_instance.b", "aws_elasticache_cluster.c", "tcp/6379") == "undecided"
    assert not [note for note in map(str, found.notes) if "cluster.c" in note and "group.a and nothing else" in note]


def test_rules_that_are_alike_but_for_their_own_group_have_one_group_each(tmp_path: Path) -> None:
    """`for_each = { a = aws_security_group.a.id, b = ... }`, `security_group_id = each.value`: AWS refuses a rule twice."""
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"}, "aws_subnet.s": {"cidr_block": "10.0.0.0/24"},
        **{f"aws_security_group.{name}": {"ingress": [rule(80, cidr_blocks=["10.0.0.0/8"])]} for name in "ab"},
        **{f'aws_security_group_rule.out["{name}"]': {"type": "egress", **EVERYTHING} for name in "ab"},
        **{f"aws_instance.{name}": {} for name in "ab"},
    }  # fmt: skip
    vpc = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
    both = ["aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"]
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": vpc,
        "aws_security_group_rule.out": {"security_group_id": ["each.value"], "for_each_expression": both},
        **{f"aws_security_group.{name}": vpc | {"ingress": 0} for name in "ab"},
        **{
            f"aws_instance.{name}": {
                "subnet_id": ["aws_subnet.s.id"], "vpc_security_group_ids": [f"aws_security_group.{name}.id"],
            }
            for name in "ab"
        },
    }  # fmt: skip
    marks: dict[str, dict[str, Any]] = {
        "aws_vpc": {}, "aws_security_group_rule": {"security_group_id": True},
        "aws_security_group": UNTOLD | {"egress": True},
        "aws_instance": {"subnet_id": True, "vpc_security_group_ids": True},
    }  # fmt: skip
    unknown = {address: marks.get(address.partition(".")[0], UNTOLD) for address in made}

    def asked(*cidr_blocks: list[Any]) -> str:
        for name, blocks_of in zip("ab", cidr_blocks, strict=False):
            each = f'aws_security_group_rule.out["{name}"]'
            made[each]["cidr_blocks"] = blocks_of
            unknown[each] = {"security_group_id": True, "cidr_blocks": [block is None for block in blocks_of]}
        return verdict(imported(tmp_path, plan(made, blocks, unknown)), "aws_instance.a", "aws_instance.b", "tcp/80")

    assert asked() == "holds"
    everything = EVERYTHING["cidr_blocks"]
    assert asked(everything, ["10.0.0.0/8"]) == "undecided"  # both may be of one group
    assert asked([*everything, None], [*everything, None]) == "undecided"
    assert asked(everything, everything) == "holds"
    del made['aws_security_group_rule.out["b"]']
    assert asked() == "undecided"


def _filtered(tmp_path: Path, entries: tuple[tuple[bool, str], ...]) -> Imported:
    """Two hosts in two subnets, of which an ACL is of some (`subnet_ids = aws_subnet.s[*].id`, or a part of it)."""
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        **{f"aws_subnet.s[{n}]": {"cidr_block": f"10.0.{n}.0/24"} for n in (0, 1)},
        "aws_network_acl.n": {},
        **{
            f"aws_network_acl_rule.r{n}": {
                "rule_number": 100, "egress": egress, "protocol": protocol, "rule_action": "allow",
                "cidr_block": "0.0.0.0/0", "from_port": 0, "to_port": 0,
            }
            for n, (egress, protocol) in enumerate(entries)
        },
        "aws_security_group.g": {"egress": [EVERYTHING], "ingress": [EVERYTHING]},
        **{f"aws_instance.h{n}": {} for n in (0, 1)},
    }  # fmt: skip
    vpc = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": vpc, "aws_network_acl.n": vpc | {"subnet_ids": ["aws_subnet.s"]},
        "aws_security_group.g": vpc | {"ingress": 0, "egress": 0},
        **{f"aws_network_acl_rule.r{n}": {"network_acl_id": ["aws_network_acl.n.id"]} for n in range(len(entries))},
        **{
            f"aws_instance.h{n}": {
                "subnet_id": [f"aws_subnet.s[{n}].id"], "vpc_security_group_ids": ["aws_security_group.g.id"],
            }
            for n in (0, 1)
        },
    }  # fmt: skip
    marks: dict[str, dict[str, Any]] = {
        "aws_vpc": {}, "aws_network_acl_rule": {"network_acl_id": True}, "aws_network_acl": UNTOLD | {"subnet_ids": True},
        "aws_instance": {"subnet_id": True, "vpc_security_group_ids": True},
    }  # fmt: skip
    unknown = {address: marks.get(address.partition(".")[0], UNTOLD) for address in made}
    return imported(tmp_path, plan(made, blocks, unknown))


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (((False, "-1"), (True, "-1")), "holds"),
        (((False, "all"), (True, "all")), "holds"),
        (((False, "all"), (True, "6")), "undecided"),
        (((False, "-1"),), "undecided"),
    ],
)
def test_which_acl_a_subnet_has_does_not_matter_where_all_let_everything_pass(
    tmp_path: Path, entries: tuple[tuple[bool, str], ...], expected: str
) -> None:
    assert verdict(_filtered(tmp_path, entries), "aws_instance.h0", "aws_instance.h1", "tcp/80") == expected


def _behind_nat(
    tmp_path: Path,
    egress: str = "-1",
    default: dict[str, Any] | None = None,
    *,
    filtered: bool = False,
    there: bool = False,
) -> Imported:
    """A gateway in `element(aws_subnet.s[*].id, n)`, where an ACL is of one of these, and the default one of the other.
    `egress`: what the ACL lets out; `default`: a rule more of the default one; `filtered`: the host has the ACL too;
    `there`: the VPC is there already."""
    told = {"vpc_id": "vpc-1"} if there else {}
    entry = {"rule_number": 100, "rule_action": "allow", "cidr_block": "0.0.0.0/0"}
    made: dict[str, Any] = {
        **({} if there else {"aws_vpc.v": {"cidr_block": "10.0.0.0/16"}}),
        **{f"aws_subnet.s[{n}]": {"cidr_block": f"10.0.{n}.0/24", **told} for n in (0, 1)},
        "aws_subnet.app": {"cidr_block": "10.0.9.0/24", **told}, "aws_internet_gateway.i": told,
        "aws_network_acl.n": told,
        "aws_network_acl_rule.in": {**entry, "egress": False, "protocol": "all"},
        "aws_network_acl_rule.out": {**entry, "egress": True, "protocol": egress},
        **({"aws_network_acl_rule.default": {**entry, "egress": True, "protocol": "-1", **default}} if default else {}),
        **{f"aws_route_table.{n}": told for n in ("public", "app")},
        **{f"aws_route.{n}": {"destination_cidr_block": "0.0.0.0/0"} for n in ("public", "app")},
        **{f"aws_route_table_association.{n}": {} for n in ("s0", "s1", "app")},
        "aws_nat_gateway.n": {"connectivity_type": "public"}, "aws_eip.n": {"domain": "vpc"},
        "aws_security_group.g": {"egress": [EVERYTHING], "ingress": [], **told}, "aws_instance.h": {},
    }  # fmt: skip
    vpc = {} if there else {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": vpc, "aws_subnet.app": vpc, "aws_internet_gateway.i": vpc,
        "aws_network_acl.n": vpc | {"subnet_ids": ["aws_subnet.s[0].id", *(["aws_subnet.app.id"] if filtered else [])]},
        **{f"aws_network_acl_rule.{n}": {"network_acl_id": ["aws_network_acl.n.id"]} for n in ("in", "out")},
        "aws_network_acl_rule.default": {"network_acl_id": ["aws_vpc.v.default_network_acl_id"]},
        **{f"aws_route_table.{n}": vpc for n in ("public", "app")},
        "aws_route.public": {"route_table_id": ["aws_route_table.public.id"], "gateway_id": ["aws_internet_gateway.i.id"]},
        "aws_route.app": {"route_table_id": ["aws_route_table.app.id"], "nat_gateway_id": ["aws_nat_gateway.n.id"]},
        **{
            f"aws_route_table_association.{n}": {"subnet_id": [subnet], "route_table_id": [f"aws_route_table.{table}.id"]}
            for n, subnet, table in (
                ("s0", "aws_subnet.s[0].id", "public"), ("s1", "aws_subnet.s[1].id", "public"),
                ("app", "aws_subnet.app.id", "app"),
            )
        },
        "aws_nat_gateway.n": {"subnet_id": ["aws_subnet.s"], "allocation_id": ["aws_eip.n.id"]}, "aws_eip.n": {},
        "aws_security_group.g": vpc | {"ingress": 0, "egress": 0},
        "aws_instance.h": {"subnet_id": ["aws_subnet.app.id"], "vpc_security_group_ids": ["aws_security_group.g.id"]},
    }  # fmt: skip
    untold: dict[str, Any] = {} if there else UNTOLD
    marks: dict[str, dict[str, Any]] = {
        "aws_vpc": {}, "aws_eip": {"public_ip": True}, "aws_network_acl": untold | {"subnet_ids": True},
        "aws_network_acl_rule": {"network_acl_id": True}, "aws_route_table": untold | {"route": True},
        "aws_route_table_association": {"subnet_id": True, "route_table_id": True},
        "aws_route": {"route_table_id": True, "gateway_id": True, "nat_gateway_id": True},
        "aws_nat_gateway": {"subnet_id": True, "allocation_id": True, "private_ip": True, "public_ip": True},
        "aws_instance": {"subnet_id": True, "vpc_security_group_ids": True},
    }  # fmt: skip
    unknown = {address: marks.get(address.partition(".")[0], untold) for address in made}
    return imported(tmp_path, plan(made, blocks, unknown))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "holds"),
        ({"egress": "6"}, "undecided"),
        ({"default": {"rule_action": "deny", "rule_number": 50}, "filtered": True}, "undecided"),
        ({"filtered": True}, "holds"),
        ({"there": True, "filtered": True}, "undecided"),  # of which nobody knows the default ACL
    ],
)
def test_which_subnet_a_nat_gateway_is_in_does_not_matter_where_all_acls_let_everything_pass(
    tmp_path: Path, given: dict[str, Any], expected: str
) -> None:
    assert verdict(_behind_nat(tmp_path, **given), "aws_instance.h", "8.8.8.8", "tcp/443") == expected


@pytest.mark.parametrize(("default", "expected"), [(None, "holds"), (True, "fails"), ("none", "undecided")])
def test_a_known_variable_that_comes_out_as_null_leaves_an_attribute_to_aws(
    tmp_path: Path, default: bool | str | None, expected: str
) -> None:
    """`internal = var.internal` of a module: a load balancer faces the internet unless it is said not to (LB-1)."""
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"}, "aws_subnet.s": {"cidr_block": "10.0.0.0/24"},
        "aws_internet_gateway.i": {}, "aws_route_table.t": {}, "aws_route_table_association.a": {},
        "aws_route.r": {"destination_cidr_block": "0.0.0.0/0"},
        "aws_security_group.g": {"egress": [EVERYTHING], "ingress": [rule(80, cidr_blocks=["0.0.0.0/0"])]},
        "aws_lb.l": {"load_balancer_type": "application"} | ({"internal": True} if default is True else {}),
        "aws_lb_listener.l": {"port": 80, "protocol": "HTTP", "default_action": [{"type": "fixed-response"}]},
    }  # fmt: skip
    vpc = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
    table = {"route_table_id": ["aws_route_table.t.id"]}
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": vpc, "aws_internet_gateway.i": vpc, "aws_route_table.t": vpc,
        "aws_route_table_association.a": table | {"subnet_id": ["aws_subnet.s.id"]},
        "aws_route.r": table | {"gateway_id": ["aws_internet_gateway.i.id"]},
        "aws_security_group.g": vpc | {"ingress": 0, "egress": 0},
        "aws_lb.l": {
            "internal": ["local.internal" if default == "none" else "var.internal"],
            "subnets": ["aws_subnet.s.id"], "security_groups": ["aws_security_group.g.id"],
        },
        "aws_lb_listener.l": {"load_balancer_arn": ["aws_lb.l.arn"]},
    }  # fmt: skip
    marks: dict[str, dict[str, Any]] = {
        "aws_vpc": {}, "aws_route_table": UNTOLD | {"route": True}, "aws_lb_listener": {"load_balancer_arn": True},
        "aws_route": {"route_table_id": True, "gateway_id": True},
        "aws_route_table_association": {"subnet_id": True, "route_table_id": True},
        "aws_lb": {"subnets": True, "security_groups": True} | ({} if default is True else {"internal": True}),
    }  # fmt: skip
    unknown = {address: marks.get(address.partition(".")[0], UNTOLD) for address in made}
    data = plan(made, blocks, unknown)
    data["configuration"]["root_module"]["variables"] = {"internal": {"default": None}}
    assert verdict(imported(tmp_path, data), "internet", "aws_lb.l", "tcp/80") == expected


def _peered(tmp_path: Path, groups: list[str]) -> Imported:
    """Two VPCs with a peering, which the second one's route names by what accepts it; in the first a host whose group lets
    in the members of a group that there is one of (`aws_security_group.client[*].id`)."""
    made: dict[str, Any] = {
        **{f"aws_vpc.{n}": {"cidr_block": f"10.{k}.0.0/16"} for k, n in enumerate("ab")},
        **{f"aws_subnet.{n}": {"cidr_block": f"10.{k}.0.0/24"} for k, n in enumerate("ab")},
        "aws_vpc_peering_connection.p": {"auto_accept": False},
        "aws_vpc_peering_connection_accepter.p": {"auto_accept": True},
        "aws_route.a": {"destination_cidr_block": "10.1.0.0/16"}, "aws_route.b": {"destination_cidr_block": "10.0.0.0/16"},
        "aws_security_group.client[0]": {"egress": [EVERYTHING], "ingress": []},
        "aws_security_group.a": {"egress": [EVERYTHING], "ingress": [rule(80), rule(81, cidr_blocks=["10.1.0.0/16"])]},
        "aws_security_group.b": {"egress": [EVERYTHING], "ingress": []},
        "aws_instance.a": {}, "aws_instance.b": {}, "aws_instance.client": {},
    }  # fmt: skip
    del made["aws_security_group.a"]["ingress"][1 if groups else 0]
    blocks: dict[str, Any] = {
        "aws_vpc.a": {}, "aws_vpc.b": {},
        **{f"aws_subnet.{n}": {"vpc_id": [f"aws_vpc.{n}.id"]} for n in "ab"},
        "aws_vpc_peering_connection.p": {"vpc_id": ["aws_vpc.a.id"], "peer_vpc_id": ["aws_vpc.b.id"]},
        "aws_vpc_peering_connection_accepter.p": {"vpc_peering_connection_id": ["aws_vpc_peering_connection.p.id"]},
        **{
            f"aws_route.{n}": {
                "route_table_id": [f"aws_vpc.{n}.main_route_table_id"],
                "vpc_peering_connection_id": [f"aws_vpc_peering_connection{how}.p.id"],
            }
            for n, how in (("a", ""), ("b", "_accepter"))
        },
        "aws_security_group.client": {"vpc_id": ["aws_vpc.a.id"], "ingress": 0, "egress": 0},
        "aws_security_group.a": {"vpc_id": ["aws_vpc.a.id"], "ingress": groups or 0, "egress": 0},
        "aws_security_group.b": {"vpc_id": ["aws_vpc.b.id"], "ingress": 0, "egress": 0},
        **{
            f"aws_instance.{n}": {
                "subnet_id": [f"aws_subnet.{'b' if n == 'b' else 'a'}.id"],
                "vpc_security_group_ids": [f"aws_security_group.{n}{'[0]' if n == 'client' else ''}.id"],
            }
            for n in ("a", "b", "client")
        },
    }  # fmt: skip
    marks: dict[str, dict[str, Any]] = {
        "aws_vpc": {}, "aws_vpc_peering_connection": UNTOLD | {"peer_vpc_id": True},
        "aws_vpc_peering_connection_accepter": {"vpc_peering_connection_id": True},
        "aws_route": {"route_table_id": True, "vpc_peering_connection_id": True},
        "aws_instance": {"subnet_id": True, "vpc_security_group_ids": True},
    }  # fmt: skip
    unknown = {address: marks.get(address.partition(".")[0], UNTOLD) for address in made}
    if groups:
        unknown["aws_security_group.a"] = UNTOLD | {"ingress": [{"security_groups": True}]}
    return imported(tmp_path, plan(made, blocks, unknown))


def test_what_accepts_a_peering_has_its_id(tmp_path: Path) -> None:
    found = _peered(tmp_path, [])
    assert verdict(found, "aws_instance.b", "aws_instance.a", "tcp/81") == "holds"
    assert verdict(found, "aws_instance.b", "aws_instance.a", "tcp/80") == "fails"


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (["aws_security_group.client"], "holds"),
        (["aws_security_group.client", "aws_security_group.b"], "undecided"),
        (["aws_security_group.client", "var.more"], "undecided"),
    ],
)
def test_all_of_a_list_of_one_in_the_only_rule_is_that_one(tmp_path: Path, groups: list[str], expected: str) -> None:
    found = _peered(tmp_path, groups)
    assert verdict(found, "aws_instance.client", "aws_instance.a", "tcp/80") == expected


def test_a_plan_that_leads_in_a_circle_comes_to_an_end(tmp_path: Path) -> None:
    """Terraform writes none."""
    made: dict[str, Any] = {
        'aws_vpc.this["a"]': {"cidr_block": "10.0.0.0/16"}, 'aws_subnet.s["a"]': {"cidr_block": "10.0.0.0/24"},
        'aws_db_instance.d["a"]': {},
    }  # fmt: skip
    own = {"for_each_expression": ["aws_db_instance.d"]}
    key = ["aws_vpc.this", "each.value.k"]
    blocks = {"aws_vpc.this": {}, "aws_subnet.s": {"vpc_id": key, **own}, "aws_db_instance.d": {"tags": key, **own}}
    unknown = {'aws_subnet.s["a"]': UNTOLD, 'aws_db_instance.d["a"]': {"tags": True}}
    assert 'aws_subnet.s["a"]' in imported(tmp_path, plan(made, blocks, unknown)).names
