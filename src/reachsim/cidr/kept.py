"""What an earlier plan gave, read from its JSON."""

from __future__ import annotations

import os

from pydantic import Field

from reachsim.calls import checks_types, says_how_to_call
from reachsim.cidr.exports import json_as_yaml
from reachsim.loading.document import decode, read_document, read_file
from reachsim.loading.validation import validate
from reachsim.resources.fields import BlockField, Schema


class KeptSubnet(Schema, extra="ignore"):
    cidr: BlockField
    ipv6_cidr: BlockField | None = None


class KeptVpc(Schema, extra="ignore"):
    """A VPC of it."""

    cidrs: tuple[BlockField, ...]
    ipv6_cidrs: tuple[BlockField, ...] = ()
    room: BlockField | None = None
    ipv6_room: BlockField | None = None
    subnets: dict[str, KeptSubnet] = Field(default_factory=dict)


class KeptPlan(Schema, extra="ignore"):
    """What an earlier plan gave, as its JSON says: what `keep` takes."""

    vpcs: dict[str, KeptVpc]


@checks_types
def load_kept(path: str | os.PathLike[str]) -> KeptPlan:
    """Read the JSON of an earlier plan. Raises DesignError."""
    try:
        with open(path, "rb") as source:
            text = source.read()
    except (OSError, ValueError):
        return validate(KeptPlan, read_file(path))  # whatever is wrong, this says it well
    return loads_kept(text, file=os.fspath(path))


@says_how_to_call
def loads_kept(text: str | bytes, *, file: str = "<text>") -> KeptPlan:
    """Like `load_kept`, from text."""
    return validate(KeptPlan, read_document(json_as_yaml(decode(text, file)), file=file))
