"""Predict: give a trained network an example of your own and see what it says."""

import streamlit as st

from app.form.task_choice import task_choice
from app.prediction.network_choice import network_choice, other_network
from app.prediction.network_question import ask_network
from app.prediction.own_training import own_training, started_here
from app.prediction.runs_without_weights import runs_without_weights
from app.session import failures, state
from app.session.i18n import t
from app.session.navigation import TRAIN

task = task_choice()
runs_without_weights(task, "predict", besides=started_here(task).get())
with st.container(key="network-choices", horizontal=True, vertical_alignment="bottom"):
    chosen = network_choice(task, t("run.choose"))
    other = other_network(task, chosen, "prediction") if chosen else None
if refusal := state.take_refusal():
    failures.tell(refusal)
if chosen is None:
    st.info(t("predict.no_run"))
    st.page_link(
        TRAIN,
        label=t("predict.go_train"),
        icon=":material/arrow_forward:",
        query_params=state.address(task.name),
    )
else:
    if chosen.run is None:
        own_training(task)
    ask_network(task, chosen, other)
