"""The ``.keras`` file that is written without Keras, judged by Keras."""

import inspect
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.tables.scaling import Scaling, identity, pixel_scaling, standardization
from models.download.keras_file import keras_archive
from models.experiment import ACTIVATIONS, Experiment, Layer
from models.inputs.summary import dense_layers
from models.network.forward import predict
from models.network.weights import TrainedNetwork
from models.tasks import built_in, preset_named

ROWS = np.random.default_rng(1).uniform(0, 255, (20, 784)).astype(np.float32)


def network(experiment: Experiment, scaling: Scaling, seed: int = 0) -> TrainedNetwork:
    """Return a network of random weights."""
    random, task = np.random.default_rng(seed), built_in(experiment.task)
    layers = dense_layers(task, experiment)
    kernels = [
        random.normal(0, layer.inputs**-0.5, (layer.inputs, layer.units)) for layer in layers
    ]
    biases = [random.normal(0, 0.1, layer.units) for layer in layers]
    arrays = (tuple(array.astype(np.float32) for array in each) for each in (kernels, biases))
    return TrainedNetwork(experiment, task, scaling, *arrays)


def opened(found: TrainedNetwork, folder: Path) -> keras.Sequential:
    (folder / "model.keras").write_bytes(keras_archive(found))
    return keras.models.load_model(folder / "model.keras")


HIDDEN = st.lists(
    st.builds(
        Layer, st.integers(1, 9), st.sampled_from(ACTIVATIONS), st.sampled_from((0.0, 0.25, 0.9))
    ),
    max_size=4,
).map(tuple)
SCALED = [
    ("housing-sgd", standardization(ROWS[:, :13])),
    ("housing-sgd", identity()),
    ("mnist", pixel_scaling()),
    ("mnist", Scaling((127.5,), (127.5,))),
    ("sentiment", identity()),
]


@given(HIDDEN, st.sampled_from(SCALED), st.sampled_from((0.0, 0.01)), st.integers(0, 99))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_keras_answers_the_raw_rows_as_the_lab_does(
    tmp_path: Path, hidden: tuple[Layer, ...], scaled: tuple[str, Scaling], l2: float, seed: int
) -> None:
    preset, scaling = scaled
    ours = network(preset_named(preset).changed(layers=hidden, l2=l2), scaling, seed)
    rows = np.tile(ROWS, 2)[:, : len(ours.kernels[0])]
    if scaling == identity():
        rows = np.round(rows / 255)  # what is not scaled is a vector of 0 and 1
    theirs = opened(ours, tmp_path)(rows, training=False).numpy()
    np.testing.assert_allclose(theirs, predict(ours, rows), rtol=1e-5, atol=1e-5)


def test_dropout_and_l2_are_there_when_it_is_trained_on(tmp_path: Path) -> None:
    experiment = preset_named("housing-sgd").changed(layers=(Layer(6, "tanh", 0.5),), l2=0.02)
    model = opened(network(experiment, standardization(ROWS[:, :13])), tmp_path)
    assert [layer.name for layer in model.layers] == [
        "normalization",
        "dense",
        "dropout",
        "dense_1",
    ]
    kernel = model.layers[1].kernel.numpy()
    assert float(sum(model.losses)) == pytest.approx(0.02 * (kernel**2).sum(), rel=1e-5)


def layers_of(values: Any) -> Iterator[dict[str, Any]]:
    """Yield everything with a class in a parsed ``config.json``."""
    if isinstance(values, dict):
        if "class_name" in values:
            yield values
        for value in values.values():
            yield from layers_of(value)
    elif isinstance(values, list):
        for value in values:
            yield from layers_of(value)


@pytest.mark.parametrize(("preset", "scaling"), SCALED)
def test_the_configuration_holds_nothing_that_is_none_or_the_default(
    preset: str, scaling: Scaling
) -> None:
    """Older versions of Keras refuse what they do not know, whatever its value."""
    hidden = (Layer(3, "linear", 0.5), Layer(4, "gelu"))
    content = keras_archive(network(preset_named(preset).changed(layers=hidden, l2=0.1), scaling))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        config = json.loads(archive.read("config.json"))
    found = list(layers_of(config))
    assert len(found) >= 6
    for layer in found:
        made = getattr(
            getattr(keras, layer["module"].removeprefix("keras").strip(".") or "models"),
            layer["class_name"],
        )
        known = inspect.signature(made.__init__).parameters
        for name, value in layer["config"].items():
            needed = (layer["class_name"], name) == ("Rescaling", "offset")  # from_config reads it
            assert value is not None
            assert needed or name not in known or value != known[name].default, (layer, name)
