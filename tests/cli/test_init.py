"""`reachsim init`: a design that loads, holds, and overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import reachsim
from reachsim.cli.main import main


def test_it_loads_and_holds_and_is_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert capsys.readouterr().out.startswith("wrote network.yaml\nnext: reachsim check network.yaml; ")
    network = reachsim.load("network.yaml")
    assert network.check()
    assert len(network.check()) == 6
    assert not network.lint().findings
    assert not network.warnings
    assert network.trace("app-a", "db", "tcp/5432")  # what it says to try
    before = (tmp_path / "network.yaml").read_bytes()
    assert before.count(b"#") > 5
    assert main(["init"]) == 2
    assert capsys.readouterr().err == (
        "reachsim: 'network.yaml' is there already; name another file, as in reachsim init NAME.yaml\n"
    )
    assert (tmp_path / "network.yaml").read_bytes() == before


def test_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "-"]) == 0
    assert reachsim.loads(capsys.readouterr().out).check()


def test_a_folder_that_there_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "no" / "net.yaml")]) == 2
    assert "cannot be written" in capsys.readouterr().err
