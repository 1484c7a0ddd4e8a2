"""The points of a run's curves on their way out of the training loop."""

import time
from collections.abc import Callable, Iterable

import numpy as np

from data.dataset import Array
from models.events import Batches, Event

SECONDS_PER_REPORT = 0.1
MAX_POINTS = 20_000
"""Points of one run. Where there are more updates, one point is the mean of several."""


class Points:
    """Collects the points of single updates and hands them on at most ten times a second."""

    def __init__(self, updates: int) -> None:
        """``updates`` of the whole run decide the stride."""
        self._stride = -(-updates // MAX_POINTS)
        self._waiting: list[tuple[float, float]] = []
        self._points: list[tuple[int, float, float]] = []
        self._update = 0
        self._reported = -np.inf

    def go_on_from(self, update: int, waiting: Iterable[tuple[float, float]]) -> None:
        """Collect on after an update, of which some are ``waiting`` to be part of a point."""
        self._update, self._waiting = update, list(waiting)

    def add(self, losses: Array, metrics: Array) -> None:
        for pair in zip(losses.tolist(), metrics.tolist(), strict=True):
            self._update += 1
            self._waiting.append(pair)
            if len(self._waiting) >= self._stride:
                self._close_stride()

    @property
    def waiting(self) -> tuple[tuple[float, float], ...]:
        """The updates that are not yet part of a point."""
        return tuple(self._waiting)

    def _close_stride(self) -> None:
        loss, metric = np.mean(self._waiting, axis=0).tolist()
        self._points.append((self._update, loss, metric))
        self._waiting.clear()

    def close(self) -> None:
        """Let the last updates of a run be a point, however few they are."""
        if self._waiting:
            self._close_stride()

    def report(self, emit: Callable[[Event], None], *, now: bool = False) -> None:
        """Hand on what there is, if it is time for it or ``now``."""
        if self._points and (now or time.monotonic() - self._reported >= SECONDS_PER_REPORT):
            emit(Batches(tuple(self._points)))
            self._points.clear()
            self._reported = time.monotonic()
