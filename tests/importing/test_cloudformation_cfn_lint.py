"""The templates that the tests are about are ones that CloudFormation takes, by cfn-lint, where that is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

TEMPLATES = sorted((Path(__file__).parent / "templates").iterdir())


def errors(text: str) -> list[str]:
    """What cfn-lint calls an error in a template."""
    api: Any = pytest.importorskip("cfnlint.api")
    found = api.lint(text, config=api.ManualArgs(regions=["us-east-1"]))
    return [str(each) for each in found if each.rule.id.startswith("E")]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_of_the_tests_is_one_that_cloudformation_takes(file: Path) -> None:
    assert errors(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("written", "wrong"), [("10.0.0.0/16", "10.0.0.0/99"), ("!Ref Vpc", "!Ref Nothing")])
def test_a_template_that_cloudformation_refuses_is_told(written: str, wrong: str) -> None:
    text = (Path(__file__).parent / "templates" / "two-tier.yaml").read_text(encoding="utf-8")
    assert written in text
    assert errors(text.replace(written, wrong, 1))
