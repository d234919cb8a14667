"""Services that few files have, and that have interfaces in the subnets that they name, in each format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.templates_of import read
from tests.importing.terraform.files import EVERYTHING, VPC, group, imported, state


def design_of(more: str, **options: Any) -> Any:
    return read(more, **options).design["vpcs"]["Vpc"]


WHERE = "Subnets: [!Ref B], SecurityGroups: [!Ref Open]"
IDS = "SubnetIds: [!Ref B], SecurityGroupIds: [!Ref Open]"
PLAIN = "Subnets: [!Ref B], SecurityGroupIds: [!Ref Open]"
TEXTS = "VpcSubnetIds: !Join [',', [!Ref B]], VpcSecurityGroupIds: !Ref Open"
SERVICES = {
    "ECS::TaskSet": f"{{NetworkConfiguration: {{AwsVpcConfiguration: {{{WHERE}}}}}}}",
    "ECS::CapacityProvider": "{ManagedInstancesProvider: {InstanceLaunchTemplate:"
    f" {{NetworkConfiguration: {{{WHERE}}}}}}}}}",
    "Events::Rule": "{Targets: [{Arn: queue}, {EcsParameters: {NetworkConfiguration:"
    f" {{AwsVpcConfiguration: {{{WHERE}}}}}}}}}]}}",
    "Scheduler::Schedule": f"{{Target: {{EcsParameters: {{NetworkConfiguration: {{AwsvpcConfiguration: {{{WHERE}}}}}}}}}}}",
    "Pipes::Pipe": "{TargetParameters: {EcsTaskParameters: {NetworkConfiguration:"
    f" {{AwsvpcConfiguration: {{{WHERE}}}}}}}}}}}",
    "SecretsManager::RotationSchedule": f"{{HostedRotationLambda: {{{TEXTS}}}}}",
    "CodeBuild::Fleet": f"{{FleetVpcConfig: {{VpcId: !Ref Vpc, {PLAIN}}}}}",
    "SageMaker::EndpointConfig": f"{{VpcConfig: {{{PLAIN}}}}}",
    "SageMaker::Model": f"{{VpcConfig: {{{PLAIN}}}}}",
    "EMR::Studio": "{SubnetIds: [!Ref B], VpcId: !Ref Vpc, WorkspaceSecurityGroupId: !Ref Open}",
    "Lambda::NetworkConnector": f"{{Configuration: {{VpcEgressConfiguration: {{{IDS}}}}}}}",
    "Lambda::EventSourceMapping": "{SourceAccessConfigurations: [{Type: VPC_SUBNET, URI: !Sub 'subnet:${B}'},"
    " {Type: VPC_SECURITY_GROUP, URI: !Sub 'security_group:${Open}'}, {Type: SASL_SCRAM_512_AUTH, URI: secret}]}",
}


@pytest.mark.parametrize("kind", SERVICES)
def test_a_service_has_interfaces_where_its_template_says(kind: str) -> None:
    body = design_of(f"\n  It: {{Type: AWS::{kind}, Properties: {SERVICES[kind]}}}")["interfaces"]["It"]
    assert (body["subnets"], body["security_groups"]) == (["B"], ["Open"])


def test_which_of_several_groups_which_interface_has_is_open() -> None:
    where = "AwsVpcConfiguration: {{Subnets: [!Ref B], SecurityGroups: [{0}]}}"
    task = f"{{{{EcsParameters: {{{{NetworkConfiguration: {{{{{where}}}}}}}}}}}}}"
    listed = f"[{task.format('!Ref Open')}, {task.format('!Ref Shut')}]"
    shut = "Shut: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}"
    more = f"\n  {shut}\n  It: {{Type: AWS::Events::Rule, Properties: {{Targets: {listed}}}}}"
    assert design_of(more)["interfaces"]["It"]["security_groups"] == "unknown"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("EC2::SpotFleet", "{SpotFleetRequestConfigData: {LaunchSpecifications: [{SubnetId: !Ref B}]}}"),
        ("EC2::EC2Fleet", "{LaunchTemplateConfigs: [{Overrides: [{SubnetId: !Ref B}]}]}"),
        ("Glue::DevEndpoint", "{SubnetId: !Ref B}"),  # of a service that no packet depends on otherwise
        ("Lambda::CapacityProvider", "{VpcConfig: {SubnetIds: [!Ref B]}}"),
        ("Comprehend::Flywheel", "{DataSecurityConfig: {VpcConfig: {Subnets: [!Ref B]}}}"),
    ],
)
def test_another_that_names_subnets_is_a_host_there(kind: str, body: str) -> None:
    found = read(f"\n  It: {{Type: AWS::{kind}, Properties: {body}}}")
    there = found.design["vpcs"]["Vpc"]["unknown_components"]["It"]
    assert (there["kind"], there["subnets"]) == ("host", ["B"])
    assert [note.what for note in found.notes if note.kind == "not read"] == ["It"]


def test_a_service_without_a_place_is_nothing_to_tell() -> None:
    found = read("\n  It: {Type: AWS::Glue::Job, Properties: {Name: x}}")
    assert "unknown_components" not in found.design["vpcs"]["Vpc"]
    assert not [note for note in found.notes if note.kind == "not read"]


def test_an_environment_of_elastic_beanstalk_is_in_the_subnets_of_its_settings(tmp_path: Path) -> None:
    option = "{Namespace: 'aws:ec2:vpc', OptionName: Subnets, Value: !Join [',', [!Ref A, !Ref B]]}"
    more = f"\n  It: {{Type: AWS::ElasticBeanstalk::Environment, Properties: {{OptionSettings: [{option}]}}}}"
    assert design_of(more)["unknown_components"]["It"]["subnets"] == ["A", "B"]
    setting = {"namespace": "aws:ec2:vpc", "name": "Subnets", "value": "subnet-a,subnet-b"}
    made = {**VPC, "aws_elastic_beanstalk_environment.e": {"id": "e-1", "setting": [setting]}}
    assert imported(tmp_path, state(made)).design["vpcs"]["main"]["unknown_components"]["e"]["subnets"] == ["a", "b"]


TASK = [{"network_configuration": [{"subnets": ["subnet-b"], "security_groups": ["sg-1"]}]}]
KAFKA = [{"self_managed_kafka_parameters": [{"vpc": [{"subnets": ["subnet-b"], "security_groups": ["sg-1"]}]}]}]
CONFIG = {"subnet_ids": ["subnet-b"], "security_group_ids": ["sg-1"]}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("aws_kinesis_firehose_delivery_stream", {"opensearch_configuration": [{"vpc_config": [CONFIG]}]}),
        ("aws_cloudwatch_event_target", {"ecs_target": TASK}),
        ("aws_scheduler_schedule", {"target": [{"ecs_parameters": TASK}]}),
        ("aws_pipes_pipe", {"source_parameters": KAFKA}),
        ("aws_glue_connection", {"physical_connection_requirements": [
            {"subnet_id": "subnet-b", "security_group_id_list": ["sg-1"]}]}),
        ("aws_transfer_server", {"endpoint_details": [CONFIG]}),
        ("aws_emr_studio", {"subnet_ids": ["subnet-b"], "workspace_security_group_id": "sg-1"}),
    ],
)  # fmt: skip
def test_a_service_of_a_state_has_interfaces_in_its_subnets(tmp_path: Path, kind: str, values: dict[str, Any]) -> None:
    made = {**VPC, "aws_security_group.g": group("sg-1", [], [EVERYTHING]), f"{kind}.it": {"id": "it-1", **values}}
    body = imported(tmp_path, state(made)).design["vpcs"]["main"]["interfaces"]["it"]
    assert (body["subnets"], body["security_groups"]) == (["b"], ["sg-1"])


def test_a_connector_of_a_directory_is_where_it_connects(tmp_path: Path) -> None:
    made = {**VPC, "aws_directory_service_directory.d": {"id": "d-1", "connect_settings": [CONFIG]}}
    assert imported(tmp_path, state(made)).design["vpcs"]["main"]["interfaces"]["d"]["subnets"] == ["b"]


GROUP_OF_INSTANCES = """
  Nlb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer,
    Properties: {{Type: network, Scheme: internal, Subnets: [!Ref A]}}}}
  Group: {{Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {{Port: 443, Protocol: TCP, VpcId: !Ref Vpc}}}}
  Listens: {{Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {{LoadBalancerArn: !Ref Nlb, Port: 443, Protocol: TCP,
    DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Group}}]}}}}
  Fleet: {{Type: AWS::AutoScaling::AutoScalingGroup,
    Properties: {{VPCZoneIdentifier: [!Ref A], MinSize: 1, MaxSize: 1, {0}}}}}
"""


def test_a_group_of_instances_gets_traffic_from_its_sources() -> None:
    design = design_of(GROUP_OF_INSTANCES.format("TrafficSources: [{Identifier: !Ref Group, Type: elbv2}]"))
    assert design["load_balancers"]["Nlb"]["target_groups"]["Group"]["targets"] == ["Fleet"]
    lattice = design_of(GROUP_OF_INSTANCES.format("TrafficSources: [{Identifier: !Ref Group, Type: vpc-lattice}]"))
    assert not lattice["load_balancers"]["Nlb"]["target_groups"]["Group"].get("targets")


def test_the_groups_of_instances_that_are_like_another_are_not_known() -> None:
    design = design_of(GROUP_OF_INSTANCES.format("InstanceId: i-1"))
    assert design["interfaces"]["Fleet"]["security_groups"] == "unknown"
