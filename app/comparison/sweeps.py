"""The part of Compare that sweeps: a form with its cost, the sweeps there are, their results."""

from collections.abc import Sequence

import streamlit as st

from app.comparison.sweep_form import sweep_form
from app.comparison.sweep_result import sweep_result
from app.form.choice import choice
from app.session import state
from app.session.i18n import t
from app.session.services import services
from app.wording import run_words
from models.sweeps.sweep import Sweep

SECONDS_BETWEEN_LOOKS = 1.0


def sweeps() -> None:
    """Draw the form, and below it the sweep that is looked at."""
    own = services().sweeps.of(state.owner())
    sweep_form(is_busy=any(not sweep.is_over for sweep in own))
    if not own:
        st.info(t("sweep.none"))
        return
    sweep = _chosen(own)
    every = None if sweep.is_over else SECONDS_BETWEEN_LOOKS
    st.fragment(_draw, run_every=every)(sweep.id, sweep.is_over)


def _chosen(own: Sequence[Sweep]) -> Sweep:
    """Return the sweep that is looked at: the newest until another one is chosen."""
    kept = state.Kept("sweep", "")
    found = {sweep.id: sweep for sweep in own}
    shown = found.get(kept.get(), own[0])
    if len(own) > 1:
        labels = {each.id: _title(each) for each in own}
        choice(st.selectbox, t("sweep.which"), labels, shown.id, "sweep-choice", kept.set)
    return shown


def _title(sweep: Sweep) -> str:
    names = " × ".join(t(f"sweep.axis_{axis.name}") for axis in sweep.plan.axes)
    return f"{names} · {run_words.moment(sweep.created)}"


def _draw(sweep_id: str, was_over: bool) -> None:
    sweep = services().sweeps.find(state.owner(), sweep_id)
    if sweep.is_over and not was_over:
        st.rerun()
    _progress(sweep)
    sweep_result(sweep)


def _progress(sweep: Sweep) -> None:
    hopeless = sum(each.hopeless_at is not None for each in sweep.outcomes)
    told = t("sweep.progress", ended=sweep.ended, runs=len(sweep.outcomes))
    st.progress(sweep.ended / len(sweep.outcomes), text=told)
    st.caption(t(f"sweep.told_{sweep.plan.rule}", count=hopeless))
    if sweep.is_over:
        if sweep.is_stopped:
            st.info(t("sweep.stopped"))
        return
    st.button(
        t("sweep.stop"),
        icon=":material/stop:",
        key="sweep-stop",
        on_click=services().sweeps.stop,
        args=(state.owner(), sweep.id),
    )
