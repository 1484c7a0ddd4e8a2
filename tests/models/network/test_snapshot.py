"""The numbers of the drawing are those of the network."""

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models.events import Snapshot, from_json, to_json
from models.inputs.preparation import prepare
from models.network.forward import forward
from models.network.snapshot import (
    MOST_SHOWN,
    example_row,
    shown_columns,
    shown_units,
    take_snapshot,
)
from models.network.weights import TrainedNetwork, read_network
from models.tasks import BUILT_IN, built_in
from models.tasks.base import Task
from models.training.loop import train

every_task = pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)


Pictured = Callable[[Task], tuple[TrainedNetwork, Snapshot, list[np.ndarray]]]


@pytest.fixture(scope="module")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Pictured:
    """Return what trains a task once and tells its network, its picture and the layers' outputs."""

    @cache
    def pictured(task: Task) -> tuple[TrainedNetwork, Snapshot, list[np.ndarray]]:
        network = trained(task, tmp_path_factory.mktemp(task.name))
        prepared = prepare(task, network.experiment, task.load(network.experiment))
        x = example_row(network, prepared.x_val)
        return (
            network,
            take_snapshot(network, x, prepared.y_val[0], 5),
            forward_of(network, prepared),
        )

    return pictured


def trained(task: Task, folder: Path) -> TrainedNetwork:
    train(
        task.default.changed(epochs=1, train_size=300, batch_size=64), lambda e: None, folder=folder
    )
    return read_network(folder)


def forward_of(network: TrainedNetwork, prepared: object) -> list[np.ndarray]:
    from models.network.evaluation import parts

    return [output[0] for output in forward(network, next(parts(prepared.x_val, 1)))]  # type: ignore[attr-defined]


@every_task
def test_activations_are_those_of_the_forward_pass(task: Task, pictured: Pictured) -> None:
    _, snapshot, outputs = pictured(task)
    for shown, values, output in zip(snapshot.shown[1:], snapshot.values[1:], outputs, strict=True):
        np.testing.assert_allclose(values, output[shown], rtol=1e-4, atol=1e-5)


@every_task
def test_weights_and_biases_are_those_between_the_units_that_are_drawn(
    task: Task, pictured: Pictured
) -> None:
    network, snapshot, _ = pictured(task)
    for layer, kernel in enumerate(network.kernels):
        columns, units = snapshot.shown[layer], snapshot.shown[layer + 1]
        np.testing.assert_allclose(snapshot.weights[layer], kernel[columns][:, units], atol=1e-6)
        np.testing.assert_allclose(snapshot.biases[layer], network.biases[layer][units], atol=1e-6)


@every_task
def test_the_terms_are_the_largest_ones_and_belong_to_the_sum(
    task: Task, pictured: Pictured
) -> None:
    network, snapshot, outputs = pictured(task)
    prepared = prepare(task, network.experiment, task.load(network.experiment))
    a = example_row(network, prepared.x_val)
    for layer, kernel in enumerate(network.kernels):
        for place, unit in enumerate(snapshot.shown[layer + 1]):
            products = np.abs(kernel[:, unit] * a)
            told = [abs(weight * value) for _, weight, value in snapshot.terms[layer][place]]
            expected = np.sort(products)[::-1][: len(told)]
            np.testing.assert_allclose(told, expected, rtol=1e-3, atol=1e-5)
            z = float(kernel[:, unit] @ a + network.biases[layer][unit])
            assert snapshot.sums[layer][place] == pytest.approx(z, rel=1e-4, abs=1e-5)
        a = outputs[layer]


def test_narrow_layers_are_drawn_whole_and_wide_ones_by_their_first_and_last_units() -> None:
    assert shown_units(1) == [0]
    assert shown_units(MOST_SHOWN) == list(range(MOST_SHOWN))
    assert shown_units(512)[-1] == 511 and shown_units(512)[:3] == [0, 1, 2]


def test_pixels_that_are_drawn_lie_in_the_middle_of_the_picture() -> None:
    inputs = shown_columns(built_in("mnist"), 784, [512, 10])[0]
    assert len(inputs) == 7 and all(14 * 28 <= pixel < 15 * 28 for pixel in inputs)


def test_pictures_show_weights_with_zero_in_the_middle(pictured: Pictured) -> None:
    network, snapshot, _ = pictured(built_in("mnist"))
    assert snapshot.pictures
    greys = np.frombuffer(base64.b64decode(snapshot.pictures), np.uint8).reshape(-1, 784)
    kernel = network.kernels[0][:, snapshot.shown[1]].T
    assert len(greys) == len(snapshot.shown[1])
    assert (
        np.sign(greys.astype(int) - 128)[np.abs(kernel) > 0.01]
        == np.sign(kernel)[np.abs(kernel) > 0.01]
    ).mean() > 0.95
    assert np.abs(greys.astype(int) - 128).max(axis=1).tolist() == [127] * len(greys)


def test_a_snapshot_survives_json_and_is_small(pictured: Pictured) -> None:
    import json

    _, snapshot, _ = pictured(built_in("mnist"))
    line = json.dumps(to_json(snapshot))
    assert from_json(json.loads(line)) == snapshot and len(line) < 16_000
