"""Predict: give a trained network an example of your own and see what it says."""

import streamlit as st

from app.form.task_choice import task_choice
from app.prediction.network_question import ask_network
from app.prediction.run_choice import run_choice
from app.session import failures, state
from app.session.i18n import t
from app.session.navigation import TRAIN

task = task_choice()
run = run_choice(task)
if refusal := state.take_refusal():
    failures.tell(refusal)
if run is None:
    st.info(t("predict.no_run"))
    st.page_link(
        TRAIN,
        label=t("predict.go_train"),
        icon=":material/arrow_forward:",
        query_params=state.address(task.name),
    )
else:
    ask_network(task, run)
