"""Calls that Python itself refuses: an argument that is missing, or one too many."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from reachsim.errors import UsageError

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")


def says_how_to_call(asked: type[C]) -> type[C]:
    """A class whose public methods answer arguments that do not fit with a UsageError that says how each is called."""
    for name, method in list(vars(asked).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(asked, name, _told(method))
    return asked


def _told(method: Callable[P, T]) -> Callable[P, T]:
    @wraps(method)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except TypeError:
            signature = inspect.signature(method)
            try:
                signature.bind(*args, **kwargs)
            except TypeError as misfit:
                raise UsageError(f"{misfit}; write {method.__name__}({_arguments(signature)})") from None
            raise

    return called


def _arguments(signature: inspect.Signature) -> str:
    """What a person may write between the parentheses: without the object itself, and without types."""
    _, *others = signature.parameters.values()
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in others]
    return str(inspect.Signature(plain))[1:-1]
