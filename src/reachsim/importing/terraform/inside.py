"""Services that have interfaces in subnets, and do nothing else that packets depend on: where they tell these."""

from __future__ import annotations

from typing import Final

Paths = tuple[str, ...]
_TASK: Final = "network_configuration"
_PIPE: Final = "target_parameters.ecs_task_parameters.network_configuration.aws_vpc_configuration"
_KAFKA: Final = "source_parameters.self_managed_kafka_parameters.vpc"
_STREAMS: Final = tuple(
    f"{each}_configuration.vpc_config" for each in ("elasticsearch", "opensearch", "opensearchserverless")
)
_ACCESS: Final = ("load_balancer_options", "rds_options", "cidr_options")


def _in(block: str, groups: str = "security_group_ids", subnets: str = "subnet_ids") -> tuple[Paths, Paths]:
    """The attributes of one block."""
    return (f"{block}.{subnets}",), (f"{block}.{groups}",)


INSIDE: Final[dict[str, tuple[Paths, Paths]]] = {
    "aws_kinesis_firehose_delivery_stream": (
        tuple(f"{each}.subnet_ids" for each in _STREAMS), tuple(f"{each}.security_group_ids" for each in _STREAMS),
    ),
    "aws_cloudwatch_event_target": _in(f"ecs_target.{_TASK}", "security_groups", "subnets"),
    "aws_scheduler_schedule": _in(f"target.ecs_parameters.{_TASK}", "security_groups", "subnets"),
    "aws_pipes_pipe": ((f"{_KAFKA}.subnets", f"{_PIPE}.subnets"), (f"{_KAFKA}.security_groups", f"{_PIPE}.security_groups")),
    "aws_ecs_task_set": _in(_TASK, "security_groups", "subnets"),
    "aws_codebuild_fleet": _in("vpc_config", subnets="subnets"),
    "aws_iot_topic_rule_destination": _in("vpc_configuration", "security_groups"),
    "aws_glue_connection": _in("physical_connection_requirements", "security_group_id_list", "subnet_id"),
    "aws_quicksight_vpc_connection": (("subnet_ids",), ("security_group_ids",)),
    "aws_grafana_workspace": _in("vpc_configuration"),
    "aws_transfer_server": _in("endpoint_details"),
    "aws_route53_resolver_endpoint": (("ip_address.subnet_id",), ("security_group_ids",)),
    "aws_timestreaminfluxdb_db_instance": (("vpc_subnet_ids",), ("vpc_security_group_ids",)),
    "aws_kinesisanalyticsv2_application": _in("application_configuration.vpc_configuration"),
    "aws_vpclattice_resource_gateway": (("subnet_ids",), ("security_group_ids",)),
    "aws_verifiedaccess_endpoint": (tuple(f"{each}.subnet_ids" for each in _ACCESS), ("security_group_ids",)),
    "aws_prometheus_scraper": _in("source.eks"),
    "aws_osis_pipeline": _in("vpc_options"),
    "aws_sagemaker_model": _in("vpc_config", subnets="subnets"),
    "aws_emr_studio": (("subnet_ids",), ("workspace_security_group_id",)),
    "aws_emrserverless_application": _in("network_configuration"),
}  # fmt: skip
"""Of services that have interfaces and nothing else that matters here: where they tell their subnets, and their groups."""
