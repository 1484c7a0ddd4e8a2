"""What is wrong with how a network learns, told from figures, and what to try next.

A loss that diverges says so by itself. A network that learns nothing does not: its loss lies still
because its units are dead or saturated, because it answers the same to everything, or because its
weights hardly move. Each has its own signs, which are looked for on a few rows.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.dataset import Array
from models.events import Diagnosis
from models.experiment import RANGES, Experiment, Optimizer
from models.inputs.kinds import input_of
from models.inputs.preparation import Rows
from models.network.evaluation import classification_figures, parts
from models.network.forward import forward
from models.network.layer_figures import dead_share, saturated_share
from models.network.weights import TrainedNetwork
from models.tasks.base import Task

PROBE_ROWS = 256
"""Rows that are looked at; a unit that fires for none of them counts as dead."""

SHARE_TO_NAME = 0.5
"""Share of a layer's units that must be dead or saturated for it to be named."""

EXPLODED = 10.0
"""A loss this many times the first update's has diverged, though it is still a number."""

NEAR_CHANCE = 0.02
"""Relative distance of the loss from that of a guess."""

STANDSTILL = 1e-3
"""Weights that have moved by less than this share of their size have not learnt."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """The update at which the loss stopped being a number; ``batch`` counts from 1 in its epoch.

    ``largest_gradient`` is the largest one in size just before: NaN or infinite when that was no
    number either, None when nobody looked. ``loss`` and ``first_loss`` are those of the last epoch
    and of the first update where the loss is a number still, but far too large.
    """

    update: int
    batch: int
    largest_gradient: float | None = None
    loss: float | None = None
    first_loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures of a run that is over.

    ``outputs`` holds, for every Dense layer, what a few validation rows make of it, (rows, units);
    ``targets`` are their true values. ``moved`` is the distance of the weights from their start
    over their own size. ``first_loss`` and ``last_loss`` are those of the first update and of the
    last epoch (or update) on the training rows.
    """

    outputs: tuple[Array, ...]
    targets: Array
    moved: float
    first_loss: float
    last_loss: float
    learning_rate: float


def gather_evidence(
    network: TrainedNetwork,
    x: Rows,
    y: Array,
    *,
    start: list[Array],
    losses: tuple[float, float],
    learning_rate: float,
) -> Evidence:
    """Return the figures of a network on its validation rows ``x`` (as stored) and ``y``.

    ``start`` holds its initial arrays, kernel, bias, kernel, bias, ...; ``losses`` the first and
    the last one on training rows.
    """
    with np.errstate(all="ignore"):
        outputs = forward(network, next(parts(x, PROBE_ROWS)))
    moved = _distance(network.kernels, start[::2])
    return Evidence(tuple(outputs), y[:PROBE_ROWS], moved, *losses, learning_rate)


def _distance(kernels: Sequence[Array], start: Sequence[Array]) -> float:
    """Return how far kernels are from where they started, over their size at the start."""
    moved = sum(float(((now - then) ** 2).sum()) for now, then in zip(kernels, start, strict=True))
    return math.sqrt(moved / sum(float((then**2).sum()) for then in start))


def divergence(
    task: Task, experiment: Experiment, found: Divergence, learning_rate: float
) -> Diagnosis:
    """Return what happened when a loss became NaN, infinite or far too large."""
    figures: dict[str, float | int | str | bool] = {
        "update": found.update,
        "batch": found.batch,
        "raw": is_raw(task, experiment),
        "rate": learning_rate,
    }
    gradient = found.largest_gradient
    if gradient is not None:
        is_number = math.isfinite(gradient)
        figures |= {"gradient": gradient if is_number else 0.0, "has_gradient": is_number}
    if found.loss is None:
        return Diagnosis("exploded", figures)
    return Diagnosis("blown_up", {**figures, "first": found.first_loss, "last": found.loss})


def diagnose(task: Task, experiment: Experiment, evidence: Evidence) -> tuple[Diagnosis, ...]:
    """Return what is wrong with a run whose loss stayed a number; the gravest first.

    Each has the learning rate in force among its figures.
    """
    signs = (_blown_up, _dead, _saturated, _constant, _standing_still)
    found = (sign(task, experiment, evidence) for sign in signs)
    rate = evidence.learning_rate
    return tuple(Diagnosis(each.name, {**each.figures, "rate": rate}) for each in found if each)


def is_raw(task: Task, experiment: Experiment) -> bool:
    """Say whether the inputs are numbers in their own units, from small to large ones."""
    return "standardize" in input_of(task).own_settings and not experiment.standardize


def _blown_up(task: Task, experiment: Experiment, evidence: Evidence) -> Diagnosis | None:
    first, last = evidence.first_loss, evidence.last_loss
    if not last > EXPLODED * first:
        return None
    return Diagnosis("blown_up", {"first": first, "last": last, "raw": is_raw(task, experiment)})


def _dead(task: Task, experiment: Experiment, evidence: Evidence) -> Diagnosis | None:
    return _worst_layer("dead", experiment, _shares(dead_share, experiment, evidence))


def _saturated(task: Task, experiment: Experiment, evidence: Evidence) -> Diagnosis | None:
    return _worst_layer("saturated", experiment, _shares(saturated_share, experiment, evidence))


def _shares(
    share: Callable[[str, Array], float], experiment: Experiment, evidence: Evidence
) -> list[float]:
    """Return a share of every hidden layer, by its activation and what a few rows make of it."""
    layers = zip(experiment.layers, evidence.outputs[:-1], strict=True)
    return [share(layer.activation, a) for layer, a in layers]


def _worst_layer(name: str, experiment: Experiment, shares: list[float]) -> Diagnosis | None:
    if not shares or max(shares) < SHARE_TO_NAME:
        return None
    worst = int(np.argmax(shares))
    layer = experiment.layers[worst]
    return Diagnosis(
        name,
        {
            "layer": worst + 1,
            "share": shares[worst],
            "units": layer.units,
            "activation": layer.activation,
        },
    )


def _constant(task: Task, experiment: Experiment, evidence: Evidence) -> Diagnosis | None:
    """A network that answers the same to everything can at best know how often each answer is."""
    if task.head.is_classifier:
        chance = math.log(task.head.units)
        loss = classification_figures(evidence.outputs[-1], evidence.targets)["loss"]
        if abs(loss / chance - 1) > NEAR_CHANCE:
            return None
        return Diagnosis("chance", {"loss": loss, "chance": chance, "classes": task.head.units})
    spread = float(np.std(evidence.outputs[-1]))
    if spread > NEAR_CHANCE * float(np.std(evidence.targets)):
        return None
    return Diagnosis("constant", {"answer": float(np.mean(evidence.outputs[-1]))})


def _standing_still(task: Task, experiment: Experiment, evidence: Evidence) -> Diagnosis | None:
    if evidence.moved > STANDSTILL:
        return None
    return Diagnosis("standing_still", {"moved": evidence.moved})


# Remedies ------------------------------------------------------------------------------------

Remedy = Callable[[Task, Experiment], Experiment]


def _standardized(task: Task, experiment: Experiment) -> Experiment:
    return experiment.changed(standardize=True) if is_raw(task, experiment) else experiment


def _slower(task: Task, experiment: Experiment) -> Experiment:
    rate = max(experiment.optimizer.learning_rate / 10, RANGES["learning_rate"][0])
    return _with_rate(experiment, rate)


def _usual_rate(task: Task, experiment: Experiment) -> Experiment:
    return _with_rate(experiment, Optimizer(experiment.optimizer.name).learning_rate)


def _clipped(task: Task, experiment: Experiment) -> Experiment:
    return experiment.changed(optimizer=replace(experiment.optimizer, clipnorm=1.0))


def _adam(task: Task, experiment: Experiment) -> Experiment:
    """Adam with its usual settings: its updates are never much larger than the learning rate."""
    return experiment.changed(optimizer=Optimizer("adam"))


def _elu(task: Task, experiment: Experiment) -> Experiment:
    return _with_activation(experiment, ("relu",), "elu")


def _relu(task: Task, experiment: Experiment) -> Experiment:
    return _with_activation(experiment, ("tanh", "sigmoid"), "relu")


def _with_rate(experiment: Experiment, rate: float) -> Experiment:
    return experiment.changed(optimizer=replace(experiment.optimizer, learning_rate=rate))


def _with_activation(experiment: Experiment, old: tuple[str, ...], new: str) -> Experiment:
    layers = (
        replace(layer, activation=new) if layer.activation in old else layer
        for layer in experiment.layers
    )
    return experiment.changed(layers=tuple(layers))


REMEDIES: dict[str, Remedy] = {
    "standardize": _standardized,
    "slower": _slower,
    "usual_rate": _usual_rate,
    "clip": _clipped,
    "adam": _adam,
    "elu": _elu,
    "relu": _relu,
}
_FOR = {
    "exploded": ("standardize", "slower", "clip", "adam"),
    "blown_up": ("standardize", "slower", "clip", "adam"),
    "dead": ("standardize", "slower", "elu", "adam"),
    "saturated": ("standardize", "slower", "relu", "adam"),
    "chance": ("slower", "usual_rate", "adam"),
    "constant": ("standardize", "slower", "usual_rate", "adam"),
    "standing_still": ("usual_rate", "adam"),
}


def remedies(
    task: Task, experiment: Experiment, diagnoses: tuple[Diagnosis, ...]
) -> dict[str, Experiment]:
    """Return what to try, by name, best first: each is the experiment with one thing changed.

    Its learning rate is the one that the diagnoses tell of, which a run may change on its way.
    """
    rate = next((found.figures["rate"] for found in diagnoses if "rate" in found.figures), None)
    if rate is not None:
        experiment = _with_rate(experiment, float(rate))
    names = dict.fromkeys(name for found in diagnoses for name in _FOR[found.name])
    tried = {name: REMEDIES[name](task, experiment) for name in names}
    return {name: changed for name, changed in tried.items() if changed != experiment}
