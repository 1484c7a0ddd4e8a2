"""My runs: everything this browser has trained, to open, name, repeat, continue or delete."""

import streamlit as st

from app.carry.bundle_import import bundle_import
from app.my_runs.interrupted_runs import interrupted_runs
from app.my_runs.owner_transfer import owner_transfer
from app.my_runs.run_list import run_list
from app.my_runs.runs_table import runs_table
from app.my_runs.unreadable_runs import unreadable_runs
from app.session import state
from app.session.i18n import t
from app.session.navigation import TRAIN
from app.session.services import services
from app.training.cookie_notice import cookie_notice

st.title(t("runs.title"))
cookie_notice()
store, owner = services().store, state.owner()
runs, unreadable = store.runs(owner), store.unreadable(owner)
interrupted_runs()
if runs or store.deletions.of(owner):
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
    retention_status = store.room.status(owner)
    st.caption(t("runs.kept", runs=retention_status.runs, limit=retention_status.limit))
    runs_table(runs)
bundle_import()
owner_transfer()
