"""Which runs of a sweep are hopeless, by what their validation losses were after each epoch.

Pure functions. Runs of one owner train one after the other, so both rules judge a run by those that
got as far before it. A loss that is no number is the worst there is.

The median rule is that of Google Vizier (Golovin et al. 2017): a run ends when its best loss so far
is worse than the median of the mean losses of the others up to the same epoch. Successive halving
is the asynchronous kind (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning"):
at each rung only the best third of those that have reached it goes on.
"""

import math
from collections.abc import Sequence
from enum import StrEnum
from statistics import fmean, median

LEAST_OTHERS = 3
"""By fewer runs nobody is judged."""
WARM_UP_SHARE = 0.2
"""The share of its epochs that a run may train before the median rule looks at it."""
REDUCTION = 3
"""At a rung of successive halving one in so many goes on."""
FIRST_RUNG = 2
"""No rung is before this epoch."""

Losses = Sequence[float]
"""Validation losses, one an epoch."""


class Rule(StrEnum):
    """By which rule a sweep ends runs early."""

    NONE = "none"
    HALVING = "halving"
    MEDIAN = "median"


def is_hopeless(rule: Rule, own: Losses, others: Sequence[Losses], epochs: int) -> bool:
    """Say whether a run of ``epochs`` epochs shall end now; one that is complete never does."""
    if len(own) >= epochs:
        return False
    if rule is Rule.MEDIAN:
        return fails_median(own, others, epochs)
    return rule is Rule.HALVING and fails_halving(own, others, epochs)


def fails_median(own: Losses, others: Sequence[Losses], epochs: int) -> bool:
    """Apply the median rule after the last epoch of ``own``.

    >>> fails_median([9.0, 8.0], [[5.0, 4.0], [4.0, 3.0], [6.0, 5.0]], epochs=5)
    True
    """
    epoch = len(own)
    there = [_finite(each[:epoch]) for each in others if len(each) >= epoch]
    if epoch < max(1, math.ceil(WARM_UP_SHARE * epochs)) or len(there) < LEAST_OTHERS:
        return False
    return min(_finite(own)) > median(fmean(each) for each in there)


def rungs(epochs: int) -> tuple[int, ...]:
    """Return the epochs after which successive halving looks at a run, the first one first.

    >>> rungs(80)
    (3, 9, 27)
    """
    found = []
    rung = round(epochs / REDUCTION)
    while rung >= FIRST_RUNG:
        found.append(rung)
        rung = round(rung / REDUCTION)
    return tuple(reversed(found))


def fails_halving(own: Losses, others: Sequence[Losses], epochs: int) -> bool:
    """Apply successive halving at every rung that ``own`` has reached.

    >>> fails_halving([9.0, 9.0, 8.0], [[5.0] * 3, [4.0] * 3, [6.0] * 3], epochs=9)
    True
    """
    return any(_is_behind(own, others, rung) for rung in rungs(epochs) if len(own) >= rung)


def _is_behind(own: Losses, others: Sequence[Losses], rung: int) -> bool:
    there = [min(_finite(each[:rung])) for each in others if len(each) >= rung]
    if len(there) < LEAST_OTHERS:
        return False
    mine = min(_finite(own[:rung]))
    goes_on = math.ceil((len(there) + 1) / REDUCTION)
    return sum(each <= mine for each in there) >= goes_on


def _finite(losses: Losses) -> list[float]:
    return [loss if math.isfinite(loss) else math.inf for loss in losses]
