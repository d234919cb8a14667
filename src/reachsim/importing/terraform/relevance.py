"""What a plan says that anything in it refers to, through locals too: its `relevant_attributes` (Terraform 1.2 and later).

Of a local a plan has no expression. But Terraform follows locals itself, and lists for the whole plan which attributes of
which resources flow into what is made or changed. The id of a resource that is not listed flows into nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from reachsim.importing.terraform import addresses
from reachsim.importing.terraform.addresses import Address
from reachsim.importing.terraform.kinds import MADE
from reachsim.importing.terraform.snapshot import Resource

_ENDS: Final = ("id", "arn", "name")
"""How attributes end that may be the id of the resource itself (`allocation_id` of an address)."""


@dataclass
class Relevance:
    """What is listed, by block of the configuration: addresses, with keys where Terraform told them, and the attribute,
    empty for a resource as a whole."""

    listed: dict[Address, set[tuple[Address, str]]] = field(default_factory=dict)

    def has(self, each: Resource, attribute: str) -> bool:
        """Whether something refers to an attribute, or to the resource as a whole."""
        return any(name in ("", attribute) for name in self._of(each))

    def has_id(self, each: Resource) -> bool:
        """Whether something refers to what a resource is known by."""
        kind = each.address.type
        return any(not name or (name.endswith(_ENDS) and (kind, name) not in MADE) for name in self._of(each))

    def has_any(self, each: Resource) -> bool:
        """Whether something refers to a resource or an attribute of it."""
        return next(iter(self._of(each)), None) is not None

    def _of(self, each: Resource) -> Iterable[str]:
        for address, name in self.listed.get(each.address.configured, ()):
            if _may_be(address, each.address):
                yield name


def relevance(listed: Any) -> Relevance | None:
    """What a plan lists; None where it has no list that can be read: then anything may be referred to."""
    if not isinstance(listed, list) or not listed:
        return None
    found = Relevance()
    for each in listed:
        try:
            address = addresses.parse(each["resource"])
            path = each["attribute"]
            name = str(path[0]) if path else ""
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        found.listed.setdefault(address.configured, set()).add((address, name))
    return found


def _may_be(told: Address, own: Address) -> bool:
    """Whether an instance can be what is told, which may lack keys."""
    steps = zip(told.modules, own.modules, strict=True)
    return told.key in (None, own.key) and all(step.key in (None, mine.key) for step, mine in steps)
