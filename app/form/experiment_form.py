"""The choices: hidden layers, optimizer and everything else an experiment consists of.

Every field shows what the session's draft says and puts what somebody enters into the draft. So a
draft that is replaced (a preset, a layer more) is shown by the same fields, in place.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from app.form.choice import choice
from app.form.control import control
from app.form.number_field import Take, choice_slider, number_field
from app.form.text_settings_form import text_settings_form
from app.session import state
from app.session.i18n import t
from data.language import UserError
from models.experiment import (
    ACTIVATIONS,
    LEARNING_RATES,
    MAX_HIDDEN_LAYERS,
    OPTIMIZER_PARAMETERS,
    Experiment,
    Layer,
    TextSettings,
    check_setting,
)
from models.inputs.kinds import input_of
from models.sharing.class_link import LOCKS
from models.tasks.base import Task

EPOCHS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 500]
BATCH_SIZES = [2**power for power in range(13)]
TRAIN_SIZES = [m * 10**e for e in range(1, 5) for m in (1, 2, 5)]
DROPOUTS = [percent / 100 for percent in range(0, 95, 5)]
SHARES = [percent / 100 for percent in range(0, 55, 5)]

Change = Callable[[Experiment, Any], Experiment]
"""Returns an experiment with another value of one setting; raises ``UserError`` if it cannot be."""


def experiment_form(task: Task, *, rate_is_live: bool = False) -> Experiment:
    """Draw the form of a task; return the experiment it shows.

    With ``rate_is_live`` the learning rate is set at the run under way, not here.
    """
    draft, rows = _draft_and_rows(task)
    if "reading" in input_of(task).own_settings:
        reading = draft.reading or TextSettings()
        text_settings_form(task, reading, partial(_text_taker, task.name))
    st.markdown(f"#### {t('form.structure')}")
    _layers(draft)
    st.markdown(f"#### {t('form.training')}")
    _optimizer(draft)
    with st.container(key="rate"):  # its note moves no other field, where somebody may be typing
        _slider("learning_rate", draft, LEARNING_RATES, _with_rate, disabled=rate_is_live)
        if rate_is_live:
            st.caption(t("form.rate_is_live"))
    _slider("epochs", draft, EPOCHS)
    _slider("batch_size", draft, BATCH_SIZES)
    if rows is not None:
        _train_size(draft, rows)
    if draft.left_out:
        _left_out(draft)
    with st.expander(t("form.more"), key="more-settings"):
        _more(task, draft)
    return draft


def _draft_and_rows(task: Task) -> tuple[Experiment, int | None]:
    """Return the draft and the number of rows it can be trained on, None while they are missing."""
    draft = state.draft(task)
    try:
        rows = len(task.load(draft).x_train)
    except UserError:  # the page says it beside the form
        return draft, None
    if draft.train_size is not None and draft.train_size >= rows:
        draft = draft.changed(train_size=None)
        state.replace_draft(draft)
    return draft, rows


def _taker(task_name: str, change: Change) -> Take:
    """Return what puts an entered value into the draft of a task."""

    def take(value: Any) -> None:
        state.replace_draft(change(state.draft(state.task(task_name)), value))

    return take


def _layers(draft: Experiment) -> None:
    for index in range(len(draft.layers)):
        _layer(draft, index)
    if not draft.layers:
        st.caption(t("form.no_layers"))
    st.button(
        t("form.add"),
        icon=":material/add:",
        key=f"{draft.task}.add",
        disabled=len(draft.layers) == MAX_HIDDEN_LAYERS or _is_locked("layers"),
        on_click=_add_layer,
        args=(draft.task,),
    )


def _layer(draft: Experiment, index: int) -> None:
    layer, key, number = draft.layers[index], f"{draft.task}.layer.{index}", index + 1
    with st.container(key=f"layer-{index}", horizontal=True, vertical_alignment="bottom"):
        number_field(
            t("form.units", number=number),
            layer.units,
            f"{key}.units",
            _layer_taker(draft, index, "units"),
            help=t("form.units_help"),
            disabled=_is_locked("layers"),
        )
        choice(
            st.selectbox,
            t("form.activation", number=number),
            {name: name for name in ACTIVATIONS},
            layer.activation,
            f"{key}.activation",
            _layer_taker(draft, index, "activation"),
            help=t("form.activation_help"),
            disabled=_is_locked("layers"),
            width="stretch",
        )
        _layer_menu(draft, index, key)


def _layer_menu(draft: Experiment, index: int, key: str) -> None:
    """Draw what is rarely needed of a layer behind a button."""
    moves = (("up", index - 1), ("down", index + 1))
    with st.popover(
        "⋯",
        help=t("form.layer_more", number=index + 1),
        key=f"{key}.more",
        disabled=_is_locked("layers"),
    ):
        choice_slider(
            t("form.dropout"),
            draft.layers[index].dropout,
            DROPOUTS,
            f"{key}.dropout",
            _layer_taker(draft, index, "dropout"),
            help=t("form.dropout_help"),
        )
        with st.container(horizontal=True):
            for name, target in moves:
                disabled = not 0 <= target < len(draft.layers)
                move = (draft.task, index, target)
                label, name = t(f"form.{name}"), f"{key}.{name}"
                st.button(label, key=name, disabled=disabled, on_click=_swap, args=move)
            removal = (draft.task, index)
            st.button(t("form.remove"), key=f"{key}.remove", on_click=_remove, args=removal)


def _layer_taker(draft: Experiment, index: int, name: str) -> Take:
    return _taker(draft.task, partial(_with_layer, index, name))


def _with_layer(index: int, name: str, experiment: Experiment, value: Any) -> Experiment:
    layers = list(experiment.layers)
    layers[index] = replace(layers[index], **{name: value})
    return experiment.changed(layers=tuple(layers))


def optimizer_name(name: str) -> str:
    """Return what an optimizer is called, by its Keras name."""
    names = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
    return names.get(name, name.capitalize())


def _optimizer(draft: Experiment) -> None:
    choice(
        st.selectbox,
        t("form.optimizer"),
        {name: optimizer_name(name) for name in OPTIMIZER_PARAMETERS},
        draft.optimizer.name,
        f"{draft.task}.optimizer",
        _taker(draft.task, _with_optimizer),
        help=t("form.optimizer_help"),
        disabled=_is_locked("optimizer"),
    )


def _with_optimizer(experiment: Experiment, name: str) -> Experiment:
    """Return the experiment with another optimizer, whose own settings are Keras's."""
    return experiment.changed(optimizer=experiment.optimizer.renamed(name))


def _more(task: Task, draft: Experiment) -> None:
    optimizer, prefix = draft.optimizer, f"{task.name}.{draft.optimizer.name}"
    for name in OPTIMIZER_PARAMETERS[optimizer.name]:
        _field(name, getattr(optimizer, name), prefix, task, partial(_with_argument, name))
    clip = partial(_with_argument, "clipnorm")
    _field("clipnorm", optimizer.clipnorm, task.name, task, clip)
    if "standardize" in input_of(task).own_settings:
        _setting("standardize", draft, task)
    _slider("validation_share", draft, SHARES)
    _setting("l2", draft, task)
    _field("early_stopping", draft.early_stopping or 0, task.name, task, _with_patience)
    _setting("seed", draft, task)


def _setting(name: str, draft: Experiment, task: Task) -> None:
    _field(name, getattr(draft, name), task.name, task, partial(_with, name))


def _field(name: str, value: Any, prefix: str, task: Task, change: Change) -> None:
    """Draw a switch or a number field for one setting."""
    label, help = t(f"form.{name}"), t(f"form.{name}_help")
    key, take = f"{prefix}.{name}", _taker(task.name, change)
    disabled = _is_locked(name if name in LOCKS else "optimizer")
    if isinstance(value, bool):
        st.toggle(label, help=help, disabled=disabled, **control(key, value, take))
    else:
        number_field(label, value, key, take, help=help, disabled=disabled)


def _is_locked(name: str) -> bool:
    return name in state.locks()


def _slider(
    name: str,
    draft: Experiment,
    choices: Sequence[Any],
    change: Change | None = None,
    *,
    disabled: bool = False,
) -> None:
    owner = draft.optimizer if name == "learning_rate" else draft
    choice_slider(
        t(f"form.{name}"),
        getattr(owner, name),
        choices,
        f"{draft.task}.{name}",
        _taker(draft.task, change or partial(_with, name)),
        help=t(f"form.{name}_help"),
        disabled=disabled or _is_locked(name),
    )


def _train_size(draft: Experiment, rows: int) -> None:
    choice_slider(
        t("form.train_size"),
        draft.train_size or rows,
        [size for size in (*TRAIN_SIZES, rows) if size <= rows],
        f"{draft.task}.train_size",
        _taker(draft.task, partial(_with_rows, rows)),
        help=t("form.train_size_help"),
        disabled=_is_locked("train_size"),
    )


def _left_out(draft: Experiment) -> None:
    """Tell how many rows are left out, with a button that takes them in again."""
    st.caption(t("form.left_out", rows=len(draft.left_out)))
    put_back = draft.changed(left_out=())
    st.button(t("form.put_back"), on_click=state.replace_draft, args=(put_back,), key="put-back")


def _with(name: str, experiment: Experiment, value: Any) -> Experiment:
    return experiment.changed(**{name: value})


def _with_argument(name: str, experiment: Experiment, value: Any) -> Experiment:
    return experiment.changed(optimizer=replace(experiment.optimizer, **{name: value}))


_with_rate = partial(_with_argument, "learning_rate")


def _with_rows(rows: int, experiment: Experiment, size: int) -> Experiment:
    check_setting("train_size", size)
    return experiment.changed(train_size=None if size >= rows else size)


def _with_patience(experiment: Experiment, patience: int) -> Experiment:
    return experiment.changed(early_stopping=patience or None)


def _text_taker(task_name: str, name: str) -> Take:
    return _taker(task_name, partial(_with_text_setting, name))


def _with_text_setting(name: str, experiment: Experiment, value: Any) -> Experiment:
    """Return the experiment with another value of one setting of its reading.

    A batch size that nobody has changed becomes the one of the new corpus's preset.
    """
    before = experiment.reading or TextSettings()
    reading = replace(before, **{name: value})
    presets = state.task(experiment.task).presets.values()
    usual = {each.reading.corpus: each.batch_size for each in presets if each.reading}
    is_usual = experiment.batch_size == usual[before.corpus]
    batch_size = usual[reading.corpus] if is_usual else experiment.batch_size
    return experiment.changed(reading=reading, batch_size=batch_size)


def _add_layer(task_name: str) -> None:
    draft = state.draft(state.task(task_name))
    layer = draft.layers[-1] if draft.layers else Layer(64)
    state.replace_draft(draft.changed(layers=(*draft.layers, layer)))


def _swap(task_name: str, index: int, target: int) -> None:
    draft = state.draft(state.task(task_name))
    layers = list(draft.layers)
    layers[index], layers[target] = layers[target], layers[index]
    state.replace_draft(draft.changed(layers=tuple(layers)))


def _remove(task_name: str, index: int) -> None:
    draft = state.draft(state.task(task_name))
    layers = draft.layers[:index] + draft.layers[index + 1 :]
    state.replace_draft(draft.changed(layers=layers))
