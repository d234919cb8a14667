"""Every code of a blocker is explained."""

from pathlib import Path

from reachsim.rules.codes import Code

PAGE = (Path(__file__).parents[2] / "docs/codes.md").read_text(encoding="utf-8")


def test_every_code_is_explained():
    assert [code.value for code in Code if f"`{code.value}`" not in PAGE] == []


def test_a_code_is_its_own_name():
    assert [code for code in Code if code.name != code.value] == []
