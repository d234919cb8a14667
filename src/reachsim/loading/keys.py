"""Which keys a schema has in some place: what an unknown key may have meant."""

from __future__ import annotations

import types
import typing
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel, RootModel

from reachsim.errors import Path


def keys_at(model: type[BaseModel], path: Path, branch: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that the schema has for the mapping at `path`; of a union, those of the model in `branch`."""
    here: list[Any] = list(_flatten(model))
    for step in path:
        here = list(dict.fromkeys(part for node in here for inner in _inner(node, step) for part in _flatten(inner)))
    models = [node for node in here if _is_model(node)]
    chosen = [node for node in models if node.__name__ in branch]
    keys: dict[str, None] = {}
    for node in chosen or models:
        for name, field in node.model_fields.items():
            for key in _names(name, field):
                keys[key] = None
    return tuple(keys)


def _is_model(node: Any) -> bool:
    return isinstance(node, type) and issubclass(node, BaseModel)


def _names(name: str, field: Any) -> list[str]:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return [choice for choice in alias.choices if isinstance(choice, str)] or [name]
    return [alias if isinstance(alias, str) else name]


def _flatten(annotation: Any) -> Iterator[Any]:
    """The types behind an annotation, without unions, aliases and metadata."""
    pending = [annotation]
    while pending:
        node = pending.pop(0)
        origin = get_origin(node)
        if origin is Annotated:
            pending.insert(0, get_args(node)[0])
        elif origin is Union or origin is types.UnionType:
            pending[:0] = get_args(node)
        elif hasattr(node, "__value__"):
            pending.insert(0, node.__value__)
        elif _is_model(node) and issubclass(node, RootModel):
            pending.insert(0, node.model_fields["root"].annotation)
        elif node is not None and node is not typing.Any:
            yield node


def _inner(node: Any, step: str | int) -> Iterator[Any]:
    """The annotation of what is at `step` in a value of type `node`."""
    if _is_model(node):
        for name, field in node.model_fields.items():
            if step in _names(name, field):
                yield field.annotation
        return
    origin, arguments = get_origin(node), [a for a in get_args(node) if a is not Ellipsis]
    if not isinstance(origin, type) or not arguments:
        return
    if issubclass(origin, Mapping):
        if isinstance(step, str):
            yield arguments[-1]
    elif issubclass(origin, Collection) and isinstance(step, int):
        # A tuple of fixed length has a type for each place.
        yield arguments[step] if len(arguments) > 1 and step < len(arguments) else arguments[0]
