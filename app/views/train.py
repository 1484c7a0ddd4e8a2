"""Train: choose the network and how it learns, then watch it learn."""

import streamlit as st

from app import state
from app.components.cookie_notice import cookie_notice
from app.components.corpus_panel import corpus_panel, is_missing
from app.components.experiment_form import experiment_form
from app.components.lesson_panel import lesson_panel
from app.components.network_panel import network_panel
from app.components.preset_choice import preset_choice
from app.components.run_controls import run_controls
from app.components.run_curves import run_curves
from app.components.run_result import run_result
from app.components.run_tools import rate_is_live
from app.components.task_choice import task_choice
from app.components.weight_panel import weight_panel
from app.i18n import say, t
from app.markdown import plain
from app.runs_on_show import run_on_show
from data.dataset import Dataset
from data.text import UserError
from models.summary import Summary, summarize

with st.container(horizontal=True, vertical_alignment="center", key="top"):
    task = task_choice()
    presets = st.container(key="presets-place", width="content")
cookie_notice()
lesson = st.container(key="lesson-place")
with st.container(key="workbench"):
    choices, network, curves = st.columns([3, 3.5, 5], gap="medium")

run = run_on_show(task)
with choices:
    controls = st.container(key="controls-place")
    experiment = experiment_form(task, rate_is_live=rate_is_live(run))
with presets:
    preset_choice(task, experiment)
with lesson:
    guessing = lesson_panel(task, experiment)
shown = None if guessing else run

dataset: Dataset | None = None
summary: Summary | None = None
with network:
    st.markdown(f"#### {t('train.network')}")
    try:
        dataset = task.load(experiment)
        summary = summarize(task, experiment, dataset)
        network_panel(task, experiment, dataset, summary, shown, is_counted=not guessing)
    except UserError as error:
        if not is_missing(experiment.reading):  # the panel says it, and how to get it
            st.error(f"{t('train.refused')} {plain(say(error.text))}")
    if experiment.reading:
        corpus_panel(experiment.reading)
with controls:
    run_controls(experiment, run, possible=summary is not None)
with curves:
    run_curves(task, shown)
    with st.container(key="result"):  # it comes and goes, and what is below it stays
        if shown:
            run_result(task, shown)
    if dataset and summary:
        weight_panel(task, experiment, dataset, summary, shown)
state.show_run(task.name, run.id if run else None)
