"""Files of expectations that name what they are about, in runs of pytest of their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from reachsim.testing import plugin

pytest_plugins = ["pytester"]

ACCOUNT = Path("tests/importing/account.json").resolve()
EXPECT = """\
# beside the code
model: ../infra/account.json
expect:
  - {from: internet, to: web-1, allow: tcp/443}
  - {from: web-1, to: app.app, allow: tcp/80}
"""


@pytest.fixture
def place(pytester: pytest.Pytester) -> pytest.Pytester:
    (pytester.path / "infra").mkdir()
    (pytester.path / "checks").mkdir()
    shutil.copy(ACCOUNT, pytester.path / "infra" / "account.json")
    (pytester.path / "checks" / "shop.reach.yaml").write_text(EXPECT, encoding="utf-8")
    return pytester


def run(place: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    alone = ("-p", "no:reachsim", "-p", "no:cacheprovider")
    return place.runpytest_inprocess(*alone, *arguments, plugins=[plugin])


def test_expectations_about_another_file_are_tests_on_their_own_lines(place: pytest.Pytester) -> None:
    result = run(place)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*shop.reach.yaml:5: #2 FAILS  web-1 -> app.app: allow tcp/80",
            "*ENI_SG_RULES_MISMATCH*infra/account.json: SecurityGroups*",
            "*fix (proven): *",
        ]
    )


def test_a_folder_and_a_design_may_be_the_model(place: pytest.Pytester) -> None:
    file = place.path / "checks" / "shop.reach.yaml"
    file.write_text(EXPECT.replace("../infra/account.json", "../infra"), encoding="utf-8")
    run(place).assert_outcomes(passed=1, failed=1)
    (place.path / "infra" / "net.yaml").write_text("version: 1\nvpcs: {}\n", encoding="utf-8")
    file.write_text("model: ../infra/net.yaml\nexpect: []\n", encoding="utf-8")
    run(place).assert_outcomes()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (EXPECT.replace("account", "gone"), "*gone.json: no such file*"),
        (EXPECT + "parameters: {A: 1}\n", "*--parameter says nothing to these files*"),
        (EXPECT + "parameters: [1]\n", "*shop.reach.yaml:6:*parameters are names with values, not a list*"),
        (EXPECT + "region: [1]\n", "*shop.reach.yaml:6:*a text is expected, not a list*"),
        (EXPECT + "strict: 'yes'\n", "*shop.reach.yaml:6:*write true or false, not 'yes'*"),
        (EXPECT + "vpcs: {}\n", "*shop.reach.yaml:6:1: vpcs: this is no part of a file of expectations*"),
        (EXPECT + "strict: true\nstrict: true\n", "*shop.reach.yaml:7:1: duplicate key 'strict'*"),
        ("model: 7\nexpect: []\n", "*shop.reach.yaml:1:*the name of a file is expected, not 7*"),
        ("model: ../infra/account.json\n", "*shop.reach.yaml:1:1: there are no expectations*"),
    ],
)
def test_what_is_wrong_is_told_once_with_its_place(place: pytest.Pytester, text: str, message: str) -> None:
    (place.path / "checks" / "shop.reach.yaml").write_text(text, encoding="utf-8")
    result = run(place)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_the_fixture_takes_what_can_be_imported(place: pytest.Pytester) -> None:
    place.makeini("[pytest]\nreachsim_model = infra/account.json\n")
    place.makepyfile(
        """
        def test_the_web_answers(reachsim_net):
            assert reachsim_net.trace("internet", "web-1", "tcp/443")

        def test_nothing_else_does(reachsim_net):
            assert reachsim_net.trace("internet", "web-1", "tcp/22")
        """
    )
    result = run(place, "-k", "test_")
    result.assert_outcomes(passed=1, failed=1, deselected=2)
    result.stdout.fnmatch_lines(["*infra/account.json: SecurityGroups*"])


def test_the_same_file_goes_with_a_command(place: pytest.Pytester, capsys: pytest.CaptureFixture[str]) -> None:
    from reachsim.cli.main import main

    shop = str(place.path / "checks" / "shop.reach.yaml")
    assert main(["check", str(place.path / "infra" / "account.json"), "--expect", shop, "--format", "json"]) == 1
    assert [each["verdict"] for each in json.loads(capsys.readouterr().out)["expectations"]] == ["holds", "fails"]
