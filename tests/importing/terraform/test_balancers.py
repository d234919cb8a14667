"""Load balancers of Terraform, and what registers with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, imported, rule, state, verdict

CLIENT, WEB = "aws_instance.client", "aws_instance.web"
SUBNETS = ["subnet-a", "subnet-b"]


def _with(**more: Any) -> dict[str, Any]:
    return {
        **VPC,
        "aws_security_group.open": group("sg-open", [EVERYTHING], [EVERYTHING]),
        "aws_security_group.lb": group("sg-lb", [rule(80, cidr_blocks=["10.0.0.0/16"])], [EVERYTHING]),
        "aws_security_group.web": group("sg-web", [rule(8080, security_groups=["sg-lb"])], [EVERYTHING]),
        CLIENT: host("client", "10.0.2.10", "sg-open", "subnet-b"),
        WEB: host("web", "10.0.1.10", "sg-web"),
        **more,
    }


LISTENS = {"lb_port": 80, "lb_protocol": "http", "instance_port": 8080, "instance_protocol": "http"}
CLASSIC = {
    "id": "front", "name": "front", "internal": True, "subnets": SUBNETS, "security_groups": ["sg-lb"],
    "listener": [LISTENS], "instances": [], "health_check": [{"target": "HTTP:8080/"}],
}  # fmt: skip


@pytest.mark.parametrize("attached", [False, True])
def test_a_classic_balancer_answers_by_its_listeners_and_groups(tmp_path: Path, attached: bool) -> None:
    own = {**CLASSIC, "instances": [] if attached else ["i-web"]}
    attachment = {"aws_elb_attachment.it": {"id": "x", "elb": "front", "instance": "i-web"}} if attached else {}
    found = imported(tmp_path, state(_with(**{"aws_elb.front": own}, **attachment)))
    body = found.design["vpcs"]["main"]["load_balancers"]["front"]
    assert body["cross_zone"] is True  # the provider's default
    targets = {"targets": ["web"], "port": "tcp/8080", "health_check": "tcp/8080"}
    assert body["target_groups"] == {"instances-8080": targets}
    answers = [verdict(found, CLIENT, "aws_elb.front", port) for port in ("tcp/80", "tcp/8080")]
    assert answers == ["holds", "fails"]
    assert verdict(found, "aws_elb.front", WEB, "tcp/8080") == "holds"
    assert verdict(found, "8.8.8.8", "aws_elb.front", "tcp/80") == "fails"  # it is internal


def test_whoever_is_behind_a_classic_balancer_it_answers_itself(tmp_path: Path) -> None:
    fleet = {"id": "fleet", "name": "fleet", "load_balancers": ["front"], "vpc_zone_identifier": SUBNETS}
    found = imported(tmp_path, state(_with(**{"aws_elb.front": CLASSIC, "aws_autoscaling_group.fleet": fleet})))
    assert verdict(found, CLIENT, "aws_elb.front", "tcp/80") == "holds"
    assert any("registers instances of its own" in note.text for note in found.notes if note.kind == "unknown")


BALANCER = {"id": "lb", "arn": "lb", "name": "alb", "internal": True, "subnets": SUBNETS, "security_groups": ["sg-lb"]}
TARGETS = {"id": "tg", "name": "tg", "port": 8080, "protocol": "HTTP", "vpc_id": "vpc-1", "target_type": "ip"}
ACTION = {"type": "forward", "target_group_arn": "tg"}
LISTENER = {"id": "ln", "load_balancer_arn": "lb", "port": 80, "protocol": "HTTP", "default_action": [ACTION]}
SERVICE = {
    "id": "svc", "name": "svc", "desired_count": 1,
    "network_configuration": [{"subnets": ["subnet-a"], "security_groups": ["sg-web"], "assign_public_ip": False}],
    "load_balancer": [{"target_group_arn": "tg", "container_port": 8080}],
}  # fmt: skip


def _balanced(kind: str, service: dict[str, Any]) -> dict[str, Any]:
    tcp = {} if kind == "application" else {"protocol": "TCP"}
    return _with(
        **{
            "aws_lb.it": {**BALANCER, "load_balancer_type": kind},
            "aws_lb_target_group.it": {**TARGETS, **tcp},
            "aws_lb_listener.it": {**LISTENER, **tcp},
            "aws_ecs_service.it": service,
        }
    )


@pytest.mark.parametrize("kind", ["application", "network"])
def test_the_tasks_of_a_service_are_targets(tmp_path: Path, kind: str) -> None:
    found = imported(tmp_path, state(_balanced(kind, SERVICE)))
    assert found.design["vpcs"]["main"]["load_balancers"]["alb"]["target_groups"]["tg"]["targets"] == ["it"]
    assert verdict(found, CLIENT, "aws_lb.it", "tcp/80") == "holds"
    assert verdict(found, "aws_lb.it", "aws_ecs_service.it", "tcp/8080") == "holds"
    assert verdict(found, CLIENT, "aws_ecs_service.it", "tcp/8080") == "fails"
    assert not [note for note in found.notes if note.kind == "unknown"]


@pytest.mark.parametrize(("kind", "expected"), [("application", "holds"), ("network", "undecided")])
def test_what_is_not_known_behind_a_balancer_matters_where_it_is_reached_through_it(
    tmp_path: Path, kind: str, expected: str
) -> None:
    on_hosts = {**SERVICE, "network_configuration": []}  # its tasks have the addresses of their hosts
    found = imported(tmp_path, state(_balanced(kind, on_hosts)))
    assert verdict(found, CLIENT, "aws_lb.it", "tcp/80") == expected


@pytest.mark.parametrize(("preserves", "expected"), [(False, "holds"), (True, "undecided"), (None, "undecided")])
def test_an_instance_connect_endpoint(tmp_path: Path, preserves: bool | None, expected: str) -> None:
    jump = {"id": "eice", "subnet_id": "subnet-b", "security_group_ids": ["sg-open"], "preserve_client_ip": preserves}
    open_ = {"aws_security_group.web": group("sg-web", [rule(22, security_groups=["sg-open"])], [EVERYTHING])}
    found = imported(tmp_path, state(_with(**open_, **{"aws_ec2_instance_connect_endpoint.jump": jump})))
    assert verdict(found, "aws_ec2_instance_connect_endpoint.jump", WEB, "tcp/22") == expected
    assert verdict(found, CLIENT, WEB, "tcp/22") == "holds"


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(
    ("told", "expected"), [("false", "holds"), ("true", "fails"), (None, "fails"), (False, "holds")]
)
def test_a_target_sees_the_client_unless_its_group_says_otherwise(tmp_path: Path, told: Any, expected: str) -> None:
    """The group of the target admits the addresses of the load balancer alone; instances see the client by default."""
    admits = {"aws_security_group.web": group("sg-web", [rule(8080, cidr_blocks=["10.0.3.0/24"])], [EVERYTHING])}
    made = _with(
        **admits,
        **{
            "aws_subnet.c": {"id": "subnet-c", "vpc_id": "vpc-1", "cidr_block": "10.0.3.0/24"},
            "aws_lb.lb": {"id": "lb", "arn": "lb", "name": "n", "internal": True, "load_balancer_type": "network",
                          "subnets": ["subnet-c"], "enable_cross_zone_load_balancing": True},
            "aws_lb_target_group.tg": {**TARGETS, "protocol": "TCP", "target_type": "instance", "preserve_client_ip": told},
            "aws_lb_target_group_attachment.it": {"id": "x", "target_group_arn": "tg", "target_id": "i-web"},
            "aws_lb_listener.ln": {**LISTENER, "protocol": "TCP"},
        },
    )  # fmt: skip
    assert verdict(imported(tmp_path, state(made)), CLIENT, "aws_lb.lb", "tcp/80") == expected
