"""The generator keeps its promises, and the benchmarks still run. No times are asserted."""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import pytest
from tests.benchmarks import clock, hostile, measures, run, table
from tests.benchmarks.components import connected
from tests.benchmarks.organisation import organisation
from tests.benchmarks.sites import ACL_RULES_MOST, PREFIX_LISTS, RULES_MOST

import reachsim
from reachsim.errors import DesignError
from reachsim.net.cidr import Cidr
from reachsim.resources.network_acl import NetworkAcl
from reachsim.resources.security_group import EgressRule, IngressRule, SecurityGroup


def named_blocks(net: reachsim.Network) -> set[Cidr]:
    """Every block that a rule or a route names."""
    out: set[Cidr] = set()
    for vpc in net.design.vpcs.values():
        for group in vpc.security_groups.values():
            rules: list[IngressRule | EgressRule] = [*group.ingress, *(group.egress or ())]
            out |= {peer for rule in rules for peer in rule.peers if isinstance(peer, Cidr)}
        for acl in vpc.network_acls.values():
            out |= {rule.block for rule in chain(acl.ingress or (), acl.egress or ())}
        for routes in vpc.route_tables.values():
            out |= {destination for destination in routes if isinstance(destination, Cidr)}
    return out


def class_count(net: reachsim.Network) -> int:
    """Sets of interfaces that no rule tells apart: counted by what they have, not by the engine."""
    inside: dict[str, list[Cidr]] = {}
    blocks = named_blocks(net)
    seen = set()
    for interface in net.topology.interfaces.values():
        subnet = interface.subnet.full_name
        if subnet not in inside:
            inside[subnet] = [block for block in blocks if block in interface.subnet.blocks[0]]
        atom = frozenset(block for block in inside[subnet] if interface.addresses[0] in block)
        ports = str(interface.client_ports)
        seen.add(
            (subnet, interface.groups, interface.kind, interface.source_dest_check, not interface.publics, ports, atom)
        )
    return len(seen)


def rules_of(group: SecurityGroup) -> tuple[int, int]:
    """How many rules AWS counts in each direction: one per peer and token, a prefix list by its entries."""

    def count(rules: Sequence[IngressRule | EgressRule]) -> int:
        return sum(
            len(rule.allow.spans) * sum(len(PREFIX_LISTS.get(str(peer), ("",))) for peer in rule.peers)
            for rule in rules
        )

    return count(group.ingress), count(group.egress or ())


@pytest.mark.parametrize(("interfaces", "classes"), [(60, (25, 45)), (100, (50, 70)), (1000, (330, 400))])
def test_organisation_loads_with_the_classes_promised(interfaces: int, classes: tuple[int, int]) -> None:
    net = reachsim.loads(organisation(interfaces))
    assert not net.warnings
    assert sum(len(vpc.instances) + len(vpc.interfaces) for vpc in net.design.vpcs.values()) == interfaces
    assert classes[0] <= class_count(net) <= classes[1]


def test_more_interfaces_in_the_same_classes() -> None:
    few, many = reachsim.loads(organisation(200)), reachsim.loads(organisation(1500, classes_of=200))
    assert list(few.design.vpcs) == list(many.design.vpcs)
    assert abs(class_count(few) - class_count(many)) <= 3  # a class of two may lose one of them to a rule that names it
    assert sum(len(vpc.instances) + len(vpc.interfaces) for vpc in many.design.vpcs.values()) == 1500


def test_organisation_stays_within_what_aws_allows() -> None:
    net = reachsim.loads(organisation(500))
    for vpc in net.design.vpcs.values():
        for group in vpc.security_groups.values():
            assert max(rules_of(group)) <= RULES_MOST
        acls: list[NetworkAcl] = list(vpc.network_acls.values())
        assert all(len(rules or ()) <= ACL_RULES_MOST for acl in acls for rules in (acl.ingress, acl.egress))
        for body in chain(vpc.instances.values(), vpc.interfaces.values()):
            assert 1 <= len(body.security_groups or ()) <= 5


def test_organisation_is_the_same_for_the_same_seed() -> None:
    assert organisation(80) == organisation(80)
    assert organisation(80) != organisation(80, seed=8)


@pytest.mark.parametrize(("interfaces", "classes_of"), [(10, None), (50, 60), (200_000, 40)])
def test_organisation_refuses_what_cannot_be(interfaces: int, classes_of: int | None) -> None:
    with pytest.raises(ValueError, match="interfaces"):
        organisation(interfaces, classes_of=classes_of)


@pytest.mark.parametrize("measure", ["compile", "trace", "pair", "matrix", "rows", "edit", "lambda", "sets"])
def test_measures_run(measure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "collect", lambda: 0)  # each clocked run starts with one, through all that a suite holds
    for module in (clock, measures):
        monkeypatch.setattr(module, "PAIRS", 3)
        monkeypatch.setattr(module, "in_turns", lambda *actions, **_: [[clock.clocked(act)[0]] for act in actions])
    rows = run.measured(measure, 60)
    assert rows
    assert all(row.seconds > 0 and row.median > 0 and row.peak >= 0 for row in rows)
    lines = list(table.table(rows))
    assert len(lines) == len(rows) + 2
    assert len({line.count("|") for line in lines}) == 1
    assert json.dumps([row.seconds for row in rows])


@pytest.mark.parametrize(
    ("seconds", "text"), [(16_600, "16,600 s"), (1.0, "1 s"), (0.00136, "1.36 ms"), (2e-9, "2 ns"), (float("nan"), "-")]
)
def test_a_time_is_one_word_without_an_exponent(seconds: float, text: str) -> None:
    assert table.duration(seconds) == text.replace(" ", "\N{NO-BREAK SPACE}")


def test_growth() -> None:
    assert table.growth([(100, 1.0), (1000, 10.0), (10_000, 100.0)]) == pytest.approx(1)
    assert table.growth([(100, 1.0), (1000, 100.0)]) == pytest.approx(2)


@pytest.mark.parametrize("text", [organisation(60), "version: 1\nvpcs: {a: {cidrs: [10.0.0.0/33]}}"])
@pytest.mark.parametrize("enabled", [True, False])
def test_loading_leaves_the_garbage_collector_as_it_was(text: str, enabled: bool) -> None:
    try:
        (gc.enable if enabled else gc.disable)()
        try:
            _ = reachsim.loads(text).topology
        except DesignError:
            assert "/33" in text
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


def test_the_benchmarks_are_one_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        run,
        "measured_apart",
        lambda measure, size, _limit: [clock.Row(measure, size, size * 1e-3, size * 1e-3)],
    )
    run.main(["--sizes", "100,1000", "--only", "load,compile", "--json", str(tmp_path / "figures.json")])
    out = capsys.readouterr().out
    assert "n^1.00" in out
    assert len(json.loads((tmp_path / "figures.json").read_text())["rows"]) == 4


def test_an_organisation_with_components_has_them_all_and_joins_a_part_of_its_vpcs() -> None:
    net = reachsim.loads(connected(1000))
    assert not net.warnings
    vpcs = net.design.vpcs.values()
    assert all(set(vpc.vpc_endpoints) >= {"s3", "kms"} and "nlb" in vpc.load_balancers for vpc in vpcs)
    assert any("alb" in vpc.load_balancers for vpc in vpcs)
    (gateway,) = net.design.transit_gateways.values()
    assert len(gateway.attachments) == len(net.design.vpcs)
    assert set(gateway.route_tables) == {"hubs", "prod", "test", "dev"}


@pytest.mark.parametrize("shape", hostile.SHAPES)
def test_hostile_shapes_load_and_every_question_can_be_asked(shape: str) -> None:
    net = reachsim.loads(json.dumps(hostile.SHAPES[shape](6)))
    assert len(net.interfaces) == {"groups": 6, "subnets": 6, "vpcs": 120, "peers": 6, "tables": 6}.get(shape, 1)
    for question, ask in hostile.QUESTIONS.items():
        if (shape, question) not in hostile.NOT_ASKED:
            ask(net)


@pytest.mark.parametrize(
    ("question", "exponent", "fine"), [("rows", 3.0, False), ("load", 2.0, False), ("matrix", 2.0, True)]
)
def test_growth_is_the_exponent_and_a_jump_of_it_fails(
    question: str, exponent: float, fine: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of what asks about pairs the square is right, of what asks about each thing once it is not."""

    def told(shape: str, asked: str, size: int) -> tuple[float, int]:
        return (size / 50) ** (exponent if asked == question else 1.5), 40

    monkeypatch.setattr(hostile, "measured_apart", told)
    assert hostile.report(shapes=("groups",)) == fine
    lines = {line.split(" | ")[1]: line for line in capsys.readouterr().out.splitlines()[2:]}
    assert lines["check"] == "| groups | check | 1.00 | 2.83 | 8.00 | 1.5 | 40 |"
    mark = "" if fine else " (!)"
    cells = f"1.00 | {2**exponent:.2f} | {4**exponent:.2f} | {exponent}{mark} | 40"
    assert lines[question] == f"| groups | {question} | {cells} |"
