"""What the curves of a run say: still falling, flat, rising, or overfitting.

Two single epochs say nothing: from one to the next a validation loss jumps by more than a run gains
in ten. Here straight lines through many epochs are compared (least squares), and a line counts as
falling or rising only when it moves by a stated margin and by more than chance would move it.
``chart_verdict.js`` follows the same rule while a run is live; a test holds the two together.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.events import Epoch, History

FEWEST_EPOCHS = 5
MARGIN = 0.05
"""Share of a loss by which a line must move to be more than flat."""

CERTAINTY = 2.0
"""Standard errors by which a slope must differ from zero: chance alone does so once in twenty."""

SMOOTHED, SINCE_TURN, RECENT = (10, 3), (5, 3), (4, 5)
"""Parts of a run, each as (one in so many of its epochs, but at least these): over how many epochs
the loss is averaged to find its lowest place, how many must have passed since that place before
the loss can be said to rise, and how many are the recent ones that fall or are flat."""


class Course(StrEnum):
    """How the validation loss goes on; overfitting is a rise while the training loss falls."""

    FALLING = "falling"
    FLAT = "flat"
    RISING = "rising"
    OVERFITTING = "overfitting"


@dataclass(frozen=True, slots=True)
class Means:
    """A training and a validation loss, each the mean over a few epochs in a row."""

    loss: float
    val_loss: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The course of a run, and how it went from an epoch (``since``) to the last one.

    ``best`` is the epoch with the lowest validation loss, which may be so by chance.
    """

    course: Course
    since: Epoch
    before: Means
    now: Means
    best: Epoch
    last: Epoch


def verdict(history: History) -> Verdict | None:
    """Return what the losses say, None while there are too few epochs to say anything."""
    best, epochs = history.best, history.epochs
    if best is None or len(epochs) < FEWEST_EPOCHS:
        return None
    losses, val_losses = [e.loss for e in epochs], [e.val_loss for e in epochs]
    if not all(map(math.isfinite, (*losses, *val_losses))):
        return None
    course, start = _course(losses, val_losses)
    smooth, smooth_val = _smoothed(losses), _smoothed(val_losses)
    around = max(0, start - _part(len(epochs), SMOOTHED) // 2)
    before, now = (Means(smooth[at], smooth_val[at]) for at in (around, -1))
    return Verdict(course, epochs[start], before, now, best, epochs[-1])


@dataclass(frozen=True, slots=True)
class _Trend:
    """A least-squares line: its first and last value, and its slope in standard errors."""

    first: float
    last: float
    certainty: float


def _trend(values: Sequence[float]) -> _Trend:
    """Return the line through two or more values at equal distances."""
    y = np.asarray(values, dtype=float)
    x = np.arange(len(y)) - (len(y) - 1) / 2
    square = float(x @ x)
    slope, mean = float(x @ y) / square, float(y.mean())
    rest = y - mean - slope * x
    error = math.sqrt(float(rest @ rest) / max(1, len(y) - 2) / square)
    reach = slope * (len(y) - 1) / 2
    return _Trend(mean - reach, mean + reach, slope / max(error, sys.float_info.min))


def _course(losses: list[float], val_losses: list[float]) -> tuple[Course, int]:
    """Return the course and the index of the first epoch of the lines that show it."""
    count = len(val_losses)
    turn, lowest = _turning_point(val_losses)
    if count - 1 - turn >= _part(count, SINCE_TURN):
        rise = _trend(val_losses[turn:])
        if rise.last > (1 + MARGIN) * lowest and rise.certainty > CERTAINTY:
            training = _trend(losses[turn:])
            overfits = training.last < training.first
            return (Course.OVERFITTING if overfits else Course.RISING), turn
    start = count - _part(count, RECENT)
    recent = _trend(val_losses[start:])
    falls = recent.last < (1 - MARGIN) * recent.first and recent.certainty < -CERTAINTY
    return (Course.FALLING if falls else Course.FLAT), start


def _turning_point(values: list[float]) -> tuple[int, float]:
    """Return the index in the middle of the lowest stretch of epochs, and its mean."""
    means = _smoothed(values)
    start = int(np.argmin(means))
    return start + _part(len(values), SMOOTHED) // 2, means[start]


def _smoothed(values: list[float]) -> list[float]:
    """Return the means over every so many values in a row."""
    width = _part(len(values), SMOOTHED)
    means: list[float] = np.convolve(values, np.full(width, 1 / width), "valid").tolist()
    return means


def _part(count: int, part: tuple[int, int]) -> int:
    one_in, least = part
    return max(count // one_in, least)
