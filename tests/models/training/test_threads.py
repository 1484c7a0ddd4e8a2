"""Several threads make a large batch faster and change no bit of the weights."""

import json
import subprocess
import sys

import pytest

from models.experiment import Experiment, Layer, Optimizer
from models.tasks import built_in, preset_named
from models.training.threads import MOST_ROWS, MOST_THREADS, MOST_UNITS, threads_worth
from tests.support.lab import ROOT

MNIST = preset_named("mnist")


@pytest.mark.parametrize(
    ("experiment", "cores", "threads"),
    [
        (MNIST, 1, 1),
        (MNIST, 2, 2),
        (MNIST, 64, MOST_THREADS),
        (MNIST.changed(batch_size=512), 2, 2),
        (MNIST.changed(batch_size=513), 2, 1),
        (MNIST.changed(batch_size=1), 2, 1),
        (MNIST.changed(layers=(Layer(513),)), 2, 1),
        (MNIST.changed(layers=()), 2, 1),
        (preset_named("housing-sgd"), 2, 1),
    ],
)
def test_threads_follow_cores_batch_and_layers(experiment: Experiment, cores: int, threads: int):
    assert threads_worth(built_in(experiment.task), experiment, cores) == threads


TRAIN = """
import hashlib, json, sys
import numpy as np
from models.experiment import Experiment
from models.events import Epoch
from models.training.loop import train, use_threads
from pathlib import Path
from tempfile import TemporaryDirectory
use_threads(int(sys.argv[1]))
for line in sys.stdin:
    events = []
    with TemporaryDirectory() as folder:
        train(Experiment.from_dict(json.loads(line)), events.append, folder=Path(folder))
        with np.load(Path(folder) / "weights.npz") as arrays:
            content = b"".join(arrays[name].tobytes() for name in sorted(arrays))
    figures = [(e.loss, e.val_loss, e.val_metric) for e in events if isinstance(e, Epoch)]
    print(hashlib.sha256(content).hexdigest(), figures, events[0].threads)
"""


def trained(threads: int, experiments: list[Experiment]) -> list[str]:
    lines = "\n".join(json.dumps(experiment.to_dict()) for experiment in experiments)
    command = [sys.executable, "-c", TRAIN, str(threads)]
    told = subprocess.run(
        command, input=lines, capture_output=True, check=True, text=True, cwd=ROOT
    )
    return told.stdout.splitlines()


def test_the_weights_and_figures_are_those_of_one_thread_bit_for_bit():
    small = MNIST.changed(epochs=1, train_size=2_000)
    widest = (Layer(MOST_UNITS), Layer(MOST_UNITS, "tanh", 0.3))
    experiments = [
        small,
        small.changed(batch_size=MOST_ROWS, layers=widest, optimizer=Optimizer("adam"), l2=0.001),
        small.changed(batch_size=MOST_ROWS, layers=(Layer(64), Layer(MOST_UNITS))),
        small.changed(batch_size=33, layers=widest, optimizer=Optimizer("sgd", 0.1)),
    ]
    assert all(threads_worth(built_in("mnist"), experiment, 4) == 4 for experiment in experiments)
    one, four = trained(1, experiments), trained(4, experiments)
    assert [line.rpartition(" ")[2] for line in four] == ["4"] * len(experiments)
    assert [line.rpartition(" ")[0] for line in one] == [line.rpartition(" ")[0] for line in four]
