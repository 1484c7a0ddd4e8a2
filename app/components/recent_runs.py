"""The last runs of this browser, one line each."""

import streamlit as st

from app import state
from app.components.run_choice import run_line
from app.i18n import say, t
from app.navigation import TRAIN
from app.services import services
from models.tasks import task_named

COUNT = 3


def recent_runs() -> None:
    """Draw a link to each of the newest runs, or a sentence when there are none."""
    st.markdown(f"#### {t('home.recent')}")
    runs = services().store.runs(state.owner(), limit=COUNT)
    if not runs:
        st.caption(t("home.recent_none"))
    for run in runs:
        task = task_named(run.task)
        label = f"{say(task.title)} · {run_line(task, run)} · {t(f'state.{run.state}')}"
        address = {**state.address(task.name), state.RUN: run.id}
        st.page_link(TRAIN, label=label, query_params=address)
