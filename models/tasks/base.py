"""A task: what is learnt from which data, and everything that follows from that choice."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from data.dataset import Dataset
from data.language import Text
from models.experiment import Experiment, TextSettings


class InputKind(StrEnum):
    """What one example looks like to a person; the pages choose their input by it."""

    TABLE = "table"
    IMAGE = "image"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Head:
    """The output layer and how its output is judged.

    ``units`` and ``activation`` describe the layer, ``loss`` and ``metric`` are Keras names, and
    ``metric_name`` is the short word used in results ("mae", "accuracy").
    """

    units: int
    activation: str
    loss: str
    metric: str
    metric_name: str

    @property
    def is_classifier(self) -> bool:
        return self.activation == "softmax"


def regression() -> Head:
    """One linear output, mean squared error, judged by the mean absolute error."""
    return Head(1, "linear", "mean_squared_error", "mean_absolute_error", "mae")


def classification(classes: int) -> Head:
    """One softmax output a class, cross-entropy on class indices, judged by accuracy."""
    loss = "sparse_categorical_crossentropy"
    return Head(classes, "softmax", loss, "sparse_categorical_accuracy", "accuracy")


@dataclass(frozen=True, slots=True)
class Task:
    """What is learnt. Adding one is a loader in ``data``, a file here and a word in ``TASKS``."""

    name: str
    kind: InputKind
    title: Text
    sentence: Text
    input_shape: tuple[int, ...]
    """The shape of one example; empty for text, where the vocabulary decides."""
    head: Head
    loader: Callable[[Experiment], Dataset]
    presets: dict[str, Experiment]
    """The lecture's settings by name; the first one is the task's default."""

    drawable: bool = False
    """Whether a person can draw an example with a pen."""

    def load(self, experiment: Experiment | None = None) -> Dataset:
        """Return the data an experiment (the default one when None) works on.

        Raises ``UserError`` when it is missing or damaged.
        """
        return self.loader(experiment or self.default)

    def inputs(self, experiment: Experiment) -> int:
        """Return the numbers in one example: 13, 28 x 28 = 784, or the size of the vocabulary."""
        if self.kind is InputKind.TEXT:
            return (experiment.reading or TextSettings()).vocabulary_size
        return math.prod(self.input_shape)

    @property
    def default(self) -> Experiment:
        return next(iter(self.presets.values()))
