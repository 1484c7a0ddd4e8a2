"""When the event that is being told arose: for whoever measures how long its way has been.

It travels beside the event and is no part of it: the same run has the same events every time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_arose: ContextVar[float | None] = ContextVar("arose", default=None)


@contextmanager
def arose_at(seconds: float) -> Iterator[None]:
    """Say when what is told meanwhile, in this thread, arose (seconds since 1970)."""
    token = _arose.set(seconds)
    try:
        yield
    finally:
        _arose.reset(token)


def arose() -> float | None:
    """Return when the event arose that this thread is telling, None where nobody has said so."""
    return _arose.get()
