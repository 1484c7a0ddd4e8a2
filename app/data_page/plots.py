"""Small plots without a script: an image of lines and bars, and numbers of the page beside it."""

from collections.abc import Sequence
from html import escape
from math import log
from urllib.parse import quote

from app.home.scatter import ticks
from models.analysis.histograms import Histogram

WIDTH, HEIGHT = 320, 150
Tick = tuple[float, str]
"""A place from 0 to 1 along an axis, and what stands there."""


def histogram_plot(found: Histogram, title: str, label: str) -> str:
    """Return HTML of the shares of training rows as bars and of test rows as a line."""
    train, test = (_shares(counts) for counts in (found.train, found.test))
    most = max([*train, *test, 1e-9])
    step = WIDTH / max(len(train), 1)
    tops = [HEIGHT * (1 - share / most) for share in train]
    bars = "".join(
        f"<rect x='{i * step:g}' y='{top:.1f}' width='{step - 1:.1f}' height='{HEIGHT - top:.1f}'/>"
        for i, top in enumerate(tops)
    )
    line = "".join(
        f"{'L' if i else 'M'}{i * step:g} {HEIGHT * (1 - share / most):.1f}h{step:g}"
        for i, share in enumerate(test)
    )
    low, high = (found.edges[0], found.edges[-1]) if found.edges else (0.0, 1.0)
    within = [tick for tick in ticks(low, high) if low <= tick <= high]
    across = [((tick - low) / ((high - low) or 1), f"{tick:,.6g}") for tick in within]
    drawn = f"<g fill='#0072B2' fill-opacity='.55'>{bars}</g>" + _path(line, "#D55E00", "")
    return _figure(drawn, across, [(0, "0 %"), (1, f"{most:.0%}")], title, label)


def share_plot(
    across: Sequence[float],
    lines: Sequence[tuple[str, Sequence[float]]],
    marked: float,
    title: str,
    label: str,
) -> str:
    """Return HTML of shares from 0 to 1 over numbers that grow by multiples.

    ``lines`` are names and shares; a dashed line stands at ``marked``.
    """
    first, last = log(min(across)), log(max(across))
    places = [(log(each) - first) / ((last - first) or 1) for each in across]
    at = WIDTH * (log(marked) - first) / ((last - first) or 1)
    drawn = f"<path d='M{at:.1f} 0V{HEIGHT}' stroke='#CC79A7' stroke-width='2'/>"
    for (_, shares), colour, dash in zip(lines, COLOURS, DASHES, strict=False):
        points = zip(places, shares, strict=True)
        path = "L".join(f"{WIDTH * x:.1f} {HEIGHT * (1 - y):.1f}" for x, y in points)
        drawn += _path(f"M{path}", colour, dash)
    key = "".join(
        f'<span><i style="border-top: 2.5px {style} {colour}"></i>{escape(name)}</span>'
        for (name, _), colour, style in zip(lines, COLOURS, STYLES, strict=False)
    )
    shown = [(place, f"{each:,.0f}") for place, each in zip(places, across, strict=True)]
    sides = [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")]
    return _figure(drawn, shown, sides, title, label, f'<p class="fl-key">{key}</p>')


COLOURS = ("#0072B2", "#D55E00", "#009E73")
DASHES = ("", "6 3", "2 3")
STYLES = ("solid", "dashed", "dotted")


def _shares(counts: Sequence[int]) -> list[float]:
    every = sum(counts) or 1
    return [count / every for count in counts]


def _path(d: str, colour: str, dash: str) -> str:
    return (
        f"<path d='{d}' fill='none' stroke='{colour}' stroke-width='2' stroke-dasharray='{dash}'/>"
    )


def _figure(
    drawn: str, across: Sequence[Tick], up: Sequence[Tick], title: str, label: str, key: str = ""
) -> str:
    grid = "".join(
        [f"M{WIDTH * place:g} 0V{HEIGHT}" for place, _ in across]
        + [f"M0 {HEIGHT * (1 - place):g}H{WIDTH}" for place, _ in up]
    )
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' "
        f"preserveAspectRatio='none'><path d='{grid}' stroke='#6B7280' stroke-opacity='.25'/>"
        f"{drawn}</svg>"
    )
    numbers = "".join(
        f'<span class="fl-{axis}" style="{side}: {place:.2%}">{escape(text)}</span>'
        for axis, side, ticks in (("x", "left", across), ("y", "bottom", up))
        for place, text in ticks
    )
    return (
        f'<figure class="fl-plot" role="img" aria-label="{escape(label)}">'
        f'<div><img alt="" src="data:image/svg+xml,{quote(svg, safe=" /=" + chr(39))}">{numbers}'
        f"</div><figcaption>{escape(title)}</figcaption>{key}</figure>"
    )
