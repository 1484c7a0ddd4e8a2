"""Where training happens, as the scheduler sees it: this machine now, others by the same door.

A backend takes runs and tells a sink what they say. It neither queues nor stores anything.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from data.language import Text
from models.control import Control, Limits
from models.events import End, Event, State
from models.experiment import Experiment


class Sink(Protocol):
    """Receives events in order, one call at a time; the last event of a job is its End."""

    def __call__(self, run_id: str, event: Event, arose: float | None = None, /) -> None:
        """Take an event of a run, which ``arose`` then (seconds since 1970) if that is known."""


STOPPED = End(State.STOPPED)


@dataclass(frozen=True, slots=True)
class Share:
    """Another run that trains in turn in the job of a run; the names are those of ``Job``."""

    run_id: str
    experiment: Experiment
    folder: Path
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One go of a run: from the click, or from its checkpoint ``after`` an update, to an End.

    ``folder`` exists and receives the run's files. What the ``others`` say comes as ``OfRun``; the
    job ends when all are over.
    """

    run_id: str
    experiment: Experiment
    folder: Path
    after: int | None = None
    control: Control = field(default_factory=Control)
    limits: Limits = field(default_factory=Limits)
    others: tuple[Share, ...] = ()


class Backend(Protocol):
    """Somewhere to train. No method waits for training; unknown and ended runs are ignored.

    ``trains_in_turn`` says whether a job may have ``others``.
    """

    trains_in_turn: bool

    def submit(self, job: Job) -> None:
        """Start a job of a run that has none under way."""

    def control(self, run_id: str, control: Control) -> None:
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
