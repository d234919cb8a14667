"""Types of resources that are not read: those that no packet depends on, and those that matter and are not supported."""

from __future__ import annotations

from typing import Final

from reachsim.importing.cloudformation.families import ADDITIONS, OBJECTS
from reachsim.importing.cloudformation.stack import NESTED

RESTRICTED: Final = "Custom::VpcRestrictDefaultSG"
"""CDK's own: it takes all rules out of the default group of a VPC."""
_APPLICATION: Final = "AWS::Serverless::Application"
_CUSTOM: Final = "AWS::CloudFormation::CustomResource"
_ELSEWHERE: Final = frozenset(
    {
        *("AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration", "AWS::EC2::CustomerGateway", NESTED),
        *("AWS::EC2::DHCPOptions", "AWS::Route53Resolver::ResolverRule"),
        *("AWS::RDS::DBSubnetGroup", "AWS::ElastiCache::SubnetGroup", "AWS::DocDB::DBSubnetGroup"),
        *("AWS::Neptune::DBSubnetGroup", "AWS::MemoryDB::SubnetGroup", "AWS::DAX::SubnetGroup"),
        *("AWS::Redshift::ClusterSubnetGroup", "AWS::DMS::ReplicationSubnetGroup", RESTRICTED),
    }
)
"""Types that are read where others name them."""
_WORDS: Final = """
    APS AccessAnalyzer AmazonMQ::Configuration AmazonMQ::ConfigurationAssociation Amplify ApiGateway AppConfig
    AppRunner::AutoScalingConfiguration AppRunner::ObservabilityConfiguration AppRunner::Service AppSync
    ApplicationAutoScaling ApplicationInsights ApplicationSignals Athena AuditManager AutoScaling::LifecycleHook
    AutoScaling::ScalingPolicy AutoScaling::ScheduledAction AutoScaling::WarmPool AutoScalingPlans Backup
    Batch::JobDefinition Batch::JobQueue Batch::SchedulingPolicy Bedrock BillingConductor Budgets CDK CE Cassandra
    CertificateManager Chatbot Cloud9 CloudFormation CloudFront::AnycastIpList
    CloudFront::CachePolicy CloudFront::CloudFrontOriginAccessIdentity CloudFront::ContinuousDeploymentPolicy
    CloudFront::Distribution CloudFront::Function CloudFront::KeyGroup CloudFront::KeyValueStore
    CloudFront::MonitoringSubscription CloudFront::OriginAccessControl CloudFront::OriginRequestPolicy CloudFront::PublicKey
    CloudFront::RealtimeLogConfig CloudFront::ResponseHeadersPolicy CloudFront::StreamingDistribution
    CloudTrail CloudWatch CodeArtifact CodeBuild CodeCommit
    CodeDeploy CodePipeline CodeStar CodeStarConnections CodeStarNotifications Cognito Comprehend Config
    ConnectCampaigns DAX::ParameterGroup DLM DMS::Certificate DMS::Endpoint DMS::EventSubscription DMS::ReplicationTask
    DataBrew Detective DevOpsGuru DocDB::DBClusterParameterGroup DynamoDB EC2::CapacityReservation
    EC2::FlowLog EC2::Host EC2::IPAM EC2::IPAMAllocation EC2::IPAMPool EC2::IPAMPoolCidr EC2::IPAMResourceDiscovery
    EC2::IPAMResourceDiscoveryAssociation EC2::IPAMScope EC2::KeyPair EC2::NetworkInsightsAccessScope
    EC2::NetworkInsightsAccessScopeAnalysis EC2::NetworkInsightsAnalysis EC2::NetworkInsightsPath
    EC2::NetworkPerformanceMetricSubscription EC2::PlacementGroup EC2::SnapshotBlockPublicAccess
    EC2::SpotDatafeedSubscription EC2::TrafficMirrorFilter EC2::TrafficMirrorFilterRule EC2::TrafficMirrorSession
    EC2::TrafficMirrorTarget EC2::VPCEndpointConnectionNotification
    EC2::VPCEndpointServicePermissions EC2::Volume EC2::VolumeAttachment ECR ECS::CapacityProvider ECS::Cluster
    ECS::ClusterCapacityProviderAssociations ECS::TaskDefinition EFS::AccessPoint EFS::FileSystem
    EFS::ReplicationConfiguration EKS::AccessEntry EKS::Addon EKS::IdentityProviderConfig EKS::PodIdentityAssociation
    EMR::InstanceFleetConfig EMR::InstanceGroupConfig EMR::SecurityConfiguration EMR::Step EMR::Studio
    EMR::StudioSessionMapping ElastiCache::ParameterGroup ElastiCache::SecurityGroup ElastiCache::User
    ElastiCache::UserGroup ElasticBeanstalk::Application ElasticBeanstalk::ApplicationVersion
    ElasticBeanstalk::ConfigurationTemplate ElasticLoadBalancingV2::ListenerCertificate
    ElasticLoadBalancingV2::TrustStore ElasticLoadBalancingV2::TrustStoreRevocation EntityResolution EventSchemas Events
    FIS FMS FSx::Snapshot Firehose Forecast FraudDetector Glue Grafana GuardDuty HealthLake IAM ImageBuilder Inspector
    InspectorV2 InternetMonitor IoT KMS Kinesis KinesisAnalytics KinesisFirehose LakeFormation Lambda LicenseManager
    Location Logs LookoutMetrics MSK::BatchScramSecret MSK::ClusterPolicy MSK::Configuration Macie MemoryDB::ACL
    MemoryDB::ParameterGroup MemoryDB::User Neptune::DBClusterParameterGroup Neptune::DBParameterGroup Notifications
    NotificationsContacts OAM OpenSearchServerless::AccessPolicy OpenSearchServerless::Collection
    OpenSearchServerless::LifecyclePolicy OpenSearchServerless::SecurityConfig OpenSearchServerless::SecurityPolicy
    OpsWorks::App OpsWorks::UserProfile Organizations Personalize Pinpoint Pipes QLDB QuickSight RAM::Permission
    RDS::CustomDBEngineVersion RDS::DBClusterParameterGroup RDS::DBParameterGroup RDS::DBProxyTargetGroup
    RDS::EventSubscription RDS::GlobalCluster RDS::OptionGroup RUM Redshift::ClusterParameterGroup
    Redshift::EndpointAuthorization Redshift::EventSubscription Redshift::ScheduledAction RedshiftServerless::Namespace
    RefactorSpaces Rekognition ResilienceHub ResourceExplorer2 ResourceGroups RolesAnywhere Route53::HealthCheck
    Route53RecoveryControl Route53RecoveryReadiness Route53Resolver::ResolverQueryLoggingConfig
    Route53Resolver::ResolverQueryLoggingConfigAssociation S3 S3Express S3ObjectLambda S3Outposts S3Tables SDB SES SNS
    SQS SSM SSO SageMaker::CodeRepository SageMaker::Endpoint SageMaker::EndpointConfig SageMaker::FeatureGroup
    SageMaker::Image SageMaker::ImageVersion SageMaker::ModelPackageGroup SageMaker::NotebookInstanceLifecycleConfig
    SageMaker::Pipeline SageMaker::Project Scheduler SecretsManager SecurityHub SecurityLake Serverless ServiceCatalog
    ServiceDiscovery::HttpNamespace ServiceDiscovery::Instance ServiceDiscovery::PublicDnsNamespace
    ServiceDiscovery::Service Shield Signer StepFunctions SupportApp Synthetics SystemsManagerSAP Timestream
    Transfer::Certificate Transfer::Profile Transfer::User Transfer::Workflow VerifiedPermissions WAF WAFRegional WAFv2
    Wisdom WorkSpaces::ConnectionAlias XRay
"""
_INDIFFERENT: Final = frozenset(f"AWS::{each}" for each in _WORDS.split())
"""Types, or the services of types, that no packet depends on, but for interfaces in subnets that they name."""


def reads(kind: str) -> bool:
    """Whether a type is read, by itself or where others name it."""
    return kind in OBJECTS or kind in ADDITIONS or kind in _ELSEWHERE


def indifferent(kind: str) -> bool:
    """Whether no packet depends on a type."""
    return kind not in (_CUSTOM, _APPLICATION) and (
        kind in _INDIFFERENT or "::".join(kind.split("::")[:2]) in _INDIFFERENT
    )


_HOSTLESS: Final = frozenset({"AWS::EC2::FlowLog", "AWS::InspectorV2::Filter", "AWS::Timestream::InfluxDBBackup"})
"""Types, of those that no packet depends on, that name subnets and have nothing in them."""


def has_hosts(kind: str) -> bool:
    """Whether a type that no packet depends on otherwise has hosts in the subnets that it names, if it names any."""
    return kind not in _HOSTLESS


ACCELERATES: Final = frozenset({"AWS::GlobalAccelerator::EndpointGroup"})
"""Types that bring the internet to what is in a VPC, past its public addresses."""
FLEETS: Final = frozenset({"AWS::EC2::EC2Fleet", "AWS::EC2::SpotFleet"})
"""Types that start instances in the subnets that they name."""
_HOSTS_OF_EC2: Final = FLEETS | {"AWS::EC2::ClientVpnEndpoint", "AWS::EC2::ClientVpnTargetNetworkAssociation"}
_NO_HOSTS: Final = frozenset(
    f"AWS::{each}"
    for each in ("EC2", "CloudFormation", "VpcLattice", "Route53", "Route53Profiles", "RAM", "ServiceDiscovery")
)
"""Services of which a type that is not read joins, filters or names, and is no host in a subnet."""


_NOTHING_THERE: Final = frozenset(
    f"AWS::{each}"
    for each in (
        *("AppRunner::VpcIngressConnection", "FSx::S3AccessPointAttachment", "DRS::SourceNetwork", "RDS::DBSnapshot"),
        *("RDS::ClusterSnapshot", "Redshift::Snapshot", "ElastiCache::Snapshot", "MemoryDB::Snapshot"),
        "DocDBElastic::ClusterSnapshot",
    )
)
"""Types of other services that name a VPC or subnets and have nothing in them."""


def stands(kind: str) -> bool:
    """Whether a type that is not read may have interfaces in the subnets, or in the VPC, that it names."""
    if kind.startswith("Custom::") or kind in (NESTED, _APPLICATION, _CUSTOM) or kind in _NOTHING_THERE:
        return False
    return kind in _HOSTS_OF_EC2 or "::".join(kind.split("::")[:2]) not in _NO_HOSTS


def why_not_read(kind: str) -> str:
    """What to say of a type that is neither."""
    if kind in (NESTED, _APPLICATION):
        return "the template of this nested stack was not given; --stack NAME=FILE gives it, by its logical id"
    if kind.startswith("Custom::") or kind == _CUSTOM:
        return f"{kind} runs code of its own, which is not carried out"
    return f"{kind} is not supported, and packets may depend on it"
