"""How far the training loop is from ``model.fit`` as everybody calls it.

``tests/models/training/test_loop.py`` compares them to the last bit in one process, where
TensorFlow's graph optimizer (Grappler) is off, as the lab has it. Here ``fit`` runs in a process of
its own with TensorFlow as it comes, and Grappler rewrites some sums. ``pytest -s`` prints the
differences.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.experiment import OPTIMIZER_PARAMETERS, Experiment, Optimizer
from models.network.weights import read_network
from models.tasks import preset_named
from models.training.loop import train
from tests.test_architecture import ROOT

HOUSING = preset_named("housing-sgd").changed(epochs=10)
EXPERIMENTS = {name: HOUSING.changed(optimizer=Optimizer(name)) for name in OPTIMIZER_PARAMETERS}
TOLERANCE = 1e-6
"""After ten epochs, of weights of about 0.1. Longer training lets any rounding grow."""

FIT = """
import json, sys
import numpy as np
import tensorflow as tf
from models.training.batches import permutation
from models.experiment import Experiment
from models.training.build import build_model
from models.inputs.preparation import prepare
from models.tasks import built_in

for name, values in json.load(sys.stdin).items():
    experiment = Experiment.from_dict(values)
    task = built_in(experiment.task)
    prepared = prepare(task, experiment, task.load())
    x, y = prepared.scaling.apply(prepared.x_train), prepared.y_train
    model = build_model(experiment, task)
    for epoch in range(1, experiment.epochs + 1):
        order = permutation(experiment.seed, epoch, len(x))
        model.fit(x[order], y[order], batch_size=experiment.batch_size, shuffle=False, verbose=0)
    np.savez(f"{sys.argv[1]}/{name}.npz", *[each.numpy() for each in model.trainable_variables])
assert not tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer")
"""


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the weights that plain ``fit`` gives for each experiment."""
    folder = tmp_path_factory.mktemp("fitted")
    experiments = {name: experiment.to_dict() for name, experiment in EXPERIMENTS.items()}
    done = subprocess.run(
        [sys.executable, "-c", FIT, str(folder)],
        input=json.dumps(experiments),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_weights_are_those_of_plain_fit_but_for_rounding(
    name: str, fitted: Path, tmp_path: Path
) -> None:
    difference = max(
        float(np.abs(ours - theirs).max())
        for ours, theirs in zip(
            trained(EXPERIMENTS[name], tmp_path),
            np.load(fitted / f"{name}.npz").values(),
            strict=True,
        )
    )
    print(f"\n{name:8} largest difference of a weight {difference:.1e}")
    assert difference < TOLERANCE


def trained(experiment: Experiment, folder: Path) -> list[np.ndarray]:
    train(experiment, lambda event: None, folder=folder)
    network = read_network(folder)
    pairs = zip(network.kernels, network.biases, strict=True)
    return [array for pair in pairs for array in pair]
