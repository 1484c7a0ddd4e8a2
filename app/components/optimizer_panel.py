"""The formulas of an experiment, and which of its weights is looked at closely."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app.formulas import first_update_factor, loss_formula, update_formulas
from app.i18n import t
from app.services import services
from app.starting import Weight
from models.experiment import Experiment
from models.runs import Run
from models.summary import Summary
from models.tasks.base import InputKind, Task

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
    wished = services().scheduler.wish_of(run.id).learning_rate
    return wished or run.experiment.optimizer.learning_rate


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


def weight_picker(summary: Summary, picked: Weight, prefix: str) -> Weight:
    """Draw three number fields that show the weight ``picked``; return the one that they name.

    ``prefix`` has to change whenever a weight is picked elsewhere: the fields are then drawn anew.
    """
    (layer, source, unit), layers = picked, summary.layers
    with st.container(horizontal=True, gap="xsmall", key="weight-picker"):
        layer = _field("layer", layer, len(layers), f"{prefix}.layer", low=1)
        inputs, units = layers[layer].inputs, layers[layer].units
        source = _field("input", source, inputs, f"{prefix}.input", low=0)
        unit = _field("unit", unit, units, f"{prefix}.unit", low=1)
    return layer, source, unit


def _field(name: str, index: int, highest: int, prefix: str, *, low: int) -> int:
    """Draw one field that counts from 1; return the index, from 0 (-1 where ``low`` is 0)."""
    entered = st.number_input(
        t(f"formula.pick_{name}"),
        min_value=low,
        max_value=highest,
        value=min(index + 1, highest),
        help=t(f"formula.pick_{name}_help"),
        key=f"{prefix}.{highest}",
        width=104,
    )
    return int(entered) - 1


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
    if task.kind is InputKind.IMAGE:
        row, column = divmod(source, task.input_shape[1])
        return t("formula.source_pixel", row=row + 1, column=column + 1)
    return t("formula.source_input", number=source + 1)
