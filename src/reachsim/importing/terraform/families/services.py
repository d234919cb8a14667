"""Services that put interfaces into subnets: databases, caches, clusters, tasks, groups of instances.

How many interfaces a service has and which addresses, neither a plan nor a state tells: they may be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, present
from reachsim.importing.terraform.families.vpcs import subnets_give
from reachsim.importing.terraform.inside import INSIDE
from reachsim.importing.terraform.snapshot import Resource
from reachsim.resources.reference import NEVER


@dataclass(frozen=True)
class Service:
    """Where a type tells its subnets and groups: attributes, those of a block behind its name and a dot; of several with
    spaces between them the first that is told. `by`: the type of the subnet group that `subnets` names. `public`: what tells
    whether it has public addresses; left out: it never has any (IGW-16). `members`: the type of the instances that tell
    it in its place. `count`: how many there are at least, a number or an attribute. `for_others`: what tells whether it
    sends from its clients' addresses. `own_groups`: why nobody knows its groups, as it makes them itself. `given`: what
    tells the address that it has in each subnet, in a block of each or beside the only subnet."""

    name: str
    subnets: str
    groups: str = ""
    by: str = ""
    public: str = ""
    members: str = ""
    count: str = ""
    for_others: str = ""
    own_groups: str = ""
    given: str = ""


_AS_SUBNETS: Final = "map_public_ip_on_launch"
"""In place of what tells it: its interfaces have public addresses where their subnets give them."""
_RESOLVER: Final = "aws_route53_resolver_endpoint"
_PUBLIC: Final = {
    "aws_cloudwatch_event_target": "ecs_target.network_configuration.assign_public_ip",
    "aws_scheduler_schedule": "target.ecs_parameters.network_configuration.assign_public_ip",
    "aws_pipes_pipe": (
        "target_parameters.ecs_task_parameters.network_configuration.aws_vpc_configuration.assign_public_ip"
    ),
    "aws_ecs_task_set": "network_configuration.assign_public_ip",
    "aws_transfer_server": "endpoint_details.address_allocation_ids",
    "aws_timestreaminfluxdb_db_instance": "publicly_accessible",
}
"""Of services that may have public addresses: what says so."""
SERVICES: Final[Mapping[str, Service]] = {
    "aws_db_instance": Service(
        "RDS instance", "db_subnet_group_name", "vpc_security_group_ids", "aws_db_subnet_group", "publicly_accessible", "1"
    ),
    "aws_rds_cluster": Service(
        "RDS cluster", "db_subnet_group_name", "vpc_security_group_ids", "aws_db_subnet_group",
        members="aws_rds_cluster_instance",
    ),
    "aws_docdb_cluster": Service(
        "DocumentDB cluster", "db_subnet_group_name", "vpc_security_group_ids", "aws_docdb_subnet_group"
    ),
    "aws_neptune_cluster": Service(
        "Neptune cluster", "neptune_subnet_group_name", "vpc_security_group_ids", "aws_neptune_subnet_group",
        members="aws_neptune_cluster_instance",
    ),
    "aws_db_proxy": Service("RDS proxy", "vpc_subnet_ids", "vpc_security_group_ids"),
    "aws_redshift_cluster": Service(
        "Redshift cluster", "cluster_subnet_group_name", "vpc_security_group_ids", "aws_redshift_subnet_group",
        "publicly_accessible",
    ),
    "aws_redshiftserverless_workgroup": Service(
        "Redshift workgroup", "subnet_ids", "security_group_ids", public="publicly_accessible"
    ),
    "aws_dms_replication_instance": Service(
        "replication instance", "replication_subnet_group_id", "vpc_security_group_ids", "aws_dms_replication_subnet_group",
        "publicly_accessible",
    ),
    "aws_elasticache_cluster": Service(
        "cache cluster", "subnet_group_name", "security_group_ids", "aws_elasticache_subnet_group"
    ),
    "aws_elasticache_replication_group": Service(
        "replication group", "subnet_group_name", "security_group_ids", "aws_elasticache_subnet_group"
    ),
    "aws_elasticache_serverless_cache": Service("serverless cache", "subnet_ids", "security_group_ids"),
    "aws_memorydb_cluster": Service(
        "MemoryDB cluster", "subnet_group_name", "security_group_ids", "aws_memorydb_subnet_group"
    ),
    "aws_dax_cluster": Service("DAX cluster", "subnet_group_name", "security_group_ids", "aws_dax_subnet_group"),
    "aws_ecs_service": Service(
        "ECS service", "network_configuration.subnets", "network_configuration.security_groups",
        public="network_configuration.assign_public_ip", count="desired_count",
    ),
    "aws_ec2_instance_connect_endpoint": Service(
        "Instance Connect Endpoint", "subnet_id", "security_group_ids", count="1", for_others="preserve_client_ip"
    ),
    "aws_efs_mount_target": Service("mount target", "subnet_id", "security_groups", count="1", given="ip_address"),
    "aws_mq_broker": Service("broker", "subnet_ids", "security_groups", public="publicly_accessible"),
    "aws_msk_cluster": Service(
        "MSK cluster", "broker_node_group_info.client_subnets", "broker_node_group_info.security_groups",
        public="broker_node_group_info.connectivity_info.public_access.type",
    ),
    "aws_msk_serverless_cluster": Service("MSK cluster", "vpc_config.subnet_ids", "vpc_config.security_group_ids"),
    "aws_opensearch_domain": Service("OpenSearch domain", "vpc_options.subnet_ids", "vpc_options.security_group_ids"),
    "aws_elasticsearch_domain": Service(
        "Elasticsearch domain", "vpc_options.subnet_ids", "vpc_options.security_group_ids"
    ),
    "aws_mwaa_environment": Service(
        "MWAA environment", "network_configuration.subnet_ids", "network_configuration.security_group_ids"
    ),
    "aws_codebuild_project": Service("CodeBuild project", "vpc_config.subnets", "vpc_config.security_group_ids"),
    "aws_sagemaker_notebook_instance": Service("notebook", "subnet_id", "security_groups", count="1"),
    "aws_apprunner_vpc_connector": Service("VPC connector", "subnets", "security_groups"),
    "aws_apigatewayv2_vpc_link": Service("VPC link", "subnet_ids", "security_group_ids"),
    "aws_emr_cluster": Service(
        "EMR cluster", "ec2_attributes.subnet_id ec2_attributes.subnet_ids", public=_AS_SUBNETS,
        own_groups="EMR adds rules to the groups of its nodes",
    ),
    "aws_cloud9_environment_ec2": Service(
        "Cloud9 environment", "subnet_id", public=_AS_SUBNETS, count="1", own_groups="Cloud9 makes its group"
    ),
    "aws_imagebuilder_infrastructure_configuration": Service(
        "Image Builder", "subnet_id", "security_group_ids", public=_AS_SUBNETS
    ),
    "aws_directory_service_directory": Service(
        "directory", "vpc_settings.subnet_ids connect_settings.subnet_ids", own_groups="a directory makes a group of its own"
    ),
    **dict.fromkeys(
        (f"aws_fsx_{name}_file_system" for name in ("lustre", "ontap", "openzfs", "windows")),
        Service("file system", "subnet_ids", "security_group_ids"),
    ),
    "aws_synthetics_canary": Service("canary", "vpc_config.subnet_ids", "vpc_config.security_group_ids"),
    "aws_opensearchserverless_vpc_endpoint": Service("endpoint of OpenSearch", "subnet_ids", "security_group_ids"),
    "aws_batch_compute_environment": Service(
        "compute environment", "compute_resources.subnets", "compute_resources.security_group_ids", public=_AS_SUBNETS
    ),
    **{
        type: Service(
            type.removeprefix("aws_").replace("_", " "), " ".join(subnets), " ".join(groups), public=_PUBLIC.get(type, ""),
            given="ip_address.ip" if type == _RESOLVER else "",
        )
        for type, (subnets, groups) in INSIDE.items()
    },
}  # fmt: skip
_MEMBERS: Final = frozenset(service.members for service in SERVICES.values() if service.members)
TYPES: Final = (
    frozenset(SERVICES)
    | _MEMBERS
    | {"aws_docdb_cluster_instance", "aws_autoscaling_group", "aws_launch_template", "aws_launch_configuration"}
    | {"aws_dms_replication_subnet_group"}  # which makes no interfaces, like those of other services
)
_FREE: Final = (
    *INSIDE,
    "aws_ecs_service",
    "aws_imagebuilder_infrastructure_configuration",
    "aws_synthetics_canary",
    "aws_codebuild_project",
    "aws_opensearch_domain",
    "aws_elasticsearch_domain",
    "aws_sagemaker_notebook_instance",
)
"""What is in no VPC where it names no subnets."""
_NONE_IN_A_VPC: Final = "it is in the default VPC, or in none"


def add(made: Assembly) -> None:
    """The interfaces that may be there."""
    for each in made.found.of(*SERVICES):
        service = SERVICES[each.address.type]
        subnets = _replicated(made, each, _one_of(each, service.subnets))
        addresses = _given(each, service.given)
        if "." in service.given:
            subnets = [one.get("SubnetId") for one in addresses]
        if service.by and subnets is not None:
            subnets = _of_group(made, subnets, service.by)
        count: Any = (
            int(service.count) if service.count.isdigit() else each.at(service.count) if service.count else None
        )
        body = put(
            made, each, service.name, subnets, _groups(each, service), _public(made, each, service, subnets), count
        )
        if body is not None and any(isinstance(one.get("PrivateIpAddress"), str) for one in addresses):
            body["Addresses"] = addresses
        if service.for_others and body is not None:
            told = each.get(service.for_others)
            body["SendsForOthers"] = Unknown("whether it sends from its clients' addresses") if told is None else told
    for each in made.found.of("aws_autoscaling_group"):
        _add_scaling_group(made, each)


def _groups(each: Resource, service: Service) -> Any:
    """The groups of a service, as far as a file can tell."""
    found = Unknown(service.own_groups) if service.own_groups else _one_of(each, service.groups)
    return [found] if isinstance(found, str) else found


def _one_of(each: Resource, paths: str) -> Any:
    """The first of some attributes that is told."""
    return next((told for path in paths.split() if (told := each.at(path)) not in (None, [])), None)


def _given(each: Resource, path: str) -> list[Attributes]:
    """The addresses that a service is given, with their subnets."""
    block, _, key = path.rpartition(".")
    if not path:
        return []
    holders = [one for one in each.each(block) if isinstance(one, dict)] if block else [each.values]
    return [present({"SubnetId": one.get("subnet_id"), "PrivateIpAddress": one.get(key)}) for one in holders]


def _replicated(made: Assembly, each: Resource, subnets: Any) -> Any:
    """Where a database is; a replica that does not say it is where its source is."""
    source = each.get("replicate_source_db")
    if not isinstance(source, str) or isinstance(subnets, str):
        return subnets
    for one in made.found.of("aws_db_instance"):
        if one is not each and source in (one.id, one.get("identifier"), one.get("arn"), str(one.address)):
            return one.get("db_subnet_group_name")
    return subnets


def _public(made: Assembly, each: Resource, service: Service, subnets: Any) -> Any:
    """Whether a service has public addresses."""
    if service.public == _AS_SUBNETS:
        if str(each.at("compute_resources.type")).startswith("FARGATE"):
            return Unknown("whether its jobs ask for public addresses")
        return subnets_give(made, [subnets] if isinstance(subnets, str) else subnets)
    if service.members:
        return _public_members(made, each, service.members)
    if not service.public:
        return NEVER
    told = each.at(service.public)
    if isinstance(told, list):  # of elastic addresses
        return bool(told)
    if each.address.type == "aws_msk_cluster" and isinstance(told, Unknown) and each.created:
        return False  # a cluster is made without, and can be opened only later
    return told != "DISABLED" if isinstance(told, str) else told


def _public_members(made: Assembly, cluster: Resource, type: str) -> Any:
    """Whether the instances of a cluster have public addresses: a cluster has no address of its own. What an instance is not
    told, AWS decides by the VPC that it is in."""
    own = {cluster.id, str(cluster.address), cluster.get("cluster_identifier"), cluster.get("arn")}
    told = []
    for each in made.found.of(type):
        of, public = each.get("cluster_identifier"), each.get("publicly_accessible") or False
        if of in own:
            told.append(public)
        elif isinstance(of, Unknown) and public is not False:
            told.append(Unknown(f"{each.address} may be one of its instances: {of.reason}"))
    if not told and cluster.get("db_cluster_instance_class"):
        return Unknown("whether its instances are publicly accessible")
    if any(isinstance(each, Unknown) for each in told) or len(set(told)) > 1:
        return Unknown("some of its instances may have public addresses, and others not")
    return any(told)


def put(made: Assembly, each: Resource, name: str, subnets: Any, groups: Any, public: Any, count: Any) -> Any:
    """The interfaces of one service; None for one that names no subnets, which has none that are known."""
    if not subnets:
        if each.address.type not in _FREE and not each.get("replication_group_id"):
            made.unread.append((str(each.address), _NONE_IN_A_VPC, each.origin))
        return None
    body = {
        "SubnetIds": [subnets] if isinstance(subnets, str) else subnets,
        "SecurityGroupIds": groups or None,
        "Public": public or None,
        "Count": count,
        "Kind": name,
    }
    return made.put("PossibleInterfaces", each, present(body), str(each.address))


def _of_group(made: Assembly, name: Any, kind: str) -> Any:
    """The subnets of a subnet group, by its name."""
    if isinstance(name, Unknown):
        return name
    for each in made.found.of(kind):
        if name in (each.id, each.get("name"), each.get("replication_subnet_group_id"), str(each.address)):
            return each.values.get("subnet_ids")
    return Unknown(f"subnet group {name} is not in the file")


# -- groups of instances -----------------------------------------------------------------------------------------


def _add_scaling_group(made: Assembly, each: Resource) -> None:
    """Instances that come and go, as their launch template or configuration has them."""
    template = template_of(made, each)
    subnets = each.values.get("vpc_zone_identifier")
    if isinstance(template, Unknown):
        put(made, each, "Auto Scaling group", subnets, template, template, each.get("min_size"))
        return
    groups, public = launched(made, template, subnets)
    put(made, each, "Auto Scaling group", subnets, groups, public, each.get("min_size"))


def launched(made: Assembly, template: Resource, subnets: Any) -> tuple[Any, Any]:
    """The groups that a launch template or configuration gives to instances, and whether they have public addresses."""
    first: Any = next((one for one in template.each("network_interfaces") if one is not None), {})
    own = first if isinstance(first, dict) else {}
    groups = own.get("security_groups") or template.values.get("vpc_security_group_ids")
    groups = groups or template.values.get("security_groups")
    asked = own.get("associate_public_ip_address", template.get("associate_public_ip_address"))
    public = asked == "true" if isinstance(asked, str) and asked else asked
    if public in (None, ""):
        public = subnets_give(made, subnets)
    return first if isinstance(first, Unknown) else groups, public


def template_of(made: Assembly, each: Resource) -> Resource | Unknown:
    """The launch template or configuration of a group."""
    mixed = each.each("mixed_instances_policy")
    if mixed:
        each = Resource(each.address, _specified(mixed[0]), each.origin)
    named: Any = each.get("launch_configuration")
    for block in each.each("launch_template"):
        if isinstance(block, Unknown):
            return block
        named = (
            block.get("id")
            if block and not isinstance(block.get("id"), Unknown | None)
            else block and block.get("name")
        )
    for one in made.found.of("aws_launch_template", "aws_launch_configuration"):
        if isinstance(named, str) and named in (one.id, one.get("name"), str(one.address)):
            return one
    return named if isinstance(named, Unknown) else Unknown("its launch template is not in the file")


def _specified(policy: Any) -> dict[str, Any]:
    """The launch template of a policy of mixed instances, as a group without a policy tells it. Where the policy has others
    for some types of instances, nobody knows which an instance has."""
    inner = policy if isinstance(policy, Unknown) else _first(policy, "launch_template")
    told = inner if isinstance(inner, Unknown) else _first(inner, "launch_template_specification")
    if isinstance(inner, Unknown) or isinstance(told, Unknown):
        return {"launch_template": told}
    others = [each for each in inner.get("override") or [] if isinstance(each, dict)]
    if any(each.get("launch_template_specification") for each in others):
        return {"launch_template": Unknown("some of its types of instances have launch templates of their own")}
    return {"launch_template": [{"id": told.get("launch_template_id"), "name": told.get("launch_template_name")}]}


def _first(block: Any, name: str) -> Any:
    """The first block of a name in a block."""
    value = block.get(name) if isinstance(block, dict) else None
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, dict | Unknown) else Unknown("it is not told")
