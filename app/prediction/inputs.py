"""What asks a network, by the kind of its task's input: the one map from kinds to widgets."""

from collections.abc import Callable

from app.prediction.digit_input import digit_input
from app.prediction.judge import Judge
from app.prediction.photo_input import image_input
from app.prediction.picture_input import show_picture
from app.prediction.review_input import review_input, show_review
from app.prediction.table_input import show_table_row, table_input
from data.dataset import Dataset
from models.network.weights import TrainedNetwork
from models.tasks.base import InputKind, Task

Question = Callable[[TrainedNetwork, Dataset], Judge | None]
"""Draws an example that can be set, and what a network answers.

Returns what asks other networks about the same example; None while there is none.
"""

_QUESTIONS: dict[InputKind, Question] = {
    InputKind.TABLE: table_input,
    InputKind.IMAGE: image_input,
    InputKind.TEXT: review_input,
}


def question_of(task: Task) -> Question:
    """Return what asks the networks of a task."""
    return digit_input if task.drawable else _QUESTIONS[task.kind]


_SHOWING: dict[InputKind, Callable[[Task, Dataset, int], None]] = {
    InputKind.TABLE: show_table_row,
    InputKind.IMAGE: show_picture,
    InputKind.TEXT: show_review,
}


def show_test_row(task: Task, dataset: Dataset, row: int) -> None:
    """Let what asks the networks of a task begin with a test row."""
    _SHOWING[task.kind](task, dataset, row)
