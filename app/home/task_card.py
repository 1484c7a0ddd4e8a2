"""One task on the home page: a picture of its data, a sentence, a button."""

from html import escape

import streamlit as st

from app.home.charts import mosaic
from app.home.scatter import scatter
from app.session import failures, state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.session.navigation import TRAIN
from data.dataset import Dataset
from data.language import UserError
from models.inputs.kind import Mosaic, Quotes, Scatter
from models.inputs.kinds import input_of
from models.tasks.base import Task

COLUMNS = 10
"""Of a mosaic of pictures."""


def task_card(task: Task) -> None:
    """Draw the card of a task; data that cannot be read is an error in this card alone."""
    with st.container(border=True, height="stretch", key=f"card-{task.name}"):
        st.markdown(f"#### {plain(say(task.title))}")
        try:
            dataset = task.load()
        except UserError as error:
            failures.tell(error.text)
            return
        _picture(task, dataset)
        st.markdown(plain(say(task.sentence)))
        st.caption(t("home.rows", train=len(dataset.x_train), test=len(dataset.x_test)))
        with st.container(key=f"card-end-{task.name}", gap="xsmall"):
            _fine_print(task, dataset)
            st.page_link(
                TRAIN,
                label=t("home.open"),
                icon=":material/arrow_forward:",
                query_params=state.address(task.name),
            )


def _fine_print(task: Task, dataset: Dataset) -> None:
    """Draw where the data comes from and, behind one line, what is to be minded about it."""
    if dataset.warning:
        with st.popover(
            t("home.warning"), icon=":material/info:", type="tertiary", key=f"warning-{task.name}"
        ):
            st.markdown(plain(say(dataset.warning)))
    source, licence = plain(say(dataset.source)), plain(dataset.licence)
    st.caption(t("home.source", source=source, licence=licence))


def _picture(task: Task, dataset: Dataset) -> None:
    match input_of(task).picture(task, dataset):
        case Scatter() as found:
            words = say(found.x_title), say(found.y_title), say(found.label)
            st.html(scatter(found.x, found.y, *words))
        case Mosaic() as found:
            st.image(mosaic(found.images, COLUMNS), width="stretch", alt=say(found.label))
        case Quotes() as found:
            st.html(_quotes(found, dataset))


def _quotes(found: Quotes, dataset: Dataset) -> str:
    """Return some texts with their classes, as HTML."""
    lines = (
        f"<li><span>{escape(text)}</span>"
        f"<em data-class={number}>{escape(say(dataset.classes[number]))}</em></li>"
        for text, number in found.rows
    )
    return f"<ul class=fl-quotes>{''.join(lines)}</ul>"
