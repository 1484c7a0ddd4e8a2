"""What the Analyze page does by the kind of a task's input: the one map from kinds."""

from collections.abc import Sequence

from data.dataset import Dataset
from models.analysis.shaken import SHAKES, WORDS_DROPPED, Shake, noises
from models.tasks.base import InputKind, Task


def _noises(dataset: Dataset) -> Sequence[Shake]:
    return noises(dataset.features)


def _images(dataset: Dataset) -> Sequence[Shake]:
    return SHAKES


def _texts(dataset: Dataset) -> Sequence[Shake]:
    return (WORDS_DROPPED,)


_KINDS = {
    InputKind.TABLE: _noises,
    InputKind.IMAGE: _images,
    InputKind.TEXT: _texts,
}


def shakes_of(task: Task, dataset: Dataset) -> Sequence[Shake]:
    """Return what can be done to test rows to see how much of it a network bears."""
    return _KINDS[task.kind](dataset)
