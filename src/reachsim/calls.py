"""Calls that do not fit: an argument that is missing, one too many, one of another type.

What a guest may call (all that reachsim, reachsim.cidr, reachsim.importing and reachsim.testing offer) answers such a call
with a UsageError of one line: what was given, and what to write. Three decorators see to it:

- `says_how_to_call`: a function, or the methods of a class. A call is looked at once it has gone wrong, so it costs nothing;
- `checks_types`: a function that would go wrong later only, such as one that makes a strategy;
- `made_by`: a class. Nobody makes an answer by hand, so whoever calls ``Trace(...)`` is told the question.

Errors, enumerations, schemas of files, the algebra of sets and what there may be a million of are left as Python and
pydantic have them.
"""

from __future__ import annotations

import collections.abc
import inspect
import itertools
import os
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar
from weakref import WeakSet

from reachsim.errors import ReachsimError, UsageError, shown, with_article

C = TypeVar("C", bound=Callable[..., Any])
K = TypeVar("K", bound=type[Any])
P = ParamSpec("P")
T = TypeVar("T")

_TELLING: WeakSet[Callable[..., Any]] = WeakSet()
"""What says it already: a dataclass with slots is made twice, the second time of the functions of the first."""
_SEVERAL = 3
"""Arguments that nobody gives who only tries what a class does."""
_SHORT = 20
"""Characters of a default that is told."""
_WRITTEN: dict[type[Any], str] = {}
"""What to write for a value of a type."""


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


def checks_types(function: C) -> C:
    """A function that answers a value of another type than it says with a UsageError, before it begins."""
    takes = _Takes(function, 0)

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # of pytest: what a law raises is shown where it was asked
        takes.check(args, kwargs)
        return function(*args, **kwargs)

    return called  # type: ignore[return-value]  # called as what it stands for


def made_by(written: str, *, by_hand: bool = False, itself: bool = False) -> Callable[[K], K]:
    """A class of which a guest gets values by what is `written`: a call of the class that does not fit says so.

    `by_hand`: whether a guest may have a reason to call it, and is told what was wrong. Any other class that needs several
    arguments is looked at only once a call has gone wrong: the engines make many, and whoever tries has too few. So is one
    that notices `itself`, by a TypeError, what does not fit. A dataclass has this decorator above its own.
    """

    def decorated(made: K) -> K:
        says_how_to_call(made)
        _WRITTEN[made] = written
        name = "__init__" if made.__init__ is not object.__init__ else "__new__"
        own = getattr(made, name)
        instead = "" if by_hand else f"{made.__name__} is not made by hand; write {written}"
        takes = _Takes(own, 1, made, instead)
        late = itself or (takes.needs >= _SEVERAL and not by_hand)

        @wraps(own)
        def begun(self: Any, *args: Any, **kwargs: Any) -> Any:
            if kwargs or tuple(map(type, args)) not in takes.fitting:
                takes.check(args, kwargs)
            return own(self, *args, **kwargs)

        @wraps(own)
        def quickly(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return own(self, *args, **kwargs)
            except TypeError:
                takes.check(args, kwargs)
                raise

        setattr(made, name, quickly if late else begun)
        return made

    return decorated


def _told(function: Callable[P, T], bound: int) -> Callable[P, T]:
    """`bound`: how many of its arguments Python itself gives."""
    if function in _TELLING:
        return function

    takes = _Takes(function, bound)

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except ReachsimError:
            raise
        except (TypeError, AttributeError, LookupError, ValueError):
            takes.check(args[bound:], kwargs)
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


def _arguments(signature: inspect.Signature) -> str:
    """What a person may write between the parentheses: without types, and without defaults that are long."""
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
    long = [each.default is not inspect.Parameter.empty and len(repr(each.default)) > _SHORT for each in plain]
    short = [each.replace(default=...) if too else each for each, too in zip(plain, long, strict=True)]
    return str(inspect.Signature(short))[1:-1].replace("Ellipsis", "...")


class _Takes:
    """What a function takes. Types are read from its annotations when a call is first checked, so that no start pays for it.

    `bound`: how many arguments Python itself gives, of which `check` is not told. `made`: the class that is called.
    `instead`: what is said in place of what was wrong.
    """

    def __init__(
        self, function: Callable[..., Any], bound: int, made: type[Any] | None = None, instead: str = ""
    ) -> None:
        self.function = function
        self.bound = bound
        self.made = made
        self.instead = instead
        self.fitting: set[tuple[type[Any], ...]] = set()

    def check(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Raises UsageError where a call does not fit. Plain types that fitted once need no further look (`fitting`)."""
        try:
            given = self._signature.bind(*args, **kwargs)
        except TypeError as misfit:
            raise self._refusal(str(misfit)) from None
        for name, value in given.arguments.items():
            wanted = self._wanted.get(name)
            if wanted is not None and not wanted.fits(value):
                text = f"{name} is {_named(value)}, where {wanted.noun} is expected"
                raise self._refusal(text, wanted.written)
        if not kwargs and not any(wanted.nested for wanted in self._wanted.values()):
            self.fitting.add(tuple(map(type, args)))

    def _refusal(self, fault: str, written: str = "") -> UsageError:
        if self.instead:
            return UsageError(self.instead)
        name = self.function.__name__ if self.made is None else self.made.__name__
        written = written or _WRITTEN.get(self.made or type(None), "")
        return UsageError(f"{fault}; write {written or f'{name}({_arguments(self._signature)})'}")

    @property
    def needs(self) -> int:
        """How many arguments it has to be given, by position."""
        defaults = getattr(self.function, "__defaults__", None) or ()
        code = getattr(self.function, "__code__", None)
        return 0 if code is None else code.co_argcount - self.bound - len(defaults)

    @cached_property
    def _signature(self) -> inspect.Signature:
        signature = _signature(self.function)
        return signature.replace(parameters=list(signature.parameters.values())[self.bound :])

    @cached_property
    def _wanted(self) -> dict[str, _Wanted]:
        """Of each parameter that asks for a type which can be told at run time."""
        home = sys.modules.get((self.made or self.function).__module__)
        # What it was made with comes first: a module may have been imported anew since.
        own = getattr(inspect.unwrap(self.function), "__globals__", {})
        known = {**vars(typing), **vars(collections.abc), **(vars(home) if home else {}), **own}
        plain = [each for each in self._signature.parameters.values() if each.kind not in _MANY]
        found = {each.name: _wanted(_resolved(each.annotation, known), _items_of(self.made)) for each in plain}
        return {name: wanted for name, wanted in found.items() if wanted is not None}


_MANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class _Wanted(NamedTuple):
    """What a parameter takes: whether a value fits, what it is called, what to write for one, and whether more is looked at
    than its own type."""

    fits: Callable[[object], bool]
    noun: str
    written: str = ""
    nested: bool = False


def _resolved(annotation: object, known: Mapping[str, Any]) -> object:
    """A type, of its name; Any where the name is of what is imported for type checkers alone."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, dict(known))
    except (NameError, TypeError):
        return Any


def _items_of(made: type[Any] | None) -> object:
    """What a list of a type has in it, by its base: `Exposed` of ``Exposure(Answers[Exposed])``."""
    items = [item for base in getattr(made, "__orig_bases__", ()) for item in typing.get_args(base)]
    return items[0] if len(items) == 1 else Any


def _wanted(hint: Any, items: object) -> _Wanted | None:
    """`items`: what a variable stands for. None: anything, or what cannot be told at run time."""
    if isinstance(hint, TypeVar):
        return None if items is Any or isinstance(items, TypeVar) else _wanted(items, Any)
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _either([_wanted(part, items) for part in parts])
    if origin is typing.Literal:
        return _Wanted(lambda value: value in parts, " or ".join(map(repr, parts)), nested=True)
    if origin is collections.abc.Callable:
        return _Wanted(callable, "a function", nested=True)
    if isinstance(origin, type) and issubclass(origin, collections.abc.Iterable):
        return _several(origin, _wanted(parts[0], items) if parts else None)
    if hint is None or hint is type(None):
        return _Wanted(lambda value: value is None, "")
    if not isinstance(origin or hint, type) or hint in _ANYTHING or getattr(hint, "_is_protocol", False):
        return None
    hint = origin or hint
    of = (int, float) if hint is float else hint
    return _Wanted(
        lambda value: isinstance(value, of), _NOUNS.get(hint, with_article(hint.__name__)), _WRITTEN.get(hint, "")
    )


_ANYTHING = (Any, object, inspect.Parameter.empty)
_NOUNS: dict[type[Any], str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "True or False",
    dict: "a mapping",
    os.PathLike: "a path",
}


def _either(ways: list[_Wanted | None]) -> _Wanted | None:
    known = [way for way in ways if way is not None]
    if len(known) < len(ways):
        return None
    nouns = [way.noun for way in known if way.noun]
    written = next((way.written for way in known if way.written), "")
    return _Wanted(
        lambda value: any(way.fits(value) for way in known),
        " or ".join(nouns),
        written,
        any(way.nested for way in known),
    )


def _several(kind: type[Any], item: _Wanted | None) -> _Wanted:
    """A collection, of which the first item is looked at. A text is none, whatever Python says."""

    def fits(value: object) -> bool:
        if not isinstance(value, kind) or isinstance(value, str | bytes):
            return False
        if item is None or not isinstance(value, collections.abc.Collection):
            return True
        return all(map(item.fits, itertools.islice(value, 1)))

    of = f" with {item.noun} in it" if item is not None and item.noun else ""
    noun = "a mapping" if issubclass(kind, collections.abc.Mapping) else "a list"
    return _Wanted(fits, noun + of, f"[{item.written}]" if item is not None and item.written else "", nested=True)


def _named(value: object) -> str:
    """A value of a call, in a few words."""
    plain = value is None or isinstance(value, str | int | float | list | tuple | set | frozenset | dict)
    return shown(value) if plain else with_article(type(value).__name__)
