"""The lesson under way as a notebook to take home."""

from functools import partial

import streamlit as st

from app.lessons.lesson_runs import runs_of
from app.session import state
from app.session.i18n import say, t
from app.wording.file_names import file_name
from models.keras_code.lesson_notebook import lesson_notebook
from models.keras_code.program import Judged, judged
from models.lessons.lesson import Lesson
from models.tasks.base import Task


def lesson_download(task: Task, lesson: Lesson) -> None:
    """Draw the button that makes the notebook when it is pressed.

    Its programs compare with what the lesson's own runs reached, as far as they are done.
    """
    reached = _reached(task, lesson)
    name = file_name(f"{say(task.title)} {say(lesson.title)}", ".ipynb")
    st.download_button(
        t("lesson.notebook"),
        data=partial(lesson_notebook, lesson, task, task.load, state.language(), reached),
        file_name=name,
        mime="application/x-ipynb+json",
        icon=":material/download:",
        help=t("lesson.notebook_help"),
        on_click="ignore",
        key="lesson-notebook",
    )


def _reached(task: Task, lesson: Lesson) -> dict[str, Judged]:
    """Return by a run's name what it reached on the test rows with its first seed."""
    runs = {run.name: runs_of(lesson, run.name)[0] for run in lesson.trained}
    return {
        name: judged(task, run.test, len(task.load(run.experiment).y_test))
        for name, run in runs.items()
        if run and run.test
    }
