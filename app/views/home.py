"""Home: what the lab is, and one card a task."""

import streamlit as st

from app.home.recent_runs import recent_runs
from app.home.task_card import task_card
from app.session.i18n import t
from models.tasks import TASKS

CARDS_IN_A_ROW = 4

st.title(t("home.title"))
st.markdown(t("home.intro"))
for first in range(0, len(TASKS), CARDS_IN_A_ROW):
    cards = TASKS[first : first + CARDS_IN_A_ROW]
    for column, task in zip(st.columns(CARDS_IN_A_ROW, gap="medium"), cards, strict=False):
        with column:
            task_card(task)
recent_runs()
