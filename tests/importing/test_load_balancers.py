"""Application, Network and Gateway Load Balancers and what leads to them, as their calls answer."""

from __future__ import annotations

from typing import Any

import pytest
from tests.importing.accounts import (
    Answers,
    account,
    built,
    group,
    imported,
    interface,
    lets,
    loaded,
    notes,
    route,
    table,
)

import reachsim
from reachsim.importing.inventory import Unknown
from reachsim.importing.writing import written

ARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333"
CLIENT = interface("eni-web", "10.0.1.10", "sg-web")
HOST = interface("eni-1", "10.0.2.11", "sg-host", subnet="subnet-b", Attachment={"InstanceId": "i-1", "DeviceIndex": 0})


def balancer(kind: str = "application", **more: Any) -> dict[str, Any]:
    groups = {"SecurityGroups": ["sg-lb"]} if kind == "application" else {}
    zones = [{"SubnetId": "subnet-a"}, {"SubnetId": "subnet-b"}]
    return {"LoadBalancerArn": f"{ARN}:loadbalancer/x/front/1", "LoadBalancerName": "front", "Type": kind,
            "Scheme": "internal", "VpcId": "vpc-1", "AvailabilityZones": zones, **groups, **more}  # fmt: skip


def listener(protocol: str, port: int, *targets: str, **more: Any) -> dict[str, Any]:
    actions = [{"Type": "forward", "TargetGroupArn": f"{ARN}:targetgroup/{each}/1"} for each in targets]
    return {"ListenerArn": f"{ARN}:listener/x/front/1/{port}", "LoadBalancerArn": f"{ARN}:loadbalancer/x/front/1",
            "Protocol": protocol, "Port": port, "DefaultActions": actions or [{"Type": "redirect"}], **more}  # fmt: skip


def targets(name: str, protocol: str, port: int, *ids: str, **more: Any) -> Answers:
    arn = f"{ARN}:targetgroup/{name}/1"
    health = [{"Target": {"Id": id, "Port": port}, "TargetHealth": {"State": "healthy"}} for id in ids]
    return {
        "TargetGroups": [{"TargetGroupArn": arn, "TargetGroupName": name, "Protocol": protocol, "Port": port,
                          "VpcId": "vpc-1", "TargetType": "instance", "HealthCheckPort": "traffic-port", **more}],
        "LoadBalancerTargetHealth": [{"TargetGroupArn": arn, "TargetHealthDescriptions": health}],
    }  # fmt: skip


def given(one: dict[str, Any], *listeners: dict[str, Any], opened: str = "tcp/8080", **more: Any) -> Answers:
    groups = [group("sg-web"), group("sg-lb", lets("tcp/80"), lets("tcp/443")), group("sg-host", lets(opened))]
    told = {"NetworkInterfaces": [CLIENT, HOST], "Instances": [{"InstanceId": "i-1", "State": {"Name": "running"}}]}
    return account(SecurityGroups=groups, LoadBalancers=[one], Listeners=list(listeners), **told, **more)


def verdict(answers: Answers, port: str = "tcp/80") -> str:
    return str(loaded(answers).trace("eni-web", "front", port).verdict)


def test_an_application_balancer_answers_where_it_listens() -> None:
    answers = given(balancer(), listener("HTTP", 80, "web"), **targets("web", "HTTP", 8080, "i-1"))
    assert verdict(answers) == "reachable"
    assert verdict(answers, "tcp/443") == "blocked"


def test_a_listener_that_only_redirects_answers_too() -> None:
    answers = given(
        balancer(), listener("HTTP", 80), listener("HTTPS", 443, "web"), **targets("web", "HTTP", 8080, "i-1")
    )
    assert verdict(answers) == "reachable"


def test_rules_forward_too() -> None:
    arn = f"{ARN}:targetgroup/api/1"
    rule = {"RuleArn": f"{ARN}:listener-rule/x/front/1/80/9", "Actions": [{"Type": "forward", "TargetGroupArn": arn}]}
    told = targets("api", "HTTP", 9090, "i-1")
    web = targets("web", "HTTP", 8080, "i-1")
    both = {key: [*web[key], *told[key]] for key in web}
    found = imported(given(balancer(), listener("HTTP", 80, "web"), Rules=[rule], **both))
    assert found.design["vpcs"]["vpc-1"]["load_balancers"]["front"]["listeners"] == {"http/80": ["web", "api"]}


@pytest.mark.rule("LB-5")
def test_a_network_balancer_passes_on_as_its_groups_attributes_say() -> None:
    told = targets("web", "TCP", 8080, "i-1")
    attributes = [{"Key": "preserve_client_ip.enabled", "Value": "false"}, {"Key": "x", "Value": "y"}]
    more = {"TargetGroupAttributes": [{"TargetGroupArn": f"{ARN}:targetgroup/web/1", "Attributes": attributes}]}
    zones = [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]
    more["LoadBalancerAttributes"] = [{"LoadBalancerArn": f"{ARN}:loadbalancer/x/front/1", "Attributes": zones}]
    answers = given(balancer("network"), listener("TCP", 80, "web"), **told, **more)
    body = imported(answers).design["vpcs"]["vpc-1"]["load_balancers"]["front"]
    assert body["cross_zone"] is True
    assert body["target_groups"]["web"] == {
        "targets": ["i-1"], "port": "tcp/8080", "target_type": "instance", "preserve_client_ip": False,
    }  # fmt: skip
    assert verdict(answers) == "reachable"
    assert verdict({**answers, **given(balancer("network"), listener("TCP", 80, "web"), opened="tcp/1")}) == "blocked"


def test_the_port_of_health_checks() -> None:
    told = targets("web", "HTTP", 8080, "i-1", HealthCheckPort="8081")
    found = imported(given(balancer(), listener("HTTP", 80, "web"), **told))
    groups = found.design["vpcs"]["vpc-1"]["load_balancers"]["front"]["target_groups"]
    assert groups["web"]["health_check"] == "tcp/8081"


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("application", given(balancer())),
        ("network", given(balancer("network"), listener("TCP", 80, "web"))),
        ("network", given(balancer("network"), listener("TCP", 80, "web"), **targets("web", "TCP", 8080, "i-far"))),
        ("network", given(balancer("network"), listener("QUIC", 80, "web"), **targets("web", "TCP", 8080, "i-1"))),
    ],
)
def test_what_decides_and_was_not_read_is_not_known(kind: str, answers: Answers) -> None:
    nodes = [
        interface(f"eni-lb-{n}", f"10.0.{n}.20", subnet=s, Description="ELB x/front/1") for n, s in ((1, "subnet-a"),)
    ]
    answers = {**answers, "NetworkInterfaces": [CLIENT, HOST, *nodes]}
    assert loaded(answers).trace("eni-web", "10.0.1.20", "tcp/80").verdict == "undecided"


def test_targets_of_an_application_balancer_that_were_not_read_are_told() -> None:
    answers = given(balancer(), listener("HTTP", 80, "web"), **targets("web", "HTTP", 8080, "i-far"))
    assert verdict(answers) == "reachable"
    assert any("i-far" in text for text in notes(imported(answers), "unknown"))


@pytest.mark.rule("EP-11")
def test_a_gateway_load_balancer_endpoint_inspects() -> None:
    endpoint = {"VpcEndpointId": "vpce-1", "ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-1", "VpcId": "vpc-1",
                "VpcEndpointType": "GatewayLoadBalancer", "SubnetIds": ["subnet-a"], "State": "available"}  # fmt: skip
    public = [
        {**CLIENT, "Association": {"PublicIp": "3.0.0.1"}, "SubnetId": "subnet-b", "PrivateIpAddress": "10.0.2.10"}
    ]
    tables = [
        table("rtb-main", route("0.0.0.0/0", GatewayId="igw-1"), main=True),
        table("rtb-b", route("0.0.0.0/0", GatewayId="vpce-1"), subnets=("subnet-b",)),
    ]

    def net(**more: Any) -> Any:
        return loaded(account(VpcEndpoints=[{**endpoint, **more}], RouteTables=tables, NetworkInterfaces=public))

    assert net().trace("eni-web", "8.8.8.8", "tcp/443").verdict == "reachable"
    assert net(State="pendingAcceptance").trace("eni-web", "8.8.8.8", "tcp/443").verdict == "blocked"
    firewall = net(Tags=[{"Key": "AWSNetworkFirewallManaged", "Value": "true"}])
    assert firewall.trace("eni-web", "8.8.8.8", "tcp/443").verdict == "undecided"


def test_a_gateway_load_balancer() -> None:
    told = targets("web", "GENEVE", 6081, "i-1")
    found = imported(given(balancer("gateway"), listener("", 0, "web", Protocol=None, Port=None), **told))
    body = found.design["vpcs"]["vpc-1"]["load_balancers"]["front"]
    assert body["type"] == "gateway"
    assert body["listeners"] == {"all": ["web"]}
    assert "scheme" not in body
    assert not notes(found, "left out")


@pytest.mark.parametrize(
    "change",
    [
        {"NetworkInterfaces/eni-1/SubnetId": Unknown("it is computed")},
        {"NetworkInterfaces/eni-1/Attachment": Unknown("it is computed")},
        {"Instances/i-1/State": Unknown("it is computed")},
        {f"LoadBalancers/{ARN}:loadbalancer/x/front/1/Type": Unknown("it is computed")},
        {f"TargetGroups/{ARN}:targetgroup/web/1/Protocol": Unknown("it is computed")},
        {f"LoadBalancerTargetHealth/{ARN}:targetgroup/web/1/TargetHealthDescriptions": Unknown("it is computed")},
    ],
)
def test_what_is_not_known_of_a_network_balancer_or_its_target_is_undecided(change: dict[str, Any]) -> None:
    crossing = [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]
    attributes = [{"LoadBalancerArn": f"{ARN}:loadbalancer/x/front/1", "Attributes": crossing}]
    told = {**targets("web", "TCP", 8080, "i-1"), "LoadBalancerAttributes": attributes}
    answers = given(balancer("network"), listener("TCP", 80, "web"), **told)
    assert verdict(answers) == "reachable"
    net = reachsim.loads(written(built(answers, **change)))
    assert net.trace("eni-web", "front", "tcp/80").verdict == "undecided"


@pytest.mark.rule("LB-5")
def test_a_target_that_reachsim_refuses_is_a_target_all_the_same() -> None:
    told = targets("web", "TCP_UDP", 8080, "i-1", "10.9.9.9", TargetType="ip")
    answers = given(balancer("network"), listener("TCP_UDP", 80, "web"), **told)
    assert any("10.9.9.9 is neither in VPC vpc-1" in each.text for each in imported(answers).notes)
    assert verdict(answers) == "undecided"
