"""What the curves of a run say about overfitting, in figures of its own."""

from dataclasses import dataclass
from enum import StrEnum

from models.events import Epoch, History

FEWEST_EPOCHS = 3
WORSE = 0.02
"""A validation loss that has risen by this share above its best one has really risen."""


class Course(StrEnum):
    """How training and validation loss went on after the best epoch."""

    FALLING = "falling"
    LEVEL = "level"
    OVERFITTING = "overfitting"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The course of a run, with its best and its last epoch."""

    course: Course
    best: Epoch
    last: Epoch


def verdict(history: History) -> Verdict | None:
    """Return what the losses say, None while there are too few epochs to say anything.

    Overfitting is a validation loss that rises while the training loss goes on falling.
    """
    best, epochs = history.best, history.epochs
    if best is None or len(epochs) < FEWEST_EPOCHS:
        return None
    last = epochs[-1]
    if best.epoch == last.epoch:
        return Verdict(Course.FALLING, best, last)
    has_risen = last.val_loss > (1 + WORSE) * best.val_loss
    if has_risen and last.loss < best.loss:
        return Verdict(Course.OVERFITTING, best, last)
    return Verdict(Course.LEVEL, best, last)
