"""How each optimizer changes one weight: the arithmetic of Keras 3.15, restated in NumPy float32.

Keras changes all weights of a network at once and shows none of the figures in between. Here one
weight is changed by hand, with the optimizer's variables ("slots") of that weight and every
intermediate figure by name, so that a page can show them and a test can hold them against Keras.
Source: ``keras/src/optimizers/{sgd,rmsprop,adam,adamw,adagrad}.py`` of Keras 3.15.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.experiment import Optimizer

F = np.float32


@dataclass(frozen=True, slots=True)
class WeightUpdate:
    """One update of one weight.

    ``slots_after`` are in the order of ``slot_names``, ``change`` is what is added to the weight,
    and ``quantities`` holds the figures in between by name.
    """

    slots_after: tuple[float, ...]
    change: float
    quantities: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Before:
    """Everything that an update starts from, as float32; ``slots`` by name, ``update`` from 1."""

    optimizer: Optimizer
    rate: F
    update: F
    weight: F
    gradient: F
    slots: dict[str, F]

    def setting(self, name: str) -> F:
        return F(getattr(self.optimizer, name))


_Figures = dict[str, F]
_Outcome = tuple[_Figures, F, _Figures]
"""Slots after the update, the weight's change, and the quantities in between."""


def slot_names(optimizer: Optimizer) -> tuple[str, ...]:
    """Return the names of the variables that Keras keeps for each weight, in Keras' order."""
    match optimizer.name:
        case "sgd":
            return ("momentum",) if optimizer.momentum > 0 else ()
        case "rmsprop":
            momentum = ("momentum",) if optimizer.momentum > 0 else ()
            return ("velocity", *momentum, *(("average_gradient",) if optimizer.centered else ()))
        case "adagrad":
            return ("accumulator",)
    return ("momentum", "velocity", *(("velocity_hat",) if optimizer.amsgrad else ()))


def initial_slots(optimizer: Optimizer) -> tuple[float, ...]:
    """Return the slots of a weight before its first update."""
    start = optimizer.initial_accumulator_value if optimizer.name == "adagrad" else 0.0
    return tuple(start for _ in slot_names(optimizer))


def step(
    optimizer: Optimizer,
    learning_rate: float,
    update: int,
    weight: float,
    gradient: float,
    slots_before: Sequence[float],
) -> WeightUpdate:
    """Return what update number ``update`` (the first is 1) does to one weight.

    ``gradient`` is the one that the optimizer works with, already clipped.
    """
    slots = dict(zip(slot_names(optimizer), map(F, slots_before), strict=True))
    before = _Before(optimizer, F(learning_rate), F(update), F(weight), F(gradient), slots)
    with np.errstate(all="ignore"):
        after, change, quantities = _RULES[optimizer.name](before)
    return WeightUpdate(
        tuple(float(after[name]) for name in slots),
        float(change),
        {name: float(value) for name, value in quantities.items()},
    )


def lecture_change(
    optimizer: Optimizer, learning_rate: float, gradient: float, slots_after: Sequence[float]
) -> float | None:
    """Return what the lecture's own form of the rule makes of the same figures.

    RMSprop: -rate * g / sqrt(E[g^2] + epsilon), which is what Keras 3 computes unless momentum or
    centring is switched on. Adam: -rate * m / (sqrt(v) + epsilon), without bias correction, so that
    the first updates are larger than those of Keras, by (1 - beta_1^t) / sqrt(1 - beta_2^t).
    None for an optimizer of which the lecture shows the same form, or none.
    """
    slots = dict(zip(slot_names(optimizer), map(F, slots_after), strict=True))
    rate, epsilon = F(learning_rate), F(optimizer.epsilon)
    with np.errstate(all="ignore"):
        match optimizer.name:
            case "rmsprop":
                return float(-rate * F(gradient) / np.sqrt(slots["velocity"] + epsilon))
            case "adam":
                return float(-rate * slots["momentum"] / (np.sqrt(slots["velocity"]) + epsilon))
    return None


def _sgd(before: _Before) -> _Outcome:
    """w + v with v = momentum * v - rate * g; Nesterov looks one such step ahead."""
    plain = before.rate * before.gradient
    if "momentum" not in before.slots:
        return {}, -plain, {}
    momentum = before.setting("momentum")
    velocity = before.slots["momentum"] * momentum - plain
    change = velocity * momentum - plain if before.optimizer.nesterov else velocity
    return {"momentum": velocity}, change, {}


def _rmsprop(before: _Before) -> _Outcome:
    """-rate * g / sqrt(E[g^2] + epsilon), epsilon inside the root; centred: E[g^2] - E[g]^2."""
    after, variance = _averages(before)
    root = np.sqrt(variance + before.setting("epsilon"))
    increment = before.rate * before.gradient / root
    quantities = {"root": root, "effective_rate": before.rate / root}
    if before.optimizer.centered:
        quantities["variance"] = variance
    if "momentum" not in before.slots:
        return after, -increment, quantities
    momentum = before.setting("momentum") * before.slots["momentum"] + increment
    return {**after, "momentum": momentum}, -momentum, {**quantities, "increment": increment}


def _averages(before: _Before) -> tuple[_Figures, F]:
    """Return RMSprop's moving averages of g^2 and, when centred, of g; and the variance of g."""
    rho, g = before.setting("rho"), before.gradient
    rest = F(1 - before.optimizer.rho)
    velocity = rho * before.slots["velocity"] + rest * g**2
    if not before.optimizer.centered:
        return {"velocity": velocity}, velocity
    average = rho * before.slots["average_gradient"] + rest * g
    return {"velocity": velocity, "average_gradient": average}, velocity - average**2


def _adam(before: _Before) -> _Outcome:
    """-rate * m_hat / (sqrt(v_hat) + epsilon_hat), hats for what is corrected for its zero start.

    Keras corrects the rate instead of m and v and leaves epsilon as it is (Kingma & Ba 2015, end
    of section 2); written with hats, its epsilon is epsilon / sqrt(1 - beta_2^t).
    """
    after = _moments(before)
    known_1 = F(1) - before.setting("beta_1") ** before.update
    known_2 = F(1) - before.setting("beta_2") ** before.update
    alpha = before.rate * np.sqrt(known_2) / known_1
    velocity = after.get("velocity_hat", after["velocity"])
    epsilon = before.setting("epsilon")
    root = np.sqrt(velocity) + epsilon
    quantities = {
        "m_hat": after["momentum"] / known_1,
        "v_hat": velocity / known_2,
        "epsilon_hat": epsilon / np.sqrt(known_2),
        "effective_rate": alpha * known_1 / root,
    }
    return after, -(after["momentum"] * alpha) / root, quantities


def _moments(before: _Before) -> _Figures:
    """Return Adam's moving averages m of g and v of g^2, and the largest v so far (AMSGrad)."""
    m, v = before.slots["momentum"], before.slots["velocity"]
    m = m + (before.gradient - m) * F(1 - before.optimizer.beta_1)
    v = v + (before.gradient**2 - v) * F(1 - before.optimizer.beta_2)
    after = {"momentum": m, "velocity": v}
    if before.optimizer.amsgrad:
        after["velocity_hat"] = max(before.slots["velocity_hat"], v)
    return after


def _adamw(before: _Before) -> _Outcome:
    """Adam after the weight has lost the share rate * weight_decay of itself (decoupled decay)."""
    decay = before.weight * before.setting("weight_decay") * before.rate
    after, change, quantities = _adam(before)
    return after, change - decay, {**quantities, "decay": decay}


def _adagrad(before: _Before) -> _Outcome:
    """-rate * g / sqrt(G + epsilon), where G adds up every g^2 so far."""
    accumulator = before.slots["accumulator"] + before.gradient**2
    root = np.sqrt(accumulator + before.setting("epsilon"))
    quantities = {"root": root, "effective_rate": before.rate / root}
    return {"accumulator": accumulator}, -(before.rate * before.gradient) / root, quantities


_RULES: dict[str, Callable[[_Before], _Outcome]] = {
    "sgd": _sgd,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
    "adagrad": _adagrad,
}
