"""A photo of a digit on paper, step by step, until it is a picture as MNIST's are.

Every step is kept, so that it can be seen where a photo went wrong; where no digit stands out the
steps end and a sentence says why.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from data.dataset import Array
from data.language import Text, UserError
from data.pictures.ground import SIDE, SMALL, Ink, even_ink, has_one_ground, is_drawn, local_ink
from data.pictures.images import boxed, centred
from data.pictures.marks import EMPTY, Mark, find_mark

_BOARD = 0.85
"""The share of bright ink's surroundings that must be of its ground: where paper ends on a desk,
and between two dark lines, there is something bright too."""
_SOLID = 0.5
"""The share of its box above which a mark may be a sheet of paper."""


@dataclass(frozen=True, slots=True)
class Step:
    """A picture on the way, (height, width) uint8; its ``name`` says what has been done."""

    name: str
    picture: Array


@dataclass(frozen=True, slots=True)
class PhotoReading:
    """The way from a photo to what a network is given, uint8 of its shape.

    Where there is nothing to give, ``seen`` is None and ``refusal`` says why.
    """

    steps: tuple[Step, ...]
    seen: Array | None
    refusal: Text | None = None

    def picture(self) -> Array:
        """Return what a network is given; raises ``UserError`` where there is nothing."""
        if self.seen is None:
            raise UserError(self.refusal or Text("", ""))
        return self.seen


def read_digit(grey: Array) -> PhotoReading:
    """Follow a picture of any (height, width) uint8, ink darker or brighter than its ground."""
    ink, found = _found(grey)
    first = Step("photo", _shrunk(grey)), Step("ground", _bytes(ink.ground))
    first = *first, Step("ink", _bytes(ink.strength))
    if not isinstance(found, Mark):
        return PhotoReading(first, None, found)
    box = boxed(found.strength)
    seen = centred(box)
    last = Step("mark", _bytes(found.strength)), Step("boxed", box), Step("centred", seen)
    return PhotoReading((*first, *last), seen)


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
        return local if isinstance(local[1], Mark) else even
    return _found_locally(grey)


def _found_locally(grey: Array) -> tuple[Ink, Mark | Text]:
    dark = _read(local_ink(grey, is_dark=True), grey)
    bright = _read(local_ink(grey, is_dark=False), grey)
    if not isinstance(bright[1], Mark) or bright[1].seated < _BOARD:
        return dark
    if isinstance(dark[1], Mark) and dark[1].seated + 1 - _BOARD >= bright[1].seated:
        return dark
    return bright


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
        return mark is EMPTY
    if is_drawn(grey):
        return False
    box, shape = mark.box, mark.strength.shape
    runs_out = any(p.start == 0 or p.stop == side for p, side in zip(box, shape, strict=True))
    return runs_out or (mark.strength[box] > 0).mean() > _SOLID


def _shrunk(grey: Array) -> Array:
    image = Image.fromarray(grey)
    image.thumbnail((SIDE, SIDE))
    return np.asarray(image)


def _bytes(values: Array) -> Array:
    picture: Array = np.rint(values.clip(0, 255)).astype(np.uint8)
    return picture
