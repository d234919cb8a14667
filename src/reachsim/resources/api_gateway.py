"""API gateways: endpoints that run a function (LAMBDA-27)."""

from __future__ import annotations

from pydantic import Field

from reachsim.resources.fields import ReadOnly, Reference, Schema, Tags


class ApiGateway(Schema):
    """An API whose calls are answered by a function."""

    integration: Reference
    """`FUNCTION`, `FUNCTION:VERSION` or `FUNCTION:ALIAS`; the qualifier decides which version runs (LAMBDA-27)."""
    tags: Tags = Field(default_factory=ReadOnly)
