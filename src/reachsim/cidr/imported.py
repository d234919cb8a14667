"""Blocks in what is imported: templates, plans, folders of describe answers, answers that a tool wrapped.

They are taken from the inventory and not from a design: what AWS would refuse, such as subnets that overlap, is what is
asked about, and a block that stands for one that is not known is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from reachsim.cidr.aws import documents_of
from reachsim.cidr.entries import Sources
from reachsim.errors import DesignError, Problem, ReachsimError
from reachsim.importing.files import read_sources
from reachsim.importing.inventory import Attributes, Inventory, Unknown
from reachsim.importing.options import Options
from reachsim.importing.sources import Source, of_content
from reachsim.importing.sources import sources as files_of
from reachsim.loading.marks import is_template

_KINDS: Final = ("Vpcs", "Subnets", "VpcPeeringConnections")
_PLAN: Final = ("planned_values", "resource_changes", "Resources")
"""Keys of a plan, which knows more than what its resources say, and of a template."""


def in_folder(path: str) -> list[tuple[Source, bool]]:
    """The files of a folder that may be read. Raises ReachsimError."""
    return [(source, False) for source in files_of(path)]


def in_content(data: bytes | str, file: str) -> list[tuple[Source, bool]]:
    """One file by its content. Raises ReachsimError for what cannot be read at all."""
    return [(of_content(data, file), True)]


def in_wrapper(text: str, file: str) -> list[tuple[Source, bool]] | None:
    """A file in which a tool wrapped answers of describe calls; None where no blocks are in it, or where they are at its
    top, so that what is wrong with them has been told."""
    try:
        source = of_content(text, file)
        if not isinstance(source.data, dict) or any(key in source.data for key in (*_KINDS, "vpcs")):
            return None
        found = read_sources([(source, True)], Options(), file)
    except ReachsimError:
        return None
    return [(source, True)] if any(found.items.get(kind) for kind in _KINDS) else None


def is_imported(text: str) -> bool:
    """Whether a text is a template or a plan, by its marks."""
    if is_template(text):
        return True
    return text.lstrip()[:1] == "{" and any(f'"{key}"' in text for key in _PLAN)


def imported(given: Iterable[tuple[Source, bool]], options: Options, file: str) -> Sources:
    """The blocks of what was read, those of each file under its name. Raises DesignError."""
    try:
        found = read_sources(given, options, file)
    except DesignError:
        raise
    except ReachsimError as error:
        raise DesignError([Problem(str(error), (), file)]) from None
    out = Sources()
    for name, told in _by_file(found).items():
        part = documents_of(told, name)
        if part is not None:
            out.add(part[0])
    return out


def _by_file(found: Inventory) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, list[Attributes]]] = {}
    for kind in _KINDS:
        for item in found.of(kind):
            key = kind.removesuffix("s") + "Id" if kind != "VpcPeeringConnections" else "VpcPeeringConnectionId"
            told = {key: item.id, **_known(item.attributes)}
            if kind != "Subnets" or told.get("CidrBlock") or told.get("Ipv6CidrBlockAssociationSet"):
                out.setdefault(item.origin.file, {}).setdefault(kind, []).append(told)
    return {name: dict(kinds) for name, kinds in out.items()}


def _known(value: Any) -> Any:
    """What is known of a value."""
    if isinstance(value, dict):
        return {key: _known(member) for key, member in value.items() if not isinstance(member, Unknown)}
    return [_known(each) for each in value if not isinstance(each, Unknown)] if isinstance(value, list) else value
