"""What others rely on: the names, what they do, what an import costs."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import reachsim
from reachsim.errors import DesignError, EndpointError, Problem, ReachsimError, UsageError

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models" / "vpc-lambda-as-found.yaml"


def versions(file: str) -> dict[str, tuple[str, str]]:
    """Of each line of a file of constraints, the package with its comparison and version."""
    lines = (ROOT / ".ci" / file).read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"([a-z-]+)([=<]=)([0-9.]+)", line) for line in lines if not line.startswith("#")]
    return {match[1]: (match[2], match[3]) for match in found if match is not None}


def test_lowest_and_newest_versions_are_of_everything_that_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    floors = {name: floor for name, _, floor in (each.partition(">=") for each in asked)}
    lowest, newest = versions("lowest.txt"), versions("newest.txt")
    assert lowest.keys() == newest.keys() == floors.keys()
    assert {sign for sign, _ in lowest.values()} == {"=="}
    assert {sign for sign, _ in newest.values()} == {"<="}
    for name, floor in floors.items():
        exact = lowest[name][1]
        assert exact == floor or exact.removesuffix(".0") == floor, name


def test_every_name_of_all_exists_and_dir_lists_them() -> None:
    for name in reachsim.__all__:
        assert getattr(reachsim, name) is not None
    assert set(reachsim.__all__) <= set(dir(reachsim))
    assert sorted(reachsim.__all__) == list(reachsim.__all__)
    assert {
        "load",
        "loads",
        "Network",
        "ReachsimError",
        "DesignError",
        "EndpointError",
        "UsageError",
        "Problem",
    } <= set(reachsim.__all__)
    with pytest.raises(AttributeError, match="module 'reachsim' has no attribute 'nonsense'"):
        reachsim.nonsense  # noqa: B018


def test_the_types_of_answers_are_names_of_the_package() -> None:
    net = reachsim.load(MODEL)
    trace, check, matrix = net.trace("probe", "partner.api", "tcp/80"), net.check(), net.matrix()
    why = net.explain("fetch", "www.google.com", "tcp/443")
    sessions = reachsim.load(ROOT / "models" / "22-session-manager-private-dns-off-as-found.yaml").session_manager()
    answers = [
        trace, trace.forward[0], trace.packet, check, check[0], check[3].blockers[0], net.reach("probe", "nat"), matrix,
        matrix["tcp/80"], matrix["probe", "nat"], net.isolated("probe", "nat"), reachsim.diff(net, net), net.lint(),
        net.explain("probe", "partner.api", "tcp/81"), net.lambda_addresses(), net.session_manager(), *net.exposure(),
        *net.dead_ends(), *net.idle_rules(), net.endpoint("probe"), net.draw(),
        trace.ways[0], net.reach("fetch", "nat").reachable,
        *net.reach("fetch", "www.google.com").stops, *net.isolated("probe", "partner.api").leaks,
        *why.obstacles, *why.layers,
        net.fixes("fetch", "www.google.com", "tcp/443").best.edits[0], net.fix_all().whole.patch,
        *sessions.nodes, *sessions.nodes[0].needs,
    ]  # fmt: skip
    for answer in answers:
        assert getattr(reachsim, type(answer).__name__) is type(answer)


def test_the_names_that_are_fixed() -> None:
    net = reachsim.load(str(MODEL))
    trace = net.trace("fetch", "www.google.com", "tcp/443", source_port=50000)
    assert (trace.delivered, trace.reachable, trace.client_sees) == (False, False, "timeout")
    assert [blocker.code for blocker in trace.blockers] == ["ENI_SOURCE_DEST_CHECK_RESTRICTION"]
    blocker = trace.blockers[0]
    assert (blocker.component, type(blocker.rule), type(blocker.text)) == ("app.nat", str, str)
    assert trace.forward[0].before == trace.packet
    assert all(hop.component and hop.checkpoint and hop.before and hop.after for hop in trace.forward)
    holds = net.trace("probe", "partner.api", "tcp/80")
    assert (holds.delivered, holds.reachable, holds.client_sees, holds.blockers) == (
        True,
        True,
        "established",
        (),
    )
    assert holds.reply[-1].after == holds.packet.answer()


def test_load_and_loads_are_the_same() -> None:
    text = MODEL.read_text(encoding="utf-8")
    assert reachsim.loads(text).design == reachsim.load(MODEL).design == reachsim.loads(text.encode()).design
    assert repr(reachsim.load(MODEL)) == f"<Network {MODEL}: 2 VPCs, 4 interfaces>"
    one = reachsim.loads(
        "version: 1\nvpcs: {v: {cidrs: [10.0.0.0/16], subnets: {s: {cidr: 10.0.0.0/24}}, instances: {i: {subnet: s}}}}\n"
    )
    assert repr(one) == "<Network <text>: 1 VPC, 1 interface>"
    assert repr(one.matrix()) == "<Matrix: 0 pairs of interfaces in 1 class>"


@pytest.mark.parametrize(
    "call",
    [
        lambda: reachsim.loads("version: 1\nvpc: {}"),
        lambda: reachsim.load("nowhere.yaml"),
        lambda: reachsim.load(MODEL).trace("prob", "nat", "tcp/80"),
        lambda: reachsim.load(MODEL).trace("probe", "nat", "tcp/99999"),
        lambda: reachsim.load(MODEL).trace("probe", "nat", "tcp/80", source_port=70000),
    ],
)
def test_whatever_goes_wrong_is_a_reachsim_error(call) -> None:
    with pytest.raises(ReachsimError) as caught:
        call()
    assert caught.value.exit_code == 2
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (type(caught.value), str(caught.value))


@pytest.mark.parametrize(
    "error",
    [
        UsageError("odd"),
        EndpointError.unknown("a", ["b"]),
        EndpointError.ambiguous("a", ["x.a", "y.a"]),
        DesignError([Problem("wrong", ("vpcs", 0), "f.yaml", 1, 2, "hint", "NACL-2")]),
    ],
)
def test_errors_survive_pickling(error: ReachsimError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def imported_by(code: str) -> set[str]:
    """Top-level modules that are loaded after running `code` in a fresh interpreter."""
    code += "\nimport sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_an_import_costs_little() -> None:
    bare = imported_by("import reachsim")
    assert not {"networkx", "pydantic", "yaml", "ipaddress"} & bare
    traced = f"from reachsim import load, loads, Network; load({str(MODEL)!r}).trace('probe', 'nat', 'icmp/8')"
    assert "networkx" not in imported_by(traced)


def test_it_is_typed() -> None:
    assert (ROOT / "src" / "reachsim" / "py.typed").exists()
