"""The whole design: what one file says."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, WithJsonSchema, create_model

from reachsim import resources
from reachsim.errors import HintedError, shown, with_article
from reachsim.resources.api_gateway import ApiGateway
from reachsim.resources.block_public_access import Switch
from reachsim.resources.expectation import Expectation
from reachsim.resources.fields import READ_ONLY, Boolean, Name, ReadOnly, Schema, ShareField, written
from reachsim.resources.internet import Internet
from reachsim.resources.lambda_function import LambdaFunction
from reachsim.resources.lint import LintSettings
from reachsim.resources.peering_connection import PeeringConnection
from reachsim.resources.prefix_list import PrefixList
from reachsim.resources.resource import Resource, sections
from reachsim.resources.vpc import Vpc
from reachsim.rules.nat import NAT_LOSS_BELOW


def _number(value: Any) -> Any:
    """The version is a number: Python takes true for 1, which nobody means here."""
    if type(value) is not int:
        raise HintedError(f"expected 1, got {shown(value)}", hint="write version: 1")
    return value


M = TypeVar("M", bound=Schema)


class Design(Schema):
    """A network design, version 1 of the format (docs/format.md)."""

    version: Annotated[Literal[1], BeforeValidator(_number)]
    """The version of the format: 1."""
    name: str = ""
    """A title, for the reader."""
    region: Name | None = None
    """The AWS Region: it decides which public addresses services have."""
    warn: tuple[
        Annotated[str, WithJsonSchema(written("rule", "the ID of a rule", "[A-Z0-9]+-[0-9]+", "CIDR-1"))], ...
    ] = ()
    """IDs of rules whose refusals become warnings, to simulate what AWS would not accept."""
    nat_loss_below: ShareField = NAT_LOSS_BELOW
    """NAT-PORT: traffic counts as reachable, with a warning, while less than this share of the ports that a NAT device may
    choose is lost; 0: every port has to come back."""
    default_host_management: Boolean = False
    """Whether the account's Default Host Management Configuration is on, which gives instances without a profile the role
    that Session Manager needs (SSM-6)."""
    block_public_access: Switch = None
    """Block Public Access of the account, for every VPC that does not say itself (IGW-14)."""
    vpcs: Annotated[dict[Name, Vpc], READ_ONLY] = Field(default_factory=ReadOnly)
    """VPCs by name."""
    peering_connections: Annotated[dict[Name, PeeringConnection], READ_ONLY] = Field(default_factory=ReadOnly)
    """Peering connections by name."""
    prefix_lists: Annotated[dict[Name, PrefixList], READ_ONLY] = Field(default_factory=ReadOnly)
    """Prefix lists by name."""
    lambda_functions: Annotated[dict[Name, LambdaFunction], READ_ONLY] = Field(default_factory=ReadOnly)
    """Lambda functions by name."""
    api_gateways: Annotated[dict[Name, ApiGateway], READ_ONLY] = Field(default_factory=ReadOnly)
    """API gateways by name."""
    internet: Internet = Internet()
    """What the design says of the internet: its hosts by name."""
    lint: LintSettings = LintSettings()
    """Findings of `reachsim lint` that are known and meant."""
    expect: tuple[Expectation, ...] = ()
    """Promises that are checked for all packets."""


def design_model() -> type[Design]:
    """The schema of a design with every kind of resource that is registered."""
    _import_kinds()
    return _with_sections(tuple(sections("vpc").values()), tuple(sections("design").values()))


@cache
def _import_kinds() -> None:
    """Import every module of `reachsim.resources`, so that each registers what it has; looking for them once is enough."""
    for module in pkgutil.iter_modules(resources.__path__, f"{resources.__name__}."):
        importlib.import_module(module.name)


@lru_cache(maxsize=8)
def _with_sections(in_vpc: tuple[type[Resource], ...], outside: tuple[type[Resource], ...]) -> type[Design]:
    """Vpc and Design with the sections that they do not write themselves."""
    vpc = extended(Vpc, in_vpc)
    none: Any = Field(default_factory=ReadOnly)
    top: dict[str, Any] = {} if vpc is Vpc else {"vpcs": (Annotated[dict[Name, vpc], READ_ONLY], none)}  # type: ignore[valid-type]
    return extended(Design, outside, **top)


def extended(model: type[M], kinds: tuple[type[Resource], ...], **fields: Any) -> type[M]:
    """A model with a field for the section of each kind that it lacks."""
    for kind in kinds:
        if kind.section not in model.model_fields:
            named: Any = Annotated[dict[kind.key, kind], READ_ONLY]  # type: ignore[name-defined, valid-type]
            fields[kind.section] = (
                named,
                Field(default_factory=ReadOnly, description=f"Each is {with_article(kind.noun)}."),
            )
    return create_model(model.__name__, __base__=model, __doc__=model.__doc__, **fields) if fields else model
