"""Private hosted zones, Block Public Access, and rules without ports in Terraform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import imported, plan

import reachsim

Values = dict[str, Any]
RESOURCES: dict[str, Values] = {
    "aws_vpc.v": {
        "id": "vpc-1", "cidr_block": "10.0.0.0/16", "owner_id": "111122223333",
        "enable_dns_support": True, "enable_dns_hostnames": True,
    },
    "aws_subnet.a": {"id": "subnet-a", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24", "availability_zone": "eu-west-1a"},
    "aws_internet_gateway.g": {"id": "igw-1", "vpc_id": "vpc-1"},
    "aws_route_table.r": {"id": "rtb-1", "vpc_id": "vpc-1", "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]},
    "aws_route_table_association.a": {"id": "x", "subnet_id": "subnet-a", "route_table_id": "rtb-1"},
    "aws_security_group.web": {
        "id": "sg-1", "vpc_id": "vpc-1", "name": "web",
        "ingress": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}],
        "egress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    },
    **{
        f"aws_instance.{name}": {
            "id": f"i-{name}", "subnet_id": "subnet-a", "vpc_security_group_ids": ["sg-1"], "private_ip": ip,
            "public_ip": "3.0.0.1", "tags": {"Name": name},
        }
        for name, ip in (("web", "10.0.1.10"), ("job", "10.0.1.11"))
    },
}  # fmt: skip
ZONE = {"aws_route53_zone.z": {"id": "Z1", "zone_id": "Z1", "name": "corp.example", "vpc": [{"vpc_id": "vpc-1"}]}}
WEB = {"aws_route53_record.web": {"zone_id": "Z1", "name": "web.corp.example", "type": "A", "records": ["10.0.1.10"]}}
SWITCH = "aws_vpc_block_public_access_options.all"
ON = {
    SWITCH: {
        "id": "x", "aws_account_id": "111122223333", "aws_region": "eu-west-1",
        "internet_gateway_block_mode": "block-bidirectional",
    }
}  # fmt: skip


def state(*more: dict[str, Values]) -> reachsim.Network:
    """The network of a state."""
    resources = {key: value for each in (RESOURCES, *more) for key, value in each.items()}
    listed = [
        {"address": key, "mode": "managed", "type": key.split(".")[0], "name": key.split(".")[1], "values": values}
        for key, values in resources.items()
    ]
    return reachsim.load(
        {"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {"resources": listed}}}
    )


def named(name: str, *more: dict[str, Values]) -> str:
    return state(ZONE, *more).trace("job", f"{name}.corp.example", "tcp/443").verdict


@pytest.mark.rule("DNS-2")
def test_records_of_a_private_zone() -> None:
    assert [named(name, WEB) for name in ("web", "x")] == ["reachable", "blocked"]
    balancer = {
        "aws_route53_record.lb": {"zone_id": "Z1", "name": "lb", "type": "A", "alias": [{"name": "lb-1.example"}]}
    }
    assert named("x", WEB, balancer) == "blocked"
    other = {"aws_route53_zone.z": {**ZONE["aws_route53_zone.z"], "vpc": []}}
    with pytest.raises(reachsim.EndpointError):  # a public zone is nobody's business
        state(other, WEB).trace("job", "web.corp.example", "tcp/443")
    associated = {"aws_route53_zone_association.z": {"id": "a", "zone_id": "Z1", "vpc_id": "vpc-1"}}
    assert state(other, WEB, associated).trace("job", "web.corp.example", "tcp/443").verdict == "reachable"


@pytest.mark.rule("IGW-14")
def test_block_public_access_of_the_account() -> None:
    def verdict(*more: dict[str, Values]) -> str:
        return state(*more).trace("internet", "web", "tcp/443").verdict

    spared = {
        "aws_vpc_block_public_access_exclusion.a": {
            "id": "e", "subnet_id": "subnet-a", "internet_gateway_exclusion_mode": "allow-bidirectional",
        }
    }  # fmt: skip
    assert [verdict(), verdict(ON), verdict(ON, spared)] == ["reachable", "blocked", "reachable"]
    assert verdict({SWITCH: {**ON[SWITCH], "aws_region": "us-east-1"}}) == "reachable"
    assert verdict({SWITCH: {**ON[SWITCH], "aws_region": None}}) == "undecided"
    assert verdict({SWITCH: {**ON[SWITCH], "aws_region": None, "internet_gateway_block_mode": "off"}}) == "reachable"


@pytest.mark.rule("SG-19")
@pytest.mark.parametrize(("protocol", "verdict"), [("tcp", "blocked"), ("6", "blocked"), ("-1", "reachable")])
def test_a_rule_without_ports_is_one_that_aws_refuses(protocol: str, verdict: str) -> None:
    rule = {"id": "sgr-1", "security_group_id": "sg-1", "ip_protocol": protocol, "cidr_ipv4": "10.0.0.0/8"}
    net = state({"aws_vpc_security_group_ingress_rule.all": rule})
    assert net.trace("job", "10.0.1.10", "tcp/80").verdict == verdict


@pytest.mark.rule("DNS-2")
def test_the_dns_attributes_of_a_vpc() -> None:
    def verdict(**values: Any) -> str:
        vpc = {key: value for key, value in RESOURCES["aws_vpc.v"].items() if not key.startswith("enable_dns")}
        return named("web", WEB, {"aws_vpc.v": vpc | values})

    assert verdict(enable_dns_hostnames=True) == "reachable"
    assert verdict(enable_dns_hostnames=True, enable_dns_support=False) == "blocked"
    assert verdict() == verdict(enable_dns_hostnames=False) == "blocked"


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("db", "db.shop.internal"),
        ("db.shop.internal", "db.shop.internal"),
        ("myshop.internal", "myshop.internal.shop.internal"),
        ("*", "*.shop.internal"),
        ("", "@"),
    ],
)
def test_a_plan_tells_a_record_by_its_name_in_its_zone_which_has_its_id_twice(
    tmp_path: Path, name: str, means: str
) -> None:
    """`zone_id = aws_route53_zone.z.zone_id`; the provider adds the zone's name where the record's lacks it."""
    made: dict[str, Values] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        "aws_route53_zone.z": {"name": "shop.internal", "vpc": [{}]},
        "aws_route53_record.r": {"name": name, "type": "A", "records": ["10.0.1.10"]},
    }
    blocks: dict[str, Values] = {
        "aws_vpc.v": {},
        "aws_route53_zone.z": {"vpc": ({"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]},)},
        "aws_route53_record.r": {"zone_id": ["aws_route53_zone.z.zone_id", "aws_route53_zone.z"]},
    }
    unknown: dict[str, Values] = {
        "aws_route53_zone.z": {"zone_id": True, "vpc": [{"vpc_id": True}]},
        "aws_route53_record.r": {"zone_id": True, "fqdn": True},
    }
    zones = imported(tmp_path, plan(made, blocks, unknown)).design["private_hosted_zones"]
    assert zones == {"shop.internal": {"vpcs": ["v"], "records": {means: ["10.0.1.10"]}}}


@pytest.mark.parametrize(
    ("members", "strict", "seen"),
    [
        (("x/a", "x/b", "y/a", "y/b"), False, ["own", "this-a", "this-b"]),
        (("x/a", "x/b", "y/a"), False, ["own", "unknown"]),  # one pair is left out, nobody knows which
        (("x/a", "x/b", "y/a", "y/b"), True, ["own", "unknown"]),
    ],
)
def test_zones_of_endpoints_that_are_joined_with_each_vpc(
    tmp_path: Path, members: tuple[str, ...], strict: bool, seen: list[str]
) -> None:
    """Zones with the names of endpoints, associated by `setproduct`, which AWS would refuse to do twice."""
    zone, endpoint = "aws_route53_zone.z", "aws_vpc_endpoint.e"
    made: dict[str, Any] = {
        "aws_vpc.own": {"cidr_block": "10.0.0.0/16", "enable_dns_hostnames": True},
        "aws_subnet.s": {"cidr_block": "10.0.0.0/24"}, "aws_security_group.g": {"ingress": [], "egress": []},
        **{f'aws_vpc.this["{key}"]': {"cidr_block": "10.1.0.0/16", "enable_dns_hostnames": True} for key in "ab"},
    }  # fmt: skip
    unknown: dict[str, Any] = {"aws_subnet.s": {"vpc_id": True}, "aws_security_group.g": {"vpc_id": True}}
    for key in "xy":
        made |= {
            f'{zone}["{key}"]': {"name": f"{key}.example", "vpc": [{}]},
            f'{endpoint}["{key}"]': {
                "vpc_endpoint_type": "Interface",
                "service_name": key,
                "private_dns_enabled": False,
            },
            f'aws_route53_record.r["{key}"]': {"name": "", "type": "A", "alias": [{}]},
        }
        unknown |= {
            f'{zone}["{key}"]': {"vpc": [{"vpc_id": True}], "zone_id": True},
            f'{endpoint}["{key}"]': {"vpc_id": True, "subnet_ids": True, "security_group_ids": True, "dns_entry": True},
            f'aws_route53_record.r["{key}"]': {
                "zone_id": True,
                "fqdn": True,
                "alias": [{"name": True, "zone_id": True}],
            },
        }
    for key in members:
        made[f'aws_route53_zone_association.a["{key}"]'] = {}
        unknown[f'aws_route53_zone_association.a["{key}"]'] = {"zone_id": True, "vpc_id": True}
    own = {"vpc_id": ["aws_vpc.own.id", "aws_vpc.own"]}
    over = {"for_each_expression": ["local.names"]}
    blocks: dict[str, Any] = {
        "aws_vpc.own": {}, "aws_vpc.this": {}, "aws_subnet.s": own, "aws_security_group.g": own,
        zone: {"vpc": (own,)} | over,
        endpoint: {
            **own, **over, "subnet_ids": ["aws_subnet.s.id", "aws_subnet.s"],
            "security_group_ids": ["aws_security_group.g.id", "aws_security_group.g"],
        },
        "aws_route53_record.r": {"zone_id": [zone, "each.key"], "alias": ({"name": [endpoint, "each.key"]},)} | over,
        "aws_route53_zone_association.a": {
            "zone_id": [zone, "each.value.zone", "each.value"], "vpc_id": ["aws_vpc.this", "each.value.vpc", "each.value"],
        },
    }  # fmt: skip
    zones = imported(tmp_path, plan(made, blocks, unknown), strict=strict).design["private_hosted_zones"]
    assert [sorted(zones[f"{key}.example"]["vpcs"]) for key in "xy"] == [sorted(seen)] * 2
    if not strict:
        assert [zones[f"{key}.example"]["records"] for key in "xy"] == [{"@": [f"own.e-{key}"]} for key in "xy"]


def test_a_record_may_lead_to_an_endpoint_by_its_name() -> None:
    endpoint = {
        "aws_vpc_endpoint.e": {
            "id": "vpce-1", "vpc_id": "vpc-1", "vpc_endpoint_type": "Interface",
            "service_name": "com.amazonaws.eu-west-1.sqs",
            "subnet_ids": ["subnet-a"], "security_group_ids": ["sg-1"], "state": "available",
            "dns_entry": [{"dns_name": "vpce-1.sqs.eu-west-1.vpce.amazonaws.com", "hosted_zone_id": "Z7"}],
        }
    }  # fmt: skip
    alias = {"name": "vpce-1.sqs.eu-west-1.vpce.amazonaws.com", "zone_id": "Z7"}
    record = {"aws_route53_record.q": {"zone_id": "Z1", "name": "queue", "type": "A", "alias": [alias]}}
    assert named("queue", endpoint, record) == "reachable"
    assert state(ZONE, endpoint, record).trace("job", "queue.corp.example", "tcp/80").verdict == "blocked"


def test_a_name_that_two_things_have_means_neither() -> None:
    """DNS does not tell upper case from lower case."""
    endpoints = {
        f"aws_vpc_endpoint.{name}": {
            "id": f"vpce-{name}", "vpc_id": "vpc-1", "vpc_endpoint_type": "Interface", "service_name": name,
            "subnet_ids": ["subnet-a"], "security_group_ids": ["sg-1"], "state": "available",
            "dns_entry": [{"dns_name": f"{name}.example"}],
        }
        for name in ("it", "IT")
    }  # fmt: skip
    record = {"aws_route53_record.q": {"zone_id": "Z1", "name": "it", "type": "A", "alias": [{"name": "it.example"}]}}
    assert named("it", endpoints, record) == "undecided"
