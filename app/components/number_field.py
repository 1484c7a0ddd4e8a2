"""A number that is typed: alone, or beside the slider of the same setting.

What cannot be is answered with a sentence, and the form is drawn anew as it was.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app import state
from app.i18n import t
from data.text import UserError
from models.experiment import Experiment, check_setting
from models.tasks import task_named

BESIDE_A_SLIDER = 116
"""Pixels: enough for seven digits and the two small buttons."""

Change = Callable[[Experiment, Any], Experiment]
"""Returns an experiment with another value of one setting."""


def number_field(
    name: str, value: Any, key: str, *, task_name: str, label: str, or_zero: bool = False
) -> Any:
    """Draw a field for the setting ``name``; return the number that it holds.

    ``or_zero`` allows 0 below the setting's range, where it means "none".
    """
    entered = st.number_input(
        label,
        value=value,
        step=_step(value),
        format=_format(value),
        help=t(f"form.{name}_help"),
        key=key,
        on_change=_check,
        args=(name, key, task_name, or_zero),
    )
    return value if entered is None else entered


def choice_slider(
    name: str,
    value: Any,
    choices: Sequence[Any],
    key: str,
    change: Change,
    *,
    task_name: str,
    section: str = "form",
) -> Any:
    """Draw a slider over usual values, and a field for any other; return what they say.

    ``change`` puts a typed value into the draft; ``section`` of the texts names the setting.
    """
    label = t(f"{section}.{name}")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.select_slider(
            label,
            sorted({*choices, value}),
            value,
            format_func=lambda choice: f"{choice:,}" if isinstance(choice, int) else f"{choice:g}",
            help=t(f"{section}.{name}_help"),
            key=key,
        )
        _typed_beside(name, chosen, key, change, task_name=task_name, label=label)
    return chosen


def _typed_beside(
    name: str, value: Any, slider: str, change: Change, *, task_name: str, label: str
) -> None:
    """Draw a field that follows the slider with the key ``slider``; typing changes the draft.

    A browser that is ahead of the server tells the slider's next place together with what the field
    held before: where the slider has moved as well, nobody has typed.
    """
    key = f"{slider}.typed"
    state.show(key, value)

    def take() -> None:
        if state.chosen(slider, value) == value and _check(name, key, task_name, False):
            draft = state.draft(task_named(task_name))
            state.replace_draft(change(draft, state.chosen(key)))

    st.number_input(
        t("form.typed", name=label),
        step=_step(value),
        format=_format(value),
        label_visibility="collapsed",
        key=key,
        on_change=take,
        width=BESIDE_A_SLIDER,
    )


def _step(value: Any) -> Any:
    return 1 if isinstance(value, int) else abs(value) / 10 or 0.01


def _format(value: Any) -> str | None:
    return None if isinstance(value, int) else "%g"


def _check(name: str, key: str, task_name: str, or_zero: bool) -> bool:
    """Say whether a field holds what may be; if not, say why and draw the form as it was."""
    entered = state.chosen(key)
    try:
        if not (or_zero and entered == 0):
            check_setting(name, entered)
    except UserError as error:
        state.refuse(error.text)
        state.replace_draft(state.draft(task_named(task_name)))
        return False
    return True
