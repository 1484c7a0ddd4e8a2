"""The owner's own test set: drawings that were kept with what they really are."""

from dataclasses import replace

import streamlit as st

from app.form.choice import choice
from app.session import failures, state
from app.session.i18n import say, t
from app.session.services import RUNS
from data.dataset import Array, Dataset
from data.home import home
from data.language import UserError
from models.network.weights import TrainedNetwork
from models.runs.own_digits import OwnDigits, keep_digit, own_digits, remove_digits
from models.tasks.base import Task

_OPEN = ""
"""Nobody has said yet what a drawing really is."""


def own_test_set(network: TrainedNetwork, dataset: Dataset, picture: Array) -> None:
    """Draw what the drawing really is, the button that keeps it, and how the network does.

    What a kept drawing was is not taken for what the next one is.
    """
    task = network.task
    really: state.Kept[str] = state.Kept(f"really-{task.name}", _OPEN)
    labels = {_OPEN: t("predict.really_open")}
    labels |= {str(number): say(label) for number, label in enumerate(dataset.classes)}
    with st.container(horizontal=True, vertical_alignment="bottom", key="own-test-set"):
        choice(
            st.selectbox, t("predict.really"), labels, really.get(), "really", really.set, width=200
        )
        st.button(
            t("predict.keep_drawing"),
            key="keep-drawing",
            disabled=really.get() == _OPEN,
            on_click=_keep,
            args=(task, picture, really),
        )
    try:
        kept = kept_drawings(task)
    except UserError as error:
        failures.tell(error.text)
        return
    if (share := kept.accuracy(network)) is not None:
        st.caption(t("predict.kept_drawings", count=len(kept.labels), share=100 * share))


def kept_drawings(task: Task) -> OwnDigits:
    """Return the drawings of a task that this owner has kept; raises like ``own_digits``."""
    return own_digits(home() / RUNS, state.owner(), task.name)


def remove_drawings(task: Task) -> None:
    """Remove them; to be called by a callback."""
    try:
        remove_digits(home() / RUNS, state.owner(), task.name)
    except UserError as error:
        state.refuse(error.text)


def as_test_rows(dataset: Dataset, kept: OwnDigits) -> Dataset:
    """Return a data set whose test rows are the drawings."""
    return replace(dataset, name=f"{dataset.name}-own", x_test=kept.pictures, y_test=kept.labels)


def _keep(task: Task, picture: Array, really: state.Kept[str]) -> None:
    try:
        keep_digit(home() / RUNS, state.owner(), task.name, picture, int(really.get()))
    except UserError as error:
        state.refuse(error.text)
        return
    really.set(_OPEN)
