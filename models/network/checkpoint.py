"""What a run needs to go on exactly as if it had never stopped, as one file.

A checkpoint holds the network's and the optimizer's variables, and where in which epoch the run
stands; the order of an epoch's rows follows from its seed and number. It is written aside, flushed
to the disk and renamed, so that a file under its own name is whole. ``checkpoints/`` holds the last
two and the best:

    checkpoints/000000469.npz      after update 469
    checkpoints/best.npz           after the epoch with the lowest validation loss
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.file_readers.array_files import ArrayArchive, DamagedArrays, open_arrays
from data.language import UserError
from models.network.weights import write_weights

FOLDER = "checkpoints"
KEPT = 2
BEST = "best.npz"
MAX_BYTES = 2**28
"""The largest network there may be has checkpoints of 60 MB."""
_META = "meta"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run stands: ``epoch`` epochs are finished and ``batches`` of the next one done.

    ``sums`` are loss and metric summed over the rows of those batches, ``waiting`` the updates
    that are not yet part of a point. ``best_epoch`` is 0 before the first. ``first_loss`` is that
    of the run's first update.
    """

    epoch: int
    batches: int
    update: int
    sums: tuple[float, float] = (0.0, 0.0)
    waiting: tuple[tuple[float, float], ...] = ()
    best_loss: float | None = None
    best_epoch: int = 0
    seconds: float = 0.0
    first_loss: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A position and the arrays there.

    ``weights`` are kernel, bias, kernel, bias, ...; ``state`` every other variable of the network
    and of its optimizer, in Keras' order.
    """

    position: Position
    weights: tuple[Array, ...]
    state: tuple[Array, ...]


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint of the run in ``folder`` and remove the one before the last.

    Raises ``OSError``; what was there before is intact then.
    """
    home = folder / FOLDER
    home.mkdir(exist_ok=True)
    _write(home / f"{checkpoint.position.update:09}.npz", checkpoint)
    for path in _newest_first(home)[KEPT:]:
        path.unlink(missing_ok=True)


def write_best(folder: Path, checkpoint: Checkpoint) -> None:
    """Write the checkpoint of a run's best epoch; raises ``OSError`` like ``write_checkpoint``."""
    home = folder / FOLDER
    home.mkdir(exist_ok=True)
    _write(home / BEST, checkpoint)


def read_checkpoint(folder: Path, update: int) -> Checkpoint | None:
    """Return the newest whole checkpoint of a run at or before ``update``, None without any.

    A run whose last updates could not be told may have later ones only. It goes on from its best
    epoch then, or else from the first of them: its curve has a gap, but nothing is trained twice.
    """
    paths = _newest_first(folder / FOLDER)
    found = _first_whole(path for path in paths if int(path.stem) <= update)
    if found is not None:
        return found
    best = read_best(folder)
    if best is not None and best.position.update <= update:
        return best
    return _first_whole(reversed(paths))


def read_best(folder: Path) -> Checkpoint | None:
    """Return the checkpoint of a run's best epoch, None without a whole one."""
    return _read(folder / FOLDER / BEST)


def best_epoch(folder: Path) -> int | None:
    """Return the number of a run's best epoch, None without its checkpoint; reads no arrays."""
    try:
        with open_arrays(folder / FOLDER / BEST, MAX_BYTES) as content:
            return _position(content).epoch
    except (UserError, ValueError):
        return None


def rewind(folder: Path) -> Position | None:
    """Make the best epoch's weights the run's own again; None when there is no such checkpoint.

    Later checkpoints are removed: the run goes on from there. Raises ``OSError``; the run can go on
    from where it was then.
    """
    best = read_best(folder)
    if best is None:
        return None
    home = folder / FOLDER
    _write(home / f"{best.position.update:09}.npz", best)
    write_weights(folder, best.weights)
    for path in _newest_first(home):
        if int(path.stem) > best.position.update:
            path.unlink(missing_ok=True)
    return best.position


def clear_checkpoints(folder: Path) -> None:
    """Remove every checkpoint of a run."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def _newest_first(home: Path) -> list[Path]:
    found = (path for path in home.glob("*.npz") if path.stem.isdigit())
    return sorted(found, key=lambda path: int(path.stem), reverse=True)


def _first_whole(paths: Iterable[Path]) -> Checkpoint | None:
    return next(filter(None, map(_read, paths)), None)


def _write(path: Path, checkpoint: Checkpoint) -> None:
    aside = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        with aside.open("wb") as file:
            np.savez(file, allow_pickle=False, **dict(_arrays(checkpoint)))
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
        _flush(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    """Make a rename survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _arrays(checkpoint: Checkpoint) -> Iterator[tuple[str, Array]]:
    meta = json.dumps(asdict(checkpoint.position)).encode()
    yield _META, np.frombuffer(meta, np.uint8)
    for kind, arrays in (("weight", checkpoint.weights), ("state", checkpoint.state)):
        for number, array in enumerate(arrays):
            yield f"{kind}_{number}", array


def _read(path: Path) -> Checkpoint | None:
    """Return a checkpoint, or None when it is missing or damaged (the archive holds checksums)."""
    try:
        with open_arrays(path, MAX_BYTES) as content:
            position = _position(content)
            weights, state = _numbered(content, "weight"), _numbered(content, "state")
    except (UserError, ValueError):
        return None
    return Checkpoint(position, weights, state)


def _position(content: ArrayArchive) -> Position:
    """Return where the run stood; raises ``ValueError`` when the file does not tell it."""
    try:
        meta = json.loads(content.read(_META).tobytes())
        counts = [meta[name] for name in ("epoch", "batches", "update", "best_epoch")]
        loss, accuracy = map(float, meta["sums"])
        waiting = tuple((float(loss), float(metric)) for loss, metric in meta["waiting"])
        position = Position(**{**meta, "sums": (loss, accuracy), "waiting": waiting})
    except (KeyError, TypeError, RecursionError) as error:
        raise DamagedArrays(f"no position: {error}") from error
    if not all(type(count) is int and count >= 0 for count in counts):
        raise DamagedArrays("a position is in whole numbers")
    return position


def _numbered(content: ArrayArchive, kind: str) -> tuple[Array, ...]:
    count = sum(name.startswith(f"{kind}_") for name in content.names)
    return tuple(content.read(f"{kind}_{number}") for number in range(count))
