"""From the ink of a digit to the 28 x 28 pixels that a network trained on MNIST knows.

MNIST's digits were cut out, scaled to a box of 20 x 20 pixels and placed with their centre of mass
in the centre (http://yann.lecun.com/exdb/mnist/). A network has seen nothing else, so a picture
from elsewhere must be made the same way.
"""

import numpy as np
from PIL import Image, ImageOps

from data.dataset import Array
from data.pictures.marks import stroke_width

BOX = 20
"""MNIST's digits fill a box of 20 x 20 pixels."""
THINNEST, BROADEST = 2.0, 4.0
"""Pixels of that box: finer and broader lines are drawn anew at these widths."""

_CENTRE = 14  # The pixel that holds the centre of mass of MNIST's own pictures.
_LEAST_FOR_PEN = 2 * BOX
"""Pixels of a digit below which the width of its lines cannot be told well."""


def boxed(ink: Array) -> Array:
    """Return a digit's ink, any (height, width) float32 to 255, as the (20, 20) uint8 of its box.

    The longer side fills the box; lines are as broad as those of MNIST.
    """
    ink = _cut_out(_with_usual_pen(_cut_out(ink)))
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    small = np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR))
    box = np.zeros((BOX, BOX), dtype=np.uint8)
    top, left = (BOX - height) // 2, (BOX - width) // 2
    # A thin line that faded is made bright again.
    box[top : top + height, left : left + width] = np.rint(small * (255 / small.max()))
    return box


def centred(box: Array) -> Array:
    """Return the picture that has a digit's centre of mass in its centre, (28, 28) uint8."""
    digit = _cut_out(box)
    top, left = _place(digit.sum(axis=1)), _place(digit.sum(axis=0))
    picture = np.zeros((28, 28), dtype=np.uint8)
    picture[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return picture


def fit_frame(grey: Array, shape: tuple[int, ...] = (28, 28)) -> Array:
    """Return a picture as (height, width) uint8 of a shape with nothing moved.

    It is padded to the shape's proportions, then made smaller.
    """
    height, width = shape
    frame = ImageOps.pad(Image.fromarray(grey), (width, height), Image.Resampling.BILINEAR, color=0)
    return np.asarray(frame)


def _cut_out(ink: Array) -> Array:
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _with_usual_pen(ink: Array) -> Array:
    """Return ink whose lines are so broad that in MNIST's box they look as its own do."""
    from scipy.ndimage import distance_transform_edt  # 20 MB that only pictures need

    mask, side = ink > ink.max() / 2, max(ink.shape)
    if side < _LEAST_FOR_PEN or not mask.any():
        return ink
    width = stroke_width(mask)
    more = (np.clip(width, THINNEST * side / BOX, BROADEST * side / BOX) - width) / 2
    if abs(more) < 1:
        return ink
    mask = np.pad(mask, max(0, int(more)) + 2)
    outside = distance_transform_edt(~mask) - distance_transform_edt(mask)
    drawn: Array = (255 * np.clip(more + 1 - outside, 0, 1)).astype(np.float32)
    return drawn


def _place(profile: Array) -> int:
    """Return where a digit starts whose ink along one side, by pixel, is ``profile``."""
    centre = (profile @ np.arange(len(profile))) / profile.sum()
    return int(np.clip(round(_CENTRE - centre), 0, 28 - len(profile)))
