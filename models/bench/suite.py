"""Speed and accuracy of the training loop, beside Keras' ``fit`` and scikit-learn in the same run.

References take turns with the lab, round after round, so that a busy machine slows all of them
alike; ratios of medians are what counts. All of them use one thread, but where it says otherwise.
"""

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from data.cores import usable_cores
from models.bench.machine import machine
from models.events import End, Epoch, Event
from models.experiment import Experiment
from models.inputs.preparation import prepare
from models.tasks import built_in, preset_named
from models.training.loop import train
from models.training.threads import threads_worth

Seconds = float


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result: what was measured, its value, and the bar it is held against."""

    name: str
    value: float
    bar: str


class _References:
    """The process of ``models.bench.reference_trainers``."""

    def __init__(self, threads: int = 1) -> None:
        command = [sys.executable, "-m", "models.bench.reference_trainers", str(threads)]
        one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=one_thread
        )

    def seconds(self, reference: str, experiment: Experiment) -> Seconds:
        """Let a reference train an experiment; return its time."""
        assert self._process.stdin and self._process.stdout
        request = {"reference": reference, "experiment": experiment.to_dict()}
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return float(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate()


def measure(*, quick: bool, as_json: bool) -> None:
    """Measure everything and print one line a figure, the machine first."""
    rounds, references = 1 if quick else 5, _References()
    with threadpool_limits(1):
        found = [
            *_housing_speed(rounds, references),
            *_digits_speed(rounds, references),
            *_threads_speed(rounds),
            *_company_speed(rounds),
            *_accuracies(quick),
        ]
    references.close()
    if as_json:
        figures = {figure.name: figure.value for figure in found}
        print(json.dumps({"machine": machine(), "figures": figures}))
        return
    print(f"machine: {machine()}")
    for figure in found:
        print(f"{figure.name:58} {figure.value:10.4f}   {figure.bar}")


def _housing_speed(rounds: int, references: _References) -> list[Figure]:
    experiment = preset_named("housing-sgd")
    times = _interleaved(
        rounds,
        {
            "lab": lambda: _timed(lambda: _train(experiment)),
            "fit": lambda: references.seconds("fit", experiment),
        },
    )
    return [
        Figure("housing-sgd, 80 epochs with validation, lab (s)", times["lab"], ""),
        Figure("housing-sgd, 80 epochs with validation, Keras fit (s)", times["fit"], ""),
        Figure("housing-sgd, fit / lab", times["fit"] / times["lab"], ">= 20"),
    ]


def _digits_speed(rounds: int, references: _References) -> list[Figure]:
    experiment = preset_named("mnist").changed(epochs=3)
    times = _interleaved(
        rounds,
        {
            "lab": lambda: _lab_epoch(experiment),
            "fit": lambda: references.seconds("fit_epoch", experiment),
            "sklearn": lambda: references.seconds("sklearn_epoch", experiment),
        },
    )
    return [
        Figure("mnist, one epoch with validation, lab (s)", times["lab"], ""),
        Figure("mnist, one epoch with validation, Keras fit (s)", times["fit"], ""),
        Figure("mnist, one epoch, scikit-learn MLPClassifier (s)", times["sklearn"], ""),
        Figure("mnist, fit / lab", times["fit"] / times["lab"], ">= 1.5"),
        Figure("mnist, scikit-learn / lab", times["sklearn"] / times["lab"], "> 1"),
    ]


def _threads_speed(rounds: int) -> list[Figure]:
    """A run that trains alone with the threads it gets, against one thread and against ``fit``."""
    experiment = preset_named("mnist").changed(epochs=3)
    large = experiment.changed(batch_size=512)
    cores = usable_cores()
    threads = threads_worth(built_in(experiment.task), experiment, cores)
    one, several, fit = _References(), _References(threads), _References(0)
    times = _interleaved(
        rounds,
        {
            "one": lambda: one.seconds("lab_epoch", experiment),
            "several": lambda: several.seconds("lab_epoch", experiment),
            "fit": lambda: fit.seconds("fit_epoch", experiment),
            "one, 512": lambda: one.seconds("lab_epoch", large),
            "several, 512": lambda: several.seconds("lab_epoch", large),
        },
    )
    for process in (one, several, fit):
        process.close()
    alone = times["several"]
    larger = times["one, 512"] / times["several, 512"]
    return [
        Figure(f"mnist, one epoch alone on {cores} cores, lab (s)", alone, ""),
        Figure("mnist, one epoch, Keras fit with all its threads (s)", times["fit"], ""),
        Figure("mnist alone, one thread / several", times["one"] / alone, ">= 1.25"),
        Figure("mnist alone, batch 512, one thread / several", larger, ">= 1.4"),
        Figure("mnist alone, fit with all its threads / lab", times["fit"] / alone, ">= 2.5"),
    ]


def _company_speed(rounds: int) -> list[Figure]:
    """Two runs at once, where the first began with several threads, against one thread each."""
    trainers = {"one": _Trainer(1), "several": _Trainer(usable_cores())}
    times = _interleaved(
        rounds, {name: partial(trainer.two_runs, 6) for name, trainer in trainers.items()}
    )
    for trainer in trainers.values():
        trainer.close()
    ratio = times["one"] / times["several"]
    return [
        Figure("mnist, 6 epochs twice at once, a thread each (s)", times["one"], ""),
        Figure("mnist twice at once, a thread each / several at first", ratio, ">= 1"),
    ]


class _Trainer:
    """A trainer process, as the server has one."""

    def __init__(self, threads: int) -> None:
        slots = ["--slots", "2", "--threads", str(threads)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "models.jobs.local.trainer", *slots],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        self._heard()

    def two_runs(self, epochs: int) -> Seconds:
        """Train two runs that begin together; return the seconds until both have ended."""
        experiment = preset_named("mnist").changed(epochs=epochs).to_dict()
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            for folder in (first, second):
                job = {"do": "submit", "run": folder, "folder": folder, "experiment": experiment}
                self._tell({**job, "after": None, "limits": {}, "control": {}})
            ended = 0
            while ended < 2:
                ended += self._heard()["event"]["kind"] == End.kind
        return time.perf_counter() - began

    def close(self) -> None:
        self._process.communicate()

    def _tell(self, command: dict[str, Any]) -> None:
        assert self._process.stdin
        print(json.dumps(command), file=self._process.stdin, flush=True)

    def _heard(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


def _accuracies(quick: bool) -> list[Figure]:
    seeds = range(1 if quick else 5)
    housing = [_train(preset_named("housing-sgd").changed(seed=seed))[1]["mse"] for seed in seeds]
    digits = _train(preset_named("mnist"))[1]["accuracy"]
    fashion = _train(preset_named("fashion-mnist"))[1]["accuracy"]
    return [
        Figure("mnist, 5 epochs, test accuracy", digits, ">= 0.975"),
        Figure("fashion-mnist, 10 epochs, test accuracy", fashion, ">= 0.865"),
        Figure("housing-sgd, median test MSE of the seeds", statistics.median(housing), "<= 18"),
        Figure("housing, LinearRegression, test MSE", _linear_regression_mse(), ""),
    ]


def _interleaved(rounds: int, references: dict[str, Callable[[], Seconds]]) -> dict[str, Seconds]:
    """Return each reference's median over the rounds; a first round warms up and does not count.

    After it what is loaded is frozen, as in a worker, see ``models.jobs.local.job``.
    """
    times: dict[str, list[Seconds]] = {name: [] for name in references}
    for number in range(rounds + 1):
        if number == 1:
            gc.freeze()
        for name, reference in references.items():
            times[name].append(reference())
    return {name: statistics.median(found[1:]) for name, found in times.items()}


def _timed(work: Callable[[], object]) -> Seconds:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _train(experiment: Experiment) -> tuple[list[Epoch], dict[str, float]]:
    """Train as a worker does, files included; return the epochs and the test figures."""
    events: list[Event] = []
    with tempfile.TemporaryDirectory() as folder:
        train(experiment, events.append, folder=Path(folder))
    end = events[-1]
    assert isinstance(end, End) and end.test
    return [event for event in events if isinstance(event, Epoch)], end.test


def _lab_epoch(experiment: Experiment) -> Seconds:
    """Seconds of the median epoch after the first, which also compiles."""
    return statistics.median(epoch.seconds for epoch in _train(experiment)[0][1:])


def _linear_regression_mse() -> float:
    from sklearn.linear_model import LinearRegression

    experiment, task = preset_named("housing-sgd"), built_in("boston")
    prepared = prepare(task, experiment, task.load(experiment))
    fitted = LinearRegression().fit(prepared.x_train, prepared.y_train)
    return float(((fitted.predict(prepared.x_test) - prepared.y_test) ** 2).mean())
