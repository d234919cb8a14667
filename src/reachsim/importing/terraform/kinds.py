"""Which attributes of resources name other resources, and of what kind these are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from reachsim.importing.terraform.inside import INSIDE


@dataclass(frozen=True)
class Kind:
    """What an attribute may name: resources of some types by their id, and what other resources make, by the attribute that
    has its id (`aws_vpc.x.default_security_group_id`)."""

    name: str
    types: frozenset[str]
    made_by: dict[tuple[str, str], str] = field(default_factory=dict)
    """By type and attribute of the maker: the attribute that the id of what it made is known by."""


def _kind(name: str, *types: str, **made_by: str) -> Kind:
    """A kind; `made_by` maps an attribute of a VPC to the one its id is known by."""
    return Kind(name, frozenset(types), {("aws_vpc", attribute): key for attribute, key in made_by.items()})


_TGW: Final = "aws_ec2_transit_gateway"
VPC: Final = _kind("VPC", "aws_vpc", "aws_default_vpc")
SUBNET: Final = _kind("subnet", "aws_subnet", "aws_default_subnet")
TABLE: Final = _kind(
    "route table", "aws_route_table", "aws_default_route_table",
    default_route_table_id="default_route_table_id", main_route_table_id="default_route_table_id",
)  # fmt: skip
ACL: Final = _kind(
    "network ACL", "aws_network_acl", "aws_default_network_acl", default_network_acl_id="default_network_acl_id"
)
CLUSTER_GROUP: Final = "vpc_config.cluster_security_group_id"
GROUP: Final = Kind(
    "security group",
    frozenset({"aws_security_group", "aws_default_security_group"}),
    {
        ("aws_vpc", "default_security_group_id"): "default_security_group_id",
        ("aws_eks_cluster", CLUSTER_GROUP): CLUSTER_GROUP,
    },
)
GATEWAY: Final = _kind("gateway", "aws_internet_gateway", "aws_vpn_gateway")
EGRESS_ONLY: Final = _kind("egress-only internet gateway", "aws_egress_only_internet_gateway")
VGW: Final = _kind("virtual private gateway", "aws_vpn_gateway")
NAT: Final = _kind("NAT gateway", "aws_nat_gateway")
INTERFACE: Final = Kind(
    "network interface",
    frozenset({"aws_network_interface"}),
    {
        ("aws_instance", "primary_network_interface_id"): "primary_network_interface_id",
        ("aws_nat_gateway", "network_interface_id"): "network_interface_id",
    },
)
INSTANCE: Final = _kind("instance", "aws_instance", "aws_spot_instance_request")
ADDRESS: Final = _kind("elastic address", "aws_eip")
PEERING: Final = _kind("peering connection", "aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter")
ENDPOINT: Final = _kind("VPC endpoint", "aws_vpc_endpoint")
PREFIX_LIST: Final = Kind(
    "prefix list",
    frozenset({"aws_ec2_managed_prefix_list"}),
    {("aws_vpc_endpoint", "prefix_list_id"): "prefix_list_id"},
)
TRANSIT: Final = _kind("transit gateway", _TGW)
ATTACHMENT: Final = Kind(
    "attachment of a transit gateway",
    frozenset(
        {
            f"{_TGW}_vpc_attachment", f"{_TGW}_peering_attachment", f"{_TGW}_connect", f"{_TGW}_vpc_attachment_accepter",
            f"{_TGW}_peering_attachment_accepter",
        }
    ),
    {
        (maker, "transit_gateway_attachment_id"): "transit_gateway_attachment_id"
        for maker in ("aws_vpn_connection", "aws_dx_gateway_association")
    },
)  # fmt: skip
TRANSIT_TABLE: Final = Kind(
    "route table of a transit gateway",
    frozenset({f"{_TGW}_route_table"}),
    {
        (_TGW, f"{word}_default_route_table_id"): "association_default_route_table_id"
        for word in ("association", "propagation")
    },
)
TRANSIT_OR_VGW: Final = _kind("transit gateway or virtual private gateway", _TGW, "aws_vpn_gateway")
IPAM_POOL: Final = _kind("pool of IPAM", "aws_vpc_ipam_pool")
IPAM_SCOPE: Final = Kind(
    "scope of IPAM",
    frozenset({"aws_vpc_ipam_scope"}),
    {("aws_vpc_ipam", key): key for key in ("private_default_scope_id", "public_default_scope_id")},
)
CUSTOMER: Final = _kind("customer gateway", "aws_customer_gateway")
VPN: Final = _kind("VPN connection", "aws_vpn_connection")
BALANCER: Final = _kind("load balancer", "aws_lb", "aws_alb")
CLASSIC: Final = _kind("Classic Load Balancer", "aws_elb")
ZONE: Final = _kind("hosted zone", "aws_route53_zone")
SERVICE: Final = Kind("endpoint service", frozenset(), {("aws_vpc_endpoint_service", "service_name"): "service_name"})
LISTENER: Final = _kind("listener", "aws_lb_listener", "aws_alb_listener")
TARGETS: Final = _kind("target group", "aws_lb_target_group", "aws_alb_target_group")
TARGET: Final = Kind("target", INSTANCE.types | BALANCER.types | {"aws_lambda_function"})
DB_SUBNETS: Final = _kind(
    "subnet group", "aws_db_subnet_group", "aws_elasticache_subnet_group", "aws_redshift_subnet_group",
    "aws_docdb_subnet_group", "aws_neptune_subnet_group", "aws_memorydb_subnet_group", "aws_dax_subnet_group",
)  # fmt: skip
DHCP: Final = _kind("set of DHCP options", "aws_vpc_dhcp_options")
FORWARDING: Final = _kind("forwarding rule", "aws_route53_resolver_rule")
TEMPLATE: Final = _kind("launch template", "aws_launch_template", "aws_launch_configuration")
CLUSTER: Final = _kind("cluster", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster", "aws_eks_cluster")
FUNCTION: Final = Kind(
    "function",
    frozenset({"aws_lambda_function"}),
    {
        ("aws_lambda_function", "function_name"): "function_name",
        ("aws_lambda_function", "qualified_arn"): "qualified_arn",
    },
)
VERSION: Final = Kind("version of a function", frozenset(), {("aws_lambda_function", "version"): "version"})

NAMED: Final = Kind(
    "what has a name",
    frozenset(),
    {
        **{(balancer, "dns_name"): "dns_name" for balancer in ("aws_lb", "aws_alb", "aws_elb")},
        ("aws_vpc_endpoint", "dns_entry.dns_name"): "dns_entry.dns_name",
    },
)
"""What AWS gives a name that records lead to."""

_VPC_CONFIG: Final = {"vpc_config.subnet_ids": SUBNET, "vpc_config.security_group_ids": GROUP}
_ROUTE: Final = {
    "gateway_id": GATEWAY, "nat_gateway_id": NAT, "transit_gateway_id": TRANSIT, "vpc_peering_connection_id": PEERING,
    "network_interface_id": INTERFACE, "instance_id": INSTANCE, "egress_only_gateway_id": EGRESS_ONLY,
    "vpc_endpoint_id": ENDPOINT, "destination_prefix_list_id": PREFIX_LIST,
}  # fmt: skip
_INLINE_ROUTES: Final = {f"route.{key}": kind for key, kind in _ROUTE.items()}
_INLINE_RULES: Final = {
    f"{direction}.{key}": kind
    for direction in ("ingress", "egress")
    for key, kind in (("security_groups", GROUP), ("prefix_list_ids", PREFIX_LIST))
}
_RULE: Final = {
    "security_group_id": GROUP, "prefix_list_id": PREFIX_LIST, "referenced_security_group_id": GROUP,
}  # fmt: skip
_LISTENER: Final = {
    "load_balancer_arn": BALANCER, "default_action.target_group_arn": TARGETS,
    "default_action.forward.target_group.arn": TARGETS,
}  # fmt: skip
_LISTENER_RULE: Final = {
    "listener_arn": LISTENER, "action.target_group_arn": TARGETS, "action.forward.target_group.arn": TARGETS,
}  # fmt: skip
_LB: Final = {
    "subnets": SUBNET, "security_groups": GROUP, "subnet_mapping.subnet_id": SUBNET,
    "subnet_mapping.allocation_id": ADDRESS,
}  # fmt: skip
_DB: Final = {"db_subnet_group_name": DB_SUBNETS, "vpc_security_group_ids": GROUP}
_SUBNETS_AND_GROUPS: Final = {"subnet_ids": SUBNET, "security_group_ids": GROUP}
_VPC_OPTIONS: Final = {"vpc_options.subnet_ids": SUBNET, "vpc_options.security_group_ids": GROUP}
_CACHE: Final = {"subnet_group_name": DB_SUBNETS, "security_group_ids": GROUP}

LINKS: Final[dict[str, dict[str, Kind]]] = {
    "aws_vpc": {"ipv6_ipam_pool_id": IPAM_POOL},
    "aws_vpc_ipam_pool": {"ipam_scope_id": IPAM_SCOPE},
    "aws_subnet": {"vpc_id": VPC},
    "aws_route53_zone": {"vpc.vpc_id": VPC},
    "aws_route53_zone_association": {"zone_id": ZONE, "vpc_id": VPC},
    "aws_route53_resolver_rule_association": {"resolver_rule_id": FORWARDING, "vpc_id": VPC},
    "aws_route53_resolver_firewall_rule_group_association": {"vpc_id": VPC},
    "aws_vpc_dhcp_options_association": {"dhcp_options_id": DHCP, "vpc_id": VPC},
    "aws_route53_record": {"zone_id": ZONE, "alias.name": NAMED},
    "aws_vpc_block_public_access_exclusion": {"vpc_id": VPC, "subnet_id": SUBNET},
    "aws_vpc_ipv4_cidr_block_association": {"vpc_id": VPC},
    "aws_vpc_ipv6_cidr_block_association": {"vpc_id": VPC, "ipv6_ipam_pool_id": IPAM_POOL},
    "aws_route_table": {"vpc_id": VPC, "propagating_vgws": VGW, **_INLINE_ROUTES},
    "aws_default_route_table": {"default_route_table_id": TABLE, "propagating_vgws": VGW, **_INLINE_ROUTES},
    "aws_route": {"route_table_id": TABLE, **_ROUTE},
    "aws_route_table_association": {"route_table_id": TABLE, "subnet_id": SUBNET, "gateway_id": GATEWAY},
    "awscc_ec2_subnet_route_table_association": {"subnet_id": SUBNET},
    "awscc_ec2_route": {"route_table_id": TABLE},
    "awscc_ec2_vpc_cidr_block": {"vpc_id": VPC, "ipv6_ipam_pool_id": IPAM_POOL},
    "awscc_ec2_security_group_ingress": {"group_id": GROUP},
    "awscc_ec2_security_group_egress": {"group_id": GROUP},
    "awscc_ec2_network_acl_entry": {"network_acl_id": ACL},
    "aws_main_route_table_association": {"vpc_id": VPC, "route_table_id": TABLE},
    "aws_vpc_route_server_propagation": {"route_table_id": TABLE},
    "aws_ec2_local_gateway_route_table_vpc_association": {"vpc_id": VPC},
    "aws_networkmanager_vpc_attachment": {"vpc_arn": VPC},
    "aws_vpn_gateway_route_propagation": {"vpn_gateway_id": VGW, "route_table_id": TABLE},
    "aws_security_group": {"vpc_id": VPC, **_INLINE_RULES},
    "aws_default_security_group": {"vpc_id": VPC, **_INLINE_RULES},
    "aws_security_group_rule": {
        "security_group_id": GROUP, "source_security_group_id": GROUP, "prefix_list_ids": PREFIX_LIST,
    },
    "aws_vpc_security_group_vpc_association": {"security_group_id": GROUP, "vpc_id": VPC},
    "aws_vpc_security_group_ingress_rule": _RULE,
    "aws_vpc_security_group_egress_rule": _RULE,
    "aws_ec2_managed_prefix_list_entry": {"prefix_list_id": PREFIX_LIST},
    "aws_network_acl": {"vpc_id": VPC, "subnet_ids": SUBNET},
    "aws_default_network_acl": {"default_network_acl_id": ACL},
    "aws_network_acl_rule": {"network_acl_id": ACL},
    "aws_network_acl_association": {"network_acl_id": ACL, "subnet_id": SUBNET},
    "aws_internet_gateway": {"vpc_id": VPC},
    "aws_internet_gateway_attachment": {"vpc_id": VPC, "internet_gateway_id": GATEWAY},
    "aws_egress_only_internet_gateway": {"vpc_id": VPC},
    "aws_nat_gateway": {"subnet_id": SUBNET, "allocation_id": ADDRESS, "vpc_id": VPC},
    "aws_vpc_peering_connection": {"vpc_id": VPC, "peer_vpc_id": VPC},
    "aws_vpc_peering_connection_accepter": {"vpc_peering_connection_id": PEERING},
    "aws_vpc_peering_connection_options": {"vpc_peering_connection_id": PEERING},
    "aws_vpn_gateway": {"vpc_id": VPC},
    "aws_vpn_gateway_attachment": {"vpc_id": VPC, "vpn_gateway_id": VGW},
    "aws_vpn_connection": {"vpn_gateway_id": VGW, "transit_gateway_id": TRANSIT, "customer_gateway_id": CUSTOMER},
    "aws_vpn_connection_route": {"vpn_connection_id": VPN},
    "aws_vpc_endpoint": {
        "vpc_id": VPC, "route_table_ids": TABLE, "subnet_ids": SUBNET, "security_group_ids": GROUP,
        "subnet_configuration.subnet_id": SUBNET, "service_name": SERVICE,
    },
    "aws_vpc_endpoint_service": {"network_load_balancer_arns": BALANCER, "gateway_load_balancer_arns": BALANCER},
    "aws_vpc_endpoint_connection_accepter": {"vpc_endpoint_id": ENDPOINT},
    "aws_vpc_endpoint_route_table_association": {"vpc_endpoint_id": ENDPOINT, "route_table_id": TABLE},
    "aws_vpc_endpoint_subnet_association": {"vpc_endpoint_id": ENDPOINT, "subnet_id": SUBNET},
    "aws_vpc_endpoint_security_group_association": {"vpc_endpoint_id": ENDPOINT, "security_group_id": GROUP},
    "aws_ec2_instance_connect_endpoint": {"subnet_id": SUBNET, "security_group_ids": GROUP},
    "aws_instance": {
        "subnet_id": SUBNET, "vpc_security_group_ids": GROUP, "network_interface.network_interface_id": INTERFACE,
        "primary_network_interface.network_interface_id": INTERFACE, "launch_template.id": TEMPLATE,
    },
    "aws_spot_instance_request": {
        "subnet_id": SUBNET, "vpc_security_group_ids": GROUP, "network_interface.network_interface_id": INTERFACE,
        "launch_template.id": TEMPLATE,
    },
    "aws_network_interface": {"subnet_id": SUBNET, "security_groups": GROUP, "attachment.instance": INSTANCE},
    "aws_network_interface_attachment": {"instance_id": INSTANCE, "network_interface_id": INTERFACE},
    "aws_network_interface_sg_attachment": {"security_group_id": GROUP, "network_interface_id": INTERFACE},
    "aws_eip": {"instance": INSTANCE, "network_interface": INTERFACE},
    "aws_eip_association": {"allocation_id": ADDRESS, "instance_id": INSTANCE, "network_interface_id": INTERFACE},
    f"{_TGW}_vpc_attachment": {"vpc_id": VPC, "subnet_ids": SUBNET, "transit_gateway_id": TRANSIT},
    f"{_TGW}_vpc_attachment_accepter": {"transit_gateway_attachment_id": ATTACHMENT},
    f"{_TGW}_peering_attachment": {"transit_gateway_id": TRANSIT, "peer_transit_gateway_id": TRANSIT},
    f"{_TGW}_peering_attachment_accepter": {"transit_gateway_attachment_id": ATTACHMENT},
    f"{_TGW}_connect": {"transit_gateway_id": TRANSIT, "transport_attachment_id": ATTACHMENT},
    **{
        f"{_TGW}_default_route_table_{word}": {
            "transit_gateway_id": TRANSIT, "transit_gateway_route_table_id": TRANSIT_TABLE,
        }
        for word in ("association", "propagation")
    },
    f"{_TGW}_prefix_list_reference": {
        "transit_gateway_attachment_id": ATTACHMENT, "transit_gateway_route_table_id": TRANSIT_TABLE,
        "prefix_list_id": PREFIX_LIST,
    },
    "aws_dx_gateway_association": {"associated_gateway_id": TRANSIT_OR_VGW},
    f"{_TGW}_route_table": {"transit_gateway_id": TRANSIT},
    f"{_TGW}_route_table_association": {
        "transit_gateway_attachment_id": ATTACHMENT, "transit_gateway_route_table_id": TRANSIT_TABLE,
    },
    f"{_TGW}_route_table_propagation": {
        "transit_gateway_attachment_id": ATTACHMENT, "transit_gateway_route_table_id": TRANSIT_TABLE,
    },
    f"{_TGW}_route": {
        "transit_gateway_attachment_id": ATTACHMENT, "transit_gateway_route_table_id": TRANSIT_TABLE,
    },
    "aws_lb": _LB,
    "aws_alb": _LB,
    "aws_lb_listener": _LISTENER,
    "aws_alb_listener": _LISTENER,
    "aws_lb_listener_rule": _LISTENER_RULE,
    "aws_alb_listener_rule": _LISTENER_RULE,
    "aws_lb_target_group": {"vpc_id": VPC},
    "aws_alb_target_group": {"vpc_id": VPC},
    "aws_lb_target_group_attachment": {"target_group_arn": TARGETS, "target_id": TARGET},
    "aws_alb_target_group_attachment": {"target_group_arn": TARGETS, "target_id": TARGET},
    "aws_elb": {"subnets": SUBNET, "security_groups": GROUP, "instances": INSTANCE},
    "aws_elb_attachment": {"elb": CLASSIC, "instance": INSTANCE},
    "aws_lambda_function": _VPC_CONFIG,
    "aws_lambda_alias": {"function_name": FUNCTION, "function_version": VERSION},
    "aws_db_subnet_group": {"subnet_ids": SUBNET},
    "aws_elasticache_subnet_group": {"subnet_ids": SUBNET},
    "aws_redshift_subnet_group": {"subnet_ids": SUBNET},
    "aws_docdb_subnet_group": {"subnet_ids": SUBNET},
    "aws_neptune_subnet_group": {"subnet_ids": SUBNET},
    "aws_memorydb_subnet_group": {"subnet_ids": SUBNET},
    "aws_dax_subnet_group": {"subnet_ids": SUBNET},
    "aws_db_instance": _DB,
    "aws_rds_cluster": _DB,
    "aws_rds_cluster_instance": {"cluster_identifier": CLUSTER, "db_subnet_group_name": DB_SUBNETS},
    "aws_docdb_cluster_instance": {"cluster_identifier": CLUSTER},
    "aws_neptune_cluster_instance": {"cluster_identifier": CLUSTER},
    "aws_dms_replication_subnet_group": {"subnet_ids": SUBNET},
    "aws_dms_replication_instance": {"vpc_security_group_ids": GROUP},
    "aws_db_proxy": {"vpc_subnet_ids": SUBNET, "vpc_security_group_ids": GROUP},
    "aws_redshiftserverless_workgroup": _SUBNETS_AND_GROUPS,
    "aws_elasticache_serverless_cache": _SUBNETS_AND_GROUPS,
    "aws_dax_cluster": _CACHE,
    "aws_mq_broker": {"subnet_ids": SUBNET, "security_groups": GROUP},
    "aws_msk_cluster": {
        "broker_node_group_info.client_subnets": SUBNET, "broker_node_group_info.security_groups": GROUP,
    },
    "aws_msk_serverless_cluster": _VPC_CONFIG,
    "aws_opensearch_domain": _VPC_OPTIONS,
    "aws_elasticsearch_domain": _VPC_OPTIONS,
    "aws_mwaa_environment": {
        "network_configuration.subnet_ids": SUBNET, "network_configuration.security_group_ids": GROUP,
    },
    "aws_codebuild_project": {"vpc_config.subnets": SUBNET, "vpc_config.security_group_ids": GROUP},
    "aws_sagemaker_notebook_instance": {"subnet_id": SUBNET, "security_groups": GROUP},
    "aws_apprunner_vpc_connector": {"subnets": SUBNET, "security_groups": GROUP},
    "aws_apigatewayv2_vpc_link": _SUBNETS_AND_GROUPS,
    "aws_emr_cluster": {"ec2_attributes.subnet_id": SUBNET, "ec2_attributes.subnet_ids": SUBNET},
    "aws_cloud9_environment_ec2": {"subnet_id": SUBNET},
    "aws_imagebuilder_infrastructure_configuration": {"subnet_id": SUBNET, "security_group_ids": GROUP},
    "aws_directory_service_directory": {
        f"{block}_settings.{key}": kind
        for block in ("vpc", "connect")
        for key, kind in (("subnet_ids", SUBNET), ("vpc_id", VPC))
    },
    **dict.fromkeys(
        (f"aws_fsx_{name}_file_system" for name in ("lustre", "ontap", "openzfs", "windows")), _SUBNETS_AND_GROUPS
    ),
    "aws_synthetics_canary": _VPC_CONFIG,
    "aws_opensearchserverless_vpc_endpoint": _SUBNETS_AND_GROUPS,
    "aws_batch_compute_environment": {
        "compute_resources.subnets": SUBNET, "compute_resources.security_group_ids": GROUP,
    },
    "aws_docdb_cluster": _DB,
    "aws_neptune_cluster": {"neptune_subnet_group_name": DB_SUBNETS, "vpc_security_group_ids": GROUP},
    "aws_redshift_cluster": {"cluster_subnet_group_name": DB_SUBNETS, "vpc_security_group_ids": GROUP},
    "aws_elasticache_cluster": _CACHE,
    "aws_elasticache_replication_group": _CACHE,
    "aws_memorydb_cluster": _CACHE,
    "aws_eks_cluster": _VPC_CONFIG,
    "aws_eks_fargate_profile": {"subnet_ids": SUBNET, "cluster_name": CLUSTER},
    "aws_eks_node_group": {
        "subnet_ids": SUBNET, "launch_template.id": TEMPLATE, "cluster_name": CLUSTER,
        "remote_access.source_security_group_ids": GROUP,
    },
    "aws_efs_mount_target": {"subnet_id": SUBNET, "security_groups": GROUP},
    **{type: dict.fromkeys(subnets, SUBNET) | dict.fromkeys(groups, GROUP) for type, (subnets, groups) in INSIDE.items()},
    "aws_ecs_service": {
        "network_configuration.subnets": SUBNET, "network_configuration.security_groups": GROUP,
        "load_balancer.target_group_arn": TARGETS,
    },
    "aws_autoscaling_group": {
        "vpc_zone_identifier": SUBNET, "launch_template.id": TEMPLATE, "launch_configuration": TEMPLATE,
        "mixed_instances_policy.launch_template.launch_template_specification.launch_template_id": TEMPLATE,
        "target_group_arns": TARGETS, "traffic_source.identifier": TARGETS,
    },
    "aws_autoscaling_attachment": {"lb_target_group_arn": TARGETS},
    "aws_launch_template": {
        "vpc_security_group_ids": GROUP, "network_interfaces.security_groups": GROUP,
        "network_interfaces.subnet_id": SUBNET,
    },
    "aws_launch_configuration": {"security_groups": GROUP},
}  # fmt: skip
"""By type of resource: the attributes that name others, those of blocks behind the block's name and a dot."""

ROUTE_TARGETS: Final = frozenset(_ROUTE) - {"destination_prefix_list_id"} | {
    "carrier_gateway_id", "local_gateway_id", "core_network_arn",
}  # fmt: skip
"""Where a route may say what it leads to: just one of them does."""
ROUTE_ATTRIBUTES: Final = ROUTE_TARGETS | {
    "destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id",
}  # fmt: skip

ABSENT_UNLESS_WRITTEN: Final[dict[str, frozenset[str]]] = {
    "aws_vpc": frozenset({"enable_dns_support", "enable_dns_hostnames"}),
    "aws_default_vpc": frozenset({"enable_dns_support", "enable_dns_hostnames"}),
    "aws_security_group": frozenset({"ingress", "egress"}),
    "aws_default_security_group": frozenset({"ingress", "egress"}),
    "aws_route_table": frozenset({"route", "propagating_vgws"}),
    "aws_default_route_table": frozenset({"route", "propagating_vgws"}),
    "aws_network_acl": frozenset({"ingress", "egress", "subnet_ids"}),
    "aws_default_network_acl": frozenset({"ingress", "egress", "subnet_ids"}),
    "aws_ec2_managed_prefix_list": frozenset({"entry"}),
    "aws_subnet": frozenset({"ipv6_cidr_block"}),
    "aws_security_group_rule": frozenset({"source_security_group_id"}),
    "aws_instance": frozenset({"vpc_security_group_ids", "security_groups", "secondary_private_ips"}),
    "aws_spot_instance_request": frozenset({"vpc_security_group_ids", "security_groups"}),
    "aws_network_interface": frozenset(
        {"security_groups", "attachment", "ipv4_prefixes", "ipv6_prefixes", "private_ips_count", "ipv4_prefix_count"}
        | {"ipv6_prefix_count"}
    ),
    "aws_eip": frozenset({"instance", "network_interface"}),
    "aws_eip_association": frozenset({"instance_id", "network_interface_id"}),
    "aws_internet_gateway": frozenset({"vpc_id"}),
    "aws_vpn_gateway": frozenset({"vpc_id"}),
    "aws_route": ROUTE_ATTRIBUTES,
    "aws_vpc_endpoint": frozenset(
        {
            "route_table_ids",
            "subnet_ids",
            "security_group_ids",
            "subnet_configuration",
            "private_dns_enabled",
            "dns_options",
            "ip_address_type",
        }
    ),
    "aws_vpc_endpoint_service": frozenset({"private_dns_name"}),
    "aws_vpn_connection": frozenset({"local_ipv4_network_cidr", "remote_ipv4_network_cidr"}),
    **dict.fromkeys(
        (f"{_TGW}_vpc_attachment", f"{_TGW}_vpc_attachment_accepter"),
        frozenset(f"transit_gateway_default_route_table_{word}" for word in ("association", "propagation"))
        | {"security_group_referencing_support"},
    ),
    **dict.fromkeys(
        ("aws_lb", "aws_alb"),
        frozenset(
            {"security_groups", "subnet_mapping", "ip_address_type", "internal"}
            | {"enforce_security_group_inbound_rules_on_private_link_traffic"}
        ),
    ),
    **dict.fromkeys(
        ("aws_lb_target_group", "aws_alb_target_group"),
        frozenset({"preserve_client_ip", "load_balancing_cross_zone_enabled", "ip_address_type"}),
    ),
    "aws_vpc_peering_connection": frozenset({"peer_owner_id", "peer_region", "accepter", "requester"}),
    "aws_autoscaling_group": frozenset(
        {"target_group_arns", "traffic_source", "launch_template", "mixed_instances_policy"}
    ),
    "aws_launch_template": frozenset({"vpc_security_group_ids"}),
    **dict.fromkeys(
        (
            "aws_db_instance",
            "aws_rds_cluster",
            "aws_docdb_cluster",
            "aws_neptune_cluster",
            "aws_redshift_cluster",
            "aws_dms_replication_instance",
            "aws_db_proxy",
        ),
        frozenset({"vpc_security_group_ids"}),
    ),
    **dict.fromkeys(
        (
            "aws_elasticache_cluster",
            "aws_elasticache_replication_group",
            "aws_elasticache_serverless_cache",
            "aws_memorydb_cluster",
            "aws_dax_cluster",
            "aws_redshiftserverless_workgroup",
            "aws_msk_serverless_cluster",
            "aws_ec2_instance_connect_endpoint",
        ),
        frozenset({"security_group_ids"}),
    ),
    "aws_efs_mount_target": frozenset({"security_groups"}),
    "aws_elb": frozenset({"security_groups", "instances", "internal"}),
}
"""What the provider computes where nobody wrote it, and what is then empty (or AWS's default, which the reader of the type
knows): the plan says that it is unknown."""

_RDS: Final = frozenset({"db_subnet_group_name", "vpc_security_group_ids"})
_LB_COMPUTED: Final = frozenset({"subnets", "security_groups"})
_HOST: Final = frozenset({"subnet_id", "vpc_security_group_ids"})
_CACHED: Final = frozenset({"subnet_group_name", "security_group_ids"})
MAY_BE_COMPUTED: Final[dict[str, frozenset[str]]] = {
    "aws_route_table": frozenset({"propagating_vgws"}),
    "aws_route": ROUTE_TARGETS,
    "aws_security_group": frozenset({"vpc_id"}),
    "aws_default_security_group": frozenset({"vpc_id"}),
    "aws_security_group_rule": frozenset({"source_security_group_id"}),
    "aws_network_acl": frozenset({"subnet_ids"}),
    "aws_internet_gateway": frozenset({"vpc_id"}),
    "aws_vpn_gateway": frozenset({"vpc_id"}),
    "aws_vpc_endpoint": frozenset({"route_table_ids", "subnet_ids", "security_group_ids"}),
    "aws_instance": _HOST,
    "aws_spot_instance_request": _HOST,
    "aws_network_interface": frozenset({"security_groups"}),
    "aws_eip": frozenset({"instance", "network_interface"}),
    "aws_eip_association": frozenset({"allocation_id", "instance_id", "network_interface_id"}),
    "aws_lb": _LB_COMPUTED,
    "aws_alb": _LB_COMPUTED,
    "aws_elb": _LB_COMPUTED | {"instances"},
    "aws_db_instance": _RDS,
    "aws_rds_cluster": _RDS,
    "aws_rds_cluster_instance": frozenset({"db_subnet_group_name"}),
    "aws_docdb_cluster": _RDS,
    "aws_neptune_cluster": frozenset({"neptune_subnet_group_name", "vpc_security_group_ids"}),
    "aws_redshift_cluster": frozenset({"cluster_subnet_group_name", "vpc_security_group_ids"}),
    "aws_elasticache_cluster": _CACHED,
    "aws_elasticache_replication_group": _CACHED,
    "aws_memorydb_cluster": frozenset({"subnet_group_name"}),
    "aws_eks_node_group": frozenset({"launch_template.id"}),
    "aws_autoscaling_group": frozenset({"vpc_zone_identifier", "launch_template.id", "target_group_arns"}),
}
"""Links that the provider computes where their expression comes out as null: that one is unknown does not say that it was
written (the provider's schema, 5.100: both optional and computed)."""

MADE: Final = frozenset(
    maker
    for kind in (TABLE, ACL, GROUP, INTERFACE, PREFIX_LIST, ATTACHMENT, TRANSIT_TABLE, SERVICE, IPAM_SCOPE)
    for maker in kind.made_by
)
"""Attributes that are ids of what a resource makes itself, by its type: of that kind, and of no other."""
