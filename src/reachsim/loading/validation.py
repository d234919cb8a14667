"""A document against a schema: pydantic decides, and its errors become problems at their place in the file.

pydantic names an error by the path through its own schema, with the branches of unions in it, and reports
every branch of a union. A person wants the path of the YAML keys, one message that says what would be
right, and the key that was probably meant. Nothing here knows a particular schema.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from reachsim.errors import DesignError, HintedError, Path, Problem, cut, shown, suggest
from reachsim.loading.document import Document
from reachsim.loading.keys import keys_at
from reachsim.loading.other_words import advice

__all__ = ["UnknownKey", "problems_of", "validate"]

ModelT = TypeVar("ModelT", bound=BaseModel)

_MAX_PROBLEMS: Final = 2000
# An unknown key that resembles no known one gets those that may stand there, if they are at most so many.
_MAX_LISTED: Final = 8
_WALKS: Final = 64

_EXPECTED: Final[dict[str, str]] = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "text",
    "string_sub_type": "text",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dataclass_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "iterable_type": "a list",
    "none_required": "nothing",
}
_BOOL: Final = frozenset({"bool_type", "bool_parsing"})
_CHOICES: Final = frozenset({"literal_error", "enum"})
_UNKNOWN: Final = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_MISSING: Final = frozenset({"missing", "missing_argument", "missing_keyword_only_argument"})
_BOUNDS: Final = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
}
_TRUE_WORDS: Final = frozenset({"true", "yes", "on", "y", "1"})
_FALSE_WORDS: Final = frozenset({"false", "no", "off", "n", "0"})


@dataclass(frozen=True)
class UnknownKey(Problem):
    """A key that there is not. `path`: of the mapping that has it; `meant`: the one that it resembles."""

    key: str = ""
    meant: str | None = None


def validate(model: type[ModelT], document: Document, *, at: Path = (), context: Any | None = None) -> ModelT:
    """The value at `at` of a document (all of it, if left out) as a `model`.

    `context`: what the model's validators find in `info.context`.  Models that mean a bool or an int should
    be strict (`ConfigDict(strict=True)` or `StrictBool`), or pydantic takes the text 'yes' for true.
    In a strict model, a field that is a tuple or a set needs `Field(strict=False)`: YAML has only lists.

    Raises DesignError with everything that is wrong, including the problems that the document came with.
    """
    value: Any = document.data
    for step in at:
        value = value[step]
    try:
        result = model.model_validate(value, context=context)
    except ValidationError as error:
        raise DesignError([*document.problems, *problems_of(error, model, document, at=at)]) from None
    if document.problems:
        raise DesignError(document.problems)
    return result


def problems_of(error: ValidationError, model: type[BaseModel], document: Document, *, at: Path = ()) -> list[Problem]:
    """What pydantic found wrong with the value at `at`, as problems; the document's own are not among them.

    For a caller that validates several parts and raises once. May be empty, if all that pydantic found
    follows from problems that the document already has.
    """
    root: Any = document.data
    for step in at:
        root = root[step]
    count = error.error_count()
    details: Iterable[Any] = error.errors(include_url=False)
    findings = [_finding(detail, root) for detail in itertools.islice(details, _MAX_PROBLEMS)]
    writer = _Writer(model, document, at)
    reports = writer.reduce(findings, 0)
    problems = [report.problem for report in writer.without_echoes(reports)]
    if count > _MAX_PROBLEMS and problems:
        last = max(problems, key=lambda problem: (problem.line or 0, problem.column or 0))
        more = f"{count - _MAX_PROBLEMS} further problems are not listed"
        problems.append(Problem(more, (), document.file, last.line, last.column))
    return problems


@dataclass(slots=True)
class _Finding:
    """One error of pydantic, its location split into what is in the YAML and what only the schema knows.

    `path`: in the YAML, relative to the value that was validated.  `markers`: where in `loc` the branches
    of unions are. `is_key`: the error is about a key, the last step of the path.
    """

    detail: Any
    loc: tuple[str | int, ...]
    path: Path
    markers: tuple[int, ...]
    is_key: bool

    @property
    def type(self) -> str:
        kind: str = self.detail["type"]
        return kind

    @property
    def about_keys(self) -> bool:
        return self.type in _UNKNOWN or self.type in _MISSING


@dataclass(slots=True)
class _Report:
    """A problem, and what it weighs against others. `name`: of the key that is unknown or missing."""

    problem: Problem
    finding: _Finding
    name: str | None = None
    meant: str | None = None


def _finding(detail: Any, root: Any) -> _Finding:
    """Match a location with the data.

    A step is a key or an index of the data, or the name of a union's branch, which may look like a key; the
    right reading is the one that ends at the value that pydantic says it looked at.
    """
    loc: tuple[str | int, ...] = detail["loc"]
    looked_at = detail["input"]
    is_key = bool(loc) and loc[-1] == "[key]" and isinstance(looked_at, str)
    steps = loc[:-1] if is_key else loc
    # Of a missing key, pydantic shows the mapping that lacks it.
    missing = detail["type"] in _MISSING
    if missing:
        steps = steps[:-1]
    best: tuple[Path, tuple[int, ...]] | None = None
    for path, markers, node in itertools.islice(_walks(root, steps), _WALKS):
        if (is_key and path and path[-1] == looked_at) or (not is_key and _same(node, looked_at)):
            best = (path, markers)
            break
        if best is None:
            best = (path, markers)
    path, markers = best if best is not None else ((), ())
    if missing:
        path = (*path, loc[-1])
    return _Finding(detail, loc, path, markers, is_key)


def _walks(root: Any, steps: Sequence[str | int]) -> Iterator[tuple[Path, tuple[int, ...], Any]]:
    """All readings of a location, those with more keys in them first: path, markers, the value there."""
    pending: list[tuple[int, Path, tuple[int, ...], Any]] = [(0, (), (), root)]
    while pending:
        index, path, markers, node = pending.pop()
        if index == len(steps):
            yield path, markers, node
            continue
        step = steps[index]
        if isinstance(step, str):
            pending.append((index + 1, path, (*markers, index), node))
            if isinstance(node, dict) and step in node:
                pending.append((index + 1, (*path, step), markers, node[step]))
        elif isinstance(node, list) and 0 <= step < len(node):
            pending.append((index + 1, (*path, step), markers, node[step]))
        else:
            # An index into what a validator made of the value: it stands where the value does.
            pending.append((index + 1, path, markers, node))


def _same(node: Any, looked_at: Any) -> bool:
    if isinstance(node, dict | list):
        return node is looked_at
    return type(node) is type(looked_at) and bool(node == looked_at)


class _Writer:
    """Findings -> problems, for one document."""

    def __init__(self, model: type[BaseModel], document: Document, at: Path) -> None:
        self.model = model
        self.document = document
        self.at = at
        self.keys: dict[tuple[Path, tuple[str | int, ...]], tuple[str, ...]] = {}
        self.suggested: dict[tuple[str, tuple[str, ...]], str | None] = {}

    def reduce(self, findings: Sequence[_Finding], level: int) -> list[_Report]:
        """One report for each finding; of a union (its branch is marker number `level`) the best branch's."""
        reports: list[_Report] = []
        unions: dict[tuple[str | int, ...], dict[str | int, list[_Finding]]] = {}
        for finding in findings:
            if len(finding.markers) <= level:
                reports.append(self.report(finding))
                continue
            marker = finding.markers[level]
            branches = unions.setdefault(finding.loc[:marker], {})
            branches.setdefault(finding.loc[marker], []).append(finding)
        for prefix, branches in unions.items():
            depth = len(prefix) - level
            reports.extend(self.best_branch([self.reduce(found, level + 1) for found in branches.values()], depth))
        return reports

    def best_branch(self, branches: Sequence[list[_Report]], depth: int) -> list[_Report]:
        """The reports of the branch that the author probably meant; one for all where none fits at all.

        `depth`: the length of the path to the value that the union stands for.
        """
        best = min(branches, key=lambda reports: _distance(reports, depth))
        others = [report for reports in branches for report in reports]
        level = _distance(best, depth)[0]
        if len(branches) == 1 or level < _NO_FIT:
            if level == _WRONG and len(best) == 1:
                # `yes` where an address or true is expected: it is no address, but true is what was meant.
                meant = (other.problem.hint for other in others if other.finding.type in _BOOL)
                best[0].problem = replace(best[0].problem, hint=next(filter(None, meant), None))
            return best
        found = [other.finding for other in others if _level(other, depth) >= _NO_FIT]
        hint = next((other.problem.hint for other in others if other.problem.hint is not None), None)
        expected: list[str] = []
        for finding in found:
            phrase = _expected(finding)
            if phrase not in expected:
                expected.append(phrase)
        first = best[0]
        message = f"expected {_or(expected)}, got {shown(first.finding.detail['input'])}"
        first.problem = replace(first.problem, message=message, hint=hint)
        return [first]

    def report(self, finding: _Finding) -> _Report:
        kind = finding.type
        if kind in _UNKNOWN and finding.path:
            *parent, name = finding.path
            problem_path = tuple(parent)
            present = self.value(problem_path)
            known = self.keys_at(problem_path, finding)
            told = advice(str(name), known)
            likely = [key for key in known if key not in present]
            elsewhere = None
            if told is not None:
                meant = told.key if told.key in likely else None
            else:
                meant = self.suggest(str(name), likely)
                if meant is None or not (str(name) in meant or meant in str(name)):  # a near word goes first
                    elsewhere = self.below(problem_path, known, finding)
                    meant = meant if elsewhere is None else None
            guess = elsewhere if meant is None else f"did you mean {shown(meant)}?"
            hint = (told and told.text) or guess or _keys_in_words(known, str(name))
            at = self.document.provenance.place((*self.at, *finding.path), True)
            unknown = UnknownKey(
                f"unknown key {shown(name)}", (*self.at, *problem_path), at.file, at.line, at.column, hint, None, at.name,
                str(name), meant,
            )  # fmt: skip
            return _Report(unknown, finding, str(name), meant)
        if kind in _MISSING:
            *parent, name = finding.path
            problem_path = tuple(parent)
            what = f"missing item {name + 1}" if isinstance(name, int) else f"missing key {shown(name)}"
            return _Report(self.problem(what, problem_path, problem_path), finding, str(name))
        message, hint, code = _message(finding)
        path = finding.path
        if kind == "union_tag_invalid":
            key = str(finding.detail["ctx"]["discriminator"]).strip("'")
            if key in self.value(path):
                path = (*path, key)
        problem = self.problem(message, path, path, key=finding.is_key, hint=hint, code=code)
        return _Report(problem, finding)

    def below(self, path: Path, known: Sequence[str], finding: _Finding) -> str | None:
        """Where an unknown key is one of something that stands under the mapping itself, or of one of several by name."""
        name = str(finding.path[-1])
        under = [shown(key) for key in known if name in self.keys_at((*path, key), finding)]
        under = under or [f"{key}.NAME" for key in known if name in self.keys_at((*path, key, "NAME"), finding)]
        return f"it stands under {under[0]}" if len(under) == 1 else None

    def problem(
        self,
        message: str,
        path: Path,
        place: Path,
        *,
        key: bool = False,
        hint: str | None = None,
        code: str | None = None,
    ) -> Problem:
        """`path`: as printed.  `place`: where to point."""
        at = self.document.provenance.place((*self.at, *place), key)
        return Problem(message, (*self.at, *path), at.file, at.line, at.column, hint, code, at.name)

    def value(self, path: Path) -> Collection[Any]:
        node: Any = self.document.data
        for step in (*self.at, *path):
            node = node[step]
        return node if isinstance(node, dict | list) else ()

    def keys_at(self, path: Path, finding: _Finding) -> tuple[str, ...]:
        branch = tuple(finding.loc[marker] for marker in finding.markers)
        # Paths that differ in names that the user chose have the same keys, but telling so costs more than
        # it saves.
        known = self.keys.get((path, branch))
        if known is None:
            known = keys_at(self.model, path, branch)
            self.keys[path, branch] = known
        return known

    def suggest(self, name: str, candidates: Sequence[str]) -> str | None:
        question = (name, tuple(candidates))
        if question not in self.suggested:
            self.suggested[question] = suggest(name, candidates)
        return self.suggested[question]

    def without_echoes(self, reports: Iterable[_Report]) -> list[_Report]:
        """Leave out what only follows from another problem: it would send the author to the wrong place."""
        reports = list(reports)
        meant = {(report.problem.path, report.meant) for report in reports if report.meant is not None}
        opaque = self.document.opaque
        kept = []
        for report in reports:
            path = report.problem.path
            if report.finding.type in _MISSING and ((path, report.name) in meant or (*path, "<<") in opaque):
                continue
            if any(path[:length] in opaque for length in range(len(path) + 1)):
                continue
            # pydantic counts the items that are right; those that are wrong are told one by one.
            if report.finding.type == "too_short" and len(self.value(path[len(self.at) :])) >= _least(report.finding):
                continue
            kept.append(report)
        return kept


# How far a branch of a union is from what was written: it fits and something inside it is wrong; the value
# is wrong but the branch knows what would be right; the value is wrong; it is none of a few words; it is
# another type altogether.
_INSIDE: Final = 0
_NEAR: Final = 1
_WRONG: Final = 2
_NO_FIT: Final = 3
_OTHER_TYPE: Final = 4


def _level(report: _Report, depth: int) -> int:
    finding = report.finding
    if len(finding.path) > depth or finding.about_keys:
        return _INSIDE
    if finding.type in _EXPECTED:
        return _OTHER_TYPE
    if report.problem.hint is not None:
        return _NEAR
    return _NO_FIT if finding.type in _CHOICES else _WRONG


def _distance(reports: Sequence[_Report], depth: int) -> tuple[int, int, int, int]:
    """Smaller is closer: what is worst about the value itself, then keys that are unknown or missing."""
    strange = sum(1 for report in reports if report.finding.type in _UNKNOWN and report.meant is None)
    keys = sum(1 for report in reports if report.finding.about_keys)
    return max(_level(report, depth) for report in reports), strange, keys, len(reports)


def _message(finding: _Finding) -> tuple[str, str | None, str | None]:
    """Message, hint and code of an error that is about a value."""
    detail = finding.detail
    kind = finding.type
    value = detail["input"]
    given = detail.get("ctx") or {}
    cause = given.get("error")
    if isinstance(cause, HintedError):
        return cause.message, cause.hint, cause.code
    if isinstance(cause, Exception) and str(cause):
        return str(cause), None, None
    if kind in _CHOICES or kind in _EXPECTED:
        return f"expected {_expected(finding)}, got {shown(value)}", _hint(finding), None
    if kind in _BOUNDS and "error" not in given:
        return f"must be {_BOUNDS[kind].format(**given)}, got {shown(value)}", None, None
    if kind in ("too_short", "too_long", "string_too_short", "string_too_long"):
        short = kind.endswith("short")
        bound = given["min_length" if short else "max_length"]
        unit = "character" if kind.startswith("string") else "item" if isinstance(value, list) else "entry"
        units = unit if bound == 1 else "entries" if unit == "entry" else unit + "s"
        actual = given.get("actual_length")
        length = actual if isinstance(actual, int) else len(value) if hasattr(value, "__len__") else "none"
        return f"expected at {'least' if short else 'most'} {bound} {units}, got {length}", None, None
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} does not have the form {given['pattern']}", None, None
    if kind == "union_tag_invalid":
        choices = re.findall(r"'([^']*)'", str(given["expected_tags"]))
        near = suggest(str(given["tag"]), choices)
        hint = f"did you mean {shown(near)}?" if near is not None else None
        return f"expected {_or([shown(choice) for choice in choices])}, got {shown(given['tag'])}", hint, None
    if kind == "union_tag_not_found":
        if isinstance(value, Mapping):
            return f"missing key {given['discriminator']}", None, None
        return f"expected a mapping, got {shown(value)}", None, None
    text = str(detail["msg"])
    if text.startswith("Input should be "):
        return f"expected {text.removeprefix('Input should be ')}, got {shown(value)}", None, None
    return text[:1].lower() + text[1:], None, None


def _least(finding: _Finding) -> int:
    return int(finding.detail["ctx"]["min_length"])


def _expected(finding: _Finding) -> str:
    if finding.type in _CHOICES:
        return str(finding.detail["ctx"]["expected"])
    return _EXPECTED[finding.type]


def _hint(finding: _Finding) -> str | None:
    """What to write instead, where that can be told from what was written."""
    value = finding.detail["input"]
    if finding.type in _CHOICES:
        if isinstance(value, str) and value in re.split(", | or ", _expected(finding)):
            return f"write {value} without quotes"
        choices = re.findall(r"'([^']*)'", _expected(finding))
        near = suggest(value, choices) if isinstance(value, str) else None
        return f"did you mean {shown(near)}?" if near is not None else None
    expected = _EXPECTED[finding.type]
    if expected == "true or false":
        word = value.casefold() if isinstance(value, str) else str(value)
        meaning = "true" if word in _TRUE_WORDS else "false" if word in _FALSE_WORDS else None
        if meaning is None:
            return None
        return f"write {meaning} without quotes" if value == meaning else f"write {meaning}"
    if expected == "a whole number" and isinstance(value, str):
        if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value):
            return f"write {value} without quotes"
        if re.fullmatch(r"[+-]?0[0-9]+", value):
            return "write it without a leading zero"
        if re.fullmatch(r"[+-]?(0[xob][0-9A-Fa-f_]+|[0-9][0-9_]*)", value) and len(value) <= 20:
            try:
                return f"write {int(value, 0)}"
            except ValueError:
                return None
    if expected == "text" and isinstance(value, bool | int):
        return f"put it in quotes: '{shown(value)}'"
    if expected == "a list" and isinstance(value, str) and re.fullmatch(r"[\w./-]{1,40}", value):
        return f"write [{value}]"
    return _by_key(value, finding.type) if expected == "a mapping" and isinstance(value, list) and value else None


def _by_key(items: Sequence[object], kind: str) -> str | None:
    """How what stands in a list, as in AWS's answers and Terraform's, is written by key. `kind`: what pydantic expects."""
    match items[0]:
        case {"destination": str(block), "target": str(target)}:
            return f"write {cut(block)}: {cut(target)}"
        case {"allow": _}:
            return "write the rules under ingress or egress"
        case {"name": str(name)} if kind == "dict_type":
            return f"write {cut(name)}: {{...}} in place of - name: {cut(name)}"
    return "write NAME: VALUE in place of each item" if kind == "dict_type" else None


def _keys_in_words(known: Sequence[str], unknown: str) -> str | None:
    """Which keys a mapping takes, where they are few enough to read.

    None where the unknown one is among them: then they are those of several models, of which one was chosen.
    """
    if not 0 < len(known) <= _MAX_LISTED or unknown in known:
        return None
    *most, last = map(shown, known)
    return f"the keys here are {', '.join(most)} and {last}" if most else f"the only key here is {last}"


def _or(phrases: Sequence[str]) -> str:
    return ", ".join(phrases[:-1]) + " or " + phrases[-1] if len(phrases) > 1 else "".join(phrases)
