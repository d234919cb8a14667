"""How values look at a prompt: one line, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch
from importlib import import_module
from typing import Any, TypeVar

from reachsim.calls import says_how_to_call
from reachsim.errors import visible

T = TypeVar("T")
REPR_LENGTH = 120
"""Characters of a line that is still read at one glance."""


def one_line(text: str, most: int = REPR_LENGTH) -> str:
    r"""The first line of a text, safe for a terminal, cut to `most` characters.

    >>> one_line("BLOCKED  a -> b\nbecause"), one_line("x" * 200, 8)
    ('BLOCKED a -> b', 'xxxxx...')
    """
    line = visible(text.partition("\n")[0].replace("  ", " "))
    return line if len(line) <= most else line[: most - 3] + "..."


def face(kind: str, text: str) -> str:
    """A value in angle brackets: what it is, and what it says.

    >>> face("Packet", "tcp 10.0.0.1:50000 -> 10.0.0.2:443")
    '<Packet tcp 10.0.0.1:50000 -> 10.0.0.2:443>'
    """
    return f"<{kind} {one_line(text, REPR_LENGTH - len(kind) - 3)}>"


class Faced:
    """A value whose repr is its class and the first line of its text; a subclass writes `__str__`.

    A dataclass that is one says ``repr=False``, or it would get a repr of all its fields.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return face(type(self).__name__, str(self))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For Hypothesis, which would show the fields of a dataclass: addresses as numbers."""
        printer.text(repr(self))


def for_engines(*names: str) -> Callable[[type[T]], type[T]]:
    """A class whose instances have more than a person reads of them: the tab key leaves `names` out."""

    def hide(kind: type[T]) -> type[T]:
        def shown_names(self: T) -> list[str]:
            return [name for name in object.__dir__(self) if name not in names]

        kind.__dir__ = shown_names  # type: ignore[method-assign, assignment]
        return kind

    return hide


def record(data: Mapping[str, Any], **said: Any) -> dict[str, Any]:
    """Plain data as one flat record of a table: lists of words in one text, without what has keys of its own. `said`: what
    stands for some of it, at the end.

    >>> record({"names": ["a", "b"], "count": 2, "packet": {"protocol": 6}, "line": None})
    {'names': 'a, b', 'count': 2, 'line': None}
    """
    return {key: _flat(value) for key, value in data.items() if key not in said and not _has_keys(value)} | said


def _has_keys(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(each, Mapping) for each in value))


def _flat(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


@singledispatch
def html_of(answer: object) -> str | None:
    """An answer as HTML, for what has a card; None for everything else."""
    return None


@singledispatch
def text_of(answer: object, *networks: Any) -> str | None:
    """An answer as the command line prints it, without colours; None for what cannot be set without its networks."""
    return None


_ROOMS: dict[str, str] = {}


def shown_by(*, cards: str, texts: str) -> None:
    """Say which modules register with `html_of` and `text_of`. Each is imported when it is first needed."""
    _ROOMS.update(cards=cards, texts=texts)


class Carded:
    """An answer that a notebook shows as a card, and whose methods say how they are called."""

    __slots__ = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        says_how_to_call(cls)

    def _repr_html_(self) -> str | None:
        import_module(_ROOMS["cards"])
        return html_of(self)


class Told(Carded):
    """An answer to a question that the command line answers too: as a text it is what is printed there."""

    __slots__ = ()

    @property
    def title(self) -> str:
        """The answer in one line."""
        raise NotImplementedError

    def _networks(self) -> tuple[Any, ...]:
        return ()

    def __str__(self) -> str:
        import_module(_ROOMS["texts"])
        return text_of(self, *self._networks()) or self.title

    def __repr__(self) -> str:
        return face(type(self).__name__, self.title)


class ToldOf(Told):
    """An answer of networks. It remembers them (`about`) for its text alone: names of files, places, what is not modelled.

    What is pickled, or copied, takes its text along in place of the networks.
    """

    _about: tuple[Any, ...] | str

    def _networks(self) -> tuple[Any, ...]:
        found = vars(self).get("_about", ())
        return () if isinstance(found, str) else found

    def __str__(self) -> str:
        known = vars(self).get("_about")
        return known if isinstance(known, str) else super().__str__()

    def __getstate__(self) -> dict[str, Any]:
        state = vars(self).copy()
        return state | {"_about": str(self)} if "_about" in state else state


A = TypeVar("A", bound=ToldOf)


def about(answer: A, *networks: Any) -> A:
    """The answer, which remembers the networks that it is about."""
    vars(answer)["_about"] = networks
    return answer
