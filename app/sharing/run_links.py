"""The links to a run: one that trains it again, and one with which others may look at it."""

from collections.abc import Callable

import streamlit as st

from app.session import state
from app.session.failures import tell
from app.session.i18n import t
from app.session.services import task_of
from app.session.shared_runs import shares
from app.wording import run_words
from data.language import UserError
from models.network.fingerprint import short
from models.runs.run import Run
from models.sharing.link import RESULT, SETTINGS, result_of, write_settings


def run_links(run: Run | None) -> None:
    """Draw the links to the finished run on show behind one line; nothing of any other."""
    if run is not None and run.is_over:
        with st.expander(t("sharing.make"), icon=":material/link:", key="links"):
            links(run)


def links(run: Run) -> None:
    """Draw both links to an owner's run."""
    with st.container(key=f"links-to-{run.id}"):
        _reproducing(run)
        _shared(run)


def _reproducing(run: Run) -> None:
    st.markdown(f"**{t('sharing.again')}**")
    if run.experiment.data is not None:
        st.caption(t("sharing.own_data"))
        return
    result = result_of(run, run_words.outline(run))
    try:
        parts = {SETTINGS: write_settings(task_of(run), run.experiment)}
    except UserError as error:
        tell(error.text)
        return
    if result is None:
        st.caption(t("sharing.no_result"))
    else:
        parts[RESULT] = result.to_text()
        st.caption(t("sharing.again_note", weights=short(result.weights)))
    _address("train", {**state.address(run.task), **parts})


def _shared(run: Run) -> None:
    st.markdown(f"**{t('sharing.share')}**")
    st.caption(t("sharing.share_note"))
    token = shares().token(run.id, state.owner())
    if token is None:
        st.button(t("sharing.begin"), key=f"share-{run.id}", on_click=_politely, args=(_share, run))
        return
    _address("shared", {**state.address(run.task), state.SHARE: token})
    st.button(
        t("sharing.withdraw"),
        key=f"withdraw-{run.id}",
        on_click=_politely,
        args=(_withdraw, run),
    )


def _address(page: str, parts: dict[str, str]) -> None:
    st.code(state.page_address(page, parts), language=None, wrap_lines=True)


def _politely(act: Callable[[Run], None], run: Run) -> None:
    try:
        act(run)
    except UserError as error:
        state.refuse(error.text)


def _share(run: Run) -> None:
    shares().share(run.id, state.owner())


def _withdraw(run: Run) -> None:
    shares().withdraw(run.id, state.owner())
