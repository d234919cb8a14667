"""The network of a template is the one that describe calls tell of once a fake AWS (moto) has made the stack.

moto is no AWS: it tells nothing of the rules, but it evaluates templates by its own code. It is none of the package's
dependencies, so these tests skip where it is not installed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import reachsim
from reachsim.importing import Imported, import_files
from reachsim.importing.cloudformation.template import template_of
from reachsim.importing.sources import decoded

moto = pytest.importorskip("moto")
boto3 = pytest.importorskip("boto3")

TEMPLATES = sorted((Path(__file__).parent / "templates").iterdir())
TRAFFIC = ("tcp/22", "tcp/443", "tcp/5432", "udp/53", "icmp/8")
REGION = "eu-west-1"
CALLS = (
    *("vpcs", "subnets", "route_tables", "network_acls", "security_groups", "network_interfaces", "instances"),
    *("internet_gateways", "nat_gateways", "vpc_peering_connections"),
)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # hundreds, made anew for each test


def _with_lists(value: Any) -> Any:
    """A template with `GetAtt` as JSON has it."""
    if isinstance(value, list):
        return [_with_lists(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: each.split(".", 1) if key == "Fn::GetAtt" and isinstance(each, str) else _with_lists(each)
        for key, each in value.items()
    }


class FakeAws:
    """A fake AWS with one template deployed in it. What moto's own CloudFormation does not make, or not as it is written, is
    made by calls (`BY_CALL`), in which only `Ref` and `GetAtt` of ids have to be resolved."""

    def __init__(self, template: Path) -> None:
        source = decoded(template.read_text(encoding="utf-8"), template.name)
        data = template_of(source).data
        resources = data["Resources"]
        kept = {name: body for name, body in resources.items() if body["Type"] not in BY_CALL}
        cloudformation = boto3.client("cloudformation", region_name=REGION)
        body = json.dumps(_with_lists({**data, "Resources": kept}))
        cloudformation.create_stack(StackName="stack", TemplateBody=body)
        made = cloudformation.list_stack_resources(StackName="stack")["StackResourceSummaries"]
        self.ec2 = boto3.client("ec2", region_name=REGION)
        defaults = {name: body["Default"] for name, body in data.get("Parameters", {}).items()}
        self.ids = defaults | {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in made}
        self.keep_only_own_egress(resources)
        for each in self.ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]:
            self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=each["VpcPeeringConnectionId"])
        for kind, call in BY_CALL.items():
            for name, body in resources.items():
                if body["Type"] == kind:
                    self.ids[name] = call(self, self.resolved(body["Properties"]))

    def resolved(self, value: Any) -> Any:
        """A value with its references as ids."""
        if isinstance(value, list):
            return [self.resolved(each) for each in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Ref"}:
            return self.ids.get(value["Ref"], value["Ref"])
        if set(value) == {"Fn::GetAtt"}:
            name, attribute = value["Fn::GetAtt"].split(".")
            return self.default_group(self.ids[name]) if attribute == "DefaultSecurityGroup" else self.ids[name]
        return {key: self.resolved(each) for key, each in value.items()}

    def default_group(self, vpc: str) -> str:
        named = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
        (group,) = self.ec2.describe_security_groups(Filters=named)["SecurityGroups"]
        if not group["IpPermissions"]:  # moto leaves out that its members reach each other
            itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group["GroupId"]}]}
            self.ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[itself])
        return str(group["GroupId"])

    def keep_only_own_egress(self, resources: dict[str, Any]) -> None:
        """moto keeps the rule that lets out everything beside a group's own."""
        for name, body in resources.items():
            if body.get("Properties", {}).get("SecurityGroupEgress") and name in self.ids:
                (group,) = self.ec2.describe_security_groups(GroupIds=[self.ids[name]])["SecurityGroups"]
                self.ec2.revoke_security_group_egress(
                    GroupId=self.ids[name], IpPermissions=group["IpPermissionsEgress"]
                )
                for rule in self.resolved(body["Properties"]["SecurityGroupEgress"]):
                    self.egress(self.ids[name], rule)

    def egress(self, group: str, rule: dict[str, Any]) -> None:
        permission = {key: rule[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in rule}
        peer = rule.get("DestinationSecurityGroupId")
        permission |= {"UserIdGroupPairs": [{"GroupId": peer}]} if peer else {"IpRanges": [{"CidrIp": rule["CidrIp"]}]}
        self.ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission])

    def standalone_egress(self, written: dict[str, Any]) -> str:
        self.egress(written["GroupId"], written)
        return ""

    def association(self, written: dict[str, Any]) -> str:
        return str(self.ec2.associate_route_table(**written)["AssociationId"])

    def acl(self, written: dict[str, Any]) -> str:
        return str(self.ec2.create_network_acl(**written)["NetworkAcl"]["NetworkAclId"])

    def acl_entry(self, written: dict[str, Any]) -> str:
        ports = written.get("PortRange")
        range = {"PortRange": {key: int(self.resolved(each)) for key, each in ports.items()}} if ports else {}
        self.ec2.create_network_acl_entry(
            NetworkAclId=written["NetworkAclId"],
            RuleNumber=int(written["RuleNumber"]),
            Protocol=str(written["Protocol"]),
            RuleAction=written["RuleAction"],
            Egress=str(written.get("Egress", False)).lower() == "true",
            CidrBlock=written["CidrBlock"],
            **range,
        )
        return ""

    def acl_association(self, written: dict[str, Any]) -> str:
        (acl,) = self.ec2.describe_network_acls(
            Filters=[{"Name": "association.subnet-id", "Values": [written["SubnetId"]]}]
        )["NetworkAcls"]
        (own,) = (each for each in acl["Associations"] if each["SubnetId"] == written["SubnetId"])
        self.ec2.replace_network_acl_association(
            AssociationId=own["NetworkAclAssociationId"], NetworkAclId=written["NetworkAclId"]
        )
        return ""

    def interface(self, written: dict[str, Any]) -> str:
        made = self.ec2.create_network_interface(
            SubnetId=written["SubnetId"], Groups=written["GroupSet"], PrivateIpAddress=written["PrivateIpAddress"]
        )
        return str(made["NetworkInterface"]["NetworkInterfaceId"])

    def instance(self, written: dict[str, Any]) -> str:
        asked = {key: written[key] for key in ("ImageId", "InstanceType")}
        if "NetworkInterfaces" in written:
            listed = [{**each, "DeviceIndex": int(each["DeviceIndex"])} for each in written["NetworkInterfaces"]]
            asked["NetworkInterfaces"] = [
                {"Groups" if k == "GroupSet" else k: v for k, v in each.items()} for each in listed
            ]
        else:
            asked |= {key: written[key] for key in ("SubnetId", "SecurityGroupIds")}
        made = self.ec2.run_instances(MinCount=1, MaxCount=1, **asked)
        return str(made["Instances"][0]["InstanceId"])

    def tell(self, folder: Path) -> None:
        """What describe calls answer, into a folder."""
        for call in CALLS:
            answer = getattr(self.ec2, f"describe_{call}")()
            text = json.dumps(answer, default=str).replace('"127.', '"198.')  # its elastic addresses are loopback ones
            (folder / f"{call}.json").write_text(text, encoding="utf-8")


BY_CALL: dict[str, Callable[[FakeAws, dict[str, Any]], str]] = {
    "AWS::EC2::SubnetRouteTableAssociation": FakeAws.association,
    "AWS::EC2::NetworkAcl": FakeAws.acl,
    "AWS::EC2::NetworkAclEntry": FakeAws.acl_entry,
    "AWS::EC2::SubnetNetworkAclAssociation": FakeAws.acl_association,
    "AWS::EC2::SecurityGroupEgress": FakeAws.standalone_egress,
    "AWS::EC2::NetworkInterface": FakeAws.interface,
    "AWS::EC2::Instance": FakeAws.instance,
}


def verdicts(found: Imported, names: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """The answers between all hosts and the internet. `names`: by logical id, what the design calls a host."""
    net = reachsim.loads(json.dumps(found.design))
    ends = {**names, "internet": "internet"}
    for source, destination in permutations(ends, 2):
        for traffic in TRAFFIC:
            to = "8.8.8.8" if destination == "internet" else ends[destination]
            yield source, destination, traffic, net.expect(ends[source], to, allow=traffic).verdict


@pytest.mark.parametrize("template", TEMPLATES, ids=[each.name for each in TEMPLATES])
def test_a_template_and_its_stack_are_one_network(template: Path, tmp_path: Path) -> None:
    from_template = import_files([template])
    with moto.mock_aws():
        aws = FakeAws(template)
        aws.tell(tmp_path)
    from_aws = import_files([tmp_path])
    hosts = [name for name, id in aws.ids.items() if id.startswith("i-")]
    expected = set(verdicts(from_aws, {name: from_aws.names[aws.ids[name]] for name in hosts}))
    assert set(verdicts(from_template, {name: from_template.names[name] for name in hosts})) == expected
    assert {verdict for *_, verdict in expected} == {"holds", "fails"}
