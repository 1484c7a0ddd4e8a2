"""What people draw where a digit is asked for and that is none: strokes of a pen, in many hands.

Each is drawn from a few straight lines with a slant, a size, a place and a tremor of its own.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from data.dataset import Array
from data.pictures.strokes import Stroke

Lines = Sequence[Sequence[tuple[float, float]]]

LETTERS: dict[str, Lines] = {
    "A": [[(0, 1), (0.5, 0), (1, 1)], [(0.2, 0.6), (0.8, 0.6)]],
    "E": [[(0.8, 0), (0, 0), (0, 1), (0.8, 1)], [(0, 0.5), (0.7, 0.5)]],
    "F": [[(0.8, 0), (0, 0), (0, 1)], [(0, 0.5), (0.7, 0.5)]],
    "H": [[(0, 0), (0, 1)], [(0.8, 0), (0.8, 1)], [(0, 0.5), (0.8, 0.5)]],
    "K": [[(0, 0), (0, 1)], [(0.8, 0), (0, 0.5), (0.8, 1)]],
    "M": [[(0, 1), (0.1, 0), (0.5, 0.7), (0.9, 0), (1, 1)]],
    "N": [[(0, 1), (0, 0), (0.8, 1), (0.8, 0)]],
    "R": [[(0, 1), (0, 0), (0.7, 0.1), (0.7, 0.4), (0, 0.5), (0.8, 1)]],
    "W": [[(0, 0), (0.25, 1), (0.5, 0.3), (0.75, 1), (1, 0)]],
    "X": [[(0, 0), (0.9, 1)], [(0.9, 0), (0, 1)]],
    "box": [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]],
    "ㅂ": [[(0, 0), (0, 1), (0.9, 1), (0.9, 0)], [(0, 0.5), (0.9, 0.5)]],
    "ㅌ": [[(0.9, 0), (0, 0), (0, 1), (0.9, 1)], [(0, 0.5), (0.9, 0.5)]],
    "ㅎ": [
        [(0.3, 0), (0.7, 0)],
        [(0, 0.3), (1, 0.3)],
        [(0.5, 0.45), (0.8, 0.7), (0.5, 1), (0.2, 0.7), (0.5, 0.45)],
    ],
    "heart": [[(0.5, 1), (0, 0.4), (0.2, 0), (0.5, 0.3), (0.8, 0), (1, 0.4), (0.5, 1)]],
    "star": [[(0.2, 1), (0.5, 0), (0.8, 1), (0, 0.4), (1, 0.4), (0.2, 1)]],
}
"""Letters and signs that are not drawn like any digit, in a box of 1 x 1."""


def letters(seed: int) -> Iterator[tuple[Stroke, ...]]:
    """Yield every letter once."""
    random = np.random.default_rng(seed)
    for lines in LETTERS.values():
        yield by_hand(lines, random)


def dash(random: np.random.Generator) -> tuple[Stroke, ...]:
    """Return a line from left to right that rises or falls by a tenth of its length at most."""
    return by_hand([[(0, 0), (1, float(random.uniform(-0.1, 0.1)))]], random, slant=0)


def scribble(random: np.random.Generator) -> tuple[Stroke, ...]:
    """Return a pen that went to and fro twelve to thirty times without lifting."""
    points = random.uniform(0, 1, (int(random.integers(12, 30)), 2)).tolist()
    return by_hand([[(x, y) for x, y in points]], random)


def side_by_side(
    left: Sequence[Stroke], right: Sequence[Stroke], random: np.random.Generator
) -> tuple[Stroke, ...]:
    """Return two digits written side by side, with a gap of a tenth to a third of their height."""
    first, second = (_of_height_one(each) for each in (left, right))
    gap = random.uniform(0.1, 0.33)
    shift = max(line[:, 0].max() for line in first) + gap
    lines = [*first, *(line + np.array([shift, 0]) for line in second)]
    return _placed(lines, random)


def by_hand(lines: Lines, random: np.random.Generator, slant: float = 0.15) -> tuple[Stroke, ...]:
    """Return lines as a hand draws them: slanted, turned, narrower or wider, with a tremor."""
    shear, turn = random.uniform(-slant, slant), random.uniform(-0.1, 0.1)
    wide = random.uniform(0.7, 1.1)
    change = np.array([[wide, shear], [turn * wide, 1.0]]).T
    return _placed([_trembling(line, random) @ change for line in lines], random)


def _trembling(line: Sequence[tuple[float, float]], random: np.random.Generator) -> Array:
    """Return a line of many points, each a little beside its place."""
    ends = np.array(line, float) + random.normal(0, 0.02, (len(line), 2))
    steps = np.linspace(0, len(line) - 1, 12 * (len(line) - 1) + 1)
    places = np.arange(len(line))
    points = np.stack([np.interp(steps, places, ends[:, axis]) for axis in (0, 1)], axis=1)
    drift = np.cumsum(random.normal(0, 0.004, points.shape), axis=0)
    trembling: Array = points + drift
    return trembling


def _of_height_one(strokes: Sequence[Stroke]) -> list[Array]:
    points = np.concatenate([np.array(stroke) for stroke in strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    height = max(float(high[1] - low[1]), 1e-6)
    return [(np.array(stroke) - low) / height for stroke in strokes]


def _placed(lines: Sequence[Array], random: np.random.Generator) -> tuple[Stroke, ...]:
    """Return lines somewhere on the canvas, their larger side a third to four fifths of it."""
    points = np.concatenate(lines)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = random.uniform(0.35, 0.8) / extent.max()
    corner = random.uniform(0.02, 0.98 - extent * scale)
    return tuple(
        tuple((float(x), float(y)) for x, y in (line - low) * scale + corner) for line in lines
    )
