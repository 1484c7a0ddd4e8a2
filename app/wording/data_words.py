"""What the texts of the pages call a task's data: its rows, and the number that is asked for.

A text that speaks of prices or districts is a template, and a data set says what fills it.
"""

from math import floor, log10

import numpy as np

from app.session.i18n import say
from data.dataset import EXAMPLE, Dataset, Noun, Target
from data.language import Text, UserError
from models.experiment import Experiment
from models.tasks.base import Task

_UNKNOWN = Target(Text("값", "value"), Text("단위", "units"))
"""Of classes, which have no unit, and of data that is missing."""


def words(task: Task, experiment: Experiment | None = None) -> dict[str, str]:
    """Return the words of the data that an experiment works on, by their placeholders."""
    try:
        return words_of(task.load(experiment))
    except UserError:  # the page says it elsewhere
        return _words(_UNKNOWN, EXAMPLE)


def words_of(dataset: Dataset) -> dict[str, str]:
    """Return the words of a data set by their placeholders; they are plain text."""
    return _words(dataset.target or _UNKNOWN, dataset.row)


def _words(target: Target, row: Noun) -> dict[str, str]:
    plural = target.plural or Text(target.name.ko, f"{target.name.en}s")
    found = {
        "target": target.name,
        "targets": plural,
        "answer": target.answer or target.name,
        "whole_unit": target.unit,
        "unit": target.stored_unit,
        "axis_unit": target.axis_unit,
        "more": target.more,
        "row": row.one,
        "rows": row.many,
        "a_row": row.with_article,
        "one_row": row.counted,
    }
    return {name: say(text) for name, text in found.items()}


def told(value: float, dataset: Dataset) -> str:
    """Return a number, as the data stores its target, in the target's whole unit.

    It has the digits that tell the answers of the data apart.
    """
    scale = dataset.target.scale if dataset.target else 1.0
    spread = scale * float(np.ptp(dataset.y_train))
    digits = max(0, 2 - floor(log10(spread))) if spread > 0 else 2
    rounded = round(scale * value, digits) + 0.0  # no minus before a 0
    return f"{rounded:,.{digits}f}"


def figure(value: float) -> str:
    """Return an error with two digits after the point, or with three that count if it is small.

    >>> figure(2.345), figure(0.012345)
    ('2.35', '0.0123')
    """
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"
