"""The formulas of an experiment, and which of its weights is looked at closely."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from app.form.number_field import number_field
from app.session.i18n import both, t
from app.session.services import services
from app.training.formulas import first_update_factor, loss_formula, update_formulas
from app.training.starting import Weight
from data.language import UserError
from models.experiment import Experiment
from models.inputs.kinds import input_of
from models.inputs.summary import Summary
from models.runs.store import Run
from models.tasks.base import Task

BIAS = -1


def optimizer_panel(experiment: Experiment, task: Task, run: Run | None = None) -> None:
    """Draw how a weight is changed and how the loss is computed, with the experiment's numbers.

    While ``run`` learns by this optimizer, the learning rate is the one that it has now.
    """
    optimizer = experiment.optimizer
    if run and not run.is_over and run.experiment.optimizer == optimizer:
        optimizer = replace(optimizer, learning_rate=rate_in_force(run))
    formulas = update_formulas(optimizer)
    settings = {**optimizer.arguments(), "clipnorm": optimizer.clipnorm}
    notes = [t(f"formula.symbol_{symbol}", **settings) for symbol in formulas.symbols]
    if experiment.l2 and experiment.layers:
        notes.append(t("formula.penalty_in_gradient"))
    st.markdown(f"##### {t('formula.update')}")
    st.latex(formulas.keras)
    _legend(notes)
    if formulas.lecture:
        with st.expander(t("formula.lecture"), expanded=True):
            st.latex(rf"\small {formulas.lecture}")
            factor = first_update_factor(optimizer)
            st.caption(t(f"formula.difference_{formulas.difference}", factor=factor))
    _loss(experiment, task)


def rate_in_force(run: Run) -> float:
    """Return the learning rate that a run has now; it may have been changed on the way."""
    asked = services().scheduler.control_of(run.id).learning_rate
    return asked or run.experiment.optimizer.learning_rate


def _loss(experiment: Experiment, task: Task) -> None:
    st.markdown(f"##### {t('formula.loss')}")
    st.latex(loss_formula(task.head, experiment))
    kind = "classes" if task.head.is_classifier else "mse"
    notes = [t(f"formula.symbol_loss_{kind}")]
    if experiment.l2 and experiment.layers:
        notes.append(t("formula.symbol_penalty", l2=experiment.l2))
    _legend(notes)


def _legend(notes: Sequence[str]) -> None:
    """Draw what the letters mean, one after another; a value stays beside its letter."""
    st.caption(" · ".join(notes).replace(" = ", "\u00a0=\u00a0"))


def weight_picker(
    summary: Summary, picked: Weight, prefix: str, take: Callable[[int, int], None]
) -> None:
    """Draw three number fields that show the weight ``picked``.

    ``take`` is told which place of the weight is to have which index.
    """
    (layer, source, unit), layers = picked, summary.layers
    inputs, units = layers[layer].inputs, layers[layer].units
    with st.container(horizontal=True, gap="xsmall", key="weight-picker"):
        _field("layer", layer, 1, len(layers), prefix, partial(take, 0))
        _field("input", source, 0, inputs, prefix, partial(take, 1))
        _field("unit", unit, 1, units, prefix, partial(take, 2))


def with_index(summary: Summary, weight: Weight, place: int, index: int) -> Weight:
    """Return a weight with one index changed; in a smaller layer the others are its last ones."""
    indices = list(weight)
    indices[place] = index
    layer, source, unit = indices
    ends = summary.layers[layer]
    return layer, min(source, ends.inputs - 1), min(unit, ends.units - 1)


def _field(
    name: str, index: int, low: int, high: int, prefix: str, take: Callable[[int], None]
) -> None:
    """Draw one field that counts from 1; ``take`` is told the index, from 0 (-1 for input 0)."""
    label = t(f"formula.pick_{name}")

    def read(number: float) -> None:
        if number not in range(low, high + 1):
            raise UserError(both("number.outside", name=label, low=low, high=high))
        take(int(number) - 1)

    help = t(f"formula.pick_{name}_help")
    number_field(label, index + 1, f"{prefix}.{name}", read, help=help, width=104)


def weight_name(task: Task, summary: Summary, picked: Weight, inputs: Sequence[str] = ()) -> str:
    """Say which weight this is; ``inputs`` are the names of the network's inputs, if they have any.

    "Hidden layer 1: RM → unit 3".
    """
    layer, source, unit = picked
    is_output = layer == len(summary.layers) - 1
    name = "formula.weight_output" if is_output else "formula.weight_hidden"
    return t(name, layer=layer + 1, source=_source(task, layer, source, inputs), unit=unit + 1)


def _source(task: Task, layer: int, source: int, inputs: Sequence[str]) -> str:
    if source == BIAS:
        return t("formula.source_bias")
    if layer:
        return t("formula.source_unit", number=source + 1)
    if source < len(inputs):
        return inputs[source]
    if grid := input_of(task).grid(task):
        row, column = divmod(source, grid[1])
        return t("formula.source_pixel", row=row + 1, column=column + 1)
    return t("formula.source_input", number=source + 1)
