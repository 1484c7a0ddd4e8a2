"""What the end of a job means for its run: over, paused without a worker, or waiting again."""

from dataclasses import replace

from models.control import Control
from models.events import End, Paused, State
from models.runs.run import Run


def goes_on(end: End, control: Control) -> bool:
    """Say whether a run whose job has ended wants another one at once."""
    if control.stop:
        return False
    if end.state is State.PAUSED or is_left_paused(end, control):
        # Somebody may have asked it to go on while it was giving up.
        return not control.paused or control.until > (end.checkpoint or 0)
    return end.state is State.INTERRUPTED


def last_word(run: Run, end: End, control: Control, *, is_closing: bool) -> End | Paused:
    """Return what is told of the end of a job.

    A run that was asked to stop is stopped, even if it lost its worker before it had heard of that.
    A pause that had to leave is a pause still, and so is, for a moment, a run that left in order to
    wait; only a server that closes interrupts it.
    """
    if control.stop and end.state in (State.PAUSED, State.INTERRUPTED, State.LOST):
        return replace(end, state=State.STOPPED, error=None)
    has_left = end.state is State.INTERRUPTED and control.leave and not control.stop
    if end.state is State.PAUSED or (has_left and (control.paused or not is_closing)):
        return parked(run, end.checkpoint)
    return end


def is_left_paused(end: End, control: Control) -> bool:
    """Say whether a paused run has given its worker back because it was asked to."""
    return end.state is State.INTERRUPTED and control.leave and control.paused


def parked(run: Run, checkpoint: int | None) -> Paused:
    """Return the pause of a run that has no worker, after what was saved of it."""
    return Paused(run.updates if checkpoint is None else checkpoint, checkpoint, parked=True)
