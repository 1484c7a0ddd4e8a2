"""What the benchmark compares the training loop with: plain Keras ``fit`` and scikit-learn.

``python -m models.bench.reference_trainers THREADS`` answers one JSON line for each line it reads,
so that the references live in a process of their own, with TensorFlow as it comes: nothing that the
training loop configures reaches them but the number of threads. 0 leaves that to TensorFlow, which
takes all cores. A process that is asked for the lab's own loop should be asked for nothing else.
"""

import gc
import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.events import Epoch, Event
from models.experiment import Experiment
from models.inputs.preparation import Prepared, dense, prepare
from models.tasks import built_in

Seconds = float


def main() -> None:
    """Answer requests ``{"reference": name, "experiment": {...}}`` in seconds, until stdin ends."""
    from models.training.tensorflow_import import tf

    threads = int(sys.argv[1])
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    references: dict[str, Callable[[Experiment], Seconds]] = {
        "fit": fit_run,
        "fit_epoch": fit_epoch,
        "sklearn_epoch": sklearn_epoch,
        "lab_epoch": partial(lab_epoch, threads=threads),
    }
    for line in sys.stdin:
        request = json.loads(line)
        experiment = Experiment.from_dict(request["experiment"])
        print(json.dumps(references[request["reference"]](experiment)), flush=True)
        gc.freeze()  # as the lab's workers do


def fit_run(experiment: Experiment) -> Seconds:
    """Return the seconds that building and ``fit`` with validation data take."""
    prepared = _prepared(experiment)
    began = time.perf_counter()
    _fit(experiment, prepared, [])
    return time.perf_counter() - began


def fit_epoch(experiment: Experiment) -> Seconds:
    """Return the seconds of the median epoch after the first, validation included."""
    from models.training.tensorflow_import import keras

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.ends: list[float] = []

        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            self.ends.append(time.perf_counter())

    clock = Clock()
    _fit(experiment, _prepared(experiment), [clock])
    return statistics.median(b - a for a, b in pairwise(clock.ends))


def lab_epoch(experiment: Experiment, threads: int) -> Seconds:
    """Return the seconds of the median epoch after the first in the lab, validation included."""
    from models.training.loop import train, use_threads

    use_threads(threads)
    events: list[Event] = []
    with TemporaryDirectory() as folder:
        train(experiment, events.append, folder=Path(folder))
    epochs = [event.seconds for event in events if isinstance(event, Epoch)]
    return statistics.median(epochs[1:])


def sklearn_epoch(experiment: Experiment) -> Seconds:
    """Return the seconds of one epoch of the same network, batch size and learning rate.

    scikit-learn has no RMSprop; Adam is its nearest. No validation is asked of it.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    prepared = _prepared(experiment)
    network = MLPClassifier(
        tuple(layer.units for layer in experiment.layers),
        batch_size=experiment.batch_size,
        learning_rate_init=experiment.optimizer.learning_rate,
        alpha=0.0,
        max_iter=1,
    )
    x = dense(prepared.scaling, prepared.x_train, _inputs(experiment))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        began = time.perf_counter()
        network.fit(x, prepared.y_train)
        return time.perf_counter() - began


def _prepared(experiment: Experiment) -> Prepared:
    task = built_in(experiment.task)
    return prepare(task, experiment, task.load(experiment))


def _inputs(experiment: Experiment) -> int:
    return built_in(experiment.task).inputs(experiment)


def _fit(experiment: Experiment, prepared: Prepared, callbacks: list[Any]) -> None:
    from models.training.build import build_model

    inputs = _inputs(experiment)
    build_model(experiment, built_in(experiment.task)).fit(
        dense(prepared.scaling, prepared.x_train, inputs),
        prepared.y_train,
        batch_size=experiment.batch_size,
        epochs=experiment.epochs,
        validation_data=(dense(prepared.scaling, prepared.x_val, inputs), prepared.y_val),
        callbacks=callbacks,
        verbose=0,
    )


if __name__ == "__main__":
    main()
