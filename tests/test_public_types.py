"""Every type that a public answer is made of is a name of a public package: read from the hints of what `dir()` shows."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, get_args, get_origin

import reachsim
import reachsim.cidr
import reachsim.importing
from reachsim.resources.fields import Schema

PACKAGES = (reachsim, reachsim.cidr, reachsim.importing)
PUBLIC = {id(getattr(package, name)): getattr(package, name) for package in PACKAGES for name in package.__all__}
PYTHON = {"__iter__", "__getitem__", "__call__"}
"""Methods that have no name for the tab key, and that people use all the same."""


@cache
def imports_of(module: str) -> dict[str, tuple[str, str]]:
    """What a module imports by name, for type checkers too: by the name that it has there."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {each.asname or each.name: (node.module, each.name) for each in node.names}
    return found


def meant(name: str, module: str) -> Any:
    """What a name in a hint of a module is."""
    known = vars(sys.modules[module])
    if name in known:
        return known[name]
    if name in imports_of(module):
        home, original = imports_of(module)[name]
        return getattr(importlib.import_module(home), original, None)
    return None


def types_of(hint: Any, module: str, known: frozenset[str] = frozenset()) -> Iterator[type]:
    """The types of reachsim that a hint speaks of. `known`: the aliases that it is inside of."""
    if isinstance(hint, str):
        for node in ast.walk(ast.parse(hint, mode="eval")):
            if isinstance(node, ast.Name) and node.id not in known:
                yield from types_of(meant(node.id, module), module, known | {node.id})
    elif inspect.isclass(hint) and hint.__module__.startswith("reachsim"):
        yield hint
    elif get_origin(hint) is not Literal:
        for part in get_args(hint):
            yield from types_of(part, module, known)


def shown_names(kind: type) -> set[str]:
    """What the tab key offers of an instance."""
    if kind.__dir__ is not object.__dir__:
        try:
            return {*kind.__dir__(object.__new__(kind))} | PYTHON
        except (AttributeError, RecursionError):  # the names of a design besides
            pass
    fields = {name for base in kind.__mro__ for name in inspect.get_annotations(base)}
    return {name for name in {*dir(kind), *fields} if not name.startswith("_")} | PYTHON


def members_of(kind: type) -> Iterator[tuple[str, str, Any]]:
    """What an instance has: name, the module that says its type, the hint. Each as the first class has it."""
    told: set[str] = set()
    for base in kind.__mro__:
        if not base.__module__.startswith("reachsim"):
            continue
        hints = dict(inspect.get_annotations(base))
        for name, value in list(vars(base).items()):
            function = getattr(value, "fget", None) or getattr(value, "func", None) or getattr(value, "__func__", value)
            if inspect.isfunction(function):
                hints[name] = inspect.unwrap(function).__annotations__.get("return")
        for name, hint in hints.items():
            if name not in told and (name in PYTHON or not name.startswith("_")):
                told.add(name)
                yield name, base.__module__, hint


def test_the_types_of_whatever_a_guest_gets_have_public_names() -> None:
    hidden: dict[str, list[str]] = defaultdict(list)
    for thing in PUBLIC.values():
        if inspect.isclass(thing) and issubclass(thing, Schema):
            asked = []  # a part of a file, which docs/format.md and docs/schema.json tell
        elif inspect.isclass(thing):
            shown = shown_names(thing)
            asked = [(f"{thing.__name__}.{name}", *rest) for name, *rest in members_of(thing) if name in shown]
        elif callable(thing):
            function = inspect.unwrap(thing)
            asked = [(thing.__name__, function.__module__, function.__annotations__.get("return"))]
        else:
            asked = []
        for place, module, hint in asked:
            for kind in types_of(hint, module):
                if id(kind) not in PUBLIC:
                    hidden[f"{kind.__module__}.{kind.__name__}"].append(place)
    assert not hidden, "\n".join(f"{name}: {places}" for name, places in sorted(hidden.items()))
