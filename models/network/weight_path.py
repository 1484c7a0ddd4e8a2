"""The weights of a run on its way: before its first update and after some of its epochs.

A file beside the run's weights, bounded in size: where a run has more epochs than fit, every second
one stays, then every fourth, ..., and always the first and the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.file_readers.array_files import OVERHEAD, DamagedArrays, open_arrays
from data.language import UserError
from models.network.weights import write_aside

PATH = "path.npz"
MOST_POINTS = 48
MOST_BYTES = 2**25
"""Of one run's path: 784-512-10 takes 1.6 MB a point, and so has 20 of them."""


@dataclass(frozen=True, slots=True, eq=False)
class WeightPath:
    """``epochs`` (points,), 0 before the first update; ``points`` (points, weights) float32."""

    epochs: Array
    points: Array


def points_that_fit(weights: int) -> int:
    """Return how many points a path of so many weights may have, at least two.

    >>> points_that_fit(5_121), points_that_fit(407_050), points_that_fit(5_000_000)
    (48, 20, 2)
    """
    return max(2, min(MOST_POINTS, MOST_BYTES // (4 * weights)))


def thinned(epochs: list[int], most: int) -> list[int]:
    """Return which epochs stay: at most ``most``, the first and the last one among them.

    >>> thinned([0, 1, 2, 3], 4), thinned(list(range(10)), 4), thinned([0, 1, 2], 2)
    ([0, 1, 2, 3], [0, 4, 8, 9], [0, 2])
    """
    step = 1
    kept = epochs
    while len(kept) > most:
        step *= 2
        kept = [each for each in epochs if each % step == 0 or each in (epochs[0], epochs[-1])]
    return kept


def write_path(folder: Path, path: WeightPath) -> None:
    """Write a path aside and rename it into place; raises ``OSError``."""

    def save(file_path: Path) -> None:
        with file_path.open("wb") as file:
            np.savez(file, allow_pickle=False, epochs=path.epochs, points=path.points)

    write_aside(folder / PATH, save)


def read_path(folder: Path, weights: int) -> WeightPath | None:
    """Return the path of a run with so many weights; None where there is none, or a damaged one."""
    try:
        with open_arrays(folder / PATH, MOST_BYTES + 8 * weights + 3 * OVERHEAD) as file:
            if file.names != ("epochs", "points"):
                return None
            path = WeightPath(file.read("epochs"), file.read("points"))
    except (UserError, DamagedArrays, OSError):
        return None
    return path if _fits(path, weights) else None


def _fits(path: WeightPath, weights: int) -> bool:
    if path.epochs.ndim != 1 or path.points.shape != (len(path.epochs), weights):
        return False
    rises = bool((np.diff(path.epochs.astype(np.int64)) > 0).all())
    return len(path.epochs) > 0 and rises and path.points.dtype == np.float32


class PathRecorder:
    """The path of a run in progress; ``is_kept`` says whether more than its start is kept."""

    def __init__(self, initial: Sequence[Array], *, is_kept: bool) -> None:
        """``initial`` are the weights before the first update: kernel, bias, kernel, bias, ..."""
        self._is_kept = is_kept
        start = _flat(initial)
        self._most = points_that_fit(len(start))
        self._points = {0: start}

    def add(self, epoch: int, weights: Sequence[Array]) -> None:
        """Keep the weights after an epoch, the last one so far."""
        if not self._is_kept:
            return
        self._points[epoch] = _flat(weights)
        kept = thinned(list(self._points), self._most)
        self._points = {each: self._points[each] for each in kept}

    def found(self) -> WeightPath | None:
        """Return the path so far, if one is kept."""
        if not self._is_kept:
            return None
        points = np.array(list(self._points.values()))
        return WeightPath(np.array(list(self._points), np.int32), points)

    def go_on_after(self, folder: Path, epoch: int) -> None:
        """Take up the path in the folder of a run that goes on after an epoch."""
        found = read_path(folder, len(self._points[0])) if self._is_kept else None
        if found is not None:
            pairs = zip(found.epochs.tolist(), found.points, strict=True)
            self._points |= {each: point for each, point in pairs if each <= epoch}


def _flat(weights: Sequence[Array]) -> Array:
    flat: Array = np.concatenate([each.ravel() for each in weights])
    return flat
