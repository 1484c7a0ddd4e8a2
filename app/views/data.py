"""Data: what goes into a network, row by row and number by number."""

import streamlit as st

from app.data_page.figures import figures_of
from app.form.task_choice import task_choice
from app.session import failures, state
from app.session.i18n import say, t
from app.session.markdown import plain

task = task_choice()
if refusal := state.take_refusal():
    failures.tell(refusal)
dataset = task.load(state.draft(task).changed(left_out=()))
st.caption(
    t(
        "data.rows",
        train=len(dataset.x_train),
        test=len(dataset.x_test),
        source=plain(say(dataset.source)),
        licence=plain(dataset.licence),
    )
)
if dataset.warning:
    st.warning(plain(say(dataset.warning)), icon=":material/info:")
figures_of(task)(task, dataset)
