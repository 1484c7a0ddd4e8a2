"""My runs: everything this browser has trained, to open, name, repeat, continue or delete."""

import streamlit as st

from app import state
from app.components.cookie_notice import cookie_notice
from app.components.interrupted_runs import interrupted_runs
from app.components.owner_move import owner_move
from app.components.run_list import run_list
from app.components.runs_table import runs_table
from app.components.unreadable_runs import unreadable_runs
from app.i18n import t
from app.navigation import TRAIN
from app.services import services

st.title(t("runs.title"))
cookie_notice()
store, owner = services().store, state.owner()
runs, unreadable = store.runs(owner), store.unreadable(owner)
interrupted_runs()
if runs or store.deleted(owner):
    run_list(runs)
elif not unreadable:
    st.info(t("runs.none"))
    st.page_link(
        TRAIN,
        label=t("runs.go_train"),
        icon=":material/arrow_forward:",
        query_params=state.address(state.task().name),
    )
unreadable_runs(unreadable)
if runs:
    outlook = store.outlook(owner)
    st.caption(t("runs.kept", runs=outlook.runs, limit=outlook.limit))
    runs_table(runs)
owner_move()
