"""A row of a data set as a person sees it, by the kind of a task's input."""

from typing import Any

from data.dataset import Array, Dataset
from models.tasks.base import InputKind, Task

Example = tuple[Array | None, str]
"""A picture, (height, width) uint8, or a text."""


def _picture(dataset: Dataset, row: Any) -> Example:
    return row, ""


def _text(dataset: Dataset, row: Any) -> Example:
    return None, str(row)


def _numbers(dataset: Dataset, row: Any) -> Example:
    pairs = zip(dataset.features, row, strict=True)
    return None, " · ".join(f"{feature.name} {value:.4g}" for feature, value in pairs)


_KINDS = {InputKind.TABLE: _numbers, InputKind.IMAGE: _picture, InputKind.TEXT: _text}


def shown(task: Task, dataset: Dataset, row: Any) -> Example:
    """Return a row, as it is stored, as a person sees it."""
    return _KINDS[task.kind](dataset, row)
