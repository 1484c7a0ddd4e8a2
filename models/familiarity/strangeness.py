"""How strange an example is to a network: it answers with one of its classes whatever it is given.

An example is compared with the training rows by what the last hidden layer makes of them, and its
distance from the nearest ones with the distances that test rows have.
"""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from models.familiarity.nearest import HiddenRows, last_hidden
from models.inputs.preparation import Rows
from models.network.evaluation import rows_at
from models.network.weights import TrainedNetwork

NEAREST = 5
"""Training rows whose mean distance counts: a single one may be mislabelled or odd itself."""
REFERENCE_ROWS = 1_000
STRANGE = 0.95
"""A share of test rows that are less strange, from which on an example may be none of the classes.

Of the MNIST network that comes with the lab, letters, scribbles and pairs of digits are nearly all
beyond it, and no more digits from other pens than test digits are
(``tests/models/network/test_doubt.py`` prints the shares).
"""


@dataclass(frozen=True, slots=True, eq=False)
class Familiarity:
    """What a network has seen; ``distances`` are those of test rows, sorted, (rows,)."""

    hidden: HiddenRows
    distances: Array

    @classmethod
    def of(cls, network: TrainedNetwork, train: Rows, test: Rows) -> "Familiarity":
        """Measure a network on all training rows and ``REFERENCE_ROWS`` test rows, drawn once.

        Raises ``UserError`` like ``HiddenRows.of``.
        """
        hidden = HiddenRows.of(network, train)
        asked = rows_at(test, _reference(len(test)))
        return cls(hidden, np.sort(mean_distances(hidden, last_hidden(network, asked))))

    def strangeness(self, row: Array) -> float | None:
        """Return the share of test rows that are less strange than ``row``, (units,) outputs.

        None where there are no test rows.
        """
        if not len(self.distances):
            return None
        distance = mean_distances(self.hidden, row[None])[0]
        return float(np.searchsorted(self.distances, distance) / len(self.distances))


def _reference(rows: int) -> Array:
    few = min(REFERENCE_ROWS, rows)
    return np.sort(np.random.default_rng(0).choice(rows, few, replace=False))


def mean_distances(hidden: HiddenRows, rows: Array) -> Array:
    """Return each row's mean Euclidean distance from the ``NEAREST`` training rows, (rows,).

    ``rows`` is (rows, units).
    """
    count = min(NEAREST, len(hidden.levels))
    best = np.empty((0, len(rows)), np.float32)
    for _, squares in hidden.squares_from(rows):
        best = np.concatenate([best, squares])
        if len(best) > count:
            best = np.partition(best, count - 1, axis=0)[:count]
    mean: Array = np.sqrt(np.maximum(best, 0)).mean(axis=0)
    return mean
