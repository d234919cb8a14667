"""The intrinsic functions of CloudFormation with three values: known, absent (`AWS::NoValue`) and `Unknown`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reachsim.importing.inventory import Unknown
from reachsim.loading.tree import same


class Absent:
    """The value of `AWS::NoValue`: the property or the list's entry that has it is not there."""


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Reference:
    """A resource of the same template, or one of its attributes (empty for what `Ref` gives)."""

    logical_id: str
    attribute: str = ""


DEEPEST: Final = 64
"""How many conditions may hang on one another before they count as unknown."""


@dataclass(frozen=True)
class Scope:
    """What the names of a template mean. `values`: parameters and pseudo parameters that are known. `resources`: by logical
    id, the name of the condition under which each is made; None where it is made in any case."""

    values: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, str | None] = field(default_factory=dict)
    truths: dict[str, bool | Unknown] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What conditions came out as, each evaluated once: a condition may name another any number of times."""


def evaluate(value: Any, scope: Scope) -> Any:
    """The value with its functions carried out; what cannot be known, or has a wrong shape, is an `Unknown`."""
    if isinstance(value, list):
        items = [evaluate(item, scope) for item in value]
        return [item for item in items if item is not ABSENT]
    if isinstance(value, str):
        return _resolved(value)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name in FUNCTIONS:
            return FUNCTIONS[name](argument, scope)
        if isinstance(name, str) and name.startswith("Fn::"):
            return Unknown(f"the function {name} is not evaluated")
    members = {key: evaluate(item, scope) for key, item in value.items()}
    return {key: item for key, item in members.items() if item is not ABSENT}


def condition(name: str, scope: Scope, asked: tuple[str, ...] = ()) -> bool | Unknown:
    """Whether a condition of the template holds."""
    if name not in scope.conditions:
        return Unknown(f"there is no condition {name}")
    if name in asked:
        return Unknown(f"the condition {name} depends on itself")
    if len(asked) == DEEPEST:
        return Unknown(f"more than {DEEPEST} conditions hang on one another")
    if name not in scope.truths:
        scope.truths[name] = _truth(scope.conditions[name], scope, (*asked, name))
    return scope.truths[name]


def _truth(value: Any, scope: Scope, asked: tuple[str, ...]) -> bool | Unknown:
    if not isinstance(value, dict) or len(value) != 1:
        return Unknown("a condition that is not one function")
    name, argument = next(iter(value.items()))
    if name == "Condition" and isinstance(argument, str):
        return condition(argument, scope, asked)
    if not isinstance(argument, list):
        return Unknown(f"the condition function {name} needs a list")
    if name == "Fn::Equals" and len(argument) == 2:
        return _equal(*(evaluate(item, scope) for item in argument))
    truths = [_truth(item, scope, asked) for item in argument]
    if name == "Fn::Not" and len(truths) == 1:
        return truths[0] if isinstance(truths[0], Unknown) else not truths[0]
    if name in ("Fn::And", "Fn::Or") and truths:
        deciding: bool = name == "Fn::Or"
        if deciding in truths:
            return deciding
        return next((item for item in truths if isinstance(item, Unknown)), not deciding)
    return Unknown(f"the condition function {name} is not evaluated")


def _equal(left: Any, right: Any) -> bool | Unknown:
    """CloudFormation compares as text: true is "true"."""
    for side in (left, right):
        if isinstance(side, Unknown):
            return side
    one, other = _text(left), _text(right)
    if one is None or other is None:
        return Unknown("a comparison of what is not text")
    return one == other


def _text(value: Any) -> str | None:
    """A scalar as CloudFormation writes it; None for what is no scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _resolved(text: str) -> str | Unknown:
    """A text, unless it holds a dynamic reference, which only CloudFormation resolves."""
    return Unknown("a dynamic reference") if "{{resolve:" in text else text


def _open(value: Any) -> Unknown | None:
    """Why a value is not known throughout, if it is not."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return next((reason for item in value if (reason := _open(item))), None)
    return None


def _ref(name: Any, scope: Scope) -> Any:
    if name == "AWS::NoValue":
        return ABSENT
    if not isinstance(name, str):
        return Unknown("a Ref that names nothing")
    if name in scope.values:
        return evaluate(scope.values[name], Scope())
    return _reference(Reference(name), scope) if name in scope.resources else Unknown(f"no value is given for {name}")


def _reference(reference: Reference, scope: Scope) -> Reference | Unknown:
    """A reference to a resource, if that is made for sure."""
    needed = scope.resources[reference.logical_id]
    made = True if needed is None else condition(needed, scope)
    if isinstance(made, Unknown):
        return made
    return reference if made else Unknown(f"{reference.logical_id} is not made, since {needed} does not hold")


def _get_att(argument: Any, scope: Scope) -> Any:
    parts = argument.split(".", 1) if isinstance(argument, str) else evaluate(argument, scope)
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):
        return Unknown("a GetAtt that names no attribute")
    if parts[0] not in scope.resources:
        return Unknown(f"there is no resource {parts[0]}")
    return _reference(Reference(parts[0], parts[1]), scope)


def _if(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        return Unknown("an If without a condition and two values")
    truth = condition(argument[0], scope)
    if not isinstance(truth, Unknown):
        return evaluate(argument[1 if truth else 2], scope)
    yes, no = (evaluate(item, scope) for item in argument[1:])
    return yes if same(yes, no) and _open(yes) is None else truth


def _joined(parts: list[Any], delimiter: str) -> Any:
    texts = []
    for part in parts:
        text = _text(part)
        if text is None:
            return part if isinstance(part, Unknown) else Unknown("a text that holds an attribute of a resource")
        texts.append(text)
    return _resolved(delimiter.join(texts))


def _join(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
        return Unknown("a Join without a delimiter and a list")
    parts = evaluate(argument[1], scope)
    if isinstance(parts, list):
        return _joined(parts, argument[0])
    return parts if isinstance(parts, Unknown) else Unknown("a Join of what is no list")


def _split(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str) or not argument[0]:
        return Unknown("a Split without a delimiter and a text")
    text = evaluate(argument[1], scope)
    if isinstance(text, str):
        return text.split(argument[0])
    return text if isinstance(text, Unknown) else Unknown("a Split of what is no text")


def _select(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:
        return Unknown("a Select without an index and a list")
    index, items = (evaluate(item, scope) for item in argument)
    for part in (index, items):
        if isinstance(part, Unknown):
            return part
    text = _text(index)
    if not isinstance(items, list) or text is None or not re.fullmatch(r"[0-9]{1,6}", text) or int(text) >= len(items):
        return Unknown("a Select of what is not in its list")
    return items[int(text)]


def _find_in_map(argument: Any, scope: Scope) -> Any:
    keys = evaluate(argument, scope)
    if not isinstance(keys, list) or len(keys) != 3:
        return Unknown("a FindInMap without a mapping and two keys")
    found: Any = scope.mappings
    for key in keys:
        if isinstance(key, Unknown):
            return key
        text = _text(key)
        if text is None or not isinstance(found, Mapping) or text not in found:
            return Unknown("a key that is not in the mapping")
        found = found[text]
    return found


def _sub(argument: Any, scope: Scope) -> Any:
    text, own = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(text, str) or not isinstance(own, dict):
        return Unknown("a Sub without a text")
    parts: list[Any] = []
    for place, part in enumerate(re.split(r"\$\{([^}]*)\}", text)):
        if place % 2 == 0:
            parts.append(part)
        elif part.startswith("!"):
            parts.append("${" + part[1:] + "}")
        elif part.strip() in own:
            parts.append(evaluate(own[part.strip()], scope))
        else:
            parts.append((_get_att if "." in part else _ref)(part.strip(), scope))
    whole = [part for part in parts if part != ""]
    if len(whole) == 1 and isinstance(whole[0], Reference):
        return whole[0]
    return _joined(parts, "")


FUNCTIONS: Final[Mapping[str, Callable[[Any, Scope], Any]]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::Sub": _sub,
}
"""The functions that are evaluated; every other one gives an `Unknown` that names it."""
