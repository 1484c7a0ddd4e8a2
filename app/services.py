"""The one place where the run store and the scheduler are made."""

import threading
from dataclasses import dataclass
from functools import partial

from data.home import home
from data.text import UserError
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
    """What the pages share: where runs are kept and who trains them."""

    claim: Claim
    store: RunStore
    scheduler: Scheduler
    morphemes: Morphemes
    errands: Errands

    def close(self) -> None:
        """Let every run save itself, then stop the trainer and everything else."""
        self.errands.close()
        self.morphemes.close()
        self.scheduler.close()
        self.store.close()
        self.claim.release()


_lock = threading.Lock()
_services: Services | None = None


def services() -> Services:
    """Return the services of this process, starting them (and the trainer) on the first call.

    Raises ``UserError`` when ``FNN_LAB_HOME`` cannot be used; the next call tries again.
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
    make_backend = cluster_from_environment() or partial(LocalBackend, slots)
    claim = Claim(home() / "runs")
    try:
        store = RunStore(home() / "runs")
        interrupted = store.interrupt_unfinished()
    except UserError:
        claim.release()
        raise
    scheduler = Scheduler(store, make_backend, slots)
    if resuming is Resuming.AUTO:
        scheduler.take_up(interrupted)
    return Services(claim, store, scheduler, Morphemes(), Errands())
