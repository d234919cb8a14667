"""References as a loaded design holds them: one way to name one thing.

A file may write a name of its own VPC bare or as ``vpc.name``. After loading it is bare, so that what is kept under a name
is found by it, and nobody takes names apart again; ``vpc.name`` names something in another VPC. A reference to nothing
stays as it is written, for whoever tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache, cached_property
from operator import is_
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from reachsim.loading.names import IMPLIED, all_targets_of
from reachsim.resources.design import Design
from reachsim.resources.fields import NameOf, ReadOnly, Schema

S = TypeVar("S", bound=Schema)


class Home:
    """Where references are written: in a VPC, or outside all of them ("")."""

    def __init__(self, design: Design, vpc: str = "") -> None:
        self.design = design
        self.vpc = vpc
        self.prefix = f"{vpc}."

    def at(self, vpc: str | None) -> Home:
        """In a VPC; here, where there is none of that name."""
        return Home(self.design, vpc) if vpc in self.design.vpcs and vpc != self.vpc else self

    def settled(self, reference: str, what: str) -> str:
        """The bare name, where that is what a reference with the prefix means; `what`: as in `Names`."""
        if not self.vpc:
            return reference
        name = reference[len(self.prefix) :]
        return name if name in self._members(what) else reference

    def _members(self, what: str) -> Collection[str]:
        if what == "targets":
            return self._targets
        body = self.design.vpcs[self.vpc]
        return {"default", *body.security_groups} if what == "peers" else {*getattr(body, what), *IMPLIED.get(what, ())}

    @cached_property
    def _targets(self) -> Collection[str]:
        return {target.name for target in all_targets_of(self.vpc, self.design.vpcs[self.vpc])}


Settler = Callable[[Any, Home], Any]
"""From a value as it is written to one whose references are settled: the same object where nothing changes."""


def settled(design: Design) -> Design:
    """A design whose references are settled."""
    outside = Home(design)
    changed: dict[str, Any] = {}
    for field, settler in _settlers(type(design)):
        value = getattr(design, field)
        if field == "vpcs":
            new = {name: settled_in(body, outside.at(name)) for name, body in design.vpcs.items()}
            if not all(map(is_, new.values(), value.values())):
                changed[field] = ReadOnly(new)
        elif (settled_value := settler(value, outside)) is not value:
            changed[field] = settled_value
    return design.model_copy(update=changed) if changed else design


def settled_in(body: S, home: Home) -> S:
    """A part of a design whose references are settled."""
    if body.home:
        home = home.at(getattr(body, body.home))
    changed = {}
    for field, settler in _settlers(type(body)):
        value = getattr(body, field)
        if value:
            new = settler(value, home)
            if new is not value:
                changed[field] = new
    return body.model_copy(update=changed) if changed else body


@cache
def _settlers(model: type[Schema]) -> tuple[tuple[str, Settler], ...]:
    """The fields of a kind of part that hold references, somewhere inside, with what settles them."""
    found = (
        (name, _settler(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation))
        for name, field in model.model_fields.items()
    )
    return tuple((name, settler) for name, settler in found if settler is not None)


def _settler(annotation: Any) -> Settler | None:
    """What settles the values of a type; None where it holds no references."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        what = next((each.what for each in annotation.__metadata__ if isinstance(each, NameOf)), None)
        return _settler(arguments[0]) if what is None else _reference(what)
    if isinstance(annotation, type) and issubclass(annotation, Schema):
        return _part(annotation) if _settlers(annotation) else None
    inner = [_settler(argument) for argument in arguments if argument is not Ellipsis]
    if not any(inner):
        return None
    if origin is dict:
        return _mapping(*inner)
    if origin is tuple:
        return _sequence(*filter(None, inner))
    if origin in (Union, UnionType):
        return _either([each for each in inner if each is not None])
    raise TypeError(f"references in {annotation} cannot be settled")


def _part(model: type[Schema]) -> Settler:
    # Looked up in the bases, since pydantic answers `isinstance` in Python, slowly.
    return lambda value, home: settled_in(value, home) if model in type(value).__mro__ else value


def _reference(what: str) -> Settler:
    # Most are bare: asked before anything is called, since a large design has a hundred thousand.
    return lambda value, home: (
        home.settled(value, what) if isinstance(value, str) and value.startswith(home.prefix) else value
    )


def _sequence(settler: Settler) -> Settler:
    def settle(values: Any, home: Home) -> Any:
        if not isinstance(values, tuple):
            return values
        for value in values:
            if settler(value, home) is not value:
                return tuple([settler(value, home) for value in values])
        return values

    return settle


def _mapping(of_key: Settler | None, of_value: Settler | None) -> Settler:
    def settle(values: Any, home: Home) -> Any:
        if not isinstance(values, dict):
            return values
        keys = list(values) if of_key is None else [of_key(key, home) for key in values]
        new = list(values.values()) if of_value is None else [of_value(each, home) for each in values.values()]
        if len({*keys}) < len(keys):
            return values  # one thing twice, in two spellings: neither is thrown away
        same = all(map(is_, keys, values)) and all(map(is_, new, values.values()))
        return values if same else ReadOnly(zip(keys, new, strict=True))

    return settle


def _either(settlers: list[Settler]) -> Settler:
    def settle(value: Any, home: Home) -> Any:
        for settler in settlers:
            value = settler(value, home)
        return value

    return settle
