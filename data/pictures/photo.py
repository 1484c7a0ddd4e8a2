"""A photo of a digit on paper, step by step, until it is a picture as MNIST's are.

Every step is kept, so that it can be seen where a photo went wrong; where no digit stands out the
steps end and a sentence says why.
"""

import numpy as np
from PIL import Image

from data.dataset import Array
from data.language import Text, UserError
from data.pictures.ground import (
    SIDE,
    SMALL,
    Ink,
    even_ink,
    has_one_ground,
    is_darker,
    is_drawn,
    local_ink,
)
from data.pictures.images import boxed, centred, fit_frame
from data.pictures.marks import EMPTY, Mark, find_mark, stroke_width
from data.pictures.reading import PhotoReading, steps

_BOARD = 0.85
"""The share of bright ink's surroundings that must be of its ground: where paper ends on a desk,
and between two dark lines, there is something bright too."""
_AS_STRONG = 0.8
"""Of a mark's contrast: ink around a hole has as much, the paper between printed lines less."""
_BROAD = 0.3
"""Of its longer side: what is broader in the mean may be a sheet of paper."""


def read_digit(grey: Array) -> PhotoReading:
    """Follow a picture of any (height, width) uint8, ink darker or brighter than its ground."""
    ink, found = _found(grey)
    pictures = {"photo": shrunk(grey), "ground": as_bytes(ink.ground)}
    first = steps(**pictures, ink=as_bytes(ink.strength))
    if not isinstance(found, Mark):
        return PhotoReading(first, None, found)
    box = boxed(found.strength)
    seen = centred(box)
    last = steps(mark=as_bytes(found.strength), boxed=box, centred=seen)
    return PhotoReading((*first, *last), seen)


def read_whole(grey: Array, shape: tuple[int, ...]) -> PhotoReading:
    """Follow a picture that is only padded and made smaller to a shape, (height, width).

    What is on light ground is inverted.
    """
    seen = fit_frame(np.invert(grey) if is_darker(grey) else grey, shape)
    return PhotoReading(steps(photo=shrunk(grey), framed=seen), seen)


def center_digit(grey: Array) -> Array:
    """Cut out, scale and centre a digit as MNIST's were: any (height, width) -> (28, 28) uint8.

    Raises ``UserError`` with the reason when no digit stands out.
    """
    return read_digit(grey).picture()


def _found(grey: Array) -> tuple[Ink, Mark | Text]:
    """Return the ink of a picture and the digit in it, or why there is none."""
    if has_one_ground(grey):
        even = _read(even_ink(grey), grey)
        if max(grey.shape) <= SMALL or not _is_doubtful(even[1], grey):
            return even
        local = _found_locally(grey)
        return even if isinstance(even[1], Text) and isinstance(local[1], Text) else local
    return _found_locally(grey)


def _found_locally(grey: Array) -> tuple[Ink, Mark | Text]:
    dark = _read(local_ink(grey, is_dark=True), grey)
    bright = _read(local_ink(grey, is_dark=False), grey)
    if not isinstance(bright[1], Mark) or bright[1].seated < _BOARD:
        return dark
    if not isinstance(dark[1], Mark):
        return bright
    is_as_strong = bright[0].contrast >= _AS_STRONG * dark[0].contrast
    if is_as_strong and _is_inside(dark[1], bright[1]):
        return bright
    return dark if dark[1].seated + 1 - _BOARD >= bright[1].seated else bright


def _is_inside(mark: Mark, other: Mark) -> bool:
    """Say whether a mark may be the hole of another one, such as a 0's."""
    return all(
        out.start <= part.start and part.stop <= out.stop
        for part, out in zip(mark.box, other.box, strict=True)
    )


def _read(ink: Ink, grey: Array) -> tuple[Ink, Mark | Text]:
    try:
        return ink, find_mark(ink, grey)
    except UserError as error:
        return ink, error.text


def _is_doubtful(mark: Mark | Text, grey: Array) -> bool:
    """Say whether a mark may be a sheet on a desk, or a shadow that begins outside the picture.

    Where there is none, faint ink may have been taken for the grain of the paper.
    """
    if isinstance(mark, Text):
        return mark == EMPTY
    if is_drawn(grey):
        return False
    box, shape = mark.box, mark.strength.shape
    runs_out = any(p.start == 0 or p.stop == side for p, side in zip(box, shape, strict=True))
    return runs_out or stroke_width(mark.strength > 0) > _BROAD * max(p.stop - p.start for p in box)


def shrunk(grey: Array) -> Array:
    """Return a photo with ``SIDE`` pixels at most, as it is shown."""
    image = Image.fromarray(grey)
    image.thumbnail((SIDE, SIDE))
    return np.asarray(image)


def as_bytes(values: Array) -> Array:
    """Return values as uint8, those beyond 0 and 255 cut off."""
    picture: Array = np.rint(values.clip(0, 255)).astype(np.uint8)
    return picture
