"""Many batches to one TensorFlow call: rows drawn in a seeded order, gradients, updates.

``model.fit`` comes back to Python for every batch. Here one ``tf.function`` runs a whole range of
them. The mathematics is Keras': with the same batch order, the weights equal those of
``model.fit``.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from data.dataset import Array
from data.vocabulary import Encoded
from models.preparation import Prepared
from models.tasks.base import Task

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


def batch_runner(model: Any, task: Task, prepared: Prepared, batch_size: int) -> Callable[..., Any]:
    """Return the function that trains batches [first, last) of an order and gives their figures."""
    draw, y_train = _drawer(model, prepared), tf.constant(prepared.y_train[:, None])
    rows = len(prepared.y_train)
    metric = _METRICS[task.head.metric_name]
    weights, optimizer = model.trainable_variables, model.optimizer
    optimizer.build(weights)

    def one_batch(order: tf.Tensor, batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = order[batch * batch_size : tf.minimum((batch + 1) * batch_size, rows)]
        x, y = draw(chosen), tf.gather(y_train, chosen)
        with tf.GradientTape() as tape:
            answer = model(x, training=True)
            loss = model.compute_loss(x=x, y=y, y_pred=answer)
        optimizer.apply(tape.gradient(loss, weights), weights)
        return loss, tf.reduce_mean(metric(y, answer))

    @tf.function(autograph=False)
    def run_batches(order: tf.Tensor, first: tf.Tensor, last: tf.Tensor) -> Any:
        def body(batch: tf.Tensor, losses: tf.TensorArray, metrics: tf.TensorArray) -> Any:
            loss, value = one_batch(order, batch)
            return batch + 1, losses.write(batch - first, loss), metrics.write(batch - first, value)

        empty = [tf.TensorArray(tf.float32, last - first) for _ in range(2)]
        _, losses, metrics = tf.while_loop(lambda batch, *_: batch < last, body, (first, *empty))
        return losses.stack(), metrics.stack()

    return lambda order, first, last: run_batches(order, tf.constant(first), tf.constant(last))
