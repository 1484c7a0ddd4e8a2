"""A task: what is learnt from which data, and everything that follows from that choice."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from data.dataset import Array, Dataset, without_rows
from data.language import Text
from data.pictures.reading import PhotoReading
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
class Preset:
    """Settings that a button fills in; ``name`` is unique among those of all tasks."""

    name: str
    title: Text
    experiment: Experiment


@dataclass(frozen=True, slots=True)
class TextOptions:
    """What a learner can choose where a task reads text, and try the network on.

    ``corpora`` are those of ``data.text.reviews``; a task with documents of its own has none.
    ``classes`` are the two answers, by index. ``stop_words`` says whether particles and
    punctuation, which are those of Korean, can be left out.
    """

    tokenizers: tuple[str, ...]
    classes: tuple[Text, Text]
    examples: tuple[str, ...]
    examples_title: Text
    placeholder: Text
    script_example: str
    """What the ``predict.py`` of a downloaded network reads when it is given nothing."""
    form_title: Text
    corpora: tuple[str, ...] = ()
    stop_words: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What is learnt. One more is a loader in ``data``, a file here and a word in ``BUILT_IN``."""

    name: str
    kind: InputKind
    title: Text
    sentence: Text
    input_shape: tuple[int, ...]
    """The shape of one example; empty for text, where the vocabulary decides."""
    head: Head
    loader: Callable[[Experiment], Dataset]
    settings: tuple[Preset, ...]
    """The lecture's settings; the first ones are the task's default."""

    picture: Text | None = None
    """What the picture of the data shows, for whoever cannot see it; of images, ``{count}``."""
    question: Text | None = None
    """What stands above the example that a network is asked about."""
    texts: TextOptions | None = None
    """Of a task that reads text."""
    keras_dataset: str | None = None
    """The module of ``keras.datasets`` with the same rows in the same order, where there is one."""
    drawable: bool = False
    """Whether a person can draw an example, a digit of 28 x 28 pixels, with a pen."""
    read_photo: Callable[[Array], PhotoReading] | None = None
    """Makes an example of a photo, any (height, width) uint8; None only pads it and makes it
    smaller."""

    def load(self, experiment: Experiment | None = None) -> Dataset:
        """Return the data an experiment (the default one when None) works on.

        That is without the rows that it leaves out. Raises ``UserError`` when it is missing or
        damaged, or when there are no such rows, or none are left.
        """
        asked = experiment or self.default
        return without_rows(self.loader(asked), asked.left_out)

    def inputs(self, experiment: Experiment) -> int:
        """Return the numbers in one example: 13, 28 x 28 = 784, or the size of the vocabulary."""
        if self.kind is InputKind.TEXT:
            return (experiment.reading or TextSettings()).vocabulary_size
        return math.prod(self.input_shape)

    @property
    def presets(self) -> dict[str, Experiment]:
        """The experiments of ``settings`` by name."""
        return {preset.name: preset.experiment for preset in self.settings}

    @property
    def default(self) -> Experiment:
        return self.settings[0].experiment
