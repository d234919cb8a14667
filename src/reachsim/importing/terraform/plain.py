"""References that carry no id: to values that are known, and are none.

A plan lists what all blocks of a name refer to together, the ports and the blocks of addresses of rules beside the groups.
What is known to be a number, a name or a block is none of the ids that are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from reachsim.importing.inventory import Unknown
from reachsim.importing.terraform.addresses import Step
from reachsim.importing.terraform.configuration import Configuration, Expression, Scope, every_expression, references
from reachsim.importing.terraform.flow import Flows

_ID: Final = re.compile(r"\b(sg|pl)-")
_DEEPEST: Final = 32
_ARGUMENTS: Final = frozenset(
    {
        "port", "ports", "from_port", "to_port", "protocol", "ip_protocol", "description", "self",
        "cidr", "cidrs", "cidr_block", "cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6",
    }
)  # fmt: skip
"""What members of objects are called that say of a rule what is no id: `each.value.port`."""
_NOTHING: Final = ("count", "each", "path", "terraform", "self")


def carries_no_id(flows: Flows, text: str, scope: Scope, depth: int = 0) -> bool:
    """Whether a reference is known to carry no id of a group or a prefix list."""
    try:
        way = flows.steps(text)
    except ValueError:
        return False
    head = way[0].name
    if head == "each" and [step.name for step in way[1:2]] == ["value"]:
        return _each_value(flows, way[2:], scope, depth)
    if head in _NOTHING:
        return True
    if depth > _DEEPEST or len(way) < 2:
        return False
    if head == "var":
        return _variable(flows, way[1].name, scope, depth)
    if head == "module":
        return _output(flows, way, scope, depth)
    return head != "local" and _attribute(flows, way, scope)


def _each_value(flows: Flows, parts: list[Step], scope: Scope, depth: int) -> bool:
    """Of what a block goes over: by what that is, or by a word that a rule's own argument has which is no id."""
    if parts and parts[-1].name in _ARGUMENTS:
        return True
    found = scope.block.get("for_each_expression")
    return isinstance(found, dict) and _expression(flows, found, Scope(scope.modules, {}, None), depth)


def _variable(flows: Flows, name: str, scope: Scope, depth: int) -> bool:
    configuration = flows.configuration
    if not scope.modules and name in configuration.given:
        return _is_plain(configuration.given[name])
    call = configuration.call(scope.modules)
    passed = call.get("expressions")
    found = passed.get(name) if isinstance(passed, dict) else None
    if found is None:
        return _is_plain(_default(configuration, scope.modules, name))
    caller = Scope(scope.modules[:-1], call, scope.modules[-1].key)
    return all(_expression(flows, each, caller, depth) for each in every_expression(found))


def _default(configuration: Configuration, modules: tuple[Step, ...], name: str) -> Any:
    """The default of a variable; unknown where it has none."""
    declared = configuration.module(modules).get("variables")
    own = declared.get(name) if isinstance(declared, dict) else None
    return own.get("default") if isinstance(own, dict) else Unknown("it is not told")


def _output(flows: Flows, way: list[Step], scope: Scope, depth: int) -> bool:
    children = [each for each in flows.modules.get(scope.modules, ()) if each[-1].name == way[1].name]
    if len(way) < 3 or not children:
        return False
    return all(
        _expression(flows, found, Scope(child, {}, None), depth)
        for child in children
        for found in flows.configuration.outputs(child, way[2].name)
    )


def _expression(flows: Flows, found: Expression, scope: Scope, depth: int) -> bool:
    if "constant_value" in found:
        return _is_plain(found["constant_value"])
    listed = references(found)
    return bool(listed) and all(carries_no_id(flows, each, scope, depth + 1) for each in listed)


def _attribute(flows: Flows, way: list[Step], scope: Scope) -> bool:
    """Of a resource or a data source, by the values that all its instances have."""
    data = way[0].name == "data"
    parts = way[1:] if data else way
    if len(parts) < 3:
        return False
    instances = flows.instances.get((scope.modules, data, parts[0].name, parts[1].name), [])
    name = parts[2].name
    told = [flows.found.as_told(each) for each in instances]
    return bool(told) and all(name in values and _is_plain(values[name]) for values in told)


def _is_plain(value: Any) -> bool:
    """Whether a value is known and has no id in it."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Unknown) or (isinstance(each, str) and _ID.search(each)):
            return False
        waiting += each.values() if isinstance(each, Mapping) else each if isinstance(each, list) else []
    return True
