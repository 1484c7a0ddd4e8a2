"""What a task's network is asked, and its answer: the part of Predict that runs by itself."""

from collections.abc import Callable

import streamlit as st

from app import state
from app.components.digit_input import digit_input
from app.components.house_input import house_input
from app.components.picture_input import picture_input
from app.components.review_input import review_input
from app.i18n import both
from app.networks import network_in
from app.services import services
from data.dataset import Dataset
from data.text import UserError
from models.runs import Run
from models.tasks.base import InputKind, Task
from models.weights import TrainedNetwork

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
        return house_input
    return digit_input if task.drawable else picture_input
