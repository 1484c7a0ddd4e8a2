"""How each optimizer changes one weight: the arithmetic of Keras 3.15, restated in NumPy float32.

Keras changes all weights of a network at once and shows none of the figures in between. Here one
weight's change follows from its gradient and from the optimizer's variables ("slots") of that
weight, with every figure in between by name. Pages show these figures and the sums that lead to
them (``Rule``), and need not know optimizers. The slots themselves are what Keras had.
Source: ``keras/src/optimizers/{sgd,rmsprop,adam,adamw,adagrad}.py`` of Keras 3.15.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.experiment import Optimizer

F = np.float32


@dataclass(frozen=True, slots=True)
class Term:
    """One figure of an update, as it is shown.

    ``meaning`` is the text key ``probe.…`` that says what it is. ``sum`` says how it comes about:
    {name}s stand for other figures, for settings and for the weight {w}, the gradient {g} and the
    number of the update as a power {t}; {name_before} is a figure's value before the update.
    """

    name: str
    symbol: str
    meaning: str
    sum: str


@dataclass(frozen=True, slots=True)
class Rule:
    """All that is needed to show the updates of one weight.

    ``terms`` come in the order in which they follow from each other; the last one is the change.
    ``initial`` are the values of ``slots`` before the first update, ``settings`` the numbers in the
    sums, and ``letters`` the symbols of figures that have no term. ``clips`` says whether the
    gradient is shortened first, ``has_lecture`` whether updates have a figure "lecture": the change
    by the lecture's form of the rule, which is another one.
    """

    terms: tuple[Term, ...]
    slots: tuple[str, ...]
    initial: tuple[float, ...]
    settings: dict[str, float]
    letters: dict[str, str]
    clips: bool
    has_lecture: bool


def shown_rule(optimizer: Optimizer) -> Rule:
    """Return the rule of an optimizer with its settings.

    >>> [term.sum for term in shown_rule(Optimizer("sgd")).terms]
    ['−{rate} × {g}']
    """
    return Rule(
        _RULES[optimizer.name].terms(optimizer),
        slot_names(optimizer),
        initial_slots(optimizer),
        _settings(optimizer),
        {"epsilon_hat": "ε̂"} if optimizer.name.startswith("adam") else {},
        clips=bool(optimizer.clipnorm),
        has_lecture=optimizer.name == "adam",
    )


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


def update_figures(
    optimizer: Optimizer,
    learning_rate: float,
    update: int,
    weight: float,
    gradient: float,
    slots: Sequence[float],
) -> dict[str, float]:
    """Return what follows from one update's slots, by name: its "change", and figures in between.

    ``update`` is its number (the first is 1), ``weight`` that before it, ``gradient`` the one that
    the optimizer works with, already clipped, and ``slots`` are those after it, in the order of
    ``slot_names``.
    """
    named = dict(zip(slot_names(optimizer), map(F, slots), strict=True))
    given = _Update(optimizer, F(learning_rate), F(update), F(weight), F(gradient), named)
    with np.errstate(all="ignore"):
        figures = _RULES[optimizer.name].figures(given)
    return {name: float(value) for name, value in figures.items()}


@dataclass(frozen=True, slots=True)
class _Update:
    """What an update's figures follow from, as float32; ``slots`` by name, as they are after it."""

    optimizer: Optimizer
    rate: F
    number: F
    weight: F
    gradient: F
    slots: dict[str, F]

    def setting(self, name: str) -> F:
        return F(getattr(self.optimizer, name))


_Figures = dict[str, F]


def _settings(optimizer: Optimizer) -> dict[str, float]:
    """Return the numbers in the sums of the terms, and what is left of each share."""
    names = {"learning_rate": "rate", "momentum": "mu", "weight_decay": "decay"}
    rests = {"rho": "rest", "beta_1": "rest_1", "beta_2": "rest_2"}
    numbers = {
        name: value
        for name, value in optimizer.to_dict().items()
        if isinstance(value, float) and name != "clipnorm"
    }
    found = {names.get(name, name): value for name, value in numbers.items()}
    return found | {rests[name]: 1 - value for name, value in numbers.items() if name in rests}


def _sgd(given: _Update) -> _Figures:
    """v, which is momentum * v - rate * g; Nesterov looks one such step ahead."""
    plain = given.rate * given.gradient
    if "momentum" not in given.slots:
        return {"change": -plain}
    velocity = given.slots["momentum"]
    is_nesterov = given.optimizer.nesterov
    return {"change": velocity * given.setting("momentum") - plain if is_nesterov else velocity}


def _sgd_terms(optimizer: Optimizer) -> tuple[Term, ...]:
    if not optimizer.momentum:
        return (_change("−{rate} × {g}"),)
    momentum = Term("momentum", "v", "momentum", "{mu} × {momentum_before} − {rate} × {g}")
    ahead = "{mu} × {momentum} − {rate} × {g}"
    return momentum, _change(ahead if optimizer.nesterov else "{momentum}")


def _rmsprop(given: _Update) -> _Figures:
    """-rate * g / sqrt(E[g^2] + epsilon), epsilon inside the root; centred: E[g^2] - E[g]^2."""
    if "momentum" in given.slots:
        return {"change": -given.slots["momentum"]}
    variance = given.slots["velocity"]
    if given.optimizer.centered:
        variance = variance - given.slots["average_gradient"] ** 2
    root = np.sqrt(variance + given.setting("epsilon"))
    return {"change": -(given.rate * given.gradient / root)}


def _rmsprop_terms(optimizer: Optimizer) -> tuple[Term, ...]:
    centre = " − {average_gradient}²" if optimizer.centered else ""
    step = f"{{rate}} × {{g}} ÷ √({{velocity}}{centre} + {{epsilon}})"
    terms = [Term("velocity", "E[g²]", "square", "{rho} × {velocity_before} + {rest} × {g}²")]
    if optimizer.centered:
        mean = "{rho} × {average_gradient_before} + {rest} × {g}"
        terms.append(Term("average_gradient", "E[g]", "mean", mean))
    if not optimizer.momentum:
        return *terms, _change(f"−{step}")
    momentum = Term("momentum", "u", "momentum", f"{{mu}} × {{momentum_before}} + {step}")
    return *terms, momentum, _change("−{momentum}")


def _adam(given: _Update) -> _Figures:
    """-rate * m_hat / (sqrt(v_hat) + epsilon_hat), hats for what is corrected for its zero start.

    Keras corrects the rate instead of m and v and leaves epsilon as it is (Kingma & Ba 2015, end
    of section 2); written with hats, its epsilon is epsilon / sqrt(1 - beta_2^t). The lecture's
    form has no correction: -rate * m / (sqrt(v) + epsilon), so that its first updates are larger,
    by (1 - beta_1^t) / sqrt(1 - beta_2^t).
    """
    momentum, epsilon = given.slots["momentum"], given.setting("epsilon")
    known_1 = F(1) - given.setting("beta_1") ** given.number
    known_2 = F(1) - given.setting("beta_2") ** given.number
    alpha = given.rate * np.sqrt(known_2) / known_1
    velocity = given.slots.get("velocity_hat", given.slots["velocity"])
    return {
        "m_hat": momentum / known_1,
        "v_hat": velocity / known_2,
        "epsilon_hat": epsilon / np.sqrt(known_2),
        "change": -(momentum * alpha) / (np.sqrt(velocity) + epsilon),
        "lecture": -given.rate * momentum / (np.sqrt(given.slots["velocity"]) + epsilon),
    }


def _adamw(given: _Update) -> _Figures:
    """Adam after the weight has lost the share rate * weight_decay of itself (decoupled decay)."""
    decay = given.weight * given.setting("weight_decay") * given.rate
    figures = _adam(given)
    del figures["lecture"]
    return {**figures, "change": figures["change"] - decay}


def _adam_terms(optimizer: Optimizer) -> tuple[Term, ...]:
    decays = optimizer.name == "adamw" and optimizer.weight_decay
    decay = "−{rate} × {decay} × {w} − " if decays else "−"
    largest = Term("velocity_hat", "v_max", "largest", "max({velocity_hat_before}, {velocity})")
    velocity = "velocity_hat" if optimizer.amsgrad else "velocity"
    corrected = f"{{{velocity}}} ÷ (1 − {{beta_2}}{{t}})"
    return (
        Term("momentum", "m", "mean", "{beta_1} × {momentum_before} + {rest_1} × {g}"),
        Term("velocity", "v", "square", "{beta_2} × {velocity_before} + {rest_2} × {g}²"),
        *((largest,) if optimizer.amsgrad else ()),
        Term("m_hat", "m̂", "mean_corrected", "{momentum} ÷ (1 − {beta_1}{t})"),
        Term("v_hat", "v̂", "square_corrected", corrected),
        _change(f"{decay}{{rate}} × {{m_hat}} ÷ (√{{v_hat}} + {{epsilon_hat}})"),
    )


def _adagrad(given: _Update) -> _Figures:
    """-rate * g / sqrt(G + epsilon), where G adds up every g^2 so far."""
    root = np.sqrt(given.slots["accumulator"] + given.setting("epsilon"))
    return {"change": -(given.rate * given.gradient) / root}


def _adagrad_terms(_optimizer: Optimizer) -> tuple[Term, ...]:
    return (
        Term("accumulator", "G", "sum", "{accumulator_before} + {g}²"),
        _change("−{rate} × {g} ÷ √({accumulator} + {epsilon})"),
    )


def _change(sum: str) -> Term:
    return Term("change", "Δw", "change", sum)


@dataclass(frozen=True, slots=True)
class _Arithmetic:
    """One optimizer's arithmetic: in numbers, and in words for a page."""

    figures: Callable[[_Update], _Figures]
    terms: Callable[[Optimizer], tuple[Term, ...]]


_RULES = {
    "sgd": _Arithmetic(_sgd, _sgd_terms),
    "rmsprop": _Arithmetic(_rmsprop, _rmsprop_terms),
    "adam": _Arithmetic(_adam, _adam_terms),
    "adamw": _Arithmetic(_adamw, _adam_terms),
    "adagrad": _Arithmetic(_adagrad, _adagrad_terms),
}
