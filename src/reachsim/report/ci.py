"""Reports in the formats of continuous integration: GitHub's workflow commands, JUnit, SARIF, Markdown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote
from xml.etree import ElementTree

from reachsim.answers.book import codes, findings
from reachsim.errors import visible
from reachsim.report.notices import Level, Notice, Report

_GITHUB: Final[dict[Level, str]] = {"error": "error", "warning": "warning", "note": "notice"}
_SARIF: Final[dict[Level, str]] = {"error": "error", "warning": "warning", "note": "note"}
_WORDS: Final[dict[Level, str]] = {"passes": "holds", "note": "note", "warning": "warning", "error": "**error**"}
_LISTED: Final = 50
"""Rows of a table in Markdown: a comment on GitHub has at most 65,536 characters."""
_PAGES: Final = "https://github.com/reachsim/reachsim/blob/main/docs"


def github(reports: Sequence[Report]) -> str:
    """Workflow commands, which GitHub Actions shows beside the lines of a pull request. What passes is not told."""
    lines = []
    for report in reports:
        lines += [_command(notice, report) for notice in report.notices if notice.level != "passes"]
        lines += [f"::notice title=reachsim::{_data(remark)}" for remark in report.remarks]
        lines.append(": ".join(visible(text) for text in (report.file, report.title) if text))
    return "\n".join(lines)


def _command(notice: Notice, report: Report) -> str:
    parts = {
        "file": notice.file or report.file,
        "line": notice.line,
        "title": f"reachsim {report.command}: {notice.name}",
    }
    set_ = ",".join(f"{key}={_property(str(value))}" for key, value in parts.items() if value)
    return f"::{_GITHUB[notice.level]} {set_}::{_data(notice.text)}"


def _data(text: str) -> str:
    """The message of a workflow command."""
    return "%0A".join(visible(line).replace("%", "%25") for line in text.splitlines())


def _property(text: str) -> str:
    """A property of one, which neither a colon nor a comma ends."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def junit(reports: Sequence[Report]) -> str:
    """A suite for each file, and in it a test for each notice: warnings are errors of tests, notes pass."""
    root = ElementTree.Element("testsuites", name="reachsim")
    for report in reports:
        suite = ElementTree.SubElement(root, "testsuite", name=_xml(f"{report.command} {report.file}".strip()))
        levels = [notice.level for notice in report.notices]
        counts = {
            "tests": len(levels),
            "failures": levels.count("error"),
            "errors": levels.count("warning"),
            "skipped": 0,
        }
        suite.attrib.update({key: str(count) for key, count in counts.items()})
        for notice in report.notices:
            _case(suite, notice, report)
        if report.remarks:
            ElementTree.SubElement(suite, "system-out").text = _xml("\n".join(report.remarks))
    ElementTree.indent(root)
    # In ASCII, with references for the rest, so that it is the same in every terminal.
    text: str = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=False).decode()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def _case(suite: ElementTree.Element, notice: Notice, report: Report) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=_xml(report.file), name=_xml(notice.name))
    case.set("file", _xml(notice.file or report.file))
    if notice.line is not None:
        case.set("line", str(notice.line))
    kind = {"error": "failure", "warning": "error"}.get(notice.level)
    if kind is not None:
        first = notice.text.partition("\n")[0]
        failure = ElementTree.SubElement(case, kind, message=_xml(first), type=_xml(notice.code))
        place = ":".join(str(part) for part in (notice.file or report.file, notice.line) if part)
        failure.text = _xml(f"{place}: {notice.text}")
    elif notice.text:
        ElementTree.SubElement(case, "system-out").text = _xml(notice.text)


def _xml(text: str) -> str:
    """A text without the characters that XML cannot have."""
    return "\n".join(map(visible, text.splitlines()))


def sarif(reports: Sequence[Report], version: str) -> str:
    """SARIF 2.1.0 (OASIS), one run: what code scanning takes. What passes is no result. `version`: of reachsim."""
    told = [(report, notice) for report in reports for notice in report.notices if notice.level != "passes"]
    told_codes = list(dict.fromkeys(notice.code for _, notice in told))
    driver: dict[str, Any] = {
        "name": "reachsim",
        "version": version,
        "informationUri": "https://github.com/reachsim/reachsim",
        "rules": [_rule(code) for code in told_codes],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, notice, told_codes) for report, notice in told],
    }
    remarks = [remark for report in reports for remark in report.remarks]
    if remarks:
        notes = [{"level": "note", "message": {"text": remark}} for remark in remarks]
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=True)


def _rule(code: str) -> dict[str, Any]:
    """What a code means, which code scanning shows beside its results."""
    finding = findings().get(code)
    known = finding or codes().get(code)
    text = known.text if known is not None else code.replace("_", " ").capitalize()
    page = "lint.md" if finding else f"codes.md#{code.lower()}" if known else "cli.md"
    return {
        "id": code,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": f"{text} See {_PAGES}/{page}"},
        "helpUri": f"{_PAGES}/{page}",
    }


def _result(report: Report, notice: Notice, numbered: list[str]) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": uri(notice.file or report.file)}}
    if notice.line is not None:
        where["region"] = {"startLine": notice.line}
    mark = hashlib.sha256(f"{report.command}\n{notice.code}\n{notice.name}".encode("utf-8", "replace")).hexdigest()
    return {
        "ruleId": notice.code,
        "ruleIndex": numbered.index(notice.code),
        "level": _SARIF[notice.level],
        "message": {"text": f"{visible(notice.name)}\n{_xml(_beyond(notice))}".rstrip()},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"reachsim/v1": mark[:32]},
    }


def uri(file: str) -> str:
    """A file as a URI (RFC 3986), relative where its name is.

    >>> uri("models/a b.yaml"), uri("<stdin>")
    ('models/a%20b.yaml', '%3Cstdin%3E')
    """
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def markdown(reports: Sequence[Report]) -> str:
    """A table for each file, for a comment or a summary. What passes is counted alone, and of lint and diff not at all."""
    lines: list[str] = []
    for report in reports:
        lines += [
            f"### {_cell(f'reachsim {report.command}')}: {_cell(report.title)}",
            "",
            *([f"`{_code(report.file)}`", ""] if report.file else []),
        ]
        told = [notice for notice in report.notices if notice.level != "passes"]
        if told:
            lines += ["| | what | why | line |", "| --- | --- | --- | --- |", *map(_row, told[:_LISTED]), ""]
        if len(told) > _LISTED:
            lines += [f"and {len(told) - _LISTED} more", ""]
        lines += [f"- {_cell(remark)}" for remark in report.remarks] + [""] * bool(report.remarks)
    return "\n".join(lines).rstrip("\n")


def _row(notice: Notice) -> str:
    return f"| {_WORDS[notice.level]} | {_cell(notice.name)} | {_cell(_beyond(notice))} | {notice.line or ''} |"


def _beyond(notice: Notice) -> str:
    """What a notice says beyond its name."""
    return "" if notice.text == notice.name else notice.text.removeprefix(f"{notice.name}; ")


def _cell(text: str) -> str:
    """A text that Markdown reads nothing into."""
    line = visible(" ".join(text.split()))
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|~" else letter for letter in line)


def _code(text: str) -> str:
    return visible(text).replace("`", "'")


_PLAIN: Final[dict[str, Callable[[Sequence[Report]], str]]] = {"github": github, "junit": junit, "markdown": markdown}
FORMATS: Final = ("github", "junit", "sarif", "markdown")
"""Beside text and JSON, what commands with a verdict print."""


def render(name: str, reports: Sequence[Report], version: str) -> str:
    """Reports in one of `FORMATS`. `version`: of reachsim."""
    return sarif(reports, version) if name == "sarif" else _PLAIN[name](reports)
