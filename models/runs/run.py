"""One run as the store keeps it: what was chosen, where it stands, how good it is."""

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

from data.language import UserError
from models.events import (
    ENDED,
    TRANSIENT,
    Batches,
    Continued,
    End,
    Epoch,
    Event,
    History,
    Kept,
    Paused,
    Rewound,
    Started,
    State,
    fold,
    from_json,
    state_after,
)
from models.experiment import Experiment
from models.field_types import check_fields
from models.tasks import BUILT_IN
from models.tasks.own_task import is_own_name

LATEST_TIME = 2.5e11
"""The year 9892, in seconds since 1970: no calendar goes much further."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TEST_FIGURES = {"loss", "mse", "mae", "accuracy"}
_MISREADINGS = (
    *(ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError),
    UserError,
)
"""What reading a record raises that is not what it should be."""


@dataclass(frozen=True, slots=True)
class UnreadableRun:
    """What can be told of a run whose record makes no sense: as far as it has them, its owner's
    name for it and when it was made (seconds since 1970). ``number`` counts all runs of the store.
    """

    number: int
    name: str = ""
    created: float | None = None


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


@lru_cache(maxsize=5_000)
def from_row(row: tuple[Any, ...]) -> Run:
    """Return the run of a row; raises ``ValueError`` where any of its columns makes no sense.

    Pages ask for the same rows again and again: each is parsed once.
    """
    values = dict(zip(COLUMNS, row, strict=True))
    try:
        values["experiment"] = Experiment.from_dict(json.loads(values["experiment"]))
        values["state"] = State(values["state"])
        values["test"] = None if values["test"] is None else json.loads(values["test"])
        run = Run(**values)
        _check(run)
    except _MISREADINGS as error:
        raise ValueError(f"row of run {str(values['id'])[:64]!r}: {error}") from error
    return run


def unreadable_from_row(number: int, row: tuple[Any, ...]) -> UnreadableRun:
    """Return what the row of an unreadable run tells of it all the same."""
    values = dict(zip(COLUMNS, row, strict=True))
    name, created = values["name"], values["created"]
    return UnreadableRun(
        number,
        clean_name(name) if isinstance(name, str) else "",
        created if isinstance(created, float) and 0 <= created <= LATEST_TIME else None,
    )


def history_of(lines: Iterable[str]) -> History:
    """Return the history of a run's JSON lines; raises ``ValueError`` where one makes no sense."""
    try:
        return fold(from_json(json.loads(line)) for line in lines)
    except _MISREADINGS as error:
        raise ValueError(f"event: {error}") from error


def check_events(run: Run, events: Iterable[tuple[Any, Any, Any]]) -> None:
    """Raise ``ValueError`` unless these (number, kind, JSON line) are proper events of a run."""
    lines = []
    for number, kind, line in events:
        if not (type(number) is int and 0 < number <= run.events and isinstance(line, str)):
            raise ValueError(f"event {number!r:.80} of {run.events}")
        lines.append((kind, line))
    try:
        for kind, line in lines:
            _check_event(kind, from_json(json.loads(line)))
    except _MISREADINGS as error:
        raise ValueError(f"event: {error}") from error
    history_of(line for _, line in lines)


def _check_event(kind: Any, event: Event) -> None:
    if isinstance(event, TRANSIENT) or event == Batches(()) or kind != event.kind:
        raise ValueError(f"nobody writes {event!r:.80}")
    if not isinstance(event, Batches):  # whose points are numbers, or it could not be read
        check_fields(event)


def is_run_id(found: object) -> bool:
    """Say whether something may be a run's id, and so the name of its folder."""
    return isinstance(found, str) and _ID.fullmatch(found) is not None


def _check(run: Run) -> None:
    """Raise ``ValueError`` where the fields of a run are not what the lab could have written."""
    check_fields(run)
    times = (run.created, run.started, run.ended, run.deleted)
    if not all(0 <= time <= LATEST_TIME for time in times if time is not None):
        raise ValueError(f"times: {times}")
    if not is_run_id(run.id):
        raise ValueError(f"id: {run.id!r:.80}")
    if run.task != run.experiment.task or not _is_task(run.experiment):
        raise ValueError(f"task: {run.task!r:.80}")
    if run.test and not set(run.test) <= _TEST_FIGURES:
        raise ValueError(f"test: {sorted(run.test)!r:.80}")


def _is_task(experiment: Experiment) -> bool:
    """Say whether there may be the task of an experiment."""
    if experiment.data is not None:
        return is_own_name(experiment.task)
    return experiment.task in {task.name for task in BUILT_IN}


def clean_name(name: str) -> str:
    """Return a name on one line, without characters that cannot be seen.

    >>> clean_name("  my\\n run ")
    'my run'
    """
    joiner = "\u200d"  # holds emoji of several parts together
    visible = "".join(c if c.isprintable() or c == joiner else " " for c in name)
    return " ".join(visible.split())
