"""Analyze: where a trained network goes wrong, what goes on inside it, and what it bears."""

import streamlit as st

from app.analysis.analysis import analysis
from app.form.task_choice import task_choice
from app.prediction.network_choice import network_choice
from app.prediction.runs_without_weights import runs_without_weights
from app.session import failures, state
from app.session.i18n import t
from app.session.navigation import TRAIN

task = task_choice()
runs_without_weights(task, "analyze")
chosen = network_choice(task, t("analyze.choose"))
if refusal := state.take_refusal():
    failures.tell(refusal)
if chosen is None:
    st.info(t("analyze.no_run"))
    st.page_link(
        TRAIN,
        label=t("predict.go_train"),
        icon=":material/arrow_forward:",
        query_params=state.address(task.name),
    )
else:
    analysis(task, chosen)
