"""The figures of a report: plain SVG, in which every word is text of the page's own font."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 12, 12, 40
MOST_POINTS = 800

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """A line with its name; points that are not finite leave a gap."""

    name: str
    points: Sequence[Point]
    colour: str
    dash: str = ""
    width: float = 1.8


@dataclass(frozen=True, slots=True)
class Scale:
    """Where numbers stand between two ends of an axis."""

    low: float
    high: float
    is_log: bool = False

    @classmethod
    def over(cls, values: Sequence[float], *, may_be_log: bool = False) -> "Scale":
        """Return a scale for values; a logarithmic one where they are positive and span much."""
        finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
        low, high = min(finite), max(finite)
        if may_be_log and low > 0 and high > 20 * low:
            return cls(10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high)), True)
        if high == low:
            low, high = low - 0.5, high + 0.5
        step = _step(high - low)
        return cls(math.floor(low / step) * step, math.ceil(high / step) * step)

    @property
    def ticks(self) -> list[float]:
        if self.is_log:
            powers = range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)
            return [10.0**power for power in powers]
        step = _step(self.high - self.low)
        return [self.low + step * n for n in range(round((self.high - self.low) / step) + 1)]

    def share(self, value: float) -> float:
        """Return 0 at the low end and 1 at the high one; NaN where there is no place."""
        if not math.isfinite(value) or (self.is_log and value <= 0):
            return math.nan
        if self.is_log:
            span = math.log(self.high / self.low)
            return math.log(value / self.low) / span
        return (value - self.low) / (self.high - self.low)


def _step(span: float) -> float:
    """Return a round number that goes four to nine times into a span."""
    power = 10.0 ** math.floor(math.log10(span / 4))
    return max(power * digit for digit in (1, 2, 5) if power * digit <= span / 4)


def curves_figure(curves: Sequence[Curve], x_title: str, y_title: str, label: str) -> str:
    """Return a figure of curves, each with its name below it."""
    x = Scale.over([x for curve in curves for x, _ in curve.points])
    y = Scale.over([y for curve in curves for _, y in curve.points], may_be_log=True)
    drawn = "".join(_line(curve, x, y) for curve in curves)
    return _figure(
        drawn, (x, y), x_title, y_title, label, [(c.name, c.colour, c.dash) for c in curves]
    )


def points_figure(points: Sequence[Point], x_title: str, y_title: str, label: str) -> str:
    """Return a figure of points over equal axes, with the line on which they would be equal."""
    both = Scale.over([value for point in points for value in point])
    dots = "".join(
        f'<circle cx="{_across(both, x):.1f}" cy="{_up(both, y):.1f}" r="2.4"/>'
        for x, y in points
        if math.isfinite(x + y)
    )
    ends = [(both.low, both.low), (both.high, both.high)]
    line = _line(Curve("", ends, "#6b7280", "5 4", 1), both, both)
    drawn = f'{line}<g fill="#0072B2" fill-opacity=".6">{dots}</g>'
    return _figure(drawn, (both, both), x_title, y_title, label, [])


def thinned(points: Sequence[Point]) -> list[Point]:
    """Return at most ``MOST_POINTS`` points: the means of neighbours."""
    size = -(-len(points) // MOST_POINTS) or 1
    parts = [points[first : first + size] for first in range(0, len(points), size)]
    return [(part[-1][0], sum(y for _, y in part) / len(part)) for part in parts]


def _line(curve: Curve, x: Scale, y: Scale) -> str:
    path, pen = "", "M"
    for across, up in curve.points:
        place = _across(x, across), _up(y, up)
        if not all(map(math.isfinite, place)):
            pen = "M"
            continue
        path += f"{pen}{place[0]:.1f} {place[1]:.1f}"
        pen = "L"
    if len(curve.points) == 1 and path:
        path += "h0"
    return (
        f'<path d="{path}" fill="none" stroke="{curve.colour}" stroke-width="{curve.width}" '
        f'stroke-dasharray="{curve.dash}" stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _across(x: Scale, value: float) -> float:
    return _LEFT + x.share(value) * (WIDTH - _LEFT - _RIGHT)


def _up(y: Scale, value: float) -> float:
    return HEIGHT - _BOTTOM - y.share(value) * (HEIGHT - _TOP - _BOTTOM)


def _figure(
    drawn: str,
    axes: tuple[Scale, Scale],
    x_title: str,
    y_title: str,
    label: str,
    names: Sequence[tuple[str, str, str]],
) -> str:
    x, y = axes
    grid = "".join(f"M{_across(x, tick):.1f} {_TOP}V{HEIGHT - _BOTTOM}" for tick in x.ticks)
    grid += "".join(f"M{_LEFT} {_up(y, tick):.1f}H{WIDTH - _RIGHT}" for tick in y.ticks)
    numbers = "".join(
        f'<text x="{_across(x, tick):.1f}" y="{HEIGHT - _BOTTOM + 15}" text-anchor="middle">'
        f"{_said(tick)}</text>"
        for tick in x.ticks
    ) + "".join(
        f'<text x="{_LEFT - 6}" y="{_up(y, tick) + 4:.1f}" text-anchor="end">{_said(tick)}</text>'
        for tick in y.ticks
    )
    titles = (
        f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{escape(x_title)}</text>'
        f'<text transform="translate(13 {_TOP}) rotate(-90)" text-anchor="end">'
        f"{escape(y_title)}</text>"
    )
    return (
        f'<figure><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(label)}" font-size="11" fill="#1b2430">'
        f'<path d="{grid}" stroke="#6b7280" stroke-opacity=".25"/>{drawn}{numbers}{titles}</svg>'
        f"<figcaption>{' &#160; '.join(_key(*name) for name in names)}</figcaption></figure>"
    )


def _key(name: str, colour: str, dash: str) -> str:
    line = f'<path d="M0 5H26" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>'
    svg = f'<svg viewBox="0 0 26 10" style="display:inline;width:1.8rem">{line}</svg>'
    return f"{svg} {escape(name)}"


def _said(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")
