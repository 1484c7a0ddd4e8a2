"""A number that is typed: alone, or beside the slider of the same setting.

A field of text that this lab reads itself: a browser's own number field makes 1 of ``0,01``. What
cannot be is answered with a sentence, and the field shows again what it showed.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.form.control import control
from app.form.typed_numbers import read_number, write_number
from app.session.i18n import t

BESIDE_A_SLIDER = 96
"""Pixels: enough for seven digits."""

Take = Callable[[Any], None]
"""Keeps another value of one setting; raises ``UserError`` for one that cannot be."""


def number_input(label: str, *, is_whole: bool, **arguments: Any) -> None:
    """Draw a field of text for a number; ``number_keys.js`` says what type and placeholder do."""
    place = "0" if is_whole else "0.01"
    st.text_input(label, type="phone", icon="", placeholder=place, autocomplete="off", **arguments)


def number_field(
    label: str, value: float, key: str, take: Take, *, name: str | None = None, **looks: Any
) -> None:
    """Draw a field that shows ``value``; ``looks`` are further arguments of ``st.text_input``.

    ``name`` is what a refusal calls the setting, where that is not the label.
    """

    def read(text: str) -> None:
        take(_like(value, read_number(text, name or label)))

    number_input(
        label, is_whole=isinstance(value, int), **control(key, write_number(value), read), **looks
    )


def _like(value: float, number: float) -> float:
    """Return a number with a fraction where the setting has one: 1 as 1.0."""
    return float(number) if isinstance(value, float) else number


def choice_slider(
    label: str,
    value: Any,
    choices: Sequence[Any],
    key: str,
    take: Take,
    *,
    help: str,
    disabled: bool = False,
) -> None:
    """Draw a slider over usual values, and a field for any other; both show ``value``."""
    options = sorted({*choices, value})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.select_slider(
            label,
            options,
            format_func=_readable,
            help=help,
            disabled=disabled,
            **control(key, value, take, _readable(value)),
        )
        number_field(
            t("form.typed", name=label),
            value,
            f"{key}.typed",
            take,
            name=label,
            disabled=disabled,
            label_visibility="collapsed",
            width=BESIDE_A_SLIDER,
        )


def _readable(choice: float) -> str:
    return f"{choice:,}" if isinstance(choice, int) else write_number(choice)
