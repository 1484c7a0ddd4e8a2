"""How many runs a minute a cluster of 1, 2 and 4 workers trains, all on this machine.

``python -m tests.bench.cluster`` starts a Dask scheduler and workers with one slot each, and lets
them train the same runs (Boston housing, 3 epochs of one-row batches: a second or two of pure
training). Beside them stands the backend of a single machine with as many slots as cores. More
workers than cores cannot train faster; what is seen there is what they cost. Without Dask there is
nothing to measure: it says so and succeeds.
"""

import argparse
import importlib.util
import os
import queue
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from models.events import End, Event, State
from models.experiment import Optimizer
from models.jobs.backend import Backend, Job, Sink
from models.jobs.cluster.backend import ClusterBackend
from models.jobs.local.backend import LocalBackend
from tests.support.cluster import open_cluster
from tests.support.lab import SHORT

RUN = SHORT.changed(optimizer=Optimizer("sgd", 1e-6), epochs=3, batch_size=1)
WORKERS = (1, 2, 4)
SECONDS_TO_WARM_UP = 90
SECONDS_PER_RUN = 120


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cluster", description=__doc__)
    parser.add_argument("--runs", type=int, default=16, help="runs a measurement")
    runs = parser.parse_args(arguments).runs
    if importlib.util.find_spec("distributed") is None:
        print("cluster skipped: Dask is not installed (requirements-cluster.txt)")
        return 0
    cores = os.cpu_count() or 1
    print(f"{runs} runs a measurement on {cores} cores, load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report(f"this machine, {cores} slots", runs, measure_local(folder, cores, runs))
        for workers in WORKERS:
            report(f"cluster, {workers} workers", runs, measure_cluster(folder, workers, runs))
    return 0


def report(place: str, runs: int, seconds: float) -> None:
    print(f"{place:24} {60 * runs / seconds:6.1f} runs/minute  ({seconds:.1f} s)", flush=True)


def measure_local(folder: Path, slots: int, runs: int) -> float:
    return seconds_for(lambda sink: LocalBackend(slots, sink), folder, runs)


def measure_cluster(folder: Path, workers: int, runs: int) -> float:
    with open_cluster(folder, workers) as cluster:
        return seconds_for(lambda sink: ClusterBackend(cluster.address, sink), folder, runs)


def seconds_for(
    make: Callable[[Sink], LocalBackend | ClusterBackend], folder: Path, runs: int
) -> float:
    """Return the seconds from the first submit to the last End, everything being warm."""
    ends: queue.SimpleQueue[End] = queue.SimpleQueue()

    def sink(run_id: str, event: Event, arose: float | None = None) -> None:
        if isinstance(event, End):
            ends.put(event)

    backend = make(sink)
    try:
        assert backend.wait_until_ready(SECONDS_TO_WARM_UP)
        train_one(backend, folder, "warm-up")
        ends.get(timeout=SECONDS_PER_RUN)
        began = time.monotonic()
        for number in range(runs):
            train_one(backend, folder, str(number))
        states = [ends.get(timeout=SECONDS_PER_RUN).state for _ in range(runs)]
        assert set(states) == {State.DONE}, states
        return time.monotonic() - began
    finally:
        backend.close()


def train_one(backend: Backend, folder: Path, run_id: str) -> None:
    home = Path(tempfile.mkdtemp(prefix=f"{run_id}-", dir=folder))
    backend.submit(Job(run_id, RUN, home))


if __name__ == "__main__":
    sys.exit(main())
