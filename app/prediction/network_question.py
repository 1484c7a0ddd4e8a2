"""What a task's network is asked, and its answer: the part of Predict that runs by itself."""

import streamlit as st

from app.prediction.inputs import Question, question_of
from app.session import state
from app.session.i18n import both
from app.session.networks import network_in
from app.session.services import services
from data.dataset import Dataset
from data.language import UserError
from models.network.weights import TrainedNetwork
from models.runs.store import Run
from models.tasks.base import Task


def ask_network(task: Task, run: Run) -> None:
    """Draw the question that suits the task, and what the run's network answers."""
    network = network_in(services().store.folder(run.id))
    _ask(run, question_of(task), network, task.load(run.experiment))


@st.fragment
def _ask(run: Run, question: Question, network: TrainedNetwork, dataset: Dataset) -> None:
    """Only this part runs again when the question changes, as long as the run is there."""
    try:
        services().store.find(run.id, state.owner())
    except UserError:
        state.refuse(both("predict.run_deleted"))
        st.rerun()
    question(network, dataset)
