"""Home: what the lab is, and one card a task."""

import streamlit as st

from app.home.recent_runs import recent_runs
from app.home.task_card import task_card
from app.session import state
from app.session.i18n import t
from app.session.navigation import CLASS_LINK

CARDS_IN_A_ROW = 4

st.title(t("home.title"))
st.markdown(t("home.intro"))
tasks = state.tasks()
for first in range(0, len(tasks), CARDS_IN_A_ROW):
    cards = tasks[first : first + CARDS_IN_A_ROW]
    for column, task in zip(st.columns(CARDS_IN_A_ROW, gap="medium"), cards, strict=False):
        with column:
            task_card(task)
recent_runs()
st.page_link(
    CLASS_LINK,
    label=t("sharing.class"),
    icon=":material/devices:",
    query_params=state.address(state.task().name),
)
