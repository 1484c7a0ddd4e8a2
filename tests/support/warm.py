"""Trainers that outlive a test: as real as any other, and warm."""

import atexit

from models.events import Event
from models.jobs.backend import Sink
from models.jobs.local.backend import LocalBackend

_idle: list["WarmBackend"] = []


class WarmBackend(LocalBackend):
    """A local backend whose ``close`` ends its runs and leaves its trainer to the next test."""

    def lend(self, sink: Sink) -> None:
        self._sink = sink

    def suits(self, slots: int) -> bool:
        return self._slots == slots

    def close(self) -> None:
        if self in _idle:
            return
        self.lend(_nobody)
        for run_id in list(self._held):
            self.kill(run_id)
        _idle.append(self)

    def end(self) -> None:
        super().close()


def warm_backend(slots: int, sink: Sink) -> WarmBackend:
    """Return a backend with so many slots: one that an earlier test had, if there is one.

    Its workers have the environment of the test that started it.
    """
    for backend in _idle:
        if backend.suits(slots):
            _idle.remove(backend)
            backend.lend(sink)
            return backend
    return WarmBackend(slots, sink)


def _nobody(_run_id: str, _event: Event, _arose: float | None = None) -> None:
    """Hear what nobody waits for any more."""


@atexit.register
def _end_all() -> None:
    for backend in _idle:
        backend.end()
