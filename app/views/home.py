"""Home: what the lab is, and one card a task."""

import streamlit as st

from app.home.recent_runs import recent_runs
from app.home.task_card import task_card
from app.session.i18n import t
from models.tasks import TASKS

st.title(t("home.title"))
st.markdown(t("home.intro"))
for column, task in zip(st.columns(len(TASKS), gap="medium"), TASKS, strict=True):
    with column:
        task_card(task)
recent_runs()
