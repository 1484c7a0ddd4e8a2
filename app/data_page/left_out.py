"""Which training rows of a table are left out: by hand, by a range, or those at the most."""

import numpy as np
import streamlit as st

from app.data_page.html_table import shown
from app.form.choice import choice
from app.form.number_field import number_field
from app.session import state
from app.session.i18n import group, t
from app.widgets.data.row_ticks import row_ticks
from app.wording.data_words import told, words_of
from data.dataset import Dataset
from models.analysis.columns import at_the_most, within
from models.tasks.base import Task

MOST_LISTED = 500
"""Rows that are listed; those after them can be left out by a range."""
MOST_CELLS = 10_000
"""Numbers that the list holds: of many variables, fewer rows."""


def left_out(task: Task, dataset: Dataset) -> tuple[int, ...]:
    """Draw the choice; return the numbers of the rows without a tick, in rising order."""
    names = words_of(dataset)
    kept, revision = _kept(task), _revision(task)
    by_range, by_hand = st.columns([3, 8], gap="large")
    with by_range:
        _most(task, dataset)
        _range(task, dataset)
        st.button(
            t("data.tick_all"),
            on_click=_set,
            args=(task, ()),
            disabled=not kept.get(),
            key="tick-all",
        )
    with by_hand:
        rows, columns = dataset.x_train.shape
        listed = min(MOST_LISTED, max(1, MOST_CELLS // columns), rows)
        beyond = tuple(row for row in kept.get() if row >= listed)
        y = dataset.y_train[:listed].tolist()
        cells = [
            [*map(shown, line), shown(value)]
            for line, value in zip(dataset.x_train[:listed].tolist(), y, strict=True)
        ]
        found = row_ticks(
            [{"number": number, "cells": each} for number, each in enumerate(cells)],
            [t("data.column_number"), *(each.name for each in dataset.features), names["target"]],
            left_out=[row for row in kept.get() if row < listed],
            revision=revision.get(),
            labels=group("data.row_ticks"),
            key=f"rows-{task.name}",
        )
        kept.set((*found, *beyond))
        if listed < len(dataset.x_train):
            st.caption(t("data.listed", listed=listed, **names))
    st.markdown(t("data.left_out", count=len(kept.get()), all=len(dataset.x_train), **names))
    return kept.get()


def _kept(task: Task) -> state.Kept[tuple[int, ...]]:
    return state.Kept(f"left-out-{task.name}", ())


def _revision(task: Task) -> state.Kept[int]:
    return state.Kept(f"left-out-revision-{task.name}", 0)


def _set(task: Task, rows: tuple[int, ...]) -> None:
    _kept(task).set(rows)
    _revision(task).set(_revision(task).get() + 1)


def _add(task: Task, rows: tuple[int, ...]) -> None:
    _set(task, tuple(sorted({*_kept(task).get(), *rows})))


def _most(task: Task, dataset: Dataset) -> None:
    """Draw the button of the rows whose target is the largest of all, where several share it."""
    rows = tuple(at_the_most(dataset).tolist())
    if not rows or dataset.target is None:
        return
    value = told(float(dataset.y_train.max()), dataset)
    names = words_of(dataset)
    label = t("data.leave_most", count=len(rows), value=value, **names)
    st.button(label, on_click=_add, args=(task, rows), key="leave-most")
    st.caption(t("data.leave_most_note", **names))


def _range(task: Task, dataset: Dataset) -> None:
    """Draw the choice of a variable and of a range of it."""
    names = {str(number): each.name for number, each in enumerate(dataset.features)}
    chosen = state.Kept(f"range-of-{task.name}", "0")
    number = chosen.get() if chosen.get() in names else "0"
    choice(st.selectbox, t("data.range_of"), names, number, f"range-{task.name}", chosen.set)
    column = dataset.x_train[:, int(number)]
    known = column[np.isfinite(column)]
    limits = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    ends = []
    for place, end, value in zip(st.columns(2), ("low", "high"), limits, strict=True):
        kept = state.Kept(f"range-{end}-{task.name}-{number}", float(str(value)))
        key = f"range-{end}-{task.name}-{number}"
        with place:
            number_field(t(f"data.range_{end}"), kept.get(), key, kept.set)
        ends.append(kept.get())
    rows = tuple(within(dataset, int(number), *ends).tolist())
    label = t("data.leave_range", count=len(rows), **words_of(dataset))
    st.button(label, on_click=_add, args=(task, rows), disabled=not rows, key="leave-range")
