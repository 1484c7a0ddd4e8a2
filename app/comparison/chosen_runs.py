"""Which of the runs that the address names there are, and what is said of the others."""

from collections.abc import Sequence

import streamlit as st

from app.comparison.all_runs import MOST
from app.session import failures, state
from app.session.i18n import t
from app.session.services import services
from data.language import UserError
from models.runs.errors import NoSuchRun
from models.runs.run import Run


def chosen_runs(visible: Sequence[Run]) -> list[Run]:
    """Return the chosen runs in the order of their choice, eight at most, each once.

    Those that are gone, and those that cannot be read, are told in a sentence each.
    """
    known = {run.id: run for run in visible}
    asked = list(dict.fromkeys(state.compared()))
    found = [run for run_id in asked if (run := known.get(run_id)) and _can_be_read(run)]
    gone = [run_id for run_id in asked if run_id not in known]
    _tell(gone)
    if len(found) > MOST:
        st.info(t("compare.too_many", most=MOST, count=len(found)))
    return found[:MOST]


def _can_be_read(run: Run) -> bool:
    try:
        services().store.outline(run.id)
    except UserError as error:
        failures.tell(error.text)
        return False
    return True


def _tell(gone: Sequence[str]) -> None:
    """Say which runs of the address there are not, or why they cannot be read."""
    missing = 0
    for run_id in gone:
        try:
            services().store.find(run_id, state.owner())
        except NoSuchRun:
            missing += 1
        except UserError as error:
            failures.tell(error.text)
    if missing:
        st.info(t("compare.gone", count=missing))
