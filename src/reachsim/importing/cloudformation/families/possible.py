"""Functions, and services that put interfaces into subnets: databases, caches, containers, groups of instances.

How many interfaces a service has and which addresses, no template tells: they may be there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reachsim.importing.cloudformation.made import Made, entries, flag, id_of, ids_of, whole, without_none
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.inventory import Unknown

_ASG: Final = "AWS::AutoScaling::AutoScalingGroup"


def function(made: Made, resource: Resource) -> None:
    """A function of Lambda, also of SAM; only one with subnets is in a VPC."""
    config = resource.get("VpcConfig")
    config = {} if config is None else config
    name = resource.get("FunctionName")
    attributes: dict[str, Any] = {"FunctionName": name if isinstance(name, str) else resource.logical_id}
    if isinstance(config, dict):
        subnets = ids_of(config.get("SubnetIds"))
        vpc = made.vpc_of([each for each in subnets if isinstance(each, str)] or subnets)
        groups = made.groups_of(config.get("SecurityGroupIds"), vpc) if subnets else []
        listed: Any = groups
        if isinstance(groups, list):
            listed = [each if isinstance(each, Unknown) else each["GroupId"] for each in groups]
        attributes["VpcConfig"] = {"VpcId": vpc, "SubnetIds": subnets, "SecurityGroupIds": listed} if subnets else {}
    else:
        attributes["VpcConfig"] = Unknown(getattr(config, "reason", "its VPC is not told"))
    if resource.get("CapacityProviderConfig"):
        attributes["CapacityProviderConfig"] = {}
    made.add("Functions", resource, attributes)
    alias = resource.get("AutoPublishAlias")
    if isinstance(alias, str):
        _publish(made, resource, resource.id)
        _alias(made, resource, resource.id, alias, "1")


def version(made: Made, resource: Resource) -> None:
    """A version that is published: of what the function is."""
    owner = id_of(resource.get("FunctionName"))
    if isinstance(owner, str):
        _publish(made, resource, owner)


def _publish(made: Made, resource: Resource, owner: str) -> None:
    """A version of a function. AWS gives its number; where nothing was published before, they begin with 1."""
    function = made.inventory.one("Functions", owner)
    if function is None:
        made.beyond(resource, owner)
        return
    made.published.setdefault(owner, []).append(resource.id)
    number = str(len(made.published[owner]))
    made.add("Functions", resource, {**function.attributes, "Version": number}, id=f"{owner}:{number}")


def alias(made: Made, resource: Resource) -> None:
    """An alias: of a version of the template, of two with weights, or of $LATEST."""
    owner, name = id_of(resource.get("FunctionName")), resource.get("Name")
    if not isinstance(owner, str) or not isinstance(name, str):
        made.not_read(resource, "an alias whose name or function is not known")
        return
    published = {id: str(number) for number, id in enumerate(made.published.get(owner, []), 1)}
    routing = resource.get("RoutingConfig")
    listed = routing.get("AdditionalVersionWeights") if isinstance(routing, dict) else routing
    more: dict[str, Any] = {}
    if listed:
        more["RoutingConfig"] = {"AdditionalVersionWeights": _weights(listed, published)}
    _alias(made, resource, owner, name, _number(resource.get("FunctionVersion"), published), **more)


def _number(version: Any, published: Mapping[str, str]) -> Any:
    """The number of a version that is named by its resource; a text that is written is one."""
    meant = id_of(version)
    return published.get(meant, meant) if isinstance(meant, str) else Unknown("which version it is is not known")


def _weights(listed: Any, published: Mapping[str, str]) -> Any:
    """The shares of other versions."""
    told = entries(listed)
    if any(isinstance(each, Unknown) for each in told):
        return Unknown("its weights are not known")
    pairs = [(_number(each.get("FunctionVersion"), published), each.get("FunctionWeight")) for each in told]
    if any(isinstance(part, Unknown) for pair in pairs for part in pair):
        return Unknown("its weights are not known")
    return dict(pairs)


def _alias(made: Made, resource: Resource, owner: str, name: str, number: Any, **more: Any) -> None:
    attributes = {"Name": name, "FunctionVersion": number, **more}
    made.add("Aliases", resource, attributes, id=f"{owner}:{name}")


@dataclass(frozen=True)
class Service:
    """Where a type says in which subnets and groups it is: paths of keys, with dots. `by`: the type of the subnet group that
    `subnets` names, and the key of that one's subnets. `for_others`: what tells whether it sends from its
    clients' addresses."""

    subnets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    public: str = ""
    by: tuple[str, str] = ("", "")
    count: str = ""
    for_others: str = ""


_SERVICES: Final[Mapping[str, Service]] = {
    "AWS::RDS::DBInstance": Service(
        ("DBSubnetGroupName",), ("VPCSecurityGroups",), "PubliclyAccessible", ("AWS::RDS::DBSubnetGroup", "SubnetIds")
    ),
    "AWS::RDS::DBCluster": Service(
        ("DBSubnetGroupName",), ("VpcSecurityGroupIds",), "", ("AWS::RDS::DBSubnetGroup", "SubnetIds")
    ),
    "AWS::DocDB::DBCluster": Service(
        ("DBSubnetGroupName",), ("VpcSecurityGroupIds",), "", ("AWS::DocDB::DBSubnetGroup", "SubnetIds")
    ),
    "AWS::Neptune::DBCluster": Service(
        ("DBSubnetGroupName",), ("VpcSecurityGroupIds",), "", ("AWS::Neptune::DBSubnetGroup", "SubnetIds")
    ),
    "AWS::RDS::DBProxy": Service(("VpcSubnetIds",), ("VpcSecurityGroupIds",)),
    "AWS::ElastiCache::CacheCluster": Service(
        ("CacheSubnetGroupName",), ("VpcSecurityGroupIds",), "", ("AWS::ElastiCache::SubnetGroup", "SubnetIds")
    ),
    "AWS::ElastiCache::ReplicationGroup": Service(
        ("CacheSubnetGroupName",), ("SecurityGroupIds",), "", ("AWS::ElastiCache::SubnetGroup", "SubnetIds")
    ),
    "AWS::ElastiCache::ServerlessCache": Service(("SubnetIds",), ("SecurityGroupIds",)),
    "AWS::MemoryDB::Cluster": Service(
        ("SubnetGroupName",), ("SecurityGroupIds",), "", ("AWS::MemoryDB::SubnetGroup", "SubnetIds")
    ),
    "AWS::DAX::Cluster": Service(
        ("SubnetGroupName",), ("SecurityGroupIds",), "", ("AWS::DAX::SubnetGroup", "SubnetIds")
    ),
    "AWS::Redshift::Cluster": Service(
        ("ClusterSubnetGroupName",),
        ("VpcSecurityGroupIds",),
        "PubliclyAccessible",
        ("AWS::Redshift::ClusterSubnetGroup", "SubnetIds"),
    ),
    "AWS::DMS::ReplicationInstance": Service(
        ("ReplicationSubnetGroupIdentifier",),
        ("VpcSecurityGroupIds",),
        "PubliclyAccessible",
        ("AWS::DMS::ReplicationSubnetGroup", "SubnetIds"),
    ),
    "AWS::ECS::Service": Service(
        ("NetworkConfiguration.AwsvpcConfiguration.Subnets",),
        ("NetworkConfiguration.AwsvpcConfiguration.SecurityGroups",),
        "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
        count="DesiredCount",
    ),
    "AWS::EKS::Cluster": Service(("ResourcesVpcConfig.SubnetIds",), ("ResourcesVpcConfig.SecurityGroupIds",)),
    "AWS::EKS::Nodegroup": Service(("Subnets",)),
    "AWS::EKS::FargateProfile": Service(("Subnets",)),
    "AWS::EC2::InstanceConnectEndpoint": Service(
        ("SubnetId",), ("SecurityGroupIds",), count="1", for_others="PreserveClientIp"
    ),
    "AWS::EFS::MountTarget": Service(("SubnetId",), ("SecurityGroups",), count="1"),
    "AWS::FSx::FileSystem": Service(("SubnetIds",), ("SecurityGroupIds",)),
    "AWS::AmazonMQ::Broker": Service(("SubnetIds",), ("SecurityGroups",), "PubliclyAccessible"),
    "AWS::MSK::Cluster": Service(("BrokerNodeGroupInfo.ClientSubnets",), ("BrokerNodeGroupInfo.SecurityGroups",)),
    "AWS::MSK::ServerlessCluster": Service(("VpcConfigs",)),
    "AWS::OpenSearchService::Domain": Service(("VPCOptions.SubnetIds",), ("VPCOptions.SecurityGroupIds",)),
    "AWS::Elasticsearch::Domain": Service(("VPCOptions.SubnetIds",), ("VPCOptions.SecurityGroupIds",)),
    "AWS::EMR::Cluster": Service(("Instances.Ec2SubnetId", "Instances.Ec2SubnetIds")),
    "AWS::MWAA::Environment": Service(("NetworkConfiguration.SubnetIds",), ("NetworkConfiguration.SecurityGroupIds",)),
    "AWS::CodeBuild::Project": Service(("VpcConfig.Subnets",), ("VpcConfig.SecurityGroupIds",)),
    "AWS::SageMaker::NotebookInstance": Service(("SubnetId",), ("SecurityGroupIds",)),
    "AWS::Glue::Connection": Service(
        ("ConnectionInput.PhysicalConnectionRequirements.SubnetId",),
        ("ConnectionInput.PhysicalConnectionRequirements.SecurityGroupIdList",),
    ),
    "AWS::Batch::ComputeEnvironment": Service(("ComputeResources.Subnets",), ("ComputeResources.SecurityGroupIds",)),
    "AWS::AppRunner::VpcConnector": Service(("Subnets",), ("SecurityGroups",)),
    "AWS::ApiGatewayV2::VpcLink": Service(("SubnetIds",), ("SecurityGroupIds",)),
    "AWS::Route53Resolver::ResolverEndpoint": Service(("IpAddresses",), ("SecurityGroupIds",)),
    "AWS::Transfer::Server": Service(("EndpointDetails.SubnetIds",), ("EndpointDetails.SecurityGroupIds",)),
    "AWS::DirectoryService::MicrosoftAD": Service(("VpcSettings.SubnetIds",)),
    "AWS::DirectoryService::SimpleAD": Service(("VpcSettings.SubnetIds",)),
}


def service(made: Made, resource: Resource) -> None:
    """A service's interfaces, as far as its type tells where they are."""
    known = _SERVICES[resource.type]
    subnets: list[Any] = []
    for path in known.subnets:
        value = _at(resource.properties, path)
        subnets += _named_subnets(made, value, known.by) if known.by[0] else _subnets(value)
    groups: list[Any] = [each for path in known.groups for each in ids_of(_at(resource.properties, path))]
    public = _at(resource.properties, known.public) if known.public else False
    public = True if public == "ENABLED" else False if public == "DISABLED" else flag(public)
    count = whole(_at(resource.properties, known.count)) if known.count and not known.count.isdigit() else None
    if known.count.isdigit():
        count = int(known.count)
    if subnets:
        made.possible(resource, subnets, groups, public or False, count)
    item = made.inventory.one("PossibleInterfaces", resource.id)
    if known.for_others and item is not None:
        told = flag(resource.get(known.for_others))
        item.attributes["SendsForOthers"] = (
            Unknown("whether it sends from its clients' addresses") if told is None else told
        )
    targets(made, resource)


def _subnets(value: Any) -> list[Any]:
    """Subnets by id, or as objects that name them."""
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return [
            found
            for each in entries(value)
            for found in (ids_of(each.get("SubnetId") or each.get("SubnetIds")) if isinstance(each, dict) else [each])
        ]
    return ids_of(value)


def _named_subnets(made: Made, name: Any, by: tuple[str, str]) -> list[Any]:
    """The subnets of a subnet group, by the group's id or name."""
    id = id_of(name)
    if id is None:
        return []
    if isinstance(id, str):
        for each in made.resources.values():
            if each.type == by[0] and (each.id == id or id in _names(each)):
                return ids_of(each.get(by[1]))
        return [Unknown(f"which subnets {id} has")]
    return [Unknown(id.reason)]


def _names(resource: Resource) -> list[str]:
    return [
        value
        for key, value in resource.properties.items()
        if key.endswith(("Name", "Identifier")) and isinstance(value, str)
    ]


def _at(value: Any, path: str) -> Any:
    """What is at a path of keys; an `Unknown` on the way is the answer."""
    for key in path.split("."):
        if isinstance(value, Unknown):
            return value
        value = value.get(key) if isinstance(value, dict) else None
    return value


def scaling_group(made: Made, resource: Resource) -> None:
    """Instances that come and go, as their launch template or configuration has them."""
    subnets = ids_of(_split(resource.get("VPCZoneIdentifier")))
    mixed = _at(resource.properties, "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification")
    data = made.launch_data(resource.get("LaunchTemplate") if resource.get("LaunchTemplate") is not None else mixed)
    configuration = made.resources.get(str(id_of(resource.get("LaunchConfigurationName")) or ""))
    if configuration is not None:
        data = configuration.properties
    inline = [each for each in entries(data.get("NetworkInterfaces") or []) if isinstance(each, dict)]
    own = next(iter(inline), {})
    groups = ids_of(own.get("Groups") or data.get("SecurityGroupIds") or data.get("SecurityGroups"))
    groups = [each if isinstance(each, Unknown) else made.group_id(each) for each in groups]
    if not data:
        groups = [Unknown("its launch template was not given")]
    public = flag(own.get("AssociatePublicIpAddress", data.get("AssociatePublicIpAddress")))
    if public is None:
        items = [made.inventory.one("Subnets", each) for each in subnets if isinstance(each, str)]
        asked = {str(item.attributes.get("MapPublicIpOnLaunch")) if item is not None else "?" for item in items}
        public = (
            False
            if asked <= {"None", "False"}
            else True
            if asked == {"True"}
            else Unknown("whether its subnets give public addresses")
        )
    if subnets:
        made.possible(resource, subnets, groups, public, None)
    targets(made, resource)


def _split(value: Any) -> Any:
    """Subnets in a list, each of which may be several with commas between them."""
    if isinstance(value, str):
        return [each.strip() for each in value.split(",")]
    if isinstance(value, list):
        return [part for each in value for part in (_split(each) if isinstance(each, str) else [each])]
    return value


def targets(made: Made, resource: Resource) -> None:
    """What a service or a group registers with target groups: its interfaces, where it has its own in a VPC."""
    own = made.inventory.one("PossibleInterfaces", resource.id) is not None
    for each in entries(resource.get("LoadBalancers") or []):
        port = None if isinstance(each, Unknown) else whole(each.get("ContainerPort"))
        _register(made, resource, each if isinstance(each, Unknown) else id_of(each.get("TargetGroupArn")), port, own)
    for name in ids_of(resource.get("LoadBalancerNames")):
        reason = Unknown(f"what {resource.logical_id} registers")
        made.append("LoadBalancerDescriptions", name, "Instances", reason, resource)
    for arn in ids_of(resource.get("TargetGroupARNs")):
        _register(made, resource, arn, None, own)


def _register(made: Made, resource: Resource, arn: Any, port: Any, own: bool) -> None:
    if arn is None:
        return
    target: Any = {"Target": without_none({"Id": resource.id, "Port": port})}
    if not own or isinstance(port, Unknown):
        target = Unknown(f"what {resource.logical_id} registers")
    made.append("LoadBalancerTargetHealth", arn, "TargetHealthDescriptions", target, resource)


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::Lambda::Function": function,
    "AWS::Serverless::Function": function,
    "AWS::Lambda::Version": version,
    "AWS::Lambda::Alias": alias,
}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    **dict.fromkeys(_SERVICES, service),
    _ASG: scaling_group,
}
