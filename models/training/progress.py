"""Where a run stands in its epochs, and what its losses have been."""

import time
from dataclasses import dataclass, field

import numpy as np

from data.dataset import Array
from models.inputs.summary import Summary
from models.network.checkpoint import Position


@dataclass(frozen=True, slots=True)
class BestEpoch:
    """The epoch (from 1; 0 before there is any) with the lowest validation loss, and its weights.

    ``weights`` are in the order kernel, bias, kernel, bias, ...
    """

    loss: float = np.inf
    epoch: int = 0
    weights: list[Array] = field(default_factory=list)


@dataclass
class Progress:
    """How far a run is: ``epoch`` epochs are finished, and ``batches`` of the next one."""

    summary: Summary
    epoch: int = 0
    batches: int = 0
    sums: Array = field(default_factory=lambda: np.zeros(2))
    """Loss and metric of the batches of this epoch, summed over their rows."""
    first_loss: float | None = None
    """Of the first update. Infinite when the run goes on and nobody knows it any more."""
    newest_loss: float = np.inf
    """Of the newest update."""
    epoch_loss: float | None = None
    """Of the newest epoch that was trained here."""
    best: BestEpoch = BestEpoch()
    began: float = field(default_factory=time.monotonic)
    """When the run would have begun, had it never been interrupted (``time.monotonic``)."""

    @property
    def update(self) -> int:
        """Updates since the start of the run."""
        return self.epoch * self.summary.updates_per_epoch + self.batches

    @property
    def seconds(self) -> float:
        """Seconds that the run has taken, without its interruptions."""
        return round(time.monotonic() - self.began, 3)

    def add(self, losses: Array, metrics: Array) -> None:
        """Count the next batches of this epoch, with their means, (batches,) each."""
        if self.first_loss is None:
            self.first_loss = float(losses[0])
        self.newest_loss = float(losses[-1])
        first, last = self.batches, self.batches + len(losses)
        starts = np.arange(first, last) * self.summary.batch_size
        sizes = np.minimum(starts + self.summary.batch_size, self.summary.rows) - starts
        self.sums += np.array([losses @ sizes, metrics @ sizes])
        self.batches = last

    def end_epoch(self) -> tuple[float, float]:
        """Begin the next epoch; returns loss and metric of the one that is over."""
        loss, metric = (self.sums / self.summary.rows).tolist()
        self.epoch_loss = loss
        self.epoch, self.batches, self.sums = self.epoch + 1, 0, np.zeros(2)
        return loss, metric

    def position(self, waiting: tuple[tuple[float, float], ...]) -> Position:
        """Return what a checkpoint says; ``waiting`` updates are not part of a point yet."""
        return Position(
            epoch=self.epoch,
            batches=self.batches,
            update=self.update,
            sums=(float(self.sums[0]), float(self.sums[1])),
            waiting=waiting,
            best_loss=self.best.loss if self.best.epoch else None,
            best_epoch=self.best.epoch,
            seconds=self.seconds,
            first_loss=self.first_loss,
        )

    def go_on_from(self, position: Position) -> None:
        """Stand where a checkpoint was written. The best epoch's weights are not part of it."""
        self.epoch, self.batches = position.epoch, position.batches
        self.sums = np.array(position.sums)
        self.began -= position.seconds
        self.first_loss = np.inf if position.first_loss is None else position.first_loss
