"""Which rows lie nearest to one, by exact search through all of them.

Rows are compared in chunks, so that 60,000 pictures need no more memory than 2,000 of them. What
the last hidden layer makes of every row is kept in one byte a unit (31 MB for 60,000 rows and 512
units): that is enough to leave all but a few candidates out for certain, and those are asked again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from data.language import Text, UserError
from models.inputs.preparation import Rows, dense
from models.network.evaluation import parts
from models.network.forward import forward
from models.network.weights import TrainedNetwork

ROWS_AT_ONCE = 500
_LEVELS = 255
_ROUNDING = 1e-4
"""More than float32 can be wrong by, as a share, in a sum of some thousand squares."""
_NO_NUMBERS = Text(
    "이 네트워크의 출력이 숫자가 아니어서(학습 중에 발산) 가까운 예시를 찾을 수 없습니다. "
    "다른 실행을 골라 주세요.",
    "What this network computes are no numbers (its training diverged), so nothing near can be "
    "found. Choose another run.",
)


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
    squares, products = np.empty(len(rows), np.float32), np.empty(len(rows), np.float32)
    for part, chunk in _chunks(rows):
        squares[part] = _squares(chunk)
        products[part] = chunk @ wanted
    about = squares + wanted @ wanted - 2 * products
    k = min(k, len(rows))
    slack = _ROUNDING * float(squares.max() + wanted @ wanted)
    candidates = np.nonzero(about <= np.partition(about, k - 1)[k - 1] + 2 * slack)[0]
    exact = rows[candidates].reshape(len(candidates), -1).astype(np.float64)
    return _smallest(_squares(exact - wanted), candidates, k)


def _chunks(rows: Array) -> Iterator[tuple[slice, Array]]:
    """Yield which rows, and these as float32, in memory that the next ones take over.

    Fresh memory for every chunk costs several times what the search itself does.
    """
    memory = np.empty((min(ROWS_AT_ONCE, len(rows)), rows[0].size), np.float32)
    for first in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[first : first + ROWS_AT_ONCE]
        chunk = memory[: len(some)]
        chunk[...] = some.reshape(chunk.shape)
        yield slice(first, first + len(some)), chunk


def _squares(rows: Array) -> Array:
    """Return the squared lengths of some rows, (rows,)."""
    found: Array = np.einsum("ij,ij->i", rows, rows)
    return found


def _smallest(squares: Array, numbers: Array, k: int) -> Nearest:
    order = np.lexsort((numbers, squares))[:k]
    return Nearest(numbers[order], np.sqrt(squares[order]))


@dataclass(frozen=True, slots=True, eq=False)
class HiddenRows:
    """What a network's last hidden layer makes of every training row, a byte a unit.

    ``levels`` is (rows, units) uint8; a unit's output is about ``low + level * step``. ``squares``
    are the squared lengths of the rows that the levels say, (rows,) float32.
    """

    levels: Array
    low: Array
    step: Array
    squares: Array

    @property
    def largest(self) -> float:
        """How far a row may lie from what its levels say, by Euclidean distance."""
        return float(np.sqrt(((self.step / 2) ** 2).sum()))

    @classmethod
    def of(cls, network: TrainedNetwork, rows: Rows) -> "HiddenRows":
        """Ask a network of all rows, as they are stored.

        Raises ``UserError`` when its outputs are no numbers.
        """
        low, high = _range(network, rows)
        if not np.isfinite([low, high]).all():
            raise UserError(_NO_NUMBERS)
        step = ((high - low) / _LEVELS).astype(np.float32)
        levels, squares = np.empty((len(rows), len(low)), np.uint8), np.empty(len(rows), np.float32)
        first = 0
        for output in _outputs(network, rows):
            part = slice(first, first + len(output))
            levels[part] = np.rint((output - low) / np.where(step > 0, step, 1))
            squares[part] = _squares(levels[part] * step + low)
            first += len(output)
        return cls(levels, low, step, squares)

    def squares_from(self, asked: Array) -> Iterator[tuple[slice, Array]]:
        """Yield which rows, and their squared distances from ``asked``, (some rows, asked), about.

        ``asked`` is (asked, units). The squares are |a|² + |b|² - 2ab, by a matrix product.
        """
        asked = asked.astype(np.float32)
        weights = -2 * (asked * self.step).T
        own = _squares(asked) - 2 * asked @ self.low
        for part, chunk in _chunks(self.levels):
            found = chunk @ weights
            found += own
            found += self.squares[part, None]
            yield part, found

    def nearest(self, row: Array, k: int, exactly: Callable[[Array], Array]) -> Nearest:
        """Return the ``k`` rows nearest to ``row``, (units,), by the layer's outputs.

        ``exactly`` returns the outputs of rows by their numbers.
        """
        about = np.empty(len(self.levels), np.float32)
        for part, squares in self.squares_from(row[None]):
            about[part] = squares[:, 0]
        k = min(k, len(about))
        slack = _ROUNDING * float(self.squares.max() + row @ row)
        kth = max(0.0, float(np.partition(about, k - 1)[k - 1])) + slack
        reach = (np.sqrt(kth) + 2 * self.largest * (1 + 1e-5)) ** 2 + slack
        candidates = np.nonzero(about <= reach)[0]
        exact = exactly(candidates).astype(np.float64)
        return _smallest(_squares(exact - row), candidates, k)


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
