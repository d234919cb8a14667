"""What else is wrong with a file that the schema refuses, so that one run tells of everything.

What the schema refuses is mended or taken out: an unknown key that resembles a known one is taken for that one, any other is
left out, and so is a value that is not valid, then, where that is not enough, what it is part of. The rest is looked at as
any design is. What may only follow from something that was taken out is not told.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from reachsim.errors import DesignError, EndpointError, Problem, shown, suggest
from reachsim.loading.checks import Checker
from reachsim.loading.document import Document
from reachsim.loading.edits import edited_document
from reachsim.loading.references import settled
from reachsim.loading.validation import UnknownKey, validate
from reachsim.resources.design import design_model
from reachsim.rules.clauses import KeyPath

_QUOTED: Final = re.compile(r"'([^']*)'")
_BARE: Final = re.compile(r"[A-Za-z][\w-]*")
_ENDS: Final = ("instances", "interfaces", "load_balancers", "nat_gateways", "lambda_functions")
"""The sections of which a name is proposed, or listed, where another one is none."""
ROUNDS: Final = 8
"""How often what the schema refuses is taken out: a value, then the mapping that cannot be without it, and so on."""


def further_problems(document: Document, problems: Sequence[Problem]) -> list[Problem]:
    """Problems of a file beyond those that the schema has with it."""
    rest = _Rest(document)
    told: list[Problem] = []
    for _ in range(ROUNDS):
        try:
            rest.without(problems)
        except (KeyError, IndexError, TypeError):  # nothing is left that could be taken out
            return told
        try:
            design = settled(validate(design_model(), rest.document))
        except DesignError as error:
            problems = error.problems
            told += rest.in_renamed(problems)
            continue
        checker = Checker(design, rest.document)
        checker.run()
        return told + [rest.as_written(problem) for problem in checker.problems if rest.is_sure(problem)]
    return told


class _Rest:
    """What is left of a document.

    `gone`: texts of what was taken out, each of which may be a name. `touched`: names of components and VPCs that are no
    longer what the file says. `renamed`: paths of keys that were taken for others, to those of the file; `latest`: those of
    the last round, both with items of lists as the file counts them. `left`: of lists, the places in the file of the items
    that are left.
    """

    def __init__(self, document: Document) -> None:
        self.origin = self.document = document
        self.gone: set[str] = set()
        self.touched: set[str] = set()
        self.renamed: dict[KeyPath, KeyPath] = {}
        self.latest: set[KeyPath] = set()
        self.left: dict[KeyPath, list[int]] = {}

    def without(self, problems: Sequence[Problem]) -> None:
        """Take out what problems are about. Raises KeyError, IndexError or TypeError where that cannot be done."""
        hiding = next(filter(_hides_names, problems), None)
        if hiding is not None:
            raise KeyError(hiding.path)
        self.latest = set()
        keys = {(*each.path, each.key): each for each in problems if isinstance(each, UnknownKey)}
        others = {each.path for each in problems if not isinstance(each, UnknownKey)}
        values = {path for path in others if not _begins_with(path, keys)}
        for problem in keys.values():
            self._without_key(problem)
        for path in sorted(values, key=_last_first):
            if not _begins_with(path[:-1], values):
                self._remove(path)

    def in_renamed(self, problems: Sequence[Problem]) -> Iterator[Problem]:
        """What the schema refuses in values that it has only just seen, under the key that was meant."""
        for problem in problems:
            if _begins_with(self._original(problem.path), self.latest):
                yield self.as_written(problem)

    def is_sure(self, problem: Problem) -> bool:
        """Whether a problem is none that follows from what was taken out."""
        names = (shown(name) for name in self.gone)
        if any(name in problem.message or f"{name[:-1]}." in problem.message for name in names):
            return False
        if any(not self.gone.isdisjoint(quoted.split("/")) for quoted in _QUOTED.findall(problem.message)):
            return False
        named = self.document.value(problem.path)
        if problem.code is None and isinstance(named, str) and shown(named) in problem.message:
            return True  # a name that means nothing, wherever it stands
        mine = {*map(str, problem.path), *_texts(self.document.value(_component(problem.path)))}
        return mine.isdisjoint(self.gone | self.touched)

    def as_written(self, problem: Problem) -> Problem:
        """A problem at the place that the file has it at."""
        path = self._original(problem.path)
        for length in range(len(path), 0, -1):
            before = self.renamed.get(path[:length])
            if before is not None:
                path = (*before, *path[length:])
                key = (problem.key,) if isinstance(problem, UnknownKey) else ()
                at = self.origin.provenance.place((*path, *key), bool(key))
                return replace(problem, path=path, file=at.file, line=at.line, column=at.column, name=at.name)
        return replace(problem, path=path)

    def _without_key(self, problem: UnknownKey) -> None:
        path = (*problem.path, problem.key)
        if problem.meant is None:
            self._remove(path)
            return
        value = self.document.value(path)
        meant = (*problem.path, problem.meant)
        self.document = edited_document(edited_document(self.document, path, None), meant, value)
        now = (*self._original(problem.path), problem.meant)
        self.renamed[now] = (*self.as_written(problem).path, problem.key)
        self.latest.add(now)

    def _remove(self, path: KeyPath) -> None:
        if path in ((), ("version",)) and self.document.data.get("version") != 1:
            self.document = edited_document(self.document, ("version",), 1)
            return
        above, step = path[:-1], path[-1]
        value = self.document.value(path)
        if isinstance(step, int):
            items = self.left.setdefault(above, list(range(len(self.document.value(above)))))
            del items[step]
        self.document = edited_document(self.document, path, None)
        self.gone |= {*_texts(value)} | ({step} if isinstance(step, str) else set())
        self.touched |= {str(name) for name in (path[1:2] if len(path) < 5 else path[3:4])}

    def _original(self, path: KeyPath) -> KeyPath:
        """A path of what is left, as a path of the file."""
        steps = list(path)
        for above, items in self.left.items():
            if path[: len(above)] == above and len(path) > len(above):
                steps[len(above)] = items[int(path[len(above)])]
        return tuple(steps)


def _component(path: KeyPath) -> KeyPath:
    return path[:4] if path[:1] == ("vpcs",) else path[:2]


def _hides_names(problem: Problem) -> bool:
    """Whether components may be named in what cannot be read, so that nobody can tell which there are: a section that is no
    mapping, a gateway."""
    path = problem.path
    component = len(path) == 2 or (len(path) >= 4 and path[0] == "vpcs")
    return str(path[-1] if path else "").endswith("_gateway") or (
        problem.message.startswith("expected a mapping") and not component
    )


def unknown_ends(document: Document) -> Iterator[Problem]:
    """Ends of promises that stand nowhere else in a file, told beside what keeps the file from being a design. Whatever else
    may be an end, such as an address or a name of AWS's, is looked at once it is one."""
    if not isinstance(document.data, dict) or "vpcs" not in document.data:  # promises alone are about another file
        return
    if not isinstance(promises := document.data.get("expect"), list):
        return
    said = {*_texts({key: value for key, value in document.data.items() if key != "expect"}), "internet"}
    names = [name for section in _sections(document.data) for name in section]
    ends = [
        (promise.get(key), ("expect", index, key))
        for index, promise in enumerate(promises)
        if isinstance(promise, dict)
        for key in ("from", "to")
    ]
    for asked, path in ends:
        if isinstance(asked, str) and _BARE.fullmatch(asked) and asked not in said:
            near = suggest(asked, names)
            error = EndpointError.unknown(asked, [] if near is None else [near], names)
            yield document.problem(str(error), path)


def _sections(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Where components stand that may be ends: a mapping from their names, of each VPC and outside."""
    vpcs = data.get("vpcs")
    of_vpcs = vpcs.values() if isinstance(vpcs, dict) else ()
    for place in (*of_vpcs, data):
        if isinstance(place, dict):
            yield from (place[key] for key in _ENDS if isinstance(place.get(key), dict))


def _begins_with(path: KeyPath, others: Container[KeyPath]) -> bool:
    return any(path[:length] in others for length in range(1, len(path) + 1))


def _last_first(path: KeyPath) -> tuple[tuple[bool, int, str], ...]:
    """Items of a list from the last, so that taking one out moves none that is still to go."""
    return tuple((isinstance(step, str), -step if isinstance(step, int) else 0, str(step)) for step in path)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value that may be a name: keys and leaves."""
    todo = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            yield from node
            todo += node.values()
        elif isinstance(node, list):
            todo += node
        elif isinstance(node, str):
            yield node
