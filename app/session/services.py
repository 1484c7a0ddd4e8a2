"""The one place where the run store and the scheduler are made, and where the server remembers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from app.session.server_memory import ServerMemory
from data.background import BackgroundCommands
from data.home import home
from data.text.tokenizer_service import TokenizerService
from models.jobs.cluster.backend import cluster_from_environment
from models.jobs.local.backend import LocalBackend
from models.jobs.quotas import slots_from_environment
from models.jobs.resume_policy import ResumePolicy, resume_policy_from_environment
from models.jobs.scheduler import Scheduler
from models.jobs.server_lock import ServerLock
from models.runs.run import Run
from models.runs.store import RunStore, catalogue_in
from models.sweeps.sweeper import Sweeper
from models.tasks.base import Task
from models.tasks.catalogue import Catalogue

RUNS = "runs"
"""The folder of the store in that of the lab."""


@dataclass(frozen=True)
class Services:
    """What the pages share: where runs are kept and who trains them.

    ``resuming`` is what became of runs that a server before this one had left unfinished.
    """

    server_lock: ServerLock
    store: RunStore
    scheduler: Scheduler
    sweeps: Sweeper
    tokenizer: TokenizerService
    commands: BackgroundCommands
    resuming: ResumePolicy
    on_cluster: bool

    def close(self) -> None:
        """Let every run save itself and every command stop at the same time, then close the store.

        A server that is asked to end has ten seconds before it is killed.
        """
        self.sweeps.close()
        leaving = (self.commands, self.tokenizer, self.scheduler)
        with ThreadPoolExecutor() as together:
            list(together.map(lambda part: part.close(), leaving))
        self.store.close()
        self.server_lock.release()


_lock = threading.Lock()
_services: Services | None = None
_memory = ServerMemory()


def memory() -> ServerMemory:
    """Return what this process remembers of people; nothing is started for it."""
    return _memory


def services() -> Services:
    """Return the services of this process, starting them (and the trainer) on the first call.

    Raises ``UserError`` when ``FNN_LAB_HOME`` cannot be used; whatever is raised, the next call
    tries again.
    """
    global _services
    with _lock:
        if _services is None:
            _services = _start()
        return _services


def catalogue() -> Catalogue:
    """Return the tasks of everybody; nothing is started for it."""
    return catalogue_in(home() / RUNS)


def task_of(run: Run) -> Task:
    """Return the task of a run; raises ``UserError`` like ``RunStore.task_of``."""
    return services().store.task_of(run)


def close() -> None:
    """Stop the services if they have been started."""
    global _services
    with _lock:
        if _services is not None:
            _services.close()
            _services = None


def _start() -> Services:
    slots, resuming = slots_from_environment(), resume_policy_from_environment()
    cluster = cluster_from_environment()
    with ExitStack() as undoing:  # whatever is raised, the folder is free for the next try
        server_lock = ServerLock(home() / RUNS)
        undoing.callback(server_lock.release)
        store = RunStore(home() / RUNS)
        undoing.callback(store.close)
        interrupted = store.interrupt_unfinished()
        scheduler = Scheduler(store, cluster or partial(LocalBackend, slots), slots)
        undoing.callback(scheduler.close)
        if resuming is ResumePolicy.AUTO:
            scheduler.take_up(interrupted)
        sweeps = Sweeper(store, scheduler)
        undoing.callback(sweeps.close)
        on_cluster = cluster is not None
        made = Services(
            server_lock,
            store,
            scheduler,
            sweeps,
            TokenizerService(),
            BackgroundCommands(),
            resuming,
            on_cluster,
        )
        undoing.pop_all()
    return made
