"""The curves of several runs in one figure, on a logarithmic scale.

Losses of one task reach from some hundreds in the first epoch to some tens in the last, and what
sets two runs apart lies at the end: on a linear scale all curves would be one line.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

WIDTH, HEIGHT = 600, 200
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("", "7 4", "2 3", "9 3 2 3")
MOST_TICKS = 6
_GRIDS = ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 2, 5), (1, 3), (1,))
"""Digits that a power of ten is multiplied with, from fine to coarse."""


@dataclass(frozen=True, slots=True)
class Curves:
    """What one run came to with each of its seeds: a value for every epoch."""

    name: str
    values: tuple[tuple[float, ...], ...]


def curve_overlay(runs: Sequence[Curves], y_title: str, x_title: str, label: str) -> str:
    """Return an HTML figure; the lines of a run share a colour and a dash; ``label`` is read aloud.

    Nothing where there is no value to draw. Streamlit takes SVG out of HTML, but not an image that
    is one; words stand beside it, in the page's own colours.
    """
    values = [value for run in runs for each in run.values for value in each if _is_shown(value)]
    if not values:
        return ""
    ticks = log_ticks(min(values), max(values))
    last = max(len(each) for run in runs for each in run.values)
    source = quote(_svg(runs, ticks, last))
    heights = "".join(
        f"<span style='bottom:{100 * _share(tick, ticks):.2f}%'>{tick:g}</span>" for tick in ticks
    )
    return (
        f"<figure class=fl-overlay translate=no><figcaption>{escape(y_title)}</figcaption>"
        f"<div class=fl-overlay-plot><div class=fl-overlay-ticks aria-hidden=true>{heights}</div>"
        f"<img alt='{escape(label)}' src='data:image/svg+xml,{source}'></div>"
        f"<div class=fl-overlay-ends aria-hidden=true><span>1</span><span>{escape(x_title)}</span>"
        f"<span>{last}</span></div><ul>{''.join(_key(n, run) for n, run in enumerate(runs))}</ul>"
        "</figure>"
    )


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return round numbers from at most ``low`` to at least ``high``, two to ``MOST_TICKS``.

    There may be more where the values span more than ``MOST_TICKS`` powers of ten.

    >>> log_ticks(9.8, 610), log_ticks(0.42, 0.48)
    ((3.0, 10.0, 30.0, 100.0, 300.0, 1000.0), (0.4, 0.5))
    """
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    for digits in _GRIDS:
        grid = [float(f"{digit}e{power}") for power in powers for digit in digits]
        first = max(number for number in grid if number <= low)
        last = min(number for number in grid if number >= high and number > first)
        ticks = tuple(number for number in grid if first <= number <= last)
        if len(ticks) <= MOST_TICKS:
            break
    return ticks


def _is_shown(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _share(value: float, ticks: Sequence[float]) -> float:
    """Return how high a value stands: 0 at the first tick, 1 at the last."""
    low, high = math.log(ticks[0]), math.log(ticks[-1])
    return (math.log(value) - low) / (high - low)


def _svg(runs: Sequence[Curves], ticks: Sequence[float], last: int) -> str:
    lines = "".join(
        f'<path d="M0 {y:.1f} H{WIDTH}"/>' for y in (_height(tick, ticks) for tick in ticks)
    )
    curves = "".join(
        f'<path d="{path}" stroke="{COLOURS[number % len(COLOURS)]}" '
        f'stroke-dasharray="{DASHES[number % len(DASHES)]}"/>'
        for number, run in enumerate(runs)
        for each in run.values
        for path in [_path(each, ticks, last)]
        if path
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'preserveAspectRatio="none"><style>path { vector-effect: non-scaling-stroke }</style>'
        f'<g stroke="#6B7280" stroke-opacity="0.35">{lines}</g>'
        '<g fill="none" stroke-width="1.8" stroke-linejoin="round" stroke-opacity="0.85">'
        f"{curves}</g></svg>"
    )


def _path(values: Iterable[float], ticks: Sequence[float], last: int) -> str:
    """Return the line through the values; one that cannot be shown leaves a gap."""
    across, drawn, pen = WIDTH / max(1, last - 1), "", "M"
    for number, value in enumerate(values):
        if not _is_shown(value):
            pen = "M"
            continue
        drawn += f"{pen}{number * across:.1f} {_height(value, ticks):.1f}"
        pen = "L"
    return drawn


def _height(value: float, ticks: Sequence[float]) -> float:
    return HEIGHT * (1 - _share(value, ticks))


def _key(number: int, run: Curves) -> str:
    """Return a run's entry in the legend."""
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    sample = quote(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 8"><path d="M0 4 H28" fill="none" '
        f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/></svg>'
    )
    return f"<li><img alt='' src='data:image/svg+xml,{sample}'>{escape(run.name)}</li>"
