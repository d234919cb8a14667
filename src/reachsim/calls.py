"""Calls that Python itself refuses: an argument that is missing, or one too many."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from weakref import WeakSet

from reachsim.errors import UsageError

C = TypeVar("C", bound=Callable[..., Any])
P = ParamSpec("P")
T = TypeVar("T")

_TELLING: WeakSet[Callable[..., Any]] = WeakSet()
"""What says it already: a dataclass with slots is made twice, the second time of the functions of the first."""


def says_how_to_call(asked: C) -> C:
    """A function, or a class with its public methods, that answers arguments which do not fit with a UsageError that
    says how it is called."""
    if not isinstance(asked, type):
        return _told(asked, 0)  # type: ignore[return-value]  # called as what it stands for
    for name, member in list(vars(asked).items()):
        if name.startswith("_"):
            continue
        if inspect.isfunction(member):
            setattr(asked, name, _told(member, 1))
        elif isinstance(member, classmethod):
            setattr(asked, name, classmethod(_told(member.__func__, 1)))
        elif isinstance(member, staticmethod):
            setattr(asked, name, staticmethod(_told(member.__func__, 0)))
    return asked


def _told(function: Callable[P, T], bound: int) -> Callable[P, T]:
    """`bound`: how many of its arguments Python itself gives."""
    if function in _TELLING:
        return function

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except TypeError:
            signature = _signature(function)
            try:
                signature.bind(*args, **kwargs)
            except TypeError as misfit:
                name = getattr(function, "__name__", "")
                raise UsageError(f"{misfit}; write {name}({_arguments(signature, bound)})") from None
            raise

    _TELLING.add(called)
    return called


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """What a function takes; keywords that are told by a TypedDict (``**said: Unpack[Said]``) each by its name."""
    signature = inspect.signature(function)
    known = getattr(inspect.unwrap(function), "__globals__", {})

    def each(parameter: inspect.Parameter) -> Iterator[inspect.Parameter]:
        kind = str(parameter.annotation).removeprefix("Unpack[").removesuffix("]")
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD or kind not in known:
            yield parameter
            return
        for name in known[kind].__annotations__:
            yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=...)

    return signature.replace(parameters=[one for own in signature.parameters.values() for one in each(own)])


def _arguments(signature: inspect.Signature, bound: int) -> str:
    """What a person may write between the parentheses: without what Python gives, and without types."""
    others = list(signature.parameters.values())[bound:]
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in others]
    return str(inspect.Signature(plain))[1:-1].replace("Ellipsis", "...")
