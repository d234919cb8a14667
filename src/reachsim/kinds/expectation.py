"""Expectations: what a design promises, checked for all packets."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from reachsim.errors import HintedError
from reachsim.kinds.kind import Boolean, Kind, References, TrafficField
from reachsim.net.traffic import Traffic


class Selector(Kind):
    """Endpoints by what they have in common: all interfaces of VPCs or subnets, or with a tag."""

    vpc: References = ()
    subnet: References = ()
    tag: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> Selector:
        if not (self.vpc or self.subnet or self.tag):
            raise HintedError("a selector needs vpc, subnet or tag", hint="write {vpc: dev}")
        return self


EndpointField = str | Selector
"""A name, an address, a block, `internet`, or a selector."""


class Expectation(Kind):
    """One promise; exactly one of `allow` and `deny`.

    `allow` holds when every packet of the traffic is delivered and its answer comes back; `deny` when none is delivered.
    """

    from_: EndpointField = Field(alias="from")
    to: EndpointField
    allow: TrafficField | None = None
    deny: TrafficField | None = None
    one_way: Boolean = False
    """Ask for delivery alone, not for the answer."""
    why: str = ""
    """For the reader."""
    fails: str | None = None
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
        return self

    @property
    def traffic(self) -> Traffic:
        """What it speaks of."""
        return self.allow if self.allow is not None else self.deny or Traffic.nothing()
