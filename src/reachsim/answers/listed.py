"""Several answers of one kind, as one value."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, TypeVar

from reachsim.faces import Carded, face, record


class Told(Protocol):
    """An answer that has plain data."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""


T_co = TypeVar("T_co", bound=Told, covariant=True)


class Answers(tuple[T_co, ...], Carded):
    """A tuple of answers, so true where there is one. A subclass says what they are.

    `key`: what they are called in JSON.
    """

    __slots__ = ()
    key: ClassVar[str]

    @property
    def title(self) -> str:
        """How many there are, in one line."""
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n".join([self.title, *map(str, self)])

    def __repr__(self) -> str:
        return face(type(self).__name__, self.title)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {self.key: [each.to_dict() for each in self]}

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each, such as ``pandas.DataFrame(...)`` takes."""
        return [record(each.to_dict()) for each in self]
