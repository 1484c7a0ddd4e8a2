"""From a picture to the 28 x 28 pixels that a network trained on MNIST knows.

MNIST's digits were cut out, scaled to a box of 20 x 20 pixels and placed with their centre of mass
in the centre (http://yann.lecun.com/exdb/mnist/). A network has seen nothing else, so a picture
from elsewhere must be made the same way.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image, ImageOps

from data.dataset import Array
from data.language import Text, UserError

BOX = 20
"""MNIST's digits fill a box of 20 x 20 pixels."""
LEAST_CONTRAST = 32
"""Grey values between ink and ground; a picture without them is blank."""

_CENTRE = 14  # The pixel that holds the centre of mass of MNIST's own pictures.
_FAINTEST_INK = 12
_SMALLEST_SIDE = 4
_UNEVEN = 64
"""Grey values between the darkest and the brightest parts of a border that lies in a shadow."""
_UNEVEN_SIDE = 256
"""A picture in uneven light is shrunk to it: what lies under its strokes takes 30 ms then."""
_WIDEST_STROKE = 0.2
"""Of the shorter side."""
_SMALLEST_SHARE = 0.02


def center_digit(grey: Array) -> Array:
    """Cut out, scale and centre a digit as MNIST's were: any (height, width) -> (28, 28) uint8.

    Raises ``UserError`` when no ink stands out from the ground, or too little of it to be a digit.
    """
    digit = _scaled(_cropped(_without_ground(grey)))
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


def border(grey: Array) -> Array:
    """Return the outermost pixels of a picture, in one row."""
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _without_ground(grey: Array) -> Array:
    """Take away the paper, as the border shows it, and stretch what is left to 0-255 float32."""
    ink = _above_ground(grey)
    grain = np.percentile(np.abs(border(ink)), 90)
    ink[ink < max(_FAINTEST_INK, min(2 * grain, ink.max() / 2))] = 0
    if ink.max() < LEAST_CONTRAST:
        raise UserError(
            Text("그림이 비어 있습니다. 숫자를 써 주세요.", "The drawing is empty: write a digit.")
        )
    ink *= 255 / ink.max()
    return ink


def _above_ground(grey: Array) -> Array:
    """Subtract the ground, as the border shows it; in uneven light, what lies under the strokes."""
    edge = border(grey)
    if np.ptp(np.percentile(edge, (5, 95))) >= _UNEVEN:
        strokes = _in_even_light(grey)
        if strokes.max() >= LEAST_CONTRAST:  # else what is bright along the border is the ink
            return strokes
    return grey.astype(np.float32) - np.float32(np.median(edge))


def _in_even_light(grey: Array) -> Array:
    """Return the strokes as they would be without shadows, (height, width) float32, made smaller.

    Light times what the paper throws back is what a camera sees, so ink in the shadow is divided by
    the paper's brightness there.
    """
    image = Image.fromarray(grey)
    image.thumbnail((_UNEVEN_SIDE, _UNEVEN_SIDE))
    small = np.asarray(image).astype(np.float32)
    ground = _opening(small, max(3, round(_WIDEST_STROKE * min(small.shape))))
    strokes: Array = (small - ground) * (255 / np.maximum(255 - ground, LEAST_CONTRAST))
    strokes -= np.median(border(strokes))
    return strokes


def _opening(values: Array, side: int) -> Array:
    """Return values without what is brighter than its surroundings and narrower than ``side``.

    The lowest of every square window, then for each pixel the highest of its windows: an edge of
    light and shadow stays where it is (grey-scale opening; Gonzalez and Woods, Digital Image
    Processing, 9.6).
    """
    values = np.pad(values, side - 1, constant_values=np.inf)  # the picture may go on outside
    for extreme in (np.min, np.max):
        for axis in (0, 1):
            values = extreme(sliding_window_view(values, side, axis), axis=-1)
    return values


def _cropped(ink: Array) -> Array:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if max(cut.shape) < max(_SMALLEST_SIDE, _SMALLEST_SHARE * max(ink.shape)):
        raise UserError(
            Text(
                "그림이 너무 작습니다. 숫자를 더 크게 써 주세요.",
                "The drawing is too small to read: write the digit larger.",
            )
        )
    return cut


def _scaled(ink: Array) -> Array:
    """Scale the longer side to ``BOX`` pixels; a thin line that faded is made bright again."""
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    image = Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR)
    small: Array = np.asarray(image)
    bright: Array = np.rint(small * (255 / small.max())).astype(np.uint8)
    return bright


def _place(profile: Array) -> int:
    """Return where a digit starts whose ink along one side, by pixel, is ``profile``."""
    centre = (profile @ np.arange(len(profile))) / profile.sum()
    return int(np.clip(round(_CENTRE - centre), 0, 28 - len(profile)))
