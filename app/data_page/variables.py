"""The variables of a table, a row each, in the order of the data or of their shift."""

from collections.abc import Iterable

import streamlit as st

from app.data_page.download import Row, csv_button
from app.data_page.html_table import NONE, shown
from app.form.choice import choice
from app.session import state
from app.session.i18n import group, say, t
from app.session.remembered import remembered
from app.widgets.data.variable_table import Variable, variable_table
from data.dataset import Dataset, Feature
from models.analysis.columns import Column, columns
from models.analysis.histograms import Histogram, histograms
from models.inputs.kinds import input_of
from models.tasks.base import Task

ORDERS = ("data", "shift")
FIGURES = ("low", "high", "distinct", "missing", "shift")


def variables(task: Task, dataset: Dataset) -> int:
    """Draw the table; return the number of the variable that is looked at."""
    st.markdown(f"#### {t('data.variables')}")
    figures = remembered(task, dataset, "columns", lambda: columns(dataset))
    bins = remembered(task, dataset, "histograms", lambda: histograms(dataset))
    order = _order(figures)
    shown = [_variable(n, dataset.features[n], figures[n], bins[n]) for n in order]
    heads = [t(f"data.column_{name}") for name in _HEADS]
    looked_at = state.Kept(f"variable-{task.name}", input_of(task).watched(task, dataset))
    chosen = variable_table(
        shown,
        heads,
        selected=min(looked_at.get(), len(figures) - 1),
        labels=group("data.variable_table"),
        key=f"variables-{task.name}",
    )
    looked_at.set(chosen)
    st.caption(t("data.shift_note"))
    _downloads(task, dataset, figures, bins)
    return chosen


_HEADS = ("name", "meaning", "unit", "histogram", *FIGURES)


def _order(figures: tuple[Column, ...]) -> list[int]:
    """Draw the choice of an order; return the columns in it, those without a shift last."""
    kept: state.Kept[str] = state.Kept("variable-order", ORDERS[0])
    labels = {name: t(f"data.order_{name}") for name in ORDERS}
    looks = {"required": True}
    choice(st.segmented_control, t("data.order"), labels, kept.get(), "order", kept.set, **looks)
    numbers = range(len(figures))
    if kept.get() == "shift":
        return sorted(numbers, key=lambda number: -(figures[number].shift or -1.0))
    return list(numbers)


def _variable(number: int, feature: Feature, column: Column, bins: Histogram) -> Variable:
    return {
        "number": number,
        "name": feature.name,
        "about": [say(feature.meaning), say(feature.unit)],
        "train": _shares(bins.train),
        "test": _shares(bins.test),
        "figures": [
            shown(column.low),
            shown(column.high),
            t("data.constant") if column.is_constant else f"{column.distinct:,}",
            f"{column.missing:,}",
            NONE if column.shift is None else f"{column.shift:.3f}",
        ],
    }


def _shares(counts: tuple[int, ...]) -> list[float]:
    every = sum(counts) or 1
    return [count / every for count in counts]


def _downloads(
    task: Task,
    dataset: Dataset,
    figures: tuple[Column, ...],
    bins: tuple[Histogram, ...],
) -> None:
    names = ("name", "meaning", "unit", *FIGURES, "mean", "deviation")
    about = [(each.name, say(each.meaning), say(each.unit)) for each in dataset.features]

    def rows() -> Iterable[Row]:
        for words, column in zip(about, figures, strict=True):
            numbers = (getattr(column, name) for name in (*FIGURES, "mean", "deviation"))
            yield [*words, *numbers]

    def counts() -> Iterable[Row]:
        for words, found in zip(about, bins, strict=True):
            for low, high, train, test in zip(
                found.edges[:-1], found.edges[1:], found.train, found.test, strict=True
            ):
                yield [words[0], low, high, train, test]

    with st.container(horizontal=True, key="csv-of-variables"):
        csv_button(task, "variables", [t(f"data.column_{name}") for name in names], rows)
        heads = [t(f"data.column_{name}") for name in ("name", "from", "to", "train", "test")]
        csv_button(task, "histograms", heads, counts)
