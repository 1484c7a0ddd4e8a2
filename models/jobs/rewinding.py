"""A run goes back to its best epoch."""

from pathlib import Path

from models.events import Rewound
from models.jobs import errors
from models.network.checkpoint import Position, best_epoch, rewind
from models.runs import errors as run_errors
from models.runs.store import Run, RunStore


def rewind_to_best(store: RunStore, run: Run) -> None:
    """Take the files of a run, and then its row, back to its best epoch.

    Nothing happens to a run that stands there. Raises ``UserError`` when nothing was saved of that
    epoch, or when the files cannot be written.
    """
    folder, epochs = store.folder(run.id), store.history(run.id).epochs
    number = best_epoch(folder)
    best = next((epoch for epoch in epochs if epoch.epoch == number), None)
    position = None if best is None else _rewound(folder)
    if best is None or position is None:
        raise errors.nothing_saved()
    if (run.epoch, run.updates) != (position.epoch, position.update):
        figures = (best.val_loss, best.val_metric)
        store.append(run.id, Rewound(position.epoch, position.update, *figures))


def _rewound(folder: Path) -> Position | None:
    """Rewind a run's files; raises ``UserError`` when they cannot be written."""
    try:
        return rewind(folder)
    except OSError as error:
        raise run_errors.cannot_write(folder, error) from error
