"""How weights are changed: the formulas with this experiment's numbers, and one weight close up."""

import streamlit as st

from app.session.i18n import group, t
from app.training import starting
from app.training.network_panel import same_network
from app.training.optimizer_panel import optimizer_panel, weight_name, weight_picker, with_index
from app.widgets.shared.live_run import live_run
from app.widgets.updates.weight_probe import weight_probe
from data.dataset import Dataset
from models.experiment import Experiment
from models.inputs.kinds import input_of
from models.inputs.summary import Summary
from models.runs.store import Run
from models.tasks.base import Task


def weight_panel(
    task: Task, experiment: Experiment, dataset: Dataset, summary: Summary, run: Run | None
) -> None:
    """Draw the formulas beside the picked weight, which follows ``run`` if it is this network."""
    fitting = run if run and same_network(run.experiment, experiment) else None
    formulas, weight = st.columns(2, gap="medium")
    with formulas:
        optimizer_panel(experiment, task, fitting)
    with weight:
        _weight(task, experiment, dataset, summary, fitting)


def _weight(
    task: Task, experiment: Experiment, dataset: Dataset, summary: Summary, run: Run | None
) -> None:
    st.markdown(f"##### {t('formula.weight')}")
    weight = starting.picked(task, experiment)

    def take(place: int, index: int) -> None:
        now = starting.picked(task, experiment)
        starting.pick(experiment, with_index(summary, now, place, index), run)

    weight_picker(summary, weight, f"{task.name}.weight", take)
    names = input_of(task).names(dataset)
    weight_probe(
        run=live_run(run) if run else None,
        optimizer=(run.experiment if run else experiment).optimizer.to_dict(),
        picked=weight,
        name=weight_name(task, summary, weight, names),
        labels=group("probe"),
        key=f"probe-{task.name}",
    )
