"""The intrinsic functions of CloudFormation with three values: known, absent (`AWS::NoValue`) and `Unknown`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from string import ascii_lowercase
from typing import Any, Final

from reachsim.errors import shown
from reachsim.importing.inventory import Unknown
from reachsim.loading.tree import same_values
from reachsim.net.cidr import Cidr


class Absent:
    """The value of `AWS::NoValue`: the property or the list's entry that has it is not there."""


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Reference:
    """A resource of a template, or one of its attributes (empty for what `Ref` gives). `stack`: whose template it is, empty
    where there is only one."""

    logical_id: str
    attribute: str = ""
    stack: str = ""

    @property
    def id(self) -> str:
        """Its name among the resources of all stacks."""
        return f"{self.stack}.{self.logical_id}" if self.stack else self.logical_id


@dataclass(frozen=True, slots=True, eq=False)
class External(Unknown):
    """One thing that the file names and does not make: a parameter without a value, an export of another stack.

    `name`: what the file calls it; the same name is the same thing. `single`: whether it is one word for sure, as the
    parameters of types such as `AWS::EC2::VPC::Id` are.
    """

    name: str
    single: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Composite(Unknown):
    """A text around ids that only AWS gives: where each is one word, it can be split where its own text says."""

    parts: tuple[str | Reference | External, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Either(Unknown):
    """One of some values (`ABSENT` among them: or nothing), since a condition is not known."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Zones(Unknown):
    """The Availability Zones of a Region (empty: not known which): how many is not known, but each has its place."""

    region: str


ZONE: Final = "zone-"
"""What a zone is called of which only the place among those of its Region is known: the same place is the same zone."""
DEEPEST: Final = 64
"""How many conditions may hang on one another before they count as unknown."""
LONGEST: Final = 64 * 1024
"""How long a text may become that functions put together."""


@dataclass(frozen=True)
class Scope:
    """What the names of a template mean.

    `values`: parameters and pseudo parameters that are known, or `External`. `resources`: by logical id, the name of the
    condition under which each is made; None where it is made in any case. `attribute`: what an attribute of a resource is,
    if the template tells; `imported`: what an export of another stack is.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, str | None] = field(default_factory=dict)
    stack: str = ""
    attribute: Callable[[Reference], Any] = field(default=lambda reference: reference, repr=False)
    imported: Callable[[str], Any] = field(default=lambda name: _import(name), repr=False)
    truths: dict[str, bool | Unknown] = field(default_factory=dict, repr=False, compare=False)
    """What conditions came out as, each evaluated once: a condition may name another any number of times."""

    def assuming(self, name: str) -> Scope:
        """The same names where a condition holds that is not known: what it consists of holds with it."""
        truths: dict[str, bool | Unknown] = {key: known for key, known in self.truths.items() if known in (True, False)}
        _assume(self.conditions, {"Condition": name}, True, truths, 0)
        return replace(self, truths=truths)


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


def _assume(conditions: Mapping[str, Any], value: Any, truth: bool, truths: dict[str, Any], depth: int) -> None:
    """Note what follows for named conditions from the truth of one."""
    if depth > DEEPEST or not isinstance(value, dict) or len(value) != 1:
        return
    name, argument = next(iter(value.items()))
    if name == "Condition" and isinstance(argument, str) and argument in conditions and argument not in truths:
        truths[argument] = truth
        _assume(conditions, conditions[argument], truth, truths, depth + 1)
    elif name == "Fn::Not" and isinstance(argument, list) and len(argument) == 1:
        _assume(conditions, argument[0], not truth, truths, depth + 1)
    elif name == ("Fn::And" if truth else "Fn::Or") and isinstance(argument, list):
        for each in argument:
            _assume(conditions, each, truth, truths, depth + 1)


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
    """CloudFormation compares as text: true is "true". An id that AWS gives is not known, but it is not empty, and no other
    resource has it."""
    if isinstance(left, Reference) and isinstance(right, Reference):
        if left == right or not (left.attribute or right.attribute):
            return left == right
    elif "" in (left, right) and (_is_there(left) or _is_there(right)):
        return False
    for side in (left, right):
        if isinstance(side, Unknown):
            return _vague(side)
    one, other = _text(left), _text(right)
    if one is None or other is None:
        return Unknown("a comparison of what is not text")
    return one == other


def _is_there(value: Any) -> bool:
    """Whether a value is text that is not empty, for all that is known of it."""
    parts = value.parts if isinstance(value, Composite) else (value,)
    return any(isinstance(part, Reference) or (isinstance(part, str) and part != "") for part in parts)


def _vague(value: Unknown) -> Unknown:
    """That something is not known which hangs on a value that is not: it is not that value."""
    return Unknown(value.reason)


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
        value = scope.values[name]
        return value if isinstance(value, Unknown) else evaluate(value, Scope())
    return (
        _reference(Reference(name, "", scope.stack), scope)
        if name in scope.resources
        else Unknown(f"there is no parameter or resource {name}")
    )


def _reference(reference: Reference, scope: Scope) -> Any:
    """A reference to a resource. One under a condition that is not known is there wherever it is named without an If: a
    template that names what it does not make is refused."""
    needed = scope.resources[reference.logical_id]
    if needed is not None and condition(needed, scope) is False:
        return Unknown(f"{reference.logical_id} is not made, since {needed} does not hold")
    return scope.attribute(reference) if reference.attribute else reference


def _get_att(argument: Any, scope: Scope) -> Any:
    parts = argument.split(".", 1) if isinstance(argument, str) else evaluate(argument, scope)
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):
        return Unknown("a GetAtt that names no attribute")
    if parts[0] not in scope.resources:
        return Unknown(f"there is no resource {parts[0]}")
    return _reference(Reference(parts[0], parts[1], scope.stack), scope)


def _if(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        return Unknown("an If without a condition and two values")
    truth = condition(argument[0], scope)
    if not isinstance(truth, Unknown):
        return evaluate(argument[1 if truth else 2], scope)
    yes, no = (evaluate(item, scope) for item in argument[1:])
    return yes if _open(yes) is None and same_values(yes, no) else Either(truth.reason, (yes, no))


def _joined(parts: list[Any], delimiter: str) -> Any:
    """Parts as one text, a `Composite` where some are ids that only AWS gives."""
    joined: list[str | Reference | External] = [""]
    for index, part in enumerate(parts):
        if index:
            _append(joined, delimiter)
        text = _text(part)
        if text is not None:
            _append(joined, text)
        elif isinstance(part, Composite):
            for each in part.parts:
                _append(joined, each)
        elif isinstance(part, Reference | External):
            _append(joined, part)
        else:
            return _vague(part) if isinstance(part, Unknown) else Unknown("a text of what is no text")
    if sum(len(each) for each in joined if isinstance(each, str)) > LONGEST or len(joined) > LONGEST:
        return Unknown(f"a text of more than {LONGEST} characters")
    return _whole(joined)


def _append(joined: list[str | Reference | External], part: str | Reference | External) -> None:
    if isinstance(part, str) and isinstance(joined[-1], str):
        joined[-1] += part
    else:
        joined.append(part)


def _whole(parts: list[str | Reference | External]) -> Any:
    """What some parts are together."""
    parts = [part for part in parts if part != ""]
    if not parts:
        return ""
    if len(parts) == 1:
        return _resolved(parts[0]) if isinstance(parts[0], str) else parts[0]
    if any(isinstance(part, str) and "{{resolve:" in part for part in parts):
        return Unknown("a dynamic reference")
    return Composite("a text that holds ids which AWS gives", tuple(parts))


def _join(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
        return Unknown("a Join without a delimiter and a list")
    parts = evaluate(argument[1], scope)
    if isinstance(parts, list):
        return _joined(parts, argument[0])
    return _vague(parts) if isinstance(parts, Unknown) else Unknown("a Join of what is no list")


def _split(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str) or not argument[0]:
        return Unknown("a Split without a delimiter and a text")
    text = evaluate(argument[1], scope)
    if isinstance(text, External) and not text.single:
        return External(text.reason, f"{text.name} split at {argument[0]}")
    if isinstance(text, Reference | External):
        text = Composite("", (text,))
    if isinstance(text, Composite):
        plural = next((part for part in text.parts if isinstance(part, External) and not part.single), None)
        if plural is not None:
            return _vague(plural)
        pieces: list[list[str | Reference | External]] = [[""]]
        for part in text.parts:
            first, *others = part.split(argument[0]) if isinstance(part, str) else [part]
            _append(pieces[-1], first)
            pieces.extend([other] for other in others)
        return [_whole(piece) for piece in pieces]
    if isinstance(text, str):
        return text.split(argument[0])
    return _vague(text) if isinstance(text, Unknown) else Unknown("a Split of what is no text")


def _select(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:
        return Unknown("a Select without an index and a list")
    index, items = (evaluate(item, scope) for item in argument)
    text = _text(index)
    place = int(text) if text is not None and re.fullmatch(r"[0-9]{1,6}", text) else None
    if isinstance(items, Zones) and place is not None and place < len(ascii_lowercase):
        return f"{items.region}{'-' if items.region else ''}{ZONE}{ascii_lowercase[place]}"
    if isinstance(items, External) and place is not None:
        return External(items.reason, f"{items.name}[{place}]", True)
    for part in (index, items):
        if isinstance(part, Unknown):
            return _vague(part)
    if not isinstance(items, list) or place is None or place >= len(items):
        return Unknown("a Select of what is not in its list")
    return items[place]


def _find_in_map(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or not 3 <= len(argument) <= 4:
        return Unknown("a FindInMap without a mapping and two keys")
    default = argument[3].get("DefaultValue", ABSENT) if len(argument) == 4 and isinstance(argument[3], dict) else None
    found: list[Any] = [scope.mappings]
    for key in argument[:3]:
        key = evaluate(key, scope)
        text = _text(key)
        if isinstance(key, Unknown):
            found = [inner for each in found if isinstance(each, Mapping) for inner in each.values()]
            if default is not None or not found or not all(same_values(found[0], each) for each in found):
                return _vague(key)
        elif text is not None and all(isinstance(each, Mapping) and text in each for each in found):
            found = [each[text] for each in found]
        elif default is not None:
            return evaluate(default, scope)
        else:
            return Unknown("a key that is not in the mapping")
    return evaluate(found[0], Scope())


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
    return _joined(parts, "")


def _get_azs(argument: Any, scope: Scope) -> Any:
    region = evaluate(argument, scope)
    if region in ("", None) or (isinstance(region, list | dict) and not region):
        region = scope.values.get("AWS::Region")
    return Zones("how many zones a Region has", region if isinstance(region, str) else "")


def _cidr(argument: Any, scope: Scope) -> Any:
    """`count` blocks of `bits` host bits each, the first ones that fit into a block."""
    if not isinstance(argument, list) or len(argument) not in (2, 3):
        return Unknown("a Cidr without a block and a count")
    block, *numbers = (evaluate(item, scope) for item in argument)
    if isinstance(block, list) and len(block) == 1:
        block = block[0]
    for part in (block, *numbers):
        if isinstance(part, Unknown):
            return _vague(part)
    texts = [_text(number) or "" for number in numbers]
    if not all(re.fullmatch(r"[0-9]{1,3}", text) for text in texts) or not isinstance(block, str):
        return Unknown("a Cidr of what is no block or no number")
    try:
        whole = Cidr.parse_lenient(block)
    except ValueError as error:
        return Unknown(f"a Cidr of what is no block: {error}")
    count, bits = int(texts[0]), int(texts[1]) if len(texts) == 2 else None
    length = whole.width - bits if bits is not None else None
    if length is None or not 1 <= count <= 256 or not whole.prefix_length <= length <= whole.width:
        return Unknown("a Cidr whose blocks do not fit")
    made = [str(each) for each in islice(whole.subnets(length), count)]
    return made if len(made) == count else Unknown("a Cidr whose blocks do not fit")


def _import(name: str) -> External:
    return External(f"the export {shown(name)} is of no stack that was given", f"import {name}", True)


def _import_value(argument: Any, scope: Scope) -> Any:
    name = evaluate(argument, scope)
    if isinstance(name, str):
        return scope.imported(name)
    if isinstance(name, Composite):
        words = "".join(_word(part) for part in name.parts)
        return External(f"the name of the export {shown(words)} is not known", f"import {words}", True)
    return _vague(name) if isinstance(name, Unknown) else Unknown("an import of what is no name")


def _word(part: str | Reference | External) -> str:
    """A part of a text, as a template writes it."""
    if isinstance(part, str):
        return part
    return f"${{{part.name if isinstance(part, External) else part.logical_id}}}"


def _base64(argument: Any, scope: Scope) -> Any:
    """Kept as it is: nothing of a network is in Base64."""
    return Unknown("a text in Base64")


def _length(argument: Any, scope: Scope) -> Any:
    items = evaluate(argument, scope)
    if isinstance(items, list):
        return len(items)
    return _vague(items) if isinstance(items, Unknown) else Unknown("a Length of what is no list")


def _to_json_string(argument: Any, scope: Scope) -> Any:
    value = evaluate(argument, scope)
    reason = _open(value)
    if reason is None and isinstance(value, dict | list):
        try:
            return json.dumps(value, separators=(",", ":"))
        except TypeError:
            return Unknown("a text that holds ids which AWS gives")
    return _vague(reason) if reason else Unknown("a ToJsonString of what is no object")


FUNCTIONS: Final[Mapping[str, Callable[[Any, Scope], Any]]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::Sub": _sub,
    "Fn::GetAZs": _get_azs,
    "Fn::Cidr": _cidr,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": _base64,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json_string,
}
"""The functions that are evaluated; every other one gives an `Unknown` that names it."""
