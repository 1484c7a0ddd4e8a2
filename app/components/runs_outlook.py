"""What is kept, and which runs go next: said before anything goes."""

from html import escape

import streamlit as st

from app import run_words
from app.i18n import t
from models.retention import MEGABYTE, Outlook
from models.run import Run


def runs_outlook(outlook: Outlook) -> set[str]:
    """Draw a warning where one is due; return the ids of the runs that go next."""
    if outlook.next_by_count:
        _warn(
            "runs.near_limit_now" if outlook.starts == 1 else "runs.near_limit",
            outlook.next_by_count,
            runs=outlook.runs,
            starts=outlook.starts,
        )
    if outlook.next_by_disk:
        used, allowed = (size // MEGABYTE for size in (outlook.used, outlook.allowed))
        _warn("runs.near_disk", outlook.next_by_disk, used=used, allowed=allowed)
    return {run.id for run in (*outlook.next_by_count, *outlook.next_by_disk)}


def _warn(key: str, going: tuple[Run, ...], **values: int) -> None:
    text = escape(t(key, name=run_words.name(going[0]), count=len(going), **values))
    st.html(f'<p class="fl-notice fl-warning" role="status">{text}</p>')
