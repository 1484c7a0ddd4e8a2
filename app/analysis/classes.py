"""A classifier's answers: the confusion matrix, the rows behind its cells, and their figures."""

import numpy as np
import streamlit as st

from app.analysis.analysed import Analysed
from app.analysis.class_figures import class_figures
from app.analysis.epoch_choice import epoch_choice
from app.analysis.headings import heading, which_rows
from app.analysis.samples import samples
from app.form.choice import choice
from app.session import state
from app.session.i18n import group, say, t
from app.widgets.analysis.confusion_matrix import Cell, confusion_matrix
from data.dataset import Array
from models.analysis.classes import Count, Judgement
from models.analysis.judged import Judged


def class_answers(one: Analysed, other: Analysed | None) -> None:
    """Draw the slider over the epochs, the matrix, the samples of a cell, and the figures."""
    epoch = epoch_choice(one)
    judged = one.after(epoch)
    compared = _compared(judged, other)
    if not len(judged.rows):
        st.info(t("analyze.no_rows"))
        return
    left, middle, right = st.columns([5, 4.4, 3.8], gap="large")
    with left:
        heading(t("analyze.matrix"), one, other)
        st.caption(_matrix_note(judged, epoch, other is not None))
        _matrix(one, judged, compared)
    with middle:
        heading(t("analyze.samples"), one, other)
        samples(one, judged, compared, epoch, chosen_cell(one, judged.judgement).get())
    with right:
        heading(t("analyze.figures"), one)
        class_figures(one, judged.judgement)


def _compared(judged: Judged, other: Analysed | None) -> Judgement | None:
    """Return what another network says of the same rows."""
    if other is None:
        return None
    found = other.now().judgement
    rows = judged.rows
    return Judgement(found.answers[rows], found.confidence[rows], found.y[rows], found.classes)


def chosen_cell(one: Analysed, found: Judgement) -> state.Kept[Cell]:
    """Return what of the matrix is looked at; at first the cell with the most wrong answers."""
    wrong = found.matrix()
    np.fill_diagonal(wrong, -1)
    most = np.unravel_index(int(wrong.argmax()), wrong.shape)
    first: Cell = (int(most[0]), int(most[1])) if wrong.max() > 0 else (None, None)
    return state.Kept(f"analysis-cell-{one.task.name}", first)


def _matrix_note(judged: Judged, epoch: int | None, is_difference: bool) -> str:
    note = which_rows(len(judged.rows), epoch)
    if len(np.unique(judged.judgement.y)) == 1:
        note = f"{note} {t('analyze.one_class')}"
    return f"{t('analyze.difference_note')} {note}" if is_difference else note


def _matrix(one: Analysed, judged: Judged, compared: Judgement | None) -> None:
    found = judged.judgement
    count = Count.ROWS if compared is not None else _count(found)
    matrix = found.matrix(count)
    if compared is not None:
        matrix = matrix - compared.matrix(count)
    confusion_matrix(
        [[_text(value, count, compared is not None) for value in row] for row in matrix],
        _shades(matrix).tolist(),
        [say(name) for name in one.dataset.classes],
        chosen_cell(one, found).get(),
        group("matrix"),
        on_pick=chosen_cell(one, found).set,
        key=f"matrix-{one.task.name}",
    )


def _count(found: Judgement) -> Count:
    """Draw the choice of what the cells say; sums of probabilities only where they are known."""
    kept = state.Kept("analysis-count", str(Count.ROWS))
    known = [each for each in Count if each is not Count.PROBABILITY or _has_probabilities(found)]
    labels = {str(each): t(f"analyze.count_{each}") for each in known}
    wanted = kept.get() if kept.get() in labels else str(Count.ROWS)
    choice(
        st.segmented_control,
        t("analyze.count"),
        labels,
        wanted,
        "analysis-count",
        kept.set,
        required=True,
        label_visibility="collapsed",
    )
    return Count(wanted)


def _has_probabilities(found: Judgement) -> bool:
    return found.probabilities is not None


def _text(value: float, count: Count, is_difference: bool) -> str:
    if is_difference:
        return f"{value:+.0f}".replace("-", "−") if value else "0"
    if count is Count.SHARE:
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if count is Count.ROWS else f"{value:,.1f}"


def _shades(matrix: Array) -> Array:
    """Return how deep cells are shaded: right ones against the most right, wrong ones likewise."""
    is_right = np.eye(len(matrix), dtype=bool)
    shades = np.zeros(matrix.shape)
    for chosen in (is_right, ~is_right):
        most = np.abs(matrix[chosen]).max(initial=0)
        if most:
            shades[chosen] = matrix[chosen] / most
    return shades
