"""A link to settings that somebody has opened: the form shows them, and a run is compared."""

from dataclasses import dataclass

import streamlit as st

from app.session import state
from app.session.i18n import t
from app.wording import run_words
from data.language import UserError
from models.events import State
from models.experiment import Experiment
from models.network.fingerprint import short
from models.runs.run import Run
from models.sharing.link import RESULT, SETTINGS, Result, read_result, read_settings
from models.tasks.base import Task


@dataclass(frozen=True, slots=True)
class Opened:
    """The settings of a link, and what came out of them where it was made, if it says so."""

    experiment: Experiment
    result: Result | None


def _opened(task: Task) -> state.Kept[Opened | None]:
    return state.Kept(f"link-of-{task.name}", None)


def open_link() -> None:
    """Put the settings of the address into the form of their task, once.

    What is wrong with them is said. To be called on every page: a reload may be of any of them.
    """
    text, result = state.newly_named(SETTINGS), state.from_address(RESULT)
    if text is None:
        return
    task = _task_of(text)
    try:
        opened = Opened(read_settings(task, text), read_result(result) if result else None)
    except UserError as error:
        state.refuse(error.text)
        return
    state.give_draft(opened.experiment)
    _opened(task).set(opened)


def _task_of(text: str) -> Task:
    """Return the task of the preset that settings begin with, the chosen one where there is none.

    A tab may be at another task than its link when it is loaded again.
    """
    preset = text.partition("~")[0]
    return next((task for task in state.tasks() if preset in task.presets), state.task())


def reproduction(task: Task, run: Run | None) -> None:
    """Say whether a run of the link's settings came to the same weights, or what differs."""
    opened = _opened(task).get()
    if opened is None or opened.result is None:
        return
    expected = opened.result
    if run is None or run.experiment != opened.experiment or not run.is_over:
        if state.draft(task) == opened.experiment:
            st.info(t("sharing.opened", weights=short(expected.weights)))
        return
    end = run_words.outline(run).end
    if run.state is not State.DONE or end is None:
        return
    if end.origin is None:
        st.info(t("sharing.no_fingerprint"))
        return
    found = Result.of(end.origin)
    different = expected.differences(found)
    words = {"found": short(found.weights), "expected": short(expected.weights)}
    if not different:
        st.success(t("sharing.same", **words))
        return
    reasons = ", ".join(t(f"sharing.differs_{name}") for name in different)
    st.warning(t("sharing.other", reasons=reasons, **words))
