"""Whether a loss stops being a number or grows far too large, and how that came.

When a loss stops being a number, the weights are ruined already. Training is exact, so the last
batches can be run again from before, up to the one where it happened, and looked at closely.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data.dataset import Array
from models.training.batches import BatchRunner
from models.training.build import KerasNetwork
from models.training.diagnosis import EXPLODED, Divergence
from models.training.progress import Progress
from models.training.setup import Setup

EPOCHS_TO_END = 2
"""In a row, with a loss far above where it began: one alone may be a start that is overcome."""
_CHUNKS = 2


@dataclass(frozen=True, slots=True)
class _Record:
    """Every variable of a network before a batch (from 0) of an epoch."""

    epoch: int
    batch: int
    values: list[Any]


class DivergenceRecorder:
    """Notes all variables before each chunk of batches, and keeps the last two notes."""

    def __init__(self, variables: Sequence[Any], runner: BatchRunner) -> None:
        """``variables`` are those of Keras: the network's and the optimizer's."""
        self._variables, self._runner = variables, runner
        self._records: deque[_Record] = deque(maxlen=_CHUNKS)

    def note(self, epoch: int, batch: int) -> None:
        """Note the variables as they are; TensorFlow copies one only when it is written to next."""
        values = [variable.value.read_value() for variable in self._variables]
        self._records.append(_Record(epoch, batch, values))

    def explain(self, order: Any, epoch: int, batch: int, update: int) -> Divergence:
        """Return how it came that the loss of a batch (from 0) was no number.

        The network is left as it was about then. Of the batch before, whose update did the harm,
        the largest gradient is told, or what it is instead of a number.
        """
        record = self._before(epoch, batch)
        if record is None:
            return Divergence(update, batch + 1)
        for variable, value in zip(self._variables, record.values, strict=True):
            variable.assign(value)
        culprit = max(batch - 1, record.batch)
        if culprit > record.batch:
            self._runner.run(order, record.batch, culprit)
        largest = float(np.max(self._runner.examine(order, culprit).largest))
        return Divergence(update, batch + 1, largest)

    def _before(self, epoch: int, batch: int) -> _Record | None:
        """Return the newest record of this epoch from before a batch, else the one at it."""
        known = [record for record in self._records if record.epoch == epoch]
        earlier = [record for record in known if record.batch < batch] or known
        return earlier[-1] if earlier else None


class DivergenceWatch:
    """Looks at every loss of a run; ``found`` is the divergence that ends it, None until then.

    ``initial`` are the weights of the untrained network.
    """

    def __init__(
        self, setup: Setup, network: KerasNetwork, runner: BatchRunner, progress: Progress
    ) -> None:
        self._setup, self._network, self._progress = setup, network, progress
        self._recorder = DivergenceRecorder(network.variables, runner)
        self._epochs_too_high = 0
        self.initial = network.weights()
        self.found: Divergence | None = None

    def before_batches(self) -> None:
        """Note what the network is before its next batches, if they may diverge."""
        if self._may_diverge:
            self._recorder.note(self._progress.epoch, self._progress.batches)

    def after_batches(self, order: Any, losses: Array) -> int:
        """Return how many of the losses of the next batches, (batches,), are numbers."""
        finite = int(np.argmin(np.append(np.isfinite(losses), False)))
        if finite < len(losses):
            progress = self._progress
            batch, update = progress.batches + finite, progress.update + finite + 1
            self.found = self._recorder.explain(order, progress.epoch, batch, update)
        return finite

    def after_validation(self, loss: float) -> None:
        """Look at the validation loss of the epoch whose batches are done."""
        if not np.isfinite(loss):
            self.found = Divergence(self._progress.update, self._progress.batches)

    def after_epoch(self, order: Any, loss: float) -> None:
        """Look at the loss of the epoch that is over, which may be a number and far too large."""
        is_too_high = self._is_far_above_start(loss)
        self._epochs_too_high = self._epochs_too_high + 1 if is_too_high else 0
        if self._epochs_too_high < EPOCHS_TO_END:
            return
        progress = self._progress
        last = progress.summary.updates_per_epoch - 1
        found = self._recorder.explain(order, progress.epoch - 1, last, progress.update)
        self.found = replace(found, first_loss=progress.first_loss or 0.0, loss=loss)

    @property
    def _may_diverge(self) -> bool:
        """Whether the loss is young, tuned or above its start: else nobody needs to look back."""
        first_loss = self._progress.first_loss
        if self._progress.epoch == 0 or self._network.is_tuned or first_loss is None:
            return True
        return self._progress.newest_loss > first_loss

    def _is_far_above_start(self, loss: float) -> bool:
        """Whether a loss is far above that of the first batch, and of the untrained network.

        The first batch may be a single row, which was met by chance.
        """
        first_loss = self._progress.first_loss
        if first_loss is None or loss <= EXPLODED * first_loss:
            return False
        untrained, _ = self._setup.validate(self.initial)
        return loss > EXPLODED * untrained
