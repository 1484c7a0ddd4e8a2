"""Settings and figures of runs as the table, the legend and the differences write them."""

from collections.abc import Callable, Sequence

from app.session.i18n import say, t
from app.session.services import task_of
from app.wording import data_words, run_words
from models.comparison.settings import Setting, difference
from models.runs.run import Run
from models.tasks.base import Task

NONE = "—"
_OWN = ("task", "data", "layers", "left_out")
_READING = ("corpus", "tokenizer", "vocabulary_size", "stop_words")
"""Settings that no form names, and those of the form that is about texts."""
Writes = Callable[[float], str]


def setting_name(name: str) -> str:
    """Return what a setting is called."""
    where = "compare.setting" if name in _OWN else "reading" if name in _READING else "form"
    return t(f"{where}_{name}" if name in _OWN else f"{where}.{name}")


def setting(name: str, value: Setting, run: Run) -> str:
    """Return the value of a setting of a run."""
    if name == "task":
        return say(task_of(run).title)
    if name == "layers" and value == "":
        return t("run.no_hidden")
    if name == "train_size" and value is None:
        return t("compare.all_rows")
    if value is None:
        return NONE
    if isinstance(value, bool):
        return t("compare.yes" if value else "compare.no")
    return (
        f"{value:g}" if isinstance(value, float) else f"{value:,}" if _counts(value) else str(value)
    )


def _counts(value: Setting) -> bool:
    return isinstance(value, int) and value >= 10_000


def label(number: int, runs: Sequence[Run], names: Sequence[str]) -> str:
    """Return what the legend says of a line: the settings of its runs that differ, by ``names``.

    Where none do, a run is called by its name.
    """
    first = runs[0]
    told = difference(first.experiment, names)
    parts = [f"{setting_name(name)} {setting(name, each, first)}" for name, each in told.items()]
    if len(runs) > 1:
        parts.append(t("compare.seeds", count=len(runs)))
    return f"{number}. {' · '.join(parts) or run_words.name(first)}"


def metric(task: Task, value: float | None) -> str:
    """Return a value of a task's metric: a share in per cent, else with the digits that count."""
    if value is None:
        return NONE
    return f"{100 * value:.1f} %" if task.head.is_classifier else data_words.figure(value)


def loss(value: float | None) -> str:
    """Return a loss with four digits that count."""
    return NONE if value is None else f"{value:.4g}"
