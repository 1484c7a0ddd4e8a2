"""What a run writes into its folder while it trains."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.language import Text
from models.events import Unsaved
from models.experiment import Experiment
from models.inputs.preparation import Prepared
from models.network.checkpoint import Checkpoint, write_best, write_checkpoint
from models.network.epoch_record import EpochRecord, write_record
from models.network.snapshot import write_example
from models.network.weight_path import WeightPath, write_path
from models.network.weights import write_description, write_weights
from models.training.end_messages import cannot_save

SECONDS_PER_SAVE = 0.1
"""Epochs that are shorter share a write: renaming over a file takes the disk 2 ms."""
SECONDS_PER_CHECKPOINT = 2.0
SECONDS_PER_WARNING = 2.0
"""A page that opens late hears it too."""

_log = logging.getLogger(__name__)


class RunFiles:
    """Writes ``network.json``, weights and checkpoints into a folder, if any.

    ``describe`` and ``save`` raise ``OSError``; what training can go on without is tried, and a
    failure logged and told to ``emit``, and when it is over.
    """

    def __init__(self, path: Path | None, emit: Callable[[Unsaved], None]) -> None:
        self._path, self._emit = path, emit
        self._warned = -np.inf
        self._saved = -np.inf
        self._recorded = -np.inf
        self._checked = time.monotonic()
        self.kept_epoch: int | None = None
        """The epoch whose weights the folder holds, None before they were written."""
        self._new_best: Checkpoint | None = None
        """The best epoch's checkpoint, until it is written."""

    def describe(self, experiment: Experiment, prepared: Prepared, example: Array) -> None:
        """Write what network it is, and the row that is followed through it, (inputs,)."""
        if self._path:
            write_description(self._path, experiment, prepared.scaling, prepared.vocabulary)
            write_example(self._path, example, float(prepared.y_val[0]))

    def save(self, arrays: list[Array], epoch: int) -> None:
        """Write the weights after an epoch, if there are any: kernel, bias, kernel, bias, ..."""
        if self._path and arrays:
            write_weights(self._path, arrays)
        self._saved, self.kept_epoch = time.monotonic(), epoch

    def save_if_possible(self, arrays: list[Array], epoch: int) -> None:
        self._tried(lambda _: self.save(arrays, epoch))

    def note_best(self, checkpoint: Callable[[], Checkpoint]) -> None:
        """Keep the best epoch's checkpoint, to be written with the next one."""
        if self._path:
            self._new_best = checkpoint()

    def end_epoch(
        self, arrays: list[Array], epoch: int, checkpoint: Callable[[], Checkpoint]
    ) -> int | None:
        """Write weights and checkpoint if it is time for them; returns the latter's update."""
        now = time.monotonic()
        if now - self._saved >= SECONDS_PER_SAVE:
            self.save_if_possible(arrays, epoch)
        if now - self._checked >= SECONDS_PER_CHECKPOINT:
            return self.write(checkpoint)
        return None

    def write(self, checkpoint: Callable[[], Checkpoint]) -> int | None:
        """Write a checkpoint; returns its update, None where there is no folder or no space."""
        if self._path is None:
            return None
        self._checked = time.monotonic()
        made = checkpoint()
        self.write_best()
        is_written = self._tried(lambda path: write_checkpoint(path, made))
        return made.position.update if is_written else None

    def write_best(self) -> None:
        """Write the best epoch's checkpoint if it is a new one."""
        best = self._new_best
        if best and self._tried(lambda path: write_best(path, best)):
            self._new_best = None

    def write_record(self, record: EpochRecord, *, now: bool = False) -> None:
        """Write what was recorded of the epochs if it is time for it, or ``now``."""
        if record.answers and (now or time.monotonic() - self._recorded >= SECONDS_PER_SAVE):
            self._tried(lambda path: write_record(path, record))
            self._recorded = time.monotonic()

    def write_path(self, found: WeightPath | None) -> None:
        """Write the weights that the run had on its way, if they were kept."""
        if found is not None:
            self._tried(lambda path: write_path(path, found))

    def _tried(self, write: Callable[[Path], None]) -> bool:
        """Write something that training can go on without; says whether that worked."""
        if self._path is None:
            return False
        try:
            write(self._path)
        except OSError as error:
            unsaved = cannot_save(self._path, error)
            _log.warning("%s", unsaved)
            self._warn(unsaved)
            return False
        if self._warned > -np.inf:
            self._warned = -np.inf
            self._emit(Unsaved(None))
        return True

    def _warn(self, error: Text) -> None:
        """Say that nothing can be saved, now and then while that is so."""
        now = time.monotonic()
        if now - self._warned >= SECONDS_PER_WARNING:
            self._warned = now
            self._emit(Unsaved(error))
