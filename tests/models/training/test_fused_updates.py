"""One kernel does what Keras does in many operations."""

from typing import Any

import keras
import numpy as np
import pytest

from models.training.fused_updates import fused_step

FUSED = [
    ("SGD", {"learning_rate": 0.1}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.5}),
    ("RMSprop", {}),
    ("RMSprop", {"rho": 0.8, "momentum": 0.5}),
]
OWN = [("RMSprop", {"centered": True}), ("Adam", {}), ("AdamW", {}), ("Adagrad", {})]
SHAPES = [(5, 7), (7,)]


def updated(optimizer: Any, *, fused: bool) -> list[Any]:
    """Return weights and the optimizer's variables after ten updates by the same gradients."""
    random = np.random.default_rng(1)
    weights = [keras.Variable(random.normal(size=shape), dtype="float32") for shape in SHAPES]
    optimizer.build(weights)
    if fused:
        optimizer.update_step = fused_step(optimizer)
    for update in range(10):
        gradients = [keras.ops.array(random.normal(size=shape), "float32") for shape in SHAPES]
        if update == 5:
            optimizer.learning_rate = 0.01
        optimizer.apply(gradients, weights)
    return [variable.numpy() for variable in (*weights, *optimizer.variables)]


@pytest.mark.parametrize(("name", "options"), FUSED + OWN, ids=str)
def test_weights_and_slots_are_those_of_keras(name: str, options: dict[str, Any]) -> None:
    make = getattr(keras.optimizers, name)
    own, fused = updated(make(**options), fused=False), updated(make(**options), fused=True)
    for expected, found in zip(own, fused, strict=True):
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(("name", "options"), FUSED, ids=str)
def test_the_usual_rules_are_fused(name: str, options: dict[str, Any]) -> None:
    optimizer = getattr(keras.optimizers, name)(**options)
    optimizer.build([keras.Variable(np.zeros((2, 3)))])
    assert fused_step(optimizer) != optimizer.update_step


@pytest.mark.parametrize(("name", "options"), OWN, ids=str)
def test_a_rule_without_a_kernel_stays_kerass_own(name: str, options: dict[str, Any]) -> None:
    optimizer = getattr(keras.optimizers, name)(**options)
    optimizer.build([keras.Variable(np.zeros((2, 3)))])
    assert fused_step(optimizer) == optimizer.update_step
