"""Which types of resources matter to what reaches what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reachsim.importing.terraform.kinds import SUBNET, VPC, Kind

_NETWORK: Final = (
    "aws_vpc", "aws_subnet", "aws_route", "aws_security_group", "aws_network", "aws_nat", "aws_internet", "aws_egress",
    "aws_eip", "aws_ec2_transit", "aws_ec2_managed_prefix", "aws_ec2_carrier", "aws_ec2_local_gateway",
    "aws_ec2_client_vpn", "aws_ec2_fleet", "aws_ec2_instance_connect", "aws_ec2_subnet", "aws_ec2_network_insights",
    "aws_vpn", "aws_customer_gateway", "aws_dx", "aws_default", "aws_main_route", "aws_lb", "aws_alb", "aws_elb",
    "aws_load_balancer", "aws_app_cookie", "aws_proxy_protocol", "aws_globalaccelerator", "aws_instance", "aws_spot",
    "aws_launch", "aws_autoscaling", "aws_lambda", "aws_db_", "aws_rds", "aws_docdb", "aws_neptune", "aws_redshift",
    "aws_elasticache", "aws_memorydb", "aws_dax", "aws_eks", "aws_ecs", "aws_emr", "aws_msk", "aws_mq", "aws_mwaa",
    "aws_opensearch", "aws_elasticsearch", "aws_efs_mount", "aws_fsx", "aws_directory", "aws_workspaces", "aws_appstream",
    "aws_batch", "aws_sagemaker", "aws_glue_connection", "aws_dms", "aws_datasync", "aws_transfer", "aws_apprunner",
    "aws_api_gateway_vpc", "aws_apigatewayv2_vpc", "aws_route53_zone", "aws_route53_record", "aws_route53_resolver",
    "aws_route53_vpc", "aws_service_discovery", "aws_networkfirewall", "aws_network_firewall", "aws_networkmanager",
    "aws_vpclattice", "aws_ram", "aws_storagegateway_gateway", "aws_codebuild_project", "aws_cloud9", "aws_gamelift",
    "aws_verifiedaccess", "aws_dms_replication", "aws_timestreaminfluxdb", "aws_kinesis_analytics", "aws_kinesisanalyticsv2",
    "aws_elastic_beanstalk_environment", "aws_lightsail", "aws_quicksight_vpc", "aws_synthetics_canary",
    "awscc_ec2_", "awscc_elasticloadbalancing", "aws_cloudcontrolapi_resource",
    "aws_mskconnect", "aws_grafana_workspace", "aws_cloudhsm", "aws_location_vpc",
    "aws_imagebuilder_infrastructure",
)  # fmt: skip
"""What the names of types begin with that make, join, filter or stand in a network."""
ACCELERATES: Final = ("aws_globalaccelerator_endpoint_group", "aws_globalaccelerator_custom_routing_endpoint_group")
"""What brings the internet to what is in a VPC, past its public addresses."""
_WITHOUT: Final = (
    "aws_lambda_permission", "aws_lambda_layer", "aws_lambda_event", "aws_lambda_code", "aws_lambda_invocation",
    "aws_lambda_function_event", "aws_lambda_function_url", "aws_lambda_provisioned", "aws_db_parameter", "aws_db_option",
    "aws_db_snapshot", "aws_db_event", "aws_db_subnet_group", "aws_db_instance_role", "aws_rds_cluster_parameter",
    "aws_rds_cluster_role", "aws_rds_cluster_snapshot", "aws_elasticache_parameter", "aws_elasticache_subnet",
    "aws_elasticache_user", "aws_redshift_parameter", "aws_redshift_subnet", "aws_docdb_cluster_parameter",
    "aws_docdb_subnet", "aws_neptune_cluster_parameter", "aws_neptune_subnet", "aws_neptune_parameter",
    "aws_autoscaling_policy", "aws_autoscaling_schedule", "aws_autoscaling_lifecycle", "aws_autoscaling_notification",
    "aws_autoscaling_group_tag", "aws_eks_addon", "aws_eks_access", "aws_eks_identity", "aws_eks_pod_identity",
    "aws_ecs_task_definition", "aws_ecs_cluster", "aws_ecs_capacity", "aws_ecs_account", "aws_ecs_tag",
    "aws_emr_security", "aws_msk_configuration", "aws_msk_scram", "aws_mq_configuration", "aws_opensearch_domain_policy",
    "aws_elasticsearch_domain_policy", "aws_lb_listener_certificate", "aws_alb_listener_certificate",
    "aws_lb_ssl", "aws_lb_trust", "aws_sagemaker_model_package", "aws_batch_job", "aws_batch_scheduling",
    "aws_spot_datafeed",
    "aws_lb_cookie", "aws_app_cookie", "aws_load_balancer_policy", "aws_dms_certificate", "aws_dms_event",
    "aws_vpc_endpoint_policy", "aws_vpc_network_performance", "aws_ec2_network_insights", "aws_db_proxy_default",
    "aws_db_proxy_target", "aws_memorydb_acl", "aws_memorydb_user", "aws_memorydb_parameter", "aws_memorydb_subnet",
    "aws_route53_health", "aws_route53_delegation", "aws_route53_key", "aws_service_discovery_service",
    "aws_networkfirewall_logging",
)  # fmt: skip
"""Of these, what says nothing of it itself: parameters, permissions, groups of subnets that others name."""


_NO_HOSTS: Final = (
    "aws_vpc", "aws_subnet", "aws_route_", "aws_route53_zone", "aws_route53_record", "aws_route53_vpc", "aws_security_group",
    "aws_network_acl", "aws_default", "aws_main_route", "aws_ec2_transit", "aws_ec2_subnet", "aws_ec2_local",
    "aws_ec2_carrier", "aws_vpn", "aws_service_discovery", "awscc_ec2_", "aws_internet", "aws_egress", "aws_nat", "aws_dx",
    "aws_apprunner_vpc_ingress", "aws_route53_resolver_firewall",
)  # fmt: skip
"""Of these, what joins, filters or names, and is no host in a subnet."""


_FLEETS: Final = ("aws_ec2_fleet", "aws_spot_fleet_request", "aws_lambda_capacity_provider")
"""Of what is not read, what starts instances in the subnets that it names, and is nothing else."""
_HOSTLESS: Final = ("aws_flow_log", "aws_inspector2_filter")
"""Of all other types of AWS's, what names subnets and has nothing in them, beside groups of subnets."""
_SUBNETS: Final = ("subnet_id", "subnet_ids", "subnets")
_VPCS: Final = ("vpc_id",)


def places_of(type: str, values: Any) -> dict[str, Kind]:
    """The attributes by which a resource of a type that is not read says where it may have interfaces, those of blocks
    behind the block's name and a dot."""
    if not stands(type) and not is_host(type):
        return {}
    return {".".join(way): SUBNET if way[-1].endswith(_SUBNETS) else VPC for way in _ways(values)}


def _ways(value: Any) -> Iterator[tuple[str, ...]]:
    """The names, one below the other, by which values are found that name subnets or VPCs."""
    if isinstance(value, list):
        for each in value:
            yield from _ways(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, dict) or (isinstance(each, list) and any(isinstance(one, dict) for one in each)):
                yield from ((key, *way) for way in _ways(each))
            elif key.endswith((*_SUBNETS, *_VPCS)):
                yield (key,)


def is_host(type: str) -> bool:
    """Whether a resource of a type that is not read is a host, and nothing else, in the subnets that it names, if it names
    any: of a service that no packet depends on otherwise."""
    if type.startswith(_FLEETS):
        return True
    others = (*_NO_HOSTS, *_HOSTLESS)
    return type.startswith("aws_") and not matters(type) and not type.startswith(others) and "_subnet_group" not in type


def stands(type: str) -> bool:
    """Whether a resource of a type may have interfaces in the subnets, or in the VPC, that it names."""
    return matters(type) and not type.startswith(_NO_HOSTS)


def matters(type: str) -> bool:
    """Whether a resource of a type may have a part in what reaches what."""
    return type.startswith(_NETWORK) and not type.startswith(_WITHOUT)
