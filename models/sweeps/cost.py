"""About how long a sweep takes, told before it is started.

An estimate: each update costs a fixed time and one that grows with the network and the batch, and
what the owner's own runs really took corrects it for this machine.
"""

from collections.abc import Iterable
from statistics import median

from models.events import State
from models.experiment import Experiment
from models.inputs.summary import dense_layers, summarize
from models.runs.run import Run
from models.sweeps.plan import Plan
from models.tasks.base import Task

MOST_MEASURED = 5
SECONDS_TO_START = 0.4
"""Between two runs of one owner, with a worker that has TensorFlow imported already."""
_SECONDS_AN_UPDATE = 2.5e-4
_MULTIPLICATIONS_A_SECOND = 4e10
"""Forward and backward passes take six operations a parameter and row."""


def seconds_by_arithmetic(task: Task, experiment: Experiment) -> float:
    """Return about how many seconds an experiment trains on a usual machine.

    Raises ``UserError`` when the data is missing or the network is too large.
    """
    summary = summarize(task, experiment, task.load(experiment))
    parameters = sum(layer.parameters for layer in dense_layers(task, experiment))
    operations = 6 * parameters * summary.batch_size
    return summary.updates * (_SECONDS_AN_UPDATE + operations / _MULTIPLICATIONS_A_SECOND)


def measured(runs: Iterable[Run]) -> list[tuple[Experiment, float]]:
    """Return what the first few complete runs trained, and the seconds from start to end.

    A run that was continued is left out: the time between its stretches is nobody's training. One
    that stopped early counts as one of the epochs that it made.
    """
    found: list[tuple[Experiment, float]] = []
    for run in runs:
        if run.state is State.DONE and not run.stretch and run.epoch and run.started and run.ended:
            found.append((run.experiment.changed(epochs=run.epoch), run.ended - run.started))
    return found[:MOST_MEASURED]


def seconds_of(plan: Plan, task: Task, measured: Iterable[tuple[Experiment, float]] = ()) -> float:
    """Return about how many seconds all runs of a plan take, one after the other.

    ``measured`` are experiments of the same task with the seconds that they really took. Raises
    ``UserError`` like ``seconds_by_arithmetic``: so does a plan of which some run cannot be.
    """
    ratios = [took / seconds_by_arithmetic(task, experiment) for experiment, took in measured]
    factor = median(ratios) if ratios else 1.0
    trials = plan.trials()
    arithmetic = sum(seconds_by_arithmetic(task, trial.experiment) for trial in trials)
    return factor * arithmetic + SECONDS_TO_START * len(trials)
