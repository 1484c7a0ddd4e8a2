"""What the Analyze page shows and does by the kind of a task's input: the one map from kinds."""

from collections.abc import Sequence
from typing import Any

from data.dataset import Array, Dataset
from models.analysis.shaken import SHAKES, WORDS_DROPPED, Shake, noises
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


def _noises(dataset: Dataset) -> Sequence[Shake]:
    return noises(dataset.features)


_KINDS = {
    InputKind.TABLE: (_numbers, _noises),
    InputKind.IMAGE: (_picture, lambda dataset: SHAKES),
    InputKind.TEXT: (_text, lambda dataset: (WORDS_DROPPED,)),
}


def shown(task: Task, dataset: Dataset, row: Any) -> Example:
    """Return a row, as it is stored, as a person sees it."""
    return _KINDS[task.kind][0](dataset, row)


def shakes_of(task: Task, dataset: Dataset) -> Sequence[Shake]:
    """Return what can be done to test rows to see how much of it a network bears."""
    return _KINDS[task.kind][1](dataset)
