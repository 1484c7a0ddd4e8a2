"""A waterfall: the steps from one answer to another, one for each input, the largest by name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.session.i18n import t
from app.widgets.figure.figure import Axes, Bar, Line, figure
from data.dataset import Array

MOST_BARS = 14
_ROW, _AROUND = 22, 62


@dataclass(frozen=True, slots=True)
class Steps:
    """What every input adds, (inputs,), to the answer ``start``; ``names`` are the inputs'."""

    names: Sequence[str]
    shares: Array
    start: float

    @property
    def end(self) -> float:
        return self.start + float(self.shares.sum())

    def largest(self) -> list[int]:
        """Return the inputs with the largest shares, the largest first; none without a share."""
        order = np.argsort(-np.abs(self.shares), kind="stable")[:MOST_BARS]
        return [int(index) for index in order if self.shares[index]]

    def span(self, order: Sequence[int]) -> tuple[float, float]:
        """Return the smallest and the largest answer on the way from the start to the end."""
        places = self.start + np.cumsum([0.0, *(self.shares[index] for index in order)])
        every = [*places.tolist(), self.end]
        return min(every), max(every)

    def by_name(self, order: Sequence[int]) -> list[tuple[str, float]]:
        """Return the steps of some inputs in this order, and what all others add."""
        found = [(self.names[index], float(self.shares[index])) for index in order]
        others = np.delete(self.shares, order)
        return [*found, (t("why.others"), float(others.sum()))] if others.any() else found


def waterfall(
    steps: Steps,
    order: Sequence[int],
    label: str,
    axis: str,
    key: str,
    span: tuple[float, float] | None = None,
) -> None:
    """Draw the steps of some inputs in this order from the start to the end of ``steps``.

    ``span`` are the ends of the axis, where they shall be those of another waterfall too.
    """
    by_name = steps.by_name(order)
    at, bars = steps.start, []
    for place, (_, step) in enumerate(by_name):
        low, high = sorted((at, at + step))
        bars.append(Bar(low, high, -place - 0.88, -place - 0.12, "for" if step > 0 else "against"))
        at += step
    names = [f"{name}  {figure_of(step, is_signed=True)}" for name, step in by_name]
    figure(
        Axes(axis, "", span, y_names=names),
        f"{label}: {', '.join(names)}",
        bars=bars,
        lines=[
            _end(steps.start, len(names), "reference dashed", t("why.start")),
            _end(steps.end, len(names), "reference", t("why.end")),
        ],
        height=_AROUND + _ROW * len(names),
        key=key,
    )


def _end(value: float, rows: int, look: str, name: str) -> Line:
    return Line([(value, 0), (value, -rows)], look, f"{name} {figure_of(value)}")


def figure_of(value: float, *, is_signed: bool = False) -> str:
    """Return a number to five digits, or to four with its sign, with a real minus sign."""
    text = f"{value:+.4g}" if is_signed else f"{value:.5g}"
    return text.replace("-", "−")
