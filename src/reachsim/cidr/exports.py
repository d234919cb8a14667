"""Reading blocks from JSON: our own, and what AWS and Terraform print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from reachsim.cidr.aws import documents_of
from reachsim.cidr.entries import Sources
from reachsim.cidr.lists import parse_block
from reachsim.cidr.models import read_model
from reachsim.cidr.problems import CIDR_KEYS, COMMENT_KEYS, ID_KEYS, MOST_PROBLEMS, NAME_KEYS, refuse
from reachsim.errors import DesignError, Path, Problem, shown
from reachsim.loading.document import read_document
from reachsim.loading.tree import unique_keys


class _Value(NamedTuple):
    """Something that should be a block."""

    path: Path
    value: Any
    owner: str = ""
    comment: str = ""
    id: str = ""


def read_json(text: str, file: str) -> Sources:
    """A list of blocks, objects, or what AWS and Terraform print; one value, or several one after the other."""
    values = _parsed(text, file)
    if len(values) == 1 and isinstance(values[0], dict) and "vpcs" in values[0]:
        return read_model(text, file)
    out = Sources()
    out.entries.begin(file)
    wrong: list[tuple[Path, str]] = []
    for value in values:
        known = documents_of(value, file)
        if known is not None:
            out.add(known[0])
            wrong += known[1]
            continue
        for path, block, owner, comment, network in _json_values(value):
            try:
                if not isinstance(block, str):
                    raise ValueError(f'a block is text such as "10.0.0.0/16", not {shown(block)}')
                out.entries.add(*parse_block(block), owner, comment, None, network)
            except ValueError as error:
                wrong.append((path, str(error)))
                if len(wrong) == MOST_PROBLEMS:
                    break
    if wrong:
        raise DesignError(_place_json(text, file, wrong))
    return out


def _parsed(text: str, file: str) -> list[Any]:
    decoder = json.JSONDecoder(object_pairs_hook=unique_keys)
    values: list[Any] = []
    at = len(text) - len(text.lstrip())
    try:
        while at < len(text) or not values:
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            while at < len(text) and text[at].isspace():
                at += 1
    except json.JSONDecodeError as error:
        refuse(
            file,
            f"not valid JSON: {error.msg[0].lower()}{error.msg[1:]}",
            line=error.lineno,
            column=error.colno,
        )
    except ValueError as error:
        refuse(file, f"not valid JSON: {error}")
    except RecursionError:
        refuse(file, "not usable JSON: nested too deeply")
    return values


def _json_values(data: Any) -> Iterator[_Value]:
    """Everything that should be a block."""
    if isinstance(data, dict) and not any(str(key).lower() in CIDR_KEYS for key in data):
        for name, value in data.items():
            if isinstance(value, dict):
                for found in _json_object((name,), value):
                    yield found._replace(owner=found.owner or name)
            elif isinstance(value, list):
                for index, block in enumerate(value):
                    yield _Value((name, index), block, name)
            else:
                yield _Value((name,), value, name)
        return
    for index, item in enumerate(data if isinstance(data, list) else [data]):
        here: Path = (index,) if isinstance(data, list) else ()
        if isinstance(item, dict):
            yield from _json_object(here, item)
        else:
            yield _Value(here, item)


def _json_object(path: Path, item: dict[str, Any]) -> Iterator[_Value]:
    keys = {str(key).lower(): key for key in item}
    name = next((item[keys[key]] for key in NAME_KEYS if key in keys), "")
    network = next((item[keys[key]] for key in ID_KEYS if key in keys), "")
    comment = next((item[keys[key]] for key in COMMENT_KEYS if key in keys), "")
    key = next((keys[key] for key in CIDR_KEYS if key in keys), None)
    if key is None:
        yield _Value(path, item)
        return
    value = item[key]
    for index, block in enumerate(value if isinstance(value, list) else [value]):
        where = (*path, key, index) if isinstance(value, list) else (*path, key)
        yield _Value(where, block, str(name or ""), str(comment or ""), str(network or ""))


_PAIR: Final = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)


def json_as_yaml(text: str) -> str:
    """JSON that a YAML reader takes: JSON writes a character beyond 16 bits as two escapes, YAML does not."""

    def joined(match: re.Match[str]) -> str:
        return chr(0x10000 + ((int(match[1], 16) & 0x3FF) << 10 | int(match[2], 16) & 0x3FF))

    return _PAIR.sub(joined, text)


def _place_json(text: str, file: str, wrong: list[tuple[Path, str]]) -> list[Problem]:
    """Problems with their lines. JSON has no positions, so it is read once more as the YAML that it nearly
    is."""
    text = json_as_yaml(text)
    wrapped = text.lstrip()[:1] == "["
    try:
        document = read_document('{"": ' + text + "}" if wrapped else text, file=file)
    except DesignError:  # JSON that is not YAML, or too large: paths without lines
        return [Problem(message, path, file) for path, message in wrong]
    out = []
    for path, message in wrong:
        line, column = document.position(("", *path) if wrapped else path)
        if wrapped and line == 1:
            column -= len('{"": ')
        out.append(Problem(message, path, file, line, column))
    return out
