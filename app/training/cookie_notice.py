"""What becomes of runs in a browser that keeps no cookie: said before anybody trains."""

from html import escape

import streamlit as st

from app.session import state
from app.session.i18n import t


def cookie_notice() -> None:
    """Say that runs cannot be found again, where that is so."""
    if not state.has_cookie():
        text = escape(t("runs.no_cookie"))
        st.html(f'<p class="fl-notice fl-warning" role="status">{text}</p>')
