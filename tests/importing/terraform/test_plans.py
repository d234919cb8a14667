"""What the unknown ids of a plan name: one resource, or it is open which. References are as Terraform 1.11 writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, imported, module, plan, rule, verdict

from reachsim.importing.inventory import Unknown
from reachsim.importing.terraform.documents import document
from reachsim.importing.terraform.links import Links
from reachsim.importing.terraform.snapshot import Open

TWO_SUBNETS = {
    "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
    "aws_subnet.x[0]": {"cidr_block": "10.0.0.0/24"},
    "aws_subnet.x[1]": {"cidr_block": "10.0.1.0/24"},
}
OF_THE_VPC = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}


def _link(
    resources: dict[str, Any], blocks: dict[str, Any], of: str, key: str, *, strict: bool = False, **more: Any
) -> Any:
    """What a link of a plan is resolved to; whatever its block refers to is unknown."""
    unknown = {
        address: {
            name: True for name, value in blocks.get(address.partition("[")[0], {}).items() if isinstance(value, list)
        }
        for address in resources
    }
    found = document(plan(resources, blocks, unknown, **more), "plan.json").after
    Links(found, strict).resolve()
    return next(each for each in found.managed if str(each.address) == of).values.get(key)


def _subnet_of_an_instance(references: list[str], *, count: int = 2, ip: str = "", strict: bool = False) -> Any:
    hosts = {f"aws_instance.i[{n}]": {"private_ip": ip or None} for n in range(count)}
    blocks = {"aws_subnet.x": OF_THE_VPC, "aws_instance.i": {"subnet_id": references}, "aws_vpc.v": {}}
    return _link(TWO_SUBNETS | hosts, blocks, "aws_instance.i[1]", "subnet_id", strict=strict)


def test_a_literal_index_is_followed() -> None:
    assert _subnet_of_an_instance(["aws_subnet.x[0].id", "aws_subnet.x[0]", "aws_subnet.x"]) == "aws_subnet.x[0]"


def test_an_index_is_open_since_it_may_have_been_computed() -> None:
    """`x[count.index]` and `x[(count.index + 1) % 2]` have the same references."""
    link = _subnet_of_an_instance(["aws_subnet.x", "count.index"])
    assert isinstance(link, Open)
    assert link.candidates == ("aws_subnet.x[0]", "aws_subnet.x[1]")


def test_the_same_key_is_inferred_where_both_have_the_same_keys_and_open_if_nothing_may_be_inferred() -> None:
    subnets = {f'aws_subnet.x["{key}"]': {"cidr_block": f"10.0.{n}.0/24"} for n, key in enumerate("ab")}
    hosts = {f'aws_instance.i["{key}"]': {} for key in "ab"}
    blocks = {"aws_instance.i": {"subnet_id": ["aws_subnet.x", "each.key"]}}
    of = 'aws_instance.i["b"]'
    assert _link(subnets | hosts, blocks, of, "subnet_id") == 'aws_subnet.x["b"]'
    assert isinstance(_link(subnets | hosts, blocks, of, "subnet_id", strict=True), Open)
    more = hosts | {'aws_instance.i["c"]': {}}
    assert isinstance(_link(subnets | more, blocks, of, "subnet_id"), Open)


@pytest.mark.parametrize(
    "references",
    [
        ["aws_subnet.x"],
        ["aws_subnet.x", "count.index", "aws_subnet.x"],
        ["aws_subnet.x", "var.single", "count.index"],
        ["local.subnets", "count.index"],
    ],
    ids=["element with a number", "modulo length", "a condition", "a local"],
)
def test_a_function_of_several_is_open(references: list[str]) -> None:
    assert isinstance(_subnet_of_an_instance(references), Open)


def test_an_address_that_is_known_tells_the_subnet() -> None:
    assert _subnet_of_an_instance(["aws_subnet.x", "count.index"], ip="10.0.0.9") == "aws_subnet.x[0]"
    assert _subnet_of_an_instance(["aws_subnet.x"], ip="10.0.0.9", strict=True) == "aws_subnet.x[0]"


def test_a_local_is_anything_of_its_module_and_so_the_only_vpc() -> None:
    blocks = {"aws_subnet.x": {"vpc_id": ["local.vpc_id"]}, "aws_vpc.v": {}}
    assert _link(TWO_SUBNETS, blocks, "aws_subnet.x[0]", "vpc_id", strict=True) == "aws_vpc.v"
    other = TWO_SUBNETS | {"aws_vpc.w": {"cidr_block": "10.1.0.0/16"}}
    assert isinstance(_link(other, blocks, "aws_subnet.x[0]", "vpc_id"), Open)


@pytest.mark.parametrize(
    ("attribute", "open_"),
    [("default_network_acl_id", False), ("dhcp_options_id", False), ("owner_id", False), ("made_up_id", True)],
)
def test_what_a_local_may_be_beside_the_ids_of_other_kinds(attribute: str, open_: bool) -> None:
    """The ids of what a VPC makes are no ids of a VPC, also where they are computed; of what nobody knows, who knows?"""
    resources: dict[str, Any] = {**TWO_SUBNETS, "aws_default_network_acl.d": {}}
    blocks: dict[str, Any] = {
        "aws_subnet.x": {"vpc_id": ["local.vpc_id"]},
        "aws_vpc.v": {},
        "aws_default_network_acl.d": {"default_network_acl_id": [f"aws_vpc.v.{attribute}", "aws_vpc.v"]},
    }
    unknown = {
        "aws_vpc.v": {attribute: True},
        "aws_default_network_acl.d": {"default_network_acl_id": True},
        **{f"aws_subnet.x[{n}]": {"vpc_id": True} for n in (0, 1)},
    }
    found = document(plan(resources, blocks, unknown), "plan.json").after
    Links(found, True).resolve()
    links = {each.values["vpc_id"] for each in found.managed if each.address.type == "aws_subnet"}
    assert any(isinstance(link, Open) for link in links) == open_
    assert open_ or links == {"aws_vpc.v"}


def test_what_is_known_is_not_what_an_unknown_id_names() -> None:
    resources = TWO_SUBNETS | {"aws_vpc.w": {"id": "vpc-1", "cidr_block": "10.1.0.0/16"}}
    blocks = {"aws_subnet.x": {"vpc_id": ["local.vpc_id"]}}
    data = plan(resources, blocks, {address: {"vpc_id": True} for address in resources if "subnet" in address})
    data["resource_changes"] = [each for each in data["resource_changes"] if each["address"] != "aws_vpc.w"]
    found = document(data, "plan.json").after
    Links(found, True).resolve()
    assert found.managed[1].values["vpc_id"] == "aws_vpc.v"


def test_a_data_source_that_is_read_later_may_name_something_else() -> None:
    resources = TWO_SUBNETS | {"data.aws_vpc.w": {}}
    blocks = {"aws_subnet.x": {"vpc_id": ["local.vpc_id"]}, "data.aws_vpc.w": {}}
    assert isinstance(_link(resources, blocks, "aws_subnet.x[0]", "vpc_id"), Open)


GROUPS = {"aws_vpc.v": {"cidr_block": "10.0.0.0/16"}, "aws_security_group.a": {}, "aws_security_group.b": {}}


def test_what_the_provider_computes_where_nothing_is_given_is_no_link() -> None:
    """`source_security_group_id = each.key == "self" ? null : aws_security_group.b.id`, for the key "self"."""
    one = {"type": "ingress", "protocol": "tcp", "from_port": 80, "to_port": 80, "self": True}
    resources = GROUPS | {
        'aws_security_group_rule.r["self"]': one,
        'aws_security_group_rule.r["b"]': {**one, "self": None},
    }
    named = ["each.key", "aws_security_group.b.id", "aws_security_group.b"]
    blocks = {"aws_security_group_rule.r": {"source_security_group_id": named}}
    of = 'aws_security_group_rule.r["{}"]'
    key = "source_security_group_id"
    assert _link(resources, blocks, of.format("self"), key) is None
    assert _link(resources, blocks, of.format("b"), key) == "aws_security_group.b"


def test_a_subnet_that_a_condition_may_leave_out_is_open() -> None:
    host = {"aws_instance.i": {}}
    blocks = {"aws_instance.i": {"subnet_id": ["var.x", "aws_subnet.x[0].id", "aws_subnet.x[0]", "aws_subnet.x"]}}
    assert isinstance(_link(TWO_SUBNETS | host, blocks, "aws_instance.i", "subnet_id"), Open)


def test_a_list_has_what_its_expression_names_unless_nothing_may_be_inferred() -> None:
    """`[aws_security_group.a.id, "sg-1"]` has the same references as `[aws_security_group.a.id]`."""
    named = ["aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"]
    resources = GROUPS | {"aws_instance.i": {}}
    blocks = {"aws_instance.i": {"vpc_security_group_ids": named}}
    both = ["aws_security_group.a", "aws_security_group.b"]
    assert _link(resources, blocks, "aws_instance.i", "vpc_security_group_ids") == both
    assert isinstance(_link(resources, blocks, "aws_instance.i", "vpc_security_group_ids", strict=True), Open)
    blocks["aws_instance.i"]["vpc_security_group_ids"] = ["var.x", *named]
    assert isinstance(_link(resources, blocks, "aws_instance.i", "vpc_security_group_ids"), Open)


def _rules(references: list[str], ports: list[int]) -> list[Any]:
    """The peers of rules of one group that share a list of references."""
    resources = GROUPS | {"aws_security_group.c": {"ingress": [rule(port) for port in ports]}}
    marks = {"aws_security_group.c": {"ingress": [{"security_groups": True} for _ in ports]}}
    data = plan(resources, {"aws_security_group.c": {"ingress": references}}, marks)
    found = document(data, "plan.json").after
    Links(found, False).resolve()
    (group,) = (each for each in found.managed if each.address.name == "c")
    return [each["security_groups"] for each in group.values["ingress"]]


def test_blocks_that_share_their_references_have_each_the_only_one_named_as_often_as_there_are_blocks() -> None:
    a = ["aws_security_group.a.id", "aws_security_group.a"]
    b = ["aws_security_group.b.id", "aws_security_group.b"]
    assert _rules(a, [80]) == [["aws_security_group.a"]]
    assert _rules([*a, *a], [80, 81]) == [["aws_security_group.a"], ["aws_security_group.a"]]
    # One static block and one dynamic one, of which no reference is kept.
    assert all(isinstance(each, Open) for each in _rules(a, [80, 81]))
    assert all(isinstance(each, Open) for each in _rules([*a, *b], [80, 81]))
    assert all(isinstance(each, Unknown) for each in _rules([], [80]))


def test_modules_pass_ids_in_and_out(tmp_path: Path) -> None:
    """Two calls of a module by keys; the root's group is in the VPC that one of them makes."""
    resources = {
        f'module.m["{key}"].{name}': values
        for key, block in (("a.b", "10.0.0.0/16"), ("c", "10.1.0.0/16"))
        for name, values in (("aws_vpc.v", {"cidr_block": block}), ("aws_subnet.s", {"cidr_block": block}))
    } | {"aws_security_group.g": {"name": "g"}}
    inner = module(
        {"aws_vpc.v": {}, "aws_subnet.s": {"vpc_id": ["var.id"]}},
        outputs={"vpc": {"expression": {"references": ["aws_vpc.v.id", "aws_vpc.v"]}}},
    )
    del inner["resources"][1]["expressions"]["vpc_id"]
    inner["resources"][1]["expressions"] = {"vpc_id": {"references": ["aws_vpc.v.id", "aws_vpc.v"]}}
    named = ['module.m["c"].vpc', 'module.m["c"]', "module.m"]
    data = plan(resources, {"aws_security_group.g": {"vpc_id": named}}, {"aws_security_group.g": {"vpc_id": True}})
    data["configuration"]["root_module"]["module_calls"] = {"m": {"module": inner}}
    for each in data["resource_changes"]:
        if "aws_subnet" in each["address"]:
            each["change"]["after_unknown"]["vpc_id"] = True
    found = document(data, "plan.json").after
    Links(found, True).resolve()
    links = {str(each.address): each.values["vpc_id"] for each in found.managed if "vpc_id" in each.values}
    assert links == {
        'module.m["a.b"].aws_subnet.s': 'module.m["a.b"].aws_vpc.v',
        'module.m["c"].aws_subnet.s': 'module.m["c"].aws_vpc.v',
        "aws_security_group.g": 'module.m["c"].aws_vpc.v',
    }


def test_modules_that_pass_locals_to_each_other_are_followed_to_the_end() -> None:
    """m and n pass each other locals; the VPC of n is what m's local may be, in whichever order they are asked."""
    resources = {
        "module.m.aws_subnet.s": {},
        "module.n.aws_subnet.s": {},
        "module.m.aws_vpc.a": {},
        "module.n.aws_vpc.b": {},
    }
    inner = module(
        {"aws_subnet.s": {"vpc_id": ["local.id"]}}, outputs={"out": {"expression": {"references": ["local.id"]}}}
    )
    unknown = {address: {"vpc_id": True} for address in resources if "subnet" in address}
    data = plan(resources, {}, unknown)
    data["configuration"]["root_module"]["module_calls"] = {
        "m": {"module": inner, "expressions": {"other": {"references": ["module.n.out", "module.n"]}}},
        "n": {"module": inner, "expressions": {"other": {"references": ["module.m.out", "module.m"]}}},
    }
    found = document(data, "plan.json").after
    Links(found, True).resolve()
    for each in found.managed[:2]:
        link = each.values["vpc_id"]
        assert isinstance(link, Open)
        assert set(link.candidates) == {"module.m.aws_vpc.a", "module.n.aws_vpc.b"}


# -- networks ----------------------------------------------------------------------------------------------------

_PUBLIC = {
    "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
    "aws_internet_gateway.g": {},
    "aws_subnet.s": {"cidr_block": "10.0.0.0/24", "map_public_ip_on_launch": True},
    "aws_route_table.t": {"route": [{"cidr_block": "0.0.0.0/0", "nat_gateway_id": ""}]},
    "aws_route_table_association.a": {},
    "aws_security_group.open": {"name": "open", "ingress": [EVERYTHING], "egress": [EVERYTHING]},
    "aws_instance.i": {"private_ip": "10.0.0.9"},
}
_BLOCKS: dict[str, dict[str, Any]] = {
    "aws_vpc.v": {},
    "aws_internet_gateway.g": OF_THE_VPC,
    "aws_subnet.s": OF_THE_VPC,
    "aws_route_table.t": OF_THE_VPC,
    "aws_route_table_association.a": {
        "subnet_id": ["aws_subnet.s.id", "aws_subnet.s"],
        "route_table_id": ["aws_route_table.t.id", "aws_route_table.t"],
    },
    "aws_security_group.open": OF_THE_VPC,
    "aws_instance.i": {
        "subnet_id": ["aws_subnet.s.id", "aws_subnet.s"],
        "vpc_security_group_ids": ["aws_security_group.open.id", "aws_security_group.open"],
    },
}


def _unknown(blocks: dict[str, Any]) -> dict[str, Any]:
    marks = {address: dict.fromkeys(expressions, True) for address, expressions in blocks.items()}
    marks["aws_route_table.t"]["route"] = [{"gateway_id": True}]
    marks["aws_instance.i"] |= {"public_ip": True, "associate_public_ip_address": True, "network_interface": True}
    return marks


@pytest.mark.rule("IGW-6")
@pytest.mark.parametrize(
    ("gives", "asks", "expected"),
    [(True, None, "holds"), (False, None, "fails"), (True, False, "fails"), (False, True, "holds")],
)
def test_a_public_address_that_is_not_known_is_there_if_the_subnet_or_the_instance_says_so(
    tmp_path: Path, gives: bool, asks: bool | None, expected: str
) -> None:
    resources = {address: dict(values) for address, values in _PUBLIC.items()}
    resources["aws_subnet.s"]["map_public_ip_on_launch"] = gives
    unknown = _unknown(_BLOCKS)
    if asks is not None:
        resources["aws_instance.i"]["associate_public_ip_address"] = asks
        del unknown["aws_instance.i"]["associate_public_ip_address"]
    found = imported(tmp_path, plan(resources, _BLOCKS, unknown))
    assert verdict(found, "8.8.8.8", "aws_instance.i", "tcp/443") == expected


def test_a_dynamic_route_leads_to_the_only_gateway_of_its_vpc(tmp_path: Path) -> None:
    """Nothing refers to the gateway: a dynamic block leaves no references."""
    found = imported(tmp_path, plan(_PUBLIC, _BLOCKS, _unknown(_BLOCKS)))
    assert verdict(found, "aws_instance.i", "8.8.8.8", "tcp/443") == "holds"
    two = _PUBLIC | {"aws_vpn_gateway.w": {}}
    blocks = _BLOCKS | {"aws_vpn_gateway.w": OF_THE_VPC}
    found = imported(tmp_path, plan(two, blocks, _unknown(blocks)))
    assert verdict(found, "aws_instance.i", "8.8.8.8", "tcp/443") == "undecided"


@pytest.mark.rule("SG-2")
def test_a_group_without_blocks_lets_nothing_out_in_a_plan(tmp_path: Path) -> None:
    resources = {address: dict(values) for address, values in _PUBLIC.items()}
    del resources["aws_security_group.open"]["egress"]
    unknown = _unknown(_BLOCKS)
    unknown["aws_security_group.open"]["egress"] = True
    found = imported(tmp_path, plan(resources, _BLOCKS, unknown))
    assert verdict(found, "aws_instance.i", "8.8.8.8", "tcp/443") == "fails"
    assert any(note.kind == "assumed" and "egress" in note.text for note in found.notes)
    found = imported(tmp_path, plan(resources, _BLOCKS, unknown), strict=True)
    assert verdict(found, "aws_instance.i", "8.8.8.8", "tcp/443") == "undecided"


def test_a_resource_that_leaves_the_state_stays_in_the_world(tmp_path: Path) -> None:
    data = plan(_PUBLIC, _BLOCKS, _unknown(_BLOCKS))
    forgotten = {"id": "vpc-9", "cidr_block": "10.9.0.0/16"}
    data["resource_changes"].append({"address": "aws_vpc.old", "change": {"actions": ["forget"], "before": forgotten}})
    data["resource_changes"].append({"address": "aws_vpc.gone", "change": {"actions": ["delete"], "before": forgotten}})
    found = imported(tmp_path, data)
    assert "aws_vpc.old" in found.names
    assert "aws_vpc.gone" not in found.names
