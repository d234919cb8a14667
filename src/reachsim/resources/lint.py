"""What a design says to `reachsim lint`: findings that its owner knows of, each with a reason."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from reachsim.errors import HintedError, shown, suggest
from reachsim.resources.fields import Schema
from reachsim.rules.lint import LintCode


def _code(value: Any) -> str:
    if not isinstance(value, str) or value not in set(LintCode):
        near = suggest(value, list(LintCode)) if isinstance(value, str) else None
        hint = f"did you mean {near}?" if near else "docs/lint.md has the codes"
        raise HintedError(f"{shown(value)} is no code of a finding", hint=hint)
    return str(value)


def _reason(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise HintedError("a silence needs a reason", hint="write why: and the reason")
    return value


FindingCode = Annotated[
    str,
    PlainValidator(_code),
    WithJsonSchema({"type": "string", "enum": [code.value for code in LintCode]}),
]


class IgnoredFindings(Schema):
    """Findings that are known, and meant."""

    code: FindingCode
    """The code of the findings."""
    at: str | None = None
    """The component that they are about, as the finding names it; left out: all of the code."""
    why: Annotated[str, PlainValidator(_reason), WithJsonSchema({"type": "string", "pattern": r"\S"})]
    """The reason, for the reader."""

    def is_about(self, code: str, component: str) -> bool:
        """Whether it silences a finding."""
        return self.code == code and self.at in (None, component)


class LintSettings(Schema):
    """Settings of `reachsim lint`."""

    ignore: tuple[IgnoredFindings, ...] = ()
    """Findings that are silenced, each with a reason."""
