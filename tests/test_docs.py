"""Every command and every snippet of README.md and docs/ runs, and says what the page says.

- A ``console`` block: lines ``$ reachsim ...`` and what they print; a line ``...`` stands
  for any lines, ``[exit 1]`` as a last line is the exit code. Commands run from the root of the repository.
- A ``python`` block runs; top to bottom, all of a page in one namespace; with ``>>>`` as a doctest.
- A ``yaml`` block that begins with ``version: 1`` is a design and loads, unless its ``pools`` make it a plan.
- A ``json`` block is JSON.

``python tests/test_docs.py`` writes what the commands print now into the pages, except where one has ``...``.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import reachsim
from reachsim.cli.main import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCE = re.compile(r"^(```+)\s*([\w-]*)\s*$")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: `line` of its first line of text, counted from 1."""

    page: Path
    language: str
    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def name(self) -> str:
        return f"{self.page.name}:{self.line}"


@dataclass(frozen=True)
class Command:
    """One command of a console block and what the page says that it prints."""

    block: Block
    line: int
    command: str
    expected: tuple[str, ...]
    status: int | None

    @property
    def name(self) -> str:
        return f"{self.block.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    lines = page.read_text(encoding="utf-8").split("\n")
    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        at += 1
        if fence is None:
            continue
        start = at
        while lines[at].rstrip() != fence[1]:
            at += 1
        yield Block(page, fence[2], start + 1, tuple(lines[start:at]))
        at += 1


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block."""
    starts = [index for index, line in enumerate(block.lines) if line.startswith("$ ")]
    assert starts, f"{block.name}: a console block without a command"
    assert starts[0] == 0, f"{block.name}: a console block begins with its command"
    for start, end in zip(starts, [*starts[1:], len(block.lines)], strict=True):
        expected = list(block.lines[start + 1 : end])
        status = None
        if expected and (match := re.fullmatch(r"\[exit (\d+)\]", expected[-1])):
            status = int(match[1])
            expected.pop()
        yield Command(block, block.line + start, block.lines[start][2:], tuple(expected), status)


ALL_BLOCKS = [block for page in PAGES for block in blocks(page)]
COMMANDS = [command for block in ALL_BLOCKS if block.language == "console" for command in commands(block)]


def run(command: str) -> tuple[str, int]:
    """What a command prints, on both streams as they come, and its exit code."""
    words = shlex.split(command)
    assert words[0] == "reachsim", f"only reachsim runs here: {command}"
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        status = main(words[1:])
    return out.getvalue(), status


def matches(expected: tuple[str, ...], printed: str) -> bool:
    """Whether a text is what a page shows, where ``...`` stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"[ ]*\n" for line in expected
    )
    return re.fullmatch(pattern, printed if not printed or printed.endswith("\n") else printed + "\n") is not None


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_prints_what_the_page_says(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    printed, status = run(command.command)
    if not matches(command.expected, printed):
        assert "\n".join(command.expected) == printed
    assert command.status in (None, status)


def pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if any(block.language == language for block in blocks(page))]


@pytest.mark.parametrize("page", pages_with("python"), ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    namespace: dict[str, object] = {"__name__": page.stem}
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for block in (block for block in blocks(page) if block.language == "python"):
        if ">>>" not in block.text:
            exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), namespace)
            continue
        test = doctest.DocTestParser().get_doctest(block.text, namespace, block.name, str(page), block.line - 1)
        report = io.StringIO()
        failed = doctest.DocTestRunner(optionflags=flags).run(test, out=report.write, clear_globs=False).failed
        assert not failed, report.getvalue()
        namespace = test.globs


@pytest.mark.parametrize("block", [b for b in ALL_BLOCKS if b.language == "yaml"], ids=lambda block: block.name)
def test_a_design_on_a_page_loads(block: Block) -> None:
    first = next((line for line in block.lines if line and not line.startswith("#")), "")
    if first == "version: 1" and not any(line.startswith("pools:") for line in block.lines):
        reachsim.loads(block.text, file=block.name).topology  # noqa: B018


RECIPES = [b for b in ALL_BLOCKS if b.page.name == "recipes.md" and b.language == "yaml"]


@pytest.mark.parametrize("block", RECIPES, ids=lambda block: block.name)
def test_what_a_recipe_promises_holds_and_nothing_is_found_in_it(block: Block) -> None:
    net = reachsim.loads(block.text, file=block.name)
    assert len(net.design.expect) > 1
    assert net.check().ok
    assert not net.lint().findings


STEPS = sorted((ROOT / "models/tutorial").glob("*.yaml"))


def test_the_designs_of_the_tutorial_are_the_files_of_its_steps() -> None:
    shown = {block.text for block in ALL_BLOCKS if block.page.name == "tutorial.md" and block.language == "yaml"}
    assert shown == {step.read_text(encoding="utf-8") for step in STEPS[:2]}


@pytest.mark.parametrize("block", [b for b in ALL_BLOCKS if b.language == "json"], ids=lambda block: block.name)
def test_json_on_a_page_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    missing = [
        target
        for target in _LINK.findall(text)
        if not re.match(r"[a-z]+:|#", target) and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert not missing


def anchors(page: Path) -> set[str]:
    """What a link may name of a page, as GitHub and the documentation's site call its headings."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    plain = [re.sub(r"\]\([^)]*\)", "]", heading).lower() for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)]
    named = re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text)
    return {*named, *(re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_a_heading_name_one_that_there_is(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.partition("#") for target in _LINK.findall(text) if not re.match("[a-z]+:", target)]
    there = [(page.parent / name if name else page, anchor) for name, _, anchor in targets if anchor]
    assert not [(at.name, anchor) for at, anchor in there if at.suffix == ".md" and anchor not in anchors(at)]


@pytest.mark.parametrize("mark", ["run-command", "test-command"])
def test_the_readme_has_its_two_commands(mark: str) -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").split("\n")
    at = lines.index(f"<!-- {mark} -->")
    assert lines[at + 1].startswith("```")
    assert lines[at + 2].startswith("python -m venv .venv && ")
    assert lines[at + 3] == "```"


def test_the_matching_of_output() -> None:
    assert matches(("a", "...", "d"), "a\nb\nc\nd\n")
    assert matches(("a", "...", "d"), "a\nd\n")
    assert matches(("a",), "a\n")
    assert matches((), "")
    assert not matches(("a", "...", "d"), "a\nd\ne\n")
    assert not matches(("a",), "a\nb\n")


def update(page: Path) -> None:
    """Write into a page what its commands print now."""
    text = page.read_text(encoding="utf-8")
    for block in blocks(page):
        if block.language != "console":
            continue
        new: list[str] = []
        for command in commands(block):
            printed, status = run(command.command)
            kept = any(line.strip() == "..." for line in command.expected)
            shown = list(command.expected) if kept else [line.rstrip() for line in printed.splitlines()]
            if kept and not matches(command.expected, printed):
                print(f"{command.name}: differs", file=sys.stderr)
            new += [f"$ {command.command}", *shown, *([f"[exit {status}]"] if status else [])]
        text = text.replace(block.text, "".join(f"{line}\n" for line in new), 1)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    os.chdir(ROOT)
    for name in sys.argv[1:] or map(str, PAGES):
        update(Path(name))
