"""What an instance says of its role and of SSM Agent: Session Manager needs both, no packet does (chapter SSM)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from reachsim.errors import HintedError, shown
from reachsim.resources.fields import Boolean, Schema, also, written
from reachsim.rules.session_manager import parse_version


def _policy(value: Any) -> str:
    if not isinstance(value, str) or not value or any(character.isspace() for character in value):
        raise HintedError(f"the name of a policy is expected, got {shown(value)}", hint="write its name, or its ARN")
    return value


def _action(value: Any) -> str:
    if not isinstance(value, str) or (value != "*" and ":" not in value) or any(c.isspace() for c in value):
        raise HintedError(f"an action is expected, got {shown(value)}", hint="write ssm:UpdateInstanceInformation")
    return value


_POLICY = written("policy", "the name of a policy, or its ARN", r"\S+", "AmazonSSMManagedInstanceCore")
PolicyName = Annotated[str, PlainValidator(_policy), WithJsonSchema(_POLICY)]
IamAction = Annotated[
    str, PlainValidator(_action), WithJsonSchema(written("action", "an action", r"\*|\S*:\S*", "ssmmessages:*"))
]


class InstanceProfile(Schema):
    """What the role of an instance's profile allows (SSM-6)."""

    policies: tuple[PolicyName, ...] = ()
    """Managed policies by name."""
    actions: tuple[IamAction, ...] = ()
    """What its other policies allow, on all resources."""


def _profile(value: Any) -> Any:
    """A policy or a list of them is the short form."""
    if isinstance(value, str):
        return {"policies": [value]}
    if isinstance(value, list | tuple):
        return {"policies": value}
    if isinstance(value, dict | InstanceProfile) or value is None:
        return value
    raise HintedError(f"policies are expected, got {shown(value)}", hint="write [AmazonSSMManagedInstanceCore]")


Profile = Annotated[
    InstanceProfile | None, BeforeValidator(_profile), also(_POLICY, {"type": "array", "items": _POLICY})
]


def _version(value: Any) -> str:
    text = str(value) if type(value) is int else value
    try:
        if not isinstance(text, str):
            raise ValueError
        parse_version(text)
    except ValueError:
        raise HintedError(f"a version is expected, got {shown(value)}", hint="write 3.3.40.0") from None
    return text


class SsmAgent(Schema):
    """SSM Agent on an instance (SSM-8)."""

    installed: Boolean = True
    """Whether it is there."""
    running: Boolean = True
    """Whether it runs."""
    version: (
        Annotated[
            str,
            PlainValidator(_version),
            WithJsonSchema(written("agent_version", "a version of the agent", r"[0-9]+(\.[0-9]+){1,3}", "3.3.40.0")),
        ]
        | None
    ) = None
    """Its version; left out: not known."""


def _agent(value: Any) -> Any:
    """`true`: it is there and runs; `false`: it is not there; a version: it is there, and this one."""
    if isinstance(value, bool):
        return {"installed": value}
    if isinstance(value, dict | SsmAgent) or value is None:
        return value
    return {"version": _version(value)}


Agent = Annotated[
    SsmAgent | None,
    BeforeValidator(_agent),
    also({"type": "boolean"}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+){1,3}$"}),
]
