"""What may be concluded from a race, and from its repeats with other seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

STANDARD_ERRORS = 2.0
"""A difference of two means counts where it is larger than so many of its standard errors."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Final validation losses of one variant over seeds: ``deviation`` is None for a single one.

    A run that ended with no number makes ``mean`` infinite.
    """

    variant: int
    mean: float
    deviation: float | None
    seeds: int


@dataclass(frozen=True, slots=True)
class Conclusion:
    """``kind`` says what may be said of ``best`` and ``second``, which is None where none is left.

    "none": no variant has a final loss. "alone": the others have none. "one_seed": the best of a
    single race, of which nobody knows whether another seed would have it so. "clear": the means
    differ by more than ``STANDARD_ERRORS`` of their standard error ``error``. "open": they do not.
    """

    kind: str
    best: Spread | None = None
    second: Spread | None = None
    error: float = 0.0

    @property
    def difference(self) -> float:
        """How much lower the loss of the best is."""
        assert self.best is not None and self.second is not None
        return self.second.mean - self.best.mean


def spread(variant: int, losses: Sequence[float | None]) -> Spread:
    """Return mean and spread of the final losses of a variant, a seed each."""
    found = [each if each is not None and math.isfinite(each) else math.inf for each in losses]
    finite = all(map(math.isfinite, found))
    deviation = stdev(found) if len(found) > 1 and finite else None
    return Spread(variant, fmean(found) if found else math.inf, deviation, len(found))


def conclude(spreads: Sequence[Spread]) -> Conclusion:
    """Say what the losses of the variants allow to be said."""
    ranked = sorted((each for each in spreads if math.isfinite(each.mean)), key=lambda s: s.mean)
    if not ranked:
        return Conclusion("none")
    if len(ranked) == 1:
        return Conclusion("alone", ranked[0])
    best, second = ranked[:2]
    if best.deviation is None or second.deviation is None:
        return Conclusion("one_seed", best, second)
    error = math.sqrt(best.deviation**2 / best.seeds + second.deviation**2 / second.seeds)
    kind = "clear" if second.mean - best.mean > STANDARD_ERRORS * error else "open"
    return Conclusion(kind, best, second, error)
