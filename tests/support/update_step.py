"""A whole update of one weight by hand: what Keras does to its slots, in NumPy float32, as well.

The product takes the slots from Keras and needs only what follows from them
(``models.network.update_rule``); a test needs a weight that is trained without Keras.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.experiment import Optimizer
from models.network.update_rule import slot_names, update_figures

F = np.float32


@dataclass(frozen=True)
class WeightUpdate:
    """One update of one weight; ``figures`` are those of ``update_figures``."""

    slots_after: tuple[float, ...]
    figures: dict[str, float]

    @property
    def change(self) -> float:
        return self.figures["change"]


def step(
    optimizer: Optimizer,
    rate: float,
    update: int,
    weight: float,
    gradient: float,
    slots_before: Sequence[float],
) -> WeightUpdate:
    """Return what update number ``update`` (the first is 1) does to one weight."""
    slots = dict(zip(slot_names(optimizer), map(F, slots_before), strict=True))
    with np.errstate(all="ignore"):
        after = _slots_after(optimizer, F(rate), F(gradient), slots)
    held = tuple(float(after[name]) for name in slots)
    return WeightUpdate(held, update_figures(optimizer, rate, update, weight, gradient, held))


def _slots_after(optimizer: Optimizer, rate: F, gradient: F, slots: dict[str, F]) -> dict[str, F]:
    match optimizer.name:
        case "sgd":
            return _sgd(optimizer, rate, gradient, slots)
        case "rmsprop":
            return _rmsprop(optimizer, rate, gradient, slots)
        case "adagrad":
            return {"accumulator": slots["accumulator"] + gradient**2}
    return _adam(optimizer, gradient, slots)


def _sgd(optimizer: Optimizer, rate: F, gradient: F, slots: dict[str, F]) -> dict[str, F]:
    if "momentum" not in slots:
        return {}
    return {"momentum": slots["momentum"] * F(optimizer.momentum) - rate * gradient}


def _rmsprop(optimizer: Optimizer, rate: F, gradient: F, slots: dict[str, F]) -> dict[str, F]:
    rho, rest = F(optimizer.rho), F(1 - optimizer.rho)
    velocity = variance = rho * slots["velocity"] + rest * gradient**2
    after = {"velocity": velocity}
    if optimizer.centered:
        after["average_gradient"] = rho * slots["average_gradient"] + rest * gradient
        variance = velocity - after["average_gradient"] ** 2
    if "momentum" in slots:
        increment = rate * gradient / np.sqrt(variance + F(optimizer.epsilon))
        after["momentum"] = F(optimizer.momentum) * slots["momentum"] + increment
    return after


def _adam(optimizer: Optimizer, gradient: F, slots: dict[str, F]) -> dict[str, F]:
    m, v = slots["momentum"], slots["velocity"]
    m = m + (gradient - m) * F(1 - optimizer.beta_1)
    v = v + (gradient**2 - v) * F(1 - optimizer.beta_2)
    after = {"momentum": m, "velocity": v}
    if optimizer.amsgrad:
        after["velocity_hat"] = max(slots["velocity_hat"], v)
    return after
