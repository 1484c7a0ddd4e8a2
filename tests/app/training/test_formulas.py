"""The formulas say what is computed, with the experiment's own numbers."""

import doctest
from itertools import product

import pytest

from app.session.i18n import texts
from app.training import formulas
from app.training.formulas import first_update_factor, loss_formula, update_formulas
from models.experiment import OPTIMIZER_PARAMETERS, Experiment, Optimizer
from models.network.update_rule import slot_names
from models.tasks import BUILT_IN, built_in

SWITCHED = {
    "sgd": {"momentum": 0.7, "nesterov": True},
    "rmsprop": {"momentum": 0.7, "centered": True},
    "adam": {"amsgrad": True},
    "adamw": {"amsgrad": True},
    "adagrad": {},
}
LETTERS = {
    "sgd": {"momentum": "v &"},
    "rmsprop": {"velocity": "E[g^2] &", "momentum": "u &", "average_gradient": "E[g] &"},
    "adam": {"momentum": "m &", "velocity": "v &", "velocity_hat": r"v_{\max} &"},
    "adagrad": {"accumulator": "G &"},
}


def every_optimizer() -> list[Optimizer]:
    """Every optimizer with every combination of its switches and with clipping."""
    found = []
    for name, switches in SWITCHED.items():
        choices = [[(key, None), (key, value)] for key, value in switches.items()]
        for chosen, clipnorm in product(product(*choices), (0.0, 2.0)):
            on = {key: value for key, value in chosen if value is not None}
            found.append(Optimizer(name, 0.002, clipnorm=clipnorm, **on))
    return found


def named(optimizer: Optimizer) -> str:
    return "-".join(f"{value}" for value in optimizer.to_dict().values())


EVERY = pytest.mark.parametrize("optimizer", every_optimizer(), ids=named)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(formulas).failed == 0


def test_every_optimizer_has_a_formula() -> None:
    assert set(SWITCHED) == set(OPTIMIZER_PARAMETERS)


@EVERY
def test_brackets_and_surroundings_are_closed(optimizer: Optimizer) -> None:
    made = update_formulas(optimizer)
    for latex in filter(None, (made.keras, made.lecture)):
        assert latex.count("{") == latex.count("}")
        assert latex.count(r"\left(") == latex.count(r"\right)")
        assert latex.count(r"\begin{aligned}") == latex.count(r"\end{aligned}") <= 1
        assert ("&" in latex) == ("aligned" in latex)
        assert latex.isascii()


@EVERY
def test_every_variable_of_keras_has_its_line(optimizer: Optimizer) -> None:
    letters = LETTERS[optimizer.name.removesuffix("w")]
    latex = update_formulas(optimizer).keras
    assert [letters[name] in latex for name in slot_names(optimizer)] == [True] * len(
        slot_names(optimizer)
    )


@EVERY
def test_every_symbol_and_difference_has_its_sentence(optimizer: Optimizer) -> None:
    made = update_formulas(optimizer)
    settings = {**optimizer.arguments(), "clipnorm": optimizer.clipnorm}
    for language in ("ko", "en"):
        for symbol in made.symbols:
            assert texts(language)[f"formula.symbol_{symbol}"].format(**settings)
        if made.difference:
            assert f"formula.difference_{made.difference}" in texts(language)


def test_the_settings_stand_in_the_formula() -> None:
    latex = update_formulas(Optimizer("adamw", 3e-5, weight_decay=0.02, beta_2=0.98)).keras
    assert r"3\times 10^{-5}\cdot 0.02\,w" in latex
    assert r"0.98\,v + 0.02\,g^2" in latex
    assert r"\dfrac{10^{-7}}{\sqrt{1-0.98^t}}" in latex


def test_the_lectures_form_stands_beside_rmsprop_and_adam_only() -> None:
    lecture = {name: update_formulas(Optimizer(name)).lecture for name in OPTIMIZER_PARAMETERS}
    assert {name for name, latex in lecture.items() if latex} == {"rmsprop", "adam"}
    assert r"\dfrac{0.001}{\sqrt{E[g^2]+10^{-7}}}\cdot" in str(lecture["rmsprop"])
    assert "hat" not in str(lecture["adam"])


def test_keras_and_the_lecture_agree_on_plain_rmsprop_and_say_so() -> None:
    assert update_formulas(Optimizer("rmsprop")).difference == "rmsprop"
    switched = update_formulas(Optimizer("rmsprop", centered=True))
    assert switched.difference == "rmsprop_switched"


def test_the_first_step_of_the_lectures_adam() -> None:
    assert first_update_factor(Optimizer("adam")) == pytest.approx(3.1623, abs=1e-4)


def with_penalty(task_name: str) -> tuple[str, Experiment]:
    task = built_in(task_name)
    experiment = task.default.changed(l2=0.001)
    return loss_formula(task.head, experiment), experiment


@pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)
def test_the_loss_is_that_of_the_task(task) -> None:
    latex = loss_formula(task.head, task.default.changed(l2=0.0))
    if task.head.is_classifier:
        assert rf"\sum_{{k=1}}^{{{task.head.units}}} t_{{ik}}\,\log y_{{ik}}" in latex
    else:
        assert r"\left(y_i-\hat{y}_i\right)^2" in latex
    assert "W_l" not in latex


def test_the_penalty_is_a_term_for_each_hidden_layer() -> None:
    latex, experiment = with_penalty("boston")
    assert latex.endswith(rf" + 0.001\sum_{{l=1}}^{{{len(experiment.layers)}}}\lVert W_l\rVert^2")


def test_without_hidden_layers_there_is_nothing_to_penalise() -> None:
    task = built_in("boston")
    assert "W_l" not in loss_formula(task.head, task.default.changed(l2=0.001, layers=()))
