"""How the variables of a table and its answers belong together: a map of correlations."""

from html import escape

import numpy as np
import streamlit as st

from app.data_page.download import csv_button
from app.session.i18n import say, t
from app.session.remembered import remembered
from data.dataset import Array, Dataset
from models.analysis.columns import correlations
from models.tasks.base import Task

MOST_SHOWN = 20
"""Variables that a screen has room for: of more, those that correlate most with the answers."""


def correlation_map(task: Task, dataset: Dataset) -> None:
    """Draw Pearson's correlations over the training rows, the answers last."""
    st.markdown(f"#### {t('data.correlations')}")
    found = remembered(task, dataset, "correlations", lambda: correlations(dataset))
    names = [feature.name for feature in dataset.features]
    names.append(say(dataset.target.name) if dataset.target else t("data.class_number"))
    kept = strongest(found)
    st.html(heat_map(found[np.ix_(kept, kept)], [names[each] for each in kept]))
    note = t("data.correlations_note")
    if len(kept) < len(names):
        note += " " + t("data.strongest", shown=MOST_SHOWN)
    st.caption(note)
    rows = [
        [name, *(None if np.isnan(value) else float(value) for value in line)]
        for name, line in zip(names, found, strict=True)
    ]
    csv_button(task, "correlations", ["", *names], lambda: rows)


def strongest(found: Array) -> list[int]:
    """Return the columns to show, in their order, the answers last."""
    answers = len(found) - 1
    sizes = np.nan_to_num(np.abs(found[answers, :-1]))
    kept = np.sort(np.argsort(-sizes, kind="stable")[:MOST_SHOWN])
    return [*kept.tolist(), answers]


def heat_map(values: Array, names: list[str]) -> str:
    """Return the map as an HTML table: blue for what rises together, orange for the opposite."""
    heads = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in names)
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(map(_cell, line))}</tr>'
        for name, line in zip(names, values.tolist(), strict=True)
    )
    return (
        f'<div class="fl-figures" tabindex="0"><table class="fl-heat">'
        f"<caption>{escape(t('data.correlations'))}</caption>"
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _cell(value: float) -> str:
    if np.isnan(value):
        return "<td>—</td>"
    colour = "#0072B2" if value > 0 else "#E69F00"
    share = 65 * abs(value)
    ground = f"background: color-mix(in srgb, {colour} {share:.0f}%, transparent)"
    number = f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
    return f'<td style="{ground}">{number}</td>'
