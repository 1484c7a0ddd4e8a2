"""The arithmetic of one weight is that of Keras: the same slots and the same change."""

import doctest
import math
import re

import keras
import numpy as np
import pytest

from app.session.i18n import texts
from models.experiment import Optimizer
from models.network import update_rule
from models.network.update_rule import initial_slots, shown_rule, slot_names
from tests.support.update_step import WeightUpdate, step

SWITCHES = {
    "sgd": Optimizer("sgd", 0.01),
    "momentum": Optimizer("sgd", 0.01, momentum=0.9),
    "nesterov": Optimizer("sgd", 0.01, momentum=0.9, nesterov=True),
    "nesterov without momentum": Optimizer("sgd", 0.01, nesterov=True),
    "rmsprop": Optimizer("rmsprop", 0.001),
    "rmsprop with momentum": Optimizer("rmsprop", 0.001, momentum=0.5),
    "rmsprop, centred": Optimizer("rmsprop", 0.001, centered=True),
    "rmsprop with all": Optimizer("rmsprop", 0.003, rho=0.8, momentum=0.5, centered=True),
    "adam": Optimizer("adam", 0.001),
    "amsgrad": Optimizer("adam", 0.002, beta_1=0.5, beta_2=0.8, amsgrad=True),
    "adam with a large epsilon": Optimizer("adam", 0.01, epsilon=0.1),
    "adamw": Optimizer("adamw", 0.01, weight_decay=0.1),
    "adamw, amsgrad": Optimizer("adamw", 0.001, amsgrad=True),
    "adagrad": Optimizer("adagrad", 0.01),
    "adagrad from zero": Optimizer("adagrad", 0.01, initial_accumulator_value=0.0),
}
CASES = pytest.mark.parametrize("optimizer", SWITCHES.values(), ids=SWITCHES)
UPDATES = 12


def built_by_keras(optimizer: Optimizer) -> keras.optimizers.Optimizer:
    return keras.optimizers.get({"class_name": optimizer.name, "config": optimizer.arguments()})


def keras_slots(built: keras.optimizers.Optimizer, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Return the optimizer's variables of one weight array, in Keras' order."""
    return [np.array(v) for v in built.variables[2:] if v.shape == shape]


@CASES
def test_the_slots_have_keras_names_order_and_start(optimizer: Optimizer) -> None:
    built = built_by_keras(optimizer)
    built.build([keras.Variable(np.zeros((1,), np.float32), name="w")])
    names = tuple(variable.name.removeprefix("w_") for variable in built.variables[2:])
    assert slot_names(optimizer) == names
    assert initial_slots(optimizer) == pytest.approx([float(v[0]) for v in built.variables[2:]])


@CASES
def test_every_weight_of_a_real_network_changes_as_computed(optimizer: Optimizer) -> None:
    import tensorflow as tf

    keras.utils.set_random_seed(3)
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh")])
    network.add(keras.layers.Dense(1))
    built = built_by_keras(optimizer)
    weights = network.trainable_variables
    built.build(weights)
    kernel = weights[0]
    slots = [np.full(kernel.shape, value) for value in initial_slots(optimizer)]
    drawn = np.random.default_rng(1)
    for update in range(1, UPDATES + 1):
        x = drawn.normal(size=(8, 3)).astype(np.float32)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((network(x) - x[:, :1] * 3) ** 2)
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        before = np.array(kernel)
        built.apply(gradients, weights)
        after, computed = np.array(kernel), np.empty(kernel.shape, object)
        for at in np.ndindex(*kernel.shape):
            held = [float(slot[at]) for slot in slots]
            rate, gradient = optimizer.learning_rate, float(gradients[0][at])
            computed[at] = step(optimizer, rate, update, float(before[at]), gradient, held)
        slots = keras_slots(built, kernel.shape)
        assert_same(computed, slots, after - before, before)


def assert_same(
    computed: np.ndarray, slots: list[np.ndarray], change: np.ndarray, weight: np.ndarray
) -> None:
    """Compare slots to 1e-5 and the change to that and what storing the weight rounds off."""
    for number, slot in enumerate(slots):
        ours = np.vectorize(lambda made, n=number: made.slots_after[n])(computed)
        np.testing.assert_allclose(ours, slot, rtol=1e-5, atol=1e-12)
    ours = np.vectorize(lambda made: made.change)(computed)
    rounding = 2 * float(np.spacing(np.float32(abs(weight).max())))
    np.testing.assert_allclose(ours, change, rtol=1e-5, atol=rounding)


def first(optimizer: Optimizer, gradient: float) -> WeightUpdate:
    rate = optimizer.learning_rate
    return step(optimizer, rate, 1, 0.5, gradient, initial_slots(optimizer))


def worked_out(sum_of: str, values: dict[str, float]) -> float:
    """Return what a sum comes to, every name in it replaced by its value."""
    text = re.sub(r"\^?\{t\}", "**t", sum_of).replace("²", "**2").replace("−", "-")
    text = re.sub(r"√\{(\w+)\}", r"root({\1})", text).replace("√", "root")
    text = re.sub(r"\{(\w+)\}", r"\1", text.replace("×", "*").replace("÷", "/"))
    return float(eval(text, {"root": math.sqrt, "max": max}, values))


@CASES
def test_every_sum_that_is_shown_gives_its_figure(optimizer: Optimizer) -> None:
    rule, update, weight, gradient = shown_rule(optimizer), 3, 0.5, 0.3
    before = [0.02 + 0.01 * number for number in range(len(rule.slots))]
    if "average_gradient" in rule.slots:  # a variance is no negative number
        before = [0.2, *before[1:]]
    made = step(optimizer, optimizer.learning_rate, update, weight, gradient, before)
    values = {**rule.settings, **dict(zip(rule.slots, made.slots_after, strict=True))}
    values |= {f"{name}_before": value for name, value in zip(rule.slots, before, strict=True)}
    values |= {**made.figures, "g": gradient, "w": weight, "t": update}
    assert [term.name for term in rule.terms][-1] == "change"
    for term in rule.terms:
        assert worked_out(term.sum, values) == pytest.approx(values[term.name], rel=1e-4), term


@CASES
def test_every_slot_has_a_sum_and_a_start(optimizer: Optimizer) -> None:
    rule = shown_rule(optimizer)
    assert set(rule.slots) <= {term.name for term in rule.terms}
    assert rule.initial == initial_slots(optimizer) and len(rule.initial) == len(rule.slots)
    assert rule.clips is False and shown_rule(Optimizer("adam", clipnorm=1.0)).clips is True


@CASES
def test_every_meaning_has_its_text(optimizer: Optimizer) -> None:
    meanings = {term.meaning for term in shown_rule(optimizer).terms}
    for language in ("ko", "en"):
        assert {f"probe.{meaning}" for meaning in meanings} <= set(texts(language))


def test_the_example_in_the_docstring_holds() -> None:
    assert doctest.testmod(update_rule).failed == 0


def test_the_hats_of_the_first_update_are_the_gradient_and_its_square() -> None:
    made = first(Optimizer("adam"), 0.3)
    assert made.figures["m_hat"] == pytest.approx(0.3, rel=1e-4)
    assert made.figures["v_hat"] == pytest.approx(0.09, rel=1e-3)
    assert made.change == pytest.approx(-0.001, rel=1e-4)


def test_the_lectures_rmsprop_is_that_of_keras_3() -> None:
    made = first(Optimizer("rmsprop"), -0.2)
    (average,) = made.slots_after
    assert made.change == pytest.approx(0.001 * 0.2 / math.sqrt(average + 1e-7))


def test_the_lectures_adam_goes_further_at_first_and_the_same_in_the_end() -> None:
    optimizer = Optimizer("adam")
    made = first(optimizer, 0.3)
    assert made.figures["lecture"] == pytest.approx(made.change * 0.1 / 0.001**0.5, rel=1e-3)
    late = step(optimizer, 0.001, 20_000, 0.5, 0.3, (0.2, 0.05))
    assert late.figures["lecture"] == pytest.approx(late.change, rel=1e-4)


@CASES
def test_where_the_lecture_has_no_other_form_there_is_none(optimizer: Optimizer) -> None:
    has_lecture = optimizer.name == "adam"
    assert ("lecture" in first(optimizer, 0.3).figures) == has_lecture
    assert shown_rule(optimizer).has_lecture == has_lecture


def test_a_gradient_that_is_no_number_makes_a_change_that_is_none() -> None:
    assert np.isnan(first(Optimizer("adam"), float("nan")).change)
    assert first(Optimizer("sgd", 1.0), float("inf")).change == -np.inf


def test_a_slot_too_many_or_too_few_is_refused() -> None:
    with pytest.raises(ValueError):
        step(Optimizer("adam"), 0.001, 1, 0.0, 0.1, (0.0,))
