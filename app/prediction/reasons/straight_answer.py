"""What LinearRegression answers on the rows that a network was trained on, and its exact shares."""

import numpy as np
import streamlit as st

from app.prediction.reasons.waterfall import Steps, figure_of
from app.session.i18n import t
from app.session.remembered import remembered
from data.dataset import Array, Dataset
from models.analysis.effects import Line
from models.inputs.summary import split_rows
from models.network.weights import TrainedNetwork


def trained_rows(network: TrainedNetwork, dataset: Dataset) -> int:
    """Return how many of the training rows, the first ones, a network was trained on."""
    return split_rows(network.experiment, len(dataset.x_train))[0]


def straight_line(network: TrainedNetwork, dataset: Dataset, unit: int) -> Line:
    """Fit the line on the rows that the network was trained on.

    Where there are classes it is the line through 1 for the rows of the class ``unit`` and 0 for
    all others: what it answers is that class's probability, as far as a straight line can tell it.
    """
    rows = trained_rows(network, dataset)

    def fitted() -> Line:
        y = dataset.y_train[:rows]
        answers = (y == unit).astype(np.float64) if dataset.classes else y
        return Line.through(dataset.x_train[:rows], answers)

    name = ("straight line", network.experiment.left_out, rows, unit)
    return remembered(network.task, dataset, name, fitted)


def straight_steps(line: Line, dataset: Dataset, row: Array) -> Steps:
    """Return coefficient x (value - mean) of every variable, from the answer for the mean row."""
    names = [feature.name for feature in dataset.features]
    return Steps(names, line.shares(row), line.answer(line.means))


def straight_sum(steps: Steps, dataset: Dataset, answer: float) -> None:
    """Draw what the shares of a line make, beside what the network answers."""
    st.markdown(
        t(
            "why.straight_sum",
            start=figure_of(steps.start),
            total=figure_of(steps.end - steps.start, is_signed=True),
            end=figure_of(steps.end),
            network=figure_of(answer),
        )
    )
    st.caption(t("why.straight_note_classes" if dataset.classes else "why.straight_note"))
