"""What follows from the kind of a task's input, as one protocol.

Everything else asks it and branches on no kind: how rows are prepared and what they are called,
what can be chosen, what is looked at by default, and what shows the data at a glance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from data.dataset import Array, Dataset
from data.language import Text
from data.tables.scaling import Scaling
from data.text.vocabulary import Encoded, Vocabulary
from models.experiment import Experiment
from models.tasks.base import Task

Report = Callable[[int, int], None]
"""Is told how many rows are prepared, of how many, where that takes long."""


def unheard(done: int, total: int) -> None:
    """Tell nobody: the ``Report`` of whoever does not wait."""


@dataclass(frozen=True, slots=True)
class StoredRows:
    """The rows of an experiment in their own dtype; ``scaling`` makes numbers float32.

    ``vocabulary`` holds the words behind the indices of documents, None where there are none.
    """

    train: Array | Encoded
    held_back: Array | Encoded
    """Rows of the training file that validate; none where the test rows do."""
    test: Array | Encoded
    scaling: Scaling
    vocabulary: Vocabulary | None = None


@dataclass(frozen=True, slots=True)
class Scatter:
    """One column over another, (rows,) each; ``label`` is read aloud."""

    x: Array
    y: Array
    x_title: Text
    y_title: Text
    label: Text


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Some grey pictures, (count, height, width) uint8; ``label`` is read aloud."""

    images: Array
    label: Text


@dataclass(frozen=True, slots=True)
class Quotes:
    """Some texts, and the class of each."""

    rows: tuple[tuple[str, int], ...]


Picture = Scatter | Mosaic | Quotes
"""What shows a data set at a glance."""


class Input(Protocol):
    """The kind of a task's input."""

    @property
    def option(self) -> str:
        """The option of ``python -m models predict`` that gives an example."""

    @property
    def own_settings(self) -> frozenset[str]:
        """Fields of an experiment that mean something for this kind only."""

    @property
    def has_words(self) -> bool:
        """Whether a network of this kind comes with a vocabulary."""

    @property
    def script(self) -> str:
        """The template ``predict_{script}.py.txt`` of what asks a downloaded network."""

    def script_words(self, task: Task, experiment: Experiment) -> dict[str, object]:
        """Return what fills the placeholders of that template."""

    def rows(self, experiment: Experiment, dataset: Dataset, report: Report) -> StoredRows:
        """Cut a data set for an experiment; the scaling is fitted on the rows that train.

        Raises ``UserError`` like ``split_rows``, and where documents are not analysed yet.
        """

    def test_rows(
        self,
        experiment: Experiment,
        dataset: Dataset,
        vocabulary: Vocabulary | None,
        report: Report,
    ) -> Array | Encoded:
        """Return all test rows as a network with this vocabulary was given its training rows."""

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        """Return the names of the inputs in their order, none where they have no names."""

    def grid(self, task: Task) -> tuple[int, int] | None:
        """Return the rows and columns that the inputs are laid out in, None for no picture."""

    def watched(self, task: Task, dataset: Dataset) -> int:
        """Return an input that changes from row to row, to be looked at by default."""

    def span(self, dataset: Dataset) -> tuple[float, float]:
        """Return the smallest and the largest size of a number that is stored, 0 aside."""

    def picture(self, task: Task, dataset: Dataset) -> Picture:
        """Return what shows the data at a glance."""

    def is_drawn(self, task: Task) -> bool:
        """Say whether a person can draw an example."""
