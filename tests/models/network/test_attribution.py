"""Integrated gradients against TensorFlow's own gradients, and their sum against the network."""

import itertools

import numpy as np
import pytest

from data.dataset import Array
from data.tables.scaling import identity
from models.experiment import ACTIVATIONS, Experiment, Layer, Optimizer
from models.network.attribution import SLOPE, integrated_gradients, taken_away
from models.network.forward import ACTIVATE, forward, logits
from models.network.weights import TrainedNetwork
from models.tasks import built_in, preset_named

STEPS = 4_000


def made(task: str, *layers: Layer, seed: int = 0) -> TrainedNetwork:
    """Return a network with random weights and biases that switch many units on the way."""
    experiment = Experiment(task, layers, Optimizer(), epochs=1, batch_size=32)
    random = np.random.default_rng(seed)
    sizes = [built_in(task).inputs(experiment), *(layer.units for layer in layers)]
    sizes.append(built_in(task).head.units)
    kernels = [
        random.normal(0, (2 / before) ** 0.5, (before, after)).astype(np.float32)
        for before, after in itertools.pairwise(sizes)
    ]
    biases = [random.normal(0, 0.3, after).astype(np.float32) for after in sizes[1:]]
    own = tuple(kernels), tuple(biases)
    return TrainedNetwork(experiment, built_in(task), identity(), *own)


def pair(network: TrainedNetwork, seed: int = 1) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    row, baseline = random.normal(0, 1, (2, len(network.kernels[0]))).astype(np.float32)
    return row, baseline


def by_tensorflow(network: TrainedNetwork, row: Array, baseline: Array, unit: int) -> Array:
    """Return the shares by the mean of GradientTape's gradients at the middle of many steps."""
    import tensorflow as tf

    t = (np.arange(STEPS) + 0.5) / STEPS
    x = tf.constant(baseline + t[:, None] * (row - baseline), tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        a = x
        for number, (kernel, bias) in enumerate(zip(network.kernels, network.biases, strict=True)):
            a = a @ tf.constant(kernel, tf.float64) + tf.constant(bias, tf.float64)
            if number + 1 < len(network.kernels):
                a = tf.keras.activations.get(network.activations[number])(a)
        z = a[:, unit]
    return (row - baseline) * tape.gradient(z, x).numpy().mean(axis=0)


NETWORKS = [
    *((Layer(40, name), Layer(24, name)) for name in ACTIVATIONS),
    (),
    (Layer(64),),
    (Layer(30), Layer(20, "tanh"), Layer(30), Layer(10, "gelu")),
    (Layer(50, dropout=0.5), Layer(40), Layer(30), Layer(20), Layer(20), Layer(10)),
]


@pytest.mark.parametrize("layers", NETWORKS, ids=range(len(NETWORKS)))
@pytest.mark.parametrize("task", ["boston", "mnist"])
def test_shares_are_those_of_tensorflow_and_add_up(task: str, layers: tuple[Layer, ...]) -> None:
    network = made(task, *layers)
    row, baseline = pair(network)
    unit = network.task.head.units - 1
    found = integrated_gradients(network, row, baseline, unit)
    theirs = by_tensorflow(network, row, baseline, unit)
    size = np.abs(theirs).sum()
    assert np.abs(found.shares - theirs).max() <= 2e-3 * size / len(row) ** 0.5
    assert found.total == pytest.approx(found.end - found.start, rel=1e-3, abs=1e-6 * size)


@pytest.mark.parametrize("layers", [(Layer(512),), (Layer(64), Layer(64))])
def test_a_network_of_relu_units_is_shared_out_exactly(layers: tuple[Layer, ...]) -> None:
    network = made("mnist", *layers)
    row, baseline = pair(network)
    for unit in (0, 7):
        found = integrated_gradients(network, row, baseline, unit)
        assert found.total == pytest.approx(found.end - found.start, rel=1e-9)


def test_start_and_end_are_the_sums_of_the_network() -> None:
    network = made("mnist", Layer(32), Layer(16, "tanh"))
    pictures = np.random.default_rng(5).integers(0, 256, (2, 784)).astype(np.uint8)
    z = logits(network, forward(network, pictures), pictures)
    row, baseline = network.scaling.apply(pictures)
    found = integrated_gradients(network, row, baseline, 3)
    assert (found.end, found.start) == pytest.approx(tuple(z[:, 3]), rel=1e-5)


def test_an_input_that_is_its_baseline_has_no_share() -> None:
    network = made("boston", Layer(16))
    row, baseline = pair(network)
    baseline[:5] = row[:5]
    assert not integrated_gradients(network, row, baseline, 0).shares[:5].any()
    assert not integrated_gradients(network, row, row, 0).shares.any()


@pytest.mark.parametrize("name", SLOPE)
def test_slopes_are_those_of_the_activations(name: str) -> None:
    z = np.linspace(-4, 4, 401) + 1e-3
    step = 1e-6
    slope = (ACTIVATE[name](z + step) - ACTIVATE[name](z - step)) / (2 * step)
    np.testing.assert_allclose(SLOPE[name](z), slope, atol=1e-5)


@pytest.mark.parametrize("task", ["boston", "mnist"])
def test_what_is_taken_away_is_what_the_network_says_without_it(task: str) -> None:
    network = made(task, Layer(24), Layer(8, "tanh"))
    row, baseline = pair(network)
    order = np.random.default_rng(2).permutation(len(row))[:12]
    answers = taken_away(network, row, baseline, order)
    for taken in range(len(order) + 1):
        left = row.copy()
        left[order[:taken]] = baseline[order[:taken]]
        np.testing.assert_allclose(
            answers[taken], forward(network, left[None])[-1][0], rtol=1e-4, atol=1e-6
        )


def test_the_lectures_experiments_have_no_other_activations() -> None:
    assert {layer.activation for layer in preset_named("mnist").layers} <= set(SLOPE)
    assert set(SLOPE) == set(ACTIVATIONS)
