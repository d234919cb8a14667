"""What the one who imports can say about files that they do not say themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from reachsim.calls import made_by
from reachsim.errors import UsageError, shown
from reachsim.importing.sources import Source, read_source

_FILE: Final = (
    "write what the AWS command line takes: "
    '[{"ParameterKey": "K", "ParameterValue": "V"}], ["K=V"] or {"Parameters": {"K": "V"}}'
)


@made_by("Options(region='eu-west-1')", by_hand=True)
@dataclass(frozen=True)
class Options:
    """What a file leaves open and a person knows.

    `parameters`: values of a template's parameters, by name. `stacks`: templates of other stacks, by the name of the stack
    (whose exports are imported) or the logical id (of a nested one); they were read already, so that no reader opens a file.
    `region`, `account`: where it is deployed; empty where nobody said so. `strict`: infer nothing; what a file does not say
    is unknown. `before`: of a file that tells what is and what will be (a plan), what is; else what will be. A reader that
    can tell both says so in `Inventory.two_sides`.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    stacks: Mapping[str, Source] = field(default_factory=dict)
    region: str = ""
    account: str = ""
    strict: bool = False
    before: bool = False

    @property
    def given(self) -> tuple[str, ...]:
        """The names of those that were given and concern only some sorts of files."""
        return tuple(
            each.name for each in fields(self) if each.name not in ("strict", "before") and getattr(self, each.name)
        )


def read_options(
    parameters: Mapping[str, str] | None = None,
    parameter_files: Iterable[str | os.PathLike[str]] = (),
    stacks: Mapping[str, str | os.PathLike[str]] | None = None,
    region: str = "",
    account: str = "",
    strict: bool = False,
    before: bool = False,
) -> Options:
    """Options with what is in their files; a parameter that is named itself counts before one of a file, a later file before
    an earlier one. Raises UsageError for a file that cannot be read."""
    known: dict[str, str] = {}
    for path in parameter_files:
        known |= parameters_of(read_source(path))
    known |= parameters or {}
    return Options(
        known, {name: read_source(path) for name, path in (stacks or {}).items()}, region, account, strict, before
    )


def parameters_of(source: Source) -> dict[str, str]:
    """The parameters in a file, in any of the forms of the AWS command line (``create-stack --parameters file://``, ``deploy
    --parameter-overrides file://``) and of CodePipeline. Raises UsageError; no value is in its message."""
    data = source.data
    if isinstance(data, dict) and isinstance(data.get("Parameters"), dict):
        pairs = list(data["Parameters"].items())
    elif isinstance(data, list):
        pairs = [_pair(each, f"{source.file}: [{index}]") for index, each in enumerate(data)]
    else:
        raise UsageError(f"{source.file} is no file of parameters; {_FILE}")
    return {name: _value(value, f"{source.file}: {shown(name)}") for name, value in pairs}


def _pair(entry: Any, where: str) -> tuple[str, Any]:
    if isinstance(entry, str):
        name, equals, value = entry.partition("=")
        if name and equals:
            return name, value
    elif isinstance(entry, dict) and isinstance(entry.get("ParameterKey"), str):
        name = entry["ParameterKey"]
        if "ParameterValue" in entry:
            return name, entry["ParameterValue"]
        raise UsageError(
            f"{where}: the parameter {shown(name)} has no ParameterValue; write the one that the stack has"
        )
    raise UsageError(f"{where} is no parameter; {_FILE}")


def _value(value: Any, where: str) -> str:
    """A value as CloudFormation takes it: as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    raise UsageError(f"{where} is {shown(value)}; the value of a parameter is text") from None
