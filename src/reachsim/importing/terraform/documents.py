"""Which of Terraform's files a document is, and the resources that it has before and after.

The forms are those of HashiCorp's "JSON Output Format" (plan and `show -json` of a state, versions 0.x and 1.x) and of state
files of versions 3 (Terraform 0.11) and 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from reachsim.importing.terraform import addresses
from reachsim.importing.terraform.addresses import Step
from reachsim.importing.terraform.flat import unflattened
from reachsim.importing.terraform.snapshot import SENSITIVE, Snapshot, address_of, merged

_DEEPEST: Final = 8


@dataclass
class Document:
    """What a file tells: `after` what is or will be, `before` what a plan starts from (None for a state), and notes."""

    form: str
    after: Snapshot
    before: Snapshot | None = None
    notes: list[str] = field(default_factory=list)


def form_of(data: Any) -> str:
    """The form of a document, by its marks alone; empty where it is none of Terraform's."""
    if not isinstance(data, dict):
        return ""
    if isinstance(data.get("planned_values"), dict) or isinstance(data.get("resource_changes"), list):
        return "plan"
    if "format_version" in data and ("terraform_version" in data or "root_module" in _dict(data.get("values"))):
        return "show"
    if data.get("version") == 4 and isinstance(data.get("resources"), list) and "terraform_version" in data:
        return "state"
    if isinstance(data.get("version"), int) and isinstance(data.get("modules"), list) and "serial" in data:
        return "flat state"
    resources = data.get("resources")
    if isinstance(resources, dict) and resources and all(str(key).startswith(("aws_", "data.")) for key in resources):
        return "resources"
    return ""


def inside(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The documents of Terraform in some JSON, which may have been wrapped by a tool."""
    if form_of(data):
        yield data
    elif depth < _DEEPEST and isinstance(data, dict | list):
        for member in data.values() if isinstance(data, dict) else data:
            yield from inside(member, depth + 1)


def document(data: dict[str, Any], file: str) -> Document:
    """Read one document, which has a form."""
    form = form_of(data)
    if form == "plan":
        return _plan(data, file)
    after = Snapshot(file)
    if form == "show":
        _tree(after, _dict(_dict(data.get("values")).get("root_module")), {})
    elif form == "state":
        _state(after, data["resources"])
    elif form == "flat state":
        _flat_state(after, data["modules"])
    else:
        for kind, members in data["resources"].items():
            for name, values in _dict(members).items():
                after.add_text(f"{kind}.{name}", values)
    return Document(form, after, notes=list(_versions(data)))


# -- plans -------------------------------------------------------------------------------------------------------


def _plan(data: dict[str, Any], file: str) -> Document:
    changes = [each for each in _list(data.get("resource_changes")) if isinstance(each, dict)]
    marks = {
        each["address"]: _dict(each.get("change")).get("after_unknown")
        for each in changes
        if isinstance(each.get("address"), str) and not each.get("deposed")
    }
    configuration = _dict(_dict(data.get("configuration")).get("root_module"))
    given = {name: each["value"] for name, each in _dict(data.get("variables")).items() if "value" in _dict(each)}
    relevant = None if data.get("errored") is True else data.get("relevant_attributes")
    after = Snapshot(file, planned=True, configuration=configuration, variables=given, relevant=relevant)
    before = Snapshot(file)
    planned = _dict(data.get("planned_values")).get("root_module")
    prior = _dict(_dict(data.get("prior_state")).get("values")).get("root_module")
    _tree(after, _dict(planned), marks)
    _tree(before, _dict(prior), {})
    there = {each.origin.path for each in (*after.managed, *after.data)}
    was = {each.origin.path for each in (*before.managed, *before.data)}
    for each in changes:
        address, change = each.get("address"), _dict(each.get("change"))
        if not isinstance(address, str):
            continue
        actions = _list(change.get("actions"))
        if "forget" in actions:  # it leaves the state, not the world
            after.add_text(address, change.get("before"))
        elif not isinstance(planned, dict) and address not in there and actions not in (["delete"], ["read"]):
            after.add_text(address, merged(change.get("after"), change.get("after_unknown")))
        label = f"{address} (deposed {each['deposed']})" if each.get("deposed") else address
        if label not in was and isinstance(change.get("before"), dict):
            before.add_text(address, change["before"], each.get("deposed"))
    # Data sources that were read before the plan stand in the prior state only.
    known = {each.origin.path for each in after.data}
    after.data += [each for each in before.data if each.origin.path not in known]
    notes = list(_versions(data))
    if data.get("errored") is True:
        notes.append("the plan ended in an error, so it may not be whole")
    elif data.get("complete") is False:
        notes.append("the plan is not complete: some changes were put off or not aimed at")
    return Document("plan", after, before, notes)


def _tree(into: Snapshot, module: dict[str, Any], marks: dict[str, Any]) -> None:
    """A module and those in it, as `planned_values` and `show -json` have them."""
    waiting = [module]
    while waiting:
        module = waiting.pop(0)
        for each in _list(module.get("resources")):
            if not isinstance(each, dict) or not isinstance(each.get("address"), str):
                into.skipped.append((str(module.get("address") or "the root module"), "a resource without an address"))
                continue
            values = merged(each.get("values"), marks.get(each["address"]))
            into.add_text(
                each["address"], merged(values, each.get("sensitive_values"), SENSITIVE), each.get("deposed_key")
            )
        waiting += [each for each in _list(module.get("child_modules")) if isinstance(each, dict)]


# -- states ------------------------------------------------------------------------------------------------------


def _state(into: Snapshot, resources: list[Any]) -> None:
    """The resources of a state of version 4."""
    modules: dict[str, tuple[Step, ...]] = {}
    for each in resources:
        if not isinstance(each, dict):
            into.skipped.append(("resources", "an entry that is no resource"))
            continue
        text = each.get("module") or ""
        if text not in modules:
            modules[text] = _modules(str(text))
        for instance in _list(each.get("instances")):
            address = address_of({**each, **_dict(instance)}, modules[text])
            if address is None or not isinstance(instance, dict):
                into.skipped.append((str(each.get("type")), "an instance without a type or a name"))
                continue
            values = instance.get("attributes")
            if values is None and isinstance(instance.get("attributes_flat"), dict):
                values = unflattened(instance["attributes_flat"])
            for path in _list(instance.get("sensitive_attributes")):
                values = _hidden(values, path)
            into.add(address, values, instance.get("deposed"))


def _modules(text: str) -> tuple[Step, ...]:
    """The steps of `module.a["b"].module.c`."""
    try:
        return addresses.parse(f"{text}.x.x").modules if text else ()
    except ValueError:
        return (Step(text),)


def _hidden(values: Any, path: Any) -> Any:
    """Values with one of them marked as sensitive, by its path in a state."""
    steps = [each.get("value") for each in _list(path) if isinstance(each, dict)]
    mark: Any = True
    for step in reversed(steps):
        if isinstance(step, str):
            mark = {step: mark}
        else:
            mark = [True] if not isinstance(step, int) or step < 0 or step > 10_000 else [*[None] * step, mark]
    known = bool(steps) and isinstance(steps[0], str) and isinstance(values, dict) and values.get(steps[0]) is not None
    return merged(values, mark, SENSITIVE) if known else values


def _flat_state(into: Snapshot, modules: list[Any]) -> None:
    """The resources of a state of version 3 and before: `modules[].resources{}.primary.attributes`."""
    for module in modules:
        path = [str(each) for each in _list(_dict(module).get("path")) if each != "root"]
        for key, each in _dict(_dict(module).get("resources")).items():
            try:
                found = addresses.parse(_bracketed(str(key)))
            except ValueError:
                into.skipped.append((str(key), "it has no address of a resource"))
                continue
            steps = tuple(Step(name) for name in path)
            address = addresses.Address(steps, found.type, found.name, found.key, found.data)
            flat = _dict(_dict(each).get("primary")).get("attributes")
            into.add(address, unflattened(flat) if isinstance(flat, dict) else None)
            for index, old in enumerate(_list(_dict(each).get("deposed"))):
                flat = _dict(old).get("attributes")
                into.add(address, unflattened(flat) if isinstance(flat, dict) else None, str(index))


def _bracketed(key: str) -> str:
    """`aws_subnet.a.0` as it is written today: `aws_subnet.a[0]`."""
    head, _, last = key.rpartition(".")
    return f"{head}[{last}]" if last.isdecimal() and last.isascii() and "." in head else key


# -- shapes ------------------------------------------------------------------------------------------------------


def _versions(data: dict[str, Any]) -> Iterator[str]:
    version = data.get("format_version")
    if isinstance(version, str) and version.split(".")[0] not in ("0", "1"):
        yield f"format version {version[:20]} is newer than those that are known (1.x); it is read as those are"


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
