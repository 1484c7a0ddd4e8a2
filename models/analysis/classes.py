"""How a classifier judges rows: which classes it confuses, and how much its confidence is worth.

Every figure comes from one array of probabilities, so that matrix, list and figures always belong
together.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np

from data.dataset import Array

BINS = 10
"""Of equal width, as in Guo et al. 2017, "On Calibration of Modern Neural Networks"."""


class Count(StrEnum):
    """What a cell of the confusion matrix says."""

    ROWS = "rows"
    SHARE = "share"
    """Of the rows of a true class."""
    PROBABILITY = "probability"
    """The sum of the probabilities that the rows of a true class were given."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Precision, recall and F1 of a class, None where it was never given or never true."""

    precision: float | None
    recall: float | None
    f1: float | None
    rows: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose highest probability is between two borders: how sure, and how often right."""

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What a classifier says of rows: the class it gives, (rows,), and how sure it is, (rows,).

    ``y`` holds the true classes, (rows,). ``probabilities`` is (rows, classes), None where only the
    highest one of every row was recorded.
    """

    answers: Array
    confidence: Array
    y: Array
    classes: int
    probabilities: Array | None = None

    @classmethod
    def of(cls, probabilities: Array, y: Array) -> Self:
        """Return what (rows, classes) probabilities come to."""
        answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
        return cls(answers, confidence, y, int(probabilities.shape[1]), probabilities)

    @property
    def accuracy(self) -> float:
        return float((self.answers == self.y).mean())

    def matrix(self, count: Count = Count.ROWS) -> Array:
        """Return the confusion matrix, (true classes, given classes) float64.

        Raises ``ValueError`` for sums of probabilities that were not recorded.
        """
        found = np.zeros((self.classes, self.classes))
        if count is Count.PROBABILITY:
            if self.probabilities is None:
                raise ValueError("the probabilities of these rows were not recorded")
            np.add.at(found, self.y.astype(int), self.probabilities.astype(np.float64))
            return found
        np.add.at(found, (self.y.astype(int), self.answers), 1)
        if count is Count.SHARE:
            found /= np.maximum(found.sum(axis=1, keepdims=True), 1)
        return found

    def rows_in(self, true: int | None = None, given: int | None = None) -> Array:
        """Return the rows of a cell, a row or a column of the matrix, most confident ones first.

        Those that are wrong come before those that are right; None means every class.
        """
        chosen = np.ones(len(self.y), dtype=bool)
        if true is not None:
            chosen &= self.y == true
        if given is not None:
            chosen &= self.answers == given
        rows = np.nonzero(chosen)[0]
        is_right = self.answers[rows] == self.y[rows]
        order = np.lexsort((rows, -self.confidence[rows], is_right))
        found: Array = rows[order]
        return found

    def figures(self) -> tuple[ClassFigures, ...]:
        """Return precision, recall and F1 of every class."""
        matrix = self.matrix()
        return tuple(_figures(matrix, number) for number in range(self.classes))

    def bins(self) -> tuple[Bin, ...]:
        """Return the reliability diagram: those bins of confidence that hold rows."""
        borders = np.linspace(0, 1, BINS + 1)
        place = self._places()
        return tuple(
            self._bin(float(borders[number]), float(borders[number + 1]), place == number)
            for number in range(BINS)
            if (place == number).any()
        )

    def confidences(self) -> tuple[Array, Array]:
        """Return how many right rows and how many wrong ones each bin of confidence holds."""
        is_right, place = self.answers == self.y, self._places()
        return (
            np.bincount(place[is_right], minlength=BINS),
            np.bincount(place[~is_right], minlength=BINS),
        )

    def calibration_error(self) -> float:
        """Return the expected calibration error: how far confidence and accuracy are apart."""
        apart = (each.rows * abs(each.confidence - each.accuracy) for each in self.bins())
        return sum(apart) / len(self.y)

    def _places(self) -> Array:
        """Return the number of every row's bin of confidence."""
        above = np.ceil(self.confidence.astype(np.float64) * BINS).astype(int) - 1
        return above.clip(0, BINS - 1)

    def _bin(self, low: float, high: float, chosen: Array) -> Bin:
        confidence = float(self.confidence[chosen].astype(np.float64).mean())
        accuracy = float((self.answers[chosen] == self.y[chosen]).mean())
        return Bin(low, high, int(chosen.sum()), confidence, accuracy)


def _figures(matrix: Array, number: int) -> ClassFigures:
    right, given, true = matrix[number, number], matrix[:, number].sum(), matrix[number].sum()
    return ClassFigures(
        precision=float(right / given) if given else None,
        recall=float(right / true) if true else None,
        f1=float(2 * right / (given + true)) if given + true else None,
        rows=int(true),
    )
