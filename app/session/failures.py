"""What a page shows when something goes wrong: one sentence, never a traceback."""

import logging

import streamlit as st

from app.session.i18n import say, t
from app.session.markdown import plain
from data.language import Text, UserError

_log = logging.getLogger(__name__)


def tell(text: Text) -> None:
    """Draw why something cannot be; what it quotes of a person is shown literally."""
    st.error(plain(say(text)))


def show(error: Exception) -> bool:
    """Show an error that left a page; returns True, so that Streamlit shows nothing else."""
    if isinstance(error, UserError):
        tell(error.text)
    else:
        _log.error("a page failed", exc_info=error)
        st.error(t("error.unexpected"))
    return True
