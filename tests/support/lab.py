"""A store, a scheduler and a real trainer, for tests that train."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from models.events import State
from models.experiment import Experiment, Layer, Optimizer
from models.jobs.backend import Sink
from models.jobs.cluster.backend import ClusterBackend
from models.jobs.local.backend import LocalBackend
from models.jobs.quotas import Quotas
from models.jobs.scheduler import Scheduler
from models.runs.store import Run, RunStore
from tests.support.polling import until
from tests.support.warm import warm_backend

ROOT = Path(__file__).parents[2]
SECONDS_TO_WARM_UP = 90
OWNER = "ada"

SHORT = Experiment(
    "boston",
    (Layer(64), Layer(64)),
    Optimizer("sgd", 0.001, momentum=0.9, nesterov=True),
    epochs=5,
    batch_size=64,
)
LONG = SHORT.changed(
    layers=(Layer(64),) * 6, optimizer=Optimizer("adam", 1e-6), epochs=500, batch_size=1
)
"""Takes most of a minute, with ten epochs a second or so."""

GENEROUS = Quotas(running_per_owner=9, waiting_per_owner=99)


@dataclass
class Lab:
    store: RunStore
    scheduler: Scheduler
    backend: LocalBackend | ClusterBackend

    @property
    def trainer(self) -> psutil.Process:
        assert isinstance(self.backend, LocalBackend)
        return trainer_of(self.backend)

    def submit(self, experiment: Experiment) -> str:
        return self.scheduler.submit(OWNER, experiment).id

    def stop(self, run_id: str) -> None:
        self.scheduler.stop(OWNER, run_id)

    def run(self, run_id: str) -> Run:
        return self.store.find(run_id, OWNER)

    def is_training(self, run_id: str) -> bool:
        """Whether points have come, which means that the worker is past its start."""
        return self.run(run_id).state is State.RUNNING and self.run(run_id).updates > 0

    def stop_all(self, *owners: str) -> None:
        """Stop what owners have under way, and wait until it is over."""
        runs = [run for owner in owners for run in self.store.runs(owner) if not run.is_over]
        for run in runs:
            self.scheduler.stop(run.owner, run.id)
        until(lambda: all(self.store.get(run.id).is_over for run in runs), 20)

    def seconds_to_stop(self, run_id: str) -> float:
        began = time.monotonic()
        self.stop(run_id)
        until(lambda: self.run(run_id).is_over, 10)
        return time.monotonic() - began


@contextmanager
def open_lab(
    folder: Path,
    slots: int,
    quotas: Quotas = GENEROUS,
    cluster: str | None = None,
    local: Callable[[int, Sink], LocalBackend] = warm_backend,
) -> Iterator[Lab]:
    """Start everything, wait until it is warm, and end it afterwards.

    Runs train on this machine, on a ``local`` backend, or on the ``cluster`` with this address.
    """
    store = RunStore(folder)
    backends: list[LocalBackend | ClusterBackend] = []

    def make_backend(sink: Sink) -> LocalBackend | ClusterBackend:
        backends.append(ClusterBackend(cluster, sink) if cluster else local(slots, sink))
        return backends[0]

    scheduler = Scheduler(store, make_backend, slots, quotas)
    try:
        assert backends[0].wait_until_ready(SECONDS_TO_WARM_UP)
        yield Lab(store, scheduler, backends[0])
    finally:
        scheduler.close()
        store.close()


def trainer_of(backend: LocalBackend) -> psutil.Process:
    return psutil.Process(backend._trainer.pid)


def folder_of(backend: LocalBackend) -> Path:
    """Return the folder of what the processes of a backend's trainer put aside."""
    assert backend._trainer
    return backend._trainer._folder.path


def trainers(server: psutil.Process | None = None) -> list[psutil.Process]:
    """Return the trainer processes that a process (this one by default) has started, in order.

    Numbers of processes begin again at 1 some time, so the newest one need not have the largest.
    """
    children = sorted((server or psutil.Process()).children(), key=psutil.Process.create_time)
    return [child for child in children if "models.jobs.local.trainer" in command_line(child)]


def workers(trainer: psutil.Process) -> list[psutil.Process]:
    """Return the processes that train, which are the children of the fork server.

    None when the trainer or its fork server has just ended.
    """
    try:
        return [
            worker
            for child in trainer.children()
            if "forkserver" in command_line(child)
            for worker in child.children()
        ]
    except psutil.NoSuchProcess:
        return []


def busiest(processes: list[psutil.Process]) -> psutil.Process:
    """Return the process that trains: there are more workers than runs."""

    def share(process: psutil.Process) -> float:
        try:
            return process.cpu_percent(0.3)
        except psutil.NoSuchProcess:  # a worker beyond those that are needed
            return 0.0

    return max(processes, key=share)


def command_line(process: psutil.Process) -> str:
    """Return a process's command, empty when it has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


needs_fork_server = sys.platform != "linux"
"""Only there do workers come from a server that has TensorFlow imported."""
