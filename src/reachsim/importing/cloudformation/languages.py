"""What AWS's own macros make of a template: loops of `AWS::LanguageExtensions`, the globals of SAM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from reachsim.errors import UsageError, shown
from reachsim.importing.cloudformation.evaluate import Scope, evaluate
from reachsim.importing.cloudformation.template import LOOP, Template

_MOST: Final = 20_000
"""Values that the loops of a template may make."""
_SERVERLESS: Final = "AWS::Serverless-2016-10-31"
_LANGUAGES: Final = "AWS::LanguageExtensions"
_HARMLESS: Final = ("AWS::SecretsManager-", "AWS::CodeDeployBlueGreen", "AWS::ServiceCatalog")
_FUNCTION: Final = "AWS::Serverless::Function"


def processed(template: Template, values: Mapping[str, Any]) -> Template:
    """A template after AWS's own macros. `values`: what its parameters are. Raises UsageError for a macro that is not AWS's
    own, which nobody else can carry out, and for a loop that cannot be."""
    for name in template.transforms:
        if name not in (_SERVERLESS, _LANGUAGES) and not name.startswith(_HARMLESS):
            raise UsageError(
                f"{template.file}: the macro {shown(name)} makes the template that is deployed, and only AWS can run it; "
                "import the processed template (aws cloudformation get-template --template-stage Processed)"
            )
    if _LANGUAGES in template.transforms:
        template = expanded(template, values)
    return with_globals(template) if _SERVERLESS in template.transforms else template


def expanded(template: Template, values: Mapping[str, Any]) -> Template:
    """The template with its loops carried out. Raises UsageError for one that cannot be."""
    loops = _Loops(template, values)
    data = loops.carried_out(template.data, {})
    lines = dict(template.lines)
    for made, loop in loops.made_by.items():
        if loop in template.lines:
            lines.setdefault(made, template.lines[loop])
    return replace(template, data=data, lines=lines)


class _Loops:
    """The loops of one template. `made_by`: keys that loops made, with the key of the outermost loop."""

    def __init__(self, template: Template, values: Mapping[str, Any]) -> None:
        self.template = template
        self.made = 0
        self.made_by: dict[str, str] = {}
        self.scope = Scope(values=values, mappings=template.section("Mappings"))

    def carried_out(self, value: Any, names: Mapping[str, str]) -> Any:
        """A value with the loops in it carried out and the variables around it put in."""
        self.made += 1
        if self.made > _MOST and names:
            raise UsageError(f"{self.template.file}: its loops make more than {_MOST} values")
        if isinstance(value, str):
            return _with(value, names)
        if isinstance(value, list):
            return [self.carried_out(each, names) for each in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Ref"}:
            return self.reference(value["Ref"], names)
        found: dict[str, Any] = {}
        for key, member in value.items():
            if key.startswith(LOOP):
                for name, made in self.loop(key, member, names):
                    if name in found:
                        raise UsageError(f"{self.template.file}: {key} makes {shown(name)} twice")
                    found[name] = made
                    self.made_by.setdefault(name, key)
            else:
                found[_with(key, names)] = self.carried_out(member, names)
        return found

    def reference(self, asked: Any, names: Mapping[str, str]) -> Any:
        """What a Ref means: a variable's value, or a Ref, whose name the transform lets a function make."""
        if isinstance(asked, str) and asked in names:
            return names[asked]
        made = evaluate(self.carried_out(asked, names), self.scope)
        return {"Ref": made if isinstance(made, str) else asked}

    def loop(self, key: str, body: Any, names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
        """The members that one loop makes."""
        if not (isinstance(body, list) and len(body) == 3 and isinstance(body[0], str) and isinstance(body[2], dict)):
            raise UsageError(f"{self.template.file}: {key} needs a name, a list and an object")
        name, listed, output = body
        values = evaluate(self.carried_out(listed, names), self.scope)
        if isinstance(values, str):
            values = values.split(",")
        if not isinstance(values, list) or not all(isinstance(each, str | int) for each in values):
            raise UsageError(f"{self.template.file}: the values that {key} goes through are not known")
        for each in values:
            yield from self.carried_out(output, {**names, name: str(each).strip()}).items()


def _with(text: str, names: Mapping[str, str]) -> str:
    """A text with the variables of loops put in; `&{x}` is one without its signs."""
    if not names:
        return text

    def put(found: re.Match[str]) -> str:
        name = found[2]
        if name not in names:
            return found[0]
        return re.sub(r"[^A-Za-z0-9]", "", names[name]) if found[1] == "&" else names[name]

    return re.sub(r"([$&])\{([A-Za-z0-9]+)\}", put, text)


def with_globals(template: Template) -> Template:
    """A template of SAM in which every function says itself what its globals say."""
    shared = template.section("Globals").get("Function")
    if not isinstance(shared, dict):
        return template
    resources = {
        id: {**body, "Properties": _merged(shared, body.get("Properties") or {})}
        if isinstance(body, dict) and body.get("Type") == _FUNCTION
        else body
        for id, body in template.section("Resources").items()
    }
    return replace(template, data={**template.data, "Resources": resources})


def _merged(shared: Any, own: Any) -> Any:
    """Objects are merged, lists are put together, of other values the resource's own counts."""
    if isinstance(shared, dict) and isinstance(own, dict):
        if _is_function(shared) or _is_function(own):
            return own
        return {**shared, **{key: _merged(shared[key], each) if key in shared else each for key, each in own.items()}}
    if isinstance(shared, list) and isinstance(own, list):
        return [*shared, *own]
    return own


def _is_function(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))
