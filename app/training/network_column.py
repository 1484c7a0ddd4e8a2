"""The middle of the Train page: the network of the form's experiment, or why there is none."""

import streamlit as st

from app.form.corpus_panel import corpus_panel, is_missing
from app.session.i18n import say, t
from app.session.markdown import plain
from app.training.network_panel import network_panel
from data.dataset import Dataset
from data.language import UserError
from models.experiment import Experiment
from models.inputs.summary import Summary, summarize
from models.runs.store import Run
from models.tasks.base import Task


def network_column(
    task: Task, experiment: Experiment, run: Run | None, *, is_counted: bool
) -> tuple[Dataset, Summary] | None:
    """Draw the network; return its data and its arithmetic, None where it cannot be trained.

    ``run`` is the one on show; its numbers are hidden unless ``is_counted``.
    """
    st.markdown(f"#### {t('train.network')}")
    found = None
    try:
        dataset = task.load(experiment)
        summary = summarize(task, experiment, dataset)
        network_panel(task, experiment, dataset, summary, run, is_counted=is_counted)
        found = dataset, summary
    except UserError as error:
        if not is_missing(experiment.reading):  # the panel says it, and how to get it
            st.error(f"{t('train.refused')} {plain(say(error.text))}")
    if experiment.reading:
        corpus_panel(experiment.reading)
    return found
