"""Many batches to one TensorFlow call: rows drawn in a seeded order, gradients, updates.

``model.fit`` comes back to Python for every batch. Here one ``tf.function`` runs a whole range of
them; a batch that is looked at closely runs eagerly, operation by operation. The mathematics is
Keras': with the same batch order, the weights equal those of ``model.fit`` (those of RMSprop but
for rounding, see ``models.training.fused_updates``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from data.dataset import Array
from data.text.vocabulary import Encoded
from models.experiment import Experiment
from models.inputs.preparation import Prepared
from models.network.update_rule import slot_names
from models.tasks.base import Task
from models.training.fused_updates import fused_step
from models.training.tensorflow_import import keras, tf

_METRICS = {
    "accuracy": keras.metrics.sparse_categorical_accuracy,
    "mae": keras.losses.mean_absolute_error,
}


def permutation(seed: int, epoch: int, rows: int) -> Array:
    """Return the order of the training rows in an epoch, the same for the same seed and epoch."""
    return np.random.default_rng([seed, epoch]).permutation(rows).astype(np.int32)


Draw = Callable[[tf.Tensor], tf.Tensor]
"""Turns row numbers, (batch,), into those rows, (batch, inputs) float32."""


def _drawer(model: Any, prepared: Prepared) -> Draw:
    if isinstance(prepared.x_train, Encoded):
        return _multi_hot_drawer(prepared.x_train, model.input_shape[-1])
    x_train = tf.constant(prepared.x_train)
    offset = tf.constant(prepared.scaling.offset, tf.float32)
    divisor = tf.constant(prepared.scaling.divisor, tf.float32)
    return lambda chosen: (tf.cast(tf.gather(x_train, chosen), tf.float32) - offset) / divisor


def _multi_hot_drawer(documents: Encoded, size: int) -> Draw:
    """Documents as 0/1 vectors of the vocabulary's size, made for one batch at a time."""
    ids, offsets = tf.constant(documents.ids), tf.constant(documents.offsets)

    def draw(chosen: tf.Tensor) -> tf.Tensor:
        words = tf.ragged.range(tf.gather(offsets, chosen), tf.gather(offsets, chosen + 1))
        columns = tf.cast(tf.gather(ids, words.flat_values), tf.int64)
        cells = tf.stack([words.value_rowids(), columns], axis=1)
        shape = tf.stack([tf.size(chosen, tf.int64), size])
        return tf.scatter_nd(cells, tf.ones_like(columns, tf.float32), shape)

    return draw


@dataclass(frozen=True, slots=True)
class Watch:
    """One weight of a network: ``place`` in the trainable variable of this number."""

    variable: int
    place: tuple[int, ...]

    @classmethod
    def of(cls, layer: int, input: int, unit: int) -> "Watch":
        """Return where the weight from an input (-1 is the bias) to a unit of a layer lies."""
        return cls(2 * layer + 1, (unit,)) if input < 0 else cls(2 * layer, (input, unit))


@dataclass(frozen=True, slots=True)
class Trained:
    """Losses and metrics of some batches, (batches,) each, and what a watched weight went through.

    ``records`` is (batches, 3 + slots): the weight before, its gradient after clipping, its slots
    after the update in the order of ``slot_names``, and the weight after.
    """

    losses: Array
    metrics: Array
    records: Array | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """One trained batch from near: ``y`` (rows,), ``answers`` (rows, head.units).

    ``norm`` is the Euclidean norm of all gradients together, ``largest`` the largest one in size
    of every trainable variable.
    """

    trained: Trained
    y: Array
    answers: Array
    norm: float
    largest: Array


class BatchRunner:
    """Trains ranges of batches of one network, and single ones under a magnifying glass.

    The range is a ``tf.function``, one for every watched variable, traced when it is first needed.
    Single batches run eagerly: a few hundredths of a second each, where a graph would have the
    first wait for most of a second and take no time afterwards. The weights come out the same.
    """

    def __init__(self, model: Any, task: Task, prepared: Prepared, experiment: Experiment) -> None:
        self._model, self._optimizer = model, experiment.optimizer
        self._batch_size, self._rows = experiment.batch_size, len(prepared.y_train)
        self._draw = _drawer(model, prepared)
        self._y_train = tf.constant(prepared.y_train[:, None])
        self._is_classifier = task.head.is_classifier
        self._metric = _METRICS[task.head.metric_name]
        self._weights = model.trainable_variables
        model.optimizer.build(self._weights)
        model.optimizer.update_step = fused_step(model.optimizer)
        self._loops: dict[int | None, Any] = {}

    def run(self, order: tf.Tensor, first: int, last: int, watch: Watch | None = None) -> Trained:
        """Train batches [first, last) of an order of the rows."""
        given = order, tf.constant(first), tf.constant(last), _place(watch)
        found = self._traced_loop(watch, given)(*given)
        losses, metrics, *records = (each.numpy() for each in found)
        return Trained(losses, metrics, *records)

    def examine(self, order: tf.Tensor, batch: int, watch: Watch | None = None) -> Examined:
        """Train one batch of an order of the rows and tell everything about it."""
        watched = watch.variable if watch else None
        *found, gradients = self._one_batch(watched, order, tf.constant(batch), _place(watch))
        loss, metric, record, y, answers = (each.numpy() for each in found)
        trained = Trained(loss[None], metric[None], *([record[None]] if watch else []))
        largest = np.array([np.abs(gradient.numpy()).max() for gradient in gradients])
        norm = float(tf.linalg.global_norm(gradients))
        return Examined(trained, y[:, 0], answers, norm, largest)

    def _traced_loop(self, watch: Watch | None, given: tuple[tf.Tensor, ...]) -> Any:
        """Return the graph for a watched variable; what it is given keeps its shape."""
        watched = watch.variable if watch else None
        if watched not in self._loops:
            graph = tf.function(partial(self._loop, watched), autograph=False)
            self._loops[watched] = graph.get_concrete_function(*given)
        return self._loops[watched]

    def _loop(
        self, watched: int | None, order: tf.Tensor, first: tf.Tensor, last: tf.Tensor, place: Any
    ) -> Any:
        kept = 2 if watched is None else 3

        def body(batch: tf.Tensor, *arrays: tf.TensorArray) -> Any:
            found = self._one_batch(watched, order, batch, place)[:kept]
            written = zip(arrays, found, strict=True)
            return batch + 1, *(array.write(batch - first, value) for array, value in written)

        empty = [tf.TensorArray(tf.float32, last - first) for _ in range(kept)]
        _, *arrays = tf.while_loop(lambda batch, *_: batch < last, body, (first, *empty))
        return [array.stack() for array in arrays]

    def _one_batch(
        self, watched: int | None, order: tf.Tensor, batch: tf.Tensor, place: Any
    ) -> Any:
        size = self._batch_size
        chosen = order[batch * size : tf.minimum((batch + 1) * size, self._rows)]
        x, y = self._draw(chosen), tf.gather(self._y_train, chosen)
        with tf.GradientTape() as tape:
            answers = self._model(x, training=True)
            loss = self._loss(x, y, answers)
        gradients = tape.gradient(loss, self._weights)
        before = self._look(watched, gradients, place)
        self._model.optimizer.apply(gradients, self._weights)
        record = tf.stack([*before, *self._look_again(watched, place)])
        return loss, tf.reduce_mean(self._metric(y, answers)), record, y, answers, gradients

    def _loss(self, x: tf.Tensor, y: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
        """Keras' loss; that of numbers is written shortly: a small network trains a twelfth faster.

        Keras' own mean squared error allows for several columns and for weighted rows, which are a
        quarter of all operations of an update. The numbers are the same to the last bit.
        """
        if self._is_classifier or self._model.losses:
            return self._model.compute_loss(x=x, y=y, y_pred=answers)
        rows = tf.cast(tf.shape(y)[0], tf.float32)
        return tf.reduce_sum(tf.square(answers - y)) / rows

    def _look(self, watched: int | None, gradients: list[tf.Tensor], place: Any) -> list[tf.Tensor]:
        """The watched weight and its gradient, before the update."""
        if watched is None:
            return [tf.constant(0.0)]
        gradient = gradients[watched]
        if self._optimizer.clipnorm:
            gradient = tf.clip_by_norm(gradient, self._optimizer.clipnorm)
        return [_cell(self._weights[watched], place), tf.gather_nd(gradient, place)]

    def _look_again(self, watched: int | None, place: Any) -> list[tf.Tensor]:
        """The watched weight's slots and the weight itself, after the update."""
        if watched is None:
            return []
        names = slot_names(self._optimizer)
        slots = [_slots(self._model.optimizer, name)[watched] for name in names]
        return [_cell(variable, place) for variable in (*slots, self._weights[watched])]


def _place(watch: Watch | None) -> tf.Tensor:
    return tf.constant(watch.place if watch else (0,))


def _cell(variable: Any, place: tf.Tensor) -> tf.Tensor:
    """One element of a Keras variable.

    Read through a tensor: a gather from the variable itself would make TensorFlow copy all of it at
    every later read ("copy on read"), which takes MNIST's first kernel 0.6 ms an update.
    """
    return tf.gather_nd(variable.value.read_value(), place)


def _slots(optimizer: Any, name: str) -> list[Any]:
    """The optimizer's variables of one name, in the order of the weights they belong to."""
    plural = f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
    slots: list[Any] = getattr(optimizer, f"_{plural}", None) or getattr(optimizer, plural)
    return slots
