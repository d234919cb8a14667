"""Classic Load Balancers and endpoint services as their calls answer."""

from __future__ import annotations

from typing import Any

from tests.importing.accounts import account, group, imported, interface, lets, loaded, notes

HOST = interface("eni-1", "10.0.2.11", "sg-host", subnet="subnet-b", Attachment={"InstanceId": "i-1", "DeviceIndex": 0})
CLIENT = interface("eni-web", "10.0.1.10", "sg-web")
NODES = [
    interface(f"eni-lb-{n}", f"10.0.{n}.20", "sg-lb", subnet=subnet, Description="ELB front")
    for n, subnet in ((1, "subnet-a"), (2, "subnet-b"))
]


def classic(*listeners: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "LoadBalancerName": "front", "DNSName": "front-1.elb.amazonaws.com", "VPCId": "vpc-1", "Scheme": "internal",
        "Subnets": ["subnet-a", "subnet-b"], "SecurityGroups": ["sg-lb"], "Instances": [{"InstanceId": "i-1"}],
        "ListenerDescriptions": [{"Listener": each} for each in listeners], "HealthCheck": {"Target": "HTTP:8080/"}, **more,
    }  # fmt: skip


HTTP = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 8080}


def given(balancer: dict[str, Any], host_port: str = "tcp/8080", **more: Any) -> Any:
    groups = [group("sg-web"), group("sg-lb", lets("tcp/80")), group("sg-host", lets(host_port, "10.0.0.0/16"))]
    told = {
        "NetworkInterfaces": [CLIENT, HOST, *NODES],
        "Instances": [{"InstanceId": "i-1", "State": {"Name": "running"}}],
    }
    return account(SecurityGroups=groups, LoadBalancerDescriptions=[balancer], **told, **more)


def test_a_classic_balancer_answers_by_its_listeners() -> None:
    found = imported(given(classic(HTTP)))
    assert found.design["vpcs"]["vpc-1"]["load_balancers"]["front"] == {
        "type": "classic", "scheme": "internal", "subnets": ["subnet-a", "subnet-b"], "security_groups": ["lb"],
        "private_ips": {"subnet-a": "10.0.1.20", "subnet-b": "10.0.2.20"},
        "listeners": {"http/80": "instances-8080"},
        "target_groups": {"instances-8080": {"targets": ["i-1"], "port": "tcp/8080", "health_check": "tcp/8080"}},
    }  # fmt: skip
    crossing = {"LoadBalancerName": "front", "LoadBalancerAttributes": {"CrossZoneLoadBalancing": {"Enabled": True}}}
    net = loaded(given(classic(HTTP), Attributes=[crossing]))
    assert net.trace("eni-web", "front", "tcp/80").verdict == "reachable"
    assert net.trace("eni-web", "front", "tcp/443").verdict == "blocked"
    assert not net.expect("eni-web", "front", allow="tcp/80").notes
    assert loaded(given(classic(HTTP), "tcp/9", Attributes=[crossing])).expect("eni-web", "front", allow="tcp/80").notes


def test_its_attribute_says_whether_it_crosses_zones() -> None:
    attributes = {"LoadBalancerName": "front", "LoadBalancerAttributes": {"CrossZoneLoadBalancing": {"Enabled": True}}}
    found = imported(given(classic(HTTP), Attributes=[attributes]))
    assert found.design["vpcs"]["vpc-1"]["load_balancers"]["front"]["cross_zone"] is True


def test_what_was_not_read_of_it_is_told() -> None:
    found = imported(given(classic(HTTP, Instances=[{"InstanceId": "i-far"}], SecurityGroups=["sg-far"])))
    assert len(notes(found, "unknown")) == 2
    assert any(
        "not all of its subnets" in text for text in notes(imported(given(classic(Subnets=["subnet-x"]))), "left out")
    )


NLB = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/api/0123"


def test_an_endpoint_leads_to_a_service_of_ones_own() -> None:
    service = {"ServiceId": "vpce-svc-1", "ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-1",
               "ServiceState": "Available", "NetworkLoadBalancerArns": [NLB], "PrivateDnsName": "a.example.com"}  # fmt: skip
    balancer = {"LoadBalancerArn": NLB, "LoadBalancerName": "api", "Type": "network", "Scheme": "internal",
                "VpcId": "vpc-1", "AvailabilityZones": [{"SubnetId": "subnet-a"}]}  # fmt: skip
    endpoint = {"VpcEndpointId": "vpce-1", "ServiceName": service["ServiceName"], "VpcEndpointType": "Interface",
                "VpcId": "vpc-1", "SubnetIds": ["subnet-a"], "Groups": [{"GroupId": "sg-web"}]}  # fmt: skip
    listener = {"ListenerArn": "l", "LoadBalancerArn": NLB, "Protocol": "TCP", "Port": 443, "DefaultActions": []}
    told = account(
        ServiceConfigurations=[service], LoadBalancers=[balancer], VpcEndpoints=[endpoint], Listeners=[listener]
    )
    design = imported(told).design
    assert design["endpoint_services"] == {
        "vpce-svc-1": {"load_balancer": "vpc-1.api", "private_dns_name": "a.example.com"}
    }
    assert design["vpcs"]["vpc-1"]["vpc_endpoints"]["vpce-1"]["service"] == "vpce-svc-1"
    loaded(told)
    alone = {key: value for key, value in told.items() if key not in ("LoadBalancers", "Listeners")}
    assert any("load balancer behind it" in text for text in notes(imported(alone), "unknown"))
    assert loaded(alone).trace("eni-web", "10.0.1.4", "tcp/443").verdict == "undecided"
