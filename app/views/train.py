"""Train: choose the network and how it learns, then watch it learn."""

import streamlit as st

from app.carry.run_downloads import checked_downloads
from app.form.experiment_form import experiment_form
from app.form.preset_choice import preset_choice
from app.form.task_choice import task_choice
from app.lessons.lesson_panel import lesson_panel
from app.session import state
from app.sharing.opened_link import reproduction
from app.sharing.run_links import run_links
from app.training.code_panel import code_panel
from app.training.cookie_notice import cookie_notice
from app.training.network_column import network_column
from app.training.run_controls import run_controls
from app.training.run_curves import run_curves
from app.training.run_on_show import run_on_show
from app.training.run_result import run_result
from app.training.run_tools import rate_is_live
from app.training.weight_panel import weight_panel

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
with network:
    found = network_column(task, experiment, shown, is_counted=not guessing)
with controls:
    run_controls(experiment, run, possible=found is not None)
with curves:
    watched = st.container(key="watched")
    if found:  # before the curves, which stay: this follows the hand on the form
        code_panel(task, experiment, found[0], shown)
with watched:
    run_curves(task, shown)
    with st.container(key="result"):  # it comes and goes, and what is below it stays
        reproduction(task, shown)
        run_result(task, shown)
        checked_downloads(shown)
        run_links(shown)
    if found:
        weight_panel(task, experiment, *found, shown)
state.show_run(task.name, run.id if run else None)
