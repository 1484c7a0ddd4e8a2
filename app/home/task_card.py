"""One task on the home page: a picture of its data, a sentence, a button."""

from html import escape

import streamlit as st

from app.home.charts import mosaic, rooms_and_prices
from app.home.scatter import scatter
from app.session import failures, state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.session.navigation import TRAIN
from data.dataset import Dataset
from data.language import UserError
from models.tasks.base import InputKind, Task

COLUMNS, ROWS = 10, 5
QUOTES = 5


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
    if task.kind is InputKind.TEXT:
        st.html(_quotes(dataset))
    elif task.kind is InputKind.IMAGE:
        wall = mosaic(dataset.x_train[: COLUMNS * ROWS], COLUMNS)
        alt = t(f"home.picture_{task.name}", count=COLUMNS * ROWS)
        st.image(wall, width="stretch", alt=alt)
    else:
        alt = t(f"home.picture_{task.name}")
        st.html(scatter(*rooms_and_prices(dataset), t("chart.rooms"), t("chart.price"), alt))


def _quotes(dataset: Dataset) -> str:
    """Return some short reviews with their feelings, as HTML."""
    rows = [i for i, text in enumerate(dataset.x_train) if 12 <= len(text) <= 30][:QUOTES]
    lines = (
        f"<li><span>{escape(dataset.x_train[row])}</span>"
        f"<em data-class={int(dataset.y_train[row])}>"
        f"{escape(say(dataset.classes[int(dataset.y_train[row])]))}</em></li>"
        for row in rows
    )
    return f"<ul class=fl-quotes>{''.join(lines)}</ul>"
