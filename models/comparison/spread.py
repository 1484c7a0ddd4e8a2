"""What several seeds of one setting came to: their mean, and how far apart they are."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean of ``count`` values, the lowest and the highest of them."""

    mean: float
    low: float
    high: float
    count: int


def spread(values: Iterable[float | None]) -> Spread | None:
    """Return the spread of those values that are finite numbers, None where none is.

    >>> spread([1.0, None, 3.0])
    Spread(mean=2.0, low=1.0, high=3.0, count=2)
    """
    found = [value for value in values if value is not None and math.isfinite(value)]
    return Spread(fmean(found), min(found), max(found), len(found)) if found else None
