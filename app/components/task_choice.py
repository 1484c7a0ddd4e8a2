"""The row of tasks at the top of the Train and Predict pages."""

import streamlit as st

from app import state
from app.components.choice import choice
from app.i18n import say, t
from app.markdown import plain
from app.services import services
from models.tasks import TASKS
from models.tasks.base import Task


def task_choice() -> Task:
    """Draw the switch between tasks; return the chosen one."""
    titles = {task.name: plain(say(task.title)) for task in TASKS}
    choice(
        st.segmented_control,
        t("task.label"),
        titles,
        state.task().name,
        "task-switch",
        state.turn_to,
        required=True,
        label_visibility="collapsed",
    )
    task = state.task()
    reading = state.draft(task).reading
    if reading:
        services().morphemes.warm(reading.tokenizer)
    return task
