"""The files that other programs read: the action, the hooks of pre-commit, the Dockerfile."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import yaml

from reachsim.cli.main import make_parser

ROOT = Path(__file__).parents[1]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_hooks_are_commands_that_take_files() -> None:
    hooks = read(".pre-commit-hooks.yaml")
    assert {hook["id"] for hook in hooks} == {"reachsim-check", "reachsim-lint"}
    for hook in hooks:
        program, *words = shlex.split(hook["entry"])
        assert program == "reachsim"
        arguments = make_parser().parse_args([*words, "one.yaml", "two.yaml"])
        assert arguments.files == ["one.yaml", "two.yaml"]
        assert re.search(hook["files"], "nets/prod.reach.yaml")
        assert not re.search(hook["files"], "docker-compose.yaml")


def test_the_action_uses_what_it_asks_for_and_nothing_in_its_scripts() -> None:
    action = read("action.yml")
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(action["inputs"])
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", ""), "an expression in a script is a way in for whoever names a branch"
    script = action["runs"]["steps"][-1]["run"]
    for format_ in re.findall(r"--format (\w+)", script):
        make_parser().parse_args(["check", "net.yaml", "--format", format_])


def test_the_image_has_all_that_the_wheel_needs() -> None:
    """What pyproject.toml puts into the wheel is copied, and let through by .dockerignore."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extra = re.findall(r'^"(docs/[\w.]+)" = ', project, re.M)
    assert extra
    for name in ("pyproject.toml", "README.md", "LICENSE", "src", *extra):
        assert name in lines
        assert f"!{name}" in let_through
