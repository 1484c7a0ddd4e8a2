"""One variable of a table: against the target, and before and after it is standardised."""

from collections.abc import Iterable
from html import escape

import numpy as np
import streamlit as st

from app.data_page.download import Row, csv_button
from app.data_page.html_table import html_table, shown
from app.home.scatter import scatter
from app.session.i18n import say, t
from app.session.markdown import plain
from data.dataset import Array, Dataset
from data.tables.scaling import standardization
from models.inputs.table import MOST_DOTS
from models.tasks.base import Task


def one_variable(task: Task, dataset: Dataset, number: int) -> None:
    """Draw the scatter of a column against the answers, and its standardising."""
    feature = dataset.features[number]
    st.markdown(f"#### {plain(feature.name)} · {plain(say(feature.meaning))}")
    _scatter(task, dataset, number)
    _standardising(task, dataset, number)


def _scatter(task: Task, dataset: Dataset, number: int) -> None:
    train = _finite(dataset.x_train[:, number], dataset.y_train)
    test = _finite(dataset.x_test[:, number], dataset.y_test)
    x_title, y_title = say(dataset.features[number].axis_title), answer_title(dataset)
    if len(train[0]) + len(test[0]) == 0:
        st.info(t("data.no_numbers"))
        return
    label = t("data.scatter_label", x=x_title, y=y_title)
    dots = train[0][:MOST_DOTS], train[1][:MOST_DOTS]
    others = test[0][:MOST_DOTS], test[1][:MOST_DOTS]
    st.html(scatter(*dots, x_title, y_title, label, others))
    st.html(_key())
    if max(len(train[0]), len(test[0])) > MOST_DOTS:
        st.caption(t("data.most_dots", rows=MOST_DOTS))
    parts = {t("data.column_train"): train, t("data.column_test"): test}

    def rows() -> Iterable[Row]:
        for part, (x, y) in parts.items():
            for pair in zip(x.tolist(), y.tolist(), strict=True):
                yield [part, *pair]

    csv_button(task, "scatter", [t("data.column_part"), x_title, y_title], rows)


def answer_title(dataset: Dataset) -> str:
    """Return what stands at an axis of the answers."""
    return say(dataset.target.axis_title) if dataset.target else t("data.class_number")


def _key() -> str:
    """Return HTML that tells the marks of training and test rows apart."""
    train, test = escape(t("data.column_train")), escape(t("data.column_test"))
    return (
        f'<p class="fl-parts"><i class="fl-train">●</i> {train} <i class="fl-test">▲</i> {test}</p>'
    )


def _finite(x: Array, y: Array) -> tuple[Array, Array]:
    known = np.isfinite(x) & np.isfinite(y)
    return x[known], y[known]


def _standardising(task: Task, dataset: Dataset, number: int) -> None:
    """Draw the figures of a column before and after, with the mean of the TRAINING rows."""
    st.markdown(f"##### {t('data.standardising')}")
    train, test = (each[:, [number]] for each in (dataset.x_train, dataset.x_test))
    train, test = (each[np.isfinite(each[:, 0])] for each in (train, test))
    if not len(train):
        return
    scaling = standardization(train)
    mean, divisor = scaling.offset[0], scaling.divisor[0]
    if np.ptp(train) == 0:
        st.info(t("data.constant_note", mean=shown(mean)))
    first = float(train[0, 0])
    answer = float(scaling.apply(train[:1])[0, 0])
    formula = rf"z = \frac{{x - {mean:.4g}}}{{{divisor:.4g}}} \qquad {first:.4g} \to {answer:.3f}"
    st.latex(formula)
    names = ("average", "spread", "low", "high")
    cells: list[Row] = [
        [t(f"data.{when}_{part}"), *_figures(rows)]
        for when, change in (("before", lambda rows: rows), ("after", scaling.apply))
        for part, rows in (("train", change(train)), ("test", change(test)))
        if len(rows)
    ]
    heads = [t(f"data.column_{name}") for name in ("part", *names)]
    st.html(html_table(heads, cells, t("data.standardising")))
    st.caption(t("data.standardising_note"))
    csv_button(task, "standardising", heads, lambda: cells)


def _figures(rows: Array) -> list[float]:
    values = rows[:, 0].astype(np.float64)
    rounded = [values.mean(), values.std(), values.min(), values.max()]
    return [round(float(value), 6) + 0.0 for value in rounded]
