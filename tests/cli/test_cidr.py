"""`reachsim cidr` as it is typed: output, exit codes, files."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from pathlib import Path

import pytest

from reachsim.cli import cidr
from reachsim.cli.main import main as cli_main
from reachsim.errors import ReachsimError

PLANS = Path(__file__).parents[2] / "models" / "plans"


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


@pytest.fixture
def reachsim_cidr(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run a command as main() does: a ReachsimError becomes its text and its exit code."""

    def run(*arguments: object) -> Result:
        parser = argparse.ArgumentParser(prog="reachsim cidr")
        cidr.configure(parser)
        error = ""
        try:
            code = cidr.run(parser.parse_args([str(argument) for argument in arguments]))
        except ReachsimError as problem:
            error, code = f"{problem}\n", problem.exit_code
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err + error)

    return run


OVERLAPPING = """10.0.0.0/12 office
10.8.0.0/16 app
10.8.4.0/24 data
172.31.0.0/16 sandbox
"""


def test_overlaps_as_text(reachsim_cidr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    Path("list.txt").write_text(OVERLAPPING)
    result = reachsim_cidr("overlaps", "list.txt", "--connect", "app,data")
    assert result.code == 1
    assert (
        result.out
        == """wish: to be connected
  10.8.0.0/16  app  list.txt:2
    contains  10.8.4.0/24  data  list.txt:3  to be connected: app, data

note: never meet
  10.0.0.0/12  office  list.txt:1
    contains  10.8.0.0/16  app   list.txt:2  never meet
    contains  10.8.4.0/24  data  list.txt:3  never meet

3 overlaps among 4 blocks: 1 to be connected, 2 that never meet.
"""
    )
    assert reachsim_cidr("overlaps", "list.txt").code == 0
    assert reachsim_cidr("overlaps", "10.0.0.0/16", "10.1.0.0/16").out == "No overlaps among 2 blocks.\n"
    limited = reachsim_cidr("overlaps", "list.txt", "--limit", "1").out
    assert "2 further overlaps are not shown (--limit 0 shows all)." in limited


def test_overlaps_of_standard_input_and_a_model_mixed(
    reachsim_cidr,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    model = tmp_path / "m.yaml"
    model.write_text("version: 1\nvpcs:\n  app: {cidrs: [10.8.0.0/16]}\n  b: {cidrs: [10.8.0.0/17]}\n"
                     "peering_connections: {p: {requester: app, accepter: b}}\n")  # fmt: skip
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"cidr,name\n10.8.4.0/24,x\n")))
    result = reachsim_cidr("overlaps", model, "-", "--format", "json")
    data = json.loads(result.out)
    assert result.code == 1
    assert data["counts"] == {"error": 1, "wish": 0, "warning": 0, "note": 2}
    assert data["overlaps"][0] == {
        "rank": "error",
        "relation": "contains",
        "outer": {"cidr": "10.8.0.0/16", "owner": "app", "comment": "", "file": str(model), "line": 3},
        "inner": {"cidr": "10.8.0.0/17", "owner": "b", "comment": "", "file": str(model), "line": 4},
        "reason": "connected by the peering connection p",
    }
    assert data["overlaps"][1]["inner"]["file"] == "<stdin>"


def test_other_formats_of_overlaps(reachsim_cidr, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "list.txt"
    path.write_text(OVERLAPPING + "10.9.0.0/16 <script>\n")
    rows = list(csv.DictReader(io.StringIO(reachsim_cidr("overlaps", path, "--format", "csv").out)))
    assert len(rows) == 4
    assert rows[0]["outer"] == "10.0.0.0/12"
    page = reachsim_cidr("overlaps", path, "--format", "html").out
    assert page.startswith("<!DOCTYPE html>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("overlaps", "nowhere"), "nowhere: no such file, and not a block such as 10.0.0.0/16\n"),
        (("overlaps", "10.0.0.1/8"), "'10.0.0.1/8' has host bits set; did you mean '10.0.0.0/8'?\n"),
        (
            ("overlaps", "10.0.0.0/8", "--connect", "a"),
            "--connect 'a': name two networks or more, with commas between them\n",
        ),
        (("overlaps", "10.0.0.0/8", "--limit", "-1"), "--limit -1: it must be 0 or more\n"),
        (
            ("free", "10.0.0.0/8", "--size", "/33"),
            "--size '/33': write a prefix length such as /24, at most /32\n",
        ),
        (("free", "10.0.0.0/8", "--size", "/9", "--count", "0"), "--count 0: it must be 1 or more\n"),
        (("contains", "10.0.0.0/33", "10.0.0.0/8"), "'10.0.0.0/33' has a prefix length over 32\n"),
        (
            ("plan", PLANS / "three-vpcs.yaml", "--keep", "a", "--lock", "b"),
            "--keep and --lock say the same; give one of them\n",
        ),
        (("plan", "nowhere.yaml"), "nowhere.yaml: no such file\n"),
    ],
)
def test_bad_usage(reachsim_cidr, arguments: tuple[object, ...], expected: str) -> None:  # type: ignore[no-untyped-def]
    result = reachsim_cidr(*arguments)
    assert (result.code, result.out, result.err) == (2, "", expected)


def test_show(reachsim_cidr) -> None:  # type: ignore[no-untyped-def]
    result = reachsim_cidr("show", "10.0.0.0/24")
    assert result.code == 0
    assert "usable in a subnet   251\n" in result.out
    (block,) = json.loads(reachsim_cidr("show", "10.0.0.0/24", "--format", "json").out)["blocks"]
    assert (block["usable"], block["class"], block["buddy"]) == (251, "private (RFC 1918)", "10.0.1.0/24")
    assert "<table>" in reachsim_cidr("show", "10.0.0.0/24", "--format", "html").out


def test_free(reachsim_cidr, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    used = tmp_path / "used"
    used.write_text("10.0.0.64/26 x\n")
    assert reachsim_cidr("free", "10.0.0.0/24", "--used", used).out == "10.0.0.0/26\n10.0.0.128/25\n"
    assert reachsim_cidr("free", "10.0.0.0/24", "--used", used, "--size", "/26").out == "10.0.0.0/26\n"
    three = reachsim_cidr("free", "10.0.0.0/24", "--used", used, "--size", "/26", "--count", "3", "--format", "json")
    assert json.loads(three.out) == {
        "format_version": 1,
        "cidrs": ["10.0.0.0/26", "10.0.0.128/26", "10.0.0.192/26"],
        "addresses": 192,
    }
    four = reachsim_cidr("free", "10.0.0.0/24", "--used", used, "--size", "/26", "--count", "4")
    assert (four.code, four.out, four.err) == (1, "", "only 3 of 4 free blocks of /26 are there\n")
    assert reachsim_cidr("free", "10.0.0.0/24", "--used", "10.0.0.0/8").out == ""
    assert reachsim_cidr("free", "2001:db8::/48", "--size", "/64").out == "2001:db8::/64\n"


def test_aggregate_exclude_contains(reachsim_cidr) -> None:  # type: ignore[no-untyped-def]
    assert reachsim_cidr("aggregate", "10.0.0.0/25", "10.0.0.128/25", "2001:db8::/33", "2001:db8:8000::/33").out == (
        "10.0.0.0/24\n2001:db8::/32\n"
    )
    assert reachsim_cidr("exclude", "10.0.0.0/24", "--without", "10.0.0.0/25").out == "10.0.0.128/25\n"
    inside = reachsim_cidr("contains", "10.0.0.0/8", "10.1.2.3", "10.0.0.0/16")
    assert (inside.code, inside.out) == (0, "10.1.2.3/32  inside\n10.0.0.0/16  inside\n")
    outside = reachsim_cidr("contains", "10.0.0.0/16", "10.0.0.0/8", "11.0.0.0/8", "--format", "json")
    assert outside.code == 1
    assert [answer["answer"] for answer in json.loads(outside.out)["answers"]] == ["partly", "outside"]


def test_plan_formats(reachsim_cidr) -> None:  # type: ignore[no-untyped-def]
    path = PLANS / "three-vpcs.yaml"
    text = reachsim_cidr("plan", path)
    assert text.code == 0
    assert "  10.17.0.0/19  |AAAA++++........BBBBBBBB++++++++CCCCCCCC++++++++................|\n" in text.out
    assert "  group backbone  1 route covers it in the pools: 10.17.0.0/19; 31% is its own\n" in text.out
    data = json.loads(reachsim_cidr("plan", path, "--format", "json").out)
    assert data["vpcs"]["orders"]["subnets"]["private-a"]["cidr"] == "10.17.0.128/26"
    rows = list(csv.DictReader(io.StringIO(reachsim_cidr("plan", path, "--format", "csv").out)))
    assert len([row for row in rows if row["kind"] == "subnet"]) == 17
    svg = reachsim_cidr("plan", path, "--format", "svg").out
    assert svg.startswith("<svg ")
    page = reachsim_cidr("plan", path, "--format", "html").out
    assert "<svg" in page
    assert "10.17.0.128/26" in page
    hcl = reachsim_cidr("plan", path, "--format", "terraform").out
    assert '    cidr_block            = "10.17.0.0/23"\n' in hcl


def test_the_planned_model_is_what_is_committed_and_loads(reachsim_cidr) -> None:  # type: ignore[no-untyped-def]
    from reachsim.cidr import find_overlaps, read_sources
    from reachsim.loading.load import load_design

    planned = PLANS / "three-vpcs-planned.yaml"
    assert reachsim_cidr("plan", PLANS / "three-vpcs.yaml", "--format", "yaml").out == planned.read_text()
    design = load_design(planned)
    joined = {frozenset((c.requester, c.accepter)) for c in design.peering_connections.values()}
    assert {
        frozenset(pair) for pair in (("orders", "payments"), ("orders", "shared"), ("payments", "shared"))
    } <= joined
    sources = read_sources([str(planned), str(PLANS / "today.txt")])
    wish = [("orders", "payments", "shared", "on-premises"), ("shared", "legacy")]
    assert not find_overlaps(sources.entries, sources.connections, wish).matters


def test_a_plan_that_does_not_fit(reachsim_cidr) -> None:  # type: ignore[no-untyped-def]
    path = PLANS / "too-small.yaml"
    text = reachsim_cidr("plan", path)
    assert text.code == 1
    assert text.out.endswith("Nothing was allocated.\n")
    assert "Smallest change: ask for tills as a /22 instead of a /21 (1,024 addresses fewer).\n" in text.out
    for form in ("yaml", "terraform", "csv"):  # an empty model would look like an answer
        result = reachsim_cidr("plan", path, "--format", form)
        assert (result.code, result.out) == (1, "")
        assert "Does not fit." in result.err
    assert json.loads(reachsim_cidr("plan", path, "--format", "json").out)["vpcs"] == {}
    assert "does not fit" in reachsim_cidr("plan", path, "--format", "svg").out


def test_lock_and_keep(reachsim_cidr, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path, lock = tmp_path / "plan.yaml", tmp_path / "plan.lock.json"
    head = "version: 1\npools: {p: 10.16.0.0/24}\n"
    path.write_text(head + "vpcs: {a: /26, b: /26}\n")
    assert reachsim_cidr("plan", path, "--lock", lock).code == 0
    first = json.loads(lock.read_text())
    path.write_text(head + "vpcs: {z: /26, b: /26, a: /26}\n")
    assert reachsim_cidr("plan", path, "--lock", lock).code == 0
    second = json.loads(lock.read_text())
    assert [second["vpcs"][name]["cidrs"] for name in "ab"] == [first["vpcs"][name]["cidrs"] for name in "ab"]
    before = lock.read_text()
    path.write_text(head + "vpcs: {z: /26, b: /26, a: /26, y: /25}\n")
    failed = reachsim_cidr("plan", path, "--lock", lock)
    assert failed.code == 1
    assert lock.read_text() == before  # nothing is written unless everything fits
    assert reachsim_cidr("plan", path, "--keep", lock).code == 1
    path.write_text(head + "vpcs: {z: /26, b: /26}\n")
    assert "No longer asked for, and given up: a." in reachsim_cidr("plan", path, "--keep", lock).out
    assert sorted(item.name for item in tmp_path.iterdir()) == ["plan.lock.json", "plan.yaml"]
    unwritable = reachsim_cidr("plan", path, "--lock", tmp_path / "none" / "x.json")
    assert unwritable.code == 2
    assert "cannot be written" in unwritable.err


def test_conflicts_of_what_stands_fail(reachsim_cidr, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "plan.yaml"
    path.write_text(
        "version: 1\npools: {p: 10.16.0.0/16}\nexists: {old: 10.1.0.0/16, office: "
        "10.0.0.0/12}\nvpcs: {a: /24}\n"
        "groups: {g: [a, old, office]}\n"
    )
    result = reachsim_cidr("plan", path)
    assert result.code == 1
    assert result.out.splitlines()[:3] == [
        "Fits: 1 VPC, 0 subnets.",
        "Conflict: office 10.0.0.0/12 overlaps old 10.1.0.0/16: both are in group g, which never may overlap.",
        "What exists never moves: let one of them go, or ask for it anew under vpcs.",
    ]


def test_nothing_heavy_is_imported_to_show_the_help() -> None:
    import subprocess

    code = (
        "import argparse, sys; from reachsim.cli import cidr; cidr.configure(argparse.ArgumentParser());"
        "sys.exit(any(name in sys.modules for name in ('pydantic', 'yaml', 'networkx', 'reachsim.cidr')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
def test_a_lock_keeps_its_mode_and_a_link_is_followed(reachsim_cidr, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    plan, real, link = tmp_path / "plan.yaml", tmp_path / "there" / "real.json", tmp_path / "lock.json"
    real.parent.mkdir()
    plan.write_text("version: 1\npools: {p: 10.16.0.0/24}\nvpcs: {a: /26}\n")
    link.symlink_to(Path("there") / "real.json")
    assert reachsim_cidr("plan", plan, "--lock", link).code == 0  # what it leads to is made
    assert link.is_symlink()
    for mode in (0o600, 0o640, 0o664):
        real.chmod(mode)
        before = real.stat().st_ino
        assert reachsim_cidr("plan", plan, "--lock", link).code == 0
        assert real.stat().st_mode & 0o777 == mode
        assert real.stat().st_ino != before  # written whole, beside it, and put in its place
        assert link.is_symlink()
    assert json.loads(real.read_text())["ok"]
    assert sorted(item.name for item in real.parent.iterdir()) == ["real.json"]
    import os

    mask = os.umask(0o077)
    try:
        assert reachsim_cidr("plan", plan, "--lock", tmp_path / "new.json").code == 0
    finally:
        os.umask(mask)
    assert (tmp_path / "new.json").stat().st_mode & 0o777 == 0o600


def test_strict_and_all(reachsim_cidr, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    blocks = ("10.0.0.0/8", "10.0.0.0/16")
    assert reachsim_cidr("overlaps", *blocks).code == 0
    strict = reachsim_cidr("overlaps", *blocks, "--strict")
    assert (strict.code, strict.out.splitlines()[-1]) == (
        1,
        "1 overlap among 2 blocks: 1 that never meets. Nothing may overlap.",
    )
    everybody = reachsim_cidr("overlaps", *blocks, "--connect", "all", "--format", "json")
    assert everybody.code == 1
    assert json.loads(everybody.out)["counts"]["wish"] == 1
    assert reachsim_cidr("overlaps", "10.0.0.0/8", "11.0.0.0/8", "--strict", "--connect", "all").code == 0


def test_the_limit_holds_in_every_format(reachsim_cidr, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "equal.txt"
    path.write_text("".join(f"10.0.0.0/16 v{index}\n" for index in range(3000)))
    for form in ("json", "csv", "html", "text"):
        result = reachsim_cidr("overlaps", path, "--limit", "2", "--format", form)
        assert all(name in result.out for name in ("v0", "v1", "v2"))
        assert "v3" not in result.out
    data = json.loads(reachsim_cidr("overlaps", path, "--limit", "2", "--format", "json").out)
    assert data["counts"]["note"] == 4_498_500


def test_questions_about_blocks(reachsim_cidr, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    def out(*arguments: object) -> str:
        return str(reachsim_cidr(*arguments).out)

    assert out("split", "10.0.0.0/24", "/26") == "10.0.0.0/26\n10.0.0.64/26\n10.0.0.128/26\n10.0.0.192/26\n"
    assert out("split", "10.0.0.0/24", "26", "--nth", "1") == "10.0.0.64/26\n"
    assert out("split", "2001:db8::/32", "/64", "--nth", "-1") == "2001:db8:ffff:ffff::/64\n"
    assert "write a prefix length" in reachsim_cidr("split", "10.0.0.0/24", "/33").err
    assert "is not the length of a block inside" in reachsim_cidr("split", "10.0.0.0/24", "/23").err
    assert "name one of them with --nth" in reachsim_cidr("split", "10.0.0.0/8", "/32").err
    assert out("range", "10.0.0.5-10.0.0.8") == "10.0.0.5/32\n10.0.0.6/31\n10.0.0.8/32\n"
    assert out("range", "10.0.0.0/24", "10.0.1.0/24") == "10.0.0.0-10.0.1.255\n"
    assert "give ranges or blocks, not both" in reachsim_cidr("range", "10.0.0.5-10.0.0.8", "10.0.0.0/8").err
    assert json.loads(out("range", "10.0.0.0/30", "--format", "json")) == {
        "format_version": 1,
        "ranges": [{"first": "10.0.0.0", "last": "10.0.0.3"}],
    }
    assert out("span", "10.0.0.0/24", "10.0.3.0/24") == "10.0.0.0/22\n"
    assert "are of two families" in reachsim_cidr("span", "10.0.0.0/24", "::/0").err
    assert out("aggregate", "10.0.0.0/24", "10.0.1.0/25", "10.9.0.0/24", "--most", "2") == "10.0.0.0/23\n10.9.0.0/24\n"
    assert "too few" in reachsim_cidr("aggregate", "10.0.0.0/24", "::/0", "--most", "1").err
    assert "it must be 1 or more" in reachsim_cidr("aggregate", "10.0.0.0/24", "--most", "0").err


def test_free_blocks_of_a_vpc_and_of_both_families(reachsim_cidr, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    model = tmp_path / "net.yaml"
    model.write_text(
        "version: 1\nvpcs:\n  app:\n    cidrs: [10.0.0.0/24, 2001:db8::/56]\n"
        "    subnets: {web: {cidr: 10.0.0.0/26}, db: {ipv6_cidr: '2001:db8::/64'}}\n"
    )
    assert reachsim_cidr("free", model, "--vpc", "app", "--size", "/26").out == "10.0.0.64/26\n"
    refused = reachsim_cidr("free", model, "--size", "/26")  # the subnets' blocks are not free
    assert (refused.code, refused.out) == (2, "")
    assert "'app' has subnets; write --vpc app for what is free between them" in refused.err
    assert reachsim_cidr("free", model, "--vpc", "app", "--size", "/64").out == "2001:db8:0:1::/64\n"
    assert reachsim_cidr("free", model, "--vpc", "app").out.startswith(
        "10.0.0.64/26\n10.0.0.128/25\n2001:db8:0:1::/64\n"
    )
    assert (
        "an IPv4 block of a subnet is /16 to /28" in reachsim_cidr("free", model, "--vpc", "app", "--size", "/29").err
    )
    assert "there is no network 'x'; there are app" in reachsim_cidr("free", model, "--vpc", "x").err
    assert reachsim_cidr("free", "10.0.0.0/16", "2001:db8::/56", "--size", "/64").out == "2001:db8::/64\n"
    docker = reachsim_cidr("free", "172.16.0.0/14", "--size", "/16", "--count", "4")
    assert docker.out.splitlines() == ["172.16.0.0/16", "172.18.0.0/16", "172.19.0.0/16", "172.17.0.0/16"]
    assert "warning: 172.17.0.0/16 clashes with services" in docker.err


def test_find_and_use(reachsim_cidr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    Path("aws.json").write_text(
        json.dumps(
            {
                "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "Tags": [{"Key": "Name", "Value": "app"}]}],
                "Subnets": [
                    {"SubnetId": "s-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/26", "AvailableIpAddressCount": 29}
                ],
            }
        )
    )
    found = reachsim_cidr("find", "10.0.0.7", "aws.json")
    assert (found.code, found.out) == (0, "10.0.0.0/26  app.s-1  aws.json\n10.0.0.0/24  app      aws.json\n")
    assert reachsim_cidr("find", "11.0.0.7", "aws.json").code == 1
    data = json.loads(reachsim_cidr("find", "10.0.0.7", "aws.json", "--format", "json").out)
    assert [one["cidr"] for one in data["holders"]] == ["10.0.0.0/26", "10.0.0.0/24"]
    text = reachsim_cidr("use", "aws.json").out
    assert text == (
        "app    10.0.0.0/24  30 of 59 used (51%)  free: 10.0.0.64/26, 10.0.0.128/25\n"
        "  s-1  10.0.0.0/26  30 of 59 used (51%)\n"
    )
    rows = list(csv.DictReader(io.StringIO(reachsim_cidr("use", "aws.json", "--format", "csv").out)))
    assert rows[0] == {"vpc": "app", "subnet": "", "id": "s-1", "cidr": "10.0.0.0/26", "usable": "59", "used": "30",
                       "available": "29"}  # fmt: skip
    assert json.loads(reachsim_cidr("use", "aws.json", "--format", "json").out)["vpcs"]["app"]["share"] == 0.5085


def test_colours_are_as_asked_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["cidr", "overlaps", "10.0.0.0/16", "10.0.1.0/24"]
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def painted(*arguments: str) -> bool:
        cli_main([*arguments, *asked])
        return "\x1b[" in capsys.readouterr().out

    assert not painted()
    assert painted("--color", "always")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert painted()
    assert not painted("--color", "never")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not painted()
