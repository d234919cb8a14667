"""Whatever a design is in becomes one: by its marks, with expectations of a file of their own."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import reachsim
from reachsim.errors import DesignError, ReachsimError, UsageError
from reachsim.loading.marks import is_design, is_flow, is_template

ACCOUNT = "tests/importing/account.json"
DESIGN = """\
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24}}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances:
      web: {subnet: a, security_groups: [web]}
      client: {subnet: a}
"""
EXPECT = """\
# what it promises
expect:
  - {from: client, to: web, allow: tcp/443}
  - {from: client, to: web, allow: tcp/22}
"""


# -- marks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        DESIGN,
        "vpcs: {}\n",
        "# Resources:\nversion: 1\nvpc: {}",
        "'version': 1",
        "version: 1\nResources: {}\n",
        "a: 1",
        "",
    ],
)
def test_what_has_a_key_of_a_design_or_none_of_a_template_is_read_as_a_design(text: str) -> None:
    assert not is_template(text)
    assert not is_flow(text)


@pytest.mark.parametrize(
    "text",
    [
        "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n",
        '---\n# comment\n"Resources":\n  A: {}\n',
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    version: 1\n    vpcs: {}\n",
    ],
)
def test_a_template_is_told_by_its_keys(text: str) -> None:
    assert is_template(text)
    assert not is_design(text)


@pytest.mark.parametrize(
    ("data", "design"),
    [
        ({"version": 1, "vpcs": {"app": {"cidrs": ["10.0.0.0/16"]}}}, True),
        ({"vpcs": {}}, True),
        ({"vpcs": [{"VpcId": "vpc-1"}]}, False),
        ({"vpcs": {"vpc-1": {"VpcId": "vpc-1"}}}, False),
        ({"version": 4, "resources": []}, False),
        ([], False),
    ],
)
def test_json_is_a_design_when_it_has_vpcs_as_designs_have_them(data: object, design: bool) -> None:
    assert is_design(json.dumps(data), data) is design


def test_a_design_in_json_is_one() -> None:
    data = reachsim.loads(DESIGN).source.document.data
    net = reachsim.loads(json.dumps(data, indent=1), file="design.json")
    assert net == reachsim.loads(DESIGN) == reachsim.load(data)
    assert net.locate(("vpcs", "app", "subnets", "a")).startswith("design.json:")


def test_yaml_in_flow_style_is_a_design_with_its_own_errors() -> None:
    assert reachsim.loads("{version: 1, vpcs: {app: {cidrs: [10.0.0.0/16]}}}").design.vpcs
    with pytest.raises(DesignError, match=r"^<text>:1:\d+: vpcs\.app: unknown key 'cidr'"):
        reachsim.loads("{version: 1, vpcs: {app: {cidr: [10.0.0.0/16]}}}")


# -- files, folders, several, plain data --------------------------------------------------------------------


def test_what_describe_calls_answer_is_a_network(tmp_path: Path) -> None:
    text = Path(ACCOUNT).read_text(encoding="utf-8")
    folder = tmp_path / "account"
    folder.mkdir()
    for kind, members in json.loads(text).items():
        (folder / f"{kind}.json").write_text(json.dumps({kind: members}))
    whole = reachsim.load(ACCOUNT)
    assert whole.trace("internet", "web-1", "tcp/443").reachable
    for other in (folder, sorted(folder.iterdir()), json.loads(text), [ACCOUNT]):
        assert reachsim.load(other) == whole
    assert reachsim.loads(text) == reachsim.loads(text.encode("utf-16")) == whole


def test_a_place_is_one_of_the_file_that_was_given() -> None:
    net = reachsim.load(ACCOUNT)
    blocker = net.trace("web-1", "app.app", "tcp/80").blockers[0]
    assert blocker.where == f"{ACCOUNT}: SecurityGroups[1]"
    group = json.loads(Path(ACCOUNT).read_text(encoding="utf-8"))["SecurityGroups"][1]
    assert group["GroupName"] in blocker.text or group["GroupId"] == "sg-web"
    assert pickle.loads(pickle.dumps(net.source.document)).provenance.place(("vpcs", "app")).name == "Vpcs[0]"


@pytest.mark.parametrize("given", [["models/three-tier.yaml", ACCOUNT], [ACCOUNT, "models/three-tier.yaml"]])
def test_a_design_is_not_merged_with_others(given: list[str]) -> None:
    with pytest.raises(UsageError, match=r"three-tier\.yaml is a design in itself"):
        reachsim.load(given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"version": {1}}, "no data as JSON has it"),
        (7, "the name of a file is expected"),
        (None, "the name of a file is expected"),
        ([], "no file is named"),
    ],
)
def test_what_is_nothing_to_load_is_one_error(given: object, message: str) -> None:
    with pytest.raises(ReachsimError, match=message) as caught:
        reachsim.load(given)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_options_say_nothing_to_a_design() -> None:
    with pytest.raises(UsageError, match="--parameter says nothing to these files"):
        reachsim.loads(DESIGN, parameters={"A": "1"})
    assert reachsim.loads(DESIGN, strict=True) == reachsim.loads(DESIGN)


def test_a_design_does_not_pay_for_what_can_be_imported() -> None:
    code = (
        "import sys; from reachsim.cli.main import main; main(['check', 'models/three-tier.yaml']); "
        "sys.exit(any(name.startswith('reachsim.importing') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


# -- expectations in a file of their own ---------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    design, expect = tmp_path / "design.yaml", tmp_path / "expect.yaml"
    design.write_text(DESIGN)
    expect.write_text(EXPECT)
    return design, expect


def test_expectations_stand_in_their_own_file(files: tuple[Path, Path]) -> None:
    design, expect = files
    net = reachsim.load(design, expect=expect)
    assert [(result.verdict, result.where) for result in net.check()] == [
        ("holds", f"{expect}:3"),
        ("fails", f"{expect}:4"),
    ]
    assert net.trace("client", "web", "tcp/22").blockers[0].where == f"{design}:6"
    copy = net.with_({"vpcs.app.security_groups.web.ingress": [], "expect[0].allow": "tcp/80"})
    assert [(result.verdict, result.where) for result in copy.check()] == [
        ("fails", f"{expect}:3"),
        ("fails", f"{expect}:4"),
    ]
    assert net.with_({"expect": None}).source.place(("expect", 0)) is None
    assert pickle.loads(pickle.dumps(net.source.document)).provenance.place(("expect", 1)).file == str(expect)


def test_a_fix_for_expectations_elsewhere_is_a_patch_of_the_design(files: tuple[Path, Path]) -> None:
    design, expect = files
    plan = reachsim.load(design, expect=expect).fix_all()
    assert plan.whole is not None
    assert plan.whole.patch is not None
    assert plan.whole.holds == (2,)
    design.write_text(plan.whole.patch.after)
    assert reachsim.load(design, expect=expect).check().ok
    assert "expect" not in plan.whole.patch.after


def test_a_fix_of_what_was_imported_is_proven_and_has_no_patch(tmp_path: Path) -> None:
    expect = tmp_path / "expect.yaml"
    expect.write_text("expect:\n  - {from: web-1, to: app.app, allow: tcp/80}\n")
    net = reachsim.load(ACCOUNT, expect=expect)
    assert [result.verdict for result in net.check()] == ["fails"]
    best = net.fixes(1).best
    assert best is not None
    assert best.patch is None
    assert best.to_dict()["patch"] == ""
    assert net.fix_all().ok


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("expect: []\nvpcs: {}\n", r"expect\.yaml:2:1: vpcs: this is no part of a file of expectations"),
        ("version: 1\n", r"expect\.yaml:1:1: there are no expectations"),
        ("expect: []\nexpect: []\n", r"expect\.yaml:2:1: .*expect"),
        ("expect:\n  - {from: client, to: wob, allow: tcp/1}\n", r"expect\.yaml:2:\d+: expect\[0\]\.to: .*'wob'"),
        ("expect:\n  - {from: client, to: web, alow: tcp/1}\n", r"expect\.yaml:2:\d+: expect\[0\]: unknown key 'alow'"),
        ("expect: 7\n", r"expect\.yaml:1:\d+: expect: "),
        ("[", r"expect\.yaml:\d+:\d+: "),
        ("", r"expect\.yaml"),
    ],
)
def test_what_is_wrong_with_such_a_file_is_told_with_its_place(
    text: str, message: str, files: tuple[Path, Path]
) -> None:
    design, expect = files
    expect.write_text(text)
    for given in (design, ACCOUNT):
        with pytest.raises(DesignError, match=message):
            reachsim.load(given, expect=expect)


def test_expectations_in_both_files_are_refused(files: tuple[Path, Path]) -> None:
    design, expect = files
    design.write_text(DESIGN + EXPECT)
    with pytest.raises(DesignError, match=r"expect\.yaml:2:1: expect: .*design\.yaml has expectations of its own"):
        reachsim.load(design, expect=expect)


def test_a_file_of_expectations_may_say_its_version(files: tuple[Path, Path]) -> None:
    design, expect = files
    expect.write_text("version: 1\n" + EXPECT)
    assert reachsim.load(design, expect=expect).check()[1].where == f"{expect}:5"
