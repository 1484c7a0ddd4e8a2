"""From the strokes of a pen to the picture that a network sees.

A pen on a page gives lines, not pixels, so the digit is drawn anew the way MNIST's digits look: the
same size, the same thickness of line, the same place. Shrinking the canvas's pixels instead makes
the line of a small digit too thick and that of a large one too thin.
"""

import math
from collections.abc import Sequence

import numpy as np

from data.dataset import Array
from data.language import Text, UserError

Point = tuple[float, float]
Stroke = tuple[Point, ...]
"""Where the pen went while it was down: (x, y) in units of the canvas, 0 to 1, y downwards."""

MAX_STROKES = 200
MAX_POINTS = 20_000
PEN_WIDTH = 2.2
"""Pixels of the 28 x 28 picture: of 1.6-3.2, 1.6-2.4 are read best and wider lines close loops."""
SMALLEST_SHARE = 0.02
"""A drawing smaller than this share of the canvas is taken for a slip of the pen."""
BOX = 20
"""MNIST's digits fill a box of 20 x 20 pixels: http://yann.lecun.com/exdb/mnist/"""
CENTRE = 14.5
"""MNIST's centre of mass lies in the middle of the pixel with index 14 of 28, not between two."""

_STEP = 0.1
_SEGMENTS_AT_ONCE = 64  # Few enough to stay in the processor's cache: 4 times as fast as 256.


def parse_strokes(value: object) -> tuple[Stroke, ...]:
    """Check strokes that a browser sent as JSON: a list of lists of [x, y].

    Points outside the canvas are moved to its edge, strokes without a point are dropped. Raises
    ``UserError`` for anything else, and beyond ``MAX_STROKES`` or ``MAX_POINTS``.
    """
    if not isinstance(value, list | tuple):
        raise _not_a_drawing()
    if len(value) > MAX_STROKES or sum(map(_points_in, value)) > MAX_POINTS:
        raise _too_much()
    return tuple(tuple(_point(item) for item in stroke) for stroke in value if stroke)


def rasterize(
    strokes: Sequence[Stroke],
    size: int = 28,
    pen_width: float = PEN_WIDTH,
    centered: bool = True,
) -> Array:
    """Draw strokes as a picture of MNIST: (size, size) uint8, bright on black.

    The larger side fills MNIST's box and the centre of mass goes to the centre, wherever and
    however large the digit was drawn. With ``centered=False`` the strokes stay where and as large
    as they are on the canvas. ``pen_width`` is in pixels of a 28 x 28 picture. Raises ``UserError``
    when there is nothing to see or less than ``SMALLEST_SHARE`` of the canvas was used.
    """
    lines = [np.array(stroke, dtype=np.float64) for stroke in strokes if len(stroke)]
    low, extent = _bounds(lines)
    unit = size / 28
    if not centered:
        return _as_bytes(_ink([line * size for line in lines], size, pen_width * unit))
    scale = (BOX - pen_width) / extent.max()
    middle = low + extent / 2
    fitted = [(line - middle) * scale + 14 for line in lines]
    shift = CENTRE - _centre_of_mass(_ink(fitted, 28, pen_width))
    room = (28 - pen_width - extent * scale) / 2
    shift = np.clip(shift, -room, room)
    return _as_bytes(_ink([(line + shift) * unit for line in fitted], size, pen_width * unit))


def _bounds(lines: list[Array]) -> tuple[Array, Array]:
    """Return the upper left corner of the drawing and its width and height."""
    if not lines:
        raise UserError(
            Text("그림이 비어 있습니다. 숫자를 써 주세요.", "The drawing is empty: write a digit.")
        )
    points = np.concatenate(lines)
    low = points.min(axis=0)
    extent: Array = points.max(axis=0) - low
    if extent.max() < SMALLEST_SHARE:
        raise UserError(
            Text(
                "그림이 너무 작습니다. 숫자를 더 크게 써 주세요.",
                "The drawing is too small to read: write the digit larger.",
            )
        )
    return low, extent


def _ink(lines: list[Array], size: int, pen_width: float) -> Array:
    """Return (size, size) ink between 0 and 1 of lines in pixels, grey at the edge of the pen."""
    starts, ends = _segments([_thinned(line) for line in lines])
    middles = np.arange(size, dtype=np.float32) + np.float32(0.5)
    nearest = np.full((size, size), np.inf, dtype=np.float32)
    for first in range(0, len(starts), _SEGMENTS_AT_ONCE):
        some = slice(first, first + _SEGMENTS_AT_ONCE)
        np.minimum(nearest, _squared_distances(middles, starts[some], ends[some]), out=nearest)
    inked: Array = np.clip(pen_width / 2 - np.sqrt(nearest) + 0.5, 0, 1)
    return inked


def _thinned(line: Array) -> Array:
    """Keep a point every ``_STEP`` pixels and the last one: a slow pen sends far more than show."""
    walked = np.cumsum(np.hypot(*np.diff(line, axis=0).T)) // _STEP
    kept = np.concatenate(([True], np.diff(walked, prepend=0) > 0))
    kept[-1] = True
    return line[kept]


def _segments(lines: list[Array]) -> tuple[Array, Array]:
    """Return the (n, 2) starts and ends of all pieces; a lone point is a piece of no length."""
    starts = [line[: max(len(line) - 1, 1)] for line in lines]
    ends = [line[min(len(line) - 1, 1) :] for line in lines]
    return np.concatenate(starts, dtype=np.float32), np.concatenate(ends, dtype=np.float32)


def _squared_distances(middles: Array, starts: Array, ends: Array) -> Array:
    """Return the (size, size) squared distance of every pixel to the nearest segment."""
    along = ends - starts
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    dx = middles[None, :] - starts[:, :1]
    dy = middles[None, :] - starts[:, 1:]
    to_x = dx * (along[:, :1] / length[:, None])
    to_y = dy * (along[:, 1:] / length[:, None])
    share = np.clip(to_y[:, :, None] + to_x[:, None, :], 0, 1)
    across_x = dx[:, None, :] - share * along[:, :1, None]
    across_y = dy[:, :, None] - share * along[:, 1:, None]
    nearest: Array = (across_x**2 + across_y**2).min(axis=0)
    return nearest


def _centre_of_mass(ink: Array) -> Array:
    """Return (x, y) of the ink's centre of mass, in pixels from the upper left corner."""
    middles = np.arange(len(ink)) + 0.5
    centre: Array = np.array([ink.sum(axis=0) @ middles, ink.sum(axis=1) @ middles]) / ink.sum()
    return centre


def _as_bytes(ink: Array) -> Array:
    picture: Array = np.rint(ink * 255).astype(np.uint8)
    return picture


def _points_in(stroke: object) -> int:
    if not isinstance(stroke, list | tuple):
        raise _not_a_drawing()
    return len(stroke)


def _point(value: object) -> Point:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _not_a_drawing()
    x, y = value
    return _coordinate(x), _coordinate(y)


def _coordinate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _not_a_drawing()
    if isinstance(value, float) and not math.isfinite(value):
        raise _not_a_drawing()
    return float(min(max(value, 0), 1))


def _not_a_drawing() -> UserError:
    return UserError(
        Text(
            "그림을 읽을 수 없습니다. 획은 [x, y] 숫자 쌍의 목록이어야 합니다. 다시 그려 주세요.",
            "The drawing cannot be read: a stroke is a list of [x, y] numbers. Draw it again.",
        )
    )


def _too_much() -> UserError:
    return UserError(
        Text(
            f"그림이 너무 복잡합니다. 획 {MAX_STROKES}개, 점 {MAX_POINTS:,}개까지 쓸 수 있습니다. "
            "지우고 다시 그려 주세요.",
            f"The drawing is too complex: at most {MAX_STROKES} strokes and {MAX_POINTS:,} points. "
            "Clear it and draw again.",
        )
    )
