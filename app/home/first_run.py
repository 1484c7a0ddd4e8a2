"""A first run for who has none yet: one click, and it can be watched."""

import streamlit as st

from app.session import failures, state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.session.navigation import TRAIN
from app.session.services import services
from app.training import starting
from data.language import UserError
from models.tasks.boston import BOSTON, FIRST_RUN


def first_run() -> None:
    """Draw a button that trains the lecture's first network and turns to the page that shows it.

    It takes a moment only, so that a whole class can begin with it at the same time.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="first-run", gap="medium"):
        pressed = st.button(
            t("home.first_run"), key="start-first", type="primary", icon=":material/play_arrow:"
        )
        st.caption(plain(say(FIRST_RUN)), width="stretch")
    if pressed:
        try:
            _start()
        except UserError as error:
            failures.tell(error.text)
            return
        st.switch_page(TRAIN, query_params=state.address(BOSTON.name))


def _start() -> None:
    """Train with the lecture's settings, unless a click before this one has begun to."""
    if not services().store.runs(state.owner(), BOSTON.name, limit=1):
        state.replace_draft(BOSTON.default)
        starting.start(BOSTON.default)
