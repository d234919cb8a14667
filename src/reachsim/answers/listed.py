"""Several answers of one kind, as one value."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, TypeVar

from reachsim.faces import ToldOf, record


class PlainData(Protocol):
    """What has plain data."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""


T_co = TypeVar("T_co", bound=PlainData, covariant=True)


class Answers(ToldOf, tuple[T_co, ...]):
    """A tuple of answers, so true where there is one. A subclass says what they are.

    `key`: what they are called in JSON.
    """

    key: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {self.key: [each.to_dict() for each in self]}

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each, such as ``pandas.DataFrame(...)`` takes."""
        return [record(each.to_dict()) for each in self]
