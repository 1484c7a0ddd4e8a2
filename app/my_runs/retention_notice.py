"""What is kept, and which runs go next: said before anything goes."""

from html import escape

import streamlit as st

from app.session.i18n import t
from app.wording import run_words
from models.runs.retention import MEGABYTE, RetentionStatus
from models.runs.run import Run


def retention_notice(retention_status: RetentionStatus) -> set[str]:
    """Draw a warning where one is due; return the ids of the runs that go next."""
    if retention_status.next_by_count:
        _warn(
            "runs.near_limit_now" if retention_status.starts == 1 else "runs.near_limit",
            retention_status.next_by_count,
            runs=retention_status.runs,
            starts=retention_status.starts,
        )
    if retention_status.next_by_disk:
        used, allowed = (
            size // MEGABYTE for size in (retention_status.used, retention_status.allowed)
        )
        _warn("runs.near_disk", retention_status.next_by_disk, used=used, allowed=allowed)
    return {run.id for run in (*retention_status.next_by_count, *retention_status.next_by_disk)}


def _warn(key: str, going: tuple[Run, ...], **values: int) -> None:
    text = escape(t(key, name=run_words.name(going[0]), count=len(going), **values))
    st.html(f'<p class="fl-notice fl-warning" role="status">{text}</p>')
