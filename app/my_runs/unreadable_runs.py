"""The runs of this browser that cannot be read: they are kept, and can be deleted."""

from html import escape

import streamlit as st

from app.session import state
from app.session.i18n import t
from app.session.services import services
from app.wording import run_words
from data.language import UserError
from models.runs.run import UnreadableRun


def unreadable_runs(runs: list[UnreadableRun]) -> None:
    """Draw why these runs cannot be read, and each with a way to delete it; nothing for none."""
    if not runs:
        return
    st.html(f'<p class="fl-notice fl-warning" role="status">{escape(t("runs.unreadable"))}</p>')
    for run in runs:
        _card(run)


def _card(run: UnreadableRun) -> None:
    with st.container(
        border=True,
        horizontal=True,
        vertical_alignment="center",
        key=f"run-card-unreadable-{run.number}",
    ):
        st.html(_line(run))
        with st.popover("⋯", help=t("runs.delete"), key=f"menu-unreadable-{run.number}"):
            st.button(
                t("runs.delete"),
                key=f"delete-unreadable-{run.number}",
                icon=":material/delete:",
                help=t("runs.delete_unreadable"),
                width="stretch",
                on_click=_delete,
                args=(run,),
            )


def _line(run: UnreadableRun) -> str:
    when = "" if run.created is None else run_words.moment(run.created)
    name, mark = run.name or t("runs.unreadable_name"), t("runs.unreadable_mark")
    return (
        f'<div class="fl-run"><div><b>{escape(name)}</b> '
        f'<span class="fl-state" data-state="failed">{mark}</span><small>{when}</small></div></div>'
    )


def _delete(run: UnreadableRun) -> None:
    try:
        services().store.deletions.delete_unreadable(run.number, state.owner())
    except UserError as error:
        state.refuse(error.text)
