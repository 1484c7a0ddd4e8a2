"""What pictures of each class have in common, and which of different classes are nearly alike."""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array

MOST_COMPARED = 2_000
"""Pictures among which a nearest pair is looked for: each with each are 2 million pairs."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows of different classes; ``distance`` is Euclid's, over pixels of 0 to 255."""

    first: int
    second: int
    distance: float


def class_counts(y: Array, classes: int) -> tuple[int, ...]:
    """Return how many rows each class has, 0 for one that is missing."""
    return tuple(np.bincount(y.astype(int), minlength=classes).tolist())


def rows_of(y: Array, number: int, most: int) -> Array:
    """Return the first rows of a class, (rows,) at most ``most``."""
    return np.flatnonzero(y == number)[:most]


def class_means(x: Array, y: Array, classes: int) -> tuple[Array | None, ...]:
    """Return the mean picture of each class, (height, width) float64; None where it has none."""
    return tuple(_mean(x, np.flatnonzero(y == number)) for number in range(classes))


def _mean(x: Array, rows: Array) -> Array | None:
    if not len(rows):
        return None
    total = np.zeros(x.shape[1:], np.int64)
    for first in range(0, len(rows), 2_000):  # a whole class may be mapped from a file
        total += x[rows[first : first + 2_000]].sum(axis=0, dtype=np.int64)
    mean: Array = total / len(rows)
    return mean


def nearest_pair(x: Array, y: Array) -> Pair | None:
    """Return the two most similar pictures of different classes; None where one class is all.

    ``x`` is (rows, height, width) uint8. Distances are exact: sums of whole numbers in float64.
    """
    if len(np.unique(y)) < 2:
        return None
    flat = x.reshape(len(x), -1).astype(np.float64)
    sizes = (flat**2).sum(axis=1)
    best = (np.inf, 0, 0)
    for first in range(0, len(flat), 500):
        part = slice(first, first + 500)
        squares = sizes[part, None] + sizes - 2 * (flat[part] @ flat.T)
        squares[y[part, None] == y] = np.inf
        row, column = divmod(int(squares.argmin()), len(flat))
        best = min(best, (float(squares[row, column]), first + row, column))
    return Pair(best[1], best[2], float(np.sqrt(best[0])))
