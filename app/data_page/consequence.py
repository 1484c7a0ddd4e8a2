"""From a row to its consequence: the test error with all rows and without some of them."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from app.data_page import retraining
from app.data_page.download import Row, csv_button
from app.data_page.html_table import html_table, shown
from app.data_page.left_out import left_out
from app.data_page.retraining import MOST_UPDATES, SEEDS, Retraining
from app.home.scatter import ticks
from app.session import failures, state
from app.session.i18n import t
from app.wording.data_words import words_of
from data.dataset import Dataset, without_rows
from data.language import UserError
from models.tasks.base import Task

SECONDS_BETWEEN_LOOKS = 0.5


def consequence(task: Task, dataset: Dataset) -> None:
    """Draw the rows to leave out, the button that trains, and what came of it."""
    st.markdown(f"#### {t('data.consequence', **words_of(dataset))}")
    rows = left_out(task, dataset)
    _start(task, dataset, rows)
    asked = retraining.retraining_of(task)
    if asked is None:
        return
    look = None if asked.is_over else SECONDS_BETWEEN_LOOKS
    st.fragment(_outcome, run_every=look)(task, dataset)


def _start(task: Task, dataset: Dataset, rows: tuple[int, ...]) -> None:
    """Draw the button, with what it costs, or why it cannot be pressed."""
    draft = state.draft(task).changed(left_out=())
    count: int | None = None
    try:
        count = retraining.updates(task, dataset, draft)
        retraining.updates(task, without_rows(dataset, rows), draft)
    except UserError as error:
        failures.tell(error.text)
        count = None
    st.button(
        t("data.retrain"),
        icon=":material/play_arrow:",
        type="primary",
        disabled=not rows or count is None or count > MOST_UPDATES,
        on_click=retraining.begin,
        args=(task, draft, rows),
        key="retrain",
    )
    if count is not None:
        key = "data.retrain_cost" if count <= MOST_UPDATES else "data.retrain_too_long"
        st.caption(t(key, seeds=SEEDS, runs=2 * SEEDS, updates=count, most=MOST_UPDATES))


def _outcome(task: Task, dataset: Dataset) -> None:
    """Draw progress and figures; once all is over, the page is drawn anew without looking again."""
    before = retraining.retraining_of(task)
    retraining.follow(task)
    now = retraining.retraining_of(task)
    if now is None or before is None:
        return
    if now.is_over and not before.is_over:
        st.rerun()
    if not now.is_over:
        ended = retraining.done(now)
        words = t("data.retraining", done=ended, all=len(now.experiments))
        st.progress(ended / len(now.experiments), words)
        st.button(
            t("data.retrain_stop"), on_click=retraining.stop, args=(task,), key="retrain-stop"
        )
    _figures(task, dataset, now)


def _figures(task: Task, dataset: Dataset, now: Retraining) -> None:
    """Draw the test error of every seed before and after, with means and spreads."""
    name = task.head.metric_name
    left = len(now.after[0].left_out)
    parts = {
        t("data.with_all"): retraining.figures(now, now.before, name),
        t("data.without", count=left): retraining.figures(now, now.after, name),
    }
    if not all(parts.values()):
        if now.is_over:
            st.info(t("data.no_outcome"))
        return
    names = words_of(dataset)
    title = t(f"data.error_{name}", **names)
    if task.head.is_classifier:
        parts = {part: [100 * (1 - value) for value in found] for part, found in parts.items()}
    st.html(dots(parts, title, t("data.dots_label", error=title)))
    rows: list[Row] = [
        [part, len(found), float(np.mean(found)), float(np.std(found)), min(found), max(found)]
        for part, found in parts.items()
    ]
    columns = ("part", "runs", "average", "spread", "low", "high")
    heads = [t(f"data.column_{column}") for column in columns]
    st.html(html_table(heads, rows, title))
    st.caption(t("data.outcome_note", seeds=SEEDS, **names))
    seeds: list[Row] = [
        [part, number, value] for part, found in parts.items() for number, value in enumerate(found)
    ]
    csv_button(task, "outcome", [heads[0], t("data.column_seed"), title], lambda: seeds)


def dots(parts: Mapping[str, Sequence[float]], title: str, label: str) -> str:
    """Return HTML of a line for each part: its values as small marks, their mean as a dot.

    The bar goes from one standard deviation below the mean to one above.
    """
    every = [value for found in parts.values() for value in found]
    deviation = max(float(np.std(found)) for found in parts.values())
    marks = ticks(min(every) - deviation / 2, max(every) + deviation / 2)
    low, high = marks[0], marks[-1]

    def place(value: float) -> str:
        return f"{100 * (value - low) / (high - low):.2f}%"

    lines = ""
    for part, found in parts.items():
        mean, spread = float(np.mean(found)), float(np.std(found))
        start, width = place(mean - spread), 100 * 2 * spread / (high - low)
        small = "".join(f'<i style="left: {place(value)}"></i>' for value in found)
        lines += (
            f"<dt>{escape(part)}</dt><dd>{small}"
            f'<u style="left: {start}; width: {width:.2f}%"></u>'
            f'<b style="left: {place(mean)}" title="{shown(mean)}"></b></dd>'
        )
    numbers = "".join(f'<span style="left: {place(mark)}">{mark:g}</span>' for mark in marks)
    return (
        f'<figure class="fl-dots" role="img" aria-label="{escape(label)}"><dl>{lines}'
        f"<dt></dt><dd>{numbers}</dd></dl><figcaption>{escape(title)}</figcaption></figure>"
    )
