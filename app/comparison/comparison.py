"""The comparison of runs: the table to choose from, and below it the chosen ones side by side."""

import streamlit as st

from app.comparison.all_runs import FEWEST, MOST, all_runs
from app.comparison.chosen_runs import chosen_runs
from app.comparison.overlay import overlay
from app.comparison.visible_runs import visible_runs
from app.session import state
from app.session.i18n import t
from app.session.navigation import TRAIN
from app.session.shared_runs import is_own
from models.runs.run import Run

SECONDS_BETWEEN_LOOKS = 2.0


def comparison() -> None:
    """Draw the part of the page that compares runs."""
    runs = visible_runs()
    chosen = chosen_runs(runs)
    if not runs:
        _nothing_yet()
        return
    _follow(runs)
    all_runs(runs, [run.id for run in chosen])
    if len(runs) == 1:
        st.info(t("compare.one_run"))
        _to_train()
    elif len(chosen) < FEWEST:
        st.info(t("compare.choose", fewest=FEWEST, most=MOST))
    else:
        overlay(chosen)


def _nothing_yet() -> None:
    st.info(t("compare.no_run"))
    _to_train()


def _to_train() -> None:
    st.page_link(
        TRAIN,
        label=t("predict.go_train"),
        icon=":material/arrow_forward:",
        query_params=state.address(state.task().name),
    )


def _follow(runs: list[Run]) -> None:
    """Run the page again when a run that is under way has another state or another epoch, or
    when one that somebody shares is shared no longer.
    """
    if any(run.is_under_way or not is_own(run) for run in runs):
        st.fragment(_look, run_every=SECONDS_BETWEEN_LOOKS)(_gist(runs))


def _gist(runs: list[Run]) -> tuple[object, ...]:
    return tuple((run.id, run.state, run.epoch) for run in runs)


def _look(known: tuple[object, ...]) -> None:
    if _gist(visible_runs()) != known:
        st.rerun()
