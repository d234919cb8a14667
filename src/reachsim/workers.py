"""What a worker of an executor does: rebuild the network once, then compute blocks.

Only plain data travels: the design's values out, rows of ints back. So the same code runs in a thread, in a process, and
on the machines of a cluster (Dask, Ray and mpi4py offer `concurrent.futures` executors), wherever reachsim is installed.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from functools import lru_cache

from reachsim.answers.expectations import Result
from reachsim.loading.document import bare_document
from reachsim.loading.load import check as check_document
from reachsim.network import Network
from reachsim.reach.blocks import BlockWorker
from reachsim.reach.matrix import Block, block_worker, compute_block


def payload_of(network: Network) -> bytes:
    """A network as bytes for `matrix_block` and `check_block`: the values of its design and the name of its file."""
    document = network.source.document
    return pickle.dumps((document.data, document.file), protocol=pickle.HIGHEST_PROTOCOL)


@lru_cache(maxsize=2)
def _network(payload: bytes) -> Network:
    data, file = pickle.loads(payload)
    return Network(check_document(bare_document(data, file)))


@lru_cache(maxsize=2)
def _worker(payload: bytes) -> BlockWorker:
    network = _network(payload)
    return block_worker(network.topology, network.endpoints, network.book)


def matrix_block(payload: bytes, indexes: list[int]) -> Block:
    """The rows of some routing classes."""
    return compute_block(_worker(payload), indexes)


def check_block(payload: bytes, numbers: Sequence[int]) -> list[Result]:
    """Some expectations, decided; `numbers` count from 1."""
    return [_network(payload).decide(number) for number in numbers]
