"""The directive ``reachsim-schema``: a JSON Schema as sections, one for each kind of thing in a design."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class SchemaPage(SphinxDirective):
    """``.. reachsim-schema:: FILE``, seen from the folder of the pages."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir) / self.arguments[0]
        self.env.note_dependency(str(path))
        schema = json.loads(path.read_text(encoding="utf-8"))
        definitions = schema["$defs"]
        kinds = {name: body for name, body in definitions.items() if "properties" in body}
        forms = {name: body for name, body in definitions.items() if "properties" not in body}
        return [
            _kind("The file", "schema-file", schema),
            *(_kind(name, _anchor(name), body) for name, body in kinds.items()),
            _forms(forms),
        ]


def _anchor(name: str) -> str:
    return f"schema-{name.lower()}"


def _section(title: str, anchor: str) -> nodes.section:
    section = nodes.section(ids=[anchor], names=[anchor])
    section += nodes.title("", title)
    return section


def _kind(title: str, anchor: str, body: dict[str, Any]) -> nodes.section:
    """What one mapping of a design may hold."""
    section = _section(title, anchor)
    section += _text(body.get("description", ""))
    required = body.get("required", [])
    section += _list(
        ([nodes.literal("", key)], value, _left_out(key in required, value))
        for key, value in body["properties"].items()
    )
    return section


def _forms(forms: dict[str, Any]) -> nodes.section:
    """How a value is written: names, addresses, traffic."""
    section = _section("Forms of values", "schema-forms")
    section += _list(([_target(name)], body, []) for name, body in forms.items())
    return section


def _target(name: str) -> nodes.Node:
    target = nodes.strong(ids=[_anchor(name)])
    target += nodes.Text(name)
    return target


def _left_out(required: bool, body: dict[str, Any]) -> list[nodes.Node]:
    if required:
        return [nodes.Text("; required")]
    default = body.get("default")
    return [] if default in (None, "") else [nodes.Text("; left out: "), nodes.literal("", json.dumps(default))]


def _value(body: dict[str, Any]) -> Iterator[nodes.Node]:
    """What may stand there, in words; what has a place of its own on the page is a link."""
    if "$ref" in body:
        name = body["$ref"].rpartition("/")[2]
        link = nodes.reference("", "", internal=True, refid=_anchor(name))
        link += nodes.Text(name)
        yield link
    elif choices := [each for each in body.get("anyOf", body.get("oneOf", [])) if each.get("type") != "null"]:
        for number, each in enumerate(choices):
            yield from [nodes.Text(" or ")] if number else []
            yield from _value(each)
    elif "const" in body or "enum" in body:
        for number, each in enumerate(body.get("enum", [body.get("const")])):
            yield from [nodes.Text(", ")] if number else []
            yield nodes.literal("", each if isinstance(each, str) else json.dumps(each))
    elif body.get("type") == "array":
        yield nodes.Text("a list: ")
        yield from _value(body.get("items", {}))
    elif isinstance(body.get("additionalProperties"), dict):
        yield nodes.Text("by name: ")
        yield from _value(body["additionalProperties"])
    else:
        yield nodes.Text(_plain(body))


def _plain(body: dict[str, Any]) -> str:
    """A value that is neither a choice nor made of others."""
    types = body.get("type", "anything")
    words = "text" if isinstance(types, list) or types == "string" else {"boolean": "true or false"}.get(types, types)
    least, most = body.get("minimum"), body.get("maximum")
    if least is None or most is None:
        return words if least is most else f"{words}, at least {least}" if most is None else f"{words}, at most {most}"
    return f"{words}, {least} to {most}"


def _text(description: str) -> nodes.paragraph:
    """A paragraph in which code is what stands in backticks."""
    paragraph = nodes.paragraph()
    for part in re.split(r"(``[^`]+``|`[^`]+`)", " ".join(description.split())):
        paragraph += nodes.literal("", part.strip("`")) if part.startswith("`") else nodes.Text(part)
    return paragraph


def _list(entries: Iterable[tuple[list[nodes.Node], dict[str, Any], list[nodes.Node]]]) -> nodes.definition_list:
    """What each is called, what may stand there, and what is said of it."""
    listed = nodes.definition_list(classes=["reachsim-schema"])
    for name, body, more in entries:
        term = nodes.term()
        term += [*name, nodes.Text("  "), *_value(body), *more]
        listed += nodes.definition_list_item("", term, nodes.definition("", _text(body.get("description", ""))))
    return listed


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("reachsim-schema", SchemaPage)
    return {"parallel_read_safe": True}
