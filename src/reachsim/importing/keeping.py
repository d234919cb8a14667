"""What a person wrote into a design that was imported before, kept when it is imported again."""

from __future__ import annotations

from typing import Final

import yaml

from reachsim.errors import DesignError
from reachsim.importing.imported import Imported
from reachsim.importing.writing import written
from reachsim.loading.document import read_document
from reachsim.loading.edits import joined_document
from reachsim.loading.tree import Document

KEPT: Final = ("name", "warn", "nat_loss_below", "lint", "expect")
"""The sections that no import writes: what is promised, and what is waived."""


def kept_document(out: Imported, earlier: Document) -> Document:
    """The design that was imported, with those sections of an earlier one, which stand where they stood there.

    Raises DesignError where the earlier one cannot be read.
    """
    if earlier.problems:
        raise DesignError(earlier.problems)
    document = out.document
    for key in KEPT:
        if key in earlier.data:
            document = joined_document(document, key, earlier)
    return document


def written_with(out: Imported, earlier: Document) -> str:
    """The text of the design that was imported, and those sections of the earlier one as they were written."""
    sections = [_section(earlier, key) for key in KEPT if key in earlier.data]
    return "\n".join([written(out), *(f"{section.strip()}\n" for section in sections)])


def _section(document: Document, key: str) -> str:
    """The lines of a section with the comment above it, or as we write it where they do not say it alone (flow style, an
    alias of what stands elsewhere)."""
    lines = (document.text or "").splitlines()
    line = document.position((key,), key=True)[0]
    later = [at for other in document.data if (at := document.position((other,), key=True)[0]) > line]
    end = _comment_above(lines, min(later)) if later else len(lines)
    text = "\n".join(lines[_comment_above(lines, line) : end])
    try:
        if read_document(text, file=document.file).data == {key: document.data[key]}:
            return text
    except DesignError:
        pass
    return str(yaml.safe_dump({key: document.data[key]}, sort_keys=False, allow_unicode=True))


def _comment_above(lines: list[str], line: int) -> int:
    """The index of the first line of the comment that stands right above a line, counted from 1, or of the line itself."""
    first = line - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return first
