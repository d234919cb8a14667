"""Findings as text and as plain data."""

from __future__ import annotations

from typing import Any

from reachsim.answers.finding import Finding
from reachsim.answers.lint.run import Lint
from reachsim.markup import Style
from reachsim.places import line_of
from reachsim.report.text import PLAIN, Look, Paint, hanging, number
from reachsim.rules.lint import SEVERITIES, Severity

_FINDINGS = 40
_OF_A_CODE = 4


def _paint(severity: Severity, style: Style) -> Paint:
    paints: dict[Severity, Paint] = {
        "error": style.red,
        "warning": style.yellow,
        "advice": style.dim,
        "note": style.dim,
    }
    return paints[severity]


def lint_text(found: Lint, file: str, look: Look = PLAIN) -> str:
    """How many findings of what weight, then each with its evidence and its cure, the gravest first."""
    style = look.style
    counts = [
        number(count, severity, "advice" if severity == "advice" else "")
        for severity in SEVERITIES
        if (count := sum(finding.severity == severity for finding in found.findings))
    ]
    title = ", ".join(counts) or "nothing found"
    word = style.red("FINDINGS") if not found else style.yellow("ADVICE") if found.findings else style.green("CLEAN")
    silenced = f", {len(found.silenced)} silenced" if found.silenced else ""
    lines = [f"{word}  {style.bold(title + silenced)}  {style.dim(file)}"]
    shown: dict[str, int] = {}
    left: dict[str, int] = {}
    for finding in found.findings:
        shown[finding.code] = shown.get(finding.code, 0) + 1
        many = shown[finding.code] > _OF_A_CODE or sum(shown.values()) > _FINDINGS
        if many and not look.whole:
            left[finding.code] = left.get(finding.code, 0) + 1
            continue
        lines += ["", *_finding(finding, look)]
    if left:
        rest = ", ".join(f"{count} {code}" for code, count in left.items())
        lines += ["", *hanging("  ", f"... and {rest} (--all shows them)", look.width)]
    if found.silenced and look.whole:
        lines += ["", look.style.bold("silenced in the file")]
        for each in found.silenced:
            finding = each.finding
            text = f"{finding.code}  {finding.component}: {finding.text} (why: {each.why})"
            lines += hanging("  ", text, look.width)
    return "\n".join(lines)


def _finding(finding: Finding, look: Look) -> list[str]:
    style = look.style
    paint = _paint(finding.severity, style)
    rule = f"  {finding.rule}" if finding.rule else ""
    head = (
        f"{paint(finding.severity)}  {style.bold(finding.code)}{style.dim(rule)}  {style.dim(line_of(finding.where))}"
    )
    return [
        head,
        *hanging("  ", finding.sentence, look.width),
        *hanging("  because  ", finding.evidence, look.width, style.dim),
        *hanging("  to do    ", finding.cure, look.width),
    ]


def lint_data(found: Lint, file: str) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    return {"file": file, **found.to_dict()}
