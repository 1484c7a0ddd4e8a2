"""What a run's network says of test rows: of all of them now, or of some after an epoch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.dataset import Array, Dataset
from models.analysis.classes import Judgement
from models.analysis.numbers import Residuals
from models.inputs.kind import unheard
from models.inputs.kinds import input_of
from models.inputs.preparation import Rows
from models.network.epoch_record import Answers, EpochRecord, read_record, recorded_rows
from models.network.evaluation import all_answers
from models.network.weights import TrainedNetwork
from models.tasks.base import Task


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """``found`` is what is said of the test rows of these numbers, ``rows``, in their order."""

    rows: Array
    found: Judgement | Residuals

    @property
    def judgement(self) -> Judgement:
        """What a classifier says; raises ``TypeError`` for numbers."""
        if not isinstance(self.found, Judgement):
            raise TypeError("numbers have no classes")
        return self.found

    @property
    def residuals(self) -> Residuals:
        """How far numbers are off; raises ``TypeError`` for classes."""
        if not isinstance(self.found, Residuals):
            raise TypeError("classes have no residuals")
        return self.found


def rows_of_test(network: TrainedNetwork, dataset: Dataset) -> Rows:
    """Return all test rows as the network is given them.

    Raises ``UserError`` where texts are not cut yet and nothing can cut them.
    """
    experiment, vocabulary = network.experiment, network.vocabulary
    return input_of(network.task).test_rows(experiment, dataset, vocabulary, unheard)


def judged_now(network: TrainedNetwork, rows: Rows, y: Array) -> Judged:
    """Ask a network about all test rows, whose true answers are ``y``."""
    answers = all_answers(network, rows)
    y = y[: len(answers)]
    if network.task.head.is_classifier:
        return Judged(np.arange(len(y)), Judgement.of(answers, y))
    return Judged(np.arange(len(y)), Residuals(answers[:, 0], y))


def judged_then(task: Task, answers: Answers, y: Array) -> Judged:
    """Return what was recorded after an epoch; ``y`` are the true answers of all test rows."""
    rows = recorded_rows(len(y))
    if task.head.is_classifier:
        given = answers.values.astype(int)
        return Judged(rows, Judgement(given, answers.confidence, y[rows], task.head.units))
    return Judged(rows, Residuals(answers.values, y[rows]))


def record_of(network: TrainedNetwork, folder: Path, rows: int) -> EpochRecord:
    """Return what a run has recorded in its folder of a task with so many test rows."""
    head, layers = network.task.head, len(network.kernels)
    classes = head.units if head.is_classifier else 0
    return read_record(folder, len(recorded_rows(rows)), classes, layers)


@dataclass(frozen=True, slots=True)
class Flip:
    """Since which epoch the answer to a row has been right, or wrong, without a change.

    ``until`` is the last epoch before with the opposite; None where there was none.
    """

    is_right: bool
    since: int
    until: int | None


def flips(record: EpochRecord, y: Array, until: int) -> dict[int, Flip]:
    """Return the last change of every recorded row up to an epoch, by the row's number.

    ``y`` are the true classes of all test rows; nothing was recorded of an earlier epoch: none.
    """
    epochs = [epoch for epoch in record.answers if epoch <= until]
    if not epochs:
        return {}
    rows = recorded_rows(len(y))
    right = np.array([record.answers[epoch].values for epoch in epochs]) == y[rows]
    same = right == right[-1]
    first = len(epochs) - np.argmin(same[::-1], axis=0)
    first = np.where(same.all(axis=0), 0, first)
    return {
        int(row): Flip(bool(right[-1, i]), epochs[at], epochs[at - 1] if at else None)
        for i, (row, at) in enumerate(zip(rows, first.tolist(), strict=True))
    }
