"""Names come from files that somebody else wrote: no control character of one reaches a terminal."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from reachsim.cli.main import main

BIDI = "\u202e"
ZERO = "\u200b"
ESCAPE = "\x1b[2J\x9b31m\u202e"
NAME = f"we{BIDI}b{ZERO}"
DESIGN = f"""\
version: 1
name: "title {BIDI}"
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {{s: {{cidr: 10.0.0.0/24, route_table: t}}}}
    route_tables: {{t: {{0.0.0.0/0: igw}}}}
    security_groups:
      "g{BIDI}": {{ingress: [{{allow: tcp/443, from: "g{BIDI}"}}]}}
    instances:
      "{NAME}": {{subnet: s, public_ip: true, security_groups: ["g{BIDI}"], tags: {{"k{BIDI}": "v{BIDI}"}}}}
      other: {{subnet: s}}
expect:
  - {{from: other, to: "{NAME}", allow: tcp/443, why: "\\x1b[2J\\x1b[31mowned\\a{BIDI}"}}
  - {{from: {{tag: {{"k{BIDI}": "v{BIDI}"}}}}, to: other, deny: all, why: "{BIDI}"}}
"""


def printable(text: str) -> bool:
    return all(c == "\n" or unicodedata.category(c)[0] not in "C" for c in text)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "command",
    [
        ["check", "FILE"],
        ["trace", "FILE", "other", NAME, "tcp/443"],
        ["trace", "FILE", "other", f"nobody{BIDI}", "tcp/443"],
        ["trace", "FILE", "other", NAME, f"tcp/443{BIDI}"],
        ["reach", "FILE", "other", NAME],
        ["reach", "FILE", f"tag=k{BIDI}:v{BIDI}", "internet"],
        ["show", "FILE"],
        ["show", "FILE", "groups", "routes", "acls", "warnings"],
        ["show", "FILE", f"rou{BIDI}tes"],
        ["graph", "FILE"],
        ["graph", "FILE", "--from", "other", "--to", NAME],
        ["matrix", "FILE"],
        ["matrix", "FILE", "--by", "subnet"],
        ["matrix", "FILE", f"tcp{ESCAPE}"],
        ["exposure", "FILE"],
        ["who", "FILE", "internet"],
        ["what", "FILE", "internet"],
        ["isolated", "FILE", "other", NAME],
        ["deadends", "FILE"],
        ["rules", "FILE"],
        ["lambda", "FILE", "--all"],
        ["session-manager", "FILE"],
        ["session-manager", "FILE", f"nobody{BIDI}"],
        ["lint", "FILE", "--all"],
        ["lint", "FILE", "--only", f"CODE{BIDI}"],
        ["rules", "FILE", ESCAPE, ESCAPE],
        ["diff", "FILE", "FILE", "--allow-opened", ESCAPE],
        ["check", ESCAPE],
        ["check", "FILE", ESCAPE],
        ["check", "FILE", f"--{ESCAPE}"],
        ["check", "FILE", "--jobs", ESCAPE],
        ["check", "FILE", "--deadline", ESCAPE],
        ["matrix", "FILE", "--by", ESCAPE],
        [ESCAPE],
    ],
)
def test_nothing_that_a_terminal_obeys_is_printed(
    command: list[str], form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    design = tmp_path / f"design{BIDI}.yaml"
    design.write_text(DESIGN, encoding="utf-8")
    status = main([str(design) if word == "FILE" else word for word in command] + ["--format", form])
    printed = capsys.readouterr()
    assert printable(printed.out), printed.out
    assert printable(printed.err), printed.err
    assert status in (0, 1, 2)
    if form == "json":
        json.loads(printed.out)


def test_dot_is_quoted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    design = tmp_path / "design.yaml"
    design.write_text(DESIGN, encoding="utf-8")
    assert main(["graph", str(design), "--format", "dot"]) == 0
    printed = capsys.readouterr().out
    assert printable(printed)
    assert '"a.we\\\\u202eb\\\\u200b instance"' in printed
