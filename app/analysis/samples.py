"""The test rows behind a cell of the confusion matrix, the most confidently wrong ones first."""

import numpy as np
import streamlit as st

from app.analysis.analysed import Analysed
from app.session import state
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.widgets.analysis.confusion_matrix import Cell
from app.widgets.analysis.sample_list import Sample, sample_list
from app.wording.examples import shown as shown_row
from data.dataset import Array
from models.analysis.classes import Judgement
from models.analysis.judged import Flip, Judged, flips
from models.tasks.base import Task

SAMPLES = 24


def samples(
    one: Analysed, judged: Judged, compared: Judgement | None, epoch: int | None, cell: Cell
) -> None:
    """Draw the rows of a cell; of two networks those of which they say different things."""
    found = judged.judgement
    places = _places(found, compared, cell)
    st.caption(_which(one, cell, len(places)))
    if not len(places):
        st.info(t("analyze.no_samples"))
        return
    until = epoch if epoch is not None else max(one.record.answers, default=0)
    y = one.dataset.y_test[: len(one.rows)]
    changes = flips(one.record, y, until)
    shown = [
        _sample(one, judged, compared, int(place), changes.get(int(judged.rows[place])))
        for place in places[:SAMPLES]
    ]
    key = f"samples-{one.task.name}"
    sample_list(shown, group("samples"), on_open=opened_row(one.task).set, key=key)
    if len(places) > SAMPLES:
        st.caption(t("analyze.more", shown=SAMPLES, count=f"{len(places):,}"))


def opened_row(task: Task) -> state.Kept[int | None]:
    """The test row that somebody wants to see on Predict, until it is there."""
    return state.Kept(f"analysis-opened-{task.name}", None)


def _places(found: Judgement, compared: Judgement | None, cell: Cell) -> Array:
    """Return the places of the rows of a cell; of two networks' cells, where they differ."""
    places = found.rows_in(*cell)
    if compared is None:
        return places
    others = compared.rows_in(*cell)
    both = list(dict.fromkeys([*places.tolist(), *others.tolist()]))
    return np.array([i for i in both if found.answers[i] != compared.answers[i]], int)


def _which(one: Analysed, cell: Cell, count: int) -> str:
    names = [None if number is None else say(one.dataset.classes[number]) for number in cell]
    words = {"count": f"{count:,}", "true": plain(names[0] or ""), "given": plain(names[1] or "")}
    kind = ("row" if names[0] else "") + ("column" if names[1] else "")
    return t(f"analyze.samples_{kind or 'all'}", **words)


def _sample(
    one: Analysed, judged: Judged, compared: Judgement | None, place: int, flip: Flip | None
) -> Sample:
    found, row = judged.judgement, int(judged.rows[place])
    picture, text = shown_row(one.task, one.dataset, one.dataset.x_test[row])
    true = int(found.y[place])
    said = t("analyze.said", true=_name(one, true), answer=_answer(one, found, place))
    if compared is not None:
        said = t("analyze.said_too", said=said, other=_answer(one, compared, place))
    is_right = int(found.answers[place]) == true
    is_told = flip is not None and flip.is_right == is_right  # within an epoch, it may differ
    note = _told(flip) if flip and is_told else ""
    return Sample(row, said, note, is_right, picture, text)


def _answer(one: Analysed, found: Judgement, place: int) -> str:
    share = 100 * float(found.confidence[place])
    return f"{_name(one, int(found.answers[place]))} {share:.0f} %"


def _name(one: Analysed, number: int) -> str:
    return say(one.dataset.classes[number])


def _told(flip: Flip) -> str:
    """Say since when a row has been right or wrong."""
    now = "right" if flip.is_right else "wrong"
    if flip.until is None:
        return t(f"analyze.always_{now}")
    return t(f"analyze.flip_{now}", since=flip.since, until=flip.until)
