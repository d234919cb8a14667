"""Managed prefix lists (chapter PL)."""

from __future__ import annotations

from typing import Any

from pydantic import Field, GetJsonSchemaHandler, model_validator

from reachsim.errors import HintedError
from reachsim.net.cidr import AddressSet, address_set
from reachsim.resources.fields import BlockField, Integer, JsonSchema, ReadOnly, Schema, Tags


class PrefixList(Schema):
    """A list of blocks of one family with a fixed maximum size (**PL-1**); a plain list of blocks is its short form."""

    entries: tuple[BlockField, ...] = ()
    """Its blocks."""
    max_entries: Integer | None = None
    """The most entries it may have; left out: as many as it has."""
    tags: Tags = Field(default_factory=ReadOnly)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"entries": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _one_family(self) -> PrefixList:
        if len({block.version for block in self.entries}) > 1:
            raise HintedError(
                "a prefix list holds blocks of one family", hint="make one list for IPv4 and one for IPv6", code="PL-1"
            )
        if self.max_entries is not None and len(self.entries) > self.max_entries:
            raise HintedError(f"{len(self.entries)} entries are more than max_entries, {self.max_entries}", code="PL-1")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> JsonSchema:
        own = handler.resolve_ref_schema(handler(core))
        short = {"type": "array", "items": own["properties"]["entries"]["items"]}
        return {"description": own.pop("description", ""), "anyOf": [short, own]}

    @property
    def addresses(self) -> AddressSet:
        """What a rule or a route that names it means."""
        return address_set(self.entries)
