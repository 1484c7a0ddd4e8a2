"""Predict: give a trained network an example of your own and see what it says."""

import streamlit as st

from app.form.task_choice import task_choice
from app.prediction.network_choice import network_choice
from app.prediction.network_question import ask_network
from app.prediction.own_training import own_training
from app.session import failures, state
from app.session.i18n import t
from app.session.navigation import TRAIN

task = task_choice()
answering = network_choice(task, t("run.choose"))
if refusal := state.take_refusal():
    failures.tell(refusal)
if answering is None:
    st.info(t("predict.no_run"))
    st.page_link(
        TRAIN,
        label=t("predict.go_train"),
        icon=":material/arrow_forward:",
        query_params=state.address(task.name),
    )
else:
    if answering.run is None:
        own_training(task)
    ask_network(task, answering)
