"""What an instance needs so that Session Manager can open a session on it (chapter SSM): data, and small functions of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

REQUIRED_SERVICES: Final = ("ssm", "ssmmessages")
"""Services that the agent has to reach for a session: registration and heartbeat, and its channel (**SSM-1**, **SSM-2**)."""
OLDER_SERVICE: Final = "ec2messages"
"""What commands, not sessions, need of agents before `WITHOUT_EC2MESSAGES` (**SSM-2**)."""
TRAFFIC: Final = "tcp/443"
"""What the agent sends; every connection starts at the instance (**SSM-1**)."""
PATIENCE_MINUTES: Final = 10
"""How long to wait before looking for faults: a node reports some minutes after its start, then every five (**SSM-11**)."""

AgentVersion = tuple[int, ...]
SESSIONS_SINCE: Final[AgentVersion] = (2, 3, 68, 0)
"""The first agent that takes sessions (**SSM-8**)."""
PORT_FORWARDING_SINCE: Final[AgentVersion] = (3, 0, 222, 0)
"""The first agent that forwards ports and SSH (**SSM-8**)."""
DEFAULT_HOST_MANAGEMENT_SINCE: Final[AgentVersion] = (3, 2, 582, 0)
"""The first agent that takes its role from the Default Host Management Configuration (**SSM-6**)."""
WITHOUT_EC2MESSAGES: Final[AgentVersion] = (3, 3, 40, 0)
"""The first agent that needs `ec2messages` only where `ssmmessages` is not to be had (**SSM-2**)."""

CORE_POLICY: Final = "AmazonSSMManagedInstanceCore"
"""The policy that AWS has made for it (SSM-7)."""
POLICIES_THAT_DO: Final = frozenset(
    {CORE_POLICY, "AmazonSSMManagedEC2InstanceDefaultPolicy", "AmazonEC2RoleforSSM", "AdministratorAccess"}
)
"""AWS's own policies that allow what sessions need: the first is meant for it, the third is its older one (**SSM-6**)."""
POLICIES_THAT_DO_NOT: Final = frozenset(
    {
        "AmazonEC2ContainerRegistryReadOnly", "AmazonEC2ReadOnlyAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess",
        "AmazonSSMDirectoryServiceAccess", "AmazonSSMReadOnlyAccess", "CloudWatchAgentServerPolicy", "ReadOnlyAccess",
        "SecretsManagerReadWrite",
    }
)  # fmt: skip
"""AWS's own policies, often seen on instances, that do not allow it."""
ACTIONS: Final = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""The least that a session needs of the role (**SSM-7**)."""


def parse_version(text: str) -> AgentVersion:
    """The version of an agent, ``3.3.40.0``. Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,5}){1,3}", text):
        raise ValueError(f"{text!r} is no version such as 3.3.40.0")
    parts = [int(part) for part in text.split(".")]
    return tuple(parts + [0] * (4 - len(parts)))


def format_version(version: AgentVersion) -> str:
    """The text of a version."""
    return ".".join(map(str, version))


def missing_actions(actions: Iterable[str]) -> tuple[str, ...]:
    """What sessions need of a role and some actions, ``*`` and ``?`` in them, do not allow (**SSM-7**).

    >>> missing_actions(["ssm:*", "ssmmessages:Create*"])
    ('ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel')
    """
    allowed = [action.lower().replace("[", "[[]") for action in actions]
    return tuple(need for need in ACTIONS if not any(fnmatchcase(need.lower(), each) for each in allowed))


def policies_allow(policies: Iterable[str]) -> bool | None:
    """Whether managed policies allow what sessions need; None where one of them is nobody's that is known (**SSM-6**)."""
    names = [policy.rpartition("/")[2] for policy in policies]
    if any(name in POLICIES_THAT_DO for name in names):
        return True
    return False if all(name in POLICIES_THAT_DO_NOT for name in names) else None


@dataclass(frozen=True)
class Image:
    """What a machine image has: `agent`: whether SSM Agent is on it, None where that is not known. `text`: why, in words."""

    agent: bool | None
    text: str
    rule: str = "SSM-10"


_NOW: Final = "AWS's list of images with the agent (2025)"
_THEN: Final = "AWS's list of 2021"
_ABSENT: Final = "is not on AWS's list of images with the agent (2025)"
_IMAGES: Final[tuple[tuple[str, bool | None, str, str], ...]] = (
    (r"minimal", False, f"a minimal image {_ABSENT}", "SSM-10"),
    (r"bottlerocket", None, "of Bottlerocket nothing is known here", "SSM-10"),
    (r"debian", False, f"Debian {_ABSENT}", "SSM-10"),
    (r"\brhel|red[ _-]?hat", False, f"Red Hat Enterprise Linux {_ABSENT}", "SSM-10"),
    (r"centos", False, f"CentOS {_ABSENT}", "SSM-10"),
    (r"rocky", False, f"Rocky Linux {_ABSENT}", "SSM-10"),
    (r"oracle[ _-]?linux|^ol[789]\b", False, f"Oracle Linux {_ABSENT}", "SSM-10"),
    (r"\bal2023|amazon[ _-]*linux[ _-]*2023", True, f"Amazon Linux 2023 is on {_NOW}", "SSM-10"),
    (r"eks[ _-]optimi[sz]ed|amazon-eks", True, f"EKS-optimized Amazon Linux is on {_NOW}", "SSM-10"),
    (r"amzn2|\bal2\b|amazon[ _-]*linux[ _-]*2(?![0-9])", True, f"Amazon Linux 2 is on {_NOW}", "SSM-10"),
    (r"amzn-ami|amazon[ _-]*linux", True, f"Amazon Linux is on {_THEN}", "SSM-9"),
    (r"alma", True, f"AlmaLinux is on {_NOW}", "SSM-10"),
    (r"ubuntu.*\b(18\.04|20\.04|2[2-5]\.(04|10))", True, f"this Ubuntu is on {_NOW}", "SSM-10"),
    (r"ubuntu.*\b16\.04", True, f"Ubuntu 16.04 is on {_THEN}", "SSM-9"),
    (r"(sles|suse).*\b15[ ._-]?(sp)?[ ._-]?[3-9]\b", True, f"SLES 15.3 and later is on {_NOW}", "SSM-10"),
    (r"(sles|suse).*\b1[25]\b", True, f"SLES 12 and 15 are on {_THEN}", "SSM-9"),
    (r"mac[ _-]*os[ _-]*1[345]\b", True, f"this macOS is on {_NOW}", "SSM-10"),
    (r"mac[ _-]*os[ _-]*(10\.1[45]|11)\b", True, f"this macOS is on {_THEN}", "SSM-9"),
    (r"windows[ _-]*(server)?[ _-]*20(16|19|22|25)\b", True, f"this Windows Server is on {_NOW}", "SSM-10"),
)  # fmt: skip
"""Patterns for names of images in lower case, the first that fits decides (**SSM-9**, **SSM-10**)."""
_OLD_WINDOWS: Final = re.compile(r"windows[ _-]*(server)?[ _-]*20(08|12)\b")
_DATE: Final = re.compile(r"\b(20[0-9]{2})[.-]([01][0-9])[.-][0-3][0-9]\b")


def image(ami: str | None) -> Image:
    """What is known of a machine image by its name: whether it has SSM Agent (**SSM-9**, **SSM-10**).

    Images of Windows Server 2008 to 2012 R2 have it from November 2016 on, so that their names have to say the date.
    """
    if ami is None:
        return Image(None, "the image is not written")
    name = ami.lower()
    for pattern, agent, text, rule in _IMAGES:
        if re.search(pattern, name):
            return Image(agent, text, rule)
    if _OLD_WINDOWS.search(name):
        date = _DATE.search(name)
        if date is None:
            return Image(None, "images of Windows Server before 2016 have the agent from November 2016 on", "SSM-9")
        has = (int(date[1]), int(date[2])) >= (2016, 11)
        text = f"an image of Windows Server of {date[1]}-{date[2]} has the agent only from November 2016 on"
        return Image(has, "Windows Server from November 2016 on is on AWS's list" if has else text, "SSM-9")
    return Image(None, f"an image named {ami!r} is not in the table")
