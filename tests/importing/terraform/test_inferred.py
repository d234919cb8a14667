"""What a plan's lists of references let one conclude, and where they do not. References are as Terraform 1.11 writes them
with AWS's provider 5.100, which has the blocks of a group and of a table as one attribute with one list of references."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, imported, module, plan, rule, verdict

from reachsim.importing import Imported

OF_THE_VPC = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
LB = ["aws_security_group.lb.id", "aws_security_group.lb"]


def _rule_that_names(
    tmp_path: Path, others: list[str], variables: dict[str, Any], *, strict: bool = False, **call: Any
) -> Imported:
    """A host behind a group of which a rule names another group, and something else beside it; a host of a third group."""
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        "aws_subnet.s": {"cidr_block": "10.0.0.0/24"},
        "aws_security_group.lb": {"name": "lb", "egress": [EVERYTHING], "ingress": []},
        "aws_security_group.app": {"name": "app", "egress": [], "ingress": [rule(3000)]},
        "aws_instance.lb": {"private_ip": "10.0.0.8"},
        "aws_instance.app": {"private_ip": "10.0.0.9"},
        "aws_security_group.c": {"name": "c", "egress": [EVERYTHING], "ingress": []},
        "aws_instance.c": {"private_ip": "10.0.0.10"},
        "data.aws_region.r": {"id": "eu-west-1", "name": "eu-west-1"},
        "module.net.aws_vpc_dhcp_options.d": {},
    }
    subnet = ["aws_subnet.s.id", "aws_subnet.s"]
    app = ["aws_security_group.app.id", "aws_security_group.app"]
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": OF_THE_VPC, "aws_security_group.lb": OF_THE_VPC,
        "aws_security_group.app": {**OF_THE_VPC, "ingress": [*LB, *others]},
        "aws_instance.lb": {"subnet_id": subnet, "vpc_security_group_ids": LB},
        "aws_instance.app": {"subnet_id": subnet, "vpc_security_group_ids": app},
        "aws_security_group.c": OF_THE_VPC,
        "aws_instance.c": {
            "subnet_id": subnet, "vpc_security_group_ids": ["aws_security_group.c.id", "aws_security_group.c"],
        },
        "data.aws_region.r": {},
    }  # fmt: skip
    host = {"subnet_id": True, "vpc_security_group_ids": True}
    unknown: dict[str, Any] = {
        "aws_subnet.s": {"vpc_id": True}, "aws_security_group.lb": {"vpc_id": True},
        "aws_security_group.app": {"vpc_id": True, "ingress": [{"security_groups": True}]},
        "aws_instance.lb": host, "aws_instance.app": host, "data.aws_region.r": {"id": False},
        "aws_instance.c": host, "aws_security_group.c": {"vpc_id": True},
    }  # fmt: skip
    given = {name: {"value": value} for name, value in variables.items()}
    told = plan(made, blocks, unknown, variables=given)
    told["configuration"]["root_module"] |= call
    return imported(tmp_path, told, strict=strict)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["var.port", "var.port"], "holds"),
        (["var.blocks"], "holds"),
        (["aws_vpc.v.cidr_block", "aws_vpc.v"], "holds"),
        (["data.aws_region.r.name", "data.aws_region.r"], "holds"),
        (["count.index", "path.module"], "holds"),
        (["module.net.cidr", "module.net"], "holds"),
        (["var.group"], "undecided"),  # a known id of a group, which the plan does not tell in an unknown list
        (["var.groups"], "undecided"),
        (["module.net.group", "module.net"], "undecided"),
        (["local.port"], "undecided"),
        (["var.port", "each.value"], "undecided"),
        (["each.value.peer"], "undecided"),  # a known id of a group may be a member of what is gone over
        (["each.value.port"], "holds"),  # a word that a rule has for what is no id
        (["var.nothing"], "undecided"),
    ],
)
def test_what_is_known_to_be_no_id_stands_beside_the_group_of_a_rule(
    tmp_path: Path, others: list[str], expected: str
) -> None:
    variables = {"port": 3000, "blocks": ["10.0.0.0/8"], "group": "sg-1", "groups": {"a": ["123456789012/sg-2"]}}
    outputs = {
        "cidr": {"expression": {"references": ["var.cidr"]}},
        "group": {"expression": {"references": ["var.group"]}},
    }
    inner = module({"aws_vpc_dhcp_options.d": {}}, outputs=outputs, variables={"cidr": {"default": "10.0.0.0/16"}})
    calls = {"net": {"expressions": {"group": {"references": ["var.group"]}}, "module": inner}}
    found = _rule_that_names(tmp_path, others, variables, module_calls=calls)
    assert verdict(found, "aws_instance.lb", "aws_instance.app", "tcp/3000") == expected


@pytest.mark.parametrize(
    ("others", "strict", "expected"),
    [
        ([], False, "fails"),
        (["var.group"], False, "undecided"),  # a known id, of which the plan has no trace: it may be anybody's group
        ([], True, "undecided"),  # so may one that is written as text beside the reference
    ],
)
def test_a_rule_that_may_name_a_group_of_somebody_else_may_be_about_anybody(
    tmp_path: Path, others: list[str], strict: bool, expected: str
) -> None:
    found = _rule_that_names(tmp_path, others, {"group": "sg-1"}, strict=strict)
    assert verdict(found, "aws_instance.c", "aws_instance.app", "tcp/3000") == expected


def _asked_by_id(tmp_path: Path, type: str, argument: str, asked: list[str] | None) -> Imported:
    """A group in the VPC of a data source that is read when the plan is applied."""
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        "aws_subnet.s": {"cidr_block": "10.0.0.0/24"},
        f"data.{type}.d": {},
        "aws_security_group.g": {"name": "g", "egress": [EVERYTHING], "ingress": [rule(80, cidr_blocks=["0.0.0.0/0"])]},
        "aws_instance.a": {"private_ip": "10.0.0.8"},
        "aws_instance.b": {"private_ip": "10.0.0.9"},
    }
    data = [f"data.{type}.d.id", f"data.{type}.d"]
    subnet = ["aws_subnet.s.id", "aws_subnet.s"] if type != "aws_subnet" else data
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": OF_THE_VPC, f"data.{type}.d": {} if asked is None else {argument: asked},
        "aws_security_group.g": OF_THE_VPC if type == "aws_subnet" else {"vpc_id": data},
    }  # fmt: skip
    own = {"subnet_id": subnet, "vpc_security_group_ids": ["aws_security_group.g.id", "aws_security_group.g"]}
    blocks |= {"aws_instance.a": own, "aws_instance.b": own}
    unknown: dict[str, Any] = {
        "aws_subnet.s": {"vpc_id": True}, "aws_security_group.g": {"vpc_id": True},
        f"data.{type}.d": {"vpc_id": True, "cidr_block": True},
        **{f"aws_instance.{name}": {"subnet_id": True, "vpc_security_group_ids": True} for name in "ab"},
    }  # fmt: skip
    return imported(tmp_path, plan(made, blocks, unknown))


@pytest.mark.parametrize("type", ["aws_vpc", "aws_subnet"])
def test_a_data_source_that_is_asked_for_by_its_id_is_what_has_that_id(tmp_path: Path, type: str) -> None:
    of = "aws_vpc.v" if type == "aws_vpc" else "aws_subnet.s"
    found = _asked_by_id(tmp_path, type, "id", [f"{of}.id", of])
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "holds"
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/81") == "fails"


def test_a_data_source_that_is_asked_for_by_a_tag_may_be_anything(tmp_path: Path) -> None:
    found = _asked_by_id(tmp_path, "aws_subnet", "id", None)
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "undecided"


def test_the_group_of_an_instance_is_in_its_vpc_whatever_the_file_tells_of_it(tmp_path: Path) -> None:
    found = _asked_by_id(tmp_path, "aws_vpc", "id", None)
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "holds"
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/81") == "fails"


def _tables_by_zone(tmp_path: Path, *, second: dict[str, Any] | None = None) -> Imported:
    """`route { nat_gateway_id = element(aws_nat_gateway.n.*.id, count.index) }` in a table for each of two zones."""
    gateway = ["aws_internet_gateway.i.id", "aws_internet_gateway.i"]
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"}, "aws_internet_gateway.i": {},
        "aws_route.out": {"destination_cidr_block": "0.0.0.0/0"},
        "aws_security_group.g": {"name": "g", "egress": [EVERYTHING], "ingress": []},
        "aws_route_table.public": {},
        **{f"aws_subnet.public[{n}]": {"cidr_block": f"10.0.{n}.0/24"} for n in (0, 1)},
        **{f"aws_subnet.private[{n}]": {"cidr_block": f"10.0.1{n}.0/24"} for n in (0, 1)},
        **{f"aws_nat_gateway.n[{n}]": {"connectivity_type": "public"} for n in (0, 1)},
        **{f"aws_route_table.private[{n}]": {"route": [{"cidr_block": "0.0.0.0/0"}]} for n in (0, 1)},
        **{f"aws_route_table_association.{kind}[{n}]": {} for kind in ("public", "private") for n in (0, 1)},
        "aws_nat_gateway.n[1]": {"connectivity_type": "public", **(second or {})},
        "aws_ecs_service.s": {"network_configuration": [{}], "desired_count": 3},
    }  # fmt: skip
    groups = ["aws_security_group.g.id", "aws_security_group.g"]
    configuration = ({"subnets": ["aws_subnet.private"], "security_groups": groups},)
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.public": OF_THE_VPC, "aws_subnet.private": OF_THE_VPC,
        "aws_internet_gateway.i": OF_THE_VPC, "aws_security_group.g": OF_THE_VPC,
        "aws_nat_gateway.n": {"subnet_id": ["aws_subnet.public", "count.index"]},
        "aws_route_table.public": OF_THE_VPC,
        "aws_route.out": {"route_table_id": ["aws_route_table.public.id"], "gateway_id": gateway},
        "aws_route_table.private": {**OF_THE_VPC, "route": ["aws_nat_gateway.n", "count.index"]},
        "aws_route_table_association.public": {
            "subnet_id": ["aws_subnet.public", "count.index"], "route_table_id": ["aws_route_table.public.id"],
        },
        "aws_route_table_association.private": {
            "subnet_id": ["aws_subnet.private", "count.index"], "route_table_id": ["aws_route_table.private", "count.index"],
        },
        "aws_ecs_service.s": {"network_configuration": configuration},
    }  # fmt: skip
    unknown: dict[str, Any] = {address: {"vpc_id": True} for address in made}
    for address in made:
        if "association" in address:
            unknown[address] = {"subnet_id": True, "route_table_id": True}
    unknown |= {f"aws_nat_gateway.n[{n}]": {"subnet_id": True, "public_ip": True} for n in (0, 1)}
    unknown |= {f"aws_route_table.private[{n}]": {"vpc_id": True, "route": [{"nat_gateway_id": True}]} for n in (0, 1)}
    unknown["aws_route.out"] = {"route_table_id": True, "gateway_id": True}
    unknown["aws_ecs_service.s"] = {"network_configuration": [{"subnets": True, "security_groups": True}]}
    return imported(tmp_path, plan(made, blocks, unknown))


def test_tables_that_lead_to_a_nat_gateway_each_are_alike(tmp_path: Path) -> None:
    found = _tables_by_zone(tmp_path)
    assert verdict(found, "aws_ecs_service.s", "8.8.8.8", "tcp/443") == "holds"
    assert verdict(found, "8.8.8.8", "aws_ecs_service.s", "tcp/443") == "fails"


def test_tables_are_not_alike_where_one_gateway_is_private(tmp_path: Path) -> None:
    found = _tables_by_zone(tmp_path, second={"connectivity_type": "private"})
    assert verdict(found, "aws_ecs_service.s", "8.8.8.8", "tcp/443") == "undecided"


@pytest.mark.rule("TGW-7")
@pytest.mark.parametrize(
    ("attached", "acl", "expected"),
    [
        ("ab", "", "holds"),  # in each of the zones that the cache can be in
        ("a", "", "undecided"),
        ("ab", "b", "undecided"),  # whose attachment another ACL filters
        ("", "", "holds"),
    ],
)
def test_a_transit_gateway_tells_zones_apart_where_its_attachment_does(
    tmp_path: Path, attached: str, acl: str, expected: str
) -> None:
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        **{f"aws_subnet.x[{n}]": {"cidr_block": f"10.0.{n}.0/24", "availability_zone": f"z-{n}"} for n in (0, 1)},
        **{f"aws_subnet.t{z}": {"cidr_block": f"10.0.1{n}.0/28", "availability_zone": f"z-{n}"} for n, z in enumerate("ab")},
        "aws_security_group.g": {"name": "g", "egress": [EVERYTHING], "ingress": [rule(6379, cidr_blocks=["10.0.0.0/8"])]},
        "aws_instance.h": {"private_ip": "10.0.0.9"},
        "aws_elasticache_subnet_group.g": {"name": "g"},
        "aws_elasticache_replication_group.r": {"subnet_group_name": "g"},
    }  # fmt: skip
    groups = ["aws_security_group.g.id", "aws_security_group.g"]
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.x": OF_THE_VPC, "aws_subnet.ta": OF_THE_VPC, "aws_subnet.tb": OF_THE_VPC,
        "aws_security_group.g": OF_THE_VPC,
        "aws_instance.h": {"subnet_id": ["aws_subnet.x[0].id", "aws_subnet.x[0]"], "vpc_security_group_ids": groups},
        "aws_elasticache_subnet_group.g": {"subnet_ids": ["aws_subnet.x"]},
        "aws_elasticache_replication_group.r": {"security_group_ids": groups},
    }  # fmt: skip
    unknown: dict[str, Any] = {address: {"vpc_id": True} for address in made if "subnet." in address or "[" in address}
    unknown |= {
        "aws_security_group.g": {"vpc_id": True},
        "aws_instance.h": {"subnet_id": True, "vpc_security_group_ids": True},
        "aws_elasticache_subnet_group.g": {"subnet_ids": True},
        "aws_elasticache_replication_group.r": {"security_group_ids": True},
    }
    if attached:
        made |= {"aws_ec2_transit_gateway.t": {}, "aws_ec2_transit_gateway_vpc_attachment.a": {}}
        blocks |= {
            "aws_ec2_transit_gateway.t": {},
            "aws_ec2_transit_gateway_vpc_attachment.a": {
                **OF_THE_VPC, "transit_gateway_id": ["aws_ec2_transit_gateway.t.id"],
                "subnet_ids": [f"aws_subnet.t{z}.id" for z in attached],
            },
        }  # fmt: skip
        unknown["aws_ec2_transit_gateway_vpc_attachment.a"] = {
            "vpc_id": True, "transit_gateway_id": True, "subnet_ids": True,
        }  # fmt: skip
    if acl:
        made["aws_network_acl.n"] = {"ingress": [], "egress": []}
        blocks["aws_network_acl.n"] = {**OF_THE_VPC, "subnet_ids": [f"aws_subnet.t{acl}.id"]}
        unknown["aws_network_acl.n"] = {"vpc_id": True, "subnet_ids": True}
    found = imported(tmp_path, plan(made, blocks, unknown))
    assert verdict(found, "aws_instance.h", "aws_elasticache_replication_group.r", "tcp/6379") == expected


@pytest.mark.parametrize(
    ("groups", "strict", "expected"), [(1, False, "holds"), (1, True, "undecided"), (2, False, "undecided")]
)
def test_a_rule_of_a_local_belongs_to_the_only_group_that_its_module_makes(
    tmp_path: Path, groups: int, strict: bool, expected: str
) -> None:
    """As the registry's module for groups writes it: `local.this_sg_id`, beside a group that is passed in."""
    own = {f"module.m.aws_security_group.g{n}": {"name": f"g{n}", "ingress": [], "egress": []} for n in range(groups)}
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"}, "aws_subnet.s": {"cidr_block": "10.0.0.0/24"},
        "aws_security_group.web": {"name": "web", "egress": [EVERYTHING], "ingress": []},
        "aws_instance.web": {"private_ip": "10.0.0.8"}, "aws_instance.db": {"private_ip": "10.0.0.9"},
        **own, "module.m.aws_security_group_rule.r": {**rule(5432), "type": "ingress"},
    }  # fmt: skip
    subnet, web = ["aws_subnet.s.id"], ["aws_security_group.web.id"]
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": OF_THE_VPC, "aws_security_group.web": OF_THE_VPC,
        "aws_instance.web": {"subnet_id": subnet, "vpc_security_group_ids": web},
        "aws_instance.db": {"subnet_id": subnet, "vpc_security_group_ids": ["module.m.id"]},
    }  # fmt: skip
    inside = {f"aws_security_group.g{n}": {"vpc_id": ["var.vpc"]} for n in range(groups)}
    inside["aws_security_group_rule.r"] = {"security_group_id": ["local.id"], "source_security_group_id": ["var.web"]}
    passed = {"vpc": {"references": ["aws_vpc.v.id"]}, "web": {"references": web}}
    out = {"id": {"expression": {"references": ["aws_security_group.g0.id"]}}}
    unknown: dict[str, Any] = {
        address: {"vpc_id": True} for address in made if "group." in address or "subnet" in address
    }
    unknown |= {f"aws_instance.{n}": {"subnet_id": True, "vpc_security_group_ids": True} for n in ("web", "db")}
    unknown["module.m.aws_security_group_rule.r"] = {"security_group_id": True, "source_security_group_id": True}
    told = plan(made, blocks, unknown)
    calls = {"m": {"expressions": passed, "module": module(inside, outputs=out)}}
    told["configuration"]["root_module"]["module_calls"] = calls
    found = imported(tmp_path, told, strict=strict)
    assert verdict(found, "aws_instance.web", "aws_instance.db", "tcp/5432") == expected


@pytest.mark.rule("TGW-1")
@pytest.mark.parametrize(("switch", "expected"), [("enable", "holds"), ("disable", "fails")])
def test_an_attachment_that_says_nothing_does_as_its_gateway_says(tmp_path: Path, switch: str, expected: str) -> None:
    """The provider computes what an attachment does not say, so a plan has it as unknown."""
    made: dict[str, Any] = {
        "aws_ec2_transit_gateway.t": {f"default_route_table_{w}": switch for w in ("association", "propagation")}
    }
    blocks: dict[str, Any] = {"aws_ec2_transit_gateway.t": {}}
    unknown: dict[str, Any] = {}
    for n, name in enumerate("ab"):
        vpc = {"vpc_id": [f"aws_vpc.{name}.id"]}
        made |= {
            f"aws_vpc.{name}": {"cidr_block": f"10.{n}.0.0/16"},
            f"aws_subnet.{name}": {"cidr_block": f"10.{n}.0.0/24"},
            f"aws_security_group.{name}": {
                "name": name,
                "egress": [EVERYTHING],
                "ingress": [rule(22, cidr_blocks=["10.0.0.0/8"])],
            },
            f"aws_route.{name}": {"destination_cidr_block": f"10.{1 - n}.0.0/16"},
            f"aws_ec2_transit_gateway_vpc_attachment.{name}": {},
            f"aws_instance.{name}": {"private_ip": f"10.{n}.0.9"},
        }
        table = [f"aws_vpc.{name}.main_route_table_id"]
        group = [f"aws_security_group.{name}.id"]
        subnet = [f"aws_subnet.{name}.id"]
        blocks |= {
            f"aws_vpc.{name}": {}, f"aws_subnet.{name}": vpc, f"aws_security_group.{name}": vpc,
            f"aws_route.{name}": {"route_table_id": table, "transit_gateway_id": ["aws_ec2_transit_gateway.t.id"]},
            f"aws_ec2_transit_gateway_vpc_attachment.{name}": {
                **vpc, "subnet_ids": subnet, "transit_gateway_id": ["aws_ec2_transit_gateway.t.id"],
            },
            f"aws_instance.{name}": {"subnet_id": subnet, "vpc_security_group_ids": group},
        }  # fmt: skip
        unknown |= {f"aws_{kind}.{name}": {"vpc_id": True} for kind in ("subnet", "security_group")}
        unknown |= {
            f"aws_route.{name}": {"route_table_id": True, "transit_gateway_id": True},
            f"aws_ec2_transit_gateway_vpc_attachment.{name}": {
                "vpc_id": True, "subnet_ids": True, "transit_gateway_id": True,
                "transit_gateway_default_route_table_association": True,
                "transit_gateway_default_route_table_propagation": True,
            },
            f"aws_instance.{name}": {"subnet_id": True, "vpc_security_group_ids": True},
        }  # fmt: skip
    found = imported(tmp_path, plan(made, blocks, unknown))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/22") == expected


def _private_link(tmp_path: Path, *, asked: bool, accepted: bool = False) -> Imported:
    """An endpoint that says nothing of private DNS, and the service of the file that it is of."""
    made: dict[str, Any] = {
        **{f"aws_vpc.{name}": {"cidr_block": f"10.{n}.0.0/16"} for n, name in enumerate("ps")},
        **{f"aws_subnet.{name}": {"cidr_block": f"10.{n}.0.0/24"} for n, name in enumerate("ps")},
        "aws_security_group.p": {"name": "p", "ingress": [rule(443, cidr_blocks=["10.0.0.0/16"])], "egress": [EVERYTHING]},
        "aws_instance.p": {"private_ip": "10.0.0.9"},
        "aws_security_group.s": {"name": "s", "ingress": [rule(8080, cidr_blocks=["10.1.0.0/16"])], "egress": []},
        "aws_instance.s": {"private_ip": "10.1.0.9"},
        "aws_lb.s": {"load_balancer_type": "network", "internal": True, "name": "s"},
        "aws_lb_target_group.s": {"name": "s", "port": 8080, "protocol": "TCP", "preserve_client_ip": "false"},
        "aws_lb_target_group_attachment.s": {},
        "aws_lb_listener.s": {"port": 443, "protocol": "TCP", "default_action": [{"type": "forward"}]},
        "aws_vpc_endpoint_service.s": {"acceptance_required": asked},
        "aws_vpc_endpoint.p": {"vpc_endpoint_type": "Interface"},
    }  # fmt: skip
    blocks: dict[str, Any] = {
        "aws_vpc.p": {}, "aws_vpc.s": {},
        **{f"aws_{kind}.{n}": {"vpc_id": [f"aws_vpc.{n}.id"]} for kind in ("subnet", "security_group") for n in "ps"},
        **{
            f"aws_instance.{n}": {
                "subnet_id": [f"aws_subnet.{n}.id"], "vpc_security_group_ids": [f"aws_security_group.{n}.id"],
            } for n in "ps"
        },
        "aws_lb.s": {"subnets": ["aws_subnet.s.id"]},
        "aws_lb_target_group.s": {"vpc_id": ["aws_vpc.s.id"]},
        "aws_lb_target_group_attachment.s": {
            "target_group_arn": ["aws_lb_target_group.s.arn"], "target_id": ["aws_instance.s.id"],
        },
        "aws_lb_listener.s": {
            "load_balancer_arn": ["aws_lb.s.arn"],
            "default_action": ({"type": "forward", "target_group_arn": ["aws_lb_target_group.s.arn"]},),
        },
        "aws_vpc_endpoint_service.s": {"network_load_balancer_arns": ["aws_lb.s.arn"]},
        "aws_vpc_endpoint.p": {
            "vpc_id": ["aws_vpc.p.id"], "subnet_ids": ["aws_subnet.p.id"],
            "security_group_ids": ["aws_security_group.p.id"],
            "service_name": ["aws_vpc_endpoint_service.s.service_name"],
        },
    }  # fmt: skip
    if accepted:
        made["aws_vpc_endpoint_connection_accepter.a"] = {}
        blocks["aws_vpc_endpoint_connection_accepter.a"] = {"vpc_endpoint_id": ["aws_vpc_endpoint.p.id"]}
    unknown: dict[str, Any] = {
        address: {key: True for key, value in blocks[address].items() if isinstance(value, list)} for address in made
    }
    unknown["aws_lb_listener.s"]["default_action"] = [{"target_group_arn": True}]
    unknown["aws_vpc_endpoint.p"] |= {"private_dns_enabled": True, "state": True}
    unknown["aws_vpc_endpoint_service.s"] |= {"service_name": True, "private_dns_name": True}
    return imported(tmp_path, plan(made, blocks, unknown))


@pytest.mark.rule("EP-10")
@pytest.mark.parametrize(
    ("asked", "accepted", "expected"), [(False, False, "holds"), (True, False, "fails"), (True, True, "holds")]
)
def test_an_endpoint_leads_to_the_service_of_the_file(
    tmp_path: Path, asked: bool, accepted: bool, expected: str
) -> None:
    found = _private_link(tmp_path, asked=asked, accepted=accepted)
    assert verdict(found, "aws_instance.p", "aws_vpc_endpoint.p", "tcp/443") == expected
    assert verdict(found, "aws_instance.p", "aws_vpc_endpoint.p", "tcp/80") == "fails"
