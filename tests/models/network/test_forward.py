"""The NumPy forward pass against Keras, and the weight files it reads."""

from pathlib import Path

import numpy as np
import pytest

from data.language import UserError
from models.experiment import ACTIVATIONS, Experiment, Layer
from models.inputs.preparation import dense, prepare
from models.inputs.table import row_of
from models.network.evaluation import evaluate
from models.network.forward import forward, softmax
from models.network.prediction import predict_one
from models.network.weights import (
    NETWORK,
    WEIGHTS,
    TrainedNetwork,
    read_network,
    write_description,
    write_weights,
)
from models.tasks import BUILT_IN, built_in, preset_named
from models.training.build import build_model


def untrained(experiment: Experiment, folder: Path) -> tuple[TrainedNetwork, object]:
    """Return a network with its first weights twice: read back from files, and Keras' own."""
    task = built_in(experiment.task)
    model = build_model(experiment, task)
    prepared = prepare(task, experiment, task.load(experiment))
    write_description(folder, experiment, prepared.scaling, prepared.vocabulary)
    write_weights(folder, [variable.numpy() for variable in model.trainable_variables])
    return read_network(folder), model


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("name", ["housing-sgd", "mnist"])
def test_every_activation_equals_keras(activation: str, name: str, tmp_path: Path) -> None:
    layers = (Layer(48, activation, dropout=0.2), Layer(24, activation))
    network, model = untrained(preset_named(name).changed(layers=layers), tmp_path)
    x = network.task.load().x_test[:100].reshape(100, -1)
    theirs = model(network.scaling.apply(x), training=False).numpy()  # type: ignore[attr-defined]
    np.testing.assert_allclose(forward(network, x)[-1], theirs, atol=1e-6)


def test_no_hidden_layer_is_a_network_too(tmp_path: Path) -> None:
    network, _ = untrained(preset_named("mnist").changed(layers=()), tmp_path)
    outputs = forward(network, np.zeros((2, 784), np.uint8))
    assert [output.shape for output in outputs] == [(2, 10)]
    np.testing.assert_allclose(outputs[-1].sum(axis=1), 1, atol=1e-6)


def test_softmax_does_not_overflow() -> None:
    np.testing.assert_allclose(softmax(np.array([[1000.0, 1000.0]])), [[0.5, 0.5]])


def test_evaluation_equals_keras(tmp_path: Path) -> None:
    for task in BUILT_IN:
        folder = tmp_path / task.name
        folder.mkdir()
        network, model = untrained(task.default, folder)
        prepared = prepare(task, task.default, task.load())
        x, y = dense(prepared.scaling, prepared.x_test, task.inputs(task.default)), prepared.y_test
        loss, metric = model.evaluate(x, y, verbose=0)  # type: ignore[attr-defined]
        test = evaluate(network, prepared.x_test, y)
        assert test["loss"] == pytest.approx(loss, rel=1e-5)
        assert test[task.head.metric_name] == pytest.approx(metric, rel=1e-5)


def test_an_evaluation_without_rows_is_an_error(tmp_path: Path) -> None:
    network, _ = untrained(preset_named("housing-sgd"), tmp_path)
    with pytest.raises(ValueError, match="no rows"):
        evaluate(network, np.zeros((0, 13)), np.zeros(0))


def test_a_prediction_carries_every_hidden_layer(tmp_path: Path) -> None:
    network, _ = untrained(preset_named("mnist"), tmp_path)
    prediction = predict_one(network, np.zeros((28, 28), np.uint8))
    assert [hidden.shape for hidden in prediction.hidden] == [(512,)]
    assert prediction.answer.shape == (10,)
    assert prediction.winner == int(prediction.answer.argmax())


@pytest.mark.parametrize(
    "values",
    [
        *(None, "13", [1, 2], [1] * 14, ["a"] * 13, [True] * 13, {"CRIM": 1}),
        *([number] * 13 for number in (float("nan"), float("inf"), 1e300, 10**400)),
    ],
)
def test_a_row_that_is_not_thirteen_numbers_is_refused(values: object) -> None:
    with pytest.raises(UserError, match="13"):
        row_of(values, built_in("boston").load().features)


def test_a_row_may_be_an_object_by_names() -> None:
    features = built_in("boston").load().features
    values = {feature.name: index for index, feature in enumerate(features)}
    np.testing.assert_array_equal(row_of(values, features), np.arange(13))


def test_a_folder_without_weights_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no trained weights"):
        read_network(tmp_path / "nothing")


def test_a_description_with_a_number_beyond_all_floats_is_refused(tmp_path: Path) -> None:
    untrained(preset_named("housing-sgd"), tmp_path)
    path = tmp_path / NETWORK
    path.write_text(
        path.read_text().replace('"learning_rate": 0.001', f'"learning_rate": {10**400}')
    )
    with pytest.raises(UserError, match="learning_rate"):
        read_network(tmp_path)


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04junk"])
def test_damaged_weights_are_named(content: bytes, tmp_path: Path) -> None:
    untrained(preset_named("housing-sgd"), tmp_path)
    (tmp_path / WEIGHTS).write_bytes(content)
    with pytest.raises(UserError, match=r"weights\.npz"):
        read_network(tmp_path)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    untrained(preset_named("housing-sgd"), tmp_path)
    write_weights(tmp_path, [np.zeros((3, 2)), np.zeros(2)] * 3)
    with pytest.raises(UserError, match="another network"):
        read_network(tmp_path)


def test_biases_of_another_network_are_refused(tmp_path: Path) -> None:
    network, _ = untrained(preset_named("housing-sgd"), tmp_path)
    write_weights(tmp_path, [a for kernel in network.kernels for a in (kernel, np.zeros(5))])
    with pytest.raises(UserError, match="another network"):
        read_network(tmp_path)
