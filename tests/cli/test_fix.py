"""`reachsim fix` and `reachsim explain` on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import reachsim
from reachsim.cli.main import main

DESIGN = """\
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24}}
    security_groups:
      web: {}     # what serves
      db: {}
    instances:
      web: {subnet: a, private_ip: 10.0.0.10, security_groups: [web]}
      db: {subnet: a, private_ip: 10.0.0.20, security_groups: [db]}
expect:
  - {from: web, to: db, allow: tcp/5432}
  - {from: db, to: web, deny: all}
"""
CURED = DESIGN.replace("      db: {}\n", "      db: {ingress: [{allow: tcp/5432, from: web}]}\n")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "design.yaml"
    path.write_bytes(DESIGN.encode())
    return path


def test_fix_tells_and_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", str(file)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1 EDIT  makes #1 hold (of 2 expectations), and no other one fails\n")
    assert "opens nothing else" in out
    assert "+      db: {ingress: [{allow: tcp/5432, from: web}]}" in out
    assert file.read_text() == DESIGN


def test_fix_writes_the_file_and_then_has_nothing_to_do(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", str(file), "--write"]) == 0
    assert file.read_bytes() == CURED.encode()
    assert main(["check", str(file)]) == 0
    capsys.readouterr()
    assert main(["fix", str(file), "--write"]) == 0
    assert capsys.readouterr().out == "HOLDS  all 2 expectations hold; nothing to fix\n"


@pytest.mark.parametrize("question", [[], ["web", "db", "tcp/5432"]])
@pytest.mark.parametrize("format", ["text", "json", "patch"])
@pytest.mark.parametrize(("error", "status"), [(BrokenPipeError(), 141), (OSError(28, "No space left"), 2)])
def test_what_is_written_does_not_depend_on_who_reads_the_answer(
    file: Path, monkeypatch: pytest.MonkeyPatch, question: list[str], format: str, error: OSError, status: int
) -> None:
    """`fix --write FILE | head`: the change was asked for, and the answer only tells of it."""

    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise error

        def flush(self) -> None:
            raise error

    monkeypatch.setattr("sys.stdout", Gone())
    assert main(["fix", str(file), *question, "--write", "--format", format]) == status
    assert file.read_bytes() == CURED.encode()


def test_what_cannot_be_written_is_an_error_and_no_answer(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reachsim.loading.patch.write_whole", full)
    assert main(["fix", str(file), "--write"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "cannot be written: No space left on device; it is as it was" in told.err
    assert file.read_bytes() == DESIGN.encode()


def test_another_of_several_fixes_is_chosen(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", str(file), "web", "db", "tcp/5432", "--choose", "2", "--write"]) == 0
    assert "from: 10.0.0.10/32" in file.read_text()
    assert main(["fix", str(file), "web", "db", "tcp/22", "--choose", "9"]) == 2
    assert "there is no fix 9; they count from 1 to" in capsys.readouterr().err


def test_the_patch_alone(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", str(file), "--format", "patch"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"--- {file}\n+++ {file}\n@@ ")
    assert [line for line in out.splitlines()[2:] if line[0] in "+-"] == [
        "-      db: {}",
        "+      db: {ingress: [{allow: tcp/5432, from: web}]}",
    ]


def test_fixes_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", str(file), "web", "db", "tcp/22", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["verdict"] == "fails"
    assert data["fixes"][0]["opens"] == []
    assert main(["fix", str(file), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["ok"]
    assert data["whole"]["edits"][0]["text"] == "add to security group db the ingress rule tcp/5432 from web"


def test_a_deny_is_asked_for_as_a_file_has_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(
        file.read_text().replace("      db: {}", "      db: {ingress: [{allow: tcp/22, from: [web, 10.9.0.0/16]}]}")
    )
    assert main(["fix", str(file), "web", "db", "deny", "tcp/22", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["question"].endswith("deny tcp/22")
    (change,) = data["fixes"][0]["edits"][0]["changes"]
    assert (change["path"][-1], change["value"]) == ("from", "10.9.0.0/16")
    assert main(["fix", str(file), "web", "db", "allow", "tcp/22"]) == 0
    assert "nothing to fix" in capsys.readouterr().out.lower()


def test_what_has_no_fix_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "design.yaml"
    file.write_text(DESIGN.replace("deny: all", "allow: tcp/22"))
    assert main(["fix", str(file), "web", "10.9.9.9", "tcp/22"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("NO FIX  web -> 10.9.9.9: allow tcp/22\n")
    assert "why no edit helps:\n  no VPC, no network and no connection of the design has 10.9.9.9" in out


def test_bad_usage(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "-", "--write"]) == 2
    assert "--write needs a file" in capsys.readouterr().err
    assert main(["fix", str(file), "web", "db"]) == 2
    assert "write FROM, TO and TRAFFIC, or none of them" in capsys.readouterr().err
    assert main(["fix", str(file), "web", "db", "refuse", "tcp/22"]) == 2
    assert "'refuse' is no word before TRAFFIC; write allow, deny, or none of them" in capsys.readouterr().err
    assert main(["fix", str(file), "web", "db", "deny"]) == 2
    assert "'deny' is not traffic" in capsys.readouterr().err
    assert main(["explain", str(file), "web", "db"]) == 2
    assert "write FILE, FROM, TO and TRAFFIC" in capsys.readouterr().err
    assert main(["fix", str(file), "web", "nobody", "tcp/1"]) == 2
    assert "nobody" in capsys.readouterr().err


def test_an_explanation(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(file), "web", "db", "tcp/5432"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("BLOCKED  app.web -> app.db  tcp/5432\n")
    assert f"edit {file}:8 vpcs.app.security_groups.db.ingress" in " ".join(out.split())
    assert "security groups alone are to blame: with all of them open it works" in out
    assert main(["explain", str(file), "web", "db", "tcp/5432", "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["obstacles"][0]["why"]["name"] == data["obstacles"][0]["rule_id"]
    assert data["layers"][0]["innocent"] is False


def test_a_code_and_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "sg-1"]) == 0
    assert capsys.readouterr().out.startswith("SG-1  Security groups\n")
    assert main(["explain", "NO_ROUTE_TO_DESTINATION", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "code"
    assert main(["explain", "NO_ROUTE"]) == 2
    assert "is neither the code of a blocker nor the ID of a rule" in capsys.readouterr().err


def test_what_was_written_is_a_design(file: Path) -> None:
    assert main(["fix", str(file), "db", "web", "icmp/8", "--write"]) == 1  # a promise forbids it
    assert reachsim.load(file).source.document.text == DESIGN
