"""What a task's network is asked, and its answer: the part of Predict that runs by itself."""

from contextlib import suppress

import streamlit as st

from app.prediction.comparison import training_rows
from app.prediction.inputs import question_of, show_test_row
from app.prediction.judge import Judge
from app.prediction.network_choice import (
    Answering,
    answering,
    lines_of,
    network_of,
    run_notes,
)
from app.prediction.verdicts import Verdict, verdicts
from app.session import failures, state
from app.session.i18n import both
from data.language import UserError
from models.network.weights import TrainedNetwork
from models.tasks.base import Task


@st.fragment
def ask_network(task: Task, chosen: Answering, other: Answering | None) -> None:
    """Draw the question that suits the task, and what the network answers; or two networks.

    Only this part runs again when the question changes. Where the run is gone by then the page
    says so and which one answers now; what else can be wrong with it is said here.
    """
    place = st.container(key="verdicts")
    try:
        chosen = answering(task, chosen.name)  # its figure may be another since
        network = network_of(chosen)
        dataset = network.task.load(chosen.experiment)
    except UserError as error:
        if chosen.name not in lines_of(task):
            st.rerun()
        failures.tell(error.text)
        return
    run_notes(chosen.run)
    row = state.newly_named(state.ROW) or ""
    if row.isdecimal() and int(row) < len(dataset.x_test):
        show_test_row(task, dataset, int(row))
    with suppress(UserError):  # it is said where the rows are compared
        training_rows(network, dataset)
    judge = question_of(task)(network, dataset)
    with place:
        lines = [Verdict(chosen.line, judge(network) if judge and other else None)]
        if other is not None:
            lines += _other_verdict(other, network, judge)
        verdicts(dataset, lines)


def _other_verdict(other: Answering, network: TrainedNetwork, judge: Judge | None) -> list[Verdict]:
    """Return what another network says of the same; none where it says why it cannot be asked."""
    try:
        asked = network_of(other)
        if _fits(asked) != _fits(network):
            raise UserError(both("predict.other_data"))
        return [Verdict(other.line, judge(asked) if judge else None)]
    except UserError as error:
        failures.tell(error.text)
        return []


def _fits(network: TrainedNetwork) -> tuple[object, ...]:
    """Return what networks share that can be asked the same: the own data may be another since."""
    return network.task.input_shape, network.task.head
