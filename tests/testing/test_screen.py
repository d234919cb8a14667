"""The first screen of a failed test: reason, place and proven fix, whichever way the test asks."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from tests.testing.test_plugin import DESIGN, run

from reachsim.testing.laws import Broken

pytest_plugins = ["pytester"]

SCREEN = 24
"""Lines of a terminal, which has 80 columns."""
HEAD = "import reachsim, unittest\nfrom hypothesis import given, settings\nfrom hypothesis import strategies as st\n"
HEAD += "from reachsim.testing import laws, strategies as rs\nNET = reachsim.load('shop.reach.yaml')\n"
SETUP = "".join(f"    step_{number} = {number}\n" for number in range(12))
"""Lines of a test that pytest shows before the one that fails."""
BLOCKED = ["no ingress rule matches tcp/22", "ENI_SG_RULES_MISMATCH  SG-1", "shop.reach.yaml:11", "fix (proven): add "]
LET = ["let by shop.db security group db ingress: tcp/5432 from web", "shop.reach.yaml:12", "fix (proven): take "]
QUICK = "@settings(max_examples=3, deadline=None, database=None)\n"
WAYS = {
    "plain": ("def test_it(reachsim_net):\n    assert reachsim_net.trace('web', 'db', 'tcp/22')\n", BLOCKED),
    "denied": ("def test_it(reachsim_net):\n    assert not reachsim_net.trace('web', 'db', 'tcp/5432')\n", LET),
    "deny": ("def test_it(reachsim_net):\n    assert reachsim_net.expect('web', 'db', deny='tcp')\n", LET),
    "after twelve lines": (f"def test_it():\n{SETUP}    assert NET.trace('web', 'db', 'tcp/22')\n", BLOCKED),
    "in a helper": (
        "def helper(port):\n    assert NET.expect('web', 'db', allow=port)\n\ndef test_it():\n    helper('tcp/22')\n",
        BLOCKED,
    ),
    "given": (
        f"{QUICK}@given(st.just('tcp/22'))\ndef test_it(token):\n    assert NET.expect('web', 'db', allow=token)\n",
        BLOCKED,
    ),
    "given with the fixture": (
        f"{QUICK}@given(t=st.just('tcp/22'))\n"
        "def test_it(reachsim_net, t):\n    assert reachsim_net.trace('web', 'db', t)\n",
        BLOCKED,
    ),
    "several failures": (
        f"{QUICK}@given(st.booleans())\ndef test_it(up):\n    if up:\n        assert NET.trace('web', 'db', 'tcp/22')\n"
        "    else:\n        assert up\n",
        BLOCKED,
    ),
    "law": ("def test_it():\n    laws.nothing_reaches(NET, 'web', 'db')\n", LET),
    "given a law": (
        f"{QUICK}@given(st.just('tcp'))\ndef test_it(t):\n    laws.nothing_reaches(NET, 'web', 'db', t)\n",
        LET,
    ),
    "unittest": (
        "class Test(unittest.TestCase):\n    def test_it(self):\n"
        "        self.assertTrue(NET.trace('web', 'db', 'tcp/22'))\n",
        BLOCKED,
    ),
    "unittest, an answer with a name": (
        "class Test(unittest.TestCase):\n    def test_it(self):\n        found = NET.trace('web', 'db', 'tcp/22')\n"
        "        self.assertTrue(found, 'in my words')\n",
        BLOCKED,
    ),
}


@pytest.fixture
def place(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    for name in ("CI", "BUILD_NUMBER"):  # there pytest's summary has each message whole, once more
        monkeypatch.delenv(name, raising=False)
    (pytester.path / "shop.reach.yaml").write_text(DESIGN.split("expect:")[0], encoding="utf-8")
    pytester.makeini("[pytest]\nreachsim_model = shop.reach.yaml\n")
    return pytester


def shown(place: pytest.Pytester, test: str, *arguments: str) -> list[str]:
    place.makepyfile(HEAD + test)
    result = run(place, *arguments, "-k", "test_it")
    assert result.parseoutcomes()["failed"] == 1
    return result.outlines


def rows(line: str) -> int:
    """Lines of a terminal of 80 columns that it fills."""
    return max(1, -(-len(line) // 80))


@pytest.mark.parametrize("way", WAYS)
def test_the_first_screen_has_reason_place_and_fix(place: pytest.Pytester, way: str) -> None:
    test, wanted = WAYS[way]
    lines = shown(place, test)
    filled, screen = 0, []
    for line in lines:
        filled += rows(line)
        if filled <= SCREEN:
            screen.append(line)
    for text in wanted:
        assert any(text in line for line in screen), (text, lines)
        assert sum(text in line for line in lines) == 1 or way == "several failures"
    # and the code that failed is there, whole
    code = test.rstrip().splitlines()[-1].strip()
    assert any(code in line for line in lines)


def test_what_hypothesis_found_is_there_and_the_test_stands_once(place: pytest.Pytester) -> None:
    lines = shown(place, WAYS["given"][0])
    assert any("token='tcp/22'" in line for line in lines)
    assert sum("@given(" in line for line in lines) == 1


def test_other_failures_are_left_as_they_are(place: pytest.Pytester) -> None:
    lines = shown(place, f"{QUICK}@given(st.just(1))\ndef test_it(one):\n    assert one == 2\n")
    assert sum("@given(" in line for line in lines) == 2  # the frame of Hypothesis too
    assert not any("FAILS" in line for line in lines)


@pytest.mark.parametrize(("style", "above"), [("short", True), ("line", False), ("native", False), ("no", False)])
def test_styles_of_tracebacks_are_kept(place: pytest.Pytester, style: str, above: bool) -> None:
    lines = shown(place, WAYS["plain"][0], f"--tb={style}")
    told = [number for number, line in enumerate(lines) if "BLOCKED  " in line]
    failed = [number for number, line in enumerate(lines) if "AssertionError: assert <Trace" in line]
    assert len(told) == {"no": 0, "line": len(told[:1])}.get(style, 1)  # newer pytest shows notes in one line's place
    assert not told or (told[0] < failed[0]) is above


def test_junit_has_the_reason_in_its_message_too(place: pytest.Pytester) -> None:
    shown(place, WAYS["plain"][0], "--junitxml=out.xml")
    failure = next(ElementTree.parse(place.path / "out.xml").iter("failure"))
    assert "SG-1  shop.reach.yaml:11" in failure.attrib["message"]  # which pytest cuts, from some version on
    assert (failure.text or "").count("fix (proven): ") == 1


def test_a_report_goes_over_a_wire(place: pytest.Pytester) -> None:
    """As pytest-xdist sends it."""
    place.makepyfile(HEAD + WAYS["given"][0])
    place.makeconftest(
        """
        import json, pathlib, pytest
        def pytest_runtest_logreport(report):
            if report.failed:
                sent = json.loads(json.dumps(report._to_json()))
                pathlib.Path("sent.txt").write_text(pytest.TestReport._from_json(sent).longreprtext)
        """
    )
    run(place, "-k", "test_it")
    assert (place.path / "sent.txt").read_text().startswith("FAILS  web -> db: allow tcp/22\n")


def test_a_law_of_ones_own_may_be_raised_with_a_text() -> None:
    error = Broken("app.a: no room", "app.b: no room")
    assert str(error) == error.told(fixes=True) == "app.a: no room\napp.b: no room"
    assert json.dumps(error.args)
