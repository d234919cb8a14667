"""`reachsim` as it is typed: exit codes, streams, and what goes wrong around it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.terminals import on_terminal

import reachsim
from reachsim.cli import main as main_module
from reachsim.cli.main import BROKEN_PIPE, COMMANDS, INTERRUPTED, main, make_parser

ROOT = Path(__file__).parents[2]
FOUND = "models/vpc-lambda-as-found.yaml"
REPAIRED = "models/vpc-lambda-repaired.yaml"
THREE = "models/three-tier.yaml"

UNDECIDED = """\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.0.0/24, route_table: t}}
    route_tables: {t: {10.9.0.0/16: fw}}
    instances: {i: {subnet: s}}
    network_firewalls: {fw: {}}
expect:
  - {from: i, to: 10.9.0.1, allow: tcp/443}
"""


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def process(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **options.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-m", "reachsim", *arguments],
        env=environment,
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
        **options,
    )


# -- exit codes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("check", REPAIRED), 0),
        (("check", FOUND), 1),
        (("check", "no-such-file.yaml"), 2),
        (("trace", REPAIRED, "fetch", "www.google.com", "tcp/443"), 0),
        (("trace", FOUND, "fetch", "www.google.com", "tcp/443"), 1),
        (("trace", FOUND, "fetch", "www.google.com", "tcp/70000"), 2),
        (("trace", FOUND, "fetch", "www.google.com", "tcp/443", "--source-port", "70000"), 2),
        (("trace", FOUND, "fetch", "nowhere", "tcp/443"), 2),
        (("reach", REPAIRED, "probe", "partner.api"), 0),
        (("reach", REPAIRED, "probe", "partner.api", "tcp/80"), 0),
        (("reach", REPAIRED, "probe", "partner.api", "tcp/80-81"), 1),
        (("reach", REPAIRED, "internet", "probe"), 1),
        (("reach", REPAIRED, "vpc=nowhere", "probe"), 2),
        (("reach", REPAIRED, "tag=nowhere", "probe"), 2),
        (("show", FOUND), 0),
        (("show", FOUND, "routes"), 0),
        (("show", FOUND, "rotues"), 2),
        (("graph", FOUND), 0),
        (("graph", FOUND, "--from", "probe"), 2),
        (("schema",), 0),
        (("--version",), 0),
        (("--help",), 0),
        (("check", "--help"), 0),
        ((), 2),
        (("nonsense",), 2),
        (("check",), 2),
        (("check", FOUND, "--format", "xml"), 2),
        (("check", FOUND, "--form", "json"), 2),
    ],
)
def test_exit_codes(arguments: Sequence[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == status
    printed = capsys.readouterr()
    assert bool(printed.err) == (status == 2)
    assert bool(printed.out) == (status != 2)


@pytest.mark.parametrize(
    "question",
    [
        ("check", "-"),
        ("trace", "-", "i", "10.9.0.1", "tcp/443"),
        ("reach", "-", "i", "10.9.0.1"),
        ("reach", "-", "i", "10.9.0.1", "tcp/443"),
    ],
)
def test_what_is_not_modelled_cannot_be_decided(
    question: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(UNDECIDED.encode())))
    assert main(question) == 3
    title, reason = capsys.readouterr().out.splitlines()[:2]
    assert title.startswith("CANNOT DECIDE")
    assert "fw is a Network Firewall endpoint, which is not modelled" in reason


# -- errors -------------------------------------------------------------------------------------------------


def test_every_problem_of_a_file_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("version: 1\nvpcs:\n  app:\n    cidr: [10.0.0.0/16]\nexpekt: []\n")
    assert main(["check", str(bad)]) == 2
    assert capsys.readouterr() == (
        "",
        f"{bad}:4:5: vpcs.app: unknown key 'cidr'; did you mean 'cidrs'?\n"
        f"{bad}:5:1: unknown key 'expekt'; did you mean 'expect'?\n",
    )


def test_an_unknown_endpoint_comes_with_its_near_match(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", FOUND, "fetsh", "www.google.com", "tcp/443"]) == 2
    assert capsys.readouterr() == ("", "reachsim: unknown endpoint 'fetsh'; did you mean 'fetch'?\n")


def test_an_ambiguous_name_lists_what_it_may_mean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "models/hub-and-spoke.yaml", "app", "git", "tcp/22"]) == 2
    message = "reachsim: 'app' is ambiguous; write 'dev.app', 'test.app' or 'prod.app'\n"
    assert capsys.readouterr() == ("", message)


def test_errors_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", FOUND, "fetsh", "www.google.com", "tcp/443", "--format", "json"]) == 2
    printed = capsys.readouterr()
    assert printed.err == "reachsim: unknown endpoint 'fetsh'; did you mean 'fetch'?\n"
    assert json.loads(printed.out) == {
        "format_version": 1,
        "error": {
            "kind": "EndpointError",
            "message": "unknown endpoint 'fetsh'; did you mean 'fetch'?",
            "exit_code": 2,
            "name": "fetsh",
            "candidates": ["fetch"],
        },
    }


def test_problems_of_a_file_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "no-such-file.yaml", "--format", "json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "DesignError"
    assert error["problems"] == [
        {
            "file": "no-such-file.yaml",
            "line": None,
            "column": None,
            "path": "",
            "message": "no such file",
            "name": "",
            "hint": None,
            "code": None,
        }
    ]


# -- streams ------------------------------------------------------------------------------------------------


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the shell in which `reachsim` is the program."""
    program = f'"{sys.executable}" -m reachsim'
    return subprocess.run(
        ["bash", "-c", command.replace("reachsim", program)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
    )


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    done = shell(f"reachsim show {THREE} vpcs routes groups acls | head -n 1; echo ${{PIPESTATUS[0]}}")
    first, status = done.stdout.splitlines()
    assert first == THREE
    assert int(status) in (0, BROKEN_PIPE)  # 0 where the pipe takes everything before head ends
    assert done.stderr == ""


def test_a_closed_pipe_is_not_an_error_message() -> None:
    done = shell(f"(sleep 1; reachsim show {THREE} --all; echo $? >&2) | true")
    assert done.stderr == f"{BROKEN_PIPE}\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("arguments", "unbuffered"), [(f"show {THREE}", ""), ("trace --help", "1"), ("--help", ""), ("--version", "")]
)
def test_a_full_disk_is_told(arguments: str, unbuffered: str) -> None:
    done = shell(f"PYTHONUNBUFFERED={unbuffered} reachsim {arguments} > /dev/full")
    assert done.stderr == "reachsim: cannot write: No space left on device\n"
    assert done.returncode == 2


def test_an_error_of_a_file_is_not_told_as_one_of_the_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(path: object, **said: object) -> None:
        raise OSError(5, "Input/output error", "there/x.yaml")

    monkeypatch.setattr("reachsim.network.load", fails)
    assert main(["check", THREE]) == 2
    assert capsys.readouterr().err == "reachsim: there/x.yaml: Input/output error\n"


def test_without_an_output_it_still_answers() -> None:
    assert shell(f"reachsim check {FOUND} >&-").returncode == 1


def test_ctrl_c_ends_it_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(path: object, **said: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reachsim.network.load", interrupted)
    assert main(["check", FOUND]) == INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_a_second_ctrl_c_while_the_first_is_seen_to_is_quiet_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def impatient(argv: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("reachsim.cli.main._guarded", impatient)
    before = signal.getsignal(signal.SIGINT)
    assert main(["check", FOUND]) == INTERRUPTED
    assert signal.getsignal(signal.SIGINT) is before  # whoever calls it goes on
    monkeypatch.setattr(sys, "argv", ["reachsim", "check", FOUND])
    try:
        assert main() == INTERRUPTED
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # the process is at its end
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_while_it_reads() -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "reachsim", "check", "-"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdin is not None
    running.stdin.write(b"#" * (1 << 20))  # more than a pipe holds: when it is written, the other end reads
    running.stdin.flush()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (INTERRUPTED, b"", b"")


# -- terminals ----------------------------------------------------------------------------------------------


def test_colours_are_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b[31mFAILS\x1b[0m" in on_terminal("check", FOUND)
    assert "\x1b" not in on_terminal("check", FOUND, NO_COLOR="1")
    assert "\x1b[31m" in on_terminal("check", FOUND, NO_COLOR="")  # the convention: set and not empty
    assert "\x1b" not in on_terminal("check", FOUND, TERM="dumb")
    main(["check", FOUND])
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("columns", [80, 100, 120])
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", FOUND),
        ("check", "models/14-acl-ephemeral-range-too-narrow-as-found.yaml"),
        ("trace", FOUND, "fetch", "www.google.com", "tcp/443", "--all"),
        ("reach", THREE, "internet", "bastion"),
        ("show", THREE),
        ("show", THREE, "routes", "acls", "groups"),
        ("graph", THREE, "--from", "web-a", "--to", "internet"),
    ],
)
def test_lines_fit_the_terminal(arguments: Sequence[str], columns: int) -> None:
    lines = on_terminal(*arguments, columns=columns, NO_COLOR="1").splitlines()
    assert lines
    # A path of a file is never broken, so that it can be clicked; its line may be longer.
    assert [line for line in lines if len(line) > columns and "models/" not in line] == []


def test_a_narrow_encoding_shows_escapes(tmp_path: Path) -> None:
    text = Path(FOUND).read_text(encoding="utf-8").replace("probe", "prüfer")
    design = tmp_path / "design.yaml"
    design.write_text(text, encoding="utf-8")
    done = process("show", str(design), "interfaces", env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "app.pr\\xfcfer" in done.stdout
    done = process("show", str(design), "interfaces", "--format", "json", env={"PYTHONIOENCODING": "ascii"})
    assert "app.prüfer" in [i["name"] for i in json.loads(done.stdout)["interfaces"]]


# -- start-up -----------------------------------------------------------------------------------------------


def test_help_imports_neither_networkx_nor_pydantic_nor_yaml() -> None:
    code = (
        "import sys\nfrom reachsim.cli.main import main\nmain(['--help'])\n"
        "print(sorted({'networkx', 'pydantic', 'yaml'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        text=True,
        capture_output=True,
    )
    assert done.stderr == "[]\n"


def test_metadata_of_installed_packages_are_read_where_they_are_used() -> None:
    code = (
        "import sys\nfrom reachsim.cli.main import main\n"
        f"main(['check', {REPAIRED!r}])\n"
        "print('email.message' in sys.modules, file=sys.stderr)\n"  # importlib.metadata begins with it
        "from importlib import metadata\nfrom importlib.metadata import entry_points\n"
        "same = [*entry_points(group='pytest11')] == [*metadata.entry_points(group='pytest11')]\n"
        "print(same, metadata.version('pydantic'), file=sys.stderr)\n"
        "kept = metadata.PackageNotFoundError\nentry_points(group='pytest11')\n"
        "print(kept is metadata.PackageNotFoundError, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        cwd=ROOT,
        text=True,
        capture_output=True,
    )
    assert done.stderr == f"False\nTrue {version('pydantic')}\nTrue\n"


def test_only_graph_imports_networkx() -> None:
    commands = [["trace", FOUND, "probe", "nat", "icmp/8"], ["check", REPAIRED], ["show", THREE]]
    code = (
        f"import sys\nfrom reachsim.cli.main import main\nfor command in {commands!r}:\n    main(command)\n"
        "print('networkx' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        cwd=ROOT,
        text=True,
        capture_output=True,
    )
    assert done.stderr == "False\n"


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"reachsim {reachsim.__version__}\n"


def test_it_runs_as_a_module() -> None:
    assert process("--version").stdout == f"reachsim {reachsim.__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["--help", "check"], ["--color", "never", "--help", "check"]])
def test_help_tells_of_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The parser of one command alone is made only where nothing stands before its name."""
    assert main(words) == 0
    told = capsys.readouterr().out
    assert all(f"\n    {name}" in told for name in COMMANDS)


# -- the table of commands ----------------------------------------------------------------------------------


def test_every_command_has_its_page_and_its_options_are_told() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    parser = make_parser()
    commands = next(action for action in parser._actions if action.dest == "command").choices
    assert commands is not None
    assert list(commands) == list(COMMANDS)
    common = page.split("| option | of a file that is imported |")[1].split("\n\n")[0]  # of every FILE
    for name, command in commands.items():  # type: ignore[attr-defined]
        if name == "cidr":  # has a page of its own
            continue
        assert f"\n## {name}\n" in page
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0] + common
        for action in command._actions:
            for option in action.option_strings:
                if option not in ("-h", "--help"):
                    assert option in section, f"{name} {option}"


def test_output_without_reconfigure(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    assert main_module.main(["--version"]) == 0
    assert out.getvalue().startswith("reachsim ")


def test_a_folder_of_designs_is_told_from_one_of_what_can_be_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("version: 1\nvpcs: {}\n", encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert (
        f"it is a folder of designs; each file is asked by itself: {tmp_path / 'a.yaml'}, {tmp_path / 'b.yaml'}" in told
    )


@pytest.mark.parametrize("asked", ["who-reaches", "who_reaches"])
def test_a_command_by_the_name_that_python_has_for_it(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([asked, FOUND, "nat"]) == 2
    assert f"unknown command '{asked}'; did you mean 'who'?" in capsys.readouterr().err
