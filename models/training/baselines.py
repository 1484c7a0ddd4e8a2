"""What simpler models reach on the same rows: the lines that a network has to pass.

Regression: the mean, linear regression, Ridge and Lasso of scikit-learn. Classification: always the
most frequent class; the network without hidden layers is trained by ``models.training.loop`` itself
and remembered here, because the same choices always give the same figures.
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
from models.events import Baseline
from models.experiment import Experiment
from models.inputs.preparation import Prepared, dense
from models.network.evaluation import classification_figures, regression_figures
from models.tasks.base import Task

RIDGE_ALPHA = 1.0
LASSO_SHARE = 0.01
"""The strength of the penalty. Ridge: scikit-learn's default, which means the same in every unit of
the answers. Lasso: a share of the standard deviation of the training rows' answers, so that it
means the same, too; of Boston's thirteen variables it leaves twelve."""

_MAX_BYTES = 2**16
MOST_EPOCHS = 20
"""The network without hidden layers is trained no longer than this."""


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
