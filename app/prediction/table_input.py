"""Thirteen sliders for a district, the price the network predicts, and where it lies."""

import numpy as np
import streamlit as st

from app.prediction.target_histogram import target_histogram
from app.session import state
from app.session.i18n import say, t
from app.session.markdown import plain
from data.dataset import Array, Dataset, Feature
from models.network.prediction import predict_one
from models.network.weights import TrainedNetwork

VALUES = "house"


def table_input(network: TrainedNetwork, dataset: Dataset) -> None:
    """Draw the sliders and the answer.

    The price stands first, so that a phone, too, shows it above whichever slider is moved.
    """
    with st.container(key="house"):
        price = st.container(key="house-price")
        with st.container(key="house-sliders"):
            st.markdown(f"#### {t('predict.house')}")
            st.button(t("predict.house_example"), on_click=_take_example, args=(dataset,))
            row = _sliders(dataset)
        with price:
            target_histogram(predict_one(network, row).value, _prices(dataset))
        with st.container(key="house-notes"):
            _notes(dataset, row)


def _prices(dataset: Dataset) -> Array:
    return np.concatenate([dataset.y_train, dataset.y_test])


def _notes(dataset: Dataset, row: Array) -> None:
    """Say what the district that was taken really cost, and the data's warning."""
    example = state.kept("house-example")
    if example is not None and np.allclose(row, dataset.x_test[example], atol=1e-3):
        price = float(dataset.y_test[example]) * 1000
        st.markdown(t("predict.price_truth", price=price))
    if dataset.warning:
        st.caption(plain(say(dataset.warning)))


def _take_example(dataset: Dataset) -> None:
    example = int(np.random.default_rng().integers(len(dataset.x_test)))
    state.keep("house-example", example)
    state.keep(VALUES, dataset.x_test[example].tolist())
    state.keep("house-version", state.kept("house-version", 0) + 1)


def _sliders(dataset: Dataset) -> Array:
    """Draw one slider a variable over its range in the data; return the row they describe."""
    every = np.concatenate([dataset.x_train, dataset.x_test])
    values = state.kept(VALUES) or np.median(every, axis=0).tolist()
    columns = st.columns(2, gap="medium")
    row = []
    for index, feature in enumerate(dataset.features):
        with columns[index % 2]:
            row.append(_slider(feature, every[:, index], values[index]))
    state.keep(VALUES, row)
    return np.array(row, np.float32)


def _slider(feature: Feature, column: Array, value: float) -> float:
    low, high = float(column.min()), float(column.max())
    if low == high:  # a slider has two ends
        high = low + 1
    is_whole = bool(np.all(column == np.round(column)))
    version = state.kept("house-version", 0)
    return float(
        st.slider(
            t("predict.feature", name=plain(feature.name), meaning=plain(say(feature.meaning))),
            low,
            high,
            float(np.clip(value, low, high)),
            1.0 if is_whole else float(f"{(high - low) / 500:.1g}"),
            format="%.0f" if is_whole else "%.4g",
            help=plain(say(feature.unit)),
            key=f"house-{version}-{feature.name}",
        )
    )
