"""How a network's answer follows one variable of a table, beside the answer of a straight line."""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from models.network.forward import predict
from models.network.weights import TrainedNetwork

PLACES = 41


@dataclass(frozen=True, slots=True)
class Curves:
    """Individual conditional expectations (Goldstein et al. 2015).

    ``answers`` is (rows, places): what is answered for each row when one variable takes each of the
    ``places``, everything else being as it is. Their mean is the partial dependence.
    """

    places: Array
    answers: Array

    @property
    def mean(self) -> Array:
        found: Array = self.answers.mean(axis=0, dtype=np.float64)
        return found


def curves(
    network: TrainedNetwork, rows: Array, column: int, low: float, high: float, unit: int = 0
) -> Curves:
    """Ask a network for every row with one variable from ``low`` to ``high``.

    ``rows`` is (rows, inputs) as stored; ``unit`` is the output that is followed.
    """
    places = np.linspace(low, high, PLACES, dtype=np.float32)
    asked = np.repeat(rows.astype(np.float32), PLACES, axis=0)
    asked[:, column] = np.tile(places, len(rows))
    answers = predict(network, asked)[:, unit]
    return Curves(places, answers.reshape(len(rows), PLACES))


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through training rows, by least squares: answer = bias + row . slopes.

    ``means`` are those of the columns, (inputs,).
    """

    slopes: Array
    bias: float
    means: Array

    @classmethod
    def through(cls, rows: Array, y: Array) -> "Line":
        """Fit a line; of columns that do not vary, or say the same, the smallest slopes."""
        means = rows.mean(axis=0, dtype=np.float64)
        centre = float(y.mean(dtype=np.float64))
        apart = rows.astype(np.float64) - means
        sizes = apart.std(axis=0)
        sizes[sizes == 0] = 1
        slopes = np.linalg.lstsq(apart / sizes, y - centre, rcond=1e-10)[0] / sizes
        return cls(slopes, centre - float(means @ slopes), means)

    def answer(self, row: Array) -> float:
        return self.bias + float(row.astype(np.float64) @ self.slopes)

    def shares(self, row: Array) -> Array:
        """Return what each variable adds to the answer for the mean row, exactly: (inputs,)."""
        found: Array = (row.astype(np.float64) - self.means) * self.slopes
        return found
