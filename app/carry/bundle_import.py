"""Bringing a run from another server: its bundle becomes one of this browser's runs."""

from html import escape

import streamlit as st

from app.form.file_choice import chosen_key, file_choice
from app.session import failures, state
from app.session.i18n import t
from app.session.navigation import TRAIN
from app.session.services import services
from app.wording import run_words
from data.language import UserError
from models.bundles.bundle import import_run

_TURN = state.Kept("import-turn", 0)
"""How many files were chosen: a new control takes the next one."""
_LAST: state.Kept[str | None] = state.Kept("import-last", None)


def bundle_import() -> None:
    """Draw the choice of a bundle, and the run that came of the last one."""
    with st.expander(t("carry.import"), icon=":material/upload:", key="import"):
        st.write(t("carry.import_note"))
        key = f"bundle-file-{_TURN.get()}"
        file_choice(t("carry.import_file"), key, ("zip",), t("carry.choose"), lambda: _take(key))
        if refusal := state.take_refusal(state.Place.IMPORT):
            failures.tell(refusal)
        if last := _LAST.get():
            _imported(last)


def _take(key: str) -> None:
    """Import the file that was just chosen."""
    file = state.chosen(chosen_key(key))
    if file is None:
        return
    _TURN.set(_TURN.get() + 1)
    _LAST.set(None)
    try:
        _LAST.set(import_run(services().store, state.owner(), file).id)
    except UserError as error:
        state.refuse(error.text, state.Place.IMPORT)


def _imported(run_id: str) -> None:
    """Say what came of the last file, as long as the run is there."""
    try:
        run = services().store.find(run_id, state.owner())
    except UserError:
        return
    text = escape(t("carry.imported", name=run_words.name(run)))
    st.html(f'<p class="fl-notice" role="status">{text}</p>')
    st.page_link(
        TRAIN,
        label=t("runs.open"),
        icon=":material/open_in_full:",
        query_params={**state.address(run.task), state.RUN: run.id},
    )
