"""Settings and figures of runs as the table, the legend and the differences write them."""

from collections.abc import Callable, Sequence

from app.session.i18n import t
from app.wording import data_words, run_words, setting_words
from models.comparison.settings import difference
from models.runs.run import Run
from models.tasks.base import Task

Writes = Callable[[float], str]


def label(number: int, runs: Sequence[Run], names: Sequence[str]) -> str:
    """Return what the legend says of a line: the settings of its runs that differ, by ``names``.

    Where none do, a run is called by its name.
    """
    first = runs[0]
    told = difference(first.experiment, names)
    parts = [
        f"{setting_words.setting_name(name)} {setting_words.setting(name, each, first)}"
        for name, each in told.items()
    ]
    if len(runs) > 1:
        parts.append(t("compare.seeds", count=len(runs)))
    return f"{number}. {' · '.join(parts) or run_words.name(first)}"


def metric(task: Task, value: float | None) -> str:
    """Return a value of a task's metric: a share in per cent, else with the digits that count."""
    if value is None:
        return setting_words.NONE
    return f"{100 * value:.1f} %" if task.head.is_classifier else data_words.figure(value)


def loss(value: float | None) -> str:
    """Return a loss with four digits that count."""
    return setting_words.NONE if value is None else f"{value:.4g}"
