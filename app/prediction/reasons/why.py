"""Why this answer: what every input adds, the check of that sum, and asking again without some."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.prediction.reasons.share_picture import share_picture
from app.prediction.reasons.waterfall import Steps, figure_of, waterfall
from app.session.i18n import say, t
from app.session.markdown import plain
from app.widgets.figure.figure import Axes, Line, figure
from data.dataset import Array, Dataset
from models.network.reasons import Reasons, reasons
from models.network.weights import TrainedNetwork


@dataclass(frozen=True, slots=True)
class Example:
    """An example as a network sees it, (inputs,), and the baseline that it is compared with.

    ``names`` are those of the inputs, none for pictures; ``baseline_name`` says what the baseline
    is.
    """

    row: Array
    baseline: Array
    names: Sequence[str]
    baseline_name: str


def why(network: TrainedNetwork, dataset: Dataset, example: Example, unit: int) -> None:
    """Draw the reasons for the answer that ``unit`` gives."""
    found = reasons(network, example.row, example.baseline, unit)
    if not len(found.order):
        return
    with st.container(key="why"):
        st.markdown(f"#### {why_title(dataset, unit)}")
        shares, check = st.columns(2, gap="large")
        with shares:
            _draw_inputs(network, found, example)
            draw_sum(dataset, found, example)
        with check:
            draw_check(dataset, found)


def why_title(dataset: Dataset, unit: int) -> str:
    """Return the question that the shares answer."""
    if not dataset.classes:
        return t("why.title_value")
    return t("why.title", answer=plain(say(dataset.classes[unit])))


def _draw_inputs(network: TrainedNetwork, found: Reasons, example: Example) -> None:
    """Draw what every word adds as a waterfall, what every pixel adds as a picture."""
    shares = found.attribution.shares
    if example.names:
        steps = Steps(example.names, shares, found.attribution.start)
        label = t("why.waterfall_label")
        waterfall(steps, steps.largest(), label, t("why.sum_axis"), "why-shares")
    else:
        size = network.task.input_shape[0], network.task.input_shape[1]
        share_picture(shares.reshape(size), t("why.picture_label"))


def draw_sum(dataset: Dataset, found: Reasons, example: Example) -> None:
    """Draw the sum of the shares beside what it must be."""
    attribution = found.attribution
    st.markdown(
        t(
            "why.sum_value" if dataset.target else "why.sum",
            total=figure_of(attribution.total),
            end=figure_of(attribution.end),
            start=_bracketed(attribution.start),
            difference=figure_of(attribution.end - attribution.start),
        )
    )
    st.caption(t("why.shares_note", baseline=example.baseline_name))


def draw_check(dataset: Dataset, found: Reasons) -> None:
    """Draw the answer over the number of inputs that were taken away."""
    taken = range(len(found.without_largest))
    is_share = bool(dataset.classes)
    axis = t("why.probability_axis") if is_share else t("why.answer_axis")
    figure(
        Axes(t("why.taken_axis"), axis, y_limits=(0, 1) if is_share else None, y_percent=is_share),
        t("why.check_label"),
        lines=[
            Line(list(zip(taken, found.without_largest, strict=True)), "network", t("why.largest")),
            Line(
                list(zip(taken, found.without_random, strict=True)),
                "reference dashed",
                t("why.random"),
            ),
        ],
        height=240,
        key="why-check",
    )
    st.caption(t("why.check_note"))


def _bracketed(value: float) -> str:
    """Return a number that a minus sign may stand before."""
    text = figure_of(value)
    return f"({text})" if value < 0 else text
