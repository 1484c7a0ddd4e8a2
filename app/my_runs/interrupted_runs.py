"""The runs that a restart of the server cut off, where it shall ask before they go on."""

from html import escape

import streamlit as st

from app.session import state
from app.session.i18n import t
from app.session.services import services
from models.events import State
from models.jobs.resume_policy import ResumePolicy
from models.runs.store import Run


def interrupted_runs() -> None:
    """Draw a notice with one button for all of them; nothing where there are none."""
    if services().resuming is not ResumePolicy.ASK or not (runs := _interrupted()):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="interrupted"):
        text = escape(t("runs.interrupted", count=len(runs)))
        st.html(f'<p class="fl-notice" role="status">{text}</p>')
        st.button(
            t("runs.continue_all"),
            key="continue-all",
            icon=":material/play_arrow:",
            on_click=_continue_all,
        )


def _interrupted() -> list[Run]:
    runs = services().store.runs(state.owner(), limit=-1)
    return [run for run in reversed(runs) if run.state is State.INTERRUPTED]


def _continue_all() -> None:
    services().scheduler.take_up(_interrupted())
