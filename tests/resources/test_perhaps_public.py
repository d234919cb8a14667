"""An address or a gateway that may be there: only what it changes is undecided. The oracle: the designs with and without."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import reachsim

QUESTIONS = [
    *product(
        ("one", "two", "internet", "bastion"), ("one", "two", "8.8.8.8", "internet", "bastion"), ("tcp/443", "tcp/22")
    )
]


def design(public: Any, gateway: bool | None) -> dict[str, Any]:
    vpc: dict[str, Any] = {
        "cidrs": ["10.0.0.0/16"],
        "subnets": {
            "a": {"cidr": "10.0.1.0/24", "route_table": "public"},
            "b": {"cidr": "10.0.2.0/24", "route_table": "private"},
        },
        "route_tables": {
            "public": {"0.0.0.0/0": "blackhole" if gateway is False else "igw"},
            "private": {"8.8.8.0/24": "blackhole" if gateway is False else "nat"},
        },
        "security_groups": {"web": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]}},
        "nat_gateways": {"nat": {"subnet": "a"}} if gateway is not False else {},
        "interfaces": {
            "one": {"subnet": "a", "security_groups": ["web"]} | ({} if public is None else {"public_ip": public}),
            "two": {"subnet": "b", "security_groups": ["web"]},
            "bastion": {"subnet": "a", "security_groups": ["web"], "public_ip": True},
        },
    }
    if gateway is not False:
        vpc["internet_gateway"] = "igw"
    if gateway is None:
        vpc["gateway_attachment"] = "unknown"
    return {"version": 1, "vpcs": {"app": vpc}}


def loaded(made: dict[str, Any]) -> reachsim.Network:
    return reachsim.loads(json.dumps(made))


def verdicts(net: reachsim.Network) -> list[str]:
    return [net.trace(source, to, asked).verdict for source, to, asked in QUESTIONS if source != to]


def judged(perhaps: reachsim.Network, *settled: reachsim.Network) -> tuple[int, int]:
    """How many answers are undecided, of how many, where each must be as the settled designs say it."""
    told = list(zip(verdicts(perhaps), *map(verdicts, settled), strict=True))
    for each, *others in told:
        assert each == (others[0] if len(set(others)) == 1 else "undecided")
    return sum(each[0] == "undecided" for each in told), len(told)


def test_a_public_address_that_may_be_there() -> None:
    undecided, asked = judged(loaded(design("unknown", True)), loaded(design(True, True)), loaded(design(None, True)))
    assert 0 < undecided < asked / 2


def test_a_gateway_that_may_be_attached() -> None:
    undecided, asked = judged(loaded(design(True, None)), loaded(design(True, True)), loaded(design(True, False)))
    assert 0 < undecided < asked


def test_all_packets_are_judged_as_one_is() -> None:
    net = loaded(design("unknown", True))
    matrix = net.matrix()
    for source, to in (("one", "two"), ("two", "one"), ("bastion", "one"), ("one", "bastion")):
        assert bool(net.reach(source, to).undecided) is bool(matrix.cell(f"app.{source}", f"app.{to}").undecided)
    assert net.reach("internet", "one").undecided
    assert not net.reach("internet", "bastion").undecided
    assert not net.reach("two", "one").undecided


def test_its_reason_is_told() -> None:
    told = " ".join(str(loaded(design("unknown", True)).trace("internet", "one", "tcp/443")).split())
    assert "whether app.one has a public address is not known" in told
    told = " ".join(str(loaded(design(True, None)).trace("internet", "one", "tcp/443")).split())
    assert "whether internet gateway app.igw is attached is not known" in told
