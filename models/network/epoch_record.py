"""What a network said of the same test rows after every epoch, in a file beside its weights.

A few kilobytes an epoch: of a classifier the class of every row and how sure it was, of a number
the answer itself. Beyond ``MOST_EPOCHS`` only every second one stays, then every fourth, ..., and
always the first and the last. The figures of the layers stand for some of these epochs.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from data.dataset import Array
from data.file_readers.array_files import ArrayArchive, DamagedArrays, open_arrays
from data.language import UserError
from models.network.layer_figures import KINDS, QUANTILES, LayerFigures
from models.network.weights import write_aside

RECORD = "epochs.npz"
MOST_ROWS = 2_000
MOST_EPOCHS = 100
_MAX_BYTES = 2**22
_NAMES = ("epochs", "answers", "confidence", "layer_epochs", "quantiles", "dead", "saturated")


def recorded_rows(rows: int) -> Array:
    """Return which of so many test rows are recorded: all, or ``MOST_ROWS`` that are drawn once."""
    if rows <= MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the network said of the recorded rows, (rows,): classes, or numbers.

    ``confidence`` is (rows,), empty where numbers are answered.
    """

    values: Array
    confidence: Array

    @classmethod
    def of(cls, answers: Array, is_classifier: bool) -> Self:
        """Return what is kept of answers, (rows, units)."""
        if not is_classifier:
            return cls(answers[:, 0].astype(np.float32), np.zeros(0, np.float16))
        return cls(answers.argmax(axis=1).astype(np.uint16), answers.max(axis=1).astype(np.float16))


@dataclass(frozen=True, slots=True, eq=False)
class EpochRecord:
    """Answers by epoch, and the figures of the layers by epoch; both in order."""

    answers: dict[int, Answers] = field(default_factory=dict)
    layers: dict[int, LayerFigures] = field(default_factory=dict)

    def with_answers(self, epoch: int, answers: Answers) -> "EpochRecord":
        """Return the record with one more epoch, the last one."""
        epochs = thinned([*self.answers, epoch])
        known = {**self.answers, epoch: answers}
        return replace(self, answers={each: known[each] for each in epochs})

    def with_layers(self, epoch: int, figures: LayerFigures) -> "EpochRecord":
        """Return the record with the layers' figures of one more epoch, the last one."""
        epochs = thinned([*self.layers, epoch])
        known = {**self.layers, epoch: figures}
        return replace(self, layers={each: known[each] for each in epochs})

    def until(self, epoch: int) -> "EpochRecord":
        """Return the record without what was after an epoch."""
        return EpochRecord(
            {number: each for number, each in self.answers.items() if number <= epoch},
            {number: each for number, each in self.layers.items() if number <= epoch},
        )


def thinned(epochs: list[int]) -> list[int]:
    """Return which epochs stay: at most ``MOST_EPOCHS`` and the first and the last one.

    >>> thinned([1, 2, 3]), len(thinned(list(range(1, 1001))))
    ([1, 2, 3], 64)
    """
    step = 1
    while epochs[-1] // step > MOST_EPOCHS:
        step *= 2
    return [each for each in epochs if each % step == 0 or each in (epochs[0], epochs[-1])]


def write_record(folder: Path, record: EpochRecord) -> None:
    """Write a record aside and rename it into place; raises ``OSError``."""
    answers, layers = record.answers.values(), record.layers.values()
    arrays = {
        "epochs": np.array(list(record.answers), np.int32),
        "answers": np.array([each.values for each in answers]),
        "confidence": np.array([each.confidence for each in answers], np.float16),
        "layer_epochs": np.array(list(record.layers), np.int32),
        "quantiles": np.array([each.quantiles for each in layers], np.float32),
        "dead": np.array([each.dead for each in layers], np.float32),
        "saturated": np.array([each.saturated for each in layers], np.float32),
    }

    def save(path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    write_aside(folder / RECORD, save)


def read_record(folder: Path, rows: int, classes: int, layers: int) -> EpochRecord:
    """Return what a run recorded of so many ``rows``; nothing where the file is gone or damaged.

    ``classes`` is 0 where numbers are answered. What is read makes sense: classes exist, and every
    number is finite where it shall be.
    """
    try:
        with open_arrays(folder / RECORD, _MAX_BYTES) as file:
            if file.names != _NAMES:
                raise DamagedArrays("other arrays")
            return _record(file, rows, classes, layers)
    except (UserError, DamagedArrays, OSError):
        return EpochRecord()


def _record(file: ArrayArchive, rows: int, classes: int, layers: int) -> EpochRecord:
    """Return the record in a file; raises ``DamagedArrays`` when its arrays do not fit."""
    epochs, values, confidence, layer_epochs, quantiles, dead, saturated = map(file.read, _NAMES)
    kept, inside = len(epochs), len(layer_epochs)
    shapes = [
        (kept, rows),
        (kept, rows if classes else 0),
        (inside, layers, len(KINDS), len(QUANTILES)),
        (inside, layers),
        (inside, layers),
    ]
    found = (values, confidence, quantiles, dead, saturated)
    if any(map(_differs, found, shapes)):
        raise DamagedArrays("arrays that do not fit each other")
    if (np.diff(epochs) <= 0).any() or (np.diff(layer_epochs) <= 0).any():
        raise DamagedArrays("epochs out of order")
    if classes and kept and values.max(initial=0) >= classes:
        raise DamagedArrays("classes that do not exist")
    answers = {
        int(epoch): Answers(values[i], confidence[i].astype(np.float32))
        for i, epoch in enumerate(epochs)
    }
    figures = {
        int(epoch): LayerFigures(quantiles[i], dead[i], saturated[i])
        for i, epoch in enumerate(layer_epochs)
    }
    return EpochRecord(answers, figures)


def _differs(array: Array, shape: tuple[int, ...]) -> bool:
    """Say whether an array has not this shape; one that is empty has lost its other sizes."""
    return len(array) != shape[0] or (shape[0] > 0 and array.shape != shape)
