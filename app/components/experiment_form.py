"""The choices: hidden layers, optimizer and everything else an experiment consists of.

The form is drawn from the session's draft and returns what its fields say now. Adding, removing or
moving a layer replaces the draft, which draws the fields anew.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from app import state
from app.components.number_field import choice_slider, number_field
from app.components.reading_form import reading_form
from app.i18n import t
from data.text import UserError
from models.experiment import (
    ACTIVATIONS,
    MAX_HIDDEN_LAYERS,
    OPTIMIZER_PARAMETERS,
    Experiment,
    Layer,
    Optimizer,
    Reading,
)
from models.tasks import task_named
from models.tasks.base import InputKind, Task

LEARNING_RATES = [m * 10.0**e for e in range(-5, 1) for m in (1, 2, 5)] + [10.0]
EPOCHS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 500]
BATCH_SIZES = [2**power for power in range(13)]
TRAIN_SIZES = [m * 10**e for e in range(1, 5) for m in (1, 2, 5)]
DROPOUTS = [percent / 100 for percent in range(0, 95, 5)]
SHARES = [percent / 100 for percent in range(0, 55, 5)]


def experiment_form(task: Task) -> Experiment:
    """Draw the form of a task; return the experiment it now shows."""
    draft = state.draft(task)
    prefix = f"{task.name}.{state.form_version(task.name)}"
    reading = _reading(task, draft, prefix)
    st.markdown(f"#### {t('form.structure')}")
    layers = _layers(draft, prefix)
    st.markdown(f"#### {t('form.training')}")
    experiment = draft.changed(
        reading=reading,
        layers=layers,
        optimizer=_optimizer(draft.optimizer, prefix),
        epochs=_choice_slider("epochs", draft.epochs, EPOCHS, prefix),
        batch_size=_choice_slider("batch_size", draft.batch_size, BATCH_SIZES, prefix),
        train_size=_train_size(task, draft.changed(reading=reading), prefix),
    )
    with st.expander(t("form.more")):
        experiment = _more(task, experiment, prefix)
    state.edit(experiment)
    return experiment


def _reading(task: Task, draft: Experiment, prefix: str) -> Reading | None:
    if task.kind is not InputKind.TEXT:
        return None
    return reading_form(draft.reading or Reading(), prefix)


def _layers(draft: Experiment, prefix: str) -> tuple[Layer, ...]:
    layers = tuple(_layer(draft, index, prefix) for index in range(len(draft.layers)))
    if not layers:
        st.caption(t("form.no_layers"))
    st.button(
        t("form.add"),
        icon=":material/add:",
        key=f"{prefix}.add",
        disabled=len(layers) == MAX_HIDDEN_LAYERS,
        on_click=_add_layer,
        args=(draft.task,),
    )
    return layers


def _layer(draft: Experiment, index: int, prefix: str) -> Layer:
    layer, key, number = draft.layers[index], f"{prefix}.layer.{index}", index + 1
    with st.container(key=f"layer-{index}", horizontal=True, vertical_alignment="bottom"):
        label = t("form.units", number=number)
        units = number_field(
            "units", layer.units, f"{key}.units", task_name=draft.task, label=label
        )
        activation = st.selectbox(
            t("form.activation", number=number),
            ACTIVATIONS,
            index=ACTIVATIONS.index(layer.activation),
            help=t("form.activation_help"),
            key=f"{key}.activation",
            width="stretch",
        )
        dropout = _layer_menu(draft, index, key)
    return Layer(units, activation, dropout)


def _layer_menu(draft: Experiment, index: int, key: str) -> float:
    """Draw what is rarely needed of a layer behind a button; return its dropout rate."""
    moves = (("up", index - 1), ("down", index + 1))
    with st.popover("⋯", help=t("form.layer_more", number=index + 1), key=f"{key}.more"):
        dropout = choice_slider(
            "dropout",
            draft.layers[index].dropout,
            DROPOUTS,
            f"{key}.dropout",
            partial(_with_dropout, index),
            task_name=draft.task,
        )
        with st.container(horizontal=True):
            for name, target in moves:
                disabled = not 0 <= target < len(draft.layers)
                move = (draft.task, index, target)
                label, name = t(f"form.{name}"), f"{key}.{name}"
                st.button(label, key=name, disabled=disabled, on_click=_swap, args=move)
            removal = (draft.task, index)
            st.button(t("form.remove"), key=f"{key}.remove", on_click=_remove, args=removal)
    return float(dropout)


def _optimizer(optimizer: Optimizer, prefix: str) -> Optimizer:
    names = list(OPTIMIZER_PARAMETERS)
    labels = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
    name = st.selectbox(
        t("form.optimizer"),
        names,
        index=names.index(optimizer.name),
        format_func=lambda name: labels.get(name, name.capitalize()),
        help=t("form.optimizer_help"),
        key=f"{prefix}.optimizer",
    )
    rate = _choice_slider("learning_rate", optimizer.learning_rate, LEARNING_RATES, prefix)
    if name != optimizer.name:
        return Optimizer(name, learning_rate=rate)
    return Optimizer(**{**optimizer.to_dict(), "learning_rate": rate})


def _more(task: Task, experiment: Experiment, prefix: str) -> Experiment:
    optimizer = experiment.optimizer
    arguments = {
        name: _argument(name, getattr(optimizer, name), f"{prefix}.{optimizer.name}")
        for name in OPTIMIZER_PARAMETERS[optimizer.name]
    }
    rate, clipnorm = optimizer.learning_rate, _number("clipnorm", optimizer.clipnorm, prefix)
    standardize = experiment.standardize
    if task.kind is InputKind.TABLE:
        standardize = bool(_argument("standardize", standardize, prefix))
    patience = _number("early_stopping", experiment.early_stopping or 0, prefix, or_zero=True)
    return experiment.changed(
        optimizer=Optimizer(optimizer.name, learning_rate=rate, clipnorm=clipnorm, **arguments),
        standardize=standardize,
        validation_share=_choice_slider(
            "validation_share", experiment.validation_share, SHARES, prefix
        ),
        l2=_argument("l2", experiment.l2, prefix),
        early_stopping=patience or None,
        seed=_number("seed", experiment.seed, prefix),
    )


def _argument(name: str, value: Any, prefix: str) -> Any:
    """Draw a switch or a number field for one setting; return what it says."""
    if isinstance(value, bool):
        label, help = t(f"form.{name}"), t(f"form.{name}_help")
        return st.toggle(label, value, help=help, key=f"{prefix}.{name}")
    return _number(name, value, prefix)


def _number(name: str, value: Any, prefix: str, *, or_zero: bool = False) -> Any:
    return number_field(
        name,
        value,
        f"{prefix}.{name}",
        task_name=_task_of(prefix),
        label=t(f"form.{name}"),
        or_zero=or_zero,
    )


def _choice_slider(name: str, value: Any, choices: Sequence[Any], prefix: str) -> Any:
    key, change = f"{prefix}.{name}", partial(_with, name)
    return choice_slider(name, value, choices, key, change, task_name=_task_of(prefix))


def _task_of(prefix: str) -> str:
    """Return the name of the task that the keys of a form begin with."""
    return prefix.partition(".")[0]


def _with(name: str, experiment: Experiment, value: Any) -> Experiment:
    """Return an experiment with another value of a setting that has a slider."""
    if name != "learning_rate":
        return experiment.changed(**{name: value})
    return experiment.changed(optimizer=replace(experiment.optimizer, learning_rate=value))


def _with_dropout(index: int, experiment: Experiment, rate: float) -> Experiment:
    layers = list(experiment.layers)
    layers[index] = replace(layers[index], dropout=rate)
    return experiment.changed(layers=tuple(layers))


def _train_size(task: Task, draft: Experiment, prefix: str) -> int | None:
    try:
        rows = len(task.load(draft).x_train)
    except UserError:  # the page says it beside the form
        return draft.train_size
    sizes = [size for size in (*TRAIN_SIZES, rows) if size <= rows]
    chosen = _choice_slider("train_size", min(draft.train_size or rows, rows), sizes, prefix)
    return None if chosen == rows else chosen


def _add_layer(task_name: str) -> None:
    draft = state.draft(task_named(task_name))
    layer = draft.layers[-1] if draft.layers else Layer(64)
    state.replace_draft(draft.changed(layers=(*draft.layers, layer)))


def _swap(task_name: str, index: int, target: int) -> None:
    draft = state.draft(task_named(task_name))
    layers = list(draft.layers)
    layers[index], layers[target] = layers[target], layers[index]
    state.replace_draft(draft.changed(layers=tuple(layers)))


def _remove(task_name: str, index: int) -> None:
    draft = state.draft(task_named(task_name))
    layers = draft.layers[:index] + draft.layers[index + 1 :]
    state.replace_draft(draft.changed(layers=layers))
