"""No command works for long without having said so: each tells how far it is, or is shown to be cheap."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from reachsim.cli.main import _SHORT, COMMANDS, main
from reachsim.stages import Stage, counting, going_over, heard

pytestmark = pytest.mark.usefixtures("forecasts")

HUB = str(Path(__file__).parents[2] / "models" / "hub-and-spoke.yaml")
AS_FOUND, REPAIRED = (str(Path(HUB).parent / f"vpc-lambda-{each}.yaml") for each in ("as-found", "repaired"))
ENDS = ("vpc=dev", "vpc=hub")

ASKED: dict[str, list[list[str]]] = {
    "check": [[HUB], [HUB, "--format", "json"]],
    "trace": [[HUB, *ENDS, "tcp/443"]],
    "explain": [[HUB, *ENDS, "tcp/22"]],
    "fix": [[AS_FOUND], [AS_FOUND, "fetch", "www.google.com", "tcp/443"]],
    "reach": [[HUB, *ENDS], [HUB, "internet", ENDS[1]]],
    "matrix": [[HUB], [HUB, "--by", "class"], [HUB, "--format", "csv"]],
    "who": [[HUB, ENDS[0]]],
    "what": [[HUB, ENDS[0]]],
    "exposure": [[HUB]],
    "isolated": [[HUB, *ENDS]],
    "deadends": [[HUB]],
    "rules": [[HUB]],
    "diff": [[AS_FOUND, REPAIRED]],
    "session-manager": [[HUB], [HUB, "--fix"]],
    "lint": [[HUB]],
    "graph": [[HUB, "--from", ENDS[0], "--to", ENDS[1]]],
    "draw": [[HUB, "--matrix", "all"], [HUB, "--trace", *ENDS, "tcp/443"], [AS_FOUND, "--diff", REPAIRED]],
}
"""How each command is asked that may take long."""


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each look at the clock took five seconds."""
    now = [0.0]

    def later() -> float:
        now[0] += 5.0
        return now[0]

    monkeypatch.setattr("time.monotonic", later)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize(("command", "asked"), [(name, each) for name, several in ASKED.items() for each in several])
def test_every_command_that_may_be_long_says_how_long(
    command: str, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([command, *asked])
    said = capsys.readouterr().err
    assert "; --deadline SECONDS bounds it\n" in said
    assert "takes longer than" not in said  # which is what is said of work that nobody foresaw


@pytest.mark.usefixtures("slow")
def test_what_is_bounded_is_not_forecast(capsys: pytest.CaptureFixture[str]) -> None:
    main(["exposure", HUB, "--deadline", "60"])
    assert capsys.readouterr().err == ""


def design(count: int) -> dict[str, Any]:
    """So many interfaces, subnets, groups, functions and VPCs."""
    numbers = range(count)
    attached = {"vpc": "a", "subnets": ["s0"], "security_groups": ["g0"]}
    return {
        "version": 1,
        "vpcs": {
            "a": {
                "cidrs": ["10.0.0.0/16"],
                "subnets": {f"s{n}": {"cidr": f"10.0.{n // 8}.{n % 8 * 32}/27"} for n in numbers},
                "security_groups": {
                    f"g{n}": {"ingress": [{"allow": f"tcp/{n + 1}", "from": f"g{(n + 1) % count}"}]} for n in numbers
                },
                "instances": {f"i{n}": {"subnet": f"s{n}", "security_groups": [f"g{n}"]} for n in numbers},
            },
            **{f"v{n}": {"cidrs": [f"10.{n % 200 + 1}.{n // 200}.0/24"], "subnets": {}} for n in numbers},
        },
        "lambda_functions": {f"f{n}": {"memory_mb": 128, "latest": attached} for n in numbers},
    }


def connections(count: int) -> dict[str, Any]:
    """So many VPN connections, each with its network, and Direct Connect gateways without one."""
    routes = [f"172.16.{n}.0/24" for n in range(count)]
    return {
        "version": 1,
        "vpcs": {
            "a": {"cidrs": ["10.0.0.0/16"], "subnets": {"s": {"cidr": "10.0.0.0/24"}}, "vpn_gateways": {"vgw": {}}}
        },
        "networks": {f"n{n}": {"cidrs": [route], "via": [f"c{n}"]} for n, route in enumerate(routes)},
        "vpn_connections": {f"c{n}": {"gateway": "a.vgw", "static_routes": [route]} for n, route in enumerate(routes)},
    }


def tables(count: int) -> dict[str, Any]:
    """So many VPCs on a transit gateway, each with a table there into which three of them are propagated."""
    numbers = range(count)
    return {
        "version": 1,
        "vpcs": {f"v{n}": {"cidrs": [f"10.{n}.0.0/16"], "subnets": {"s": {"cidr": f"10.{n}.0.0/24"}}} for n in numbers},
        "transit_gateways": {
            "tgw": {
                "attachments": {f"a{n}": {"vpc": f"v{n}", "subnets": ["s"]} for n in numbers},
                "route_tables": {
                    f"t{n}": {
                        "associations": [f"a{n}"],
                        "propagations": [f"a{(n + k) % count}" for k in range(min(3, count))],
                    }
                    for n in numbers
                },
            }
        },
    }


def answers(count: int) -> dict[str, Any]:
    """The groups of an account."""
    return {
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
        "SecurityGroups": [{"GroupId": f"sg-{n}", "GroupName": f"g{n}", "VpcId": "vpc-1"} for n in range(count)],
    }


def blocks(count: int) -> str:
    """Blocks that overlap here and there."""
    return "\n".join(f"10.{n % 50}.{n % 256}.{n % 7 * 32}/{20 + n % 8}" for n in range(count))


def as_json(make: Callable[[int], Any]) -> Callable[[int], str]:
    return lambda count: json.dumps(make(count))


CHEAP: dict[str, list[tuple[Callable[[int], str], str, list[str]]]] = {
    "show": [(as_json(design), "design.yaml", ["FILE"]), (as_json(design), "design.yaml", ["FILE", "--all"])],
    "lambda": [(as_json(design), "design.yaml", ["FILE"])],
    "graph": [(as_json(each), "design.yaml", ["FILE"]) for each in (design, connections, tables)],
    "draw": [(as_json(design), "design.yaml", ["FILE"])],
    "import": [(as_json(answers), "answers.json", ["FILE"])],
    "cidr": [
        (blocks, "blocks.txt", ["overlaps", "FILE"]),
        (blocks, "blocks.txt", ["free", "10.0.0.0/8", "FILE"]),
        (blocks, "blocks.txt", ["find", "10.0.0.1", "FILE"]),
        (as_json(design), "design.yaml", ["use", "FILE"]),
        (as_json(design), "design.yaml", ["overlaps", "FILE"]),
    ],
}
"""Commands that say nothing, with what they are asked: their work grows with what they read, and no faster."""


def test_no_command_is_forgotten() -> None:
    assert set(ASKED) | set(CHEAP) | _SHORT == set(COMMANDS)


def calls(argv: list[str]) -> int:
    """How many functions of Python a command calls: the same on every machine."""
    count = 0

    def heard_of(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(heard_of)
    try:
        main(argv)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("command", "make", "name", "asked"), [(command, *each) for command, several in CHEAP.items() for each in several]
)
def test_what_says_nothing_grows_no_faster_than_what_it_reads(
    command: str, make: Callable[[int], str], name: str, asked: list[str], tmp_path: Path
) -> None:
    file = tmp_path / name
    found = []
    for count in (2, 60, 180):  # the first is for what is imported and compiled once
        file.write_text(make(count), encoding="utf-8")
        found.append(calls([command, *(str(file) if word == "FILE" else word for word in asked)]))
    assert found[2] < 3.6 * found[1]


def told(label: str, work: Callable[[], object]) -> list[tuple[int, int]]:
    """What is heard of a loop."""
    out: list[tuple[int, int]] = []

    def hear(stage: Stage) -> None:
        assert stage.label == label
        out.append((stage.done, stage.total))

    with heard(hear):
        work()
    return out


def test_loops_tell_how_far_they_are() -> None:
    def generator() -> Iterator[int]:
        yield from range(3)

    assert told("things", lambda: list(going_over("things", [7, 8]))) == [(1, 2), (2, 2)]
    assert told("things", lambda: list(going_over("things", generator(), 3))) == [(1, 3), (2, 3), (3, 3)]
    assert told("things", lambda: list(going_over("things", "ab", weights=[5, 2]))) == [(5, 7), (7, 7)]
    assert told("leaps", lambda: counting("leaps", 9)(4)) == [(4, 9)]
    assert told("things", lambda: next(iter(going_over("things", [7, 8])))) == []


def test_nothing_is_heard_where_nobody_listens() -> None:
    things = [1, 2]
    assert going_over("things", things) is things
    counting("leaps", 9)(4)


def test_the_first_thing_does_not_tell_how_fast_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    stage = Stage("things", 11)
    stage.reached(1)  # it took 100 seconds, with what all of them need
    assert stage.left(now[0]) == 0
    now[0] += 2
    stage.reached(3)
    assert stage.left(now[0]) == 8
