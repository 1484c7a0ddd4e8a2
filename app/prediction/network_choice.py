"""Which trained network is looked at: one's own, or the one trained in advance; perhaps two."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.form.choice import choice
from app.session import failures, state
from app.session.i18n import both, say, t
from app.session.networks import network_in
from app.session.services import services
from app.session.shared_runs import opened_with_weights, readable
from app.wording import data_words, run_words
from data.language import UserError
from models.events import State
from models.experiment import Experiment
from models.network.weights import NETWORK, WEIGHTS, TrainedNetwork
from models.runs.store import Run
from models.tasks.base import Task
from models.trained.shipped import ShippedNetwork, shipped

READY = "ready"
"""What stands for the network that was trained in advance, which is no run."""
NONE = "none"


@dataclass(frozen=True, slots=True)
class Answering:
    """A network by its folder and its experiment; ``run`` is None where it came with the lab.

    ``line`` says its name, when it was made, and its figure.
    """

    folder: Path
    experiment: Experiment
    run: Run | None
    line: str

    @property
    def name(self) -> str:
        """Its name in ``lines_of``."""
        return self.run.id if self.run else READY


def network_choice(task: Task, label: str) -> Answering | None:
    """Draw the choice among the networks of a task that have learnt something.

    The owner's runs come first, the newest before the others; the one that was trained in advance
    answers until there is one. A run that the address names is chosen when it comes. Where the one
    that was looked at is gone since, that is said.
    """
    lines = lines_of(task)
    key = f"run-of-{task.name}"
    asked: state.Kept[str | None] = state.Kept(key, None)
    last: state.Kept[str | None] = state.Kept(f"last-{key}", None)
    if (before := last.get()) is not None and before not in lines:
        failures.tell(both("run.gone"))
    if not lines:
        last.set(None)
        return None
    if (named := state.newly_named(state.RUN)) in lines:
        asked.set(named)
    wanted = asked.get()
    chosen = wanted if wanted in lines else next(iter(lines))
    choice(st.selectbox, label, lines, chosen, key, asked.set)
    last.set(chosen)
    return answering(task, chosen)


def other_network(task: Task, chosen: Answering, page: str) -> Answering | None:
    """Draw the choice of a network to compare with; None where there is none.

    Each ``page`` remembers its own.
    """
    lines = {name: line for name, line in lines_of(task).items() if name != chosen.name}
    if not lines:
        return None
    key = f"{page}-other-{task.name}"
    kept = state.Kept(key, NONE)
    wanted = kept.get() if kept.get() in lines else NONE
    labels = {NONE: t("run.no_other"), **lines}
    choice(st.selectbox, t("run.other"), labels, wanted, key, kept.set)
    return None if wanted == NONE else answering(task, wanted)


def lines_of(task: Task) -> dict[str, str]:
    """Return a line for each network of a task, by the id of its run or as ``READY``."""
    found = services().store.runs_with_weights(state.owner(), task.name)
    lines = {run.id: _line(run) for run in found}
    for run in opened_with_weights(task.name):
        lines.setdefault(run.id, t("sharing.line", run=_line(run)))
    ready = shipped(task)
    if ready is not None:
        lines[READY] = _ready_line(task, ready)
    return lines


def answering(task: Task, name: str) -> Answering:
    """Return the network of this name in ``lines_of``; raises ``UserError`` where it is gone."""
    ready = shipped(task)
    if ready is not None and name == READY:
        experiment = task.presets[ready.preset]
        return Answering(ready.folder, experiment, None, _ready_line(task, ready))
    run = readable(name)
    return Answering(services().store.folder(run.id), run.experiment, run, _line(run))


def run_now(answering: Answering) -> Run | None:
    """Return the run of a network as it is now, None where it is none.

    Raises ``UserError`` where it has been deleted.
    """
    if answering.run is None:
        return None
    try:
        return readable(answering.run.id)
    except UserError:
        raise UserError(both("run.gone")) from None


def network_of(answering: Answering) -> TrainedNetwork:
    """Return the network as its newest weights are.

    Raises ``UserError`` where its run has been deleted, or its files are gone or damaged.
    """
    run_now(answering)
    if not all((answering.folder / name).exists() for name in (WEIGHTS, NETWORK)):
        raise UserError(both("run.gone"))
    return network_in(answering.folder)


def run_notes(run: Run | None) -> None:
    """Say what is special about a run: that it diverged, or which weights it has kept."""
    if run is None:
        return
    if run.state is State.DIVERGED:
        st.warning(t("run.diverged", epoch=run.epoch))
    elif kept := run_words.weights(run):
        st.caption(kept)


def _line(run: Run) -> str:
    when = run_words.created(run) if run.name else ""  # any other name says it
    parts = (run_words.name(run), when, run_words.figure(run), run_words.weights(run))
    return " · ".join(filter(None, parts))


def _ready_line(task: Task, ready: ShippedNetwork) -> str:
    preset = next(each for each in task.settings if each.name == ready.preset)
    name = task.head.metric_name
    value = (
        100 * ready.test[name] if task.head.is_classifier else data_words.figure(ready.test[name])
    )
    what = f"{say(task.title)} {say(preset.title)}"
    return t("predict.ready", what=what, figure=t(f"predict.ready_{name}", value=value))
