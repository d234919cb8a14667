"""YAML text -> plain values with positions, and nothing that changes a meaning silently.

The values are str, int, bool, None, list and dict with str keys. Only the plain scalars `true`, `false`,
`null`, `~`, nothing at all, and decimal integers as a person writes them (`-?(0|[1-9][0-9]*)`, at most 18
digits) are anything but text: `no`, `22:22`, `0x10`, `1_000`, `010`, `1.0` and dates stay the text that
stands in the file, and a schema that expects something else says so. A key is text even where it looks like a
number, so `1` and `"1"` are one key.

What YAML has beyond that is refused with a message (tags but `!!str`, merge keys, several documents, keys
that are not scalars) or bounded (anchors and aliases, depth, size), since a design may come from anyone.

The reader works on the stream of parse events: libyaml makes them in C, nothing recurses in Python or in C,
and the bounds hold while the file is read rather than after. Where PyYAML has no libyaml, its pure parser
is used.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NoReturn

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from reachsim.errors import DesignError, Problem, UsageError, shown
from reachsim.loading.builder import DesignBuilder
from reachsim.loading.edits import type_of
from reachsim.loading.surrogates import HALF, pairs_joined
from reachsim.loading.tree import MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_SCALAR, Document

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "MAX_SCALAR", "Document", "read_document", "read_file"]

_PLAIN: Final = bytes((0x09, 0x0A, *range(0x20, 0x7F)))
# libyaml compares each tag directive with all before it, so a file of nothing else would take hours.
_TAG_DIRECTIVE: Final = re.compile(r"^%TAG\b", re.MULTILINE)


class _PureParser(Reader, Scanner, Parser):
    """PyYAML's own parser, for where libyaml is missing: the same events, many times slower."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        self.source = stream

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: Any) -> list[str]:
        """A part of a quoted text; half of a surrogate pair is an error, as it is for libyaml."""
        start = self.get_mark()
        chunks: list[str] = super().scan_flow_scalar_non_spaces(double, start_mark)
        if double and any("\ud800" <= character <= "\udfff" for chunk in chunks for character in chunk):
            half = next(found for found in HALF.finditer(self.source, start.index) if found[1] or found[2])
            at = half.start() + 2
            line = start.line + self.source.count("\n", start.index, at)
            column = at - self.source.rfind("\n", 0, at) - 1
            mark = yaml.Mark("", at, line, column, "", 0)
            raise ScannerError("while parsing a quoted scalar", start_mark, "found invalid Unicode character", mark)
        return chunks


_FastParser: Callable[[str], Any]
try:
    from yaml._yaml import CParser

    _FastParser = CParser
except ImportError:  # pragma: no cover - depends on how PyYAML was built
    _FastParser = _PureParser


def read_file(path: str | os.PathLike[str]) -> Document:
    """Read a file; `-` is the standard input (`./-` a file of that name).

    Raises DesignError as `read_document` does, and where the file cannot be read.
    """
    data, file = read_bytes(path)
    return read_document(data, file=file)


def read_bytes(path: str | os.PathLike[str], most: int = MAX_BYTES) -> tuple[str | bytes, str]:
    """What is in a file, or in standard input for `-`, and its name for messages; one byte more than `most` at most.

    Raises DesignError where it cannot be read.
    """
    if not isinstance(path, str | bytes | os.PathLike):
        raise UsageError(f"the name of a file is expected, got {shown(path)}")
    name = os.fsdecode(path)
    file = "<stdin>" if name == "-" else name
    try:
        if name == "-":
            stream = getattr(sys.stdin, "buffer", sys.stdin)
            return b"" if stream is None else stream.read(most + 1), file
        with open(name, "rb") as source:
            return source.read(most + 1), file
    except FileNotFoundError:
        _refuse(file, "no such file")
    except IsADirectoryError:
        _refuse(file, "this is a directory", hint="name a YAML file in it")
    except PermissionError:
        _refuse(file, "no permission to read this file")
    except OSError as error:
        _refuse(file, f"cannot be read: {error.strerror or error}")
    except ValueError:
        # open() refuses a NUL, and a standard input in text mode what it cannot decode.
        _refuse(file, "not the name of a file" if name != "-" else "not UTF-8 text")


def read_document(source: str | bytes, *, file: str) -> Document:
    """Read one YAML document whose top level is a mapping.

    `source`: text, or bytes in UTF-8 (a byte order mark is skipped).  `file`: the name for messages. Raises
    DesignError, with a position, for what is not such a document or is larger than the MAX_* of this
    module. Problems that leave the rest readable are in the Document's `problems`.
    """
    return _read(decode(source, file), file, _FastParser)


def _read(text: str, file: str, parser: Callable[[str], Any]) -> Document:
    match = None if _is_plain(text) else _forbidden().search(text)
    if match is not None:
        _refuse_character(text, match.start(), file)
    match = _TAG_DIRECTIVE.search(text) if "%TAG" in text else None
    if match is not None:
        _refuse(file, "%TAG directives are not supported", text=text, at=match.start(), hint="remove the line")
    document = DesignBuilder(*pairs_joined(text, parser), file).build()
    document.text = text
    return document


@cache
def _forbidden() -> re.Pattern[str]:
    """What may not stand in a text. Compiling it takes as long as reading a small design, and hardly a text needs it."""
    # Line breaks that only YAML 1.1 knows (and a lone carriage return) would make our line numbers differ from
    # an editor's.
    return re.compile(
        "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
    )


def _is_plain(text: str) -> bool:
    """Whether there is nothing but ASCII that may stand anywhere, as in most designs: found many times faster than what may
    not."""
    return text.isascii() and not text.encode("ascii").translate(None, _PLAIN)


def _refuse(file: str, message: str, *, hint: str | None = None, text: str | None = None, at: int = 0) -> NoReturn:
    """End with one problem; with `text`, at index `at` of it."""
    if text is None:
        raise DesignError(Problem(message, (), file, hint=hint))
    start = text.rfind("\n", 0, at) + 1
    raise DesignError(Problem(message, (), file, text.count("\n", 0, at) + 1, at - start + 1, hint))


def decode(source: str | bytes, file: str) -> str:
    """UTF-8 without its byte order mark. Raises DesignError for what is another encoding, or too long, UsageError for what
    is neither text nor bytes."""
    if not isinstance(source, str | bytes | bytearray):
        raise UsageError(f"text or bytes are expected, not {type_of(source)}")
    if len(source) > MAX_BYTES:
        _refuse(file, f"larger than {MAX_BYTES // 1024 // 1024} MiB")
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    # Without a byte order mark, one of the first two bytes of ASCII text in UTF-16 is a NUL.
    if source.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or source[1:2].count(0) != source[:1].count(0):
        _refuse(file, "the text is in UTF-16 or UTF-32", text="", hint="save it as UTF-8")
    try:
        return source.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8").removeprefix("\ufeff")
        _refuse(
            file,
            f"the byte 0x{source[error.start]:02x} is not UTF-8",
            text=before,
            at=len(before),
            hint="save the file as UTF-8",
        )


def _refuse_character(text: str, at: int, file: str) -> NoReturn:
    character = text[at]
    hint = "remove it, or write it as an escape in double quotes"
    if character == "\r":
        _refuse(file, "a carriage return without a line feed", text=text, at=at, hint="end lines with a line feed")
    name = "a NUL" if character == "\0" else f"the character U+{ord(character):04X}"
    _refuse(file, f"{name} is not allowed in YAML text", text=text, at=at, hint=hint)
