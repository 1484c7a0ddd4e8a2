"""Keeps the weights of some epochs of a run, for the drawing of its path on the loss surface."""

from pathlib import Path

import numpy as np

from data.dataset import Array
from models.network.weight_path import (
    WeightPath,
    points_that_fit,
    read_path,
    thinned,
)
from models.training.run_files import RunFiles


class PathRecorder:
    """The path of a run in progress, which ``files`` write; ``is_kept`` says whether it has one."""

    def __init__(self, initial: list[Array], files: RunFiles, *, is_kept: bool) -> None:
        """``initial`` are the weights before the first update: kernel, bias, kernel, bias, ..."""
        self._files, self._is_kept = files, is_kept
        start = _flat(initial)
        self._most = points_that_fit(len(start))
        self._points = {0: start}

    def add(self, epoch: int, weights: list[Array]) -> None:
        """Keep the weights after an epoch, the last one so far."""
        if not self._is_kept:
            return
        self._points[epoch] = _flat(weights)
        kept = thinned(list(self._points), self._most)
        self._points = {each: self._points[each] for each in kept}

    def write(self) -> None:
        """Write what was kept, if the folder takes it."""
        if self._is_kept:
            points = np.array(list(self._points.values()))
            self._files.write_path(WeightPath(np.array(list(self._points), np.int32), points))

    def go_on_after(self, folder: Path, epoch: int) -> None:
        """Take up the path in the folder of a run that goes on after an epoch."""
        found = read_path(folder, len(self._points[0])) if self._is_kept else None
        if found is not None:
            pairs = zip(found.epochs.tolist(), found.points, strict=True)
            self._points |= {each: point for each, point in pairs if each <= epoch}


def _flat(weights: list[Array]) -> Array:
    flat: Array = np.concatenate([each.ravel() for each in weights])
    return flat
