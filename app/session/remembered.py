"""Figures of a data set that take a moment, computed once for everybody who looks at it."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from app.session.services import memory
from data.dataset import Dataset
from models.tasks.base import Task

T = TypeVar("T")


def remembered(task: Task, dataset: Dataset, name: Hashable, make: Callable[[], T]) -> T:
    """Return the figure ``name`` of a data set, made at its first time."""
    return cast(T, memory().data_figures.get((content_of(task, dataset), name), make))


def content_of(task: Task, dataset: Dataset) -> Hashable:
    """Return what tells the data of a task from other data that its files may hold later.

    Own data is known by the digest of its content, documents by theirs; other data by its task,
    the sizes of its parts and some of its answers.
    """
    return task.name, task.default.data or dataset.digests or _signature(dataset)


def _signature(dataset: Dataset) -> Hashable:
    answers = dataset.y_train[:100].tobytes() + dataset.y_test[:100].tobytes()
    return dataset.x_train.shape, dataset.x_test.shape, answers
