"""Where training happens, as the scheduler sees it: this machine now, others by the same door.

A backend takes runs and tells a sink what they say. It neither queues nor stores anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from data.text import Text
from models.events import End, Event, State
from models.experiment import Experiment
from models.wish import Limits, Wish

Sink = Callable[[str, Event], None]
"""Receives (run id, event), in order, one call at a time; the last event of a turn is its End."""

STOPPED = End(State.STOPPED)


@dataclass(frozen=True, slots=True)
class Turn:
    """One go of a run: from the click, or from its checkpoint ``after`` an update, to an End.

    ``folder`` exists and receives the run's files.
    """

    run_id: str
    experiment: Experiment
    folder: Path
    after: int | None = None
    wish: Wish = field(default_factory=Wish)
    limits: Limits = field(default_factory=Limits)


class Backend(Protocol):
    """Somewhere to train. No method waits for training; unknown and ended runs are ignored."""

    def submit(self, turn: Turn) -> None:
        """Start a turn of a run that has none under way."""

    def wish(self, run_id: str, wish: Wish) -> None:
        """Say how a run shall go on; one that shall stop ends within a second, politely or not."""

    def kill(self, run_id: str, end: End = STOPPED) -> None:
        """End a run at once, and say this end of it."""

    def has_begun(self, run_id: str) -> bool:
        """Whether a run has a worker; until then nothing can be heard of it."""

    @property
    def problem(self) -> Text | None:
        """Why there is nothing to train on now, None while there is; what is submitted waits."""

    def close(self) -> None:
        """End everything. Runs under way get no End; nothing reaches the sink afterwards."""
