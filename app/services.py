"""The one place where the run store and the scheduler are made."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from data.home import home
from models.jobs.claim import Claim
from models.jobs.cluster import cluster_from_environment
from models.jobs.errands import Errands
from models.jobs.local import LocalBackend
from models.jobs.morphemes import Morphemes
from models.jobs.resuming import Resuming, resuming_from_environment
from models.jobs.scheduler import Scheduler, slots_from_environment
from models.runs import RunStore


@dataclass(frozen=True)
class Services:
    """What the pages share: where runs are kept and who trains them.

    ``resuming`` is what became of runs that a server before this one had left unfinished.
    """

    claim: Claim
    store: RunStore
    scheduler: Scheduler
    morphemes: Morphemes
    errands: Errands
    resuming: Resuming
    on_cluster: bool

    def close(self) -> None:
        """Let every run save itself and every errand stop at the same time, then close the store.

        A server that is asked to end has ten seconds before it is killed.
        """
        leaving = (self.errands, self.morphemes, self.scheduler)
        with ThreadPoolExecutor() as together:
            list(together.map(lambda part: part.close(), leaving))
        self.store.close()
        self.claim.release()


_lock = threading.Lock()
_services: Services | None = None


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


def close() -> None:
    """Stop the services if they have been started."""
    global _services
    with _lock:
        if _services is not None:
            _services.close()
            _services = None


def _start() -> Services:
    slots, resuming = slots_from_environment(), resuming_from_environment()
    cluster = cluster_from_environment()
    with ExitStack() as undoing:  # whatever is raised, the folder is free for the next try
        claim = Claim(home() / "runs")
        undoing.callback(claim.release)
        store = RunStore(home() / "runs")
        undoing.callback(store.close)
        interrupted = store.interrupt_unfinished()
        scheduler = Scheduler(store, cluster or partial(LocalBackend, slots), slots)
        undoing.callback(scheduler.close)
        if resuming is Resuming.AUTO:
            scheduler.take_up(interrupted)
        on_cluster = cluster is not None
        made = Services(claim, store, scheduler, Morphemes(), Errands(), resuming, on_cluster)
        undoing.pop_all()
    return made
