"""A finished scatter plot, small enough for a card, without a script.

Streamlit's own plotly takes 4.7 MB to the browser; 506 dots are a picture of 20 kB. The dots are in
an image of which only the shape matters; the words and numbers around it are text of the page, in
the colour and size of its own.
"""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from urllib.parse import quote

import numpy as np

from data.dataset import Array

WIDTH, HEIGHT = 320, 190
RADIUS, EDGE = 2.5, 4
"""A dot on the last line of the grid is whole: the picture goes on for an edge around it."""
_STEPS = (1.0, 2.0, 5.0, 10.0)


def scatter(
    x: Array,
    y: Array,
    x_title: str,
    y_title: str,
    label: str,
    others: tuple[Array, Array] | None = None,
) -> str:
    """Return HTML that shows ``y`` over ``x``; ``label`` is read aloud.

    ``others`` are dots of a second kind, which are triangles of another colour.
    """
    every = [np.concatenate(each) for each in zip((x, y), others or (x[:0], y[:0]), strict=True)]
    x_ticks, y_ticks = (ticks(float(each.min()), float(each.max())) for each in every)
    picture = quote(scatter_svg(x, y, x_ticks, y_ticks, others), safe=" /='")
    return (
        f'<figure class="fl-scatter" role="img" aria-label="{escape(label)}">'
        f'<figcaption class="fl-y">{escape(y_title)}</figcaption>'
        f'<div><img alt="" src="data:image/svg+xml,{picture}">'
        f"{_numbers(x_ticks, 'x', 'left')}{_numbers(y_ticks, 'y', 'bottom')}</div>"
        f'<figcaption class="fl-x">{escape(x_title)}</figcaption></figure>'
    )


def scatter_svg(
    x: Array,
    y: Array,
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    others: tuple[Array, Array] | None = None,
) -> str:
    """Return SVG of the dots above a grid, in colours for light and dark pages.

    The grid goes from the first to the last tick of each axis.
    """
    dots = "".join(
        f"<circle cx='{left:g}' cy='{top:g}' r='{RADIUS:g}'/>"
        for left, top in _places(x, y, x_ticks, y_ticks)
    )
    triangles = "".join(
        f"<path d='M{left:g} {top - 4:g}l3.5 6h-7z'/>"
        for left, top in (_places(*others, x_ticks, y_ticks) if others else ())
    )
    second = f"<g fill='#D55E00' fill-opacity='0.65'>{triangles}</g>" if others else ""
    lines = "".join(
        [f"M{_share(tick, x_ticks) * WIDTH:g} 0V{HEIGHT}" for tick in x_ticks]
        + [f"M0 {_share(tick, y_ticks) * HEIGHT:g}H{WIDTH}" for tick in y_ticks]
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='{-EDGE} {-EDGE} {WIDTH + 2 * EDGE} "
        f"{HEIGHT + 2 * EDGE}'>"
        f"<path d='{lines}' stroke='#6B7280' stroke-opacity='0.25'/>"
        f"<g fill='#0072B2' fill-opacity='0.55'>{dots}</g>{second}</svg>"
    )


def _places(
    x: Array, y: Array, x_ticks: Sequence[float], y_ticks: Sequence[float]
) -> list[tuple[float, float]]:
    across = [round(_share(value, x_ticks) * WIDTH, 1) for value in x]
    down = [round((1 - _share(value, y_ticks)) * HEIGHT, 1) for value in y]
    return list(zip(across, down, strict=True))


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers at equal distances from one below ``low`` to one above ``high``.

    >>> ticks(3.561, 8.78), ticks(5.0, 50.0)
    ([3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], [0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    """
    least = (high - low) / most or 1.0
    power = 10.0 ** floor(log10(least))
    step = next(step * power for step in _STEPS if step * power >= least)
    return [step * number for number in range(floor(low / step), ceil(high / step) + 1)]


def _share(value: float, ticks: Sequence[float]) -> float:
    return (float(value) - ticks[0]) / (ticks[-1] - ticks[0])


def _numbers(ticks: Sequence[float], axis: str, side: str) -> str:
    return "".join(
        f'<span class="fl-{axis}" style="{side}: {_share(tick, ticks):.2%}">{tick:g}</span>'
        for tick in ticks
    )
