"""A network's numbers: predicted against true, what is left over, and the worst rows."""

from html import escape

import numpy as np
import streamlit as st

from app.analysis.analysed import Analysed
from app.analysis.epoch_choice import epoch_choice
from app.analysis.headings import heading, which_rows
from app.analysis.samples import opened_row
from app.form.choice import choice
from app.session import state
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.widgets.analysis.sample_list import Sample, sample_list
from app.widgets.figure.figure import Axes, Dot, Line, figure
from app.wording import data_words
from app.wording.examples import shown
from data.dataset import Array
from models.analysis.judged import Judged
from models.analysis.numbers import Residuals
from models.analysis.straight import straight_lines
from models.inputs.preparation import dense
from models.inputs.summary import split_rows
from models.network.penalties import LASSO_SHARE, RIDGE_ALPHA

MOST_DOTS = 1_500
WORST = 12
MORE = 48
"""Rows that are listed at first, and more with each press of the button."""
_NAMES = ("linear_regression", "ridge", "lasso")


def number_answers(one: Analysed, other: Analysed | None) -> None:
    """Draw the slider over the epochs, the points, the residuals, the worst rows, the figures."""
    epoch = epoch_choice(one)
    judged = one.after(epoch)
    if not len(judged.rows):
        st.info(t("analyze.no_rows"))
        return
    left, middle, right = st.columns([4.4, 4.4, 4.2], gap="large")
    with left:
        heading(t("analyze.predicted_true"), one)
        st.caption(f"{which_rows(len(judged.rows), epoch)} {t('analyze.pick_dot')}")
        _points(one, judged)
    with middle:
        heading(t("analyze.residuals"), one)
        _residuals(one, judged)
    with right:
        heading(t("analyze.figures"), one)
        _figures(one, judged.residuals, other)
    heading(t("analyze.worst"), one)
    _worst(one, judged)


def _dots(judged: Judged, x: Array, y: Array, texts: list[str]) -> list[Dot]:
    places = np.linspace(0, len(x) - 1, min(len(x), MOST_DOTS)).astype(int)
    return [Dot(float(x[i]), float(y[i]), "network", texts[i], int(judged.rows[i])) for i in places]


def _texts(one: Analysed, found: Residuals) -> list[str]:
    return [
        t(
            "analyze.dot",
            true=data_words.told(float(y), one.dataset),
            said=data_words.told(float(answer), one.dataset),
            **data_words.words_of(one.dataset),
        )
        for answer, y in zip(found.answers, found.y, strict=True)
    ]


def _points(one: Analysed, judged: Judged) -> None:
    found = judged.residuals
    every = np.concatenate([found.answers, found.y])
    every = every[np.isfinite(every)]
    ends = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
    words = data_words.words_of(one.dataset)
    axes = Axes(t("analyze.true_axis", **words), t("analyze.answer_axis", **words), ends, ends)
    figure(
        axes,
        t("analyze.points_label"),
        dots=_dots(judged, found.y, found.answers, _texts(one, found)),
        lines=[Line([(ends[0], ends[0]), (ends[1], ends[1])], "reference dashed")],
        height=340,
        on_pick=opened_row(one.task).set,
        key=f"points-{one.task.name}",
    )


def _residuals(one: Analysed, judged: Judged) -> None:
    """Draw the residuals over a variable that can be chosen, or over the answers."""
    found = judged.residuals
    titles = {str(i): plain(say(each.axis_title)) for i, each in enumerate(one.dataset.features)}
    labels = {"answer": t("analyze.over_answer"), **titles}
    kept = state.Kept(f"analysis-variable-{one.task.name}", "answer")
    wanted = kept.get() if kept.get() in labels else "answer"
    key = f"analysis-variable-{one.task.name}"
    choice(st.selectbox, t("analyze.over"), labels, wanted, key, kept.set)
    x = found.answers if wanted == "answer" else one.dataset.x_test[judged.rows, int(wanted)]
    words = data_words.words_of(one.dataset)
    figure(
        Axes(labels[wanted], t("analyze.residual_axis", **words)),
        t("analyze.residuals_label"),
        dots=_dots(judged, x, found.errors, _texts(one, found)),
        lines=[Line([(float(np.min(x)), 0), (float(np.max(x)), 0)], "reference dashed")],
        height=290,
        on_pick=opened_row(one.task).set,
        key=f"residuals-{one.task.name}",
    )


def _figures(one: Analysed, found: Residuals, other: Analysed | None) -> None:
    lines = {one.name: found}
    if other is not None:
        lines[other.name] = other.now().residuals
    lines |= {t(f"live.baseline_{name}"): each for name, each in _straight(one).items()}
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("R²", "RMSE", "MAE"))
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{_said(each.r2)}</td>'
        f"<td>{_said(each.rmse)}</td><td>{_said(each.mae)}</td></tr>"
        for name, each in lines.items()
    )
    st.html(
        f'<table class="fl-lesson"><caption>{t("analyze.figures")}</caption>'
        f"<thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
    st.caption(plain(t("analyze.units", unit=data_words.words_of(one.dataset)["unit"])))


def _straight(one: Analysed) -> dict[str, Residuals]:
    """Return what linear models say of all test rows, fitted on the rows that trained the run."""
    dataset, network = one.dataset, one.network
    trained, _ = split_rows(network.experiment, len(dataset.x_train))
    x = dense(network.scaling, dataset.x_train[:trained], 0)
    y = dataset.y_train[:trained]
    alpha = LASSO_SHARE * (float(np.std(y.astype(np.float64))) or 1.0)
    x_test = dense(network.scaling, dataset.x_test, 0)
    return straight_lines(x, y, x_test, dataset.y_test, RIDGE_ALPHA, alpha)


def _said(value: float | None) -> str:
    return "–" if value is None or not np.isfinite(value) else f"{value:.3g}"


def _worst(one: Analysed, judged: Judged) -> None:
    """Draw the rows with the largest errors: also the way to the points for the keyboard."""
    found, words = judged.residuals, data_words.words_of(one.dataset)
    listed = state.Kept(f"analysis-worst-{one.task.name}", WORST)
    samples = []
    for place in found.worst(listed.get()).tolist():
        row = int(judged.rows[place])
        said = t(
            "analyze.dot",
            true=data_words.told(float(found.y[place]), one.dataset),
            said=data_words.told(float(found.answers[place]), one.dataset),
            **words,
        )
        text = shown(one.task, one.dataset, one.dataset.x_test[row])[1]
        samples.append(Sample(row, said, text=text))
    key = f"worst-{one.task.name}"
    sample_list(samples, group("samples"), on_open=opened_row(one.task).set, key=key)
    if len(samples) < len(judged.rows):
        st.button(t("analyze.more_rows"), on_click=listed.set, args=(listed.get() + MORE,))
