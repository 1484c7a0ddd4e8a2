"""Train and Stop, always in view, and what they do."""

import streamlit as st

from app.session import failures, state
from app.session.i18n import t
from app.session.services import services
from app.training.starting import try_to_start
from app.training.training_notice import training_notice
from data.language import UserError
from models.experiment import Experiment
from models.runs.store import Run


def run_controls(experiment: Experiment, run: Run | None, *, possible: bool) -> None:
    """Draw the buttons for a form that says ``experiment`` and the run on show."""
    is_live = run is not None and not run.is_over
    with st.container(key="controls", horizontal=True):
        st.button(
            t("train.start"),
            key="start",
            type="primary",
            width="stretch",
            icon=":material/play_arrow:",
            help=t("train.start_help"),
            disabled=is_live or not possible,
            on_click=try_to_start,
            args=(experiment,),
        )
        st.button(
            t("train.stop"),
            key="stop",
            width="stretch",
            icon=":material/stop:",
            help=t("train.stop_help"),
            disabled=not is_live,
            on_click=_stop,
            args=(experiment.task, run.id if run else ""),
        )
    training_notice()
    if refusal := state.take_refusal():
        failures.tell(refusal)


def _stop(task_name: str, run_id: str) -> None:
    try:
        services().scheduler.stop(state.owner(), run_id)
    except UserError as error:
        state.refuse(error.text)
