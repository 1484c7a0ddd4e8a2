"""All runs of this browser, newest first; it looks again by itself while something moves."""

from html import escape

import streamlit as st

from app.my_runs.retention_notice import retention_notice
from app.my_runs.run_card import run_card
from app.session import failures, state
from app.session.i18n import t
from app.session.services import services
from app.wording import run_words
from data.language import UserError
from models.runs.run import Run

AT_FIRST = 10
SECONDS_BETWEEN_LOOKS = 2.0
_SHOWN = "runs-shown"


def run_list(runs: list[Run]) -> None:
    """Draw the runs, what was just deleted, and what goes next."""
    deleted = services().store.deletions.of(state.owner())
    moving = bool(deleted) or any(run.is_under_way for run in runs)
    every = SECONDS_BETWEEN_LOOKS if moving else None
    st.fragment(_draw, run_every=every)(_gist(runs, deleted))


def _gist(runs: list[Run], deleted: list[Run]) -> tuple[object, ...]:
    """Return what the rest of the page depends on."""
    return tuple((run.id, run.state, run.name, run.deleted) for run in (*runs, *deleted))


def _draw(known: tuple[object, ...]) -> None:
    store, owner = services().store, state.owner()
    runs, deleted = store.runs(owner), store.deletions.of(owner)
    if _gist(runs, deleted) != known:
        st.rerun()
    if refusal := state.take_refusal():
        failures.tell(refusal)
    for run in deleted:
        _notice(run)
    going = retention_notice(store.room.status(owner))
    shown = state.kept(_SHOWN, AT_FIRST)
    for run in runs[:shown]:
        run_card(run, goes_next=run.id in going)
    if len(runs) > shown:
        older = min(AT_FIRST, len(runs) - shown)
        more = (_SHOWN, shown + AT_FIRST)
        st.button(t("runs.more", count=older), key="more", on_click=state.keep, args=more)


def _notice(run: Run) -> None:
    """Say that a run was deleted and offer to take that back."""
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"deleted-{run.id}"
    ):
        text = escape(t("runs.deleted", name=run_words.name(run)))
        st.html(f'<p class="fl-notice" role="status">{text}</p>')
        st.button(
            t("runs.undo"),
            key=f"undo-{run.id}",
            icon=":material/undo:",
            on_click=_undelete,
            args=(run,),
        )


def _undelete(run: Run) -> None:
    try:
        services().store.deletions.undelete(run.id, state.owner())
    except UserError as error:
        state.refuse(error.text)
