"""How good a trained network is on rows it has not seen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from data.dataset import Array
from data.text.vocabulary import Encoded
from models.inputs.preparation import Rows
from models.network.forward import predict
from models.network.weights import TrainedNetwork

_ROWS_AT_ONCE = 500
_SMALLEST_PROBABILITY = 1e-7
"""Keras' backend epsilon: probabilities are clipped to it before the logarithm."""


def evaluate(network: TrainedNetwork, x: Rows, y: Array, threads: int = 1) -> dict[str, float]:
    """Return ``{"loss", "accuracy"}`` for a classifier, ``{"loss", "mse", "mae"}`` for a number.

    ``x`` is rows as stored, ``y`` (rows,). The loss is the mean over the rows without
    the L2 penalty; it is the same with any number of ``threads``. Raises ``ValueError`` when there
    are no rows.
    """
    if not len(x):
        raise ValueError("no rows to evaluate")
    return figures_of(network, all_answers(network, x, threads), y)


def figures_of(network: TrainedNetwork, answers: Array, y: Array) -> dict[str, float]:
    """Return the figures of answers, (rows, head.units), like ``evaluate``."""
    if network.task.head.is_classifier:
        return classification_figures(answers, y)
    return regression_figures(answers[:, 0], y)


def all_answers(network: TrainedNetwork, x: Rows, threads: int = 1) -> Array:
    """Return what the network says of every row as stored, (rows, head.units) float32."""
    if not len(x):
        return np.zeros((0, network.task.head.units), np.float32)
    return np.concatenate(_answers(network, parts(x, _ROWS_AT_ONCE), threads))


def rows_at(x: Rows, chosen: Array) -> Rows:
    """Return the rows as stored of these numbers."""
    if not isinstance(x, Encoded):
        found: Array = x[chosen]
        return found
    lengths = np.diff(x.offsets)[chosen]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    starts = np.repeat(x.offsets[chosen] - offsets[:-1], lengths)
    return Encoded(x.ids[starts + np.arange(offsets[-1])], offsets)


def _answers(network: TrainedNetwork, x: Iterator[Rows], threads: int) -> list[Array]:
    """Return what the network says of every part; NumPy lets other threads run meanwhile."""
    if threads == 1:
        return [predict(network, part) for part in x]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(partial(predict, network), x))


def parts(x: Rows, size: int) -> Iterator[Rows]:
    """Yield rows as stored, ``size`` of them at a time."""
    for first in range(0, len(x), size):
        last = min(first + size, len(x))
        if isinstance(x, Encoded):
            offsets = x.offsets[first : last + 1]
            yield Encoded(x.ids[offsets[0] : offsets[-1]], offsets - offsets[0])
        else:
            yield x[first:last]


def classification_figures(probabilities: Array, y: Array) -> dict[str, float]:
    """Return ``{"loss", "accuracy"}`` of (rows, classes) probabilities for true classes (rows,)."""
    chosen = probabilities[np.arange(len(y)), y.astype(int)]
    clipped = np.clip(chosen.astype(np.float64), _SMALLEST_PROBABILITY, 1)
    right = probabilities.argmax(axis=1) == y
    return {"loss": float(-np.log(clipped).mean()), "accuracy": float(right.mean())}


def regression_figures(answers: Array, y: Array) -> dict[str, float]:
    """Return ``{"loss", "mse", "mae"}`` of (rows,) answers for true values (rows,)."""
    errors = answers.astype(np.float64) - y
    mse = float((errors**2).mean())
    return {"loss": mse, "mse": mse, "mae": float(np.abs(errors).mean())}
