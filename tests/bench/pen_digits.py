"""Real pen digits, put on a canvas the way a learner would draw them.

The recordings are strokes without a place or a size; a canvas gives them both, and a browser jobs
them into strokes (what the lab's pen sends) or into pixels (what a picture file holds).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from data.dataset import Array
from data.pictures.strokes import Stroke

FILE = "pen_digits_dev.json"
_OVERSAMPLED = 4


@dataclass(frozen=True, slots=True)
class PenDigit:
    """One recorded digit; its strokes are in units of its own larger side, y downwards."""

    label: int
    strokes: tuple[Stroke, ...]


def load(folder: Path) -> tuple[PenDigit, ...]:
    """Read the recordings of ``pen_digits_dev.json`` in a folder."""
    digits = json.loads((folder / FILE).read_text(encoding="utf-8"))["digits"]
    return tuple(PenDigit(digit["label"], _strokes(digit["strokes"])) for digit in digits)


def canvas_strokes(digit: PenDigit, share: float, rng: np.random.Generator) -> tuple[Stroke, ...]:
    """Place a digit on the canvas: its larger side is ``share`` of it, its place is random."""
    points = np.array([point for stroke in digit.strokes for point in stroke])
    low = points.min(axis=0)
    extent = points.max(axis=0) - low
    scale = share / extent.max()
    corner = rng.uniform(0, 1 - extent * scale)
    return tuple(
        tuple((float(x), float(y)) for x, y in (np.array(stroke) - low) * scale + corner)
        for stroke in digit.strokes
    )


def canvas_pixels(strokes: tuple[Stroke, ...], pen: float, side: int = 280) -> Array:
    """Draw strokes as a browser's canvas does: (side, side) uint8, a round white pen on black."""
    scale, radius = side * _OVERSAMPLED, pen * _OVERSAMPLED / 2
    image = Image.new("L", (scale, scale))
    draw = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(x * scale, y * scale) for x, y in stroke]
        draw.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))


def _strokes(values: list[list[list[Any]]]) -> tuple[Stroke, ...]:
    return tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in values)
