"""One run as the store keeps it: what was chosen, where it stands, how good it is."""

import json
import time
from dataclasses import dataclass, fields, replace
from typing import Any

from models.events import (
    ENDED,
    Batches,
    Continued,
    End,
    Epoch,
    Event,
    Kept,
    Paused,
    Rewound,
    Started,
    State,
    state_after,
)
from models.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Run:
    """One row of the store. Times are seconds since 1970; ``events`` is the last event's number.

    ``epoch`` is the last finished epoch (0 before the first) and ``val_loss`` and ``val_metric``
    are its figures, or those of the epoch whose weights were kept when the run ended; ``test``
    holds the final figures on the test rows by name. ``updates`` is the last update that was
    reported, ``checkpoint`` the one that the run can go on from. ``stretch`` counts how often it
    was continued, ``name`` is its owner's word for it, and ``deleted`` is when it was deleted, as
    long as that can be undone.
    """

    id: str
    owner: str
    task: str
    experiment: Experiment
    state: State
    created: float
    started: float | None = None
    ended: float | None = None
    epoch: int = 0
    val_loss: float | None = None
    val_metric: float | None = None
    best_epoch: int | None = None
    test: dict[str, float] | None = None
    events: int = 0
    updates: int = 0
    checkpoint: int | None = None
    stretch: int = 0
    name: str = ""
    deleted: float | None = None

    @property
    def is_over(self) -> bool:
        return self.state in ENDED

    @property
    def is_under_way(self) -> bool:
        """Whether it trains or waits for its turn; a paused run does neither."""
        return self.state in (State.QUEUED, State.RUNNING)

    def after(self, event: Event) -> "Run":
        """Return the row as it stands after one more event."""
        run = replace(self, events=self.events + 1, state=state_after(self.state, event))
        match event:
            case Started():
                began = run.started if event.update else time.time()
                return replace(run, started=began, epoch=event.epoch, updates=event.update)
            case Batches():
                return replace(run, updates=event.points[-1][0])
            case Epoch():
                return replace(run._kept(event.checkpoint), **_figures(event))
            case Rewound():
                figures = _figures(event)
                return replace(run._kept(event.update), **figures, updates=event.update, test=None)
            case Paused():
                return replace(run._kept(event.checkpoint), updates=event.update)
            case Continued():
                experiment = run.experiment.changed(epochs=event.epochs)
                stretch = run.stretch + 1
                fresh = replace(run, ended=None, test=None, deleted=None)
                return replace(fresh, experiment=experiment, stretch=stretch)
            case End():
                ended = replace(run._kept(event.checkpoint), ended=time.time(), test=event.test)
                return ended if event.kept is None else ended._with_figures_of(event.kept)
        return run

    def _with_figures_of(self, kept: Kept) -> "Run":
        """Return the row with the figures of the weights that were kept."""
        return replace(self, val_loss=kept.val_loss, val_metric=kept.val_metric)

    def _kept(self, checkpoint: int | None) -> "Run":
        """Return the row with a newer checkpoint, if there is one."""
        return self if checkpoint is None else replace(self, checkpoint=checkpoint)


def _figures(event: Epoch | Rewound) -> dict[str, Any]:
    best = event.best_epoch if isinstance(event, Epoch) else event.epoch
    return {
        "epoch": event.epoch,
        "val_loss": event.val_loss,
        "val_metric": event.val_metric,
        "best_epoch": best,
    }


COLUMNS = tuple(field.name for field in fields(Run))


def to_row(run: Run) -> dict[str, Any]:
    values = {name: getattr(run, name) for name in COLUMNS}
    values["experiment"] = json.dumps(run.experiment.to_dict())
    values["test"] = None if run.test is None else json.dumps(run.test)
    return values


def from_row(row: tuple[Any, ...]) -> Run:
    values = dict(zip(COLUMNS, row, strict=True))
    values["experiment"] = Experiment.from_dict(json.loads(values["experiment"]))
    values["state"] = State(values["state"])
    values["test"] = None if values["test"] is None else json.loads(values["test"])
    return Run(**values)


def clean_name(name: str) -> str:
    """Return a name on one line, without characters that cannot be seen.

    >>> clean_name("  my\\n run ")
    'my run'
    """
    joiner = "\u200d"  # holds emoji of several parts together
    visible = "".join(c if c.isprintable() or c == joiner else " " for c in name)
    return " ".join(visible.split())
