"""What shows the data of a task, by the kind of its input: the one map from kinds to figures."""

from collections.abc import Callable

from app.data_page.image_figures import image_figures
from app.data_page.table_figures import table_figures
from app.data_page.text_figures import text_figures
from data.dataset import Dataset
from models.tasks.base import InputKind, Task

Figures = Callable[[Task, Dataset], None]
"""Draws the figures of a data set."""

_FIGURES: dict[InputKind, Figures] = {
    InputKind.TABLE: table_figures,
    InputKind.IMAGE: image_figures,
    InputKind.TEXT: text_figures,
}


def figures_of(task: Task) -> Figures:
    """Return what shows the data of a task."""
    return _FIGURES[task.kind]
