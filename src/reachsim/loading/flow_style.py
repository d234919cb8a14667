"""Values as a person writes them in YAML: the texts that an edit puts into a file."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./$()-]*\Z")
"""Texts that no quotes are needed for, in flow collections too."""
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_NUMBER: Final = re.compile(r"[-+]?[0-9._]+(e[-+]?[0-9]+)?\Z|0[xo][0-9a-f]+\Z", re.IGNORECASE)
_WIDTH: Final = 96
"""Columns of a mapping in one line before its keys get lines of their own."""


def scalar(value: Any) -> str:
    """A text, a number, true, false or null, quoted where it would be read as something else.

    >>> scalar("10.0.0.0/16"), scalar("no"), scalar(False), scalar("service:s3"), scalar("80")
    ('10.0.0.0/16', '"no"', 'false', '"service:s3"', '"80"')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if _PLAIN.match(text) and text.lower() not in _WORDS and not _NUMBER.match(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def key(name: str) -> str:
    """A key: all are texts, so a number needs no quotes.

    >>> key("1"), key("0.0.0.0/0"), key("::/0")
    ('1', '0.0.0.0/0', '"::/0"')
    """
    return name if re.fullmatch(r"0|[1-9][0-9]*", name) else scalar(name)


def flow(value: Any) -> str:
    """A value in one line.

    >>> flow({"allow": "tcp/443", "from": ["a", "b"]})
    '{allow: tcp/443, from: [a, b]}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key(str(name))}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def block(value: Any, indent: int, newline: str = "\n") -> str:
    """What stands behind ``key:`` in a block mapping whose keys stand at `indent`: a space and one line, or lines below.

    >>> block(True, 0), block([{"allow": "all", "from": "web"}], 2)
    (' true', '\\n    - {allow: all, from: web}')
    """
    inner = newline + " " * (indent + 2)
    if isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value):
        return "".join(f"{inner}- {flow(item)}" for item in value)
    if isinstance(value, dict) and (_deep(value) or indent + len(flow(value)) > _WIDTH):
        return "".join(f"{inner}{key(str(name))}:{block(item, indent + 2, newline)}" for name, item in value.items())
    return f" {flow(value)}"


def _deep(value: dict[str, Any]) -> bool:
    return any(
        isinstance(item, dict) or (isinstance(item, list) and any(isinstance(x, dict) for x in item))
        for item in value.values()
    )
