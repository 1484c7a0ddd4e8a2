"""How many batches are trained in one call, and whether they are shown one by one."""

import time
from typing import Any

import numpy as np

from models.tasks.base import Task
from models.training.batches import BatchRunner, Trained
from models.training.live_view import Emit, LiveView, close_up
from models.training.progress import Progress

SECONDS_PER_CHUNK = 0.1
FIRST_CHUNK = 4
"""Batches in the first call: few, so that the first point of the curve comes at once."""


class Chunks:
    """Trains the next batches of an epoch: many in one call, or one of which everything is told.

    Calls are sized to take about ``SECONDS_PER_CHUNK``: ``size`` batches are the most that the next
    one should have.
    """

    def __init__(self, task: Task, runner: BatchRunner, live_view: LiveView, emit: Emit) -> None:
        self._task, self._runner, self._live_view, self._emit = task, runner, live_view, emit
        self.size = FIRST_CHUNK

    def at_full_speed(self, order: Any, progress: Progress, batches: int) -> Trained:
        """Train so many batches in one call, and fit the next calls to the time it took."""
        began, first = time.monotonic(), progress.batches
        trained = self._runner.run(order, first, first + batches, self._live_view.watched)
        fitting = batches * SECONDS_PER_CHUNK / max(time.monotonic() - began, 1e-4)
        self.size = int(np.clip(fitting, 1, 4 * self.size))
        return trained

    def one_slowly(self, order: Any, progress: Progress) -> Trained:
        """Train one batch and show everything about it."""
        batch = progress.batches
        examined = self._runner.examine(order, batch, self._live_view.watched)
        if np.isfinite(examined.trained.losses).all():
            self._emit(close_up(self._task, examined, progress.update + 1, batch + 1))
        return examined.trained
