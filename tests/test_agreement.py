"""The engine and the oracle say the same of every packet; `python -m tests.agreement` asks many more.

And laws that need no oracle: a walk stays inside the graph and ends, names and the order of the file mean
nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from tests.agreement import CAUTIOUS, Design, ask, main, questions, world
from tests.networks import every_seed, laws, loaded, plain, seeds
from tests.oracle.worlds import random_design, random_probe

import reachsim
from reachsim.trace.result import Trace


@laws(30)
@given(every_seed)
def test_the_engine_and_the_oracle_agree(seed: int) -> None:
    for question in questions(seed, 8):
        assert question.agree or question.explained, str(question)
        assert question.explained != CAUTIOUS, str(question)  # what is lost from every address is decided


def test_the_long_run_counts_and_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--worlds", "3", "--probes", "4", "--seed", "7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("12 packets on 3 networks in ")
    assert lines[1].startswith("verdicts: ")
    assert lines[-1] == "disagreements: 0"


def traces(seed: int, probes: int) -> Iterator[tuple[reachsim.Network, Trace]]:
    rng, design, net = world(seed)
    for _ in range(probes):
        source, destination, traffic, port = random_probe(rng, design)
        yield net, net.trace(source, destination, traffic, source_port=port)


@laws(10)
@given(seeds)
def test_every_step_is_an_edge_of_the_graph_and_every_walk_ends(seed: int) -> None:
    edges: set[tuple[str, str]] | None = None
    for net, trace in traces(seed, 8):
        if edges is None:
            graph = net.graph()
            plain = {name: f"{data['component']} {data['role']}" for name, data in graph.nodes(data=True)}
            edges = {(plain[one], plain[other]) for one, other in graph.edges}
        for way in trace.ways:
            lost = False
            for leg in (way.forward, way.reply):
                assert len(leg) < 200
                for one, other in pairwise(leg):
                    lost = lost or one.action == "drop"
                    step = f"{one.component} {one.checkpoint}", f"{other.component} {other.checkpoint}"
                    # What is lost goes on only in thought, to find all blockers; a function outside every
                    # VPC is no
                    # place in the network.
                    assert step in edges or lost or "outside a VPC" in one.checkpoint, step


@laws(10)
@given(seeds)
def test_a_trace_is_consistent_with_itself(seed: int) -> None:
    for _, trace in traces(seed, 8):
        for way in trace.ways:
            assert not (way.reachable and not way.delivered)
            assert bool(way.blockers) == (not way.reachable) or way.undecided
            assert way.delivered == (not any(b.leg == "forward" for b in way.blockers)) or way.undecided
            assert all(b.leg == "reply" for b in way.blockers) or not way.delivered
            for leg in (way.forward, way.reply):
                assert all(one.after == other.before for one, other in pairwise(leg))
        assert trace.reachable == all(way.reachable for way in trace.ways)


def shuffled(value: Any, rng: random.Random, path: tuple[str, ...] = ()) -> Any:
    """The same design in another order, wherever AWS does not order: not the blocks of a VPC, not bodies
    whose addresses
    are assigned in order."""
    if isinstance(value, dict):
        items = list(value.items())
        if path[-1:] != ("cidrs",):
            rng.shuffle(items)
        return {key: shuffled(item, rng, (*path, str(key))) for key, item in items}
    if isinstance(value, list) and path[-1:] != ("cidrs",):
        items = [shuffled(item, rng, path) for item in value]
        rng.shuffle(items)
        return items
    return value


def with_addresses(design: Design, net: reachsim.Network) -> Design:
    """The design with every assigned private address written out, so that order cannot move one."""
    from reachsim.net.address import format_address

    out = plain(design)
    for vpc, body in out["vpcs"].items():
        for section in ("instances", "interfaces", "nat_gateways"):
            for name, member in body.get(section, {}).items():
                interface = net.topology.interfaces[f"{vpc}.{name}"]
                member["private_ip"] = format_address(interface.addresses[0])
                if interface.publics:
                    member["public_ip"] = format_address(interface.publics[0])
    return out


def renamed(value: Any, names: dict[str, str]) -> Any:
    """The design with VPCs, subnets, tables, ACLs, groups and members under other names, and references
    with them."""
    if isinstance(value, dict):
        return {rename(key, names): renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    return rename(value, names)


def rename(value: Any, names: dict[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    head, colon, qualifier = value.partition(":")
    if colon and head in names:
        return f"{names[head]}:{names.get(qualifier, qualifier)}"
    parts = value.split(".")
    known = all(part in names or part in MEANINGFUL for part in parts)
    return ".".join(names.get(part, part) for part in parts) if known else value


MEANINGFUL = {"main", "default", "nat"}
"""Names to which AWS gives a meaning, and one that is also a word of the format."""


def names_of(design: Design) -> dict[str, str]:
    """A new name for everything that the file gives a name to, but what AWS gives a meaning, or the format
    ("nat")."""
    out: dict[str, str] = {}
    for vpc, body in design["vpcs"].items():
        out[vpc] = ""
        out |= dict.fromkeys(body[key] for key in ("internet_gateway", "egress_only_internet_gateway") if key in body)
        for section in (
            "subnets",
            "route_tables",
            "network_acls",
            "security_groups",
            "instances",
            "interfaces",
            "nat_gateways",
        ):
            out |= dict.fromkeys(body.get(section, {}))
    for section in ("peering_connections", "lambda_functions", "api_gateways"):
        out |= dict.fromkeys(design.get(section, {}))
    return {name: f"x{n}-{name[::-1]}" for n, name in enumerate(out) if name not in MEANINGFUL}


@laws(10)
@given(seeds)
def test_names_and_the_order_of_the_file_mean_nothing(seed: int) -> None:
    rng, design, net = world(seed)
    if "lambda_functions" in design:
        del design["lambda_functions"]  # their interfaces are numbered in the order of the file
        design.pop("api_gateways", None)
        net = loaded(design)
    written = with_addresses(design, net)
    names = names_of(design)
    other = renamed(shuffled(written, rng), names)
    again = loaded(other)
    for _ in range(6):
        source, destination, traffic, port = random_probe(rng, design)
        one = net.trace(source, destination, traffic, source_port=port)
        two = again.trace(rename(source, names), rename(destination, names), traffic, source_port=port)
        assert (one.verdict, one.delivered, one.reachable) == (two.verdict, two.delivered, two.reachable), (
            source,
            destination,
            traffic,
            port,
        )


@laws(10)
@given(seeds)
def test_without_a_source_port_the_answer_is_for_every_port(seed: int) -> None:
    """Whatever holds for all ports of the client holds for one of them, and what fails for all fails for
    one."""
    rng, design, net = world(seed)
    for _ in range(6):
        source, destination, traffic, port = random_probe(rng, design)
        whole = net.trace(source, destination, traffic)
        one = net.trace(source, destination, traffic, source_port=port)
        assert whole.delivered == one.delivered
        asked = [way.asked_ports for way in whole.ways]
        if whole.reachable and all(port in ports for ports in asked):
            assert one.reachable
        for way, single in zip(whole.ways, one.ways, strict=True):
            if not way.undecided and traffic.startswith(("tcp", "udp")) and port in way.asked_ports:
                assert single.choices == way.choices
                assert not single.reachable or port in way.client_ports


def test_a_difference_would_be_told() -> None:
    """The comparison itself can fail: an oracle that is given another design disagrees, and says so."""
    _, design, net = world(3)
    other = random_design(random.Random(4))
    found = [question for question in differing(net, design, other) if not question.agree]
    assert found
    assert str(found[0]).startswith("seed 3, ")
    assert not all(question.explained for question in found)


def differing(net: reachsim.Network, design: Design, other: Design) -> Iterator[Any]:
    rng = random.Random(5)
    both = {**design, "vpcs": {vpc: body | {"security_groups": {}} for vpc, body in design["vpcs"].items()}}
    assert other["version"] == both["version"]
    for _ in range(60):
        yield ask(net, both, 3, random_probe(rng, design))
