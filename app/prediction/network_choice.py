"""Which trained network answers on the Predict page: one's own, or the one trained in advance."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.form.choice import choice
from app.session import state
from app.session.i18n import say, t
from app.session.services import services
from app.wording import data_words, run_words
from models.experiment import Experiment
from models.runs.store import Run
from models.tasks.base import Task
from models.trained.shipped import ShippedNetwork, shipped

READY = "ready"
"""What stands for the network that was trained in advance, which is no run."""


@dataclass(frozen=True, slots=True)
class Answering:
    """A network by its folder and its experiment; ``run`` is None where it came with the lab."""

    folder: Path
    experiment: Experiment
    run: Run | None


def network_choice(task: Task, label: str) -> Answering | None:
    """Draw the choice among the networks of a task that have learnt something.

    The owner's runs come first, the newest before the others; the one that was trained in advance
    answers until there is one. A run that the address names is chosen when it comes.
    """
    lines = lines_of(task)
    if not lines:
        return None
    key = f"run-of-{task.name}"
    asked: state.Kept[str | None] = state.Kept(key, None)
    if (named := state.newly_named(state.RUN)) in lines:
        asked.set(named)
    wanted = asked.get()
    chosen = wanted if wanted in lines else next(iter(lines))
    choice(st.selectbox, label, lines, chosen, key, asked.set)
    return answering(task, chosen)


def lines_of(task: Task) -> dict[str, str]:
    """Return a line for each network of a task, by the id of its run or as ``READY``."""
    found = services().store.runs_with_weights(state.owner(), task.name)
    lines = {run.id: _line(run) for run in found}
    ready = shipped(task)
    if ready is not None:
        lines[READY] = _ready_line(task, ready)
    return lines


def answering(task: Task, name: str) -> Answering:
    """Return the network of this name in ``lines_of``; raises ``UserError`` where it is gone."""
    ready = shipped(task)
    if ready is not None and name == READY:
        return Answering(ready.folder, task.presets[ready.preset], None)
    run = services().store.find(name, state.owner())
    return Answering(services().store.folder(run.id), run.experiment, run)


def _line(run: Run) -> str:
    parts = (run_words.name(run), run_words.figure(run), run_words.weights(run))
    return " · ".join(filter(None, parts))


def _ready_line(task: Task, ready: ShippedNetwork) -> str:
    preset = next(each for each in task.settings if each.name == ready.preset)
    name = task.head.metric_name
    value = (
        100 * ready.test[name] if task.head.is_classifier else data_words.figure(ready.test[name])
    )
    what = f"{say(task.title)} {say(preset.title)}"
    return t("predict.ready", what=what, figure=t(f"predict.ready_{name}", value=value))
