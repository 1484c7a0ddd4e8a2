"""Gradients against TensorFlow's, and what counts as dead or saturated."""

from itertools import pairwise

import numpy as np
import pytest

from data.dataset import Array
from data.tables.scaling import standardization
from models.experiment import Experiment, Layer, Optimizer
from models.network.layer_figures import (
    QUANTILES,
    dead_share,
    kernel_gradients,
    layer_figures,
    saturated_share,
)
from models.network.weights import TrainedNetwork
from models.tasks import built_in
from models.tasks.base import Task


def network(task: Task, activation: str, x: Array) -> TrainedNetwork:
    random = np.random.default_rng(3)
    layers = (Layer(7, activation), Layer(5, activation))
    experiment = Experiment(task.name, layers, Optimizer(), epochs=1, batch_size=8)
    sizes = [x.shape[1], 7, 5, task.head.units]
    kernels = tuple(random.normal(0, 0.5, pair).astype(np.float32) for pair in pairwise(sizes))
    biases = tuple(random.normal(0, 0.1, size).astype(np.float32) for size in sizes[1:])
    return TrainedNetwork(experiment, task, standardization(x), kernels, biases)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "elu", "gelu", "linear"])
@pytest.mark.parametrize("name", ["boston", "mnist"])
def test_gradients_are_those_of_tensorflow(name: str, activation: str) -> None:
    import keras
    import tensorflow as tf

    task, random = built_in(name), np.random.default_rng(0)
    x = random.normal(0, 1, (20, 6)).astype(np.float32)
    y = (
        random.integers(0, task.head.units, 20)
        if task.head.is_classifier
        else random.normal(0, 1, 20)
    )
    made = network(task, activation, x)
    kernels = [tf.Variable(kernel) for kernel in made.kernels]
    with tf.GradientTape() as tape:
        a = tf.constant(made.scaling.apply(x))
        for kernel, bias, used in zip(kernels, made.biases, made.activations, strict=True):
            a = keras.activations.get(used)(a @ kernel + bias)
        loss = tf.reduce_mean(keras.losses.get(task.head.loss)(y[:, None].astype(np.float32), a))
    for ours, theirs in zip(
        kernel_gradients(made, x, y), tape.gradient(loss, kernels), strict=True
    ):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=2e-4, atol=2e-6)


def test_quantiles_are_those_of_the_numbers() -> None:
    task, random = built_in("boston"), np.random.default_rng(0)
    x, y = random.normal(0, 1, (20, 6)).astype(np.float32), random.normal(0, 1, 20)
    made = network(task, "tanh", x)
    found = layer_figures(made, x, y)
    assert found.quantiles.shape == (3, 3, len(QUANTILES))
    for layer, kernel in enumerate(made.kernels):
        np.testing.assert_allclose(
            found.quantiles[layer, 0], np.quantile(kernel, QUANTILES), rtol=1e-5
        )


def test_a_unit_is_dead_that_no_row_wakes() -> None:
    a = np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0]])
    assert dead_share("relu", a) == 0.5 and dead_share("tanh", a) == 0
    assert saturated_share("tanh", np.array([[-0.995, 0.5, 0.999, 0.0]])) == 0.5
    assert saturated_share("sigmoid", np.array([[0.001, 0.5, 0.999, 0.6]])) == 0.5
    assert saturated_share("relu", a) == 0
