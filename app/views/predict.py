"""Predict: give a trained network an example of your own and see what it says."""

import streamlit as st

from app import state
from app.components.digit_input import digit_input
from app.components.house_input import house_input
from app.components.picture_input import picture_input
from app.components.review_input import review_input
from app.components.run_choice import run_choice
from app.components.task_choice import task_choice
from app.i18n import t
from app.navigation import TRAIN
from app.networks import network_in
from app.services import services
from models.tasks.base import InputKind

task = task_choice()
run = run_choice(task)
if run is None:
    st.info(t("predict.no_run"))
    st.page_link(
        TRAIN,
        label=t("predict.go_train"),
        icon=":material/arrow_forward:",
        query_params=state.address(task.name),
    )
    st.stop()

network = network_in(services().store.folder(run.id))
dataset = task.load(run.experiment)
if task.kind is InputKind.TEXT:
    review_input(network, dataset)
elif task.kind is InputKind.TABLE:
    house_input(network, dataset)
elif task.drawable:
    digit_input(network, dataset)
else:
    picture_input(network, dataset)
