"""Every figure of the page as a table to take away."""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from app.my_runs.csv_export import Cell, csv_text
from app.session.i18n import say, t
from app.wording.file_names import file_name
from models.tasks.base import Task

Row = Sequence[Cell]


def csv_button(
    task: Task, name: str, header: Sequence[str], rows: Callable[[], Iterable[Row]]
) -> None:
    """Draw the button that downloads the numbers of a figure as CSV.

    ``name`` is that of the figure, whose words are at ``data.csv_{name}``; the rows are made when
    somebody wants them.
    """
    title = t(f"data.csv_{name}")
    file = file_name(f"{say(task.title)} {title}", ".csv")
    st.download_button(
        t("data.csv", figure=title),
        data=lambda: csv_text(header, rows()),
        file_name=file,
        mime="text/csv; charset=utf-8",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
        key=f"csv-{name}",
    )
