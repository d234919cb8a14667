"""Several templates together: which is nested in which, what each stack is called, and what they export to each other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Any, Final

from reachsim.errors import UsageError, shown
from reachsim.importing.cloudformation.evaluate import External, evaluate
from reachsim.importing.cloudformation.languages import processed
from reachsim.importing.cloudformation.stack import NESTED, Stack, parameter_values
from reachsim.importing.cloudformation.template import Template
from reachsim.importing.options import Options

_DEEPEST: Final = 8
_MOST: Final = 500
"""Stacks of one import."""
_ENDING: Final = re.compile(r"(\.nested)?(\.template)?(\.(json|ya?ml|template))?$", re.IGNORECASE)


class Stacks:
    """All stacks of an import. `templates`: by file. `names`: by file, what the stack is called where somebody said so."""

    def __init__(
        self, templates: Sequence[Template], names: Mapping[str, str], options: Options, stand_in: Callable[[str], str]
    ) -> None:
        self.templates = {each.file: each for each in templates}
        self.pseudo = _pseudo(options)
        self.names = names
        self.options = options
        self.stand_in = stand_in
        self.made: dict[str, Stack] = {}
        self._alone: dict[str, Template] = {}
        self._hashes: dict[str, str] = {}
        self._making: set[tuple[str, str]] = set()
        nested = {file for each in templates for _, file in self.nested_files(self._processed_alone(each))}
        roots = [each for each in templates if each.file not in nested] or list(templates)
        for root in roots:
            name = names.get(root.file) or stack_name(root.file)
            self.add(root, name, name if len(roots) > 1 else "", options.parameters, 0)
        self.complete()

    def _processed_alone(self, template: Template) -> Template:
        """A template as it would be processed by itself. One that cannot be may be nested, and processed there."""
        try:
            return self._processed(template, self.options.parameters)
        except UsageError:
            return template

    def _processed(self, template: Template, parameters: Mapping[str, Any]) -> Template:
        """A template after its macros; with the parameters of the options, which most have, they are run once."""
        if parameters is self.options.parameters and template.file in self._alone:
            return self._alone[template.file]
        made = processed(template, {**self.pseudo, **parameter_values(template, parameters)})
        if parameters is self.options.parameters:
            self._alone[template.file] = made
        return made

    def add(self, template: Template, name: str, prefix: str, parameters: Mapping[str, Any], depth: int) -> Stack:
        """A stack. Those that are nested in it are made when somebody asks for them, since their parameters may hang on
        stacks that come later."""
        if len(self.made) == _MOST:
            raise UsageError(f"{template.file}: more than {_MOST} stacks")
        wanted, number = prefix, 2
        while prefix in self.made:
            prefix = f"{wanted or name}-{number}"
            number += 1
        stack = Stack(self._processed(template, parameters), name, prefix, depth, self)
        self.made[prefix] = stack
        stack.give(parameters)
        return stack

    def complete(self) -> None:
        """Make all nested stacks that nobody asked for yet."""
        done: set[str] = set()
        while set(self.made) != done:
            for prefix in [each for each in self.made if each not in done]:
                done.add(prefix)
                for logical_id in self.made[prefix].nested():
                    self.child(self.made[prefix], logical_id)

    def child(self, stack: Stack, logical_id: str) -> Stack | None:
        """A nested stack; None where its template was not given, or it is nested in itself."""
        if logical_id in stack.children:
            return stack.children[logical_id]
        key = (stack.prefix, logical_id)
        file = dict(self.nested_files(stack.template)).get(logical_id)
        if file is None or file == stack.template.file or key in self._making or stack.depth >= _DEEPEST:
            return None
        self._making.add(key)
        given = evaluate(stack.properties(logical_id).get("Parameters"), stack.scope)
        prefix = f"{stack.prefix}.{logical_id}" if stack.prefix else logical_id
        parameters = given if isinstance(given, dict) else {}
        made = self.add(self.templates[file], f"{stack.name}-{logical_id}", prefix, parameters, stack.depth + 1)
        made.outer = stack.doubt(logical_id) or stack.outer
        stack.children[logical_id] = made
        return made

    def nested_files(self, template: Template) -> Iterator[tuple[str, str]]:
        """The nested stacks of a template whose templates were given: logical id and file."""
        for logical_id, body in template.section("Resources").items():
            if isinstance(body, dict) and body.get("Type") == NESTED:
                file = self._file_of(logical_id, body, template)
                if file is not None:
                    yield logical_id, file

    def _file_of(self, logical_id: str, body: Mapping[str, Any], template: Template) -> str | None:
        """The file of a nested stack: the one that somebody named for it, or the only one with the name in its address."""
        named = [file for file, name in self.names.items() if name == logical_id and file in self.templates]
        if named:
            return named[0]
        metadata, properties = body.get("Metadata"), body.get("Properties")
        asset = metadata.get("aws:asset:path") if isinstance(metadata, dict) else None
        url = properties.get("TemplateURL") if isinstance(properties, dict) else None
        wanted = [_parts(text.split("?")[0]) for text in _last_texts(asset if asset else url)]
        alike = {
            file: max((_common_end(_parts(file), each) for each in wanted), default=0)
            for file in self.templates
            if file != template.file
        }
        most = max(alike.values(), default=0)
        fitting = [file for file, common in alike.items() if common == most] if most else []
        if not fitting:  # CDK calls an asset by the hash of what it holds
            names = {each[-1].partition(".")[0] for each in wanted if each}
            fitting = [file for file in alike if self._hash_of(file) in names]
        return fitting[0] if len(fitting) == 1 else None

    def _hash_of(self, file: str) -> str:
        """The hash by which CDK calls a template when it uploads it: of its JSON without blanks."""
        if file not in self._hashes:
            text = json.dumps(self.templates[file].data, separators=(",", ":"), ensure_ascii=False)
            self._hashes[file] = sha256(text.encode(errors="surrogatepass")).hexdigest()
        return self._hashes[file]

    def imported(self, name: str) -> Any:
        """What an export is."""
        found = self._exported(name)
        if found is None:
            self.complete()
            found = self._exported(name)
        if found is None:
            return External(f"the export {shown(name)} is of no stack that was given", f"import {name}", True)
        stack, output = found
        return stack.output(output)

    def _exported(self, name: str) -> tuple[Stack, str] | None:
        for stack in list(self.made.values()):
            if name in stack.exports:
                return stack, stack.exports[name]
        return None


def _parts(path: str) -> tuple[str, ...]:
    """The names of a path or an address from left to right, without those that lead nowhere else."""
    return tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))


def _common_end(one: Sequence[str], other: Sequence[str]) -> int:
    """How many names two paths have in common at their ends."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((index for index, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def stack_name(file: str) -> str:
    """What a stack is called after its file."""
    base = PurePath(file).name
    return _ENDING.sub("", base) or base


def _last_texts(value: Any) -> Iterator[str]:
    """The texts at the end of an address, whatever function puts it together."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value:
        for each in value:
            yield from _last_texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _last_texts(each)


def _pseudo(options: Options) -> dict[str, Any]:
    """The pseudo parameters that are the same for every stack."""
    region, account = options.region, options.account
    china, government = region.startswith("cn-"), region.startswith("us-gov-")
    partition = "aws-cn" if china else "aws-us-gov" if government else "aws"
    return {
        "AWS::Region": region or External("the Region is not told (--region)", "AWS::Region", True),
        "AWS::AccountId": account or External("the account is not told (--account)", "AWS::AccountId", True),
        "AWS::Partition": partition
        if region
        else External("the Region is not told (--region)", "AWS::Partition", True),
        "AWS::URLSuffix": "amazonaws.com.cn" if china else "amazonaws.com",
    }
