"""What a table's columns hold: range, gaps, and how far training and test rows differ."""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array, Dataset


@dataclass(frozen=True, slots=True)
class Column:
    """Figures of one column over all rows, in the units of the data.

    ``missing`` counts values that are no numbers. ``shift`` is the Kolmogorov-Smirnov distance
    between the training and the test rows: the largest difference of their shares below any value,
    0 where they are alike and 1 where they do not overlap; None where either has no values.
    ``mean`` and ``deviation`` are those of the training rows, with which the lab standardises.
    """

    low: float | None
    high: float | None
    distinct: int
    missing: int
    mean: float | None
    deviation: float | None
    shift: float | None

    @property
    def is_constant(self) -> bool:
        return self.distinct <= 1


def columns(dataset: Dataset) -> tuple[Column, ...]:
    """Return the figures of every column of a table."""
    pairs = zip(dataset.x_train.T, dataset.x_test.T, strict=True)
    return tuple(_column(train, test) for train, test in pairs)


def _column(train: Array, test: Array) -> Column:
    every = np.concatenate([train, test]).astype(np.float64)
    known = every[np.isfinite(every)]
    training = train[np.isfinite(train)].astype(np.float64)
    has_training = len(training) > 0
    return Column(
        low=float(known.min()) if len(known) else None,
        high=float(known.max()) if len(known) else None,
        distinct=len(np.unique(known)),
        missing=len(every) - len(known),
        mean=float(training.mean()) if has_training else None,
        deviation=float(training.std()) if has_training else None,
        shift=distance(training, test[np.isfinite(test)].astype(np.float64)),
    )


def distance(first: Array, second: Array) -> float | None:
    """Return the Kolmogorov-Smirnov distance of two samples, None where one is empty."""
    if not len(first) or not len(second):
        return None
    values = np.concatenate([first, second])
    shares = [
        np.searchsorted(np.sort(each), values, side="right") / len(each) for each in (first, second)
    ]
    return float(np.abs(shares[0] - shares[1]).max())


def correlations(dataset: Dataset) -> Array:
    """Return Pearson's correlations of the columns and the target, over the training rows.

    (columns + 1, columns + 1) float64, the target last; NaN beside a column that does not vary, and
    only rows without gaps count.
    """
    table = np.column_stack([dataset.x_train, dataset.y_train]).astype(np.float64)
    table = table[np.isfinite(table).all(axis=1)]
    if len(table) < 2:
        return np.full((table.shape[1], table.shape[1]), np.nan)
    apart = table - table.mean(axis=0)
    sizes = np.sqrt((apart**2).sum(axis=0))
    varies = sizes > 1e-12 * np.maximum(np.abs(table).max(axis=0), 1) * np.sqrt(len(table))
    scaled = np.where(varies, apart / np.where(varies, sizes, 1), np.nan)
    found: Array = scaled.T @ scaled
    return np.clip(found, -1, 1)


def at_the_most(dataset: Dataset) -> Array:
    """Return the training rows whose target is the largest of all, where several share it.

    Figures that were cut off at a limit, as Boston's prices at 50.0, pile up there.
    """
    most = np.nonzero(dataset.y_train == dataset.y_train.max())[0]
    return most if len(most) > 1 else most[:0]


def within(dataset: Dataset, column: int, low: float, high: float) -> Array:
    """Return the training rows whose value of a column is from ``low`` to ``high``."""
    values = dataset.x_train[:, column]
    found: Array = np.nonzero((values >= low) & (values <= high))[0]
    return found
