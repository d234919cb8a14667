"""Clusters of EKS: the group that each makes, its control plane, its nodes and its pods on Fargate.

EKS makes a group with a cluster, which lets its members reach each other and everything else, and gives it to the control
plane's interfaces, to managed nodes whose launch template names no groups, and to pods on Fargate.
"""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.defaults import cluster_group, remote_access_group
from reachsim.importing.inventory import Unknown
from reachsim.importing.terraform.assembly import Assembly, present
from reachsim.importing.terraform.families.hosts import vpc_of
from reachsim.importing.terraform.families.services import launched, put, template_of
from reachsim.importing.terraform.families.vpcs import subnets_give
from reachsim.importing.terraform.kinds import CLUSTER_GROUP
from reachsim.importing.terraform.snapshot import Resource
from reachsim.resources.reference import NEVER

_CLUSTER: Final = "aws_eks_cluster"
TYPES: Final = frozenset({_CLUSTER, "aws_eks_node_group", "aws_eks_fargate_profile"})
_ELSEWHERE: Final = Unknown("it has the group of a cluster that is not in the file")


def add_groups(made: Assembly) -> None:
    """The groups that clusters and nodes make, before rules are added to them."""
    for each in made.found.of(_CLUSTER):
        subnets = each.at("vpc_config.subnet_ids")
        vpc = vpc_of(made, subnets[0] if isinstance(subnets, list) and subnets else subnets)
        if isinstance(vpc, str):
            body = cluster_group(_group(each), str(each.get("name") or each.address.name))
            made.place("SecurityGroups", _group(each), {"VpcId": vpc, **body}, each.origin)


def add(made: Assembly) -> None:
    """Control planes, nodes and pods."""
    for each in made.found.of(_CLUSTER):
        given = each.at("vpc_config.security_group_ids")
        groups = [_group(each), *(given if isinstance(given, list) else [] if given is None else [given])]
        put(made, each, "EKS cluster", each.at("vpc_config.subnet_ids"), groups, NEVER, None)
    clusters = list(made.found.of(_CLUSTER))
    for each in made.found.of("aws_eks_node_group"):
        _add_nodes(made, each, _group_of(each, clusters))
    for each in made.found.of("aws_eks_fargate_profile"):
        put(made, each, "Fargate profile", each.values.get("subnet_ids"), _group_of(each, clusters), NEVER, None)


def _group(cluster: Resource) -> str:
    """The id of the group that a cluster makes."""
    known = cluster.at(CLUSTER_GROUP)
    return known if isinstance(known, str) else f"{cluster.id}.{CLUSTER_GROUP}"


def _group_of(each: Resource, clusters: list[Resource]) -> Any:
    """The group of the cluster that something is of, in a list."""
    named = each.get("cluster_name")
    if isinstance(named, Unknown):
        return [_group(clusters[0])] if len(clusters) == 1 else named
    own = [one for one in clusters if named in (one.id, one.get("name"), str(one.address))]
    return [_group(own[0])] if len(own) == 1 else [_ELSEWHERE]


def _add_nodes(made: Assembly, each: Resource, groups: Any) -> None:
    """A managed node group. A launch template that names groups does so instead of EKS; `remote_access` adds a group."""
    subnets = each.values.get("subnet_ids")
    public: Any = subnets_give(made, subnets)
    if each.each("launch_template"):
        template = template_of(made, each)
        if isinstance(template, Unknown):
            groups, public = template, template
        else:
            given, public = launched(made, template, subnets)
            groups = given or groups
    elif isinstance(groups, list) and (access := _remote_access(made, each, subnets)):
        groups = [*groups, access]
    put(made, each, "node group", subnets, groups, public, each.at("scaling_config.min_size"))


def _remote_access(made: Assembly, each: Resource, subnets: Any) -> str:
    """The group that lets SSH in, from some groups or from everywhere; empty where no key is given."""
    if not each.at("remote_access.ec2_ssh_key"):
        return ""
    named = each.at("remote_access.source_security_group_ids")
    id = f"{each.address}.remote_access"
    vpc = vpc_of(made, subnets[0] if isinstance(subnets, list) and subnets else subnets)
    body = {"VpcId": vpc, **remote_access_group(each.address.name, named)}
    made.place("SecurityGroups", id, present(body), each.origin)
    return id
