"""An example beside a network's training rows: which lie nearest to it, and how strange it is."""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array, Dataset
from data.file_readers.array_files import give_back
from data.language import Text, UserError
from data.text.vocabulary import Encoded
from models.familiarity.nearest import ROWS_AT_ONCE, Nearest, last_hidden, nearest_rows
from models.familiarity.strangeness import NEAREST, Familiarity
from models.inputs.preparation import Rows, prepare
from models.network.evaluation import parts, rows_at
from models.network.weights import TrainedNetwork

MOST_BYTES = 2**26
"""Of the outputs that are kept, one each for row and unit: enough for 60,000 rows of 1,024 units.

Of larger data the first rows are compared with.
"""
_OTHER_WORDS = Text(
    "지금의 데이터는 이 네트워크가 배운 데이터와 달라서 가까운 예시를 찾을 수 없습니다. "
    "지금 데이터로 다시 학습해 주세요.",
    "The data is no longer what this network has learnt from, so nothing near can be found. "
    "Train once more with the data of now.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What lies nearest to an example, and the share of test rows that are less strange.

    ``by_layer`` goes by the last hidden layer, None where there is none; ``by_inputs`` by pixels or
    standardised variables, None for texts. ``strangeness`` is None where there are no test rows.
    ``rows`` counts the training rows that were searched.
    """

    by_layer: Nearest | None
    by_inputs: Nearest | None
    strangeness: float | None
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class TrainingRows:
    """A network, and what it has learnt from: ``rows`` as they are stored, ``inputs`` as compared.

    Pixels are compared as they are, because all have the same unit, and other numbers as the
    network sees them. ``inputs`` is None for texts.
    """

    network: TrainedNetwork
    rows: Rows
    inputs: Array | None
    familiarity: Familiarity

    @classmethod
    def of(cls, network: TrainedNetwork, dataset: Dataset) -> "TrainingRows":
        """Ask a network of its training rows, which takes seconds where there are many.

        Raises ``UserError`` like ``prepare``, where the data has changed since, and where what the
        network computes are no numbers.
        """
        prepared = prepare(network.task, network.experiment, dataset)
        if prepared.vocabulary != network.vocabulary:
            raise UserError(_OTHER_WORDS)
        units = len(network.kernels[-1])
        rows = next(iter(parts(prepared.x_train, MOST_BYTES // units)))
        familiarity = Familiarity.of(network, rows, prepared.x_test)
        _give_back(rows)
        return cls(network, rows, _inputs(network, rows), familiarity)

    @property
    def nbytes(self) -> int:
        """What is kept of the outputs."""
        return self.familiarity.hidden.levels.nbytes

    def compare(self, example: Rows) -> Compared:
        """Compare with one example, a single row as it is stored."""
        outputs = last_hidden(self.network, example)[0]
        found = Compared(
            by_layer=self._by_layer(outputs) if len(self.network.kernels) > 1 else None,
            by_inputs=self._by_inputs(example),
            strangeness=self.familiarity.strangeness(outputs),
            rows=len(self.rows),
        )
        _give_back(self.rows)
        return found

    def _by_layer(self, outputs: Array) -> Nearest:
        return self.familiarity.hidden.nearest(outputs, NEAREST, self._outputs)

    def _outputs(self, chosen: Array) -> Array:
        """Return the last hidden layer's outputs for training rows by their numbers."""
        chunks = np.array_split(chosen, range(ROWS_AT_ONCE, len(chosen), ROWS_AT_ONCE))
        return np.concatenate([last_hidden(self.network, rows_at(self.rows, c)) for c in chunks])

    def _by_inputs(self, example: Rows) -> Nearest | None:
        wanted = _inputs(self.network, example)
        if self.inputs is None or wanted is None:
            return None
        return nearest_rows(self.inputs, wanted, NEAREST)


def _give_back(rows: Rows) -> None:
    """Give back the memory of pictures, all of which have been looked at: nobody else may ask."""
    if not isinstance(rows, Encoded):
        give_back(rows)


def _inputs(network: TrainedNetwork, rows: Rows) -> Array | None:
    if isinstance(rows, Encoded):
        return None
    return rows if rows.dtype == np.uint8 else network.scaling.apply(rows)
