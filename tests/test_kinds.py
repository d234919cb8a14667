"""What is known of a kind of component stands in its file; elsewhere it is named only where it is the subject."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import reachsim
from reachsim.resources.resource import Resource, sections

SOURCE = Path(__file__).parents[1] / "src" / "reachsim"

OWN_ROOMS: Final = ("resources", "importing", "testing", "cidr")
"""Where a kind is at home: its file, the families of the importers, the strategies that draw one; and plans of addresses,
which have sections of their own."""

SUBJECTS: Final = {
    "answers/explain.py": "a plain instance as a probe; that a NAT gateway is in the wrong subnet, in words",
    "answers/lint/balancers.py": "a check on load balancers",
    "answers/lint/inspection.py": "a check on transit gateways",
    "answers/lint/places.py": "a check on private zones",
    "answers/lint/quotas.py": "a quota counts one kind",
    "answers/lint/rules.py": "a group of endpoints alone; instances that Session Manager reaches",
    "answers/lint/unused.py": "checks on endpoints, peerings, virtual private gateways and private zones",
    "answers/promised.py": "a plain name is an instance's or an interface's; any other waits for the topology",
    "answers/session_manager.py": "the question is about instances and the endpoints of Session Manager",
    "answers/superfluous.py": "the same question",
    "cli/session_manager.py": "the same question",
    "loading/further.py": "whose names are proposed for an end that stands nowhere, before there is a design",
    "loading/names.py": "one of several interfaces of a host is named by itself",
    "loading/vpc_checks.py": "rules name groups over a peering (SG-11)",
    "policy/filters.py": "sections that no rule hangs on; one that is not listed is looked at",
    "report/importing.py": "counts of what every account has",
    "report/show.py": "peerings are listed by themselves",
    "topology/build.py": "gateways' route tables are those of two kinds of gateways (ROUTE-21)",
    "topology/hidden.py": "an endpoint that is not told may stand before any service of one's own (EP-10)",
    "topology/host_names.py": "public host names mean private addresses over a peering (PEER-11)",
}
"""Files elsewhere that name a kind of component, each with the reason."""

AMBIGUOUS: Final = frozenset({"interfaces", "networks"})
"""Sections whose names are words of their own as well."""


@cache
def kinds() -> dict[str, type[Resource]]:
    """Every kind by its section."""
    reachsim.loads("version: 1\nvpcs: {}")  # imports all of them
    return {**sections("vpc"), **sections("design")}


def named_in(path: Path) -> Iterator[str]:
    """The kinds that a file names: by section, as text or as a key of a design, or by what it imports from their modules."""
    words = kinds().keys() - AMBIGUOUS
    modules = {kind.__module__ for kind in kinds().values()}
    classes = {kind.__name__ for kind in kinds().values()}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in words:
            yield node.value
        elif isinstance(node, ast.Attribute) and node.attr in words:
            yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            yield from (alias.name for alias in node.names if alias.name in classes)


def test_kinds_are_named_where_they_are_the_subject_alone() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): sorted(set(named_in(path)))
        for path in sorted(SOURCE.rglob("*.py"))
        if path.relative_to(SOURCE).parts[0] not in OWN_ROOMS
    }
    strangers = {name: named for name, named in found.items() if named and name not in SUBJECTS}
    assert not strangers, "let the resource declare it (`resources/resource.py`), or say why here"
    assert not [name for name in SUBJECTS if not found.get(name)], "these name none any more"


@pytest.mark.parametrize(
    "text",
    ["x = 'vpn_connections'", "x = design.transit_gateways", "from reachsim.resources.vpc_endpoint import VpcEndpoint"],
)
def test_a_kind_that_is_named_is_seen(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text)
    assert len([*named_in(tmp_path / "a.py")]) == 1


def test_each_kind_and_each_of_its_keys_is_on_the_page_of_the_format() -> None:
    page = (SOURCE.parents[1] / "docs" / "format.md").read_text(encoding="utf-8")
    keys = {
        section: [field.alias or name for name, field in kind.model_fields.items()] for section, kind in kinds().items()
    }
    said = {
        section: [key for key in names if f"`{key}`" in page or f"{key}:" in page] for section, names in keys.items()
    }
    assert said == keys
    assert all(section in page for section in keys)


def test_a_checkpoint_that_walks_by_itself_is_known_to_diff() -> None:
    """It decides by more than what it holds: unless `topology.parts.decide_by_more` knows it, `diff` misses a change."""
    files = sorted((SOURCE / "resources").glob("*.py"))
    assert [path.stem for path in files if "reachsim.dataplane.walk" in path.read_text(encoding="utf-8")] == [
        "inspection"
    ]
