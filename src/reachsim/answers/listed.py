"""Several answers of one kind, as one value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Protocol, Self, TypeVar, overload

from reachsim.errors import shown
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

    def __new__(cls, answers: Iterable[T_co] = ()) -> Self:
        return super().__new__(cls, answers)

    def __contains__(self, item: object) -> bool:
        """Whether it is one of them. Raises TypeError for what is no answer."""
        return _among(item, tuple(self), self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {self.key: [each.to_dict() for each in self]}

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each, such as ``pandas.DataFrame(...)`` takes."""
        return [record(each.to_dict()) for each in self]


class Listing(Sequence[T_co], ToldOf):
    """An answer that is a list of others and more; what makes it true, and which they are, a subclass says."""

    @property
    def _listed(self) -> tuple[T_co, ...]:
        raise NotImplementedError

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return self._listed[index]

    def __len__(self) -> int:
        return len(self._listed)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._listed)

    def __contains__(self, item: object) -> bool:
        """Whether it is one of them. Raises TypeError for what is no answer."""
        return _among(item, self._listed, self)


def _among(item: object, answers: Sequence[object], whole: object) -> bool:
    """Whether something is one of the answers of a whole. Of traffic, a False would say that it is not reachable."""
    if not hasattr(item, "to_dict"):
        raise TypeError(f"{type(whole).__name__} has answers in it, such as iterating gives, not {shown(item)}")
    return item in answers
