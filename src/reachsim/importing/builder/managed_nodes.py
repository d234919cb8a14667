"""What Session Manager needs of instances: their role, and the agent that reports from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Inventory, Item
from reachsim.resources.reference import UNKNOWN

_SERVICES: Final = ("ssm:", "ssmmessages:", "ec2messages:")
_VERSION: Final = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){1,3}")
_HOST_MANAGEMENT: Final = "/ssm/managed-instance/default-ec2-instance-management-role"


def add_managed_nodes(draft: Draft) -> None:
    """The images, roles and agents of instances, and the account's Default Host Management Configuration."""
    draft.each("Instances", _add_role, _doubt, maybe=True)
    draft.each("InstanceInformationList", _add_agent, _doubt, maybe=True)
    draft.each("ServiceSettings", _add_setting, _doubt)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    draft.unknown(item, "what Session Manager needs of it", reason)


def _add_role(draft: Draft, item: Item) -> None:
    body = _written(draft, item.id)
    if body is None:
        return
    image = draft.found.one("Images", item.text("ImageId"))
    if image is not None and image.text("Name"):
        body["ami"] = image.text("Name")
    profile = item.inner("IamInstanceProfile")
    if profile.get("Arn"):
        body["instance_profile"] = _profile(draft, item, str(profile.get("Arn")))


def _add_agent(draft: Draft, item: Item) -> None:
    body = _written(draft, item.id)
    if body is not None and _VERSION.fullmatch(item.text("AgentVersion")):
        body["ssm_agent"] = item.text("AgentVersion")


def _add_setting(draft: Draft, item: Item) -> None:
    if item.id.endswith(_HOST_MANAGEMENT) and item.text("SettingValue") not in ("", "$None"):
        draft.out.design["default_host_management"] = True


def _written(draft: Draft, instance: str) -> Data | None:
    vpc = draft.vpc_of.get(instance)
    return draft.section(vpc, "instances").get(draft.names[instance]) if vpc else None


def _profile(draft: Draft, item: Item, arn: str) -> Any:
    """What the role of a profile allows (SSM-6); a policy named `unknown` where that was not collected."""
    roles = list(_roles(draft.found, arn))
    if not roles:
        draft.note("unknown", item.id, f"what the role of {arn.rpartition('/')[2]} allows was not collected", item)
        return [UNKNOWN]
    policies: list[str] = []
    actions: list[str] = []
    for role in roles:
        for attached in role.list("AttachedManagedPolicies"):
            document = _document(draft.found, str(attached.get("PolicyArn")))
            allowed = None if document is None else _allowed([document])
            if allowed is None:
                policies.append(str(attached.get("PolicyName")))
            else:
                actions += allowed
        for own in role.list("RolePolicyList"):
            allowed = _allowed([own.get("PolicyDocument") or {}])
            if allowed is None:
                policies.append(str(own.get("PolicyName")))
            else:
                actions += allowed
    body: Data = {"policies": policies} if policies else {}
    return body | {"actions": list(dict.fromkeys(actions))} if actions else policies


def _roles(found: Inventory, arn: str) -> Iterator[Item]:
    """The roles of an instance profile."""
    profile = found.one("InstanceProfiles", arn)
    if profile is not None:
        named = {each.get("RoleName") for each in profile.list("Roles")}
        yield from (role for role in found.of("RoleDetailList") if role.id in named)
        return
    for role in found.of("RoleDetailList"):
        if any(each.get("Arn") == arn for each in role.list("InstanceProfileList")):
            yield role


def _document(found: Inventory, arn: str) -> Any:
    """What a policy of somebody's own says now; None for one that was not read."""
    policy = found.one("Policies", arn)
    versions = policy.list("PolicyVersionList") if policy is not None else []
    return next((each.get("Document") for each in versions if each.get("IsDefaultVersion")), None)


def _allowed(documents: Iterable[Any]) -> list[str] | None:
    """The actions of Session Manager that documents allow on all resources; None where they deny something, or only allow it
    under a condition."""
    out: list[str] = []
    for document in documents:
        for statement in document.get("Statement") or []:
            named = [str(action) for action in statement.get("Action") or []]
            ours = [action for action in named if action == "*" or action.lower().startswith(_SERVICES)]
            if ours and (statement.get("Effect") != "Allow" or statement.get("Condition") is not None):
                return None
            if "*" in (statement.get("Resource") or []):
                out += ours
    return out
