"""The last runs of this browser, one line each."""

import streamlit as st

from app.home.first_run import first_run
from app.my_runs.interrupted_runs import interrupted_runs
from app.my_runs.run_card import run_line
from app.my_runs.run_list import SECONDS_BETWEEN_LOOKS
from app.session import state
from app.session.i18n import t
from app.session.navigation import RUNS, TRAIN
from app.session.services import services
from models.runs.store import Run

COUNT = 3


def recent_runs() -> None:
    """Draw the newest runs with a link each, or the way to a first one when there are none."""
    st.markdown(f"#### {t('home.recent')}")
    runs = services().store.runs(state.owner(), limit=COUNT)
    if not runs:
        first_run()
        return
    interrupted_runs()
    every = SECONDS_BETWEEN_LOOKS if _any_moves(runs) else None
    st.fragment(_draw, run_every=every)(every is not None)
    st.page_link(
        RUNS,
        label=t("runs.all"),
        icon=":material/arrow_forward:",
        query_params=state.address(state.task().name),
    )


def _draw(moved: bool) -> None:
    """Draw the runs as they are now; the page runs again when the last of them has come to rest."""
    runs = services().store.runs(state.owner(), limit=COUNT)
    if moved and not _any_moves(runs):
        st.rerun()
    for run in runs:
        with st.container(horizontal=True, vertical_alignment="center", key=f"recent-{run.id}"):
            st.html(run_line(run))
            address = {**state.address(run.task), state.RUN: run.id}
            st.page_link(
                TRAIN, label=t("runs.open"), icon=":material/open_in_full:", query_params=address
            )


def _any_moves(runs: list[Run]) -> bool:
    return any(run.is_under_way for run in runs)
