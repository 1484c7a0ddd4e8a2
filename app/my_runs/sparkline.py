"""A curve as small as a word: how the validation loss of a run went, epoch by epoch."""

import math
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

WIDTH, HEIGHT, MARGIN = 120, 32, 3.0
MOST_POINTS = 60


def sparkline(values: Sequence[float], label: str) -> str:
    """Return an HTML image of ``values`` from left to right; ``label`` is read aloud.

    Streamlit takes SVG out of HTML, but not an image that is one.
    """
    source = quote(sparkline_svg(values))
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    alt = escape(label)
    return f'<img class="fl-spark" {size} alt="{alt}" src="data:image/svg+xml,{source}">'


def sparkline_svg(values: Sequence[float]) -> str:
    """Return SVG of ``values`` with a dot on the lowest, in colours for light and dark pages.

    Values that are not finite leave a gap; without any value there is a base line only. Many
    values are thinned out, first and last stay.
    """
    points = _points(_thinned(values))
    curve = "".join(f'<path d="{_path(part)}"/>' for part in _unbroken(points))
    finite = [point for point in points if point is not None]
    dot = ""
    if finite:
        x, y = max(finite, key=lambda point: (point[1], -point[0]))  # y grows downwards
        dot = f'<circle cx="{x:g}" cy="{y:g}" r="2.5" fill="#CC79A7"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path d="M0 {HEIGHT - 0.5} H{WIDTH}" stroke="#6B7280" stroke-opacity="0.5"/>'
        f'<g fill="none" stroke="#D55E00" stroke-width="1.5" stroke-linejoin="round">{curve}</g>'
        f"{dot}</svg>"
    )


def _thinned(values: Sequence[float]) -> list[float]:
    if len(values) <= MOST_POINTS:
        return list(values)
    step = (len(values) - 1) / (MOST_POINTS - 1)
    return [values[round(index * step)] for index in range(MOST_POINTS)]


def _points(values: Sequence[float]) -> list[tuple[float, float] | None]:
    """Return where each value stands, None where it is not finite."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return []
    low, high = min(finite), max(finite)
    across = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)

    def place(index: int, value: float) -> tuple[float, float]:
        share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
        x, y = MARGIN + index * across, HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)
        return round(x, 1), round(y, 1)

    return [place(i, value) if math.isfinite(value) else None for i, value in enumerate(values)]


def _unbroken(
    points: Sequence[tuple[float, float] | None],
) -> list[list[tuple[float, float]]]:
    parts: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            parts.append([])
        else:
            parts[-1].append(point)
    return [part for part in parts if len(part) > 1]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in points)
