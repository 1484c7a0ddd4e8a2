"""The Keras program of what the form says, to read, to copy and to take home."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from app.form.choice import choice
from app.session import state
from app.session.i18n import group, say, t
from app.widgets.code.code_view import code_view
from app.wording import run_words
from app.wording.file_names import file_name
from data.dataset import Dataset
from data.dataset_file import dataset_bytes
from data.language import Text
from models.experiment import Experiment
from models.keras_code.cell import Cell
from models.keras_code.changes import changed_lines
from models.keras_code.network import Style
from models.keras_code.notebook import notebook
from models.keras_code.program import Judged, judged, program, reads_file
from models.keras_code.script import script, source
from models.runs.store import Run
from models.tasks.base import Task
from models.training_command import train_command


def code_panel(task: Task, experiment: Experiment, dataset: Dataset, run: Run | None) -> None:
    """Draw the panel, folded at first; ``run`` is the one on show, whose figure is compared."""
    with st.expander(
        t("code.title"), icon=":material/code:", key="code-panel", on_change="rerun"
    ) as panel:
        if panel.open:
            _program(task, experiment, dataset, run)


def _program(task: Task, experiment: Experiment, dataset: Dataset, run: Run | None) -> None:
    style: state.Kept[str] = state.Kept("code-style", Style.SEQUENTIAL.value)
    names = {str(each): t(f"code.{each}") for each in Style}
    choice(
        st.segmented_control,
        t("code.style"),
        names,
        style.get(),
        "code-style",
        style.set,
        required=True,
        label_visibility="collapsed",
    )
    reached = _reached(task, experiment, dataset, run)
    cells = program(experiment, task, dataset, Style(style.get()), reached)
    lines = source(cells, state.language()).rstrip("\n").split("\n")
    marked = _marked(f"{task.name}-{style.get()}-{state.language()}", lines)
    code_view(lines, group("code_view"), marked=marked, key="code")
    _downloads(_title(task, run), cells)
    if reads_file(experiment, task):
        _rows(task, dataset)
    if command := train_command(task, experiment):
        st.caption(t("code.command"))
        labels = group("code_view") | {"label": t("code.command")}
        code_view([command], labels, key="command")


def _reached(
    task: Task, experiment: Experiment, dataset: Dataset, run: Run | None
) -> Judged | None:
    """Return the test figure of the run on show where it is a run of this program."""
    if run is None or not run.test or run.experiment != experiment:
        return None
    return judged(task, run.test, len(dataset.y_test))


def _marked(name: str, lines: Sequence[str]) -> list[int]:
    """Return the lines that the last change touched; none at first."""
    seen: state.Kept[tuple[Sequence[str], list[int]]] = state.Kept(f"code-{name}", ((), []))
    before, marked = seen.get()
    if before != lines:
        marked = changed_lines(before, lines) if before else []
        seen.set((lines, marked))
    return marked


def _title(task: Task, run: Run | None) -> str:
    return say(task.title) if run is None else run_words.file_title(run)


def _downloads(title: str, cells: Sequence[Cell]) -> None:
    told, language = Text(title, title), state.language()
    made = partial(notebook, cells, told, language)
    files: dict[str, tuple[str, str, Callable[[], str]]] = {
        "script": (".py", "text/x-python", partial(script, cells, language)),
        "notebook": (".ipynb", "application/x-ipynb+json", made),
        "exercise": (".ipynb", "application/x-ipynb+json", partial(made, is_exercise=True)),
    }
    with st.container(horizontal=True, key="code-files"):
        for name, (suffix, kind, data) in files.items():
            label = t(f"code.{name}")
            whole = f"{title} {label}" if name == "exercise" else title
            st.download_button(
                label,
                data=data,
                file_name=file_name(whole, suffix),
                mime=kind,
                icon=":material/download:",
                on_click="ignore",
                key=f"code-{name}",
            )


def _rows(task: Task, dataset: Dataset) -> None:
    """Draw the button for the rows that the program reads from a file beside it."""
    st.download_button(
        t("code.rows", file=f"{task.name}.npz"),
        data=lambda: dataset_bytes(dataset, {})[0],
        file_name=f"{task.name}.npz",
        mime="application/octet-stream",
        icon=":material/database:",
        help=t("code.rows_help"),
        on_click="ignore",
        key="code-rows",
    )
