"""Which reader takes a file. Each reader is a module of its own; here is only their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reachsim.errors import UsageError
from reachsim.importing import describe
from reachsim.importing.inventory import Inventory
from reachsim.importing.sources import Source


@dataclass(frozen=True)
class Reader:
    """A sort of file. `name`: as a user would call it. `recognises`: whether a file is of the sort, from its marks alone and
    for every file there is (a text that is not JSON has no data). `read`: takes what it tells into an inventory."""

    name: str
    recognises: Callable[[Source], bool]
    read: Callable[[Inventory, Source], None]


READERS: Final[tuple[Reader, ...]] = (Reader("answers of describe calls", describe.recognises, describe.read_source),)
"""In the order in which they are asked; describe takes all JSON, so it is the last."""


def reader_of(source: Source) -> Reader:
    """The first reader that recognises a file. Raises UsageError where none does."""
    for reader in READERS:
        if reader.recognises(source):
            return reader
    raise UsageError(f"{source.file} is no JSON: {source.not_json}")
