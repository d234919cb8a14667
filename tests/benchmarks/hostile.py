"""Designs that are meant to be hard, at three sizes, with every question: `python -m tests.benchmarks.run --hostile`.

Each shape grows in one thing: groups, subnets, rules of a group or an ACL, VPCs. What is told is CPU time and memory of
each question in a process of its own, and the exponent of growth over the last two sizes. Times differ between machines,
exponents hardly: one over its limit is what fails.
"""

from __future__ import annotations

import json
import math
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Final

SIZES: Final = (50, 100, 200)
SECONDS: Final = 60
"""Of one question at one size; then it is told as over that."""
PAIRS: Final = 2.3
"""Growth of what asks about all pairs, of which the square is right; more is not."""
EACH: Final = 1.9
"""Growth of what asks about each thing once: it may sort, and look at some of the others, and never at all of them."""
LEAST: Final = 0.2
"""Seconds under which a growth is noise."""

Design = dict[str, Any]


def _one_vpc(groups: Design, subnets: Design, instances: Design, **more: Any) -> Design:
    vpc = {"cidrs": ["10.0.0.0/16"], "subnets": subnets, "security_groups": groups, "instances": instances, **more}
    selector = {"vpc": "a"}
    return {"version": 1, "vpcs": {"a": vpc}, "expect": [{"from": selector, "to": selector, "deny": "udp/9"}]}


def groups(count: int) -> Design:
    """Each interface has a group of its own, which lets in the next one."""
    return _one_vpc(
        {f"g{n}": {"ingress": [{"allow": f"tcp/{1000 + n}", "from": f"g{(n + 1) % count}"}]} for n in range(count)},
        {"s": {"cidr": "10.0.0.0/18"}},
        {f"i{n}": {"subnet": "s", "security_groups": [f"g{n}"]} for n in range(count)},
    )


def subnets(count: int) -> Design:
    """Each interface has a subnet of its own."""
    return _one_vpc(
        {"g": {"ingress": [{"allow": "tcp/80", "from": "g"}]}},
        {f"s{n}": {"cidr": f"10.0.{n // 16}.{n % 16 * 16}/28"} for n in range(count)},
        {f"i{n}": {"subnet": f"s{n}", "security_groups": ["g"]} for n in range(count)},
    )


def rules(count: int) -> Design:
    """One group with ten times as many rules, of single addresses."""
    rng = random.Random(1)
    made = [
        {"allow": f"tcp/{rng.randrange(65535)}", "from": f"20.{n >> 8}.{n & 255}.{rng.randrange(256)}/32"}
        for n in range(10 * count)
    ]
    return _one_vpc(
        {"g": {"ingress": made}},
        {"s": {"cidr": "10.0.0.0/18"}},
        {"w": {"subnet": "s", "public_ip": True, "security_groups": ["g"]}},
        internet_gateway="igw",
        route_tables={"main": {"0.0.0.0/0": "igw"}},
    )


def acl(count: int) -> Design:
    """One ACL that allows and denies by turns, nested blocks and ranges of ports."""
    rng = random.Random(1)
    made: list[Design] = []
    for n in range(count):
        port, length = rng.randrange(60_000), rng.randrange(8, 25)
        block = f"{rng.randrange(20, 200)}.{rng.randrange(256) if length > 15 else 0}.0.0/{min(length, 16)}"
        if length < 16:
            block = f"{rng.randrange(20, 200)}.0.0.0/8"
        made.append({"rule": n + 1, rng.choice(["allow", "deny"]): f"tcp/{port}-{port + 3000}", "from": block})
    everything = [{"rule": 1, "allow": "all", "to": "0.0.0.0/0"}]
    return _one_vpc(
        {"g": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}]}},
        {"s": {"cidr": "10.0.0.0/18", "network_acl": "n"}},
        {"w": {"subnet": "s", "public_ip": True, "security_groups": ["g"]}},
        internet_gateway="igw",
        route_tables={"main": {"0.0.0.0/0": "igw"}},
        network_acls={"n": {"ingress": made, "egress": everything}},
    )


def vpcs(count: int) -> Design:
    """Twenty times as many VPCs, nothing between them."""
    one = {"subnets": {"s": {"cidr": "10.0.0.0/24"}}, "cidrs": ["10.0.0.0/16"], "instances": {"i": {"subnet": "s"}}}
    ends = {"from": {"vpc": "v0"}, "to": {"vpc": "v1"}}
    return {"version": 1, "vpcs": {f"v{n}": one for n in range(20 * count)}, "expect": [{**ends, "deny": "all"}]}


def peers(count: int) -> Design:
    """Each group names all of them."""
    everybody = [f"g{n}" for n in range(count)]
    return _one_vpc(
        {f"g{n}": {"ingress": [{"allow": f"tcp/{1000 + n}", "from": everybody}]} for n in range(count)},
        {"s": {"cidr": "10.0.0.0/18"}},
        {f"i{n}": {"subnet": "s", "security_groups": [f"g{n}"]} for n in range(count)},
    )


def connections(count: int) -> Design:
    """Twice as many VPN connections, each with a network of its own."""
    routes = [f"172.{16 + n // 256}.{n % 256}.0/24" for n in range(2 * count)]
    made = _one_vpc({}, {"s": {"cidr": "10.0.0.0/24"}}, {"i": {"subnet": "s"}}, vpn_gateways={"vgw": {}})
    made["networks"] = {f"n{n}": {"cidrs": [route], "via": [f"c{n}"]} for n, route in enumerate(routes)}
    made["vpn_connections"] = {f"c{n}": {"gateway": "a.vgw", "static_routes": [r]} for n, r in enumerate(routes)}
    return made


def tables(count: int) -> Design:
    """VPCs on a transit gateway, each with a table there of its own."""
    numbers = range(count)
    vpcs = {
        f"v{n}": {
            "cidrs": [f"10.{n}.0.0/16"],
            "subnets": {"s": {"cidr": f"10.{n}.0.0/24"}},
            "route_tables": {"main": {"10.0.0.0/8": "tgw"}},
            "instances": {"i": {"subnet": "s"}},
        }
        for n in numbers
    }
    near = {n: {f"a{(n + k) % count}" for k in (-1, 0, 1)} for n in numbers}
    gateway = {
        "attachments": {f"a{n}": {"vpc": f"v{n}", "subnets": ["s"]} for n in numbers},
        "route_tables": {f"t{n}": {"associations": [f"a{n}"], "propagations": sorted(near[n])} for n in numbers},
    }
    ends = {"from": {"vpc": "v0"}, "to": {"vpc": "v1"}}
    return {"version": 1, "vpcs": vpcs, "transit_gateways": {"tgw": gateway}, "expect": [{**ends, "deny": "all"}]}


SHAPES: Final = {shape.__name__: shape for shape in (groups, subnets, rules, acl, vpcs, peers, connections, tables)}
QUESTIONS: Final[dict[str, Callable[[Any], object]]] = {
    "load": lambda net: net.topology,
    "check": lambda net: net.check(),
    "isolated": lambda net: net.isolated({"vpc": _first(net)}, {"vpc": _last(net)}),
    "exposure": lambda net: net.exposure(),
    "rules": lambda net: net.idle_rules(),
    "deadends": lambda net: net.dead_ends(),
    "matrix": lambda net: net.matrix(),
    "rows": lambda net: sum(1 for rows in net.rows() for _ in rows.class_pairs()),
}
LIMITS: Final = {
    question: EACH if question in ("load", "exposure", "rules", "deadends") else PAIRS for question in QUESTIONS
}
"""Growth of each question over which it fails."""
NOT_ASKED: Final = {("vpcs", "matrix"), ("vpcs", "rows")}
"""The matrix of 4,000 VPCs is 16 million pairs; its growth is told by the other shapes."""


def _first(net: Any) -> str:
    return next(iter(net.design.vpcs))


def _last(net: Any) -> str:
    return next(reversed(net.design.vpcs))


def measured(shape: str, question: str, size: int) -> tuple[float, int]:
    """CPU seconds of one question, and the peak of memory in MB. A load is counted for "load" alone."""
    import reachsim

    _ = reachsim.loads(json.dumps(SHAPES[shape](2))).topology  # what is imported and compiled once
    text = json.dumps(SHAPES[shape](size))
    start = time.process_time()
    net = reachsim.loads(text)
    if question != "load":
        _ = net.topology
        start = time.process_time()
    QUESTIONS[question](net)
    return time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def measured_apart(shape: str, question: str, size: int) -> tuple[float, int] | None:
    """The same in a fresh process; None where it takes too long."""
    command = [sys.executable, "-m", "tests.benchmarks.hostile", shape, question, str(size)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10 * SECONDS)
    except subprocess.TimeoutExpired:
        return None
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def growth(small: float, large: float, factor: float = 2.0) -> float:
    """The exponent of time over size; not a number where both are noise."""
    return math.log(large / small, factor) if small > 0 and large >= LEAST else math.nan


def report(sizes: tuple[int, ...] = SIZES, shapes: tuple[str, ...] = tuple(SHAPES)) -> bool:
    """Print every shape with every question. Whether no growth is over its limit and nothing took too long."""
    fine = True
    print("| shape | question | " + " | ".join(f"{size}" for size in sizes) + " | growth | peak MB |")
    print("| --- | --- | " + "---: | " * (len(sizes) + 2))
    for shape in shapes:
        for question in QUESTIONS:
            if (shape, question) in NOT_ASKED:
                continue
            found = [measured_apart(shape, question, size) for size in sizes]
            cells = [f"over {10 * SECONDS} s" if each is None else f"{each[0]:.2f}" for each in found]
            known = [each for each in found if each is not None]
            last = (
                growth(known[-2][0], known[-1][0], sizes[-1] / sizes[-2]) if len(known) == len(sizes) > 1 else math.nan
            )
            bad = len(known) < len(sizes) or last > LIMITS[question]
            fine = fine and not bad
            told = "" if math.isnan(last) else f"{last:.1f}"
            mark = " (!)" if bad else ""
            print(f"| {shape} | {question} | {' | '.join(cells)} | {told}{mark} | {known[-1][1] if known else ''} |")
    return fine


if __name__ == "__main__":
    json.dump(measured(sys.argv[1], sys.argv[2], int(sys.argv[3])), sys.stdout)
