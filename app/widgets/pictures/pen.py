"""A square to write on with mouse, finger, pen or keys; what comes back are the strokes themselves.

Strokes rather than pixels: the digit can be drawn anew at the width and size the network learnt,
whatever pen and screen it was written with.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.widgets.shared import assets

Strokes = list[list[list[float]]]

LABELS = ("canvas", "hint", "keys", "pen_down", "pen_up", "undo", "clear")
MAX_POINTS = 5000
"""Points in one drawing; the browser stops there, and whatever sends more is cut."""

MOST_FAR = 1e6
"""Sides of the square that a point may lie off it; no number beyond, and no NaN, is a point."""

_HTML = """
<div class="pen">
  <div class="paper">
    <canvas tabindex="0" role="application"></canvas>
    <p class="keys" aria-hidden="true"></p>
    <p class="hint"></p>
    <p class="told" role="status"></p>
  </div>
  <div class="tools">
    <button type="button" class="undo"></button>
    <button type="button" class="clear"></button>
  </div>
</div>
"""

_mount = assets.component("pen", _HTML)


def pen(labels: dict[str, str], *, strokes: Strokes, revision: int, key: str) -> Strokes:
    """Show the pen and return what is written: strokes of [x, y] points, 0 to 1, y downwards.

    ``strokes`` is shown when the pen first appears and again whenever ``revision`` changes;
    otherwise what is being written on the page counts. ``labels`` holds ``LABELS``.
    """
    written = _written(st.session_state.get(key), revision, strokes)
    data = {
        "strokes": written,
        "revision": revision,
        "max_points": MAX_POINTS,
        "labels": assets.pick(labels, LABELS),
    }
    result = _mount(key=key, data=data, on_drawing_change=lambda: None)
    return _written(result, revision, written)


def _written(state: object, revision: int, otherwise: Strokes) -> Strokes:
    drawing = state.get("drawing") if isinstance(state, Mapping) else None
    if not isinstance(drawing, Mapping) or drawing.get("revision") != revision:
        return otherwise
    return checked(drawing.get("strokes"))


def checked(strokes: Any) -> Strokes:
    """Return only what is a stroke: points of two numbers, brought into 0 to 1.

    The browser sends this, so it may be anything.
    """
    kept: Strokes = []
    room = MAX_POINTS
    for stroke in _list(strokes):
        points = [_clipped(point) for point in _list(stroke) if _is_point(point)][:room]
        room -= len(points)
        if points:
            kept.append(points)
    return kept


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2
        and all(isinstance(at, int | float) and abs(at) <= MOST_FAR for at in point)
    )


def _clipped(point: list[float]) -> list[float]:
    return [min(1.0, max(0.0, float(at))) for at in point]
