"""What a task's network is asked, and its answer: the part of Predict that runs by itself."""

from contextlib import suppress

import streamlit as st

from app.prediction.comparison import training_rows
from app.prediction.inputs import Question, question_of, show_test_row
from app.prediction.network_choice import Answering
from app.session import state
from app.session.i18n import both
from app.session.networks import network_in
from app.session.services import services
from data.dataset import Dataset
from data.language import UserError
from models.network.weights import TrainedNetwork
from models.runs.store import Run
from models.tasks.base import Task


def ask_network(task: Task, answering: Answering) -> None:
    """Draw the question that suits the task, and what the network answers."""
    network = network_in(answering.folder)
    dataset = network.task.load(answering.experiment)
    row = state.newly_named(state.ROW) or ""
    if row.isdecimal() and int(row) < len(dataset.x_test):
        show_test_row(task, dataset, int(row))
    _ask(answering.run, question_of(task), network, dataset)


@st.fragment
def _ask(run: Run | None, question: Question, network: TrainedNetwork, dataset: Dataset) -> None:
    """Only this part runs again when the question changes, as long as the run is there."""
    try:
        if run is not None:
            services().store.find(run.id, state.owner())
    except UserError:
        state.refuse(both("predict.run_deleted"))
        st.rerun()
    with suppress(UserError):  # it is said where the rows are compared
        training_rows(network, dataset)
    question(network, dataset)
