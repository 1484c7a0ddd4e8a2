"""The parts of the Analyze page for a network: which one, after which epoch, and what is drawn."""

from collections.abc import Callable

import streamlit as st

from app.analysis.analysed import Analysed, analysed
from app.analysis.answers import answers
from app.analysis.inside import inside
from app.analysis.samples import opened_row
from app.analysis.shaking import shaking
from app.form.choice import choice
from app.prediction.network_choice import Answering, answering, lines_of
from app.session import failures, state
from app.session.i18n import t
from app.session.navigation import PREDICT
from app.session.services import services
from app.wording import run_words
from data.language import UserError
from models.events import State
from models.runs.run import Run
from models.tasks.base import Task

SECONDS_BETWEEN_LOOKS = 2.0
NONE = "none"

_PARTS: dict[str, Callable[[Analysed, Analysed | None], None]] = {
    "answers": answers,
    "inside": inside,
    "shaking": shaking,
}


def analysis(task: Task, chosen: Answering) -> None:
    """Draw what there is to say of a network; while its run trains, again and again."""
    with st.container(key="analysis-choices", horizontal=True, vertical_alignment="bottom"):
        part = _part()
        other = _other(task, chosen)
    is_live = chosen.run is not None and chosen.run.is_under_way
    every = SECONDS_BETWEEN_LOOKS if is_live else None
    st.fragment(_draw, run_every=every)(task, chosen, other, part, is_live)


def _draw(task: Task, chosen: Answering, other: Answering | None, part: str, is_live: bool) -> None:
    """Draw a part; what can be wrong with a run while its page is open is said in a sentence."""
    try:
        one = analysed(task, chosen)
        if is_live and one.run is not None and not one.run.is_under_way:
            st.rerun()
        _notes(one)
        _PARTS[part](one, analysed(task, other) if other else None)
    except UserError as error:
        failures.tell(error.text)
        return
    opened = opened_row(task)
    row = opened.get()
    if row is not None:
        opened.set(None)
        state.leave_page()
        named = {state.RUN: one.run.id} if one.run else {}
        st.switch_page(
            PREDICT, query_params={**state.address(task.name), **named, state.ROW: str(row)}
        )


def _notes(one: Analysed) -> None:
    """Say what is special about a run: that it diverged, or which weights it has kept."""
    run = one.run
    if run is None:
        return
    if run.state is State.DIVERGED:
        st.warning(t("analyze.diverged", epoch=run.epoch))
    elif kept := run_words.weights(run):
        st.caption(kept)


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


def _other(task: Task, chosen: Answering) -> Answering | None:
    """Draw the choice of a network to compare with; None where there is none."""
    own = chosen.run.id if chosen.run else None
    lines = {name: line for name, line in lines_of(task).items() if name != (own or "ready")}
    if not lines:
        return None
    kept = state.Kept(f"analysis-other-{task.name}", NONE)
    wanted = kept.get() if kept.get() in lines else NONE
    labels = {NONE: t("analyze.no_other"), **lines}
    key = f"analysis-other-{task.name}"
    choice(st.selectbox, t("analyze.other"), labels, wanted, key, kept.set)
    return None if wanted == NONE else answering(task, wanted)


def first_epoch(task: Task) -> None:
    """Say so of runs that cannot be analysed before their first epoch is over, until it is."""
    waiting = _in_first_epoch(task)
    if waiting:
        names = [run.id for run in waiting]
        st.fragment(_first_epochs, run_every=SECONDS_BETWEEN_LOOKS)(task, names)


def _first_epochs(task: Task, names: list[str]) -> None:
    waiting = _in_first_epoch(task)
    if [run.id for run in waiting] != names:
        st.rerun()
    for run in waiting:
        st.info(t("analyze.first_epoch", name=run_words.name(run)))


def _in_first_epoch(task: Task) -> list[Run]:
    with_weights = lines_of(task)
    runs = services().store.runs(state.owner(), task.name, limit=5)
    return [run for run in runs if run.is_under_way and run.id not in with_weights]


def unknown_run(task: Task) -> None:
    """Say so where the address names a run that this browser has not, or that has no weights."""
    named = state.run_in_address()
    if named is None or named in lines_of(task):
        return
    try:
        run = services().store.find(named, state.owner())
    except UserError as error:
        failures.tell(error.text)
        return
    if run.task == task.name and not run.is_under_way:
        st.info(t("analyze.no_weights", name=run_words.name(run)))
