"""The tables of rules are current, and a test holds each rule that the code promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.tools import rules_table as tool

BOOK = tool.rules_of_the_book()
ARCHITECTURE = tool.ARCHITECTURE.read_text(encoding="utf-8")


def test_the_files_are_current() -> None:
    assert tool.TABLE.read_text(encoding="utf-8") == tool.table(), f"run {tool.COMMAND}"
    assert tool.with_files(ARCHITECTURE) == ARCHITECTURE, f"run {tool.COMMAND}"
    assert tool.main(["--check"]) == 0


def test_every_rule_with_a_home_has_a_test() -> None:
    held = tool.tests()
    assert {rule: home for rule, home in tool.homes().items() if not held.get(rule)} == {}


def test_every_mark_names_a_rule_of_the_book() -> None:
    assert [(rule, node) for rule, node in tool.markers() if rule not in BOOK] == []


def test_every_rule_that_the_code_cites_is_in_the_book() -> None:
    chapters = {rule.partition("-")[0] for rule in BOOK}
    cited = {rule for path in tool.SOURCE.rglob("*.py") for rule in tool._ID.findall(path.read_text(encoding="utf-8"))}
    assert {rule for rule in cited if rule.partition("-")[0] in chapters} <= set(BOOK)


def test_every_rule_without_a_home_says_why() -> None:
    """Or is decided somewhere: a docstring has its ID in bold there, as the book has it."""
    assert {rule for rule in BOOK if rule not in tool.homes()} == tool.FOLLOWS.keys() | tool.NO_CODE.keys()
    assert tool.FOLLOWS.keys().isdisjoint(tool.NO_CODE)


def test_a_rule_follows_from_rules_that_are_decided() -> None:
    """So who looks for it finds a file after one step."""
    loose = {
        rule: source for rule, text in tool.FOLLOWS.items() for source in text.split() if source not in tool.homes()
    }
    assert loose == {}


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


def test_a_rule_is_decided_in_one_file() -> None:
    """Its ID stands in bold there, and nowhere else; one of several facts says which fact is in which file."""
    several = {rule: set(files) for rule in BOOK if len(files := tool.files_of(rule, decided=True)) > 1}
    assert {rule: set(facts) for rule, facts in tool.FACTS.items()} == several
    assert [rule for rule, facts in tool.FACTS.items() if len(set(facts.values())) < len(facts)] == []


def test_bold_alone_is_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reachsim").mkdir()
    (tmp_path / "reachsim/one.py").write_text('def f():\n    """Decides **NACL-5**; see NACL-51 and NACL-6."""\n')
    monkeypatch.setattr(tool, "SOURCE", tmp_path)
    tool.cited.cache_clear()
    try:
        assert tool.homes() == {"NACL-5": ["reachsim.one.f"]}
        assert tool.files_of("NACL-6", decided=False) == ["one"]
        assert tool.files_of("NACL-5", decided=False) == []
    finally:
        tool.cited.cache_clear()


def rules_in(chapter: str, numbers: str) -> list[str]:
    """The rules that a cell of the table means by numbers."""
    return [f"{chapter}-{number}" for number in numbers.split()]


def test_the_architecture_says_where_each_rule_is() -> None:
    """A reader who knows a rule's ID finds the file to read at the first try, or why there is none: each stands once."""
    said: list[str] = []
    for row in tool.files_table().splitlines()[2:]:
        title, alone, several, follow, no_code = (cell.strip() for cell in row[1:-1].split("|"))
        chapter = title.partition(":")[0]
        for file, numbers in re.findall(r"`([\w/]+)`((?: \w+)+)", alone):
            said += rules_in(chapter, numbers)
            assert all(tool.files_of(rule, decided=True) == [file] for rule in rules_in(chapter, numbers))
        for number, facts in re.findall(r"(\w+): ((?:`[\w/]+` \([^)]+\)(?:, )?)+)", several):
            (rule,) = rules_in(chapter, number)
            said.append(rule)
            assert dict(re.findall(r"`([\w/]+)` \(([^)]+)\)", facts)) == tool.FACTS[rule]
        for number, sources in re.findall(r"(\d+) from ([A-Z0-9, -]+)", follow):
            (rule,) = rules_in(chapter, number)
            said.append(rule)
            assert sources.split(", ") == tool.FOLLOWS[rule].split()
        for numbers, why in re.findall(r"([\d ]+) \(([^)]+)\)", no_code):
            said += rules_in(chapter, numbers)
            assert all(tool.NO_CODE[rule].startswith(f"{why}:") for rule in rules_in(chapter, numbers))
    assert sorted(said) == sorted(BOOK)
