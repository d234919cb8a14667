"""The rows of the matrix: from a template for each pair of routing classes."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from hypothesis import given
from tests import gateways
from tests.designs import DUAL, MIDDLEBOX, NAT_INSTANCE, load
from tests.networks import laws, network, seeds

from reachsim.reach.blocks import NO_ANSWER, UNDECIDED_SERVICES, BlockWorker, ClassAnswers
from reachsim.reach.classes import InterfaceClass
from reachsim.reach.row import SMALL, Row
from reachsim.reach.stream import RowMaker, RowTask


@laws(6)
@given(seeds)
def test_rows_do_not_depend_on_what_was_computed_before(seed: int) -> None:
    rng, _, net = network(seed, crowd=True)
    total = len(net.classes.classes)
    together = RowMaker(net.new_worker(), kept=True)
    for index in rng.sample(range(total), total):
        task = RowTask((index,), None, 1)
        rows, table = together.block(task)
        alone, table_alone = RowMaker(net.new_worker()).block(task)
        assert rows.keys() == alone.keys() == {index}
        assert [table[n] for n in rows[index]] == [table_alone[n] for n in alone[index]]


@laws(4)
@given(seeds)
def test_rows_do_not_depend_on_how_many_are_put_together(seed: int) -> None:
    _, _, net = network(seed, crowd=True)
    task = RowTask(tuple(range(len(net.classes.classes))), None, 1)
    rows, table = RowMaker(net.new_worker()).block(task)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("reachsim.reach.blocks._BYTES", 1)
        single, table_of_single = RowMaker(net.new_worker()).block(task)
    for index, row in rows.items():
        assert [table[n] for n in row] == [table_of_single[n] for n in single[index]]


def test_few_rows_are_put_together_where_masks_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as take so much memory, whatever the routing class has."""
    net = load({})
    worker = net.new_worker()
    made: list[int] = []
    rows_of = BlockWorker._rows_of

    def noted(self: BlockWorker, classes: list[InterfaceClass], *rest: Any) -> dict[int, Row]:
        made.append(len(classes))
        return rows_of(self, classes, *rest)

    monkeypatch.setattr(BlockWorker, "_rows_of", noted)
    every = tuple(range(len(worker.classes.classes)))
    RowMaker(worker).block(RowTask(every, None, 1))
    assert max(made) > 1
    made.clear()
    monkeypatch.setattr("reachsim.reach.blocks._BYTES", 1)
    RowMaker(worker).block(RowTask(every, None, 1))
    assert set(made) == {1}


@laws(6)
@given(seeds)
def test_what_comes_back_and_entries_are_in_order(seed: int) -> None:
    _, _, net = network(seed)
    worker = net.new_worker()
    everything = worker.atoms.everything
    every = tuple(range(len(worker.classes.classes)))
    rows, table = RowMaker(worker).block(RowTask(every, None, 1))
    assert table.get(0, NO_ANSWER) == NO_ANSWER
    assert len(set(table.values())) == len(table)
    assert sorted(rows) == list(every)
    for number, answer in table.items():
        assert answer or number == 0
        assert len({ipv6 for ipv6, *_ in answer}) == len(answer)
        for ipv6, there, back, lost in answer:
            assert there == UNDECIDED_SERVICES or 0 < there <= worker.atoms.families[ipv6]
            assert back == UNDECIDED_SERVICES or 0 <= back <= everything
            assert all(0 < each <= everything and each & ~back & worker.atoms.way_back.bare == 0 for each in lost)


def test_ways_through_devices() -> None:
    for changes in ({}, NAT_INSTANCE, MIDDLEBOX, DUAL):
        net = load(changes)
        matrix = net.matrix()
        for one in net.topology.interfaces:
            for other in net.topology.interfaces:
                if one != other:
                    assert matrix.reach(one, other) == net.reach(one, other).reachable, (one, other)


def test_nobody_opens_a_connection_to_a_nat_gateway_and_it_opens_none() -> None:
    matrix = load().matrix()
    assert not any(destination == "app.ngw" for _, destination, _ in matrix)
    assert not any(source == "app.ngw" for source, _, _ in matrix)


class Slow(tuple):
    """An answer that takes a while to look up, so that another thread comes in between."""

    __slots__ = ()

    def __hash__(self) -> int:
        time.sleep(0.01)
        return super().__hash__()


def test_threads_never_give_one_number_twice() -> None:
    answers = ClassAnswers()
    kinds = [Slow(((False, n, n),)) for n in range(1, 9)]
    threads = [threading.Thread(target=answers.number, args=(kind,)) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [answers.number(kind) for kind in kinds]
    assert sorted(numbers) == list(range(1, 9))
    assert [answers.known[n] for n in numbers] == kinds


IN_GROUP = {
    "transit_gateways tgw security_group_referencing": True,
    "vpcs data security_groups open ingress": [{"allow": "tcp/443", "from": "app.open"}],
}
OUT_GROUP = {
    "transit_gateways tgw security_group_referencing": True,
    "vpcs app security_groups open egress": [{"allow": "tcp/443", "to": "data.open"}],
}


@pytest.mark.rule("TGW-14")
@pytest.mark.parametrize(("changes", "passes"), [(IN_GROUP, True), (OUT_GROUP, False)])
def test_groups_across_a_transit_gateway_count_for_what_comes_in_alone(changes: gateways.Changes, passes: bool) -> None:
    net = gateways.load(changes)
    assert bool(net.matrix().cell("app.web", "data.db")) is bool(net.reach("app.web", "data.db")) is passes


@pytest.mark.parametrize("left", [SMALL + 1, 2, 0])
def test_numbers_have_two_bytes_as_long_as_they_are_small(left: int) -> None:
    """Where greater ones come up among the rows of a class, or are there at once, they have four. `left`: how many are
    small."""
    _, _, net = network(3)
    task = RowTask(tuple(range(len(net.classes.classes))), None, 1)
    rows, table = RowMaker(net.new_worker(), kept=True).block(task)
    assert {row.numbers.typecode for row in rows.values()} == {"H"}
    worker = net.new_worker()
    for number in range(SMALL + 1 - left):
        worker.answers.number(((False, 1 << number % 64, number, ()),))
    wide, theirs = RowMaker(worker, kept=True).block(task)
    assert {index: [theirs[n] for n in row] for index, row in wide.items()} == {
        index: [table[n] for n in row] for index, row in rows.items()
    }
    assert ("I" in {row.numbers.typecode for row in wide.values()}) is (left < len(table))
