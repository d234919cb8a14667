"""What the one who imports can say about files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Options:
    """What a file does not say itself.

    `parameters`: values of a template's parameters or a configuration's variables, by name. `stacks`: the files of nested or
    other stacks, by name. `region`, `account`: where it is deployed. `strict`: whether what cannot be read is an error
    rather than a note.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    stacks: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None
    account: str | None = None
    strict: bool = False
