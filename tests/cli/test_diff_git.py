"""`reachsim diff --git`: a file and what it was at a revision."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.designs import Changes, design

from reachsim.cli.main import main
from reachsim.testing.strategies import to_yaml

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")

WIDER: Changes = {"vpcs app security_groups client ingress": [{"allow": "tcp/80", "from": "10.0.1.0/24"}]}


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def write(name: str, *changes: Changes) -> str:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(to_yaml(design(*changes)), encoding="utf-8")
    return name


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    write("nets/net.yaml")
    git("add", ".")
    git("commit", "-q", "-m", "one")


def test_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--git", "HEAD", "nets/net.yaml"]) == 0
    assert "HEAD:nets/net.yaml -> nets/net.yaml" in capsys.readouterr().out


def test_an_edit_that_is_not_committed(capsys: pytest.CaptureFixture[str]) -> None:
    write("nets/net.yaml", WIDER)
    assert main(["diff", "--git", "main", "nets/net.yaml"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("OPENED  1 change opens traffic")
    assert (
        "  because  app.probe security group client ingress\n    now     tcp/80 from 10.0.1.0/24, nets/net.yaml:" in out
    )


def test_from_a_folder_below(monkeypatch: pytest.MonkeyPatch) -> None:
    write("nets/net.yaml", WIDER)
    monkeypatch.chdir("nets")
    assert main(["diff", "--git", "HEAD", "net.yaml", "--allow-opened", "tcp/80"]) == 0


def test_a_file_that_was_renamed(capsys: pytest.CaptureFixture[str]) -> None:
    git("config", "diff.renames", "false")  # whatever a person has set
    git("mv", "nets/net.yaml", "nets/new name.yaml")
    git("commit", "-q", "-m", "two")
    write("nets/new name.yaml", WIDER)
    assert main(["diff", "--git", "HEAD~1", "nets/new name.yaml"]) == 1
    assert "HEAD~1:nets/net.yaml -> nets/new name.yaml" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--git", "nope", "nets/net.yaml"],
            "git: 'nope' is no revision of the repository of 'net.yaml'; write HEAD~1, a branch",
        ),
        (["--git", "-h", "nets/net.yaml"], "expected one argument"),
        (["--git=--output=x", "nets/net.yaml"], "'--output=x' is no revision of git; write main, HEAD~1 or a commit"),
        (["--git", "HEAD", "new.yaml"], "there was no 'new.yaml' at 'HEAD', by this name or one that git knows"),
        (["--git", "HEAD", "a.yaml", "b.yaml"], "--git compares one file with itself"),
        (["--git", "HEAD", "-"], "standard input has no history"),
        (["nets/net.yaml"], "says one side alone, which only a plan does not; name the other one too"),
    ],
)
def test_what_git_cannot_tell(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("./new.yaml")
    assert main(["diff", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_what_is_said_of_a_template_holds_for_what_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    """A condition on a parameter is decided the same on both sides, so nothing differs."""
    text = """\
Parameters: {Env: {Type: String}}
Conditions: {Open: !Equals [!Ref Env, dev]}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Net: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: g, VpcId: !Ref Vpc}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Condition: Open
    Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8}
  One: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Net, SecurityGroupIds: [!Ref Group]}}
  Two: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Net, SecurityGroupIds: [!Ref Group]}}
"""
    Path("net.template").write_text(text, encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "template")
    Path("net.template").write_text(f"# a comment\n{text}", encoding="utf-8")
    for value in ("dev", "prod"):
        assert main(["diff", "--git", "HEAD", "net.template", "--parameter", f"Env={value}"]) == 0
        assert capsys.readouterr().out.startswith("THE SAME")


def test_a_folder_has_no_history_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--git", "HEAD", "nets"]) == 2
    assert "'nets' is a folder; --git compares one file with what it was" in capsys.readouterr().err


def test_outside_of_a_repository(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "net.yaml"
    elsewhere.write_text(to_yaml(design()), encoding="utf-8")
    assert main(["diff", "--git", "HEAD", str(elsewhere)]) == 2
    assert "git: not a git repository" in capsys.readouterr().err


def test_without_git(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["diff", "--git", "HEAD", "nets/net.yaml"]) == 2
    assert "git cannot be run" in capsys.readouterr().err
