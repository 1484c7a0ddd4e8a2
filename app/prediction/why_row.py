"""Why a row is answered so: the shares beside a straight line's, and one variable alone."""

import numpy as np
import streamlit as st

from app.prediction.effect_curves import effect_curves
from app.prediction.straight_answer import straight_line, straight_shares, trained_rows
from app.prediction.waterfall import Steps
from app.prediction.why import Example, draw_check, draw_shares, why_title
from app.session.i18n import t
from app.session.markdown import plain
from app.wording import data_words
from data.dataset import Array, Dataset
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
            own, straight = st.columns(2, gap="large")
            with own:
                st.markdown(f"**{t('why.network')}**")
                draw_shares(network, dataset, found, example)
            with straight:
                st.markdown("**LinearRegression**")
                order = _order(found, example)
                straight_shares(line, dataset, row, order, float(said.answer[unit]))
        check, curve = st.columns(2, gap="large")
        with curve:
            words = {name: plain(word) for name, word in data_words.words_of(dataset).items()}
            key = "why.effect_classes" if dataset.classes else "why.effect"
            st.markdown(f"**{t(key, **words)}**")
            effect_curves(network, dataset, line, row, unit)
        if len(found.order):
            with check:
                st.markdown(f"**{t('why.check')}**")
                draw_check(dataset, found)


def _example(network: TrainedNetwork, dataset: Dataset, row: Array) -> Example:
    """Return a row beside the mean of the rows that the network was trained on."""
    rows = dataset.x_train[: trained_rows(network, dataset)]
    mean = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    asked, baseline = network.scaling.apply(np.stack([row, mean]))
    names = [feature.name for feature in dataset.features]
    return Example(asked, baseline, names, t("why.baseline_mean"))


def _order(found: Reasons, example: Example) -> list[int]:
    """Return the variables as the network's waterfall has them."""
    return Steps(example.names, found.attribution.shares, 0.0).largest()
