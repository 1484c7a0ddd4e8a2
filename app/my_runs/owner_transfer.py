"""The link that shows this browser's runs in another browser."""

from urllib.parse import urlsplit

import streamlit as st

from app.server.owner_transfer import link
from app.session import state
from app.session.i18n import t
from app.session.services import memory

_SECRET: state.Kept[str | None] = state.Kept("recovery-secret", None)
_THIS_COMPUTER = {"localhost", "127.0.0.1", "::1"}


def owner_transfer() -> None:
    """Draw the button that makes a link, and the link while it works."""
    with st.expander(t("runs.move"), icon=":material/devices:", key="move"):
        st.write(t("runs.move_note"))
        secret = _SECRET.get()
        if secret and memory().transfers.owner_of(secret) is None:  # used, or too old
            secret = None
        label = t("runs.move_again" if secret else "runs.move_make")
        st.button(label, key="move-link", on_click=_make)
        if secret:
            url = st.context.url or ""
            st.code(link(url, secret, state.language()), language=None, wrap_lines=True)
            if urlsplit(url).hostname in _THIS_COMPUTER:
                st.caption(t("runs.move_local"))


def _make() -> None:
    _SECRET.set(memory().transfers.issue(state.owner()))
