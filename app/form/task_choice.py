"""The row of tasks at the top of the Train and Predict pages."""

import streamlit as st

from app.form.choice import choice
from app.session import state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.session.services import services
from models.tasks.base import Task


def task_choice() -> Task:
    """Draw the switch between tasks; return the chosen one."""
    titles = {task.name: plain(say(task.title)) for task in state.tasks()}
    choice(
        st.segmented_control,
        t("task.label"),
        titles,
        state.task().name,
        "task-switch",
        state.change_task,
        required=True,
        label_visibility="collapsed",
    )
    task = state.task()
    reading = state.draft(task).reading
    if reading:
        services().tokenizer.warm(reading.tokenizer)
    return task
