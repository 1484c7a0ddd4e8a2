"""What a spectator sees of a run beside its curves: the network itself, and one weight up close.

Both are off until a weight is chosen: runs that nobody watches pay nothing for it. Pictures of the
network are taken so rarely that all of them together cost a few per cent of the training time, and
at least twice a second.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np

from data.dataset import Array
from models.events import Event, SingleUpdate, Snapshot, Weight
from models.tasks.base import Task
from models.training.batches import Examined, Trained, Watch

SHARE = 1 / 40
"""Of the training time, for pictures."""
SHORTEST_SECONDS, LONGEST_SECONDS = 0.012, 0.3
"""Between two pictures; a chunk of batches may make it longer."""
SHARE_OF_AGE = 1 / 10
"""Of the time that has been watched, between two pictures: what is young changes most."""
SECONDS_PER_REPORT = 0.1
ROWS_PER_REPORT = 20
EXAMPLES = 3
_SMALLEST_PROBABILITY = 1e-7
"""Keras' backend epsilon: probabilities are clipped to it before the logarithm."""

Emit = Callable[[Event], None]


class LiveView:
    """Emits pictures of the network, which ``take`` takes, and what happens to a weight of it."""

    def __init__(self, emit: Emit, take: Callable[[], Snapshot]) -> None:
        self._emit, self._take = emit, take
        self._network: NetworkView | None = None
        self._weight: WeightView | None = None

    def watch(self, weight: tuple[int, int, int] | None) -> None:
        """Show the network and this weight of it from now on, or nothing."""
        self._network = NetworkView(self._emit, self._take) if weight else None
        self._weight = WeightView(self._emit, *weight) if weight else None

    @property
    def watched(self) -> Watch | None:
        """Where the weight lies that the batches have to record."""
        return self._weight.watch if self._weight else None

    def add(self, trained: Trained, update: int, rate: float) -> None:
        """Take what some batches have recorded, the first of which was update ``update``."""
        if self._weight:
            self._weight.add(trained, update, rate)

    def show(self, *, now: bool = False) -> None:
        """Emit what it is time for, or everything ``now``."""
        if self._network and self._weight:
            self._network.look(now=now)
            self._weight.report(now=now)


class NetworkView:
    """Takes a picture of the network now and then, with ``take``; ``clock`` tells seconds."""

    def __init__(
        self, emit: Emit, take: Callable[[], Snapshot], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._emit, self._take, self._clock = emit, take, clock
        self._due = -np.inf
        self._opened = clock()

    def look(self, *, now: bool = False) -> None:
        """Emit a picture if it is time for one, or ``now``."""
        began = self._clock()
        if not now and began < self._due:
            return
        self._emit(self._take())
        ended = self._clock()
        rest = max((ended - began) / SHARE, (ended - self._opened) * SHARE_OF_AGE)
        self._due = ended + float(np.clip(rest, SHORTEST_SECONDS, LONGEST_SECONDS))


class WeightView:
    """Collects what single updates do to one weight, and reports ten times a second at most."""

    def __init__(self, emit: Emit, layer: int, input: int, unit: int) -> None:
        self.watch = Watch.of(layer, input, unit)
        self._emit, self._place = emit, (layer, input, unit)
        self._rows: list[tuple[int, float, Array]] = []
        self._reported = -np.inf

    def add(self, trained: Trained, update: int, rate: float) -> None:
        """Take the records of some batches, the first of which was update number ``update``."""
        if trained.records is not None:
            self._rows += [(update + i, rate, row) for i, row in enumerate(trained.records)]

    def report(self, *, now: bool = False) -> None:
        """Emit what there is, if it is time for it or ``now``; of many updates only some."""
        if not self._rows or not (now or time.monotonic() - self._reported >= SECONDS_PER_REPORT):
            return
        count = len(self._rows)
        kept = np.unique(np.linspace(0, count - 1, min(count, ROWS_PER_REPORT)).round().astype(int))
        rows = [_row(*self._rows[i]) for i in kept]
        self._emit(Weight(*self._place, rows))
        self._rows.clear()
        self._reported = time.monotonic()


def _row(update: int, rate: float, record: Array) -> dict[str, object]:
    before, gradient, *slots, after = record.tolist()
    return {
        "update": update,
        "rate": rate,
        "before": before,
        "gradient": gradient,
        "slots": slots,
        "after": after,
    }


def close_up(task: Task, examined: Examined, update: int, batch: int) -> SingleUpdate:
    """Return one update in slow motion; ``batch`` counts from 1 within its epoch."""
    losses = _losses(task, examined.answers, examined.y)
    loss = float(examined.trained.losses[0])
    shown = zip(examined.y, examined.answers, losses, strict=True)
    return SingleUpdate(
        update=update,
        batch=batch,
        rows=len(losses),
        loss=loss,
        penalty=max(0.0, loss - float(losses.mean())),
        metric=float(examined.trained.metrics[0]),
        examples=[_example(*each) for each in list(shown)[:EXAMPLES]],
        gradient_norm=examined.norm,
        largest_gradient=float(np.max(examined.largest)),
    )


def _losses(task: Task, answers: Array, y: Array) -> Array:
    """Return the loss of every row of a batch: squared error, or cross-entropy."""
    if not task.head.is_classifier:
        return (answers[:, 0].astype(np.float64) - y) ** 2
    chosen = answers[np.arange(len(y)), y.astype(int)].astype(np.float64)
    losses: Array = -np.log(np.clip(chosen, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY))
    return losses


def _example(y: float, answers: Sequence[float], loss: float) -> dict[str, object]:
    answer = [float(value) for value in answers]
    return {"target": float(y), "answer": answer, "loss": float(loss)}
