"""Figures of a classifier: precision, recall and F1 a class, and what its confidence is worth."""

from html import escape

import streamlit as st

from app.analysis.analysed import Analysed
from app.session.i18n import say, t
from app.widgets.figure.figure import Axes, Bar, Line, figure
from models.analysis.classes import BINS, Judgement

_COLUMNS = ("precision", "recall", "f1", "rows")


def class_figures(one: Analysed, found: Judgement) -> None:
    """Draw the table of the classes, the reliability diagram, and the histogram of confidence."""
    st.markdown(f"**{t('analyze.accuracy', value=100 * found.accuracy)}**")
    st.html(_table(one, found))
    error = 100 * found.calibration_error()
    st.markdown(f"**{t('analyze.reliability', error=error)}**")
    _reliability(one, found)
    st.markdown(f"**{t('analyze.confidence')}**")
    _histogram(one, found)


def _table(one: Analysed, found: Judgement) -> str:
    heads = "".join(f'<th scope="col">{t(f"analyze.{name}")}</th>' for name in _COLUMNS)
    lines = "".join(
        f'<tr><th scope="row">{escape(say(name))}</th><td>{_share(each.precision)}</td>'
        f"<td>{_share(each.recall)}</td><td>{_share(each.f1)}</td><td>{each.rows:,}</td></tr>"
        for name, each in zip(one.dataset.classes, found.figures(), strict=True)
    )
    return (
        f'<table class="fl-lesson"><caption>{t("analyze.figures")}</caption>'
        f'<thead><tr><th scope="col">{t("analyze.class")}</th>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _reliability(one: Analysed, found: Judgement) -> None:
    bars = [
        Bar(
            each.low,
            each.high,
            0,
            each.accuracy,
            "network",
            t(
                "analyze.bin",
                confidence=100 * each.confidence,
                accuracy=100 * each.accuracy,
                rows=f"{each.rows:,}",
            ),
        )
        for each in found.bins()
    ]
    axes = Axes(
        t("analyze.confidence_axis"), t("analyze.accuracy_axis"), (0, 1), (0, 1), True, True
    )
    diagonal = Line([(0, 0), (1, 1)], "reference dashed", t("analyze.diagonal"))
    label = t("analyze.reliability_label")
    figure(axes, label, bars=bars, lines=[diagonal], key=f"reliability-{one.task.name}")


def _histogram(one: Analysed, found: Judgement) -> None:
    """Right answers below, wrong ones stacked upon them."""
    right, wrong = found.confidences()
    bars = []
    for number, (below, above) in enumerate(zip(right.tolist(), wrong.tolist(), strict=True)):
        left, end = number / BINS, (number + 1) / BINS
        text = t("analyze.confidence_bin", right=f"{below:,}", wrong=f"{above:,}")
        bars.append(Bar(left, end, 0, below, "right", text))
        bars.append(Bar(left, end, below, below + above, "wrong", text))
    axes = Axes(t("analyze.confidence_axis"), t("analyze.rows"), (0, 1), x_percent=True)
    label = t("analyze.confidence_label")
    figure(axes, label, bars=bars, height=170, key=f"confidence-{one.task.name}")
