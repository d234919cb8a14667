"""What an import gives: a design as plain data, the names that its objects have there, and what was left open."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from reachsim.calls import made_by
from reachsim.faces import Faced, for_engines
from reachsim.importing.inventory import Origin
from reachsim.loading.provenance import Places
from reachsim.loading.tree import Document
from reachsim.places import Place

Path = tuple[str | int, ...]


@made_by("importing.import_files(paths)")
@dataclass(frozen=True, repr=False)
class Note(Faced):
    """Something that an import has to say. `kind`: ``unknown``, ``left out``, ``assumed`` or ``not read``."""

    kind: str
    what: str
    text: str
    origin: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}: {self.text}" + (f" ({self.origin})" if self.origin else "")


@for_engines("document")
@made_by("importing.import_files(paths)")
@dataclass
class Imported:
    """A design that was imported.

    `file`: what it was made of, for messages. `design`: plain data in the form that designs have. `names`: by AWS's
    id, what it is called there (``vpc.name``). `origins`: by key path, where an object was read; `entries`: where single
    rules, routes and associations of it were, if elsewhere. `notes`: what was unknown, left out or assumed. `read`: how many
    objects were understood, by the name that AWS has for their list.
    """

    design: dict[str, Any]
    names: dict[str, str] = field(default_factory=dict)
    origins: dict[Path, Origin] = field(default_factory=dict)
    entries: dict[Path, Origin] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    file: str = "imported"
    read: dict[str, int] = field(default_factory=dict)

    @property
    def document(self) -> Document:
        """The design as if it had been read, each part of which stands where its object was."""
        told = itertools.chain(self.origins.items(), self.entries.items())
        places = {path: Place(origin.file, origin.line, name=origin.path) for path, origin in told}
        return Document(self.design, Places(self.file, places, self._left_open()))

    def _left_open(self) -> dict[Path, tuple[str, ...]]:
        """What is not known of objects, by their paths."""
        told: dict[tuple[str, str], dict[str, None]] = {}
        for note in self.notes:
            if note.kind == "unknown" and note.what in self.names:
                told.setdefault((note.origin, self.names[note.what]), {})[f"{note.what}: {note.text}"] = None
        found = {path: told.get((str(origin), _name_at(path)), {}) for path, origin in self.origins.items()}
        return {path: tuple(texts) for path, texts in found.items() if texts}


def _name_at(path: Path) -> str:
    """What is at a path, by the name that it has in an answer."""
    return f"{path[1]}.{path[-1]}" if len(path) > 2 and path[0] == "vpcs" else str(path[-1])
