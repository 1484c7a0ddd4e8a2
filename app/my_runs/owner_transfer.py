"""The link that shows this browser's runs in another browser."""

from urllib.parse import urlsplit

import streamlit as st

from app.server.owner_transfer import link, recovery
from app.session import state
from app.session.i18n import t

_SECRET = "recovery-secret"
_THIS_COMPUTER = {"localhost", "127.0.0.1", "::1"}


def owner_transfer() -> None:
    """Draw the button that makes a link, and the link while it works."""
    with st.expander(t("runs.move"), icon=":material/devices:", key="move"):
        st.write(t("runs.move_note"))
        secret = state.kept(_SECRET)
        if secret and recovery.owner_of(secret) is None:  # used, or too old
            secret = None
        label = t("runs.move_again" if secret else "runs.move_make")
        st.button(label, key="move-link", on_click=_make)
        if secret:
            url = st.context.url or ""
            st.code(link(url, secret, state.language()), language=None, wrap_lines=True)
            if urlsplit(url).hostname in _THIS_COMPUTER:
                st.caption(t("runs.move_local"))


def _make() -> None:
    state.keep(_SECRET, recovery.issue(state.owner()))
