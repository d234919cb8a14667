"""What a person wrote into a design is there after the next import too."""

from __future__ import annotations

from pathlib import Path

import pytest

import reachsim
from reachsim.cli.main import main

ACCOUNT = "tests/importing/account.json"
HEAD = "# mine\nversion: 1\nvpcs: {}\n"
EXPECT = """\
# promises,
# in order
expect:
  # the front
  - {from: internet, to: web-1, allow: tcp/443}   # yes

  - from: web-1
    to: eni-db
    allow: tcp/5432
"""
LINT = "lint: {ignore: [{code: NAT_ONE_ZONE, why: 'one zone is enough'}]}\n"


def again(file: Path, text: str) -> str:
    file.write_text(text)
    assert main(["import", ACCOUNT, "-o", str(file), "--keep"]) == 0
    return file.read_text()


def test_sections_are_kept_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "design.yaml"
    text = again(file, HEAD + EXPECT + "# of lint\n" + LINT + "name: shop\n")
    assert EXPECT in text
    assert "# of lint\n" + LINT in text
    net = reachsim.load(file)
    assert net.design.name == "shop"
    assert [result.verdict for result in net.check()] == ["holds", "holds"]
    assert net.with_({"expect": None, "lint": None, "name": None}) == reachsim.load(ACCOUNT)
    assert again(file, text) == text


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 1, "vpcs": {}, "name": "shop", "expect": [{"from": "web-1", "to": "eni-db", "allow": "tcp/5432"}]}',
        "version: 1\nvpcs: {app: {cidrs: [10.0.0.0/16], tags: {a: &name web-1}}}\nname: shop\n"
        "expect: [{from: *name, to: eni-db, allow: tcp/5432}]\n",
    ],
)
def test_sections_without_lines_of_their_own_are_kept_too(text: str, tmp_path: Path) -> None:
    file = tmp_path / "design.yaml"
    again(file, text)
    net = reachsim.load(file)
    assert (net.design.name, [result.verdict for result in net.check()]) == ("shop", ["holds"])


def test_a_file_that_is_not_there_yet_has_nothing_to_keep(tmp_path: Path) -> None:
    assert main(["import", ACCOUNT, "-o", str(tmp_path / "new.yaml"), "--keep"]) == 0
    assert reachsim.load(tmp_path / "new.yaml") == reachsim.load(ACCOUNT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "expect:\n  - {from: gone, to: web-1, allow: tcp/443}\n", "design.yaml:5:12: expect[0].from: "),
        (HEAD + "expect: 7\n", "design.yaml:4:9: expect: "),
        (HEAD + "name: a\nname: b\n", "design.yaml:5:1: "),
        ("[", "design.yaml:1:1: "),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_written(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "design.yaml"
    file.write_text(text)
    assert main(["import", ACCOUNT, "-o", str(file), "--keep"]) == 2
    assert message in capsys.readouterr().err
    assert file.read_text() == text


def test_keep_needs_a_file_and_without_it_all_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", ACCOUNT, "--keep"]) == 2
    assert "-o DESIGN" in capsys.readouterr().err
    file = tmp_path / "design.yaml"
    file.write_text(HEAD + EXPECT)
    assert main(["import", ACCOUNT, "-o", str(file)]) == 0
    assert "expect" not in file.read_text()
