"""IPv6 in a plan: Amazon gives a VPC its block when the plan is applied, and so the blocks of subnets are not known either.
That they have one is (IPV6-1): what reaches what hangs on no digit of it, unless a rule is about a part of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import Values, imported, plan, state, verdict

from reachsim.importing import Imported

OF_THE_VPC = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
FAR = "2606:4700:4700::1111"
EVERYBODY = {
    "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": ["::/0"],
}  # fmt: skip


def _dual_stack(
    tmp_path: Path,
    *,
    host: dict[str, Any],
    subnet: dict[str, Any] | None = None,
    peer: str = "::/0",
    pool: dict[str, Any] | None = None,
) -> Imported:
    """A host in a subnet with both families, and a route for IPv6 to the internet; `host`: what the plan says of the host's
    addresses; `pool`: what it says of the pool of IPAM that gives the VPC its block, in place of Amazon."""
    asked: dict[str, Any] = {"assign_generated_ipv6_cidr_block": True} if pool is None else {"ipv6_netmask_length": 56}
    pools: dict[str, Any] = {} if not pool else {"aws_vpc_ipam_pool.p": pool, "aws_vpc_ipam.i": {}, SCOPE: {}}
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16", **asked},
        **{key: {name: each for name, each in value.items() if name != "ipam_scope_id"} for key, value in pools.items()},
        "aws_internet_gateway.i": {},
        "aws_subnet.s": {"cidr_block": "10.0.0.0/24", **(subnet or {})},
        "aws_subnet.other": {"cidr_block": "10.0.1.0/24"},
        "aws_route_table.t": {"route": [{"ipv6_cidr_block": "::/0"}]},
        "aws_route_table_association.t": {},
        "aws_security_group.g": {
            "name": "g", "egress": [EVERYBODY], "ingress": [{**EVERYBODY, "ipv6_cidr_blocks": [peer]}],
        },
        "aws_instance.h": {key: value for key, value in host.items() if value is not True},
    }  # fmt: skip
    given = ["aws_vpc.v.ipv6_cidr_block", "aws_vpc.v"]
    of_pool = {"ipam_scope_id": pool["ipam_scope_id"]} if pool else {}
    named = ["aws_vpc_ipam_pool.p.id", "aws_vpc_ipam_pool.p"] if pool else ["var.pool"]
    blocks: dict[str, Any] = {
        "aws_vpc.v": {} if pool is None else {"ipv6_ipam_pool_id": named},
        **{key: {} for key in pools}, **({"aws_vpc_ipam_pool.p": of_pool} if pool else {}),
        "aws_internet_gateway.i": OF_THE_VPC,
        "aws_subnet.s": {**OF_THE_VPC, "ipv6_cidr_block": given},
        "aws_subnet.other": {**OF_THE_VPC, "ipv6_cidr_block": given},
        "aws_route_table.t": {**OF_THE_VPC, "route": ["aws_internet_gateway.i.id", "aws_internet_gateway.i"]},
        "aws_route_table_association.t": {
            "subnet_id": ["aws_subnet.s.id", "aws_subnet.s"], "route_table_id": ["aws_route_table.t.id"],
        },
        "aws_security_group.g": OF_THE_VPC,
        "aws_instance.h": {"subnet_id": ["aws_subnet.s.id"], "vpc_security_group_ids": ["aws_security_group.g.id"]},
    }  # fmt: skip
    of_the_vpc = {"vpc_id": True}
    unknown: dict[str, Any] = {
        "aws_vpc.v": {"ipv6_cidr_block": True, **({} if pool is None else {"ipv6_ipam_pool_id": True})},
        "aws_vpc_ipam_pool.p": {"ipam_scope_id": bool(of_pool), "ipam_scope_type": True},
        "aws_vpc_ipam.i": {"private_default_scope_id": True, "public_default_scope_id": True},
        "aws_internet_gateway.i": of_the_vpc,
        "aws_subnet.s": {"vpc_id": True, "ipv6_cidr_block": True},
        "aws_subnet.other": {"vpc_id": True, "ipv6_cidr_block": True},
        "aws_route_table.t": {"vpc_id": True, "route": [{"gateway_id": True}]},
        "aws_route_table_association.t": {"subnet_id": True, "route_table_id": True},
        "aws_security_group.g": of_the_vpc,
        "aws_instance.h": {
            "subnet_id": True, "vpc_security_group_ids": True, "ipv6_addresses": True,
            **{key: True for key, value in host.items() if value is True},
        },
    }  # fmt: skip
    return imported(tmp_path, plan(made, blocks, unknown))


ASKED = {"ipv6_address_count": 1}
SCOPE = "aws_vpc_ipam_scope.s"
LEFT_TO_THE_SUBNET = {"ipv6_address_count": True}


def test_a_block_that_amazon_will_give_is_one(tmp_path: Path) -> None:
    found = _dual_stack(tmp_path, host=ASKED)
    assert verdict(found, "aws_instance.h", FAR, "tcp/443") == "holds"
    assert verdict(found, FAR, "aws_instance.h", "tcp/443") == "holds"
    (body,) = found.design["vpcs"].values()
    blocks = [each["ipv6_cidr"] for each in body["subnets"].values()]
    assert len(set(blocks)) == 2  # each subnet has its own
    assert any(note.kind == "assumed" and "Amazon gives it an IPv6 block" in note.text for note in found.notes)


@pytest.mark.parametrize(
    ("host", "subnet", "expected"),
    [
        (LEFT_TO_THE_SUBNET, {"assign_ipv6_address_on_creation": True}, "holds"),
        (LEFT_TO_THE_SUBNET, {"assign_ipv6_address_on_creation": False}, "fails"),
        ({"ipv6_address_count": 0}, {"assign_ipv6_address_on_creation": True}, "fails"),
    ],
)
def test_a_host_has_an_address_where_it_or_its_subnet_asks_for_one(
    tmp_path: Path, host: dict[str, Any], subnet: dict[str, Any], expected: str
) -> None:
    found = _dual_stack(tmp_path, host=host, subnet=subnet)
    assert verdict(found, "aws_instance.h", FAR, "tcp/443") == expected


def test_where_a_rule_is_about_a_part_of_such_addresses_it_is_left_open(tmp_path: Path) -> None:
    found = _dual_stack(tmp_path, host=ASKED, peer="2600:1f18::/33")
    assert verdict(found, "aws_instance.h", FAR, "tcp/443") == "undecided"


@pytest.mark.rule("IGW-15")
@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ({"ipam_scope_id": ["aws_vpc_ipam.i.private_default_scope_id"]}, "fails"),
        ({"ipam_scope_id": ["aws_vpc_ipam.i.public_default_scope_id"]}, "holds"),
        ({"ipam_scope_id": ["aws_vpc_ipam_scope.s.id"]}, "fails"),  # what is added to the two is private
        ({"ipam_scope_id": ["var.scope"]}, "undecided"),
        ({"ipam_scope_id": ["var.scope"], "public_ip_source": "amazon"}, "holds"),  # which the public scope alone has
        ({"ipam_scope_id": ["var.scope"], "aws_service": "ec2"}, "holds"),
        ({"ipam_scope_id": ["var.scope"], "aws_service": "ec2", "publicly_advertisable": False}, "undecided"),
        ({}, "undecided"),  # the pool is not in the plan
    ],
)
def test_a_block_of_a_pool_of_ipam_is_on_the_internet_by_the_scope_of_the_pool(
    tmp_path: Path, pool: dict[str, Any], expected: str
) -> None:
    found = _dual_stack(tmp_path, host=ASKED, pool=pool)
    assert verdict(found, "aws_instance.h", FAR, "tcp/443") == expected
    assert verdict(found, FAR, "aws_instance.h", "tcp/443") == expected
    assert verdict(found, "aws_instance.h", "10.0.1.9", "tcp/443") == "fails"  # which nobody has; IPv4 is not in doubt
    told = [note for note in found.notes if "is of IPAM's private scope is not known" in note.text]
    assert bool(told) == (expected == "undecided")


@pytest.mark.rule("IGW-15")
@pytest.mark.parametrize(
    ("vpc", "block", "expected"),
    [
        ({"ipv6_cidr_block": "2600:1f18::/56", "ipv6_ipam_pool_id": "ipam-pool-1"}, {}, ["2600:1f18::/56"]),
        ({"ipv6_cidr_block": "2600:1f18::/56", "ipv6_ipam_pool_id": "ipam-pool-2"}, {}, None),
        ({"ipv6_cidr_block": "2600:1f18::/56", "ipv6_ipam_pool_id": "ipam-pool-9"}, {}, "unknown"),
        ({"ipv6_cidr_block": "fd00:1::/56", "ipv6_ipam_pool_id": "ipam-pool-9"}, {}, None),  # it never is
        ({"ipv6_cidr_block": "2600:1f18::/56", "assign_generated_ipv6_cidr_block": True}, {}, None),
        ({}, {"ipv6_ipam_pool_id": "ipam-pool-1"}, ["2600:1f19::/56"]),
        ({}, {"ipv6_address_attribute": "private"}, ["2600:1f19::/56"]),
        ({}, {"ip_source": "none"}, ["2600:1f19::/56"]),
        ({}, {"ip_source": "amazon", "ipv6_address_attribute": "public"}, None),
        ({}, {"ipv6_pool": "ipv6pool-ec2-1"}, None),  # brought by the account
    ],
)
def test_a_state_tells_the_scope(tmp_path: Path, vpc: Values, block: Values, expected: Any) -> None:
    resources = {
        "aws_vpc.v": {"id": "vpc-1", "cidr_block": "10.0.0.0/16", **vpc},
        "data.aws_vpc_ipam_pool.p": {"id": "ipam-pool-1", "ipam_scope_type": "private"},
        "aws_vpc_ipam_pool.q": {"id": "ipam-pool-2", "ipam_scope_id": "ipam-scope-2"},
        "aws_vpc_ipam.i": {"id": "ipam-1", "public_default_scope_id": "ipam-scope-2"},
    }
    more = {"id": "vpc-cidr-assoc-1", "vpc_id": "vpc-1", "ipv6_cidr_block": "2600:1f19::/56", **block}
    if block:
        resources["aws_vpc_ipv6_cidr_block_association.b"] = more
    (body,) = imported(tmp_path, state(resources)).design["vpcs"].values()
    assert body.get("private_ipv6") == expected
