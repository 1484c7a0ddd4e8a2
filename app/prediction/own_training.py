"""Training the lecture's network oneself, from the page that asks the one trained in advance."""

import streamlit as st

from app.session import state
from app.session.i18n import t
from app.session.services import services
from app.training import starting
from app.wording import run_words
from data.language import UserError
from models.runs.store import Run
from models.tasks.base import Task

SECONDS_BETWEEN_LOOKS = 0.5


def own_training(task: Task) -> None:
    """Say that the network was trained in advance, and offer to train the same oneself.

    The run's progress is drawn in place; when it has weights, the page is drawn anew: it answers.
    """
    st.caption(t("predict.ready_note"))
    run = _under_way(task)
    if run is None:
        st.button(
            t("predict.train_yourself"),
            icon=":material/play_arrow:",
            key="train-yourself",
            on_click=_start,
            args=(task,),
        )
    else:
        st.fragment(_progress, run_every=SECONDS_BETWEEN_LOOKS)(run.id)


def started_here(task: Task) -> state.Kept[str | None]:
    """The run that was started here last, whose progress is drawn here."""
    return state.Kept(f"trained-on-predict-{task.name}", None)


def _start(task: Task) -> None:
    try:
        run = starting.submit(task.default)
    except UserError as error:
        state.refuse(error.text)
        return
    started_here(task).set(run.id)
    state.show_run(task.name, run.id)


def _under_way(task: Task) -> Run | None:
    run = _find(started_here(task).get())
    return run if run and run.is_under_way else None


def _find(run_id: str | None) -> Run | None:
    try:
        return services().store.find(run_id, state.owner()) if run_id else None
    except UserError:
        return None


def _progress(run_id: str) -> None:
    run = _find(run_id)
    if run is None or not run.is_under_way or run.epoch:
        st.rerun()
    else:
        words = t("predict.learning", epochs=run.experiment.epochs, state=t(f"state.{run.state}"))
        st.progress(_share_of_first_epoch(run), words)


def _share_of_first_epoch(run: Run) -> float:
    started = run_words.outline(run).started
    return min(1.0, run.updates / started.updates_per_epoch) if started else 0.0
