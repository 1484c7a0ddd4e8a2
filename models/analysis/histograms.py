"""How the values of a table's columns are spread, among the training and among the test rows."""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array, Dataset

BINS = 20


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of training and test rows between the same ``edges``, of which there is one more.

    Each bin holds its lower edge, the last one its upper edge too. ``edges`` is empty, and so are
    the counts, where no row has a number.
    """

    edges: tuple[float, ...]
    train: tuple[int, ...]
    test: tuple[int, ...]


def histograms(dataset: Dataset, bins: int = BINS) -> tuple[Histogram, ...]:
    """Return the histogram of every column of a table, over ``bins`` bins of equal width."""
    pairs = zip(dataset.x_train.T, dataset.x_test.T, strict=True)
    return tuple(histogram(train, test, bins) for train, test in pairs)


def histogram(train: Array, test: Array, bins: int = BINS) -> Histogram:
    """Return the histogram of two samples; values that are no finite numbers are left out."""
    first, second = (each[np.isfinite(each)].astype(np.float64) for each in (train, test))
    every = np.concatenate([first, second])
    if not len(every):
        return Histogram((), (), ())
    edges = np.histogram_bin_edges(every, bins)
    counts = [np.histogram(each, edges)[0].tolist() for each in (first, second)]
    return Histogram(tuple(edges.tolist()), tuple(counts[0]), tuple(counts[1]))
