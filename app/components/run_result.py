"""What a finished run came to, and where to go with it."""

import streamlit as st

from app import state
from app.i18n import t
from app.navigation import PREDICT
from app.services import services
from models.runs import Run
from models.tasks.base import Task
from models.weights import KERAS_MODEL, WEIGHTS


def run_result(task: Task, run: Run) -> None:
    """Draw the figures on the test rows and the ways on: try the network, download it."""
    if run.test:
        figures = [_figure(name, value) for name, value in run.test.items()]
        if "mse" in run.test:
            figures = figures[1:]  # the loss is the mean squared error
        st.markdown(f"**{t('train.result', figures=' · '.join(figures))}**")
    if run.is_over and run.best_epoch:
        st.caption(t("train.best_epoch", epoch=run.best_epoch))
    folder = services().store.folder(run.id)
    with st.container(horizontal=True, key="ways-on"):
        if (folder / WEIGHTS).exists():
            _try_link(task)
        if (folder / KERAS_MODEL).exists():
            st.download_button(
                t("train.download"),
                data=(folder / KERAS_MODEL).read_bytes,
                file_name=f"{task.name}.keras",
                on_click="ignore",
                key="download",
            )


def _figure(name: str, value: float) -> str:
    scale = 100 if name == "accuracy" else 1
    return t(f"train.result_{name}", value=scale * value)


def _try_link(task: Task) -> None:
    drawn = task.drawable
    label = t("train.draw" if drawn else "train.try")
    st.page_link(
        PREDICT,
        label=label,
        icon=":material/draw:" if drawn else ":material/arrow_forward:",
        query_params=state.address(task.name),
    )
