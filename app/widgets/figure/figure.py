"""A small figure of lines, bars and dots with two axes; dots can be picked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from app.widgets.shared import assets
from data.dataset import Array

_HTML = """
<figure>
  <svg role="img"></svg>
  <figcaption></figcaption>
  <output></output>
</figure>
"""

_mount = assets.component("figure", _HTML)


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points (x, y); ``look`` is a name of ``figure.css``."""

    points: Sequence[tuple[float, float]]
    look: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Many faint lines over the same places; ``lines`` is (lines, places)."""

    x: Sequence[float]
    lines: Array
    look: str


@dataclass(frozen=True, slots=True)
class Band:
    """What lies between two lines over the same places."""

    x: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    look: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from ``bottom`` to ``top`` between two places."""

    left: float
    right: float
    bottom: float
    top: float
    look: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point, which can be picked where it has a ``name``."""

    x: float
    y: float
    look: str
    text: str = ""
    name: int | None = None


@dataclass(frozen=True, slots=True)
class Axes:
    """The names of the axes, and limits where the data does not give them.

    Where there are ``y_names``, the first one names what lies between 0 and -1, the next what lies
    between -1 and -2, and so on; there are no figures upwards then.
    """

    x: str
    y: str
    x_limits: tuple[float, float] | None = None
    y_limits: tuple[float, float] | None = None
    x_percent: bool = False
    y_percent: bool = False
    y_names: Sequence[str] = ()


def figure(
    axes: Axes,
    label: str,
    *,
    lines: Sequence[Line] = (),
    bundles: Sequence[Bundle] = (),
    bands: Sequence[Band] = (),
    bars: Sequence[Bar] = (),
    dots: Sequence[Dot] = (),
    height: int = 220,
    on_pick: Callable[[int], None] | None = None,
    key: str,
) -> None:
    """Draw a figure; ``label`` says what it shows to whoever cannot see it.

    What is no number is left out. The name of a dot that is picked arrives in ``on_pick``.
    """

    def picked() -> None:
        said = st.session_state.get(key)
        name = said.get("pick") if isinstance(said, Mapping) else None
        if on_pick and name in [dot.name for dot in dots if dot.name is not None]:
            on_pick(int(name))

    data = {
        "axes": asdict(axes),
        "label": label,
        "lines": [asdict(line) | {"points": finite(line.points)} for line in lines],
        "bundles": [_sent(bundle) for bundle in bundles],
        "bands": [asdict(band) for band in bands if _is_finite(band)],
        "bars": [asdict(bar) for bar in bars if np.isfinite(bar.top)],
        "dots": [asdict(dot) for dot in dots if np.isfinite([dot.x, dot.y]).all()],
        "height": height,
    }
    _mount(key=key, data=data, on_pick_change=picked)


def finite(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points both of whose numbers are finite."""
    return [(float(x), float(y)) for x, y in points if np.isfinite([x, y]).all()]


def _sent(bundle: Bundle) -> dict[str, object]:
    """Return the lines of a bundle to a thousandth of what they span: there may be hundreds."""
    lines = bundle.lines[np.isfinite(bundle.lines).all(axis=1)].astype(np.float64)
    span = float(np.ptp(lines)) if lines.size else 0.0
    digits = 3 - int(np.floor(np.log10(span))) if span > 0 else 3
    x = [float(place) for place in bundle.x]
    return {"x": x, "lines": lines.round(digits).tolist(), "look": bundle.look}


def _is_finite(band: Band) -> bool:
    return bool(np.isfinite([*band.x, *band.low, *band.high]).all())
