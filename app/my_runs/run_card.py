"""One run on the page of runs: what it was, how it went, and what can be done with it."""

from collections.abc import Callable
from html import escape

import streamlit as st

from app.carry.run_downloads import run_downloads
from app.my_runs.sparkline import sparkline
from app.session import state
from app.session.i18n import t
from app.session.navigation import TRAIN
from app.session.services import services
from app.sharing.run_links import links
from app.wording import run_words
from data.language import UserError
from models.events import State
from models.runs.run import Run

_LINKS_OF: state.Kept[str] = state.Kept("links-of", "")
"""The run whose links stand below its card."""


def run_card(run: Run, *, goes_next: bool) -> None:
    """Draw a run with its buttons; ``goes_next`` marks one that retention would remove next."""
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"run-card-{run.id}"
    ):
        st.html(run_line(run, goes_next=goes_next))
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", key=f"run-do-{run.id}"
        ):
            _actions(run)
    if _LINKS_OF.get() == run.id:
        links(run)


def run_line(run: Run, *, goes_next: bool = False) -> str:
    """Return a run as HTML; whatever its owner typed is shown literally."""
    marks = f'<span class="fl-state" data-state="{run.state}">{t(f"state.{run.state}")}</span>'
    if goes_next:
        marks += f'<span class="fl-state" data-state="next">{t("runs.goes_next")}</span>'
    seconds = run_words.seconds(run)
    lasted = t("runs.seconds", value=seconds) if seconds is not None else ""
    when = run_words.created(run) if run.name else ""  # any other name says it
    return (
        f'<div class="fl-run"><div><b>{escape(run_words.name(run))}</b> {marks}'
        f"<small>{escape(run_words.recipe(run))}</small></div>"
        f"<div>{escape(run_words.figure(run))}<small>{escape(run_words.progress(run))}</small></div>"
        f"{_curve(run)}<div><small>{when}</small><small>{lasted}</small></div></div>"
    )


def _curve(run: Run) -> str:
    losses = [epoch.val_loss for epoch in run_words.outline(run).epochs]
    if not losses:
        return sparkline(losses, t("runs.spark_none"))
    first, last = f"{losses[0]:.4g}", f"{losses[-1]:.4g}"
    return sparkline(losses, t("runs.spark", first=first, last=last))


def _actions(run: Run) -> None:
    st.page_link(
        TRAIN,
        label=t("runs.open"),
        icon=":material/open_in_full:",
        query_params={**state.address(run.task), state.RUN: run.id},
    )
    if run.state is State.PAUSED or (run.is_over and run.state is not State.DONE):
        st.button(
            t("runs.continue"),
            key=f"continue-{run.id}",
            icon=":material/play_arrow:",
            help=t("runs.continue_help"),
            on_click=_politely,
            args=(_continue, run),
        )
    with st.popover("⋯", help=t("runs.menu_help"), key=f"menu-{run.id}"):
        _menu(run)


def _menu(run: Run) -> None:
    key = f"name-{run.id}"
    st.text_input(
        t("runs.name"),
        run.name,
        help=t("runs.name_help"),
        key=key,
        on_change=lambda: _politely(_rename, run, state.chosen(key)),
    )
    if st.button(
        t("runs.repeat"), key=f"repeat-{run.id}", help=t("runs.repeat_help"), width="stretch"
    ):
        state.replace_draft(run.experiment)
        st.switch_page(TRAIN, query_params=state.address(run.task))
    run_downloads(run, f"take-{run.id}")
    st.button(
        t("sharing.make"),
        key=f"links-{run.id}",
        icon=":material/link:",
        disabled=not run.is_over,
        width="stretch",
        on_click=_LINKS_OF.set,
        args=("" if _LINKS_OF.get() == run.id else run.id,),
    )
    st.button(
        t("runs.delete"),
        key=f"delete-{run.id}",
        icon=":material/delete:",
        help=t("runs.delete_stop_first" if run.is_under_way else "runs.delete_help"),
        disabled=run.is_under_way,
        width="stretch",
        on_click=_politely,
        args=(_delete, run),
    )


def _politely(act: Callable[..., object], run: Run, *arguments: object) -> None:
    """Do what a button says; what cannot be done is said on the page."""
    try:
        act(run, *arguments)
    except UserError as error:
        state.refuse(error.text)


def _continue(run: Run) -> None:
    services().scheduler.resume(state.owner(), run.id)


def _rename(run: Run, name: str) -> None:
    services().store.rename(run.id, state.owner(), name)


def _delete(run: Run) -> None:
    if run.state is State.PAUSED:
        services().scheduler.stop(state.owner(), run.id)  # gives its worker back
    services().store.deletions.delete(run.id, state.owner())
