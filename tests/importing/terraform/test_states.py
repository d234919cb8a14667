"""States of every form, and what resources in them mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, imported, network, rule, state, verdict

from reachsim.errors import DesignError

OPEN = group("sg-open", [EVERYTHING], [EVERYTHING])


def _two(**more: Any) -> dict[str, Any]:
    return {
        **VPC,
        "aws_security_group.open": OPEN,
        "aws_instance.a": host("a", "10.0.1.10", "sg-open"),
        "aws_instance.b": host("b", "10.0.2.10", "sg-app", "subnet-b"),
        **more,
    }


def test_what_a_group_lists_beside_separate_rules_may_be_what_the_last_apply_took_away(tmp_path: Path) -> None:
    """An apply that changes separate rules leaves the group's own list as it was refreshed before."""
    separate = {"id": "sgr", "type": "ingress", "security_group_id": "sg-app", **rule(81, cidr_blocks=["10.0.1.0/24"])}
    app = group("sg-app", [rule(80, cidr_blocks=["10.0.1.0/24"])], [EVERYTHING])
    found = imported(tmp_path, state(_two(**{"aws_security_group.app": app, "aws_security_group_rule.more": separate})))
    assert [verdict(found, "aws_instance.a", "aws_instance.b", f"tcp/{port}") for port in (80, 81, 82)] == [
        "undecided", "holds", "fails",
    ]  # fmt: skip


def test_a_refreshed_list_is_what_separate_rules_and_nothing_else_say(tmp_path: Path) -> None:
    separate = {"id": "sgr", "type": "ingress", "security_group_id": "sg-app", **rule(81, cidr_blocks=["10.0.1.0/24"])}
    app = group("sg-app", [rule(81, cidr_blocks=["10.0.1.0/24"])], [EVERYTHING])
    found = imported(tmp_path, state(_two(**{"aws_security_group.app": app, "aws_security_group_rule.more": separate})))
    assert [verdict(found, "aws_instance.a", "aws_instance.b", f"tcp/{port}") for port in (81, 82)] == [
        "holds",
        "fails",
    ]


def test_an_empty_list_of_a_state_takes_no_separate_rule_away(tmp_path: Path) -> None:
    one = {"id": "sgr", "security_group_id": "sg-app", "ip_protocol": "tcp", "from_port": 80, "to_port": 80}
    resources = _two(
        **{
            "aws_security_group.app": group("sg-app"),
            "aws_vpc_security_group_ingress_rule.one": {**one, "referenced_security_group_id": "111122223333/sg-open"},
        }
    )
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "holds"


@pytest.mark.rule("SG-2")
def test_a_group_without_egress_lets_nothing_out(tmp_path: Path) -> None:
    found = imported(tmp_path, state(_two(**{"aws_security_group.app": group("sg-app", [EVERYTHING])})))
    assert verdict(found, "aws_instance.b", "aws_instance.a", "tcp/80") == "fails"
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "holds"


@pytest.mark.rule("SG-3")
def test_the_default_group_is_as_aws_makes_it_until_it_is_adopted(tmp_path: Path) -> None:
    resources = _two() | {
        "aws_instance.a": host("a", "10.0.1.10", "sg-0"),
        "aws_instance.b": host("b", "10.0.2.10", "sg-0"),
    }
    resources["aws_instance.b"]["subnet_id"] = "subnet-b"
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "holds"
    adopted = {"id": "sg-0", "vpc_id": "vpc-1", "name": "default", "ingress": [], "egress": []}
    found = imported(tmp_path, state(resources | {"aws_default_security_group.it": adopted}))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "fails"


@pytest.mark.rule("NACL-2")
def test_entries_of_an_acl_count_by_number_inline_or_separate(tmp_path: Path) -> None:
    allow = {
        "rule_no": 100,
        "action": "allow",
        "protocol": "-1",
        "from_port": 0,
        "to_port": 0,
        "cidr_block": "0.0.0.0/0",
    }
    acl = {"id": "acl-1", "vpc_id": "vpc-1", "subnet_ids": ["subnet-b"], "ingress": [allow], "egress": [allow]}
    deny = {
        "id": "r", "network_acl_id": "acl-1", "rule_number": 90, "egress": False, "rule_action": "deny", "protocol": "6",
        "from_port": 80, "to_port": 80, "cidr_block": "10.0.1.0/24",
    }  # fmt: skip
    app = group("sg-app", [EVERYTHING], [EVERYTHING])
    resources = _two(**{"aws_security_group.app": app, "aws_network_acl.b": acl, "aws_network_acl_rule.deny": deny})
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "fails"
    assert (
        verdict(found, "aws_instance.a", "aws_instance.b", "tcp/81") == "undecided"
    )  # the list may be older than the rule


@pytest.mark.parametrize(
    ("listed", "expected"), [("8.8.8.0/24", "undecided"), ("8.8.4.0/24", "fails"), ("0.0.0.0/0", "undecided")]
)
def test_a_route_that_a_table_lists_beside_separate_ones_may_be_gone(
    tmp_path: Path, listed: str, expected: str
) -> None:
    """The separate route is to 8.8.4.0/24; what the table alone lists may be older."""
    separate = {"id": "r", "route_table_id": "rtb-1", "destination_cidr_block": "8.8.4.0/24", "gateway_id": "igw-1"}
    resources = {
        **VPC,
        "aws_internet_gateway.it": {"id": "igw-1", "vpc_id": "vpc-1"},
        "aws_route_table.t": {
            "id": "rtb-1",
            "vpc_id": "vpc-1",
            "route": [{"cidr_block": listed, "gateway_id": "igw-1"}],
        },
        "aws_route_table_association.a": {"id": "x", "subnet_id": "subnet-a", "route_table_id": "rtb-1"},
        "aws_route.known": separate,
        "aws_security_group.open": group("sg-open", [EVERYTHING], [EVERYTHING]),
        "aws_instance.a": host("a", "10.0.1.10", "sg-open") | {"public_ip": "198.51.100.7"},
    }
    found = imported(tmp_path, state(resources))
    net = network(found)
    name = found.names["aws_instance.a"]
    assert net.expect(name, "8.8.4.4", allow="tcp/443").verdict == "holds"
    assert net.expect(name, "8.8.8.8", allow="tcp/443").verdict == expected


@pytest.mark.rule("NACL-8")
@pytest.mark.parametrize(
    ("entry", "passes", "blocked"),
    [
        pytest.param({"protocol": "tcp"}, [], ["tcp/80"], id="tcp-without-ports-is-port-0"),
        pytest.param({"protocol": "icmp"}, ["icmp/0/0"], ["icmp/8/0"], id="icmp-without-type-is-type-0"),
        pytest.param(
            {"protocol": "1", "icmp_type": 8, "icmp_code": -1}, ["icmp/8/0"], ["icmp/13/0"], id="icmp-numbers"
        ),
        pytest.param({"protocol": "1", "icmp_type": -1, "icmp_code": -1}, ["icmp/13/0"], ["tcp/80"], id="icmp-any"),
    ],
)
def test_what_an_acl_entry_leaves_out_is_0_as_the_provider_sends_it(
    tmp_path: Path, entry: dict[str, Any], passes: list[str], blocked: list[str]
) -> None:
    ports = {"from_port": None, "to_port": None, "icmp_type": None, "icmp_code": None}
    common = {**ports, "network_acl_id": "acl-1", "rule_action": "allow", "cidr_block": "0.0.0.0/0", "rule_number": 100}
    resources = _two(
        **{
            "aws_security_group.app": group("sg-app", [EVERYTHING], [EVERYTHING]),
            "aws_network_acl.b": {"id": "acl-1", "vpc_id": "vpc-1", "subnet_ids": ["subnet-b"]},
            "aws_network_acl_rule.in": {**common, **entry, "id": "r-in", "egress": False},
            "aws_network_acl_rule.out": {**common, "id": "r-out", "egress": True, "protocol": "-1"},
        }
    )
    found = imported(tmp_path, state(resources))
    for traffic in passes:
        assert verdict(found, "aws_instance.a", "aws_instance.b", traffic) == "holds", traffic
    for traffic in blocked:
        assert verdict(found, "aws_instance.a", "aws_instance.b", traffic) == "fails", traffic


@pytest.mark.rule("NACL-1")
def test_an_adopted_default_acl_without_entries_denies_the_subnets_of_no_other(tmp_path: Path) -> None:
    adopted = {
        "id": "acl-0",
        "default_network_acl_id": "acl-0",
        "vpc_id": "vpc-1",
        "subnet_ids": [],
        "ingress": [],
        "egress": [],
    }
    app = group("sg-app", [EVERYTHING], [EVERYTHING])
    found = imported(tmp_path, state(_two(**{"aws_security_group.app": app, "aws_default_network_acl.it": adopted})))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "fails"


def _public(**more: Any) -> dict[str, Any]:
    return {
        **VPC,
        "aws_security_group.open": OPEN,
        "aws_internet_gateway.it": {"id": "igw-1", "vpc_id": "vpc-1"},
        "aws_instance.a": host("a", "10.0.1.10", "sg-open") | {"public_ip": "198.51.100.7"},
        **more,
    }


_INLINE = {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}
_OUT = {"id": "r", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}


@pytest.mark.rule("ROUTE-2")
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "fails"),
        ({"aws_route.out": {**_OUT, "route_table_id": "rtb-0"}}, "holds"),
        ({"aws_route.out": {**_OUT, "route_table_id": "rtb-1"}}, "fails"),
        (
            {
                "aws_route.out": {**_OUT, "route_table_id": "rtb-1"},
                "aws_route_table_association.a": {"id": "x", "subnet_id": "subnet-a", "route_table_id": "rtb-1"},
            },
            "holds",
        ),
        (
            {
                "aws_route.out": {**_OUT, "route_table_id": "rtb-1"},
                "aws_main_route_table_association.it": {"id": "x", "vpc_id": "vpc-1", "route_table_id": "rtb-1"},
            },
            "holds",
        ),
        (
            {
                "aws_route.out": {**_OUT, "route_table_id": "rtb-0"},
                "aws_main_route_table_association.it": {"id": "x", "vpc_id": "vpc-1", "route_table_id": "rtb-1"},
            },
            "fails",
        ),
        ({"aws_default_route_table.it": {"id": "rtb-0", "vpc_id": "vpc-1", "route": [_INLINE]}}, "holds"),
        (
            {"aws_route_table_association.a": {"id": "x", "subnet_id": "subnet-a", "route_table_id": "rtb-far"}},
            "undecided",
        ),
    ],
    ids=["no route", "main", "other", "associated", "made main", "no longer main", "adopted", "a table elsewhere"],
)  # fmt: skip
def test_which_table_a_subnet_has(tmp_path: Path, more: dict[str, Any], expected: str) -> None:
    tables = {"aws_route_table.other": {"id": "rtb-1", "vpc_id": "vpc-1", "route": []}}
    found = imported(tmp_path, state(_public(**tables, **more)))
    assert verdict(found, "aws_instance.a", "8.8.8.8", "tcp/443") == expected


def test_an_elastic_address_is_of_the_interface_that_it_names(tmp_path: Path) -> None:
    resources = _public() | {"aws_instance.a": host("a", "10.0.1.10", "sg-open")}
    resources["aws_route.out"] = {**_OUT, "route_table_id": "rtb-0"}
    address = {"id": "eipalloc-1", "public_ip": "198.51.100.9"}
    found = imported(tmp_path, state(resources | {"aws_eip.it": address}))
    assert verdict(found, "aws_instance.a", "8.8.8.8", "tcp/443") == "fails"
    given = {"id": "x", "allocation_id": "eipalloc-1", "instance_id": "i-a"}
    found = imported(tmp_path, state(resources | {"aws_eip.it": address, "aws_eip_association.it": given}))
    assert verdict(found, "aws_instance.a", "8.8.8.8", "tcp/443") == "holds"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"associate_public_ip_address": True}, "holds"),
        ({"associate_public_ip_address": True, "public_ip": ""}, "fails"),  # it was stopped
        ({"associate_public_ip_address": False}, "fails"),
    ],
)
@pytest.mark.rule("IGW-6")
def test_an_instance_that_asked_for_a_public_address_has_one_that_the_state_leaves_out(
    tmp_path: Path, told: dict[str, Any], expected: str
) -> None:
    resources = _public() | {"aws_instance.a": host("a", "10.0.1.10", "sg-open") | told}
    resources["aws_route.out"] = {**_OUT, "route_table_id": "rtb-0"}
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "8.8.8.8", "tcp/443") == expected


def test_a_state_that_was_trimmed_is_not_known_where_it_tells_nothing(tmp_path: Path) -> None:
    resources = _two(**{"aws_security_group.app": group("sg-app", [], [EVERYTHING])})
    resources["aws_security_group_rule.what"] = {
        "id": "r",
        "type": "ingress",
        "security_group_id": "sg-app",
        "cidr_blocks": ["10.0.1.0/24"],
    }
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "undecided"
    del resources["aws_instance.a"]["vpc_security_group_ids"]
    resources["aws_security_group.app"] = group("sg-app", [EVERYTHING], [EVERYTHING])
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "undecided"


def test_a_group_of_which_only_rules_are_in_the_file_may_have_others(tmp_path: Path) -> None:
    one = {"id": "r", "type": "ingress", "security_group_id": "sg-app", **rule(80, cidr_blocks=["10.0.1.0/24"])}
    found = imported(tmp_path, state(_two(**{"aws_security_group_rule.one": one})))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/81") == "undecided"
    assert verdict(found, "aws_instance.b", "aws_instance.a", "tcp/81") == "undecided"


def test_a_deposed_object_is_still_there(tmp_path: Path) -> None:
    data = state(_two(**{"aws_security_group.app": group("sg-app", [], [EVERYTHING])}))
    old = {"id": "r", "type": "ingress", "security_group_id": "sg-app", **rule(80, cidr_blocks=["10.0.1.0/24"])}
    new = {"id": "r2", "type": "ingress", "security_group_id": "sg-app", **rule(81, cidr_blocks=["10.0.1.0/24"])}
    instances = [{"attributes": new}, {"attributes": old, "deposed": "0a1b2c3d"}]
    data["resources"].append(
        {"mode": "managed", "type": "aws_security_group_rule", "name": "it", "instances": instances}
    )
    found = imported(tmp_path, data)
    assert [verdict(found, "aws_instance.a", "aws_instance.b", f"tcp/{port}") for port in (80, 81)] == [
        "holds",
        "holds",
    ]


def test_what_is_marked_as_sensitive_is_not_told_and_what_hangs_on_it_is_undecided(tmp_path: Path) -> None:
    app = group("sg-app", [rule(80, cidr_blocks=["10.0.1.0/24"])], [EVERYTHING])
    data = state(_two(**{"aws_security_group.app": app}))
    path = [{"type": "get_attr", "value": "ingress"}]
    at = next(each for each in data["resources"] if each["name"] == "app" and each["type"] == "aws_security_group")
    at["instances"][0]["sensitive_attributes"] = [path]
    found = imported(tmp_path, data)
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "undecided"
    assert "10.0.1.0/24" not in str(found.design["vpcs"]["main"]["security_groups"]["sg-app"])


def test_what_matters_and_is_not_read_is_named(tmp_path: Path) -> None:
    firewall = {"id": "arn:aws:network-firewall:::fw", "name": "fw", "vpc_id": "vpc-1"}
    found = imported(
        tmp_path, state({**VPC, "aws_networkfirewall_firewall.it": firewall, "aws_s3_bucket.logs": {"id": "logs"}})
    )
    unread = [note for note in found.notes if note.kind == "not read"]
    assert [(note.what, "aws_networkfirewall_firewall" in note.text) for note in unread] == [
        ("aws_networkfirewall_firewall.it", True)
    ]


def test_a_state_of_terraform_0_11_is_flat(tmp_path: Path) -> None:
    attributes = {
        "id": "sg-app", "vpc_id": "vpc-1", "name": "app", "ingress.#": "1", "ingress.2214680975.from_port": "80",
        "ingress.2214680975.to_port": "80", "ingress.2214680975.protocol": "tcp", "ingress.2214680975.self": "false",
        "ingress.2214680975.cidr_blocks.#": "1", "ingress.2214680975.cidr_blocks.0": "10.0.1.0/24", "egress.#": "0",
        "ingress.2214680975.security_groups.#": "0", "tags.%": "1", "tags.Name": "the app",
    }  # fmt: skip
    vpc = {key: value for key, value in VPC["aws_vpc.main"].items() if isinstance(value, str)}
    module = {
        "path": ["root", "net"],
        "resources": {
            "aws_vpc.main": {"type": "aws_vpc", "primary": {"id": "vpc-1", "attributes": vpc}},
            "aws_security_group.app.0": {"type": "aws_security_group", "primary": {"attributes": attributes}},
        },
    }
    found = imported(tmp_path, {"version": 3, "terraform_version": "0.11.7", "serial": 1, "modules": [module]})
    assert found.names["module.net.aws_security_group.app[0]"] == "net-main.app"
    (vpc_body,) = found.design["vpcs"].values()
    assert vpc_body["security_groups"]["app"] == {"ingress": [{"allow": "tcp/80", "from": "10.0.1.0/24"}], "egress": []}


@pytest.mark.parametrize(
    "data",
    [
        {"version": 4, "terraform_version": "1.9.0", "resources": [None, {"type": 3}, {"instances": [None]}]},
        {"version": 3, "serial": 1, "modules": [None, {"resources": {"x": None}}, {"path": 7}]},
        {"format_version": "1.0", "terraform_version": "1", "values": {"root_module": {"resources": [{"address": "?"}]}}},
        {"planned_values": {"root_module": {"resources": [{"address": "aws_vpc.x", "values": []}]}}},
        {"resource_changes": [None, {"address": 3}, {"address": "aws_vpc.x", "change": {"after": 3}}]},
    ],
)  # fmt: skip
def test_a_file_that_is_broken_is_refused_in_one_sentence(tmp_path: Path, data: Any) -> None:
    with pytest.raises(DesignError, match="nothing in it"):
        imported(tmp_path, data)


_AWSCC = {
    **VPC,
    "aws_internet_gateway.i": {"id": "igw-1", "vpc_id": "vpc-1"},
    "aws_security_group.g": group("sg-1", [rule(22, cidr_blocks=["10.0.0.0/8"])], [EVERYTHING]),
    "aws_instance.a": {**host("a", "10.0.1.10", "sg-1"), "public_ip": "52.0.0.1"},
    "aws_instance.b": {**host("b", "10.0.2.10", "sg-1", "subnet-b"), "public_ip": "52.0.0.2"},
}


@pytest.mark.parametrize(
    ("type", "values", "opened"),
    [
        ("subnet_route_table_association", {"subnet_id": "subnet-a", "route_table_id": "rtb-9"}, {"out a"}),
        ("route", {"route_table_id": "rtb-0", "destination_cidr_block": "0.0.0.0/0"}, {"out a", "out b"}),
        ("security_group_ingress", {"group_id": "sg-1", "ip_protocol": "tcp"}, {"to b"}),
        ("network_acl_entry", {"network_acl_id": "acl-0", "rule_number": 90}, {"ssh"}),
        ("internet_gateway", {"internet_gateway_id": "igw-2"}, set()),
    ],
)
def test_what_another_provider_makes_is_named_and_what_it_may_change_is_open(
    tmp_path: Path, type: str, values: dict[str, Any], opened: set[str]
) -> None:
    found = imported(tmp_path, state({**_AWSCC, f"awscc_ec2_{type}.x": {"id": "x", **values}}))
    assert any(f"awscc_ec2_{type}.x" in str(note) for note in found.notes)
    asked = {
        "out a": verdict(found, "i-a", "8.8.8.8", "tcp/443"), "out b": verdict(found, "i-b", "8.8.8.8", "tcp/443"),
        "to b": verdict(found, "i-a", "i-b", "tcp/80"),
    }  # fmt: skip
    assert asked == {name: "undecided" if name in opened else "fails" for name in asked}
    assert verdict(found, "i-a", "i-b", "tcp/22") == ("undecided" if "ssh" in opened else "holds")
