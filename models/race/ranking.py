"""Who leads a race: the validation losses where all are equally far, or equally long under way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.events import Epoch, History


@dataclass(frozen=True, slots=True)
class Standing:
    """One variant in the ranking: its number in the race and the epoch that it is judged by.

    ``seconds`` are those that it has trained until then. ``epoch`` is 0 where there is none yet,
    and then, or where it is no number, ``val_loss`` is infinite.
    """

    variant: int
    epoch: int
    seconds: float
    val_loss: float


def by_update(runs: Sequence[History]) -> list[Standing]:
    """Rank the runs after the epoch that all of them have finished, lowest loss first.

    A run that is over counts with its last epoch: it comes no further.
    """
    going = [len(run.epochs) for run in runs if run.end is None]
    reached = min(going, default=max((len(run.epochs) for run in runs), default=0))
    return _ranked([run.epochs[:reached] for run in runs])


def by_second(runs: Sequence[History]) -> list[Standing]:
    """Rank the runs after so many seconds of their own training as all of them have had.

    A run that is over counts with its last epoch. Once all are over, all have had the time of the
    quickest one.
    """
    totals = [sum(epoch.seconds for epoch in run.epochs) for run in runs]
    going = [total for total, run in zip(totals, runs, strict=True) if run.end is None]
    limit = min(going or totals, default=0.0)
    return _ranked([_within(run.epochs, limit) for run in runs])


def _within(epochs: Sequence[Epoch], seconds: float) -> Sequence[Epoch]:
    spent = 0.0
    for number, epoch in enumerate(epochs):
        spent += epoch.seconds
        if spent > seconds + 1e-9:
            return epochs[:number]
    return epochs


def _ranked(epochs: Sequence[Sequence[Epoch]]) -> list[Standing]:
    found = [_standing(number, each) for number, each in enumerate(epochs)]
    return sorted(found, key=lambda each: (each.val_loss, each.variant))


def _standing(variant: int, epochs: Sequence[Epoch]) -> Standing:
    if not epochs:
        return Standing(variant, 0, 0.0, math.inf)
    loss, seconds = epochs[-1].val_loss, sum(epoch.seconds for epoch in epochs)
    return Standing(variant, epochs[-1].epoch, seconds, loss if math.isfinite(loss) else math.inf)
