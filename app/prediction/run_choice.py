"""Which trained network answers on the Predict page."""

import streamlit as st

from app.form.choice import choice
from app.session import state
from app.session.i18n import t
from app.session.services import services
from app.wording import run_words
from models.runs.store import Run
from models.tasks.base import Task


def run_choice(task: Task) -> Run | None:
    """Draw the choice among the runs of a task that have learnt something; newest first."""
    runs = services().store.runs_with_weights(state.owner(), task.name)
    if not runs:
        return None
    lines = {run.id: _line(run) for run in runs}
    key = f"run-of-{task.name}"
    asked: state.Kept[str | None] = state.Kept(key, None)
    run = next((run for run in runs if run.id == asked.get()), runs[0])
    choice(st.selectbox, t("run.choose"), lines, run.id, key, asked.set)
    return run


def _line(run: Run) -> str:
    parts = (run_words.name(run), run_words.figure(run), run_words.weights(run))
    return " · ".join(filter(None, parts))
