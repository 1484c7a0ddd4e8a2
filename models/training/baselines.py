"""What simpler models reach on the same rows: the lines that a network has to pass.

Regression: the mean, linear regression, Ridge and Lasso of scikit-learn. Classification: always the
most frequent class, and the network without hidden layers. That one is trained like any other, and
remembered, because the same choices always give the same figures.
"""

import hashlib
import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from data.dataset import Array
from data.file_readers.json_document import parse_json
from data.file_readers.text_file import read_text
from data.home import home
from data.language import UserError
from models.control import Control, Limits
from models.events import Baseline, Baselines, Epoch, Event, State
from models.experiment import Experiment
from models.inputs.preparation import Prepared, dense
from models.network.evaluation import classification_figures, regression_figures
from models.network.penalties import LASSO_SHARE, RIDGE_ALPHA
from models.tasks.base import Task
from models.training.pacing import Ask, Pacing
from models.training.run import Run
from models.training.setup import Setup

_MAX_BYTES = 2**16
MOST_EPOCHS = 20
"""The network without hidden layers is trained no longer than this."""
SECONDS_FOR_BASELINE = 15.0
"""A network without hidden layers that takes longer is given up: nobody waits for it."""


def known_baselines(setup: Setup) -> Baselines:
    """Return what simpler models reach, as far as that is known at once."""
    known = simple_baselines(setup.task, setup.prepared)
    linear = _linear_classifier(setup)
    found = remembered(linear, setup.prepared) if linear else None
    return Baselines((*known, found) if found else known)


def late_baselines(setup: Setup, ask: Ask) -> Baselines | None:
    """Train the network without hidden layers too, unless that is known or makes no sense.

    Returns all baselines then, None where there is no other one than those that are known.
    """
    linear = _linear_classifier(setup)
    if linear is None or remembered(linear, setup.prepared):
        return None
    found = _trained(linear, setup, ask)
    if found is None:
        return None
    remember(linear, setup.prepared, found)
    return Baselines((*simple_baselines(setup.task, setup.prepared), found))


def _linear_classifier(setup: Setup) -> Experiment | None:
    return without_hidden_layers(setup.experiment) if setup.task.head.is_classifier else None


def _trained(linear: Experiment, setup: Setup, ask: Ask) -> Baseline | None:
    """Train a network without hidden layers; None if that takes too long or is ended."""
    events: list[Event] = []
    same_rows = Setup.of(setup.task, linear, setup.threads, events.append, setup.prepared)
    run = Run.begin(same_rows, events.append, None)
    limits = Limits(working_seconds=SECONDS_FOR_BASELINE)
    if run.all_epochs(Pacing(_only_end(ask), events.append, run, limits)) is not State.DONE:
        return None
    last = next(event for event in reversed(events) if isinstance(event, Epoch))
    seconds = run.progress.seconds
    return Baseline("no_hidden", last.val_loss, last.val_metric, seconds, epochs=linear.epochs)


def _only_end(ask: Ask) -> Ask:
    """What is asked of a run, but for pauses, tempo and learning rate."""

    def asked() -> Control:
        control = ask()
        return Control(stop=control.stop, leave=control.leave)

    return asked


def simple_baselines(task: Task, prepared: Prepared) -> tuple[Baseline, ...]:
    """Return the baselines that take no training: milliseconds at most."""
    if task.head.is_classifier:
        return (_majority(task, prepared),)
    return (_mean(prepared), *_linear_models(prepared))


def _majority(task: Task, prepared: Prepared) -> Baseline:
    """Always answer with the shares of the classes among the training rows."""
    began = time.perf_counter()
    counts = np.bincount(prepared.y_train.astype(int), minlength=task.head.units)
    answers = np.tile(counts / counts.sum(), (len(prepared.y_val), 1))
    figures = classification_figures(answers, prepared.y_val)
    seconds = time.perf_counter() - began
    return Baseline("majority", figures["loss"], figures["accuracy"], seconds)


def _mean(prepared: Prepared) -> Baseline:
    began = time.perf_counter()
    answers = np.full(len(prepared.y_val), prepared.y_train.mean())
    return _regression("mean", answers, prepared.y_val, time.perf_counter() - began)


def _linear_models(prepared: Prepared) -> list[Baseline]:
    from sklearn.linear_model import Lasso, LinearRegression, Ridge

    x_train = dense(prepared.scaling, prepared.x_train, 0).astype(np.float64)
    x_val = dense(prepared.scaling, prepared.x_val, 0)
    models: dict[str, Any] = {
        "linear_regression": LinearRegression(),
        "ridge": Ridge(RIDGE_ALPHA),
        "lasso": Lasso(lasso_alpha(prepared.y_train), max_iter=10_000),
    }
    found = []
    for name, model in models.items():
        began = time.perf_counter()
        model.fit(x_train, prepared.y_train)
        seconds = time.perf_counter() - began
        found.append(_regression(name, model.predict(x_val), prepared.y_val, seconds))
    return found


def lasso_alpha(y_train: Array) -> float:
    """Return Lasso's penalty for these answers; for answers that are all alike, any."""
    return LASSO_SHARE * (float(np.std(y_train.astype(np.float64))) or 1.0)


def _regression(name: str, answers: Array, y: Array, seconds: float) -> Baseline:
    figures = regression_figures(answers, y)
    variance = float(np.var(y.astype(np.float64)))
    r2 = 1 - figures["mse"] / variance if variance else None
    return Baseline(name, figures["mse"], figures["mae"], seconds, r2)


def without_hidden_layers(experiment: Experiment) -> Experiment | None:
    """Return the same choices for a network without hidden layers; None if it has none anyway."""
    if not experiment.layers:
        return None
    epochs = min(experiment.epochs, MOST_EPOCHS)
    return experiment.changed(layers=(), epochs=epochs, early_stopping=None)


def remembered(experiment: Experiment, prepared: Prepared) -> Baseline | None:
    """Return what ``remember`` wrote for these choices on these rows, if it did."""
    try:
        path = _file(experiment, prepared)
        return Baseline(**parse_json(read_text(path, _MAX_BYTES), str(path)))
    except (OSError, UserError, TypeError):
        return None


def remember(experiment: Experiment, prepared: Prepared, baseline: Baseline) -> None:
    """Write a baseline of an experiment for its next run. A disk that is full only forgets it."""
    try:
        path = _file(experiment, prepared)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{os.getpid()}-{path.name}")
        aside.write_text(json.dumps(asdict(baseline)), encoding="utf-8")
        aside.replace(path)
    except (OSError, UserError):
        return


def _file(experiment: Experiment, prepared: Prepared) -> Path:
    """Return the file of these choices and these rows, which the labels stand for."""
    digest = hashlib.sha256(json.dumps(experiment.to_dict(), sort_keys=True).encode())
    for labels in (prepared.y_train, prepared.y_val):
        digest.update(np.ascontiguousarray(labels).tobytes())
    return home() / "cache" / "baselines" / f"{digest.hexdigest()[:32]}.json"
