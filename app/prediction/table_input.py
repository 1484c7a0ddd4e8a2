"""One slider a column of a table, what the network predicts, and where that lies."""

import numpy as np
import streamlit as st

from app.prediction.judge import Judge, asking
from app.prediction.neighbours import table_neighbours
from app.prediction.probabilities import probability_items
from app.prediction.reasons.why_row import why_row
from app.prediction.target_histogram import target_histogram
from app.session import state
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.widgets.pictures.bars import bars
from app.wording import data_words
from data.dataset import Array, Dataset, Feature
from models.inputs.table import Range, ranges
from models.network.prediction import Prediction, predict_one
from models.network.weights import TrainedNetwork
from models.tasks.base import Task


def table_input(network: TrainedNetwork, dataset: Dataset) -> Judge:
    """Draw the sliders and the answer; return what asks others about the row.

    The answer stands first, so that a phone, too, shows it above whichever slider is moved.
    """
    task, words = network.task, _words(dataset)
    with st.container(key="row"):
        answer = st.container(key="row-answer")
        with st.container(key="row-sliders"):
            question = plain(say(task.question)) if task.question else t("predict.row", **words)
            st.markdown(f"#### {question}")
            label = t("predict.row_example", **words)
            st.button(label, on_click=_take_example, args=(task, dataset))
            row = _sliders(task, dataset)
        prediction = predict_one(network, row)
        with answer:
            _answer(prediction, dataset)
        with st.container(key="row-notes"):
            _notes(task, dataset, row)
    table_neighbours(network, dataset, row)
    why_row(network, dataset, row, prediction)
    return asking(row)


def _answer(prediction: Prediction, dataset: Dataset) -> None:
    """Draw the number that is predicted, or the probabilities of the classes."""
    if not dataset.classes:
        target_histogram(prediction.value, dataset)
        return
    items, winner = probability_items(dataset, prediction)
    label, share = say(dataset.classes[prediction.winner]), 100 * prediction.answer.max()
    st.markdown(f"**{t('predict.verdict', label=plain(label), share=float(share))}**")
    bars(items, labels=group("bars"), highlight=winner, key="probabilities")


def _words(dataset: Dataset) -> dict[str, str]:
    return {name: plain(word) for name, word in data_words.words_of(dataset).items()}


def _notes(task: Task, dataset: Dataset, row: Array) -> None:
    """Say what the answer is for the row that was taken, and the data's warning."""
    example = _example(task).get()
    if example is not None and _is_alike(row, dataset.x_test[example], dataset):
        st.markdown(_truth(dataset, example))
    if dataset.warning:
        st.caption(plain(say(dataset.warning)))


def _is_alike(row: Array, other: Array, dataset: Dataset) -> bool:
    """Say whether two rows differ by no more than a slider rounds."""
    spread = np.array([each.high - each.low for each in ranges(dataset)])
    return bool((np.abs(row - other) <= 1e-3 * np.minimum(1, spread)).all())


def _truth(dataset: Dataset, example: int) -> str:
    answer = dataset.y_test[example]
    if dataset.classes:
        return t("predict.truth", label=plain(say(dataset.classes[int(answer)])))
    value = data_words.told(float(answer), dataset)
    return t("predict.value_truth", value=value, **_words(dataset))


def _key(task: Task, what: str) -> str:
    return f"row-{what}-{task.name}"


def _example(task: Task) -> state.Kept[int | None]:
    """The test row that was taken last."""
    return state.Kept(_key(task, "example"), None)


def _values(task: Task) -> state.Kept[list[float]]:
    """What the sliders say; empty before they are drawn."""
    return state.Kept(_key(task, "values"), [])


def _version(task: Task) -> state.Kept[int]:
    """How often a row was taken: each time, the sliders are drawn anew."""
    return state.Kept(_key(task, "version"), 0)


def _take_example(task: Task, dataset: Dataset) -> None:
    show_table_row(task, dataset, int(np.random.default_rng().integers(len(dataset.x_test))))


def show_table_row(task: Task, dataset: Dataset, example: int) -> None:
    """Let the sliders say what a test row says."""
    _example(task).set(example)
    _values(task).set(dataset.x_test[example].tolist())
    _version(task).set(_version(task).get() + 1)


def _sliders(task: Task, dataset: Dataset) -> Array:
    """Draw one slider a column over its range in the data; return the row they describe."""
    found = ranges(dataset)
    values = _values(task).get() or [each.middle for each in found]
    columns = st.columns(2, gap="medium")
    row = []
    for index, feature in enumerate(dataset.features):
        with columns[index % 2]:
            row.append(_slider(task, feature, found[index], values[index]))
    _values(task).set(row)
    return np.array(row, np.float32)


def _slider(task: Task, feature: Feature, range: Range, value: float) -> float:
    low, high = range.low, range.high
    version = _version(task).get()
    return float(
        st.slider(
            t("predict.feature", name=plain(feature.name), meaning=plain(say(feature.meaning))),
            low,
            high,
            float(np.clip(value, low, high)),
            1.0 if range.is_whole else float(f"{(high - low) / 500:.1g}"),
            format="%.0f" if range.is_whole else "%.4g",
            help=plain(say(feature.unit)),
            key=f"{_key(task, feature.name)}-{version}",
        )
    )
