"""The JSON Schema of a design, made from the same models that read one; the same with every version of pydantic."""

from __future__ import annotations

import ast
import importlib
import inspect
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from reachsim.resources.design import design_model
from reachsim.resources.fields import FORM, Schema, in_percent

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_OF_KEYS = ("pattern", "minLength", "maxLength")
"""What the schema of a name says of a key; keys are text, whatever they look like."""


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a design file, which makes an editor complete and check it.

    It takes every form that a design may be written in, and no unknown key. What needs the whole design to be told (a name
    that is written nowhere, a block outside its VPC) is the loader's part.
    """
    forms: dict[str, Any] = {}
    out = _tidied(_with_forms(design_model().model_json_schema(by_alias=True, schema_generator=_Generator), forms))
    out["$defs"] |= {name: _tidied(forms[name]) for name in sorted(forms)}
    return {"$schema": _DIALECT, "title": "reachsim design, version 1", **out}


class _Generator(GenerateJsonSchema):
    """pydantic's generator, where it says less than is known or differs from version to version."""

    def dict_schema(self, schema: Any) -> JsonSchemaValue:
        """Every key and every value is checked: keys under `propertyNames`, values under `additionalProperties`."""
        keys = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        values = self.generate_inner(schema["values_schema"]) if "values_schema" in schema else {}
        names = keys if FORM in keys else {key: keys[key] for key in _OF_KEYS if key in keys}
        return {"type": "object", "additionalProperties": values} | ({"propertyNames": names} if names else {})

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        """A key without a description has the text that stands under it in the source."""
        out = super().model_schema(schema)
        kind: type[Schema] = schema["cls"]
        texts = _texts_under_keys(kind)
        for name, key in kind.model_fields.items():
            if key.description is None and name in texts:
                out["properties"][key.alias or name] |= {"description": texts[name]}
        return out

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """A copy: pydantic 2.7 writes the default of one field into the form that all fields of its type share."""
        return dict(super().generate_inner(schema))

    def encode_default(self, dft: Any) -> Any:
        """A share as a design writes it; versions of pydantic differ in whether they ask the field. What is built when it is
        first used (`defer_build`) they do not build for a default before 2.10."""
        if isinstance(dft, Schema):
            type(dft).model_rebuild()
        return in_percent(dft) if isinstance(dft, Fraction) else super().encode_default(dft)

    def str_schema(self, schema: Any) -> JsonSchemaValue:
        """Free text: 1.0 is text in a design, but editors take it for a number."""
        return {**super().str_schema(schema), "type": ["string", "number"]}


def _texts_under_keys(kind: type[Schema]) -> dict[str, str]:
    """The texts under the keys of a kind and of what it is made from, by name.

    Read only when somebody wants the schema: pydantic would read the source of every kind at each start of a command.
    """
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if issubclass(base, Schema):
            found |= _texts_in_module(base.__module__).get(base.__qualname__, {})
    return found


@cache
def _texts_in_module(module: str) -> dict[str, dict[str, str]]:
    """The texts under the annotated names of each class of a module, by class and name; none where there is no source."""
    try:
        source = inspect.getsource(importlib.import_module(module))
    except (OSError, TypeError):  # a session's own kind
        return {}
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = {
                key.target.id: inspect.cleandoc(under.value.value)
                for key, under in pairwise(node.body)
                if isinstance(key, ast.AnnAssign)
                and isinstance(key.target, ast.Name)
                and isinstance(under, ast.Expr)
                and isinstance(under.value, ast.Constant)
                and isinstance(under.value.value, str)
            }
    return found


def _with_forms(node: Any, forms: dict[str, Any]) -> Any:
    """Forms that have a name are written once, in `forms`, and referred to."""
    if isinstance(node, list):
        return [_with_forms(item, forms) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: _with_forms(value, forms) for key, value in node.items() if not isinstance(value, tuple)}
    if not isinstance(node.get(FORM), tuple):
        return out
    form, what = node[FORM]
    own = {key: out.pop(key) for key in ("description", "default") if key in out}  # of the field, beside the reference
    forms.setdefault(form, {"description": what, **out})
    return {"$ref": f"#/$defs/{form}", **own}


def _tidied(node: Any, names: bool = False) -> Any:
    """Without titles that repeat keys, defaults that say "nothing", and references wrapped for older dialects.

    `names`: the keys of this mapping are names of properties or definitions, not words of JSON Schema.
    """
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {name: _tidied(node[name]) for name in node}
    out: dict[str, Any] = {}
    for key in sorted(node, key=_place):
        value = node[key]
        if key == "enum" and "const" in node:  # older versions of pydantic say both
            continue
        if key == "title" or (key == "default" and (value is None or isinstance(value, dict | list))):
            continue
        if key == "allOf" and len(value) == 1:
            out |= _tidied(value[0])
        elif key == "description":  # editors show plain text, and the home of a rule has its ID in bold
            out[key] = value.replace("**", "")
        elif key in ("examples", "enum", "required"):
            out[key] = value
        else:
            out[key] = _tidied(value, names=key in ("properties", "$defs"))
    return out


_ORDER = ("description", "$ref", "type", "const", "enum", "pattern", "properties", "required", "propertyNames")


def _place(key: str) -> tuple[int, str]:
    return (_ORDER.index(key) if key in _ORDER else len(_ORDER)), key
