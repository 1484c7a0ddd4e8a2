"""The arithmetic of an experiment: parameters of every layer and updates of every epoch.

This is what ``model.summary()`` prints, computed without building anything, so that it can follow a
slider and so that a network that is too large is refused before it costs memory.
"""

import math
from dataclasses import dataclass

from data.dataset import Dataset
from data.language import Text, UserError
from models.experiment import MAX_PARAMETERS, Experiment
from models.tasks.base import Task


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One Dense layer: ``inputs`` x ``units`` weights and ``units`` biases."""

    inputs: int
    units: int
    activation: str
    dropout: float = 0.0

    @property
    def parameters(self) -> int:
        return self.inputs * self.units + self.units

    @property
    def arithmetic(self) -> str:
        """The count as a sum.

        >>> LayerSummary(13, 64, "relu").arithmetic
        '13 × 64 + 64 = 896'
        """
        return f"{self.inputs:,} × {self.units:,} + {self.units:,} = {self.parameters:,}"


@dataclass(frozen=True, slots=True)
class Summary:
    """Layers from the first hidden one to the output, and how the rows are cut into batches."""

    input_shape: tuple[int, ...]
    layers: tuple[LayerSummary, ...]
    rows: int
    validation_rows: int
    test_rows: int
    batch_size: int
    epochs: int

    @property
    def judging_rows(self) -> int:
        """Rows that validate: those held back, or else the test rows."""
        return self.validation_rows or self.test_rows

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def updates_per_epoch(self) -> int:
        return math.ceil(self.rows / self.batch_size)

    @property
    def last_batch(self) -> int:
        """Rows in the last batch of an epoch."""
        return self.rows - (self.updates_per_epoch - 1) * self.batch_size

    @property
    def updates(self) -> int:
        return self.updates_per_epoch * self.epochs


def dense_layers(task: Task, experiment: Experiment) -> tuple[LayerSummary, ...]:
    """Return the Dense layers of the network, the output layer last.

    Raises ``UserError`` with the numbers when they hold more than ``MAX_PARAMETERS`` parameters.
    """
    layers, inputs = [], task.inputs(experiment)
    for layer in experiment.layers:
        layers.append(LayerSummary(inputs, layer.units, layer.activation, layer.dropout))
        inputs = layer.units
    layers.append(LayerSummary(inputs, task.head.units, task.head.activation))
    _check_budget(sum(layer.parameters for layer in layers))
    return tuple(layers)


def has_weight(task: Task, experiment: Experiment, weight: tuple[int, int, int]) -> bool:
    """Say whether a network has this Dense layer, with this input (-1 is the bias) and unit."""
    layers, (layer, input, unit) = dense_layers(task, experiment), weight
    if not 0 <= layer < len(layers):
        return False
    return -1 <= input < layers[layer].inputs and 0 <= unit < layers[layer].units


def split_rows(experiment: Experiment, available: int) -> tuple[int, int]:
    """Return how many rows train and how many validate, out of ``available`` training rows.

    Zero validation rows mean that the test rows validate. Raises ``UserError`` when the experiment
    asks for more rows than there are, or for batches larger than the rows that are left.
    """
    used = experiment.train_size or available
    if used > available:
        raise UserError(
            Text(
                f"train_size: {used:,}행을 골랐지만 데이터는 {available:,}행뿐입니다. "
                f"{available:,} 이하로 정해 주세요.",
                f"train_size: {used:,} rows were asked for but the data has {available:,}. "
                f"Choose at most {available:,}.",
            )
        )
    validation = int(used * experiment.validation_share)
    rows = used - validation
    if experiment.batch_size > rows:
        raise UserError(
            Text(
                f"batch_size: {experiment.batch_size:,}은(는) 훈련 데이터 {rows:,}행보다 큽니다. "
                f"{rows:,} 이하로 정해 주세요.",
                f"batch_size: a batch of {experiment.batch_size:,} is larger than the {rows:,} "
                f"training rows. Choose at most {rows:,}.",
            )
        )
    return rows, validation


def summarize(task: Task, experiment: Experiment, dataset: Dataset) -> Summary:
    """Return the arithmetic of an experiment on a data set.

    Raises ``UserError`` like ``dense_layers`` and ``split_rows``.
    """
    rows, validation = split_rows(experiment, len(dataset.x_train))
    return Summary(
        input_shape=task.input_shape,
        layers=dense_layers(task, experiment),
        rows=rows,
        validation_rows=validation,
        test_rows=len(dataset.x_test),
        batch_size=experiment.batch_size,
        epochs=experiment.epochs,
    )


def _check_budget(parameters: int) -> None:
    if parameters > MAX_PARAMETERS:
        raise UserError(
            Text(
                f"파라미터가 {parameters:,}개로 한도 {MAX_PARAMETERS:,}개를 넘습니다. "
                "층이나 유닛을 줄여 주세요.",
                f"The network would have {parameters:,} parameters; the limit is "
                f"{MAX_PARAMETERS:,}. Use fewer layers or units.",
            )
        )
