"""On clusters of somebody else's, where they are installed: the same answers, and what a killed worker was asked is asked
again. ``pip install "dask[distributed]" ray mpi4py mpich``"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.organisation import organisation
from tests.reach.test_stream import of_matrix, pairs_of

import reachsim
from reachsim.reach import stream as stream_module
from reachsim.reach.rows import Rows

WORKERS = 2


@pytest.fixture(scope="module")
def net() -> reachsim.Network:
    return reachsim.loads(organisation(60))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of one row, so that even a small network has many."""
    monkeypatch.setattr(stream_module, "_PAIRS", 0)


@pytest.fixture
def dask() -> Iterator[Any]:
    """A client of a cluster of processes of this machine."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with (
        distributed.LocalCluster(WORKERS, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def read_killing(net: reachsim.Network, executor: Executor, worker: Any) -> list[Rows]:
    """A stream of which a worker is killed after the third block."""
    blocks: list[Rows] = []
    for rows in net.rows(executor=executor, jobs=WORKERS):
        blocks.append(rows)
        if len(blocks) == 3:
            os.kill(worker, signal.SIGKILL)
    return blocks


def test_dask(net: reachsim.Network, dask: Any) -> None:
    with dask.get_executor() as executor:
        assert pairs_of(net.rows(executor=executor, jobs=WORKERS)) == of_matrix(net)
        assert net.matrix(executor=executor).to_csv() == net.matrix().to_csv()
        assert [str(result) for result in net.check(executor=executor)] == [str(result) for result in net.check()]


def test_dask_whose_worker_is_killed(net: reachsim.Network, dask: Any) -> None:
    victim = next(iter(dask.run(os.getpid).values()))
    with dask.get_executor() as executor:
        assert pairs_of(read_killing(net, executor, victim)) == of_matrix(net)


class OnRay(Executor):
    """Work as tasks of Ray."""

    def __init__(self, ray: Any) -> None:
        self.ray = ray

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand out work."""
        future: Future[Any] = self.ray.remote(fn).remote(*args, **kwargs).future()
        return future


@pytest.fixture
def ray() -> Iterator[Any]:
    """Ray on this machine."""
    module = pytest.importorskip("ray", reason="Ray is not installed")
    module.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    yield module
    module.shutdown()


def test_ray(net: reachsim.Network, ray: Any) -> None:
    executor = OnRay(ray)
    assert pairs_of(net.rows(executor=executor, jobs=WORKERS)) == of_matrix(net)
    assert net.matrix(executor=executor).to_csv() == net.matrix().to_csv()


def test_ray_whose_worker_is_killed(net: reachsim.Network, ray: Any) -> None:
    victim = OnRay(ray).submit(lambda: os.getpid()).result()
    assert pairs_of(read_killing(net, OnRay(ray), victim)) == of_matrix(net)


MPI = """\
import sys
from mpi4py.futures import MPIPoolExecutor
import reachsim

if __name__ == "__main__":
    net = reachsim.load(sys.argv[1])
    with MPIPoolExecutor() as executor:
        print(net.matrix(executor=executor).to_csv(), end="")
"""


def test_mpi(net: reachsim.Network, tmp_path: Path) -> None:
    pytest.importorskip("mpi4py", reason="mpi4py is not installed")
    mpiexec = shutil.which("mpiexec", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if mpiexec is None:
        pytest.skip("there is no mpiexec")
    (tmp_path / "design.yaml").write_text(organisation(60), encoding="utf-8")
    (tmp_path / "ask.py").write_text(MPI, encoding="utf-8")
    done = subprocess.run(
        [mpiexec, "-n", "3", sys.executable, "-m", "mpi4py.futures", "ask.py", "design.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(reachsim.__file__).parents[1])},
        text=True,
        capture_output=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, net.matrix().to_csv()), done.stderr
