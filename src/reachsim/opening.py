"""Whatever a design is in becomes one: a file in YAML, or files of AWS's and Terraform's tools.

Importing costs a start-up that a design in YAML need not pay, so it is imported for what needs it alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypedDict

from reachsim.errors import DesignError, UsageError, cut, shown
from reachsim.loading.document import read_bytes, read_document, read_file
from reachsim.loading.edits import joined_document, type_of
from reachsim.loading.load import Source, check
from reachsim.loading.marks import is_design, is_flow, is_template
from reachsim.loading.provenance import Joined
from reachsim.loading.tree import Document

if TYPE_CHECKING:
    from reachsim.importing.options import Options

Given = str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | Mapping[str, Any]
"""What a design is in: a file (``-``: standard input) or a folder, several of them, or plain data as JSON has it."""

_DATA: Final = "<data>"
"""What plain data is called in messages."""
_LARGEST: Final = 256 * 1024 * 1024
_BINARY: Final = (b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff")
"""A plan that was not shown yet, and UTF-16, which PowerShell writes."""
_SECTIONS: Final = frozenset({"version", "expect", "model"})
"""What stands in a file of expectations. `model`: what they are about, for pytest; a command names that itself."""


class Said(TypedDict, total=False):
    """What a person knows and a file that is imported leaves open (`reachsim.importing.read_options`)."""

    parameters: Mapping[str, str]
    parameter_files: Iterable[str | os.PathLike[str]]
    stacks: Mapping[str, str | os.PathLike[str]]
    region: str
    account: str
    strict: bool
    before: bool


def open_source(given: Given, said: Said, expect: str | os.PathLike[str] | Document | None = None) -> Source:
    """The checked design of whatever it is in. `expect`: expectations alone, in a file or read already, which are the
    design's then.

    Raises ReachsimError: a DesignError with every problem of a design, a UsageError for what cannot be imported.
    """
    document = open_document(given, said)
    if expect is None:
        return check(document)
    return check(with_expectations(document, expect if isinstance(expect, Document) else read_file(expect)))


def open_sides(given: Given, said: Said) -> tuple[Source, Source]:
    """The checked designs of what is and what will be, of a plan. Raises ReachsimError, also for what tells one of the two
    alone."""
    from reachsim.importing.files import import_sides, sides_of
    from reachsim.importing.sources import decoded

    if isinstance(given, Mapping):
        before, after = sides_of([(decoded(_json(given), _DATA), True)], _options(said), _DATA)
    else:
        before, after = import_sides(_paths(given), _options(said))
    return check(before.document), check(after.document)


def text_source(text: str | bytes, file: str, said: Said) -> Source:
    """The checked design of a text; `file` is its name in messages. Raises ReachsimError as `open_source`."""
    if not isinstance(text, str | bytes | bytearray):
        raise UsageError(f"text or bytes are expected, not {type_of(text)}; a file is read by reachsim.load(FILE)")
    return check(_of_content(text, file, said))


def changed_source(text: str, source: Source) -> Source:
    """The checked design of the text of another one after a change, with that one's expectations where they are in a file of
    their own. Raises DesignError."""
    document, provenance = read_document(text, file=source.file), source.document.provenance
    if isinstance(provenance, Joined):
        document = with_expectations(document, Document(provenance.tree, provenance.other))
    return check(document)


def with_expectations(document: Document, other: Document) -> Document:
    """A design with the expectations of another document, which has nothing else. Raises DesignError with all that is wrong
    with that, and where the design has some of its own."""
    wrong = [
        other.problem("this is no part of a file of expectations", (key,), key=True, hint="it has expect alone")
        for key in other.data
        if key not in _SECTIONS
    ]
    if "expect" not in other.data and not wrong:
        wrong.append(other.problem("there are no expectations", hint="write them under expect"))
    if document.data.get("expect") and not wrong:
        text = f"{document.file} has expectations of its own"
        wrong.append(other.problem(text, ("expect",), key=True, hint="keep all of them in one of the two"))
    if wrong:
        raise DesignError([*other.problems, *wrong])
    return joined_document(document, "expect", other)


def open_document(given: Given, said: Said) -> Document:
    """The design of whatever it is in, read and not checked. Raises ReachsimError."""
    if isinstance(given, Mapping):
        return _of_content(_json(given), _DATA, said)
    paths = _paths(given)
    if len(paths) > 1 or (paths[0] != "-" and isinstance(paths[0], str | os.PathLike) and os.path.isdir(paths[0])):
        return _imported(paths, said)
    return _of_content(*read_bytes(paths[0], _LARGEST), said)


def _paths(given: Given) -> list[str | os.PathLike[str]]:
    """The files that are named: one, or several. Raises UsageError for what is no name."""
    paths: list[Any] = list(given) if isinstance(given, Iterable) and not isinstance(given, str | bytes) else [given]
    for path in paths:
        if not isinstance(path, str | bytes | os.PathLike):
            raise UsageError(f"the name of a file is expected, got {shown(path)}")
    if not paths:
        raise UsageError("no file is named that a design is in")
    return paths


def _imported(paths: Iterable[str | os.PathLike[str]], said: Said) -> Document:
    from reachsim.importing.files import import_files

    return import_files(paths, _options(said)).document


def _of_content(content: str | bytes, file: str, said: Said) -> Document:
    """A document of what a file holds, by its marks."""
    if _may_be_imported(content):
        from reachsim.importing.files import import_sources
        from reachsim.importing.sources import of_content

        source = of_content(content, file)
        if not (is_design(source.text, source.data) or (source.not_json and "vpcs" in source.text)):
            return import_sources([(source, True)], _options(said), file).document
    if any(said.values()):
        from reachsim.importing.readers import check_options

        check_options(_options(said), (), ())
    return read_document(content, file=file)


def _may_be_imported(content: str | bytes) -> bool:
    """Whether it is no block of YAML with the marks of a design alone, which is what designs are nearly always."""
    if isinstance(content, bytes) and content.startswith(_BINARY):
        return True
    text = content if isinstance(content, str) else content.decode("utf-8-sig", "replace")
    return is_flow(text) or is_template(text)


def _options(said: Said) -> Options:
    from reachsim.importing.options import read_options

    return read_options(**said)


def _json(data: Mapping[str, Any]) -> str:
    """Plain data as a text. Raises UsageError for what JSON cannot say."""
    try:
        return json.dumps(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"this is no data as JSON has it: {cut(str(error))}") from None
