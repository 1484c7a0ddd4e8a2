"""The history of a run as a CSV table: a line for every point and for every epoch.

The file is read by nothing but the shape of its lines. A cell is a plain number or empty, so that
no line of a stranger can be a formula, a text, or a number that is none. An empty cell where a
figure belongs stands for NaN: the loss of a run that has diverged.
"""

import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from models.bundles import errors
from models.events import Epoch

COLUMNS = (
    *("kind", "update", "epoch", "loss", "metric", "val_loss", "val_metric"),
    *("seconds", "best_epoch", "penalty"),
)
MOST_LINES = 60_000
MAX_BYTES = 2**23
_LONGEST_LINE = 300
_FIGURE = r"(-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?|)"
_COUNT = r"(\d{1,15})"
_POINT = re.compile(rf"update,{_COUNT},,{_FIGURE},{_FIGURE},,,,,\n")
_EPOCH = re.compile(
    rf"epoch,,{_COUNT},{_FIGURE},{_FIGURE},{_FIGURE},{_FIGURE},{_FIGURE},{_COUNT},{_FIGURE}\n"
)

Point = tuple[int, float, float]


@dataclass(frozen=True, slots=True)
class HistoryTable:
    """The curves of a run: its points, and its epochs without their checkpoints."""

    points: tuple[Point, ...]
    epochs: tuple[Epoch, ...]


def write_table(points: Iterable[Point], epochs: Iterable[Epoch]) -> str:
    """Return the table as CSV, points first."""
    lines = [",".join(COLUMNS)]
    for update, loss, metric in points:
        lines.append(f"update,{update},,{_written(loss)},{_written(metric)},,,,,")
    for epoch in epochs:
        figures = (epoch.loss, epoch.metric, epoch.val_loss, epoch.val_metric, epoch.seconds)
        told = ",".join(map(_written, figures))
        line = f"epoch,,{epoch.epoch},{told},{epoch.best_epoch},{_written(epoch.penalty)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _written(value: float) -> str:
    """Return a number that reads back as itself, nothing where it is no number."""
    return repr(float(value)) if math.isfinite(value) else ""


def read_table(file: IO[bytes]) -> HistoryTable:
    """Read a table to its end and close it.

    Raises ``BadBundle`` naming the first line that is none of it.
    """
    points: list[Point] = []
    epochs: list[Epoch] = []
    text = io.TextIOWrapper(file, encoding="ascii", errors="replace", newline="\n")
    if _line(text) != ",".join(COLUMNS) + "\n":
        raise errors.bad_line(1)
    number = 1
    while line := _line(text):
        number += 1
        if number > MOST_LINES:
            raise errors.too_many_lines(MOST_LINES)
        if (found := _POINT.fullmatch(line)) and (point := _point(found, points)):
            points.append(point)
        elif (found := _EPOCH.fullmatch(line)) and (epoch := _epoch(found, epochs)):
            epochs.append(epoch)
        else:
            raise errors.bad_line(number)
    return HistoryTable(tuple(points), tuple(epochs))


def _line(text: io.TextIOWrapper) -> str:
    """Return the next line with a plain end, whatever spreadsheet has written it."""
    line = text.readline(_LONGEST_LINE)
    return line[:-2] + "\n" if line.endswith("\r\n") else line


def _point(found: re.Match[str], before: list[Point]) -> Point | None:
    """Return the point of a line, None where it does not follow those before."""
    update, figures = int(found[1]), _figures(found[2], found[3])
    if figures is None or update <= (before[-1][0] if before else 0):
        return None
    loss, metric = figures
    return update, loss, metric


def _epoch(found: re.Match[str], before: list[Epoch]) -> Epoch | None:
    """Return the epoch of a line, None where it does not follow those before."""
    number, best = int(found[1]), int(found[7])
    figures = _figures(*found.group(2, 3, 4, 5, 6, 8))
    if figures is None or number <= (before[-1].epoch if before else 0) or best > number:
        return None
    loss, metric, val_loss, val_metric, seconds, penalty = figures
    if not (seconds >= 0 and penalty >= 0):
        return None
    return Epoch(number, loss, metric, val_loss, val_metric, seconds, best, None, penalty)


def _figures(*cells: str) -> tuple[float, ...] | None:
    """Return numbers, NaN for an empty cell; None where one is too large to be a number."""
    values = tuple(float(cell) if cell else math.nan for cell in cells)
    return None if any(map(math.isinf, values)) else values
