"""Which rows lie nearest to one, by exact search through all of them.

Rows are compared in chunks, so that 60,000 pictures need no more memory than 2,000 of them. What
the last hidden layer makes of every row is kept in one byte a unit (31 MB for 60,000 rows and 512
units): that is enough to leave all but a few candidates out for certain, and those are asked again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from models.inputs.preparation import Rows, dense
from models.network.evaluation import parts
from models.network.forward import forward
from models.network.weights import TrainedNetwork

ROWS_AT_ONCE = 2_000
_LEVELS = 255
_ROUNDING = 1e-4
"""More than float32 can be wrong by, as a share, in a sum of some thousand squares."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Rows by their numbers, nearest first, and their distances from what was asked, (k,) each."""

    rows: Array
    distances: Array


def nearest_rows(rows: Array, row: Array, k: int) -> Nearest:
    """Return the ``k`` rows with the smallest Euclidean distance from ``row``, (inputs,) numbers.

    ``rows`` is (rows, ...) and may be memory-mapped. Of rows that are equally near, the first ones.
    """
    wanted = row.reshape(-1).astype(np.float32)
    about = np.concatenate([_squares(chunk, wanted) for chunk in _chunks(rows)])
    k = min(k, len(rows))
    last = np.partition(about, k - 1)[k - 1]
    candidates = np.nonzero(about <= last * (1 + _ROUNDING))[0]
    exact = rows[candidates].reshape(len(candidates), -1).astype(np.float64)
    return _smallest(_squares(exact, wanted), candidates, k)


def _chunks(rows: Array) -> Iterator[Array]:
    for first in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[first : first + ROWS_AT_ONCE].reshape(-1, rows[0].size).astype(np.float32)


def _squares(rows: Array, wanted: Array) -> Array:
    """Return the squared distances of some rows, (rows,)."""
    difference = rows - wanted
    found: Array = np.einsum("ij,ij->i", difference, difference)
    return found


def _smallest(squares: Array, numbers: Array, k: int) -> Nearest:
    order = np.lexsort((numbers, squares))[:k]
    return Nearest(numbers[order], np.sqrt(squares[order]))


@dataclass(frozen=True, slots=True)
class HiddenRows:
    """What a network's last hidden layer makes of every training row, a byte a unit.

    ``levels`` is (rows, units) uint8; a unit's output is about ``low + level * step``. ``largest``
    is how far a row may lie from what its levels say, by Euclidean distance.
    """

    levels: Array
    low: Array
    step: Array

    @property
    def largest(self) -> float:
        return float(np.sqrt(((self.step / 2) ** 2).sum()))

    @classmethod
    def of(cls, network: TrainedNetwork, rows: Rows) -> "HiddenRows":
        """Ask a network of all rows, as they are stored."""
        low, high = _range(network, rows)
        step = np.where(high > low, (high - low) / _LEVELS, 1.0).astype(np.float32)
        levels = np.empty((len(rows), len(low)), np.uint8)
        first = 0
        for output in _outputs(network, rows):
            levels[first : first + len(output)] = np.rint((output - low) / step)
            first += len(output)
        return cls(levels, low, step)

    def nearest(
        self, row: Array, k: int, exactly: Callable[[Array], Array], leave: Array | None = None
    ) -> Nearest:
        """Return the ``k`` rows nearest to ``row``, (units,), by the layer's outputs.

        ``exactly`` returns the outputs of rows by their numbers. ``leave`` are rows that are out.
        """
        about = np.concatenate(
            [_squares(chunk * self.step + self.low, row) for chunk in _chunks(self.levels)]
        )
        distances = np.sqrt(about)
        if leave is not None:
            distances[leave] = np.inf
        k = min(k, int(np.isfinite(distances).sum()))
        reach = np.partition(distances, k - 1)[k - 1] + 2 * self.largest * (1 + 1e-5)
        candidates = np.nonzero(distances <= reach)[0]
        exact = exactly(candidates).astype(np.float64)
        return _smallest(_squares(exact, row), candidates, k)


def _outputs(network: TrainedNetwork, rows: Rows) -> Iterator[Array]:
    """Yield the last hidden layer's outputs, part by part."""
    for part in parts(rows, ROWS_AT_ONCE):
        yield last_hidden(network, part)


def last_hidden(network: TrainedNetwork, rows: Rows) -> Array:
    """Return the outputs of the last hidden layer, (rows, units) float32.

    Of a network without one, what it is given, as it sees it.
    """
    outputs = forward(network, rows)
    inputs = len(network.kernels[0])
    return outputs[-2] if len(outputs) > 1 else dense(network.scaling, rows, inputs)


def _range(network: TrainedNetwork, rows: Rows) -> tuple[Array, Array]:
    """Return the smallest and the largest output of every unit."""
    ends = [(part.min(axis=0), part.max(axis=0)) for part in _outputs(network, rows)]
    low, high = zip(*ends, strict=True)
    return np.min(low, axis=0), np.max(high, axis=0)
