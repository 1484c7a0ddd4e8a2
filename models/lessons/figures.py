"""The figures that a lesson asks for: from the arithmetic of an experiment, or from its run.

No lesson file holds an answer. It names a figure, and what stands beside a learner's guess is
computed here from the real network and the real run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.events import History
from models.inputs.summary import Summary
from models.runs.run import Run
from models.tasks.base import Task

Value = float | str
"""A number, or the name of a choice: a run of the lesson, or one of ``LOSSES``."""

LOSSES = ("training", "validation")
WINNER = "winner"
"""The one figure that compares runs: the name of the run that does best on the test rows."""
TIE = ""
"""The winner where none is better beyond doubt; no run has this name."""

SUMMARY_FIGURES: dict[str, Callable[[Summary], int]] = {
    "parameters": lambda summary: summary.parameters,
    "updates_per_epoch": lambda summary: summary.updates_per_epoch,
    "last_batch": lambda summary: summary.last_batch,
    "total_updates": lambda summary: summary.updates,
}
"""Known before anything is trained."""


@dataclass(frozen=True, slots=True)
class RunFigure:
    """A figure of a run that has ended; ``metric_name`` says which tasks have it, None all.

    ``read`` returns None where the run came to no such figure.
    """

    read: Callable[[Run, History], Value | None]
    metric_name: str | None = None
    choices: tuple[str, ...] = ()


def _tested(name: str, scale: float = 1) -> Callable[[Run, History], float | None]:
    return lambda run, history: scale * run.test[name] if run.test and name in run.test else None


def _best_loss(run: Run, history: History) -> float | None:
    return history.best.val_loss if history.best else None


def _train_loss(run: Run, history: History) -> float | None:
    return history.epochs[-1].loss if history.epochs else None


def _train_accuracy(run: Run, history: History) -> float | None:
    return 100 * history.epochs[-1].metric if history.epochs else None


def _lower_loss(run: Run, history: History) -> str | None:
    if not history.epochs:
        return None
    last = history.epochs[-1]
    return LOSSES[last.val_loss < last.loss]


RUN_FIGURES: dict[str, RunFigure] = {
    "test_mse": RunFigure(_tested("mse"), "mae"),
    "test_mae": RunFigure(_tested("mae"), "mae"),
    "test_accuracy": RunFigure(_tested("accuracy", 100), "accuracy"),
    "train_accuracy": RunFigure(_train_accuracy, "accuracy"),
    "train_loss": RunFigure(_train_loss),
    "last_loss": RunFigure(lambda run, history: run.val_loss),
    "best_loss": RunFigure(_best_loss),
    "best_epoch": RunFigure(lambda run, history: run.best_epoch),
    "lower_loss": RunFigure(_lower_loss, choices=LOSSES),
}
"""Known when a run has ended. Accuracies are in per cent, MAE in the data's unit; ``last_loss`` and
``best_loss`` are on the validation rows, after the last epoch and after the best one."""


def answers(task: Task) -> tuple[str, ...]:
    """Return every figure that a lesson on this task can ask for."""
    return (*SUMMARY_FIGURES, *run_figures(task), WINNER)


def run_figures(task: Task) -> tuple[str, ...]:
    """Return the figures that a run of this task has."""
    head = task.head.metric_name
    return tuple(name for name, figure in RUN_FIGURES.items() if figure.metric_name in (None, head))


def middle(values: Sequence[Value]) -> Value:
    """Return the value in the middle: that of one seed, not a mean that no run had.

    >>> middle([14.0, 11.0, 12.5])
    12.5
    """
    return sorted(values)[len(values) // 2]


def tested_figures(task: Task, runs: Sequence[Run]) -> list[float]:
    """Return what is compared of the runs that were tested: accuracy in per cent, or MSE."""
    name, scale = ("accuracy", 100) if task.head.is_classifier else ("mse", 1)
    return [scale * run.test[name] for run in runs if run.test]


def winner(task: Task, runs: Mapping[str, Sequence[Run]]) -> str | None:
    """Return which run does best on the test rows; each was trained with some seeds.

    That is the one whose worst seed is better than every other's best one. ``TIE`` where the seeds
    of the best overlap with another's; None where nothing was tested.
    """
    sign = -1 if task.head.is_classifier else 1  # the lower, the better
    tested = {
        name: [sign * value for value in tested_figures(task, each)] for name, each in runs.items()
    }
    tested = {name: values for name, values in tested.items() if values}
    if not tested:
        return None
    best = min(tested, key=lambda name: max(tested[name]))
    others = [min(values) for name, values in tested.items() if name != best]
    return best if all(max(tested[best]) < other for other in others) else TIE
