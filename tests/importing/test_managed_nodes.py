"""Roles, agents and images of instances, as far as Session Manager asks."""

from __future__ import annotations

from typing import Any

import pytest
from tests.importing.accounts import account, imported, interface, loaded, notes

PROFILE = "arn:aws:iam::111122223333:instance-profile/web"
CORE = {
    "PolicyName": "AmazonSSMManagedInstanceCore",
    "PolicyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
}
OWN = {"PolicyName": "sessions", "PolicyArn": "arn:aws:iam::111122223333:policy/sessions"}
ACTIONS = ["ssm:UpdateInstanceInformation", "ssmmessages:*"]


def role(*attached: dict[str, str], inline: Any = None) -> dict[str, Any]:
    policies = [{"PolicyName": "inline", "PolicyDocument": inline}] if inline else []
    held = [{"Arn": PROFILE, "Roles": [{"RoleName": "web"}]}]
    return {
        "RoleName": "web",
        "AttachedManagedPolicies": list(attached),
        "RolePolicyList": policies,
        "InstanceProfileList": held,
    }


def document(effect: str = "Allow", resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Action": [*ACTIONS, "s3:GetObject"], "Resource": resource, **more}]}


def instance(**more: Any) -> Any:
    hosts = [
        {"InstanceId": "i-1", "ImageId": "ami-1", "State": {"Name": "running"}, "IamInstanceProfile": {"Arn": PROFILE}}
    ]
    held = interface("eni-1", "10.0.1.11", "sg-web", Attachment={"InstanceId": "i-1", "DeviceIndex": 0})
    return account(NetworkInterfaces=[held], Instances=hosts, **more)


def profile(**more: Any) -> Any:
    return imported(instance(**more)).design["vpcs"]["vpc-1"]["instances"]["i-1"]["instance_profile"]


@pytest.mark.rule("SSM-6")
def test_a_role_allows_what_its_policies_do() -> None:
    assert profile(RoleDetailList=[role(CORE)]) == ["AmazonSSMManagedInstanceCore"]
    assert profile(RoleDetailList=[role()]) == []
    assert profile(RoleDetailList=[role(inline=document())]) == {"actions": ACTIONS}
    assert profile(RoleDetailList=[role(inline=document(resource="arn:aws:s3:::x"))]) == []
    versions = [{"Document": document(), "IsDefaultVersion": True}, {"Document": {}, "IsDefaultVersion": False}]
    told = [{"Arn": OWN["PolicyArn"], "PolicyVersionList": versions}]
    assert profile(RoleDetailList=[role(OWN)], Policies=told) == {"actions": ACTIONS}


def test_what_a_policy_denies_or_binds_to_a_condition_is_not_known() -> None:
    assert profile(RoleDetailList=[role(inline=document("Deny"))]) == ["inline"]
    assert profile(RoleDetailList=[role(inline=document(Condition={"Bool": {"x": "true"}}))]) == ["inline"]
    found = imported(instance())
    assert found.design["vpcs"]["vpc-1"]["instances"]["i-1"]["instance_profile"] == ["unknown"]
    assert any("was not collected" in text for text in notes(found, "unknown"))
    (node,) = loaded(instance()).session_manager().nodes
    assert [need.met for need in node.needs if need.name == "role"] == ["unknown"]


@pytest.mark.rule("SSM-8")
def test_the_agent_and_the_image() -> None:
    told = [{"InstanceId": "i-1", "PingStatus": "Online", "AgentVersion": "3.3.40.0", "IPAddress": "10.0.1.11"}]
    images = [
        {"ImageId": "ami-1", "ImageLocation": "amazon/x", "Name": "al2023-ami-2023.1.20230628.0-kernel-6.1-x86_64"}
    ]
    settings = [{"SettingId": "/ssm/managed-instance/default-ec2-instance-management-role", "SettingValue": "r"}]
    design = imported(instance(InstanceInformationList=told, Images=images, ServiceSettings=settings)).design
    body = design["vpcs"]["vpc-1"]["instances"]["i-1"]
    assert body["ssm_agent"] == "3.3.40.0"
    assert body["ami"].startswith("al2023")
    assert design["default_host_management"] is True
