"""docs/rules-tests.md is current, and every rule that the code promises is held by a test."""

from __future__ import annotations

import re

from tests.tools import rules_table as tool

BOOK = tool.rules_of_the_book()
ARCHITECTURE = (tool.TABLE.parent / "architecture.md").read_text(encoding="utf-8")


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


def rooms_of_chapters() -> dict[str, set[str]]:
    """By chapter, the files that docs/architecture.md names for its rules; under `any`, those for rules of every chapter."""
    section = ARCHITECTURE.partition("## Where a rule is")[2].partition("\n## ")[0]
    found: dict[str, set[str]] = {}
    for line in section.splitlines():
        chapters, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        for cell, room in zip(cells, ("rules/", "resources/", ""), strict=False):
            names = {name if "/" in name else room + name for name in re.findall(r"`([a-z_/]+)`", cell)}
            for chapter in chapters.split(", ")[: 1 if chapters.startswith("any") else None]:
                found.setdefault(chapter, set()).update(names)
    return found


def test_the_architecture_says_where_each_rule_is() -> None:
    """A reader who knows a rule's ID finds its home at the first try."""
    rooms = rooms_of_chapters()
    missed = []
    for rule, homes in tool.homes().items():
        chapter = rule if rule in rooms else rule.rpartition("-")[0]
        named = tuple(f"reachsim/{room}" for room in rooms.get(chapter, set()) | rooms["any"])
        if not any(home.replace(".", "/").startswith(named) for home in homes):
            missed.append(rule)
    assert missed == []


def test_the_architecture_names_files_that_are_there() -> None:
    named = set().union(*rooms_of_chapters().values()) | set(re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", ARCHITECTURE))
    named |= set(re.findall(r"docs/[a-z-]+\.md", ARCHITECTURE))
    roots = (tool.SOURCE / "reachsim", tool.ROOT)
    assert [
        name
        for name in sorted(named)
        if not any((root / name).exists() or (root / f"{name}.py").is_file() for root in roots)
    ] == []
