"""What a run says while it trains, and the history that its events add up to.

An event is a frozen value and one JSON line. The store numbers the events of a run; ``fold`` turns
them into a ``History``, which is all that a chart, a table or a page needs to know of a run.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, ClassVar, get_args

from data.language import Text


class State(StrEnum):
    """Where a run stands. ``ENDED`` names the states that nothing follows."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"
    LOST = "lost"
    INTERRUPTED = "interrupted"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simpler model, fitted on the rows that train and judged on the rows that validate.

    ``loss`` and ``metric`` are those of the network's own head. ``r2`` is the share of the target's
    variance that is explained (regression only). ``epochs`` is None where none were needed.
    """

    name: str
    loss: float
    metric: float
    seconds: float
    r2: float | None = None
    epochs: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with how a run learns, and the figures that show it.

    ``name`` is one of ``models.training.diagnosis``; ``figures`` holds what its sentence needs, by
    name.
    """

    name: str
    figures: dict[str, float | int | bool | str]


@dataclass(frozen=True, slots=True)
class Kept:
    """The epoch whose weights a run's folder holds, and their figures on the validation rows."""

    epoch: int
    val_loss: float
    val_metric: float


ENDED = frozenset(State) - {State.QUEUED, State.RUNNING, State.PAUSED}


@dataclass(frozen=True, slots=True)
class Preparing:
    """Before the start: ``done`` of ``total`` reviews have been cut into morphemes."""

    kind: ClassVar[str] = "preparing"
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Started:
    """The network is built and the data is in place; the first batch follows.

    A run that goes on from a checkpoint says it again, with the ``epoch`` and the ``update`` that
    it goes on after: what had been told beyond them is told anew.
    """

    kind: ClassVar[str] = "started"
    parameters: int
    rows: int
    updates_per_epoch: int
    epochs: int
    metric: str
    preloaded: bool = False
    """Whether the worker was born with TensorFlow imported (it starts ten times faster)."""
    epoch: int = 0
    update: int = 0
    threads: int = 1
    """With how many threads it trains from here on."""
    initial: str = ""
    """Fingerprint of the weights before the first update, see ``models.network.fingerprint``."""


@dataclass(frozen=True, slots=True)
class Batches:
    """Training points since the last event: (last update, mean loss, mean metric) a stride."""

    kind: ClassVar[str] = "batches"
    points: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True, slots=True)
class Baselines:
    """What simpler models reach on the same rows. A later event replaces an earlier one."""

    kind: ClassVar[str] = "baselines"
    baselines: tuple[Baseline, ...]


@dataclass(frozen=True, slots=True)
class Epoch:
    """One finished epoch. ``loss`` and ``metric`` are means over the epoch's training batches.

    ``checkpoint`` is the update that the run can go on from, where one was written with it.
    ``penalty`` is the part of ``val_loss`` that L2 adds. ``order`` is the fingerprint of the row
    numbers in the order in which the epoch trained with them.
    """

    kind: ClassVar[str] = "epoch"
    epoch: int
    loss: float
    metric: float
    val_loss: float
    val_metric: float
    seconds: float
    best_epoch: int
    checkpoint: int | None = None
    penalty: float = 0.0
    order: str = ""


@dataclass(frozen=True, slots=True)
class Paused:
    """The run waits after ``update``, with its worker or, once that is ``parked``, without."""

    kind: ClassVar[str] = "paused"
    update: int
    checkpoint: int | None = None
    parked: bool = False


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run has left its pause after ``update``."""

    kind: ClassVar[str] = "resumed"
    update: int


@dataclass(frozen=True, slots=True)
class Tuned:
    """From the update after ``update`` on, the run has this learning rate and this tempo.

    None is the experiment's own learning rate, and as fast as possible.
    """

    kind: ClassVar[str] = "tuned"
    update: int
    learning_rate: float | None = None
    updates_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class Continued:
    """A run that had ended, or was parked, waits for a worker again, to train ``epochs`` in all."""

    kind: ClassVar[str] = "continued"
    epochs: int


@dataclass(frozen=True, slots=True)
class Rewound:
    """A run that had ended went back to what it was after ``epoch``, which is its best."""

    kind: ClassVar[str] = "rewound"
    epoch: int
    update: int
    val_loss: float
    val_metric: float


@dataclass(frozen=True, slots=True)
class Origin:
    """Fingerprints of a run's final weights and training rows (64 hex digits each), the machine
    that trained it, and the versions of the libraries that did the arithmetic.
    """

    weights: str
    data: str
    machine: str
    versions: str


@dataclass(frozen=True, slots=True)
class End:
    """The last event of every run, unless it is continued.

    ``test`` holds the final figures on the test rows, by name. ``kept`` is None where the weights
    in the run's folder are those of its last epoch. ``origin`` is None where the run has no final
    weights, and for runs from before it was recorded.
    """

    kind: ClassVar[str] = "end"
    state: State
    error: Text | None = None
    test: dict[str, float] | None = None
    update: int | None = None
    best_epoch: int | None = None
    seconds: float | None = None
    checkpoint: int | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    kept: Kept | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The network as it is after ``update``, for the drawing of it: see
    ``models.network.snapshot``.

    Lists run over the columns of the drawing, the input first, or over the Dense layers; every
    number is finite.
    """

    kind: ClassVar[str] = "snapshot"
    update: int
    shown: list[list[int]]
    values: list[list[float]]
    sums: list[list[float]]
    biases: list[list[float]]
    weights: list[list[list[float]]]
    terms: list[list[list[list[float]]]]
    target: float
    pictures: str | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """What single updates did to the one weight that is watched.

    ``rows`` hold "update", "rate", "before", "gradient", "slots" (after the update), "figures" and
    "after", see ``models.network.update_rule``; ``input`` -1 is the bias of the unit.
    """

    kind: ClassVar[str] = "weight"
    layer: int
    input: int
    unit: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SingleUpdate:
    """One update in slow motion: the batch's loss with the numbers of its first rows.

    ``batch`` counts from 1 within its epoch and has ``rows`` rows. ``penalty`` is the part of
    ``loss`` that comes from L2. ``examples`` hold "target", "answer" and "loss" of a row each.
    """

    kind: ClassVar[str] = "step"
    update: int
    batch: int
    rows: int
    loss: float
    penalty: float
    metric: float
    examples: list[dict[str, Any]]
    gradient_norm: float
    largest_gradient: float


@dataclass(frozen=True, slots=True)
class Unsaved:
    """The run trains on, but nothing of it can be saved now, and why; None once it can again."""

    kind: ClassVar[str] = "unsaved"
    error: Text | None


@dataclass(frozen=True, slots=True)
class TransientLine:
    """The JSON line of an event that nobody on its way to the browser has to look into.

    ``of`` is the kind of that event.
    """

    kind: ClassVar[str] = "transient"
    of: str
    line: str


@dataclass(frozen=True, slots=True)
class OfRun:
    """What another run says that trains in turn with this one: ``event`` as JSON values."""

    kind: ClassVar[str] = "of_run"
    run: str
    event: dict[str, Any]


Event = (
    Preparing
    | Started
    | Batches
    | Baselines
    | Epoch
    | Paused
    | Resumed
    | Tuned
    | Continued
    | Rewound
    | End
    | Snapshot
    | Weight
    | SingleUpdate
    | Unsaved
    | TransientLine
    | OfRun
)
TRANSIENT = (Preparing, Snapshot, Weight, SingleUpdate, Unsaved, TransientLine)
"""What is true for a moment only: no part of a run's history, and never written to a file."""

_KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in get_args(Event)}


def to_json(event: Event) -> dict[str, Any]:
    """Return the event as plain JSON values; numbers that are not finite become null."""
    values: dict[str, Any] = {"kind": event.kind}
    if isinstance(event, Snapshot):  # plain already, and large
        return values | {field.name: getattr(event, field.name) for field in fields(event)}
    for field in fields(event):
        value = getattr(event, field.name)
        values[field.name] = _plain(value)
    return values


def told_kind(event: Event) -> str:
    """Return the kind of the event that pages read."""
    return event.of if isinstance(event, TransientLine) else event.kind


def to_line(event: Event) -> str:
    """Return the event as the JSON line that pages read."""
    if isinstance(event, TransientLine):
        return event.line
    return json.dumps(to_json(event), ensure_ascii=False, separators=(",", ":"))


def from_json(values: Mapping[str, Any]) -> Event:
    """Return the event that ``to_json`` wrote (null becomes NaN where a number belongs).

    Raises ``ValueError`` for a kind that does not exist.
    """
    given = dict(values)
    kind = given.pop("kind", None)
    if kind not in _KINDS:
        raise ValueError(f"unknown event kind {kind!r}")
    if kind == Batches.kind:
        return Batches(tuple((int(u), _number(a), _number(m)) for u, a, m in given["points"]))
    if kind in (Epoch.kind, Rewound.kind):
        for name in {"loss", "metric", "val_loss", "val_metric"} & set(given):
            given[name] = _number(given[name])
    if kind in (End.kind, Unsaved.kind):
        given["error"] = Text(**given["error"]) if given.get("error") else None
    if kind == End.kind:
        given["state"] = State(given["state"])
        given["diagnoses"] = tuple(Diagnosis(**each) for each in given.get("diagnoses", ()))
        given["kept"] = Kept(**given["kept"]) if given.get("kept") else None
        given["origin"] = Origin(**given["origin"]) if given.get("origin") else None
    if kind == Baselines.kind:
        given["baselines"] = tuple(Baseline(**each) for each in given["baselines"])
    return _KINDS[kind](**given)


@dataclass(frozen=True, slots=True)
class History:
    """A run so far, folded from its events."""

    state: State = State.QUEUED
    started: Started | None = None
    points: tuple[tuple[int, float, float], ...] = ()
    epochs: tuple[Epoch, ...] = ()
    tunings: tuple[Tuned, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    end: End | None = None

    @property
    def update(self) -> int:
        """The last update that has been reported."""
        return self.points[-1][0] if self.points else 0

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest validation loss so far."""
        if not self.epochs:
            return None
        number = self.epochs[-1].best_epoch
        return next((epoch for epoch in self.epochs if epoch.epoch == number), None)


def fold(events: Iterable[Event], history: History | None = None) -> History:
    """Add events to a history and return the new one."""
    history = history or History()
    points, epochs = list(history.points), list(history.epochs)
    for event in events:
        match event:
            case Started() | Rewound():
                points = [point for point in points if point[0] <= event.update]
                epochs = [epoch for epoch in epochs if epoch.epoch <= event.epoch]
            case Batches():
                points.extend(event.points)
            case Epoch():
                epochs.append(event)
        history = _after(history, event)
    return replace(history, points=tuple(points), epochs=tuple(epochs))


def _after(history: History, event: Event) -> History:
    """Return where a run stands after one more event, its points and epochs aside."""
    history = replace(history, state=state_after(history.state, event))
    match event:
        case Started() | Rewound():
            kept = tuple(tuned for tuned in history.tunings if tuned.update <= event.update)
            started = event if isinstance(event, Started) else history.started
            return replace(history, started=started, tunings=kept)
        case Tuned() if _says_more(event, history.tunings):
            return replace(history, tunings=(*history.tunings, event))
        case Baselines():
            return replace(history, baselines=event.baselines)
        case Continued():
            return replace(history, end=None)
        case End():
            return replace(history, end=event)
    return history


def _says_more(event: Tuned, tunings: tuple[Tuned, ...]) -> bool:
    """Say whether a tuning differs from the last one: a run that goes on says it again."""
    last = tunings[-1] if tunings else Tuned(0)
    return (event.learning_rate, event.updates_per_second) != (
        last.learning_rate,
        last.updates_per_second,
    )


def state_after(state: State, event: Event) -> State:
    """Return the state that an event leads to: the one place where that is decided."""
    match event:
        case Continued():
            return State.QUEUED
        case Started() | Resumed():
            return State.RUNNING
        case Paused():
            return State.PAUSED
        case End():
            return event.state
    return state


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Text | Baseline | Diagnosis | Kept | Origin):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
