"""docs/rules-tests.md is current, and every rule that the code promises is held by a test."""

from __future__ import annotations

from tests.tools import rules_table as tool

BOOK = tool.rules_of_the_book()


def test_the_file_is_current() -> None:
    assert tool.TABLE.read_text(encoding="utf-8") == tool.table(), f"run {tool.COMMAND}"
    assert tool.main(["--check"]) == 0


def test_every_rule_with_a_home_has_a_test() -> None:
    chapters = tool.FIRST_CHAPTERS | {"DNS", "EP"}
    modelled = {rule: home for rule, home in tool.homes().items() if rule.partition("-")[0] in chapters}
    held = tool.tests()
    assert {rule: home for rule, home in modelled.items() if not held.get(rule)} == {}


def test_every_mark_names_a_rule_of_the_book() -> None:
    assert [(rule, node) for rule, node in tool.markers() if rule not in BOOK] == []


def test_every_rule_that_the_code_cites_is_in_the_book() -> None:
    chapters = {rule.partition("-")[0] for rule in BOOK}
    cited = {rule for path in tool.SOURCE.rglob("*.py") for rule in tool._ID.findall(path.read_text(encoding="utf-8"))}
    assert {rule for rule in cited if rule.partition("-")[0] in chapters} <= set(BOOK)


def test_every_rule_of_the_first_chapters_without_a_home_says_why() -> None:
    without = {rule for rule in BOOK if rule.partition("-")[0] in tool.FIRST_CHAPTERS and rule not in tool.homes()}
    assert without == set(tool.WITHOUT_HOME)


def test_docstrings_are_found_wherever_they_stand() -> None:
    import ast

    text = '''"""Module, NACL-1."""
A = 1
"""Variable, NACL-2."""
class B:
    """Class, NACL-3."""
    c: int = 1
    """Field, NACL-4."""
    def d(self):
        """Method, NACL-5."""
        x = "no docstring, NACL-6"  # NACL-7
'''
    found = dict(tool.docstrings(ast.parse(text), "m"))
    assert list(found) == ["m", "m.A", "m.B", "m.B.c", "m.B.d"]
    assert "NACL-6" not in "".join(found.values())
