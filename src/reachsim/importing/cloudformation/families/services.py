"""Services that put interfaces into subnets: databases, caches, containers, groups of instances.

How many interfaces a service has and which addresses, no template tells: they may be there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reachsim.importing.cloudformation.families import clusters
from reachsim.importing.cloudformation.made import (
    Made,
    entries,
    flag,
    id_of,
    ids_of,
    ids_within,
    whole,
    without_none,
)
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.defaults import DEFAULT_SUBNET
from reachsim.importing.inventory import Unknown
from reachsim.resources.reference import NEVER


@dataclass(frozen=True)
class Service:
    """Where a type says in which subnets and groups it is: paths of keys, with dots. `by`: the type of the subnet group that
    `subnets` names, and the key of that one's subnets. `public`: what says whether it has public addresses, or
    `_AS_SUBNETS`; left out: it never has any (IGW-16). `for_others`: what tells whether it sends for its clients.
    `default_vpc`: without subnets it is in the default VPC, not in none. `own_groups`: why nobody knows its groups, where it
    makes them itself. `given`: where it tells the address that it has in each subnet, beside the subnet or in its object."""

    subnets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    public: str = ""
    by: tuple[str, str] = ("", "")
    count: str = ""
    for_others: str = ""
    default_vpc: bool = False
    own_groups: str = ""
    given: str = ""


_AS_SUBNETS: Final = "MapPublicIpOnLaunch"
"""In place of a path: its interfaces have public addresses where their subnets give them."""


def _database(service: str, groups: str = "VpcSecurityGroupIds", public: str = "") -> Service:
    """A service whose subnets are those of a group of subnets, and of the default VPC where none is named."""
    kind = f"AWS::{service}::DBSubnetGroup"
    return Service(("DBSubnetGroupName",), (groups,), public, (kind, "SubnetIds"), default_vpc=True)


def _cached(service: str, name: str, groups: str, *, default_vpc: bool = False) -> Service:
    return Service((name,), (groups,), "", (f"AWS::{service}::SubnetGroup", "SubnetIds"), default_vpc=default_vpc)


def _tasks(where: str, **more: Any) -> Service:
    """Tasks of ECS, by the path of what tells where they are."""
    return Service((f"{where}.Subnets",), (f"{where}.SecurityGroups",), f"{where}.AssignPublicIp", **more)


def _configured(where: str, groups: str = "SecurityGroupIds", subnets: str = "SubnetIds") -> Service:
    """A service with an object that tells where it is."""
    return Service((f"{where}.{subnets}",), (f"{where}.{groups}",))


_DIRECTORY: Final = Service(("VpcSettings.SubnetIds",), own_groups="a directory makes a group of its own")
_INFLUX: Final = Service(("VpcSubnetIds",), ("VpcSecurityGroupIds",), "PubliclyAccessible")
_STREAM: Final = tuple(
    f"{each}DestinationConfiguration.VpcConfiguration"
    for each in ("Amazonopensearchservice", "AmazonOpenSearchServerless", "Elasticsearch")
)
_PIPE_TASK: Final = "TargetParameters.EcsTaskParameters.NetworkConfiguration.AwsvpcConfiguration"
_ACCESS: Final = ("LoadBalancerOptions", "RdsOptions", "CidrOptions")
_DOMAIN: Final = Service(("VPCOptions.SubnetIds",), ("VPCOptions.SecurityGroupIds",))
_SERVICES: Final[Mapping[str, Service]] = {
    "AWS::RDS::DBInstance": _database("RDS", "VPCSecurityGroups", "PubliclyAccessible"),
    "AWS::RDS::DBCluster": _database("RDS", public="PubliclyAccessible"),
    "AWS::DocDB::DBCluster": _database("DocDB"),
    "AWS::DocDB::DBInstance": _database("DocDB"),
    "AWS::Neptune::DBCluster": _database("Neptune"),
    "AWS::Neptune::DBInstance": _database("Neptune", public="PubliclyAccessible"),
    "AWS::RDS::DBProxy": Service(("VpcSubnetIds",), ("VpcSecurityGroupIds",)),
    "AWS::RDS::DBProxyEndpoint": Service(("VpcSubnetIds",), ("VpcSecurityGroupIds",)),
    "AWS::ElastiCache::CacheCluster": _cached(
        "ElastiCache", "CacheSubnetGroupName", "VpcSecurityGroupIds", default_vpc=True
    ),
    "AWS::ElastiCache::ReplicationGroup": _cached(
        "ElastiCache", "CacheSubnetGroupName", "SecurityGroupIds", default_vpc=True
    ),
    "AWS::ElastiCache::ServerlessCache": Service(("SubnetIds",), ("SecurityGroupIds",), default_vpc=True),
    "AWS::MemoryDB::Cluster": _cached("MemoryDB", "SubnetGroupName", "SecurityGroupIds"),
    "AWS::DAX::Cluster": _cached("DAX", "SubnetGroupName", "SecurityGroupIds", default_vpc=True),
    "AWS::Redshift::Cluster": Service(
        ("ClusterSubnetGroupName",),
        ("VpcSecurityGroupIds",),
        "PubliclyAccessible",
        ("AWS::Redshift::ClusterSubnetGroup", "SubnetIds"),
        default_vpc=True,
    ),
    "AWS::RedshiftServerless::Workgroup": Service(
        ("SubnetIds",), ("SecurityGroupIds",), "PubliclyAccessible", default_vpc=True
    ),
    "AWS::DMS::ReplicationInstance": Service(
        ("ReplicationSubnetGroupIdentifier",),
        ("VpcSecurityGroupIds",),
        "PubliclyAccessible",
        ("AWS::DMS::ReplicationSubnetGroup", "SubnetIds"),
        default_vpc=True,
    ),
    "AWS::ECS::Service": _tasks("NetworkConfiguration.AwsvpcConfiguration", count="DesiredCount"),
    "AWS::ECS::TaskSet": _tasks("NetworkConfiguration.AwsVpcConfiguration"),
    "AWS::ECS::CapacityProvider": Service(
        ("ManagedInstancesProvider.InstanceLaunchTemplate.NetworkConfiguration.Subnets",),
        ("ManagedInstancesProvider.InstanceLaunchTemplate.NetworkConfiguration.SecurityGroups",),
        _AS_SUBNETS,
    ),
    "AWS::Events::Rule": _tasks("Targets.EcsParameters.NetworkConfiguration.AwsVpcConfiguration"),
    "AWS::Scheduler::Schedule": _tasks("Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration"),
    "AWS::EKS::Cluster": Service(("ResourcesVpcConfig.SubnetIds",), ("ResourcesVpcConfig.SecurityGroupIds",)),
    "AWS::EKS::Nodegroup": Service(("Subnets",), public=_AS_SUBNETS),
    "AWS::EKS::FargateProfile": Service(("Subnets",)),
    "AWS::EC2::InstanceConnectEndpoint": Service(
        ("SubnetId",), ("SecurityGroupIds",), count="1", for_others="PreserveClientIp"
    ),
    "AWS::EFS::MountTarget": Service(("SubnetId",), ("SecurityGroups",), count="1", given="IpAddress"),
    "AWS::FSx::FileSystem": Service(("SubnetIds",), ("SecurityGroupIds",)),
    "AWS::AmazonMQ::Broker": Service(("SubnetIds",), ("SecurityGroups",), "PubliclyAccessible", default_vpc=True),
    "AWS::MSK::Cluster": Service(
        ("BrokerNodeGroupInfo.ClientSubnets",),
        ("BrokerNodeGroupInfo.SecurityGroups",),
        "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type",
    ),
    "AWS::MSK::ServerlessCluster": Service(("VpcConfigs",), ("VpcConfigs.SecurityGroups",)),
    "AWS::OpenSearchService::Domain": _DOMAIN,
    "AWS::Elasticsearch::Domain": _DOMAIN,
    "AWS::OpenSearchServerless::VpcEndpoint": Service(("SubnetIds",), ("SecurityGroupIds",)),
    "AWS::EMR::Cluster": Service(
        ("Instances.Ec2SubnetId", "Instances.Ec2SubnetIds"),
        public=_AS_SUBNETS,
        default_vpc=True,
        own_groups="EMR adds rules to the groups of its nodes",
    ),
    "AWS::MWAA::Environment": Service(("NetworkConfiguration.SubnetIds",), ("NetworkConfiguration.SecurityGroupIds",)),
    "AWS::CodeBuild::Project": _configured("VpcConfig", subnets="Subnets"),
    "AWS::CodeBuild::Fleet": _configured("FleetVpcConfig", subnets="Subnets"),
    "AWS::Cloud9::EnvironmentEC2": Service(
        ("SubnetId",), (), _AS_SUBNETS, count="1", default_vpc=True, own_groups="Cloud9 makes its group"
    ),
    "AWS::ImageBuilder::InfrastructureConfiguration": Service(("SubnetId",), ("SecurityGroupIds",), _AS_SUBNETS),
    "AWS::SageMaker::EndpointConfig": _configured("VpcConfig", subnets="Subnets"),
    "AWS::SageMaker::Model": _configured("VpcConfig", subnets="Subnets"),
    "AWS::EMR::Studio": Service(("SubnetIds",), ("WorkspaceSecurityGroupId",)),
    "AWS::Lambda::NetworkConnector": _configured("Configuration.VpcEgressConfiguration"),
    "AWS::SecretsManager::RotationSchedule": Service(
        ("HostedRotationLambda.VpcSubnetIds",), ("HostedRotationLambda.VpcSecurityGroupIds",)
    ),
    "AWS::SageMaker::NotebookInstance": Service(("SubnetId",), ("SecurityGroupIds",)),
    "AWS::Synthetics::Canary": Service(("VPCConfig.SubnetIds",), ("VPCConfig.SecurityGroupIds",)),
    "AWS::KinesisAnalyticsV2::Application": Service(
        ("ApplicationConfiguration.VpcConfigurations",),
        ("ApplicationConfiguration.VpcConfigurations.SecurityGroupIds",),
    ),
    "AWS::Glue::Connection": Service(
        ("ConnectionInput.PhysicalConnectionRequirements.SubnetId",),
        ("ConnectionInput.PhysicalConnectionRequirements.SecurityGroupIdList",),
    ),
    "AWS::Batch::ComputeEnvironment": Service(
        ("ComputeResources.Subnets",), ("ComputeResources.SecurityGroupIds",), _AS_SUBNETS
    ),
    "AWS::Timestream::InfluxDBInstance": _INFLUX,
    "AWS::Timestream::InfluxDBCluster": _INFLUX,
    "AWS::QuickSight::VPCConnection": Service(("SubnetIds",), ("SecurityGroupIds",)),
    "AWS::Grafana::Workspace": Service(("VpcConfiguration.SubnetIds",), ("VpcConfiguration.SecurityGroupIds",)),
    "AWS::IoT::TopicRuleDestination": Service(("VpcProperties.SubnetIds",), ("VpcProperties.SecurityGroups",)),
    "AWS::KinesisFirehose::DeliveryStream": Service(
        tuple(f"{each}.SubnetIds" for each in _STREAM), tuple(f"{each}.SecurityGroupIds" for each in _STREAM)
    ),
    "AWS::Pipes::Pipe": Service(
        ("SourceParameters.SelfManagedKafkaParameters.Vpc.Subnets", f"{_PIPE_TASK}.Subnets"),
        ("SourceParameters.SelfManagedKafkaParameters.Vpc.SecurityGroup", f"{_PIPE_TASK}.SecurityGroups"),
        f"{_PIPE_TASK}.AssignPublicIp",
    ),
    "AWS::VpcLattice::ResourceGateway": Service(("SubnetIds",), ("SecurityGroupIds",)),
    "AWS::EC2::VerifiedAccessEndpoint": Service(tuple(f"{each}.SubnetIds" for each in _ACCESS), ("SecurityGroupIds",)),
    "AWS::AppRunner::VpcConnector": Service(("Subnets",), ("SecurityGroups",)),
    "AWS::ApiGatewayV2::VpcLink": Service(("SubnetIds",), ("SecurityGroupIds",)),
    "AWS::Route53Resolver::ResolverEndpoint": Service(("IpAddresses",), ("SecurityGroupIds",), given="IpAddresses.Ip"),
    "AWS::Transfer::Server": Service(
        ("EndpointDetails.SubnetIds",), ("EndpointDetails.SecurityGroupIds",), "EndpointDetails.AddressAllocationIds"
    ),
    "AWS::DirectoryService::MicrosoftAD": _DIRECTORY,
    "AWS::DirectoryService::SimpleAD": _DIRECTORY,
}


def service(made: Made, resource: Resource) -> None:
    """A service's interfaces, as far as its type tells where they are."""
    known = _SERVICES[resource.type]
    subnets, groups = _subnets_of(made, resource, known), _groups_of(made, resource, known)
    if not subnets and known.default_vpc:
        subnets = [DEFAULT_SUBNET]
    if subnets:
        made.possible(
            resource, subnets, groups, _public(made, resource, known.public, subnets), _count(resource, known)
        )
    item = made.inventory.one("PossibleInterfaces", resource.id)
    addresses = _given(resource, known.given) if known.given and item is not None else []
    if item is not None and any(isinstance(each.get("PrivateIpAddress"), str) for each in addresses):
        item.attributes["Addresses"] = addresses
    if known.for_others and item is not None:
        told = flag(resource.get(known.for_others))
        item.attributes["SendsForOthers"] = (
            Unknown("whether it sends from its clients' addresses") if told is None else told
        )
    targets(made, resource)


def _subnets_of(made: Made, resource: Resource, known: Service, asked: tuple[str, ...] = ()) -> list[Any]:
    """The subnets of a service; those of what it is a member or a replica of, where it names none itself."""
    found: list[Any] = []
    for path in known.subnets:
        for value in _each_at(resource.properties, path):
            found += _named_subnets(made, value, known.by) if known.by[0] else _subnets(value)
    owner = None if found else clusters.source(made, resource)
    if isinstance(owner, Unknown):
        return [owner]
    if owner is None:
        return found
    if owner.id in asked:
        return [Unknown("it is a replica of its own replica")]
    return _subnets_of(made, owner, _SERVICES[owner.type], (*asked, resource.id))


def _groups_of(made: Made, resource: Resource, known: Service) -> list[Any]:
    """The groups of a service; empty for the default group of its VPC."""
    cluster = clusters.cluster_of(made, resource)
    if isinstance(cluster, Unknown):
        return [cluster]
    if cluster is not None:
        return _groups_of(made, cluster, _SERVICES[cluster.type])
    told = [each for path in known.groups if (each := _told(resource, path))]
    if len(told) > 1 or any(each != first[0] for first in told for each in first):
        return [Unknown("which of its groups which of its interfaces has")]
    found = told[0][0] if told else []
    found += clusters.kubernetes_groups(made, resource)
    return [Unknown(known.own_groups)] if known.own_groups else found


def _told(resource: Resource, path: str) -> list[list[Any]]:
    """The lists of ids at a path, of each object that has one there."""
    return [id for value in _each_at(resource.properties, path) if (id := ids_within(value))]


def _count(resource: Resource, known: Service) -> Any:
    if known.count.isdigit():
        return int(known.count)
    return whole(at(resource.properties, known.count)) if known.count else None


def _public(made: Made, resource: Resource, path: str, subnets: list[Any]) -> Any:
    """Whether a service has public addresses, as it says, or as its type is where it says nothing."""
    if path == _AS_SUBNETS:
        return _public_by_launch(made, resource, subnets)
    if not path:
        return NEVER
    listed = [_is_public(each) for each in _each_at(resource.properties, path) if each is not None]
    if not listed:
        return clusters.public_by_default(made, resource)
    return listed[0] if all(each == listed[0] for each in listed) else Unknown("some of them have public addresses")


def _is_public(told: Any) -> Any:
    if isinstance(told, list):  # of public addresses
        return bool(told)
    return True if told in ("ENABLED", "SERVICE_PROVIDED_EIPS") else False if told == "DISABLED" else flag(told)


def _public_by_launch(made: Made, resource: Resource, subnets: list[Any]) -> Any:
    """Whether instances of a service have public addresses: by their launch template, else by their subnets."""
    if str(at(resource.properties, "ComputeResources.Type")).startswith("FARGATE"):
        return Unknown("whether its jobs ask for public addresses")
    template = resource.get("LaunchTemplate") or at(resource.properties, "ComputeResources.LaunchTemplate")
    return public_at_launch(made, made.launch_data(template), subnets)


def _subnets(value: Any) -> list[Any]:
    """Subnets by id, or as objects that name them."""
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return [
            found
            for each in entries(value)
            for found in (ids_of(each.get("SubnetId") or each.get("SubnetIds")) if isinstance(each, dict) else [each])
        ]
    return ids_within(value)


def _given(resource: Resource, path: str) -> list[dict[str, Any]]:
    """The addresses that a service is given, with their subnets."""
    holder, _, key = path.rpartition(".")
    listed = entries(resource.get(holder)) if holder else [resource.properties]
    return [
        without_none({"SubnetId": id_of(each.get("SubnetId")), "PrivateIpAddress": each.get(key)})
        for each in listed
        if isinstance(each, dict)
    ]


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


def _each_at(value: Any, path: str) -> list[Any]:
    """What is at a path of keys, in each of the objects where there is a list of them."""
    key, _, rest = path.partition(".")
    if isinstance(value, list):
        return [found for each in value for found in _each_at(each, path)]
    if isinstance(value, Unknown):
        return [value]
    found = value.get(key) if isinstance(value, dict) else None
    return _each_at(found, rest) if rest else [found]


def at(value: Any, path: str) -> Any:
    """What is at a path of keys; an `Unknown` on the way is the answer."""
    for key in path.split("."):
        if isinstance(value, Unknown):
            return value
        value = value.get(key) if isinstance(value, dict) else None
    return value


def scaling_group(made: Made, resource: Resource) -> None:
    """Instances that come and go, as their launch template or configuration has them."""
    subnets = ids_of(_split(resource.get("VPCZoneIdentifier")))
    mixed = at(resource.properties, "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification")
    data = made.launch_data(resource.get("LaunchTemplate") if resource.get("LaunchTemplate") is not None else mixed)
    configuration = made.resources.get(str(id_of(resource.get("LaunchConfigurationName")) or ""))
    if configuration is not None:
        data = configuration.properties
    groups = made.launch_groups(data)
    if resource.get("InstanceId") is not None and not data:
        groups = [Unknown("its instances have the groups of another one")]
    if not subnets:
        subnets = [DEFAULT_SUBNET]
    made.possible(resource, subnets, groups, public_at_launch(made, data, subnets), None)
    targets(made, resource)


def public_at_launch(made: Made, data: Mapping[str, Any], subnets: list[Any]) -> Any:
    """Whether instances get public addresses when they start: by what they are launched with, or by their subnets."""
    public = flag(made.launch_interface(data).get("AssociatePublicIpAddress", data.get("AssociatePublicIpAddress")))
    if public is not None:
        return public
    items = [made.inventory.one("Subnets", each) if isinstance(each, str) else None for each in subnets]
    asked = {str(item.attributes.get("MapPublicIpOnLaunch")) if item is not None else "?" for item in items}
    if asked <= {"None", "False"}:
        return False
    return True if asked == {"True"} else Unknown("whether its subnets give public addresses")


def _split(value: Any) -> Any:
    """Subnets in a list, each of which may be several with commas between them."""
    if isinstance(value, str):
        return [each.strip() for each in value.split(",")]
    if isinstance(value, list):
        return [part for each in value for part in (_split(each) if isinstance(each, str) else [each])]
    return value


def event_source(made: Made, resource: Resource) -> None:
    """What Lambda polls a broker with, from subnets that it is told one by one: `subnet:ID`, `security_group:ID`."""
    told: dict[str, list[Any]] = {"VPC_SUBNET": [], "VPC_SECURITY_GROUP": []}
    for each in entries(resource.get("SourceAccessConfigurations") or []):
        if isinstance(each, dict) and each.get("Type") in told:
            told[each["Type"]] += ids_within(each.get("URI"))
    if told["VPC_SUBNET"]:
        made.possible(resource, told["VPC_SUBNET"], told["VPC_SECURITY_GROUP"], NEVER, None)


def targets(made: Made, resource: Resource) -> None:
    """What a service or a group registers with target groups: its interfaces, where it has its own in a VPC."""
    own = made.inventory.one("PossibleInterfaces", resource.id) is not None
    for each in entries(resource.get("LoadBalancers") or []):
        port = None if isinstance(each, Unknown) else whole(each.get("ContainerPort"))
        _register(made, resource, each if isinstance(each, Unknown) else id_of(each.get("TargetGroupArn")), port, own)
    for name in ids_of(resource.get("LoadBalancerNames")):
        reason = Unknown(f"what {resource.logical_id} registers")
        made.append("LoadBalancerDescriptions", name, "Instances", reason, resource)
    sources = [each for each in entries(resource.get("TrafficSources") or []) if _balances(each)]
    more = [each if isinstance(each, Unknown) else id_of(each.get("Identifier")) for each in sources]
    for arn in [*ids_of(resource.get("TargetGroupARNs")), *more]:
        _register(made, resource, arn, None, own)


def _balances(source: Any) -> bool:
    """Whether a source of traffic of a group is, or may be, a target group of a load balancer."""
    return isinstance(source, Unknown) or source.get("Type", "elbv2") == "elbv2"


def _register(made: Made, resource: Resource, arn: Any, port: Any, own: bool) -> None:
    if arn is None:
        return
    target: Any = {"Target": without_none({"Id": resource.id, "Port": port})}
    if not own or isinstance(port, Unknown):
        target = Unknown(f"what {resource.logical_id} registers")
    made.append("LoadBalancerTargetHealth", arn, "TargetHealthDescriptions", target, resource)


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    **dict.fromkeys(_SERVICES, service),
    "AWS::AutoScaling::AutoScalingGroup": scaling_group,
    "AWS::Lambda::EventSourceMapping": event_source,
}
