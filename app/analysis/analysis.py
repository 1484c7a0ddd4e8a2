"""The parts of the Analyze page for a network: which one, after which epoch, and what is drawn."""

from collections.abc import Callable

import streamlit as st

from app.analysis.analysed import Analysed, analysed
from app.analysis.answers import answers
from app.analysis.inside import inside
from app.analysis.own_drawings import opened_drawing
from app.analysis.samples import opened_row
from app.analysis.shaking import shaking
from app.form.choice import choice
from app.prediction.digit_input import show_drawing
from app.prediction.network_choice import Answering, other_network, run_notes
from app.session import failures, state
from app.session.i18n import t
from app.session.navigation import PREDICT
from data.language import UserError
from models.tasks.base import Task

SECONDS_BETWEEN_LOOKS = 2.0

_PARTS: dict[str, Callable[[Analysed, Analysed | None], None]] = {
    "answers": answers,
    "inside": inside,
    "shaking": shaking,
}


def analysis(task: Task, chosen: Answering) -> None:
    """Draw what there is to say of a network; while its run trains, again and again."""
    with st.container(key="analysis-choices", horizontal=True, vertical_alignment="bottom"):
        part = _part()
        other = other_network(task, chosen, "analysis")
    is_live = chosen.run is not None and chosen.run.is_under_way
    every = SECONDS_BETWEEN_LOOKS if is_live else None
    st.fragment(_draw, run_every=every)(task, chosen, other, part, is_live)


def _draw(task: Task, chosen: Answering, other: Answering | None, part: str, is_live: bool) -> None:
    """Draw a part; what can be wrong with a run while its page is open is said in a sentence."""
    try:
        one = analysed(task, chosen)
        if is_live and one.run is not None and not one.run.is_under_way:
            st.rerun()
        run_notes(one.run)
        _PARTS[part](one, analysed(task, other) if other else None)
    except UserError as error:
        failures.tell(error.text)
        return
    asked = _opened(task, one)
    if asked is not None:
        state.leave_page()
        named = {state.RUN: one.run.id} if one.run else {}
        st.switch_page(PREDICT, query_params={**state.address(task.name), **named, **asked})


def _opened(task: Task, one: Analysed) -> dict[str, str] | None:
    """Return what Predict's address says of what was just opened there, None of nothing."""
    row, drawing = opened_row(task), opened_drawing(task)
    opened, drawn = row.get(), drawing.get()
    row.set(None)
    drawing.set(None)
    if drawn is not None:
        show_drawing(task, one.dataset, drawn)
        return {}
    return None if opened is None else {state.ROW: str(opened)}


def _part() -> str:
    kept = state.Kept("analysis-part", "answers")
    labels = {part: t(f"analyze.part_{part}") for part in _PARTS}
    choice(
        st.segmented_control,
        t("analyze.part"),
        labels,
        kept.get(),
        "analysis-part",
        kept.set,
        required=True,
        label_visibility="collapsed",
    )
    return kept.get()
