"""The configuration that a plan keeps: what expressions refer to, by module and block. Their text is not kept.

Of an expression a plan has the constant that it is, or the list of what it refers to. Indices that are computed, functions,
`for` and the contents of `dynamic` blocks are lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reachsim.importing.terraform.addresses import Address, Step

Expression = Mapping[str, Any]
"""`{"constant_value": ...}`, `{"references": [...]}`, or nothing of both."""


@dataclass(frozen=True)
class Scope:
    """One instance of a module, and the block there whose `each` and `count` are meant."""

    modules: tuple[Step, ...]
    block: Mapping[str, Any]
    key: int | str | None = None


class Configuration:
    """The root module's configuration and all in it. `given`: the values that the root module's variables have."""

    def __init__(self, root: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> None:
        self.root = root
        self.given = given or {}
        self.blocks: dict[Address, Mapping[str, Any]] = {}
        waiting: list[tuple[tuple[Step, ...], Mapping[str, Any]]] = [((), root)]
        while waiting:
            path, module = waiting.pop()
            for each in _objects(module.get("resources")):
                kind, name = each.get("type"), each.get("name")
                if isinstance(kind, str) and isinstance(name, str):
                    self.blocks[Address(path, kind, name, data=each.get("mode") == "data")] = each
            for name, call in _dict(module.get("module_calls")).items():
                waiting.append(((*path, Step(name)), _dict(_dict(call).get("module"))))

    def block(self, address: Address) -> Mapping[str, Any] | None:
        """The block that an instance was made of."""
        return self.blocks.get(address.configured)

    def module(self, modules: tuple[Step, ...]) -> Mapping[str, Any]:
        """The configuration of a module."""
        found: Mapping[str, Any] = self.root
        for step in modules:
            found = _dict(_dict(_dict(found.get("module_calls")).get(step.name)).get("module"))
        return found

    def calls(self, modules: tuple[Step, ...]) -> list[Mapping[str, Any]]:
        """The `module` blocks in a module."""
        return [_dict(each) for each in _dict(self.module(modules).get("module_calls")).values()]

    def call(self, modules: tuple[Step, ...]) -> Mapping[str, Any]:
        """The `module` block that a module is called by."""
        if not modules:
            return {}
        return _dict(_dict(self.module(modules[:-1]).get("module_calls")).get(modules[-1].name))

    def outputs(self, modules: tuple[Step, ...], name: str | None) -> list[Expression]:
        """The expression of an output of a module; of all of them where its name is not known."""
        outputs = _dict(self.module(modules).get("outputs"))
        chosen = outputs.values() if name is None else [outputs.get(name)]
        return [_dict(_dict(each).get("expression")) for each in chosen]


def expression(
    block: Mapping[str, Any], way: tuple[str, ...], index: int | None, count: int
) -> tuple[Expression | None, bool]:
    """The expression of an attribute, and whether it is its alone.

    `way`: its name, behind those of the blocks that it is in. `index`, `count`: which of how many blocks of the outermost
    name the values have. A list of blocks in a configuration is that of the values where both have as many; blocks that are
    written as attributes share one expression, and `dynamic` ones have none.
    """
    found: Any = block.get("expressions")
    for position, name in enumerate(way):
        found = _dict(found).get(name)
        if isinstance(found, list):
            if position == 0 and index is not None and len(found) == count:
                found = found[index]
            elif len(found) == 1 and count == 1:
                found = found[0]
            else:
                return None, False
        if isinstance(found, dict) and ("references" in found or "constant_value" in found):
            return found, position == len(way) - 1
    return (found, True) if isinstance(found, dict) and not found else (None, False)


def references(found: Expression | None) -> list[str]:
    """What an expression refers to, each at its most exact: behind `a.b.id` Terraform lists `a.b` too."""
    listed = found.get("references") if found is not None else None
    out: list[str] = []
    if isinstance(listed, list):
        for each in listed:
            if isinstance(each, str) and not (out and _begins(out[-1], each)):
                out.append(each)
    return out


def _begins(longer: str, shorter: str) -> bool:
    return longer.startswith(shorter) and longer[len(shorter) : len(shorter) + 1] in (".", "[")


def every_expression(found: Any) -> Iterator[Expression]:
    """All expressions in a block, at any depth."""
    waiting = [found]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if "references" in each or "constant_value" in each:
                yield each
            else:
                waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
