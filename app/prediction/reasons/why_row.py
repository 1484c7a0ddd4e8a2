"""Why a row is answered so: the shares beside a straight line's, and one variable alone."""

import numpy as np
import streamlit as st

from app.prediction.reasons.effect_curves import effect_curves
from app.prediction.reasons.straight_answer import (
    straight_line,
    straight_steps,
    straight_sum,
    trained_rows,
)
from app.prediction.reasons.waterfall import Steps, waterfall
from app.prediction.reasons.why import Example, draw_check, draw_sum, why_title
from app.session.i18n import say, t
from app.session.markdown import plain
from app.wording import data_words
from data.dataset import Array, Dataset
from models.analysis.effects import Line
from models.network.prediction import Prediction
from models.network.reasons import Reasons, reasons
from models.network.weights import TrainedNetwork


def why_row(network: TrainedNetwork, dataset: Dataset, row: Array, said: Prediction) -> None:
    """Draw what every variable adds beside the mean row, and how the answer follows one of them."""
    unit = said.winner
    line = straight_line(network, dataset, unit)
    example = _example(network, dataset, row)
    found = reasons(network, example.row, example.baseline, unit)
    with st.container(key="why"):
        st.markdown(f"#### {why_title(dataset, unit)}")
        if len(found.order):
            steps = straight_steps(line, dataset, row)
            _shares(dataset, found, example, steps, float(said.answer[unit]))
        check, curve = st.columns(2, gap="large")
        with curve:
            _effect(network, dataset, line, row, unit)
        if len(found.order):
            with check:
                st.markdown(f"**{t('why.check')}**")
                draw_check(dataset, found)


def _shares(
    dataset: Dataset, found: Reasons, example: Example, straight: Steps, answer: float
) -> None:
    """Draw the network's waterfall and a line's: of numbers, with the same axis."""
    steps = Steps(example.names, found.attribution.shares, found.attribution.start)
    order, label = steps.largest(), t("why.waterfall_label")
    left, right = st.columns(2, gap="large")
    axis = say(dataset.target.axis_title) if dataset.target else ""
    ends = [end for each in (steps, straight) for end in each.span(order)]
    span = (min(ends), max(ends)) if dataset.target else None
    with left:
        st.markdown(f"**{t('why.network')}**")
        waterfall(steps, order, label, axis or t("why.sum_axis"), "why-shares", span)
        draw_sum(dataset, found, example)
    with right:
        st.markdown("**LinearRegression**")
        label, axis = t("why.straight_label"), axis or t("why.probability_axis")
        waterfall(straight, order, label, axis, "why-straight", span)
        straight_sum(straight, dataset, answer)


def _effect(network: TrainedNetwork, dataset: Dataset, line: Line, row: Array, unit: int) -> None:
    words = {name: plain(word) for name, word in data_words.words_of(dataset).items()}
    title = t("why.effect_classes" if dataset.classes else "why.effect", **words)
    st.markdown(f"**{title}**")
    effect_curves(network, dataset, line, row, unit)


def _example(network: TrainedNetwork, dataset: Dataset, row: Array) -> Example:
    """Return a row beside the mean of the rows that the network was trained on."""
    rows = dataset.x_train[: trained_rows(network, dataset)]
    mean = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    asked, baseline = network.scaling.apply(np.stack([row, mean]))
    names = [feature.name for feature in dataset.features]
    return Example(asked, baseline, names, t("why.baseline_mean"))
