"""The rows of the matrix: from a template for each pair of routing classes."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from tests import gateways
from tests.designs import DUAL, MIDDLEBOX, NAT_INSTANCE, load
from tests.networks import laws, network, seeds

from reachsim.reach.blocks import NO_ANSWER, UNDECIDED_SERVICES, BlockWorker, ClassAnswers
from reachsim.reach.workers import block_worker, compute_block


def worker_of(net) -> BlockWorker:
    """A worker for a network."""
    return block_worker(net.ends, net.book, net.templates, net.classes)


@laws(12)
@given(seeds)
def test_rows_do_not_depend_on_what_was_computed_before(seed: int) -> None:
    rng, _, net = network(seed, crowd=True)
    total = len(net.classes.routing)
    order = rng.sample(range(total), total)
    together = worker_of(net)
    for index in order:
        _, rows, table = compute_block(together, [index])
        _, alone, table_alone = compute_block(worker_of(net), [index])
        assert rows.keys() == alone.keys()
        for key, row in rows.items():
            assert [table[n] for n in row] == [table_alone[n] for n in alone[key]]


@laws(12)
@given(seeds)
def test_what_comes_back_and_entries_are_in_order(seed: int) -> None:
    _, _, net = network(seed)
    worker = worker_of(net)
    everything = worker.atoms.everything
    _, rows, table = compute_block(worker, list(range(len(worker.classes.routing))))
    assert table[0] == NO_ANSWER
    assert len(set(table)) == len(table)
    assert sorted(rows) == list(range(len(worker.classes.classes)))
    for answer in table[1:]:
        assert answer
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
    assert [answers.table()[n] for n in numbers] == kinds


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
