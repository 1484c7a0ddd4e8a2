"""The formulas of an experiment as LaTeX, with its own numbers in them.

Pure strings, for KaTeX. The letters are those of the lecture and are the same wherever a figure is
shown: g gradient, v momentum, E[g²] and m, v moving averages, G a sum, t the update's number.
"""

from collections.abc import Callable
from dataclasses import dataclass

from models.experiment import Experiment, Optimizer
from models.network.update_rule import shown_rule
from models.tasks.base import Head


@dataclass(frozen=True, slots=True)
class Formulas:
    """An optimizer's rule as Keras computes it, and the lecture's form where that differs.

    ``difference`` is the last part of the text key ``formula.difference_…`` that says in a
    sentence how the two differ; ``symbols`` are those of the keys ``formula.symbol_…`` in use.
    """

    keras: str
    symbols: tuple[str, ...]
    lecture: str | None = None
    difference: str | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    """The same line by line."""

    keras: tuple[str, ...]
    symbols: tuple[str, ...]
    lecture: tuple[str, ...] = ()
    difference: str | None = None


def update_formulas(optimizer: Optimizer) -> Formulas:
    """Return the formulas of an optimizer with its settings as numbers.

    >>> update_formulas(Optimizer("sgd", 0.01)).keras
    'w \\\\leftarrow w - 0.01\\\\,g'
    """
    rule = _RULES[optimizer.name](optimizer)
    clipping = _clipping(optimizer)
    return Formulas(
        _aligned(*clipping, *rule.keras),
        (*rule.symbols, *(("clip",) if clipping else ())),
        _aligned(*rule.lecture) if rule.lecture else None,
        rule.difference,
    )


def first_update_factor(optimizer: Optimizer) -> float:
    """Return how many times Keras' first step the lecture's Adam takes, epsilon aside."""
    return float((1 - optimizer.beta_1) / (1 - optimizer.beta_2) ** 0.5)


def loss_formula(head: Head, experiment: Experiment) -> str:
    """Return the loss of a batch of n rows: MSE, or cross-entropy over the K classes."""
    if head.is_classifier:
        terms = rf"\sum_{{k=1}}^{{{head.units}}} t_{{ik}}\,\log y_{{ik}}"
        loss = rf"E = -\frac{{1}}{{n}}\sum_{{i=1}}^{{n}}{terms}"
    else:
        loss = r"E = \frac{1}{n}\sum_{i=1}^{n}\left(y_i-\hat{y}_i\right)^2"
    return loss + _penalty(experiment)


def number(value: float) -> str:
    """Return a number as LaTeX, in powers of ten where that is shorter.

    >>> number(0.001), number(1e-7), number(2.5e-05), number(1 - 0.9)
    ('0.001', '10^{-7}', '2.5\\\\times 10^{-5}', '0.1')
    """
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:.7g}"
    digits, _, power = f"{value:.6e}".partition("e")
    digits = digits.rstrip("0").rstrip(".")
    times = "" if digits == "1" else rf"{digits}\times "
    return rf"{times}10^{{{int(power)}}}"


def _penalty(experiment: Experiment) -> str:
    """L2 adds the squares of the hidden layers' weights (no biases, not the output layer)."""
    layers = len(experiment.layers)
    if not (experiment.l2 and layers):
        return ""
    return rf" + {number(experiment.l2)}\sum_{{l=1}}^{{{layers}}}\lVert W_l\rVert^2"


def _clipping(optimizer: Optimizer) -> tuple[str, ...]:
    """The gradient of a whole kernel or bias is shortened to the norm ``clipnorm``."""
    if not optimizer.clipnorm:
        return ()
    share = rf"\dfrac{{{number(optimizer.clipnorm)}}}{{\lVert g\rVert}}"
    return (rf"g &\leftarrow g\cdot\min\left(1,\,{share}\right)",)


def _numbers(optimizer: Optimizer, *names: str) -> tuple[str, ...]:
    """Return settings of the update rule as LaTeX."""
    settings = shown_rule(optimizer).settings
    return tuple(number(settings[name]) for name in names)


def _aligned(*lines: str) -> str:
    if len(lines) == 1:
        return lines[0].replace("&", "")
    return r"\begin{aligned}" + r" \\[2pt] ".join(lines) + r"\end{aligned}"


def _sgd(optimizer: Optimizer) -> _Rule:
    rate, momentum = _numbers(optimizer, "rate", "mu")
    if not optimizer.momentum:
        return _Rule((rf"w &\leftarrow w - {rate}\,g",), ("g", "eta"))
    change = rf"{momentum}\,v - {rate}\,g" if optimizer.nesterov else "v"
    lines = (rf"v &\leftarrow {momentum}\,v - {rate}\,g", rf"w &\leftarrow w + {change}")
    return _Rule(lines, ("g", "eta", "mu", "v_momentum"))


def _rmsprop(optimizer: Optimizer) -> _Rule:
    rate, rho, rest, epsilon = _numbers(optimizer, "rate", "rho", "rest", "epsilon")
    square = rf"E[g^2] &\leftarrow {rho}\,E[g^2] + {rest}\,g^2"
    mean = rf"E[g] &\leftarrow {rho}\,E[g] + {rest}\,g"
    variance = r"\sigma^2 &= E[g^2] - E[g]^2"
    inner = r"\sigma^2" if optimizer.centered else "E[g^2]"
    step = rf"\dfrac{{{rate}}}{{\sqrt{{{inner}+{epsilon}}}}}\,g"
    lines = [square, *([mean, variance] if optimizer.centered else [])]
    if optimizer.momentum:
        (momentum,) = _numbers(optimizer, "mu")
        lines += [rf"u &\leftarrow {momentum}\,u + {step}"]
        lines += [r"w &\leftarrow w - u"]
    else:
        lines += [rf"w &\leftarrow w - {step}"]
    is_plain = not (optimizer.momentum or optimizer.centered)
    centre_symbols = ("Eg", "sigma") if optimizer.centered else ()
    momentum_symbols = ("mu", "u") if optimizer.momentum else ()
    return _Rule(
        tuple(lines),
        ("g", "eta", "rho", "epsilon", "Eg2", *centre_symbols, *momentum_symbols),
        (square, rf"w &\leftarrow w - {_lecture_rmsprop(optimizer)}"),
        "rmsprop" if is_plain else "rmsprop_switched",
    )


def _lecture_rmsprop(optimizer: Optimizer) -> str:
    rate, epsilon = _numbers(optimizer, "rate", "epsilon")
    return rf"\dfrac{{{rate}}}{{\sqrt{{E[g^2]+{epsilon}}}}}\cdot\dfrac{{\partial E}}{{\partial w}}"


def _moments(optimizer: Optimizer) -> tuple[str, ...]:
    beta_1, rest_1, beta_2, rest_2 = _numbers(optimizer, "beta_1", "rest_1", "beta_2", "rest_2")
    return (
        rf"m &\leftarrow {beta_1}\,m + {rest_1}\,g",
        rf"v &\leftarrow {beta_2}\,v + {rest_2}\,g^2",
    )


def _adam(optimizer: Optimizer) -> _Rule:
    rate, epsilon = _numbers(optimizer, "rate", "epsilon")
    plain = rf"w &\leftarrow w - {rate}\,\dfrac{{m}}{{\sqrt{{v}}+{epsilon}}}"
    return _Rule(
        _corrected(optimizer),
        _adam_symbols(optimizer),
        (*_moments(optimizer), plain),
        "amsgrad" if optimizer.amsgrad else "adam",
    )


def _adamw(optimizer: Optimizer) -> _Rule:
    rate, decay = _numbers(optimizer, "rate", "decay")
    shrink = rf"w &\leftarrow w - {rate}\cdot {decay}\,w"
    symbols = (*_adam_symbols(optimizer), "decay")
    return _Rule((shrink, *_corrected(optimizer)), symbols)


def _adam_symbols(optimizer: Optimizer) -> tuple[str, ...]:
    largest = ("v_max",) if optimizer.amsgrad else ()
    return ("g", "eta", "beta_1", "beta_2", "epsilon", "m", "v_square", *largest, "hats", "t")


def _corrected(optimizer: Optimizer) -> tuple[str, ...]:
    """Adam with hats; its epsilon then shrinks with t, as Keras corrects the rate instead."""
    beta_1, beta_2 = _numbers(optimizer, "beta_1", "beta_2")
    rate, epsilon = _numbers(optimizer, "rate", "epsilon")
    largest = (r"v_{\max} &\leftarrow \max(v_{\max},\,v)",) if optimizer.amsgrad else ()
    velocity = r"v_{\max}" if optimizer.amsgrad else "v"
    return (
        *_moments(optimizer),
        *largest,
        rf"\hat m &= \dfrac{{m}}{{1-{beta_1}^t}} \quad"
        rf" \hat v = \dfrac{{{velocity}}}{{1-{beta_2}^t}}",
        rf"\hat\varepsilon &= \dfrac{{{epsilon}}}{{\sqrt{{1-{beta_2}^t}}}}",
        rf"w &\leftarrow w - {rate}\,\dfrac{{\hat m}}{{\sqrt{{\hat v}}+\hat\varepsilon}}",
    )


def _adagrad(optimizer: Optimizer) -> _Rule:
    rate, epsilon = _numbers(optimizer, "rate", "epsilon")
    lines = (
        r"G &\leftarrow G + g^2",
        rf"w &\leftarrow w - \dfrac{{{rate}}}{{\sqrt{{G+{epsilon}}}}}\,g",
    )
    return _Rule(lines, ("g", "eta", "epsilon", "G"))


_RULES: dict[str, Callable[[Optimizer], _Rule]] = {
    "sgd": _sgd,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
    "adagrad": _adagrad,
}
