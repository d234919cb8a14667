"""The pytest plugin, in runs of pytest of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reachsim.testing import plugin

pytest_plugins = ["pytester"]

DESIGN = """\
version: 1
region: eu-central-1
vpcs:
  shop:
    cidrs: [10.0.0.0/16]
    subnets:
      a: {cidr: 10.0.0.0/24, az: a}
    security_groups:
      web: {}
      db:
        ingress:
          - {allow: tcp/5432, from: web}
    instances:
      web: {subnet: a, private_ip: 10.0.0.10, security_groups: [web]}
      db: {subnet: a, private_ip: 10.0.0.20, security_groups: [db], listens: [tcp/5432, tcp/22]}
expect:
  - {from: web, to: db, allow: tcp/5432}
  - {from: web, to: db, allow: tcp/22, why: people log in}
  - {from: db, to: web, deny: all}
  - {from: web, to: db, deny: tcp/5432}
  - {from: web, to: db, allow: tcp/22, fails: ENI_SG_RULES_MISMATCH}
"""
"""Of five expectations (lines 17 to 21), the second and the fourth fail, and the last fails as marked."""


@pytest.fixture
def place(pytester: pytest.Pytester) -> pytest.Pytester:
    (pytester.path / "shop.reach.yaml").write_text(DESIGN, encoding="utf-8")
    pytester.makeini("[pytest]\nreachsim_model = shop.reach.yaml\n")
    return pytester


def run(place: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    # Where reachsim is installed its entry point would load the plugin too, and a plugin is loaded once.
    alone = ("-p", "no:reachsim", "-p", "no:cacheprovider")
    return place.runpytest_inprocess(*alone, *arguments, plugins=[plugin])


def test_each_expectation_is_a_test(place: pytest.Pytester) -> None:
    result = run(place)
    result.assert_outcomes(passed=2, failed=2, xfailed=1)
    place_of = "*shop.reach.yaml:"
    result.stdout.fnmatch_lines(
        [
            f"{place_of}18: #2 FAILS  web -> db: allow tcp/22",
            "  why: people log in",
            "*no ingress rule matches tcp/22*",
            "*ENI_SG_RULES_MISMATCH*shop.reach.yaml:*",
            "*fix (proven): *",
            f"{place_of}20: #4 FAILS  web -> db: deny tcp/5432",
            "  let by shop.db security group db ingress: tcp/5432 from web",
            "*shop.reach.yaml:12",
        ]
    )


def test_they_can_be_chosen(place: pytest.Pytester) -> None:
    run(place, "-k", "deny").assert_outcomes(passed=1, failed=1, deselected=3)
    run(place, "-x").assert_outcomes(passed=1, failed=1)
    run(place, "-m", "not reachsim").assert_outcomes(deselected=5)
    run(place, "shop.reach.yaml::#1 web -> db: allow tcp/5432").assert_outcomes(passed=1)


def test_a_marked_failure_that_fails_otherwise_is_one(place: pytest.Pytester) -> None:
    text = DESIGN.replace("fails: ENI_SG_RULES_MISMATCH", "fails: ENI_SOURCE_DEST_CHECK_RESTRICTION")
    (place.path / "shop.reach.yaml").write_text(text, encoding="utf-8")
    run(place).assert_outcomes(passed=2, failed=3)


def test_junit_has_lines_and_reasons(place: pytest.Pytester) -> None:
    run(place, "--junitxml=out.xml", "-o", "junit_family=xunit1")
    cases = list(ElementTree.parse(place.path / "out.xml").iter("testcase"))
    assert [int(case.attrib["line"]) + 1 for case in cases] == [17, 18, 19, 20, 21]
    assert [(case.find("failure") is not None) for case in cases] == [False, True, False, True, False]
    assert "ENI_SG_RULES_MISMATCH" in (cases[1].find("failure").text or "")  # type: ignore[union-attr]


def test_names_of_ipv6_can_be_chosen(place: pytest.Pytester) -> None:
    text = DESIGN + "  - {from: 'fd00::1', to: db, deny: all}\n"
    (place.path / "shop.reach.yaml").write_text(text, encoding="utf-8")
    names = [line for line in run(place, "--collect-only", "-q").outlines if "#6" in line]
    assert len(names) == 1
    assert names[0].count("::") == 1
    run(place, names[0]).assert_outcomes(passed=1)


def test_other_files_are_named_in_the_ini(place: pytest.Pytester) -> None:
    (place.path / "shop.reach.yaml").rename(place.path / "net.yaml")
    place.makeini("[pytest]\nreachsim_files = n*.yaml\n")
    run(place).assert_outcomes(passed=2, failed=2, xfailed=1)


def test_a_design_that_does_not_load_is_an_error_with_its_line(place: pytest.Pytester) -> None:
    text = DESIGN.replace("security_groups: [web]}", "security_groups: [wb]}")
    (place.path / "shop.reach.yaml").write_text(text, encoding="utf-8")
    result = run(place)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*shop.reach.yaml:14:*wb*"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("assertion", "lines"),
    [
        (
            'reachsim_net.trace("web", "db", "tcp/22")',
            ["*no ingress rule matches tcp/22*", "*ENI_SG_RULES_MISMATCH*shop.reach.yaml:*", "*fix (proven): *"],
        ),
        (
            'reachsim_net.expect("web", "db", allow="tcp/22")',
            ["*no ingress rule matches tcp/22*", "*ENI_SG_RULES_MISMATCH*shop.reach.yaml:*", "*fix (proven): *"],
        ),
        (
            "reachsim_net.check()",
            [
                "*:18: #2 FAILS*",
                "*fix (proven): *",
                "*:20: #4 FAILS*",
                "*let by*tcp/5432 from web",
                "*shop.reach.yaml:12",
            ],
        ),
        (
            'reachsim_net.isolated("web", "db")',
            ["*NOT ISOLATED*", "*tcp/5432*", "*let by*tcp/5432 from web", "*shop.reach.yaml:12"],
        ),
        (
            'not reachsim_net.trace("web", "db", "tcp/5432")',
            ["REACHABLE*", "*let by*tcp/5432 from web", "*shop.reach.yaml:12"],
        ),
    ],
)
@pytest.mark.parametrize("named", [False, True], ids=["asked", "named"])
def test_a_failed_assertion_says_why(place: pytest.Pytester, assertion: str, lines: list[str], named: bool) -> None:
    body = assertion if not named else "not answer" if assertion.startswith("not ") else "answer"
    before = f"answer = {assertion.removeprefix('not ')}" if named else "pass"
    place.makepyfile(f"def test_it(reachsim_net):\n    {before}\n    assert {body}, 'in my words'\n")
    result = run(place, "-k", "test_it")
    result.assert_outcomes(failed=1, deselected=5)
    result.stdout.fnmatch_lines([*lines, "E *in my words*"])
    for line in lines:
        result.stdout.no_fnmatch_line(f"E {line}")


def test_no_fix_of_another_network_is_told(place: pytest.Pytester) -> None:
    """With two networks in sight nobody knows which was asked."""
    place.makepyfile(
        """
        def test_it(reachsim_net):
            answer = reachsim_net.with_({"expect": []}).trace("web", "db", "tcp/22")
            other = reachsim_net.with_({"expect": []})
            assert answer
        """
    )
    result = run(place, "-k", "test_it")
    result.stdout.fnmatch_lines(["  shop.db *no ingress rule matches tcp/22*"])
    result.stdout.no_fnmatch_line("*fix (proven)*")


def test_fixes_can_be_switched_off(place: pytest.Pytester) -> None:
    place.makepyfile("def test_it(reachsim_net):\n    assert reachsim_net.check()\n")
    result = run(place, "-o", "reachsim_fixes=false")
    result.assert_outcomes(passed=2, failed=3, xfailed=1)
    result.stdout.no_fnmatch_line("*fix (proven)*")


def test_objects_that_mind_every_question_are_asked_none(place: pytest.Pytester) -> None:
    place.makepyfile(
        """
        class Touchy:
            def __getattribute__(self, name):
                raise RuntimeError(name)

        def test_it(reachsim_net):
            touchy = Touchy()
            answer = reachsim_net.check()
            assert answer
        """
    )
    result = run(place, "-k", "test_it")
    result.assert_outcomes(failed=1, deselected=5)
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    result.stdout.fnmatch_lines(["*#2 FAILS*"])


def test_the_marker_names_a_file_beside_the_test(place: pytest.Pytester) -> None:
    folder = place.mkdir("sub")
    (folder / "own.yaml").write_text(DESIGN.replace("shop:", "store:"), encoding="utf-8")
    (folder / "test_own.py").write_text(
        "import pytest\n@pytest.mark.reachsim('own.yaml')\n"
        "def test_it(reachsim_net):\n    assert reachsim_net.endpoint('store.web')\n",
        encoding="utf-8",
    )
    result = run(place, "sub", "--strict-markers", "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*::test_it[[]own.yaml[]] PASSED*"])


@pytest.mark.parametrize("marked", [False, True])
def test_a_property_test_takes_the_fixture(place: pytest.Pytester, marked: bool) -> None:
    (place.path / "own.yaml").write_text(DESIGN, encoding="utf-8")
    mark = "@pytest.mark.reachsim('own.yaml')\n" if marked else ""
    given = "@settings(max_examples=2, deadline=None)\n@given(traffic=rs.traffic())\n"
    place.makepyfile(
        "import pytest\nfrom hypothesis import given, settings\nfrom reachsim.testing import strategies as rs\n"
        f"{mark}{given}def test_it(reachsim_net, traffic):\n    assert reachsim_net.expect('db', 'web', deny=traffic)\n"
        f"{mark}{given}def test_not(reachsim_net, traffic):\n    assert reachsim_net.expect('db', 'web', allow=traffic)\n"
    )
    result = run(place, "-k", "test_it or test_not")
    result.assert_outcomes(passed=1, failed=1, deselected=5)
    result.stdout.fnmatch_lines(["*FAILS  db -> web: allow *", "*SG_HAS_NO_RULES  SG-1  *", "*Fa*ing *test*"])


@pytest.mark.parametrize(
    ("ini", "message"),
    [("", "*no design to load*reachsim_model = FILE*"), ("reachsim_model = no.yaml", "*no.yaml: cannot be read*")],
)
def test_a_model_that_is_missing_is_told(place: pytest.Pytester, ini: str, message: str) -> None:
    place.makeini(f"[pytest]\n{ini}\n")
    place.makepyfile("def test_it(reachsim_net):\n    pass\n")
    result = run(place, "-k", "test_it")
    result.assert_outcomes(errors=1, deselected=5)
    result.stdout.fnmatch_lines([message])


def test_a_design_beside_the_tests_costs_nothing(tmp_path: Path) -> None:
    """pytest makes its collector also when other tests alone are asked for."""
    (tmp_path / "shop.reach.yaml").write_text(DESIGN, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it():\n"
        "    assert 'reachsim.testing.collect' in sys.modules\n    assert 'reachsim.engine' not in sys.modules\n",
        encoding="utf-8",
    )
    code = "import pytest, sys; from reachsim.testing import plugin; sys.exit(pytest.main(sys.argv[1:], [plugin]))"
    given = ["-p", "no:reachsim", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(tmp_path / "test_it.py")]
    done = subprocess.run([sys.executable, "-c", code, *given], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_it_costs_nothing_when_unused(tmp_path: Path) -> None:
    """What each run of pytest imports on its account: none of the engines and none of their libraries."""
    code = (
        "import sys, pytest; before = set(sys.modules); import reachsim.testing.plugin;"
        "print(*sorted(m for m in set(sys.modules) - before if m.startswith(('reachsim', 'yaml', 'pydantic', 'networkx'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == [
        "reachsim",
        "reachsim.calls",
        "reachsim.errors",
        "reachsim.faces",
        "reachsim.testing",
        "reachsim.testing.plugin",
    ]
