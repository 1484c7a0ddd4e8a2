"""What a worker does that trains several runs in turn: a thread each, and one turn for all."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.control import Limits
from models.events import End, Event
from models.training.pacing import Ask

Emit = Callable[[Event], None]
Guard = Callable[[Emit, Callable[[], None]], None]
"""Does something; whatever goes wrong becomes an ``End`` that is emitted."""


@dataclass(frozen=True, slots=True)
class Racer:
    """One run of the race: its experiment as JSON values, where it goes on, and who hears it."""

    experiment: Mapping[str, Any]
    folder: str
    after: int | None
    emit: Emit


def train_in_turn(racers: Sequence[Racer], ask: Ask, limits: Limits, guard: Guard) -> None:
    """Train all of them, chunk by chunk; the ``End`` of the first is told when all are over.

    It ends the job that they share.
    """
    from models.jobs.local.turns import Turns

    turns, ends = Turns(len(racers)), list[Event]()

    def train_one(number: int, racer: Racer) -> None:
        def emit(event: Event) -> None:
            turns.hear(number, event)
            (ends.append if isinstance(event, End) and number == 0 else racer.emit)(event)

        turns.begin(number)
        try:
            guard(emit, lambda: _train(racer, emit, turns.asking(number, ask), limits))
        finally:
            turns.leave(number)

    threads = [
        threading.Thread(target=train_one, args=each, daemon=True) for each in enumerate(racers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for end in ends:
        racers[0].emit(end)


def _train(racer: Racer, emit: Emit, ask: Ask, limits: Limits) -> None:
    from models.experiment import Experiment
    from models.training.loop import train

    experiment, folder = Experiment.from_dict(racer.experiment), Path(racer.folder)
    train(experiment, emit, ask, folder, after=racer.after, limits=limits, keeps_path=True)
