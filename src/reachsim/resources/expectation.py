"""Expectations: what a design promises, checked for all packets."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from reachsim.errors import HintedError, shown, suggest
from reachsim.net.traffic import Traffic
from reachsim.resources.fields import FORM, Boolean, ReadOnly, References, Schema, ShareField, Tags, TrafficField
from reachsim.rules.codes import NOT_ON_THE_WAY, Code


class Selector(Schema):
    """Endpoints by what they have in common: all interfaces of VPCs or subnets, or with a tag."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    vpc: References = ()
    """All interfaces of these VPCs."""
    subnet: References = ()
    """All interfaces in these subnets."""
    tag: Tags = Field(default_factory=ReadOnly)
    """All interfaces with these tags: key and value."""

    @model_validator(mode="after")
    def _something(self) -> Selector:
        if not (self.vpc or self.subnet or self.tag):
            raise HintedError("a selector needs vpc, subnet or tag", hint="write {vpc: dev}")
        return self


EndpointField = (
    Annotated[
        str,
        WithJsonSchema({FORM: ("endpoint", "a name, an address, a block or internet"), "type": ["string", "number"]}),
    ]
    | Selector
)
"""A name, an address, a block, `internet`, or a selector."""


def _code(value: Any) -> Any:
    """A code that no blocker has would never be the first one's, and nobody would be told."""
    if value is None or (isinstance(value, str) and value in _OF_BLOCKERS):
        return value
    near = suggest(value.upper(), _OF_BLOCKERS) if isinstance(value, str) else None
    hint = f"did you mean {shown(near)}?" if near else "docs/codes.md lists them"
    raise HintedError(f"{shown(value)} is not the code of a blocker", hint=hint)


_OF_BLOCKERS: Final = sorted(code.value for code in Code if code not in NOT_ON_THE_WAY)
FailureCode = Annotated[
    str,
    PlainValidator(_code),
    WithJsonSchema({FORM: ("code", "the code of a blocker"), "type": "string", "enum": _OF_BLOCKERS}),
]


class Expectation(Schema):
    """One promise; exactly one of `allow` and `deny`.

    `allow` holds when every packet of the traffic is delivered and its answer comes back; `deny` when none is delivered.
    """

    from_: EndpointField = Field(alias="from")
    """Who sends: a name, an address, a block, `internet`, or a selector."""
    to: EndpointField
    """Who receives, written in the same ways."""
    allow: TrafficField | None = None
    """Traffic of which every packet is delivered and its answer comes back."""
    deny: TrafficField | None = None
    """Traffic of which no packet is delivered."""
    one_way: Boolean = False
    """Ask for delivery alone, not for the answer."""
    nat_loss_below: ShareField | None = None
    """For an `allow`: in place of the design's `nat_loss_below`."""
    why: str = ""
    """For the reader."""
    fails: FailureCode | None = None
    """For models of failures: the expectation is known to fail, and this is the code of the first blocker."""

    @model_validator(mode="before")
    @classmethod
    def _text_names(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: str(v) if k in ("from", "to") and type(v) is int else v for k, v in value.items()}
        return value

    @model_validator(mode="after")
    def _one_action(self) -> Expectation:
        if (self.allow is None) == (self.deny is None):
            raise HintedError("an expectation either allows or denies", hint="write one of 'allow' and 'deny'")
        if self.one_way and self.deny is not None:
            raise HintedError("'one_way' goes with 'allow'", hint="'deny' is always about delivery alone")
        if self.fails is not None and self.deny is not None:
            raise HintedError("'fails' goes with 'allow'", hint="a failing 'deny' has no blocker")
        if self.nat_loss_below is not None and (self.one_way or self.deny is not None):
            raise HintedError(
                "'nat_loss_below' goes with an 'allow' that asks for the answer",
                hint="'deny' and 'one_way' are about delivery alone",
            )
        return self

    @property
    def traffic(self) -> Traffic:
        """What it speaks of."""
        return self.allow if self.allow is not None else self.deny or Traffic.nothing()
