"""What services take from the cluster that they belong to: databases of a cluster, nodes and pods of EKS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reachsim.importing.cloudformation.made import CLUSTER_GROUP, Made, flag, id_of, ids_of
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.defaults import cluster_group, remote_access_group
from reachsim.importing.inventory import Unknown

_EKS: Final = "AWS::EKS::Cluster"
_NODES: Final = "AWS::EKS::Nodegroup"
_CLUSTERS: Final = {f"AWS::{each}::DBInstance": f"AWS::{each}::DBCluster" for each in ("RDS", "DocDB", "Neptune")}
_REPLICAS: Final = ("SourceDBInstanceIdentifier", "SourceDBInstanceArn")


def _called(made: Made, kind: str, name: Any) -> Resource | Unknown | None:
    """The resource of a type that an id or a name means; None where none is named."""
    id = id_of(name)
    if id is None or isinstance(id, Unknown):
        return id
    for each in made.resources.values():
        if each.type == kind and id in (each.id, each.get("Name"), each.get(f"{kind.rpartition(':')[2]}Identifier")):
            return each
    return Unknown(f"what {id} is: it was not read")


def cluster_of(made: Made, resource: Resource) -> Resource | Unknown | None:
    """The database cluster whose member an instance is: it has the groups of that one."""
    kind = _CLUSTERS.get(resource.type)
    return None if kind is None else _called(made, kind, resource.get("DBClusterIdentifier"))


def source(made: Made, resource: Resource) -> Resource | Unknown | None:
    """What a database has its subnets of where it names none: its cluster, or the database that it is a replica of."""
    cluster = cluster_of(made, resource)
    if cluster is not None or resource.type != "AWS::RDS::DBInstance":
        return cluster
    named = next((resource.get(key) for key in _REPLICAS if resource.get(key) is not None), None)
    found = _called(made, resource.type, named)
    return None if found is resource else found


def public_by_default(made: Made, resource: Resource) -> Any:
    """Whether a database has a public address that does not say so itself.

    Of RDS, AWS's pages say both that it has none in a group of subnets and that it has one where its VPC has an internet
    gateway; one of DMS has one (CreateDBInstance, CreateReplicationInstance: PubliclyAccessible).
    """
    if resource.type == "AWS::DMS::ReplicationInstance":
        return True
    if resource.type == "AWS::RDS::DBInstance":
        return Unknown("PubliclyAccessible is not told, and AWS decides by the VPC")
    if resource.type == "AWS::RDS::DBCluster":
        return _public_by_members(made, resource)
    return False


def _public_by_members(made: Made, cluster: Resource) -> Any:
    """A cluster answers where its members do. One with instances of its own (Multi-AZ) decides as they do."""
    instances = (each for each in made.resources.values() if each.type == "AWS::RDS::DBInstance")
    told = [flag(each.get("PubliclyAccessible")) for each in instances if cluster_of(made, each) is cluster]
    if not told and cluster.get("DBClusterInstanceClass") is None:
        return False
    known = {str(each) for each in told}
    if told and known <= {"True", "False"} and len(known) == 1:
        return told[0]
    return Unknown("whether its instances are publicly accessible")


# -- EKS ----------------------------------------------------------------------------------------------------------------


def cluster(made: Made, resource: Resource) -> None:
    """The security group that EKS makes with a cluster: its members are let in, everything is let out."""
    config = resource.get("ResourcesVpcConfig")
    subnets = ids_of(config.get("SubnetIds")) if isinstance(config, dict) else []
    id = CLUSTER_GROUP.format(resource.id)
    vpc = made.vpc_of([each for each in subnets if isinstance(each, str)] or subnets or Unknown("its subnets"))
    made.add("SecurityGroups", resource, {**cluster_group(id, resource.logical_id), "VpcId": vpc}, id=id)


def nodes(made: Made, resource: Resource) -> None:
    """The security group that EKS makes for SSH to nodes: from the groups that are named, or from everywhere."""
    access = resource.get("RemoteAccess")
    if not isinstance(access, dict):
        return
    body = remote_access_group(resource.logical_id, ids_of(access.get("SourceSecurityGroups")))
    vpc = made.vpc_of(ids_of(resource.get("Subnets")) or Unknown("its subnets"))
    made.add("SecurityGroups", resource, {**body, "VpcId": vpc}, id=_remote_access(resource))


def _remote_access(resource: Resource) -> str:
    return f"{resource.id}/remote access"


def kubernetes_groups(made: Made, resource: Resource) -> list[Any]:
    """The groups that EKS gives to its own interfaces, to nodes and to pods; nodes whose launch template names groups have
    those alone."""
    if resource.type == _EKS:
        return [CLUSTER_GROUP.format(resource.id)]
    if resource.type not in (_NODES, "AWS::EKS::FargateProfile"):
        return []
    own = made.launch_groups(made.launch_data(resource.get("LaunchTemplate")))
    if own:
        return own
    found = _called(made, _EKS, resource.get("ClusterName"))
    if not isinstance(found, Resource):
        return [found or Unknown("which cluster it is of")]
    remote = [_remote_access(resource)] if isinstance(resource.get("RemoteAccess"), dict) else []
    return [CLUSTER_GROUP.format(found.id), *remote]


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {_EKS: cluster, _NODES: nodes}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {}
