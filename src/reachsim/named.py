"""Values by name, for those who look around: in a notebook, with the tab key."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Self, TypeVar

from reachsim.calls import made_by
from reachsim.errors import EndpointError, UsageError, counted, shown, suggest, summary
from reachsim.faces import Carded, face

T_co = TypeVar("T_co", covariant=True)


@made_by("net.interfaces or net.endpoints")
class Named(Mapping[str, T_co], Carded):
    """Values by their full names, in order; a bare name that means one thing will do too. Looked up when asked for.

    Each is an attribute as well: ``shop.web-a`` is ``shop_web_a``, and ``web_a`` where that means one thing.
    `names`: full names, each with its bare one, which may be empty. `find`: gives the value of a full name, and raises
    EndpointError. `row`: a value as a record of a table.

    >>> shouted = Named("word", {"a.one": "one", "a.two-b": "two-b"}, str.upper, lambda word: {"word": word})
    >>> shouted["a.one"], shouted["one"], shouted.two_b, len(shouted), "three" in shouted
    ('A.ONE', 'A.ONE', 'A.TWO-B', 2, False)
    """

    def __init__(
        self, noun: str, names: Mapping[str, str], find: Callable[[str], T_co], row: Callable[[Any], dict[str, Any]]
    ) -> None:
        self._noun = noun
        self._find = find
        self._row = row
        self._names = tuple(names)
        self._known = frozenset(names)
        self._bare = {bare: name for bare, name in _only(names).items() if bare not in names}

    @property
    def noun(self) -> str:
        """What one of them is."""
        return self._noun

    def __getitem__(self, name: str) -> T_co:
        if not isinstance(name, str):
            raise UsageError(f"a name is expected, not {shown(name)}; write {shown(next(iter(self), 'name'))}")
        full = name if name in self._known else self._bare.get(name, name)
        try:
            return self._find(full)
        except EndpointError as error:
            raise KeyError(str(error)) from None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self._known or name in self._bare)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __getattr__(self, attribute: str) -> T_co:
        if attribute.startswith("_"):  # as `copy` asks of an object that has nothing yet
            raise AttributeError(f"a Named has no attribute {attribute!r}")
        if attribute in self._attributes:
            return self[self._attributes[attribute]]
        near = self._near(attribute)
        hint = f"did you mean {summary(near)}?" if near else "write [NAME]"
        raise AttributeError(f"no {self._noun} here is {attribute!r} as an attribute; {hint}")

    def _near(self, attribute: str) -> list[str]:
        """Attributes that were probably meant: those that it begins (``db`` of ``db/1``), else the likeliest."""
        begun = [each for each in self._attributes if each.startswith(f"{attribute}_")]
        likeliest = suggest(attribute, self._attributes)
        return begun or ([] if likeliest is None else [likeliest])

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._attributes]

    def _ipython_key_completions_(self) -> list[str]:
        return [*self._names, *self._bare]

    @cached_property
    def _attributes(self) -> dict[str, str]:
        """Attribute to full name; what could mean two things, or is taken, is none."""
        short = _only({full: _safe(bare) for bare, full in self._bare.items()})
        found = {**short, **_only({name: _safe(name) for name in self._names})}
        return {each: name for each, name in found.items() if each.isidentifier() and not hasattr(type(self), each)}

    def __copy__(self) -> Self:
        return self  # it never changes

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __eq__(self, other: object) -> bool:
        return dict(self) == dict(other) if isinstance(other, Named) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._names)

    def __repr__(self) -> str:
        return face("Named", f"{counted(len(self), self._noun)}: {', '.join(self._names)}")

    def __str__(self) -> str:
        return "\n".join(map(str, self.values()))

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each, such as ``pandas.DataFrame(...)`` takes."""
        return [self._row(value) for value in self.values()]


def _only(words: Mapping[str, str]) -> dict[str, str]:
    """Word to name, of words that stand for one name alone; the empty word is none."""
    found: dict[str, list[str]] = {}
    for name, word in words.items():
        found.setdefault(word, []).append(name)
    return {word: names[0] for word, names in found.items() if word and len(names) == 1}


def _safe(name: str) -> str:
    safe = re.sub(r"\W", "_", name)
    return f"{safe}_" if keyword.iskeyword(safe) else safe
