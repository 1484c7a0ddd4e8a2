"""What may be read from curves that lie side by side, and what may not."""

from collections.abc import Sequence
from enum import StrEnum

from models.experiment import Experiment


class Bounds(StrEnum):
    """How far the figures of runs can be compared, from least to most."""

    TASKS = "tasks"
    DATA = "data"
    VALIDATION = "validation"
    PENALTY = "penalty"
    ALL = "all"


def bounds(experiments: Sequence[Experiment]) -> Bounds:
    """Return what keeps the figures of runs from being compared, the gravest thing first.

    Losses of different tasks are of different kinds; other data, another corpus or vocabulary asks
    another question; other validation rows are an exam of their own; an L2 penalty is a part of
    the loss, though not of the metric.
    """
    if len({each.task for each in experiments}) > 1:
        return Bounds.TASKS
    if len({(each.data, each.reading and each.reading.corpus) for each in experiments}) > 1:
        return Bounds.DATA
    if len({each.validation_share for each in experiments}) > 1:
        return Bounds.VALIDATION
    return Bounds.PENALTY if len({each.l2 for each in experiments}) > 1 else Bounds.ALL
