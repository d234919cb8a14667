"""Clusters: the group that EKS makes with one, its nodes and pods, the instances of database clusters.

Expected values are from AWS's pages: "Amazon EKS security group requirements" (the cluster's group lets its members in and
everything out; the control plane and managed nodes have it, these unless their launch template names groups), "remote
access" of a node group (a group of its own that lets SSH in), and CreateDBInstance (`PubliclyAccessible` is an instance's).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, imported, plan, rule, state, verdict

CLUSTER = "aws_eks_cluster.k"
NODES = "aws_eks_node_group.n"
PODS = "aws_eks_fargate_profile.p"
SUBNETS = ["subnet-a", "subnet-b"]
GATEWAY = {
    "aws_internet_gateway.i": {"id": "igw-1", "vpc_id": "vpc-1"},
    "aws_default_route_table.d": {
        "id": "rtb-0", "default_route_table_id": "rtb-0", "vpc_id": "vpc-1",
        "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}],
    },
}  # fmt: skip


def _kubernetes(nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A cluster of which the control plane has a group that lets nothing out, with nodes and pods."""
    config = {"subnet_ids": SUBNETS, "security_group_ids": ["sg-own"], "cluster_security_group_id": "sg-cluster"}
    return state(
        {
            **VPC,
            "aws_security_group.own": group("sg-own"),
            "aws_security_group.ssh": group("sg-ssh", egress=[EVERYTHING]),
            "aws_security_group.other": group("sg-other", ingress=[rule(80, cidr_blocks=["0.0.0.0/0"])]),
            CLUSTER: {"id": "k", "name": "k", "vpc_config": [config]},
            NODES: {"id": "k:n", "cluster_name": "k", "subnet_ids": SUBNETS, **nodes},
            PODS: {"id": "k:p", "cluster_name": "k", "subnet_ids": SUBNETS},
            "aws_instance.ssh": host("ssh", "10.0.1.9", "sg-ssh"),
            "aws_instance.default": {**host("default", "10.0.1.8", "sg-0")},
            "aws_launch_template.with": {"id": "lt-with", "name": "with", "vpc_security_group_ids": ["sg-other"]},
            "aws_launch_template.without": {"id": "lt-without", "name": "without"},
            **more,
        }
    )


@pytest.mark.parametrize(
    ("source", "destination", "traffic", "expected"),
    [
        (NODES, CLUSTER, "tcp/443", "holds"),
        (CLUSTER, NODES, "tcp/10250", "holds"),
        (PODS, NODES, "tcp/53", "holds"),
        (CLUSTER, "i-ssh", "tcp/22", "fails"),  # whose group lets nobody in
        ("i-default", CLUSTER, "tcp/443", "fails"),  # the default group is not the cluster's
        ("i-ssh", NODES, "tcp/22", "fails"),
    ],
)
def test_the_group_of_a_cluster_is_that_of_its_control_plane_and_nodes(
    tmp_path: Path, source: str, destination: str, traffic: str, expected: str
) -> None:
    assert verdict(imported(tmp_path, _kubernetes({})), source, destination, traffic) == expected


@pytest.mark.parametrize(
    ("template", "expected"), [("lt-with", ("fails", "holds")), ("lt-without", ("holds", "fails"))]
)
def test_a_launch_template_that_names_groups_does_so_instead(
    tmp_path: Path, template: str, expected: tuple[str, str]
) -> None:
    found = imported(tmp_path, _kubernetes({"launch_template": [{"id": template}]}))
    assert verdict(found, CLUSTER, NODES, "tcp/10250") == expected[0]
    assert verdict(found, "i-ssh", NODES, "tcp/80") == expected[1]


@pytest.mark.parametrize(("sources", "expected"), [(["sg-ssh"], "holds"), (["sg-own"], "fails"), ([], "holds")])
def test_remote_access_lets_ssh_in(tmp_path: Path, sources: list[str], expected: str) -> None:
    access = {"ec2_ssh_key": "key", "source_security_group_ids": sources}
    found = imported(tmp_path, _kubernetes({"remote_access": [access]}))
    assert verdict(found, "i-ssh", NODES, "tcp/22") == expected
    assert verdict(found, "i-ssh", NODES, "tcp/80") == "fails"


def test_rules_are_added_to_the_group_of_a_cluster_that_a_plan_makes(tmp_path: Path) -> None:
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        "aws_subnet.s": {"cidr_block": "10.0.0.0/24"},
        "aws_security_group.h": {"name": "h", "egress": [EVERYTHING], "ingress": []},
        "aws_instance.h": {"private_ip": "10.0.0.9"},
        CLUSTER: {"name": "k", "vpc_config": [{"endpoint_private_access": True, "security_group_ids": None}]},
        NODES: {"cluster_name": "k"},
        "aws_security_group_rule.r": {"type": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443},
    }
    part = "aws_eks_cluster.k.vpc_config"
    own = [f"{part}[0].cluster_security_group_id", f"{part}[0]", part, "aws_eks_cluster.k"]
    subnet, of = ["aws_subnet.s.id", "aws_subnet.s"], {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
    one = ["aws_security_group.h.id", "aws_security_group.h"]
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": of, "aws_security_group.h": of,
        "aws_instance.h": {"subnet_id": subnet, "vpc_security_group_ids": one},
        CLUSTER: {"vpc_config": ({"subnet_ids": subnet},)}, NODES: {"cluster_name": "k", "subnet_ids": subnet},
        "aws_security_group_rule.r": {"security_group_id": own, "source_security_group_id": one},
    }  # fmt: skip
    unknown: dict[str, Any] = {
        "aws_subnet.s": {"vpc_id": True},
        "aws_security_group.h": {"vpc_id": True},
        "aws_instance.h": {"subnet_id": True, "vpc_security_group_ids": True},
        CLUSTER: {"vpc_config": [{"subnet_ids": True, "cluster_security_group_id": True}]},
        NODES: {"subnet_ids": True},
        "aws_security_group_rule.r": {"security_group_id": True, "source_security_group_id": True},
    }
    found = imported(tmp_path, plan(made, blocks, unknown))
    assert verdict(found, "aws_instance.h", CLUSTER, "tcp/443") == "holds"
    assert verdict(found, "aws_instance.h", NODES, "tcp/443") == "holds"
    assert verdict(found, "aws_instance.h", NODES, "tcp/80") == "fails"


@pytest.mark.parametrize(
    ("public", "expected"),
    [
        ([True, True], "holds"),
        ([False], "fails"),
        ([None], "fails"),
        ([True, False], "undecided"),
        ([], "fails"),
    ],
)
@pytest.mark.parametrize("kind", ["rds", "neptune"])
def test_a_cluster_is_as_public_as_its_instances(
    tmp_path: Path, kind: str, public: list[bool | None], expected: str
) -> None:
    subnets = "db_subnet_group_name" if kind == "rds" else "neptune_subnet_group_name"
    sort = "db" if kind == "rds" else "neptune"
    open_to_all = group("sg-db", ingress=[rule(5432, cidr_blocks=["0.0.0.0/0"])])
    instances = {
        f"aws_{kind}_cluster_instance.i[{n}]": {"id": f"i{n}", "cluster_identifier": "c", "publicly_accessible": one}
        for n, one in enumerate(public)
    }
    others = {"aws_rds_cluster_instance.other": {"id": "o", "cluster_identifier": "o", "publicly_accessible": True}}
    cluster = {"id": "c", "cluster_identifier": "c", "vpc_security_group_ids": ["sg-db"], subnets: "g"}
    made = {
        **VPC, **GATEWAY, **instances, **others,
        f"aws_{sort}_subnet_group.g": {"id": "g", "name": "g", "subnet_ids": SUBNETS},
        "aws_security_group.db": open_to_all, f"aws_{kind}_cluster.c": cluster,
    }  # fmt: skip
    assert verdict(imported(tmp_path, state(made)), "8.8.8.8", f"aws_{kind}_cluster.c", "tcp/5432") == expected


def _public(tmp_path: Path, kind: str, values: dict[str, Any], made: dict[str, Any]) -> str:
    open_to_all = group("sg-db", ingress=[rule(443, cidr_blocks=["0.0.0.0/0"])])
    resources = {**VPC, **GATEWAY, **made, "aws_security_group.db": open_to_all, f"{kind}.x": {"id": "x", **values}}
    return verdict(imported(tmp_path, state(resources)), "8.8.8.8", f"{kind}.x", "tcp/443")


@pytest.mark.parametrize(("asked", "expected"), [("SERVICE_PROVIDED_EIPS", "holds"), ("DISABLED", "fails")])
def test_brokers_of_kafka_are_public_where_they_were_given_addresses(tmp_path: Path, asked: str, expected: str) -> None:
    nodes = {
        "client_subnets": SUBNETS, "security_groups": ["sg-db"],
        "connectivity_info": [{"public_access": [{"type": asked}]}],
    }  # fmt: skip
    assert _public(tmp_path, "aws_msk_cluster", {"broker_node_group_info": [nodes]}, {}) == expected


@pytest.mark.parametrize(("public", "expected"), [(True, "holds"), (False, "fails")])
def test_replication_instances_and_workgroups_say_themselves_whether_they_are_public(
    tmp_path: Path, public: bool, expected: str
) -> None:
    of = {"aws_dms_replication_subnet_group.g": {"id": "g", "replication_subnet_group_id": "g", "subnet_ids": SUBNETS}}
    given = {"publicly_accessible": public, "vpc_security_group_ids": ["sg-db"], "replication_subnet_group_id": "g"}
    assert _public(tmp_path, "aws_dms_replication_instance", given, of) == expected
    given = {"publicly_accessible": public, "security_group_ids": ["sg-db"], "subnet_ids": SUBNETS}
    assert _public(tmp_path, "aws_redshiftserverless_workgroup", given, {}) == expected


def test_a_policy_of_mixed_instances_names_the_launch_template(tmp_path: Path) -> None:
    template = {"id": "lt-1", "name": "lt", "vpc_security_group_ids": ["sg-web"]}
    told = {"launch_template_id": "lt-1", "version": "$Latest"}
    policy = {
        "launch_template": [{"launch_template_specification": [told], "override": [{"instance_type": "t3.nano"}]}]
    }
    scaled = {"id": "asg", "name": "asg", "vpc_zone_identifier": SUBNETS, "mixed_instances_policy": [policy]}
    made = {
        **VPC,
        "aws_security_group.web": group("sg-web", ingress=[rule(80, cidr_blocks=["10.0.0.0/16"])]),
        "aws_security_group.h": group("sg-h", egress=[EVERYTHING]),
        "aws_instance.h": host("h", "10.0.1.9", "sg-h"),
        "aws_launch_template.t": template,
        "aws_autoscaling_group.g": scaled,
    }
    found = imported(tmp_path, state(made))
    assert verdict(found, "i-h", "aws_autoscaling_group.g", "tcp/80") == "holds"
    assert verdict(found, "i-h", "aws_autoscaling_group.g", "tcp/81") == "fails"
    other = {"instance_type": "t3.micro", "launch_template_specification": [{"launch_template_id": "lt-2"}]}
    policy["launch_template"][0]["override"] = [other]
    assert verdict(imported(tmp_path, state(made)), "i-h", "aws_autoscaling_group.g", "tcp/81") == "undecided"


@pytest.mark.parametrize(("source", "expected"), [("db", "holds"), ("arn:aws:rds:eu-west-1:1:db:db", "holds")])
def test_a_replica_that_names_no_subnets_is_where_its_source_is(tmp_path: Path, source: str, expected: str) -> None:
    made = {
        **VPC,
        "aws_db_subnet_group.g": {"id": "g", "name": "g", "subnet_ids": SUBNETS},
        "aws_security_group.db": group("sg-db", ingress=[rule(5432, cidr_blocks=["10.0.0.0/16"])]),
        "aws_security_group.h": group("sg-h", egress=[EVERYTHING]),
        "aws_instance.h": host("h", "10.0.1.9", "sg-h"),
        "aws_db_instance.db": {
            "id": "db-1", "identifier": "db", "arn": "arn:aws:rds:eu-west-1:1:db:db", "db_subnet_group_name": "g",
            "vpc_security_group_ids": ["sg-db"],
        },
        "aws_db_instance.replica": {
            "id": "db-2", "identifier": "replica", "replicate_source_db": source, "vpc_security_group_ids": ["sg-db"],
        },
    }  # fmt: skip
    found = imported(tmp_path, state(made))
    assert verdict(found, "i-h", "aws_db_instance.replica", "tcp/5432") == expected
    assert verdict(found, "i-h", "aws_db_instance.replica", "tcp/5433") == "fails"


@pytest.mark.rule("IGW-6")
@pytest.mark.parametrize(("gives", "expected"), [(True, True), (False, None)])
def test_hosts_of_batch_have_public_addresses_where_their_subnets_give_them(
    tmp_path: Path, gives: bool, expected: bool | None
) -> None:
    """ "Compute environments" of AWS Batch: launched into a public subnet, which gives them addresses."""
    resources = {"subnets": ["subnet-a"], "security_group_ids": ["sg-web"], "type": "EC2"}
    given = {
        **VPC,
        "aws_subnet.a": {**VPC["aws_subnet.a"], "map_public_ip_on_launch": gives},
        "aws_security_group.web": group("sg-web", egress=[EVERYTHING]),
        "aws_batch_compute_environment.b": {"id": "b", "compute_resources": [resources]},
        **GATEWAY,
    }
    (body,) = imported(tmp_path, state(given)).design["vpcs"]["main"]["interfaces"].values()
    assert body.get("public_ip") is expected


UNKNOWN_GROUPS = [
    ("aws_emr_cluster", {"ec2_attributes": [{"subnet_id": "subnet-b"}]}),
    ("aws_emr_cluster", {"ec2_attributes": [{"subnet_ids": ["subnet-b"]}]}),
    ("aws_cloud9_environment_ec2", {"subnet_id": "subnet-b"}),
    ("aws_directory_service_directory", {"vpc_settings": [{"vpc_id": "vpc-1", "subnet_ids": ["subnet-b"]}]}),
]
OWN_GROUPS = [
    ("aws_imagebuilder_infrastructure_configuration", {"subnet_id": "subnet-b", "security_group_ids": ["sg-ssh"]}),
    ("aws_fsx_lustre_file_system", {"subnet_ids": ["subnet-b"], "security_group_ids": ["sg-ssh"]}),
    ("aws_synthetics_canary", {"vpc_config": [{"subnet_ids": ["subnet-b"], "security_group_ids": ["sg-ssh"]}]}),
    ("aws_opensearchserverless_vpc_endpoint", {"subnet_ids": ["subnet-b"], "security_group_ids": ["sg-ssh"]}),
]


@pytest.mark.parametrize(("type", "values"), [*UNKNOWN_GROUPS, *OWN_GROUPS], ids=lambda each: str(each)[:60])
def test_what_else_makes_interfaces_is_in_its_subnets(tmp_path: Path, type: str, values: dict[str, Any]) -> None:
    """What makes its own groups may let in anybody; what is given groups lets in whom these do, here nobody."""
    service = f"{type}.s"
    more = {
        "aws_security_group.ssh": group("sg-ssh", egress=[EVERYTHING]),
        "aws_instance.ssh": host("ssh", "10.0.1.9", "sg-ssh"),
        service: {"id": "s", **values},
    }
    found = imported(tmp_path, state({**VPC, **more}))
    expected = "undecided" if (type, values) in UNKNOWN_GROUPS else "fails"
    assert verdict(found, "i-ssh", service, "tcp/443") == expected


@pytest.mark.rule("IGW-16")
@pytest.mark.parametrize(
    ("type", "body", "public_ip"),
    [
        ("aws_codebuild_project", {"vpc_config": [{"subnets": SUBNETS, "security_group_ids": ["sg-0"]}]}, "never"),
        ("aws_db_proxy", {"vpc_subnet_ids": SUBNETS, "vpc_security_group_ids": ["sg-0"]}, "never"),
        ("aws_eks_fargate_profile", {"subnet_ids": SUBNETS}, "never"),
        ("aws_ecs_service", {"network_configuration": [{"subnets": SUBNETS, "assign_public_ip": False}]}, None),
        ("aws_redshiftserverless_workgroup", {"subnet_ids": SUBNETS, "publicly_accessible": False}, None),
    ],
)
def test_which_services_can_have_public_addresses(
    tmp_path: Path, type: str, body: dict[str, Any], public_ip: str | None
) -> None:
    found = imported(tmp_path, state({**VPC, f"{type}.one": {"id": "one", **body}}))
    (made,) = [one for vpc in found.design["vpcs"].values() for one in vpc.get("interfaces", {}).values()]
    assert made.get("public_ip") == public_ip
