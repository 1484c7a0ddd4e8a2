"""Where training happens, as the scheduler sees it: this machine now, others by the same door.

A backend takes runs and tells a sink what they say. It neither queues nor stores anything.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from models.events import Event
from models.experiment import Experiment

Sink = Callable[[str, Event], None]
"""Receives (run id, event), in order, one call at a time; the last event of a run is its End."""


class Backend(Protocol):
    """Somewhere to train. No method waits for training; unknown and ended runs are ignored."""

    def submit(self, run_id: str, experiment: Experiment, folder: Path) -> None:
        """Start a run that writes its weights into ``folder`` (which exists)."""

    def stop(self, run_id: str) -> None:
        """End a run as stopped, within 0.3 s, politely if there is time for it."""

    def kill(self, run_id: str) -> None:
        """End a run as stopped, at once."""

    def close(self) -> None:
        """End everything. Runs under way get no End; nothing reaches the sink afterwards."""
