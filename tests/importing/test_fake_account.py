"""Networks that are built with the API in a fake AWS (moto), collected with the script's calls and imported: what was asked
to be built answers as its rules say. Skipped where moto is absent; it is no AWS, so this is a test of the reader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import reachsim
from reachsim.importing import import_files
from reachsim.importing.writing import written

moto = pytest.importorskip("moto")
boto3 = pytest.importorskip("boto3")

SCRIPT = (Path(__file__).parents[2] / "docs" / "collect-account.sh").read_text(encoding="utf-8")
REGION = "eu-west-1"
IMAGE = "ami-12c6146b"


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "fake")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with moto.mock_aws():
        ec2 = boto3.client("ec2")
        for vpc in ec2.describe_vpcs()["Vpcs"]:  # the default VPC is in nobody's way
            for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]:
                ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        yield


def collect(folder: Path) -> reachsim.Network:
    """The answers of the script's calls that take no ids, and of those for ids that these networks need."""
    ec2, elb, functions, zones = (boto3.client(name) for name in ("ec2", "elbv2", "lambda", "route53"))
    loop = re.search(r"for what in (.*?); do", SCRIPT, re.DOTALL)
    assert loop is not None
    answers: dict[str, Any] = {}
    for what in loop[1].replace("\\", "").split():
        call = getattr(ec2, f"describe_{what.replace('-', '_')}")
        try:
            answers[what] = call()
        except (NotImplementedError, ec2.exceptions.ClientError):  # what the fake does not know was not collected
            continue
    for item in answers["managed-prefix-lists"]["PrefixLists"]:
        id = item["PrefixListId"]
        entries = ec2.get_managed_prefix_list_entries(PrefixListId=id)["Entries"]
        answers[f"list-{id}"] = {"PrefixListId": id, "Entries": entries}
    answers["load-balancers"] = elb.describe_load_balancers()
    answers["target-groups"] = elb.describe_target_groups()
    for item in answers["load-balancers"]["LoadBalancers"]:
        answers["listeners"] = elb.describe_listeners(LoadBalancerArn=item["LoadBalancerArn"])
    for item in answers["target-groups"]["TargetGroups"]:
        arn = item["TargetGroupArn"]
        health = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        answers["health"] = {"TargetGroupArn": arn, "TargetHealthDescriptions": health}
    answers["functions"] = functions.list_functions(FunctionVersion="ALL")
    for item in zones.list_hosted_zones()["HostedZones"]:
        answers["zone"] = zones.get_hosted_zone(Id=item["Id"])
        records = zones.list_resource_record_sets(HostedZoneId=item["Id"])["ResourceRecordSets"]
        answers["records"] = {"HostedZoneId": item["Id"].rpartition("/")[2], "ResourceRecordSets": records}
    for name, answer in answers.items():
        (folder / f"{name}.json").write_text(json.dumps(answer, default=str), encoding="utf-8")
    return reachsim.loads(written(import_files([folder])))


class Builder:
    """A VPC in the making, by the API."""

    def __init__(self, name: str, block: str) -> None:
        self.ec2 = boto3.client("ec2")
        self.id = self.ec2.create_vpc(CidrBlock=block, TagSpecifications=_named("vpc", name))["Vpc"]["VpcId"]

    def subnet(self, block: str, zone: str) -> str:
        made = self.ec2.create_subnet(VpcId=self.id, CidrBlock=block, AvailabilityZone=f"{REGION}{zone}")
        return str(made["Subnet"]["SubnetId"])

    def table(self, *subnets: str, **routes: Any) -> str:
        id = self.ec2.create_route_table(VpcId=self.id)["RouteTable"]["RouteTableId"]
        for subnet in subnets:
            self.ec2.associate_route_table(RouteTableId=id, SubnetId=subnet)
        return str(id)

    def group(self, name: str, *rules: dict[str, Any]) -> str:
        id = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.id)["GroupId"]
        if rules:
            self.ec2.authorize_security_group_ingress(GroupId=id, IpPermissions=list(rules))
        return str(id)

    def host(self, name: str, subnet: str, ip: str, *groups: str, public: bool = False) -> str:
        placed = {"SubnetId": subnet, "PrivateIpAddress": ip, "Groups": list(groups), "DeviceIndex": 0}
        made = self.ec2.run_instances(
            ImageId=IMAGE, MinCount=1, MaxCount=1, TagSpecifications=_named("instance", name),
            NetworkInterfaces=[{**placed, "AssociatePublicIpAddress": public}],
        )  # fmt: skip
        return str(made["Instances"][0]["InstanceId"])


def _named(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def lets(port: int, **peers: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}


ANYBODY = [{"CidrIp": "0.0.0.0/0"}]


def test_a_web_tier_and_a_database(tmp_path: Path) -> None:
    vpc = Builder("app", "10.0.0.0/16")
    front, back = vpc.subnet("10.0.1.0/24", "a"), vpc.subnet("10.0.2.0/24", "b")
    gateway = vpc.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    vpc.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc.id)
    vpc.ec2.create_route(RouteTableId=vpc.table(front), DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    vpc.table(back)
    web = vpc.group("web", lets(443, IpRanges=ANYBODY))
    database = vpc.group("db", lets(5432, UserIdGroupPairs=[{"GroupId": web}]))
    vpc.host("web-1", front, "10.0.1.10", web, public=True)
    vpc.host("web-2", front, "10.0.1.200", web)
    vpc.host("db-1", back, "10.0.2.10", database)
    acl = vpc.ec2.create_network_acl(VpcId=vpc.id)["NetworkAcl"]["NetworkAclId"]
    for egress in (False, True):
        vpc.ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=100, Protocol="-1", RuleAction="allow", Egress=egress, CidrBlock="10.0.1.0/25"
        )
    (held,) = (
        each["NetworkAclAssociationId"]
        for found in vpc.ec2.describe_network_acls()["NetworkAcls"]
        for each in found["Associations"]
        if each["SubnetId"] == back
    )
    vpc.ec2.replace_network_acl_association(AssociationId=held, NetworkAclId=acl)
    net = collect(tmp_path)
    assert net.expect("internet", "web-1", allow="tcp/443")
    assert net.expect("internet", "web-1", deny="tcp/80")
    assert net.expect("web-1", "db-1", allow="tcp/5432")
    assert net.expect("internet", "db-1", deny="all")
    assert net.expect("db-1", "8.8.8.8", deny="all")
    assert net.expect("web-2", "db-1", deny="tcp/5432")  # beyond what the ACL names


def test_a_peering_and_a_list_of_offices(tmp_path: Path) -> None:
    one, two = Builder("one", "10.1.0.0/16"), Builder("two", "10.2.0.0/16")
    peering = one.ec2.create_vpc_peering_connection(VpcId=one.id, PeerVpcId=two.id)["VpcPeeringConnection"]
    one.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering["VpcPeeringConnectionId"])
    offices = one.ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "10.1.1.0/28"}]
    )["PrefixList"]["PrefixListId"]
    group = two.group("api", lets(443, PrefixListIds=[{"PrefixListId": offices}]))
    for vpc, other in ((one, "10.2.0.0/16"), (two, "10.1.0.0/16")):
        number = 1 if vpc is one else 2
        subnet = vpc.subnet(f"10.{number}.1.0/24", "a")
        vpc.ec2.create_route(
            RouteTableId=vpc.table(subnet), DestinationCidrBlock=other,
            VpcPeeringConnectionId=peering["VpcPeeringConnectionId"],
        )  # fmt: skip
        if vpc is one:
            plain = vpc.group("plain")
            vpc.host("near", subnet, "10.1.1.9", plain)
            vpc.host("far", subnet, "10.1.1.90", plain)
        else:
            vpc.host("api", subnet, "10.2.1.10", group)
    net = collect(tmp_path)
    assert net.expect("near", "two.api", allow="tcp/443")
    assert net.expect("far", "two.api", deny="tcp/443")
    assert net.expect("two.api", "near", deny="tcp/443")


def test_a_function_a_zone_and_a_balancer(tmp_path: Path) -> None:
    vpc = Builder("app", "10.0.0.0/16")
    subnets = [vpc.subnet("10.0.1.0/24", "a"), vpc.subnet("10.0.2.0/24", "b")]
    caller = vpc.group("caller")
    front = vpc.group("front", lets(80, UserIdGroupPairs=[{"GroupId": caller}]))
    host = vpc.group("host", lets(8080, UserIdGroupPairs=[{"GroupId": front}]))
    web = vpc.host("web-1", subnets[0], "10.0.1.10", host)
    elb = boto3.client("elbv2")
    made = elb.create_load_balancer(Name="front", Subnets=subnets, SecurityGroups=[front], Scheme="internal")
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    targets = elb.create_target_group(Name="web", Protocol="HTTP", Port=8080, VpcId=vpc.id)["TargetGroups"][0]
    elb.register_targets(TargetGroupArn=targets["TargetGroupArn"], Targets=[{"Id": web, "Port": 8080}])
    action = {"Type": "forward", "TargetGroupArn": targets["TargetGroupArn"]}
    elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[action])
    role = boto3.client("iam").create_role(RoleName="fetch", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    boto3.client("lambda").create_function(
        FunctionName="fetch", Runtime="python3.12", Role=role, Handler="x.y", Code={"ImageUri": "x"}, PackageType="Image",
        VpcConfig={"SubnetIds": subnets[1:], "SecurityGroupIds": [caller]},
    )  # fmt: skip
    zones = boto3.client("route53")
    zone = zones.create_hosted_zone(
        Name="corp.example", CallerReference="1", HostedZoneConfig={"PrivateZone": True, "Comment": ""},
        VPC={"VPCRegion": REGION, "VPCId": vpc.id},
    )["HostedZone"]["Id"]  # fmt: skip
    record = {"Name": "web.corp.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.1.10"}]}
    change = {"Action": "CREATE", "ResourceRecordSet": record}
    zones.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
    net = collect(tmp_path)
    assert net.expect("fetch", "front", allow="tcp/80")
    assert not net.expect("fetch", "front", allow="tcp/80").notes  # its targets get what it takes
    assert net.expect("fetch", "web-1", deny="tcp/8080")
    assert net.design.private_hosted_zones["corp.example"].records == {"web.corp.example": ("10.0.1.10",)}
