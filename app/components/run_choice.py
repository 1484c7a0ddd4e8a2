"""Which trained network answers on the Predict page."""

from datetime import datetime
from functools import partial

import streamlit as st

from app import state
from app.components.choice import choice
from app.i18n import t
from app.services import services
from models.runs import Run
from models.tasks.base import Task


def run_choice(task: Task) -> Run | None:
    """Draw the choice among the runs of a task that have learnt something; newest first."""
    runs = services().store.runs_with_weights(state.owner(), task.name)
    if not runs:
        return None
    lines = {run.id: run_line(task, run) for run in runs}
    key = f"run-of-{task.name}"
    asked = state.kept(key)
    run = next((run for run in runs if run.id == asked), runs[0])
    choice(st.selectbox, t("run.choose"), lines, run.id, key, partial(state.keep, key))
    return run


def run_line(task: Task, run: Run) -> str:
    """Return a run in one line: when, which layers and optimizer, how good."""
    units = "-".join(str(layer.units) for layer in run.experiment.layers)
    figure = _figure(task, run)
    return t(
        "run.line",
        time=datetime.fromtimestamp(run.created).strftime("%H:%M"),
        layers=units or t("run.no_hidden"),
        optimizer=run.experiment.optimizer.name,
        figure=figure,
    )


def _figure(task: Task, run: Run) -> str:
    if run.val_metric is None:
        return t("run.none_yet")
    scale = 100 if task.head.is_classifier else 1
    return t(f"run.{task.head.metric_name}", value=scale * run.val_metric)
