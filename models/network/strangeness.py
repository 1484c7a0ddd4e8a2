"""How strange an example is to a network: it answers with one of its classes whatever it is given.

An example is compared with the training rows by what the last hidden layer makes of them, and its
distance from the nearest ones with the distances that test rows have.
"""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from models.inputs.preparation import Rows
from models.network.evaluation import parts
from models.network.nearest import ROWS_AT_ONCE, HiddenRows, last_hidden
from models.network.weights import TrainedNetwork

NEAREST = 5
"""Training rows whose mean distance counts: a single one may be mislabelled or odd itself."""
REFERENCE_ROWS = 1_000
STRANGE = 0.95
"""A share of test rows that are less strange, from which on an example may be none of the classes.

Of the MNIST network that comes with the lab, a dash has 0.968 and two digits side by side 0.95; of
seventeen letters eleven have more than 0.98, and so has every scribble of five.
"""


@dataclass(frozen=True, slots=True)
class Familiarity:
    """What a network has seen; ``distances`` are those of test rows, sorted, (rows,)."""

    hidden: HiddenRows
    distances: Array

    @classmethod
    def of(cls, network: TrainedNetwork, train: Rows, test: Rows) -> "Familiarity":
        """Measure a network on all training rows and the first ``REFERENCE_ROWS`` test rows."""
        hidden = HiddenRows.of(network, train)
        asked = next(iter(parts(test, REFERENCE_ROWS)))
        return cls(hidden, np.sort(mean_distances(hidden, last_hidden(network, asked))))

    def strangeness(self, row: Array) -> float:
        """Return the share of test rows that are less strange than ``row``, (units,) outputs."""
        distance = mean_distances(self.hidden, row[None])[0]
        return float(np.searchsorted(self.distances, distance) / len(self.distances))


def mean_distances(hidden: HiddenRows, rows: Array) -> Array:
    """Return each row's mean Euclidean distance from the ``NEAREST`` training rows, (rows,).

    ``rows`` is (rows, units). The squares come from |a|² + |b|² - 2ab, by a matrix product.
    """
    count = min(NEAREST, len(hidden.levels))
    best = np.empty((len(rows), 0), np.float32)
    own = (rows.astype(np.float32) ** 2).sum(axis=1)[:, None]
    for first in range(0, len(hidden.levels), ROWS_AT_ONCE):
        other = hidden.levels[first : first + ROWS_AT_ONCE] * hidden.step + hidden.low
        squares = own + (other**2).sum(axis=1) - 2 * rows @ other.T
        best = np.concatenate([best, squares], axis=1)
        if best.shape[1] > count:
            best = np.partition(best, count - 1, axis=1)[:, :count]
    mean: Array = np.sqrt(np.maximum(best, 0)).mean(axis=1)
    return mean
