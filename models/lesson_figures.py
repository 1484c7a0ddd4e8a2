"""The figures that a lesson asks for: from the arithmetic of an experiment, or from its run.

No lesson file holds an answer. It names a figure, and what stands beside a learner's guess is
computed here from the real network and the real run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.events import History
from models.run import Run
from models.summary import Summary
from models.tasks.base import Task

Value = float | str
"""A number, or the name of a choice: a run of the lesson, or one of ``LOSSES``."""

LOSSES = ("training", "validation")
WINNER = "winner"
"""The one figure that compares runs: the name of the run that does best on the test rows."""

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
"""Known when a run has ended. Accuracies are in per cent, MAE in thousand dollars; ``last_loss``
and ``best_loss`` are on the validation rows, after the last epoch and after the best one."""


def answers(task: Task) -> tuple[str, ...]:
    """Return every figure that a lesson on this task can ask for."""
    return (*SUMMARY_FIGURES, *run_figures(task), WINNER)


def run_figures(task: Task) -> tuple[str, ...]:
    """Return the figures that a run of this task has."""
    head = task.head.metric_name
    return tuple(name for name, figure in RUN_FIGURES.items() if figure.metric_name in (None, head))


def winner(task: Task, runs: Mapping[str, Run]) -> str | None:
    """Return which run has the best figure on the test rows; None where none has any."""
    tested = {name: run.test for name, run in runs.items() if run.test}
    if not tested:
        return None
    if task.head.is_classifier:
        return max(tested, key=lambda name: tested[name]["accuracy"])
    return min(tested, key=lambda name: tested[name]["mse"])
