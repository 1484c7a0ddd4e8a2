"""Records after every epoch what the network says of the same test rows, and what its layers do.

All of it together takes a hundredth or two of the training time: a classifier of MNIST asks 2,000
pictures in a hundredth of a second. What the layers do takes as long again, and waits where epochs
are shorter than that.
"""

import time
from pathlib import Path

import numpy as np

from data.dataset import Array
from models.network.epoch_record import (
    Answers,
    EpochRecord,
    read_record,
    recorded_rows,
)
from models.network.evaluation import all_answers, parts, rows_at
from models.network.layer_figures import layer_figures
from models.network.weights import TrainedNetwork
from models.training.run_files import RunFiles
from models.training.setup import Setup

PROBE_ROWS = 256
"""Training rows that the layers are looked at with."""
SHARE = 1 / 100
"""Of the training time, for what the layers do."""


class EpochRecorder:
    """The record of a run in progress, which ``files`` write."""

    def __init__(self, setup: Setup, files: RunFiles) -> None:
        self._setup, self._files = setup, files
        prepared = setup.prepared
        self._rows = recorded_rows(len(prepared.y_test))
        self._asked = rows_at(prepared.x_test, self._rows)
        self._probe = next(parts(prepared.x_train, PROBE_ROWS))
        self._targets = prepared.y_train[:PROBE_ROWS]
        self._began, self._spent = time.monotonic(), 0.0
        self.record = EpochRecord()

    def add(self, epoch: int, weights: list[Array], validation: Array) -> None:
        """Record an epoch that has ended; ``weights`` are kernel, bias, kernel, bias, ...

        ``validation`` is what the network says of the validation rows, (rows, head.units).
        """
        network, is_classifier = self._setup.network(weights), self._setup.task.head.is_classifier
        answers = self._answers(network, validation)
        self.record = self.record.with_answers(epoch, Answers.of(answers, is_classifier))
        began = time.monotonic()
        if self._spent <= SHARE * (began - self._began):
            figures = layer_figures(network, self._probe, self._targets)
            self.record = self.record.with_layers(epoch, figures)
            self._spent += time.monotonic() - began
        self._files.write_record(self.record)

    def _answers(self, network: TrainedNetwork, validation: Array) -> Array:
        """Return the answers to the recorded rows: known already where the test rows validate."""
        if self._setup.experiment.validates_on_test:
            known: Array = validation[self._rows]
            return known
        with np.errstate(all="ignore"):
            return all_answers(network, self._asked)

    def go_on_after(self, folder: Path, epoch: int) -> None:
        """Take up the record in the folder of a run that goes on after an epoch."""
        head, layers = self._setup.task.head, len(self._setup.experiment.layers) + 1
        classes = head.units if head.is_classifier else 0
        self.record = read_record(folder, len(self._rows), classes, layers).until(epoch)
