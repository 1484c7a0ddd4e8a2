"""Why this answer: what every input adds, the check of that sum, and asking again without some."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from app.prediction.share_picture import share_picture
from app.session.i18n import say, t
from app.session.markdown import plain
from app.widgets.figure.figure import Axes, Bar, Line, figure
from data.dataset import Array, Dataset
from models.network.reasons import Reasons, reasons
from models.network.weights import TrainedNetwork

MOST_BARS = 14


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
        st.markdown(f"#### {_title(dataset, unit)}")
        shares, check = st.columns(2, gap="large")
        with shares:
            _shares(network, found, example)
        with check:
            _check(dataset, found)


def _title(dataset: Dataset, unit: int) -> str:
    if not dataset.classes:
        return t("why.title_value")
    return t("why.title", answer=plain(say(dataset.classes[unit])))


def _shares(network: TrainedNetwork, found: Reasons, example: Example) -> None:
    """Draw what every input adds, and the sum beside what it must be."""
    attribution = found.attribution
    if example.names:
        _waterfall(found, example)
    else:
        size = network.task.input_shape[0], network.task.input_shape[1]
        share_picture(attribution.shares.reshape(size), t("why.picture_label"))
    st.markdown(
        t(
            "why.sum",
            total=_figure(attribution.total),
            end=_figure(attribution.end),
            start=_bracketed(attribution.start),
            difference=_figure(attribution.end - attribution.start),
        )
    )
    st.caption(t("why.shares_note", baseline=example.baseline_name))


def _waterfall(found: Reasons, example: Example) -> None:
    """Draw steps from the baseline's answer to the example's, the largest ones by name."""
    shares = found.attribution.shares
    by_size = sorted(range(len(shares)), key=lambda index: -abs(float(shares[index])))
    named = [index for index in by_size if shares[index]][:MOST_BARS]
    steps = [(example.names[index], float(shares[index])) for index in named]
    rest = found.attribution.total - sum(step for _, step in steps)
    if abs(rest) > 1e-9 and len(named) < np.count_nonzero(shares):
        steps.append((t("why.others"), rest))
    at, bars = found.attribution.start, []
    for place, (name, step) in enumerate(steps):
        look = "for" if step > 0 else "against"
        text = f"{name}: {_figure(step, is_signed=True)}"
        low, high = sorted((at, at + step))
        bars.append(Bar(place + 0.1, place + 0.9, low, high, look, text))
        at += step
    ends = found.attribution.start, found.attribution.end
    figure(
        Axes("", t("why.sum_axis"), x_limits=(0.0, float(len(steps)))),
        t("why.waterfall_label"),
        bars=bars,
        lines=[Line([(0, end), (len(steps), end)], "reference dashed") for end in ends],
        height=240,
        key="why-shares",
    )
    st.markdown(
        " · ".join(f"{plain(name)} {_figure(step, is_signed=True)}" for name, step in steps)
    )


def _check(dataset: Dataset, found: Reasons) -> None:
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


def _figure(value: float, *, is_signed: bool = False) -> str:
    """Return a number to five digits, with a real minus sign."""
    text = f"{value:+.4g}" if is_signed else f"{value:.5g}"
    return text.replace("-", "−")


def _bracketed(value: float) -> str:
    """Return a number that a minus sign may stand before."""
    text = _figure(value)
    return f"({text})" if value < 0 else text
