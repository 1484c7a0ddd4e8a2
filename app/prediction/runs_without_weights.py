"""Runs that cannot answer: one in its first epoch, one that ended in it, one that there is not."""

import streamlit as st

from app.prediction.network_choice import lines_of
from app.session import failures, state
from app.session.i18n import t
from app.session.services import services
from app.wording import run_words
from data.language import UserError
from models.runs.run import Run
from models.tasks.base import Task

SECONDS_BETWEEN_LOOKS = 2.0
MOST = 5


def runs_without_weights(task: Task, page: str, besides: str | None = None) -> None:
    """Say why a run is not among those that can be chosen on a ``page``, a table of the texts.

    ``besides`` is the run whose progress the page shows anyway.
    """
    _named_in_address(task, page)
    waiting = _in_first_epoch(task, besides)
    if waiting:
        names = [run.id for run in waiting]
        look_again = st.fragment(_first_epochs, run_every=SECONDS_BETWEEN_LOOKS)
        look_again(task, page, besides, names)


def _named_in_address(task: Task, page: str) -> None:
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
        st.info(t(f"{page}.no_weights", name=run_words.name(run)))


def _first_epochs(task: Task, page: str, besides: str | None, names: list[str]) -> None:
    """Say which runs are in their first epoch; when that is over, draw the page anew."""
    waiting = _in_first_epoch(task, besides)
    if [run.id for run in waiting] != names:
        st.rerun()
    for run in waiting:
        st.info(t(f"{page}.first_epoch", name=run_words.name(run)))


def _in_first_epoch(task: Task, besides: str | None) -> list[Run]:
    with_weights = lines_of(task)
    runs = services().store.runs(state.owner(), task.name, limit=MOST)
    ids = {*with_weights, besides}
    return [run for run in runs if run.is_under_way and run.id not in ids]
