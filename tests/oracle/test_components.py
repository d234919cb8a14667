"""The generator of designs with components, and the comparison that finds a falsely sure verdict."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest
from tests.oracle.borders import naive_says, packets, random_expectation, refutation
from tests.oracle.component_probes import random_probe
from tests.oracle.components import random_design
from tests.oracle.naive import judge
from tests.oracle.naive.world import World
from tests.oracle.text import read_yaml, write_yaml
from tests.soak.borders import Counts, judge_world, main

import reachsim


@pytest.mark.parametrize("profile", ["full", "accepted"])
@pytest.mark.parametrize("seed", range(10))
def test_generated_designs_are_judged(seed: int, profile: str) -> None:
    """Every design survives YAML, every probe has a verdict, the same seed gives both again."""
    rng, again = random.Random(seed), random.Random(seed)
    design = random_design(rng, profile)
    assert design == random_design(again, profile) == read_yaml(write_yaml(design))
    for _ in range(4):
        probe = random_probe(rng, design)
        assert probe == random_probe(again, design)
        verdict = judge(design, *probe)
        assert verdict.forward or not verdict.reachable
        assert verdict == naive_says(World(design), probe)


def keys_of(value: Any) -> set[str]:
    """Every key and every text of a design."""
    if isinstance(value, dict):
        return {str(key) for key in value} | {text for each in value.values() for text in keys_of(each)}
    if isinstance(value, list):
        return {text for each in value for text in keys_of(each)}
    return {value} if isinstance(value, str) else set()


def test_every_component_comes_up() -> None:
    """In a hundred and twenty designs everything is there, broken things among it."""
    seen: set[str] = set()
    for seed in range(120):
        seen |= keys_of(random_design(random.Random(seed), "full"))
    assert seen >= {
        "transit_gateways", "associations", "appliance_mode", "security_group_referencing", "blackhole", "pending",
        "ipv6_support",
        "vpn_connections", "direct_connect_gateways", "bgp_routes", "allowed_prefixes", "down", "networks", "propagate",
        "gateway_load_balancer", "interface", "private_dns", "endpoint_services", "accepted", "load_balancers",
        "classic", "application", "preserve_client_ip", "cross_zone", "internet-facing", "gateway", "regional",
        "secondary_private_ips", "network_interfaces", "client_networks", "local_networks", "external_snat",
        "map_public_ip_on_launch", "block_public_access", "allow-egress", "private_hosted_zones", "public_dns_name",
        "requester_dns",
    }  # fmt: skip


def test_the_other_profile_is_for_a_reader_without_components() -> None:
    """Today's schema takes (nearly) all of its designs."""
    counts = Counts()
    for seed in range(12):
        judge_world(seed, 1, counts, reachsim.loads, "accepted")
    assert counts.skipped.total() <= 2, counts


# --- the comparison -------------------------------------------------------------------------------


class Fake:
    """A network that answers every question the same way, or by the naive evaluator."""

    def __init__(self, text: str, say: str) -> None:
        self.design = read_yaml(text)
        self.say = say

    def trace(self, *probe: str, source_port: int) -> Any:
        forward = reachable = self.say == "reachable"
        if self.say == "honest":
            verdict = judge(self.design, probe[0], probe[1], probe[2], source_port)
            forward, reachable = verdict.forward, verdict.reachable
        way = SimpleNamespace(reachable=reachable, always=reachable, blockers=(), forward=(), packet=None)
        undecided = "not modelled" if self.say == "undecided" else ""
        return SimpleNamespace(
            delivered=forward,
            reachable=reachable,
            always=reachable,
            undecided=undecided,
            verdict=self.say,
            blockers=(),
            ways=(way,),
        )

    def check(self) -> list[Any]:
        verdicts = {"undecided": "undecided", "honest": "fails"}
        result = SimpleNamespace(verdict=verdicts.get(self.say, "holds"), question="a promise")
        return [result for _ in self.design["expect"]]


def run(say: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["--worlds", "2", "--probes", "12", "--seed", "40"], load=lambda text: Fake(text, say))
    return code, capsys.readouterr().out


@pytest.mark.parametrize("say", ["reachable", "blocked"])
def test_who_is_always_sure_is_found_out(say: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(say, capsys)
    assert code == 1
    assert "seed 4" in out
    assert f"reachsim: {say}" in out
    assert " 0 contradictions" not in out


def test_who_never_decides_is_never_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run("undecided", capsys)
    assert code == 0
    assert out.splitlines()[0] == "seed 40"
    (counts,) = [line for line in out.splitlines() if line.endswith(" contradictions")]
    seen = dict(reversed(each.split(" ", 1)) for each in counts.split(", "))
    assert int(seen.pop("undecided")) > 0
    assert set(seen.values()) == {"0"}


def test_who_says_what_the_oracle_says_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run("honest", capsys)
    assert code == 0
    assert " 0 contradictions" in out
    assert " 0 agreed" not in out


def test_what_cannot_be_read_is_skipped_and_counted() -> None:
    counts = Counts()
    for seed in range(8):
        judge_world(seed, 2, counts, lambda text: reachsim.loads("version: 1\nnonsense: {}\n"))
    assert counts.skipped.total() == 8
    assert not counts.seen
    assert "skipped: 8 designs, unknown key" in str(counts)


def test_a_world_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--show", "3"]) == 0
    assert read_yaml(capsys.readouterr().out)["version"] == 1


# --- ways that are easily overlooked --------------------------------------------------------------

ONE = """
version: 1
vpcs:
  main:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, route_table: public}
      private: {cidr: 10.0.1.0/24, route_table: private}
    route_tables: {public: {0.0.0.0/0: igw}, private: {192.168.0.0/16: vgw}}
    security_groups:
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
    instances:
      app: {subnet: private, security_groups: [open]}
      web: {subnet: public, security_groups: [open]}
    vpn_gateways: {vgw: {}}
    vpc_endpoints:
      kms: {type: interface, service: kms, subnets: [private], security_groups: [open]}
    load_balancers:
      nlb: {type: network, scheme: internet-facing, subnets: [public], listeners: {tcp/22: ssh},
            target_groups: {ssh: {targets: [app], port: tcp/22, preserve_client_ip: true}}}
  two:
    cidrs: [10.2.0.0/16]
    subnets: {a: {cidr: 10.2.0.0/24, route_table: a}}
    route_tables: {a: {10.0.0.0/8: tgw}}
    security_groups: {open: {ingress: [{allow: all, from: 10.0.0.0/8}]}}
    instances: {y: {subnet: a, security_groups: [open]}}
transit_gateways: {tgw: {attachments: {main: {vpc: main, subnets: [public]}, two: {vpc: two, subnets: [a]}}}}
vpn_connections:
  office: {gateway: vgw, static_routes: [192.168.0.0/16]}
internet: {hosts: {home: {ip: 81.2.69.142}}}
"""


@pytest.mark.parametrize(
    ("start", "end", "traffic"),
    [
        pytest.param("two.y", "main.app", "tcp/443", id="a transit gateway, though no route leads back"),
        pytest.param("192.168.0.0/16", "main.app", "tcp/22", id="a network behind a VPN"),
        pytest.param("192.168.10.20", "main.app", "all", id="an address behind a VPN"),
        pytest.param("internet", "main.app", "all", id="a load balancer that keeps the client's address"),
        pytest.param("main.web", {"subnet": "main.private"}, "tcp/443", id="an endpoint in a subnet"),
        pytest.param("main.web", "10.0.1.0/24", "tcp/443", id="an endpoint in a block"),
    ],
)
def test_a_deny_that_does_not_hold_is_refuted(start: str, end: Any, traffic: str) -> None:
    expectation = {"from": start, "to": end, "deny": traffic}
    world = World(read_yaml(ONE))
    packet = refutation(world, expectation, "holds", [50000])
    assert packet is not None
    assert packet.verdict.forward
    assert refutation(world, expectation, "undecided", [50000]) is None
    assert refutation(world, expectation, "fails", [50000]) is None


def test_what_holds_is_not_refuted() -> None:
    world = World(read_yaml(ONE))
    assert refutation(world, {"from": "main.web", "to": "main.app", "allow": "all"}, "holds", [50000]) is None
    assert refutation(world, {"from": "10.99.0.1", "to": "main.app", "deny": "all"}, "holds", [50000]) is None
    assert (
        refutation(world, {"from": "two.y", "to": "main.app", "allow": "tcp/22", "one_way": True}, "holds", [50000])
        is None
    )
    assert refutation(world, {"from": "two.y", "to": "main.app", "allow": "tcp/22"}, "holds", [50000]) is not None
    own = packets(world, {"from": "main.web", "to": {"subnet": "main.public"}, "allow": "tcp/22"}, [50000])
    assert {packet.probe[1] for packet in own} == {"main.nlb/public"}  # not `web` itself


@pytest.mark.parametrize("seed", range(15))
def test_generated_expectations(seed: int) -> None:
    """They survive YAML, ask something, and the same seed gives them again."""
    design = random_design(random.Random(seed), "accepted")
    expectation = random_expectation(random.Random(seed), design)
    assert expectation == random_expectation(random.Random(seed), design)
    assert ("allow" in expectation) != ("deny" in expectation)
    assert expectation["from"] != expectation["to"]


def test_what_comes_to_somebody_else_refutes_no_promise_about_a_subnet() -> None:
    """PEER-9: the address of one of several interfaces of a name leads back to the network that asks."""
    world = World(
        read_yaml("""
        version: 1
        vpcs:
          app:
            cidrs: [10.0.0.0/16]
            subnets: {a: {cidr: 10.0.0.0/24, az: a}}
            security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
            instances: {fleet: {subnets: [a], count: 2, security_groups: [open]}}
        vpn_connections: {line: {gateway: tgw, bgp_routes: [10.200.0.0/16]}}
        networks: {office: {cidrs: [10.200.0.0/16], via: [line]}}
        transit_gateways:
          tgw:
            attachments: {app: {vpc: app, subnets: [a]}, out: {vpn: line}}
            route_tables: {t: {associations: [out], routes: {0.0.0.0/0: out}}}
        """)
    )
    asked = {"from": "10.200.4.7", "deny": "tcp/443"}
    assert refutation(world, {**asked, "to": {"subnet": "app.a"}}, "holds", [50000]) is None
    assert refutation(world, {**asked, "to": "10.0.0.4"}, "holds", [50000]) is not None
