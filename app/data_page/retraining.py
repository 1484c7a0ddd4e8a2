"""The same settings trained five times with all rows and five times without some of them.

The runs are real ones, in the background: they are on My runs, and whoever asks for the same again
gets those that there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.session import state
from app.session.services import services
from data.dataset import Dataset
from data.language import Text, UserError
from models.events import State
from models.experiment import Experiment
from models.inputs.summary import summarize
from models.runs.run import Run
from models.tasks.base import Task

SEEDS = 5
AT_A_TIME = 3
"""Runs that train or wait together: one place less than an owner has."""
LOOKED_THROUGH = 200
"""The newest runs of a task, among which those that were trained before are looked for."""
MOST_UPDATES = 100_000
"""Of all ten trainings together: a minute or so for a small network."""


@dataclass(frozen=True, slots=True)
class Retraining:
    """Experiments with all rows and without some, one a seed; ``runs`` are the runs of them."""

    before: tuple[Experiment, ...]
    after: tuple[Experiment, ...]
    runs: tuple[tuple[Experiment, str], ...] = ()
    is_over: bool = False

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """All of them: of each seed both, so that both are known at nearly the same time."""
        pairs = zip(self.before, self.after, strict=True)
        return tuple(each for pair in pairs for each in pair)


def updates(task: Task, dataset: Dataset, experiment: Experiment) -> int:
    """Return the updates of all ten trainings; raises ``UserError`` like ``summarize``."""
    return 2 * SEEDS * summarize(task, experiment, dataset).updates


def retraining_of(task: Task) -> Retraining | None:
    """Return what was asked for last, None before that."""
    return _kept(task).get()


def begin(task: Task, experiment: Experiment, rows: tuple[int, ...]) -> None:
    """Ask for the runs of an experiment with all rows and without ``rows``; start the first."""
    seeds = range(experiment.seed, experiment.seed + SEEDS)
    before = tuple(experiment.changed(seed=seed, left_out=()) for seed in seeds)
    after = tuple(each.changed(left_out=rows) for each in before)
    made = Retraining(before, after)
    known = _known(task)
    found = tuple((each, known[each]) for each in made.experiments if each in known)
    _kept(task).set(replace(made, runs=found))
    follow(task)


def follow(task: Task) -> None:
    """Start what has a place now; why nothing can be started is said on the page."""
    now = retraining_of(task)
    if now is None or now.is_over:
        return
    for experiment in _missing(now):
        if len(_under_way(now)) >= AT_A_TIME:
            break
        try:
            run = services().scheduler.submit(state.owner(), experiment)
        except UserError as error:
            if not _under_way(now):
                _give_up(task, now, error.text)
            return
        now = replace(now, runs=(*now.runs, (experiment, run.id)))
        _kept(task).set(now)
    if not _missing(now) and not _under_way(now):
        _kept(task).set(replace(now, is_over=True))


def stop(task: Task) -> None:
    """Start no more of the runs, and stop those that are under way."""
    now = retraining_of(task)
    if now is None:
        return
    _kept(task).set(replace(now, is_over=True))
    for run in _under_way(now):
        services().scheduler.stop(state.owner(), run.id)


def done(now: Retraining) -> int:
    """Return how many runs have ended."""
    return sum(run is not None and run.is_over for run in _runs(now, now.experiments))


def figures(now: Retraining, experiments: tuple[Experiment, ...], name: str) -> list[float]:
    """Return a figure on the test rows of the runs that came to their end, in order of seeds."""
    found = [run for run in _runs(now, experiments) if run and run.state is State.DONE]
    return [run.test[name] for run in found if run.test and name in run.test]


def _kept(task: Task) -> state.Kept[Retraining | None]:
    return state.Kept(f"retraining-{task.name}", None)


def _give_up(task: Task, now: Retraining, text: Text) -> None:
    state.refuse(text)
    _kept(task).set(replace(now, is_over=True))


def _known(task: Task) -> dict[Experiment, str]:
    runs = services().store.runs(state.owner(), task.name, limit=LOOKED_THROUGH)
    return {run.experiment: run.id for run in runs if run.state is State.DONE}


def _missing(now: Retraining) -> list[Experiment]:
    started = dict(now.runs)
    return [experiment for experiment in now.experiments if experiment not in started]


def _under_way(now: Retraining) -> list[Run]:
    return [run for run in _runs(now, now.experiments) if run is not None and not run.is_over]


def _runs(now: Retraining, experiments: tuple[Experiment, ...]) -> Iterator[Run | None]:
    started = dict(now.runs)
    for experiment in experiments:
        yield _find(started.get(experiment))


def _find(run_id: str | None) -> Run | None:
    try:
        return services().store.find(run_id, state.owner()) if run_id else None
    except UserError:  # deleted since
        return None
