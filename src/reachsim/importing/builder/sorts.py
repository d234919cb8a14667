"""What readers give, made sure of: each attribute is of the sort that AWS's APIs have, or it is not known.

So a family need not ask what a value is, whatever a template or a plan has in its place. Blocks and addresses are written
as AWS writes them, with their host bits cleared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from reachsim.importing.inventory import MAYBE, WHERE, Attributes, Inventory, Unknown
from reachsim.importing.shapes import canonical, element_fits, fits

_RULES: Final = frozenset(("IpPermissions", "IpPermissionsEgress", "Entries", "Routes"))
"""Lists of rules. One with a block that AWS would refuse is left out where it is read, with a note."""


def fit(found: Inventory) -> None:
    """Replace what is not of its key's sort in every object of an inventory."""
    for members in found.items.values():
        for id, item in members.items():
            attributes = _object(item.attributes, lenient=False)
            if attributes is not item.attributes:
                members[id] = replace(item, attributes=attributes)


def _object(value: Attributes, *, lenient: bool) -> Attributes:
    """The object itself where all of it fits."""
    out: Attributes | None = None
    for key, member in value.items():
        if member is None or isinstance(member, Unknown) or key in (MAYBE, WHERE):
            continue
        made = _member(key, member, lenient=lenient or key in _RULES)
        if made is not member:
            out = dict(value) if out is None else out
            out[key] = made
    return value if out is None else out


def _member(key: str, value: Any, *, lenient: bool) -> Any:
    if not fits(key, value):
        return Unknown(f"{key} is not what AWS has there")
    if isinstance(value, dict):
        return _object(value, lenient=lenient)
    if isinstance(value, list):
        made = [_element(key, each, lenient=lenient) for each in value]
        return value if all(new is old for new, old in zip(made, value, strict=True)) else made
    return _text(key, value, lenient=lenient) if isinstance(value, str) else value


def _element(key: str, value: Any, *, lenient: bool) -> Any:
    if value is None or isinstance(value, Unknown):
        return value
    if not element_fits(key, value):
        return Unknown(f"something in {key} is not what AWS has there")
    if isinstance(value, dict):
        return _object(value, lenient=lenient)
    return _text(key, value, lenient=lenient) if isinstance(value, str) else value


def _text(key: str, value: str, *, lenient: bool) -> str | Unknown:
    if not value:
        return value
    try:
        made = canonical(key, value)
    except ValueError as error:
        return value if lenient else Unknown(f"{key}: {error}")
    return value if made == value else made
