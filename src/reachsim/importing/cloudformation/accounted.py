"""Types of resources that are not read: those that no packet depends on, and those that matter and are not supported."""

from __future__ import annotations

from typing import Final

from reachsim.importing.cloudformation.families import ADDITIONS, OBJECTS
from reachsim.importing.cloudformation.stack import NESTED

RESTRICTED: Final = "Custom::VpcRestrictDefaultSG"
"""CDK's own: it takes all rules out of the default group of a VPC."""
_ELSEWHERE: Final = frozenset(
    {
        *("AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration", "AWS::EC2::CustomerGateway", NESTED),
        *("AWS::RDS::DBSubnetGroup", "AWS::ElastiCache::SubnetGroup", "AWS::DocDB::DBSubnetGroup"),
        *("AWS::Neptune::DBSubnetGroup", "AWS::MemoryDB::SubnetGroup", "AWS::DAX::SubnetGroup"),
        *("AWS::Redshift::ClusterSubnetGroup", "AWS::DMS::ReplicationSubnetGroup", RESTRICTED),
    }
)
"""Types that are read where others name them."""
_INDIFFERENT: Final = frozenset(
    f"AWS::{each}"
    for each in [
        "AccessAnalyzer",
        "AmazonMQ::Configuration",
        "ApiGateway",
        "AppConfig",
        "AppSync",
        "ApplicationAutoScaling",
        "Athena",
        "AuditManager",
        "AutoScaling::LifecycleHook",
        "AutoScaling::ScalingPolicy",
        "AutoScaling::ScheduledAction",
        "AutoScaling::WarmPool",
        "AutoScalingPlans",
        "Backup",
        "Batch::JobDefinition",
        "Batch::JobQueue",
        "Budgets",
        "CDK",
        "CE",
        "CertificateManager",
        "Chatbot",
        "Cloud9",
        "CloudFormation",
        "CloudFront",
        "CloudTrail",
        "CloudWatch",
        "CodeArtifact",
        "CodeBuild",
        "CodeCommit",
        "CodeDeploy",
        "CodePipeline",
        "CodeStar",
        "CodeStarConnections",
        "CodeStarNotifications",
        "Cognito",
        "Config",
        "DLM",
        "DynamoDB",
        "EC2::CapacityReservation",
        "EC2::DHCPOptions",
        "EC2::FlowLog",
        "EC2::Host",
        "EC2::IPAM",
        "EC2::KeyPair",
        "EC2::NetworkInsightsPath",
        "EC2::PlacementGroup",
        "EC2::SnapshotBlockPublicAccess",
        "EC2::TrafficMirrorFilter",
        "EC2::TrafficMirrorSession",
        "EC2::TrafficMirrorTarget",
        "EC2::VPCDHCPOptionsAssociation",
        "EC2::VPCEndpointServicePermissions",
        "EC2::VPCEndpointConnectionNotification",
        "EC2::Volume",
        "EC2::VolumeAttachment",
        "ECR",
        "ECS::CapacityProvider",
        "ECS::Cluster",
        "ECS::ClusterCapacityProviderAssociations",
        "ECS::TaskDefinition",
        "EFS::AccessPoint",
        "EFS::FileSystem",
        "EKS::AccessEntry",
        "EKS::Addon",
        "EKS::IdentityProviderConfig",
        "EKS::PodIdentityAssociation",
        "ElastiCache::ParameterGroup",
        "ElastiCache::User",
        "EventSchemas",
        "Events",
        "Firehose",
        "Glue",
        "GuardDuty",
        "IAM",
        "ImageBuilder",
        "Inspector",
        "IoT",
        "KMS",
        "Kinesis",
        "KinesisAnalytics",
        "KinesisFirehose",
        "LakeFormation",
        "Lambda",
        "Location",
        "Logs",
        "Macie",
        "Neptune::DBParameterGroup",
        "Neptune::DBClusterParameterGroup",
        "Organizations",
        "Pipes",
        "QLDB",
        "QuickSight",
        "RDS::DBClusterParameterGroup",
        "RDS::DBParameterGroup",
        "RDS::EventSubscription",
        "RDS::OptionGroup",
        "Redshift::ClusterParameterGroup",
        "ResourceGroups",
        "Route53::HealthCheck",
        "S3",
        "SDB",
        "SES",
        "SNS",
        "SQS",
        "SSM",
        "SSO",
        "Scheduler",
        "SecretsManager",
        "SecurityHub",
        "Serverless",
        "ServiceCatalog",
        "ServiceDiscovery",
        "Signer",
        "StepFunctions",
        "Synthetics",
        "Timestream",
        "WAF",
        "WAFRegional",
        "WAFv2",
        "XRay",
    ]
)
"""Types, or the services of types, that no packet depends on."""


def reads(kind: str) -> bool:
    """Whether a type is read, by itself or where others name it."""
    return kind in OBJECTS or kind in ADDITIONS or kind in _ELSEWHERE


def indifferent(kind: str) -> bool:
    """Whether no packet depends on a type."""
    return kind in _INDIFFERENT or "::".join(kind.split("::")[:2]) in _INDIFFERENT


def why_not_read(kind: str) -> str:
    """What to say of a type that is neither."""
    if kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource":
        return f"{kind} runs code of its own, which is not carried out"
    return f"{kind} is not supported, and packets may depend on it"
