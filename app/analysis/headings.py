"""What stands above each part: its title, whose it is, and which rows it is about."""

from html import escape

import streamlit as st

from app.analysis.analysed import Analysed
from app.session.i18n import t


def heading(title: str, one: Analysed, other: Analysed | None = None) -> None:
    """Draw a title and the name of the run, or of both runs, that what follows is about."""
    st.markdown(f"#### {title}")
    name = one.name if other is None else t("analyze.two", one=one.name, other=other.name)
    st.html(f'<p class="fl-run-name">{escape(name)}</p>')


def which_rows(rows: int, epoch: int | None) -> str:
    """Return which rows figures are about."""
    if epoch is None:
        return t("analyze.all_rows", rows=f"{rows:,}")
    return t("analyze.recorded_rows", rows=f"{rows:,}", epoch=epoch)
