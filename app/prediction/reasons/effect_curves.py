"""The answer against one variable: of every row, of their mean, of this row, and of a line."""

import hashlib
from dataclasses import dataclass

import numpy as np
import streamlit as st

from app.form.choice import choice
from app.session import state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.session.remembered import remembered
from app.widgets.figure.figure import Axes, Bundle, Dot, figure
from app.widgets.figure.figure import Line as Drawn
from app.wording import data_words
from data.dataset import Array, Dataset
from models.analysis.effects import Curves, Line, curves
from models.inputs.table import ranges, telling_column
from models.network.prediction import predict_one
from models.network.weights import TrainedNetwork

MOST_ROWS = 600
"""Rows whose own curves are drawn; of more, as many at even distances."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How the answer follows one variable, over the places of ``curves``.

    ``curves`` are those of the rows of the data, ``own`` is the asked row's, and ``straight`` is
    what a line says of it; the row now has the value ``value`` and the answer ``answer``.
    """

    curves: Curves
    own: Array
    straight: Array
    value: float
    answer: float


def effect(
    network: TrainedNetwork, dataset: Dataset, line: Line, row: Array, column: int, unit: int
) -> Effect:
    """Follow the answer that ``unit`` gives while one variable goes through its range."""
    found = ranges(dataset)[column]
    asked = column, found.low, found.high, unit
    name = ("curves", _digest(network), *asked)
    all_rows = remembered(
        network.task, dataset, name, lambda: curves(network, _rows(dataset), *asked)
    )
    slope = float(line.slopes[column])
    value = float(row[column])
    return Effect(
        all_rows,
        curves(network, row[None], *asked).answers[0],
        line.answer(row) + slope * (all_rows.places.astype(np.float64) - value),
        value,
        float(predict_one(network, row).answer[unit]),
    )


def effect_curves(
    network: TrainedNetwork, dataset: Dataset, line: Line, row: Array, unit: int
) -> None:
    """Draw the choice of a variable, and how the answer follows it."""
    column = _column(network, dataset)
    found = effect(network, dataset, line, row, column, unit)
    words = data_words.words_of(dataset)
    shown = len(found.curves.answers)
    figure(
        _axes(dataset, found, column),
        t("why.effect_label", **words),
        bundles=[
            Bundle(found.curves.places[::2].tolist(), found.curves.answers[:, ::2], "reference")
        ],
        lines=_lines(found, words, shown),
        dots=[Dot(found.value, found.answer, "against")],
        height=300,
        key="why-effect",
    )
    count = len(dataset.x_train) + len(dataset.x_test)
    st.caption(plain(t("why.effect_note", shown=f"{shown:,}", count=f"{count:,}", **words)))


def _rows(dataset: Dataset) -> Array:
    rows = np.concatenate([dataset.x_train, dataset.x_test])
    few = np.linspace(0, len(rows) - 1, min(MOST_ROWS, len(rows))).round().astype(int)
    chosen: Array = rows[few]
    return chosen


def _digest(network: TrainedNetwork) -> str:
    """Return what tells the networks of one data set apart: they scale its rows alike or not."""
    parts = (network.scaling.offset, network.scaling.divisor, *network.kernels, *network.biases)
    content = b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
    activations = " ".join(network.activations).encode()
    return hashlib.sha256(content + activations).hexdigest()


def _column(network: TrainedNetwork, dataset: Dataset) -> int:
    """Draw the choice of a variable; at first it is the one that tells most."""
    name = f"effect-variable-{network.task.name}"
    labels = {
        str(index): t("predict.feature", name=plain(each.name), meaning=plain(say(each.meaning)))
        for index, each in enumerate(dataset.features)
    }
    kept = state.Kept(name, str(telling_column(dataset)))
    wanted = kept.get() if kept.get() in labels else "0"
    choice(st.selectbox, t("why.effect_variable"), labels, wanted, name, kept.set)
    return int(wanted)


def _axes(dataset: Dataset, found: Effect, column: int) -> Axes:
    x = say(dataset.features[column].axis_title)
    if dataset.target:
        return Axes(x, say(dataset.target.axis_title))
    lowest, highest = min(0.0, found.straight.min()), max(1.0, found.straight.max())
    limits = float(lowest), float(highest)
    return Axes(x, t("why.probability_axis"), y_limits=limits, y_percent=True)


def _lines(found: Effect, words: dict[str, str], shown: int) -> list[Drawn]:
    places = found.curves.places.tolist()
    every = [*found.curves.answers.ravel(), *found.straight]
    ends = float(min(every)), float(max(every))
    mean = t("why.effect_mean", count=f"{shown:,}", **words)
    return [
        Drawn([(found.value, end) for end in ends], "against dashed", t("why.effect_now")),
        Drawn(_points(places, found.straight), "right dashed", t("why.effect_straight", **words)),
        Drawn(_points(places, found.curves.mean), "network", mean),
        Drawn(_points(places, found.own), "against", t("why.effect_own", **words)),
    ]


def _points(places: list[float], answers: Array) -> list[tuple[float, float]]:
    return list(zip(places, answers.tolist(), strict=True))
