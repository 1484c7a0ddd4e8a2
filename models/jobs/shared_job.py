"""Runs that share the job of another one, as those of a race do: who speaks for whom.

The first run of a race has the job; what is asked of the others is asked of it, as long as both
are under way. A run that goes on by itself later, after a crash or alone, speaks for itself.
"""

from collections.abc import Callable

from data.language import UserError
from models.events import End, State
from models.runs.store import Run, RunStore


class SharedJobs:
    """Answers from the store; ``is_alone`` tells of a run whether it has a job or waits itself."""

    def __init__(self, store: RunStore, is_alone: Callable[[str], bool]) -> None:
        self._store, self._is_alone = store, is_alone

    def leader(self, run_id: str) -> str:
        """Return the run that has the job of this one: itself, or the first of its race."""
        race = self._store.races.race_of(run_id)
        if race in (None, run_id) or self._is_alone(run_id):
            return run_id
        assert race is not None
        both = (self._found(run_id), self._found(race))
        return race if all(run is not None and not run.is_over for run in both) else run_id

    def others(self, run_id: str) -> list[Run]:
        """Return the runs under way whose job this run has."""
        found = map(self._found, self._store.races.runs(run_id)[1:])
        return [run for run in found if run and not run.is_over and not self._is_alone(run.id)]

    def _found(self, run_id: str) -> Run | None:
        try:
            return self._store.get(run_id)
        except UserError:
            return None


def left_behind(run: Run) -> bool:
    """Say whether a run whose leader's job has ended wants to go on: it waits for its turn."""
    return run.state is State.QUEUED


def ends_with(run: Run, end: End) -> bool:
    """Say whether a run ends with its leader's job, which has come to this end."""
    is_cut = end.state in (State.STOPPED, State.LOST, State.TIMEOUT, State.INTERRUPTED)
    return run.state is State.RUNNING or (run.state is State.PAUSED and is_cut)
