"""Capacity providers of Lambda Managed Instances: functions that run on instances in subnets of one's own (LAMBDA-33)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field

from reachsim.resources.fields import Integer, ReadOnly, Schema, SecurityGroupNames, SubnetNames, Tags

NOUN: Final = "capacity provider of Lambda"


class CapacityProvider(Schema):
    """Where Lambda Managed Instances run. Addresses are used by the instances, not by shared interfaces; what they send and
    take is not modelled (LAMBDA-33)."""

    subnets: Annotated[SubnetNames, Field(min_length=1)]
    """The subnets in which its instances are started."""
    security_groups: SecurityGroupNames | None = None
    """The groups of its instances; left out: the VPC's default group (SG-3)."""
    max_instances: Annotated[Integer, Field(ge=1, le=100_000)] | None = None
    """The most instances that it runs at a time; left out: not known."""
    tags: Tags = Field(default_factory=ReadOnly)


def provider_of(vpcs: Any, reference: str) -> tuple[list[str], str]:
    """The VPCs that have a capacity provider of a name (``name``, or ``vpc.name``), and its bare name."""
    vpc, dot, name = reference.rpartition(".")
    return [own for own, body in vpcs.items() if name in body.capacity_providers and (not dot or own == vpc)], name
