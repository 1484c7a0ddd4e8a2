"""What a network was just before its last batches, so that a divergence can be looked into.

When a loss stops being a number, the weights are ruined already. Training is exact, so the last
batches can be run again from before, up to the one where it happened, and looked at closely.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.training.batches import BatchRunner
from models.training.diagnosis import Divergence

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
