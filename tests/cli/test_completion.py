"""What shells complete, asked of the shells themselves; one that is not there is left out."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

import pytest

from reachsim.cli.completion import SHELLS, _fish, commands_of
from reachsim.cli.main import COMMANDS, main, make_parser

FILES = "(files)"
CASES = [
    (["che"], {"check"}),
    (["cidr", "ov"], {"overlaps"}),
    (["check", "--fo"], {"--format"}),
    (["check", "a.yaml", "--format", "js"], {"json"}),
    (["diff", "a.yaml", "b.yaml", "--allow-"], {"--allow-opened"}),
    (["completion", "z"], {"zsh"}),
    (["cidr", "overlaps", "--stri"], {"--strict"}),
]
"""Words that were typed, the last one in part, and what it may become."""


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


def run(shell: str, code: str) -> list[str]:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    arguments = ["--no-config", "-c"] if shell == "fish" else ["-c"]
    done = subprocess.run([program, *arguments, code], capture_output=True, text=True, timeout=60, check=False)
    assert not done.stderr, done.stderr
    return done.stdout.splitlines()


def in_bash(typed: Sequence[str], code: str) -> list[str]:
    words = " ".join(f"'{word}'" for word in ["reachsim", *typed])
    return run(
        "bash",
        f'{code}\nCOMP_WORDS=({words}); COMP_CWORD={len(typed)}; _reachsim; printf "%s\\n" "${{COMPREPLY[@]}}"',
    )


def in_zsh(typed: Sequence[str], code: str) -> list[str]:
    """With what zsh calls the completion functions replaced, for those run inside its line editor alone."""
    words = " ".join(f"'{word}'" for word in ["reachsim", *typed])
    last = typed[-1]
    stubs = f"compdef() {{ : }}; compadd() {{ shift; print -l -- ${{(M)@:#{last}*}} }}; _files() {{ print '{FILES}' }}"
    return run("zsh", f"{stubs}\n{code}\nwords=({words}); CURRENT={len(typed) + 1}; _reachsim")


def in_fish(typed: Sequence[str], code: str) -> list[str]:
    line = " ".join(["reachsim", *typed])
    return [each.partition("\t")[0] for each in run("fish", f"{code}\ncomplete -C '{line}'")]


SHELL = {"bash": in_bash, "zsh": in_zsh, "fish": in_fish}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("typed", "meant"), CASES, ids=lambda case: " ".join(case) if isinstance(case, list) else "")
def test_words(shell: str, typed: list[str], meant: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert set(SHELL[shell](typed, script(shell, capsys))) == meant


@pytest.mark.parametrize(("shell", "nothing"), [("bash", ""), ("zsh", FILES)])
def test_a_file_is_left_to_the_shell(shell: str, nothing: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = script(shell, capsys)
    assert SHELL[shell](["check", "net"], code) == [nothing]
    assert SHELL[shell](["draw", "a.yaml", "-o", "pic"], code) == [nothing]


def test_files_are_not_offered_beside_choices() -> None:
    """By fish, which would offer both: of `completion` the shells are all there is."""
    commands = {command.path: command for command in commands_of(make_parser())}
    assert [path for path, command in commands.items() if command.choices] == [("completion",)]
    assert next(line for line in _fish([commands["completion",]]) if "zsh" in line).endswith("-f -a 'bash zsh fish'")


def test_every_command_is_known() -> None:
    paths = {command.path for command in commands_of(make_parser())}
    assert {(name,) for name in COMMANDS} <= paths
    assert ("cidr", "plan") in paths


def test_a_shell_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "csh"]) == 2
    assert "csh" in capsys.readouterr().err
