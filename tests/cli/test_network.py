"""The commands about the whole network as they are typed: exit codes, JSON, processes, progress, Ctrl-C."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.organisation import organisation
from tests.cli.test_hostile_names import BIDI, DESIGN, NAME, printable
from tests.terminals import on_terminal

import reachsim
from reachsim.cli.common import ProgressLine
from reachsim.cli.main import INTERRUPTED, main
from reachsim.errors import UsageError
from reachsim.reach.matrix import Matrix
from reachsim.reach.workers import workers
from reachsim.stopping import stoppable

pytestmark = pytest.mark.usefixtures("forecasts")

ROOT = Path(__file__).parents[2]
FOUND = "models/vpc-lambda-as-found.yaml"
REPAIRED = "models/vpc-lambda-repaired.yaml"
THREE = "models/three-tier.yaml"
HUB = "models/hub-and-spoke.yaml"
LOOP = "models/10-nat-instance-in-its-clients-subnet-as-found.yaml"
SHADOWED = "models/15-acl-deny-shadows-allow-as-found.yaml"
ONE_SIDE = "models/16-peering-route-on-one-side-as-found.yaml"
BOTH_SIDES = "models/16-peering-route-on-one-side-repaired.yaml"
COMMANDS = (
    ("matrix", THREE),
    ("matrix", THREE, "tcp/22", "--by", "class"),
    ("exposure", THREE),
    ("isolated", HUB, "vpc=dev", "vpc=hub"),
    ("deadends", LOOP),
    ("rules", SHADOWED),
    ("rules", THREE, "shop.web", "shop.app"),
    ("diff", FOUND, REPAIRED),
)
UNDECIDED = """\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.0.0/24, route_table: t}}
    route_tables: {t: {10.1.0.0/16: fw}}
    instances: {i: {subnet: s}}
    network_firewalls: {fw: {subnet: s}}
  b:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.0.0/24, route_table: t}}
    route_tables: {t: {10.0.0.0/16: fw}}
    instances: {j: {subnet: s}}
    network_firewalls: {fw: {subnet: s}}
"""


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    main([*arguments, "--format", "json"])
    return json.loads(capsys.readouterr().out)


# -- exit codes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("matrix", THREE), 0),
        (("matrix", THREE, "tcp/22", "--by", "vpc"), 0),
        (("matrix", THREE, "tcp/99999"), 2),
        (("matrix", THREE, "--jobs", "0"), 2),
        (("matrix", THREE, "--jobs", "many"), 2),
        (("check", THREE, "--jobs", "0"), 2),
        (("exposure", THREE), 0),
        (("exposure", HUB), 0),
        (("isolated", HUB, "vpc=dev", "vpc=prod"), 0),
        (("isolated", HUB, "vpc=dev", "vpc=hub"), 1),
        (("isolated", HUB, "dev.app", "prod.app"), 0),
        (("isolated", HUB, "vpc=dev", "vpc=nowhere"), 2),
        (("deadends", THREE), 0),
        (("deadends", LOOP), 1),
        (("rules", THREE), 0),
        (("rules", SHADOWED), 0),
        (("rules", THREE, "shop.web", "shop.web"), 0),
        (("rules", THREE, "shop.web", "shop.app"), 1),
        (("rules", THREE, "shop.web"), 2),
        (("rules", THREE, "shop.web", "shop.wep"), 2),
        (("rules", THREE, "shop.bastion", "shop.app"), 1),
        (("diff", FOUND, FOUND), 0),
        (("diff", FOUND, REPAIRED), 1),
        (("diff", ONE_SIDE, BOTH_SIDES), 1),
        (("diff", BOTH_SIDES, ONE_SIDE), 0),
        (("diff", ONE_SIDE, BOTH_SIDES, "--allow-opened", "tcp/443"), 0),
        (("diff", ONE_SIDE, BOTH_SIDES, "--allow-opened", "tcp/80", "--allow-opened", "tcp/443"), 0),
        (("diff", ONE_SIDE, BOTH_SIDES, "--allow-opened", "tcp/80"), 1),
        (("diff", ONE_SIDE, BOTH_SIDES, "--allow-opened", "nonsense"), 2),
    ],
)
def test_exit_codes(arguments: Sequence[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == status
    printed = capsys.readouterr()
    assert bool(printed.err) == (status == 2)
    assert bool(printed.out) == (status != 2)


def test_what_is_not_modelled_cannot_be_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    design = tmp_path / "design.yaml"
    design.write_text(UNDECIDED)
    edited = tmp_path / "edited.yaml"
    edited.write_text(UNDECIDED.replace("instances: {j", "instances: {k: {subnet: s}, j"))
    assert main(["isolated", str(design), "vpc=a", "vpc=b"]) == 3
    assert capsys.readouterr().out.startswith("CANNOT DECIDE  vpc a <-> vpc b\n")
    assert main(["diff", str(design), str(design)]) == 0  # whatever it is, it is the same
    assert capsys.readouterr().out.startswith("THE SAME")
    named = tmp_path / "named.yaml"
    named.write_text(UNDECIDED + "internet: {hosts: {home: {ip: 81.2.69.142}}}\n")
    assert main(["diff", str(design), str(named)]) == 0  # no firewall comes to know of a name
    assert capsys.readouterr().out.startswith("THE SAME")
    narrower = tmp_path / "narrower.yaml"
    narrower.write_text(UNDECIDED.replace("10.1.0.0/16: fw", "10.1.0.0/17: fw"))
    assert main(["diff", str(design), str(narrower)]) == 3
    assert capsys.readouterr().out.startswith("CANNOT DECIDE")
    assert main(["matrix", str(design)]) == 0
    assert "2 pairs cannot be decided" in capsys.readouterr().out
    assert ask(capsys, "matrix", str(design))["undecided_pairs"] == 2
    assert main(["diff", str(design), str(edited)]) == 1  # k reaches j: what is opened goes before what is not known
    printed = capsys.readouterr().out
    assert printed.startswith("OPENED")
    assert "cannot decide" in printed


def test_a_name_of_nothing_comes_with_its_near_match(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", THREE, "shop.web", "shop.wep"]) == 2
    message = "reachsim: 'shop.wep' is neither a network ACL nor a security group; did you mean 'shop.web'?\n"
    assert capsys.readouterr() == ("", message)


# -- JSON ---------------------------------------------------------------------------------------------------


def keys(items: Sequence[dict[str, Any]]) -> set[str]:
    assert items
    assert len({tuple(item) for item in items}) == 1
    return set(items[0])


def test_json_of_a_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    data = ask(capsys, "matrix", THREE)
    assert list(data) == [
        "format_version", "file", "traffic", "by", "pairs", "reachable_pairs", "partial_pairs", "undecided_pairs", "classes",
        "reachable",
        "not_modelled",
    ]  # fmt: skip
    assert (data["by"], data["traffic"], data["pairs"], data["reachable_pairs"]) == ("class", None, 72, 20)
    assert keys(data["classes"]) == {"class", "description", "subnet", "vpc", "interfaces"}
    assert keys(data["reachable"]) == {"from", "to", "traffic", "exact", "boxes", "pairs", "of", "partial", "nat"}
    names = {c["class"]: c["interfaces"] for c in data["classes"]}
    found = {(names[r["from"]][0], names[r["to"]][0]): r["traffic"] for r in data["reachable"]}
    assert found["shop.app-a", "shop.db-a"] == "tcp/5432"
    data = ask(capsys, "matrix", THREE, "tcp/22", "--by", "subnet")
    assert "classes" not in data
    whole = {"partial": "", "nat": []}
    assert data["reachable"] == [
        {"from": "shop.web-a", "to": "shop.app-a", "traffic": "tcp/22", "pairs": 1, "of": 3, **whole},
        {"from": "shop.web-a", "to": "shop.app-b", "traffic": "tcp/22", "pairs": 1, "of": 3, **whole},
    ]


def test_json_of_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    shape = {"interfaces", "traffic", "boxes", "reachable", "answered", "lost", "undecided"}
    assert keys(ask(capsys, "exposure", THREE)["exposed"]) == shape
    data = ask(capsys, "isolated", HUB, "vpc=dev", "vpc=hub")
    about = ["one", "other", "isolated", "leaks", "undecided", "public"]
    assert list(data) == ["format_version", "file", *about, "not_modelled"]
    assert keys(data["leaks"]) == {"source", "destination", "traffic", "via", "boxes", "witness"}
    ends = ask(capsys, "deadends", LOOP)["dead_ends"]
    assert keys(ends) == {"table", "route", "destinations", "code", "text", "where"}
    idle = ask(capsys, "rules", SHADOWED)["idle_rules"]
    assert keys(idle) == {"owner", "direction", "rule", "kind", "by", "where", "why"}
    data = ask(capsys, "rules", THREE, "shop.web", "shop.app")
    assert list(data) == ["format_version", "file", "one", "other", "equivalent", "parts", "not_modelled"]
    assert keys(data["parts"]) == {"kind", "direction", "equivalent", "only_one", "only_other", "groups"}
    data = ask(capsys, "diff", FOUND, REPAIRED)
    assert list(data) == [
        "format_version", "before", "after", "ok", "allow_opened", "added", "removed", "renamed", "names", "undecided",
        "changes",
        "without_effect", "not_modelled",
    ]  # fmt: skip
    assert keys(data["changes"]) == {"kind", "traffic", "one_way", "nat", "from", "to", "boxes", "allowed", "behind"}
    assert data["changes"][0]["behind"].keys() == {
        "packet", "component", "checkpoint", "before", "before_where", "after", "after_where", "edited", "edited_where"
    }  # fmt: skip
    assert data["ok"] is False
    allowed = ask(capsys, "diff", ONE_SIDE, BOTH_SIDES, "--allow-opened", "tcp/443")
    assert (allowed["ok"], allowed["allow_opened"]) == (True, ["tcp/443"])
    assert [change["allowed"] for change in allowed["changes"]] == [True]


def test_every_key_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    words = set(re.findall(r"`(\w+)`", (ROOT / "docs/cli.md").read_text(encoding="utf-8")))

    def all_keys(data: Any) -> set[str]:
        if isinstance(data, list):
            return set().union(*map(all_keys, data)) if data else set()
        return set(data) | all_keys(list(data.values())) if isinstance(data, dict) else set()

    for command in COMMANDS:
        assert all_keys(ask(capsys, *command)) <= words


def test_csv_has_a_line_for_each_pair(capsys: pytest.CaptureFixture[str]) -> None:
    main(["matrix", THREE, "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    pairs = {(row["source"], row["destination"]) for row in rows}
    matrix = reachsim.load(THREE).matrix()
    assert len(rows) == len(pairs) == 20
    assert pairs == {(a, b) for a, b, cell in matrix if cell}
    main(["matrix", THREE, "--format", "csv", "--by", "vpc"])
    assert capsys.readouterr().out.splitlines()[1].startswith("shop,shop,")


# -- processes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("matrix", HUB), ("check", FOUND)])
def test_jobs_change_nothing(command: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    status = main([*command])
    alone = capsys.readouterr().out
    done = subprocess.run(
        [sys.executable, "-m", "reachsim", *command, "--jobs", "2"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (status, alone, "")


def test_one_job_is_done_here() -> None:
    with workers(1) as executor:
        assert executor is None
    with pytest.raises(UsageError, match="jobs: -1 is not a whole number of 1 or more"), workers(-1):
        pass


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "organisation.yaml"
    path.write_text(organisation(3000), encoding="utf-8")
    return path


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_it_quietly(large: Path, jobs: str) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "reachsim", "matrix", str(large), "--jobs", jobs, "--format", "csv"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(1.5)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does it: to the workers too
    out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (INTERRUPTED, b"")
    lines = out.splitlines()[:-1]  # a fast machine may be writing, to a pipe that is full: the last line ends anywhere
    assert all(len(row) == len(lines[0].split(b",")) for row in csv.reader(map(bytes.decode, lines)))


# -- progress -----------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_waits_is_throttled_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    terminal = Terminal()
    monkeypatch.setattr("reachsim.cli.common.time.monotonic", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with ProgressLine("work") as progress:
        for done in range(1, 301):
            now[0] += 0.01
            progress(done, 300)
    shown = terminal.getvalue().split("\r")
    assert shown[0] == ""
    assert shown[1] == "work: 100 of 300 (33%)\x1b[K"
    assert shown[-1] == "\x1b[K"
    assert 15 <= len(shown) <= 23


@pytest.mark.parametrize("terminal", [False, True])
def test_progress_is_for_terminals(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("reachsim.cli.common._PATIENCE", 0.0)
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    for command in (("matrix", THREE), ("check", THREE), ("diff", FOUND, REPAIRED)):
        main(command)
    assert bool(stream.getvalue()) == terminal
    assert not terminal or stream.getvalue().endswith("\r\x1b[K")
    assert "\r" not in capsys.readouterr().out
    monkeypatch.setenv("TERM", "dumb")
    before = stream.getvalue()
    main(["matrix", THREE])
    assert stream.getvalue() == before


@pytest.mark.parametrize("terminal", [False, True])
def test_long_work_is_announced_once_with_what_bounds_it(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("reachsim.cli.common.time.monotonic", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with ProgressLine("pairs asked") as progress:
        for done in range(1, 200):
            now[0] += 0.125
            progress(done, 2_000)
    line = "takes about 4 minutes (pairs asked: 9 of 2,000); --deadline SECONDS bounds it\n"
    assert line in stream.getvalue()
    assert stream.getvalue().count("--deadline") == 1


def test_what_is_bounded_is_not_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    stream = io.StringIO()
    monkeypatch.setattr("reachsim.cli.common.time.monotonic", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", stream)
    with stoppable(1_000.0), ProgressLine("matrix") as progress:
        for done in (1, 2):
            now[0] += 20.0
            progress(done, 100)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    "question",
    [
        "trace {} vpc=shop vpc=shop tcp/80",
        "explain {} vpc=shop vpc=shop tcp/80",
        "graph {} --from vpc=shop --to vpc=shop",
    ],
)
def test_a_question_about_many_pairs_is_announced_beforehand(
    question: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The design has 13 interfaces that send and take, or one of the two. A second for each pair is long."""
    asked = question.format(THREE).split()
    main(asked)
    assert "takes about" not in capsys.readouterr().err
    monkeypatch.setattr("reachsim.cli.common._EACH_PAIR", 1.0)
    main(asked)
    err = capsys.readouterr().err
    assert re.fullmatch(r"takes about \d+ \w+ \(pairs of ends: \d+\); --deadline SECONDS bounds it\n", err)
    main([*asked, "--deadline", "100"])
    assert capsys.readouterr().err == ""


def test_rows_of_a_promise_between_many_count_as_work() -> None:
    """80 interfaces with groups of their own are 6,400 pairs; they are told row by row, and never fewer than before."""
    groups = ",".join(f"g{n}: {{ingress: [{{allow: tcp/{n + 1}, from: g0}}]}}" for n in range(80))
    hosts = ",".join(f"i{n}: {{subnet: s, security_groups: [g{n}]}}" for n in range(80))
    net = reachsim.loads(
        "{version: 1, vpcs: {a: {cidrs: [10.0.0.0/16], subnets: {s: {cidr: 10.0.0.0/20}}, "
        f"security_groups: {{{groups}}}, instances: {{{hosts}}}}}}}, "
        "expect: [{from: {vpc: a}, to: {vpc: a}, deny: tcp/9}]}"
    )
    heard: dict[str, list[tuple[int, int]]] = {"check": [], "isolated": []}
    net.check(progress=lambda *told: heard["check"].append(told))
    net.isolated({"vpc": "a"}, {"vpc": "a"}, progress=lambda *told: heard["isolated"].append(told))
    for told in heard.values():
        assert {total for _, total in told} == {6_400}
        assert told == sorted(told)
        assert told[-1][0] == 6_400


def test_fast_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    main(["matrix", THREE])
    assert terminal.getvalue() == ""


# -- texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 100, 120])
@pytest.mark.parametrize("arguments", COMMANDS)
def test_lines_fit_the_terminal(arguments: Sequence[str], columns: int) -> None:
    lines = on_terminal(*arguments, columns=columns, NO_COLOR="1").splitlines()
    assert lines
    # A path of a file is never broken, so that it can be clicked; its line may be longer.
    assert [line for line in lines if len(line) > columns and "models/" not in line] == []


@pytest.mark.parametrize("form", ["text", "json", "csv"])
@pytest.mark.parametrize(
    "command",
    [
        ["matrix", "FILE"],
        ["matrix", "FILE", "tcp/443", "--by", "class"],
        ["exposure", "FILE"],
        ["who", "FILE", "internet"],
        ["what", "FILE", "internet"],
        ["isolated", "FILE", "other", NAME],
        ["isolated", "FILE", "internet", f"tag=k{BIDI}:v{BIDI}"],
        ["deadends", "FILE"],
        ["rules", "FILE"],
        ["rules", "FILE", f"a.g{BIDI}", "a.default"],
        ["rules", "FILE", f"a.{BIDI}", "a.default"],
        ["diff", "FILE", "EDITED"],
    ],
)
def test_nothing_that_a_terminal_obeys_is_printed(
    command: list[str], form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if form == "csv" and command[0] != "matrix":
        return
    files = {"FILE": tmp_path / f"design{BIDI}.yaml", "EDITED": tmp_path / f"edited{BIDI}.yaml"}
    files["FILE"].write_text(DESIGN, encoding="utf-8")
    files["EDITED"].write_text(DESIGN.replace("tcp/443, from", "tcp/443-444, from"), encoding="utf-8")
    status = main([str(files.get(word, word)) for word in command] + ["--format", form])
    printed = capsys.readouterr()
    assert printable(printed.out), printed.out
    assert printable(printed.err), printed.err
    assert status in (0, 1, 2)


def test_the_matrix_of_a_pool_is_the_same(tmp_path: Path) -> None:
    matrix = reachsim.load(HUB).matrix()
    assert isinstance(matrix, Matrix)
    with workers(2) as executor:
        shared = reachsim.load(HUB).matrix(executor=executor)
    assert shared.to_dict() == matrix.to_dict()


def test_what_two_senders_gain_alike_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Path("models/tutorial/3-kept.yaml").read_text(encoding="utf-8")
    rule = "          - {allow: tcp/443, from: 0.0.0.0/0}\n"
    edited = tmp_path / "edited.yaml"
    edited.write_text(kept.replace(rule, rule + rule.replace("443", "22")), encoding="utf-8")
    assert main(["diff", "models/tutorial/3-kept.yaml", str(edited)]) == 1
    opened = capsys.readouterr().out.partition("opened\n")[2]
    assert opened.partition("because")[0].split() == ["tcp/22", "shop.db,", "internet", "->", "shop.web"]


def test_what_passes_is_data_wherever_it_is_words(capsys: pytest.CaptureFixture[str]) -> None:
    """The ACL of the databases lets answers out to the upper ports alone; of who asks, the names tell the addresses."""

    def asked(*words: str) -> dict[str, object]:
        main([*words, "--format", "json"])
        data: dict[str, object] = json.loads(capsys.readouterr().out)
        return data

    model = "models/three-tier.yaml"
    box = {"traffic": "tcp/5432", "client_ports": "1024-65535"}
    there = {"sources": "10.40.16.20/32", "destinations": "10.40.32.30/32"}
    who, what = asked("who", model, "db-a"), asked("what", model, "app-a", "tcp/5432")
    assert who["rows"][0]["boxes"] == [{**box, **there, "sources": None}]  # type: ignore[index]
    assert what["rows"][0]["boxes"] == [{**box, **there, "destinations": None}]  # type: ignore[index]
    (leak,) = asked("isolated", model, "app-a", "db-a")["leaks"]  # type: ignore[misc]
    assert leak["boxes"] == [{**box, **there, "client_ports": None}]  # delivered is what leaks: whatever the answer
    exact = {link["exact"]: link["boxes"] for link in asked("matrix", model)["reachable"]}  # type: ignore[attr-defined]
    assert exact["tcp/5432 (client ports 1024-65535 only)"] == [box]
    assert exact["tcp/80, tcp/443"] == [{"traffic": "tcp/80, tcp/443", "client_ports": None}]
