"""Says why nothing can train now, for as long as that is so."""

import streamlit as st

from app.session.i18n import say
from app.session.markdown import plain
from app.session.services import services
from data.language import Text

SECONDS_BETWEEN_LOOKS = 3.0


def training_notice() -> None:
    """Draw a warning while there is nothing to train on; it goes by itself.

    The page is drawn anew then, for its runs go on. A cluster is looked at all the time, for it may
    go away by itself; without one, nothing happens as long as all is well.
    """
    problem = services().scheduler.problem
    if services().on_cluster or problem is not None:
        st.fragment(_draw, run_every=SECONDS_BETWEEN_LOOKS)(problem)


def _draw(problem: Text | None) -> None:
    now = services().scheduler.problem
    if (now is None) != (problem is None):
        st.rerun()
    if now is not None:
        st.warning(plain(say(now)))
