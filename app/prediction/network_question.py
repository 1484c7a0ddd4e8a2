"""What a task's network is asked, and its answer: the part of Predict that runs by itself."""

from collections.abc import Callable

import streamlit as st

from app.prediction.digit_input import digit_input
from app.prediction.picture_input import picture_input
from app.prediction.review_input import review_input
from app.prediction.table_input import table_input
from app.session import state
from app.session.i18n import both
from app.session.networks import network_in
from app.session.services import services
from data.dataset import Dataset
from data.language import UserError
from models.network.weights import TrainedNetwork
from models.runs.store import Run
from models.tasks.base import InputKind, Task

Question = Callable[[TrainedNetwork, Dataset], None]


def ask_network(task: Task, run: Run) -> None:
    """Draw the question that suits the task, and what the run's network answers."""
    network = network_in(services().store.folder(run.id))
    _ask(run, _question_of(task), network, task.load(run.experiment))


@st.fragment
def _ask(run: Run, question: Question, network: TrainedNetwork, dataset: Dataset) -> None:
    """Only this part runs again when the question changes, as long as the run is there."""
    try:
        services().store.find(run.id, state.owner())
    except UserError:
        state.refuse(both("predict.run_deleted"))
        st.rerun()
    question(network, dataset)


def _question_of(task: Task) -> Question:
    if task.kind is InputKind.TEXT:
        return review_input
    if task.kind is InputKind.TABLE:
        return table_input
    return digit_input if task.drawable else picture_input
